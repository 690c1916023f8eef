package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.diagnostics.SeparatedLevels;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.model.ParameterLayout;

/** The parameters that the data leave open: the log-likelihood is flat in them, or all but flat, as where an effect has no finite estimate. */
final class OpenParameters {
    /** In units of a column's standard deviation: no effect is this uncertain unless the data leave it open. */
    private static final double SEPARATED = 25;

    private final Design design;
    private final ParameterLayout layout;
    private final List<String> names;
    private final Set<Integer> open = new TreeSet<>();

    /** @param parameters raw */
    OpenParameters(
            Design design, ParameterLayout layout, List<String> names, Covariance covariance, double[] parameters) {
        this.design = design;
        this.layout = layout;
        this.names = names;
        Arrays.stream(covariance.undetermined()).forEach(open::add);
        double[] se = covariance.estimates().standardErrors(StandardErrors.MODEL);
        for (int i = 0; i < parameters.length; i++) {
            // The scaled intercept is that at the means of the others, and goes with those that are open.
            boolean isConstant =
                    i < layout.fixed() && design.fixed().get(i).components().isEmpty();
            boolean huge =
                    (isConstant ? se[i] : covariance.scaledSe()[i]) > SEPARATED && Math.abs(parameters[i]) < se[i];
            boolean isTheta = i >= layout.thetaStart() && i < layout.psiStart();
            if (huge && !isTheta) {
                open.add(i);
            }
        }
    }

    /** Among all parameters. */
    int[] indices() {
        return open.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Names them, each part of the model in its own words. */
    List<Warning> warnings(SeparatedLevels levels) {
        List<String> effects = new ArrayList<>();
        List<String> constants = new ArrayList<>();
        List<String> others = new ArrayList<>();
        Set<String> reasons = new LinkedHashSet<>();
        boolean explained = true;
        for (int i : open) {
            boolean isFixed = i < layout.fixed();
            boolean isConstant = isFixed && design.fixed().get(i).components().isEmpty();
            boolean isEffect = isFixed || i >= layout.psiStart() && names.get(i).contains(":");
            (isConstant ? constants : isEffect ? effects : others).add(names.get(i));
            String reason = isFixed && !isConstant
                    ? levels.reason(design, design.fixed().get(i))
                    : null;
            explained &= reason != null || !isEffect || isConstant;
            if (reason != null) {
                reasons.add(reason);
            }
        }
        List<Warning> out = new ArrayList<>();
        if (!effects.isEmpty()) {
            boolean numbers = open.stream()
                    .allMatch(i -> i < layout.fixed()
                            && design.fixed().get(i).components().stream().allMatch(Component::isNumeric));
            String why = numbers && !explained
                    ? " (an enormous standard error, or none): its values tell the outcomes apart, or there are too few outcomes of"
                            + " one kind to say"
                    : explained
                            ? ": not estimable, there are " + String.join(" and ", reasons)
                                    + "; it runs off towards infinity, and other effects are those beside that"
                            : " (an enormous standard error, or none): some group may have only one outcome value, or none of the zeros"
                                    + " or of the spread that this part of the model is about; tabulate the outcome by it";
            out.add(new Warning("separation", undetermined("the effect of ", "the effects of ", effects) + why));
        }
        if (!constants.isEmpty() && effects.isEmpty()) {
            out.add(
                    new Warning(
                            "parameter_undetermined",
                            undetermined("", "", constants)
                                    + ": nearly all outcomes have the same value, so the data hardly say how rare the other is"));
        }
        if (!others.isEmpty()) {
            out.add(new Warning(
                    "parameter_undetermined",
                    undetermined("", "", others)
                            + ": the log-likelihood hardly changes with it, so the data say nothing about it; use a simpler"
                            + " family or random part"));
        }
        return out;
    }

    private static String undetermined(String one, String many, List<String> names) {
        boolean single = names.size() == 1;
        return (single ? one : many) + String.join(", ", names) + (single ? " is" : " are")
                + " practically undetermined";
    }
}
