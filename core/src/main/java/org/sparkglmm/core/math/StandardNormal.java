package org.sparkglmm.core.math;

/**
 * The standard normal distribution through Mills' ratio R(x) = (1 - Φ(x)) / φ(x), which neither overflows nor
 * underflows in the tail.
 *
 * <p>For x ≥ 10, Laplace's continued fraction R = 1/(x+1/(x+2/(x+3/(x+…)))). Below, Taylor series from a table; the
 * table is filled once from x = 10 downwards by the same series, the direction in which R' = xR - 1 is stable
 * (Marsaglia 2004, "Evaluating the normal distribution", J. Stat. Soft. 11).
 */
public final class StandardNormal {
    /** ½ log 2π. */
    public static final double HALF_LOG_TWO_PI = 0.9189385332046727418;

    private static final double TABLE_END = 10;
    private static final double STEP = 0.125;
    /** Twelve Taylor terms at half a step of 1/8 leave an error below 1e-17 relative to R. */
    private static final int TERMS = 12;

    /** Coefficients of AS 241, lowest power first. */
    private static final double[] CENTRE = {
        3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
        45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727
    };

    private static final double[] CENTRE_BELOW = {
        1,
        42.313330701600911252,
        687.18700749205790830,
        5394.1960214247511077,
        21213.794301586595867,
        39307.895800092710610,
        28729.085735721942674,
        5226.4952788528545610
    };
    private static final double[] MIDDLE = {
        1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
        1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 7.74545014278341407640e-4
    };
    private static final double[] MIDDLE_BELOW = {
        1,
        2.05319162663775882187,
        1.67638483018380384940,
        0.689767334985100004550,
        0.148103976427480074590,
        0.0151986665636164571966,
        5.47593808499534494600e-4,
        1.05075007164441684324e-9
    };
    private static final double[] FAR = {
        6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230,
        0.0265321895265761230930, 0.00124266094738807843860, 2.71155556874348757815e-5, 2.01033439929228813265e-7
    };
    private static final double[] FAR_BELOW = {
        1,
        0.599832206555887937690,
        0.136929880922735805310,
        0.0148753612908506148525,
        7.86869131145613259100e-4,
        1.84631831751005468180e-5,
        1.42151175831644588870e-7,
        2.04426310338993978564e-15
    };

    private static final double[] TABLE = table();

    private StandardNormal() {}

    private static double[] table() {
        int n = (int) (TABLE_END / STEP);
        double[] ratio = new double[n + 1];
        ratio[n] = continuedFraction(TABLE_END);
        for (int i = n - 1; i >= 0; i--) {
            // Two half steps keep the series as short as in use.
            double x = (i + 1) * STEP;
            double middle = taylor(x, ratio[i + 1], -STEP / 2);
            ratio[i] = taylor(x - STEP / 2, middle, -STEP / 2);
        }
        return ratio;
    }

    private static double taylor(double x, double ratio, double h) {
        double previous = ratio;
        double current = x * ratio - 1;
        double power = h;
        double sum = ratio + current * h;
        for (int n = 1; n < TERMS; n++) {
            double next = x * current + n * previous;
            previous = current;
            current = next;
            power *= h / (n + 1);
            sum += current * power;
        }
        return sum;
    }

    /** 1/(x + 2/(x + 3/(x + …))), the difference 1/R(x) - x, for x ≥ 10. */
    private static double inverseRatioExcess(double x) {
        double tail = x;
        for (int n = 40; n >= 2; n--) {
            tail = x + n / tail;
        }
        return 1 / tail;
    }

    private static double continuedFraction(double x) {
        return 1 / (x + inverseRatioExcess(x));
    }

    /** Mills' ratio (1 - Φ(x)) / φ(x) for x ≥ 0. */
    public static double millsRatio(double x) {
        if (x >= TABLE_END) {
            return continuedFraction(x);
        }
        int i = (int) (x / STEP + 0.5);
        double node = i * STEP;
        return taylor(node, TABLE[i], x - node);
    }

