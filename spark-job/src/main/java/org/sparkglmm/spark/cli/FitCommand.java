package org.sparkglmm.spark.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkglmm.core.fit.FitListener;
import org.sparkglmm.ml.Glmm;
import org.sparkglmm.ml.GlmmModel;
import org.sparkglmm.spark.data.TableSource;
import org.sparkglmm.spark.output.Manifest;
import org.sparkglmm.spark.output.OutputFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fit}: read, bring together, fit, write. */
@Command(name = "fit", mixinStandardHelpOptions = true, description = "Fit a model to a table and write the results.")
final class FitCommand implements Callable<Integer> {
    @Mixin
    private DataOptions data;

    @Mixin
    private ModelOptions model;

    @Option(
            names = "--nodes",
            defaultValue = "auto",
            description =
                    "Quadrature nodes per random effect: auto, or 1 (Laplace) and up (default: ${DEFAULT-VALUE}).")
    private String nodes;

    @Option(names = "--reml", description = "Restricted maximum likelihood (gaussian).")
    private boolean reml;

    @Option(
            names = "--optimizer",
            defaultValue = "newton",
            description = "newton, lbfgs or bobyqa (default: ${DEFAULT-VALUE}).")
    private String optimizer;

    @Option(
            names = "--se",
            defaultValue = "model",
            description = "What z, p and intervals rest on: model or robust (sandwich over persons; default: model).")
    private String standardErrors;

    @Option(
            names = "--ci",
            defaultValue = "wald",
            description =
                    "How 95%% intervals are found: wald or profile (likelihood; some ten passes more; default: wald).")
    private String intervals;

    @Option(
            names = "--start",
            paramLabel = "DIR",
            description =
                    "Results of an earlier fit of the same model: begin where it ended (fewer passes, the same results).")
    private String start;

    @Mixin
    private DisclosureOptions disclosure;

    @Mixin
    private OutputOptions output;

    @Option(names = "--write-fitted", description = "Write fitted values of every row too.")
    private boolean writeFitted;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder for the results.")
    private String out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Glmm estimator = model.estimator()
                .setNodes(nodes)
                .setReml(reml)
                .setOptimizer(optimizer)
                .setStandardErrors(standardErrors)
                .setIntervals(intervals)
                .setStart(start)
                .setMinCellCount(disclosure.minCellCount());
        // Complain about the model before a session is started for it.
        estimator.validate();
        TableSource source = data.source();
        return data.run(spark -> fit(spark, source, estimator));
    }

    private int fit(SparkSession spark, TableSource source, Glmm estimator) {
        OutputFolder folder = output.begin(out, spark.sparkContext().hadoopConfiguration(), source.path());
        GlmmModel fitted = null;
        try {
            FitListener progress = data.quiet()
                    ? FitListener.SILENT
                    : new ConsoleProgress(spec.commandLine().getErr());
            Manifest manifest = new Manifest(spark, source);
            progress.stage("reading " + source.path());
            Dataset<Row> table = source.read(spark, estimator.request().group());
            fitted = estimator.fit(source.readToFit(spark, table), source.isText(), progress);
            progress.stage("writing " + out);
            folder.write("manifest.json", manifest.text(fitted.request(), fitted.result(), fitted.rowCounts()));
            fitted.writeTo(folder, writeFitted ? table : null, source.isText());
            folder.commit();
            report(fitted);
            return fitted.result().converged() ? ExitCode.OK : ExitCode.NOT_CONVERGED;
        } finally {
            if (fitted != null) {
                fitted.unpersist();
            }
            folder.abandon();
        }
    }

    private void report(GlmmModel fitted) {
        PrintWriter console = spec.commandLine().getOut();
        console.println(fitted.summary());
        console.println("Results are in " + out + ": summary.txt, report.html, model.json, random_effects/"
                + (writeFitted ? ", fitted/" : ""));
        console.flush();
    }
}
