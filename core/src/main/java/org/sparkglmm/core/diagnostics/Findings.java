package org.sparkglmm.core.diagnostics;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.sparkglmm.core.Mention;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.diagnostics.Diagnostics.Bin;
import org.sparkglmm.core.diagnostics.Diagnostics.Collinearity;
import org.sparkglmm.core.diagnostics.Diagnostics.EffectShape;
import org.sparkglmm.core.diagnostics.Diagnostics.Influence;
import org.sparkglmm.core.diagnostics.Diagnostics.Pearson;
import org.sparkglmm.core.diagnostics.Diagnostics.Residuals;
import org.sparkglmm.core.diagnostics.Diagnostics.Trend;
import org.sparkglmm.core.diagnostics.Diagnostics.Zeros;
import org.sparkglmm.core.model.AuxiliaryParameter;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.OutcomeSummary;
import org.sparkglmm.core.model.RandomCovariance;

/**
 * What in the diagnostics calls for an answer. A finding must be surprising under the model (so that clean data have none) and
 * large (so that ten million rows do not turn a trifle into one).
 */
final class Findings {
    /** Standard errors from what the model says: one clean fit in some ten thousand goes so far. */
    private static final double SURPRISING = 4;

    private static final double MORE_SPREAD = 1.2;
    private static final double ENORMOUS_SPREAD = 10;
    private static final double LESS_SPREAD = 0.8;
    private static final double MORE_ZEROS = 1.05;
    /** Of the Kolmogorov distance times √n, some 1e-4 under the model. */
    private static final double DISTANCE = 2.2;

    private static final double LARGE_DISTANCE = 0.03;
    private static final double LARGE_TREND = 0.15;
    private static final double LARGE_SPREAD = 0.25;
    private static final double SKEW = 0.4;
    /** Draws look more normal than the effects are. */
    private static final double DRAWN_SKEW = 0.25;

    /** Of 0/1 outcomes, a mean at which they are all but Poisson counts. */
    private static final double RARE = 0.1;

    private static final double HEAVY = 0.5;
    /** The kurtosis of a few hundred normal values is itself skew. */
    private static final double SURPRISING_KURTOSIS = 6;
    /** Of a variance that is not the likelihood's maximum; rounding and drawing make it a standard normal variable. */
    private static final double OFF_MAXIMUM = 3;

    /** Draws of effects that the data say less of are the normal distribution's own. */
    private static final double TELLING = 0.2;

    private static final double OFF_VARIANCE = 0.03;

    private static final int ENOUGH_FOR_SHAPE = 50;
    /** In standard errors. */
    private static final double INFLUENTIAL = 1;
    /** Of variances and dispersions, whose scores are squares. */
    private static final double INFLUENTIAL_SPREAD = 1.25;
    /** Over √clusters: so far one in some hundreds of clean fits goes where clusters are few. */
    private static final double MOVES_AN_EFFECT = 8;

    private static final double MOVES_A_SPREAD = 12;
    private static final double ILL_CONDITIONED = 30;

    private static final Sentence USE_ROBUST = Sentence.of("use %s", Mention.ROBUST_ERRORS);
    private static final Sentence MODEL_DISPERSION = Sentence.of("model the dispersion%s", Setting.DISPERSION.aside());

    private final Design design;
    private final Family family;
    private final DataMoments moments;
    private final long clusters;
    private final boolean sandwich;
    private boolean notNormal;
    private final List<Warning> found = new ArrayList<>();

    /** @param sandwich whether robust standard errors are shown */
    Findings(Design design, Family family, DataMoments moments, long clusters, boolean sandwich) {
        this.sandwich = sandwich;
        this.design = design;
        this.family = family;
        this.moments = moments;
        this.clusters = clusters;
    }

    List<Warning> list() {
        return found;
    }

    private void add(String code, String template, Serializable... values) {
        found.add(new Warning(code, Sentence.of(template, values)));
    }

    /**
     * Squared Pearson residuals of the rows whose variance is 1 or more, counts and trials far enough from their edge; near it squares
     * are nearly all small, and rarely enormous.
     *
     * @param rows by their weights
     * @param ratio their mean, 1 if the model holds
     * @param error its standard error
     */
    record Regular(double rows, double ratio, double error) {}

