package org.sparkglmm.spark.output;

import static org.sparkglmm.spark.output.ModelDocument.orNaN;

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

    private final ModelDocument document;
    private final ReportWords words;
    private final ReportTables tables;
    private final ReportPlots plots;
    private final Markup page = new Markup();

    private Report(ModelDocument document) {
        this.document = document;
        words = new ReportWords(document);
        tables = new ReportTables(document, words);
        plots = new ReportPlots(document, words);
    }

    /**
     * The page of the model file with this text.
     *
     * @throws DataException if it is none
     */
    public static String of(String modelJson) {
        return ModelFile.understood(modelJson, Report::of);
    }

    /**
     * The page of the model in a folder.
     *
     * @throws DataException if the folder holds no complete model
     */
    public static String of(String folder, Configuration configuration) {
        return ModelFile.understood(folder, configuration, Report::of);
    }

    private static String of(ModelDocument document) {
        Report report = new Report(document);
        report.write();
        return report.page.toString();
    }

    private void write() {
        Page.begin(page, Visible.formula(document.model().formula()));
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
                .leaf("code", Visible.formula(document.model().formula()))
                .close();
        page.open("dl", "class", "facts");
        fact("Family", document.model().family());
        fact("Link", document.model().link());
        fact("Rows", words.count(orNaN(document.counts().nObservations())));
        if (document.counts().sumOfWeights() != null) {
            fact("Sum of their weights", words.count(document.counts().sumOfWeights()));
        }
        fact(
                "Groups (" + words.group() + ")",
                words.count(orNaN(document.counts().nClusters())));
        long dropped = document.counts().nDropped();
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
        Set<ModelDocument.Notice> notices =
                new LinkedHashSet<>(document.verdict().warnings());
        notices.addAll(document.diagnostics().findings());
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
        for (ModelDocument.Notice notice : notices) {
            page.open("li").leaf("strong", ReportWords.title(notice.code()) + ": ");
            page.text(notice.message()).close();
        }
        page.close().close();
    }

    private void effects() {
        page.open("section").leaf("h2", "Effects");
        if (document.estimates().fixed().isEmpty()) {
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
                document.estimates().fixed(),
                "");
        if (words.averagesDiffer()) {
            ReportTables.coefficients(
                    page, "Population-averaged coefficients on " + words.scale(), document.marginal(), "");
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
        double sample = orNaN(document.diagnostics().sampleClusters());
        if (sample < orNaN(document.counts().nClusters())) {
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
        if (!document.estimates().tests().isEmpty()) {
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
                            + document.integration().message() + ".");
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
        ModelDocument.Provenance provenance = document.provenance();
        List<String> parts = new ArrayList<>();
        parts.add(provenance.program() + " " + provenance.version());
        parts.add("fingerprint of the rows " + provenance.rows());
        parts.add("all numbers are those of " + ModelFile.NAME);
        page.leaf("footer", String.join(" · ", parts));
    }
}