    /** log φ(x). */
    public static double logDensity(double x) {
        return -0.5 * x * x - HALF_LOG_TWO_PI;
    }

    /** Φ(x). */
    public static double probability(double x) {
        return Elementary.exp(logProbability(x));
    }

    /** log Φ(x). */
    public static double logProbability(double x) {
        if (x <= 0) {
            return logDensity(x) + Elementary.log(millsRatio(-x));
        }
        return Elementary.log1p(-Elementary.exp(logDensity(x)) * millsRatio(x));
    }

    /**
     * log Φ(x) and its first three derivatives: with m = φ/Φ and d = m + x they are m, -m d and m (d² - 1 + m d).
     *
     * @param into filled with value, first, second and third derivative
     */
    public static void logProbabilityDerivatives(double x, double[] into) {
        if (x < -50) {
            asymptoticTail(-x, into);
            return;
        }
        double m;
        double d;
        if (x <= 0) {
            double ratio = millsRatio(-x);
            into[0] = logDensity(x) + Elementary.log(ratio);
            m = 1 / ratio;
            d = x <= -TABLE_END ? inverseRatioExcess(-x) : (1 + x * ratio) / ratio;
        } else {
            double density = Elementary.exp(logDensity(x));
            double upper = density * millsRatio(x);
            into[0] = Elementary.log1p(-upper);
            m = density / (1 - upper);
            d = m + x;
        }
        into[1] = m;
        into[2] = -m * d;
        into[3] = m * (d * d - 1 + m * d);
    }

    /**
     * Far tail, where the closed form of the third derivative cancels: log Φ(-t) = -t²/2 - log t - ½ log 2π - t⁻² +
     * 5/2 t⁻⁴ - 37/3 t⁻⁶ + …, differentiated term by term.
     */
    private static void asymptoticTail(double t, double[] into) {
        double a = 1 / (t * t);
        into[0] = logDensity(t) - Elementary.log(t) + a * (-1 + a * (2.5 - a * 37 / 3));
        into[1] = t + (1 + a * (-2 + a * (10 - a * 74))) / t;
        into[2] = -1 + a * (1 + a * (-6 + a * (50 - a * 518)));
        into[3] = a / t * (2 + a * (-24 + a * (300 - a * 4144)));
    }

    /** Φ⁻¹(p) for p in [0, 1], to some 1e-16 relative: rational approximations (Wichura 1988, AS 241, Applied Statistics 37:477). */
    public static double quantile(double p) {
        double q = p - 0.5;
        if (Math.abs(q) <= 0.425) {
            double r = 0.180625 - q * q;
            return q * polynomial(r, CENTRE) / polynomial(r, CENTRE_BELOW);
        }
        double tail = q < 0 ? p : 1 - p;
        if (!(tail > 0)) {
            return Double.isNaN(p) ? Double.NaN : q < 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        double r = Math.sqrt(-Elementary.log(tail));
        double out = r <= 5
                ? polynomial(r - 1.6, MIDDLE) / polynomial(r - 1.6, MIDDLE_BELOW)
                : polynomial(r - 5, FAR) / polynomial(r - 5, FAR_BELOW);
        return q < 0 ? -out : out;
    }

    /** Φ⁻¹(p) by log p, for p of ½ at most: also where p is too small for a double. */
    public static double quantileOfLog(double log) {
        // There p still has all its digits.
        if (!(log < -600)) {
            return quantile(Elementary.exp(log));
        }
        double x = -Math.sqrt(-2 * log);
        double[] at = new double[4];
        // Newton's method on log Φ, which is all but quadratic there: each step squares the relative error.
        for (int step = 0; step < 4 && x > Double.NEGATIVE_INFINITY; step++) {
            logProbabilityDerivatives(x, at);
            x -= (at[0] - log) / at[1];
        }
        return x;
    }

    private static double polynomial(double x, double[] coefficients) {
        double sum = 0;
        for (int k = coefficients.length - 1; k >= 0; k--) {
            sum = sum * x + coefficients[k];
        }
        return sum;
    }
}
