package org.sparkglmm.core.fit;

import java.util.List;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.model.Family;

/** Whether a mixed model can be fitted to these rows at all; each answer is one sentence. */
final class DataChecks {
    private DataChecks() {}

    /** @throws DataException if not */
    static void require(DataMoments moments, Design design, Family family) {
        String outcome = design.raw().get(design.response()).name();
        if (moments.badWeights() > 0) {
            throw new DataException("the weights are negative, infinite or missing in " + rows(moments.badWeights())
                    + "; frequency weights must be numbers of 0 or more");
        }
        if (moments.unsupported() > 0) {
            throw new DataException("outcome " + outcome + ": " + rows(moments.unsupported())
                    + " outside the support of family " + family.name() + ", which takes " + family.support());
        }
        if (moments.clusters() < 2) {
            throw new DataException("all rows belong to one " + design.group()
                    + ": a variance between clusters needs at least 2, better 50 or more");
        }
        double mean = moments.outcomeMean(family);
        if (moments.outcomeVariance() == 0
                && Double.isInfinite(family.links().get(0).predictor(mean))) {
            throw new DataException("outcome " + outcome + " is the same in every row, at the edge of what is possible:"
                    + " there is no estimate, only an effect without bound");
        }
        long effects = moments.clusters() * design.randomColumns().size();
        if (family.takesPrecisionWeights() && moments.rows() <= effects) {
            throw new DataException(moments.rows() + " rows for " + effects + " random effects (" + moments.clusters()
                    + " " + design.group() + " × " + design.randomColumns().size()
                    + "): with so few rows a " + design.group()
                    + " the random effects cannot be told from the residual; simplify the random part");
        }
        if (family.takesPrecisionWeights() && !(moments.outcomeVariance() > 0)) {
            throw new DataException("outcome " + outcome + " is the same in every row: nothing to explain");
        }
    }

    /** What can be fitted, but says less than it seems to. */
    static void warn(DataMoments moments, Design design, Family family, List<Warning> into) {
        if (moments.singletons() == moments.clusters()) {
            into.add(new Warning(
                    "one_row_per_cluster",
                    "every " + design.group()
                            + " has a single row: the random-effect variance rests on the shape of the " + family.name()
                            + " distribution alone; do not interpret it as variation between persons"));
        }
        if (moments.outcomeVariance() == 0) {
            into.add(new Warning(
                    "outcome_constant",
                    "the outcome " + design.raw().get(design.response()).name()
                            + " is the same in every row: nothing varies that could be explained"));
        }
    }

    private static String rows(long count) {
        return count + (count == 1 ? " row" : " rows");
    }
}
