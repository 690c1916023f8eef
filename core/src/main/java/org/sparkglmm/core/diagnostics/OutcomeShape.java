package org.sparkglmm.core.diagnostics;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.sparkglmm.core.Mention;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Observations;

/**
 * What an outcome looks like before it is modelled: its kind of values, and which families are made for them. Extremes of many different
 * values are rounded outwards to one digit, as they are some person's.
 */
public final class OutcomeShape {
    /** Different values that are remembered. */
    private static final int MOST_VALUES = 12;
    /** Grades are few, and whole. */
    private static final int MOST_GRADES = 7;
    /** Variance over mean beyond which counts are not Poisson's. */
    private static final double SPREAD = 1.5;
    /** Shares of zeros beyond what a negative binomial of this mean and variance has. */
    private static final double MANY_ZEROS = 0.05;

    /** Counts of so many on average have no zeros for that alone. */
    private static final double MANY_ON_AVERAGE = 20;

    private final Summary all;

    private OutcomeShape(Summary all) {
        this.all = all;
    }

    /** One pass. */
    public static OutcomeShape of(Family family, ClusterData data) {
        boolean trials = family.takesTrials();
        Summary total = new Summary();
        data.mapBlocks(block -> summary(block, trials)).forEach(total::merge);
        return new OutcomeShape(total);
    }

    private static final class Summary implements Serializable {
        private static final long serialVersionUID = 1;

        private double rows;
        private double sum;
        private double squares;
        private double least = Double.POSITIVE_INFINITY;
        private double most = Double.NEGATIVE_INFINITY;
        private boolean whole = true;
        private boolean trials;
        /** Rows by value; null once there are too many values. */
        private TreeMap<Double, Double> values = new TreeMap<>();

        void add(double y, double size, double weight) {
            trials |= size > 1;
            rows += weight;
            sum += weight * y;
            squares += weight * y * y;
            least = Math.min(least, y);
            most = Math.max(most, y);
            whole &= y == Math.rint(y);
            add(y, weight);
        }

        private void add(double y, double weight) {
            if (values != null) {
                values.merge(y + 0.0, weight, Double::sum);
                values = values.size() > MOST_VALUES ? null : values;
            }
        }

        void merge(Summary other) {
            trials |= other.trials;
            rows += other.rows;
            sum += other.sum;
            squares += other.squares;
            least = Math.min(least, other.least);
            most = Math.max(most, other.most);
            whole &= other.whole;
            if (other.values == null) {
                values = null;
            } else {
                other.values.forEach(this::add);
            }
        }
    }

    private static Summary summary(ClusterBlock block, boolean trials) {
        Summary out = new Summary();
        Observations observations = block.observations();
        for (int i = 0; i < block.clusters(); i++) {
            for (int j = block.start(i); j < block.start(i + 1); j++) {
                double weight = observations.weight(j) * block.frequency(i);
                if (weight > 0) {
                    out.add(observations.y(j), trials ? observations.size(j) : 1, weight);
                }
            }
        }
        return out;
    }

    private double mean() {
        return all.sum / all.rows;
    }

    private double variance() {
        return Math.max(0, all.squares / all.rows - mean() * mean());
    }

    private int values() {
        return all.values == null ? Integer.MAX_VALUE : all.values.size();
    }

    private boolean isYesNo() {
        return !all.trials && values() == 2 && all.least == 0 && all.most == 1;
    }

    /** Whether it is yes or no, or successes out of trials. */
    public boolean isProportion() {
        return all.trials || isYesNo();
    }

    private boolean isGraded() {
        return !all.trials && !isYesNo() && all.whole && values() <= MOST_GRADES && all.most - all.least < MOST_GRADES;
    }

