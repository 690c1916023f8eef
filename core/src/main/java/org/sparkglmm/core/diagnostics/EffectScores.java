package org.sparkglmm.core.diagnostics;

import org.sparkglmm.core.diagnostics.Diagnostics.EffectShape;

/**
 * Score tests of a skewness and an excess kurtosis of a random effect, from its posterior expectations of Hermite polynomials.
 *
 * <p>Draws look the more normal the less a cluster's rows say, as they are then of the normal distribution assumed; their scores lose
 * less. The scores of mean and variance, which are fitted, are projected out. κ̂₃ = 6 Σh₃ / Σr₃², with r₃ what is left of h₃, and
 * κ̂₄ = 24 Σh₄ / Σr₄² are one step from normality: they overshoot where that is far.
 *
 * @param skewness one step's estimate of κ₃
 * @param skewnessZ its score over the standard error
 * @param kurtosis one step's estimate of κ₄
 * @param kurtosisZ its score over the standard error
 */
record EffectScores(EffectShape shape, double skewness, double skewnessZ, double kurtosis, double kurtosisZ) {
    /** Of the polynomials. */
    static final int ORDERS = 4;

    /** @param h by order less one and cluster; clusters with NaN are left out */
    static EffectScores of(EffectShape shape, double[][] h) {
        double[][] products = new double[ORDERS][ORDERS];
        double[] sums = new double[ORDERS];
        for (int i = 0; i < h[0].length; i++) {
            if (Double.isNaN(h[0][i])) {
                continue;
            }
            for (int a = 0; a < ORDERS; a++) {
                sums[a] += h[a][i];
                for (int b = 0; b < ORDERS; b++) {
                    products[a][b] += h[a][i] * h[b][i];
                }
            }
        }
        double third = residual(products, sums, 2);
        double fourth = residual(products, sums, 3);
        return new EffectScores(
                shape,
                6 * third / products[2][2],
                third / Math.sqrt(products[2][2]),
                24 * fourth / products[3][3],
                fourth / Math.sqrt(products[3][3]));
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
