package org.sparkglmm.core.likelihood;

/**
 * Rules of quadrature that check another at the estimates.
 *
 * @param finer of which log-likelihood and gradient are wanted; null for none
 * @param finest of which the log-likelihood alone is wanted; null for none
 */
public record FinerRules(GaussHermite finer, GaussHermite finest) {
    /** No check. */
    public static final FinerRules NONE = new FinerRules(null, null);
}
