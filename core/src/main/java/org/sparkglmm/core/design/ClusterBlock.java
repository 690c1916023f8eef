package org.sparkglmm.core.design;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.sparkglmm.core.model.Observations;

/**
 * Some thousand clusters as columns of primitive arrays: the unit of storage, of work and of summation. Clusters are in
 * id order and never split; rows of cluster i are {@code start(i)} to {@code start(i + 1) - 1}. Where many persons have the very
 * same data, a cluster is such a pattern, in the order of its first persons, and counts for its {@link #frequency}.
 *
 * <p>A column that is in X and in Z is one object. Where a block is serialised, {@link BlockCodec} writes it.
 */
public final class ClusterBlock implements Serializable {
    private static final long serialVersionUID = 1;

    /** A cluster of more rows than this, and of so many times more than others have, would be most of a sample. */
    private static final int LARGE = 10_000;

    private static final int LARGER = 20;

    private final int index;
    private final ClusterIds ids;
    private final int[] clusterOf;
    private final int[] frequency;
    private final int[] start;
    private final Observations observations;
    private final double[] offset;
    private final BlockColumn[] x;
    private final BlockColumn[] z;
    private final BlockColumn[][] auxiliary;
    private final double[] logConstant;
    private final int widest;
    private transient Map<Class<?>, Object> byProducts;

    ClusterBlock(
            int index,
            ClusterIds ids,
            int[] clusterOf,
            int[] start,
            Observations observations,
            double[] offset,
            BlockColumn[] x,
            BlockColumn[] z,
            BlockColumn[][] auxiliary,
            double[] logConstant) {
        this.index = index;
        this.ids = ids;
        this.clusterOf = clusterOf;
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
        frequency = clusterOf == null ? null : new int[start.length - 1];
        for (int person = 0; clusterOf != null && person < clusterOf.length; person++) {
            frequency[clusterOf[person]]++;
        }
    }

