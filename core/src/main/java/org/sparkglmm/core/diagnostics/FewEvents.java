package org.sparkglmm.core.diagnostics;

import java.util.List;
import java.util.Locale;
import org.sparkglmm.core.Mention;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.model.Family;

/**
 * Whether there are enough events for what is to be estimated (Peduzzi et al. 1996, J. Clin. Epidemiol. 49:1373: ten or more an effect):
 * of a yes/no outcome the rarer of the two, of counts what was counted.
 *
 * @param events how many
 * @param effects fixed effects and standard deviations of random ones, the intercept's included
 */
public record FewEvents(double events, int effects) {
    /** Events an effect. */
    private static final double ENOUGH = 10;
    /** Below it the sandwich, an average over clusters with events, is of too few. */
    private static final double ENOUGH_FOR_SANDWICH = 5;

    /** Of these data; null where the outcome is no event. */
    public static FewEvents of(DataMoments moments, Design design, Family family) {
        double total = moments.total();
        double events = family.takesTrials()
                ? Math.min(total, moments.trials() - total)
                : family.isCount() ? total : Double.NaN;
        int effects = design.fixed().size() + design.randomColumns().size();
        return Double.isNaN(events) ? null : new FewEvents(Math.rint(events), effects);
    }

    void warn(int minCellCount, List<Warning> into) {
        if (events < ENOUGH * effects) {
            into.add(new Warning(
                    "few_events",
                    Sentence.of(
                            "there are %s events for %d effects (fixed effects and standard deviations of random ones; rule of"
                                    + " thumb: %.0f events each): estimates are biased away from 0 and Wald intervals do not hold;"
                                    + " trust profile intervals more%s%s%s",
                            events < minCellCount
                                    ? "fewer than " + minCellCount
                                    : String.format(Locale.ROOT, "%.0f", events),
                            effects,
                            ENOUGH,
                            Mention.PROFILE_INTERVALS.aside(),
                            // An intercept and its variance are the least there can be.
                            effects > 2 ? ", leave effects out" : "",
                            events < ENOUGH ? ", or do not model this outcome" : "")));
        }
    }

    /** Why the sandwich does not hold; null if it may. */
    public String againstSandwich() {
        return events < ENOUGH_FOR_SANDWICH * effects
                ? "it is an average over clusters with events, of which there are too few"
                : null;
    }
}
