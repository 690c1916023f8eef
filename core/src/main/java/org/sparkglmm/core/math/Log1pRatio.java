package org.sparkglmm.core.math;

/**
 * L = log(1 + m) beside m = e^t, for differences that vanish with m. By (1+m) L/m = 1 + s(m), s = m/2 - m²/6 + m³/12 - … ±
 * mⁿ/(n(n+1)) (from Abramowitz and Stegun 4.1.24) where m is small.
 */
public final class Log1pRatio {
    private static final double SMALL = 0.05;
    private static final int TERMS = 12;

    private Log1pRatio() {}

    /** log(L/m), given t and L = log(1 + e^t). */
    public static double log(double t, double logarithm) {
        double m = Elementary.exp(t);
        return m < SMALL ? Elementary.log1p(series(m)) - Elementary.log1p(m) : Elementary.log(logarithm) - t;
    }

    /** d log L/dt - 1 = m/((1+m)L) - 1, given t and L; at most 0, at least -1. */
    public static double excess(double t, double logarithm) {
        double m = Elementary.exp(t);
        if (m < SMALL) {
            double s = series(m);
            return -s / (1 + s);
        }
        return LogScale.logistic(t) / logarithm - 1;
    }

    private static double series(double m) {
        double sum = 0;
        for (int n = TERMS; n >= 1; n--) {
            sum = 1.0 / (n * (n + 1)) - m * sum;
        }
        return m * sum;
    }
}
