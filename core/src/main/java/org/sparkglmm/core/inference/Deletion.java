package org.sparkglmm.core.inference;

import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.decomposition.chol.CholeskyDecompositionInner_DDRM;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.LocalClusterData;
import org.sparkglmm.core.likelihood.Curvature;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.LikelihoodPasses;
import org.sparkglmm.core.likelihood.MixedModel;

/**
 * What leaving one cluster out does to the estimates, by the exact one-step formula (Cook and Weisberg 1982, §5.3): -(J - J_i)⁻¹ s_i, with
 * J the information of all clusters, J_i and s_i the information and the score of the one. V s_i, which {@link
 * org.sparkglmm.core.likelihood.ScoreSum} takes of all clusters, leaves J_i out, and a cluster that holds much of what is known then seems to move little.
 */
public final class Deletion implements Serializable {
    private static final long serialVersionUID = 1;

    /** Of all weights: beyond it a cluster's own information matters. */
    private static final double HEAVY = 0.05;

    private final MixedModel model;
    private final GaussHermite grid;
    private final double[] parameters;
    private final int[] indices;
    private final double[][] covariance;
    private final double[][] information;
    private final boolean isInvertible;

    /** @param covariance model-based, of the free parameters */
    public Deletion(MixedModel model, GaussHermite grid, double[] parameters, ParameterCovariance covariance) {
        this.model = model;
        this.grid = grid;
        this.parameters = parameters.clone();
        indices = covariance.indices();
        this.covariance = covariance.matrix(StandardErrors.MODEL);
        information = new double[indices.length][indices.length];
        if (indices.length == 0) {
            isInvertible = false;
            return;
        }
        DMatrixRMaj inverse = new DMatrixRMaj(this.covariance);
        isInvertible = CommonOps_DDRM.invert(inverse);
        for (int i = 0; i < indices.length; i++) {
            for (int j = 0; j < indices.length; j++) {
                information[i][j] = inverse.get(i, j);
            }
        }
    }

    /**
     * Of one cluster.
     *
     * @param parameters the free ones
     * @param changes of these, in their standard errors; null if the others would not determine them
     * @param shares what part of what is known of each is this cluster's: (V J_i V)_kk / V_kk
     */
    public record Effect(int[] parameters, double[] changes, double[] shares) implements Serializable {
        /** Whether the other clusters determine all parameters. */
        public boolean isDetermined() {
            return changes != null;
        }

        /** The size of the largest change, in standard errors; NaN if the others do not determine the estimates. */
        public double largest() {
            return changes == null ? Double.NaN : Math.abs(changes[most()]);
        }

        /** Where the largest change stands, or of what is known the largest share if the others do not determine the estimates. */
        public int most() {
            double[] sizes = changes == null ? shares : changes;
            return IntStream.range(0, sizes.length)
                    .reduce(-1, (a, b) -> a >= 0 && Math.abs(sizes[a]) >= Math.abs(sizes[b]) ? a : b);
        }
    }

    /** Whether a cluster of this weight among all needs the exact formula. */
    public static boolean isFor(double weight, double all) {
        return weight > HEAVY * all;
    }

    /** Without one person, null if that cannot be computed. */
    public Effect of(ClusterBlock block, int person) {
        int m = indices.length;
        if (!isInvertible) {
            return null;
        }
        Curvature own = new LikelihoodPasses(new LocalClusterData(List.of(block.only(person)), 1), model)
                .curvature(grid, parameters);
        double[] score = own.likelihood().gradient();
        double[][] hessian = own.hessian();
        if (hessian == null) {
            return null;
        }
        DMatrixRMaj rest = new DMatrixRMaj(information);
        DMatrixRMaj ofOwn = new DMatrixRMaj(m, m);
        DMatrixRMaj step = new DMatrixRMaj(m, 1);
        for (int i = 0; i < m; i++) {
            step.set(i, 0, -score[indices[i]]);
            for (int j = 0; j < m; j++) {
                ofOwn.set(i, j, -hessian[indices[i]][indices[j]]);
                rest.add(i, j, hessian[indices[i]][indices[j]]);
            }
        }
        DMatrixRMaj v = new DMatrixRMaj(covariance);
        DMatrixRMaj work = new DMatrixRMaj(m, m);
        DMatrixRMaj known = new DMatrixRMaj(m, m);
        CommonOps_DDRM.mult(v, ofOwn, work);
        CommonOps_DDRM.mult(work, v, known);
        double[] shares = new double[m];
        for (int k = 0; k < m; k++) {
            shares[k] = known.get(k, k) / covariance[k][k];
        }
        boolean determined = new CholeskyDecompositionInner_DDRM(true).decompose(rest.copy())
                && CommonOps_DDRM.solve(rest, step, step);
        double[] changes = determined ? new double[m] : null;
        for (int k = 0; determined && k < m; k++) {
            changes[k] = step.get(k, 0) / Math.sqrt(covariance[k][k]);
        }
        return new Effect(indices.clone(), changes, shares);
    }
}
