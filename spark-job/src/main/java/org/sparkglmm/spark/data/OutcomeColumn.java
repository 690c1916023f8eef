package org.sparkglmm.spark.data;

import java.math.BigDecimal;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;

/**
 * A column that new outcomes are written to: its own type if outcomes of this kind fit in it, else one that holds them.
 *
 * @param name as the table has it, or as the formula says
 * @param type what is written
 * @param labels of the codes 0, 1, …; none for numbers
 */
record OutcomeColumn(String name, DataType type, List<String> labels) {
    /** Beyond, float and double no longer hold every whole number. */
    private static final double FLOAT_WHOLE = 0x1p24;

    /** Numbers. A {@code float} or {@code decimal} would round amounts, perhaps to where there can be none: they become double. */
    static OutcomeColumn ofNumbers(String name, DataType own, boolean whole, boolean yesNo) {
        boolean fits = own instanceof DoubleType
                || (whole && own instanceof NumericType)
                || (yesNo && own instanceof BooleanType);
        DataType other = !whole ? DataTypes.DoubleType : yesNo ? DataTypes.IntegerType : DataTypes.LongType;
        return new OutcomeColumn(name, fits ? own : other, List.of());
    }

    /** Labels: of a column of numbers that are all labels can be, numbers. */
    static OutcomeColumn ofLabels(String name, DataType own, List<String> labels) {
        DataType wanted = own == null ? DataTypes.IntegerType : own;
        boolean fits = labels.stream().allMatch(label -> holds(wanted, label));
        return new OutcomeColumn(name, fits ? wanted : DataTypes.StringType, List.copyOf(labels));
    }

    private static boolean holds(DataType type, String label) {
        if (type instanceof StringType) {
            return true;
        }
        if (type instanceof BooleanType) {
            return label.equals("TRUE") || label.equals("FALSE");
        }
        if (!(type instanceof NumericType)) {
            return false;
        }
        try {
            BigDecimal value = new BigDecimal(label);
            boolean whole = value.stripTrailingZeros().scale() <= 0;
            return Math.abs(value.doubleValue()) <= largest(type)
                    && (whole
                            || type instanceof DoubleType
                            || type instanceof FloatType
                            || type instanceof DecimalType);
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** The largest whole number that it is sure to hold. */
    double largest() {
        return labels.isEmpty() ? largest(type) : Double.POSITIVE_INFINITY;
    }

    private static double largest(DataType type) {
        if (type instanceof ByteType) {
            return Byte.MAX_VALUE;
        }
        if (type instanceof ShortType) {
            return Short.MAX_VALUE;
        }
        if (type instanceof IntegerType) {
            return Integer.MAX_VALUE;
        }
        if (type instanceof LongType) {
            return Math.nextDown((double) Long.MAX_VALUE);
        }
        if (type instanceof FloatType) {
            return FLOAT_WHOLE;
        }
        if (type instanceof DecimalType decimal) {
            return Math.nextDown(Double.parseDouble("1e" + (decimal.precision() - decimal.scale())));
        }
        return Double.POSITIVE_INFINITY;
    }

    /** The value to write, from the outcome as the families have it. */
    Column of(Column outcome) {
        if (labels.isEmpty()) {
            return type instanceof BooleanType ? outcome.equalTo(1) : outcome.cast(type);
        }
        Column values = functions.array(
                labels.stream().map(l -> functions.lit(l).cast(type)).toArray(Column[]::new));
        return functions.element_at(values, outcome.cast(DataTypes.IntegerType).plus(1));
    }
}
