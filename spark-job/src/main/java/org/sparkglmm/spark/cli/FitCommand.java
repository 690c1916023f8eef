package org.sparkglmm.spark.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.fit.FitListener;
import org.sparkglmm.ml.Glmm;
import org.sparkglmm.ml.GlmmModel;
import org.sparkglmm.spark.data.InputFiles;
import org.sparkglmm.spark.data.OpenTable;
import org.sparkglmm.spark.data.TableSource;
import org.sparkglmm.spark.engine.SparkSessions;
import org.sparkglmm.spark.output.Checkpoint;
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

    @Option(
            names = "--tolerance-loglik",
            defaultValue = "0.1",
            description =
                    "How far the log-likelihood may be off for want of quadrature nodes; --nodes auto takes as many as"
                            + " that needs (default: ${DEFAULT-VALUE}).")
    private double toleranceLogLik;

    @Option(
            names = "--tolerance-estimates",
            defaultValue = "0.02",
            description = "How far the estimates may be, jointly, in standard errors (default: ${DEFAULT-VALUE}).")
    private double toleranceEstimates;

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

    @Option(
            names = "--checkpoint-seconds",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description =
                    "How often what the passes brought is put aside for --on-exists resume (default: ${DEFAULT-VALUE};"
                            + " 0: after every pass).")
    private double checkpointSeconds;

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
                .setToleranceLogLik(toleranceLogLik)
                .setToleranceEstimates(toleranceEstimates)
                .setReml(reml)
                .setOptimizer(optimizer)
                .setStandardErrors(standardErrors)
                .setIntervals(intervals)
                .setStart(start)
                .setMinCellCount(disclosure.minCellCount());
        if (!(checkpointSeconds >= 0)) {
            throw new UsageException("--checkpoint-seconds: must be 0 or more, got " + checkpointSeconds);
        }
        // Complain about the model before a session is started for it.
        estimator.validate();
        TableSource source = data.source();
        return data.run(spark -> fit(spark, source, estimator));
    }

    private int fit(SparkSession spark, TableSource source, Glmm estimator) {
        String[] read = start == null ? OutputOptions.read(source) : OutputOptions.read(source, start);
        OutputFolder folder = output.beginOrResume(out, SparkSessions.hadoop(spark), read);
        Checkpoint checkpoint = null;
        GlmmModel fitted = null;
        try {
            FitListener console = data.quiet()
                    ? FitListener.SILENT
                    : new ConsoleProgress(spec.commandLine().getErr());
            console.stage("reading " + source.path());
            OpenTable table = source.open(spark, estimator.request());
            folder.requireNotRead(table.table().inputFiles());
            InputFiles inputs = InputFiles.of(table.table());
            Manifest manifest = new Manifest(spark, source, inputs, settings(estimator));
            if (folder.isComplete()) {
                return alreadyThere(manifest.requireSame(folder));
            }
            FitListener progress = FitListener.both(console, manifest);
            checkpoint = new Checkpoint(folder, estimator.settings(), checkpointSeconds, progress);
            fitted = estimator.fit(table, OptionNames::of, checkpoint, progress);
            progress.stage("writing " + out);
            fitted.writeTo(folder, writeFitted ? table.table() : null, source.isText(), manifest);
            inputs.requireUnchanged();
            OutputOptions.commit(folder, spec);
            report(fitted);
            if (writeFitted) {
                LeftOut.say(spec, table.table());
            }
            return fitted.result().converged() ? ExitCode.OK : ExitCode.NOT_CONVERGED;
        } catch (UsageException | DataException e) {
            // Another attempt would end here as well.
            folder.forget();
            throw e;
        } catch (Exception e) {
            // Spark throws checked exceptions (lost executors) that its signatures do not name.
            if (checkpoint != null) {
                checkpoint.flush();
            }
            throw e;
        } finally {
            if (fitted != null) {
                fitted.unpersist();
            }
            folder.abandon();
        }
    }

    /** What decides about the folder's contents, the estimates and more. */
    private Map<String, String> settings(Glmm estimator) {
        Map<String, String> all = new LinkedHashMap<>(estimator.settings());
        all.put("start", start == null ? "" : start);
        all.put("write-fitted", String.valueOf(writeFitted));
        return all;
    }

    private int alreadyThere(String status) {
        PrintWriter console = spec.commandLine().getOut();
        console.println(
                "The results are in " + out + " already, of the same command and the same files: nothing to do.");
        console.flush();
        return status.equals("converged") ? ExitCode.OK : ExitCode.NOT_CONVERGED;
    }

    private void report(GlmmModel fitted) {
        PrintWriter console = spec.commandLine().getOut();
        console.print(fitted.summary() + System.lineSeparator());
        console.println("Results are in " + out + ": summary.txt, report.html, model.json, random_effects/"
                + (writeFitted ? ", fitted/" : ""));
        console.flush();
    }
}
