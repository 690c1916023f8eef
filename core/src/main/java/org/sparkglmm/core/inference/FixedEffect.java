package org.sparkglmm.core.inference;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.StandardNormal;

/**
 * A row of the coefficient table. NaN where there is no standard error.
 *
 * @param term R's name of the column
 * @param estimate on the scale of the linear predictor, conditional on the random effects
 * @param se model-based standard error
 * @param robustSe sandwich over clusters, no small-sample factor
 * @param z estimate over the standard error asked for
 * @param p two-sided, from the normal distribution
 * @param lower of the 95% interval
 * @param upper of the 95% interval
 */
public record FixedEffect(
        String term, double estimate, double se, double robustSe, double z, double p, double lower, double upper) {

    /** Φ⁻¹(0.975). */
    static final double QUANTILE = 1.959963984540054;

    /** NaN where there is no standard error: what the data do not determine is no ratio. */
    public double expEstimate() {
        return Double.isNaN(se) ? Double.NaN : Elementary.exp(estimate);
    }

    public double expLower() {
        return Elementary.exp(lower);
    }

    public double expUpper() {
        return Elementary.exp(upper);
    }

    /** The same under another name. */
    public FixedEffect named(String name) {
        return new FixedEffect(name, estimate, se, robustSe, z, p, lower, upper);
    }

    /** Of what the data do not determine. */
    public static FixedEffect unknown(String name) {
        double no = Double.NaN;
        return new FixedEffect(name, no, no, no, no, no, no, no);
    }

    /** The same with another interval. */
    public FixedEffect within(double newLower, double newUpper) {
        return new FixedEffect(term, estimate, se, robustSe, z, p, newLower, newUpper);
    }

    /** A table of coefficients; z, p and intervals by the standard errors asked for. */
    public static List<FixedEffect> table(
            List<String> names, double[] beta, double[] se, double[] robustSe, StandardErrors errors) {
        List<FixedEffect> out = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            double error = errors == StandardErrors.ROBUST ? robustSe[i] : se[i];
            double z = beta[i] / error;
            double p = 2 * StandardNormal.probability(-Math.abs(z));
            out.add(new FixedEffect(
                    names.get(i),
                    beta[i],
                    se[i],
                    robustSe[i],
                    z,
                    p,
                    beta[i] - QUANTILE * error,
                    beta[i] + QUANTILE * error));
        }
        return out;
    }
}
