package org.sparkglmm.core.design;

import java.util.Arrays;

/**
 * Which persons of a block have identical rows: with categorical covariates and a fixed grid of visits, there may be many times
 * fewer patterns than persons, and a pattern's part of any likelihood is that of one person times their number.
 */
final class ClusterPatterns {
    /** Merging is worth the indirection if it leaves at most this part of the clusters. */
    private static final double PAYS = 0.7;
    /** After this many persons without repetition, none is expected. */
    private static final int TRIAL = 512;

    private static final double HOPELESS = 0.95;

    private ClusterPatterns() {}

    /**
     * The pattern of every person, numbered by first appearance.
     *
     * @param order rows of the block, person by person, each person's in the order of their values
     * @param start where a person's rows start in {@code order}; one element more for the end
     * @param columns how many values a row has
     * @return null if there are not enough repetitions to be worth it
     */
    static int[] of(RowChunk rows, int columns, int[] order, int[] start) {
        int persons = start.length - 1;
        int[] patternOf = new int[persons];
        int[] firstWith = new int[persons];
        int[] table = new int[Integer.highestOneBit(Math.max(2, persons)) * 4];
        Arrays.fill(table, -1);
        int patterns = 0;
        for (int i = 0; i < persons; i++) {
            int slot = (int) hash(rows, columns, order, start[i], start[i + 1]) & (table.length - 1);
            while (table[slot] >= 0 && !isSame(rows, columns, order, start, firstWith[table[slot]], i)) {
                slot = (slot + 1) & (table.length - 1);
            }
            if (table[slot] < 0) {
                firstWith[patterns] = i;
                table[slot] = patterns++;
            }
            patternOf[i] = table[slot];
            if (i + 1 == TRIAL && patterns > HOPELESS * TRIAL) {
                return null;
            }
        }
        return patterns <= PAYS * persons ? patternOf : null;
    }

    private static long hash(RowChunk rows, int columns, int[] order, int from, int to) {
        long h = to - from;
        for (int k = 0; k < columns; k++) {
            for (int j = from; j < to; j++) {
                h = ClusterIds.mix(31 * h + Double.doubleToLongBits(rows.value(k, order[j])));
            }
        }
        return h;
    }

    private static boolean isSame(RowChunk rows, int columns, int[] order, int[] start, int a, int b) {
        int n = start[a + 1] - start[a];
        if (n != start[b + 1] - start[b]) {
            return false;
        }
        for (int j = 0; j < n; j++) {
            int rowA = order[start[a] + j];
            int rowB = order[start[b] + j];
            for (int k = 0; k < columns; k++) {
                if (Double.compare(rows.value(k, rowA), rows.value(k, rowB)) != 0) {
                    return false;
                }
            }
        }
        return true;
    }
}
