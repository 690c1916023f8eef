package org.sparkglmm.core.model;

import java.io.Serializable;

/**
 * Where the covariance of one random term's effects lies among the parameters: G = ΛΛ', and the entries of the lower-triangular Λ are
 * parameters, row by row.
 *
 * @param start of its effects among those of all terms
 * @param size effects a level
 * @param at index of its first entry among the parameters
 */
public record CovarianceFactor(int start, int size, int at) implements Serializable {
    /** Entries of a Λ of so many effects. */
    static int entries(int size) {
        return size * (size + 1) / 2;
    }

    /** Behind its last effect among those of all terms. */
    public int end() {
        return start + size;
    }

    /** Whether an effect is one of its own. */
    public boolean has(int effect) {
        return effect >= start && effect < end();
    }

    /**
     * Index of an entry of Λ among the parameters.
     *
     * @param row effect, among those of all terms
     * @param column the same, no larger
     */
    public int index(int row, int column) {
        return at + entries(row - start) + column - start;
    }
}
