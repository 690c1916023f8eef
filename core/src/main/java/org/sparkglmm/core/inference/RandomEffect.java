package org.sparkglmm.core.inference;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.model.ParameterLayout;

/**
 * The estimated covariance of one random term.
 *
 * <p>Wald intervals are 95% intervals by the delta method, of standard deviations on the log scale, of correlations on
 * Fisher's z scale; NaN at the edge (an SD of 0, a correlation of ±1) and where the data leave a parameter open. They say
 * nothing about whether a variance is 0: that is for a likelihood-ratio test.
 *
 * @param group the grouping column
 * @param terms names of its columns
 * @param sd standard deviations
 * @param corr correlations; NaN beside a variance of 0
 * @param cov covariance matrix G
 * @param sdLower lower ends of the SDs' intervals
 * @param sdUpper upper ends
 * @param corrLower lower ends of the correlations' intervals
 * @param corrUpper upper ends
 */
public record RandomEffect(
        String group,
        List<String> terms,
        double[] sd,
        double[][] corr,
        double[][] cov,
        double[] sdLower,
        double[] sdUpper,
        double[][] corrLower,
        double[][] corrUpper) {

    /** The same with other intervals. */
    public RandomEffect within(double[] lower, double[] upper, double[][] corrLow, double[][] corrHigh) {
        return new RandomEffect(group, terms, sd, corr, cov, lower, upper, corrLow, corrHigh);
    }

    /**
     * One for each random term, G = ΛΛ'.
     *
     * @param parameters β, θ, ψ
     * @param thetaCovariance of θ; NaN for entries that are held at the edge, which then count as known
     */
    public static List<RandomEffect> of(
            Design design, ParameterLayout layout, double[] parameters, double[][] thetaCovariance) {
        int q = layout.random();
        double[] lambda = layout.lambda(parameters);
        List<RandomEffect> out = new ArrayList<>();
        int start = 0;
        for (int size : design.randomSizes()) {
            out.add(term(design, layout, lambda, thetaCovariance, start, size, q));
            start += size;
        }
        return out;
    }

    private static RandomEffect term(
            Design design,
            ParameterLayout layout,
            double[] lambda,
            double[][] thetaCovariance,
            int start,
            int size,
            int q) {
        double[][] cov = new double[size][size];
        double[][] corr = new double[size][size];
        double[] sd = new double[size];
        double[] sdLower = new double[size];
        double[] sdUpper = new double[size];
        double[][] corrLower = new double[size][size];
        double[][] corrUpper = new double[size][size];
        for (int r = 0; r < size; r++) {
            for (int c = 0; c < size; c++) {
                for (int k = 0; k < q; k++) {
                    cov[r][c] += lambda[(start + r) * q + k] * lambda[(start + c) * q + k];
                }
            }
            sd[r] = Math.sqrt(cov[r][r]);
            double[] gradient = new double[layout.theta()];
            for (int t = 0; t < gradient.length; t++) {
                if (layout.row(t) == start + r) {
                    gradient[t] = lambda[layout.row(t) * q + layout.column(t)] / cov[r][r];
                }
            }
            double factor = Elementary.exp(FixedEffect.QUANTILE * deltaError(gradient, thetaCovariance));
            sdLower[r] = sd[r] / factor;
            sdUpper[r] = sd[r] * factor;
        }
        for (int r = 0; r < size; r++) {
            for (int c = 0; c < size; c++) {
                double rho = cov[r][c] / (sd[r] * sd[c]);
                corr[r][c] = r == c ? 1 : Math.max(-1, Math.min(1, rho));
                corrLower[r][c] = r == c ? 1 : Double.NaN;
                corrUpper[r][c] = r == c ? 1 : Double.NaN;
                if (r == c || !(Math.abs(corr[r][c]) < 1 - 1e-9)) {
                    continue;
                }
                double[] gradient = new double[layout.theta()];
                for (int t = 0; t < gradient.length; t++) {
                    int column = layout.column(t);
                    if (layout.row(t) == start + r) {
                        gradient[t] += slope(lambda, q, start + r, start + c, column, sd[r], sd[c], rho);
                    } else if (layout.row(t) == start + c) {
                        gradient[t] += slope(lambda, q, start + c, start + r, column, sd[c], sd[r], rho);
                    }
                }
                double z = 0.5 * Elementary.log((1 + rho) / (1 - rho));
                double error = FixedEffect.QUANTILE * deltaError(gradient, thetaCovariance) / (1 - rho * rho);
                corrLower[r][c] = hyperbolicTangent(z - error);
                corrUpper[r][c] = hyperbolicTangent(z + error);
            }
        }
        return new RandomEffect(
                design.group(),
                design.randomNames().subList(start, start + size),
                sd,
                corr,
                cov,
                sdLower,
                sdUpper,
                corrLower,
                corrUpper);
    }

    /** ∂ρ/∂Λ_rk with ρ = Λ_r·Λ_c / (sd_r sd_c). */
    private static double slope(double[] lambda, int q, int r, int c, int column, double sdR, double sdC, double rho) {
        return lambda[c * q + column] / (sdR * sdC) - rho * lambda[r * q + column] / (sdR * sdR);
    }

    private static double hyperbolicTangent(double x) {
        return 1 - 2 / (Elementary.exp(2 * x) + 1);
    }

    /** √(g'Vg) over the entries whose variance is known; NaN if there is none that matters. */
    private static double deltaError(double[] gradient, double[][] covariance) {
        double sum = 0;
        boolean any = false;
        for (int i = 0; i < gradient.length; i++) {
            for (int j = 0; j < gradient.length; j++) {
                if (gradient[i] != 0 && gradient[j] != 0 && !Double.isNaN(covariance[i][j])) {
                    sum += gradient[i] * covariance[i][j] * gradient[j];
                    any = true;
                }
            }
        }
        return any ? Math.sqrt(sum) : Double.NaN;
    }
}
