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
 * Fisher's z scale; of standard deviations below their standard error, whose logarithm says nothing, on the scale of the
 * variance from 0 on; NaN at the edge (an SD of 0, a correlation of ±1) and where the data leave a parameter open. They say
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
     * One for each random term, G = AΛΛ'A'.
     *
     * @param parameters β, θ, ψ
     * @param a the random effects in terms of those that the parameters are about, q×q; null where they are the same
     * @param covariance of the parameters; those held at an edge count as known, and of those that are open nothing is known
     */
    public static List<RandomEffect> of(
            Design design,
            ParameterLayout layout,
            double[] parameters,
            double[][] a,
            ParameterCovariance covariance,
            StandardErrors errors) {
        Intervals intervals = new Intervals(layout, parameters, a, covariance, errors);
        List<RandomEffect> out = new ArrayList<>();
        int start = 0;
        for (int size : design.randomSizes()) {
            out.add(term(design, intervals, start, size));
            start += size;
        }
        return out;
    }

    private static RandomEffect term(Design design, Intervals intervals, int start, int size) {
        double[][] cov = new double[size][size];
        double[][] corr = new double[size][size];
        double[] sd = new double[size];
        double[] sdLower = new double[size];
        double[] sdUpper = new double[size];
        double[][] corrLower = new double[size][size];
        double[][] corrUpper = new double[size][size];
        for (int r = 0; r < size; r++) {
            for (int c = 0; c < size; c++) {
                cov[r][c] = intervals.product(start + r, start + c);
            }
            sd[r] = Math.sqrt(cov[r][r]);
            double error = FixedEffect.QUANTILE * intervals.errorOfLogSd(start + r);
            boolean weak = error > FixedEffect.QUANTILE;
            sdLower[r] = weak ? 0 : sd[r] / Elementary.exp(error);
            sdUpper[r] = sd[r] * (weak ? Math.sqrt(1 + 2 * error) : Elementary.exp(error));
        }
        for (int r = 0; r < size; r++) {
            for (int c = 0; c < size; c++) {
                double rho = cov[r][c] / (sd[r] * sd[c]);
                corr[r][c] = r == c ? 1 : Math.max(-1, Math.min(1, rho));
                corrLower[r][c] = r == c ? 1 : Double.NaN;
                corrUpper[r][c] = r == c ? 1 : Double.NaN;
                if (r != c && Math.abs(corr[r][c]) < 1 - 1e-9) {
                    double z = 0.5 * Elementary.log((1 + rho) / (1 - rho));
                    double error =
                            FixedEffect.QUANTILE * intervals.errorOfCorrelation(start + r, start + c) / (1 - rho * rho);
                    corrLower[r][c] = hyperbolicTangent(z - error);
                    corrUpper[r][c] = hyperbolicTangent(z + error);
                }
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

    /** Standard errors by the delta method, of functions of G = MM' with M = AΛ. */
    private static final class Intervals {
        private final ParameterLayout layout;
        private final int q;
        private final double[][] a;
        private final double[][] m;
        private final ParameterCovariance covariance;
        private final StandardErrors errors;

        Intervals(
                ParameterLayout layout,
                double[] parameters,
                double[][] a,
                ParameterCovariance covariance,
                StandardErrors errors) {
            this.layout = layout;
            q = layout.random();
            this.covariance = covariance;
            this.errors = errors;
            this.a = a == null ? new double[q][q] : a;
            m = new double[q][q];
            double[] lambda = layout.lambda(parameters);
            for (int r = 0; r < q; r++) {
                if (a == null) {
                    this.a[r][r] = 1;
                }
                for (int k = 0; k < q; k++) {
                    for (int i = 0; i < q; i++) {
                        m[r][k] += this.a[r][i] * lambda[i * q + k];
                    }
                }
            }
        }

        double product(int r, int c) {
            double out = 0;
            for (int k = 0; k < q; k++) {
                out += m[r][k] * m[c][k];
            }
            return out;
        }

        double errorOfLogSd(int r) {
            double variance = product(r, r);
            return error((i, j) -> a[r][i] * m[r][j] / variance);
        }

        double errorOfCorrelation(int r, int c) {
            double rr = product(r, r);
            double cc = product(c, c);
            double root = Math.sqrt(rr * cc);
            double rho = product(r, c) / root;
            return error((i, j) -> (a[r][i] * m[c][j] + a[c][i] * m[r][j]) / root
                    - rho * (a[r][i] * m[r][j] / rr + a[c][i] * m[c][j] / cc));
        }

        private interface Slope {
            double in(int row, int column);
        }

        /** By the slopes in the entries of Λ; NaN if none of those that matter is estimated. */
        private double error(Slope slope) {
            double[] gradient = new double[layout.size()];
            boolean any = false;
            for (int t = 0; t < layout.theta(); t++) {
                int at = layout.thetaStart() + t;
                gradient[at] = slope.in(layout.row(t), layout.column(t));
                any |= gradient[at] != 0 && covariance.has(at);
            }
            return any ? covariance.deltaError(gradient, errors) : Double.NaN;
        }
    }

    private static double hyperbolicTangent(double x) {
        return 1 - 2 / (Elementary.exp(2 * x) + 1);
    }
}
