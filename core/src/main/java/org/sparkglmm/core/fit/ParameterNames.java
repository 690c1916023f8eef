package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.model.AuxiliaryParameter;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.ParameterLayout;

/** Names of the entries of (β, θ, ψ): the columns of X, chol[group|row,column] for Λ, and for the family's own log(theta), or log(theta):column
 * where a formula gives it columns. */
final class ParameterNames {
    private static final String CHOLESKY = "chol[";

    private ParameterNames() {}

    /** A name within a sentence: what Λ holds is the spread of random effects. */
    static String spoken(String name) {
        return name.startsWith(CHOLESKY) ? "the spread of random effects, " + name : name;
    }

    static List<String> of(Design design, Family family, ParameterLayout layout) {
        List<String> out = new ArrayList<>(design.fixedNames());
        List<String> terms = design.randomNames();
        for (int t = 0; t < layout.theta(); t++) {
            out.add(CHOLESKY + design.group() + "|" + terms.get(layout.row(t)) + "," + terms.get(layout.column(t))
                    + "]");
        }
        for (int k = 0; k < layout.psiParts(); k++) {
            AuxiliaryParameter own = family.auxiliary().get(k);
            List<DesignColumn> columns = design.auxiliaryColumns(k);
            for (DesignColumn column : columns) {
                out.add(columns.size() == 1 ? own.label() : own.label() + ":" + column.name());
            }
        }
        return out;
    }
}
