package org.sparkglmm.core.likelihood;

import org.sparkglmm.core.design.BlockColumn;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.model.ParameterLayout;

/**
 * The gradient of a window's log-likelihood as {@link ClusterIntegral} finds it: by row what a change of each linear predictor does, by
 * cluster what one of θ does. From these it makes the gradient in (β, θ, ψ), of the window as a whole and of each cluster.
 */
final class WindowGradient {
    private final ClusterWindow batch;
    private final ClusterBlock block;
    private final ParameterLayout layout;

    /** By row: ∂ log I/∂η, moved modes and curvature included. */
    final double[] score;
    /** ∂ log I/∂θ, one array a parameter. */
    final double[][] theta;
    /** By own parameter and row: what a change of its linear predictor does. */
    final double[][] psi;

    private final double[] rowSum;
    private final double[] ofPersons;
    private final double[] sums;
    /** Null until somebody asks for the gradients by cluster. */
    private double[][] byParameter;

    WindowGradient(ClusterWindow batch) {
        this.batch = batch;
        block = batch.block;
        layout = batch.layout;
        int n = batch.mostRows();
        score = new double[n];
        theta = batch.byCluster(layout.theta());
        psi = new double[layout.psiParts()][n];
        rowSum = new double[batch.mostClusters()];
        ofPersons = new double[block.hasPatterns() ? n : 0];
        sums = new double[layout.size()];
    }

    /** Summed over the clusters, each times its frequency; the next window overwrites it. */
    double[] sum() {
        sumOverRows(byPerson(score), block.x(), 0);
        for (int t = 0; t < layout.theta(); t++) {
            double sum = 0;
            for (int i = 0; i < batch.clusters; i++) {
                sum += block.frequency(batch.first + i) * theta[t][i];
            }
            sums[layout.thetaStart() + t] = sum;
        }
        for (int k = 0; k < psi.length; k++) {
            sumOverRows(byPerson(psi[k]), columnsOf(k), layout.psiStart(k));
        }
        return sums;
    }

    /** What is by row of a cluster, for all persons that share its data. */
    private double[] byPerson(double[] byRow) {
        if (!block.hasPatterns()) {
            return byRow;
        }
        double[] out = ofPersons;
        for (int i = 0; i < batch.clusters; i++) {
            int frequency = block.frequency(batch.first + i);
            for (int j = batch.start[i]; j < batch.start[i + 1]; j++) {
                out[j] = frequency * byRow[j];
            }
        }
        return out;
    }

    private BlockColumn[] columnsOf(int k) {
        BlockColumn[] columns = block.auxiliary(k);
        return columns == null ? new BlockColumn[] {BlockColumn.ONES} : columns;
    }

    private void sumOverRows(double[] v, BlockColumn[] columns, int at) {
        batch.sum(v, rowSum);
        for (int c = 0; c < columns.length; c++) {
            sums[at + c] = columns[c].isByCluster()
                    ? overClusters(rowSum, columns[c])
                    : dot(v, columns[c].values(), batch.firstRow, batch.rows);
        }
    }

    private double overClusters(double[] v, BlockColumn column) {
        double sum = 0;
        for (int i = 0; i < batch.clusters; i++) {
            sum += v[i] * column.at(batch.first + i, 0);
        }
        return sum;
    }

    /** Four sums at once: one would wait for itself. */
    static double dot(double[] v, double[] x, int from, int n) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int j = 0;
        for (; j + 3 < n; j += 4) {
            sum0 += v[j] * x[from + j];
            sum1 += v[j + 1] * x[from + j + 1];
            sum2 += v[j + 2] * x[from + j + 2];
            sum3 += v[j + 3] * x[from + j + 3];
        }
        for (; j < n; j++) {
            sum0 += v[j] * x[from + j];
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }

    /** Of each cluster, one array a parameter; the next window overwrites it. */
    double[][] byCluster() {
        if (byParameter == null) {
            byParameter = batch.byCluster(layout.size());
        }
        sumByCluster(score, block.x(), 0, byParameter);
        for (int t = 0; t < layout.theta(); t++) {
            System.arraycopy(theta[t], 0, byParameter[layout.thetaStart() + t], 0, batch.clusters);
        }
        for (int k = 0; k < psi.length; k++) {
            sumByCluster(psi[k], columnsOf(k), layout.psiStart(k), byParameter);
        }
        return byParameter;
    }

    private void sumByCluster(double[] v, BlockColumn[] columns, int at, double[][] out) {
        batch.sum(v, rowSum);
        for (int c = 0; c < columns.length; c++) {
            double[] sums = out[at + c];
            double[] x = columns[c].values();
            if (columns[c].isOnes()) {
                System.arraycopy(rowSum, 0, sums, 0, batch.clusters);
            } else if (columns[c].isByCluster()) {
                for (int i = 0; i < batch.clusters; i++) {
                    sums[i] = rowSum[i] * x[batch.first + i];
                }
            } else {
                for (int i = 0; i < batch.clusters; i++) {
                    double sum = 0;
                    for (int j = batch.start[i]; j < batch.start[i + 1]; j++) {
                        sum += v[j] * x[batch.firstRow + j];
                    }
                    sums[i] = sum;
                }
            }
        }
    }
}
