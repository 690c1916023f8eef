package org.sparkglmm.core.likelihood;

import java.util.Arrays;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.math.CompensatedSum;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.MatrixBatch;
import org.sparkglmm.core.model.Adjoint;
import org.sparkglmm.core.model.ParameterLayout;

/**
 * log ∫ Π f(y_j | η_j) φ(u) du of the clusters of a block, a window of them at a time, by adaptive Gauss-Hermite quadrature (one
 * node is Laplace), with the exact gradient of that approximation. Holds the workspace; one thread at a time.
 *
 * <p>With η = offset + Xβ + ZΛu and h(u) = ½u'u - Σ wℓ, û = argmin h, H = ∇²h(û) = LL', nodes u_k = û + √2 L⁻ᵀx_k:
 *
 * <pre>log I = -(q/2) log π - Σ log L_dd + log Σ_k exp(log ω_k + |x_k|² - h(u_k))</pre>
 *
 * The gradient lets û and L move with the parameters. With a_j = Λ'z_j, W_j = -wℓ''_j, p_k = softmax of the summands, g_k =
 * ∇h(u_k), ḡ = Σ p_k g_k (and ℓ', ℓ'', ℓ''' without k at û):
 *
 * <pre>
 * L̄  = lower triangle of √2 Σ p_k (L⁻ᵀx_k)(L⁻¹g_k)' - diag(1/L_dd)
 * H̄  = ½ L⁻ᵀ(Φ + Φ')L⁻¹ ,  Φ = lower triangle of L'L̄ with its diagonal halved   (one node: H̄ = -½H⁻¹)
 * m_j = a_j'H̄a_j ,  c_j = -wℓ'''_j m_j ,  s = H⁻¹(Σ c_j a_j - ḡ)
 * ∂β = Σ_j r_j x_j ,  r_j = Σ_k p_k wℓ'_jk + c_j - W_j s'a_j
 * ∂Λ = Σ_j z_j A_j' (lower part),  A_j = Σ_k p_k wℓ'_jk u_k + c_j û + 2W_j H̄a_j - W_j (s'a_j) û + wℓ'_j s
 * ∂ψ = Σ_j w [Σ_k p_k ∂_ψℓ_jk + (s'a_j) ∂_ψℓ'_j - m_j ∂_ψℓ''_j] d_j
 * </pre>
 *
 * by reverse differentiation through the Cholesky factor and the implicit function theorem at the mode. Rows only ever meet
 * z_j (and d_j, the covariates of a family's own parameter ψ, constant 1 without a formula for it): what stands in a_j above is here a q×q transform of sums over z_j, once a cluster.
 */
final class ClusterIntegral {
    private static final double HALF_LOG_PI = 0.5723649429247001;

    private final ClusterBlock block;
    private final ClusterWindow batch;
    private final ModeSearch modes;
    /** Null unless Hessians are wanted. */
    private final ClusterCurvature curvature;

    private final ParameterLayout layout;
    private final GaussHermite grid;
    private final int q;

    /** log I of the window's clusters. */
    private final double[] logIntegral;

    private final WindowGradient gradient;
    /** The gradient's r_j, by row, and what is by own parameter and row. */
    private final double[] score;

    private final double[][] psiAdjoint;

    private final AdaptiveNodes nodes;

    // By row, what goes into r_j.
    private final double[] m;
    private final double[] third;
    private final double[] along;
    private final double[] weighted;
    private final double[] nodeWeight;

    // By cluster.
    private final double[] perTotal;
    private final double[][] nodeScore;
    private final double[][] nodeGradient;
    private final double[][] gBar;
    private final double[][] s;
    private final double[][] zThird;
    private final double[][] zAlong;
    private final double[][] cholInverse;
    private final double[][] lBar;
    private final double[][] hBar;
    private final double[][] lambdaBar;
    private final double[][] work;
    private final double[][] work2;

    /**
     * @param modes which opens the windows, and finds the conditional modes
     * @param curved whether Hessians may be asked for
     */
    ClusterIntegral(ModeSearch modes, GaussHermite grid, boolean curved) {
        this.grid = grid;
        this.modes = modes;
        batch = modes.batch;
        block = batch.block;
        layout = batch.layout;
        q = layout.random();
        int n = batch.mostRows();
        gradient = new WindowGradient(batch);
        score = gradient.score;
        psiAdjoint = gradient.psi;
        m = new double[n];
        third = new double[n];
        along = new double[n];
        weighted = new double[n];
        nodeWeight = new double[psiAdjoint.length > 0 ? n : 0];
        logIntegral = new double[batch.mostClusters()];
        perTotal = new double[batch.mostClusters()];
        nodeScore = batch.byCluster(q);
        nodeGradient = batch.byCluster(q);
        gBar = batch.byCluster(q);
        s = batch.byCluster(q);
        zThird = batch.byCluster(q);
        zAlong = batch.byCluster(q);
        cholInverse = batch.byCluster(q * q);
        curvature = curved ? new ClusterCurvature(modes, grid, cholInverse) : null;
        nodes = new AdaptiveNodes(modes, grid, cholInverse);
        lBar = batch.byCluster(q * q);
        hBar = batch.byCluster(q * q);
        lambdaBar = batch.byCluster(q * q);
        work = batch.byCluster(q * q);
        work2 = batch.byCluster(q * q);
    }

