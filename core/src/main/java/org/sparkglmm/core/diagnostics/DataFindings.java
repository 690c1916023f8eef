package org.sparkglmm.core.diagnostics;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.sparkglmm.core.Mention;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.LevelCount;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.design.RawColumn;
import org.sparkglmm.core.diagnostics.Diagnostics.Collinearity;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;

/** What calls for an answer and is known of the data before anything is fitted: {@code check} says it, and the fit again. */
public final class DataFindings {
    private static final int FEW_CLUSTERS = 50;
    private static final int FEW_CLUSTERS_FOR_SLOPES = 100;
    private static final double FEW_ROWS = 2;
    private static final double FEW_ROWS_FOR_SLOPES = 3;
    /** Of the rows, and times a cluster's fair share of them. */
    private static final double DOMINANT = 0.1;

    private static final int TIMES_FAIR = 5;
    /** In a sentence on levels. */
    private static final int NAMED_LEVELS = 5;

    private final Design design;
    private final DataMoments moments;
    private final int minCellCount;
    private final List<Warning> found = new ArrayList<>();

    private DataFindings(Design design, DataMoments moments, int minCellCount) {
        this.design = design;
        this.moments = moments;
        this.minCellCount = minCellCount;
    }

    /**
     * All of it.
     *
     * @param minCellCount smaller counts are not said, and a level with fewer clusters is flagged
     */
    public static List<Warning> of(Design design, Family family, Link link, DataMoments moments, int minCellCount) {
        DataFindings out = new DataFindings(design, moments, minCellCount);
        out.constantWithinClusters();
        out.dominant();
        FewEvents events = FewEvents.of(moments, design, family);
        if (events != null) {
            events.warn(minCellCount, out.found);
        }
        out.sizes();
        out.levels();
        out.alikeLevels();
        OffsetSpan.warn(design, link, moments, out.found);
        MissingCodes.warn(design, moments, minCellCount, out.found);
        return out.found;
    }

    /** The same, with what a fit says in other words. */
    public static List<Warning> beforeFit(
            Design design, Family family, Link link, DataMoments moments, int minCellCount) {
        List<Warning> out = new ArrayList<>(new SeparatedLevels(moments, minCellCount).warnings());
        out.addAll(of(design, family, link, moments, minCellCount));
        Collinearity collinearity = CollinearColumns.of(design, family, moments);
        Findings.collinearity(collinearity, out);
        return out;
    }

    private void add(String code, String template, Serializable... values) {
        found.add(new Warning(code, Sentence.of(template, values)));
    }

    /** Whether the largest cluster is no cluster among others. */
    public static boolean isDominant(DataMoments moments) {
        return moments.heaviest() > DOMINANT * moments.weight()
                && moments.heaviest() * moments.clusters() > TIMES_FAIR * moments.weight();
    }

    private void dominant() {
        if (isDominant(moments)) {
            add(
                    "dominant_cluster",
                    "one %s holds %.0f%% of the %s: effects within it are most of what is estimated, and robust standard"
                            + " errors, which rest on differences between many %s, come out too small; check its rows, and fit"
                            + " without it to compare",
                    design.group(),
                    100 * moments.heaviest() / moments.weight(),
                    moments.weight() == moments.rows() ? "rows" : "weight",
                    design.group());
        }
    }

    /** A slope of what is constant within clusters: beside an intercept it is a variance of another group of clusters. */
    private void constantWithinClusters() {
        int r = 0;
        for (RandomTerm term : design.random()) {
            List<String> constant = new ArrayList<>();
            for (DesignColumn column : term.columns()) {
                if (!moments.zVaries(r++) && !column.components().isEmpty()) {
                    constant.add(column.name());
                }
            }
            if (!constant.isEmpty() && term.size() > constant.size()) {
                String names = String.join(", ", constant);
                add(
                        "random_effect_constant",
                        "%s %s not vary within any %s, so the data tell nothing of how its random effect goes with the others of"
                                + " the %s (their correlation), only how the variance differs between values; leave %s out of the"
                                + " random part, or write (0 + ...) with a factor for a variance of each group",
                        names,
                        constant.size() == 1 ? "does" : "do",
                        design.group(),
                        design.group(),
                        constant.size() == 1 ? "it" : "them");
            }
        }
    }

    private void sizes() {
        boolean slopes =
                design.randomColumns().stream().anyMatch(c -> !c.components().isEmpty());
        long wanted = slopes ? FEW_CLUSTERS_FOR_SLOPES : FEW_CLUSTERS;
        if (moments.clusters() < wanted) {
            add(
                    "few_clusters",
                    "the number of %s, %s, is small for %s (rule of thumb: %d or more): variances and robust standard errors"
                            + " come out too small; trust the profile intervals of the standard deviations (%sby maximum"
                            + " likelihood) rather than the estimates",
                    design.group(),
                    moments.clusters() < minCellCount ? "fewer than " + minCellCount : "" + moments.clusters(),
                    slopes ? "random slopes" : "a random intercept",
                    wanted,
                    Mention.PROFILE_INTERVALS.within("those of %s, "));
        }
        double each = moments.weight() / moments.clusters();
        double least = slopes ? FEW_ROWS_FOR_SLOPES : FEW_ROWS;
        if (each < least && moments.mostTrials() <= 1) {
            add(
                    "few_rows_per_cluster",
                    "%.1f rows a %s on average are few for %s (rule of thumb: %.0f or more): do not interpret single %s effects",
                    each,
                    design.group(),
                    slopes ? "random slopes" : "a random intercept",
                    least,
                    design.group());
        }
    }

    /** Levels behind which there are so few clusters that their coefficient may tell about them: a sentence a factor. */
    private void levels() {
        Map<String, List<String>> small = new LinkedHashMap<>();
        for (LevelCount level : moments.levels()) {
            if (level.clusters() < minCellCount) {
                small.computeIfAbsent(level.variable(), v -> new ArrayList<>()).add(level.level());
            }
        }
        small.forEach((variable, levels) -> {
            boolean one = levels.size() == 1;
            String names = String.join(", ", levels.subList(0, Math.min(NAMED_LEVELS, levels.size())));
            add(
                    "small_level",
                    "%s of %s (%s) %s for fewer than %d %s%s: what is estimated of %s may disclose them, and is hardly"
                            + " determined; merge levels",
                    one ? "the level" : levels.size() + " levels",
                    variable,
                    names + (levels.size() > NAMED_LEVELS ? ", ..." : ""),
                    one ? "stands" : "stand",
                    minCellCount,
                    design.group(),
                    one ? "" : " each",
                    one ? "it" : "them");
        });
    }

    /** Levels that are one, written in two ways. */
    private void alikeLevels() {
        for (RawColumn column : design.raw()) {
            Map<String, List<String>> alike = new LinkedHashMap<>();
            for (String level : column.isFactor() ? column.levels() : List.<String>of()) {
                alike.computeIfAbsent(level.strip().toLowerCase(Locale.ROOT), k -> new ArrayList<>())
                        .add(level);
            }
            alike.values().removeIf(levels -> levels.size() < 2);
            if (!alike.isEmpty()) {
                add(
                        "levels_alike",
                        "levels of %s differ in capitals or blanks alone (%s): if they mean the same, write them in one way, for"
                                + " here each is a group of its own",
                        column.name(),
                        alike.values().stream()
                                .limit(NAMED_LEVELS)
                                .map(levels -> String.join(" and ", levels))
                                .collect(Collectors.joining("; ")));
            }
        }
    }
}
