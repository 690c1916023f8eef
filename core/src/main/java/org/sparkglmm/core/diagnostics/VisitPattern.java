package org.sparkglmm.core.diagnostics;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
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

/**
 * Visits by time, where a covariate of the model is one: who comes how often, whether those who do not come again differ in their last
 * outcome, and whether the same time stands twice in a cluster, as it does where ids restart.
 */
public final class VisitPattern {
    /** Times that are told one by one. */
    private static final int MOST_TIMES = 12;

    private static final Set<String> NAMES =
            Set.of("time", "visit", "day", "days", "week", "weeks", "month", "months", "year", "wave", "t");
    /** Of the clusters: so many with a time that stands twice are no accident. */
    private static final double MANY = 0.5;
    /** Standard errors. */
    private static final double SURPRISING = 3;

    private final String variable;
    private final String group;
    private final Pattern all;

    private VisitPattern(String variable, String group, Pattern all) {
        this.variable = variable;
        this.group = group;
        this.all = all;
    }

    /** Of the covariate with a random slope, or of one whose name says that it is a time; null if there is none. One pass. */
    public static VisitPattern of(Design design, ClusterData data) {
        int column = timeColumn(design);
        if (column < 0) {
            return null;
        }
        DesignColumn time = design.fixed().get(column);
        double centre = time.components().get(0).centre();
        Pattern total = new Pattern();
        data.mapBlocks(block -> pattern(block, column, centre)).forEach(total::merge);
        return new VisitPattern(time.name(), design.group(), total);
    }

    private static int timeColumn(Design design) {
        int named = -1;
        for (int c = 0; c < design.fixed().size(); c++) {
            List<Component> components = design.fixed().get(c).components();
            boolean number = components.size() == 1 && components.get(0).isNumeric();
            String name = design.fixed().get(c).name();
            if (number && design.randomNames().contains(name)) {
                return c;
            }
            named = number && NAMES.contains(name.toLowerCase(Locale.ROOT)) ? c : named;
        }
        return named;
    }

    /** Rows, outcomes and last rows by time; null once there are too many times. */
    private static final class Pattern implements Serializable {
        private static final long serialVersionUID = 1;

        private TreeMap<Double, double[]> byTime = new TreeMap<>();
        private long clusters;
        private long twice;

        private void add(double time, double[] numbers) {
            if (byTime != null) {
                double[] own = byTime.computeIfAbsent(time, t -> new double[numbers.length]);
                for (int k = 0; k < numbers.length; k++) {
                    own[k] += numbers[k];
                }
                byTime = byTime.size() > MOST_TIMES ? null : byTime;
            }
        }

        private void merge(Pattern other) {
            clusters += other.clusters;
            twice += other.twice;
            if (other.byTime == null) {
                byTime = null;
            } else {
                other.byTime.forEach(this::add);
            }
        }
    }

    private static Pattern pattern(ClusterBlock block, int column, double centre) {
        Pattern out = new Pattern();
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
                double y =
                        block.observations().y(from + j) / block.observations().size(from + j);
                boolean isLast = times[j] == last;
                out.add(times[j], new double[] {f, f * y, f * y * y, isLast ? f : 0, isLast ? f * y : 0});
            }
            out.clusters += block.frequency(i);
            out.twice += Arrays.stream(times).distinct().count() < n ? block.frequency(i) : 0;
        }
        return out;
    }

    /** Rows at each time, in words; null if there are too many times. */
    public String rows(int minCellCount) {
        if (all.byTime == null) {
            return null;
        }
        List<String> out = new ArrayList<>();
        all.byTime.forEach((time, numbers) -> out.add(String.format(
                Locale.ROOT,
                "%s: %s",
                OriginReading.plain(time),
                numbers[0] < minCellCount ? "<" + minCellCount : String.format(Locale.ROOT, "%.0f", numbers[0]))));
        return "by " + variable + ": " + String.join(", ", out);
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
        if (gone[0] < minCellCount || stay[0] < minCellCount) {
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
