package org.sparkglmm.spark.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.sparkglmm.core.DataException;

/**
 * report.html: the fit as a page to read and to send on. One file without script, network or other files; nothing is in it
 * but what model.json says, so it can be written again from that at any time, to the same bytes.
 */
public final class Report {
    /** The file's name in an output folder. */
    public static final String NAME = "report.html";

    private final JsonNode model;
    private final ReportWords words;
    private final ReportTables tables;
    private final ReportPlots plots;
    private final Markup page = new Markup();

    private Report(JsonNode model) {
        this.model = model;
        words = new ReportWords(model);
        tables = new ReportTables(model, words);
        plots = new ReportPlots(model, words);
    }

    /** The page of the model file with this text. */
    public static String of(String modelJson) {
        return of(ModelFile.tree(modelJson));
    }

    /**
     * The page of the model in a folder.
     *
     * @throws DataException if the folder holds no complete model
     */
    public static String of(String folder, Configuration configuration) {
        return ModelFile.understood(folder, ModelFile.tree(folder, configuration), Report::of);
    }

    private static String of(JsonNode model) {
        Report report = new Report(model);
        report.write();
        return report.page.toString();
    }

    private void write() {
        Page.begin(page, Visible.formula(Tree.text(model, "formula")));
        title();
        notices();
        effects();
        random();
        own();
        suitability();
        details();
        foot();
        page.close().close().close();
    }

    private void title() {
        page.open("header").leaf("p", "Generalized linear mixed model", "class", "kind");
        page.open("h1")
                .leaf("code", Visible.formula(Tree.text(model, "formula")))
                .close();
        page.open("dl", "class", "facts");
        fact("Family", Tree.text(model, "family"));
        fact("Link", Tree.text(model, "link"));
        fact("Rows", words.count(Tree.number(model, "nObservations")));
        if (model.has("sumOfWeights")) {
            fact("Sum of their weights", words.count(Tree.number(model, "sumOfWeights")));
        }
        fact("Groups (" + words.group() + ")", words.count(Tree.number(model, "nClusters")));
        double dropped = Tree.number(model, "nDropped");
        if (dropped > 0) {
            fact("Rows dropped (missing values)", words.count(dropped));
        }
        fact("Status", words.isConverged() ? "converged" : "not converged");
        fact("Estimated by", words.method());
        page.close().close();
    }

    private void fact(String name, String value) {
        page.open("div").leaf("dt", name).leaf("dd", value).close();
    }

    /** What calls for attention, before any number. */
    private void notices() {
        Set<List<String>> notices = new LinkedHashSet<>();
        for (JsonNode list : List.of(model.path("warnings"), model.at("/diagnostics/findings"))) {
            list.forEach(n -> notices.add(List.of(Tree.text(n, "code"), Tree.text(n, "message"))));
        }
        if (!words.isConverged()) {
            page.open("section", "class", "notice bad").leaf("h2", "Not converged");
            page.leaf("p", "The numbers below are not the best estimates. Do not report them.")
                    .close();
        }
        if (notices.isEmpty()) {
            page.open("section", "class", "notice good").leaf("h2", "Nothing found");
            page.leaf("p", "The fit gave no warning and the checks of model and data found nothing.")
                    .close();
            return;
        }
        page.open("section", "class", "notice");
        page.leaf("h2", notices.size() == 1 ? "One thing to know" : notices.size() + " things to know");
        page.open("ul");
        for (List<String> notice : notices) {
            page.open("li").leaf("strong", ReportWords.title(notice.get(0)) + ": ");
            page.text(notice.get(1)).close();
        }
        page.close().close();
    }

    private void effects() {
        page.open("section").leaf("h2", "Effects");
        if (model.path("fixed").isEmpty()) {
            page.leaf("p", "The model has no fixed effects.").close();
            return;
        }
        plots.forest(page);
        tables.effects(page);
        page.open("div", "class", "reading").leaf("h3", "How to read this");
        words.reading().forEach(sentence -> page.leaf("p", sentence));
        page.close();
        fold("All coefficients with both standard errors", this::coefficients);
        page.close();
    }

    private void coefficients() {
        ReportTables.coefficients(
                page,
                (words.averagesDiffer() ? "Conditional coefficients on " : "Coefficients on ") + words.scale(),
                model.path("fixed"),
                "");
        if (words.averagesDiffer()) {
            ReportTables.coefficients(
                    page, "Population-averaged coefficients on " + words.scale(), model.path("marginal"), "");
        }
        page.leaf("p", words.errors() + " SE: model-based standard error.", "class", "note");
    }

    private void random() {
        page.open("section").leaf("h2", "Random effects of " + words.group());
        page.leaf(
                "p",
                "How much one " + words.group()
                        + " differs from another with the same values of all variables, as standard" + " deviations on "
                        + words.scale() + ".");
        tables.random(page);
        page.close();
    }

    private void own() {
        if (tables.hasOwn()) {
            page.open("section").leaf("h2", "Other parameters of the outcome");
            tables.own(page);
            page.close();
        }
    }

    private void suitability() {
        page.open("section").leaf("h2", "Does the model suit the data?");
        double sample = Tree.number(model.path("diagnostics"), "sampleClusters");
        if (sample < Tree.number(model, "nClusters")) {
            page.leaf(
                    "p", "The residuals are those of a sample of " + Figures.count(sample) + " " + words.group() + ".");
        }
        tables.suitability(page);
        plots.checks(page);
        fold("The numbers behind these plots", () -> {
            page.open("div", "class", "plots");
            plots.checkedNumbers(page);
            page.close();
        });
        page.close();
    }

    private void details() {
        page.open("section").leaf("h2", "Details");
        if (!model.path("tests").isEmpty()) {
            fold("Tests of whole terms", () -> {
                tables.tests(page);
                page.leaf(
                        "p",
                        "Type II: beside all terms that do not contain the term; type III: beside all others. A small p says"
                                + " that the term's coefficients are not all 0.",
                        "class",
                        "note");
            });
        }
        fold("Likelihood, AIC and BIC", () -> tables.statistics(page));
        fold("Integration and optimizer", () -> {
            page.leaf(
                    "p",
                    "Integration over the random effects: "
                            + model.at("/integration/message").asText() + ".");
            plots.ladder(page);
            tables.ladder(page);
            tables.optimizer(page);
        });
        fold("The model as it was fitted", () -> tables.design(page));
        page.close();
    }

    private void fold(String summary, Runnable content) {
        page.open("details").leaf("summary", summary);
        content.run();
        page.close();
    }

    private void foot() {
        JsonNode provenance = model.path("provenance");
        List<String> parts = new ArrayList<>();
        parts.add(Tree.text(provenance, "program") + " " + Tree.text(provenance, "version"));
        parts.add("fingerprint of the rows " + Tree.text(provenance, "rows"));
        parts.add("all numbers are those of " + ModelFile.NAME);
        page.leaf("footer", String.join(" · ", parts));
    }
}
