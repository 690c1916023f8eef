package org.sparkglmm.core.design;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * The order of rows in their blocks: by block, then by id, then by the values one after another, so that only rows that are
 * the same in everything may change places. Blocks are counted out, numbers sorted by their digits; only the few rows of
 * one person are compared.
 */
final class RowOrder {
    private static final int DIGIT_BITS = 8;
    private static final int DIGITS = 1 << DIGIT_BITS;

    private final RowChunk rows;
    private final int values;
    private final int[] order;
    private final int[] end;

    /**
     * @param values how many of the values order rows
     * @param wanted which rows take part
     * @param blocks number of blocks in the whole data set
     */
    RowOrder(RowChunk rows, int values, IntPredicate wanted, int blocks) {
        this.rows = rows;
        this.values = values;
        int[] block = new int[rows.rows()];
        int[] next = new int[blocks + 1];
        for (int i = 0; i < block.length; i++) {
            block[i] = wanted.test(i) ? rows.ids().block(i, blocks) : -1;
            next[block[i] + 1]++;
        }
        next[0] = 0;
        for (int b = 0; b < blocks; b++) {
            next[b + 1] += next[b];
        }
        order = new int[next[blocks]];
        for (int i = 0; i < block.length; i++) {
            if (block[i] >= 0) {
                order[next[block[i]]++] = i;
            }
        }
        end = next;
    }

    /** The rows of a block in order. */
    int[] ofBlock(int block) {
        int[] out = Arrays.copyOfRange(order, block == 0 ? 0 : end[block - 1], end[block]);
        ClusterIds ids = rows.ids();
        if (ids.areNumbers()) {
            sortByNumber(out);
        } else {
            IntSort.sort(out, 0, out.length, ids::compare);
        }
        int from = 0;
        for (int to = 1; to <= out.length; to++) {
            if (to == out.length || ids.compare(out[from], out[to]) != 0) {
                IntSort.sort(out, from, to, this::compareValues);
                from = to;
            }
        }
        return out;
    }

    private int compareValues(int i, int j) {
        int c = 0;
        for (int k = 0; c == 0 && k < values; k++) {
            c = Double.compare(rows.value(k, i), rows.value(k, j));
        }
        return c;
    }

    /** Radix sort from the last digit on, without the digits that all ids share. */
    private void sortByNumber(int[] a) {
        int n = a.length;
        long[] key = new long[n];
        long differing = 0;
        for (int j = 0; j < n; j++) {
            // Negative numbers come first: their sign bit is turned.
            key[j] = rows.ids().number(a[j]) ^ Long.MIN_VALUE;
            differing |= key[j] ^ key[0];
        }
        long[] keyTo = new long[n];
        int[] from = a;
        int[] to = new int[n];
        for (int shift = 0; shift < Long.SIZE; shift += DIGIT_BITS) {
            if ((differing >>> shift & (DIGITS - 1)) == 0) {
                continue;
            }
            int[] next = new int[DIGITS + 1];
            for (int j = 0; j < n; j++) {
                next[digit(key[j], shift) + 1]++;
            }
            for (int d = 0; d < DIGITS; d++) {
                next[d + 1] += next[d];
            }
            for (int j = 0; j < n; j++) {
                int at = next[digit(key[j], shift)]++;
                keyTo[at] = key[j];
                to[at] = from[j];
            }
            long[] keys = key;
            key = keyTo;
            keyTo = keys;
            int[] indices = from;
            from = to;
            to = indices;
        }
        if (from != a) {
            System.arraycopy(from, 0, a, 0, n);
        }
    }

    private static int digit(long key, int shift) {
        return (int) (key >>> shift) & (DIGITS - 1);
    }
}
