package org.sparkglmm.spark.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.spark.sql.SparkSession;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.LevelCount;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.design.RawColumn;
import org.sparkglmm.core.fit.DataReport;
import org.sparkglmm.core.model.AuxiliaryParameter;
import org.sparkglmm.core.model.OutcomeSummary;
import org.sparkglmm.spark.data.BlockLoader;
import org.sparkglmm.spark.data.BoundTable;
import org.sparkglmm.spark.data.ColumnsRead;
import org.sparkglmm.spark.data.ModelBinding;
import org.sparkglmm.spark.data.ModelRequest;
import org.sparkglmm.spark.data.OpenTable;
import org.sparkglmm.spark.data.RepeatedRows;
import org.sparkglmm.spark.data.TableSource;
import org.sparkglmm.spark.engine.BlockStore;
import org.sparkglmm.spark.output.SmallCounts;
import org.sparkglmm.spark.output.Visible;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code check}: everything a fit does before fitting, and what it found. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Read and validate, say what would be fitted and what is wrong with the data; fit nothing.")
final class CheckCommand implements Callable<Integer> {
    /** A person, of yes/no outcomes. */
    private static final int FEW_ROWS = 5;

    @Mixin
    private DataOptions data;

    @Mixin
    private ModelOptions model;

    @Mixin
    private DisclosureOptions disclosure;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        ModelRequest request = model.estimator().request();
        TableSource source = data.source();
        return data.run(spark -> check(spark, source, request));
    }

    private int check(SparkSession spark, TableSource source, ModelRequest request) {
        OpenTable table = source.open(spark, request);
        BoundTable bound = ModelBinding.bind(request, table);
        ModelRequest known = bound.request();
        BlockLoader.Loaded loaded = BlockLoader.load(bound, known.family());
        BlockStore blocks = loaded.blocks();
        try {
            DataReport report = DataReport.of(
                    new ModelSpec(bound.design(), known.family(), known.link()),
                    blocks.data(),
                    disclosure.minCellCount());
            print(
                    known,
                    bound,
                    report,
                    ColumnsRead.of(table.table(), known),
                    loaded.personsDropped(),
                    RepeatedRows.in(table.table(), request.group()));
            return ExitCode.OK;
        } finally {
            blocks.release();
        }
    }

    private void print(
            ModelRequest request,
            BoundTable bound,
            DataReport report,
            List<ColumnsRead> columns,
            long personsDropped,
            long repeated) {
        PrintWriter out = spec.commandLine().getOut();
        SmallCounts counts = disclosure.counts();
        DataMoments moments = report.moments();
        out.println("Formula: " + Visible.formula(request.formula().text()));
        out.println(
                "Family:  " + request.family().name() + " (" + request.link().label() + ")");
        out.println("Rows:    "
                // Beside the rows used, those read would give a masked count away.
                + (counts.isSmall(bound.counts().dropped())
                        ? ""
                        : counts.show(bound.counts().total()) + " read, ")
                + counts.show(bound.counts().complete()) + " used, "
                + counts.show(bound.counts().dropped())
                + " dropped"
                + (bound.counts().malformed() > 0 ? "" : " for missing values"));
        if (bound.counts().malformed() > 0) {
            out.println("           more fields than the header: in "
                    + bound.counts().malformed());
        }
        for (Map.Entry<String, Long> missing : bound.counts().missing().entrySet()) {
            out.println("           " + missing.getKey() + ": missing in " + counts.show(missing.getValue()));
        }
        if (personsDropped > 0) {
            out.println("           " + counts.show(personsDropped) + " " + request.group() + " have no complete row");
        }
        out.printf(
                Locale.ROOT,
                "Groups:  %s %s; rows each: %.2f on average, %d at most; %s have a single row%n",
                counts.show(moments.clusters()),
                request.group(),
                (double) moments.rows() / moments.clusters(),
                moments.widest(),
                counts.show(moments.singletons()));
        columns(out, columns, request, moments.clusters() + personsDropped, counts);
        if (request.family().takesTrials()
                && moments.mostTrials() <= 1
                && moments.rows() < FEW_ROWS * moments.clusters()) {
            out.println("           Rule of thumb for yes/no outcomes: " + FEW_ROWS + " rows each or more, and 50 "
                    + request.group() + " (100 with slopes); with fewer trust --nodes auto, not --nodes 1");
        }
        outcome(out, report, moments.outcome(request.family()), counts);
        advice(out, report, moments.outcome(request.family()), counts);
        factors(out, request, report, counts);
        List<DesignColumn> fixed = report.design().fixed();
        out.println("Fixed effects (" + fixed.size() + "): "
                + String.join(", ", report.design().fixedNames()));
        out.println("Random effects by " + request.group() + " ("
                + report.design().randomColumns().size() + "): "
                + String.join(", ", report.design().randomNames()));
        List<AuxiliaryParameter> own = request.family().auxiliary();
        for (int k = 0; k < own.size(); k++) {
            if (own.get(k).role() != AuxiliaryParameter.Role.THRESHOLD) {
                out.println("Predictor of " + own.get(k).label() + ": "
                        + report.design().auxiliaryColumns(k).stream()
                                .map(DesignColumn::name)
                                .collect(Collectors.joining(", ")));
            }
        }
        List<Warning> warnings = new ArrayList<>(bound.warnings());
        warnings.addAll(report.warnings());
        for (Warning warning : warnings) {
            out.println(
                    "Warning (" + warning.code() + "): " + warning.sentence().in(OptionNames::of));
        }
        for (Warning finding : report.findings()) {
            out.println(
                    "Finding (" + finding.code() + "): " + finding.sentence().in(OptionNames::of));
        }
        boolean small = report.moments().levels().stream().anyMatch(l -> l.clusters() < disclosure.minCellCount());
        if (small) {
            out.println("Note: levels with fewer than " + disclosure.minCellCount() + " " + request.group()
                    + " (above) had better be merged with others: what is estimated of them may disclose them");
        }
        if (repeated > 0) {
            out.println(
                    "Note: " + counts.show(repeated) + " rows are the same as another row in every column of the table;"
                            + " all are kept: if the table holds rows twice, take them out");
        }
        if (repeated < 0) {
            out.println("Note: whether rows stand twice was not found out: a column that is not used cannot be read");
        }
        out.println(
                warnings.isEmpty() && report.findings().isEmpty() && !small && repeated <= 0
                        ? "Nothing wrong was found."
                        : report.canBeFitted()
                                ? "The model can be fitted, see above."
                                : "A fit would refuse it, see above.");
        out.flush();
    }

    /** Whether successes, failures or events are so few that their number is not said. */
    private static boolean isRare(DataReport report, SmallCounts counts) {
        DataMoments moments = report.moments();
        boolean yesNo = report.outcome().isProportion();
        double events = yesNo ? Math.min(moments.total(), moments.trials() - moments.total()) : Double.NaN;
        return counts.isSmall(Math.round(events)) && !Double.isNaN(events);
    }

    /** How each column in use was read; the levels of a factor are listed below, so their number is no secret. */
    private static void columns(
            PrintWriter out, List<ColumnsRead> columns, ModelRequest request, long persons, SmallCounts counts) {
        out.println("Columns, as they were read:");
        for (ColumnsRead column : columns) {
            boolean isGroup = column.name().equalsIgnoreCase(request.group());
            long distinct = isGroup ? persons : column.distinct();
            String number = distinct < 0
                    ? "more than " + ColumnsRead.MOST
                    : column.isFactor() ? Long.toString(distinct) : counts.show(distinct);
            out.println("           " + column.name() + ": " + column.words() + ", " + number + " distinct values");
        }
    }

    private static void outcome(PrintWriter out, DataReport report, OutcomeSummary outcome, SmallCounts counts) {
        if (outcome.categories().length == 0) {
            long zeros = Math.round(outcome.zeros() * outcome.weight());
            boolean rare = isRare(report, counts);
            out.println("Outcome: "
                    + (rare
                            // Times the rows it would give the count away.
                            ? "one of its values stands in few rows"
                            : String.format(Locale.ROOT, "mean %.5g", outcome.mean()))
                    + (zeros == 0 || rare
                            ? ""
                            : counts.isSmall(zeros)
                                    ? ", 0 in " + counts.show(zeros) + " rows"
                                    : String.format(Locale.ROOT, ", 0 in %.4g%% of the rows", 100 * outcome.zeros())));
            return;
        }
        RawColumn column = report.design().raw().get(report.design().response());
        out.println("Outcome: ordered categories, from lowest to highest");
        String[] shown = counts.show(
                Arrays.stream(outcome.categories()).mapToLong(Math::round).toArray());
        for (int k = 0; k < shown.length; k++) {
            out.printf(Locale.ROOT, "           %s: %s rows%n", column.levels().get(k), shown[k]);
        }
    }

    /** What the outcome looks like, what suits it, and how visits and dropout go. */
    private void advice(PrintWriter out, DataReport report, OutcomeSummary outcome, SmallCounts counts) {
        if (outcome.categories().length == 0) {
            out.println("           " + report.outcome().words(outcome.zeros(), disclosure.minCellCount()));
            out.println("           made for it: family "
                    + report.outcome().suited(outcome.zeros()).in(OptionNames::of));
        }
        if (report.visits() != null) {
            Map<String, Long> rows = report.visits().rows();
            String dropout = report.visits().dropout(disclosure.minCellCount());
            if (rows != null) {
                String[] shown = counts.show(
                        rows.values().stream().mapToLong(Long::longValue).toArray());
                Iterator<String> times = rows.keySet().iterator();
                out.println("Rows by " + report.visits().variable() + ": "
                        + Arrays.stream(shown)
                                .map(count -> times.next() + ": " + count)
                                .collect(Collectors.joining(", ")));
            }
            if (dropout != null) {
                out.println("Dropout: " + dropout);
            }
        }
    }

    /** Every factor's levels, and the outcome by them; rows of the table that a small cell would give away are masked. */
    private static void factors(PrintWriter out, ModelRequest request, DataReport report, SmallCounts counts) {
        Map<String, List<LevelCount>> factors = new LinkedHashMap<>();
        for (LevelCount level : report.moments().levels()) {
            factors.computeIfAbsent(level.variable(), v -> new ArrayList<>()).add(level);
        }
        List<String> outcomes = request.family().takesCategories()
                ? request.levels().get(request.outcome())
                : List.of("failures", "successes");
        factors.forEach((name, levels) -> {
            out.println("Factor:  " + name + ", reference "
                    + request.levels().get(name).get(0));
            boolean[] hidden = counts.hidden(levels.stream()
                    .map(l -> LongStream.concat(LongStream.of(l.clusters(), l.rows()), Arrays.stream(l.outcomes()))
                            .toArray())
                    .toArray(long[][]::new));
            for (int i = 0; i < hidden.length; i++) {
                LevelCount level = levels.get(i);
                StringBuilder line = new StringBuilder("           " + level.level() + ": ");
                if (hidden[i]) {
                    line.append(
                            counts.isSmall(level.clusters())
                                    ? "fewer than "
                                            + counts.show(level.clusters()).substring(1) + " " + request.group()
                                    : "masked, since it or another level has a small count");
                } else {
                    line.append(level.clusters() + " " + request.group() + ", " + level.rows() + " rows");
                    for (int k = 0; k < level.outcomes().length; k++) {
                        line.append((k == 0 ? "; " : ", ") + outcomes.get(k) + " " + level.outcomes()[k]);
                    }
                }
                out.println(line);
            }
        });
    }
}
