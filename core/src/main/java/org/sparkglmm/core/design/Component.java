package org.sparkglmm.core.design;

import java.io.Serializable;

/**
 * One factor of the product that a column of the design matrix is.
 *
 * @param variable the name of a variable
 * @param level {@link #NUMERIC} for the value itself; otherwise 1 where the variable's code is this level (from 0), else 0
 */
public record Component(String variable, int level) implements Serializable {

    /** The level of a component that is a number. */
    public static final int NUMERIC = -1;

    /** Whether it is the value itself and not the indicator of a level. */
    public boolean isNumeric() {
        return level == NUMERIC;
    }
}
