package org.sparkglmm.spark.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.spark.data.Covariate;
import org.sparkglmm.spark.data.TrajectoryGrid;
import org.sparkglmm.spark.engine.SparkSessions;
import org.sparkglmm.spark.output.ModelFile;
import org.sparkglmm.spark.output.OutputFolder;
import org.sparkglmm.spark.output.SavedModel;
import org.sparkglmm.spark.output.TrajectoryTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code trajectories}: a fitted model's curves over time. Reads the model file only, no data. */
@Command(
        name = "trajectories",
        mixinStandardHelpOptions = true,
        description =
                "Draw a fit's curves over time: the typical person, the population average, the spread between persons.")
final class TrajectoriesCommand implements Callable<Integer> {
    private static final int MOST_POINTS = 10_000;
    private static final int STEPS = 20;

    @Mixin
    private SessionOptions session;

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Folder of a fit.")
    private String model;

    @Option(names = "--time", required = true, paramLabel = "COL", description = "The column along which to draw.")
    private String time;

    @Option(
            names = "--grid",
            required = true,
            paramLabel = "FROM:TO[:STEP]",
            description = "Its values, '0:12' or '0:12:0.5'; or a list, '0,1,3,6'.")
    private String grid;

    @Option(
            names = "--by",
            paramLabel = "COL[=a,b]",
            description = "Curves for each level of a factor, or for these values of a column. Repeatable.")
    private List<String> by = new ArrayList<>();

    @Option(
            names = "--set",
            paramLabel = "COL=VALUE",
            description =
                    "Where to hold another covariate (default: numbers at their mean, factors at their reference)."
                            + " Repeatable.")
    private List<String> set = new ArrayList<>();

    @Mixin
    private OutputOptions output;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder for the curves.")
    private String out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<Double> times = parsedGrid();
        Map<String, List<String>> groups = new LinkedHashMap<>();
        for (String entry : by) {
            int equals = entry.indexOf('=');
            String name = plain(equals < 0 ? entry : entry.substring(0, equals));
            if (name.equalsIgnoreCase(plain(time)) || groups.containsKey(name)) {
                throw new UsageException(
                        "--by " + name + ": " + (groups.containsKey(name) ? "given twice" : "it is --time"));
            }
            groups.put(
                    name,
                    equals < 0
                            ? List.of()
                            : Arrays.stream(entry.substring(equals + 1).split(",", -1))
                                    .map(String::strip)
                                    .toList());
        }
        Map<String, String> held = new LinkedHashMap<>();
        for (String entry : set) {
            int equals = entry.indexOf('=');
            if (equals < 1) {
                throw new UsageException("--set: must be COL=VALUE, got '" + entry + "'");
            }
            String name = plain(entry.substring(0, equals));
            boolean drawn = name.equalsIgnoreCase(plain(time))
                    || groups.keySet().stream().anyMatch(name::equalsIgnoreCase);
            if (drawn || held.containsKey(name)) {
                throw new UsageException("--set " + name + ": " + (drawn ? "it is --time or --by" : "given twice"));
            }
            held.put(name, entry.substring(equals + 1).strip());
        }
        return session.run(spec, spark -> draw(spark, times, groups, held));
    }

    private int draw(
            SparkSession spark, List<Double> times, Map<String, List<String>> groups, Map<String, String> given) {
        Configuration configuration = SparkSessions.hadoop(spark);
        SavedModel saved = ModelFile.read(model, configuration);
        TrajectoryGrid curves = new TrajectoryGrid(saved.request(), saved.covariates());
        Covariate along = curves.time(plain(time));
        Map<String, List<String>> values = new LinkedHashMap<>();
        groups.forEach((name, some) -> values.put(name, curves.valuesOf(name, some)));
        Map<String, String> held = curves.heldValues(along.name(), List.copyOf(values.keySet()), given);
        long points = times.size();
        for (List<String> some : values.values()) {
            points *= some.size();
        }
        if (points > MOST_POINTS) {
            throw new UsageException("--grid, --by: must give at most " + MOST_POINTS + " points, got " + points
                    + "; use a coarser grid");
        }
        OutputFolder folder = output.begin(out, configuration, model);
        try {
            List<TrajectoryGrid.Point> drawn = curves.points(
                    spark,
                    saved.fixedNames(),
                    saved.auxiliaryNames(),
                    saved.estimates(),
                    along.name(),
                    times,
                    values,
                    held);
            TrajectoryTable table =
                    new TrajectoryTable(saved.request(), along.name(), List.copyOf(values.keySet()), held, drawn);
            folder.write("trajectories.csv", table.csv());
            folder.write("trajectories.html", table.html());
            OutputOptions.commit(folder, spec);
            PrintWriter console = spec.commandLine().getOut();
            console.println(drawn.size() + " points of " + along.name()
                    + (values.isEmpty() ? "" : " by " + String.join(", ", values.keySet()))
                    + (held.isEmpty()
                            ? ""
                            : "; other covariates at "
                                    + held.entrySet().stream()
                                            .map(e -> e.getKey() + " = " + e.getValue())
                                            .collect(Collectors.joining(", "))));
            long undetermined = drawn.stream()
                    .filter(p -> Double.isNaN(p.curves()[0].typical()))
                    .count();
            if (undetermined > 0) {
                console.println(undetermined + (undetermined == 1 ? " point has" : " points have")
                        + " no value, because the data of the fit do not determine it ("
                        + String.join(", ", saved.estimates().droppedColumns())
                        + (saved.estimates().droppedColumns().size() == 1 ? " was" : " were")
                        + " dropped there; see the warnings of the fit)");
            }
            if (saved.lacksAliased()) {
                console.println(SavedModel.LACKS_ALIASED);
            }
            console.println("Curves are in " + out + ": trajectories.csv, trajectories.html");
            console.flush();
            return ExitCode.OK;
        } finally {
            folder.abandon();
        }
    }

    /** A column's own name, also where it is given in backticks as the formula has it. */
    private static String plain(String name) {
        String stripped = name.strip();
        boolean quoted = stripped.length() > 2 && stripped.startsWith("`") && stripped.endsWith("`");
        return quoted ? stripped.substring(1, stripped.length() - 1) : stripped;
    }

    private List<Double> parsedGrid() {
        try {
            if (grid.contains(",") || !grid.contains(":")) {
                return Arrays.stream(grid.split(",", -1)).map(v -> finite(v)).toList();
            }
            String[] parts = grid.split(":", -1);
            double from = finite(parts[0]);
            double to = finite(parts[1]);
            double step = parts.length > 2 ? finite(parts[2]) : (to - from) / STEPS;
            if (parts.length <= 3 && step > 0 && to > from && (to - from) / step <= MOST_POINTS) {
                List<Double> out = new ArrayList<>();
                // A last step that rounding puts just beyond the end still counts.
                long steps = (long) Math.floor((to - from) / step + 1e-9);
                for (long k = 0; k <= steps; k++) {
                    out.add(from + k * step);
                }
                return out;
            }
        } catch (NumberFormatException e) {
            // Answered below with the same sentence.
        }
        throw new UsageException("--grid: must be FROM:TO or FROM:TO:STEP, rising and in at most " + MOST_POINTS
                + " steps, or a list of numbers, got '" + grid + "'");
    }

    private static double finite(String text) {
        double value = Double.parseDouble(text.strip());
        if (!Double.isFinite(value)) {
            throw new NumberFormatException(text);
        }
        return value;
    }
}
