package org.sparkglmm.core.likelihood;

/** Dense linear algebra by plain Gaussian elimination with pivoting, for oracles. */
final class Dense {
    private Dense() {}

    /** log|A| of a matrix with positive determinant. */
    static double logDeterminant(double[][] a) {
        return eliminate(a, new double[a.length][0]);
    }

    /** A⁻¹B. */
    static double[][] solve(double[][] a, double[][] b) {
        double[][] out = new double[b.length][];
        for (int i = 0; i < b.length; i++) {
            out[i] = b[i].clone();
        }
        eliminate(a, out);
        return out;
    }

    static double[][] multiply(double[][] a, double[][] b) {
        double[][] out = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < b[0].length; j++) {
                for (int k = 0; k < b.length; k++) {
                    out[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return out;
    }

    static double[][] transpose(double[][] a) {
        double[][] out = new double[a[0].length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[0].length; j++) {
                out[j][i] = a[i][j];
            }
        }
        return out;
    }

    /** Turns right into A⁻¹ right; returns log|det A|. */
    private static double eliminate(double[][] matrix, double[][] right) {
        int n = matrix.length;
        double[][] a = new double[n][];
        for (int i = 0; i < n; i++) {
            a[i] = matrix[i].clone();
        }
        double logDeterminant = 0;
        for (int c = 0; c < n; c++) {
            int pivot = c;
            for (int i = c + 1; i < n; i++) {
                pivot = Math.abs(a[i][c]) > Math.abs(a[pivot][c]) ? i : pivot;
            }
            double[] swap = a[c];
            a[c] = a[pivot];
            a[pivot] = swap;
            swap = right[c];
            right[c] = right[pivot];
            right[pivot] = swap;
            logDeterminant += Math.log(Math.abs(a[c][c]));
            for (int i = 0; i < n; i++) {
                if (i == c) {
                    continue;
                }
                double factor = a[i][c] / a[c][c];
                for (int j = c; j < n; j++) {
                    a[i][j] -= factor * a[c][j];
                }
                for (int j = 0; j < right[i].length; j++) {
                    right[i][j] -= factor * right[c][j];
                }
            }
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < right[i].length; j++) {
                right[i][j] /= a[i][i];
            }
        }
        return logDeterminant;
    }
}
