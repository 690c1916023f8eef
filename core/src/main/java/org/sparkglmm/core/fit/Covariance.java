package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;
import org.sparkglmm.core.math.SmallMatrices;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.SymmetricEigen;

/**
 * Covariance of the estimates in raw parameters: A H⁻¹ A' from the Hessian in scaled ones, and the sandwich H⁻¹ (Σ g g')
 * H⁻¹ over clusters (Huber 1967, White 1982). Parameters on the boundary are held fixed and have neither; no more have those
 * that the data leave open (a separated group, a parameter that nothing identifies), and the others have theirs all the same.
 */
final class Covariance {
    /** Root of the part of a parameter's information that the others do not share; below it, it has none of its own. */
    private static final double SMALLEST_PIVOT = 3e-5;
    /** An eigenvalue of the information in correlation form that is no more than the error of its differences. */
    private static final double OPEN = 1e-8;
    /** Information, in scaled variables, that stands for a standard error of a thousand units of η. */
    private static final double LITTLE = 1e-6;
    /** A direction moves a parameter if it does so by this part of what it does to the one it moves most. */
    private static final double TOUCHED = 1e-3;

    private final int[] free;
    private final double[][] matrix;
    private final double[] se;
    private final double[] robustSe;
    private final double[] scaledSe;
    private final int[] undetermined;
    private final boolean complete;

    private Covariance(
            int[] free,
            double[][] matrix,
            double[] se,
            double[] robustSe,
            double[] scaledSe,
            int[] undetermined,
            boolean complete) {
        this.free = free;
        this.matrix = matrix;
        this.se = se;
        this.robustSe = robustSe;
        this.scaledSe = scaledSe;
        this.undetermined = undetermined;
        this.complete = complete;
    }

    /**
     * @param hessian of minus the log-likelihood in the free scaled variables; null if unknown
     * @param scores Σ g g' of all raw parameters
     * @param toRaw A, raw = A · scaled
     * @param free indices of the free parameters
     */
    static Covariance of(double[][] hessian, double[][] scores, double[][] toRaw, int[] free) {
        int all = toRaw.length;
        double[] nothing = new double[all];
        Arrays.fill(nothing, Double.NaN);
        double[][] inverse = hessian == null ? null : inverse(hessian);
        if (inverse == null) {
            return new Covariance(new int[0], new double[0][], nothing, nothing, nothing, new int[0], false);
        }
        int m = free.length;
        DMatrixRMaj a = new DMatrixRMaj(m, m);
        DMatrixRMaj meat = new DMatrixRMaj(m, m);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                a.set(i, j, toRaw[free[i]][free[j]]);
                meat.set(i, j, scores[free[i]][free[j]]);
            }
        }
        DMatrixRMaj cov = new DMatrixRMaj(m, m);
        DMatrixRMaj work = new DMatrixRMaj(m, m);
        CommonOps_DDRM.mult(a, new DMatrixRMaj(inverse), work);
        CommonOps_DDRM.multTransB(work, a, cov);
        DMatrixRMaj sandwich = new DMatrixRMaj(m, m);
        CommonOps_DDRM.mult(cov, meat, work);
        CommonOps_DDRM.mult(work, cov, sandwich);

        double[][] open = openDirections(hessian);
        boolean[] undetermined = new boolean[m];
        for (double[] direction : open) {
            for (int i = 0; i < m; i++) {
                double raw = 0;
                double size = 0;
                for (int j = 0; j < m; j++) {
                    raw += a.get(i, j) * direction[j];
                    size = Math.max(size, Math.abs(a.get(i, j)));
                }
                undetermined[i] |= Math.abs(raw) > TOUCHED * size;
            }
        }
        int[] known = IntStream.range(0, m).filter(i -> !undetermined[i]).toArray();
        double[] se = nothing.clone();
        double[] robust = nothing.clone();
        double[] scaledSe = nothing.clone();
        double[][] matrix = new double[known.length][known.length];
        for (int i = 0; i < known.length; i++) {
            int k = known[i];
            scaledSe[free[k]] = Math.sqrt(inverse[k][k]);
            se[free[k]] = Math.sqrt(cov.get(k, k));
            // Scores vanish where information does: their sandwich would look like knowledge.
            double scaled = cov.get(k, k) / (a.get(k, k) * a.get(k, k));
            robust[free[k]] = scaled < 1 / LITTLE ? Math.sqrt(sandwich.get(k, k)) : Double.NaN;
            for (int j = 0; j < known.length; j++) {
                matrix[i][j] = 0.5 * (cov.get(k, known[j]) + cov.get(known[j], k));
            }
        }
        int[] determined = Arrays.stream(known).map(i -> free[i]).toArray();
        int[] left = IntStream.range(0, m)
                .filter(i -> undetermined[i])
                .map(i -> free[i])
                .toArray();
        return new Covariance(determined, matrix, se, robust, scaledSe, left, true);
    }

    /** The inverse, of a singular Hessian that on the directions it determines; null if the point is no maximum. */
    private static double[][] inverse(double[][] hessian) {
        int m = hessian.length;
        if (isPositiveDefinite(hessian)) {
            LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.symmPosDef(m);
            DMatrixRMaj out = new DMatrixRMaj(m, m);
            if (solver.setA(new DMatrixRMaj(hessian))) {
                solver.invert(out);
                return rows(out);
            }
        }
        double[] root = roots(hessian);
        SymmetricEigen eigen = eigen(hessian, root);
        if (eigen == null || eigen.smallest() < -OPEN) {
            return null;
        }
        double[][] out = new double[m][m];
        for (int k = 0; k < m; k++) {
            if (eigen.value(k) > OPEN) {
                double[] v = eigen.vector(k);
                for (int i = 0; i < m; i++) {
                    for (int j = 0; j < m; j++) {
                        out[i][j] += v[i] * v[j] / (eigen.value(k) * root[i] * root[j]);
                    }
                }
            }
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

    /** The directions, in scaled variables, along which the log-likelihood is flat. */
    private static double[][] openDirections(double[][] hessian) {
        if (isPositiveDefinite(hessian)) {
            return new double[0][];
        }
        double[] root = roots(hessian);
        SymmetricEigen eigen = eigen(hessian, root);
        List<double[]> out = new ArrayList<>();
        for (int k = 0; k < hessian.length; k++) {
            if (eigen.value(k) <= OPEN) {
                double[] direction = eigen.vector(k).clone();
                double largest = 0;
                for (int i = 0; i < direction.length; i++) {
                    direction[i] /= root[i];
                    largest = Math.max(largest, Math.abs(direction[i]));
                }
                for (int i = 0; i < direction.length; i++) {
                    direction[i] /= largest;
                }
                out.add(direction);
            }
        }
        return out.toArray(double[][]::new);
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

    /** Indices of free parameters that the data leave open: the log-likelihood is flat along a direction that moves them. */
    int[] undetermined() {
        return undetermined;
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

    /** The part of it for θ, NaN where a parameter is held or left open. */
    double[][] ofTheta(ParameterLayout layout) {
        double[][] out = unknown(layout.theta());
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < matrix.length; j++) {
                int r = free[i] - layout.thetaStart();
                int c = free[j] - layout.thetaStart();
                if (r >= 0 && r < layout.theta() && c >= 0 && c < layout.theta()) {
                    out[r][c] = matrix[i][j];
                }
            }
        }
        return out;
    }

    static double[][] unknown(int size) {
        double[][] out = new double[size][size];
        for (double[] row : out) {
            Arrays.fill(row, Double.NaN);
        }
        return out;
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
