package org.sparkglmm.core.likelihood;

import java.util.Arrays;
import org.sparkglmm.core.design.BlockColumn;
import org.sparkglmm.core.math.CompensatedSum;
import org.sparkglmm.core.math.MatrixBatch;
import org.sparkglmm.core.model.Derivatives;

/**
 * The exact Hessian in (β, θ) of the approximate marginal log-likelihood of a window's clusters: what {@link ClusterIntegral} says
 * of the gradient, once more. As there, a matrix a cluster is an array over the clusters for each of its elements. Holds the
 * workspace; one thread at a time.
 *
 * <p>With R = L⁻ᵀ (upper triangular, RR' = H⁻¹), Y = [û, √2R] and x̃ = (1, x) the approximation is, up to a constant,
 *
 * <pre>
 * log I = log Σ_k exp(c_k + S_k) + Σ log R_dd ,  S_k = ℓ(β, Λu_k) - ½u_k'u_k ,  u_k = Yx̃_k
 * </pre>
 *
 * explicit in (β, Λ, Y), and linear in Y inside S. One node has Y = û. Tangents, a column for each of the P = p + |θ|
 * parameters (all derivatives of ℓ without k are at û):
 *
 * <pre>
 * dû  = H⁻¹ (Λ'Z'ℓ''X for β ,  t_r e_d + û_d Λ'Z'ℓ''z_r for Λ_rd) ,  t = Z'ℓ'
 * C_a = dΛ Y_a + Λ dY_a ,  so that dη_jk = x_j'dβ + z_j' Σ_a x̃_ka C_a
 * N   = R'dH R ,  dH = dΛ'(Z'WZ)Λ + its transpose - Λ'(Σ_j ℓ'''_j dη_j z_j z_j')Λ
 * dR  = -RΥ(N) ,  Υ: the upper triangle with its diagonal halved
 * dS_k = X'ℓ'_k for β, t_kr u_kd for Λ_rd, - g_k'dY x̃_k ,  g_k = ∇h(u_k)
 * </pre>
 *
 * With the adjoints R̄ = diag(1/R_dd) - √2 Σ p_k g_k x_k', Q = R'R̄, H̄ = -½R(Υ(Q) + Υ(Q)')R' and s = H⁻¹(Σ c_j
 * a_j - ḡ), m_j and c_j as in {@link ClusterIntegral}, the second derivatives of û and of H(û) stand in those of
 *
 * <pre>E = Σ_j [ℓ'(η_j) z_j'Λs - ℓ''(η_j) z_j'ΛH̄Λ'z_j] ,  η_j = x_j'β + z_j'Λû ,  with s, H̄ and dû constant</pre>
 *
 * and the Hessian is Σ p_k d²S_k + Cov_p(dS_k) + d²E + N'KN, where N'KN = R̄ · d²R(H)[dH, dH] - Σ (dR_dd / R_dd)² and
 *
 * <pre>d²R[1, 2] = R (Υ₂Υ₁ + Υ(Υ₂'N₁ + N₁Υ₂))</pre>
 *
 * Rows are met in cross-products of X and Z only; all that is P wide is algebra of size q once a cluster. Columns of X that are
 * constant within clusters all count as one, a column of ones: the Hessian is found for it, and their values multiply it at the
 * end.
 *
 * <p>Use: {@link #begin} at the modes, {@link #addNode} for every node of a grid of more than one, {@link #addTo}.
 */
final class ClusterCurvature {
    private static final double SQRT2 = Math.sqrt(2);

    private final ClusterWindow batch;
    private final ModeSearch modes;
    private final GaussHermite grid;
    private final int q;
    /** Distinct columns of X. */
    private final int p;
    /** Distinct columns of [X Z]. */
    private final int width;
    /** Parameters of distinct columns: p and |θ|. */
    private final int size;
    /** Columns of Y: 1 + q, or 1 with one node. */
    private final int depth;
    /** Entries of a symmetric q×q matrix. */
    private final int pairs;
    /** By free entry of Λ. */
    private final int[] row;

