package org.sparkglmm.core.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whoever is said to do without derivatives has standard errors within 1% for any row; and only that is said of few. */
class JointVarianceTest {
    private static final int Q = 2;
    private static final int P = 4;

    @Test
    void whatIsLeftOutMovesNoStandardErrorByMoreThanOnePercent() {
        Random random = new Random(3);
        int left = 0;
        double most = 0;
        for (int repeat = 0; repeat < 400; repeat++) {
            double[][] c = square(random, Q, 1);
            double[][] v = square(random, P, 0.3);
            double[][] j = new double[Q][P];
            double size = Math.pow(10, -3 + 3 * random.nextDouble());
            for (double[] row : j) {
                for (int k = 0; k < P; k++) {
                    row[k] = size * random.nextGaussian();
                }
            }
            ParameterCovariance covariance =
                    new ParameterCovariance(P, new int[] {0, 1, 2, 3}, new int[0], List.of("a", "b", "c", "d"), v, v);
            double[] flat = {c[0][0], c[0][1], c[1][0], c[1][1]};
            if (new JointVariance(covariance, StandardErrors.MODEL).matters(flat, j)) {
                continue;
            }
            left++;
            for (int trial = 0; trial < 200; trial++) {
                double[] z = {random.nextGaussian(), random.nextGaussian()};
                double[] alone = new double[P];
                double[] joint = new double[P];
                double reach = Math.pow(10, -2 + 4 * random.nextDouble());
                for (int k = 0; k < P; k++) {
                    alone[k] = reach * random.nextGaussian();
                    joint[k] = alone[k] + z[0] * j[0][k] + z[1] * j[1][k];
                }
                double own = form(c, z);
                double ratio = Math.sqrt((own + form(v, joint)) / (own + form(v, alone)));
                most = Math.max(most, Math.abs(ratio - 1));
            }
        }
        assertTrue(left > 30, "some can do without: " + left);
        assertTrue(most > 1e-3 && most < 0.0103, "the largest difference is " + most);
    }

    @Test
    void whereNothingIsKnownOfTheEffectsOrOfAParameterItMatters() {
        double[][] v = {{1, 0}, {0, 1}};
        ParameterCovariance known = new ParameterCovariance(2, new int[] {0, 1}, new int[0], List.of("a", "b"), v, v);
        ParameterCovariance open =
                new ParameterCovariance(2, new int[] {0}, new int[] {1}, List.of("a", "b"), new double[][] {{1}}, v);
        double[][] j = {{1e-9, 1e-9}};
        assertFalse(new JointVariance(known, StandardErrors.MODEL).matters(new double[] {1}, j));
        assertTrue(new JointVariance(known, StandardErrors.MODEL).matters(new double[] {0}, j));
        assertTrue(new JointVariance(known, StandardErrors.MODEL).matters(new double[] {Double.NaN}, j));
        assertTrue(new JointVariance(open, StandardErrors.MODEL).matters(new double[] {1}, j));
        assertEquals(1e-9, j[0][0], 0, "arguments stay");
    }

    private static double[][] square(Random random, int m, double scale) {
        double[][] a = new double[m][m];
        for (double[] row : a) {
            for (int j = 0; j < m; j++) {
                row[j] = scale * random.nextGaussian();
            }
        }
        double[][] out = new double[m][m];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                for (int k = 0; k < m; k++) {
                    out[i][j] += a[i][k] * a[j][k];
                }
            }
        }
        return out;
    }

    private static double form(double[][] a, double[] x) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < x.length; j++) {
                sum += x[i] * a[i][j] * x[j];
            }
        }
        return sum;
    }
}
