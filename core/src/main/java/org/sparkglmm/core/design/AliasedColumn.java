package org.sparkglmm.core.design;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A column that a fit dropped since in all its rows it was a combination of others: constant + Σ coefficient · column. Where a new row
 * keeps to that, it is predicted as if the column had been there; where it does not, the data say nothing of it.
 *
 * @param part whose column: -1 for X, otherwise the index of the family's own parameter
 * @param name of the column
 * @param constant the intercept's part, or that of what takes its place
 * @param others coefficients of the other columns, by name
 * @param scale root mean square of the column, the unit of rounding
 */
public record AliasedColumn(int part, String name, double constant, Map<String, Double> others, double scale)
        implements Serializable {
    /** The part of the columns of X. */
    public static final int FIXED = -1;

    /** Takes a copy of the map, in its order. */
    public AliasedColumn {
        others = Collections.unmodifiableMap(new LinkedHashMap<>(others));
    }
}
