package org.sparkglmm.core.math;

/**
 * Dense row-major q×q matrices of a cluster's size (q is 1 to a handful), in place and without allocation. Lower
 * triangular arguments are read in their lower triangle only.
 */
public final class SmallMatrices {
    private SmallMatrices() {}

    /**
     * Replaces the lower triangle of a symmetric matrix by its Cholesky factor.
     *
     * @return false if the matrix is not positive definite (or holds NaN); its contents are then undefined
     */
    public static boolean choleskyInPlace(double[] a, int q) {
        for (int j = 0; j < q; j++) {
            double pivot = a[j * q + j];
            for (int k = 0; k < j; k++) {
                pivot -= a[j * q + k] * a[j * q + k];
            }
            if (!(pivot > 0) || pivot == Double.POSITIVE_INFINITY) {
                return false;
            }
            double root = Math.sqrt(pivot);
            a[j * q + j] = root;
            for (int i = j + 1; i < q; i++) {
                double s = a[i * q + j];
                for (int k = 0; k < j; k++) {
                    s -= a[i * q + k] * a[j * q + k];
                }
                a[i * q + j] = s / root;
            }
        }
        return true;
    }

    /** x := L⁻¹x. */
    public static void solveLower(double[] l, int q, double[] x) {
        for (int i = 0; i < q; i++) {
            double s = x[i];
            for (int k = 0; k < i; k++) {
                s -= l[i * q + k] * x[k];
            }
            x[i] = s / l[i * q + i];
        }
    }

    /** x := L⁻ᵀx. */
    public static void solveLowerTransposed(double[] l, int q, double[] x) {
        for (int i = q - 1; i >= 0; i--) {
            double s = x[i];
            for (int k = i + 1; k < q; k++) {
                s -= l[k * q + i] * x[k];
            }
            x[i] = s / l[i * q + i];
        }
    }

    /** out := L⁻¹, lower triangular with zeros above. */
    public static void invertLower(double[] l, int q, double[] out) {
        for (int j = 0; j < q; j++) {
            for (int i = 0; i < j; i++) {
                out[i * q + j] = 0;
            }
            out[j * q + j] = 1 / l[j * q + j];
            for (int i = j + 1; i < q; i++) {
                double s = 0;
                for (int k = j; k < i; k++) {
                    s -= l[i * q + k] * out[k * q + j];
                }
                out[i * q + j] = s / l[i * q + i];
            }
        }
    }

    /** out := AB. */
    public static void multiply(double[] a, double[] b, int q, double[] out) {
        for (int i = 0; i < q; i++) {
            for (int j = 0; j < q; j++) {
                double s = 0;
                for (int k = 0; k < q; k++) {
                    s += a[i * q + k] * b[k * q + j];
                }
                out[i * q + j] = s;
            }
        }
    }

    /** out := AᵀB. */
    public static void multiplyTransposedLeft(double[] a, double[] b, int q, double[] out) {
        for (int i = 0; i < q; i++) {
            for (int j = 0; j < q; j++) {
                double s = 0;
                for (int k = 0; k < q; k++) {
                    s += a[k * q + i] * b[k * q + j];
                }
                out[i * q + j] = s;
            }
        }
    }

    /** out := ABᵀ. */
    public static void multiplyTransposedRight(double[] a, double[] b, int q, double[] out) {
        for (int i = 0; i < q; i++) {
            for (int j = 0; j < q; j++) {
                double s = 0;
                for (int k = 0; k < q; k++) {
                    s += a[i * q + k] * b[j * q + k];
                }
                out[i * q + j] = s;
            }
        }
    }
}
