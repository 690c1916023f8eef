package org.sparkglmm.spark.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.diagnostics.Diagnostics;
import org.sparkglmm.core.fit.FitResult;
import org.sparkglmm.core.inference.AuxiliaryEstimate;
import org.sparkglmm.core.inference.FixedEffect;
import org.sparkglmm.core.inference.RandomEffect;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.inference.TermTest;
import org.sparkglmm.core.model.AuxiliaryParameter;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.spark.data.ModelRequest;

/** summary.txt: the fit as summary(glmer) prints it, for a person to read. */
public final class SummaryText {
    private final StringBuilder out = new StringBuilder();
    private final FitResult fit;
    private final SmallCounts counts;

    private SummaryText(FitResult fit, SmallCounts counts) {
        this.fit = fit;
        this.counts = counts;
    }

    /** The text. */
    public static String of(
            ModelRequest request, FitResult fit, long dropped, List<Warning> warnings, SmallCounts counts) {
        SummaryText text = new SummaryText(fit, counts);
        text.header(request);
        text.random();
        text.counts(dropped, warnings.stream().anyMatch(w -> w.code().equals("malformed_rows")));
        text.fixed();
        text.own();
        text.tests();
        text.ratios();
        text.marginal();
        text.diagnostics();
        text.warnings(warnings);
        return text.out.toString();
    }

    private void line(String format, Object... values) {
        Object[] shown = values.clone();
        for (int i = 0; i < shown.length; i++) {
            if (shown[i] instanceof String text) {
                shown[i] = Visible.of(text);
            }
        }
        out.append(String.format(Locale.ROOT, format, shown)).append('\n');
    }

    private void header(ModelRequest request) {
        String how =
                switch (fit.method()) {
                    case LAPLACE -> "maximum likelihood (Laplace approximation)";
                    case QUADRATURE ->
                        "maximum likelihood (adaptive Gauss-Hermite quadrature, " + fit.nodes() + " nodes)";
                    case REML -> "REML";
                    case ML -> "maximum likelihood";
                };
        line("Generalized linear mixed model fit by %s", how);
        line(" Family: %s ( %s )", fit.family().name(), fit.link().label());
        line("Formula: %s", Visible.formula(request.formula().text()));
        if (request.zi() != null) {
            line("Zeros:   %s", Visible.formula(request.zi().text()));
        }
        if (request.dispersion() != null) {
            line("Dispersion: %s", Visible.formula(request.dispersion().text()));
        }
        if (request.weights() != null) {
            line("Weights: %s (frequencies)", request.weights());
        }
        if (request.precisionWeights() != null) {
            line("Weights: %s (the dispersion is divided by them)", request.precisionWeights());
        }
        if (request.offset() != null) {
            line("Offset:  %s", request.offset());
        }
        List<String> outcomes =
                request.levels().get(request.formula().response().text());
        if (outcomes != null) {
            line(
                    fit.family().takesCategories() ? "Categories: %s" : "Success: %s",
                    fit.family().takesCategories() ? String.join(" < ", outcomes) : outcomes.get(1));
        }
        if (!fit.converged()) {
            line("");
            line(
                    fit.integration().isFarOff()
                                    && fit.warnings().stream()
                                            .noneMatch(w -> w.code().equals("not_converged"))
                            ? "NOT CONVERGED: more quadrature nodes would move these estimates by more than a standard error"
                            : "NOT CONVERGED: the optimizer did not reach the maximum of the likelihood");
        }
        line("");
        line("%12s %12s %12s %12s %10s", "AIC", "BIC", "logLik", "deviance", "df.resid");
        line(
                "%12.2f %12.2f %12.3f %12.2f %10.0f",
                fit.aic(), fit.bic(), fit.logLikelihood(), -2 * fit.logLikelihood(), fit.residualDf());
        line("");
    }

