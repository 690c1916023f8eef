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
 * @param others coefficients of the other columns, by name; others that were dropped may be among them
 * @param scale root mean square of the column, as it was computed, the unit of rounding
 * @param centred the same where covariates in it lie far from 0; null where none does
 */
public record AliasedColumn(
        int part, String name, double constant, Map<String, Double> others, double scale, Centred centred)
        implements Serializable {
    /** The part of the columns of X. */
    public static final int FIXED = -1;

    /** Takes a copy of the map, in its order. */
    public AliasedColumn {
        others = copy(others);
    }

    /** Of covariates that are all about 0. */
    public AliasedColumn(int part, String name, double constant, Map<String, Double> others, double scale) {
        this(part, name, constant, others, scale, null);
    }

    /**
     * The dependence of the columns about the centres of some of their covariates: that of the columns about 0 is hidden behind rounding of
     * large numbers that cancel.
     *
     * @param centres what is taken off each covariate
     * @param constant as of the columns about 0
     * @param others the same
     */
    public record Centred(Map<String, Double> centres, double constant, Map<String, Double> others)
            implements Serializable {
        /** Takes copies of the maps, in their order. */
        public Centred {
            centres = copy(centres);
            others = copy(others);
        }
    }

    private static Map<String, Double> copy(Map<String, Double> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