    private Object writeReplace() {
        return new BlockCodec.Serialised(this);
    }

    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("a block is written by its codec");
    }

    /** The block's place in the order of summation. */
    public int index() {
        return index;
    }

    /** Clusters with data of their own: persons, or patterns that persons share. */
    public int clusters() {
        return start.length - 1;
    }

    /** Persons, at least as many as clusters. */
    public int persons() {
        return ids.count();
    }

    /** How many persons have the data of a cluster. */
    public int frequency(int cluster) {
        return frequency == null ? 1 : frequency[cluster];
    }

    /** Whether some persons share their data. */
    public boolean hasPatterns() {
        return frequency != null;
    }

    /** The cluster whose data a person has. */
    public int clusterOf(int person) {
        return clusterOf == null ? person : clusterOf[person];
    }

    /** Rows that are kept, those of a shared pattern once. */
    public int rows() {
        return start[start.length - 1];
    }

    public int start(int cluster) {
        return start[cluster];
    }

    /** Weight of a cluster: the sum of the frequency weights of its rows. */
    public double weightOf(int cluster) {
        double sum = 0;
        for (int j = start(cluster); j < start(cluster + 1); j++) {
            sum += observations().weight(j);
        }
        return sum;
    }

    /** Rows of the largest cluster. */
    public int widest() {
        return widest;
    }

    /** One id a person. */
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

    /** The columns of X. */
    public BlockColumn[] x() {
        return x;
    }

    /** The columns of Z. */
    public BlockColumn[] z() {
        return z;
    }

    /** A column's values row by row, in an array of its own. */
    public double[] rowValues(BlockColumn column) {
        double[] out = new double[rows()];
        for (int i = 0; i < clusters(); i++) {
            for (int j = start[i]; j < start[i + 1]; j++) {
                out[j] = column.at(i, j);
            }
        }
        return out;
    }

    /** How many of the family's own parameters may have columns here; those beyond are constants. */
    public int auxiliaryParts() {
        return auxiliary.length;
    }

    /** The columns of the predictor of the family's own parameter k; null if it is a constant. */
    public BlockColumn[] auxiliary(int k) {
        return k < auxiliary.length ? auxiliary[k] : null;
    }

    /** The part of a cluster's log-likelihood that no parameter moves, weights included. */
    public double logConstant(int cluster) {
        return logConstant[cluster];
    }

    /**
     * What was last kept of a type beside the block: a by-product that is expensive to compute, or where the next pass begins. Blocks
     * that share this one's columns share it. It is not serialised: a block that moves comes without.
     *
     * @return null if there is none
     */
    public <T> T byProduct(Class<T> type) {
        return type.cast(byProducts().get(type));
    }

    /** Keeps a by-product beside the block, in place of the last of its type. */
    public <T> void keep(Class<T> type, T byProduct) {
        byProducts().put(type, byProduct);
    }

    private synchronized Map<Class<?>, Object> byProducts() {
        if (byProducts == null) {
            byProducts = new ConcurrentHashMap<>();
        }
        return byProducts;
    }

    /** The block with only some columns of X and of the auxiliary predictors; arrays are shared. */
    public ClusterBlock withColumns(ColumnSelection keep) {
        BlockColumn[][] parts = auxiliary.clone();
        for (int k = 0; k < parts.length; k++) {
            parts[k] = parts[k] == null ? null : ColumnSelection.pick(parts[k], keep.auxiliary()[k]);
        }
        ClusterBlock out = new ClusterBlock(
                index,
                ids,
                clusterOf,
                start,
                observations,
                offset,
                ColumnSelection.pick(x, keep.fixed()),
                z,
                parts,
                logConstant);
        out.byProducts = byProducts();
        return out;
    }

    /** The same block with other columns; what is kept beside it is shared. */
    ClusterBlock withColumns(BlockColumn[] newX, BlockColumn[] newZ, BlockColumn[][] newAuxiliary) {
        ClusterBlock out = new ClusterBlock(
                index, ids, clusterOf, start, observations, offset, newX, newZ, newAuxiliary, logConstant);
        out.byProducts = byProducts();
        return out;
    }

    /** Where the rows of each cluster start, and the end; nobody writes to it. */
    int[] starts() {
        return start;
    }

    /**
     * Every {@code step}-th person, each with data of their own, as a block of its own: the arrays are copies. A giant among them, whose
     * rows would be most of the sample, is left out unless all are taken; then there may be none.
     */
    public ClusterBlock everyNth(int step) {
        long most = step == 1 ? Long.MAX_VALUE : Math.max(LARGE, LARGER * (long) rows() / Math.max(1, clusters()));
        int[] picked = IntStream.iterate(0, i -> i < persons(), i -> i + step)
                .filter(i -> start[clusterOf(i) + 1] - start[clusterOf(i)] <= most)
                .toArray();
        return picked(picked);
    }

    /** One person, with data of their own, as a block of its own: the arrays are copies. */
    public ClusterBlock only(int person) {
        return picked(new int[] {person});
    }

    private ClusterBlock picked(int[] picked) {
        int m = picked.length;
        int[] newStart = new int[m + 1];
        int[] clusters = new int[m];
        for (int i = 0; i < m; i++) {
            clusters[i] = clusterOf(picked[i]);
            newStart[i + 1] = newStart[i] + start[clusters[i] + 1] - start[clusters[i]];
        }
        int n = newStart[m];
        int[] rows = new int[n];
        ClusterIds newIds = ids.empty(m);
        double[] constants = new double[m];
        int at = 0;
        for (int i = 0; i < m; i++) {
            newIds.addFrom(ids, picked[i]);
            constants[i] = logConstant[clusters[i]];
            for (int r = start[clusters[i]]; r < start[clusters[i] + 1]; r++) {
                rows[at++] = r;
            }
        }
        BlockColumn[][] newAuxiliary = new BlockColumn[auxiliary.length][];
        for (int k = 0; k < auxiliary.length; k++) {
            newAuxiliary[k] = auxiliary[k] == null ? null : pick(auxiliary[k], clusters, rows);
        }
        double[] y = new double[n];
        double[] size = new double[n];
        double[] weight = new double[n];
        double[] newOffset = offset == null ? null : new double[n];
        for (int j = 0; j < n; j++) {
            y[j] = observations.y(rows[j]);
            size[j] = observations.size(rows[j]);
            weight[j] = observations.weight(rows[j]);
            if (offset != null) {
                newOffset[j] = offset[rows[j]];
            }
        }
        return new ClusterBlock(
                index,
                newIds,
                null,
                newStart,
                new Observations(y, size, weight),
                newOffset,
                pick(x, clusters, rows),
                pick(z, clusters, rows),
                newAuxiliary,
                constants);
    }

    private static BlockColumn[] pick(BlockColumn[] columns, int[] clusters, int[] rows) {
        BlockColumn[] out = new BlockColumn[columns.length];
        for (int c = 0; c < columns.length; c++) {
            out[c] = columns[c].pick(clusters, rows);
        }
        return out;
    }
}
