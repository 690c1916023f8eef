package org.sparkglmm.core.diagnostics;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.LevelCount;

/** Levels of factors, and values of columns of 0 and 1, at which a yes/no outcome has one value only: no finite effect makes that likeliest (complete separation). */
public final class SeparatedLevels {
    private final List<LevelCount> levels = new ArrayList<>();
    private final List<LevelCount> numbers = new ArrayList<>();
    private final int minCellCount;

    /** @param minCellCount of levels with fewer clusters it is not said which value */
    public SeparatedLevels(DataMoments moments, int minCellCount) {
        this.minCellCount = minCellCount;
        addSeparated(moments.levels(), levels);
        addSeparated(moments.numbersOfTwo(), numbers);
    }

    private static void addSeparated(List<LevelCount> all, List<LevelCount> into) {
        for (LevelCount level : all) {
            long[] outcomes = level.outcomes();
            if (outcomes.length == 2 && level.rows() > 0 && (outcomes[0] == 0 || outcomes[1] == 0)) {
                into.add(level);
            }
        }
    }

    /** What a fit will come to, a sentence a level. */
    List<Warning> warnings() {
        List<Warning> out = new ArrayList<>(ofNumbers());
        out.addAll(levels.stream()
                .map(level -> new Warning(
                        "separation",
                        "there are " + words(level)
                                + ": its effect has no finite estimate, so a fit calls it not estimable; the other effects are"
                                + " then those beside it, and are sound. Merge the level with another, or keep it and test the factor"
                                + " by a fit without it and compare"))
                .toList());
        return out;
    }

    private List<Warning> ofNumbers() {
        return numbers.stream()
                .map(level -> new Warning(
                        "separation",
                        "there are " + where(level) + ": the effect of " + level.variable()
                                + " has no finite estimate, so a fit calls it not estimable; the other effects are then those"
                                + " beside it, and are sound"))
                .toList();
    }

    private String where(LevelCount number) {
        return outcomes(number) + " where " + number.variable() + " is " + number.level();
    }

    private String outcomes(LevelCount level) {
        return level.clusters() < minCellCount
                ? "outcomes of one value only"
                : level.outcomes()[0] == 0 ? "only successes" : "only failures";
    }

    private String words(LevelCount level) {
        return outcomes(level) + " at level " + level.level() + " of " + level.variable();
    }

    /** Why a column of X has no finite effect; null if it is not for this. */
    public String reason(Design design, DesignColumn column) {
        for (Component component : column.components()) {
            for (LevelCount number : numbers) {
                boolean its = component.isNumeric() && component.variable().equals(number.variable());
                if (its && (number.level().equals("1") || column.components().size() == 1)) {
                    return where(number);
                }
            }
            for (LevelCount level : levels) {
                if (component.isNumeric() || !component.variable().equals(level.variable())) {
                    continue;
                }
                List<String> names =
                        design.raw().get(design.rawIndex(level.variable())).levels();
                if (level.level().equals(names.get(component.level()))) {
                    return words(level);
                }
                if (level.level().equals(names.get(0)) && column.components().size() == 1) {
                    return words(level) + ", with which it is compared";
                }
            }
        }
        return null;
    }
}