    /** What covariates explain comes first: the rest may be of it. */
    void residuals(Pearson pearson, Regular regular, Zeros zeros, double weight, Residuals residuals) {
        boolean bent = false;
        if (isYesNoAsCount()) {
            // Where events are rare, the means of residuals are a Poisson count's all the same.
            if (design.offsets().isEmpty() && moments.outcome(family).mean() < RARE) {
                residuals.byCovariate().forEach(t -> trend(t, t.variable(), LARGE_TREND, bending(t)));
            }
            return;
        }
        List<String> told = new ArrayList<>();
        for (Trend trend : residuals.byCovariate()) {
            boolean again = told.stream().anyMatch(v -> mentions(trend.variable(), v) || mentions(v, trend.variable()));
            if (!again && trend(trend, trend.variable(), LARGE_TREND, bending(trend))) {
                told.add(trend.variable());
                bent = true;
            }
        }
        int before = found.size();
        spread(pearson, regular);
        zeros(zeros, weight);
        if (found.size() > before) {
            // The rest would say the same in other words.
            return;
        }
        long rows = residuals.byFitted().bins().stream().mapToLong(Bin::rows).sum();
        boolean distributed =
                !(residuals.distance() * Math.sqrt(rows) > DISTANCE && residuals.distance() > LARGE_DISTANCE);
        if (!distributed) {
            add(
                    "residual_distribution",
                    "the outcomes are not distributed as family %s says (their quantile residuals are off the normal"
                            + " distribution by up to %.3f); look at the residuals' quantiles in the report and try another family or"
                            + " link",
                    family.name(),
                    residuals.distance());
        }
        if (!bent) {
            // Effects that are not normal bend the residuals at either end.
            double large = notNormal ? 2 * LARGE_TREND : LARGE_TREND;
            bent = trend(
                    residuals.byFitted(),
                    "fitted values",
                    large,
                    "try another link, interactions, or transform covariates");
        }
        if (!bent && !spread(residuals.byFitted(), "fitted values")) {
            residuals.byCovariate().forEach(trend -> spread(trend, trend.variable()));
        }
    }

    /**
     * Counts of 0 and 1: survival by the Poisson device, whose time is in the offset (Holford 1980, Biometrics 36:299), or ratios of risks
     * by robust errors (Zou 2004, Am. J. Epidemiol. 159:702). No Poisson count has these residuals, and they tell nothing of the model.
     */
    private boolean isYesNoAsCount() {
        OutcomeSummary outcome = moments.outcome(family);
        return family.isCount() && Math.abs(outcome.mean() - (1 - outcome.zeros())) < 1e-9;
    }

    /** A square only where it is not there and the residuals say so, for the parabola through their means takes most of them away. */
    private String bending(Trend trend) {
        String variable = trend.variable();
        boolean isThere = design.fixed().stream()
                .flatMap(column -> column.components().stream())
                .anyMatch(c -> !c.variable().equals(variable) && mentions(c.variable(), bare(variable)));
        if (trend.bins().size() < 3) {
            return "its effect may differ between groups: look for an interaction with " + variable;
        }
        return isThere || variable.contains("(") || !Parabola.explains(trend.bins())
                ? "its effect has another shape than the formula gives it; see its plot in report.html"
                : "let its effect bend, for example by I(" + variable + "^2)";
    }

    /** Whether one variable is computed of another. */
    private static boolean mentions(String function, String variable) {
        return Pattern.compile("(?<![\\w.])" + Pattern.quote(variable) + "(?![\\w.])")
                .matcher(function)
                .find();
    }

    private static String bare(String variable) {
        return variable.startsWith("I(") && variable.endsWith(")")
                ? variable.substring(2, variable.length() - 1)
                : variable;
    }

    private void spread(Pearson pearson, Regular regular) {
        if (!pearson.tellsSpread()) {
            return;
        }
        double z = (pearson.drawnRatio() - 1) / pearson.drawnError();
        // Where single rows are far beyond all expectation, they make the standard error too.
        boolean beyond = pearson.drawnRatio() > ENORMOUS_SPREAD && z > SURPRISING / 2;
        if (beyond || pearson.drawnRatio() > MORE_SPREAD && z > SURPRISING) {
            add(
                    "overdispersion",
                    "the outcome varies %.2f times as much about its expected values as family %s says; look for a covariate or"
                            + " a random slope that is missing%s",
                    pearson.drawnRatio(),
                    family.name(),
                    after(", ", spreadAdvice()));
        } else if (!hasDispersion() && regular.rows() >= ENOUGH_FOR_SHAPE && regular.ratio() < LESS_SPREAD) {
            double less = (1 - regular.ratio()) / Math.max(regular.error(), Math.sqrt(2 / regular.rows()));
            if (less > SURPRISING) {
                add(
                        "underdispersion",
                        "the outcome varies only %.2f times as much about its expected values as family %s says, so standard"
                                + " errors are too large%s",
                        regular.ratio(),
                        family.name(),
                        moments.clusters() < ENOUGH_FOR_SHAPE
                                ? "; robust ones need more " + design.group() + " than these"
                                : after("; ", sandwich ? USE_ROBUST : Sentence.NONE));
            }
        }
    }

