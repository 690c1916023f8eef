package org.sparkglmm.core.likelihood;

import java.io.Serializable;
import org.sparkglmm.core.model.ObservationModel;
import org.sparkglmm.core.model.ParameterLayout;

/**
 * What is integrated: a density, and where its parameters lie.
 *
 * @param density log f(y | η, ψ)
 * @param layout β, θ, ψ in one vector
 */
public record MixedModel(ObservationModel density, ParameterLayout layout) implements Serializable {}