    private final int[] column;

    /** By parameter, β and θ: which of the distinct ones it is a multiple of within any cluster, and the multiples. */
    private final int[] shape;

    private final double[][] factor;

    /** By distinct column of X: where its rows come from; null if the window has them. */
    private final BlockColumn[] source;
    /** The rows of the distinct columns of [X Z], those of X first. */
    private final double[][] columns;
    /** By column of Z: which of the distinct columns it is. */
    private final int[] zColumn;

    private final FourthDerivative fourthDerivative;

    // By row.
    private final double[] weighted;
    private final double[] weighted2;
    private final double[] fourth;

    /** Columns of Y and R; rows of H⁻¹; columns of ΛR; rows of H⁻¹Λ'. */
    private final double[][][] y;

    private final double[][] flatRoot;
    private final double[][][] root;
    private final double[][] flatInverse;
    private final double[][][] inverse;
    private final double[][][] a;
    private final double[][][] gain;
    /** By column of Z, and by pair of them: [X Z]'ℓ''z_r and [X Z]'ℓ'''(z_r z_s). */
    private final double[][][] cross2;

    private final double[][][] cross3;

    /** By distinct column of [X Z], as if it had a β: dû. */
    private final double[][][] moved;
    /** Tangents by parameter: of the columns of Y and of V = ΛY, and of N by pair. */
    private final double[][][][] dY;

    private final double[][][][] dV;
    private final double[][][] dN;
    /** What each of them is multiplied with in the Hessian, symmetrised. */
    private final double[][][][] ofY;

    private final double[][][][] ofV;
    private final double[][][] ofN;

    /** x̃, [X Z]'ℓ'_k, t_k, -g_k and dS_k of a node, and Σ p dS. */
    private final double[] point;

    private final double[][] crossed;
    private final double[][] nodeT;
    private final double[][] nodeG;
    private final double[][] slope;
    private final double[][] slopeSum;
    /** By column of Y, Σ p x̃_a t and -Σ p x̃_a g; by pair of them, Σ p x̃_a x̃_b and, by row, Σ p x̃_a x̃_b ℓ''. */
    private final double[][][] nodeScore;

    private final double[][][] nodeGradient;
    private final double[][] nodeMoments;
    private final double[][] nodeWeights;

    /** By column of Y and of Z: [X Z]'wz_r with the node weights w of the column of Y. */
    private final double[][][][] crossWeights;
    /** By pairs of columns of Y and of Z: Z'wZ with the node weights of the former; partly the same arrays. */
    private final double[][][] zWeights;
    /** ∂²E/∂Λ_f∂η along the columns of [X Z]. */
    private final double[][][] ofLambda;
    /** ΛH̄, column by column, and K by pairs. */
    private final double[][][] lambdaHBar;

    private final double[][][] k;
    private final double[][][] work;
    private final double[] scratch;
    /** By pair of distinct parameters; up to {@link #addTo}, Σ p dS dS'. */
    private final double[][] hessian;

    private final double[] sums;

