package org.sparkglmm.spark.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.formula.Response;
import org.sparkglmm.core.formula.Variable;
import org.sparkglmm.core.model.Family;

/**
 * Turns what a model reads of each row into column expressions: finds the columns, looks at their types, and says in words
 * what cannot be read.
 */
final class RawValues {
    private final Dataset<Row> table;
    private final boolean text;
    private final TableColumns columns;
    private final String group;
    private final List<RawValue> raws = new ArrayList<>();

    /**
     * @param text whether the table came from text, where an empty field is missing
     * @param group the grouping column
     */
    RawValues(Dataset<Row> table, boolean text, TableColumns columns, String group) {
        this.group = group;
        this.table = table;
        this.text = text;
        this.columns = columns;
    }

    /** The values added so far, in order. */
    List<RawValue> list() {
        return raws;
    }

    /** Adds a column of numbers named by an option; its index. */
    int addNumber(String name, String columnName, Setting where) {
        StructField field = columns.require(columnName, where);
        String sql = TableColumns.quoted(field.name());
        Column value = asNumber(functions.col(sql), field.dataType(), name, where);
        raws.add(new RawValue(name, sql, value, false, null));
        return raws.size() - 1;
    }

    /** Adds the outcome, or the successes. */
    void addResponse(ModelRequest request) {
        Response response = request.formula().response();
        Family family = request.family();
        List<Variable> parts = response.parts();
        Variable first = parts.get(0);
        DataType type = typeOf(first);
        if (family.takesCategories()) {
            if (type instanceof StringType && !request.levels().containsKey(first.name())) {
                throw new UsageException(Sentence.of(
                        "outcome %s is text, which has no order of its own: give the categories from lowest to highest%s",
                        response.text(),
                        Setting.LEVELS
                                .at(response.text() + "=low,middle,high", "")
                                .within(", %s")));
            }
            raws.add(factor(first, type));
            return;
        }
        boolean labelled = type instanceof StringType || first.forcedFactor();
        if (labelled) {
            if (!request.takesLabels()) {
                throw new DataException("outcome " + response.text()
                        + (first.forcedFactor() ? " is a factor" : " is text (" + type.simpleString() + ")")
                        + ", where family " + family.name() + " needs numbers" + advice(type));
            }
            raws.add(factor(first, type));
            return;
        }
        raws.add(guarded(
                new RawValue(
                        response.text(),
                        first.sql(),
                        asNumber(ScalarSql.of(first, columns), type, response.text(), "outcome"),
                        false,
                        null),
                first));
    }

    /** Adds the trials if the left side has them: their index, or -1. */
    int addTrials(Response response) {
        if (response.parts().size() == 1) {
            return -1;
        }
        Variable first = response.parts().get(0);
        Variable second = response.parts().get(1);
        String sql = second.sql();
        Column trials = asNumber(ScalarSql.of(second, columns), typeOf(second), second.name(), "trials");
        if (response.kind() == Response.Kind.SUCCESS_FAILURE) {
            trials = trials.plus(asNumber(ScalarSql.of(first, columns), typeOf(first), first.name(), "outcome"));
            sql = first.sql() + " + " + second.sql();
        }
        raws.add(new RawValue("trials(" + response.text() + ")", sql, trials, false, null));
        return raws.size() - 1;
    }

    /** Adds a variable of the formula, a number or a factor by its type. */
    void addVariable(Variable variable) {
        raws.add(variable(variable));
    }

    /** Adds an offset; its index. */
    int addOffset(Variable offset) {
        raws.add(number(offset, offset.name()));
        return raws.size() - 1;
    }

    private RawValue variable(Variable variable) {
        DataType type = typeOf(variable);
        boolean label = variable.forcedFactor() || type instanceof StringType || type instanceof BooleanType;
        if (label && variable.columns().stream().anyMatch(c -> c.equalsIgnoreCase(group))) {
            throw new UsageException(
                    "formula: " + variable.name() + " is the grouping column; as a factor it would make"
                            + " a column of every " + group + " and print their ids; its random effect stands for it");
        }
        return label ? factor(variable, type) : number(variable, variable.name());
    }

    private RawValue number(Variable variable, String name) {
        DataType type = typeOf(variable);
        Column value = asNumber(ScalarSql.of(variable, columns), type, name, "formula");
        return guarded(new RawValue(name, variable.sql(), value, false, null), variable);
    }

