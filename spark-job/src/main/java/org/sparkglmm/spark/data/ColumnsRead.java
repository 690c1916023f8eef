package org.sparkglmm.spark.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.sparkglmm.core.formula.Variable;
import org.sparkglmm.spark.engine.TableParts;

/**
 * What a column that a model uses was read as.
 *
 * @param name its own name
 * @param words its type, as people say it
 * @param isFactor whether the model takes its values, as they stand, for levels of a factor
 * @param distinct how many different values it has, missing ones apart; -1 if they are more than {@link #MOST}
 */
public record ColumnsRead(String name, String words, boolean isFactor, long distinct) {
    /** Nobody counts on. */
    public static final int MOST = 1_000;

    /** The columns in the order in which the model names them, the grouping column first. */
    public static List<ColumnsRead> of(Dataset<Row> table, ModelRequest request) {
        TableColumns columns = new TableColumns(table);
        Map<String, StructField> used = new LinkedHashMap<>();
        Set<String> factors = new HashSet<>();
        List<Variable> variables = new ArrayList<>(request.formula().response().parts());
        variables.addAll(request.variables());
        for (Variable variable : variables) {
            boolean plain = variable.isPlainColumn() || variable.forcedFactor();
            if (plain
                    && request.levels().containsKey(variable.name())
                    && variable.columns().size() == 1) {
                columns.find(variable.columns().get(0)).ifPresent(f -> factors.add(f.name()));
            }
        }
        variables.addAll(request.formula().offsets());
        Stream.of(
                        Stream.of(request.group()),
                        variables.stream().flatMap(v -> v.columns().stream()),
                        Stream.of(request.offset(), request.weights(), request.precisionWeights()))
                .flatMap(s -> s)
                .filter(name -> name != null)
                .forEach(name -> columns.find(name).ifPresent(f -> used.putIfAbsent(f.name(), f)));
        List<StructField> fields = List.copyOf(used.values());
        long[] distinct = count(table, fields);
        List<ColumnsRead> out = new ArrayList<>();
        for (int c = 0; c < fields.size(); c++) {
            StructField field = fields.get(c);
            boolean factor = factors.contains(field.name());
            out.add(new ColumnsRead(field.name(), words(field.dataType(), factor), factor, distinct[c]));
        }
        return out;
    }

    private static String words(DataType type, boolean factor) {
        String own = type.simpleString();
        if (type instanceof StringType) {
            own = "text";
        } else if (type instanceof DoubleType || type instanceof FloatType || type instanceof DecimalType) {
            own = "number";
        } else if (type instanceof NumericType) {
            own = "whole number";
        } else if (type instanceof BooleanType) {
            own = "true or false";
        } else if (type instanceof DateType) {
            own = "date";
        }
        return own + (factor ? ", a factor" : "");
    }

    /** One pass; a column with more values than {@link #MOST} is looked at no further. */
    private static long[] count(Dataset<Row> table, List<StructField> fields) {
        List<Column> select = new ArrayList<>();
        for (int c = 0; c < fields.size(); c++) {
            StructField field = fields.get(c);
            boolean simple = !(field.dataType() instanceof StructType
                    || field.dataType() instanceof ArrayType
                    || field.dataType() instanceof MapType);
            Column own = functions.col(TableColumns.quoted(field.name()));
            select.add((simple ? own.cast("string") : functions.lit(null).cast("string")).alias("__" + c));
        }
        int n = fields.size();
        Distinct all = new Distinct(n);
        TableParts.of(table.select(select.toArray(Column[]::new)), rows -> {
                    Distinct out = new Distinct(n);
                    rows.forEachRemaining(out::add);
                    return List.of(out).iterator();
                })
                .collect(part -> true)
                .forEach(all::merge);
        long[] out = new long[n];
        for (int c = 0; c < n; c++) {
            int size = all.values.get(c).size();
            out[c] = size > MOST ? -1 : size;
        }
        return out;
    }

    /** The values of each column, up to one more than are counted. */
    private static final class Distinct implements Serializable {
        private static final long serialVersionUID = 1;

        private final List<Set<String>> values = new ArrayList<>();

        Distinct(int columns) {
            for (int c = 0; c < columns; c++) {
                values.add(new HashSet<>());
            }
        }

        void add(Row row) {
            for (int c = 0; c < values.size(); c++) {
                if (!row.isNullAt(c) && values.get(c).size() <= MOST) {
                    values.get(c).add(row.getString(c));
                }
            }
        }

        Distinct merge(Distinct next) {
            for (int c = 0; c < values.size(); c++) {
                for (String value : next.values.get(c)) {
                    if (values.get(c).size() <= MOST) {
                        values.get(c).add(value);
                    }
                }
            }
            return this;
        }
    }
}
