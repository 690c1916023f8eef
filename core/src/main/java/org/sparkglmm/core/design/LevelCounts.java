package org.sparkglmm.core.design;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkglmm.core.model.Observations;

/**
 * How many clusters and rows, by their frequency weights, stand behind each level of the factors that have columns of their own in X. The level without a
 * column (the reference) is counted where it is the only one.
 */
final class LevelCounts implements Serializable {
    private static final long serialVersionUID = 1;

    /**
     * @param column of X, -1 for the level without one
     * @param others the columns of the factor's other levels, all 0 at the level without one
     * @param number the value of a column of 0 and 1, NaN for a level of a factor
     */
    private record Level(String variable, String level, int column, int[] others, double number)
            implements Serializable {
        private boolean isFactors() {
            return Double.isNaN(number);
        }
    }

    private final List<Level> levels;
    private final long[] clusters;
    private final double[] rows;
    private final double[][] outcomes;
    /** Of columns of numbers: whether there are others than 0 and 1. */
    private final boolean[] others;

    /** @param classes categories of the outcome; 2 for failures and successes; 0 for other outcomes */
    LevelCounts(Design design, int classes) {
        levels = levels(design);
        if (classes > 0) {
            addNumbers(design, levels);
        }
        clusters = new long[levels.size()];
        rows = new double[levels.size()];
        outcomes = new double[levels.size()][classes];
        others = new boolean[levels.size()];
    }

    /** Columns of numbers, which may be of 0 and 1. */
    private static void addNumbers(Design design, List<Level> into) {
        for (int c = 0; c < design.fixed().size(); c++) {
            List<Component> components = design.fixed().get(c).components();
            if (components.size() == 1 && components.get(0).isNumeric()) {
                String variable = components.get(0).variable();
                into.add(new Level(variable, "0", c, new int[0], 0));
                into.add(new Level(variable, "1", c, new int[0], 1));
            }
        }
    }

    private static List<Level> levels(Design design) {
        Map<String, Map<Integer, Integer>> columns = new LinkedHashMap<>();
        for (int c = 0; c < design.fixed().size(); c++) {
            List<Component> components = design.fixed().get(c).components();
            if (components.size() == 1 && !components.get(0).isNumeric()) {
                columns.computeIfAbsent(components.get(0).variable(), v -> new LinkedHashMap<>())
                        .put(components.get(0).level(), c);
            }
        }
        List<Level> out = new ArrayList<>();
        columns.forEach((variable, byLevel) -> {
            List<String> names = design.raw().get(design.rawIndex(variable)).levels();
            boolean one = byLevel.size() == names.size() - 1;
            int[] all = byLevel.values().stream().mapToInt(Integer::intValue).toArray();
            for (int level = 0; level < names.size(); level++) {
                Integer column = byLevel.get(level);
                if (column != null || one) {
                    out.add(new Level(variable, names.get(level), column == null ? -1 : column, all, Double.NaN));
                }
            }
        });
        return out;
    }

    void add(ClusterBlock block) {
        for (int l = 0; l < clusters.length; l++) {
            Level level = levels.get(l);
            for (int i = 0; i < block.clusters() && !others[l]; i++) {
                double here = 0;
                boolean any = false;
                for (int j = block.start(i); j < block.start(i + 1); j++) {
                    others[l] |= !level.isFactors() && isOther(block.x()[level.column()].at(i, j));
                    if (has(block, level, i, j)) {
                        double w = block.observations().weight(j);
                        here += w;
                        any |= w > 0;
                        addOutcome(block.observations(), j, block.frequency(i) * w, outcomes[l]);
                    }
                }
                rows[l] += here * block.frequency(i);
                clusters[l] += any ? block.frequency(i) : 0;
            }
        }
    }

    private static void addOutcome(Observations observations, int row, double frequency, double[] into) {
        double y = observations.y(row);
        if (into.length == 2 && y >= 0 && y <= observations.size(row)) {
            into[0] += frequency * (observations.size(row) - y);
            into[1] += frequency * y;
        } else if (y >= 0 && y < into.length) {
            into[(int) y] += frequency;
        }
    }

    private static boolean isOther(double number) {
        return number != 0 && number != 1;
    }

    private static boolean has(ClusterBlock block, Level level, int cluster, int row) {
        if (!level.isFactors()) {
            return block.x()[level.column()].at(cluster, row) == level.number();
        }
        if (level.column() >= 0) {
            return block.x()[level.column()].at(cluster, row) != 0;
        }
        for (int c : level.others()) {
            if (block.x()[c].at(cluster, row) != 0) {
                return false;
            }
        }
        return true;
    }

    void merge(LevelCounts other) {
        for (int l = 0; l < clusters.length; l++) {
            clusters[l] += other.clusters[l];
            rows[l] += other.rows[l];
            others[l] |= other.others[l];
            for (int k = 0; k < outcomes[l].length; k++) {
                outcomes[l][k] += other.outcomes[l][k];
            }
        }
    }

    /** Of factors. */
    List<LevelCount> counts() {
        return counts(true);
    }

    /** Of columns of 0 and 1; counted for outcomes of classes alone. */
    List<LevelCount> ofNumbers() {
        return counts(false);
    }

    private List<LevelCount> counts(boolean ofFactors) {
        List<LevelCount> out = new ArrayList<>();
        for (int l = 0; l < clusters.length; l++) {
            if (levels.get(l).isFactors() != ofFactors || others[l]) {
                continue;
            }
            out.add(new LevelCount(
                    levels.get(l).variable(),
                    levels.get(l).level(),
                    clusters[l],
                    whole(rows[l]),
                    Arrays.stream(outcomes[l]).mapToLong(LevelCounts::whole).toArray()));
        }
        return out;
    }

    /** Little weight is not none: a level is not said to have no successes for it. */
    private static long whole(double weight) {
        return weight > 0 ? Math.max(1, Math.round(weight)) : 0;
    }
}
