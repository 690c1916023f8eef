package org.sparkglmm.core.design;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A design about other origins: a covariate that lies far from 0 (a year, a day since 1970, an identifier used as a number) less a
 * constant, in each predictor and random term that such a shift leaves as it is. What is computed in these columns keeps the
 * digits that products of the columns about 0 lose; the maps lead back to coefficients and random effects of the columns about 0.
 *
 * <p>Without a constant beside it, as in {@code (0 + x | id)} or {@code ||}, a shift makes another model, and there is none.
 */
public final class Centring implements Serializable {
    private static final long serialVersionUID = 1;

    /** What rounding leaves of numbers that cancel, as a share of these. */
    private static final double ZERO = 1e-9;

    private final Design design;
    private final boolean constant;
    private final Map<String, Integer> factors;
    private final ColumnAlgebra fixed;
    private final List<ColumnAlgebra> random = new ArrayList<>();
    private final List<ColumnAlgebra> auxiliary = new ArrayList<>();

    /**
     * @param design some of whose components have centres, made by {@link #about}
     * @param constant whether constants outside X (thresholds) do for an intercept
     */
    public Centring(Design design, boolean constant) {
        this.design = design;
        this.constant = constant;
        factors = ColumnAlgebra.factors(design);
        fixed = new ColumnAlgebra(design.fixed(), factors, constant);
        design.random().forEach(term -> random.add(new ColumnAlgebra(term.columns(), factors, false)));
        design.auxiliary().forEach(part -> auxiliary.add(new ColumnAlgebra(part, factors, false)));
    }

    /**
     * A design about centres of some of its numeric variables, as far as that leaves each predictor what it is.
     *
     * @param design about 0
     */
    public static Design about(Design design, Map<String, Double> centres, boolean constant) {
        Map<String, Integer> factors = ColumnAlgebra.factors(design);
        return design.withAll(
                ColumnAlgebra.about(design.fixed(), centres, factors, constant),
                design.random().stream()
                        .map(term -> term.of(ColumnAlgebra.about(term.columns(), centres, factors, false)))
                        .toList(),
                design.auxiliary().stream()
                        .map(part -> ColumnAlgebra.about(part, centres, factors, false))
                        .toList());
    }

    /** Whether a design that has lost columns since it was centred still has all that its centres need. */
    public static boolean isPossible(Design design, boolean constant) {
        Map<String, Integer> factors = ColumnAlgebra.factors(design);
        return ColumnAlgebra.isPossible(design.fixed(), factors, constant)
                && design.random().stream().allMatch(term -> ColumnAlgebra.isPossible(term.columns(), factors, false))
                && design.auxiliary().stream().allMatch(part -> ColumnAlgebra.isPossible(part, factors, false));
    }

    /** The design about 0. */
    public static Design raw(Design design) {
        return design.withAll(
                raw(design.fixed()),
                design.random().stream()
                        .map(term -> term.of(raw(term.columns())))
                        .toList(),
                design.auxiliary().stream().map(Centring::raw).toList());
    }

    private static List<DesignColumn> raw(List<DesignColumn> columns) {
        return columns.stream().map(ColumnAlgebra::raw).toList();
    }

    /** Whether all columns are about 0. */
    public boolean isNone() {
        return fixed.isNone()
                && random.stream().allMatch(ColumnAlgebra::isNone)
                && auxiliary.stream().allMatch(ColumnAlgebra::isNone);
    }

    /** The design about its centres. */
    public Design design() {
        return design;
    }

    /** What is taken off each variable, in some of the predictors at least. */
    public Map<String, Double> centres() {
        Map<String, Double> out = new LinkedHashMap<>(ColumnAlgebra.centres(design.fixed()));
        design.random().forEach(term -> out.putAll(ColumnAlgebra.centres(term.columns())));
        design.auxiliary().forEach(part -> out.putAll(ColumnAlgebra.centres(part)));
        return out;
    }

    /** T of X: coefficients about 0 = T · those about the centres; the last row is what is added to a constant outside X. */
    public double[][] fixedToRaw() {
        return fixed.toRaw();
    }

    /** T⁻¹ of X. */
    public double[][] fixedToCentred() {
        return fixed.toCentred();
    }

    /** A: random effects of the columns about 0 = A · those about the centres. */
    public double[][] randomToRaw() {
        return random(ColumnAlgebra::toRaw);
    }

    /** A⁻¹. */
    public double[][] randomToCentred() {
        return random(ColumnAlgebra::toCentred);
    }

    private double[][] random(Function<ColumnAlgebra, double[][]> map) {
        int q = design.randomColumns().size();
        double[][] out = new double[q][q];
        int start = 0;
        for (int t = 0; t < random.size(); t++) {
            int size = design.random().get(t).size();
            for (int r = 0; r < size; r++) {
                System.arraycopy(map.apply(random.get(t))[r], 0, out[start + r], start, size);
            }
            start += size;
        }
        return out;
    }

