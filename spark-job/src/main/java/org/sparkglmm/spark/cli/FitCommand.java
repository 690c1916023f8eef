package org.sparkglmm.spark.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.fit.FitListener;
import org.sparkglmm.core.fit.FitOptions;
import org.sparkglmm.core.fit.FitResult;
import org.sparkglmm.core.fit.GlmmFit;
import org.sparkglmm.core.fit.Warning;
import org.sparkglmm.spark.data.BlockLoader;
import org.sparkglmm.spark.data.BoundTable;
import org.sparkglmm.spark.data.ModelBinding;
import org.sparkglmm.spark.data.ModelRequest;
import org.sparkglmm.spark.data.PersonEffects;
import org.sparkglmm.spark.data.Predictor;
import org.sparkglmm.spark.data.TableSource;
import org.sparkglmm.spark.engine.SparkClusterData;
import org.sparkglmm.spark.output.Manifest;
import org.sparkglmm.spark.output.ModelFile;
import org.sparkglmm.spark.output.OutputFolder;
import org.sparkglmm.spark.output.SummaryText;
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
            description = "Quadrature nodes per random effect: auto, or 1 (Laplace) and up.")
    private String nodes;

    @Option(names = "--reml", description = "Restricted maximum likelihood (gaussian).")
    private boolean reml;

    @Option(names = "--optimizer", defaultValue = "newton", description = "newton, lbfgs or bobyqa.")
    private String optimizer;

    @Option(names = "--on-exists", defaultValue = "error", description = "error or overwrite.")
    private String onExists;

    @Option(names = "--write-fitted", description = "Write fitted values of every row too.")
    private boolean writeFitted;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder for the results.")
    private String out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        ModelRequest request = model.request();
        FitOptions options = new FitOptions(parsedNodes(), reml, optimizer);
        TableSource source = data.source();
        return data.run(spark -> fit(spark, source, request, options));
    }

    private int parsedNodes() {
        if (nodes.equals("auto")) {
            return FitOptions.AUTO;
        }
        try {
            int parsed = Integer.parseInt(nodes);
            if (parsed >= 1) {
                return parsed;
            }
        } catch (NumberFormatException e) {
            // Answered below, with the same sentence as a number out of range.
        }
        throw new UsageException("--nodes: must be auto or a whole number from 1, got '" + nodes + "'");
    }

    private int fit(SparkSession spark, TableSource source, ModelRequest request, FitOptions options) {
        OutputFolder folder =
                OutputFolder.begin(out, onExists, spark.sparkContext().hadoopConfiguration());
        JavaRDD<ClusterBlock> blocks = null;
        try {
            PrintWriter err = spec.commandLine().getErr();
            FitListener progress = data.quiet() ? FitListener.SILENT : new ConsoleProgress(err);
            Manifest manifest = new Manifest(spark, source);
            progress.stage("reading " + source.path());
            Dataset<Row> table = source.read(spark);
            BoundTable bound = ModelBinding.bind(request, table, source.isText());
            progress.stage("bringing rows together by " + request.group());
            blocks = BlockLoader.load(bound, request.family());
            FitResult fit = GlmmFit.fit(
                    bound.design(), request.family(), request.link(), new SparkClusterData(blocks), options, progress);
            List<Warning> warnings = warnings(bound, fit);
            progress.stage("writing " + out);
            write(spark, folder, request, source, table, bound, blocks, fit, warnings, manifest);
            PrintWriter console = spec.commandLine().getOut();
            console.println(SummaryText.of(request, fit, bound.counts().dropped(), warnings));
            console.println("Results are in " + out + ": summary.txt, model.json, random_effects/"
                    + (writeFitted ? ", fitted/" : ""));
            console.flush();
            return fit.converged() ? ExitCode.OK : ExitCode.NOT_CONVERGED;
        } finally {
            if (blocks != null) {
                blocks.unpersist(false);
            }
            folder.abandon();
        }
    }

    private static List<Warning> warnings(BoundTable bound, FitResult fit) {
        List<Warning> out = new ArrayList<>();
        if (bound.counts().dropped() > 0) {
            out.add(new Warning(
                    "rows_dropped",
                    "dropped " + bound.counts().dropped() + " of "
                            + bound.counts().total()
                            + " rows with a missing value ("
                            + ModelBinding.describe(bound.counts().missing()) + ")"));
        }
        out.addAll(fit.warnings());
        return out;
    }

    private void write(
            SparkSession spark,
            OutputFolder folder,
            ModelRequest request,
            TableSource source,
            Dataset<Row> table,
            BoundTable bound,
            JavaRDD<ClusterBlock> blocks,
            FitResult fit,
            List<Warning> warnings,
            Manifest manifest) {
        PersonEffects.table(spark, bound, blocks, fit.model(), fit.parameters())
                .write()
                .parquet(folder.part("random_effects"));
        if (writeFitted) {
            Dataset<Row> saved = spark.read().parquet(folder.part("random_effects"));
            new Predictor(spark, withLevels(request, bound), fit.design(), fit.model(), fit.parameters())
                    .predict(table, source.isText(), saved)
                    .write()
                    .parquet(folder.part("fitted"));
        }
        long dropped = bound.counts().dropped();
        folder.write("summary.txt", SummaryText.of(request, fit, dropped, warnings));
        folder.write("manifest.json", manifest.text(request, fit, bound.counts()));
        folder.write(ModelFile.NAME, ModelFile.write(request, fit, bound.levels(), dropped, warnings));
        folder.commit();
    }

    private static ModelRequest withLevels(ModelRequest request, BoundTable bound) {
        return new ModelRequest(
                request.formula(),
                request.family(),
                request.link(),
                request.offset(),
                request.weights(),
                request.precisionWeights(),
                bound.levels());
    }
}
