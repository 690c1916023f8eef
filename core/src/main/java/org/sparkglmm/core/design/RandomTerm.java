package org.sparkglmm.core.design;

import java.io.Serializable;
import java.util.List;

/**
 * A random term of a model bound to a table: for each level of a grouping factor, effects of these columns with a covariance of their
 * own. {@code (1 + time | id)} is one term of two columns, {@code (1 + time || id)} two of one.
 *
 * @param factor whose levels have the effects
 * @param columns of Z
 */
public record RandomTerm(GroupingFactor factor, List<DesignColumn> columns) implements Serializable {
    /** Keeps a copy. */
    public RandomTerm {
        columns = List.copyOf(columns);
    }

    /** Terms of one factor, whose levels are the clusters. */
    public static List<RandomTerm> ofClusters(String group, List<List<DesignColumn>> terms) {
        GroupingFactor factor = GroupingFactor.ofClusters(group);
        return terms.stream().map(columns -> new RandomTerm(factor, columns)).toList();
    }

    /** Effects a level. */
    public int size() {
        return columns.size();
    }

    /** The columns' names. */
    public List<String> names() {
        return columns.stream().map(DesignColumn::name).toList();
    }

    /** Where the intercept stands among the columns; -1 without one. */
    public int intercept() {
        for (int r = 0; r < columns.size(); r++) {
            if (columns.get(r).components().isEmpty()) {
                return r;
            }
        }
        return -1;
    }

    /** The same term of other columns, as many. */
    RandomTerm of(List<DesignColumn> others) {
        return new RandomTerm(factor, others);
    }
}
