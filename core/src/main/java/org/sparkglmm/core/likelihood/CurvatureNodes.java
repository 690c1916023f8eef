package org.sparkglmm.core.likelihood;

import java.util.Arrays;
import org.sparkglmm.core.math.MatrixBatch;
import org.sparkglmm.core.model.Derivatives;

/**
 * What {@link ClusterCurvature} needs of the nodes of adaptive quadrature: means over them, with the weights p_k, of their slopes dS_k and of
 * scores, gradients and second derivatives times x̃_k. With one node it is at the mode, with weight 1.
 */
final class CurvatureNodes extends ClusterArrays {
    private final GaussHermite grid;
    private final DistinctColumns distinct;
    private final CurvatureTangents tangents;
    private final int p;
    private final int size;
    private final int depth;

    /** x̃, [X Z]'ℓ'_k, t_k, -g_k and dS_k of a node, and Σ p dS. */
    private final double[] point;

    private final double[][] crossed;
    private final double[][] nodeT;
    private final double[][] nodeG;
    private final double[][] slope;
    private final double[][] slopeSum;
    /** By pair of distinct parameters, Σ p dS dS'; after {@link #close} Cov_p(dS), to which the rest of the Hessian is added. */
    final double[][] hessian;
    /**
     * By column of Y, Σ p x̃_a t and -Σ p x̃_a g; by pair of them, Σ p x̃_a x̃_b and, by row, Σ p x̃_a x̃_b ℓ'', to the first of which what E has
     * of dη dη' is added.
     */
    final double[][][] nodeScore;

    final double[][][] nodeGradient;
    final double[][] nodeMoments;
    final double[][] nodeWeights;

    private final double[] scratch;
    private final double[] weighted;

    CurvatureNodes(GaussHermite grid, DistinctColumns distinct, CurvatureTangents tangents) {
        super(distinct.batch);
        this.grid = grid;
        this.distinct = distinct;
        this.tangents = tangents;
        p = distinct.p;
        size = p + row.length;
        depth = tangents.y.length;
        int depthPairs = depth * (depth + 1) / 2;
        point = new double[depth];
        point[0] = 1;
        crossed = batch.byCluster(distinct.width);
        nodeT = new double[q][];
        for (int r = 0; r < q; r++) {
            nodeT[r] = crossed[distinct.ofZ[r]];
        }
        nodeG = batch.byCluster(q);
        slope = batch.byCluster(size);
        slopeSum = batch.byCluster(size);
        hessian = batch.byCluster(size * (size + 1) / 2);
        nodeScore = byCluster(depth, q);
        nodeGradient = byCluster(depth, q);
        nodeMoments = batch.byCluster(depthPairs);
        nodeWeights = new double[depthPairs][batch.mostRows()];
        scratch = new double[batch.mostClusters()];
        weighted = new double[batch.mostRows()];
    }

    /** Takes up the window at its modes. */
    void begin(ModeSearch modes) {
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
        batch.cross(at.first, distinct.columns, distinct.width, crossed);
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
                    add(slope[i], point[c], nodeG[d], tangents.dY[c][i][d]);
                }
            }
        }
    }

    /** How many entries of column c of Y are not zero by R's triangle. */
    int rowsOf(int c) {
        return c == 0 ? q : c;
    }

    /** After the last node. */
    void close() {
        if (depth > 1) {
            normalise();
        }
        gradients();
    }

    /** From sums weighted by p_k unnormalised to means; leaves Cov_p(dS) as the Hessian. */
    private void normalise() {
        int n = batch.clusters;
        double[] perTotal = scratch;
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
                    add(nodeGradient[c][d], -1, nodeMoments[pair(c, b)], tangents.y[b][d]);
                }
            }
        }
    }
}
