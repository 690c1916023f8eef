package org.sparkglmm.core.fit;

import org.apache.commons.math3.stat.descriptive.moment.Mean;
import org.apache.commons.math3.stat.descriptive.moment.StandardDeviation;

/**
 * How often the 95% intervals of one parameter held its value, over many data sets, and whether their standard errors tell
 * how much the estimates vary.
 */
final class Coverage {
    private final StandardDeviation estimates = new StandardDeviation();
    private final Mean errors = new Mean();
    private int inside;
    private int counted;

    /** Counts an interval; an estimate without a standard error (NaN) has none. */
    void add(double estimate, double se, double truth) {
        estimates.increment(estimate);
        if (!Double.isNaN(se)) {
            errors.increment(se);
            counted++;
            inside += Math.abs(estimate - truth) <= 1.959964 * se ? 1 : 0;
        }
    }

    /** Number of intervals. */
    int counted() {
        return counted;
    }

    double share() {
        return inside / (double) counted;
    }

    double percent() {
        return 100.0 * inside / counted;
    }

    /** Mean standard error over the standard deviation of the estimates: below 1 it promises too much. */
    double errorRatio() {
        return errors.getResult() / estimates.getResult();
    }

    /** Binomial standard error of {@link #percent()} if the intervals are right. */
    static double percentError(int replicates) {
        return 100 * Math.sqrt(0.95 * 0.05 / replicates);
    }
}
