package org.sparkglmm.core.design;

import java.io.Serializable;

/**
 * One factor of the product that a column of the design matrix is.
 *
 * @param variable the name of a variable
 * @param level {@link #NUMERIC} for the value itself; otherwise 1 where the variable's code is this level (from 0), else 0
 * @param centre what is taken off the value of a number, 0 but in designs made by {@link Centring}
 */
public record Component(String variable, int level, double centre) implements Serializable {

    /** The level of a component that is a number. */
    public static final int NUMERIC = -1;

    /** About 0. */
    public Component(String variable, int level) {
        this(variable, level, 0);
    }

    /** Whether it is the value itself and not the indicator of a level. */
    public boolean isNumeric() {
        return level == NUMERIC;
    }

    /** The same about another origin. */
    Component about(double origin) {
        return new Component(variable, level, origin);
    }
}
