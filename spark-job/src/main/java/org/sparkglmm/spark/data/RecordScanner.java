package org.sparkglmm.spark.data;

import java.util.Arrays;

/**
 * Cuts the lines of a text table into the fields of its records as RFC 4180 has it: a field may stand in quotes, inside which a quote is
 * doubled and separators and line breaks are text. It looks at the structure alone and keeps nothing; the values are Spark's to read.
 */
final class RecordScanner {
    /** Of a field in quotes no more is kept than tells its kind, or a column's name. */
    private static final int MOST_KEPT = 1 << 16;

    /** What is done with the pieces. */
    interface Sink {
        /** A field: the bytes from..to, without its quotes. */
        void field(byte[] bytes, int from, int to);

        /** The end of a record; irregular if something stood behind a closing quote. */
        void record(boolean irregular);
    }

    private final byte separator;
    private final byte quote;
    private final boolean quotes;
    private final Sink sink;
    private byte[] kept = new byte[256];
    private int length;
    private boolean open;
    private boolean irregular;

    RecordScanner(TextDialect dialect, Sink sink) {
        separator = (byte) dialect.separator();
        quote = (byte) dialect.quote();
        quotes = dialect.hasQuote();
        this.sink = sink;
    }

    /** Whether the last line ended inside quotes. */
    boolean isOpen() {
        return open;
    }

    /** The next line, without its end. */
    void line(byte[] line, int from, int to) {
        int at = from;
        boolean goesOn = open;
        if (goesOn) {
            keep((byte) '\n');
        }
        while (true) {
            if (goesOn || (quotes && at < to && line[at] == quote)) {
                length = goesOn ? length : 0;
                at = quoted(line, goesOn ? at : at + 1, to);
                goesOn = false;
                if (open) {
                    return;
                }
            } else {
                int begin = at;
                while (at < to && line[at] != separator) {
                    at++;
                }
                sink.field(line, begin, at);
            }
            if (at == to) {
                sink.record(irregular);
                irregular = false;
                return;
            }
            at++;
        }
    }

    /** Reads on inside quotes; returns where the field ends. */
    private int quoted(byte[] line, int from, int to) {
        int at = from;
        open = true;
        while (at < to && open) {
            byte c = line[at++];
            if (c != quote) {
                keep(c);
            } else if (at < to && line[at] == quote) {
                keep(c);
                at++;
            } else {
                open = false;
            }
        }
        if (open) {
            return to;
        }
        int end = at;
        while (end < to && line[end] != separator) {
            end++;
        }
        irregular |= end > at;
        sink.field(kept, 0, length);
        return end;
    }

    private void keep(byte c) {
        if (length == kept.length) {
            if (length == MOST_KEPT) {
                return;
            }
            kept = Arrays.copyOf(kept, 2 * length);
        }
        kept[length++] = c;
    }
}
