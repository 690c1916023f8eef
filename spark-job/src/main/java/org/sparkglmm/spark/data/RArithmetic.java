package org.sparkglmm.spark.data;

import java.util.List;
import java.util.stream.Collectors;
import org.sparkglmm.spark.data.SqlValue.Kind;

/**
 * R's arithmetic in Spark's SQL: double precision throughout, infinities and NaN as IEEE 754 has them where Spark makes a
 * null (or, with ANSI SQL on, an error) of them. The operands are numbers in double precision, see {@link
 * ExpressionReader}.
 */
final class RArithmetic {
    private static final String NAN = "double('NaN')";
    private static final String MINUS_INFINITY = "double('-Infinity')";

    /** Beyond, every double is whole. */
    private static final double WHOLE = 0x1p52;

    /** Significant digits that every double keeps (DBL_DIG). */
    private static final int DIGITS = 15;

    private RArithmetic() {}

    private static SqlValue number(String sql, long size) {
        return SqlValue.of(sql, Kind.DOUBLE, size);
    }

    private static boolean isLiteral(SqlValue value) {
        return value.literal() != null;
    }

    private static boolean isLiteralBut0(SqlValue value) {
        return isLiteral(value) && value.literal() != 0;
    }

    static SqlValue sum(SqlValue a, String sign, SqlValue b) {
        return number(a.within(SqlValue.SUM) + " " + sign + " " + b.within(SqlValue.PRODUCT), a.size() + b.size() + 1)
                .withLevel(SqlValue.SUM);
    }

    static SqlValue product(SqlValue a, SqlValue b) {
        return number(a.within(SqlValue.PRODUCT) + " * " + b.atom(), a.size() + b.size() + 1)
                .withLevel(SqlValue.PRODUCT);
    }

    static SqlValue negative(SqlValue a) {
        return isLiteral(a) ? SqlValue.number(-a.literal()) : number("(-" + a.atom() + ")", a.size() + 1);
    }

    /** a / b; ±Inf or NaN where b is 0, which needs b twice. */
    static SqlValue quotient(SqlValue a, SqlValue b) {
        if (isLiteralBut0(b)) {
            return number(a.within(SqlValue.PRODUCT) + " / " + b.atom(), a.size() + b.size() + 1)
                    .withLevel(SqlValue.PRODUCT);
        }
        String is0 = b.atom() + " = 0.0D";
        return number(
                        a.within(SqlValue.PRODUCT) + " * if(" + is0 + ", power(" + b.sql() + ", -1.0D), 1.0D) / if("
                                + is0 + ", 1.0D, " + b.sql() + ")",
                        a.size() + 4 * b.size() + 8)
                .withLevel(SqlValue.PRODUCT);
    }

    /** SQL's remainder, which has the sign of a. */
    static SqlValue remainder(SqlValue a, SqlValue b) {
        return number(a.within(SqlValue.PRODUCT) + " % " + not0(b), a.size() + 2 * b.size() + 2)
                .withLevel(SqlValue.PRODUCT);
    }

    /** SQL's pmod. */
    static SqlValue positiveRemainder(SqlValue a, SqlValue b) {
        return number("pmod(" + a.sql() + ", " + not0(b) + ")", a.size() + 2 * b.size() + 2);
    }

    /** R's %%, which has the sign of b. */
    static SqlValue modulo(SqlValue a, SqlValue b) {
        if (isLiteral(b)) {
            return b.literal() > 0
                    ? positiveRemainder(a, b)
                    : negative(positiveRemainder(negative(a), SqlValue.number(-b.literal())));
        }
        return number(
                        "sign(" + b.sql() + ") * pmod(" + a.atom() + " * sign(" + b.sql() + "), nullif(abs(" + b.sql()
                                + "), 0.0D))",
                        a.size() + 4 * b.size() + 8)
                .withLevel(SqlValue.PRODUCT);
    }

    /** R's %/%: what %% leaves over, divided; a quotient that is whole but for rounding, as that of 1 and 0.2, is as R's. */
    static SqlValue wholeQuotient(SqlValue a, SqlValue b) {
        SqlValue divided = quotient(sum(a, "-", modulo(a, b)), b);
        return number("rint(" + divided.sql() + ")", divided.size() + 1);
    }

    private static String not0(SqlValue b) {
        return isLiteralBut0(b) ? b.atom() : "nullif(" + b.sql() + ", 0.0D)";
    }

    /** A logarithm that is -Inf at the edge of its domain and NaN beyond. */
    static SqlValue logarithm(String function, SqlValue a) {
        String edge = function.equals("log1p") ? "-1.0D" : "0.0D";
        String x = a.sql();
        return number(
                        "CASE WHEN " + a.atom() + " > " + edge + " THEN " + function + "(" + x + ") WHEN " + a.atom()
                                + " = " + edge + " THEN " + MINUS_INFINITY + " WHEN " + a.atom() + " < " + edge
                                + " THEN " + NAN + " END",
                        4 * a.size() + 8)
                .withLevel(SqlValue.OR);
    }

