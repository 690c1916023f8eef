package org.sparkglmm.core.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many matrices at once give what {@link SmallMatrices} gives of each. */
class MatrixBatchTest {
    private static final int N = 5;
    private static final double SAME_FORMULA = 1e-12;

    private static double[][] random(int q, long seed) {
        Random random = new Random(seed);
        double[][] out = new double[q * q][N];
        for (double[] element : out) {
            for (int i = 0; i < N; i++) {
                element[i] = random.nextGaussian();
            }
        }
        return out;
    }

    /** AA' + I. */
    private static double[][] positiveDefinite(int q, long seed) {
        double[][] a = random(q, seed);
        double[][] out = new double[q * q][N];
        for (int i = 0; i < N; i++) {
            double[] one = new double[q * q];
            SmallMatrices.multiplyTransposedRight(element(a, i), element(a, i), q, one);
            for (int k = 0; k < q * q; k++) {
                out[k][i] = one[k] + (k % (q + 1) == 0 ? 1 : 0);
            }
        }
        return out;
    }

    private static double[] element(double[][] a, int i) {
        double[] out = new double[a.length];
        for (int k = 0; k < out.length; k++) {
            out[k] = a[k][i];
        }
        return out;
    }

    private static void assertSame(double[] expected, double[][] actual, int i) {
        for (int k = 0; k < expected.length; k++) {
            assertEquals(expected[k], actual[k][i], SAME_FORMULA);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void factorsInversesAndSolutionsAreThoseOfEachMatrix(int q) {
        double[][] a = positiveDefinite(q, q);
        double[][] l = new double[q * q][];
        for (int k = 0; k < l.length; k++) {
            l[k] = a[k].clone();
        }
        MatrixBatch.choleskyInPlace(l, q, N);
        double[][] inverse = new double[q * q][N];
        MatrixBatch.invertLower(l, q, inverse, N);
        double[][] down = new double[q][N];
        double[][] up = new double[q][N];
        for (int r = 0; r < q; r++) {
            for (int i = 0; i < N; i++) {
                down[r][i] = r + 0.5 * i;
                up[r][i] = r + 0.5 * i;
            }
        }
        MatrixBatch.solveLower(l, q, down, N);
        MatrixBatch.solveLowerTransposed(l, q, up, N);
        for (int i = 0; i < N; i++) {
            double[] factor = element(a, i);
            SmallMatrices.choleskyInPlace(factor, q);
            double[] expected = new double[q * q];
            SmallMatrices.invertLower(factor, q, expected);
            assertSame(expected, inverse, i);
            double[] x = new double[q];
            double[] y = new double[q];
            for (int r = 0; r < q; r++) {
                x[r] = r + 0.5 * i;
                y[r] = x[r];
                for (int c = 0; c <= r; c++) {
                    assertEquals(factor[r * q + c], l[r * q + c][i], SAME_FORMULA);
                }
            }
            SmallMatrices.solveLower(factor, q, x);
            SmallMatrices.solveLowerTransposed(factor, q, y);
            assertSame(x, down, i);
            assertSame(y, up, i);
            assertTrue(MatrixBatch.isFactor(l, q, i));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void productsAreThoseOfEachMatrix(int q) {
        double[][] a = random(q, 7);
        double[][] b = random(q, 8);
        double[][] symmetric = positiveDefinite(q, 9);
        double[] m = element(random(q, 10), 0);
        for (int r = 0; r < q; r++) {
            for (int c = r + 1; c < q; c++) {
                m[r * q + c] = 0;
            }
        }
        double[][] product = new double[q * q][N];
        double[][] crossed = new double[q * q][N];
        double[][] work = new double[q * q][N];
        double[][] outer = new double[q * q][N];
        double[][] inner = new double[q * q][N];
        MatrixBatch.multiply(a, b, q, product, N);
        MatrixBatch.multiplyTransposedLeft(a, b, q, crossed, N);
        MatrixBatch.congruence(m, false, symmetric, q, work, outer, N);
        MatrixBatch.congruence(m, true, symmetric, q, work, inner, N);
        double[] half = new double[q * q];
        double[] expected = new double[q * q];
        for (int i = 0; i < N; i++) {
            SmallMatrices.multiply(element(a, i), element(b, i), q, expected);
            assertSame(expected, product, i);
            SmallMatrices.multiplyTransposedLeft(element(a, i), element(b, i), q, expected);
            assertSame(expected, crossed, i);
            SmallMatrices.multiply(m, element(symmetric, i), q, half);
            SmallMatrices.multiplyTransposedRight(half, m, q, expected);
            assertSame(expected, outer, i);
            SmallMatrices.multiplyTransposedLeft(m, element(symmetric, i), q, half);
            SmallMatrices.multiply(half, m, q, expected);
            assertSame(expected, inner, i);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, 0, Double.NaN, Double.POSITIVE_INFINITY})
    void whatIsNotPositiveDefiniteIsSeen(double pivot) {
        double[][] a = positiveDefinite(2, 3);
        a[3][1] = pivot;
        MatrixBatch.choleskyInPlace(a, 2, N);
        assertFalse(MatrixBatch.isFactor(a, 2, 1));
        assertTrue(MatrixBatch.isFactor(a, 2, 0));
    }
}
