package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.sparkglmm.core.design.ColumnMoments;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;

/**
 * Combinations of factors' levels that no row has, found in the means of the columns: a cell's share of the rows is the mean of the
 * product of its indicators, and that of a reference level is 1 less those of the others.
 */
final class EmptyCells {
    /** A share of the rows that rounding of means may leave; one row of a thousand million is more. */
    private static final double ROUNDING = 1e-10;
    /** More are not looked at. */
    private static final int MOST_CELLS = 10_000;

    private final Design design;
    private final ColumnMoments moments;
    /** Which column is the product of these indicators. */
    private final Map<Set<Component>, Integer> products = new HashMap<>();

    EmptyCells(Design design, ColumnMoments moments, List<DesignColumn> columns) {
        this.design = design;
        this.moments = moments;
        for (int c = 0; c < columns.size(); c++) {
            products.putIfAbsent(Set.copyOf(columns.get(c).components()), c);
        }
    }

    /** The empty cells of the factors that meet in these columns, in words: time A × lake ref1. */
    List<String> of(List<DesignColumn> dropped) {
        Set<List<String>> interactions = dropped.stream()
                .map(column -> column.components().stream()
                        .filter(k -> !k.isNumeric())
                        .map(Component::variable)
                        .toList())
                .filter(factors -> factors.size() > 1)
                .sorted((a, b) -> Integer.compare(a.size(), b.size()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        List<Set<Component>> empty = new ArrayList<>();
        List<String> out = new ArrayList<>();
        for (List<String> factors : interactions) {
            for (List<Component> cell : cells(factors)) {
                // One within an empty one says no more.
                boolean isNews = empty.stream().noneMatch(cell::containsAll);
                if (isNews && Math.abs(share(cell)) < ROUNDING) {
                    empty.add(new HashSet<>(cell));
                    out.add(cell.stream()
                            .map(k -> k.variable() + " " + levels(k.variable()).get(k.level()))
                            .collect(Collectors.joining(" × ")));
                }
            }
        }
        return out;
    }

    private List<String> levels(String factor) {
        return design.raw().get(design.rawIndex(factor)).levels();
    }

    private List<List<Component>> cells(List<String> factors) {
        List<List<Component>> out = List.of(List.of());
        for (String factor : factors) {
            int count = levels(factor).size();
            if ((long) out.size() * count > MOST_CELLS) {
                return List.of();
            }
            List<List<Component>> longer = new ArrayList<>();
            for (List<Component> cell : out) {
                for (int level = 0; level < count; level++) {
                    List<Component> extended = new ArrayList<>(cell);
                    extended.add(new Component(factor, level));
                    longer.add(extended);
                }
            }
            out = longer;
        }
        return out;
    }

    /** The share of rows with these levels; NaN if the columns do not tell. */
    private double share(List<Component> cell) {
        if (cell.isEmpty()) {
            return 1;
        }
        Integer column = products.get(Set.copyOf(cell));
        if (column != null) {
            return moments.mean(column);
        }
        for (int k = 0; k < cell.size(); k++) {
            if (cell.get(k).level() == 0) {
                List<Component> other = new ArrayList<>(cell);
                other.remove(k);
                double share = share(other);
                String factor = cell.get(k).variable();
                for (int level = 1; level < levels(factor).size(); level++) {
                    List<Component> at = new ArrayList<>(cell);
                    at.set(k, new Component(factor, level));
                    share -= share(at);
                }
                return share;
            }
        }
        return Double.NaN;
    }
}
