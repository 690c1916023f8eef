package org.sparkglmm.core.likelihood;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class GaussHermiteTest {
    /** x^200 multiplies the rounding of a node by 200. */
    private static final double EXACT = 1e-12;

    private static final double SAME_FORMULA = 1e-14;

    private static double[] points(GaussHermite grid) {
        double[] out = new double[grid.size()];
        for (int k = 0; k < out.length; k++) {
            out[k] = grid.point(k, 0);
        }
        return out;
    }

    /** ω_k. */
    private static double weight(GaussHermite grid, int k) {
        double squares = 0;
        for (int d = 0; d < grid.dimensions(); d++) {
            squares += grid.point(k, d) * grid.point(k, d);
        }
        return Math.exp(grid.logWeight(k) - squares);
    }

    /** ∫ x^2m e^-x² dx = Γ(m + ½). Each is compared on its logarithm, for Γ(100½) is 1e157. */
    @Test
    void everyEvenPowerOfDegreeBelowTwiceTheNodesIsIntegratedExactly() {
        for (int n = 1; n <= 101; n++) {
            GaussHermite grid = new GaussHermite(n, 1);
            assertEquals(n, grid.size());
            double logGamma = 0.5 * Math.log(Math.PI);
            for (int m = 0; m < n; m++) {
                double ratio = 0;
                for (int k = 0; k < n; k++) {
                    double x = grid.point(k, 0);
                    if (m == 0 || x != 0) {
                        double power = m == 0 ? 0 : 2 * m * Math.log(Math.abs(x));
                        ratio += Math.exp(grid.logWeight(k) - x * x + power - logGamma);
                    }
                }
                assertEquals(1, ratio, EXACT, n + " nodes, degree " + 2 * m);
                logGamma += Math.log(m + 0.5);
            }
        }
    }

    @Test
    void degreeTwiceTheNodesIsNotIntegratedExactly() {
        // The error is n! √π / 2^n times (2n)!/(2n)!, here ∫ x⁴ e^-x² = ¾√π by 2 nodes.
        GaussHermite grid = new GaussHermite(2, 1);
        double sum = 0;
        for (int k = 0; k < 2; k++) {
            sum += weight(grid, k) * Math.pow(grid.point(k, 0), 4);
        }
        assertEquals(0.25 * Math.sqrt(Math.PI), sum, SAME_FORMULA);
    }

    @Test
    void nodesAreSymmetricAscendingAndTheMiddleIsZero() {
        for (int n : new int[] {1, 2, 3, 4, 5, 20, 51, 100, 101, 151, 200, GaussHermite.MOST_NODES}) {
            GaussHermite grid = new GaussHermite(n, 1);
            for (int k = 0; k < n; k++) {
                assertEquals(-grid.point(n - 1 - k, 0), grid.point(k, 0), 0);
                assertEquals(grid.logWeight(n - 1 - k), grid.logWeight(k), 0);
                assertTrue(k == 0 || grid.point(k, 0) > grid.point(k - 1, 0));
                assertTrue(Double.isFinite(grid.logWeight(k)));
            }
            if (n % 2 == 1) {
                assertEquals(0, grid.point(n / 2, 0), 0);
            }
        }
    }

    /** Abramowitz and Stegun (1964), table 25.10; closed forms. */
    @Test
    void oneTwoAndThreeNodesAreThoseOfTheTables() {
        GaussHermite one = new GaussHermite(1, 1);
        assertEquals(0, one.point(0, 0), 0);
        assertEquals(Math.sqrt(Math.PI), weight(one, 0), SAME_FORMULA);
        GaussHermite two = new GaussHermite(2, 1);
        assertArrayEquals(new double[] {-Math.sqrt(0.5), Math.sqrt(0.5)}, points(two), SAME_FORMULA);
        assertEquals(0.5 * Math.sqrt(Math.PI), weight(two, 0), SAME_FORMULA);
        GaussHermite three = new GaussHermite(3, 1);
        assertArrayEquals(new double[] {-Math.sqrt(1.5), 0, Math.sqrt(1.5)}, points(three), SAME_FORMULA);
        assertEquals(Math.sqrt(Math.PI) / 6, weight(three, 0), SAME_FORMULA);
        assertEquals(2 * Math.sqrt(Math.PI) / 3, weight(three, 1), SAME_FORMULA);
        GaussHermite twenty = new GaussHermite(20, 1);
        assertEquals(5.3874808900112, twenty.point(19, 0), 1e-12);
        assertEquals(2.22939364553e-13, weight(twenty, 19), 1e-23);
    }

    @Test
    void theLargestRuleStillIntegratesAGaussian() {
        GaussHermite grid = new GaussHermite(GaussHermite.MOST_NODES, 1);
        double sum = 0;
        for (int k = 0; k < grid.size(); k++) {
            double x = grid.point(k, 0);
            sum += Math.exp(grid.logWeight(k) - x * x) * Math.cos(3 * x);
        }
        assertEquals(Math.sqrt(Math.PI) * Math.exp(-9.0 / 4), sum, 1e-13);
    }

    @Test
    void aTensorGridIsTheProductOfItsDimensions() {
        GaussHermite line = new GaussHermite(4, 1);
        GaussHermite cube = new GaussHermite(4, 3);
        assertEquals(64, cube.size());
        assertEquals(4, cube.nodes());
        assertEquals(3, cube.dimensions());
        boolean[] seen = new boolean[64];
        double[] moments = new double[3];
        for (int k = 0; k < 64; k++) {
            int code = 0;
            double logWeight = 0;
            for (int d = 0; d < 3; d++) {
                int i = 0;
                while (line.point(i, 0) != cube.point(k, d)) {
                    i++;
                }
                code = 4 * code + i;
                logWeight += line.logWeight(i);
            }
            assertTrue(!seen[code]);
            seen[code] = true;
            assertEquals(logWeight, cube.logWeight(k), SAME_FORMULA);
            moments[0] += weight(cube, k);
            moments[1] += weight(cube, k) * Math.pow(cube.point(k, 0) * cube.point(k, 2), 2);
            moments[2] += weight(cube, k) * cube.point(k, 1) * cube.point(k, 2);
        }
        double volume = Math.pow(Math.PI, 1.5);
        assertArrayEquals(new double[] {volume, volume / 4, 0}, moments, 1e-13);
    }

    @Test
    void sizesSaturateAndImpossibleNumbersOfNodesAreRefused() {
        assertEquals(125, GaussHermite.size(5, 3));
        assertEquals(Integer.MAX_VALUE, GaussHermite.size(301, 12));
        assertThrows(IllegalArgumentException.class, () -> new GaussHermite(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new GaussHermite(GaussHermite.MOST_NODES + 1, 1));
    }
}