    private void random() {
        line("Random effects:");
        int width = 4;
        for (RandomEffect term : fit.random()) {
            for (String name : term.terms()) {
                width = Math.max(width, Visible.of(name).length());
            }
        }
        int groupWidth = Math.max(8, Visible.of(fit.design().group()).length());
        String format = " %-" + groupWidth + "s %-" + width + "s %12s %12s%s";
        line(format, "Groups", "Name", "Variance", "Std.Dev.", "   95% of Std.Dev.      Corr");
        for (RandomEffect term : fit.random()) {
            for (int r = 0; r < term.terms().size(); r++) {
                StringBuilder corr =
                        new StringBuilder(String.format("   %-20s", interval(term.sdLower()[r], term.sdUpper()[r])));
                for (int c = 0; c < r; c++) {
                    double rho = term.corr()[r][c];
                    corr.append(Double.isNaN(rho) ? "    NA" : String.format(Locale.ROOT, " %5.2f", rho));
                }
                line(
                        format,
                        r == 0 ? term.group() : "",
                        term.terms().get(r),
                        compact(term.cov()[r][r]),
                        compact(term.sd()[r]),
                        corr);
            }
        }
        Map<String, Double> extra = fit.extra();
        if (extra.containsKey("sigma")) {
            double sigma = extra.get("sigma");
            AuxiliaryEstimate own = fit.auxiliary().get(0);
            String interval = own.isConstant() ? interval(own.lower(), own.upper()) : "";
            line(format, "Residual", "", compact(sigma * sigma), compact(sigma), "   " + interval);
        }
        if (fit.random().stream().anyMatch(this::isWeak)) {
            line(
                    "An interval from 0: the data hardly tell whether there is any such variation%s",
                    fit.design().randomColumns().size() > 1
                            ? "; fit without it and compare, which tests it (mixture of chi-squares)"
                            : "");
        }
        correlations();
    }

    /** Whether the data hardly tell a variance from none: that of an intercept about an origin far from them is not asked. */
    private boolean isWeak(RandomEffect term) {
        boolean elsewhere = fit.answers().diagnostics().findings().stream()
                        .anyMatch(f -> f.code().equals("random_origin"))
                || fit.warnings().stream().anyMatch(w -> w.code().equals("random_origin"));
        return IntStream.range(0, term.sd().length)
                .filter(r -> !elsewhere || !term.terms().get(r).equals(DesignColumn.INTERCEPT))
                .anyMatch(r -> term.sd()[r] > 0 && term.sdLower()[r] == 0);
    }

    /** Intervals of correlations, where there are such. */
    private void correlations() {
        for (RandomEffect term : fit.random()) {
            for (int r = 0; r < term.terms().size(); r++) {
                for (int c = 0; c < r; c++) {
                    if (!Double.isNaN(term.corrLower()[r][c])) {
                        line(
                                "Correlation of %s and %s: %.2f, 95%% (%.2f to %.2f)",
                                term.terms().get(c),
                                term.terms().get(r),
                                term.corr()[r][c],
                                term.corrLower()[r][c],
                                term.corrUpper()[r][c]);
                    }
                }
            }
        }
    }

    /** @param malformed whether some of the rows dropped had more fields than the header */
    private void counts(long dropped, boolean malformed) {
        line(
                "Number of obs: %s%s, groups: %s, %s%s",
                counts.show(fit.observations()),
                fit.weight() == fit.observations()
                        ? ""
                        : " (their weights add up to " + counts.show(Math.round(fit.weight())) + ")",
                fit.design().group(),
                counts.show(fit.clusters()),
                dropped == 0
                        ? ""
                        : "  (" + counts.show(dropped)
                                + (malformed ? " rows dropped)" : " rows with missing values dropped)"));
        line("");
    }

    private void fixed() {
        if (!fit.fixed().isEmpty()) {
            line("Fixed effects:");
            table(fit.fixed(), true);
        }
    }

    /** The family's own parameters: thresholds and modelled ones as tables, constants in a line each. */
    private void own() {
        List<FixedEffect> thresholds = new ArrayList<>();
        for (AuxiliaryEstimate own : fit.auxiliary()) {
            switch (own.parameter().role()) {
                case THRESHOLD -> {
                    FixedEffect e = own.coefficients().get(0);
                    thresholds.add(e.named(own.parameter().name()));
                }
                case ZERO_INFLATION -> {
                    line("");
                    line("Zero inflation (logit of the probability):");
                    table(own.coefficients(), true);
                }
                default -> {
                    if (!own.isConstant()) {
                        line("");
                        line("Dispersion, %s:", own.parameter().label());
                        table(own.coefficients(), true);
                    }
                }
            }
        }
        if (!thresholds.isEmpty()) {
            line("");
            line("Thresholds, P(Y <= k) = F(threshold - linear predictor):");
            table(thresholds, false);
        }
        fit.extra().forEach((name, value) -> {
            if (!name.equals("sigma")) {
                line("");
                line("Estimate of %s: %s%s", name, compact(value), intervalOf(name));
            }
        });
        line("---");
        boolean profile = fit.answers().profile() != null;
        boolean withheld = fit.errors() == StandardErrors.ROBUST
                && fit.warnings().stream().anyMatch(w -> w.code().equals("robust_withheld"));
        line(
                withheld
                        ? "no z, p and intervals: they would use robust standard errors, which are not shown (see the warning"
                                + " robust_withheld); without --se robust they use the model's"
                        : fit.errors() == StandardErrors.ROBUST
                                ? "z, p and intervals use the robust standard errors (Robust SE, sandwich over %s)"
                                : profile
                                        ? "z and p use the model-based standard errors (Std. Error), intervals the profile likelihood"
                                        : "z, p and intervals use the model-based standard errors (Std. Error)",
                fit.design().group());
        line("Signif. codes:  0 '***' 0.001 '**' 0.01 '*' 0.05 '.' 0.1 ' ' 1");
    }

