package org.sparkglmm.core.design;

import java.io.Serializable;
import java.util.List;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.Fingerprint;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Observations;
import org.sparkglmm.core.model.OutcomeSummary;

/**
 * One pass over the design before any fitting: counts, first and second moments of the columns of X, of the outcome and of the
 * predictors of the family's own parameters, means and mean squares of Z, and how many outcomes the family does not know.
 */
public final class DataMoments implements Serializable {
    private static final long serialVersionUID = 1;

    private final int p;
    private long rows;
    private long clusters;
    private long singletons;
    private long widest;
    private double heaviest;
    private long unsupported;
    /** Counts beyond this are no whole numbers any more. */
    private static final double LARGEST_WEIGHT = 1e15;

    private long badWeights;
    private long brokenWeights;
    private double zeros;
    private final ColumnMoments fixed;
    private final ColumnMoments[] auxiliary;
    private final double[] categories;
    private final double[] zProducts;
    private final double[] zSums;
    /** Whether a column of Z has two values within some cluster. */
    private final boolean[] zVaries;

    /** Of the columns of X that are a variable as it stands in the table, and the outcome; null for others. */
    private final ExtremeValues[] extremes;

    private final LevelCounts levels;
    private double offsetLeast = Double.POSITIVE_INFINITY;
    private double offsetMost = Double.NEGATIVE_INFINITY;
    private double offsetSum;
    /** Weighted sum of e^(offset - offsetMost). */
    private double offsetExponentials;

    private double trials;
    private double mostTrials;
    private long fingerprint;
    private long contents;
    private double successes;

    /** Column p of fixed is the outcome: divided by its size where the family counts trials of every row. */
    private DataMoments(ClusterBlock block, Family family, Design design) {
        p = block.x().length;
        fixed = new ColumnMoments(p + 1);
        auxiliary = new ColumnMoments[block.auxiliaryParts()];
        for (int k = 0; k < auxiliary.length; k++) {
            auxiliary[k] = block.auxiliary(k) == null ? null : new ColumnMoments(block.auxiliary(k).length);
        }
        categories = new double[family.takesCategories() ? family.auxiliary().size() + 1 : 0];
        zProducts = new double[block.z().length * block.z().length];
        zSums = new double[block.z().length];
        zVaries = new boolean[block.z().length];
        for (int r = 0; r < zVaries.length; r++) {
            zVaries[r] = !block.z()[r].isByCluster();
        }
        extremes = new ExtremeValues[p + 1];
        for (int c = 0; c < p; c++) {
            extremes[c] = isVariable(design.fixed().get(c)) ? new ExtremeValues() : null;
        }
        boolean isNumber = !family.takesCategories() && !family.takesTrials();
        extremes[p] = isNumber ? new ExtremeValues() : null;
        levels = new LevelCounts(design, family.takesTrials() ? 2 : categories.length);
    }

    private static boolean isVariable(DesignColumn column) {
        return column.components().size() == 1
                && column.components().get(0).isNumeric()
                && !column.components().get(0).variable().contains("(");
    }

    /**
     * Describes the data in one pass.
     *
     * @throws DataException if there are no rows, which only weights of 0 can bring about
     */
    public static DataMoments of(ClusterData data, Family family, Design design) {
        return merged(data.mapBlocks(block -> ofBlock(block, family, design)));
    }

    /**
     * Those of all blocks, in block order.
     *
     * @throws DataException if there is none
     */
    public static DataMoments merged(List<DataMoments> parts) {
        DataMoments total = null;
        for (DataMoments part : parts) {
            if (total == null) {
                total = part;
            } else {
                total.merge(part);
            }
        }
        if (total == null) {
            throw new DataException("no row is left to fit: all weights are 0");
        }
        return total;
    }

