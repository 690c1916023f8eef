package org.sparkglmm.core.likelihood;

import java.util.Arrays;
import org.sparkglmm.core.design.BlockColumn;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.math.SmallMatrices;
import org.sparkglmm.core.model.Adjoint;
import org.sparkglmm.core.model.ParameterLayout;

/**
 * What is known of the random effects of a block's clusters given their data: modes, curvature, the joint density at other
 * points. A window of clusters at a time; holds the workspace, one thread at a time.
 */
final class ClusterPosterior {
    private final ClusterBlock block;
    private final ClusterWindow batch;
    private final ModeSearch modes;
    private final ParameterLayout layout;
    private final int q;

    private final double[] chol;
    private final double[] cholInverse;
    private final double[] lambdaChol;
    private final double[] lambdaCurvature;
    private final double[] covariance;
    private final double[] zScore;
    private final double[] zAlong;
    private final double[] along;
    private final double[] weighted;
    private final double[] zeros;
    private final double[][] psiAdjoint;

    /** @param modes which opens the windows */
    ClusterPosterior(ModeSearch modes) {
        this.modes = modes;
        batch = modes.batch;
        block = batch.block;
        layout = batch.layout;
        q = batch.q;
        chol = new double[q * q];
        cholInverse = new double[q * q];
        lambdaChol = new double[q * q];
        lambdaCurvature = new double[q * q];
        covariance = new double[q * q];
        zScore = new double[q];
        zAlong = new double[q];
        int n = batch.mostRows();
        along = new double[n];
        weighted = new double[n];
        zeros = new double[n];
        psiAdjoint = new double[layout.psiParts()][n];
    }

    /** The place of the window's first cluster in the block. */
    int first() {
        return batch.first;
    }

    /** Clusters in the window. */
    int clusters() {
        return batch.clusters;
    }

    /** Whether cluster i of the window has a mode. */
    boolean isFound(int i) {
        return modes.isFound(i);
    }

    /** Element d of û of cluster i. */
    double mode(int i, int d) {
        return modes.u[d][i];
    }

    /** h(û). */
    double minusLogJointAtMode(int i) {
        return modes.h[i];
    }

    /** h(v) at any u; the derivatives at the mode are lost. */
    double minusLogJoint(int i, double[] v) {
        return modes.evaluateOne(i, v, 0);
    }

    /** v := L⁻ᵀv, from standard normal to the curvature at the mode. */
    void scaleToPosterior(int i, double[] v) {
        modes.factor(i, chol);
        SmallMatrices.solveLowerTransposed(chol, q, v);
    }

    /** Writes the cluster's η at any u to its rows of a column of the block; the derivatives at the mode are lost. */
    void linearPredictor(int i, double[] v, double[] column) {
        modes.evaluateOne(i, v, 0);
        int from = batch.start[i];
        System.arraycopy(modes.eta, from, column, batch.firstRow + from, batch.start[i + 1] - from);
    }

    /** The linear predictor of the family's own parameter k at a row of the block. */
    double psi(int k, int row) {
        return batch.psi(k, row);
    }

    /** b̂ = Λû of cluster i. */
    void effects(int i, double[] into, int at) {
        for (int r = 0; r < q; r++) {
            double sum = 0;
            for (int d = 0; d <= r; d++) {
                sum += batch.lambda[r * q + d] * modes.u[d][i];
            }
            into[at + r] = sum;
        }
    }

    /** C = ΛH⁻¹Λ', the conditional covariance of b given the data, q×q row-major. */
    void effectCovariance(int i, double[] into) {
        modes.factor(i, chol);
        SmallMatrices.invertLower(chol, q, cholInverse);
        SmallMatrices.multiplyTransposedRight(batch.lambda, cholInverse, q, lambdaChol);
        SmallMatrices.multiplyTransposedRight(lambdaChol, lambdaChol, q, into);
    }

    /**
     * ∂b̂/∂(β, θ, ψ) of cluster i: q arrays, by the implicit function theorem at ∇h(û) = 0. With v = ZC of a random effect d and t =
     * Z'ℓ':
     *
     * <pre>
     * ∂b̂_d/∂β = Σ_j v_j ℓ''_j x_j ,  ∂b̂_d/∂ψ = Σ_j v_j ∂_ψℓ'_j
     * ∂b̂_d/∂Λ_rc = δ_dr û_c + (ΛH⁻¹)_dc t_r + Σ_j v_j ℓ''_j z_jr û_c
     * </pre>
     */
    void effectDerivatives(int i, double[][] into) {
        int from = batch.start[i];
        int to = batch.start[i + 1];
        effectCovariance(i, covariance);
        // ΛH⁻¹ = (ΛL⁻ᵀ)L⁻¹
        SmallMatrices.multiply(lambdaChol, cholInverse, q, lambdaCurvature);
        crossZ(from, to, modes.at.first, zScore);
        for (int d = 0; d < q; d++) {
            double[] out = into[d];
            for (int j = from; j < to; j++) {
                double v = 0;
                for (int r = 0; r < q; r++) {
                    v += covariance[d * q + r] * batch.z[r][j];
                }
                along[j] = v;
                weighted[j] = v * modes.at.second[j];
            }
            sum(i, weighted, block.x(), 0, out);
            crossZ(from, to, weighted, zAlong);
            for (int t = 0; t < layout.theta(); t++) {
                int r = layout.row(t);
                int c = layout.column(t);
                double u = modes.u[c][i];
                out[layout.thetaStart() + t] =
                        (d == r ? u : 0) + lambdaCurvature[d * q + c] * zScore[r] + zAlong[r] * u;
            }
            if (psiAdjoint.length > 0) {
                addPsi(i, out);
            }
        }
    }

    private void addPsi(int i, double[] out) {
        for (double[] adjoint : psiAdjoint) {
            Arrays.fill(adjoint, 0);
        }
        // Rows of other clusters have no part in it.
        Arrays.fill(along, 0, batch.start[i], 0);
        Arrays.fill(along, batch.start[i + 1], batch.rows, 0);
        batch.addAuxiliary(modes.eta, modes.at, new Adjoint(zeros, along, zeros), psiAdjoint);
        for (int k = 0; k < psiAdjoint.length; k++) {
            BlockColumn[] columns = block.auxiliary(k);
            sum(
                    i,
                    psiAdjoint[k],
                    columns == null ? new BlockColumn[] {BlockColumn.ONES} : columns,
                    layout.psiStart(k),
                    out);
        }
    }

    private void crossZ(int from, int to, double[] v, double[] out) {
        for (int r = 0; r < q; r++) {
            double sum = 0;
            for (int j = from; j < to; j++) {
                sum += v[j] * batch.z[r][j];
            }
            out[r] = sum;
        }
    }

    private void sum(int i, double[] v, BlockColumn[] columns, int at, double[] out) {
        for (int c = 0; c < columns.length; c++) {
            double sum = 0;
            for (int j = batch.start[i]; j < batch.start[i + 1]; j++) {
                sum += v[j] * columns[c].at(batch.first + i, batch.firstRow + j);
            }
            out[at + c] = sum;
        }
    }
}