    /** The search that opens its windows. */
    ModeSearch modes() {
        return modes;
    }

    GaussHermite grid() {
        return grid;
    }

    /** Whether it has the workspace for Hessians. */
    boolean canCurve() {
        return curvature != null;
    }

    /** Clusters in the window. */
    int clusters() {
        return batch.clusters;
    }

    /** How many persons have the data of cluster i of the window. */
    int frequency(int i) {
        return block.frequency(batch.first + i);
    }

    /** The place of the window's first cluster in the block. */
    int first() {
        return batch.first;
    }

    /**
     * Computes log I of the open window's clusters and its derivatives; numbers of clusters without a mode mean nothing.
     *
     * @param order VALUE for {@link #logLikelihood} alone, HESSIAN if {@link #addHessiansTo} will be asked for
     */
    void integrate(Wanted.Order order) {
        int n = batch.clusters;
        boolean curved = order == Wanted.Order.HESSIAN;
        boolean valueOnly = order == Wanted.Order.VALUE;
        MatrixBatch.invertLower(modes.chol, q, cholInverse, n);
        if (curved) {
            curvature.begin();
        }
        if (grid.size() == 1) {
            laplace();
        } else if (valueOnly) {
            value();
        } else {
            quadrature(curved);
        }
        for (int i = 0; i < n; i++) {
            double product = 1;
            for (int d = 0; d < q; d++) {
                product *= modes.chol[d * q + d][i];
            }
            logIntegral[i] += block.logConstant(batch.first + i) - modes.h[i] - Elementary.log(product);
        }
        if (valueOnly) {
            return;
        }
        fillGradient();
        if (psiAdjoint.length > 0) {
            psiGradient();
        }
    }

    /** Adds the clusters' Hessians in (β, θ) to a sum: lower triangle, row by row; NaN if one cannot be had. */
    void addHessiansTo(CompensatedSum sum) {
        curvature.addTo(sum, hBar, s, zThird, zAlong, along, m);
    }

    /** log I of cluster i of the window; NaN if it has none. */
    double logLikelihood(int i) {
        return modes.isFound(i) ? logIntegral[i] : Double.NaN;
    }

    /** One node: the softmax is 1 at û; H̄ = -½H⁻¹. log Σ relative to h(û) is 0. */
    private void laplace() {
        int n = batch.clusters;
        Arrays.fill(logIntegral, 0, n, 0);
        System.arraycopy(modes.at.first, 0, score, 0, batch.rows);
        batch.timesLambdaTransposed(modes.zScore, gBar);
        for (int d = 0; d < q; d++) {
            for (int i = 0; i < n; i++) {
                gBar[d][i] = modes.u[d][i] - gBar[d][i];
            }
        }
        MatrixBatch.multiplyTransposedLeft(cholInverse, cholInverse, q, hBar, n);
        for (double[] element : hBar) {
            for (int i = 0; i < n; i++) {
                element[i] *= -0.5;
            }
        }
        for (int r = 0; r < q; r++) {
            for (int d = 0; d < q; d++) {
                for (int i = 0; i < n; i++) {
                    lambdaBar[r * q + d][i] = modes.zScore[r][i] * modes.u[d][i];
                }
            }
        }
    }

    /**
     * Sums over the nodes, with the p_k unnormalised. Leaves score = Σ p ℓ', gBar, H̄ and Σ p t u'.
     */
    private void quadrature(boolean curved) {
        int n = batch.clusters;
        clear(gBar, n);
        clear(lBar, n);
        clear(lambdaBar, n);
        clear(psiAdjoint, batch.rows);
        Arrays.fill(score, 0, batch.rows, 0);
        int order = curved ? 2 : 1;
        nodes.begin();
        for (int k = 0; k < grid.size(); k++) {
            nodes.visit(k, order);
            nodes.replaceLost(order);
            if (curved) {
                curvature.addNode(k, nodes.weight, nodes.u, nodes.at);
            }
            addNode();
        }
        for (int i = 0; i < n; i++) {
            logIntegral[i] = Elementary.log(nodes.total[i]) - q * HALF_LOG_PI;
            perTotal[i] = 1 / nodes.total[i];
        }
        normalise();
        curvatureAdjoint();
    }

