package org.sparkglmm.core.diagnostics;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.ExtremeValues;

/**
 * Numbers that are codes of a missing value, 999 or -99, and were read as what they are: in several clusters, and far from all others. A
 * value of few clusters is not said, as it may be theirs.
 */
final class MissingCodes {
    /** Sevens, eights or nines alone. */
    private static final Pattern CODE = Pattern.compile("-?(77+|88+|99+)(\\.9+)?");
    /** One digit is a code only beside grades, whole numbers without a gap. */
    private static final Pattern ONE_DIGIT = Pattern.compile("-?9");

    /** A code below numbers that are all positive, this part of their range away at least. */
    private static final double MINUS_ONE = -1;

    private static final double APART = 0.25;

    private static final int GRADES = 4;
    /** Steps between the grades and their code. */
    private static final int GAP = 2;
    /** Of the rows: codes are the exception. */
    private static final double MOST = 0.2;

    private final int fewest;
    private final double rows;

    private MissingCodes(int fewest, double rows) {
        this.fewest = fewest;
        this.rows = rows;
    }

    /** A finding a variable; times, that is what has a random slope, are as far apart as they were planned. */
    static void warn(Design design, DataMoments moments, int minCellCount, List<Warning> into) {
        MissingCodes codes = new MissingCodes(Math.max(2, minCellCount), moments.rows());
        for (int c = 0; c <= design.fixed().size(); c++) {
            boolean isOutcome = c == design.fixed().size();
            ExtremeValues values = moments.extremes(c);
            DesignColumn column = isOutcome ? null : design.fixed().get(c);
            if (values == null || column != null && design.randomNames().contains(column.name())) {
                continue;
            }
            double centre = isOutcome ? 0 : column.components().get(0).centre();
            Found found = codes.of(values, centre, !isOutcome, true);
            found = found == null ? codes.of(values, centre, !isOutcome, false) : found;
            if (found != null) {
                into.add(new Warning(
                        "missing_value_code",
                        (isOutcome ? design.raw().get(design.response()).name() : column.name()) + " is "
                                + String.join(" or ", found.codes) + " in " + found.rows
                                + " rows, far from all its other values: if that stands for a missing value, make it one (empty or"
                                + " NA in the table), for here it is taken for a number"));
            }
        }
    }

    private record Found(List<String> codes, long rows) {}

    /** The outermost values of a side, if they look like codes and lie farther from the others than those from each other; else null. */
    private Found of(ExtremeValues values, double centre, boolean oneDigit, boolean above) {
        List<String> codes = new ArrayList<>();
        long with = 0;
        for (int k = 0; k + 1 < ExtremeValues.KEPT; k++) {
            double value = above ? values.largest(k) : values.least(k);
            double next = above ? values.largest(k + 1) : values.least(k + 1);
            double rest = Math.abs(next - (above ? values.least(0) : values.largest(0)));
            double gap = Math.abs(value - next);
            String digits = plain(value + centre);
            boolean graded = oneDigit && k == 0 && ONE_DIGIT.matcher(digits).matches() && isGraded(values, above);
            boolean below = oneDigit && !above && k == 0 && value + centre == MINUS_ONE && next + centre > 0;
            long clusters = above ? values.clustersOfLargest(k) : values.clustersOfLeast(k);
            if (!(graded || below || CODE.matcher(digits).matches()) || clusters < fewest || Double.isNaN(next)) {
                return null;
            }
            codes.add(digits);
            with += above ? values.rowsOfLargest(k) : values.rowsOfLeast(k);
            if (rest > 0 && (graded ? gap >= GAP : gap >= (below ? APART : 1) * rest)) {
                return with <= MOST * rows ? new Found(codes, with) : null;
            }
        }
        return null;
    }

    /** Whether the others are whole numbers one after another. */
    private static boolean isGraded(ExtremeValues values, boolean above) {
        double end = above ? values.least(0) : values.largest(0);
        double first = above ? values.largest(1) : values.least(1);
        boolean out = Math.abs(first - end) <= GRADES;
        for (int k = 1; k + 1 < ExtremeValues.KEPT; k++) {
            double a = above ? values.largest(k) : values.least(k);
            double b = above ? values.largest(k + 1) : values.least(k + 1);
            out &= a == end || Double.isNaN(b) || Math.abs(a - b) == 1;
        }
        // Five grades: the ends together are all of them.
        double second = above ? values.least(1) : values.largest(1);
        return out && Math.abs(second - end) == 1;
    }

    private static String plain(double value) {
        return Double.isFinite(value)
                ? BigDecimal.valueOf(value + 0.0).stripTrailingZeros().toPlainString()
                : "";
    }
}
