package org.sparkglmm.spark.data;

import java.io.Serializable;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;

/**
 * What a look at a text table, or at a part of one file of it, finds before anything is read: how many records there are, which of them
 * have too many or too few fields, what kinds of fields each column holds, and whether line breaks stand inside quotes.
 */
final class TextLook implements RecordScanner.Sink, Serializable {
    private static final long serialVersionUID = 1;

    /** Line numbers that a message names. */
    private static final int MOST_LINES = 5;

    private static final int LINE_FEED = 1;
    private static final int RETURN = 2;
    private static final int BOTH = 4;

    private final TextDialect dialect;
    private final List<String> header;
    private final int[] kinds;
    private final long[] missing;
    private final long[] notNumbers;
    private final long[] unreadable;
    private final Lines surplus = new Lines();
    private final Lines irregular = new Lines();
    private final Lines withNul = new Lines();
    private long lines;
    private long records;
    private long shortRecords;
    private boolean otherHeader;
    private boolean open;
    private long opened;
    private int ends;

    private transient RecordScanner scanner;
    private transient int[] record;
    private transient boolean inHeader;
    private transient boolean hasNul;
    private transient int at;

    /** Of no line. */
    TextLook(TextDialect dialect, List<String> header) {
        this.dialect = dialect;
        this.header = List.copyOf(header);
        kinds = new int[header.size()];
        missing = new long[header.size()];
        notNumbers = new long[header.size()];
        unreadable = new long[header.size()];
    }

    /** Where certain records begin: the first few of their line numbers, and how many there are. */
    static final class Lines implements Serializable {
        private static final long serialVersionUID = 1;

        private final List<String> first = new ArrayList<>();
        private long count;

        private void add(long line) {
            if (count++ < MOST_LINES) {
                first.add(Long.toString(line));
            }
        }

        private void merge(Lines next, long before, String file) {
            count += next.count;
            for (String line : next.first) {
                if (first.size() < MOST_LINES) {
                    first.add(Long.parseLong(line) + before + (file.isEmpty() ? "" : " of " + file));
                }
            }
        }

        long count() {
            return count;
        }

        /** Line 3; lines 3, 7, 9, ... */
        String words() {
            return (count == 1 ? "line " : "lines ") + String.join(", ", first) + (count > first.size() ? ", ..." : "");
        }
    }

    /** Begins with a part of a file, which has the header if it is the first. */
    void begin(boolean ofHeader) {
        scanner = new RecordScanner(dialect, this);
        record = new int[kinds.length];
        inHeader = ofHeader;
        opened = 1;
    }

