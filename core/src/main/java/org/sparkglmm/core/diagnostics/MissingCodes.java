package org.sparkglmm.core.diagnostics;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.ExtremeValues;

/** Numbers that are codes of a missing value, 999 or -99, and were read as what they are: repeated, and far from all others. */
final class MissingCodes {
    /** Sevens, eights or nines alone. */
    private static final Pattern CODE = Pattern.compile("-?(7+|8+|9+)(\\.9+)?");
    /** One digit is a code only beside grades of so many steps at most. */
    private static final double GRADES = 4;

    private static final int REPEATED = 2;

    private MissingCodes() {}

    /** A finding a variable. */
    static void warn(Design design, DataMoments moments, int minCellCount, List<Warning> into) {
        for (int c = 0; c <= design.fixed().size(); c++) {
            boolean isOutcome = c == design.fixed().size();
            ExtremeValues values = moments.extremes(c);
            if (values == null) {
                continue;
            }
            Component component =
                    isOutcome ? null : design.fixed().get(c).components().get(0);
            String name = isOutcome ? design.raw().get(design.response()).name() : component.variable();
            Found found = find(values, isOutcome ? 0 : component.centre(), !isOutcome);
            if (!found.codes.isEmpty()) {
                into.add(new Warning(
                        "missing_value_code",
                        String.format(
                                Locale.ROOT,
                                "%s is %s in %s, far from all its other values: if that stands for a missing value, make it one"
                                        + " (empty or NA in the table), for here it is taken for a number",
                                name,
                                String.join(" or ", found.codes),
                                found.rows < minCellCount
                                        ? "fewer than " + minCellCount + " rows"
                                        : found.rows + " rows")));
            }
        }
    }

    private record Found(List<String> codes, long rows) {}

    private static Found find(ExtremeValues values, double centre, boolean oneDigit) {
        Found above = codes(values, centre, oneDigit, true);
        return above.codes.isEmpty() ? codes(values, centre, oneDigit, false) : above;
    }

    /** The outermost values of a side, if they look like codes and lie farther from the others than those from each other. */
    private static Found codes(ExtremeValues values, double centre, boolean oneDigit, boolean above) {
        List<String> codes = new ArrayList<>();
        long rows = 0;
        for (int k = 0; k + 1 < ExtremeValues.KEPT; k++) {
            double value = above ? values.largest(k) : values.least(k);
            double next = above ? values.largest(k + 1) : values.least(k + 1);
            double end = above ? values.least(0) : values.largest(0);
            String digits = plain(value + centre);
            double rest = Math.abs(next - end);
            boolean isCode = CODE.matcher(digits).matches()
                    && (digits.replace("-", "").length() > 1 || oneDigit && rest <= GRADES);
            if (!isCode || Double.isNaN(next)) {
                break;
            }
            codes.add(digits);
            rows += above ? values.rowsOfLargest(k) : values.rowsOfLeast(k);
            if (rows >= REPEATED && rest > 0 && Math.abs(value - next) >= rest) {
                return new Found(codes, rows);
            }
        }
        return new Found(List.of(), 0);
    }

    private static String plain(double value) {
        return Double.isFinite(value)
                ? BigDecimal.valueOf(value + 0.0).stripTrailingZeros().toPlainString()
                : "";
    }
}
