package org.sparkglmm.core.design;

import java.io.Serializable;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Observations;

/**
 * One pass over the design before any fitting: counts, first and second moments of the columns of X and of the outcome,
 * means and mean squares of Z, and how many outcomes the family does not know. Second moments are about the mean, merged
 * pairwise in block order (Chan, Golub and LeVeque 1983), so that a year column keeps its small variance.
 */
public final class DataMoments implements Serializable {
    private static final long serialVersionUID = 1;

    private final int p;
    private long rows;
    private long clusters;
    private long singletons;
    private long widest;
    private long unsupported;
    private long badWeights;
    private double weight;
    private final double[] mean;
    private final double[] scatter;
    private final double[] zSquares;
    private final double[] zSums;
    private double trials;
    private double successes;

    /** Column p is the outcome: divided by its size where the family counts trials of every row. */
    private DataMoments(int p, int q) {
        this.p = p;
        mean = new double[p + 1];
        scatter = new double[(p + 1) * (p + 1)];
        zSquares = new double[q];
        zSums = new double[q];
    }

    /**
     * Describes the data in one pass.
     *
     * @throws DataException if there are no rows, which only weights of 0 can bring about
     */
    public static DataMoments of(ClusterData data, Family family) {
        DataMoments total = null;
        for (DataMoments part : data.mapBlocks(block -> ofBlock(block, family))) {
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

    private static DataMoments ofBlock(ClusterBlock block, Family family) {
        int p = block.x().length;
        DataMoments out = new DataMoments(p, block.z().length);
        out.clusters = block.clusters();
        out.rows = block.rows();
        out.widest = block.widest();
        for (int i = 0; i < block.clusters(); i++) {
            out.singletons += block.start(i + 1) - block.start(i) == 1 ? 1 : 0;
        }
        Observations observations = block.observations();
        double[] row = new double[p + 1];
        double[] delta = new double[p + 1];
        for (int j = 0; j < block.rows(); j++) {
            double y = observations.y(j);
            double size = observations.size(j);
            double w = observations.weight(j);
            if (!(w >= 0 && w < Double.POSITIVE_INFINITY)) {
                out.badWeights++;
                continue;
            }
            if (!family.supports(y, size)) {
                out.unsupported++;
                continue;
            }
            for (int c = 0; c < p; c++) {
                row[c] = block.x()[c] == null ? 1 : block.x()[c][j];
            }
            row[p] = family.takesTrials() ? y / size : y;
            out.trials += w * size;
            out.successes += w * y;
            out.weight += w;
            for (int c = 0; c <= p; c++) {
                delta[c] = row[c] - out.mean[c];
                out.mean[c] += delta[c] * (w / out.weight);
            }
            for (int c = 0; c <= p; c++) {
                double right = w * (row[c] - out.mean[c]);
                for (int d = 0; d <= c; d++) {
                    out.scatter[c * (p + 1) + d] += delta[d] * right;
                }
            }
            for (int r = 0; r < out.zSquares.length; r++) {
                double z = block.z()[r] == null ? 1 : block.z()[r][j];
                out.zSquares[r] += w * z * z;
                out.zSums[r] += w * z;
            }
        }
        return out;
    }

    private void merge(DataMoments other) {
        rows += other.rows;
        clusters += other.clusters;
        singletons += other.singletons;
        widest = Math.max(widest, other.widest);
        unsupported += other.unsupported;
        badWeights += other.badWeights;
        trials += other.trials;
        successes += other.successes;
        for (int r = 0; r < zSquares.length; r++) {
            zSquares[r] += other.zSquares[r];
            zSums[r] += other.zSums[r];
        }
        double total = weight + other.weight;
        if (other.weight == 0) {
            return;
        }
        double[] delta = new double[p + 1];
        for (int c = 0; c <= p; c++) {
            delta[c] = other.mean[c] - mean[c];
        }
        for (int c = 0; c <= p; c++) {
            for (int d = 0; d <= c; d++) {
                scatter[c * (p + 1) + d] +=
                        other.scatter[c * (p + 1) + d] + delta[c] * delta[d] * (weight * (other.weight / total));
            }
        }
        for (int c = 0; c <= p; c++) {
            mean[c] += delta[c] * (other.weight / total);
        }
        weight = total;
    }

    public long rows() {
        return rows;
    }

    public long clusters() {
        return clusters;
    }

    /** Clusters of a single row. */
    public long singletons() {
        return singletons;
    }

    /** Rows of the largest cluster. */
    public long widest() {
        return widest;
    }

    /** Rows whose outcome the family does not support. */
    public long unsupported() {
        return unsupported;
    }

    /** Rows whose frequency weight is negative, infinite or NaN. */
    public long badWeights() {
        return badWeights;
    }

    /** Sum of the frequency weights. */
    public double weight() {
        return weight;
    }

    /** Weighted mean of column c of X. */
    public double mean(int c) {
        return mean[c];
    }

    /** Weighted sum of products of columns c and d of X about their means. */
    public double scatter(int c, int d) {
        return c >= d ? scatter[c * (p + 1) + d] : scatter[d * (p + 1) + c];
    }

    /** Weighted sum of products about zero. */
    public double rawScatter(int c, int d) {
        return scatter(c, d) + weight * mean[c] * mean[d];
    }

    /** Mean outcome; of successes over trials where the family counts trials. */
    public double outcomeMean(Family family) {
        return family.takesTrials() ? successes / trials : mean[p];
    }

    /** Variance of the outcome. */
    public double outcomeVariance() {
        return scatter(p, p) / weight;
    }

    /** Root mean square of column r of Z. */
    public double zRootMeanSquare(int r) {
        return Math.sqrt(zSquares[r] / weight);
    }

    /** Mean of column r of Z. */
    public double zMean(int r) {
        return zSums[r] / weight;
    }
}
