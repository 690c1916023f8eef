package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.model.CovarianceFactor;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.model.RandomCovariance;

/** What a variance of 0 and a correlation of ±1 mean, in words. */
final class EdgeWarnings {
    /** Of all of them. */
    static final Set<String> CODES = Set.of("boundary_variance", "boundary_correlation");

    private EdgeWarnings() {}

    /** In words, what lies on the edge, from raw parameters. */
    static List<Warning> of(ParameterLayout layout, double[] parameters, List<String> names, String group) {
        int q = layout.random();
        RandomCovariance effects = RandomCovariance.of(layout, parameters);
        List<Warning> out = new ArrayList<>();
        for (CovarianceFactor factor : layout.factors()) {
            for (int r = factor.start(); r < factor.end(); r++) {
                if (effects.factor(r, r) != 0) {
                    continue;
                }
                List<String> others = new ArrayList<>();
                for (int c = factor.start(); c < r; c++) {
                    if (effects.factor(r, c) != 0) {
                        others.add(names.get(c));
                    }
                }
                out.add(
                        others.isEmpty()
                                ? zeroVariance(names.get(r), group, q == 1)
                                : combination(names.get(r), others));
            }
        }
        return out;
    }

    private static Warning zeroVariance(String name, String group, boolean isOnly) {
        return new Warning(
                "boundary_variance",
                "the variance of " + name + " between " + group
                        + " is estimated as 0, the edge of what is possible: the data show no such variation; "
                        + (isOnly
                                ? "the other estimates are those of the model without it"
                                : "consider leaving this random effect out"));
    }

    private static Warning combination(String name, List<String> others) {
        return new Warning(
                "boundary_correlation",
                "the random effect " + name + " is estimated as an exact combination of " + String.join(", ", others)
                        + (others.size() == 1 ? " (a correlation of +1 or -1)" : "")
                        + ", the edge of what is possible: the data do not support this much structure; consider || or"
                        + " leaving one out");
    }
}
