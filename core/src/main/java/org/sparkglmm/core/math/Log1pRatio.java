package org.sparkglmm.core.math;

/**
 * L = log(1 + m) beside m = e^t, for differences that vanish with m. By (1+m) L/m = 1 + s(m), s = m/2 - m²/6 + m³/12 - … ±
 * mⁿ/(n(n+1)) (from Abramowitz and Stegun 4.1.24) where m is small.
 */
public final class Log1pRatio {
    private static final double SMALL = 0.05;
    private static final int TERMS = 12;
    /** From here on u - log(1+u) loses two digits at most by subtraction. */
    private static final double DIRECT = 0.2;

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

    /** u - log(1+u) for u &gt; -1; with r = u/(2+u), log(1+u) = 2 (r + r³/3 + …), and u - 2r = ur (Abramowitz and Stegun 4.1.29). */
    public static double shortfall(double u) {
        if (Math.abs(u) >= DIRECT) {
            return u - Elementary.log1p(u);
        }
        double r = u / (2 + u);
        double square = r * r;
        double sum = 0;
        for (int k = 17; k >= 3; k -= 2) {
            sum = (sum + 1.0 / k) * square;
        }
        return r * (u - 2 * sum);
    }

    private static double series(double m) {
        double sum = 0;
        for (int n = TERMS; n >= 1; n--) {
            sum = 1.0 / (n * (n + 1)) - m * sum;
        }
        return m * sum;
    }
}
