package org.sparkglmm.core.design;

import java.io.Serializable;
import java.util.Arrays;

/** The least and the largest different values of one column, a few of each, and how many rows and clusters have each. */
public final class ExtremeValues implements Serializable {
    private static final long serialVersionUID = 1;

    /** Of each end: the codes that a table has for missing values of different kinds are fewer. */
    public static final int KEPT = 4;

    private final End least = new End(-1);
    private final End largest = new End(1);

    /** The outermost values of one side, the outermost first. */
    private static final class End implements Serializable {
        private static final long serialVersionUID = 1;

        private final double side;
        private final double[] values = new double[KEPT];
        private final long[] rows = new long[KEPT];
        private final long[] clusters = new long[KEPT];
        /** The last cluster with each value. */
        private final int[] last = new int[KEPT];

        private End(double side) {
            this.side = side;
            Arrays.fill(values, Double.NEGATIVE_INFINITY);
        }

        /**
         * Where a value stands, or would; -1 if others are farther out.
         *
         * @param value times the side
         */
        private int open(double value) {
            if (!(value >= values[KEPT - 1])) {
                return -1;
            }
            int at = KEPT - 1;
            while (at > 0 && values[at - 1] <= value) {
                at--;
            }
            if (values[at] != value) {
                for (int k = KEPT - 1; k > at; k--) {
                    values[k] = values[k - 1];
                    rows[k] = rows[k - 1];
                    clusters[k] = clusters[k - 1];
                    last[k] = last[k - 1];
                }
                values[at] = value;
                rows[at] = 0;
                clusters[at] = 0;
                last[at] = -1;
            }
            return at;
        }

        private void add(double value, long count, int cluster) {
            int at = open(value);
            if (at >= 0) {
                rows[at] += count;
                clusters[at] += last[at] == cluster ? 0 : count;
                last[at] = cluster;
            }
        }

        private void merge(End other) {
            for (int k = 0; k < KEPT && other.rows[k] > 0; k++) {
                int at = open(other.values[k]);
                if (at >= 0) {
                    rows[at] += other.rows[k];
                    clusters[at] += other.clusters[k];
                    last[at] = -1;
                }
            }
        }
    }

    /**
     * Adds the value of a row.
     *
     * @param count of persons that it stands for
     * @param cluster its number in the block; clusters come one after another
     */
    void add(double value, long count, int cluster) {
        if (Double.isFinite(value)) {
            largest.add(value, count, cluster);
            least.add(-value, count, cluster);
        }
    }

    void merge(ExtremeValues other) {
        largest.merge(other.largest);
        least.merge(other.least);
    }

    /** The k-th largest value, from 0; NaN if there are not so many. */
    public double largest(int k) {
        return value(largest, k);
    }

    /** The k-th least value, from 0; NaN if there are not so many. */
    public double least(int k) {
        return value(least, k);
    }

    private static double value(End end, int k) {
        return end.rows[k] > 0 ? end.side * end.values[k] : Double.NaN;
    }

    /** Rows with the k-th largest value. */
    public long rowsOfLargest(int k) {
        return largest.rows[k];
    }

    /** Rows with the k-th least value. */
    public long rowsOfLeast(int k) {
        return least.rows[k];
    }

    /** Clusters with the k-th largest value. */
    public long clustersOfLargest(int k) {
        return largest.clusters[k];
    }

    /** Clusters with the k-th least value. */
    public long clustersOfLeast(int k) {
        return least.clusters[k];
    }
}