    ClusterCurvature(ModeSearch modes, GaussHermite grid) {
        this.modes = modes;
        this.grid = grid;
        batch = modes.batch;
        q = batch.q;
        BlockColumn[] x = batch.block.x();
        int theta = batch.layout.theta();
        shape = new int[x.length + theta];
        source = new BlockColumn[x.length];
        p = distinct(x);
        size = p + theta;
        zColumn = new int[q];
        double[][] distinct = new double[p + q][];
        int count = p;
        for (int r = 0; r < q; r++) {
            int c = 0;
            while (c < p && (source[c] == null || source[c].values() != batch.block.z()[r].values())) {
                c++;
            }
            zColumn[r] = c < p ? c : count++;
            distinct[zColumn[r]] = batch.z[r];
            if (c < p) {
                source[c] = null;
            }
        }
        width = count;
        columns = Arrays.copyOf(distinct, width);
        int n = batch.mostRows();
        for (int c = 0; c < p; c++) {
            if (source[c] != null) {
                columns[c] = new double[n];
            }
        }
        row = new int[theta];
        column = new int[theta];
        for (int f = 0; f < theta; f++) {
            row[f] = batch.layout.row(f);
            column[f] = batch.layout.column(f);
            shape[x.length + f] = p + f;
        }
        factor = batch.byCluster(shape.length);
        for (double[] multiples : factor) {
            Arrays.fill(multiples, 1);
        }
        depth = grid.size() == 1 ? 1 : 1 + q;
        pairs = q * (q + 1) / 2;
        int depthPairs = depth * (depth + 1) / 2;
        fourthDerivative = new FourthDerivative(batch.density, n);
        fourth = new double[n];
        weighted = new double[n];
        weighted2 = new double[n];
        scratch = new double[batch.mostClusters()];
        y = byCluster(depth, q);
        y[0] = modes.u;
        flatRoot = batch.byCluster(q * q);
        root = rows(flatRoot);
        flatInverse = batch.byCluster(q * q);
        inverse = rows(flatInverse);
        a = byCluster(q, q);
        gain = byCluster(q, q);
        cross2 = byCluster(q, width);
        cross3 = byCluster(pairs, width);
        moved = byCluster(width, q);
        dY = byCluster(depth, size, q);
        System.arraycopy(moved, 0, dY[0], 0, p);
        dV = byCluster(depth, size, q);
        dN = byCluster(size, pairs);
        ofY = byCluster(depth, size, q);
        ofV = byCluster(depth, size, q);
        ofN = byCluster(size, pairs);
        point = new double[depth];
        point[0] = 1;
        crossed = batch.byCluster(width);
        nodeT = new double[q][];
        for (int r = 0; r < q; r++) {
            nodeT[r] = crossed[zColumn[r]];
        }
        nodeG = batch.byCluster(q);
        slope = batch.byCluster(size);
        slopeSum = batch.byCluster(size);
        nodeScore = byCluster(depth, q);
        nodeGradient = byCluster(depth, q);
        nodeMoments = batch.byCluster(depthPairs);
        nodeWeights = new double[depthPairs][n];
        crossWeights = byCluster(depth, q, width);
        zWeights = byCluster(depthPairs, pairs);
        for (int c = 0; c < depth; c++) {
            for (int r = 0; r < q; r++) {
                for (int d = 0; d <= r; d++) {
                    zWeights[pair(c, 0)][pair(r, d)] = crossWeights[c][r][zColumn[d]];
                }
            }
        }
        ofLambda = byCluster(theta, width);
        lambdaHBar = byCluster(q, q);
        k = byCluster(pairs, pairs);
        work = byCluster(q, q);
        hessian = batch.byCluster(size * (size + 1) / 2);
        sums = new double[shape.length * (shape.length + 1) / 2];
    }

    /** Fills shape and source; returns how many columns are distinct. */
    private int distinct(BlockColumn[] x) {
        int count = 0;
        int ones = -1;
        for (int c = 0; c < x.length; c++) {
            if (x[c].isByCluster()) {
                if (ones < 0) {
                    ones = count;
                    source[count++] = BlockColumn.ONES;
                }
                shape[c] = ones;
            } else {
                shape[c] = count;
                source[count++] = x[c];
            }
        }
        return count;
    }

    private double[][][] byCluster(int m, int n) {
        double[][][] out = new double[m][][];
        for (int i = 0; i < m; i++) {
            out[i] = batch.byCluster(n);
        }
        return out;
    }

    private double[][][][] byCluster(int l, int m, int n) {
        double[][][][] out = new double[l][][][];
        for (int i = 0; i < l; i++) {
            out[i] = byCluster(m, n);
        }
        return out;
    }

    /** The rows of a matrix of q×q arrays. */
    private double[][][] rows(double[][] flat) {
        double[][][] out = new double[q][][];
        for (int r = 0; r < q; r++) {
            out[r] = Arrays.copyOfRange(flat, r * q, r * q + q);
        }
        return out;
    }

