package org.sparkglmm.core.design;

/**
 * A column of a design matrix over a block: all ones, one value a cluster (a covariate that is constant within persons), or
 * one value a row. Arrays are shared with whoever asks; nobody writes to them.
 */
public final class BlockColumn {
    /** The intercept. */
    public static final BlockColumn ONES = new BlockColumn(null, true);

    private final double[] values;
    private final boolean byCluster;

    private BlockColumn(double[] values, boolean byCluster) {
        this.values = values;
        this.byCluster = byCluster;
    }

    /** One value a cluster. */
    static BlockColumn ofClusters(double[] values) {
        return new BlockColumn(values, true);
    }

    /** One value a row, as they stand. */
    static BlockColumn ofEachRow(double[] values) {
        return new BlockColumn(values, false);
    }

    /** One value a row; kept once a cluster where no cluster has two. */
    static BlockColumn ofRows(double[] values, int[] start) {
        int clusters = start.length - 1;
        for (int i = 0; i < clusters; i++) {
            for (int j = start[i] + 1; j < start[i + 1]; j++) {
                if (values[j] != values[start[i]]) {
                    return new BlockColumn(values, false);
                }
            }
        }
        double[] once = new double[clusters];
        for (int i = 0; i < clusters; i++) {
            once[i] = values[start[i]];
        }
        return ofClusters(once);
    }

    public boolean isOnes() {
        return values == null;
    }

    /** Whether it is constant within clusters; ones are. */
    public boolean isByCluster() {
        return byCluster;
    }

    /** By cluster or by row; null for ones. */
    public double[] values() {
        return values;
    }

    /** The value in a row of the block. */
    public double at(int cluster, int row) {
        return values == null ? 1 : values[byCluster ? cluster : row];
    }

    /** The column of the clusters picked, in their order. */
    BlockColumn pick(int[] clusters, int[] rows) {
        if (values == null) {
            return this;
        }
        int[] from = byCluster ? clusters : rows;
        double[] out = new double[from.length];
        for (int k = 0; k < out.length; k++) {
            out[k] = values[from[k]];
        }
        return new BlockColumn(out, byCluster);
    }
}
