package org.sparkglmm.core.diagnostics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.LevelCount;
import org.sparkglmm.core.diagnostics.Diagnostics.Bin;
import org.sparkglmm.core.diagnostics.Diagnostics.Collinearity;
import org.sparkglmm.core.diagnostics.Diagnostics.EffectShape;
import org.sparkglmm.core.diagnostics.Diagnostics.Influence;
import org.sparkglmm.core.diagnostics.Diagnostics.Pearson;
import org.sparkglmm.core.diagnostics.Diagnostics.Residuals;
import org.sparkglmm.core.diagnostics.Diagnostics.Trend;
import org.sparkglmm.core.diagnostics.Diagnostics.Zeros;
import org.sparkglmm.core.model.Family;

/**
 * What in the diagnostics calls for an answer. A finding must be surprising under the model (so that clean data have none) and
 * large (so that ten million rows do not turn a trifle into one).
 */
final class Findings {
    /** Standard errors from what the model says: one clean fit in some ten thousand goes so far. */
    private static final double SURPRISING = 4;

    private static final double MORE_SPREAD = 1.2;
    private static final double LESS_SPREAD = 0.8;
    private static final double MORE_ZEROS = 1.05;
    /** Of the Kolmogorov distance times √n, some 1e-4 under the model. */
    private static final double DISTANCE = 2.2;

    private static final double LARGE_DISTANCE = 0.03;
    private static final double LARGE_TREND = 0.15;
    private static final double LARGE_SPREAD = 0.25;
    private static final double SKEW = 0.25;
    private static final double HEAVY = 0.5;
    /** The kurtosis of a few hundred normal values is itself skew. */
    private static final double SURPRISING_KURTOSIS = 6;

    private static final int ENOUGH_FOR_SHAPE = 50;
    private static final double INFLUENTIAL = 1;
    private static final double ILL_CONDITIONED = 30;
    private static final double NEARLY_ONE = 0.98;
    private static final int FEW_CLUSTERS = 50;
    private static final int FEW_CLUSTERS_FOR_SLOPES = 100;
    private static final double FEW_ROWS = 2;
    private static final double FEW_ROWS_FOR_SLOPES = 3;

    private final Design design;
    private final Family family;
    private final DataMoments moments;
    private final long rows;
    private final long clusters;
    private final List<Warning> found = new ArrayList<>();

    Findings(Design design, Family family, DataMoments moments, long rows, long clusters) {
        this.design = design;
        this.family = family;
        this.moments = moments;
        this.rows = rows;
        this.clusters = clusters;
    }

    List<Warning> list() {
        return found;
    }

    private void add(String code, String format, Object... values) {
        found.add(new Warning(code, String.format(Locale.ROOT, format, values)));
    }

