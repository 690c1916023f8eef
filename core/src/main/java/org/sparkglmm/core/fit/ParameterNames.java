package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.ParameterLayout;

/** Names of the entries of (β, θ, ψ): the columns of X, chol[group|row,column] for Λ, and the family's own. */
final class ParameterNames {
    private ParameterNames() {}

    static List<String> of(Design design, Family family, ParameterLayout layout) {
        List<String> out = new ArrayList<>(design.fixedNames());
        List<String> terms = design.randomNames();
        for (int t = 0; t < layout.theta(); t++) {
            out.add("chol[" + design.group() + "|" + terms.get(layout.row(t)) + "," + terms.get(layout.column(t))
                    + "]");
        }
        out.addAll(family.psiNames());
        return out;
    }
}
