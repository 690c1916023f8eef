package org.sparkglmm.core.design;

/**
 * What stands behind a level of a factor.
 *
 * @param variable the factor
 * @param level its label
 * @param clusters clusters with a row of it
 * @param rows rows of it
 * @param outcomes rows by category of the outcome, or failures and successes; empty for other outcomes
 */
public record LevelCount(String variable, String level, long clusters, long rows, long[] outcomes) {}
