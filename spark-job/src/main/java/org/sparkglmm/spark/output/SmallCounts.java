package org.sparkglmm.spark.output;

import java.util.Arrays;

/**
 * Counts as people may see them: small ones are masked, and where a table's total would give a single masked one away, the next
 * smallest with it (Hundepool et al. 2012, Statistical Disclosure Control, §4).
 */
public final class SmallCounts {
    /** What stands for a count that is masked because of another. */
    public static final String MASKED = "-";

    private final int least;

    /** @param least counts from 1 to below this are small; 0 masks nothing */
    public SmallCounts(int least) {
        this.least = least;
    }

    /** Counts below this are small. */
    public int least() {
        return least;
    }

    /** Whether a count is too small to be shown. */
    public boolean isSmall(long count) {
        return count > 0 && count < least;
    }

    /** A count that stands alone. */
    public String show(long count) {
        return isSmall(count) ? "<" + least : Long.toString(count);
    }

    /** Counts whose total is known. */
    public String[] show(long[] counts) {
        boolean[] hidden =
                hidden(Arrays.stream(counts).mapToObj(c -> new long[] {c}).toArray(long[][]::new));
        String[] out = new String[counts.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = isSmall(counts[i]) ? "<" + least : hidden[i] ? MASKED : Long.toString(counts[i]);
        }
        return out;
    }

    /**
     * Which rows of a table must not be shown, since a cell of theirs is small or would give away one that is. Totals of rows and of
     * columns are taken to be known.
     */
    public boolean[] hidden(long[][] table) {
        boolean[] out = new boolean[table.length];
        int many = 0;
        for (int i = 0; i < out.length; i++) {
            out[i] = Arrays.stream(table[i]).anyMatch(this::isSmall);
            many += out[i] ? 1 : 0;
        }
        if (many == 1 && out.length > 1) {
            int next = -1;
            for (int i = 0; i < out.length; i++) {
                boolean smaller = next < 0 || smallest(table[i]) < smallest(table[next]);
                if (!out[i] && smallest(table[i]) > 0 && smaller) {
                    next = i;
                }
            }
            if (next >= 0) {
                out[next] = true;
            }
        }
        return out;
    }

    private static long smallest(long[] row) {
        return Arrays.stream(row).filter(c -> c > 0).min().orElse(0);
    }
}
