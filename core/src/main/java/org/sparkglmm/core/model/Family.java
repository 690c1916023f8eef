package org.sparkglmm.core.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.UsageException;

/**
 * A distribution of the outcome as users name it: its links, its own parameters ψ, where to start; and its four sides, which most of the code
 * needs one of: {@link OutcomeSupport}, {@link OutcomeDensity}, {@link OutcomeMoments} and {@link OutcomeDistribution}. Add one by writing
 * one class and naming it in {@link Families}.
 */
public interface Family extends OutcomeSupport, OutcomeDensity, OutcomeMoments, OutcomeDistribution {

    /** The name in options and files. */
    String name();

    /** The links it has, the default first. */
    List<Link> links();

    /** The label of the link that users of this family may also call {@code label}; mostly itself. */
    default String linkKnownAs(String label) {
        return label;
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

    @Override
    default double expected(Link link, double eta, double[] psi, double size) {
        return takesTrials() ? size * mean(link, eta, psi) : mean(link, eta, psi);
    }

    @Override
    default double expectedSlope(Link link, double eta, double[] psi, double size) {
        return takesTrials() ? size * link.meanDerivative(eta) : link.meanDerivative(eta);
    }

    /** Families with the same outcomes that vary more about their mean, in words; empty if there are none. */
    default String moreSpread() {
        return "";
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
