package org.sparkglmm.core.math;

import java.util.Arrays;

/**
 * Small matrices side by side: element (r, c) of all of them is array r·q + c, so that every operation is a handful of loops over
 * matrices that the JIT turns into vector instructions. As {@link SmallMatrices}, which has one at a time.
 */
public final class MatrixBatch {
    private MatrixBatch() {}

    /**
     * Replaces the lower triangles of symmetric matrices by their Cholesky factors. A matrix that is not positive definite
     * leaves a diagonal element that is not positive and finite.
     *
     * @param n how many matrices
     */
    public static void choleskyInPlace(double[][] a, int q, int n) {
        for (int j = 0; j < q; j++) {
            double[] pivot = a[j * q + j];
            for (int k = 0; k < j; k++) {
                subtractProduct(pivot, a[j * q + k], a[j * q + k], n);
            }
            for (int i = 0; i < n; i++) {
                pivot[i] = Math.sqrt(pivot[i]);
            }
            for (int r = j + 1; r < q; r++) {
                double[] element = a[r * q + j];
                for (int k = 0; k < j; k++) {
                    subtractProduct(element, a[r * q + k], a[j * q + k], n);
                }
                divide(element, pivot, n);
            }
        }
    }

    /** Whether {@link #choleskyInPlace} found matrix i to be positive definite. */
    public static boolean isFactor(double[][] l, int q, int i) {
        for (int d = 0; d < q; d++) {
            double pivot = l[d * q + d][i];
            if (!(pivot > 0 && pivot < Double.POSITIVE_INFINITY)) {
                return false;
            }
        }
        return true;
    }

    /** x := L⁻¹x, q arrays. */
    public static void solveLower(double[][] l, int q, double[][] x, int n) {
        for (int r = 0; r < q; r++) {
            for (int k = 0; k < r; k++) {
                subtractProduct(x[r], l[r * q + k], x[k], n);
            }
            divide(x[r], l[r * q + r], n);
        }
    }

    /** x := L⁻ᵀx. */
    public static void solveLowerTransposed(double[][] l, int q, double[][] x, int n) {
        for (int r = q - 1; r >= 0; r--) {
            for (int k = r + 1; k < q; k++) {
                subtractProduct(x[r], l[k * q + r], x[k], n);
            }
            divide(x[r], l[r * q + r], n);
        }
    }

    /** out := L⁻¹, lower triangular with zeros above. */
    public static void invertLower(double[][] l, int q, double[][] out, int n) {
        for (int c = 0; c < q; c++) {
            for (int r = 0; r < q; r++) {
                double[] element = out[r * q + c];
                Arrays.fill(element, 0, n, r == c ? 1 : 0);
                for (int k = c; k < r; k++) {
                    subtractProduct(element, l[r * q + k], out[k * q + c], n);
                }
                if (r >= c) {
                    divide(element, l[r * q + r], n);
                }
            }
        }
    }

    /** out := AB. */
    public static void multiply(double[][] a, double[][] b, int q, double[][] out, int n) {
        for (int r = 0; r < q; r++) {
            for (int c = 0; c < q; c++) {
                Arrays.fill(out[r * q + c], 0, n, 0);
                for (int k = 0; k < q; k++) {
                    addProduct(out[r * q + c], a[r * q + k], b[k * q + c], n);
                }
            }
        }
    }

    /** out := AᵀB. */
    public static void multiplyTransposedLeft(double[][] a, double[][] b, int q, double[][] out, int n) {
        for (int r = 0; r < q; r++) {
            for (int c = 0; c < q; c++) {
                Arrays.fill(out[r * q + c], 0, n, 0);
                for (int k = 0; k < q; k++) {
                    addProduct(out[r * q + c], a[k * q + r], b[k * q + c], n);
                }
            }
        }
    }

    /** out := MAMᵀ, or MᵀAM, for symmetric A (lower triangle read, all written) and one lower triangular M for all. */
    public static void congruence(
            double[] m, boolean transposed, double[][] a, int q, double[][] work, double[][] out, int n) {
        // work = A Mᵀ or A M
        for (int r = 0; r < q; r++) {
            for (int c = 0; c < q; c++) {
                double[] element = work[r * q + c];
                Arrays.fill(element, 0, n, 0);
                for (int k = 0; k < q; k++) {
                    double factor = transposed ? m[k * q + c] : m[c * q + k];
                    if (factor != 0) {
                        addMultiple(element, factor, a[Math.max(r, k) * q + Math.min(r, k)], n);
                    }
                }
            }
        }
        for (int r = 0; r < q; r++) {
            for (int c = 0; c <= r; c++) {
                double[] element = out[r * q + c];
                Arrays.fill(element, 0, n, 0);
                for (int k = 0; k < q; k++) {
                    double factor = transposed ? m[k * q + r] : m[r * q + k];
                    if (factor != 0) {
                        addMultiple(element, factor, work[k * q + c], n);
                    }
                }
                if (c < r) {
                    System.arraycopy(element, 0, out[c * q + r], 0, n);
                }
            }
        }
    }

    /** out += factor v. */
    public static void addMultiple(double[] out, double factor, double[] v, int n) {
        for (int i = 0; i < n; i++) {
            out[i] += factor * v[i];
        }
    }

    /** out += a b, element by element. */
    public static void addProduct(double[] out, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            out[i] += a[i] * b[i];
        }
    }

    /** out += factor a b, element by element. */
    public static void addProduct(double[] out, double factor, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            out[i] += factor * a[i] * b[i];
        }
    }

    private static void subtractProduct(double[] out, double[] a, double[] b, int n) {
        for (int i = 0; i < n; i++) {
            out[i] -= a[i] * b[i];
        }
    }

    private static void divide(double[] out, double[] by, int n) {
        for (int i = 0; i < n; i++) {
            out[i] /= by[i];
        }
    }
}
