package org.sparkglmm.spark.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.TimestampType;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.design.ClusterIds;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.formula.Response;
import org.sparkglmm.core.formula.Variable;
import org.sparkglmm.core.inference.Simulator;
import org.sparkglmm.core.model.Family;

/**
 * A table whose outcomes are to be drawn anew from a model. All other columns pass through as they are.
 *
 * <p>What a row draws depends on the seed, the person, and the row's place among the person's rows when these are sorted by
 * everything in them but the old outcome; so not on how the rows are spread over files and cores. Rows that are equal in all of
 * that get draws of their own, and which of them gets which makes no difference to the table.
 */
public final class SimulatedOutcomes {
    private static final String ID = "__id";
    private static final String NUMBER = "__number";
    private static final String DRAWN = "__drawn";

    private final ModelRequest request;
    private final Dataset<Row> table;
    private final boolean text;
    private final ModelBinding.PredictorColumns columns;
    private final TableColumns own;
    private final List<OutcomeColumn> outcomes;

    /**
     * @param model levels that it does not say are found in the table
     * @param text whether the table came from text, where an empty field is missing
     * @throws UsageException if model and columns do not go together, or the outcome is no column of its own
     */
    public SimulatedOutcomes(ModelRequest model, Dataset<Row> table, boolean text) {
        this.table = table;
        this.text = text;
        own = new TableColumns(table);
        requirePlainOutcome(model);
        request = ModelBinding.findLevelsWithoutOutcome(model, table, text);
        columns = ModelBinding.withoutOutcome(request, table, text);
        outcomes = outcomes();
    }

    /** The model with the levels of all its factors. */
    public ModelRequest request() {
        return request;
    }

    /** Its design, with trials or precision weight among the raw values if the model has them. */
    public Design design() {
        return columns.design();
    }

    /** How many rows of the table with its new outcomes have one, and how many persons. */
    public Drawn drawn(Dataset<Row> written) {
        Column outcome = functions.col(TableColumns.quoted(outcomes.get(0).name()));
        Column id = functions.col(TableColumns.quoted(columns.id().name()));
        Row row = written.filter(outcome.isNotNull())
                .agg(functions.count(functions.lit(1)), functions.countDistinct(id))
                .first();
        return new Drawn(row.getLong(0), row.getLong(1));
    }

    /** What got outcomes. */
    public record Drawn(long rows, long persons) {}

    /** The rows, and those that have everything an outcome needs. */
    public BoundTable.RowCounts count() {
        return ModelBinding.countWithoutOutcome(request, table, text);
    }

