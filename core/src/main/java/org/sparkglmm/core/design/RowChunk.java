package org.sparkglmm.core.design;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Rows on their way to their block: an id and the raw values of {@link Design#raw}, column by column. They travel {@link
 * #packed}.
 */
public final class RowChunk {
    private final ClusterIds ids;
    private final double[][] columns;
    private int capacity;

    /** @param ids an empty id column; its kind is the chunk's */
    public RowChunk(ClusterIds ids, int columns, int capacity) {
        this.ids = ids;
        this.capacity = Math.max(1, capacity);
        this.columns = new double[columns][this.capacity];
    }

    public int rows() {
        return ids.count();
    }

    public ClusterIds ids() {
        return ids;
    }

    public double value(int column, int row) {
        return columns[column][row];
    }

    double[] column(int column) {
        return columns[column];
    }

    /** The row that the next id will open; fill its values with {@link #set} before adding the id. */
    public int openRow() {
        int row = ids.count();
        if (row == capacity) {
            reserve(row + 1);
        }
        return row;
    }

    public void set(int column, int row, double value) {
        columns[column][row] = value;
    }

    /** Replaces the codes of a factor by others: {@code code[c]} for c. */
    public void recode(int column, int[] code) {
        double[] values = columns[column];
        for (int row = 0; row < rows(); row++) {
            values[row] = code[(int) values[row]];
        }
    }

    /** All rows in as few bytes as hold them exactly. */
    public byte[] packed() {
        int[] all = new int[rows()];
        Arrays.setAll(all, row -> row);
        return packed(all, 0, all.length);
    }

    /** Rows {@code order[from]} to {@code order[to - 1]}, as {@link #append} takes them. */
    public byte[] packed(int[] order, int from, int to) {
        PackedIds packedIds = PackedIds.of(ids, order, from, to);
        PackedNumbers[] packed = new PackedNumbers[columns.length];
        int bytes = Integer.BYTES + packedIds.bytes();
        for (int c = 0; c < columns.length; c++) {
            double[] picked = new double[to - from];
            for (int j = from; j < to; j++) {
                picked[j - from] = columns[c][order[j]];
            }
            packed[c] = new PackedNumbers(picked);
            bytes += packed[c].bytes();
        }
        ByteBuffer out = ByteBuffer.allocate(bytes);
        out.putInt(to - from);
        packedIds.write(out);
        for (PackedNumbers column : packed) {
            column.write(out);
        }
        return out.array();
    }

    /** Appends packed rows of a chunk of the same shape. */
    public void append(byte[] packed) {
        ByteBuffer in = ByteBuffer.wrap(packed);
        int n = in.getInt();
        int at = rows();
        reserve(at + n);
        PackedIds.read(in, n, ids);
        for (double[] column : columns) {
            PackedNumbers.read(in, n, column, at);
        }
    }

    private void reserve(int rows) {
        if (rows > capacity) {
            capacity = Math.max(rows, capacity + (capacity >> 1));
            for (int c = 0; c < columns.length; c++) {
                columns[c] = Arrays.copyOf(columns[c], capacity);
            }
        }
    }
}