    /** The sum over the nodes alone, in the same order: log I has the same bits. */
    private void value() {
        nodes.begin();
        for (int k = 0; k < grid.size(); k++) {
            nodes.visit(k, 0);
        }
        for (int i = 0; i < batch.clusters; i++) {
            logIntegral[i] = Elementary.log(nodes.total[i]) - q * HALF_LOG_PI;
        }
    }

    private static void clear(double[][] arrays, int n) {
        for (double[] array : arrays) {
            Arrays.fill(array, 0, n, 0);
        }
    }

    private void addNode() {
        int n = batch.clusters;
        double[] weight = nodes.weight;
        double[] first = nodes.at.first;
        batch.crossZ(first, nodeScore);
        batch.timesLambdaTransposed(nodeScore, nodeGradient);
        for (int i = 0; i < n; i++) {
            for (int j = batch.start[i]; j < batch.start[i + 1]; j++) {
                score[j] += weight[i] * first[j];
            }
        }
        for (int d = 0; d < q; d++) {
            double[] g = nodeGradient[d];
            double[] v = nodes.u[d];
            for (int i = 0; i < n; i++) {
                g[i] = weight[i] * (v[i] - g[i]);
                gBar[d][i] += g[i];
            }
            for (int r = 0; r < q; r++) {
                for (int i = 0; i < n; i++) {
                    lambdaBar[r * q + d][i] += weight[i] * nodeScore[r][i] * v[i];
                }
            }
        }
        MatrixBatch.solveLower(modes.chol, q, nodeGradient, n);
        for (int r = 0; r < q; r++) {
            for (int c = 0; c <= r; c++) {
                MatrixBatch.addProduct(lBar[r * q + c], nodes.node[r], nodeGradient[c], n);
            }
        }
        if (psiAdjoint.length > 0) {
            for (int i = 0; i < n; i++) {
                Arrays.fill(nodeWeight, batch.start[i], batch.start[i + 1], weight[i]);
            }
            batch.addAuxiliary(nodes.eta, nodes.at, new Adjoint(nodeWeight, null, null), psiAdjoint);
        }
    }

    /** From sums weighted by p_k unnormalised to means. */
    private void normalise() {
        int n = batch.clusters;
        for (int i = 0; i < n; i++) {
            for (int j = batch.start[i]; j < batch.start[i + 1]; j++) {
                score[j] *= perTotal[i];
                for (double[] adjoint : psiAdjoint) {
                    adjoint[j] *= perTotal[i];
                }
            }
        }
        for (double[][] array : new double[][][] {gBar, lambdaBar}) {
            for (double[] element : array) {
                scale(element, 1);
            }
        }
        for (double[] element : lBar) {
            scale(element, AdaptiveNodes.SQRT2);
        }
        for (int d = 0; d < q; d++) {
            for (int i = 0; i < n; i++) {
                lBar[d * q + d][i] -= cholInverse[d * q + d][i];
            }
        }
    }

    private void scale(double[] element, double factor) {
        for (int i = 0; i < batch.clusters; i++) {
            element[i] *= factor * perTotal[i];
        }
    }

    /** H̄ from L̄: work = Φ + Φ', of which L'L̄ has the lower triangle, its diagonal halved and so standing as it is. */
    private void curvatureAdjoint() {
        int n = batch.clusters;
        for (int r = 0; r < q; r++) {
            for (int c = 0; c <= r; c++) {
                double[] element = work[r * q + c];
                Arrays.fill(element, 0, n, 0);
                for (int k = r; k < q; k++) {
                    MatrixBatch.addProduct(element, modes.chol[k * q + r], lBar[k * q + c], n);
                }
                if (c < r) {
                    System.arraycopy(element, 0, work[c * q + r], 0, n);
                }
            }
        }
        MatrixBatch.multiply(work, cholInverse, q, work2, n);
        MatrixBatch.multiplyTransposedLeft(cholInverse, work2, q, hBar, n);
        for (double[] element : hBar) {
            for (int i = 0; i < n; i++) {
                element[i] *= 0.5;
            }
        }
    }

