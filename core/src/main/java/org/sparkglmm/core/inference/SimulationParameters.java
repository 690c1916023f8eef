package org.sparkglmm.core.inference;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.sparkglmm.core.Suggestions;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.model.AuxiliaryParameter;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.ParameterLayout;

/**
 * A model's parameters as people write them down, each by its name and on the scale on which a result shows it; the sections
 * are named as in the result's file.
 *
 * @param fixed β by column of X
 * @param random G, one a random term
 * @param constants the family's own constants, as {@link Family#extra} names them
 * @param thresholds by their names 1|2
 * @param zeroInflation coefficients by column; null for none
 * @param dispersion coefficients by column; null for none
 */
public record SimulationParameters(
        Map<String, Double> fixed,
        List<Spread> random,
        Map<String, Double> constants,
        Map<String, Double> thresholds,
        Map<String, Double> zeroInflation,
        Map<String, Double> dispersion) {

    /** Of numbers that are written twice, by hand perhaps: they are the same up to this. */
    private static final double ROUNDING = 1e-6;

    /** A pivot of a correlation matrix that rounding may have made of a 0. */
    private static final double FLAT = 1e-10;

    private static final int DIGITS = 6;

    /**
     * The spread of a random term's effects.
     *
     * @param terms names of its columns, null if they are not said
     * @param sd standard deviations
     * @param corr correlations, null for independent effects; NaN beside an SD of 0
     */
    public record Spread(List<String> terms, double[] sd, double[][] corr) {}

    /**
     * β, θ, ψ in one vector.
     *
     * @throws UsageException if something is missing, too much or impossible, with the nearest name
     */
    public double[] parameters(Design design, Family family) {
        ParameterLayout layout = design.layout(family);
        double[] out = new double[layout.size()];
        byColumn("fixed", fixed, design.fixed(), out, 0);
        putSpreads(design, layout, out);
        putOwn(design, family, layout, out);
        return out;
    }

    private static void byColumn(
            String where, Map<String, Double> given, List<DesignColumn> columns, double[] into, int at) {
        byName(where, given, columns.stream().map(DesignColumn::name).toList(), into, at);
    }

    /** The values of these names, all of them and no others. */
    private static void byName(String where, Map<String, Double> given, List<String> names, double[] into, int at) {
        requireKnown(where, given.keySet(), names);
        for (int k = 0; k < names.size(); k++) {
            Double value = given.get(names.get(k));
            if (value == null) {
                throw new UsageException(
                        where + ": no value for '" + names.get(k) + "'; the model has " + String.join(", ", names));
            }
            if (!(Math.abs(value) < Double.POSITIVE_INFINITY)) {
                throw new UsageException(where + ": the value of '" + names.get(k) + "' is no number");
            }
            into[at + k] = value;
        }
    }

    private static void requireKnown(String where, Collection<String> given, Collection<String> known) {
        for (String name : given) {
            if (!known.contains(name)) {
                String hint = Suggestions.nearest(name, known)
                        .map(n -> "; did you mean '" + n + "'?")
                        .orElse("");
                throw new UsageException(where + ": the model has no '" + name + "'" + hint + " (it has "
                        + (known.isEmpty() ? "nothing there" : String.join(", ", known)) + ")");
            }
        }
    }

    private void putSpreads(Design design, ParameterLayout layout, double[] into) {
        int terms = design.random().size();
        if (random.size() != terms) {
            throw new UsageException(
                    "random: one entry a random term, of which the formula has " + terms + ", got " + random.size());
        }
        int start = 0;
        int at = layout.thetaStart();
        for (int k = 0; k < terms; k++) {
            List<String> names = design.random().get(k).names();
            Spread spread = random.get(k);
            String where = "random, term " + (k + 1) + " (" + String.join(", ", names) + ")";
            double[] lambda = factor(where, spread, names);
            int q = names.size();
            for (int r = 0; r < q; r++) {
                for (int c = 0; c <= r; c++) {
                    into[at++] = lambda[r * q + c];
                }
            }
            start += q;
        }
        if (start != layout.random()) {
            throw new IllegalStateException("random columns and layout differ");
        }
    }

    /** Λ with ΛΛ' = D R D; the factor of R has a zero for every pivot that is none. */
    private static double[] factor(String where, Spread spread, List<String> names) {
        int q = names.size();
        if (spread.terms() != null && !spread.terms().equals(names)) {
            throw new UsageException(
                    where + ": its terms must be in this order, got " + String.join(", ", spread.terms()));
        }
        double[] sd = spread.sd();
        if (sd.length != q) {
            throw new UsageException(
                    where + ": sd must have " + q + (q == 1 ? " value" : " values") + ", got " + sd.length);
        }
        for (double s : sd) {
            if (!(s >= 0 && s < Double.POSITIVE_INFINITY)) {
                throw new UsageException(where + ": sd must be 0 or more");
            }
        }
        double[][] corr = correlations(where, spread, q);
        double[] out = new double[q * q];
        for (int j = 0; j < q; j++) {
            double pivot = 1;
            for (int k = 0; k < j; k++) {
                pivot -= out[j * q + k] * out[j * q + k];
            }
            boolean flat = pivot <= FLAT;
            double root = flat ? 0 : Math.sqrt(pivot);
            out[j * q + j] = root;
            boolean possible = pivot >= -FLAT;
            for (int i = j + 1; i < q; i++) {
                double s = corr[i][j];
                for (int k = 0; k < j; k++) {
                    s -= out[i * q + k] * out[j * q + k];
                }
                // |s| ≤ √pivot √(1 - …) in every correlation matrix.
                possible &= !flat || Math.abs(s) <= 2 * Math.sqrt(FLAT);
                out[i * q + j] = flat ? 0 : s / root;
            }
            if (!possible) {
                throw new UsageException(
                        where + ": corr is no correlation matrix: no effects can have all of these at once");
            }
        }
        for (int r = 0; r < q; r++) {
            for (int c = 0; c <= r; c++) {
                out[r * q + c] *= sd[r];
            }
        }
        return out;
    }

    private static double[][] correlations(String where, Spread spread, int q) {
        double[][] out = new double[q][q];
        for (int r = 0; r < q; r++) {
            out[r][r] = 1;
        }
        double[][] given = spread.corr();
        if (given == null) {
            return out;
        }
        if (given.length != q || Arrays.stream(given).anyMatch(row -> row.length != q)) {
            throw new UsageException(where + ": corr must have " + q + " rows of " + q + " values");
        }
        for (int r = 0; r < q; r++) {
            for (int c = 0; c < q; c++) {
                boolean free = spread.sd()[r] == 0 || spread.sd()[c] == 0;
                double value = r == c || (free && Double.isNaN(given[r][c])) ? out[r][c] : given[r][c];
                boolean possible = Math.abs(value) <= 1;
                boolean diagonal = r != c || Double.isNaN(given[r][r]) || Math.abs(given[r][r] - 1) <= ROUNDING;
                boolean mirrored =
                        r == c || Double.isNaN(given[c][r]) || Math.abs(given[c][r] - given[r][c]) <= ROUNDING;
                if (!possible || !diagonal || !mirrored) {
                    throw new UsageException(
                            where + ": corr must be symmetric, with 1 on its diagonal and -1 to 1 beside it");
                }
                out[r][c] = value;
            }
        }
        return out;
    }

    private void putOwn(Design design, Family family, ParameterLayout layout, double[] into) {
        List<AuxiliaryParameter> own = family.auxiliary();
        List<String> cuts = new ArrayList<>();
        boolean hasZeros = false;
        boolean byFormula = false;
        for (int k = 0; k < own.size(); k++) {
            switch (own.get(k).role()) {
                case THRESHOLD -> cuts.add(own.get(k).name());
                case ZERO_INFLATION -> {
                    hasZeros = true;
                    Map<String, Double> given = zeroInflation == null ? Map.of() : zeroInflation;
                    byColumn("extra.zi", given, design.auxiliaryColumns(k), into, layout.psiStart(k));
                }
                case DISPERSION -> {
                    boolean constant = k >= design.auxiliary().size()
                            || design.auxiliary().get(k).isEmpty();
                    if (!constant || dispersion != null) {
                        byFormula = true;
                        Map<String, Double> given = dispersion == null ? Map.of() : dispersion;
                        byColumn("extra.dispersion", given, design.auxiliaryColumns(k), into, layout.psiStart(k));
                    }
                }
                case CONSTANT -> {}
            }
        }
        if (zeroInflation != null && !hasZeros) {
            throw new UsageException("extra.zi: the model has no formula zi, so there are no such zeros");
        }
        if (dispersion != null && !byFormula) {
            throw new UsageException("extra.dispersion: family " + family.name() + " has no dispersion");
        }
        putThresholds(cuts, own, layout, into);
        putConstants(family, layout, byFormula, into);
    }

    private void putThresholds(List<String> cuts, List<AuxiliaryParameter> own, ParameterLayout layout, double[] into) {
        double[] values = new double[cuts.size()];
        byName("extra.thresholds", thresholds, cuts, values, 0);
        for (int k = 0; k < cuts.size(); k++) {
            if (k > 0 && !(values[k] > values[k - 1])) {
                throw new UsageException(
                        "extra.thresholds: '" + cuts.get(k) + "' must be above '" + cuts.get(k - 1) + "'");
            }
        }
        int next = 0;
        for (int k = 0; k < own.size(); k++) {
            if (own.get(k).role() == AuxiliaryParameter.Role.THRESHOLD) {
                into[layout.psiStart(k)] = values[next++];
            }
        }
    }

    /** Read by the family, and read back: what does not come back is out of range, or was said twice and differently. */
    private void putConstants(Family family, ParameterLayout layout, boolean byFormula, double[] into) {
        List<AuxiliaryParameter> own = family.auxiliary();
        boolean[] constant = new boolean[own.size()];
        double[] some = new double[own.size()];
        for (int k = 0; k < some.length; k++) {
            AuxiliaryParameter.Role role = own.get(k).role();
            boolean varies = byFormula && role == AuxiliaryParameter.Role.DISPERSION;
            constant[k] =
                    role == AuxiliaryParameter.Role.CONSTANT || (role == AuxiliaryParameter.Role.DISPERSION && !varies);
            some[k] = varies ? Double.NaN : 0;
        }
        Collection<String> known = family.extra(some).keySet();
        requireKnown("extra", constants.keySet(), known);
        double[] psi = family.psiOf(constants);
        boolean infinite = Arrays.stream(psi).anyMatch(Double::isInfinite);
        Map<String, Double> back = family.extra(psi);
        constants.forEach((name, value) -> {
            double there = back.getOrDefault(name, Double.NaN);
            if (infinite || !(Math.abs(there - value) <= ROUNDING * Math.abs(value))) {
                throw new UsageException("extra: '" + name + "' cannot be " + value
                        + (constants.size() > 1 ? " beside the others given" : ""));
            }
        });
        for (int k = 0; k < psi.length; k++) {
            if (constant[k] && Double.isNaN(psi[k])) {
                throw new UsageException("extra: no value for '" + own.get(k).name() + "'; family " + family.name()
                        + " has " + String.join(", ", known));
            }
            if (constant[k]) {
                into[layout.psiStart(k)] = psi[k];
            }
        }
    }

    /** The same from the parameters, in lines to read: by each section its names and values. */
    public static List<String> lines(Design design, Family family, double[] parameters) {
        ParameterLayout layout = design.layout(family);
        List<String> out = new ArrayList<>();
        out.add(named(design.fixed(), parameters, 0));
        for (RandomEffect term : RandomEffect.of(
                design, layout, parameters, null, ParameterCovariance.none(layout.size()), StandardErrors.MODEL)) {
            StringBuilder line = new StringBuilder(term.group() + ":");
            for (int r = 0; r < term.sd().length; r++) {
                line.append(r == 0 ? " " : ", ").append(term.terms().get(r)).append(" sd ");
                line.append(number(term.sd()[r]));
            }
            for (int r = 1; r < term.sd().length; r++) {
                for (int c = 0; c < r; c++) {
                    line.append(r + c == 1 ? "; correlation " : ", ").append(number(term.corr()[r][c]));
                }
            }
            out.add(line.toString());
        }
        List<AuxiliaryParameter> own = family.auxiliary();
        double[] constants = new double[own.size()];
        List<String> values = new ArrayList<>();
        for (int k = 0; k < constants.length; k++) {
            boolean single = layout.psiStart(k + 1) == layout.psiStart(k) + 1;
            constants[k] = single ? parameters[layout.psiStart(k)] : Double.NaN;
            if (own.get(k).role() == AuxiliaryParameter.Role.THRESHOLD) {
                values.add(own.get(k).name() + " " + number(constants[k]));
            }
        }
        family.extra(constants).forEach((name, value) -> values.add(name + " " + number(value)));
        if (!values.isEmpty()) {
            out.add(String.join(", ", values));
        }
        for (int k = 0; k < constants.length; k++) {
            boolean zeros = own.get(k).role() == AuxiliaryParameter.Role.ZERO_INFLATION;
            if (zeros || Double.isNaN(constants[k])) {
                out.add(own.get(k).label() + ": " + named(design.auxiliaryColumns(k), parameters, layout.psiStart(k)));
            }
        }
        return out;
    }

    private static String named(List<DesignColumn> columns, double[] parameters, int at) {
        List<String> out = new ArrayList<>();
        for (int k = 0; k < columns.size(); k++) {
            out.add(columns.get(k).name() + " " + number(parameters[at + k]));
        }
        return String.join(", ", out);
    }

    private static String number(double value) {
        if (!(Math.abs(value) < Double.POSITIVE_INFINITY)) {
            return "NA";
        }
        BigDecimal shown =
                BigDecimal.valueOf(value).round(new MathContext(DIGITS)).stripTrailingZeros();
        return shown.scale() <= 0 && shown.precision() - shown.scale() <= DIGITS
                ? shown.toPlainString()
                : shown.toString();
    }
}
