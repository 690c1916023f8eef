package org.sparkglmm.core.diagnostics;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.SettingNames;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.LevelCount;

/**
 * Whether the model suits the data.
 *
 * @param sampleRows rows, by their frequency weights, that the residuals are of: all, or those of a sample of clusters
 * @param sampleClusters their clusters
 * @param pearson of Pearson residuals
 * @param zeros observed and expected; null where zeros are nothing special
 * @param residuals randomised quantile residuals
 * @param effects the shape of each random effect
 * @param shares parts of the variance
 * @param influence of single clusters
 * @param collinearity of the columns of X
 * @param levels what stands behind each level of the factors
 * @param findings what does not suit, one sentence each that says what to do
 */
public record Diagnostics(
        long sampleRows,
        long sampleClusters,
        Pearson pearson,
        Zeros zeros,
        Residuals residuals,
        List<EffectShape> effects,
        VarianceShares shares,
        Influence influence,
        Collinearity collinearity,
        List<LevelCount> levels,
        List<Warning> findings) {

    /** The same with more of them. */
    public Diagnostics withFindings(List<Warning> more) {
        List<Warning> all = new ArrayList<>(findings);
        all.addAll(more);
        return finding(all);
    }

    /** The same in a front end's language. */
    public Diagnostics in(SettingNames names) {
        return finding(findings.stream().map(finding -> finding.in(names)).toList());
    }

    private Diagnostics finding(List<Warning> all) {
        return new Diagnostics(
                sampleRows,
                sampleClusters,
                pearson,
                zeros,
                residuals,
                effects,
                shares,
                influence,
                collinearity,
                levels,
                List.copyOf(all));
    }

    /**
     * Pearson residuals.
     *
     * @param tellsSpread whether they tell anything of the spread; not those of categories and single trials
     * @param dispersionRatio Σ r² at the conditional modes over rows less parameters, as R's {@code performance} and the GLMM FAQ
     *     have it; below 1 even for a true model, since modes are shrunken
     * @param drawnRatio mean of r² at draws of the random effects: 1 if the model holds
     * @param drawnError its standard error
     */
    public record Pearson(boolean tellsSpread, double dispersionRatio, double drawnRatio, double drawnError) {}

    /**
     * Zeros.
     *
     * @param observed in the sample
     * @param expected by the model, at draws of the random effects
     * @param error standard deviation of their difference if the model holds
     */
    public record Zeros(double observed, double expected, double error) {}

    /**
     * Randomised quantile residuals, standard normal if the model holds.
     *
     * @param probabilities of the quantiles
     * @param quantiles of the residuals
     * @param distance the largest between their distribution function and the normal one (Kolmogorov)
     * @param byFitted by size of the linear predictor
     * @param byCovariate by size of each covariate that is a number
     */
    public record Residuals(
            double[] probabilities, double[] quantiles, double distance, Trend byFitted, List<Trend> byCovariate) {}

    /**
     * Residuals in bins of a variable.
     *
     * @param variable what the bins are of
     * @param bins from small to large
     */
    public record Trend(String variable, List<Bin> bins) {}

    /**
     * A bin.
     *
     * @param at mean of the variable
     * @param rows in it
     * @param mean of the residuals, 0 if the model holds
     * @param sd of the residuals, 1 if the model holds
     */
    public record Bin(double at, long rows, double mean, double sd) {}

    /**
     * The shape of a random effect, from draws in units in which it is standard normal if the model holds (of several, each less what
     * those before it say).
     *
     * @param quantiles at the probabilities of {@link Residuals}
     */
    public record EffectShape(
            String term, double mean, double sd, double skewness, double excessKurtosis, double[] quantiles) {}

    /**
     * Parts of the variance on the latent scale (Nakagawa, Johnson and Schielzeth 2017, J. R. Soc. Interface 14:20170213).
     *
     * @param fixed variance of Xβ over the rows
     * @param random mean over the rows of z'Gz (Johnson 2014)
     * @param distribution what the family adds: π²/3 for logit, 1 for probit, π²/6 for cloglog and loglog; log(1 + Var/mean²) at the
     *     outcome's mean for log; Var/μ'(η)² for other links
     */
    public record VarianceShares(double fixed, double random, double distribution) {
        /** Adjusted ICC: the part of the random effects in what the fixed ones leave. */
        public double icc() {
            return random / (random + distribution);
        }

        /** Unadjusted ICC: their part in everything. */
        public double iccUnadjusted() {
            return random / total();
        }

        /** The part of the fixed effects. */
        public double marginalR2() {
            return fixed / total();
        }

        /** The part of fixed and random effects. */
        public double conditionalR2() {
            return (fixed + random) / total();
        }

        private double total() {
            return fixed + random + distribution;
        }
    }

    /**
     * One-step change of the estimates when a cluster is left out, V g with V the covariance and g the cluster's score.
     *
     * @param largest of any estimate, in its standard errors, by any cluster
     * @param parameter that estimate's name
     * @param beyond clusters that move some estimate by more than half a standard error
     */
    public record Influence(double largest, String parameter, long beyond) {}

    /**
     * Collinearity of the scaled columns of X about the means of its numbers (Belsley, Kuh and Welsch 1980).
     *
     * @param conditionNumber root of the ratio of the extreme eigenvalues of their correlation matrix
     * @param columns those with more than half of their variance along the smallest
     */
    public record Collinearity(double conditionNumber, List<String> columns) {}
}
