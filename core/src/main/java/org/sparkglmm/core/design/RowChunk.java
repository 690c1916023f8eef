package org.sparkglmm.core.design;

import java.io.Serializable;
import java.util.Arrays;

/** Rows on their way to their block: an id and the raw values of {@link Design#raw}, column by column. */
public final class RowChunk implements Serializable {
    private static final long serialVersionUID = 1;

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
            capacity *= 2;
            for (int c = 0; c < columns.length; c++) {
                columns[c] = Arrays.copyOf(columns[c], capacity);
            }
        }
        return row;
    }

    public void set(int column, int row, double value) {
        columns[column][row] = value;
    }

    /** Appends all rows of another chunk of the same shape. */
    public void append(RowChunk other) {
        int n = rows();
        int total = n + other.rows();
        if (total > capacity) {
            capacity = Math.max(total, 2 * capacity);
            for (int c = 0; c < columns.length; c++) {
                columns[c] = Arrays.copyOf(columns[c], capacity);
            }
        }
        for (int c = 0; c < columns.length; c++) {
            System.arraycopy(other.columns[c], 0, columns[c], n, other.rows());
        }
        ids.addAll(other.ids);
    }

    /** Gives back unused room before the chunk is sent. */
    public RowChunk trimmed() {
        ids.trim();
        capacity = Math.max(1, rows());
        for (int c = 0; c < columns.length; c++) {
            columns[c] = Arrays.copyOf(columns[c], capacity);
        }
        return this;
    }
}