    /** Those of one block. */
    public static DataMoments ofBlock(ClusterBlock block, Family family, Design design) {
        DataMoments out = new DataMoments(block, family, design);
        out.levels.add(block);
        out.clusters = block.persons();
        out.widest = block.widest();
        for (int i = 0; i < block.clusters(); i++) {
            int n = block.start(i + 1) - block.start(i);
            out.rows += (long) n * block.frequency(i);
            out.heaviest = Math.max(out.heaviest, block.weightOf(i));
            out.singletons += n == 1 && block.observations().weight(block.start(i)) <= 1 ? block.frequency(i) : 0;
        }
        Observations observations = block.observations();
        double[] row = new double[out.p + 1];
        double[][] auxiliaryRow = new double[out.auxiliary.length][];
        for (int k = 0; k < auxiliaryRow.length; k++) {
            auxiliaryRow[k] = new double[out.auxiliary[k] == null ? 0 : block.auxiliary(k).length];
        }
        double[] z = new double[out.zSums.length];
        int cluster = 0;
        for (int j = 0; j < block.rows(); j++) {
            while (j >= block.start(cluster + 1)) {
                cluster++;
            }
            int frequency = block.frequency(cluster);
            double y = observations.y(j);
            double size = observations.size(j);
            double w = observations.weight(j);
            if (!(w >= 0 && w <= LARGEST_WEIGHT)) {
                out.badWeights += frequency;
                continue;
            }
            if (!family.supports(y, size)) {
                out.unsupported += frequency;
                continue;
            }
            out.brokenWeights += w == Math.rint(w) ? 0 : frequency;
            w *= frequency;
            fill(block.x(), cluster, j, row);
            row[out.p] = family.takesTrials() ? y / size : y;
            out.fixed.add(row, w);
            for (int c = 0; c < row.length; c++) {
                if (out.extremes[c] != null) {
                    out.extremes[c].add(row[c], frequency, cluster);
                }
            }
            for (int k = 0; k < auxiliaryRow.length; k++) {
                if (out.auxiliary[k] != null) {
                    fill(block.auxiliary(k), cluster, j, auxiliaryRow[k]);
                    out.auxiliary[k].add(auxiliaryRow[k], w);
                }
            }
            if (block.offset() != null) {
                out.addOffset(block.offset()[j], w);
            }
            out.trials += w * size;
            out.mostTrials = Math.max(out.mostTrials, family.takesTrials() ? size : 1);
            out.successes += w * y;
            out.zeros += y == 0 ? w : 0;
            if (out.categories.length > 0) {
                out.categories[(int) y] += w;
            }
            fill(block.z(), cluster, j, z);
            for (int r = 0; r < z.length; r++) {
                out.zSums[r] += w * z[r];
                for (int c = 0; c < z.length; c++) {
                    out.zProducts[r * z.length + c] += w * z[r] * z[c];
                }
            }
        }
        for (int person = 0; person < block.persons(); person++) {
            out.fingerprint += fingerprint(block, person);
        }
        out.contents = contents(block);
        return out;
    }

    private void addOffset(double offset, double w) {
        offsetLeast = Math.min(offsetLeast, offset);
        raiseOffsetMost(offset);
        offsetSum += w * offset;
        offsetExponentials += w * Elementary.exp(offset - offsetMost);
    }

    private void raiseOffsetMost(double offset) {
        if (offset > offsetMost) {
            offsetExponentials = offsetExponentials == 0 ? 0 : offsetExponentials * Elementary.exp(offsetMost - offset);
            offsetMost = offset;
        }
    }

    private static long fingerprint(ClusterBlock block, int person) {
        Observations observations = block.observations();
        long id = block.ids().hash(person);
        int cluster = block.clusterOf(person);
        long sum = 0;
        for (int j = block.start(cluster); j < block.start(cluster + 1); j++) {
            long outcome = ClusterIds.mix(Double.doubleToLongBits(observations.y(j) + 0.0))
                    + Double.doubleToLongBits(observations.size(j));
            sum += ClusterIds.mix(id ^ ClusterIds.mix(outcome) + Double.doubleToLongBits(observations.weight(j)));
        }
        return sum;
    }

    private static long contents(ClusterBlock block) {
        Fingerprint out = new Fingerprint().add(block.index());
        for (int person = 0; person < block.persons(); person++) {
            out.add(block.ids().hash(person)).add(block.clusterOf(person));
        }
        for (int i = 0; i < block.clusters(); i++) {
            out.add(block.start(i + 1));
        }
        Observations observations = block.observations();
        for (int j = 0; j < block.rows(); j++) {
            out.add(observations.y(j)).add(observations.size(j)).add(observations.weight(j));
        }
        if (block.offset() != null) {
            out.add(block.offset());
        }
        add(block.x(), out);
        add(block.z(), out);
        for (int k = 0; k < block.auxiliaryParts(); k++) {
            if (block.auxiliary(k) != null) {
                add(block.auxiliary(k), out);
            }
        }
        return ClusterIds.mix(out.value());
    }

    private static void add(BlockColumn[] columns, Fingerprint to) {
        for (BlockColumn column : columns) {
            to.add(column.isOnes() ? 1 : 0);
            if (!column.isOnes()) {
                to.add(column.values());
            }
        }
    }

    private static void fill(BlockColumn[] columns, int cluster, int j, double[] row) {
        for (int c = 0; c < columns.length; c++) {
            row[c] = columns[c].at(cluster, j);
        }
    }

    private void merge(DataMoments other) {
        rows += other.rows;
        clusters += other.clusters;
        singletons += other.singletons;
        widest = Math.max(widest, other.widest);
        heaviest = Math.max(heaviest, other.heaviest);
        unsupported += other.unsupported;
        badWeights += other.badWeights;
        brokenWeights += other.brokenWeights;
        if (other.offsetMost >= other.offsetLeast) {
            offsetLeast = Math.min(offsetLeast, other.offsetLeast);
            raiseOffsetMost(other.offsetMost);
            offsetSum += other.offsetSum;
            offsetExponentials += other.offsetExponentials * Elementary.exp(other.offsetMost - offsetMost);
        }
        trials += other.trials;
        mostTrials = Math.max(mostTrials, other.mostTrials);
        fingerprint += other.fingerprint;
        contents += other.contents;
        successes += other.successes;
        zeros += other.zeros;
        levels.merge(other.levels);
        for (int c = 0; c < extremes.length; c++) {
            if (extremes[c] != null) {
                extremes[c].merge(other.extremes[c]);
            }
        }
        for (int r = 0; r < zSums.length; r++) {
            zSums[r] += other.zSums[r];
            zVaries[r] |= other.zVaries[r];
        }
        for (int k = 0; k < zProducts.length; k++) {
            zProducts[k] += other.zProducts[k];
        }
        for (int k = 0; k < categories.length; k++) {
            categories[k] += other.categories[k];
        }
        fixed.merge(other.fixed);
        for (int k = 0; k < auxiliary.length; k++) {
            if (auxiliary[k] != null) {
                auxiliary[k].merge(other.auxiliary[k]);
            }
        }
    }

