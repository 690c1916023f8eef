package org.sparkglmm.core.likelihood;

import java.util.Arrays;
import org.sparkglmm.core.design.BlockColumn;
import org.sparkglmm.core.math.CompensatedSum;

/**
 * The distinct columns of a window's [X Z]: a column of Z that is one of X counts once, and columns of X that are constant within
 * clusters all count as one, a column of ones. {@link ClusterCurvature} finds the Hessian of their coefficients; {@link #addUp} multiplies
 * it out for those of all columns.
 */
final class DistinctColumns {
    final ClusterWindow batch;

    /** Distinct columns of X. */
    final int p;
    /** Distinct columns of [X Z]. */
    final int width;
    /** The rows of the distinct columns, those of X first. */
    final double[][] columns;
    /** By column of Z: which of the distinct columns it is. */
    final int[] ofZ;

    /** By parameter, β and θ: which of the distinct ones it is a multiple of within any cluster, and the multiples. */
    private final int[] shape;

    private final double[][] factor;
    /** By distinct column of X: where its rows come from; null if the window has them. */
    private final BlockColumn[] source;

    private final double[] scratch;
    private final double[] sums;

    DistinctColumns(ClusterWindow batch) {
        this.batch = batch;
        int q = batch.q;
        BlockColumn[] x = batch.block.x();
        int theta = batch.layout.theta();
        shape = new int[x.length + theta];
        source = new BlockColumn[x.length];
        p = distinct(x);
        ofZ = new int[q];
        double[][] distinct = new double[p + q][];
        int count = p;
        for (int r = 0; r < q; r++) {
            int c = 0;
            while (c < p && (source[c] == null || source[c].values() != batch.block.z()[r].values())) {
                c++;
            }
            ofZ[r] = c < p ? c : count++;
            distinct[ofZ[r]] = batch.z[r];
            if (c < p) {
                source[c] = null;
            }
        }
        width = count;
        columns = Arrays.copyOf(distinct, width);
        for (int c = 0; c < p; c++) {
            if (source[c] != null) {
                columns[c] = new double[batch.mostRows()];
            }
        }
        for (int f = 0; f < theta; f++) {
            shape[x.length + f] = p + f;
        }
        factor = batch.byCluster(shape.length);
        for (double[] multiples : factor) {
            Arrays.fill(multiples, 1);
        }
        scratch = new double[batch.mostClusters()];
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

    /** Takes up the window's rows. */
    void fill() {
        for (int c = 0; c < p; c++) {
            if (source[c] != null) {
                batch.fill(source[c], columns[c]);
            }
        }
    }

    /** For a window whose Hessian cannot be had: NaN for every entry. */
    void spoil(CompensatedSum sum) {
        Arrays.fill(sums, Double.NaN);
        sum.add(sums);
    }

    /**
     * Adds the sums over clusters, each times its frequency, for every parameter.
     *
     * @param hessian by pair of distinct parameters
     */
    void addUp(double[][] hessian, CompensatedSum sum) {
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
                sums[entry++] = dot(scratch, factor[j], hessian[ClusterArrays.pair(shape[i], shape[j])], n);
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