    /** A dispersion that is estimated fits the spread on the whole; if not, the distribution is another. */
    private boolean hasDispersion() {
        return family.auxiliary().stream().anyMatch(own -> own.role() == AuxiliaryParameter.Role.DISPERSION);
    }

    private Sentence spreadAdvice() {
        return orRobust(
                hasDispersion()
                        ? MODEL_DISPERSION
                        : family.moreSpread().isEmpty()
                                ? Sentence.NONE
                                : Sentence.of("fit %s and compare", family.moreSpread()));
    }

    /** Where outcomes vary less than the family says, another with more spread is no help. */
    private Sentence lessSpreadAdvice() {
        return orRobust(hasDispersion() ? MODEL_DISPERSION : Sentence.text("try another link"));
    }

    private Sentence orRobust(Sentence advice) {
        return !sandwich ? advice : advice.isEmpty() ? USE_ROBUST : Sentence.of("%s, or %s", advice, USE_ROBUST);
    }

    /** Behind a colon or a comma; nothing where there is no advice. */
    private static Sentence after(String mark, Sentence advice) {
        return advice.isEmpty() ? advice : Sentence.of("%s%s", mark, advice);
    }

    private void zeros(Zeros zeros, double weight) {
        if (zeros == null) {
            return;
        }
        // Of square roots, as counts of few are skew: three zeros are no wonder where a third of one is expected.
        double excess = 2
                * (Math.sqrt(zeros.observed()) - Math.sqrt(zeros.expected()))
                * Math.sqrt(zeros.expected())
                / zeros.error();
        if (excess > SURPRISING && zeros.observed() > MORE_ZEROS * zeros.expected()) {
            add(
                    "excess_zeros",
                    "there are %.2f times as many zeros as the model expects (%.1f%% of the rows, expected %.1f%%); %s,"
                            + " and compare",
                    zeros.observed() / zeros.expected(),
                    100 * zeros.observed() / weight,
                    100 * zeros.expected() / weight,
                    zeroAdvice());
        }
    }

    private Sentence zeroAdvice() {
        String spread = family.moreSpread().isEmpty() ? "" : ", and " + family.moreSpread();
        try {
            family.withZeroInflation();
            return Sentence.of("fit %s%s", Mention.ZERO_MODEL, spread);
        } catch (UsageException none) {
            return Sentence.of("let the zeros depend on covariates%s", spread);
        }
    }

    private boolean trend(Trend trend, String variable, double large, String advice) {
        double worst = 0;
        double chiSquare = 0;
        for (Bin bin : trend.bins()) {
            double sd = Math.max(1, bin.sd());
            chiSquare += bin.rows() * bin.mean() * bin.mean() / (sd * sd);
            worst = Math.max(worst, Math.abs(bin.mean()));
        }
        int bins = trend.bins().size();
        double standardised = (chiSquare - bins) / Math.sqrt(2.0 * Math.max(1, bins));
        boolean bent = worst > large && standardised > 2 * SURPRISING;
        if (bent) {
            add(
                    "residual_trend",
                    "residuals depend on %s (their mean reaches %.2f standard deviations in a tenth of the rows); %s",
                    variable,
                    worst,
                    advice);
        }
        return bent;
    }

    private boolean spread(Trend trend, String variable) {
        double widest = 0;
        double spread = 0;
        for (Bin bin : trend.bins()) {
            // Wilson and Hilferty: the cube root of a variance of few rows is normal, the variance skew.
            double error = 2.0 / (9.0 * bin.rows());
            double z = (Math.cbrt(bin.sd() * bin.sd()) - 1 + error) / Math.sqrt(error);
            if (Math.abs(bin.sd() - 1) > widest && Math.abs(z) > SURPRISING + 1) {
                widest = Math.abs(bin.sd() - 1);
                spread = bin.sd();
            }
        }
        boolean changes = widest > LARGE_SPREAD && trend.bins().size() > 1;
        if (changes) {
            add(
                    "residual_spread",
                    "the spread of the residuals changes with %s (to %.2f times what it should be in a tenth of the rows)%s",
                    variable,
                    spread,
                    after("; ", spread > 1 ? spreadAdvice() : lessSpreadAdvice()));
        }
        return changes;
    }