    void residuals(Pearson pearson, Zeros zeros, Residuals residuals) {
        // A single trial has one variance whatever varies behind it.
        boolean tellsSpread = !family.takesCategories() && !(family.takesTrials() && moments.mostTrials() <= 1);
        double z = (pearson.drawnRatio() - 1) / pearson.drawnError();
        int before = found.size();
        if (tellsSpread && pearson.drawnRatio() > MORE_SPREAD && z > SURPRISING) {
            String other = family.moreSpread();
            add(
                    "overdispersion",
                    "the outcome varies %.2f times as much about its expected values as family %s says; %s",
                    pearson.drawnRatio(),
                    family.name(),
                    other.isEmpty()
                            ? "look for a covariate or a random slope that is missing, model the dispersion (--dispersion), and"
                                    + " use --se robust meanwhile"
                            : "fit " + other + " and compare, or use --se robust");
        } else if (tellsSpread && pearson.drawnRatio() < LESS_SPREAD && -z > SURPRISING) {
            add(
                    "underdispersion",
                    "the outcome varies only %.2f times as much about its expected values as family %s says, so standard"
                            + " errors are too large; use --se robust",
                    pearson.drawnRatio(),
                    family.name());
        }
        if (zeros != null) {
            double excess = (zeros.observed() - zeros.expected()) / zeros.error();
            if (excess > SURPRISING && zeros.observed() > MORE_ZEROS * zeros.expected()) {
                add(
                        "excess_zeros",
                        "there are %.2f times as many zeros as the model expects (%.1f%% of the rows, expected %.1f%%); %s,"
                                + " and compare",
                        zeros.observed() / zeros.expected(),
                        100 * zeros.observed() / rows,
                        100 * zeros.expected() / rows,
                        zeroAdvice());
            }
        }
        if (found.size() > before) {
            // The rest would say the same in other words.
            return;
        }
        if (residuals.distance() * Math.sqrt(rows) > DISTANCE && residuals.distance() > LARGE_DISTANCE) {
            add(
                    "residual_distribution",
                    "the outcomes are not distributed as family %s says (their quantile residuals are off the normal"
                            + " distribution by up to %.3f); look at the residuals' quantiles in the report and try another family or"
                            + " link",
                    family.name(),
                    residuals.distance());
        }
        trend(residuals.byFitted(), "fitted values", "try another link, interactions, or transform covariates");
        for (Trend trend : residuals.byCovariate()) {
            trend(trend, trend.variable(), "let its effect bend, for example by I(" + trend.variable() + "^2)");
        }
    }

    private String zeroAdvice() {
        String spread = family.moreSpread().isEmpty() ? "" : ", and " + family.moreSpread();
        try {
            family.withZeroInflation();
            return "fit --zi '~ 1'" + spread;
        } catch (UsageException none) {
            return "let the zeros depend on covariates" + spread;
        }
    }

    private void trend(Trend trend, String variable, String advice) {
        double worst = 0;
        double widest = 0;
        double chiSquare = 0;
        double spread = 0;
        for (Bin bin : trend.bins()) {
            chiSquare += bin.rows() * bin.mean() * bin.mean();
            double z = (bin.sd() * bin.sd() - 1) * Math.sqrt(bin.rows() / 2.0);
            worst = Math.max(worst, Math.abs(bin.mean()));
            if (Math.abs(bin.sd() - 1) > widest && Math.abs(z) > SURPRISING + 1) {
                widest = Math.abs(bin.sd() - 1);
                spread = bin.sd();
            }
        }
        int bins = trend.bins().size();
        double standardised = (chiSquare - bins) / Math.sqrt(2.0 * Math.max(1, bins));
        if (worst > LARGE_TREND && standardised > 2 * SURPRISING) {
            add(
                    "residual_trend",
                    "residuals depend on %s (their mean reaches %.2f standard deviations in a tenth of the rows); %s",
                    variable,
                    worst,
                    advice);
        } else if (widest > LARGE_SPREAD && bins > 1) {
            add(
                    "residual_spread",
                    "the spread of the residuals changes with %s (to %.2f times what it should be in a tenth of the rows);"
                            + " model the dispersion (--dispersion) or use --se robust",
                    variable,
                    spread);
        }
    }

