package org.sparkglmm.core.inference;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.model.RandomCovariance;

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
        RandomCovariance about = RandomCovariance.of(layout, parameters);
        RandomCovariance g = a == null ? about : about.times(a);
        List<RandomEffect> out = new ArrayList<>();
        int start = 0;
        for (RandomTerm term : design.random()) {
            out.add(of(term, g, start, gradient -> error(gradient, layout, covariance, errors)));
            start += term.size();
        }
        return out;
    }

    /** By the delta method; NaN if none of the entries of Λ that matter is estimated. */
    private static double error(
            double[] gradient, ParameterLayout layout, ParameterCovariance covariance, StandardErrors errors) {
        for (int i = layout.thetaStart(); i < layout.psiStart(); i++) {
            if (gradient[i] != 0 && covariance.has(i)) {
                return covariance.deltaError(gradient, errors);
            }
        }
        return Double.NaN;
    }

    private static RandomEffect of(
            RandomTerm term, RandomCovariance g, int start, ToDoubleFunction<double[]> standardError) {
        int size = term.size();
        double[][] cov = new double[size][size];
        double[][] corr = new double[size][size];
        double[] sd = new double[size];
        double[] sdLower = new double[size];
        double[] sdUpper = new double[size];
        double[][] corrLower = new double[size][size];
        double[][] corrUpper = new double[size][size];
        for (int r = 0; r < size; r++) {
            for (int c = 0; c < size; c++) {
                cov[r][c] = g.at(start + r, start + c);
            }
            sd[r] = Math.sqrt(cov[r][r]);
            double error = FixedEffect.QUANTILE * standardError.applyAsDouble(g.logDeviationGradient(start + r));
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
                    double error = FixedEffect.QUANTILE
                            * standardError.applyAsDouble(g.correlationGradient(start + r, start + c))
                            / (1 - rho * rho);
                    corrLower[r][c] = hyperbolicTangent(z - error);
                    corrUpper[r][c] = hyperbolicTangent(z + error);
                }
            }
        }
        return new RandomEffect(
                term.factor().name(), term.names(), sd, corr, cov, sdLower, sdUpper, corrLower, corrUpper);
    }

    private static double hyperbolicTangent(double x) {
        return 1 - 2 / (Elementary.exp(2 * x) + 1);
    }
}
