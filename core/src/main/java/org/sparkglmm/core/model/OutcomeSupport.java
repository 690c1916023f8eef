package org.sparkglmm.core.model;

import java.io.Serializable;
import org.sparkglmm.core.Sentence;

/** What outcomes a family is for. */
public interface OutcomeSupport extends Serializable {

    /** Whether an outcome is possible; false for NaN. */
    boolean supports(double y, double size);

    /** The support in words, for messages. */
    Sentence support();

    /** Whether its likelihood is made of densities, which have the outcome's unit, and not of probabilities. */
    default boolean isDensity() {
        return !isCount() && !takesTrials() && !takesCategories();
    }

    /** Whether outcomes count events. */
    default boolean isCount() {
        return false;
    }

    /** Whether outcomes may come as successes out of trials. */
    default boolean takesTrials() {
        return false;
    }

    /** Whether it has a dispersion that a precision weight can divide. */
    default boolean takesPrecisionWeights() {
        return false;
    }

    /** Whether outcomes are the codes 0, 1, … of ordered categories, whose thresholds take the place of the intercept. */
    default boolean takesCategories() {
        return false;
    }
}
