package org.sparkglmm.spark.data;

import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;

/**
 * A part of an expression as Spark is to compute it.
 *
 * @param sql its text; safe as an operand of any sign if {@code level} is 0
 * @param kind what it gives
 * @param level of its outermost sign: 0 none, 1 a product, 2 a sum, 3 AND, 4 OR
 * @param sure whether it has a value wherever the columns have one
 * @param literal the number that it is, or null
 * @param size how much there is to compute, about
 * @param type of a column that is no number, text, truth value or time; else null
 */
record SqlValue(String sql, Kind kind, int level, boolean sure, Double literal, long size, DataType type) {

    static final int PRODUCT = 1;
    static final int SUM = 2;
    static final int AND = 3;
    static final int OR = 4;

    enum Kind {
        DOUBLE("a number"),
        /** One of Spark's whole numbers, exact up to 2^63. */
        WHOLE("a number"),
        /** A decimal or a float. */
        NUMBER("a number"),
        BOOLEAN("true or false"),
        TEXT("text"),
        DATE("a date"),
        TIMESTAMP("a timestamp"),
        INTERVAL("an interval"),
        NULL("null"),
        OTHER("no single value");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }

        boolean isNumber() {
            return this == DOUBLE || this == WHOLE || this == NUMBER;
        }

        boolean isTime() {
            return this == DATE || this == TIMESTAMP;
        }
    }

    static SqlValue of(String sql, Kind kind, long size) {
        return new SqlValue(sql, kind, 0, false, null, size, null);
    }

    static SqlValue number(double value) {
        return new SqlValue(literal(value), Kind.DOUBLE, 0, true, value, 1, null);
    }

    /** A whole number as it is written. */
    static SqlValue whole(long value) {
        return new SqlValue(String.valueOf(value), Kind.WHOLE, 0, true, (double) value, 1, null);
    }

    static SqlValue column(String quoted, DataType type) {
        Kind kind = kind(type);
        return new SqlValue(quoted, kind, 0, kind != Kind.NULL, null, 1, kind == Kind.OTHER ? type : null);
    }

    static Kind kind(DataType type) {
        if (type instanceof DoubleType) {
            return Kind.DOUBLE;
        }
        if (type instanceof IntegerType
                || type instanceof LongType
                || type instanceof ShortType
                || type instanceof ByteType) {
            return Kind.WHOLE;
        }
        if (type instanceof NumericType) {
            return Kind.NUMBER;
        }
        if (type instanceof BooleanType) {
            return Kind.BOOLEAN;
        }
        if (type instanceof StringType) {
            return Kind.TEXT;
        }
        if (type instanceof DateType) {
            return Kind.DATE;
        }
        if (type instanceof NullType) {
            return Kind.NULL;
        }
        String name = type.typeName();
        return name.startsWith("timestamp") ? Kind.TIMESTAMP : name.startsWith("interval") ? Kind.INTERVAL : Kind.OTHER;
    }

    /** Spark's literal of a double. */
    static String literal(double value) {
        String digits = value + "D";
        return value < 0 ? "(" + digits + ")" : digits;
    }

    SqlValue withLevel(int outermost) {
        return new SqlValue(sql, kind, outermost, sure, literal, size, type);
    }

    /** One that has a value wherever the columns have one, if {@code all} that it is made of have. */
    SqlValue surely(boolean all) {
        return new SqlValue(sql, kind, level, all, literal, size, type);
    }

    boolean isNumber() {
        return kind.isNumber();
    }

    boolean is(Kind one) {
        return kind == one;
    }

    /** The text as an operand of a sign of a level. */
    String within(int sign) {
        return level > sign ? "(" + sql + ")" : sql;
    }

    /** The text as an operand of a sign that binds more closely than any. */
    String atom() {
        return within(0);
    }
}
