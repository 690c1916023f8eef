package org.sparkglmm.core.likelihood;

import java.util.Arrays;
import org.sparkglmm.core.math.MatrixBatch;

/**
 * Arithmetic of matrices that every cluster of a window has: an array over the clusters for each of their elements. Symmetric ones hold
 * a triangle, an array a pair of indices.
 */
abstract class ClusterArrays {
    final ClusterWindow batch;
    /** Random effects of a cluster. */
    final int q;
    /** By free entry of Λ. */
    final int[] row;

    final int[] column;

    ClusterArrays(ClusterWindow batch) {
        this.batch = batch;
        q = batch.q;
        int theta = batch.layout.theta();
        row = new int[theta];
        column = new int[theta];
        for (int f = 0; f < theta; f++) {
            row[f] = batch.layout.row(f);
            column[f] = batch.layout.column(f);
        }
    }

    final double[][][] byCluster(int m, int n) {
        double[][][] out = new double[m][][];
        for (int i = 0; i < m; i++) {
            out[i] = batch.byCluster(n);
        }
        return out;
    }

    final double[][][][] byCluster(int l, int m, int n) {
        double[][][][] out = new double[l][][][];
        for (int i = 0; i < l; i++) {
            out[i] = byCluster(m, n);
        }
        return out;
    }

    /** out := v w, element by element; v may be out. */
    static void product(double[] v, double[] w, double[] out, int n) {
        for (int j = 0; j < n; j++) {
            out[j] = v[j] * w[j];
        }
    }

    static int pair(int i, int j) {
        return i >= j ? i * (i + 1) / 2 + j : j * (j + 1) / 2 + i;
    }

    /** out += factor v w, by cluster. */
    final void add(double[] out, double factor, double[] v, double[] w) {
        MatrixBatch.addProduct(out, factor, v, w, batch.clusters);
    }

    final void clear(double[] v) {
        Arrays.fill(v, 0, batch.clusters, 0);
    }

    final void clear(double[][] arrays) {
        for (double[] v : arrays) {
            clear(v);
        }
    }

    /** What Υ multiplies entry (i, j) of an upper triangle with. */
    static double half(int i, int j) {
        return i == j ? 0.5 : 1;
    }
}
