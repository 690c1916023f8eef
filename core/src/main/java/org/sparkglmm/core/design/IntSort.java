package org.sparkglmm.core.design;

/** Stable merge sort of indices by a comparison of what they point at; the JDK has none for primitive indices. */
final class IntSort {
    interface Order {
        int compare(int i, int j);
    }

    private IntSort() {}

    static void sort(int[] a, Order order) {
        boolean sorted = true;
        for (int i = 1; sorted && i < a.length; i++) {
            sorted = order.compare(a[i - 1], a[i]) <= 0;
        }
        if (!sorted) {
            sort(a, a.clone(), 0, a.length, order);
        }
    }

    /** Sorts into[from, to); {@code spare} holds the same elements there. */
    private static void sort(int[] into, int[] spare, int from, int to, Order order) {
        if (to - from < 2) {
            return;
        }
        int middle = (from + to) >>> 1;
        sort(spare, into, from, middle, order);
        sort(spare, into, middle, to, order);
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