    /** Joint tests, where a term has more than the one coefficient that the table already tests. */
    private void tests() {
        List<TermTest> tests = fit.termTests();
        boolean some = tests.stream()
                .anyMatch(t -> t.typeThree().df() > 1
                        || !t.without().isEmpty()
                        || t.typeTwo().chiSquare() != t.typeThree().chiSquare());
        if (!some) {
            return;
        }
        line("");
        line("Wald tests of whole terms (II: beside all terms that do not contain it; III: beside all others):");
        List<String> names = tests.stream()
                .map(t -> (t.part().isEmpty() ? "" : t.part() + ": ") + t.term())
                .toList();
        int width = names.stream().mapToInt(n -> Visible.of(n).length()).max().orElse(0) + 1;
        String row = "%-" + width + "s %3s %10s %11s %12s %11s";
        line(row, "", "Df", "Chisq II", "Pr(>Chisq)", "Chisq III", "Pr(>Chisq)");
        for (int i = 0; i < names.size(); i++) {
            TermTest test = tests.get(i);
            line(
                    row,
                    names.get(i),
                    test.typeThree().df(),
                    compact(test.typeTwo().chiSquare()),
                    pValue(test.typeTwo().p()),
                    compact(test.typeThree().chiSquare()),
                    pValue(test.typeThree().p()));
        }
        for (TermTest test : tests) {
            if (!test.without().isEmpty()) {
                line(
                        "%s: %s %s not estimable, %s; to test %s, fit without it and compare",
                        test.term(),
                        String.join(", ", test.without()),
                        test.without().size() == 1 ? "is" : "are",
                        test.typeThree().df() == 0
                                ? "and nothing else of it is left to test here"
                                : "and the tests here leave " + (test.without().size() == 1 ? "it" : "them") + " out",
                        test.term());
            }
        }
    }

    private String intervalOf(String name) {
        for (AuxiliaryEstimate own : fit.auxiliary()) {
            if (own.isConstant() && own.parameter().name().equals(name) && !Double.isNaN(own.lower())) {
                return "  (" + compact(own.lower()) + " to " + compact(own.upper()) + ")";
            }
        }
        return "";
    }

    private void table(List<FixedEffect> effects, boolean tests) {
        int width = effects.stream()
                        .mapToInt(e -> Visible.of(e.term()).length())
                        .max()
                        .orElse(0)
                + 1;
        String row = "%-" + width + "s %11s %11s %11s";
        line(tests ? row + " %9s %10s" : row, "", "Estimate", "Std. Error", "Robust SE", "z value", "Pr(>|z|)");
        for (FixedEffect effect : effects) {
            line(
                    tests ? row + " %9s %10s %s" : row,
                    effect.term(),
                    compact(effect.estimate()),
                    compact(effect.se()),
                    compact(effect.robustSe()),
                    Double.isNaN(effect.z()) ? "NA" : String.format(Locale.ROOT, "%.3f", effect.z()),
                    pValue(effect.p()),
                    stars(effect.p()));
        }
    }

    /** What e to the power of an effect is called with this link; null where it is nothing. */
    private String ratioName() {
        return fit.link() == Link.LOGIT ? "Odds ratios" : fit.link() == Link.LOG ? "Ratios of means" : null;
    }

    /** Exponentiated effects, where they have a name of their own. */
    private void ratios() {
        if (ratioName() != null) {
            ratios(
                    ratioName() + " with 95% intervals, conditional on the "
                            + fit.design().group() + " (not averaged over them):",
                    fit.fixed());
        }
        for (AuxiliaryEstimate own : fit.auxiliary()) {
            if (own.parameter().role() == AuxiliaryParameter.Role.ZERO_INFLATION) {
                ratios("Odds ratios of the zero part:", own.coefficients());
            }
        }
    }