    /** Weighted sum of the outcome: successes of all trials, or what was counted. */
    public double total() {
        return successes;
    }

    /** Weighted sum of the trials; of the rows where the outcome is no number of successes. */
    public double trials() {
        return trials;
    }

    /** The largest offset less the smallest, 0 without one. */
    public double offsetSpan() {
        return offsetMost >= offsetLeast ? offsetMost - offsetLeast : 0;
    }

    /** The least offset, 0 without one. */
    public double offsetLeast() {
        return offsetMost >= offsetLeast ? offsetLeast : 0;
    }

    /** The largest offset, 0 without one. */
    public double offsetMost() {
        return offsetMost >= offsetLeast ? offsetMost : 0;
    }

    /** The mean offset, 0 without one. */
    public double offsetMean() {
        return offsetMost >= offsetLeast ? offsetSum / weight() : 0;
    }

    /** The logarithm of the mean of e^offset: of the mean exposure, where the offset is the logarithm of one; 0 without an offset. */
    public double offsetLogMean() {
        return offsetMost >= offsetLeast ? offsetMost + Elementary.log(offsetExponentials / weight()) : 0;
    }

    /** Whether column r of Z has two values within some cluster. */
    public boolean zVaries(int r) {
        return zVaries[r];
    }

    public long rows() {
        return rows;
    }

    public long clusters() {
        return clusters;
    }

    /** Clusters of a single row, of a weight of 1 at most. */
    public long singletons() {
        return singletons;
    }

    /** Rows of the largest cluster. */
    public long widest() {
        return widest;
    }

    /** Weight of the heaviest cluster: the sum of the frequency weights of its rows. */
    public double heaviest() {
        return heaviest;
    }

    /**
     * The extreme values of column c of X about its centre, or of the outcome for the one after the last; null where it is computed, or
     * the outcome counts trials or categories.
     */
    public ExtremeValues extremes(int c) {
        return extremes[c];
    }

    /** Rows whose outcome the family does not support. */
    public long unsupported() {
        return unsupported;
    }

    /**
     * A sum of hashes of the rows' ids, outcomes and weights, in any order: two models with the same were fitted to the same
     * rows. No row can be found in it.
     */
    public long fingerprint() {
        return fingerprint;
    }

    /** Stands for everything that a fit reads of the rows, covariates and order included: equal, and the passes of two fits are. */
    public long contents() {
        return contents;
    }

    /** The most trials of a row; 1 where the family counts none. */
    public double mostTrials() {
        return mostTrials;
    }

    /** Rows whose frequency weight is negative, infinite or NaN. */
    public long badWeights() {
        return badWeights;
    }

    /** Rows whose frequency weight is not whole. */
    public long brokenWeights() {
        return brokenWeights;
    }

    /** Sum of the frequency weights. */
    public double weight() {
        return fixed.weight();
    }

    /** The columns of X; one more at the end is the outcome. */
    public ColumnMoments fixed() {
        return fixed;
    }

    /** The columns of the predictor of the family's own parameter k; null if that is a constant. */
    public ColumnMoments auxiliary(int k) {
        return k < auxiliary.length ? auxiliary[k] : null;
    }

    /** What the family's starting values rest on. */
    public OutcomeSummary outcome(Family family) {
        double mean = family.takesTrials() ? successes / trials : fixed.mean(p);
        double variance = fixed.scatter(p, p) / weight();
        return new OutcomeSummary(weight(), mean, variance, zeros / weight(), categories.clone());
    }

    /** Root mean square of column r of Z. */
    public double zRootMeanSquare(int r) {
        return Math.sqrt(zMeanProduct(r, r));
    }

    /** Mean of the product of columns r and c of Z. */
    public double zMeanProduct(int r, int c) {
        return zProducts[r * zSums.length + c] / weight();
    }

    /** The values of columns of 0 and 1 in X, as levels 0 and 1, where the outcome is of classes. */
    public List<LevelCount> numbersOfTwo() {
        return levels.ofNumbers();
    }

    /** The levels of the factors in X, and what stands behind each. */
    public List<LevelCount> levels() {
        return levels.counts();
    }

    /** Mean of column r of Z. */
    public double zMean(int r) {
        return zSums[r] / weight();
    }
}
