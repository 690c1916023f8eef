package org.sparkglmm.spark.data;

import java.io.Serializable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.TimestampType;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.UsageException;

/**
 * How an id of any type travels: whole numbers and timestamps as long, the rest as text, and back without loss.
 *
 * @param name the column's own name
 * @param type its own type
 */
record IdColumn(String name, DataType type) implements Serializable {

    /** @throws UsageException for types that cannot tell persons apart */
    IdColumn {
        boolean simple = type instanceof StringType
                || type instanceof BooleanType
                || type instanceof DateType
                || type instanceof BinaryType
                || type instanceof DecimalType
                || type instanceof FloatType
                || type instanceof DoubleType
                || isWhole(type)
                || type instanceof TimestampType;
        if (!simple) {
            throw new UsageException("grouping column " + name + " is of type " + type.simpleString()
                    + "; it must be a number, text, date or timestamp");
        }
    }

    private static boolean isWhole(DataType type) {
        return type instanceof LongType
                || type instanceof IntegerType
                || type instanceof ShortType
                || type instanceof ByteType;
    }

    private static boolean isFloating(DataType type) {
        return type instanceof DoubleType || type instanceof FloatType;
    }

    private boolean isNumber() {
        return isWhole(type) || isFloating(type) || type instanceof DecimalType;
    }

    boolean travelsAsLong() {
        return isWhole(type) || type instanceof TimestampType;
    }

    /** The id as it travels: long or string, null where it is missing. A blank text is nobody's; -0 is 0. */
    Column encode() {
        Column own = functions.col(TableColumns.quoted(name));
        if (isWhole(type)) {
            return own.cast(DataTypes.LongType);
        }
        if (type instanceof TimestampType) {
            return functions.unix_micros(own);
        }
        if (type instanceof BinaryType) {
            return functions.hex(own);
        }
        if (isFloating(type)) {
            return functions.when(
                    functions.not(functions.isnan(own)),
                    own.plus(functions.lit(0).cast(type)).cast(DataTypes.StringType));
        }
        Column text = own.cast(DataTypes.StringType);
        return type instanceof StringType ? functions.when(functions.trim(text).notEqual(""), text) : text;
    }

    /** Whether an id is a number of so many digits that its neighbours look the same; null for types that hold all their digits. */
    Column isRounded() {
        if (!isFloating(type)) {
            return null;
        }
        Column own = functions.col(TableColumns.quoted(name));
        Column rounded = functions.abs(own).geq(functions.lit(type instanceof DoubleType ? 0x1p53 : 0x1p24));
        return functions.coalesce(rounded.and(functions.not(functions.isnan(own))), functions.lit(false));
    }

    /** Whether the ids of another table travel in the same form, so that the same ones are equal. */
    boolean travelsAs(IdColumn other) {
        return type.equals(other.type) || (isWhole(type) && isWhole(other.type));
    }

    /** Whether ids of this type are text that may be the number that another type holds: 7, 007 and 7.0. */
    boolean isTextFor(IdColumn other) {
        return type instanceof StringType && other.isNumber();
    }

    /**
     * A text that the same id of another type has too; null where it is missing.
     *
     * @param own ids of this type
     */
    Column common(Column own, IdColumn other) {
        Column text = own.cast(DataTypes.StringType);
        if (type instanceof DecimalType || isTextFor(other)) {
            Column bare = functions.regexp_replace(text, "^(-?)0+(?=[0-9])", "$1");
            Column plain = functions
                    .when(functions.instr(bare, ".").gt(0), functions.regexp_replace(bare, "\\.?0+$", ""))
                    .otherwise(bare);
            Column number = functions.when(plain.equalTo("-0"), "0").otherwise(plain);
            return functions
                    .when(functions.trim(text).equalTo(""), null)
                    .when(text.rlike("^-?[0-9]+(\\.[0-9]+)?$"), number)
                    .otherwise(text);
        }
        if (isFloating(type)) {
            Column whole = own.cast(DataTypes.LongType).cast(DataTypes.StringType);
            Column exact =
                    own.equalTo(functions.floor(own)).and(functions.abs(own).lt(functions.lit(0x1p53)));
            return functions.when(functions.isnan(own), null).when(exact, whole).otherwise(text);
        }
        return type instanceof BinaryType ? functions.hex(own) : text;
    }

    /** The id in its own type, from a column that holds it as it travelled. */
    Column decode(String travelled) {
        Column column = functions.col(travelled);
        if (type instanceof TimestampType) {
            return functions.timestamp_micros(column);
        }
        return type instanceof BinaryType ? functions.unhex(column) : column.cast(type);
    }

    /**
     * A table's ids in a form that they have in common with ids of another type.
     *
     * @throws DataException if different ids would be the same in that form
     */
    Column commonIn(Dataset<Row> table, IdColumn other) {
        Column id = functions.col(TableColumns.quoted(name));
        Column common = common(id, other);
        if (isTextFor(other)) {
            Row persons = table.agg(
                            functions.countDistinct(functions.when(common.isNotNull(), id)),
                            functions.countDistinct(common))
                    .first();
            if (persons.getLong(0) != persons.getLong(1)) {
                throw new DataException("column " + name + " is text in the one table and a number in the other"
                        + " (of the fit and of these data), and several of the texts are the same number, such as with"
                        + " and without zeros in front; write it the same way in both");
            }
        }
        return common;
    }
}