    /** T of the predictor of the family's own parameter k; null if that is a constant. */
    public double[][] auxiliaryToRaw(int k) {
        return isConstant(k) ? null : auxiliary.get(k).toRaw();
    }

    /** T⁻¹ of that predictor; null if it is a constant. */
    public double[][] auxiliaryToCentred(int k) {
        return isConstant(k) ? null : auxiliary.get(k).toCentred();
    }

    private boolean isConstant(int k) {
        return k >= auxiliary.size() || design.auxiliary().get(k).isEmpty();
    }

    /** A column as it is about those of the centres that its variables have. */
    public static DesignColumn about(DesignColumn column, Map<String, Double> centres) {
        return new DesignColumn(
                column.name(),
                column.components().stream()
                        .map(k -> k.isNumeric() ? k.about(centres.getOrDefault(k.variable(), 0.0)) : k)
                        .toList());
    }

    /**
     * What a dropped column depends on, found in the columns about the centres, for those about 0 too: with w'X̃' = 0 for the former, Tw is
     * that of the latter.
     */
    public AliasedColumn aboutZero(AliasedColumn dropped) {
        boolean isFixed = dropped.part() == AliasedColumn.FIXED;
        List<DesignColumn> columns =
                isFixed ? design.fixed() : design.auxiliary().get(dropped.part());
        List<String> names = columns.stream().map(DesignColumn::name).toList();
        Map<String, Double> centres = ColumnAlgebra.centres(columns.stream()
                .filter(c -> c.name().equals(dropped.name()) || dropped.others().containsKey(c.name()))
                .toList());
        if (centres.isEmpty()) {
            return dropped;
        }
        int m = columns.size();
        int own = names.indexOf(dropped.name());
        int intercept = names.indexOf(DesignColumn.INTERCEPT);
        int one = intercept >= 0 ? intercept : m;
        double[] w = new double[m + 1];
        w[own] = -1;
        w[one] = dropped.constant();
        dropped.others().forEach((name, coefficient) -> w[names.indexOf(name)] = coefficient);
        double[][] t = isFixed ? fixed.toRaw() : auxiliary.get(dropped.part()).toRaw();
        double[] raw = new double[m + 1];
        for (int i = 0; i <= m; i++) {
            double size = 0;
            for (int j = 0; j <= m; j++) {
                double part = w[j] == 0 ? 0 : t[i][j] * w[j];
                raw[i] += part;
                size += Math.abs(part);
            }
            raw[i] = Math.abs(raw[i]) <= ZERO * size ? 0 : raw[i];
        }
        // 0, unless a column before this one is made of it.
        raw[own] += 1;
        Map<String, Double> others = new LinkedHashMap<>();
        for (int c = 0; c < m; c++) {
            if (c != one && raw[c] != 0) {
                others.put(names.get(c), raw[c]);
            }
        }
        return new AliasedColumn(
                dropped.part(),
                dropped.name(),
                raw[one],
                others,
                dropped.scale(),
                new AliasedColumn.Centred(centres, dropped.constant(), dropped.others()));
    }

    /** A block of the design about 0 in columns about the centres; a column without a centre is shared. */
    public ClusterBlock of(ClusterBlock block) {
        if (isNone()) {
            return block;
        }
        Map<DesignColumn, BlockColumn> made = new HashMap<>();
        BlockColumn[] x = columns(design.fixed(), fixed, block.x(), block, constant, made);
        BlockColumn[] z = new BlockColumn[block.z().length];
        int start = 0;
        for (int t = 0; t < random.size(); t++) {
            List<DesignColumn> term = design.random().get(t).columns();
            BlockColumn[] own = Arrays.copyOfRange(block.z(), start, start + term.size());
            System.arraycopy(columns(term, random.get(t), own, block, false, made), 0, z, start, term.size());
            start += term.size();
        }
        BlockColumn[][] parts = new BlockColumn[block.auxiliaryParts()][];
        for (int k = 0; k < parts.length; k++) {
            parts[k] = block.auxiliary(k) == null || isConstant(k)
                    ? block.auxiliary(k)
                    : columns(design.auxiliary().get(k), auxiliary.get(k), block.auxiliary(k), block, false, made);
        }
        return block.withColumns(x, z, parts);
    }

    private BlockColumn[] columns(
            List<DesignColumn> columns,
            ColumnAlgebra algebra,
            BlockColumn[] from,
            ClusterBlock block,
            boolean constantOutside,
            Map<DesignColumn, BlockColumn> made) {
        BlockColumn[] out = from.clone();
        for (int c = 0; c < out.length; c++) {
            DesignColumn column = columns.get(c);
            if (!ColumnAlgebra.centres(List.of(column)).isEmpty()) {
                int index = c;
                BlockColumn known = made.get(column);
                out[c] = known != null ? known : algebra.centred(index, from, block, factors, constantOutside);
                made.put(column, out[c]);
            }
        }
        return out;
    }
}
