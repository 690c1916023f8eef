package org.sparkglmm.core.inference;

/**
 * A point of a group's curve over time, for the outcome's mean or the probability of a category.
 *
 * @param typical for the typical person, whose random effects are 0
 * @param typicalLower of its 95% interval
 * @param typicalUpper of its 95% interval
 * @param average of the population: averaged over the random effects
 * @param averageLower of its 95% interval
 * @param averageUpper of its 95% interval
 * @param between quantiles between persons at {@link RowPredictor#BETWEEN}; none of a category's probability, which is not
 *     monotone in the random effects
 */
public record TrajectoryPoint(
        double typical,
        double typicalLower,
        double typicalUpper,
        double average,
        double averageLower,
        double averageUpper,
        double[] between) {}
