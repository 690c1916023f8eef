package org.sparkglmm.core.likelihood;

/**
 * All that is wanted of the clusters at the estimates, from one pass.
 *
 * @param scores by the rule that was fitted with
 * @param finer log-likelihood and gradient by a finer rule; null without one
 * @param finest log-likelihood by the finest rule; NaN without one
 * @param curvature null if the Hessian was not asked for
 */
public record FinalSums(ScoreSum scores, LikelihoodSum finer, double finest, Curvature curvature) {}
