package org.sparkglmm.core;

/** Numbers of rows in messages: few of them are not told exactly, since each may be a person. */
public final class RowCount {
    /** What disclosure rules usually ask for. */
    public static final int FEW = 5;

    private RowCount() {}

    /** 12 rows; fewer than 5 rows. */
    public static String words(long rows) {
        return rows > 0 && rows < FEW ? "fewer than " + FEW + " rows" : rows + " rows";
    }
}
