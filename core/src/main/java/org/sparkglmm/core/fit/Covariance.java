package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;
import org.sparkglmm.core.math.SmallMatrices;

/**
 * Covariance of the estimates in raw parameters: A H⁻¹ A' from the Hessian in scaled ones, and the sandwich H⁻¹ (Σ g g')
 * H⁻¹ over clusters (Huber 1967, White 1982). Parameters on the boundary are held fixed and have neither.
 */
final class Covariance {
    /** Root of the part of a parameter's information that the others do not share; below it, it has none of its own. */
    private static final double SMALLEST_PIVOT = 1e-5;

    private final int[] free;
    private final double[][] matrix;
    private final double[] se;
    private final double[] robustSe;
    private final double[] scaledSe;
    private final boolean complete;

    private Covariance(
            int[] free, double[][] matrix, double[] se, double[] robustSe, double[] scaledSe, boolean complete) {
        this.free = free;
        this.matrix = matrix;
        this.se = se;
        this.robustSe = robustSe;
        this.scaledSe = scaledSe;
        this.complete = complete;
    }

    /**
     * @param hessian of minus the log-likelihood in the free scaled variables; null if unknown
     * @param scores Σ g g' of all raw parameters
     * @param toRaw A, raw = A · scaled
     * @param free indices of the free parameters
     */
    static Covariance of(double[][] hessian, double[][] scores, double[][] toRaw, int[] free) {
        int m = free.length;
        int all = toRaw.length;
        double[] se = new double[all];
        double[] robust = new double[all];
        double[] scaledSe = new double[all];
        Arrays.fill(scaledSe, Double.NaN);
        Arrays.fill(se, Double.NaN);
        Arrays.fill(robust, Double.NaN);
        if (hessian == null || !isPositiveDefinite(hessian)) {
            return new Covariance(free, new double[0][], se, robust, scaledSe, false);
        }
        DMatrixRMaj a = new DMatrixRMaj(m, m);
        DMatrixRMaj meat = new DMatrixRMaj(m, m);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                a.set(i, j, toRaw[free[i]][free[j]]);
                meat.set(i, j, scores[free[i]][free[j]]);
            }
        }
        DMatrixRMaj inverse = new DMatrixRMaj(m, m);
        LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.symmPosDef(m);
        if (!solver.setA(new DMatrixRMaj(hessian))) {
            return new Covariance(free, new double[0][], se, robust, scaledSe, false);
        }
        solver.invert(inverse);
        DMatrixRMaj cov = new DMatrixRMaj(m, m);
        DMatrixRMaj work = new DMatrixRMaj(m, m);
        CommonOps_DDRM.mult(a, inverse, work);
        CommonOps_DDRM.multTransB(work, a, cov);
        DMatrixRMaj sandwich = new DMatrixRMaj(m, m);
        CommonOps_DDRM.mult(cov, meat, work);
        CommonOps_DDRM.mult(work, cov, sandwich);
        double[][] matrix = new double[m][m];
        for (int i = 0; i < m; i++) {
            scaledSe[free[i]] = Math.sqrt(inverse.get(i, i));
            se[free[i]] = Math.sqrt(cov.get(i, i));
            robust[free[i]] = Math.sqrt(sandwich.get(i, i));
            for (int j = 0; j < m; j++) {
                matrix[i][j] = 0.5 * (cov.get(i, j) + cov.get(j, i));
            }
        }
        return new Covariance(free, matrix, se, robust, scaledSe, true);
    }

    /** Whether the information, each parameter in its own standard deviations, has a Cholesky factor well off 0. */
    private static boolean isPositiveDefinite(double[][] hessian) {
        int m = hessian.length;
        double[] a = new double[m * m];
        for (int i = 0; i < m; i++) {
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

    /** Standard errors in scaled variables: what a column's one standard deviation does to η. */
    double[] scaledSe() {
        return scaledSe;
    }

    boolean isComplete() {
        return complete;
    }

    /** Of every parameter; NaN where there is none. */
    double[] se() {
        return se;
    }

    double[] robustSe() {
        return robustSe;
    }

    double[][] matrix() {
        return matrix;
    }

    /** The names of the rows of {@link #matrix()}. */
    List<String> names(List<String> all) {
        List<String> out = new ArrayList<>();
        if (complete) {
            for (int i : free) {
                out.add(all.get(i));
            }
        }
        return out;
    }
}
