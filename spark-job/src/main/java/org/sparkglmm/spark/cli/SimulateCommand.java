package org.sparkglmm.spark.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.inference.Estimability;
import org.sparkglmm.core.inference.SimulationParameters;
import org.sparkglmm.core.inference.Simulator;
import org.sparkglmm.spark.data.BoundTable;
import org.sparkglmm.spark.data.ModelBinding;
import org.sparkglmm.spark.data.ModelRequest;
import org.sparkglmm.spark.data.OpenTable;
import org.sparkglmm.spark.data.Predictor;
import org.sparkglmm.spark.data.SimulatedOutcomes;
import org.sparkglmm.spark.data.TableSource;
import org.sparkglmm.spark.engine.SparkSessions;
import org.sparkglmm.spark.output.ModelFile;
import org.sparkglmm.spark.output.OutputFolder;
import org.sparkglmm.spark.output.SavedModel;
import org.sparkglmm.spark.output.SmallCounts;
import org.sparkglmm.spark.output.TruthFile;
import org.sparkglmm.spark.output.Visible;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code simulate}: a model and covariates → the same table with new outcomes. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        description = {
            "Draw new outcomes for the rows of a table, from a fitted model or a truth of your own.",
            "Every person gets random effects drawn anew, every row an outcome, in the column on the left side of the"
                    + " formula. Frequency weights are ignored: a row is one outcome. The same seed gives the same outcomes"
                    + " however the rows are stored."
        })
final class SimulateCommand implements Callable<Integer> {
    @Mixin
    private DataOptions data;

    @Mixin
    private DisclosureOptions disclosure;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR|FILE",
            description =
                    "Folder of a fit, or a JSON file: formula, family, and the numbers in the form of model.json.")
    private String model;

    @Option(names = "--seed", defaultValue = "1", description = "Same seed, same outcomes (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    private OutputOptions output;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder for the table (Parquet).")
    private String out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        TableSource source = data.source();
        return data.run(spark -> simulate(spark, source));
    }

    private int simulate(SparkSession spark, TableSource source) {
        Configuration configuration = SparkSessions.hadoop(spark);
        TruthFile.Given given = TruthFile.isFile(model, configuration) ? TruthFile.read(model, configuration) : null;
        SavedModel saved = given == null ? ModelFile.read(model, configuration) : null;
        OutputFolder folder = output.begin(out, configuration, OutputOptions.read(source, model));
        try {
            ModelRequest asked = saved == null ? given.request() : saved.request();
            OpenTable opened = source.open(spark, asked, null);
            data.warn(opened);
            Dataset<Row> table = opened.table();
            folder.requireNotRead(table.inputFiles());
            SimulatedOutcomes outcomes = new SimulatedOutcomes(asked, table, source.isText());
            ModelRequest known = outcomes.request();
            Design design = saved == null
                    ? outcomes.design()
                    : Predictor.kept(outcomes.design(), saved.fixedNames(), saved.auxiliaryNames());
            double[] parameters = saved == null
                    ? given.truth().parameters(design, known.family())
                    : saved.estimates().parameters();
            Predictor.requireParameters(design, known.family(), parameters);
            BoundTable.RowCounts counts = outcomes.count();
            Estimability estimability =
                    saved == null ? Estimability.ALL : saved.estimates().estimability(outcomes.design());
            outcomes.draw(new Simulator(
                            new ModelSpec(design, known.family(), known.link()), parameters, estimability, seed))
                    .write()
                    .mode("append")
                    .parquet(folder.staging());
            report(counts, outcomes.drawn(spark.read().parquet(folder.staging())));
            OutputOptions.commit(folder, spec);
            LeftOut.say(spec, table);
            if (saved != null && saved.lacksAliased()) {
                spec.commandLine().getOut().println(SavedModel.LACKS_ALIASED);
            }
            say(known, SimulationParameters.lines(design, known.family(), parameters));
            return ExitCode.OK;
        } finally {
            folder.abandon();
        }
    }

    /** How many rows got an outcome, and why the others did not. */
    private void report(BoundTable.RowCounts counts, SimulatedOutcomes.Drawn drawn) {
        SmallCounts small = disclosure.counts();
        PrintWriter console = spec.commandLine().getOut();
        console.println("Drew outcomes for " + small.show(drawn.rows()) + " rows of " + small.show(drawn.persons())
                + " persons (seed " + seed + ")");
        if (counts.dropped() > 0) {
            console.println(
                    small.show(counts.dropped()) + " rows have no outcome: a value is missing or a level unknown"
                            + (counts.missing().isEmpty()
                                    ? ""
                                    : " (missing: " + ModelBinding.describe(counts.missing(), small::show) + ")"));
        }
        long impossible = counts.complete() - drawn.rows();
        if (impossible > 0) {
            console.println(small.show(impossible)
                    + " rows have no outcome: the model allows none there (a mean outside the range of"
                    + " its family, or trials or weights that are not positive or not whole), or the data of the fit"
                    + " do not determine it");
        }
    }

    private void say(ModelRequest known, List<String> truth) {
        PrintWriter console = spec.commandLine().getOut();
        console.println(
                "The truth behind them: " + Visible.formula(known.formula().text()) + ", family "
                        + known.family().name() + " (" + known.link().label() + ")");
        truth.forEach(line -> console.println("  " + line));
        console.println("The table is in " + out);
        console.flush();
    }
}