    /** Takes up the window at its modes. */
    void begin() {
        int n = batch.clusters;
        for (int c = 0; c < p; c++) {
            if (source[c] != null) {
                batch.fill(source[c], columns[c]);
            }
        }
        crossProductsAtMode();
        // The rows of L⁻¹ are the columns of R.
        MatrixBatch.invertLower(modes.chol, q, flatRoot, n);
        MatrixBatch.multiplyTransposedLeft(flatRoot, flatRoot, q, flatInverse, n);
        for (int r = 0; r < q; r++) {
            batch.timesLambda(root[r], a[r]);
            batch.timesLambda(inverse[r], gain[r]);
        }
        for (int c = 1; c < depth; c++) {
            for (int d = 0; d < q; d++) {
                Arrays.fill(y[c][d], 0, n, 0);
                MatrixBatch.addMultiple(y[c][d], SQRT2, root[c - 1][d], n);
            }
        }
        moveMode();
        moveV(0);
        moveCurvature();
        for (int c = 1; c < depth; c++) {
            moveRoot(c);
            moveV(c);
        }
        beginNodes();
    }

    private void crossProductsAtMode() {
        int n = batch.rows;
        for (int r = 0; r < q; r++) {
            product(modes.at.second, batch.z[r], weighted, n);
            batch.cross(weighted, columns, width, cross2[r]);
            product(modes.at.third, batch.z[r], weighted, n);
            for (int s = 0; s <= r; s++) {
                product(weighted, batch.z[s], weighted2, n);
                batch.cross(weighted2, columns, width, cross3[pair(r, s)]);
            }
        }
    }

    /** out := v w, element by element; v may be out. */
    private static void product(double[] v, double[] w, double[] out, int n) {
        for (int j = 0; j < n; j++) {
            out[j] = v[j] * w[j];
        }
    }

    private static int pair(int i, int j) {
        return i >= j ? i * (i + 1) / 2 + j : j * (j + 1) / 2 + i;
    }

    /** out += factor v w, by cluster. */
    private void add(double[] out, double factor, double[] v, double[] w) {
        MatrixBatch.addProduct(out, factor, v, w, batch.clusters);
    }

    private void clear(double[] v) {
        Arrays.fill(v, 0, batch.clusters, 0);
    }

    private void clear(double[][] arrays) {
        for (double[] v : arrays) {
            clear(v);
        }
    }

    /** dû. */
    private void moveMode() {
        for (int c = 0; c < width; c++) {
            for (int e = 0; e < q; e++) {
                clear(moved[c][e]);
                for (int l = 0; l < q; l++) {
                    add(moved[c][e], 1, gain[e][l], cross2[l][c]);
                }
            }
        }
        for (int f = 0; f < row.length; f++) {
            for (int e = 0; e < q; e++) {
                double[] out = dY[0][p + f][e];
                clear(out);
                add(out, 1, inverse[e][column[f]], modes.zScore[row[f]]);
                add(out, 1, y[0][column[f]], moved[zColumn[row[f]]][e]);
            }
        }
    }

    /** C_c of the tangents' formulas. */
    private void moveV(int c) {
        for (int i = 0; i < size; i++) {
            batch.timesLambda(dY[c][i], dV[c][i]);
        }
        for (int f = 0; f < row.length; f++) {
            MatrixBatch.addMultiple(dV[c][p + f][row[f]], 1, y[c][column[f]], batch.clusters);
        }
    }

    /** How many entries of column c of Y are not zero by R's triangle. */
    private int rowsOf(int c) {
        return c == 0 ? q : c;
    }

    /** N = R'dH R. */
    private void moveCurvature() {
        // Columns of Z'ℓ''Z ΛR = -(Z'WZ) ΛR.
        for (int j = 0; j < q; j++) {
            for (int l = 0; l < q; l++) {
                clear(work[j][l]);
                for (int e = 0; e < q; e++) {
                    add(work[j][l], 1, cross2[l][zColumn[e]], a[j][e]);
                }
            }
        }
        for (int i = 0; i < q; i++) {
            for (int j = 0; j <= i; j++) {
                moveCurvature(i, j);
            }
        }
    }

