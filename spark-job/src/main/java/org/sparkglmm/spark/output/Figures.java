package org.sparkglmm.spark.output;

import java.util.Arrays;
import java.util.Locale;

/** Numbers as a reader wants them: no more digits than mean something, a true minus sign, a dash where there is none. */
final class Figures {
    /** Stands where a number does not exist. */
    static final String MISSING = "–";

    private static final int MOST_DECIMALS = 6;
    private static final double LARGEST = 1e7;

    private Figures() {}

    /** With so many decimals; in powers of ten where they would show nothing of the number, or too much. */
    static String fixed(double value, int decimals) {
        if (Double.isNaN(value)) {
            return MISSING;
        }
        double size = Math.abs(value);
        if (size >= LARGEST || (size > 0 && size < 0.5 * Math.pow(10, -decimals))) {
            return scientific(value);
        }
        return signed(String.format(Locale.ROOT, "%." + decimals + "f", value));
    }

    /** With so many significant digits, those before the point always. */
    static String significant(double value, int digits) {
        return fixed(value, decimals(value, digits));
    }

    /** The decimals that show so many significant digits of a number. */
    static int decimals(double value, int digits) {
        double size = Math.abs(value);
        if (!(size > 0) || Double.isInfinite(size)) {
            return 0;
        }
        return (int) Math.max(0, Math.min(MOST_DECIMALS, digits - 1 - Math.floor(Math.log10(size))));
    }

    /** The decimals that show three digits of the smallest of some standard errors; what is below the limit of decimals aside. */
    static int commonDecimals(double... values) {
        double least = Arrays.stream(values)
                .map(Math::abs)
                .filter(v -> v > Math.pow(10, -MOST_DECIMALS))
                .min()
                .orElse(1);
        return decimals(least, 3);
    }

    static String count(double value) {
        return Double.isNaN(value) ? MISSING : signed(String.format(Locale.ROOT, "%,.0f", value));
    }

    static String percent(double share) {
        return Double.isNaN(share) ? MISSING : signed(String.format(Locale.ROOT, "%.1f%%", 100 * share));
    }

    static String probability(double p) {
        return Double.isNaN(p) ? MISSING : p < 1e-4 ? "< 0.0001" : String.format(Locale.ROOT, "%.4f", p);
    }

    static String interval(double lower, double upper, int decimals) {
        return between(lower, upper, fixed(lower, decimals), fixed(upper, decimals));
    }

    /** A number as exact as the width of its interval says, but with two digits at least. */
    static String ratio(double value, double lower, double upper) {
        double width = Math.abs(upper - lower);
        int decimals = width > 0 ? decimals(width, width < 0.1 ? 2 : 3) : decimals(value, 3);
        return fixed(value, Math.max(decimals, decimals(value, 2)));
    }

    static String ratioInterval(double lower, double upper) {
        return between(lower, upper, ratio(lower, lower, upper), ratio(upper, lower, upper));
    }

    private static String between(double lower, double upper, String low, String high) {
        return Double.isNaN(lower) && Double.isNaN(upper) ? MISSING : low + " to " + high;
    }

    private static String scientific(double value) {
        String[] parts = String.format(Locale.ROOT, "%.2e", value).split("e", -1);
        return signed(parts[0]) + " × " + powerOfTen(Integer.parseInt(parts[1]));
    }

    /** A digit times a power of ten. */
    static String leading(int digit, int power) {
        if (Math.abs(power) < MOST_DECIMALS) {
            return significant(digit * Math.pow(10, power), 1);
        }
        return (digit == 1 ? "" : digit + " × ") + powerOfTen(power);
    }

    private static String powerOfTen(int power) {
        StringBuilder raised = new StringBuilder();
        for (char c : Integer.toString(power).toCharArray()) {
            raised.append(c == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹".charAt(c - '0'));
        }
        return "10" + raised;
    }

    private static String signed(String number) {
        boolean zero = number.chars().noneMatch(c -> c >= '1' && c <= '9');
        return number.startsWith("-") ? (zero ? "" : "−") + number.substring(1) : number;
    }
}
