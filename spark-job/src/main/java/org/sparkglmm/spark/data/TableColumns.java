package org.sparkglmm.spark.data;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.Suggestions;
import org.sparkglmm.core.UsageException;

/** The columns of a table, looked up as Spark does: exactly, or else without regard to case. */
final class TableColumns {
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+[.,]?\\d*|[.,]\\d+)([eE][+-]?\\d+)?");

    private final StructField[] fields;
    private final Map<String, String> unreadable;

    TableColumns(Dataset<Row> table) {
        fields = Arrays.stream(table.schema().fields())
                .filter(f ->
                        !f.name().equals(TableSource.MALFORMED) && !f.name().equals(TableSource.SURPLUS))
                .toArray(StructField[]::new);
        unreadable = UnreadableColumns.reasons(table.schema());
    }

    /** A name as Spark SQL reads it whatever characters it has. */
    static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    /** @throws DataException if the table has it, and goes without it since it cannot be read */
    Optional<StructField> find(String name) {
        Optional<StructField> exact =
                Arrays.stream(fields).filter(f -> f.name().equals(name)).findFirst();
        Optional<StructField> found = exact.isPresent()
                ? exact
                : Arrays.stream(fields)
                        .filter(f -> f.name().equalsIgnoreCase(name))
                        .findFirst();
        if (found.isEmpty()) {
            unreadable.forEach((column, reason) -> {
                if (column.equalsIgnoreCase(name)) {
                    throw new DataException("column " + column + " " + reason);
                }
            });
        }
        return found;
    }

    /**
     * The column of that name.
     *
     * @param where it is asked for, a {@link Setting} or words
     * @throws UsageException with the nearest name if there is no such column
     */
    StructField require(String name, Serializable where) {
        return find(name).orElseThrow(() -> {
            List<String> names = Arrays.stream(fields).map(StructField::name).toList();
            if (names.stream().anyMatch(n -> NUMBER.matcher(n).matches())) {
                // Naming them would show values of the data.
                return new UsageException(Sentence.of(
                        "%s: no column '%s' in the data; a column's name is a number, so the first line seems to hold values: a"
                                + " text table needs a first line with the columns' names",
                        where, name));
            }
            List<String> inHeader = Arrays.stream(fields)
                    .filter(f -> f.metadata().contains(TextTable.NAME_IN_HEADER))
                    .map(f -> f.metadata().getString(TextTable.NAME_IN_HEADER))
                    .filter(name::equalsIgnoreCase)
                    .toList();
            if (inHeader.stream().distinct().count() > 1) {
                return new UsageException(Sentence.of(
                        "%s: column '%s' cannot be told from another one of the table: %s differ in upper and lower case only;"
                                + " give one of them another name in the table",
                        where, name, String.join(", ", inHeader)));
            }
            if (!inHeader.isEmpty()) {
                return new UsageException(Sentence.of(
                        "%s: no column '%s' in the data, since the name stands more than once in the table's first line; rename"
                                + " one of them",
                        where, name));
            }
            String hint = Suggestions.nearest(name, names)
                    .map(n -> "; did you mean '" + n + "'?")
                    .orElse("");
            return new UsageException(
                    Sentence.of("%s: no column '%s' in the data%s (columns: %s)", where, name, hint, shortened(names)));
        });
    }

    DataType type(String name) {
        return find(name).orElseThrow().dataType();
    }

    private static String shortened(List<String> names) {
        int most = 30;
        return names.size() <= most
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, most)) + ", ... (" + names.size() + " in all)";
    }
}
