package org.sparkglmm.spark.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkglmm.core.Suggestions;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.inference.CentredEstimates;
import org.sparkglmm.core.inference.RowPredictor;
import org.sparkglmm.core.inference.TrajectoryPoint;

/**
 * The rows at which a fitted model's curves are drawn: every value of a time variable for every combination of some factors, all
 * other covariates at one value. Spark computes from them what the formula computes.
 */
public final class TrajectoryGrid {
    private static final String ORDER = "__order";

    private final ModelRequest request;
    private final List<Covariate> covariates;

    /**
     * @param request a fitted model, with the levels of all its factors
     * @param covariates the columns its covariates are computed from
     */
    public TrajectoryGrid(ModelRequest request, List<Covariate> covariates) {
        this.request = request;
        this.covariates = covariates;
    }

    /**
     * A point of a curve.
     *
     * @param group the values of the factors, in their order
     * @param time the value of the time variable
     * @param curves the mean's, then those of the categories
     */
    public record Point(List<String> group, double time, TrajectoryPoint[] curves) {}

    /**
     * Values of the factors that curves are drawn for: those given, or all levels.
     *
     * @throws UsageException if there is no such covariate, or its values are not known
     */
    public List<String> valuesOf(String name, List<String> given) {
        Covariate covariate = require(name, "--by");
        List<String> levels = levels(covariate.name());
        for (String value : given) {
            if (levels != null && !levels.contains(value)) {
                throw new UsageException(
                        "--by " + name + ": no level '" + value + "'; levels: " + String.join(", ", levels));
            }
        }
        if (!given.isEmpty()) {
            return given;
        }
        if (levels == null) {
            throw new UsageException("--by " + name + ": it is a number, not a factor; say which values, --by " + name
                    + "=" + example(covariate));
        }
        return levels;
    }

    private static String example(Covariate covariate) {
        double m = covariate.mean();
        double ofYesNo = Math.sqrt(Math.max(0, m * (1 - m)));
        if (ofYesNo > 0 && Math.abs(covariate.sd() - ofYesNo) < 0.01 * ofYesNo) {
            // The standard deviation of a column of 0 and 1.
            return "0,1";
        }
        return Double.isNaN(covariate.mean())
                ? "a,b"
                : String.format(
                        Locale.ROOT, "%.3g,%.3g", covariate.mean() - covariate.sd(), covariate.mean() + covariate.sd());
    }

    /** What a covariate is held at when no curve is drawn for it. */
    public Map<String, String> heldValues(String time, List<String> by, Map<String, String> given) {
        for (String name : given.keySet()) {
            require(name, "--set");
        }
        Map<String, String> out = new LinkedHashMap<>();
        for (Covariate covariate : covariates) {
            String name = covariate.name();
            if (name.equalsIgnoreCase(time) || by.stream().anyMatch(name::equalsIgnoreCase)) {
                continue;
            }
            String own = given.entrySet().stream()
                    .filter(e -> e.getKey().equalsIgnoreCase(name))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(null);
            List<String> levels = levels(name);
            if (own != null && levels != null && !levels.contains(own)) {
                throw new UsageException(
                        "--set " + name + ": no level '" + own + "'; levels: " + String.join(", ", levels));
            }
            if (own == null && levels != null) {
                own = levels.get(0);
            } else if (own == null && !Double.isNaN(covariate.mean())) {
                own = String.valueOf(covariate.mean());
            }
            if (own == null) {
                throw new UsageException(
                        "say at which value of " + name + " to draw the curves: --set " + name + "=...");
            }
            out.put(name, own);
        }
        return out;
    }

    /** The time variable as the table calls it; {@link UsageException} if it is not one of the model's. */
    public Covariate time(String name) {
        return require(name, "--time");
    }

    private Covariate require(String name, String option) {
        List<String> names = covariates.stream().map(Covariate::name).toList();
        return covariates.stream()
                .filter(c -> c.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new UsageException(option + ": the model has no covariate '" + name + "'"
                        + Suggestions.nearest(name, names)
                                .map(n -> "; did you mean '" + n + "'?")
                                .orElse("")
                        + " (covariates: " + String.join(", ", names) + ")"));
    }

    /** The levels of a factor by its column, also where the formula says factor(column); null for a number. */
    private List<String> levels(String column) {
        for (String name : List.of(column, TableColumns.quoted(column))) {
            for (String variable : List.of(name, "factor(" + name + ")")) {
                List<String> levels = request.levels().get(variable);
                if (levels != null) {
                    return levels;
                }
            }
        }
        return null;
    }

