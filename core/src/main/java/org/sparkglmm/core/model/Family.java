package org.sparkglmm.core.model;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.UsageException;

/**
 * A distribution of the outcome as users name it: its links, its support, its own parameters ψ. Add one by writing one
 * class and naming it in {@link Families}.
 */
public interface Family extends Serializable {

    /** The name in options and files. */
    String name();

    /** The links it has, the default first. */
    List<Link> links();

    /** The label of the link that users of this family may also call {@code label}; mostly itself. */
    default String linkKnownAs(String label) {
        return label;
    }

    /** The density with one of {@link #links()}. */
    ObservationModel model(Link link);

    /** Whether an outcome is possible; false for NaN. */
    boolean supports(double y, double size);

    /** The support in words, for messages. */
    Sentence support();

    /** What y and size add to log f whatever the parameters. */
    double logConstant(double y, double size);

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

    /** Whether ℓ is a quadratic function of η with this link, so that Laplace is exact. */
    default boolean isQuadratic(Link link) {
        return false;
    }

    /** Whether the marginal likelihood with this link has the closed form of the linear mixed model. */
    default boolean isLinear(Link link) {
        return false;
    }

    /** Its own parameters ψ. */
    default List<AuxiliaryParameter> auxiliary() {
        return List.of();
    }

    /**
     * ψ as users know it: name → value for the result's extra section, without thresholds and zero inflation.
     *
     * @param psi linear predictors, NaN for those that differ from row to row and so are left out
     */
    default Map<String, Double> extra(double[] psi) {
        Map<String, Double> out = new LinkedHashMap<>();
        List<AuxiliaryParameter> own = auxiliary();
        for (int k = 0; k < own.size(); k++) {
            AuxiliaryParameter.Role role = own.get(k).role();
            boolean shown = role == AuxiliaryParameter.Role.DISPERSION || role == AuxiliaryParameter.Role.CONSTANT;
            if (shown && !Double.isNaN(psi[k])) {
                out.put(own.get(k).name(), own.get(k).link().mean(psi[k]));
            }
        }
        return out;
    }

    /**
     * The inverse of {@link #extra}: linear predictors of the constants that are given by name, NaN for all others. A value
     * outside a parameter's range has none that is finite.
     */
    default double[] psiOf(Map<String, Double> extra) {
        List<AuxiliaryParameter> own = auxiliary();
        double[] out = new double[own.size()];
        for (int k = 0; k < out.length; k++) {
            AuxiliaryParameter.Role role = own.get(k).role();
            boolean shown = role == AuxiliaryParameter.Role.DISPERSION || role == AuxiliaryParameter.Role.CONSTANT;
            Double value = shown ? extra.get(own.get(k).name()) : null;
            out[k] = value == null ? Double.NaN : own.get(k).link().predictor(value);
        }
        return out;
    }

    /** E[Y] (per trial where there are trials; of categories the number, from 1) at η and the linear predictors ψ. */
    default double mean(Link link, double eta, double[] psi) {
        return link.mean(eta);
    }

    /**
     * E[Y] of the outcome y itself: of the number of successes where there are trials, of the category's code, and of an
     * amount with this precision weight. So (y - expected)/√variance has mean 0 and variance 1.
     *
     * <p>This and the next four answer for one row. Where η lies outside the link's range, so that no outcome is possible,
     * they are NaN; where the mean is beyond double, it and the variance are infinite.
     *
     * @param psi linear predictors of {@link #auxiliary()}
     * @param size as in {@link Observations}
     */
    default double expected(Link link, double eta, double[] psi, double size) {
        return takesTrials() ? size * mean(link, eta, psi) : mean(link, eta, psi);
    }

    /** Var[Y] of the outcome y itself. */
    double variance(Link link, double eta, double[] psi, double size);

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

    /** Families with the same outcomes that vary more about their mean, in words; empty if there are none. */
    default String moreSpread() {
        return "";
    }

    /** The probability of each category at η; none for families without. */
    default double[] probabilities(Link link, double eta, double[] psi) {
        return new double[0];
    }

    /** Whether outcomes leave the mean at the edge of its range, so that there is no estimate: all 0, all successes. */
    default boolean isAtEdge(OutcomeSummary outcome) {
        return Double.isInfinite(links().get(0).predictor(outcome.mean()));
    }

    /** A link⁻¹(η) inside its open range from which to start. */
    double startingMean(OutcomeSummary outcome);

    /** Starting linear predictors of ψ. */
    default double[] startingPsi(OutcomeSummary outcome, Link link) {
        return new double[0];
    }

    /**
     * The family with a further parameter, the probability of a zero of its own kind.
     *
     * @throws UsageException if it makes no sense
     */
    default Family withZeroInflation() {
        throw new UsageException(Sentence.of(
                "%sfamily %s has no zero inflation; it is for poisson, nbinom1 and nbinom2, and with their truncated_ forms it"
                        + " makes the hurdle model",
                Setting.ZERO_INFLATION.within("%s: "), name()));
    }

    /** The family with its categories known; itself if it has none. */
    default Family withCategories(List<String> categories) {
        return this;
    }
}
