package org.sparkglmm.spark.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.sparkglmm.core.model.Link;

/** What the report calls things, and its sentences. */
final class ReportWords {
    private final ModelDocument document;
    private final Link link;

    ReportWords(ModelDocument document) {
        this.document = document;
        this.link = Link.valueOf(document.model().link().toUpperCase(Locale.ROOT));
    }

    /** A count of persons or rows as it may be seen. */
    String count(double value) {
        SmallCounts counts = new SmallCounts(document.counts().minCellCount());
        return !Double.isNaN(value) && counts.isSmall(Math.round(value))
                ? counts.show(Math.round(value))
                : Figures.count(value);
    }

    /** Whether e to the power of an effect has a name of its own. */
    boolean hasRatios() {
        return link == Link.LOGIT || link == Link.LOG;
    }

    /** Whether effects averaged over the persons are others than those of a person. */
    boolean averagesDiffer() {
        return link != Link.IDENTITY && !document.marginal().isEmpty();
    }

    /** What effects are shown as. */
    String effect() {
        return link == Link.LOGIT ? "Odds ratio" : link == Link.LOG ? "Ratio of means" : "Estimate";
    }

    String effects() {
        return link == Link.LOGIT ? "Odds ratios" : link == Link.LOG ? "Ratios of means" : "Estimates";
    }

    /** The scale of the estimates. */
    String scale() {
        return switch (link) {
            case IDENTITY -> "the outcome's own scale";
            case LOGIT -> "the log-odds scale";
            case LOG -> "the log scale";
            default -> "the scale of the " + link.label() + " link";
        };
    }

    String group() {
        return document.design().group();
    }

    boolean isConverged() {
        return document.verdict().isConverged();
    }

    boolean hasCategories() {
        return !document.estimates().extra().thresholds().isEmpty();
    }

    String method() {
        return switch (document.model().method()) {
            case "laplace" -> "Maximum likelihood, Laplace approximation";
            case "agq" ->
                "Maximum likelihood, adaptive quadrature with "
                        + document.model().nodes() + " nodes";
            case "reml" -> "Restricted maximum likelihood (REML)";
            default -> "Maximum likelihood";
        };
    }

    boolean isRobust() {
        return document.estimates().standardErrors().equals("robust");
    }

    /** Which standard errors and intervals are shown. */
    String errors() {
        String errors = isRobust() ? "robust standard errors" : "model-based standard errors";
        return "profile".equals(document.estimates().intervals())
                ? "95% intervals come from the profile likelihood; z and p rest on the " + errors + "."
                : "z, p and 95% intervals rest on the " + errors + ".";
    }

    /** How to read the effects, in a few sentences. */
    List<String> reading() {
        List<String> out = new ArrayList<>();
        out.add(meaning() + " An interval that holds " + (hasRatios() ? "1" : "0")
                + " means that the data are compatible with no effect.");
        if (link != Link.IDENTITY) {
            String conditional = "Conditional effects compare a " + group()
                    + " with itself, or with another that has the" + " same random effects.";
            out.add(
                    averagesDiffer()
                            ? conditional + " Population-averaged effects compare averages over all " + group()
                                    + ", as a marginal model (GEE) does. Neither is wrong: they answer different questions, so"
                                    + " say which one you report."
                            : conditional
                                    + " They are not the effects on a population's averages; do not report them as"
                                    + " such.");
        }
        if (!document.estimates().extra().zi().isEmpty()) {
            out.add(
                    "Zeros have a part of their own. Conditional effects are those on the other part, before zeros are added"
                            + (averagesDiffer()
                                    ? "; population-averaged effects are those on the whole mean, zeros included."
                                    : "."));
        }
        out.add(errors() + " Robust standard errors hold also if the outcomes of one " + group()
                + " are not related as the model says; where they are much larger than the model-based ones, doubt the"
                + " model.");
        return out;
    }

    private String meaning() {
        if (link == Link.LOGIT) {
            String outcome = hasCategories() ? "a higher category" : "the outcome";
            return "An odds ratio is what one unit more of a variable (or this level instead of the reference level) multiplies"
                    + " the odds of " + outcome + " by: above 1 " + outcome
                    + " becomes more likely, below 1 less likely.";
        }
        if (link == Link.LOG) {
            return "A ratio of means is what one unit more of a variable (or this level instead of the reference level)"
                    + " multiplies the expected outcome by: above 1 it rises, below 1 it falls.";
        }
        return "An estimate is what one unit more of a variable (or this level instead of the reference level) adds on "
                + scale() + ".";
    }

    /** A code of a warning as words. */
    static String title(String code) {
        String words = code.replace('_', ' ');
        return words.isEmpty() ? "" : Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    /** What a family's own parameter is. */
    static String parameter(String name) {
        return switch (name) {
            case "sigma" -> "sigma (residual standard deviation)";
            case "phi", "theta" -> name + " (dispersion parameter)";
            case "power" -> "power (of the mean, in the variance)";
            default -> name;
        };
    }
}
