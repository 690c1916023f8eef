package org.sparkglmm.core.fit;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.design.ColumnMoments;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.VariableMoments;

/**
 * The covariates that lie far from 0 against how much they vary, about which origin they are computed instead, and what double
 * precision no longer tells of them. Rows are added up in block order, so the origins are the same however the data are spread.
 */
final class FarCovariates {
    /** Standard deviations from 0 from which on a covariate is computed about another origin. */
    private static final double FAR = 10;
    /**
     * The same from which on products of columns about 0 no longer tell them apart: their cross-products have lost 10 of 16 digits, and
     * {@link RankCheck} cannot see what is left.
     */
    private static final double VERY_FAR = 1e5;
    /** From here on the covariate itself has fewer than 7 digits of its differences. */
    private static final double DIGITS_LOST = 1e9;

    private final Design design;
    private final boolean constant;
    /** How far out, in standard deviations. */
    private final Map<String, Double> distances = new LinkedHashMap<>();

    private final Map<String, Double> centres = new LinkedHashMap<>();

    /**
     * @param design about 0
     * @param constant whether thresholds take the place of the intercept
     */
    FarCovariates(Design design, boolean constant, FirstPass first) {
        this.design = design;
        this.constant = constant;
        DataMoments moments = first.moments();
        addOwn(design.fixed(), moments.fixed());
        for (int k = 0; k < design.auxiliary().size(); k++) {
            addOwn(design.auxiliary().get(k), moments.auxiliary(k));
        }
        first.others().byVariable().forEach((variable, own) -> add(variable, own, 0));
    }

    private void addOwn(List<DesignColumn> columns, ColumnMoments moments) {
        for (DesignColumn column : columns) {
            for (Component component : column.components()) {
                int at = VariableMoments.indexOf(columns, component.variable());
                if (component.isNumeric() && at >= 0 && moments != null) {
                    add(component.variable(), moments, at);
                }
            }
        }
    }

    private void add(String variable, ColumnMoments moments, int column) {
        double mean = moments.mean(column);
        double sd = Math.sqrt(moments.scatter(column, column) / moments.weight());
        if (sd > 0 && Math.abs(mean) > FAR * sd && !distances.containsKey(variable)) {
            distances.put(variable, Math.abs(mean) / sd);
            centres.put(variable, rounded(mean, sd));
        }
    }

    /** A mean to the digits that matter, so that what is taken off is a number to write down. */
    private static double rounded(double mean, double sd) {
        int exponent = (int) Math.floor(StrictMath.log10(sd));
        double unit = StrictMath.pow(10, Math.abs(exponent));
        double out = exponent < 0 ? Math.rint(mean * unit) / unit : Math.rint(mean / unit) * unit;
        return Double.isFinite(out) ? out : mean;
    }

    /**
     * What to compute in place of the design about 0.
     *
     * @throws DataException if a covariate has no digits left, or stands in a term that cannot be had about another origin
     */
    Centring centring() {
        distances.forEach((variable, distance) -> {
            if (!(distance < DIGITS_LOST)) {
                throw new DataException(
                        "covariate " + variable + " lies so far from 0, its standard deviation being less"
                                + " than a billionth of its mean, that double precision keeps too few digits of its"
                                + " differences; subtract a constant from it where the table is made");
            }
        });
        Centring out = new Centring(Centring.about(design, centres, constant), constant);
        requireDigits(out.design().randomColumns());
        return out;
    }

    /**
     * Random effects of covariates far from 0 that no constant stands beside: another origin would be another model, and 0 is an odd one.
     *
     * @param centred the design as it is computed
     */
    void warn(Design centred, List<Warning> into) {
        Set<String> odd = new TreeSet<>();
        for (DesignColumn column : centred.randomColumns()) {
            for (Component component : column.components()) {
                if (component.isNumeric() && component.centre() == 0 && distances.containsKey(component.variable())) {
                    odd.add(component.variable());
                }
            }
        }
        for (String variable : odd) {
            String centre = plain(centres.get(variable));
            into.add(new Warning(
                    "origin_matters",
                    String.format(
                            Locale.ROOT,
                            "the random effects of %s stand without a correlated intercept (|| or 0 +), so the model depends on where"
                                    + " %s is 0, which is %.0f standard deviations from its mean: it says that the variation is"
                                    + " smallest there, and a variance of 0 may be due to that alone; measure it from its middle, %s,"
                                    + " or let the two be correlated (|)",
                            variable,
                            variable,
                            distances.get(variable),
                            variable.contains("(")
                                    ? "by subtracting " + centre
                                    : "I(" + variable
                                            + (centre.startsWith("-") ? " + " + centre.substring(1) : " - " + centre)
                                            + ")")));
        }
    }

    private static String plain(double value) {
        return new BigDecimal(value)
                .round(new MathContext(12))
                .stripTrailingZeros()
                .toPlainString();
    }

    /** A column that is not centred is all but a constant: beside another of the kind the effects of both are one. */
    private void requireDigits(List<DesignColumn> random) {
        Set<String> far = new TreeSet<>();
        int constants = 0;
        for (DesignColumn column : random) {
            Set<String> own = far(column, true);
            far.addAll(own);
            boolean isConstant = column.components().isEmpty();
            // Of a product with indicators it is part of one.
            constants += isConstant || !own.isEmpty() ? 1 : 0;
        }
        if (!far.isEmpty() && constants > 1) {
            throw new DataException("random effects of " + said(far)
                    + ", that double precision cannot tell them from an intercept's, and no constant beside them in their"
                    + " term makes another origin the same model; " + advice(far));
        }
    }

    private static String advice(Set<String> far) {
        String first = far.iterator().next();
        return first.contains("(")
                ? "subtract a constant from the covariate that " + first + " is computed from"
                : "subtract a constant, as in I(" + first + " - c) with its mean for c";
    }

    /**
     * A column that seems to be a combination of others may only be so for want of digits.
     *
     * @param before columns that were checked
     * @param after those that are left
     * @throws DataException if so
     */
    void requireTold(List<DesignColumn> before, List<DesignColumn> after) {
        for (DesignColumn column : before) {
            Set<String> far = far(column, false);
            // The differences of a covariate that is there itself, about its middle, are all told.
            far.removeIf(variable -> {
                int own = VariableMoments.indexOf(after, variable);
                return own >= 0 && after.get(own).components().get(0).centre() != 0;
            });
            if (!after.contains(column) && !far.isEmpty()) {
                boolean itself = far.equals(Set.of(column.name()));
                throw new DataException("column " + column.name()
                        + (itself ? " " + distance(far) : " is made of " + said(far))
                        + ", that double precision cannot tell it from the columns before it; leave it out, or "
                        + advice(far));
            }
        }
    }

    private static String said(Set<String> variables) {
        return String.join(", ", variables) + ", which " + distance(variables);
    }

    private static String distance(Set<String> variables) {
        return variables.size() == 1
                ? "lies so far from 0, against how much it varies"
                : "lie so far from 0, against how much they vary";
    }

    private Set<String> far(DesignColumn column, boolean notCentred) {
        Set<String> out = new TreeSet<>();
        for (Component component : column.components()) {
            boolean counts = !notCentred || component.centre() == 0;
            if (component.isNumeric() && counts && distances.getOrDefault(component.variable(), 0.0) > VERY_FAR) {
                out.add(component.variable());
            }
        }
        return out;
    }
}
