package org.sparkglmm.spark.data;

import java.util.regex.Pattern;

/**
 * Which texts are numbers, in a text table and in the names of partition folders. Java and Spark take more for one than people
 * do ({@code 1D}, {@code 0x1p3}, {@code Infinity}), and ids are names: {@code 01} and {@code 1}, or {@code 1.1} and {@code 1.10}, are
 * two persons.
 */
final class TextNumbers {
    private static final Pattern WHOLE = Pattern.compile("0|-?[1-9][0-9]{0,18}");

    /** A decimal or scientific number, as a regular expression that Spark reads too. */
    static final String DECIMAL = "[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?";

    private static final Pattern NUMBER = Pattern.compile(DECIMAL);

    private TextNumbers() {}

    /** Whether a text is the shortest way to write a whole number that a long holds, so that the number is as good a name. */
    static boolean isShortestLong(String text) {
        if (!WHOLE.matcher(text).matches()) {
            return false;
        }
        int digits = text.length() - (text.charAt(0) == '-' ? 1 : 0);
        return digits < 19 || text.equals(Long.toString(parseOrZero(text)));
    }

    private static long parseOrZero(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Whether a text is a decimal or scientific number, blanks around it aside, or {@code NaN}, which is a missing one. */
    static boolean isNumber(String text) {
        String bare = text.strip();
        return NUMBER.matcher(bare).matches() || bare.equals("NaN");
    }
}
