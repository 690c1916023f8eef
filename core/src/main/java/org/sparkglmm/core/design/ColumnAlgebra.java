package org.sparkglmm.core.design;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The columns of one linear predictor, or of one random term, about the centres of some of their variables: x - c in place of x in
 * every product. Where each column without x is a combination of the predictor's columns, the new columns span what the old
 * ones do, and are X̃ = XT with T = Π (I + N), one N a variable: column C of N is -c times what C without x is made of.
 */
final class ColumnAlgebra implements Serializable {
    private static final long serialVersionUID = 1;

    private final List<DesignColumn> columns;
    private final double[][] toRaw;
    private final double[][] toCentred;

    /**
     * @param columns some of them with centres, each of which {@link #about} has found to be possible
     * @param factors the levels of factors, by variable
     * @param constant whether constants outside this predictor do for a column of ones
     */
    ColumnAlgebra(List<DesignColumn> columns, Map<String, Integer> factors, boolean constant) {
        this.columns = List.copyOf(columns);
        int m = columns.size();
        double[][] forward = identity(m + 1);
        double[][] back = identity(m + 1);
        for (Map.Entry<String, Double> centre : centres(columns).entrySet()) {
            double[][] without = new double[m + 1][m + 1];
            for (int c = 0; c < m; c++) {
                if (contains(columns.get(c), centre.getKey())) {
                    double[] made =
                            express(without(columns.get(c), Set.of(centre.getKey())), columns, factors, constant);
                    for (int r = 0; r <= m; r++) {
                        without[r][c] = centre.getValue() * made[r];
                    }
                }
            }
            // N² = 0, for what a column is made of without the variable does not hold it: (I + N)⁻¹ = I - N.
            forward = multiply(forward, plus(-1, without));
            back = multiply(plus(1, without), back);
        }
        toRaw = forward;
        toCentred = back;
    }

    /** Whether no column has a centre. */
    boolean isNone() {
        return centres(columns).isEmpty();
    }

    /** T: coefficients of the columns about 0 = T · coefficients of these columns. The last row is what becomes a constant outside. */
    double[][] toRaw() {
        return toRaw;
    }

    /** T⁻¹. */
    double[][] toCentred() {
        return toCentred;
    }

    /** The variables' centres. */
    static Map<String, Double> centres(List<DesignColumn> columns) {
        Map<String, Double> out = new LinkedHashMap<>();
        for (DesignColumn column : columns) {
            for (Component component : column.components()) {
                if (component.centre() != 0) {
                    out.put(component.variable(), component.centre());
                }
            }
        }
        return out;
    }

    /**
     * The columns about those of the centres that leave their span as it is.
     *
     * @param columns about 0
     */
    static List<DesignColumn> about(
            List<DesignColumn> columns, Map<String, Double> centres, Map<String, Integer> factors, boolean constant) {
        Set<String> possible = new TreeSet<>(centres.keySet());
        possible.removeIf(variable -> columns.stream()
                .anyMatch(c -> contains(c, variable)
                        && express(without(c, Set.of(variable)), columns, factors, constant) == null));
        // A product of two variables about their centres is computed from these, or it has no digits left.
        boolean changed = true;
        while (changed) {
            changed = false;
            for (DesignColumn column : columns) {
                Set<String> centred = new HashSet<>();
                for (Component component : column.components()) {
                    if (component.isNumeric() && possible.contains(component.variable())) {
                        centred.add(component.variable());
                    }
                }
                boolean fromOwn = centred.size() < 2
                        || centred.stream().allMatch(v -> indexOf(Set.of(key(v, Component.NUMERIC)), columns) >= 0)
                                && express(without(column, centred), columns, factors, constant) != null;
                changed |= !fromOwn && possible.removeAll(centred);
            }
        }
        List<DesignColumn> out = new ArrayList<>();
        for (DesignColumn column : columns) {
            List<Component> components = new ArrayList<>();
            for (Component component : column.components()) {
                boolean centred = component.isNumeric() && possible.contains(component.variable());
                components.add(centred ? component.about(centres.get(component.variable())) : component);
            }
            out.add(new DesignColumn(column.name(), components));
        }
        return out;
    }

    /** Whether all that the centres take off is a combination of the columns that are there. */
    static boolean isPossible(List<DesignColumn> columns, Map<String, Integer> factors, boolean constant) {
        Map<String, Double> centres = centres(columns);
        List<DesignColumn> raw = columns.stream().map(ColumnAlgebra::raw).toList();
        return about(raw, centres, factors, constant).equals(columns);
    }

    static DesignColumn raw(DesignColumn column) {
        List<Component> components = new ArrayList<>();
        column.components().forEach(c -> components.add(c.about(0)));
        return new DesignColumn(column.name(), components);
    }

