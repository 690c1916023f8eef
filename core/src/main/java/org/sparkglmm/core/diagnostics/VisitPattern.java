package org.sparkglmm.core.diagnostics;

import java.io.Serializable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.model.Family;

/**
 * Visits by time, where a covariate of the model is one: who comes how often, whether those who do not come again differ in their last
 * outcome, and whether the same time stands twice in a cluster, as it does where ids restart.
 */
public final class VisitPattern {
    /** Times that are told one by one. */
    private static final int MOST_TIMES = 12;

    private static final Set<String> NAMES =
            Set.of("time", "visit", "day", "days", "week", "weeks", "month", "months", "year", "wave", "occasion", "t");

    /** A covariate of fewer values is a group, before and after perhaps, and repeats by design. */
    private static final int FEWEST_TIMES = 3;
    /** Of the clusters: so many with a time that stands twice are no accident. */
    private static final double MANY = 0.5;
    /** Standard errors. */
    private static final double SURPRISING = 3;

    private final String variable;
    private final String group;
    private final Visits all;
    private final boolean isYesNo;

    private VisitPattern(String variable, String group, Visits all, boolean isYesNo) {
        this.variable = variable;
        this.group = group;
        this.all = all;
        this.isYesNo = isYesNo;
    }

    /**
     * Of a covariate with a random slope and three values or more, or of one whose name says that it is a time; null if there is none, or if
     * it does not vary within clusters. One pass a candidate.
     *
     * @param outcome what it looks like
     */
    public static VisitPattern of(Design design, Family family, OutcomeShape outcome, ClusterData data) {
        Set<Integer> candidates = new LinkedHashSet<>();
        for (boolean bySlope : new boolean[] {true, false}) {
            for (int c = 0; c < design.fixed().size(); c++) {
                List<Component> components = design.fixed().get(c).components();
                String name = design.fixed().get(c).name();
                boolean is =
                        bySlope ? design.randomNames().contains(name) : NAMES.contains(name.toLowerCase(Locale.ROOT));
                if (is && components.size() == 1 && components.get(0).isNumeric()) {
                    candidates.add(c);
                }
            }
        }
        for (int column : candidates) {
            DesignColumn time = design.fixed().get(column);
            double centre = time.components().get(0).centre();
            Visits total = new Visits();
            data.mapBlocks(block -> visits(block, column, centre, family.takesTrials()))
                    .forEach(total::merge);
            boolean few = total.byTime != null && total.byTime.size() < FEWEST_TIMES;
            boolean named = NAMES.contains(time.name().toLowerCase(Locale.ROOT));
            if (total.varying > 0 && !(few && (!named || total.twice > 0))) {
                return new VisitPattern(time.name(), design.group(), total, outcome.isProportion());
            }
        }
        return null;
    }

    /** Rows, outcomes and last rows by time; null once there are too many times. */
    private static final class Visits implements Serializable {
        private static final long serialVersionUID = 1;

        private TreeMap<Double, double[]> byTime = new TreeMap<>();
        private long clusters;
        private long twice;
        private long varying;

        private void add(double time, double[] numbers) {
            if (byTime != null) {
                double[] own = byTime.computeIfAbsent(time, t -> new double[numbers.length]);
                for (int k = 0; k < numbers.length; k++) {
                    own[k] += numbers[k];
                }
                byTime = byTime.size() > MOST_TIMES ? null : byTime;
            }
        }

        private void merge(Visits other) {
            clusters += other.clusters;
            twice += other.twice;
            varying += other.varying;
            if (other.byTime == null) {
                byTime = null;
            } else {
                other.byTime.forEach(this::add);
            }
        }
    }