    void effects(List<EffectShape> shapes, double[] lambda) {
        int q = shapes.size();
        for (int d = 0; d < q; d++) {
            EffectShape shape = shapes.get(d);
            boolean skew = Math.abs(shape.skewness()) > SKEW
                    && Math.abs(shape.skewness()) / Math.sqrt(6.0 / clusters) > SURPRISING;
            boolean heavy = shape.excessKurtosis() > HEAVY
                    && shape.excessKurtosis() / Math.sqrt(24.0 / clusters) > SURPRISING_KURTOSIS;
            boolean flat = shape.excessKurtosis() < -HEAVY
                    && -shape.excessKurtosis() / Math.sqrt(24.0 / clusters) > SURPRISING;
            if (clusters >= ENOUGH_FOR_SHAPE && (skew || heavy || flat)) {
                add(
                        "random_effects_not_normal",
                        "the random effects of %s are not normally distributed (skewness %.2f, excess kurtosis %.2f); fixed"
                                + " effects that vary within %s hardly suffer, but do not trust the intercept and predictions for"
                                + " extreme %s: look for a covariate that splits them into groups, and use --se robust",
                        shape.term(),
                        shape.skewness(),
                        shape.excessKurtosis(),
                        design.group(),
                        design.group());
            }
        }
        for (int r = 0; r < q; r++) {
            for (int c = 0; c < r; c++) {
                double rho = correlation(lambda, q, r, c);
                if (Math.abs(rho) > NEARLY_ONE && Math.abs(rho) < 1 - 1e-9) {
                    add(
                            "near_singular_covariance",
                            "the random effects of %s and %s are correlated by %.3f: the data hardly tell them apart; fit"
                                    + " without one of them, or without their correlation (||), and compare",
                            shapes.get(c).term(),
                            shapes.get(r).term(),
                            rho);
                }
            }
        }
    }

    private static double correlation(double[] lambda, int q, int r, int c) {
        double rr = 0;
        double cc = 0;
        double rc = 0;
        for (int k = 0; k < q; k++) {
            rr += lambda[r * q + k] * lambda[r * q + k];
            cc += lambda[c * q + k] * lambda[c * q + k];
            rc += lambda[r * q + k] * lambda[c * q + k];
        }
        return rc / Math.sqrt(rr * cc);
    }

    void influence(Influence influence) {
        if (influence != null && influence.largest() > INFLUENTIAL) {
            add(
                    "influential_cluster",
                    "leaving out one %s would move the estimate of %s by some %.1f standard errors; sort random_effects/ by"
                            + " influence to find it, check its rows, and fit without it to compare",
                    design.group(),
                    influence.parameter(),
                    influence.largest());
        }
    }

    void collinearity(Collinearity collinearity) {
        if (collinearity.conditionNumber() > ILL_CONDITIONED) {
            add(
                    "collinearity",
                    "the columns %s are nearly collinear (condition number %.0f): their effects cannot be told apart; drop or"
                            + " combine some of them",
                    String.join(", ", collinearity.columns()),
                    collinearity.conditionNumber());
        }
    }

    void sizes() {
        boolean slopes =
                design.randomColumns().stream().anyMatch(c -> !c.components().isEmpty());
        long wanted = slopes ? FEW_CLUSTERS_FOR_SLOPES : FEW_CLUSTERS;
        if (moments.clusters() < wanted) {
            add(
                    "few_clusters",
                    "%d %s are few for %s (rule of thumb: %d or more): variances and robust standard errors come out too"
                            + " small; read the intervals of the standard deviations, or profile them (--ci profile)",
                    moments.clusters(),
                    design.group(),
                    slopes ? "random slopes" : "a random intercept",
                    wanted);
        }
        double each = (double) moments.rows() / moments.clusters();
        double least = slopes ? FEW_ROWS_FOR_SLOPES : FEW_ROWS;
        if (each < least && moments.mostTrials() <= 1) {
            add(
                    "few_rows_per_cluster",
                    "%.1f rows a %s on average are few for %s (rule of thumb: %.0f or more); use more --nodes, and do not"
                            + " interpret single %s effects",
                    each,
                    design.group(),
                    slopes ? "random slopes" : "a random intercept",
                    slopes ? 3.0 : 2.0,
                    design.group());
        }
    }

    /** Levels behind which there are so few clusters that their coefficient may tell about them. */
    void levels(int minCellCount) {
        for (LevelCount level : moments.levels()) {
            if (level.clusters() < minCellCount) {
                add(
                        "small_level",
                        "the level %s of %s stands for fewer than %d %s: what is estimated of it may disclose them, and is hardly"
                                + " determined; merge it with another level",
                        level.level(),
                        level.variable(),
                        minCellCount,
                        design.group());
            }
        }
    }
}
