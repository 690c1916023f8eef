package org.sparkglmm.core.design;

import java.io.Serializable;
import java.util.Arrays;

/** The least and the largest different values of one column, a few of each, and how many rows have each. */
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

        private End(double side) {
            this.side = side;
            Arrays.fill(values, Double.NEGATIVE_INFINITY);
        }

        /** @param value times the side */
        private void add(double value, long count) {
            if (!(value >= values[KEPT - 1])) {
                return;
            }
            int at = KEPT - 1;
            while (at > 0 && values[at - 1] <= value) {
                at--;
            }
            if (values[at] != value) {
                for (int k = KEPT - 1; k > at; k--) {
                    values[k] = values[k - 1];
                    rows[k] = rows[k - 1];
                }
                values[at] = value;
                rows[at] = 0;
            }
            rows[at] += count;
        }

        private void merge(End other) {
            for (int k = 0; k < KEPT && other.rows[k] > 0; k++) {
                add(other.values[k], other.rows[k]);
            }
        }
    }

    void add(double value, long count) {
        if (Double.isFinite(value)) {
            largest.add(value, count);
            least.add(-value, count);
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
}
