package org.sparkglmm.core.fit;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.sparkglmm.core.inference.ParameterCovariance;

/**
 * Covariance of the estimates in raw parameters: A H⁻¹ A' from the Hessian in scaled ones, and the sandwich H⁻¹ (Σ g g')
 * H⁻¹ over clusters (Huber 1967, White 1982). Parameters on the boundary are held fixed and have neither; no more have those
 * that the data leave open (a separated group, a parameter that nothing identifies), and the others have theirs all the same.
 */
final class Covariance {
    private final List<String> names;
    private final int[] free;
    /** Those of free that the data determine, as indices into it. */
    private final int[] known;
    /** Of the free parameters. */
    private final DMatrixRMaj model;

    private final DMatrixRMaj sandwich;
    private final double[] scaledSe;
    /** Of the free parameters, variance in units of their own scale: what information they have. */
    private final double[] looseness;

    private final boolean complete;

    private Covariance(
            List<String> names,
            int[] free,
            int[] known,
            DMatrixRMaj model,
            DMatrixRMaj sandwich,
            double[] scaledSe,
            double[] looseness,
            boolean complete) {
        this.looseness = looseness;
        this.names = names;
        this.free = free;
        this.known = known;
        this.model = model;
        this.sandwich = sandwich;
        this.scaledSe = scaledSe;
        this.complete = complete;
    }

    /**
     * The model-based one.
     *
     * @param hessian of minus the log-likelihood in the free scaled variables; null if unknown
     * @param toRaw A, raw = A · scaled
     * @param free indices of the free parameters
     * @param names of all parameters
     */
    static Covariance of(double[][] hessian, double[][] toRaw, int[] free, List<String> names) {
        double[] scaledSe = new double[toRaw.length];
        Arrays.fill(scaledSe, Double.NaN);
        InvertedInformation information = InvertedInformation.of(hessian);
        if (information == null) {
            DMatrixRMaj none = new DMatrixRMaj(0, 0);
            return new Covariance(names, new int[0], new int[0], none, none, scaledSe, new double[0], false);
        }
        double[][] inverse = information.inverse();
        int m = free.length;
        DMatrixRMaj a = new DMatrixRMaj(m, m);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                a.set(i, j, toRaw[free[i]][free[j]]);
            }
        }
        DMatrixRMaj model = new DMatrixRMaj(m, m);
        DMatrixRMaj work = new DMatrixRMaj(m, m);
        CommonOps_DDRM.mult(a, new DMatrixRMaj(inverse), work);
        CommonOps_DDRM.multTransB(work, a, model);

        boolean[] undetermined = information.moved(a);
        int[] known = IntStream.range(0, m).filter(i -> !undetermined[i]).toArray();
        double[] looseness = new double[m];
        for (int k : known) {
            scaledSe[free[k]] = Math.sqrt(inverse[k][k]);
            looseness[k] = model.get(k, k) / (a.get(k, k) * a.get(k, k));
        }
        return new Covariance(names, free, known, model, unknown(m), scaledSe, looseness, true);
    }

    private static DMatrixRMaj unknown(int m) {
        DMatrixRMaj out = new DMatrixRMaj(m, m);
        CommonOps_DDRM.fill(out, Double.NaN);
        return out;
    }

    /**
     * The same with the sandwich.
     *
     * @param scores Σ g g' over clusters, of all raw parameters
     */
    Covariance withScores(double[][] scores) {
        int m = free.length;
        DMatrixRMaj meat = new DMatrixRMaj(m, m);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                meat.set(i, j, scores[free[i]][free[j]]);
            }
        }
        DMatrixRMaj work = new DMatrixRMaj(m, m);
        DMatrixRMaj out = new DMatrixRMaj(m, m);
        CommonOps_DDRM.mult(model, meat, work);
        CommonOps_DDRM.mult(work, model, out);
        for (int k : known) {
            // Scores vanish where information does: their sandwich would look like knowledge.
            for (int j = 0; j < m && !(looseness[k] < 1 / InvertedInformation.LITTLE); j++) {
                out.set(k, j, Double.NaN);
                out.set(j, k, Double.NaN);
            }
        }
        return new Covariance(names, free, known, model, out, scaledSe, looseness, complete);
    }

    /** Of the parameters that are free and determined. */
    ParameterCovariance estimates() {
        int[] indices = Arrays.stream(known).map(k -> free[k]).toArray();
        int[] open =
                complete ? undetermined() : IntStream.range(0, scaledSe.length).toArray();
        return new ParameterCovariance(scaledSe.length, indices, open, names, symmetric(model), symmetric(sandwich));
    }

    private double[][] symmetric(DMatrixRMaj matrix) {
        double[][] out = new double[known.length][known.length];
        for (int i = 0; i < known.length; i++) {
            for (int j = 0; j < known.length; j++) {
                out[i][j] = 0.5 * (matrix.get(known[i], known[j]) + matrix.get(known[j], known[i]));
            }
        }
        return out;
    }

    /** Indices of free parameters that the data leave open: the log-likelihood is flat along a direction that moves them. */
    int[] undetermined() {
        return IntStream.range(0, free.length)
                .filter(i -> Arrays.stream(known).noneMatch(k -> k == i))
                .map(i -> free[i])
                .toArray();
    }

    /** Standard errors in scaled variables: what a column's one standard deviation does to η; NaN where there is none. */
    double[] scaledSe() {
        return scaledSe;
    }

    boolean isComplete() {
        return complete;
    }
}
