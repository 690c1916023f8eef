package org.sparkglmm.core.likelihood;

import java.util.Arrays;
import org.sparkglmm.core.math.ArrayMath;
import org.sparkglmm.core.math.MatrixBatch;
import org.sparkglmm.core.model.Derivatives;

/**
 * The nodes of adaptive quadrature about a window's modes, one at a time: u_k = û + √2 L⁻ᵀx_k, the log-density's derivatives there, and the
 * weights p_k of the clusters, unnormalised and relative to h(û): since h(u_k) ≥ h(û), their exponents are bounded above by the log weights.
 */
final class AdaptiveNodes {
    static final double SQRT2 = Math.sqrt(2);

    private final ClusterWindow batch;
    private final ModeSearch modes;
    private final GaussHermite grid;
    private final int q;
    /** L⁻¹ of every cluster. */
    private final double[][] cholInverse;

    /** By row: the linear predictor at the node, and the derivatives there. */
    final double[] eta;

    final Derivatives at;
    /** L⁻ᵀx_k and u_k. */
    final double[][] node;

    final double[][] u;
    /** p_k, and the sum of those since {@link #begin}. */
    final double[] weight;

    final double[] total;

    private final double[] exponent;
    private final double[] scratch;

    AdaptiveNodes(ModeSearch modes, GaussHermite grid, double[][] cholInverse) {
        this.modes = modes;
        this.grid = grid;
        this.cholInverse = cholInverse;
        batch = modes.batch;
        q = batch.q;
        int n = batch.mostRows();
        eta = new double[n];
        at = new Derivatives(n);
        node = batch.byCluster(q);
        u = batch.byCluster(q);
        int clusters = batch.mostClusters();
        weight = new double[clusters];
        total = new double[clusters];
        exponent = new double[clusters];
        scratch = new double[clusters];
    }

    void begin() {
        Arrays.fill(total, 0, batch.clusters, 0);
    }

    /**
     * Goes to node k and adds its weights to the total.
     *
     * @param order of the derivatives that are wanted
     */
    void visit(int k, int order) {
        placeNode(k);
        batch.predictor(modes.eta, u, eta);
        batch.evaluate(eta, order, at);
        weigh(k);
    }

    /** node = L⁻ᵀx_k, and u = √2 node, the step from the mode. */
    private void placeNode(int k) {
        int n = batch.clusters;
        for (int r = 0; r < q; r++) {
            double[] out = node[r];
            Arrays.fill(out, 0, n, 0);
            for (int c = r; c < q; c++) {
                MatrixBatch.addMultiple(out, grid.point(k, c), cholInverse[c * q + r], n);
            }
            for (int i = 0; i < n; i++) {
                u[r][i] = SQRT2 * out[i];
            }
        }
    }

    /** weight = p_k, added to the total; steps become nodes u_k. */
    private void weigh(int k) {
        int n = batch.clusters;
        batch.sum(at.value, exponent);
        for (int i = 0; i < n; i++) {
            exponent[i] += grid.logWeight(k) + modes.h[i];
        }
        for (int d = 0; d < q; d++) {
            double[] v = u[d];
            for (int i = 0; i < n; i++) {
                v[i] += modes.u[d][i];
                exponent[i] -= 0.5 * v[i] * v[i];
            }
        }
        ArrayMath.exp(exponent, n, scratch, weight);
        for (int i = 0; i < n; i++) {
            total[i] += weight[i];
        }
    }

    /** A node without mass is looked at from the mode, where all is finite. */
    void replaceLost(int order) {
        for (int i = 0; i < batch.clusters; i++) {
            if (!(weight[i] > 0)) {
                weight[i] = 0;
                System.arraycopy(modes.eta, batch.start[i], eta, batch.start[i], batch.start[i + 1] - batch.start[i]);
                batch.evaluateOne(i, eta, order, at);
            }
        }
    }
}