    /** New outcomes replace columns: they must be such, and nothing that the outcome depends on may be among them. */
    private static void requirePlainOutcome(ModelRequest model) {
        Response response = model.formula().response();
        Set<String> replaced = new LinkedHashSet<>();
        for (Variable part : response.parts()) {
            if (!part.isPlainColumn()) {
                throw new UsageException("formula: the outcome " + part.name()
                        + " is computed, and new outcomes can be written to a column only; put the name of one on the"
                        + " left side");
            }
            replaced.add(lower(part.columns().get(0)));
        }
        if (response.kind() == Response.Kind.SUCCESS_TRIALS) {
            replaced.remove(lower(response.parts().get(1).columns().get(0)));
        }
        Stream.of(
                        model.variables().stream().flatMap(v -> v.columns().stream()),
                        model.formula().offsets().stream().flatMap(v -> v.columns().stream()),
                        Stream.of(model.group()),
                        Stream.ofNullable(model.offset()),
                        Stream.ofNullable(model.precisionWeights()))
                .flatMap(s -> s)
                .filter(name -> replaced.contains(lower(name)))
                .findFirst()
                .ifPresent(name -> {
                    throw new UsageException("formula: " + name + " is the outcome and cannot help to draw it too");
                });
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** The columns to write: the outcome; successes; or successes and failures. */
    private List<OutcomeColumn> outcomes() {
        Family family = request.family();
        Response response = request.formula().response();
        String name = response.parts().get(0).columns().get(0);
        StructField field = own.find(name).orElse(null);
        DataType type = field == null ? null : field.dataType();
        String written = field == null ? name : field.name();
        List<String> labels = request.levels().get(request.outcome());
        if (labels != null && !family.takesCategories() && !(request.takesLabels() && labels.size() == 2)) {
            throw new UsageException("levels: outcome " + name + " of family " + family.name()
                    + (request.takesLabels() ? " has two labels, the second the success" : " has no labels"));
        }
        if (labels == null && type instanceof StringType && request.takesLabels()) {
            throw new UsageException(
                    "levels: outcome " + name + " is text; give its two labels in the model, the success last");
        }
        if (labels != null) {
            return List.of(OutcomeColumn.ofLabels(written, type, labels));
        }
        boolean single = response.parts().size() == 1;
        boolean whole = Simulator.drawsWholeNumbers(family);
        List<OutcomeColumn> out = new ArrayList<>();
        out.add(OutcomeColumn.ofNumbers(written, type, whole, single && family.takesTrials()));
        if (response.kind() == Response.Kind.SUCCESS_FAILURE) {
            StructField failures = own.require(response.parts().get(1).columns().get(0), "formula");
            out.add(OutcomeColumn.ofNumbers(failures.name(), failures.dataType(), whole, false));
        }
        return out;
    }

    /**
     * The table with new outcomes, null where a row cannot have one: a value that it needs is missing, a level unknown, or the
     * model has no outcome there.
     *
     * @param simulator of {@link #design}, columns that a fit dropped gone or not
     */
    public Dataset<Row> draw(Simulator simulator) {
        List<Column> select = new ArrayList<>(List.of(functions.col("*")));
        int values = columns.values().size();
        for (int k = 0; k < values; k++) {
            select.add(columns.values().get(k).alias(value(k)));
        }
        select.add(columns.id().encode().alias(ID));
        Dataset<Row> rows = table.select(select.toArray(Column[]::new));
        Dataset<Row> numbered = rows.withColumn(
                NUMBER,
                functions
                        .row_number()
                        .over(Window.partitionBy(functions.col(ID)).orderBy(order())));
        Column[] needed = Stream.concat(
                        IntStream.range(0, values).mapToObj(SimulatedOutcomes::value), Stream.of(ID, NUMBER))
                .map(functions::col)
                .toArray(Column[]::new);
        Draw each = new Draw(columns, simulator, outcomes);
        Dataset<Row> drawn = numbered.withColumn(
                DRAWN, functions.udf(each, DataTypes.DoubleType).apply(functions.struct(needed)));
        return drawn.select(written());
    }

    private static String value(int k) {
        return "__" + k;
    }

    /** All columns in their order, outcomes replaced, or last if the table had none. */
    private Column[] written() {
        List<Column> out = new ArrayList<>();
        List<String> names = outcomes.stream().map(OutcomeColumn::name).toList();
        List<String> there = Arrays.asList(table.columns());
        for (StructField field : table.schema().fields()) {
            int which = names.indexOf(field.name());
            Column own = functions.col(TableColumns.quoted(field.name()));
            out.add(which >= 0 ? written(which) : own.as(field.name(), UnreadableColumns.without(field.metadata())));
        }
        if (!there.contains(names.get(0))) {
            out.add(written(0));
        }
        return out.toArray(Column[]::new);
    }

    private Column written(int which) {
        Column drawn = functions.col(DRAWN);
        Column rest = functions.col(value(Math.max(0, design().size()))).minus(drawn);
        OutcomeColumn column = outcomes.get(which);
        return column.of(which == 0 ? drawn : rest).alias(column.name());
    }

    /** By all columns that are not replaced, and the number of trials, which is not always among them. */
    private Column[] order() {
        List<Column> out = new ArrayList<>();
        List<String> replaced = outcomes.stream().map(OutcomeColumn::name).toList();
        for (StructField field : table.schema().fields()) {
            if (!replaced.contains(field.name())) {
                out.add(ordered(field));
            }
        }
        if (design().size() >= 0) {
            out.add(functions.col(value(design().size())));
        }
        return out.toArray(Column[]::new);
    }

    /** A column as Spark sorts it; of what it cannot sort, such as maps, the text. */
    private static Column ordered(StructField field) {
        Column column = functions.col(TableColumns.quoted(field.name()));
        DataType type = field.dataType();
        boolean simple = type instanceof NumericType
                || type instanceof StringType
                || type instanceof BooleanType
                || type instanceof BinaryType
                || type instanceof DateType
                || type instanceof TimestampType;
        return simple
                ? column
                : functions.to_json(
                        functions.struct(column),
                        Map.of("timestampFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX", "ignoreNullFields", "false"));
    }

    /** Raw values, id and number of a row → outcome. */
    private static final class Draw implements UDF1<Row, Double>, Serializable {
        private static final long serialVersionUID = 1;

        private final Design design;
        private final boolean longIds;
        private final Simulator simulator;
        private final String[] names;
        private final String[] types;
        private final double[] largest;
        private transient RowEncoder encoder;

        Draw(ModelBinding.PredictorColumns columns, Simulator simulator, List<OutcomeColumn> outcomes) {
            this.design = columns.design();
            this.longIds = columns.id().travelsAsLong();
            this.simulator = simulator;
            this.names = outcomes.stream().map(OutcomeColumn::name).toArray(String[]::new);
            this.types = outcomes.stream().map(o -> o.type().simpleString()).toArray(String[]::new);
            this.largest = outcomes.stream().mapToDouble(OutcomeColumn::largest).toArray();
        }

        @Override
        public Double call(Row row) {
            if (encoder == null) {
                encoder = new RowEncoder(design.raw());
            }
            int id = design.raw().size();
            if (row.isNullAt(id)) {
                return null;
            }
            double[] raw = new double[id];
            for (int k = 0; k < id; k++) {
                raw[k] = encoder.value(row, k, k);
            }
            long person = longIds ? ClusterIds.hashOf(row.getLong(id)) : ClusterIds.hashOf(row.getString(id));
            double y = simulator.outcome(raw, person, row.getInt(id + 1));
            if (Double.isNaN(y)) {
                return null;
            }
            requireFits(0, y);
            if (largest.length > 1) {
                requireFits(1, raw[design.size()] - y);
            }
            return y;
        }

        private void requireFits(int which, double value) {
            if (!(Math.abs(value) <= largest[which])) {
                throw new DataException("outcome " + names[which] + ": a drawn value is too large for its type, "
                        + types[which] + "; correct the truth, or make the column a double");
            }
        }
    }
}
