package org.sparkglmm.spark.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.DoubleStream;
import org.sparkglmm.core.math.StandardNormal;
import org.sparkglmm.spark.output.ModelDocument.Coefficient;

/** The report's plots: the effects, how the residuals and random effects are distributed, how the integration went. */
final class ReportPlots {
    private static final double WIDE = 760;
    private static final double SMALL = 430;
    private static final double SMALL_HEIGHT = 290;
    /** Between the rows of a forest plot. */
    private static final double ROW = 34;
    /** How far conditional and population-averaged marks stand from the middle of their row. */
    private static final double APART = 0.17;
    /** An interval that runs to nowhere may not press all others together: it is cut so far from the outermost estimates. */
    private static final double FARTHEST = Math.log(50);

    private final ModelDocument document;
    private final ReportWords words;
    private int count;

    ReportPlots(ModelDocument document, ReportWords words) {
        this.document = document;
        this.words = words;
    }

    private String nextId() {
        count++;
        return "plot" + count;
    }

    /** Effects but for the intercept, with intervals; conditional and population-averaged. */
    void forest(Markup page) {
        List<Coefficient> conditional =
                drawable(ReportTables.slopes(document.estimates().fixed()));
        List<Coefficient> averaged =
                words.averagesDiffer() ? drawable(ReportTables.slopes(document.marginal())) : List.of();
        if (conditional.isEmpty()) {
            return;
        }
        List<String> names = conditional.stream().map(Coefficient::term).toList();
        Axis x = extent(conditional, averaged);
        String title = words.effects() + " with 95% intervals";
        StringBuilder description = new StringBuilder();
        conditional.forEach(e -> describe(description, e, averaged.isEmpty() ? "" : "conditional "));
        averaged.forEach(e -> describe(description, e, "population-averaged "));
        SvgPlot plot = new SvgPlot(
                nextId(), title, description.toString(), x, Axis.ofNames(names), WIDE, 56 + ROW * names.size());
        if (x.holds(0)) {
            plot.line("zero", 0, 0.5, 0, 0.5 - names.size());
        }
        double shift = averaged.isEmpty() ? 0 : APART;
        for (int i = 0; i < conditional.size(); i++) {
            Coefficient e = conditional.get(i);
            plot.level("bar first", shift - i, e.lower(), e.upper());
            plot.point("dot first", e.estimate(), shift - i);
        }
        for (Coefficient e : averaged) {
            int i = names.indexOf(e.term());
            if (i >= 0) {
                plot.level("bar second", -shift - i, e.lower(), e.upper());
                plot.square("dot second", e.estimate(), -shift - i);
            }
        }
        page.open("figure", "class", "forest");
        if (!averaged.isEmpty()) {
            page.open("p", "class", "legend");
            page.leaf("span", "● ", "class", "first", "aria-hidden", "true");
            page.text("conditional on " + words.group() + " ");
            page.leaf("span", "■ ", "class", "second", "aria-hidden", "true");
            page.text("population-averaged").close();
        }
        page.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", title);
        page.raw(plot.markup()).close();
        page.leaf(
                "figcaption",
                (words.hasRatios()
                                ? "Logarithmic axis; the line at 1 means no effect."
                                : "The line at 0 means no effect.")
                        + " The intercept is not shown.");
        page.close();
    }

    private static List<Coefficient> drawable(List<Coefficient> effects) {
        return effects.stream().filter(e -> !Double.isNaN(e.estimate())).toList();
    }

    private Axis extent(List<Coefficient> conditional, List<Coefficient> averaged) {
        List<Coefficient> all = new ArrayList<>(conditional);
        all.addAll(averaged);
        double[] estimates = all.stream().mapToDouble(e -> e.estimate()).toArray();
        double least = Arrays.stream(estimates).min().orElse(0);
        double most = Arrays.stream(estimates).max().orElse(0);
        double[] ends = all.stream()
                .flatMapToDouble(e -> DoubleStream.of(e.lower(), e.upper()))
                .toArray();
        if (words.hasRatios()) {
            ends = Arrays.stream(ends)
                    .map(v -> Math.max(least - FARTHEST, Math.min(most + FARTHEST, v)))
                    .toArray();
        }
        double[] values = DoubleStream.concat(
                        DoubleStream.concat(Arrays.stream(estimates), Arrays.stream(ends)), DoubleStream.of(0))
                .toArray();
        return words.hasRatios() ? Axis.ofLogarithms(words.effect(), values) : Axis.of(words.effect(), values);
    }

