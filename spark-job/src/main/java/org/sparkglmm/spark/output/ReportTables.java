package org.sparkglmm.spark.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.StreamSupport;
import org.sparkglmm.core.design.DesignColumn;

/** The report's tables. */
final class ReportTables {
    /** A table with more columns takes the page's whole width. */
    private static final int MANY_COLUMNS = 5;

    private final JsonNode model;
    private final ReportWords words;

    ReportTables(JsonNode model, ReportWords words) {
        this.model = model;
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
    static List<JsonNode> slopes(JsonNode effects) {
        return Tree.list(effects).stream()
                .filter(e -> !Tree.text(e, "term").equals(DesignColumn.INTERCEPT))
                .toList();
    }

    /** The essential table: ratios where they have a name, else estimates; conditional and population-averaged side by side. */
    void effects(Markup page) {
        boolean both = words.averagesDiffer();
        List<JsonNode> conditional = words.hasRatios() ? slopes(model.path("fixed")) : Tree.list(model.path("fixed"));
        List<JsonNode> averaged =
                words.hasRatios() ? slopes(model.path("marginal")) : Tree.list(model.path("marginal"));
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
            List<String> row = new ArrayList<>(List.of(Tree.text(conditional.get(i), "term")));
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

    private List<String> effect(JsonNode effect, int decimals) {
        String p = Figures.probability(Tree.number(effect, "p"));
        if (words.hasRatios()) {
            List<String> cells = new ArrayList<>(ratio(effect));
            cells.add(p);
            return cells;
        }
        return List.of(
                Figures.fixed(Tree.number(effect, "estimate"), decimals),
                Figures.interval(Tree.number(effect, "lower"), Tree.number(effect, "upper"), decimals),
                p);
    }

    private static List<String> ratio(JsonNode effect) {
        double lower = Tree.number(effect, "expLower");
        double upper = Tree.number(effect, "expUpper");
        if (Double.isNaN(Tree.number(effect, "expEstimate"))) {
            return List.of("not estimable", "");
        }
        return List.of(
                Figures.ratio(Tree.number(effect, "expEstimate"), lower, upper), Figures.ratioInterval(lower, upper));
    }

    private static int decimals(List<JsonNode> effects) {
        double[] errors = effects.stream()
                .flatMapToDouble(e -> DoubleStream.of(Tree.number(e, "se"), Tree.number(e, "robustSe")))
                .filter(v -> !Double.isNaN(v))
                .toArray();
        return Figures.commonDecimals(
                errors.length > 0
                        ? errors
                        : effects.stream()
                                .mapToDouble(e -> Tree.number(e, "estimate"))
                                .filter(v -> !Double.isNaN(v))
                                .toArray());
    }

    /** Estimates with both standard errors and tests; with the ratio behind them if asked for. */
    static void coefficients(Markup page, String caption, JsonNode effects, String ratio) {
        List<JsonNode> list = Tree.list(effects);
        int decimals = decimals(list);
        List<String> heads =
                new ArrayList<>(List.of("Coefficient", "Estimate", "SE", "Robust SE", "z", "p", "95% interval"));
        if (!ratio.isEmpty()) {
            heads.addAll(List.of(ratio, "95% interval"));
        }
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode effect : list) {
            List<String> row = new ArrayList<>(List.of(
                    Tree.text(effect, "term"),
                    Figures.fixed(Tree.number(effect, "estimate"), decimals),
                    Figures.fixed(Tree.number(effect, "se"), decimals),
                    Figures.fixed(Tree.number(effect, "robustSe"), decimals),
                    Figures.fixed(Tree.number(effect, "z"), 2),
                    Figures.probability(Tree.number(effect, "p")),
                    Figures.interval(Tree.number(effect, "lower"), Tree.number(effect, "upper"), decimals)));
            if (!ratio.isEmpty()) {
                row.addAll(ratio(effect));
            }
            rows.add(row);
        }
        table(page, caption, heads, rows);
    }

    void random(Markup page) {
        List<List<String>> rows = new ArrayList<>();
        boolean correlated = false;
        for (JsonNode block : model.path("random")) {
            List<String> terms = Tree.texts(block.path("terms"));
            correlated |= terms.size() > 1;
        }
        for (JsonNode block : model.path("random")) {
            List<String> terms = Tree.texts(block.path("terms"));
            for (int r = 0; r < terms.size(); r++) {
                double lower = Tree.number(block.path("sdLower").path(r));
                double upper = Tree.number(block.path("sdUpper").path(r));
                double sd = Tree.number(block.path("sd").path(r));
                List<String> row = new ArrayList<>(List.of(
                        terms.get(r),
                        Tree.text(block, "group"),
                        Figures.significant(sd, 4),
                        Figures.interval(lower, upper, Figures.decimals(sd, 4))));
                if (correlated) {
                    List<String> correlations = new ArrayList<>();
                    for (int c = 0; c < r; c++) {
                        correlations.add("with " + terms.get(c) + ": " + correlation(block, r, c));
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

    private static String correlation(JsonNode block, int r, int c) {
        double lower = Tree.number(block.path("corrLower").path(r).path(c));
        double upper = Tree.number(block.path("corrUpper").path(r).path(c));
        return Figures.fixed(Tree.number(block.path("corr").path(r).path(c)), 2)
                + (Double.isNaN(lower) ? "" : " (" + Figures.interval(lower, upper, 2) + ")");
    }

    /** Whether the family has parameters of its own. */
    boolean hasOwn() {
        return !model.path("extra").isEmpty();
    }

    /** The family's own parameters: constants, thresholds and what formulas make of them. */
    void own(Markup page) {
        JsonNode extra = model.path("extra");
        List<List<String>> constants = new ArrayList<>();
        extra.fields().forEachRemaining(entry -> {
            if (entry.getValue().isValueNode() && !entry.getValue().isTextual()) {
                double value = Tree.number(entry.getValue());
                JsonNode interval = extra.path("intervals").path(entry.getKey());
                constants.add(List.of(
                        ReportWords.parameter(entry.getKey()),
                        Figures.significant(value, 4),
                        Figures.interval(
                                Tree.number(interval, "lower"),
                                Tree.number(interval, "upper"),
                                Figures.decimals(value, 4))));
            }
        });
        if (!constants.isEmpty()) {
            table(
                    page,
                    "Parameters of family " + Tree.text(model, "family"),
                    List.of("Parameter", "Estimate", "95% interval"),
                    constants);
        }
        if (words.hasCategories()) {
            thresholds(page, extra);
        }
        if (!extra.path("dispersion").isEmpty()) {
            coefficients(
                    page,
                    "Dispersion: coefficients of " + Tree.text(extra, "dispersionOf"),
                    extra.path("dispersion"),
                    "");
        }
        if (!extra.path("zi").isEmpty()) {
            coefficients(
                    page,
                    "Zeros of their own kind: log-odds of such a zero, and odds ratios",
                    extra.path("zi"),
                    "Odds ratio");
        }
    }

    private static void thresholds(Markup page, JsonNode extra) {
        JsonNode errors = extra.path("thresholdSe");
        JsonNode robust = extra.path("thresholdRobustSe");
        int decimals = Figures.commonDecimals(
                DoubleStream.concat(Arrays.stream(Tree.numbers(errors)), Arrays.stream(Tree.numbers(robust)))
                        .filter(v -> !Double.isNaN(v))
                        .toArray());
        List<List<String>> rows = new ArrayList<>();
        extra.path("thresholds")
                .fields()
                .forEachRemaining(entry -> rows.add(List.of(
                        entry.getKey(),
                        Figures.fixed(Tree.number(entry.getValue()), decimals),
                        Figures.fixed(Tree.number(errors, entry.getKey()), decimals),
                        Figures.fixed(Tree.number(robust, entry.getKey()), decimals))));
        table(page, "Thresholds between the categories", List.of("Between", "Estimate", "SE", "Robust SE"), rows);
    }

    /** How much the model explains and how well the data agree with it. */
    void suitability(Markup page) {
        JsonNode d = model.path("diagnostics");
        JsonNode shares = d.path("variance");
        JsonNode pearson = d.path("pearson");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "Intraclass correlation (ICC)",
                share(shares, "icc"),
                "of the variance that the effects leave lies between " + words.group() + " (of all variance: "
                        + share(shares, "iccUnadjusted") + ")"));
        rows.add(List.of(
                "R² of the effects alone", share(shares, "r2Marginal"), "of the variance is explained by the effects"));
        rows.add(List.of(
                "R² with random effects",
                share(shares, "r2Conditional"),
                "is explained by effects and random effects together"));
        double error = Tree.number(pearson, "drawnRatioSe");
        if (pearson.path("tellsSpread").asBoolean()) {
            rows.add(List.of(
                    "Dispersion ratio",
                    Figures.fixed(Tree.number(pearson, "drawnRatio"), 2),
                    "is 1 if the outcome varies as the model says; its standard error is " + Figures.fixed(error, 2)
                            + " (with random effects at their modes: "
                            + Figures.fixed(Tree.number(pearson, "dispersionRatio"), 2) + ")"));
        }
        if (d.path("zeros").isObject()) {
            rows.add(List.of(
                    "Zeros",
                    words.count(Tree.number(d.path("zeros"), "observed")),
                    "of " + Figures.count(Tree.number(d, "sampleRows")) + " rows; the model expects "
                            + Figures.fixed(Tree.number(d.path("zeros"), "expected"), 1) + " (standard deviation "
                            + Figures.fixed(Tree.number(d.path("zeros"), "se"), 1) + ")"));
        }
        if (d.path("influence").isObject()) {
            rows.add(List.of(
                    "Largest influence",
                    Figures.fixed(Tree.number(d.path("influence"), "largestChangeInSe"), 2),
                    (Double.isNaN(Tree.number(d.path("influence"), "largestChangeInSe"))
                                    ? "farther than a step can tell, leaving out a single " + words.group()
                                            + " would move "
                                    : "standard errors: so far leaving out a single " + words.group() + " would move ")
                            + Tree.text(d.path("influence"), "parameter")));
        }
        if (!Double.isNaN(Tree.number(d.path("collinearity"), "conditionNumber"))) {
            rows.add(List.of(
                    "Condition number",
                    Figures.fixed(Tree.number(d.path("collinearity"), "conditionNumber"), 1),
                    "of the columns: above 30 some effects can hardly be told apart"));
        }
        page.open("div", "class", "wordy");
        table(page, "Explained variance and checks", List.of("Measure", "Value", "In words"), rows);
        page.close();
    }

    private static String share(JsonNode shares, String name) {
        return Figures.percent(Tree.number(shares, name));
    }

    void tests(Markup page) {
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode test : model.path("tests")) {
            String part = Tree.text(test, "predictor");
            JsonNode two = test.path("typeII");
            JsonNode three = test.path("typeIII");
            rows.add(List.of(
                    (part.equals("main") ? "" : part + ": ")
                            + Tree.text(test, "term")
                            + (test.path("without").isEmpty()
                                    ? ""
                                    : " without "
                                            + StreamSupport.stream(
                                                            test.path("without").spliterator(), false)
                                                    .map(JsonNode::asText)
                                                    .collect(Collectors.joining(", "))
                                            + ", not estimable: compare with a fit without it"),
                    Figures.count(Tree.number(three, "df")),
                    Figures.fixed(Tree.number(two, "chiSquare"), 2),
                    Figures.probability(Tree.number(two, "p")),
                    Figures.fixed(Tree.number(three, "chiSquare"), 2),
                    Figures.probability(Tree.number(three, "p"))));
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
                        List.of("Log-likelihood", Figures.fixed(Tree.number(model, "logLik"), 3)),
                        List.of("Deviance (−2 log-likelihood)", Figures.fixed(Tree.number(model, "deviance"), 2)),
                        List.of("AIC", Figures.fixed(Tree.number(model, "aic"), 2)),
                        List.of("BIC", Figures.fixed(Tree.number(model, "bic"), 2)),
                        List.of("Parameters", Figures.count(Tree.number(model, "nParameters")))));
    }

    void ladder(Markup page) {
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode rung : model.at("/integration/ladder")) {
            rows.add(List.of(
                    Figures.count(Tree.number(rung, "nodes")),
                    Figures.fixed(Tree.number(rung, "logLik"), 4),
                    Figures.fixed(Tree.number(rung, "shiftInSe"), 4)));
        }
        table(
                page,
                "Numbers of nodes tried",
                List.of("Nodes", "Log-likelihood", "Estimates moved by (standard errors)"),
                rows);
    }

    void optimizer(Markup page) {
        JsonNode optimizer = model.path("optimizer");
        List<List<String>> rows = new ArrayList<>(List.of(
                List.of("Method", Tree.text(optimizer, "name")),
                List.of("Iterations", Figures.count(Tree.number(optimizer, "iterations"))),
                List.of("Passes over the data", Figures.count(Tree.number(optimizer, "passes"))),
                List.of(
                        "Length of the gradient at the end",
                        Figures.significant(Tree.number(optimizer, "gradientNorm"), 3)),
                List.of("Ended because", Tree.text(optimizer, "message"))));
        double sample = Tree.number(optimizer, "samplePersons");
        if (sample > 0) {
            rows.add(List.of("Started from a sample of", Figures.count(sample) + " " + words.group()));
        }
        if (Tree.text(optimizer, "startedFrom").equals("an earlier fit")) {
            rows.add(List.of("Started from", "an earlier fit"));
        }
        table(page, "Optimizer", List.of("Optimizer", ""), rows);
    }

    /** The model's other formulas, columns and levels. */
    void design(Markup page) {
        JsonNode design = model.path("design");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("Formula", Tree.text(model, "formula")));
        add(rows, "Zeros", Tree.text(design, "zi"));
        add(rows, "Dispersion", Tree.text(design, "dispersion"));
        add(rows, "Offset", Tree.text(design, "offset"));
        add(rows, "Weights (frequencies)", Tree.text(design, "weights"));
        add(rows, "Weights (the dispersion is divided by them)", Tree.text(design, "precisionWeights"));
        design.path("levels")
                .fields()
                .forEachRemaining(entry -> rows.add(
                        List.of("Levels of " + entry.getKey(), String.join(", ", Tree.texts(entry.getValue())))));
        page.open("div", "class", "wordy");
        table(page, "The model as it was fitted", List.of("Part", "As given"), rows);
        page.close();
    }

    private static void add(List<List<String>> rows, String name, String text) {
        if (!text.isEmpty()) {
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
