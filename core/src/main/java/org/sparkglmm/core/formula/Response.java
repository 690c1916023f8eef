package org.sparkglmm.core.formula;

import java.io.Serializable;
import java.util.List;

/**
 * The left side of a formula.
 *
 * @param kind how its parts are to be taken
 * @param text as R prints it: y, log(y), cbind(s, f), s/n
 * @param parts the value; or successes and failures; or successes and trials; or nothing
 */
public record Response(Kind kind, String text, List<Variable> parts) implements Serializable {

    /** What the left side of a formula says. */
    public enum Kind {
        /** One value a row: {@code y}. */
        VALUE,
        /** {@code cbind(successes, failures)}. */
        SUCCESS_FAILURE,
        /** {@code successes/trials}. */
        SUCCESS_TRIALS,
        /** A formula without a left side, for zero inflation and dispersion. */
        NONE
    }

    /** Takes a copy of the list. */
    public Response {
        parts = List.copyOf(parts);
    }

    /** The Spark SQL text of each part. */
    public List<String> sql() {
        return parts.stream().map(Variable::sql).toList();
    }
}
