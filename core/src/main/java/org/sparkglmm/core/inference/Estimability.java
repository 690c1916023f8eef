package org.sparkglmm.core.inference;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.sparkglmm.core.design.AliasedColumn;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;

/**
 * Whether the data of a fit that dropped columns determine a row's linear predictors: if and only if the row keeps to every
 * dependence among the columns that led to a column being dropped (Searle 1971, Linear Models, ch. 5: x is orthogonal to the null space of
 * X'X). Otherwise what is predicted would depend on which of the columns was dropped.
 */
public final class Estimability implements Serializable {
    private static final long serialVersionUID = 1;

    /** Of the terms of a dependence: what rounding makes of it in the fit and in a row. R's predict.lm takes as much. */
    private static final double ROUNDING = 1e-6;

    /** Of a fit that dropped nothing. */
    public static final Estimability ALL = new Estimability(List.of());

    /** A dependence: the dropped column comes first among the columns, with coefficient -1. */
    private record Dependence(
            AliasedColumn dropped, double constant, LinearPredictor.Columns columns, double[] coefficients)
            implements Serializable {
        /** Whether a row keeps to it; also where a value is missing. */
        boolean holds(double[] raw) {
            double[] x = columns.values(raw);
            double sum = constant;
            double size = dropped.scale() + Math.abs(constant);
            for (int c = 0; c < x.length; c++) {
                sum += coefficients[c] * x[c];
                size += Math.abs(coefficients[c] * x[c]);
            }
            return !(Math.abs(sum) > ROUNDING * size);
        }
    }

    private final List<Dependence> dependences;

    private Estimability(List<Dependence> dependences) {
        this.dependences = dependences;
    }

    /**
     * Of a fit.
     *
     * @param design with all columns that the formulas give, also the dropped ones, about 0
     * @throws IllegalArgumentException if it has not all columns of the dependences
     */
    public static Estimability of(Design design, List<AliasedColumn> aliased) {
        List<Dependence> out = new ArrayList<>();
        for (AliasedColumn dropped : aliased) {
            List<DesignColumn> all =
                    dropped.part() == AliasedColumn.FIXED ? design.fixed() : design.auxiliaryColumns(dropped.part());
            // About the centres, if there are any: about 0 there are no digits left to see a difference by.
            AliasedColumn.Centred centred = dropped.centred();
            Map<String, Double> centres = centred == null ? Map.of() : centred.centres();
            Map<String, Double> others = centred == null ? dropped.others() : centred.others();
            double constant = centred == null ? dropped.constant() : centred.constant();
            List<DesignColumn> columns = new ArrayList<>(List.of(named(all, dropped.name(), centres)));
            others.keySet().forEach(name -> columns.add(named(all, name, centres)));
            double[] coefficients = new double[columns.size()];
            coefficients[0] = -1;
            int c = 1;
            for (double coefficient : others.values()) {
                coefficients[c++] = coefficient;
            }
            out.add(new Dependence(dropped, constant, LinearPredictor.Columns.of(design, columns), coefficients));
        }
        return out.isEmpty() ? ALL : new Estimability(out);
    }

    private static DesignColumn named(List<DesignColumn> columns, String name, Map<String, Double> centres) {
        return columns.stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .map(c -> Centring.about(c, centres))
                .orElseThrow(() -> new IllegalArgumentException("no column " + name));
    }

    /** Whether every row is determined. */
    public boolean isWhole() {
        return dependences.isEmpty();
    }

    /** Whether the data determine the linear predictor of a part, numbered as in {@link AliasedColumn#part}. */
    public boolean holds(int part, double[] raw) {
        for (Dependence dependence : dependences) {
            if (dependence.dropped.part() == part && !dependence.holds(raw)) {
                return false;
            }
        }
        return true;
    }

    /** Whether they determine all of them. */
    public boolean holds(double[] raw) {
        for (Dependence dependence : dependences) {
            if (!dependence.holds(raw)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Directions in which the parameters of a fit that dropped columns can move, with the coefficient of a dropped column, without any
     * fitted row noticing. A linear combination of the parameters that moves along one is a matter of which column was dropped.
     *
     * @param fixed names of the columns of X that were kept
     * @param auxiliary the same of each of the family's own parameters
     * @param thresholds whether these take the place of the intercept
     * @param size number of all parameters
     */
    public static List<double[]> directions(
            List<AliasedColumn> aliased,
            List<String> fixed,
            List<List<String>> auxiliary,
            boolean thresholds,
            int size) {
        List<double[]> out = new ArrayList<>();
        for (AliasedColumn dropped : aliased) {
            boolean isFixed = dropped.part() == AliasedColumn.FIXED;
            List<String> names = isFixed ? fixed : auxiliary.get(dropped.part());
            int start = isFixed
                    ? 0
                    : size
                            - auxiliary.subList(dropped.part(), auxiliary.size()).stream()
                                    .mapToInt(List::size)
                                    .sum();
            double[] direction = new double[size];
            dropped.others().forEach((name, coefficient) -> {
                int at = names.indexOf(name);
                // Another dropped column has no parameter.
                if (at >= 0) {
                    direction[start + at] = -coefficient;
                }
            });
            int intercept = names.indexOf(DesignColumn.INTERCEPT);
            if (intercept >= 0) {
                direction[start + intercept] = -dropped.constant();
            }
            for (int k = size - auxiliary.size(); isFixed && thresholds && k < size; k++) {
                direction[k] = dropped.constant();
            }
            out.add(direction);
        }
        return out;
    }

    /** Whether a linear combination of the parameters is none of these directions' business. */
    public static boolean isEstimable(double[] weights, List<double[]> directions) {
        for (double[] direction : directions) {
            double sum = 0;
            double size = 0;
            for (int i = 0; i < weights.length; i++) {
                sum += weights[i] * direction[i];
                size += Math.abs(weights[i] * direction[i]);
            }
            if (Math.abs(sum) > ROUNDING * size) {
                return false;
            }
        }
        return true;
    }
}
