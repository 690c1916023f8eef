package org.sparkglmm.core.formula;

import java.io.Serializable;
import java.util.List;

/**
 * A main effect or an interaction.
 *
 * @param variables each once, in the order in which they first appear in the formula; at least one
 */
public record Term(List<Variable> variables) implements Serializable {

    /** Takes a copy of the list. */
    public Term {
        variables = List.copyOf(variables);
    }

    /** R's label: {@code time:sex}. */
    public String name() {
        StringBuilder name = new StringBuilder();
        for (Variable variable : variables) {
            name.append(name.isEmpty() ? "" : ":").append(variable.name());
        }
        return name.toString();
    }

    /** How many variables interact. */
    public int degree() {
        return variables.size();
    }
}
