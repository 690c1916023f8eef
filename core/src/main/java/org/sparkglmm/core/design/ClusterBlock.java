package org.sparkglmm.core.design;

import java.io.Serializable;
import java.util.function.Function;
import java.util.function.Predicate;
import org.sparkglmm.core.model.Observations;

/**
 * Some thousand clusters as columns of primitive arrays: the unit of storage, of work and of summation. Clusters are in
 * id order and never split; rows of cluster i are {@code start(i)} to {@code start(i + 1) - 1}.
 *
 * <p>Columns are shared with whoever asks (nobody writes to them); a column of ones is null and costs nothing, and a
 * column that is in X and in Z is one array.
 */
public final class ClusterBlock implements Serializable {
    private static final long serialVersionUID = 1;

    private final int index;
    private final ClusterIds ids;
    private final int[] start;
    private final Observations observations;
    private final double[] offset;
    private final double[][] x;
    private final double[][] z;
    private final double[][][] auxiliary;
    private final double[] logConstant;
    private final int widest;
    private transient Object derived;

    ClusterBlock(
            int index,
            ClusterIds ids,
            int[] start,
            Observations observations,
            double[] offset,
            double[][] x,
            double[][] z,
            double[][][] auxiliary,
            double[] logConstant) {
        this.index = index;
        this.ids = ids;
        this.start = start;
        this.observations = observations;
        this.offset = offset;
        this.x = x;
        this.z = z;
        this.auxiliary = auxiliary;
        this.logConstant = logConstant;
        int most = 0;
        for (int i = 0; i + 1 < start.length; i++) {
            most = Math.max(most, start[i + 1] - start[i]);
        }
        widest = most;
    }

    /** The block's place in the order of summation. */
    public int index() {
        return index;
    }

    public int clusters() {
        return start.length - 1;
    }

    public int rows() {
        return start[start.length - 1];
    }

    public int start(int cluster) {
        return start[cluster];
    }

    /** Rows of the largest cluster. */
    public int widest() {
        return widest;
    }

    /** One id a cluster. */
    public ClusterIds ids() {
        return ids;
    }

    public Observations observations() {
        return observations;
    }

    /** The known part of the linear predictor, null for zeros. */
    public double[] offset() {
        return offset;
    }

    /** The columns of X; null stands for a column of ones. */
    public double[][] x() {
        return x;
    }

    /** The columns of Z; null stands for a column of ones. */
    public double[][] z() {
        return z;
    }

    /** How many of the family's own parameters may have columns here; those beyond are constants. */
    public int auxiliaryParts() {
        return auxiliary.length;
    }

    /** The columns of the predictor of the family's own parameter k, null standing for ones; null if it is a constant. */
    public double[][] auxiliary(int k) {
        return k < auxiliary.length ? auxiliary[k] : null;
    }

    /** The part of a cluster's log-likelihood that no parameter moves, weights included. */
    public double logConstant(int cluster) {
        return logConstant[cluster];
    }

    /**
     * A by-product of the block that is dear to compute, kept with it for the next pass (not serialised: a block that
     * moves computes it again).
     *
     * @param fits whether what was kept is what is wanted now
     */
    public <T> T derived(Class<T> type, Predicate<T> fits, Function<ClusterBlock, T> compute) {
        Object kept = derived;
        if (type.isInstance(kept) && fits.test(type.cast(kept))) {
            return type.cast(kept);
        }
        T fresh = compute.apply(this);
        derived = fresh;
        return fresh;
    }

    /** The block with only some columns of X and of the auxiliary predictors; arrays are shared. */
    public ClusterBlock withColumns(ColumnSelection keep) {
        double[][][] parts = auxiliary.clone();
        for (int k = 0; k < parts.length; k++) {
            parts[k] = parts[k] == null ? null : ColumnSelection.pick(parts[k], keep.auxiliary()[k]);
        }
        return new ClusterBlock(
                index, ids, start, observations, offset, ColumnSelection.pick(x, keep.fixed()), z, parts, logConstant);
    }

    /** Every {@code step}-th cluster, as a block of its own: the arrays are copies. */
    public ClusterBlock everyNth(int step) {
        int m = (clusters() + step - 1) / step;
        int[] newStart = new int[m + 1];
        for (int i = 0; i < m; i++) {
            newStart[i + 1] = newStart[i] + start[i * step + 1] - start[i * step];
        }
        int n = newStart[m];
        int[] rows = new int[n];
        ClusterIds newIds = ids.empty(m);
        double[] constants = new double[m];
        int at = 0;
        for (int i = 0; i < m; i++) {
            newIds.addFrom(ids, i * step);
            constants[i] = logConstant[i * step];
            for (int r = start[i * step]; r < start[i * step + 1]; r++) {
                rows[at++] = r;
            }
        }
        double[][][] newAuxiliary = new double[auxiliary.length][][];
        for (int k = 0; k < auxiliary.length; k++) {
            newAuxiliary[k] = auxiliary[k] == null ? null : pickAll(auxiliary[k], rows);
        }
        double[] y = new double[n];
        double[] size = new double[n];
        double[] weight = new double[n];
        for (int j = 0; j < n; j++) {
            y[j] = observations.y(rows[j]);
            size[j] = observations.size(rows[j]);
            weight[j] = observations.weight(rows[j]);
        }
        return new ClusterBlock(
                index,
                newIds,
                newStart,
                new Observations(y, size, weight),
                pick(offset, rows),
                pickAll(x, rows),
                pickAll(z, rows),
                newAuxiliary,
                constants);
    }

    private static double[][] pickAll(double[][] columns, int[] rows) {
        double[][] out = new double[columns.length][];
        for (int c = 0; c < columns.length; c++) {
            out[c] = pick(columns[c], rows);
        }
        return out;
    }

    private static double[] pick(double[] column, int[] rows) {
        if (column == null) {
            return null;
        }
        double[] out = new double[rows.length];
        for (int j = 0; j < rows.length; j++) {
            out[j] = column[rows[j]];
        }
        return out;
    }
}
