package org.sparkglmm.core.model;

import java.io.Serializable;

/** A family's log-density by the linear predictor: what likelihoods are made of. */
public interface OutcomeDensity extends Serializable {

    /** The density with one of {@link Family#links()}. */
    ObservationModel model(Link link);

    /** What y and size add to log f whatever the parameters. */
    double logConstant(double y, double size);

    /** Whether ℓ is a quadratic function of η with this link, so that Laplace is exact. */
    default boolean isQuadratic(Link link) {
        return false;
    }

    /** Whether the marginal likelihood with this link has the closed form of the linear mixed model. */
    default boolean isLinear(Link link) {
        return false;
    }
}
