package org.sparkglmm.spark.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.spark.data.Predictor;
import org.sparkglmm.spark.data.TableSource;
import org.sparkglmm.spark.output.ModelFile;
import org.sparkglmm.spark.output.OutputFolder;
import org.sparkglmm.spark.output.SavedEffects;
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
        Configuration configuration = spark.sparkContext().hadoopConfiguration();
        ModelFile.Saved saved = ModelFile.read(model, configuration);
        OutputFolder folder = output.begin(out, configuration, OutputOptions.read(source, model));
        try {
            Dataset<Row> table = source.read(spark, saved.request().group());
            folder.requireNotRead(table.inputFiles());
            Design design = Predictor.design(
                    saved.request(), saved.fixedNames(), saved.auxiliaryNames(), table, source.isText());
            Dataset<Row> effects = SavedEffects.read(spark, model, saved, design);
            Predictor predictor = new Predictor(spark, saved.request(), design, saved.estimates());
            predictor
                    .predict(table, source.isText(), effects)
                    .write()
                    .mode("append")
                    .parquet(folder.staging());
            report(spark.read().parquet(folder.staging()));
            OutputOptions.commit(folder, spec);
            return ExitCode.OK;
        } finally {
            folder.abandon();
        }
    }

    /** How many rows got what: nothing is left out in silence. */
    private void report(Dataset<Row> predictions) {
        List<Row> rows = predictions
                .groupBy(Predictor.EFFECTS)
                .agg(functions.count(functions.lit(1)), functions.count(predictions.col(Predictor.RESPONSE_POPULATION)))
                .orderBy(Predictor.EFFECTS)
                .collectAsList();
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
                                    + " of them without a prediction (missing value or unknown level)"
                            : ""));
        }
        console.println("Predictions are in " + out);
        console.flush();
    }
}
