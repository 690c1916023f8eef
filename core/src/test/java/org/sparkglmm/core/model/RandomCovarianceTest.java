package org.sparkglmm.core.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class RandomCovarianceTest {
    private static final double STEP = 1e-6;
    /** Terms of two, one and three effects behind two fixed ones, and two parameters of the family. */
    private static final ParameterLayout LAYOUT = new ParameterLayout(2, new int[] {2, 1, 3}, 2);

    private static double[] parameters(long seed) {
        return new Random(seed).doubles(LAYOUT.size(), -1, 2).toArray();
    }

    private static double[][] map(long seed) {
        Random random = new Random(seed);
        double[][] out = new double[LAYOUT.random()][LAYOUT.random()];
        for (CovarianceFactor factor : LAYOUT.factors()) {
            for (int r = factor.start(); r < factor.end(); r++) {
                for (int c = factor.start(); c < factor.end(); c++) {
                    out[r][c] = (r == c ? 1 : 0) + 0.5 * random.nextGaussian();
                }
            }
        }
        return out;
    }

    @Test
    void entriesOfLambdaAreFoundWhereTheyAre() {
        double[] parameters = parameters(1);
        double[] lambda = LAYOUT.lambda(parameters);
        int q = LAYOUT.random();
        int entries = 0;
        for (int r = 0; r < q; r++) {
            for (int c = 0; c < q; c++) {
                int at = LAYOUT.index(r, c);
                assertEquals(at < 0 ? 0 : parameters[at], lambda[r * q + c]);
                entries += at < 0 ? 0 : 1;
            }
        }
        assertEquals(LAYOUT.theta(), entries);
        for (int t = 0; t < LAYOUT.theta(); t++) {
            assertEquals(LAYOUT.thetaStart() + t, LAYOUT.index(LAYOUT.row(t), LAYOUT.column(t)));
        }
    }

    /** G by the definition, of effects that another map leads to as well. */
    @Test
    void theCovarianceIsThatOfTheMappedEffects() {
        double[] parameters = parameters(2);
        double[] lambda = LAYOUT.lambda(parameters);
        double[][] a = map(3);
        RandomCovariance g = RandomCovariance.of(LAYOUT, parameters).times(a);
        int q = LAYOUT.random();
        for (int r = 0; r < q; r++) {
            for (int c = 0; c < q; c++) {
                double expected = 0;
                for (int i = 0; i < q; i++) {
                    for (int j = 0; j < q; j++) {
                        for (int k = 0; k < q; k++) {
                            expected += a[r][i] * lambda[i * q + k] * lambda[j * q + k] * a[c][j];
                        }
                    }
                }
                assertEquals(expected, g.at(r, c), 1e-12);
            }
        }
    }

    private static void assertGradient(ToDoubleFunction<double[]> value, double[] gradient, double[] at) {
        for (int i = 0; i < at.length; i++) {
            double[] up = at.clone();
            double[] down = at.clone();
            up[i] += STEP;
            down[i] -= STEP;
            double difference = (value.applyAsDouble(up) - value.applyAsDouble(down)) / (2 * STEP);
            assertEquals(difference, gradient[i], 1e-7 * (1 + Math.abs(difference)));
        }
    }

    @Test
    void gradientsAreThoseOfDifferences() {
        double[] at = parameters(4);
        double[][] a = map(5);
        RandomCovariance g = RandomCovariance.of(LAYOUT, at).times(a);
        assertGradient(
                p -> 0.5 * Math.log(RandomCovariance.of(LAYOUT, p).times(a).at(4, 4)), g.logDeviationGradient(4), at);
        assertGradient(p -> RandomCovariance.of(LAYOUT, p).times(a).correlation(5, 3), g.correlationGradient(5, 3), at);
        double[] z = new Random(6).doubles(LAYOUT.random(), -1, 1).toArray();
        double[] gradient = new double[LAYOUT.size()];
        RandomCovariance.of(LAYOUT, at).addVarianceGradient(z, 1, gradient);
        assertGradient(
                p -> {
                    double s = RandomCovariance.of(LAYOUT, p).deviation(z);
                    return s * s;
                },
                gradient,
                at);
    }

    /** A Λ with negative diagonals has the same G as its canonical form; a column that is put to 0 takes its variance away. */
    @Test
    void theCholeskyFactorIsTheCanonicalForm() {
        double[] parameters = parameters(7);
        parameters[LAYOUT.index(0, 0)] = -1.5;
        parameters[LAYOUT.index(4, 4)] = -0.2;
        RandomCovariance g = RandomCovariance.of(LAYOUT, parameters);
        double[] least = new double[LAYOUT.random()];
        assertSame(g, g.cholesky(j -> false, least), -1);
        assertSame(g, g.cholesky(j -> j == 5, least), 5);
        least[2] = 10;
        assertEquals(0, g.cholesky(j -> false, least)[2 * LAYOUT.random() + 2], "a diagonal below the least");
    }

    private static void assertSame(RandomCovariance g, double[] l, int without) {
        int q = LAYOUT.random();
        double[] canonical = new double[LAYOUT.size()];
        for (int r = 0; r < q; r++) {
            assertTrue(l[r * q + r] >= 0);
            for (int c = 0; c <= r; c++) {
                if (LAYOUT.index(r, c) >= 0) {
                    canonical[LAYOUT.index(r, c)] = l[r * q + c];
                } else {
                    assertEquals(0, l[r * q + c], "outside the terms");
                }
            }
        }
        RandomCovariance back = RandomCovariance.of(LAYOUT, canonical);
        for (int r = 0; r < q; r++) {
            for (int c = 0; c < q; c++) {
                if (r == without && c == without) {
                    assertTrue(back.at(r, c) < g.at(r, c));
                } else {
                    assertEquals(g.at(r, c), back.at(r, c), 1e-12);
                }
            }
        }
    }
}
