package org.sparkglmm.spark.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.inference.ParameterCovariance;
import org.sparkglmm.spark.data.OpenTable;
import org.sparkglmm.spark.data.PersonEffects;
import org.sparkglmm.spark.data.Predictor;
import org.sparkglmm.spark.data.TableSource;
import org.sparkglmm.spark.engine.SparkSessions;
import org.sparkglmm.spark.output.ModelFile;
import org.sparkglmm.spark.output.OutputFolder;
import org.sparkglmm.spark.output.SavedEffects;
import org.sparkglmm.spark.output.SavedModel;
import org.sparkglmm.spark.output.SmallCounts;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code predict}: a fitted model and any rows → the rows with predictions. */
@Command(
        name = "predict",
        mixinStandardHelpOptions = true,
        description = "Predict for the rows of a table, also of persons the fit never saw.")
final class PredictCommand implements Callable<Integer> {
    @Mixin
    private DataOptions data;

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Folder of a fit.")
    private String model;

    @Mixin
    private OutputOptions output;

    @Mixin
    private DisclosureOptions disclosure;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder for the predictions (Parquet).")
    private String out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        TableSource source = data.source();
        return data.run(spark -> predict(spark, source));
    }

    private int predict(SparkSession spark, TableSource source) {
        Configuration configuration = SparkSessions.hadoop(spark);
        SavedModel saved = ModelFile.read(model, configuration);
        OutputFolder folder = output.begin(out, configuration, OutputOptions.read(source, model));
        try {
            Dataset<Row> effects = SavedEffects.open(spark, model);
            OpenTable opened = source.open(
                    spark, saved.request(), idType(effects, saved.request().group()));
            data.warn(opened);
            Dataset<Row> table = opened.table();
            folder.requireNotRead(table.inputFiles());
            Design design = Predictor.design(
                    saved.request(), saved.fixedNames(), saved.auxiliaryNames(), table, source.isText());
            SavedEffects.requireOf(saved, design, model, effects);
            Predictor predictor = new Predictor(spark, saved.request(), design, saved.estimates());
            predictor
                    .predict(table, source.isText(), effects)
                    .write()
                    .mode("append")
                    .parquet(folder.staging());
            Dataset<Row> predictions = spark.read().parquet(folder.staging());
            reportOpen(predictions, saved);
            reportErrors(predictions, effects);
            long undetermined = predictor.undetermined(table, source.isText());
            if (undetermined > 0) {
                spec.commandLine()
                        .getOut()
                        .println(disclosure.counts().show(undetermined)
                                + " rows have no prediction, because the data of the fit do not determine it ("
                                + String.join(", ", saved.estimates().droppedColumns())
                                + (saved.estimates().droppedColumns().size() == 1 ? " was" : " were")
                                + " dropped there; see the warnings of the fit)");
            }
            if (saved.lacksAliased()) {
                spec.commandLine().getOut().println(SavedModel.LACKS_ALIASED);
            }
            report(
                    Predictor.counts(predictions, saved.request()),
                    saved.request().group(),
                    Predictor.differingIdTypes(table, effects, saved.request().group()));
            LeftOut.say(spec, table);
            OutputOptions.commit(folder, spec);
            return ExitCode.OK;
        } finally {
            folder.abandon();
        }
    }

    private static DataType idType(Dataset<Row> effects, String group) {
        return Arrays.stream(effects.schema().fields())
                .filter(f -> f.name().equalsIgnoreCase(group))
                .map(StructField::dataType)
                .findFirst()
                .orElse(null);
    }

    /** How many rows got what: nothing is left out in silence. */
    private void report(List<Row> rows, String group, String types) {
        SmallCounts counts = disclosure.counts();
        PrintWriter console = spec.commandLine().getOut();
        for (Row row : rows) {
            String source =
                    switch (row.getString(0)) {
                        case "fit" -> "with the person's effects from the fit";
                        case "rows" -> "with effects estimated from the person's rows here";
                        default -> "without effects of the person (population prediction)";
                    };
            long missing = row.getLong(1) - row.getLong(2);
            console.println(counts.show(row.getLong(1)) + " rows " + source
                    + (missing > 0
                            ? ", " + counts.show(missing)
                                    + " of them without a prediction (missing value, unknown level, or not determined by the data of the"
                                    + " fit)"
                            : "")
                    + (row.getLong(3) > 0 ? "; " + counts.show(row.getLong(3)) + " " + group : ""));
        }
        if (!rows.isEmpty() && rows.stream().noneMatch(row -> row.getString(0).equals("fit"))) {
            console.println("Warning (no_known_ids): none of the " + group + " of the data is among those of the fit"
                    + (types.isEmpty() ? "" : " (" + types + ")"));
        }
        console.println("Predictions are in " + out);
        console.flush();
    }

    /** Rows whose prediction rests on what has no finite estimate: it is as far out as the search for one went. */
    private void reportOpen(Dataset<Row> predictions, SavedModel saved) {
        ParameterCovariance covariance = saved.estimates().covariance();
        int[] open = covariance.openAlone();
        // Where no effect has a standard error of this kind, it is not for these.
        boolean some = Arrays.stream(covariance.standardErrors(saved.estimates().errors()))
                .anyMatch(se -> !Double.isNaN(se));
        if (open.length == 0 || !some) {
            return;
        }
        long rows = predictions
                .filter(predictions.col(Predictor.RESPONSE_POPULATION).isNotNull())
                .filter(predictions.col("se_" + Predictor.RESPONSE_POPULATION).isNull())
                .count();
        if (rows > 0) {
            spec.commandLine()
                    .getOut()
                    .println(
                            disclosure.counts().show(rows)
                                    + " rows have a prediction without a standard error: it rests on "
                                    + Arrays.stream(open)
                                            .mapToObj(saved.parameterNames()::get)
                                            .collect(Collectors.joining(", "))
                                    + ", which the data of the fit leave open, and is as far out as the search for an estimate went");
        }
    }

    /** Standard errors that the fit's folder does not allow are left out, and said to be. */
    private void reportErrors(Dataset<Row> predictions, Dataset<Row> effects) {
        boolean keptNone = !PersonEffects.hasDerivatives(effects);
        if (!keptNone && PersonEffects.withoutDerivatives(effects) == 0) {
            return;
        }
        long without = predictions
                .filter(predictions.col(Predictor.EFFECTS).equalTo("fit"))
                .filter(predictions.col(Predictor.LINK_CONDITIONAL).isNotNull())
                .filter(predictions.col("se_" + Predictor.LINK_CONDITIONAL).isNull())
                .count();
        if (without > 0) {
            PrintWriter console = spec.commandLine().getOut();
            console.println(disclosure.counts().show(without)
                    + " rows have a conditional prediction without a standard error, because "
                    + (keptNone
                            ? "the model was fitted by an earlier version, whose random_effects/ does not hold how the"
                                    + " effects move with the parameters; fit it again"
                            : "the fit has too many persons and parameters to keep how the effects of each move with the"
                                    + " parameters; fit --write-fitted gives those of the fitted rows"));
            console.flush();
        }
    }
}
