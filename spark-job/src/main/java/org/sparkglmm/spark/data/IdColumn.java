package org.sparkglmm.spark.data;

import java.io.Serializable;
import org.apache.spark.sql.Column;
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
        if (type instanceof DoubleType || type instanceof FloatType) {
            return functions.when(
                    functions.not(functions.isnan(own)),
                    own.plus(functions.lit(0).cast(type)).cast(DataTypes.StringType));
        }
        Column text = own.cast(DataTypes.StringType);
        return type instanceof StringType ? functions.when(functions.trim(text).notEqual(""), text) : text;
    }

    /** The id in its own type, from a column that holds it as it travelled. */
    Column decode(String travelled) {
        Column column = functions.col(travelled);
        if (type instanceof TimestampType) {
            return functions.timestamp_micros(column);
        }
        return type instanceof BinaryType ? functions.unhex(column) : column.cast(type);
    }
}
