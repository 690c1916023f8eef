package org.sparkglmm.core.likelihood;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sparkglmm.core.design.BlockColumn;
import org.sparkglmm.core.math.CompensatedSum;
import org.sparkglmm.core.model.Derivatives;

/**
 * Hands the clusters of a window to {@link ClusterCurvature} one by one. The nodes of the grid come for all clusters together, so
 * they are kept until then; a cluster that has the window for itself takes them as they come.
 */
final class WindowCurvature {
    /** Numbers of nodes times rows that are kept at most. */
    private static final int MOST_KEPT = 1 << 19;

    private final ClusterBatch batch;
    private final ModeSearch modes;
    private final GaussHermite grid;
    private final ClusterCurvature curvature;
    private final FourthDerivative fourthDerivative;
    private final double[] fourth;

    /** By column of X: the distinct column it is a multiple of within any cluster, and the multiple. */
    private final int[] shape;

    private final double[] factor;

    private final double[] u;
    private final double[] chol;
    private final double[] hessian;
    private final double[] windowHessian;

    // By node.
    private final double[][] first;
    private final double[][] second;
    private final double[][] weight;

    WindowCurvature(ModeSearch modes, GaussHermite grid) {
        this.modes = modes;
        this.grid = grid;
        batch = modes.batch;
        int q = batch.q;
        BlockColumn[] x = batch.block.x();
        shape = new int[x.length];
        factor = new double[x.length];
        List<double[]> shapes = new ArrayList<>();
        int ones = -1;
        for (int c = 0; c < x.length; c++) {
            if (x[c].isByCluster() && ones >= 0) {
                shape[c] = ones;
                continue;
            }
            shape[c] = shapes.size();
            ones = x[c].isByCluster() ? shape[c] : ones;
            shapes.add(x[c].isByCluster() ? null : x[c].values());
        }
        double[][] z = new double[q][];
        for (int r = 0; r < q; r++) {
            BlockColumn column = batch.block.z()[r];
            z[r] = column.isOnes() ? null : column.isByCluster() ? batch.block.rowValues(column) : column.values();
        }
        curvature = new ClusterCurvature(batch.layout, grid, shapes.toArray(double[][]::new), z, batch.block.widest());
        fourthDerivative = new FourthDerivative(batch.density, batch.mostRows());
        fourth = new double[batch.mostRows()];
        u = new double[q];
        chol = new double[q * q];
        int size = batch.layout.psiStart();
        hessian = new double[size * (size + 1) / 2];
        windowHessian = new double[hessian.length];
        int nodes = grid.size() == 1 ? 0 : grid.size();
        first = new double[nodes][Math.min(batch.mostRows(), rows(grid))];
        second = new double[nodes][Math.min(batch.mostRows(), rows(grid))];
        weight = new double[nodes][batch.mostClusters()];
    }

    /** Rows that a window of more than one cluster may have. */
    static int rows(GaussHermite grid) {
        return Math.max(1, Math.min(ClusterBatch.ROWS, MOST_KEPT / grid.size()));
    }

    /** Before the nodes. */
    void begin() {
        if (batch.clusters == 1) {
            begin(0);
        }
    }

    private void begin(int i) {
        for (int d = 0; d < u.length; d++) {
            u[d] = modes.u[d][i];
        }
        modes.factor(i, chol);
        Derivatives at = modes.at;
        curvature.begin(
                batch.start[i + 1] - batch.start[i],
                batch.firstRow + batch.start[i],
                batch.start[i],
                at.first,
                at.second,
                at.third,
                batch.lambda,
                u,
                chol);
    }

    /** Takes node k of all clusters: weights proportional to p_k, and the derivatives there. */
    void node(int k, double[] weights, Derivatives atNode) {
        if (batch.clusters == 1) {
            if (weights[0] > 0) {
                curvature.addNode(k, weights[0], atNode.first, atNode.second, 0);
            }
            return;
        }
        System.arraycopy(weights, 0, weight[k], 0, batch.clusters);
        System.arraycopy(atNode.first, 0, first[k], 0, batch.rows);
        System.arraycopy(atNode.second, 0, second[k], 0, batch.rows);
    }

    /** Adds the Hessians of the window's clusters, each times its frequency; NaN if one has none. */
    void addTo(CompensatedSum sum) {
        boolean known = modes.allFound() && fourth();
        Arrays.fill(windowHessian, known ? 0 : Double.NaN);
        for (int i = 0; i < batch.clusters && known; i++) {
            if (batch.clusters > 1) {
                begin(i);
                for (int k = 0; k < weight.length; k++) {
                    if (weight[k][i] > 0) {
                        curvature.addNode(k, weight[k][i], first[k], second[k], batch.start[i]);
                    }
                }
            }
            for (int c = 0; c < shape.length; c++) {
                BlockColumn column = batch.block.x()[c];
                factor[c] = column.isByCluster() ? column.at(batch.first + i, 0) : 1;
            }
            curvature.finish(fourth, batch.block.frequency(batch.first + i), shape, factor, windowHessian);
        }
        sum.add(windowHessian);
    }

    private boolean fourth() {
        return batch.evaluateFourth(fourthDerivative, modes.eta, fourth);
    }
}
