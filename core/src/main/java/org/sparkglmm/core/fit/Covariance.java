package org.sparkglmm.core.fit;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.sparkglmm.core.inference.ParameterCovariance;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.model.ParameterLayout;

/**
 * Covariance of the estimates in raw parameters: A H⁻¹ A' from the Hessian in scaled ones, and the sandwich H⁻¹ (Σ g g')
 * H⁻¹ over clusters (Huber 1967, White 1982). Parameters on the boundary are held fixed and have neither; no more have those
 * that the data leave open (a separated group, a parameter that nothing identifies), and the others have theirs all the same.
 */
final class Covariance {
    /** A direction moves a parameter if it does so by this part of what it does to the one it moves most. */
    private static final double TOUCHED = 1e-3;

    private final ParameterCovariance estimates;
    private final double[] se;
    private final double[] robustSe;
    private final double[] scaledSe;
    private final int[] undetermined;
    private final boolean complete;

    private Covariance(
            ParameterCovariance estimates,
            double[] se,
            double[] robustSe,
            double[] scaledSe,
            int[] undetermined,
            boolean complete) {
        this.estimates = estimates;
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
     * @param names of all parameters
     */
    static Covariance of(double[][] hessian, double[][] scores, double[][] toRaw, int[] free, List<String> names) {
        int all = toRaw.length;
        double[] nothing = new double[all];
        Arrays.fill(nothing, Double.NaN);
        InvertedInformation information = InvertedInformation.of(hessian);
        if (information == null) {
            return new Covariance(ParameterCovariance.none(all), nothing, nothing, nothing, new int[0], false);
        }
        double[][] inverse = information.inverse();
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

        boolean[] undetermined = new boolean[m];
        for (double[] direction : information.open()) {
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
        double[][] robustMatrix = new double[known.length][known.length];
        for (int i = 0; i < known.length; i++) {
            int k = known[i];
            scaledSe[free[k]] = Math.sqrt(inverse[k][k]);
            se[free[k]] = Math.sqrt(cov.get(k, k));
            // Scores vanish where information does: their sandwich would look like knowledge.
            double scaled = cov.get(k, k) / (a.get(k, k) * a.get(k, k));
            robust[free[k]] = scaled < 1 / InvertedInformation.LITTLE ? Math.sqrt(sandwich.get(k, k)) : Double.NaN;
            for (int j = 0; j < known.length; j++) {
                matrix[i][j] = 0.5 * (cov.get(k, known[j]) + cov.get(known[j], k));
                robustMatrix[i][j] = 0.5 * (sandwich.get(k, known[j]) + sandwich.get(known[j], k));
            }
        }
        for (int i = 0; i < known.length; i++) {
            if (Double.isNaN(robust[free[known[i]]])) {
                for (int j = 0; j < known.length; j++) {
                    robustMatrix[i][j] = Double.NaN;
                    robustMatrix[j][i] = Double.NaN;
                }
            }
        }
        int[] determined = Arrays.stream(known).map(i -> free[i]).toArray();
        int[] left = IntStream.range(0, m)
                .filter(i -> undetermined[i])
                .map(i -> free[i])
                .toArray();
        return new Covariance(
                new ParameterCovariance(all, determined, names, matrix, robustMatrix),
                se,
                robust,
                scaledSe,
                left,
                true);
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

    ParameterCovariance estimates() {
        return estimates;
    }

    /** The part of it for θ, NaN where a parameter is held or left open. */
    double[][] ofTheta(ParameterLayout layout) {
        return estimates.block(
                IntStream.range(layout.thetaStart(), layout.psiStart()).toArray(), StandardErrors.MODEL);
    }
}