    /**
     * What stands between two line feeds of a file: a line, or several where lines end in a carriage return.
     *
     * @param isLast whether the file, or its part, ends behind it
     * @param isWhole whether the file is read as a whole, since line breaks stand inside quotes
     * @return whether it ended outside quotes: otherwise the parts of a file mean nothing, and it must be read as a whole
     */
    boolean between(byte[] bytes, int length, boolean isLast, boolean isWhole) {
        int from = 0;
        boolean returns = false;
        boolean breaks = false;
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\r') {
                // The line feed behind the last one is not seen here: it is there unless lines end in returns alone.
                boolean both = i == length - 1 && !returns;
                line(bytes, from, i, both ? BOTH : RETURN, isWhole);
                returns |= !both && !open;
                breaks |= open;
                from = i + 1;
            }
        }
        boolean ended = length > 0 && bytes[length - 1] == '\r';
        if (!ended && (from < length || !isLast)) {
            line(bytes, from, length, isLast ? 0 : LINE_FEED, isWhole);
        }
        open |= breaks && !isWhole;
        return !open;
    }

    private void line(byte[] bytes, int from, int to, int end, boolean isWhole) {
        lines++;
        if (!scanner.isOpen()) {
            opened = lines;
            if (isBlank(bytes, from, to, isWhole)) {
                return;
            }
        }
        scanner.line(bytes, from, to);
        open = scanner.isOpen();
        ends |= open ? 0 : end;
    }

    /** As Spark passes over lines: in parts over those of blanks, in the whole over those of nothing. */
    private static boolean isBlank(byte[] bytes, int from, int to, boolean isWhole) {
        for (int i = from; i < to; i++) {
            if (isWhole || bytes[i] < 0 || bytes[i] > ' ') {
                return false;
            }
        }
        return true;
    }

    @Override
    public void field(byte[] bytes, int from, int to) {
        int column = at++;
        if (column >= kinds.length) {
            return;
        }
        if (inHeader) {
            String name = new String(bytes, from, to - from, charset());
            otherHeader |= !name.equalsIgnoreCase(header.get(column));
            return;
        }
        int kind = FieldKind.of(bytes, from, to, dialect.decimal());
        record[column] = kind;
        if (kind == FieldKind.TEXT) {
            look(bytes, from, to, column);
        }
    }

    /** Files that are read as a whole come in UTF-8 whatever they are written in. */
    private Charset charset() {
        return dialect.isReadByBytes() ? dialect.charset() : Charset.forName(TextDialect.DEFAULT.encoding());
    }

    private void look(byte[] bytes, int from, int to, int column) {
        boolean plain = true;
        for (int i = from; i < to; i++) {
            plain &= bytes[i] > 0;
            hasNul |= bytes[i] == 0;
        }
        boolean checked = dialect.isUtf8() || !dialect.isReadByBytes();
        if (!plain && checked && new String(bytes, from, to - from, charset()).indexOf(TableSource.NO_CHARACTER) >= 0) {
            unreadable[column]++;
        }
    }

    @Override
    public void record(boolean isIrregular) {
        int fields = at;
        at = 0;
        if (isIrregular) {
            irregular.add(opened);
        }
        if (hasNul) {
            withNul.add(opened);
            hasNul = false;
        }
        if (inHeader) {
            otherHeader |= fields != kinds.length;
            inHeader = false;
            return;
        }
        records++;
        if (fields > kinds.length) {
            surplus.add(opened);
            return;
        }
        shortRecords += fields < kinds.length ? 1 : 0;
        for (int c = 0; c < kinds.length; c++) {
            int kind = c < fields ? record[c] : FieldKind.MISSING;
            kinds[c] |= kind;
            missing[c] += (kind & FieldKind.NOTHING) != 0 ? 1 : 0;
            notNumbers[c] += kind == FieldKind.NAN ? 1 : 0;
        }
    }

    /**
     * Adds what was found in the next part.
     *
     * @param before lines of its file that stand before the part
     * @param file its name if there are several
     */
    void merge(TextLook next, long before, String file) {
        surplus.merge(next.surplus, before, file);
        irregular.merge(next.irregular, before, file);
        withNul.merge(next.withNul, before, file);
        if (next.open && !open) {
            open = true;
            opened = next.opened + before;
        }
        otherHeader |= next.otherHeader;
        lines += next.lines;
        records += next.records;
        shortRecords += next.shortRecords;
        ends |= next.ends;
        for (int c = 0; c < kinds.length; c++) {
            kinds[c] |= next.kinds[c];
            missing[c] += next.missing[c];
            notNumbers[c] += next.notNumbers[c];
            unreadable[c] += next.unreadable[c];
        }
    }

    long lines() {
        return lines;
    }

    /** Rows of the table. */
    long records() {
        return records;
    }

    /** Rows with fewer fields than the header. */
    long shortRecords() {
        return shortRecords;
    }

    /** Rows with more fields than the header. */
    Lines surplus() {
        return surplus;
    }

    /** Rows in which something stands behind a closing quote. */
    Lines irregular() {
        return irregular;
    }

    /** Rows with a character 0. */
    Lines withNul() {
        return withNul;
    }

    /** Whether the header of a part is another one. */
    boolean hasOtherHeader() {
        return otherHeader;
    }

    /** Whether a line, or the file, ended inside quotes. */
    boolean isOpen() {
        return open;
    }

    /** The line in which these quotes were opened. */
    long opened() {
        return opened;
    }

    /** Whether rows end in more than one way. */
    boolean hasMixedEnds() {
        return Integer.bitCount(ends) > 1;
    }

    /** Whether some rows end in a carriage return alone and others do not. */
    boolean hasBareReturns() {
        return (ends & RETURN) != 0 && ends != RETURN;
    }

    /** The kinds of the fields of a column. */
    int kinds(int column) {
        return kinds[column];
    }

    /** Rows without a number in a column of numbers. */
    long withoutNumber(int column) {
        return missing[column] + notNumbers[column];
    }

    /** Fields of a column that hold bytes which are no character. */
    long unreadable(int column) {
        return unreadable[column];
    }
}