    private static Visits visits(ClusterBlock block, int column, double centre, boolean trials) {
        Visits out = new Visits();
        for (int i = 0; i < block.clusters(); i++) {
            int from = block.start(i);
            int n = block.start(i + 1) - from;
            double[] times = new double[n];
            for (int j = 0; j < n; j++) {
                times[j] = centre + block.x()[column].at(i, from + j);
            }
            double last = Arrays.stream(times).max().orElse(0);
            double f = block.frequency(i);
            for (int j = 0; j < n; j++) {
                double size = trials ? block.observations().size(from + j) : 1;
                double y = block.observations().y(from + j) / size;
                boolean isLast = times[j] == last;
                out.add(times[j], new double[] {f, f * y, f * y * y, isLast ? f : 0, isLast ? f * y : 0});
            }
            out.clusters += block.frequency(i);
            long distinct = Arrays.stream(times).distinct().count();
            out.twice += distinct < n ? block.frequency(i) : 0;
            out.varying += distinct > 1 ? block.frequency(i) : 0;
        }
        return out;
    }

    /** The covariate that is the time. */
    public String variable() {
        return variable;
    }

    /** Rows by time; null if there are too many times. */
    public Map<String, Long> rows() {
        if (all.byTime == null) {
            return null;
        }
        Map<String, Long> out = new LinkedHashMap<>();
        all.byTime.forEach((time, numbers) -> out.merge(OriginReading.plain(time), Math.round(numbers[0]), Long::sum));
        return out;
    }

    /** Whether those who do not come again had other outcomes; null if nobody drops out, or too few. */
    public String dropout(int minCellCount) {
        if (all.byTime == null || all.byTime.size() < 2 || all.twice > 0) {
            return null;
        }
        double[] gone = new double[2];
        double[] stay = new double[2];
        double difference = 0;
        double variance = 0;
        for (Map.Entry<Double, double[]> entry :
                all.byTime.headMap(all.byTime.lastKey()).entrySet()) {
            double[] n = entry.getValue();
            double others = n[0] - n[3];
            gone[0] += n[3];
            gone[1] += n[4];
            stay[0] += others;
            stay[1] += n[1] - n[4];
            if (n[3] > 0 && others > 0) {
                // Within a time, as in Mantel and Haenszel.
                double weight = n[3] * others / n[0];
                double within = Math.max(0, n[2] / n[0] - n[1] / n[0] * (n[1] / n[0]));
                difference += weight * (n[4] / n[3] - (n[1] - n[4]) / others);
                variance += weight * within;
            }
        }
        if (isSmall(gone, minCellCount) || isSmall(stay, minCellCount)) {
            return null;
        }
        double z = variance > 0 ? difference / Math.sqrt(variance) : 0;
        return String.format(
                Locale.ROOT,
                "%.1f%% of the rows before the last %s are the last of their %s; mean outcome %.4g there, %.4g in the others%s",
                100 * gone[0] / (gone[0] + stay[0]),
                variable,
                group,
                gone[1] / gone[0],
                stay[1] / stay[0],
                Math.abs(z) > SURPRISING
                        ? ": who drops out depends on the outcome before; the model's likelihood allows for that if all earlier"
                                + " outcomes are in the table, means of those who are left and GEE do not"
                        : "");
    }

    /** Whether rows, or successes or failures among them, are so few that a mean would give their number away. */
    private boolean isSmall(double[] rowsAndTotal, int minCellCount) {
        double least = isYesNo ? Math.min(rowsAndTotal[1], rowsAndTotal[0] - rowsAndTotal[1]) : rowsAndTotal[0];
        return Math.rint(least) < minCellCount;
    }

    /** Where the same time stands twice in most clusters. */
    public List<Warning> warnings() {
        return all.twice > MANY * all.clusters
                ? List.of(new Warning(
                        "same_time_twice",
                        "in most " + group + " the same " + variable + " stands more than once: if the ids of " + group
                                + " begin anew in each centre, different persons are taken for one; then make one id of centre and "
                                + group + "; if a " + group + " is a place with many persons, this is as it should be"))
                : List.of();
    }
}
