package org.sparkglmm.core.math;

/** Scalars on the log and linear-predictor scale: every one keeps its relative accuracy in both tails. */
public final class LogScale {
    private LogScale() {}

    /** log(1 + e^x) without overflow. */
    public static double log1pExp(double x) {
        return (x > 0 ? x : 0) + Elementary.log1p(Elementary.exp(x > 0 ? -x : x));
    }

    /** 1 / (1 + e^-x); use {@code logistic(-x)} for its complement. */
    public static double logistic(double x) {
        if (x >= 0) {
            return 1 / (1 + Elementary.exp(-x));
        }
        double e = Elementary.exp(x);
        return e / (1 + e);
    }

    /** log(1 - e^-x) for x > 0; -infinity at 0, NaN below. Mächler (2012), "Accurately computing log(1 - exp(-|a|))". */
    public static double log1mExp(double x) {
        if (x < 0.6931471805599453) {
            return Elementary.log(-Elementary.expm1(-x));
        }
        return Elementary.log1p(-Elementary.exp(-x));
    }
}