    private void describe(StringBuilder into, Coefficient effect, String kind) {
        boolean ratios = words.hasRatios();
        double lower = ratios ? effect.expLower() : effect.lower();
        double upper = ratios ? effect.expUpper() : effect.upper();
        into.append(into.isEmpty() ? "" : "; ")
                .append(effect.term())
                .append(": ")
                .append(kind)
                .append(Figures.ratio(ratios ? effect.expEstimate() : effect.estimate(), lower, upper))
                .append(", 95% interval ")
                .append(Figures.ratioInterval(lower, upper));
    }

    /** Residuals and random effects. */
    void checks(Markup page) {
        page.open("div", "class", "plots");
        eachQuantiles((title, quantiles) -> quantiles(page, title, quantiles));
        trends().forEach(t -> trend(page, t));
        page.close();
    }

    /** The numbers behind {@link #checks}. */
    void checkedNumbers(Markup page) {
        eachQuantiles((title, quantiles) ->
                ReportTables.points(page, title, "Normal quantile", "Observed quantile", normal(), quantiles));
        for (DiagnosticsDocument.Trend trend : trends()) {
            String variable = trend.variable();
            ReportTables.points(page, "Residuals by " + variable, variable, "Mean residual", at(trend), means(trend));
        }
    }

    /** By size of the linear predictor first. */
    private List<DiagnosticsDocument.Trend> trends() {
        DiagnosticsDocument.Residuals residuals = document.diagnostics().residuals();
        List<DiagnosticsDocument.Trend> out = new ArrayList<>(List.of(residuals.byFitted()));
        out.addAll(residuals.byCovariate());
        return out;
    }

    private static double[] at(DiagnosticsDocument.Trend trend) {
        return trend.bins().stream().mapToDouble(DiagnosticsDocument.Bin::at).toArray();
    }

    private static double[] means(DiagnosticsDocument.Trend trend) {
        return trend.bins().stream().mapToDouble(DiagnosticsDocument.Bin::mean).toArray();
    }

    /** Everything of which there are quantiles, the residuals first. */
    private void eachQuantiles(BiConsumer<String, double[]> each) {
        each.accept("Residuals", document.diagnostics().residuals().quantiles());
        for (DiagnosticsDocument.EffectShape effect : document.diagnostics().randomEffects()) {
            each.accept("Random effects of " + effect.term(), effect.quantiles());
        }
    }

    private double[] normal() {
        return Arrays.stream(document.diagnostics().residuals().probabilities())
                .map(StandardNormal::quantile)
                .toArray();
    }

    private void quantiles(Markup page, String title, double[] observed) {
        double[] expected = normal();
        double[] shown = new double[2 * observed.length];
        Arrays.fill(shown, Double.NaN);
        StringBuilder description = new StringBuilder("Observed quantiles against those of a normal distribution. ");
        int known = 0;
        for (int i = 0; i < observed.length && i < expected.length; i++) {
            if (!Double.isNaN(observed[i])) {
                shown[2 * i] = observed[i];
                shown[2 * i + 1] = expected[i];
                description
                        .append(known++ == 0 ? "Normal and observed: " : "; ")
                        .append(Figures.fixed(expected[i], 2))
                        .append(" and ")
                        .append(Figures.fixed(observed[i], 2));
            }
        }
        if (known < 2) {
            return;
        }
        Axis x = Axis.of("Quantile if the model holds (normal)", shown);
        Axis y = Axis.of("Observed quantile", shown);
        SvgPlot plot = new SvgPlot(
                nextId(), title + ": quantiles", description.append('.').toString(), x, y, SMALL, SMALL_HEIGHT);
        plot.line("zero", x.low(), x.low(), x.high(), x.high());
        for (int i = 0; i < observed.length; i++) {
            plot.point("dot first", expected[i], observed[i]);
        }
        figure(page, plot, title + ": quantiles", "On the line if they are distributed as the model says.");
    }