    /** Spark's loses the digits of small values: sign(x) log1p(|x| + x²/(1 + √(x² + 1))). */
    static SqlValue asinh(SqlValue a) {
        String x = a.atom();
        return number(
                        "sign(" + x + ") * log1p(abs(" + x + ") + " + x + " * (" + x + " / (1.0D + hypot(" + x
                                + ", 1.0D))))",
                        5 * a.size() + 12)
                .withLevel(SqlValue.PRODUCT);
    }

    /** Spark's loses the digits near 1: with t = x - 1, log1p(t + √t √(t + 2)). */
    static SqlValue acosh(SqlValue a) {
        String t = "(" + a.within(SqlValue.SUM) + " - 1.0D)";
        return number("log1p(" + t + " + sqrt(" + t + ") * sqrt(" + t + " + 2.0D))", 3 * a.size() + 12);
    }

    /** Down, up or towards 0: Spark's give a bigint, the largest for what is larger and 0 for NaN. */
    static SqlValue toWhole(String function, SqlValue a) {
        return number(
                        "CASE WHEN abs(" + a.sql() + ") < " + SqlValue.literal(WHOLE) + " THEN CAST("
                                + (function.equals("trunc")
                                        ? "CAST(" + a.sql() + " AS BIGINT)"
                                        : function + "(" + a.sql() + ")")
                                + " AS DOUBLE) ELSE " + a.sql() + " END",
                        3 * a.size() + 6)
                .withLevel(SqlValue.OR);
    }

    /**
     * R's round(x, d): half goes to the even neighbour (Spark's goes up), and of the two candidates with d decimals the nearer
     * one in double precision is taken, as in R since 4.0.0.
     */
    static SqlValue round(SqlValue a, int decimals) {
        if (decimals == 0) {
            return number("rint(" + a.sql() + ")", a.size() + 1);
        }
        double power = Math.pow(10, Math.abs(decimals));
        SqlValue ten = SqlValue.number(power);
        if (decimals < 0) {
            SqlValue rounded = number("rint(" + quotient(a, ten).sql() + ")", a.size() + 3);
            return product(rounded, ten);
        }
        String x = a.atom();
        String times = "(" + product(a, ten).sql() + ")";
        String down = "CAST(floor" + times + " AS DOUBLE)";
        String low = "(" + down + " / " + ten.sql() + ")";
        String high = "(CAST(ceil" + times + " AS DOUBLE) / " + ten.sql() + ")";
        String above = "(" + high + " - " + x + ")";
        String below = "(" + x + " - " + low + ")";
        return number(
                        "CASE WHEN abs(" + a.sql() + ") < " + SqlValue.literal(Math.pow(10, DIGITS - decimals))
                                + " THEN CASE WHEN "
                                + below + " < " + above + " OR (" + below + " = " + above + " AND pmod(" + down
                                + ", 2.0D) = 0.0D) THEN " + low + " ELSE " + high + " END ELSE " + a.sql() + " END",
                        13 * a.size() + 40)
                .withLevel(SqlValue.OR);
    }

    /** R's pmin and pmax: undefined if one of the values is; Spark's leave nulls out and take NaN for the largest. */
    static SqlValue extreme(boolean largest, List<SqlValue> values) {
        String all = values.stream()
                .map(v -> largest ? v : negative(v))
                .map(v -> v.sure() && isLiteral(v) ? v.sql() : "coalesce(" + v.sql() + ", " + NAN + ")")
                .collect(Collectors.joining(", "));
        long size = values.stream().mapToLong(v -> v.size() + 2).sum();
        return largest ? number("greatest(" + all + ")", size) : number("(-greatest(" + all + "))", size + 1);
    }

    /** n! for whole n; undefined for others, and beyond the 20 of Spark. */
    static SqlValue factorial(SqlValue a) {
        return number(
                        "CASE WHEN " + a.atom() + " = rint(" + a.sql() + ") THEN CAST(factorial(try_cast(" + a.sql()
                                + " AS INT)) AS DOUBLE) END",
                        3 * a.size() + 5)
                .withLevel(SqlValue.OR);
    }

    /** A number that is compared: NaN, which Spark takes for the largest number, is no answer. */
    static String compared(SqlValue a) {
        return a.sure() ? a.sql() : "nanvl(" + a.sql() + ", CAST(NULL AS DOUBLE))";
    }

    /** Of a number as a whole number is written: 1, not 1.0. */
    static String text(SqlValue number) {
        return "if(" + number.atom() + " = rint(" + number.sql() + ") AND abs(" + number.sql()
                + ") < 1.0E15D, CAST(CAST(" + number.sql() + " AS BIGINT) AS STRING), CAST(" + number.sql()
                + " AS STRING))";
    }
}