    void effects(List<EffectScores> shapes, RandomCovariance covariance) {
        int q = shapes.size();
        for (EffectScores scores : shapes) {
            EffectShape shape = scores.shape();
            if (!isMaximum(scores)) {
                continue;
            }
            // The score sees far where rows are few, the draws where the tail is long.
            boolean tells = scores.reliability() > TELLING;
            double skew = tells ? shape.skewness() : 0;
            double kurtosis = tells ? shape.excessKurtosis() : 0;
            boolean up = scores.skewness() > SKEW && scores.skewnessZ() > SURPRISING
                    || skew > DRAWN_SKEW && skew / Math.sqrt(6.0 / clusters) > SURPRISING;
            boolean down = -scores.skewness() > SKEW && -scores.skewnessZ() > SURPRISING
                    || -skew > DRAWN_SKEW && -skew / Math.sqrt(6.0 / clusters) > SURPRISING;
            boolean heavy = scores.kurtosis() > HEAVY && scores.kurtosisZ() > SURPRISING
                    || kurtosis > HEAVY && kurtosis / Math.sqrt(24.0 / clusters) > SURPRISING_KURTOSIS;
            boolean flat = scores.kurtosis() < -HEAVY && -scores.kurtosisZ() > SURPRISING;
            if (clusters >= ENOUGH_FOR_SHAPE && (up || down || heavy || flat)) {
                notNormal = true;
                String how = up
                        ? "skew, with a long tail upwards"
                        : down ? "skew, with a long tail downwards" : heavy ? "with heavy tails" : "flat, or in groups";
                add(
                        "random_effects_not_normal",
                        "the random effects of %s are not normally distributed but %s; fixed effects that vary within %s hardly"
                                + " suffer, but do not trust the intercept and predictions for extreme %s: look for a covariate that"
                                + " splits them into groups%s",
                        shape.term(),
                        how,
                        design.group(),
                        design.group(),
                        after(", and ", sandwich ? USE_ROBUST : Sentence.NONE));
            }
        }
        Warning reading = OriginReading.aboutMeans(design, moments, covariance);
        if (reading != null) {
            found.add(reading);
        }
        RandomCovariance aboutMeans = OriginReading.atMeans(design, moments, covariance);
        for (int r = 0; r < q; r++) {
            for (int c = 0; c < r; c++) {
                // About 0 a correlation may be that of the origin alone.
                double rho = aboutMeans.correlation(r, c);
                if (Math.abs(rho) > OriginReading.NEARLY_ONE && Math.abs(rho) < 1 - 1e-9) {
                    add(
                            "near_singular_covariance",
                            "the random effects of %s and %s are correlated by %.3f: the data hardly tell them apart; fit"
                                    + " without one of them, or without their correlation (||), and compare",
                            shapes.get(c).shape().term(),
                            shapes.get(r).shape().term(),
                            rho);
                }
            }
        }
    }

    /** Where it is not, the shape of the effects tells of the estimates, not of the data. */
    private boolean isMaximum(EffectScores scores) {
        double z = Math.abs(scores.varianceZ());
        if (z > SURPRISING && Math.abs(scores.variance() - 1) > OFF_VARIANCE) {
            add(
                    "inaccurate_integral",
                    "the variance of the random effects of %s is not where the likelihood is highest (given the data they vary"
                            + " %.2f times as much): too few quadrature nodes for these data; fit with %s",
                    scores.shape().term(),
                    scores.variance(),
                    Mention.AUTOMATIC_NODES);
        }
        return !(z > OFF_MAXIMUM);
    }

    void influence(Influence influence) {
        if (influence == null) {
            return;
        }
        double root = Math.sqrt(moments.clusters());
        double most = design.fixedNames().contains(influence.parameter())
                ? Math.max(INFLUENTIAL, MOVES_AN_EFFECT / root)
                : Math.max(INFLUENTIAL_SPREAD, MOVES_A_SPREAD / root);
        if (influence.largest() == Double.POSITIVE_INFINITY) {
            add(
                    "influential_cluster",
                    "without one %s the estimate of %s would move farther than a step can tell, if the others determine it at all;"
                            + " sort random_effects/ by influence to find it, check its rows, and fit without it to compare",
                    design.group(),
                    influence.parameter());
        } else if (influence.largest() > most) {
            add(
                    "influential_cluster",
                    "leaving out one %s would move the estimate of %s by some %.1f standard errors; sort random_effects/ by"
                            + " influence to find it, check its rows, and fit without it to compare",
                    design.group(),
                    influence.parameter(),
                    influence.largest());
        }
    }

    static void collinearity(Collinearity collinearity, List<Warning> into) {
        if (collinearity.conditionNumber() > ILL_CONDITIONED) {
            into.add(new Warning(
                    "collinearity",
                    String.format(
                            Locale.ROOT,
                            "the columns %s nearly depend on each other (condition number %.0f, about their means): the data say"
                                    + " much of them together and little of each, which their standard errors show; predictions do"
                                    + " not suffer; drop one, or combine them, if each effect is to be read by itself",
                            String.join(", ", collinearity.columns()),
                            collinearity.conditionNumber())));
        }
    }
}