    private RawValue factor(Variable variable, DataType type) {
        Column value = ScalarSql.of(variable, columns);
        Column label;
        Comparator<String> order = Comparator.naturalOrder();
        if (type instanceof BooleanType) {
            label = functions.upper(value.cast(DataTypes.StringType));
        } else if (type instanceof NumericType) {
            // As R prints them: 1, not 1.0.
            Column whole = value.cast(DataTypes.LongType).cast(DataTypes.StringType);
            label = functions
                    .when(functions.isnan(value.cast(DataTypes.DoubleType)), null)
                    .when(value.equalTo(functions.floor(value)), whole)
                    .otherwise(value.cast(DataTypes.StringType));
            order = Comparator.comparingDouble(Double::parseDouble);
        } else {
            Column string = value.cast(DataTypes.StringType);
            label = text ? functions.when(functions.trim(string).notEqual(""), string) : string;
        }
        RawValue raw = guarded(new RawValue(variable.name(), variable.sql(), label, true, order), variable);
        raw.askedFor = variable.forcedFactor() || type instanceof BooleanType;
        return raw;
    }

    private Column asNumber(Column value, DataType type, String name, Serializable where) {
        if (type instanceof BooleanType) {
            return value.cast(DataTypes.IntegerType).cast(DataTypes.DoubleType);
        }
        if (type instanceof NumericType) {
            return value.cast(DataTypes.DoubleType);
        }
        throw new DataException(Sentence.of(
                "%s: %s is of type %s, where numbers are needed%s", where, name, type.simpleString(), advice(type)));
    }

    private static String advice(DataType type) {
        return type instanceof StringType
                ? "; if it holds numbers, some rows hold something else, or they have decimal commas (--decimal , of text):"
                        + " clean the column or read it with --schema"
                : "";
    }

    /** The type of a variable's value; complains about what cannot be a covariate. */
    private DataType typeOf(Variable variable) {
        if (variable.isPlainColumn()) {
            columns.require(variable.columns().get(0), "formula");
        }
        Column value = ScalarSql.of(variable, columns);
        DataType type;
        try {
            type = table.select(value).schema().fields()[0].dataType();
        } catch (Exception e) {
            for (String column : variable.columns()) {
                columns.require(column, "formula, in " + variable.name());
            }
            String reason = e instanceof AnalysisException || e.getMessage() != null
                    ? e.getMessage().lines().findFirst().orElse("").strip()
                    : e.getClass().getSimpleName();
            throw new UsageException("formula: cannot compute " + variable.name() + ": " + reason);
        }
        boolean timestamp = type.typeName().startsWith("timestamp");
        if (type instanceof DateType || timestamp) {
            String column = variable.forcedFactor() ? String.join("", variable.columns()) : variable.name();
            throw new UsageException("formula: " + variable.name() + " is a " + type.simpleString()
                    + (variable.forcedFactor()
                            ? "; make text of it, for example factor(string(" + column + "))"
                            : "; make a number of it, for example I(datediff(" + column + ", '2020-01-01') / 365.25)"));
        }
        boolean usable = type instanceof NumericType || type instanceof StringType || type instanceof BooleanType;
        if (!usable) {
            throw new UsageException("formula: " + variable.name() + " is of type " + type.simpleString()
                    + "; it must be a number, text or true/false");
        }
        return type;
    }

    /**
     * A value computed from a missing one is missing, as in R, whatever the expression makes of it (CASE WHEN bmi > 30
     * makes ELSE of it); an expression that names nulls itself knows what it does.
     */
    private RawValue guarded(RawValue raw, Variable variable) {
        ScalarSql.Reading reading = ScalarSql.read(variable, columns);
        if (reading.namesNulls() || reading.columns().isEmpty()) {
            return raw;
        }
        Column present = null;
        boolean derived = true;
        for (Map.Entry<String, StructField> source : reading.columns().entrySet()) {
            StructField field = source.getValue();
            Column own = functions.col(TableColumns.quoted(field.name()));
            Column here = own.isNotNull();
            if (field.dataType() instanceof DoubleType || field.dataType() instanceof FloatType) {
                here = here.and(functions.not(functions.isnan(own)));
            }
            present = present == null ? here : present.and(here);
            derived &= raws.stream().anyMatch(r -> r.name.equals(source.getKey()));
        }
        raw.sourcesPresent = present;
        raw.derived = derived;
        return raw;
    }
}
