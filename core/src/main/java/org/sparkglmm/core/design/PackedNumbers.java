package org.sparkglmm.core.design;

import java.nio.ByteBuffer;

/**
 * Numbers in the narrowest type that gives every one of them back bit for bit: codes, counts and 0/1 outcomes take a byte each,
 * whatever the type of the column that they came from.
 */
final class PackedNumbers {
    private enum Width {
        BYTE(Byte.BYTES),
        SHORT(Short.BYTES),
        INT(Integer.BYTES),
        FLOAT(Float.BYTES),
        DOUBLE(Double.BYTES);

        private final int bytes;

        Width(int bytes) {
            this.bytes = bytes;
        }

        private boolean holds(double v) {
            double back =
                    switch (this) {
                        case BYTE -> (byte) v;
                        case SHORT -> (short) v;
                        case INT -> (int) v;
                        case FLOAT -> (float) v;
                        case DOUBLE -> v;
                    };
            // By bits: -0.0 is not 0, and NaN is itself.
            return Double.doubleToRawLongBits(back) == Double.doubleToRawLongBits(v);
        }
    }

    private static final Width[] WIDTHS = Width.values();

    private final double[] values;
    private final Width width;

    PackedNumbers(double[] values) {
        this.values = values;
        int narrowest = 0;
        for (int j = 0; j < values.length; j++) {
            while (!WIDTHS[narrowest].holds(values[j])) {
                narrowest++;
                // What a float holds need not be what an int holds: earlier values are asked again.
                j = WIDTHS[narrowest] == Width.FLOAT ? 0 : j;
            }
        }
        width = WIDTHS[narrowest];
    }

    int bytes() {
        return 1 + values.length * width.bytes;
    }

    void write(ByteBuffer out) {
        out.put((byte) width.ordinal());
        switch (width) {
            case BYTE -> {
                for (double v : values) {
                    out.put((byte) v);
                }
            }
            case SHORT -> {
                for (double v : values) {
                    out.putShort((short) v);
                }
            }
            case INT -> {
                for (double v : values) {
                    out.putInt((int) v);
                }
            }
            case FLOAT -> {
                for (double v : values) {
                    out.putFloat((float) v);
                }
            }
            case DOUBLE -> {
                for (double v : values) {
                    out.putDouble(v);
                }
            }
        }
    }

    /** Writes n numbers to {@code into}, from {@code at} on. */
    static void read(ByteBuffer in, int n, double[] into, int at) {
        switch (WIDTHS[in.get()]) {
            case BYTE -> {
                for (int j = at; j < at + n; j++) {
                    into[j] = in.get();
                }
            }
            case SHORT -> {
                for (int j = at; j < at + n; j++) {
                    into[j] = in.getShort();
                }
            }
            case INT -> {
                for (int j = at; j < at + n; j++) {
                    into[j] = in.getInt();
                }
            }
            case FLOAT -> {
                for (int j = at; j < at + n; j++) {
                    into[j] = in.getFloat();
                }
            }
            case DOUBLE -> {
                for (int j = at; j < at + n; j++) {
                    into[j] = in.getDouble();
                }
            }
        }
    }
}
