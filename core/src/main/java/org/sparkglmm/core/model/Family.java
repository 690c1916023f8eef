package org.sparkglmm.core.model;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * A distribution of the outcome as users name it: its links, its support, its own parameters ψ. Add one by writing one
 * class and naming it in {@link Families}.
 */
public interface Family extends Serializable {

    /** The name in options and files. */
    String name();

    /** The links it has, the default first. */
    List<Link> links();

    /** The density with one of {@link #links()}. */
    ObservationModel model(Link link);

    /** Whether an outcome is possible; false for NaN. */
    boolean supports(double y, double size);

    /** The support in words, for messages. */
    String support();

    /** What y and size add to log f whatever the parameters. */
    double logConstant(double y, double size);

    /** Whether outcomes may come as successes out of trials. */
    default boolean takesTrials() {
        return false;
    }

    /** Whether it has a dispersion that a precision weight can divide. */
    default boolean takesPrecisionWeights() {
        return false;
    }

    /** Whether the marginal likelihood with this link has the closed form of the linear mixed model. */
    default boolean isLinear(Link link) {
        return false;
    }

    /** Names of the entries of ψ, on the scale they are optimised (unbounded). */
    default List<String> psiNames() {
        return List.of();
    }

    /** ψ as users know it: name → value for the result's extra section. */
    default Map<String, Double> extra(double[] psi) {
        return Map.of();
    }

    /** A mean inside the open range of μ, near the observed mean of y/size, from which to start. */
    double startingMean(double observedMean, double rows);

    /** A starting ψ from the observed mean and variance of the outcome. */
    default double[] startingPsi(double mean, double variance) {
        return new double[0];
    }
}
