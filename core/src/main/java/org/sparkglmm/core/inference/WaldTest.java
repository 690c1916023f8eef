package org.sparkglmm.core.inference;

import org.apache.commons.math3.special.Gamma;

/**
 * A joint Wald test, (Lb)'(LVL')⁻¹(Lb) against χ². NaN where a standard error is missing.
 *
 * @param chiSquare the statistic
 * @param df its degrees of freedom, the rank of LVL'
 * @param p upper tail
 */
public record WaldTest(double chiSquare, int df, double p) {
    /** A pivot, relative to its variance before elimination, that is rounding: the row repeats those before it. */
    private static final double DEPENDENT = 1e-10;

    static final WaldTest UNKNOWN = new WaldTest(Double.NaN, 0, Double.NaN);

    /**
     * That estimates with this covariance are all 0. Estimates that are linear combinations of those before them add
     * nothing.
     */
    static WaldTest of(double[] estimates, double[][] covariance) {
        int m = estimates.length;
        double[][] a = new double[m][];
        double[] b = estimates.clone();
        double[] own = new double[m];
        for (int i = 0; i < m; i++) {
            a[i] = covariance[i].clone();
            own[i] = a[i][i];
            if (!(own[i] >= 0)) {
                return UNKNOWN;
            }
        }
        double sum = 0;
        int rank = 0;
        for (int k = 0; k < m; k++) {
            if (!(a[k][k] > DEPENDENT * own[k])) {
                continue;
            }
            rank++;
            sum += b[k] * b[k] / a[k][k];
            for (int i = k + 1; i < m; i++) {
                double factor = a[i][k] / a[k][k];
                b[i] -= factor * b[k];
                for (int j = k + 1; j < m; j++) {
                    a[i][j] -= factor * a[k][j];
                }
            }
        }
        return new WaldTest(sum, rank, upperTail(sum, rank));
    }

    /** P(χ²_df > x); of 0 degrees of freedom all mass is at 0. */
    static double upperTail(double x, int df) {
        if (Double.isNaN(x)) {
            return Double.NaN;
        }
        if (df == 0) {
            return x > 0 ? 0 : 1;
        }
        return x > 0 ? Gamma.regularizedGammaQ(0.5 * df, 0.5 * x) : 1;
    }
}
