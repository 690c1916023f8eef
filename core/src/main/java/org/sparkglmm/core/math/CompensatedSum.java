package org.sparkglmm.core.math;

import java.io.Serializable;

/**
 * A vector of sums that keep their rounding error beside them (Neumaier 1974), so that a sum over a million persons has
 * the accuracy of its terms. Added in the same order, it gives the same bits.
 */
public final class CompensatedSum implements Serializable {
    private static final long serialVersionUID = 1;

    private final double[] sum;
    private final double[] lost;

    public CompensatedSum(int length) {
        sum = new double[length];
        lost = new double[length];
    }

    public int length() {
        return sum.length;
    }

    /** Adds one term to element i. */
    public void add(int i, double term) {
        double s = sum[i];
        double t = s + term;
        lost[i] += Math.abs(s) >= Math.abs(term) ? (s - t) + term : (term - t) + s;
        sum[i] = t;
    }

    /** Adds the first {@link #length()} elements of a vector. */
    public void add(double[] terms) {
        for (int i = 0; i < sum.length; i++) {
            add(i, terms[i]);
        }
    }

    /** Adds another sum of the same length, with what it keeps of its own rounding. */
    public void merge(CompensatedSum other) {
        for (int i = 0; i < sum.length; i++) {
            add(i, other.sum[i]);
            lost[i] += other.lost[i];
        }
    }

    /** Writes out the sums and what they keep of their rounding. */
    public void save(NumberTape to) {
        for (int i = 0; i < sum.length; i++) {
            to.write(sum[i]);
            to.write(lost[i]);
        }
    }

    /** Becomes, to the bit, a sum of the same length that was saved. */
    public void restore(NumberTape from) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] = from.read();
            lost[i] = from.read();
        }
    }

    public double get(int i) {
        double s = sum[i] + lost[i];
        // Infinite sums have a NaN for their lost part; the sum itself says what happened.
        return Double.isNaN(s) ? sum[i] : s;
    }

    public double[] toArray() {
        double[] out = new double[sum.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = get(i);
        }
        return out;
    }
}
