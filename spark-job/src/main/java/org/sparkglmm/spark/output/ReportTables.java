package org.sparkglmm.spark.output;

import static org.sparkglmm.spark.output.ModelDocument.orNaN;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.spark.output.ModelDocument.Coefficient;

/** The report's tables. */
final class ReportTables {
    /** A table with more columns takes the page's whole width. */
    private static final int MANY_COLUMNS = 5;

    private final ModelDocument document;
    private final ReportWords words;

    ReportTables(ModelDocument document, ReportWords words) {
        this.document = document;
        this.words = words;
    }

    /** A table of text: the first column names the rows, the others are numbers. */
    static void table(Markup page, String caption, List<String> heads, List<List<String>> rows) {
        table(page, caption, List.of(), heads, rows);
    }

    /**
     * @param groups what stands above the columns behind the first, each over as many; may be empty
     */
    private static void table(
            Markup page, String caption, List<String> groups, List<String> heads, List<List<String>> rows) {
        page.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", caption);
        page.open("table", "class", heads.size() > MANY_COLUMNS ? "wide" : "narrow")
                .leaf("caption", caption)
                .open("thead");
        if (!groups.isEmpty()) {
            String span = String.valueOf((heads.size() - 1) / groups.size());
            page.open("tr").leaf("td", "");
            groups.forEach(g -> page.leaf("th", g, "scope", "colgroup", "colspan", span));
            page.close();
        }
        page.open("tr");
        heads.forEach(h -> page.leaf("th", h, "scope", "col"));
        page.close().close().open("tbody");
        for (List<String> row : rows) {
            page.open("tr").leaf("th", row.get(0), "scope", "row");
            row.stream().skip(1).forEach(cell -> page.leaf("td", cell));
            page.close();
        }
        page.close().close().close();
    }

    /** Effects but for the intercept. */
    static List<Coefficient> slopes(List<Coefficient> effects) {
        return effects.stream()
                .filter(e -> !e.term().equals(DesignColumn.INTERCEPT))
                .toList();
    }

