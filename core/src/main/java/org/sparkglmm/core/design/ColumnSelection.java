package org.sparkglmm.core.design;

import java.io.Serializable;

/**
 * Which columns of a design stay.
 *
 * @param fixed indices of columns of X
 * @param auxiliary the same for each list of {@link Design#auxiliary()}
 */
public record ColumnSelection(int[] fixed, int[][] auxiliary) implements Serializable {

    /** The columns at these indices. */
    static BlockColumn[] pick(BlockColumn[] columns, int[] keep) {
        BlockColumn[] out = new BlockColumn[keep.length];
        for (int c = 0; c < keep.length; c++) {
            out[c] = columns[keep[c]];
        }
        return out;
    }
}
