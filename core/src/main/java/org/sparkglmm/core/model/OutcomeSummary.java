package org.sparkglmm.core.model;

/**
 * What a family needs to know of the outcome to find starting values. Weighted by the frequency weights.
 *
 * @param weight sum of the weights
 * @param mean of the outcome; successes over trials where the family counts trials
 * @param variance of the outcome (of y/size where the family counts trials)
 * @param zeros share of the weight in rows whose outcome is 0
 * @param categories weight of each category, none for families without
 */
public record OutcomeSummary(double weight, double mean, double variance, double zeros, double[] categories) {

    /** The mean and variance of the rows that are not 0. */
    OutcomeSummary withoutZeros() {
        double share = Math.max(1 - zeros, 1 / (weight + 1));
        double positiveMean = mean / share;
        double square = (variance + mean * mean) / share;
        return new OutcomeSummary(
                weight * share, positiveMean, Math.max(0, square - positiveMean * positiveMean), 0, categories);
    }

    /** Variance in units of the mean to a power, halved (the random effects explain a part) and kept moderate. */
    double relativeVariance(double power) {
        double ratio = 0.5 * variance / StrictMath.pow(Math.abs(mean), power);
        return ratio > 0 ? Math.min(Math.max(ratio, 0.05), 20) : 1;
    }
}