    private void moveCurvature(int i, int j) {
        int h = pair(i, j);
        clear(crossed);
        for (int l = 0; l < q; l++) {
            for (int d = 0; d <= l; d++) {
                clear(scratch);
                add(scratch, -1, a[i][l], a[j][d]);
                if (d < l) {
                    add(scratch, -1, a[i][d], a[j][l]);
                }
                for (int c = 0; c < width; c++) {
                    add(crossed[c], 1, scratch, cross3[pair(l, d)][c]);
                }
            }
        }
        for (int t = 0; t < size; t++) {
            double[] out = dN[t][h];
            if (t < p) {
                System.arraycopy(crossed[t], 0, out, 0, batch.clusters);
            } else {
                clear(out);
            }
            for (int e = 0; e < q; e++) {
                add(out, 1, nodeT[e], dV[0][t][e]);
            }
        }
        for (int f = 0; f < row.length; f++) {
            add(dN[p + f][h], -1, root[i][column[f]], work[j][row[f]]);
            add(dN[p + f][h], -1, root[j][column[f]], work[i][row[f]]);
        }
    }

    /** √2 dR, its column c - 1. */
    private void moveRoot(int c) {
        int j = c - 1;
        for (int t = 0; t < size; t++) {
            for (int d = 0; d <= j; d++) {
                clear(dY[c][t][d]);
                for (int i = d; i <= j; i++) {
                    add(dY[c][t][d], -half(i, j), y[i + 1][d], dN[t][pair(i, j)]);
                }
            }
        }
    }

    /** What Υ multiplies entry (i, j) of an upper triangle with. */
    private static double half(int i, int j) {
        return i == j ? 0.5 : 1;
    }

    /** One node is at the mode itself. */
    private void beginNodes() {
        int n = batch.clusters;
        clear(hessian);
        if (depth == 1) {
            Arrays.fill(nodeMoments[0], 0, n, 1);
            System.arraycopy(modes.at.second, 0, nodeWeights[0], 0, batch.rows);
            for (int r = 0; r < q; r++) {
                System.arraycopy(modes.zScore[r], 0, nodeScore[0][r], 0, n);
            }
            return;
        }
        clear(slopeSum);
        clear(nodeMoments);
        for (double[][] scores : nodeScore) {
            clear(scores);
        }
        for (double[] weights : nodeWeights) {
            Arrays.fill(weights, 0, batch.rows, 0);
        }
    }

    /**
     * Adds a node of the grid, in any order; not used with one node.
     *
     * @param node its index in the grid
     * @param weight by cluster, proportional to p_k
     * @param u u_k
     * @param at the log-density's derivatives at the node
     */
    void addNode(int node, double[] weight, double[][] u, Derivatives at) {
        int n = batch.clusters;
        for (int c = 1; c < depth; c++) {
            point[c] = grid.point(node, c - 1);
        }
        batch.cross(at.first, columns, width, crossed);
        batch.spread(weight, at.second, weighted);
        for (int c = 0; c < depth; c++) {
            for (int b = 0; b <= c; b++) {
                double product = point[c] * point[b];
                MatrixBatch.addMultiple(nodeMoments[pair(c, b)], product, weight, n);
                MatrixBatch.addMultiple(nodeWeights[pair(c, b)], product, weighted, batch.rows);
            }
            for (int r = 0; r < q; r++) {
                add(nodeScore[c][r], point[c], weight, nodeT[r]);
            }
        }
        batch.timesLambdaTransposed(nodeT, nodeG);
        for (int d = 0; d < q; d++) {
            MatrixBatch.addMultiple(nodeG[d], -1, u[d], n);
        }
        slopes(u);
        int entry = 0;
        for (int i = 0; i < size; i++) {
            product(weight, slope[i], scratch, n);
            MatrixBatch.addMultiple(slopeSum[i], 1, scratch, n);
            for (int j = 0; j <= i; j++) {
                add(hessian[entry++], 1, scratch, slope[j]);
            }
        }
    }

