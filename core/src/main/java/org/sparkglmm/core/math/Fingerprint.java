package org.sparkglmm.core.math;

/**
 * 64 bits that stand for a sequence of numbers and texts: to tell whether two are the same, where nobody has an interest in
 * deceiving. The same on every machine.
 */
public final class Fingerprint {
    private static final long FACTOR = 0x9e3779b97f4a7c15L;

    private long bits;

    public Fingerprint add(long value) {
        long h = (bits ^ value) * FACTOR;
        bits = h ^ (h >>> 32);
        return this;
    }

    public Fingerprint add(double value) {
        return add(Double.doubleToLongBits(value));
    }

    /** With its length, so that two arrays are not one. */
    public Fingerprint add(double[] values) {
        add(values.length);
        for (double value : values) {
            add(value);
        }
        return this;
    }

    /** With its length. */
    public Fingerprint add(String text) {
        add(text.length());
        for (int i = 0; i < text.length(); i++) {
            add(text.charAt(i));
        }
        return this;
    }

    public long value() {
        return bits;
    }
}
