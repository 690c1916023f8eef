package org.sparkglmm.spark.data;

import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.sparkglmm.core.design.RawColumn;

/** A value read of each row: how to compute it, and whether it is a number or a factor's label. */
final class RawValue {
    final String name;
    final String sql;
    final Column value;
    final boolean factor;
    /** Order of labels that are not given: numbers by size, text by code points. */
    final Comparator<String> order;

    List<String> levels = List.of();
    /** For a computed value: whether all columns it is computed from have one; null if that is not for us to say. */
    Column sourcesPresent;
    /** Whether its missing values are those of other values read, so that counting them again would mislead. */
    boolean derived;
    /** Whether the user asked for a factor by factor(). */
    boolean askedFor;

    RawValue(String name, String sql, Column value, boolean factor, Comparator<String> order) {
        this.name = name;
        this.sql = sql;
        this.value = value;
        this.factor = factor;
        this.order = order;
    }

    /** The value, missing where a source of it is. */
    Column value() {
        return sourcesPresent == null ? value : functions.when(sourcesPresent, value);
    }

    /** Whether it is a column of numbers as it stands. */
    boolean isNumberColumn(String column) {
        return !factor && sourcesPresent == null && sql.equals(TableColumns.quoted(column));
    }

    /** Whether it is some column of numbers as it stands. */
    boolean isNumberColumn() {
        return !factor && sourcesPresent == null && sql.startsWith("`") && sql.endsWith("`");
    }

    /** That column's name. */
    String columnName() {
        return sql.substring(1, sql.length() - 1).replace("``", "`");
    }

    /** The same for the statistics. */
    RawColumn column() {
        return new RawColumn(name, sql, levels);
    }
}
