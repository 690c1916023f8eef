package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.sparkglmm.core.model.AuxiliaryParameter;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Minimizer;
import org.sparkglmm.core.optim.Objective;
import org.sparkglmm.core.optim.SubspaceObjective;

/**
 * Where to begin with a family that has parameters of its own, whose likelihood may have several maxima: a model with structural zeros can
 * take few of the zeros for such or many, and spread can be the rows' or the clusters'. Two ways in are compared on a sample of
 * clusters: everything at once, and the own parameters only when the rest has found its place.
 */
final class BetterStart {
    private BetterStart() {}

    /** Whether the likelihood is one of those. */
    static boolean isWanted(Family family) {
        return family.auxiliary().stream().anyMatch(BetterStart::isHeld);
    }

    /**
     * The better of two optima; the general start if none is plausible.
     *
     * @param objective of a sample
     */
    static double[] of(
            Objective objective,
            double[] general,
            Family family,
            ParameterLayout layout,
            Minimizer minimizer,
            Predicate<double[]> plausible) {
        int[] others = IntStream.range(0, general.length)
                .filter(i -> !isHeld(i, family, layout))
                .toArray();
        List<Evaluation> found = new ArrayList<>();
        found.add(minimizer.approach(objective, general, null).best());
        SubspaceObjective held = new SubspaceObjective(objective, general, others);
        Evaluation first =
                minimizer.approach(held, held.restrict(general), null).best();
        if (first.isFinite()) {
            found.add(minimizer
                    .approach(objective, held.embed(first.point()), null)
                    .best());
        }
        double[] out = general;
        double lowest = Double.POSITIVE_INFINITY;
        for (Evaluation at : found) {
            if (at.isFinite() && at.value() < lowest && plausible.test(at.point())) {
                lowest = at.value();
                out = at.point();
            }
        }
        return out;
    }

    private static boolean isHeld(int i, Family family, ParameterLayout layout) {
        List<AuxiliaryParameter> own = family.auxiliary();
        for (int k = 0; k < own.size(); k++) {
            if (isHeld(own.get(k)) && i >= layout.psiStart(k) && i < layout.psiStart(k + 1)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isHeld(AuxiliaryParameter own) {
        return own.role() != AuxiliaryParameter.Role.THRESHOLD;
    }
}
