package org.sparkglmm.core.design;

import java.util.Arrays;

/** Stable sort of indices by a comparison of what they point at; the JDK has none for primitive indices. */
final class IntSort {
    /** Up to this many, moving each to its place is quickest. */
    private static final int FEW = 16;

    interface Order {
        int compare(int i, int j);
    }

    private IntSort() {}

    /** Sorts {@code a[from]} to {@code a[to - 1]}. */
    static void sort(int[] a, int from, int to, Order order) {
        if (to - from <= FEW) {
            insert(a, from, to, order);
            return;
        }
        boolean sorted = true;
        for (int i = from + 1; sorted && i < to; i++) {
            sorted = order.compare(a[i - 1], a[i]) <= 0;
        }
        if (!sorted) {
            int[] part = Arrays.copyOfRange(a, from, to);
            merge(part, part.clone(), 0, part.length, order);
            System.arraycopy(part, 0, a, from, part.length);
        }
    }

    private static void insert(int[] a, int from, int to, Order order) {
        for (int i = from + 1; i < to; i++) {
            int moving = a[i];
            int k = i;
            while (k > from && order.compare(a[k - 1], moving) > 0) {
                a[k] = a[k - 1];
                k--;
            }
            a[k] = moving;
        }
    }

    /** Sorts into[from, to); {@code spare} holds the same elements there. */
    private static void merge(int[] into, int[] spare, int from, int to, Order order) {
        if (to - from <= FEW) {
            insert(into, from, to, order);
            return;
        }
        int middle = (from + to) >>> 1;
        merge(spare, into, from, middle, order);
        merge(spare, into, middle, to, order);
        int left = from;
        int right = middle;
        for (int k = from; k < to; k++) {
            if (left < middle && (right >= to || order.compare(spare[left], spare[right]) <= 0)) {
                into[k] = spare[left++];
            } else {
                into[k] = spare[right++];
            }
        }
    }
}
