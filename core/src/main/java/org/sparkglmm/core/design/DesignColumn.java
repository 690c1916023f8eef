package org.sparkglmm.core.design;

import java.io.Serializable;
import java.util.List;

/**
 * One column of a design matrix: the product of its components.
 *
 * @param name as R names it: (Intercept), sexM, time:sexM
 * @param components none for the intercept
 */
public record DesignColumn(String name, List<Component> components) implements Serializable {

    /** R's name for the column of ones. */
    public static final String INTERCEPT = "(Intercept)";

    /** Takes a copy of the list. */
    public DesignColumn {
        components = List.copyOf(components);
    }

    /** The column of ones. */
    public static DesignColumn intercept() {
        return new DesignColumn(INTERCEPT, List.of());
    }
}