    /**
     * The curves, group by group.
     *
     * @param fixedNames the columns of X that the fit kept
     * @param auxiliaryNames the same for the predictors of the family's own parameters
     * @param by values of the factors, by name
     * @param held what all other covariates are held at
     */
    public List<Point> points(
            SparkSession spark,
            List<String> fixedNames,
            List<List<String>> auxiliaryNames,
            Predictor.Estimates estimates,
            String time,
            List<Double> times,
            Map<String, List<String>> by,
            Map<String, String> held) {
        List<List<String>> groups = List.of(List.of());
        for (List<String> values : by.values()) {
            List<List<String>> longer = new ArrayList<>();
            for (List<String> group : groups) {
                for (String value : values) {
                    List<String> extended = new ArrayList<>(group);
                    extended.add(value);
                    longer.add(extended);
                }
            }
            groups = longer;
        }
        List<String> names = new ArrayList<>(List.of(time));
        names.addAll(by.keySet());
        names.addAll(held.keySet());
        StructType texts = new StructType().add(ORDER, DataTypes.IntegerType);
        for (String name : names) {
            texts = texts.add(name, DataTypes.StringType);
        }
        List<Row> rows = new ArrayList<>();
        for (List<String> group : groups) {
            for (double at : times) {
                List<Object> row = new ArrayList<>();
                row.add(rows.size());
                row.add(String.valueOf(at));
                row.addAll(group);
                row.addAll(held.values());
                rows.add(RowFactory.create(row.toArray()));
            }
        }
        Dataset<Row> table = typed(spark.createDataFrame(rows, texts));
        Design design = Predictor.design(request, fixedNames, auxiliaryNames, table, false);
        Predictor.requireParameters(design, request.family(), estimates.parameters());
        return evaluate(table, design, estimates, groups, times);
    }

    /** The grid's texts in the types of the model's columns. */
    private Dataset<Row> typed(Dataset<Row> texts) {
        List<Column> typed = new ArrayList<>(List.of(functions.col(ORDER)));
        for (Covariate covariate : covariates) {
            // A text that is no such value becomes null on every Spark, and is then said; a plain cast throws on Spark
            // 4.
            String type = isWhole(covariate.type()) ? "double" : covariate.type();
            typed.add(
                    ScalarSql.tryCast(covariate.name(), DataType.fromDDL(type)).alias(covariate.name()));
        }
        typed.add(functions.lit("").alias(request.group()));
        return texts.select(typed.toArray(Column[]::new));
    }

    private List<Point> evaluate(
            Dataset<Row> table,
            Design design,
            Predictor.Estimates estimates,
            List<List<String>> groups,
            List<Double> times) {
        ModelBinding.PredictorColumns columns = ModelBinding.predictors(request, table, false);
        List<Column> select = new ArrayList<>(List.of(functions.col(ORDER)));
        for (int k = 0; k < columns.values().size(); k++) {
            select.add(columns.values().get(k).alias("__" + k));
        }
        List<Row> raws =
                new ArrayList<>(table.select(select.toArray(Column[]::new)).collectAsList());
        raws.sort(Comparator.comparingInt(r -> r.getInt(0)));
        CentredEstimates centred = estimates.inColumns(design, request.family());
        RowPredictor predictor = new RowPredictor(
                new ModelSpec(centred.design(), request.family(), request.link()),
                centred.parameters(),
                centred.covariance(),
                estimates.errors(),
                estimates.estimability(columns.design()));
        RowEncoder encoder = new RowEncoder(design.raw());
        List<Point> out = new ArrayList<>();
        for (Row row : raws) {
            double[] raw = new double[design.raw().size()];
            for (int k = 0; k < raw.length; k++) {
                raw[k] = encoder.value(row, 1 + k, k);
                if (Double.isNaN(raw[k])) {
                    throw new UsageException(
                            "trajectories: " + design.raw().get(k).name()
                                    + " has no value at some points of the grid; check --grid, --by and --set");
                }
            }
            int i = row.getInt(0);
            out.add(new Point(groups.get(i / times.size()), times.get(i % times.size()), predictor.trajectory(raw)));
        }
        return out;
    }

    /** A grid may fall between whole numbers. */
    private static boolean isWhole(String type) {
        return List.of("TINYINT", "SMALLINT", "INT", "BIGINT").contains(type) || type.startsWith("DECIMAL");
    }
}