    /** dS_k. */
    private void slopes(double[][] u) {
        for (int i = 0; i < p; i++) {
            System.arraycopy(crossed[i], 0, slope[i], 0, batch.clusters);
        }
        for (int f = 0; f < row.length; f++) {
            product(nodeT[row[f]], u[column[f]], slope[p + f], batch.clusters);
        }
        for (int i = 0; i < size; i++) {
            for (int c = 0; c < depth; c++) {
                for (int d = 0; d < rowsOf(c); d++) {
                    add(slope[i], point[c], nodeG[d], dY[c][i][d]);
                }
            }
        }
    }

    /**
     * Adds the Hessians of the window's clusters, each times its frequency; NaN if one has none. What is given is called as in
     * {@link ClusterIntegral}.
     *
     * @param hBar H̄
     * @param zThird Z'c
     * @param zAlong Z'diag(ℓ'')ZΛs
     * @param along ZΛs
     */
    void addTo(
            CompensatedSum sum,
            double[][] hBar,
            double[][] s,
            double[][] zThird,
            double[][] zAlong,
            double[] along,
            double[] m) {
        if (!modes.allFound() || !batch.evaluateFourth(fourthDerivative, modes.eta, fourth)) {
            Arrays.fill(sums, Double.NaN);
            sum.add(sums);
            return;
        }
        if (depth > 1) {
            normalise();
        }
        gradients();
        fillK();
        // What E has of dη dη'.
        double[] third = modes.at.third;
        for (int j = 0; j < batch.rows; j++) {
            nodeWeights[0][j] += third[j] * along[j] - fourth[j] * m[j];
        }
        addCrossProducts();
        slopesOfLambda(hBar, s);
        multiplyV();
        addLambda(hBar);
        multiplyY(zThird, zAlong);
        multiplyN();
        addProducts();
        addUp(sum);
    }