    private void trend(Markup page, DiagnosticsDocument.Trend trend) {
        double[] at = at(trend);
        double[] means = means(trend);
        if (at.length == 0) {
            return;
        }
        double[] bars = trend.bins().stream()
                .mapToDouble(bin -> bin.rows() > 0 ? 2 / Math.sqrt(bin.rows()) : Double.NaN)
                .toArray();
        // A calm picture must look calm: half a standard deviation is always in it.
        double[] ends = Arrays.copyOf(new double[] {-0.5, 0.5}, 2 + 2 * at.length);
        StringBuilder description = new StringBuilder("Mean residual in groups of rows, ± 2 standard errors. ");
        for (int i = 0; i < at.length; i++) {
            ends[2 + 2 * i] = means[i] - bars[i];
            ends[3 + 2 * i] = means[i] + bars[i];
            description
                    .append(i == 0 ? "At " : "; at ")
                    .append(Figures.significant(at[i], 3))
                    .append(": ")
                    .append(Figures.fixed(means[i], 2))
                    .append(" ± ")
                    .append(Figures.fixed(bars[i], 2));
        }
        String variable = trend.variable();
        Axis x = Axis.of(variable, at);
        SvgPlot plot = new SvgPlot(
                nextId(),
                "Residuals by " + variable,
                description.append('.').toString(),
                x,
                Axis.of("Mean residual", ends),
                SMALL,
                SMALL_HEIGHT);
        plot.line("zero", x.low(), 0, x.high(), 0);
        for (int i = 0; i < at.length; i++) {
            plot.upright("bar first", at[i], means[i] - bars[i], means[i] + bars[i]);
            plot.point("dot first", at[i], means[i]);
        }
        figure(
                page,
                plot,
                "Residuals by " + variable,
                "About 0 everywhere if the model holds; bars are ± 2 standard errors.");
    }

    /** The log-likelihood by number of nodes, where there were several. */
    void ladder(Markup page) {
        List<ModelDocument.Rung> rungs = document.integration().ladder();
        double[] nodes =
                rungs.stream().mapToDouble(r -> ModelDocument.orNaN(r.nodes())).toArray();
        double[] values = rungs.stream().mapToDouble(ModelDocument.Rung::logLik).toArray();
        if (nodes.length < 2) {
            return;
        }
        StringBuilder description = new StringBuilder();
        double[] logarithms = new double[nodes.length];
        for (int i = 0; i < nodes.length; i++) {
            logarithms[i] = Math.log(nodes[i]);
            description
                    .append(i == 0 ? "" : "; ")
                    .append(Figures.count(nodes[i]))
                    .append(" nodes: ")
                    .append(Figures.fixed(values[i], 3));
        }
        SvgPlot plot = new SvgPlot(
                nextId(),
                "Log-likelihood by number of nodes",
                description.append('.').toString(),
                Axis.ofLogarithms("Nodes per random effect", logarithms),
                Axis.of("Log-likelihood", values),
                SMALL,
                SMALL_HEIGHT);
        plot.path("joined", logarithms, values);
        for (int i = 0; i < nodes.length; i++) {
            plot.point("dot first", logarithms[i], values[i]);
        }
        page.open("div", "class", "plots");
        figure(page, plot, "Log-likelihood by number of nodes", "Settled where the line is level.");
        page.close();
    }

    private static void figure(Markup page, SvgPlot plot, String title, String caption) {
        page.open("figure")
                .leaf("h3", title)
                .raw(plot.markup())
                .leaf("figcaption", caption)
                .close();
    }
}
