package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;
import org.sparkglmm.core.math.SmallMatrices;
import org.sparkglmm.core.optim.SymmetricEigen;

/**
 * The inverse of an observed information; of a singular one, that on the directions it determines, and the others apart.
 *
 * @param inverse in the Hessian's variables
 * @param open the directions along which the log-likelihood is flat, the largest element of each ±1
 */
record InvertedInformation(double[][] inverse, List<double[]> open) {
    /** Root of the part of a parameter's information that the others do not share; below it, it has none of its own. */
    private static final double SMALLEST_PIVOT = 3e-5;
    /** An eigenvalue of the information in correlation form that is no more than the error of its differences. */
    private static final double OPEN = 1e-8;
    /** Information, in scaled variables, that stands for a standard error of a thousand units of η. */
    static final double LITTLE = 1e-6;

    /** A direction moves a parameter if it does so by this part of what it does to the one it moves most. */
    private static final double TOUCHED = 1e-3;

    /**
     * Which parameters an open direction moves.
     *
     * @param jacobian of the parameters in the Hessian's variables
     */
    boolean[] moved(DMatrixRMaj jacobian) {
        boolean[] out = new boolean[jacobian.numRows];
        for (double[] direction : open) {
            for (int i = 0; i < out.length; i++) {
                double raw = 0;
                double size = 0;
                for (int j = 0; j < out.length; j++) {
                    raw += jacobian.get(i, j) * direction[j];
                    size = Math.max(size, Math.abs(jacobian.get(i, j)));
                }
                out[i] |= Math.abs(raw) > TOUCHED * size;
            }
        }
        return out;
    }

    /** Of minus the log-likelihood's Hessian; null if the point is no maximum, or the Hessian unknown. */
    static InvertedInformation of(double[][] hessian) {
        return of(hessian, OPEN);
    }

    /** @param accuracy an eigenvalue in correlation form that is no more than the error of the Hessian */
    static InvertedInformation of(double[][] hessian, double accuracy) {
        if (hessian == null) {
            return null;
        }
        if (isPositiveDefinite(hessian)) {
            int m = hessian.length;
            LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.symmPosDef(m);
            DMatrixRMaj out = new DMatrixRMaj(m, m);
            if (solver.setA(new DMatrixRMaj(hessian))) {
                solver.invert(out);
                return new InvertedInformation(rows(out), List.of());
            }
        }
        return ofSingular(hessian, accuracy);
    }

    private static InvertedInformation ofSingular(double[][] hessian, double accuracy) {
        int m = hessian.length;
        double[] root = roots(hessian);
        SymmetricEigen eigen = eigen(hessian, root);
        if (eigen == null || eigen.smallest() < -accuracy) {
            return null;
        }
        double[][] inverse = new double[m][m];
        List<double[]> open = new ArrayList<>();
        for (int k = 0; k < m; k++) {
            double[] v = eigen.vector(k);
            if (eigen.value(k) <= accuracy) {
                open.add(unscaled(v, root));
                continue;
            }
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < m; j++) {
                    inverse[i][j] += v[i] * v[j] / (eigen.value(k) * root[i] * root[j]);
                }
            }
        }
        return new InvertedInformation(inverse, open);
    }

    private static double[] unscaled(double[] v, double[] root) {
        double[] out = v.clone();
        double largest = 0;
        for (int i = 0; i < out.length; i++) {
            out[i] /= root[i];
            largest = Math.max(largest, Math.abs(out[i]));
        }
        for (int i = 0; i < out.length; i++) {
            out[i] /= largest;
        }
        return out;
    }

    private static double[][] rows(DMatrixRMaj matrix) {
        double[][] out = new double[matrix.numRows][matrix.numCols];
        for (int i = 0; i < out.length; i++) {
            for (int j = 0; j < out[i].length; j++) {
                out[i][j] = matrix.get(i, j);
            }
        }
        return out;
    }

    /** Roots of the diagonal; of a parameter without information of its own the root of what would be very little. */
    private static double[] roots(double[][] hessian) {
        double[] out = new double[hessian.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Math.sqrt(Math.max(hessian[i][i], LITTLE));
        }
        return out;
    }

    private static SymmetricEigen eigen(double[][] hessian, double[] root) {
        int m = hessian.length;
        double[][] a = new double[m][m];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                a[i][j] = hessian[i][j] / (root[i] * root[j]);
            }
        }
        try {
            return SymmetricEigen.of(a);
        } catch (ArithmeticException e) {
            return null;
        }
    }

    /** Whether the information, each parameter in its own standard deviations, has a Cholesky factor well off 0. */
    private static boolean isPositiveDefinite(double[][] hessian) {
        int m = hessian.length;
        double[] a = new double[m * m];
        for (int i = 0; i < m; i++) {
            if (!(hessian[i][i] > LITTLE)) {
                return false;
            }
            for (int j = 0; j < m; j++) {
                a[i * m + j] = hessian[i][j] / Math.sqrt(hessian[i][i] * hessian[j][j]);
            }
        }
        boolean positive = SmallMatrices.choleskyInPlace(a, m);
        for (int i = 0; positive && i < m; i++) {
            positive = a[i * m + i] > SMALLEST_PIVOT;
        }
        return positive;
    }
}