    /** Assembles ∂ log I / ∂(β, θ): score becomes r_j, and the gradient in θ is filled. */
    private void fillGradient() {
        int n = batch.clusters;
        // B = Λ H̄ Λ', so that m_j = z_j'B z_j
        MatrixBatch.congruence(batch.lambda, false, hBar, q, work2, work, n);
        thirdByRow(work);
        batch.crossZ(third, zThird);
        batch.timesLambdaTransposed(zThird, s);
        for (int d = 0; d < q; d++) {
            MatrixBatch.addMultiple(s[d], -1, gBar[d], n);
        }
        MatrixBatch.solveLower(modes.chol, q, s, n);
        MatrixBatch.solveLowerTransposed(modes.chol, q, s, n);
        Arrays.fill(along, 0, batch.rows, 0);
        batch.predictor(along, s, along);
        // score_j + c_j - W_j s'a_j; W = -ℓ''
        double[] second = modes.at.second;
        for (int j = 0; j < batch.rows; j++) {
            weighted[j] = second[j] * along[j];
            score[j] += third[j] + weighted[j];
        }
        batch.crossZ(weighted, zAlong);
        lambdaTimes(hBar, work);
        for (int t = 0; t < layout.theta(); t++) {
            int r = layout.row(t);
            int d = layout.column(t);
            double[] out = gradient.theta[t];
            double[] bar = lambdaBar[r * q + d];
            double[] u = modes.u[d];
            for (int i = 0; i < n; i++) {
                out[i] = bar[i] + (zThird[r][i] + zAlong[r][i]) * u[i] + modes.zScore[r][i] * s[d][i];
            }
            // 2 (Z'WZ) Λ H̄
            for (int k = 0; k < q; k++) {
                double[] zz = modes.zSecondZ[Math.max(r, k) * q + Math.min(r, k)];
                double[] lh = work[k * q + d];
                for (int i = 0; i < n; i++) {
                    out[i] -= 2 * zz[i] * lh[i];
                }
            }
        }
    }

    /** m_j = z_j'B z_j and c_j = -ℓ'''_j m_j. */
    private void thirdByRow(double[][] b) {
        double[] d3 = modes.at.third;
        if (q == 2) {
            double[] z0 = batch.z[0];
            double[] z1 = batch.z[1];
            for (int i = 0; i < batch.clusters; i++) {
                double b00 = b[0][i];
                double b10 = 2 * b[2][i];
                double b11 = b[3][i];
                for (int j = batch.start[i]; j < batch.start[i + 1]; j++) {
                    m[j] = (b00 * z0[j] + b10 * z1[j]) * z0[j] + b11 * z1[j] * z1[j];
                }
            }
        } else {
            Arrays.fill(m, 0, batch.rows, 0);
            for (int r = 0; r < q; r++) {
                for (int c = 0; c <= r; c++) {
                    double factor = r == c ? 1 : 2;
                    for (int i = 0; i < batch.clusters; i++) {
                        double element = factor * b[r * q + c][i];
                        for (int j = batch.start[i]; j < batch.start[i + 1]; j++) {
                            m[j] += element * batch.z[r][j] * batch.z[c][j];
                        }
                    }
                }
            }
        }
        for (int j = 0; j < batch.rows; j++) {
            third[j] = -d3[j] * m[j];
        }
    }

    /** into := ΛA of every cluster. */
    private void lambdaTimes(double[][] a, double[][] into) {
        for (int r = 0; r < q; r++) {
            for (int c = 0; c < q; c++) {
                Arrays.fill(into[r * q + c], 0, batch.clusters, 0);
                for (int k = 0; k <= r; k++) {
                    MatrixBatch.addMultiple(into[r * q + c], batch.lambda[r * q + k], a[k * q + c], batch.clusters);
                }
            }
        }
    }

    /** What ψ does through the mode and its curvature; with one node, through the integrand too. */
    private void psiGradient() {
        boolean laplace = grid.size() == 1;
        if (laplace) {
            clear(psiAdjoint, batch.rows);
        }
        Arrays.fill(nodeWeight, 0, batch.rows, laplace ? 1 : 0);
        // c_j is in the score by now.
        double[] minusM = third;
        for (int j = 0; j < batch.rows; j++) {
            minusM[j] = -m[j];
        }
        batch.addAuxiliary(modes.eta, modes.at, new Adjoint(nodeWeight, along, minusM), psiAdjoint);
    }

    /** Adds the window to a sum; spoils it if a cluster has no likelihood. */
    void addTo(LikelihoodSum sum) {
        double value = 0;
        for (int i = 0; i < batch.clusters; i++) {
            value += frequency(i) * logLikelihood(i);
        }
        if (Double.isNaN(value)) {
            sum.spoil();
            return;
        }
        sum.add(value, gradient.sum());
    }

    /**
     * ∂ log I/∂(β, θ, ψ) of the window's clusters, one array a parameter, which the next window overwrites; NaN of a cluster without a
     * likelihood.
     */
    double[][] gradients() {
        double[][] out = gradient.byCluster();
        for (int i = 0; i < batch.clusters; i++) {
            if (Double.isNaN(logLikelihood(i))) {
                for (double[] ofParameter : out) {
                    ofParameter[i] = Double.NaN;
                }
            }
        }
        return out;
    }
}
