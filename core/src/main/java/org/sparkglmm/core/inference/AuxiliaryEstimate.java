package org.sparkglmm.core.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.model.AuxiliaryParameter;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.ParameterLayout;

/**
 * One of the family's own parameters, as estimated.
 *
 * @param parameter which
 * @param coefficients of its linear predictor: (Intercept) alone for a constant
 * @param isConstant whether no formula gives it columns
 */
public record AuxiliaryEstimate(AuxiliaryParameter parameter, List<FixedEffect> coefficients, boolean isConstant) {

    /** Lower end of a constant's 95% interval, on the parameter's own scale; NaN if there is none. */
    public double lower() {
        return onOwnScale(coefficients.get(0).lower());
    }

    /** Upper end. */
    public double upper() {
        return onOwnScale(coefficients.get(0).upper());
    }

    /** A family's further constants may have a scale of their own. */
    private double onOwnScale(double predictor) {
        return parameter.role() == AuxiliaryParameter.Role.CONSTANT
                ? Double.NaN
                : parameter.link().mean(predictor);
    }

    /** All of them, from β, θ, ψ and the standard errors of these (NaN where there is none). */
    public static List<AuxiliaryEstimate> of(
            Design design, Family family, double[] parameters, double[] se, double[] robustSe, StandardErrors errors) {
        ParameterLayout layout = design.layout(family);
        List<AuxiliaryEstimate> out = new ArrayList<>();
        for (int k = 0; k < layout.psiParts(); k++) {
            List<String> names =
                    design.auxiliaryColumns(k).stream().map(DesignColumn::name).toList();
            int from = layout.psiStart(k);
            int to = layout.psiStart(k + 1);
            List<FixedEffect> table = FixedEffect.table(
                    names,
                    Arrays.copyOfRange(parameters, from, to),
                    Arrays.copyOfRange(se, from, to),
                    Arrays.copyOfRange(robustSe, from, to),
                    errors);
            boolean constant =
                    k >= design.auxiliary().size() || design.auxiliary().get(k).isEmpty();
            out.add(new AuxiliaryEstimate(family.auxiliary().get(k), table, constant));
        }
        return out;
    }
}