    /** The essential table: ratios where they have a name, else estimates; conditional and population-averaged side by side. */
    void effects(Markup page) {
        boolean both = words.averagesDiffer();
        List<Coefficient> fixed = document.estimates().fixed();
        List<Coefficient> conditional = words.hasRatios() ? slopes(fixed) : fixed;
        List<Coefficient> averaged = words.hasRatios() ? slopes(document.marginal()) : document.marginal();
        if (conditional.isEmpty()) {
            return;
        }
        List<String> heads = new ArrayList<>(List.of("Effect", words.effect(), "95% interval", "p"));
        if (both) {
            heads.addAll(List.of(words.effect(), "95% interval", "p"));
        }
        int[] decimals = {decimals(conditional), decimals(averaged)};
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < conditional.size(); i++) {
            List<String> row = new ArrayList<>(List.of(conditional.get(i).term()));
            row.addAll(effect(conditional.get(i), decimals[0]));
            if (both && i < averaged.size()) {
                row.addAll(effect(averaged.get(i), decimals[1]));
            }
            rows.add(row);
        }
        table(
                page,
                words.effects() + " with 95% intervals",
                both ? List.of("Conditional on " + words.group(), "Population-averaged") : List.of(),
                heads,
                rows);
    }

    private List<String> effect(Coefficient effect, int decimals) {
        String p = Figures.probability(effect.p());
        if (words.hasRatios()) {
            List<String> cells = new ArrayList<>(ratio(effect));
            cells.add(p);
            return cells;
        }
        return List.of(
                Figures.fixed(effect.estimate(), decimals),
                Figures.interval(effect.lower(), effect.upper(), decimals),
                p);
    }

    private static List<String> ratio(Coefficient effect) {
        double lower = effect.expLower();
        double upper = effect.expUpper();
        if (Double.isNaN(effect.expEstimate())) {
            return List.of("not estimable", "");
        }
        return List.of(Figures.ratio(effect.expEstimate(), lower, upper), Figures.ratioInterval(lower, upper));
    }

    private static int decimals(List<Coefficient> effects) {
        double[] errors = effects.stream()
                .flatMapToDouble(e -> DoubleStream.of(e.se(), e.robustSe()))
                .filter(v -> !Double.isNaN(v))
                .toArray();
        return Figures.commonDecimals(
                errors.length > 0
                        ? errors
                        : effects.stream()
                                .mapToDouble(e -> e.estimate())
                                .filter(v -> !Double.isNaN(v))
                                .toArray());
    }

    /** Estimates with both standard errors and tests; with the ratio behind them if asked for. */
    static void coefficients(Markup page, String caption, List<Coefficient> effects, String ratio) {
        int decimals = decimals(effects);
        List<String> heads =
                new ArrayList<>(List.of("Coefficient", "Estimate", "SE", "Robust SE", "z", "p", "95% interval"));
        if (!ratio.isEmpty()) {
            heads.addAll(List.of(ratio, "95% interval"));
        }
        List<List<String>> rows = new ArrayList<>();
        for (Coefficient effect : effects) {
            List<String> row = new ArrayList<>(List.of(
                    effect.term(),
                    Figures.fixed(effect.estimate(), decimals),
                    Figures.fixed(effect.se(), decimals),
                    Figures.fixed(effect.robustSe(), decimals),
                    Figures.fixed(effect.z(), 2),
                    Figures.probability(effect.p()),
                    Figures.interval(effect.lower(), effect.upper(), decimals)));
            if (!ratio.isEmpty()) {
                row.addAll(ratio(effect));
            }
            rows.add(row);
        }
        table(page, caption, heads, rows);
    }

    void random(Markup page) {
        List<List<String>> rows = new ArrayList<>();
        List<ModelDocument.RandomTerm> random = document.estimates().random();
        boolean correlated = random.stream().anyMatch(term -> term.terms().size() > 1);
        for (ModelDocument.RandomTerm term : random) {
            List<String> terms = term.terms();
            for (int r = 0; r < terms.size(); r++) {
                double lower = term.sdLower()[r];
                double upper = term.sdUpper()[r];
                double sd = term.sd()[r];
                List<String> row = new ArrayList<>(List.of(
                        terms.get(r),
                        term.group(),
                        Figures.significant(sd, 4),
                        Figures.interval(lower, upper, Figures.decimals(sd, 4))));
                if (correlated) {
                    List<String> correlations = new ArrayList<>();
                    for (int c = 0; c < r; c++) {
                        correlations.add("with " + terms.get(c) + ": " + correlation(term, r, c));
                    }
                    row.add(String.join("; ", correlations));
                }
                rows.add(row);
            }
        }
        List<String> heads = new ArrayList<>(List.of("Random effect", "Group", "Standard deviation", "95% interval"));
        if (correlated) {
            heads.add("Correlation (95% interval)");
        }
        table(page, "Random effects", heads, rows);
    }

    private static String correlation(ModelDocument.RandomTerm term, int r, int c) {
        double lower = term.corrLower()[r][c];
        double upper = term.corrUpper()[r][c];
        return Figures.fixed(term.corr()[r][c], 2)
                + (Double.isNaN(lower) ? "" : " (" + Figures.interval(lower, upper, 2) + ")");
    }

    /** Whether the family has parameters of its own. */
    boolean hasOwn() {
        return !document.estimates().extra().isEmpty();
    }

    /** The family's own parameters: constants, thresholds and what formulas make of them. */
    void own(Markup page) {
        OwnParameters extra = document.estimates().extra();
        List<List<String>> constants = new ArrayList<>();
        extra.constants().forEach((name, value) -> {
            OwnParameters.Ends ends =
                    extra.intervals().getOrDefault(name, new OwnParameters.Ends(Double.NaN, Double.NaN));
            constants.add(List.of(
                    ReportWords.parameter(name),
                    Figures.significant(value, 4),
                    Figures.interval(ends.lower(), ends.upper(), Figures.decimals(value, 4))));
        });
        if (!constants.isEmpty()) {
            table(
                    page,
                    "Parameters of family " + document.model().family(),
                    List.of("Parameter", "Estimate", "95% interval"),
                    constants);
        }
        if (words.hasCategories()) {
            thresholds(page, extra);
        }
        if (!extra.dispersion().isEmpty()) {
            coefficients(page, "Dispersion: coefficients of " + extra.dispersionOf(), extra.dispersion(), "");
        }
        if (!extra.zi().isEmpty()) {
            coefficients(
                    page,
                    "Zeros of their own kind: log-odds of such a zero, and odds ratios",
                    extra.zi(),
                    "Odds ratio");
        }
    }

    private static void thresholds(Markup page, OwnParameters extra) {
        Map<String, Double> errors = extra.thresholdSe();
        Map<String, Double> robust = extra.thresholdRobustSe();
        int decimals = Figures.commonDecimals(Stream.concat(errors.values().stream(), robust.values().stream())
                .mapToDouble(Double::doubleValue)
                .filter(v -> !Double.isNaN(v))
                .toArray());
        List<List<String>> rows = new ArrayList<>();
        extra.thresholds()
                .forEach((between, threshold) -> rows.add(List.of(
                        between,
                        Figures.fixed(threshold, decimals),
                        Figures.fixed(errors.getOrDefault(between, Double.NaN), decimals),
                        Figures.fixed(robust.getOrDefault(between, Double.NaN), decimals))));
        table(page, "Thresholds between the categories", List.of("Between", "Estimate", "SE", "Robust SE"), rows);
    }

    /** How much the model explains and how well the data agree with it. */
    void suitability(Markup page) {
        DiagnosticsDocument d = document.diagnostics();
        DiagnosticsDocument.Variance shares = d.variance();
        DiagnosticsDocument.Pearson pearson = d.pearson();
        DiagnosticsDocument.Influence influence = d.influence();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "Intraclass correlation (ICC)",
                Figures.percent(shares.icc()),
                "of the variance that the effects leave lies between " + words.group() + " (of all variance: "
                        + Figures.percent(shares.iccUnadjusted()) + ")"));
        rows.add(List.of(
                "R² of the effects alone",
                Figures.percent(shares.r2Marginal()),
                "of the variance is explained by the effects"));
        rows.add(List.of(
                "R² with random effects",
                Figures.percent(shares.r2Conditional()),
                "is explained by effects and random effects together"));
        double error = pearson.drawnRatioSe();
        if (pearson.tellsSpread()) {
            rows.add(List.of(
                    "Dispersion ratio",
                    Figures.fixed(pearson.drawnRatio(), 2),
                    "is 1 if the outcome varies as the model says; its standard error is " + Figures.fixed(error, 2)
                            + " (with random effects at their modes: "
                            + Figures.fixed(pearson.dispersionRatio(), 2) + ")"));
        }
        if (d.zeros() != null) {
            rows.add(List.of(
                    "Zeros",
                    words.count(d.zeros().observed()),
                    "of " + Figures.count(orNaN(d.sampleRows())) + " rows; the model expects "
                            + Figures.fixed(d.zeros().expected(), 1) + " (standard deviation "
                            + Figures.fixed(d.zeros().se(), 1) + ")"));
        }
        if (influence != null) {
            rows.add(List.of(
                    "Largest influence",
                    Figures.fixed(influence.largestChangeInSe(), 2),
                    (Double.isNaN(influence.largestChangeInSe())
                                    ? "farther than a step can tell, leaving out a single " + words.group()
                                            + " would move "
                                    : "standard errors: so far leaving out a single " + words.group() + " would move ")
                            + influence.parameter()));
        }
        if (!Double.isNaN(d.collinearity().conditionNumber())) {
            rows.add(List.of(
                    "Condition number",
                    Figures.fixed(d.collinearity().conditionNumber(), 1),
                    "of the columns: above 30 some effects can hardly be told apart"));
        }
        page.open("div", "class", "wordy");
        table(page, "Explained variance and checks", List.of("Measure", "Value", "In words"), rows);
        page.close();
    }

    void tests(Markup page) {
        List<List<String>> rows = new ArrayList<>();
        for (ModelDocument.Test test : document.estimates().tests()) {
            String part = test.predictor();
            ModelDocument.Wald two = test.typeII();
            ModelDocument.Wald three = test.typeIII();
            rows.add(List.of(
                    (part.equals("main") ? "" : part + ": ")
                            + test.term()
                            + (test.without().isEmpty()
                                    ? ""
                                    : " without "
                                            + String.join(", ", test.without())
                                            + ", not estimable: compare with a fit without it"),
                    Figures.count(orNaN(three.df())),
                    Figures.fixed(two.chiSquare(), 2),
                    Figures.probability(two.p()),
                    Figures.fixed(three.chiSquare(), 2),
                    Figures.probability(three.p())));
        }
        table(
                page,
                "Wald tests by term",
                List.of("Term", "Df", "χ² (type II)", "p (type II)", "χ² (type III)", "p (type III)"),
                rows);
    }

    void statistics(Markup page) {
        table(
                page,
                "Likelihood",
                List.of("Statistic", "Value"),
                List.of(
                        List.of(
                                "Log-likelihood",
                                Figures.fixed(document.likelihood().logLik(), 3)),
                        List.of(
                                "Deviance (−2 log-likelihood)",
                                Figures.fixed(document.likelihood().deviance(), 2)),
                        List.of("AIC", Figures.fixed(document.likelihood().aic(), 2)),
                        List.of("BIC", Figures.fixed(document.likelihood().bic(), 2)),
                        List.of(
                                "Parameters",
                                Figures.count(orNaN(document.likelihood().nParameters())))));
    }

    void ladder(Markup page) {
        List<List<String>> rows = new ArrayList<>();
        for (ModelDocument.Rung rung : document.integration().ladder()) {
            rows.add(List.of(
                    Figures.count(orNaN(rung.nodes())),
                    Figures.fixed(rung.logLik(), 4),
                    Figures.fixed(rung.shiftInSe(), 4)));
        }
        table(
                page,
                "Numbers of nodes tried",
                List.of("Nodes", "Log-likelihood", "Estimates moved by (standard errors)"),
                rows);
    }

    void optimizer(Markup page) {
        ModelDocument.Optimizer optimizer = document.optimizer();
        List<List<String>> rows = new ArrayList<>(List.of(
                List.of("Method", optimizer.name()),
                List.of("Iterations", Figures.count(orNaN(optimizer.iterations()))),
                List.of("Passes over the data", Figures.count(orNaN(optimizer.passes()))),
                List.of("Length of the gradient at the end", Figures.significant(optimizer.gradientNorm(), 3)),
                List.of("Ended because", optimizer.message())));
        long sample = optimizer.samplePersons();
        if (sample > 0) {
            rows.add(List.of("Started from a sample of", Figures.count(sample) + " " + words.group()));
        }
        if ("an earlier fit".equals(optimizer.startedFrom())) {
            rows.add(List.of("Started from", "an earlier fit"));
        }
        table(page, "Optimizer", List.of("Optimizer", ""), rows);
    }

    /** The model's other formulas, columns and levels. */
    void design(Markup page) {
        ModelDocument.Design design = document.design();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("Formula", document.model().formula()));
        add(rows, "Zeros", design.zi());
        add(rows, "Dispersion", design.dispersion());
        add(rows, "Offset", design.offset());
        add(rows, "Weights (frequencies)", design.weights());
        add(rows, "Weights (the dispersion is divided by them)", design.precisionWeights());
        design.levels()
                .forEach((factor, levels) -> rows.add(List.of("Levels of " + factor, String.join(", ", levels))));
        page.open("div", "class", "wordy");
        table(page, "The model as it was fitted", List.of("Part", "As given"), rows);
        page.close();
    }

    private static void add(List<List<String>> rows, String name, String text) {
        if (text != null && !text.isEmpty()) {
            rows.add(List.of(name, text));
        }
    }

    /** The numbers of a plot. */
    static void points(Markup page, String caption, String first, String second, double[] xs, double[] ys) {
        double widest = Arrays.stream(xs).map(Math::abs).max().orElse(1);
        int decimals = Figures.decimals(widest, 4);
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < xs.length && i < ys.length; i++) {
            if (!Double.isNaN(ys[i])) {
                rows.add(List.of(Figures.fixed(xs[i], decimals), Figures.fixed(ys[i], 3)));
            }
        }
        if (rows.isEmpty()) {
            return;
        }
        table(page, caption, List.of(first, second), rows);
    }
}
