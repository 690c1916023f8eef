package org.sparkglmm.core.design;

import java.util.Arrays;

/**
 * A growing column of cluster ids: whole numbers as {@code long}, every other type as its text. Ids are hashed to blocks
 * and ordered here, so that both depend on the id alone.
 */
public final class ClusterIds {

    private long[] numbers;
    private String[] texts;
    private int count;

    private ClusterIds(long[] numbers, String[] texts) {
        this.numbers = numbers;
        this.texts = texts;
    }

    public static ClusterIds ofNumbers(int capacity) {
        return new ClusterIds(new long[Math.max(1, capacity)], null);
    }

    public static ClusterIds ofTexts(int capacity) {
        return new ClusterIds(null, new String[Math.max(1, capacity)]);
    }

    /** An empty column of the same kind. */
    public ClusterIds empty(int capacity) {
        return numbers != null ? ofNumbers(capacity) : ofTexts(capacity);
    }

    public boolean areNumbers() {
        return numbers != null;
    }

    public int count() {
        return count;
    }

    public long number(int i) {
        return numbers[i];
    }

    public String text(int i) {
        return texts[i];
    }

    public void add(long id) {
        if (count == numbers.length) {
            numbers = Arrays.copyOf(numbers, 2 * count);
        }
        numbers[count++] = id;
    }

    public void add(String id) {
        if (count == texts.length) {
            texts = Arrays.copyOf(texts, 2 * count);
        }
        texts[count++] = id;
    }

    /** Adds element i of another column of the same kind. */
    public void addFrom(ClusterIds other, int i) {
        if (numbers != null) {
            add(other.numbers[i]);
        } else {
            add(other.texts[i]);
        }
    }

    public int compare(int i, int j) {
        return numbers != null ? Long.compare(numbers[i], numbers[j]) : texts[i].compareTo(texts[j]);
    }

    /** 64 bits of element i, the same wherever it stands. */
    public long hash(int i) {
        return numbers != null ? hashOf(numbers[i]) : hashOf(texts[i]);
    }

    /** 64 bits of an id. */
    public static long hashOf(long id) {
        return mix(id);
    }

    public static long hashOf(String id) {
        return mix(fnv(id));
    }

    /** The block of element i among {@code blocks}. */
    public int block(int i, int blocks) {
        return numbers != null ? block(numbers[i], blocks) : block(texts[i], blocks);
    }

    public static int block(long id, int blocks) {
        return (int) Long.remainderUnsigned(hashOf(id), blocks);
    }

    public static int block(String id, int blocks) {
        return (int) Long.remainderUnsigned(hashOf(id), blocks);
    }

    /** FNV-1a over the characters. */
    private static long fnv(String id) {
        long h = 0xcbf29ce484222325L;
        for (int i = 0; i < id.length(); i++) {
            h = (h ^ id.charAt(i)) * 0x100000001b3L;
        }
        return h;
    }

    /** The finaliser of MurmurHash3: every bit of the input reaches every bit of the output. */
    static long mix(long h) {
        h ^= h >>> 33;
        h *= 0xff51afd7ed558ccdL;
        h ^= h >>> 33;
        h *= 0xc4ceb9fe1a85ec53L;
        return h ^ (h >>> 33);
    }

    /** Gives back unused room. */
    public void trim() {
        if (numbers != null) {
            numbers = Arrays.copyOf(numbers, Math.max(1, count));
        } else {
            texts = Arrays.copyOf(texts, Math.max(1, count));
        }
    }
}
