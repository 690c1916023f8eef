package org.sparkglmm.core.math;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SmallMatricesTest {
    private static final double SAME_FORMULA = 1e-12;

    private static double[] random(int q, long seed) {
        Random random = new Random(seed);
        double[] out = new double[q * q];
        for (int i = 0; i < out.length; i++) {
            out[i] = random.nextGaussian();
        }
        return out;
    }

    private static double[] product(double[] a, boolean transposeA, double[] b, boolean transposeB, int q) {
        double[] out = new double[q * q];
        for (int i = 0; i < q; i++) {
            for (int j = 0; j < q; j++) {
                for (int k = 0; k < q; k++) {
                    out[i * q + j] +=
                            (transposeA ? a[k * q + i] : a[i * q + k]) * (transposeB ? b[j * q + k] : b[k * q + j]);
                }
            }
        }
        return out;
    }

    /** AA' + I. */
    private static double[] positiveDefinite(int q, long seed) {
        double[] a = random(q, seed);
        double[] out = product(a, false, a, true, q);
        for (int i = 0; i < q; i++) {
            out[i * q + i] += 1;
        }
        return out;
    }

    private static double[] lower(double[] a, int q) {
        double[] out = a.clone();
        for (int i = 0; i < q; i++) {
            for (int j = i + 1; j < q; j++) {
                out[i * q + j] = 0;
            }
        }
        return out;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8})
    void theCholeskyFactorTimesItsTransposeIsTheMatrix(int q) {
        double[] a = positiveDefinite(q, q);
        double[] l = a.clone();
        assertTrue(SmallMatrices.choleskyInPlace(l, q));
        double[] clean = lower(l, q);
        assertArrayEquals(a, product(clean, false, clean, true, q), SAME_FORMULA);
        for (int i = 0; i < q; i++) {
            assertTrue(clean[i * q + i] > 0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8})
    void onlyTheLowerTriangleIsRead(int q) {
        double[] a = positiveDefinite(q, q);
        double[] spoilt = a.clone();
        for (int i = 0; i < q; i++) {
            for (int j = i + 1; j < q; j++) {
                spoilt[i * q + j] = Double.NaN;
            }
        }
        assertTrue(SmallMatrices.choleskyInPlace(spoilt, q));
        SmallMatrices.choleskyInPlace(a, q);
        assertArrayEquals(lower(a, q), lower(spoilt, q));
        double[] b = new double[q];
        java.util.Arrays.fill(b, 1);
        double[] c = b.clone();
        SmallMatrices.solveLower(a, q, b);
        SmallMatrices.solveLower(spoilt, q, c);
        assertArrayEquals(b, c);
        SmallMatrices.solveLowerTransposed(a, q, b);
        SmallMatrices.solveLowerTransposed(spoilt, q, c);
        assertArrayEquals(b, c);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8})
    void theTriangularSolvesUndoTheProducts(int q) {
        double[] l = positiveDefinite(q, 7 + q);
        SmallMatrices.choleskyInPlace(l, q);
        double[] x = new double[q];
        for (int i = 0; i < q; i++) {
            x[i] = i - 1.5;
        }
        double[] forward = new double[q];
        double[] backward = new double[q];
        for (int i = 0; i < q; i++) {
            for (int k = 0; k < q; k++) {
                forward[i] += k <= i ? l[i * q + k] * x[k] : 0;
                backward[i] += k >= i ? l[k * q + i] * x[k] : 0;
            }
        }
        SmallMatrices.solveLower(l, q, forward);
        SmallMatrices.solveLowerTransposed(l, q, backward);
        assertArrayEquals(x, forward, SAME_FORMULA);
        assertArrayEquals(x, backward, SAME_FORMULA);

        double[] inverse = new double[q * q];
        java.util.Arrays.fill(inverse, Double.NaN);
        SmallMatrices.invertLower(l, q, inverse);
        double[] identity = product(lower(l, q), false, inverse, false, q);
        for (int i = 0; i < q; i++) {
            for (int j = 0; j < q; j++) {
                assertEquals(i == j ? 1 : 0, identity[i * q + j], SAME_FORMULA);
                if (j > i) {
                    assertEquals(0, inverse[i * q + j]);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8})
    void theProductsAreThoseOfTheDefinition(int q) {
        double[] a = random(q, 100 + q);
        double[] b = random(q, 200 + q);
        double[] out = new double[q * q];
        SmallMatrices.multiply(a, b, q, out);
        assertArrayEquals(product(a, false, b, false, q), out, SAME_FORMULA);
        SmallMatrices.multiplyTransposedLeft(a, b, q, out);
        assertArrayEquals(product(a, true, b, false, q), out, SAME_FORMULA);
        SmallMatrices.multiplyTransposedRight(a, b, q, out);
        assertArrayEquals(product(a, false, b, true, q), out, SAME_FORMULA);
    }

    @Test
    void whatIsNotPositiveDefiniteIsRefused() {
        assertFalse(SmallMatrices.choleskyInPlace(new double[] {0}, 1));
        assertFalse(SmallMatrices.choleskyInPlace(new double[] {-1}, 1));
        assertFalse(SmallMatrices.choleskyInPlace(new double[] {Double.NaN}, 1));
        assertFalse(SmallMatrices.choleskyInPlace(new double[] {Double.POSITIVE_INFINITY}, 1));
        assertFalse(SmallMatrices.choleskyInPlace(new double[] {1, 2, 2, 1}, 2));
        assertFalse(SmallMatrices.choleskyInPlace(new double[] {1, 1, 1, 1}, 2));
        assertFalse(SmallMatrices.choleskyInPlace(new double[] {1, 0, Double.NaN, 1}, 2));
        assertFalse(SmallMatrices.choleskyInPlace(new double[] {1, 0, Double.POSITIVE_INFINITY, 1}, 2));
    }
}