    /**
     * In words: kind, range, and what is telling of its distribution.
     *
     * @param zeros share of zeros
     * @param minCellCount ends of the range that fewer rows have are not said
     */
    public String words(double zeros, int minCellCount) {
        if (all.trials) {
            return "successes out of trials";
        }
        if (isYesNo()) {
            return "yes or no (0 and 1)";
        }
        String range = values() > MOST_GRADES
                ? String.format(
                        Locale.ROOT,
                        " between %s and %s",
                        number(outwards(all.least, -1)),
                        number(outwards(all.most, 1)))
                : rows(all.least) < minCellCount || rows(all.most) < minCellCount
                        ? ""
                        : String.format(Locale.ROOT, " from %s to %s", number(all.least), number(all.most));
        if (all.whole && all.least >= 0) {
            return (isGraded() && !range.isEmpty() ? values() + " different whole numbers" : "whole numbers")
                    + range
                    + String.format(Locale.ROOT, ", variance %.3g times the mean (Poisson: 1)", variance() / mean());
        }
        String kind = all.whole ? "whole numbers" : "numbers with decimals";
        String spread = all.least > 0 || all.least == 0
                ? String.format(Locale.ROOT, ", standard deviation %.2g times the mean", Math.sqrt(variance()) / mean())
                : String.format(Locale.ROOT, ", standard deviation %.3g", Math.sqrt(variance()));
        return kind + range + (all.least == 0 && zeros > 0 ? ", with zeros" : "") + spread;
    }

    private double rows(double value) {
        return all.values.getOrDefault(value + 0.0, 0.0);
    }

    /** The families that are made for it, the likeliest first. */
    public Sentence suited(double zeros) {
        if (all.trials) {
            return Sentence.text("binomial; betabinomial if successes vary more");
        }
        if (isYesNo()) {
            return Sentence.of(
                    "binomial (link logit, probit or cloglog); poisson with %s for ratios of risks",
                    Mention.ROBUST_ERRORS);
        }
        if (all.whole && all.least >= 0) {
            Sentence counts = counts(zeros);
            if (isGraded() && values() <= 5) {
                return all.least == 0
                        ? Sentence.of("%s, if they are counts; ordinal, if they are grades", counts)
                        : Sentence.of("ordinal, if they are grades; %s, if they are counts", counts);
            }
            return all.least > 0 && mean() > MANY_ON_AVERAGE
                    ? Sentence.text("gaussian, if it is measured; poisson or nbinom2, if it is counted")
                    : counts;
        }
        if (all.least > 0 && all.most < 1) {
            return Sentence.text("beta, if it is a share");
        }
        if (all.least == 0 && zeros > 0 && !all.whole) {
            return Sentence.text("tweedie (amounts with zeros)");
        }
        boolean skew = all.least > 0 && variance() > 0.25 * mean() * mean();
        return Sentence.text(skew ? "gamma or lognormal (positive and skew), gaussian of its logarithm" : "gaussian");
    }

    private Sentence counts(double zeros) {
        // What varies between persons and with covariates is in the variance too.
        String families = all.least > 0
                ? "truncated_poisson or truncated_nbinom2 (there are no zeros)"
                : variance() / mean() > SPREAD
                        ? "poisson, or nbinom2 if random effects and covariates leave more spread"
                        : "poisson";
        return hasManyZeros(zeros)
                ? Sentence.of("%s, with %s compared", families, Mention.ZERO_MODEL)
                : Sentence.text(families);
    }

    private boolean hasManyZeros(double zeros) {
        double mean = mean();
        double size = mean * mean / Math.max(variance() - mean, 1e-9 * mean);
        double expected = StrictMath.exp(-size * StrictMath.log1p(mean / size));
        return zeros > expected + MANY_ZEROS;
    }

    /** Where the family that was asked for is not made for it. */
    public List<Warning> unsuited(Family family) {
        List<Warning> out = new ArrayList<>();
        boolean continuous = !family.takesTrials() && !family.takesCategories() && !family.isCount();
        if (continuous && isYesNo()) {
            out.add(new Warning(
                    "family_unsuited",
                    "family " + family.name()
                            + " for an outcome of 0 and 1: its variance cannot be the same everywhere, and"
                            + " predictions leave 0 to 1; use family binomial"));
        } else if (continuous && all.whole && values() > 2 && values() <= 5) {
            out.add(new Warning(
                    "family_unsuited",
                    "family " + family.name() + " for an outcome of " + values()
                            + " different whole numbers: it takes them for amounts with even steps; use family ordinal if they"
                            + " are grades"));
        }
        return out;
    }

    /** To one digit, away from the values. */
    private static double outwards(double value, int side) {
        if (value == 0) {
            return 0;
        }
        double unit = StrictMath.pow(10, Math.floor(StrictMath.log10(Math.abs(value))));
        return side < 0 ? Math.floor(value / unit) * unit : Math.ceil(value / unit) * unit;
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.4g", value);
    }
}