    /**
     * A column about its centres from a block's columns about 0.
     *
     * @param index of the column
     * @param from the block's columns of this predictor
     */
    BlockColumn centred(
            int index, BlockColumn[] from, ClusterBlock block, Map<String, Integer> factors, boolean constant) {
        DesignColumn column = columns.get(index);
        Map<String, Double> centres = centres(List.of(column));
        double[] made = express(without(column, centres.keySet()), columns, factors, constant);
        double[] values = combination(made, from, block);
        if (centres.size() == 1) {
            double centre = centres.values().iterator().next();
            double[] own = block.rowValues(from[index]);
            for (int j = 0; j < values.length; j++) {
                values[j] = own[j] - centre * values[j];
            }
        } else {
            centres.forEach((variable, centre) -> {
                int at = indexOf(Set.of(key(variable, Component.NUMERIC)), columns);
                double[] own = block.rowValues(from[at]);
                for (int j = 0; j < values.length; j++) {
                    values[j] *= own[j] - centre;
                }
            });
        }
        return BlockColumn.ofRows(values, block.starts());
    }

    private static double[] combination(double[] coefficients, BlockColumn[] from, ClusterBlock block) {
        double[] out = new double[block.rows()];
        Arrays.fill(out, coefficients[from.length]);
        for (int c = 0; c < from.length; c++) {
            double[] values = coefficients[c] == 0 ? null : block.rowValues(from[c]);
            for (int j = 0; values != null && j < out.length; j++) {
                out[j] += coefficients[c] * values[j];
            }
        }
        return out;
    }

    private static boolean contains(DesignColumn column, String variable) {
        return column.components().stream()
                .anyMatch(c -> c.isNumeric() && c.variable().equals(variable));
    }

    private record Key(String variable, int level) {}

    private static Key key(String variable, int level) {
        return new Key(variable, level);
    }

    private static Set<Key> without(DesignColumn column, Set<String> variables) {
        Set<Key> out = new HashSet<>();
        for (Component component : column.components()) {
            if (!component.isNumeric() || !variables.contains(component.variable())) {
                out.add(key(component.variable(), component.level()));
            }
        }
        return out;
    }

    private static int indexOf(Set<Key> product, List<DesignColumn> columns) {
        for (int c = 0; c < columns.size(); c++) {
            if (without(columns.get(c), Set.of()).equals(product)) {
                return c;
            }
        }
        return -1;
    }

    /**
     * A product as a combination of columns, the constant outside last: one of them, the sum over the levels of a factor, or what the
     * other levels leave of the product without the factor; null if it is none of these.
     */
    private static double[] express(
            Set<Key> product, List<DesignColumn> columns, Map<String, Integer> factors, boolean constant) {
        int m = columns.size();
        double[] out = new double[m + 1];
        int same = indexOf(product, columns);
        if (same >= 0 || product.isEmpty() && constant) {
            out[same >= 0 ? same : m] = 1;
            return out;
        }
        for (Map.Entry<String, Integer> factor : factors.entrySet()) {
            if (product.stream().noneMatch(k -> k.variable.equals(factor.getKey()))
                    && addLevels(product, factor, -1, 1, columns, out)) {
                return out;
            }
            Arrays.fill(out, 0);
        }
        List<Key> indicators = product.stream()
                .filter(k -> k.level != Component.NUMERIC)
                .sorted(Comparator.comparing(Key::variable))
                .toList();
        for (Key key : indicators) {
            Set<Key> rest = new HashSet<>(product);
            rest.remove(key);
            double[] all = express(rest, columns, factors, constant);
            Map.Entry<String, Integer> factor = Map.entry(key.variable, factors.getOrDefault(key.variable, 0));
            if (all != null && addLevels(rest, factor, key.level, -1, columns, all)) {
                return all;
            }
        }
        return null;
    }

    /** Adds the products with each level of a factor but one; false, with some of them added, if one is no column. */
    private static boolean addLevels(
            Set<Key> product,
            Map.Entry<String, Integer> factor,
            int but,
            double sign,
            List<DesignColumn> columns,
            double[] into) {
        for (int level = 0; level < factor.getValue(); level++) {
            if (level == but) {
                continue;
            }
            Set<Key> with = new HashSet<>(product);
            with.add(key(factor.getKey(), level));
            int at = indexOf(with, columns);
            if (at < 0) {
                return false;
            }
            into[at] += sign;
        }
        return factor.getValue() > 0;
    }

    /** The numbers of levels of a design's factors. */
    static Map<String, Integer> factors(Design design) {
        Map<String, Integer> out = new TreeMap<>();
        for (RawColumn raw : design.raw()) {
            if (raw.isFactor()) {
                out.put(raw.name(), raw.levels().size());
            }
        }
        return out;
    }

    private static double[][] identity(int n) {
        double[][] out = new double[n][n];
        for (int i = 0; i < n; i++) {
            out[i][i] = 1;
        }
        return out;
    }

    /** I + factor · A. */
    private static double[][] plus(double factor, double[][] a) {
        double[][] out = identity(a.length);
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a.length; j++) {
                out[i][j] += factor * a[i][j];
            }
        }
        return out;
    }

    private static double[][] multiply(double[][] a, double[][] b) {
        int n = a.length;
        double[][] out = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (int k = 0; k < n; k++) {
                    // 0 times a large number must not matter.
                    out[i][j] += a[i][k] == 0 ? 0 : a[i][k] * b[k][j];
                }
            }
        }
        return out;
    }
}
