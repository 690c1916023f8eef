package org.sparkglmm.core.inference;

import java.io.Serializable;
import org.sparkglmm.core.design.Design;

/**
 * Estimates for the columns they were computed in: about the centres of covariates that lie far from 0, where the covariance keeps the
 * digits that a prediction needs and that the covariance of the parameters about 0 has lost.
 *
 * @param design the design whose columns these are the parameters of; see {@link org.sparkglmm.core.design.Centring}
 * @param parameters β, θ, ψ
 * @param covariance of these
 */
public record CentredEstimates(Design design, double[] parameters, ParameterCovariance covariance)
        implements Serializable {}
