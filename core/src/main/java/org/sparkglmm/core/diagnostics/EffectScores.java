package org.sparkglmm.core.diagnostics;

import org.sparkglmm.core.diagnostics.Diagnostics.EffectShape;

/**
 * Score tests of a skewness and an excess kurtosis of a random effect, from its posterior expectations of Hermite polynomials.
 *
 * <p>Draws look the more normal the less a cluster's rows say, as they are then of the normal distribution assumed; their scores lose
 * less. The scores of mean and variance, which are fitted, are projected out. κ̂₃ = 6 Σh₃ / V₃ and κ̂₄ = 24 Σh₄ / V₄ are one step from
 * normality: they overshoot where that is far. V_k is Σr_k², with r_k what is left of h_k, but so much at least that no step is beyond
 * what any distribution has: a hundred clusters without one far out have next to no Σr₄², and would seem sure of a kurtosis of -20.
 *
 * <p>At the maximum of the likelihood Σh₂ = 0, whatever the distribution of the effects is; where the integral is not accurate it is not.
 *
 * @param skewness one step's estimate of κ₃
 * @param skewnessZ its score over the standard error
 * @param kurtosis one step's estimate of κ₄
 * @param kurtosisZ its score over the standard error
 * @param variance mean of E[u²|y], 1 at the maximum of the likelihood
 * @param varianceZ of that less 1, over the standard error
 * @param reliability mean of E[u|y]², from 0 of effects the data say nothing of to 1
 */
record EffectScores(
        EffectShape shape,
        double skewness,
        double skewnessZ,
        double kurtosis,
        double kurtosisZ,
        double variance,
        double varianceZ,
        double reliability) {
    /** Of the polynomials. */
    static final int ORDERS = 4;
    /** Steps of skewness, and of kurtosis downwards (which ends at -2), with some room to overshoot. */
    private static final double FARTHEST = 3;

    /** @param h by order less one and cluster; clusters with NaN are left out */
    static EffectScores of(EffectShape shape, double[][] h) {
        double[][] products = new double[ORDERS][ORDERS];
        double[] sums = new double[ORDERS];
        int n = 0;
        for (int i = 0; i < h[0].length; i++) {
            if (Double.isNaN(h[0][i])) {
                continue;
            }
            n++;
            for (int a = 0; a < ORDERS; a++) {
                sums[a] += h[a][i];
                for (int b = 0; b < ORDERS; b++) {
                    products[a][b] += h[a][i] * h[b][i];
                }
            }
        }
        double reliability = products[0][0] / n;
        double third = residual(products, sums, 2);
        double fourth = residual(products, sums, 3);
        double thirdVariance = Math.max(products[2][2], 6 * Math.abs(third) / FARTHEST);
        double fourthVariance = Math.max(products[3][3], -24 * fourth / FARTHEST);
        return new EffectScores(
                shape,
                6 * third / thirdVariance,
                third / Math.sqrt(thirdVariance),
                24 * fourth / fourthVariance,
                fourth / Math.sqrt(fourthVariance),
                1 + sums[1] / n,
                sums[1] / Math.sqrt(products[1][1]),
                reliability);
    }

    /** Σh_k, and in its place Σh_k², less the regression on h₁ and h₂. */
    private static double residual(double[][] products, double[] sums, int k) {
        double aa = products[0][0];
        double ab = products[0][1];
        double bb = products[1][1];
        double determinant = aa * bb - ab * ab;
        if (!(determinant > 0)) {
            return sums[k];
        }
        double a = (bb * products[0][k] - ab * products[1][k]) / determinant;
        double b = (aa * products[1][k] - ab * products[0][k]) / determinant;
        products[k][k] -= a * products[0][k] + b * products[1][k];
        return sums[k] - a * sums[0] - b * sums[1];
    }
}