    private void ratios(String heading, List<FixedEffect> all) {
        List<FixedEffect> effects = all.stream()
                .filter(e -> !e.term().equals(DesignColumn.INTERCEPT))
                .toList();
        if (effects.isEmpty()) {
            return;
        }
        line("");
        line("%s", heading);
        int width = effects.stream()
                        .mapToInt(e -> Visible.of(e.term()).length())
                        .max()
                        .orElse(0)
                + 1;
        for (FixedEffect effect : effects) {
            if (Double.isNaN(effect.expEstimate())) {
                line("%-" + width + "s %s", effect.term(), fit.converged() ? "not estimable" : "NA");
                continue;
            }
            line(
                    "%-" + width + "s %11s  (%s to %s)",
                    effect.term(),
                    compact(effect.expEstimate()),
                    compact(effect.expLower()),
                    compact(effect.expUpper()));
        }
    }

    /** Population-averaged coefficients, where they are not the conditional ones. */
    private void marginal() {
        List<FixedEffect> marginal = fit.answers().marginal();
        if (marginal.isEmpty() || fit.link() == Link.IDENTITY) {
            return;
        }
        line("");
        line("Population-averaged effects (the random effects integrated out; compare with a marginal model, GEE):");
        table(marginal, true);
        if (ratioName() != null) {
            ratios(ratioName() + " with 95% intervals, population-averaged:", marginal);
        }
    }

    private void diagnostics() {
        Diagnostics d = fit.answers().diagnostics();
        Diagnostics.VarianceShares shares = d.shares();
        line("");
        line(
                "ICC (latent scale): %s adjusted, %s unadjusted;  R2 (Nakagawa): %s marginal, %s conditional",
                compact(shares.icc()),
                compact(shares.iccUnadjusted()),
                compact(shares.marginalR2()),
                compact(shares.conditionalR2()));
        if (Arrays.stream(fit.covariance().openAlone())
                .anyMatch(i -> i < fit.layout().fixed())) {
            line("R2 is not shown: an effect that is not estimable would be all of it");
        }
        if (d.pearson().tellsSpread()) {
            line(
                    "Pearson dispersion ratio: %s at the conditional modes, %s (SE %s) at draws of the random effects (1 if the model"
                            + " holds)",
                    compact(d.pearson().dispersionRatio()),
                    compact(d.pearson().drawnRatio()),
                    compact(d.pearson().drawnError()));
        }
        if (d.zeros() != null) {
            line(
                    "Zeros: %s of the rows, expected %s",
                    counts.isSmall(Math.round(d.zeros().observed()))
                            ? counts.show(Math.round(d.zeros().observed()))
                            : percent(d.zeros().observed() / d.sampleRows()),
                    percent(d.zeros().expected() / d.sampleRows()));
        }
        line(
                d.findings().isEmpty() ? "Diagnostics: nothing found%s" : "Diagnostics%s:",
                d.sampleClusters() == fit.clusters()
                        ? ""
                        : " (residuals of a sample of " + d.sampleClusters() + " "
                                + fit.design().group() + ")");
        for (Warning finding : d.findings()) {
            line("Finding (%s): %s", finding.code(), finding.message());
        }
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f%%", 100 * share);
    }

    private void warnings(List<Warning> warnings) {
        line("");
        line("Integration: %s", fit.integration().message());
        line(
                "Optimizer: %s, %d passes over the data%s",
                fit.optimizer().name(),
                fit.optimizer().passes(),
                fit.optimizer().earlierFit()
                        ? ", started from an earlier fit"
                        : fit.optimizer().samplePersons() > 0
                                ? ", started from a sample of "
                                        + fit.optimizer().samplePersons()
                                : "");
        for (Warning warning : warnings) {
            line("Warning (%s): %s", warning.code(), warning.message());
        }
    }

    private static String interval(double lower, double upper) {
        return Double.isNaN(lower) ? "" : "(" + compact(lower) + " to " + compact(upper) + ")";
    }

    private static String compact(double value) {
        if (Double.isNaN(value)) {
            return "NA";
        }
        double size = Math.abs(value);
        if (size == 0) {
            return "0";
        }
        return size >= 1e-4 && size < 1e6
                ? String.format(Locale.ROOT, size >= 1000 ? "%.1f" : size >= 10 ? "%.3f" : "%.5f", value)
                : String.format(Locale.ROOT, "%.3e", value);
    }

    private static String pValue(double p) {
        if (Double.isNaN(p)) {
            return "NA";
        }
        return p < 2.2e-16
                ? "<2e-16"
                : p < 1e-4 ? String.format(Locale.ROOT, "%.2e", p) : String.format(Locale.ROOT, "%.5f", p);
    }

    private static String stars(double p) {
        return p < 0.001 ? "***" : p < 0.01 ? "**" : p < 0.05 ? "*" : p < 0.1 ? "." : "";
    }
}
