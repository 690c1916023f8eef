package org.sparkglmm.spark.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.inference.FittedModel;
import org.sparkglmm.core.inference.ModelComparison;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.spark.output.ModelFile;
import org.sparkglmm.spark.output.Visible;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code compare}: the anova table of fitted models. Reads model files only, no data. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        description = "Compare models fitted to the same rows: AIC, BIC, likelihood-ratio tests where nested.")
final class CompareCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "DIR", description = "Folders of fits, two or more.")
    private List<String> folders;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (folders.size() < 2) {
            throw new UsageException("compare: needs two or more folders of fits, got " + folders.size());
        }
        Configuration configuration = SessionOptions.fileSystems();
        List<FittedModel> models = new ArrayList<>();
        boolean shortNames =
                folders.stream().map(f -> new Path(f).getName()).distinct().count() == folders.size();
        for (String folder : folders) {
            String name = shortNames ? new Path(folder).getName() : folder;
            models.add(ModelFile.readForComparison(folder, name, configuration));
        }
        print(ModelComparison.of(models));
        return ExitCode.OK;
    }

    private void print(List<ModelComparison.Entry> table) {
        PrintWriter out = spec.commandLine().getOut();
        int width = table.stream()
                .mapToInt(e -> Visible.of(e.model().name()).length())
                .max()
                .orElse(0);
        out.println("Models:");
        for (ModelComparison.Entry entry : table) {
            FittedModel m = entry.model();
            out.printf(
                    "%-" + width + "s  %s   %s (%s), %s%s%n",
                    m.name(),
                    Visible.formula(m.kind().formula()),
                    m.kind().family(),
                    m.kind().link(),
                    m.likelihood().method(),
                    m.likelihood().method().equals("agq")
                            ? " with " + m.likelihood().nodes() + " nodes"
                            : "");
        }
        boolean apart = table.stream().map(CompareCommand::isDensity).distinct().count() > 1;
        out.println();
        out.printf(
                "%-" + width + "s %5s %11s %8s %11s %11s %9s %3s %11s%n",
                "",
                "npar",
                "AIC",
                "dAIC",
                "BIC",
                "logLik",
                "Chisq",
                "Df",
                "Pr(>Chisq)");
        for (ModelComparison.Entry entry : table) {
            FittedModel m = entry.model();
            ModelComparison.Test test = entry.test();
            out.printf(
                    Locale.ROOT,
                    "%-" + width + "s %5d %11.2f %8.2f %11.2f %11.3f%s%n",
                    m.name(),
                    m.likelihood().parameters(),
                    m.aic(),
                    m.aic() - best(table, isDensity(entry)),
                    m.bic(),
                    m.likelihood().value(),
                    test == null
                            ? ""
                            : String.format(Locale.ROOT, " %9.4f %3d %11.4g", test.chiSquare(), test.df(), test.p()));
        }
        for (ModelComparison.Entry entry : table) {
            if (entry.test() != null && !entry.test().note().isEmpty()) {
                out.println("p of " + entry.model().name() + ": " + entry.test().note());
            }
        }
        for (int i = 1; i < table.size(); i++) {
            if (table.get(i).test() == null && isDensity(table.get(i)) == isDensity(table.get(i - 1))) {
                out.println(
                        "No test of " + table.get(i).model().name() + ": "
                                + table.get(i - 1).model().name()
                                + " is not this model with parameters left out, or only at an edge of another kind; compare AIC");
            }
        }
        if (apart) {
            out.println("Note: probabilities of whole numbers and densities of amounts ("
                    + table.stream()
                            .filter(CompareCommand::isDensity)
                            .map(e -> e.model().kind().family())
                            .distinct()
                            .collect(Collectors.joining(", "))
                    + ") are in different units, and no log-likelihood or AIC ranks one against the other; dAIC is within each"
                    + " kind");
        }
        boolean mixed = table.stream()
                        .map(e -> e.model().likelihood().method()
                                + e.model().likelihood().nodes())
                        .distinct()
                        .count()
                > 1;
        if (mixed) {
            out.println(
                    "Note: the log-likelihoods were approximated in different ways (see above), which alone can make a"
                            + " difference; fit all with the same --nodes to be sure");
        }
        out.flush();
    }

    private static boolean isDensity(ModelComparison.Entry entry) {
        // With zeros of their own kind it is called "poisson with zi".
        return Families.named(entry.model().kind().family().split(" ")[0]).isDensity();
    }

    /** The smallest AIC of a kind. */
    private static double best(List<ModelComparison.Entry> table, boolean density) {
        return table.stream()
                .filter(e -> isDensity(e) == density)
                .mapToDouble(e -> e.model().aic())
                .min()
                .orElse(0);
    }
}
