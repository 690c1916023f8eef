package org.sparkglmm.core.formula;

import java.io.Serializable;
import java.util.List;

/**
 * One thing that a formula computes from a row. Two variables with the same name are the same variable.
 *
 * @param name as R prints it: time, I(x^2), log(x + 1), factor(period), `my col`
 * @param sql its value as a Spark SQL expression; safe to put into a larger one
 * @param forcedFactor whether it is a factor whatever its type: factor(x)
 * @param columns the columns that it mentions, without backticks, for messages; a word of SQL may be among them, except
 *     for a plain column, where it is just that one
 */
public record Variable(String name, String sql, boolean forcedFactor, List<String> columns) implements Serializable {

    /** Takes a copy of the list. */
    public Variable {
        columns = List.copyOf(columns);
    }

    /** Whether it is a column as it stands, and not computed. */
    public boolean isPlainColumn() {
        return !forcedFactor && columns.size() == 1 && sql.equals(Words.sqlColumn(columns.get(0)));
    }
}