    /** From sums weighted by p_k unnormalised to means; leaves Cov_p(dS) as the Hessian. */
    private void normalise() {
        int n = batch.clusters;
        double[] perTotal = work[0][0];
        for (int i = 0; i < n; i++) {
            perTotal[i] = 1 / nodeMoments[0][i];
        }
        for (double[][] arrays : new double[][][] {nodeMoments, slopeSum, hessian}) {
            for (double[] v : arrays) {
                product(v, perTotal, v, n);
            }
        }
        for (double[][] scores : nodeScore) {
            for (double[] v : scores) {
                product(v, perTotal, v, n);
            }
        }
        for (double[] weights : nodeWeights) {
            batch.spread(perTotal, weights, weights);
        }
        int entry = 0;
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                add(hessian[entry++], -1, slopeSum[i], slopeSum[j]);
            }
        }
    }

    /** -Σ p x̃_a g_k, of g_k = Yx̃_k - Λ't_k. */
    private void gradients() {
        for (int c = 0; c < depth; c++) {
            batch.timesLambdaTransposed(nodeScore[c], nodeGradient[c]);
            for (int d = 0; d < q; d++) {
                for (int b = 0; b < depth; b++) {
                    add(nodeGradient[c][d], -1, nodeMoments[pair(c, b)], y[b][d]);
                }
            }
        }
    }

    /** K, of which only K + K' counts, from Q: Q · (Υ₂Υ₁ + Υ(Υ₂'N₁ + N₁Υ₂)) - ¼ Σ N_dd². */
    private void fillK() {
        for (double[][] entries : k) {
            clear(entries);
        }
        for (int j = 0; j < q; j++) {
            for (int i = 0; i <= j; i++) {
                // Q = I - √2 R'Σ p_k g_k x_k'
                Arrays.fill(scratch, 0, batch.clusters, i == j ? 1 : 0);
                for (int d = 0; d <= i && depth > 1; d++) {
                    add(scratch, 1, y[i + 1][d], nodeGradient[j + 1][d]);
                }
                for (int l = i; l <= j; l++) {
                    addToK(pair(l, j), pair(i, l), half(i, l) * half(l, j));
                }
                for (int l = 0; l <= i; l++) {
                    addToK(pair(l, j), pair(l, i), half(i, j) * half(l, i));
                }
                for (int l = 0; l <= j; l++) {
                    addToK(pair(i, l), pair(l, j), half(i, j) * half(l, j));
                }
            }
            Arrays.fill(scratch, 0, batch.clusters, 1);
            addToK(pair(j, j), pair(j, j), -0.25);
        }
    }

    private void addToK(int h, int g, double multiple) {
        MatrixBatch.addMultiple(k[h][g], multiple, scratch, batch.clusters);
    }

    /** X'wX, and [X Z]'wZ and Z'wZ with the weights of the columns of Y. */
    private void addCrossProducts() {
        int n = batch.rows;
        for (int i = 0; i < p; i++) {
            product(nodeWeights[0], columns[i], weighted, n);
            batch.cross(weighted, columns, i + 1, crossed);
            for (int j = 0; j <= i; j++) {
                MatrixBatch.addMultiple(hessian[pair(i, j)], 1, crossed[j], batch.clusters);
            }
        }
        for (int c = 0; c < depth; c++) {
            for (int b = 0; b <= c; b++) {
                for (int r = 0; r < q; r++) {
                    product(nodeWeights[pair(c, b)], batch.z[r], weighted, n);
                    if (b == 0) {
                        batch.cross(weighted, columns, width, crossWeights[c][r]);
                    } else {
                        double[][] ofRow = Arrays.copyOfRange(zWeights[pair(c, b)], pair(r, 0), pair(r, r) + 1);
                        batch.cross(weighted, batch.z, r + 1, ofRow);
                    }
                }
            }
        }
    }

    private void slopesOfLambda(double[][] hBar, double[][] s) {
        for (int d = 0; d < q; d++) {
            batch.timesLambda(Arrays.copyOfRange(hBar, d * q, d * q + q), lambdaHBar[d]);
        }
        for (int f = 0; f < row.length; f++) {
            for (int c = 0; c < width; c++) {
                double[] out = ofLambda[f][c];
                clear(out);
                add(out, 1, cross2[row[f]][c], s[column[f]]);
                for (int l = 0; l < q; l++) {
                    add(out, -2, cross3[pair(row[f], l)][c], lambdaHBar[column[f]][l]);
                }
            }
        }
    }

    /** What dV is multiplied with. */
    private void multiplyV() {
        for (int c = 0; c < depth; c++) {
            for (int i = 0; i < size; i++) {
                for (int l = 0; l < q; l++) {
                    double[] out = ofV[c][i][l];
                    if (i < p) {
                        System.arraycopy(crossWeights[c][l][i], 0, out, 0, batch.clusters);
                    } else {
                        clear(out);
                    }
                    for (int b = 0; b < depth; b++) {
                        for (int d = 0; d < q; d++) {
                            add(out, 0.5, zWeights[pair(c, b)][pair(l, d)], dV[b][i][d]);
                        }
                    }
                }
            }
        }
        for (int f = 0; f < row.length; f++) {
            for (int l = 0; l < q; l++) {
                MatrixBatch.addMultiple(ofV[0][p + f][l], 1, ofLambda[f][zColumn[l]], batch.clusters);
            }
        }
    }

    /** The second derivatives in Λ itself, with β, and by way of dV. */
    private void addLambda(double[][] hBar) {
        for (int f = 0; f < row.length; f++) {
            for (int c = 0; c < p; c++) {
                MatrixBatch.addMultiple(hessian[pair(p + f, c)], 1, ofLambda[f][c], batch.clusters);
            }
            for (int e = 0; e <= f; e++) {
                add(hessian[pair(p + f, p + e)], -2, cross2[row[f]][zColumn[row[e]]], hBar[column[f] * q + column[e]]);
            }
            for (int c = 0; c < depth; c++) {
                for (int i = 0; i < size; i++) {
                    add(hessian[pair(p + f, i)], i == p + f ? 2 : 1, y[c][column[f]], ofV[c][i][row[f]]);
                }
            }
        }
    }

    /** What dY is multiplied with, that of dV included. */
    private void multiplyY(double[][] zThird, double[][] zAlong) {
        int n = batch.clusters;
        for (int c = 0; c < depth; c++) {
            for (int i = 0; i < size; i++) {
                batch.timesLambdaTransposed(ofV[c][i], ofY[c][i]);
                for (int b = 0; b < depth; b++) {
                    for (int d = 0; d < Math.min(rowsOf(c), rowsOf(b)); d++) {
                        add(ofY[c][i][d], -0.5, nodeMoments[pair(c, b)], dY[b][i][d]);
                    }
                }
            }
            for (int f = 0; f < row.length; f++) {
                MatrixBatch.addMultiple(ofY[c][p + f][column[f]], 1, nodeScore[c][row[f]], n);
            }
        }
        for (int f = 0; f < row.length; f++) {
            MatrixBatch.addMultiple(ofY[0][p + f][column[f]], 1, zThird[row[f]], n);
            MatrixBatch.addMultiple(ofY[0][p + f][column[f]], 1, zAlong[row[f]], n);
        }
    }

    /** What N is multiplied with, that of dR included. */
    private void multiplyN() {
        for (int t = 0; t < size; t++) {
            for (int h = 0; h < pairs; h++) {
                clear(ofN[t][h]);
                for (int g = 0; g < pairs; g++) {
                    add(ofN[t][h], 0.5, k[h][g], dN[t][g]);
                }
            }
            for (int j = 0; j < depth - 1; j++) {
                for (int i = 0; i <= j; i++) {
                    for (int d = 0; d <= i; d++) {
                        add(ofN[t][pair(i, j)], -half(i, j), y[i + 1][d], ofY[j + 1][t][d]);
                    }
                }
            }
        }
    }

    /** What û and N move, times what they are multiplied with. */
    private void addProducts() {
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                addSymmetric(hessian[pair(i, j)], dY[0][i], ofY[0][j], ofY[0][i], dY[0][j]);
                addSymmetric(hessian[pair(i, j)], dN[i], ofN[j], ofN[i], dN[j]);
            }
        }
    }

    /** out += v_i'w_j + w_i'v_j. */
    private void addSymmetric(double[] out, double[][] vi, double[][] wj, double[][] wi, double[][] vj) {
        for (int e = 0; e < vi.length; e++) {
            add(out, 1, vi[e], wj[e]);
            add(out, 1, wi[e], vj[e]);
        }
    }

    /** The sums over clusters, for every parameter. */
    private void addUp(CompensatedSum sum) {
        int n = batch.clusters;
        BlockColumn[] x = batch.block.x();
        for (int c = 0; c < x.length; c++) {
            if (x[c].isByCluster() && !x[c].isOnes()) {
                System.arraycopy(x[c].values(), batch.first, factor[c], 0, n);
            }
        }
        int entry = 0;
        for (int i = 0; i < shape.length; i++) {
            for (int m = 0; m < n; m++) {
                scratch[m] = batch.block.frequency(batch.first + m) * factor[i][m];
            }
            for (int j = 0; j <= i; j++) {
                sums[entry++] = dot(scratch, factor[j], hessian[pair(shape[i], shape[j])], n);
            }
        }
        sum.add(sums);
    }

    /** Σ uvw. Two sums at once: one would wait for itself. */
    private static double dot(double[] u, double[] v, double[] w, int n) {
        double sum0 = 0;
        double sum1 = 0;
        int i = 0;
        for (; i + 1 < n; i += 2) {
            sum0 += u[i] * v[i] * w[i];
            sum1 += u[i + 1] * v[i + 1] * w[i + 1];
        }
        if (i < n) {
            sum0 += u[i] * v[i] * w[i];
        }
        return sum0 + sum1;
    }
}
