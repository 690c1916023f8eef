package org.sparkglmm.spark.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.NumericType;
import org.sparkglmm.core.fit.FitListener;
import org.sparkglmm.core.fit.PassJournal;
import org.sparkglmm.ml.Glmm;
import org.sparkglmm.ml.GlmmModel;
import org.sparkglmm.spark.data.TableSource;
import org.sparkglmm.spark.output.OutputFolder;

/**
 * A fit as a multiple of a plain {@code GROUP BY} of its grouping column over the same columns of the same table, in one
 * session, in turn. Arguments: table, formula, family, nodes separated by commas, repetitions, folder for results.
 *
 * <p>A fit is all from the table to the written folder. The first round of all is cold: code not compiled, files not yet read.
 */
public final class GroupByBenchmark {
    private static final String WRITING = "writing";

    private final SparkSession spark;
    private final String table;
    private final Glmm estimator;
    private final String out;

    private GroupByBenchmark(SparkSession spark, String table, Glmm estimator, String out) {
        this.spark = spark;
        this.table = table;
        this.estimator = estimator;
        this.out = out;
    }

    /** One round: seconds of the aggregation, of the fit, and of the fit's stages in their order. */
    private record Round(double groupBy, double fit, Map<String, Double> stages, int passes) {
        double ratio() {
            return fit / groupBy;
        }
    }

    public static void main(String[] arguments) {
        int repetitions = Integer.parseInt(arguments[4]);
        try (SparkSession spark = SparkSession.builder().getOrCreate()) {
            for (String nodes : arguments[3].split(",")) {
                Glmm estimator = new Glmm()
                        .setFormula(arguments[1])
                        .setFamily(arguments[2])
                        .setNodes(nodes);
                GroupByBenchmark benchmark = new GroupByBenchmark(spark, arguments[0], estimator, arguments[5]);
                List<Round> rounds = new ArrayList<>();
                for (int i = 0; i <= repetitions; i++) {
                    rounds.add(benchmark.round());
                }
                print(nodes, rounds);
            }
        }
    }

    private Round round() {
        double start = seconds();
        groupBy();
        double groupBy = seconds() - start;
        Clock clock = new Clock();
        GlmmModel model = fit(clock);
        Map<String, Double> stages = clock.stop();
        double fit = stages.values().stream().mapToDouble(Double::doubleValue).sum();
        model.unpersist();
        return new Round(groupBy, fit, stages, model.result().optimizer().passes());
    }

    /** Counts the rows of every person and adds up the numbers, or takes the greatest of the texts, of the columns that the formula names. */
    private void groupBy() {
        String group = estimator.request().group();
        Dataset<Row> rows = new TableSource(table, null, null).read(spark, group);
        List<Column> aggregates = new ArrayList<>();
        for (String name : rows.columns()) {
            boolean used = Pattern.compile("\\b" + Pattern.quote(name) + "\\b")
                    .matcher(estimator.getOrDefault(estimator.formula()))
                    .find();
            if (used && !name.equals(group)) {
                boolean number = rows.schema().apply(name).dataType() instanceof NumericType;
                aggregates.add(number ? functions.sum(name) : functions.max(name));
            }
        }
        rows.groupBy(group)
                .agg(functions.count(functions.lit(1)), aggregates.toArray(Column[]::new))
                .write()
                .format("noop")
                .mode("overwrite")
                .save();
    }

    private GlmmModel fit(Clock clock) {
        OutputFolder folder = OutputFolder.begin(
                out, OutputFolder.OnExists.OVERWRITE, spark.sparkContext().hadoopConfiguration(), table);
        try {
            clock.stage("reading");
            Dataset<Row> rows = new TableSource(table, null, null)
                    .read(spark, estimator.request().group());
            GlmmModel model = estimator.fit(rows, false, PassJournal.NONE, clock);
            clock.stage(WRITING);
            model.writeTo(folder, null, false, null);
            folder.commit();
            return model;
        } finally {
            folder.abandon();
        }
    }

    private static double seconds() {
        return System.nanoTime() / 1e9;
    }

    /** Adds up the time between one stage and the next. */
    private static final class Clock implements FitListener {
        private final Map<String, Double> stages = new LinkedHashMap<>();
        private String open;
        private double since;

        @Override
        public void stage(String name) {
            double now = seconds();
            if (open != null) {
                stages.merge(open, now - since, Double::sum);
            }
            open = name;
            since = now;
        }

        Map<String, Double> stop() {
            stage(null);
            return stages;
        }
    }

    private static void print(String nodes, List<Round> rounds) {
        Round cold = rounds.get(0);
        List<Round> warm = rounds.subList(1, rounds.size());
        System.out.printf("%n%s nodes, %d passes%n", nodes, cold.passes());
        System.out.printf("  %-54s %9s %9s%n", "", "first", "median");
        line("GROUP BY, s", cold, warm, Round::groupBy);
        line("fit, s", cold, warm, Round::fit);
        line("fit / GROUP BY", cold, warm, Round::ratio);
        for (String stage : cold.stages().keySet()) {
            line("  " + stage, cold, warm, round -> round.stages().getOrDefault(stage, 0.0));
        }
    }

    private static void line(String name, Round cold, List<Round> warm, ToDoubleFunction<Round> value) {
        double[] sorted = warm.stream().mapToDouble(value).sorted().toArray();
        double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
        System.out.printf(Locale.ROOT, "  %-54s %9.2f %9.2f%n", name, value.applyAsDouble(cold), median);
    }
}
