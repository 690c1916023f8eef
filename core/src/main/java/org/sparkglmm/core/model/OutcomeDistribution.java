package org.sparkglmm.core.model;

import java.io.Serializable;
import java.util.SplittableRandom;

/** Probabilities of a family's outcomes, and outcomes at random. Where η lies outside the link's range, they are NaN. */
public interface OutcomeDistribution extends Serializable {

    /** P(Y ≤ y) for any y, with its relative accuracy where it is tiny. */
    double cumulative(Link link, double eta, double[] psi, double y, double size);

    /** P(Y &lt; y): another one where single outcomes have a probability. */
    default double cumulativeBelow(Link link, double eta, double[] psi, double y, double size) {
        return cumulative(link, eta, psi, y, size);
    }

    /**
     * An outcome at random, made the way the distribution is defined (a mixture, a sum, a latent variable) and not by
     * inverting {@link #cumulative}. Inside the support: an amount beyond double is the largest double, or the smallest.
     */
    double draw(Link link, double eta, double[] psi, double size, SplittableRandom random);

    /** The probability of each category at η; none for families without. */
    default double[] probabilities(Link link, double eta, double[] psi) {
        return new double[0];
    }
}
