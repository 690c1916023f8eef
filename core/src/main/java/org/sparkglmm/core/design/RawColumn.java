package org.sparkglmm.core.design;

import java.io.Serializable;
import java.util.List;

/**
 * One value read of each row.
 *
 * @param name the variable as the formula shows it, or the role it plays
 * @param expression how to compute it from the table's columns (Spark SQL; this package does not evaluate it)
 * @param levels the levels of a factor, whose value is then its 0-based code; empty for a number
 */
public record RawColumn(String name, String expression, List<String> levels) implements Serializable {
    public RawColumn {
        levels = List.copyOf(levels);
    }

    public boolean isFactor() {
        return !levels.isEmpty();
    }
}
