package org.sparkglmm.core.math;

/**
 * Exponential and logarithm in plain IEEE arithmetic, so that their last bit is the same on every processor (the
 * intrinsics behind {@link Math#exp} and {@link Math#log} may differ). Errors are below one unit in the last place.
 *
 * <p>Method: argument reduction by powers of two, then a minimax polynomial, as described for FDLIBM (K. C. Ng, Sun
 * Microsystems; coefficients of the Remez approximations are those published with it).
 */
public final class Elementary {
    static final double LN2_HIGH = 6.93147180369123816490e-01;
    static final double LN2_LOW = 1.90821492927058770002e-10;
    static final double INVERSE_LN2 = 1.44269504088896338700e+00;
    /** Added to a moderate number and taken away again, 1.5·2⁵² rounds it to the nearest integer. */
    static final double TO_INTEGER = 0x1.8p52;

    static final double EXP_1 = 1.66666666666666019037e-01;
    static final double EXP_2 = -2.77777777770155933842e-03;
    static final double EXP_3 = 6.61375632143793436117e-05;
    static final double EXP_4 = -1.65339022054652515390e-06;
    static final double EXP_5 = 4.13813679705723846039e-08;

    private static final double EXP_OVERFLOW = 7.09782712893383973096e+02;
    private static final double EXP_UNDERFLOW = -7.45133219101941108420e+02;

    private Elementary() {}

    /** e^x; 0 below -745.13, infinite above 709.78, NaN for NaN. */
    public static double exp(double x) {
        if (!(x <= EXP_OVERFLOW)) {
            return x > EXP_OVERFLOW ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        if (x < EXP_UNDERFLOW) {
            return 0;
        }
        int k = (int) (x * INVERSE_LN2 + TO_INTEGER - TO_INTEGER);
        double high = x - k * LN2_HIGH;
        double low = k * LN2_LOW;
        double r = high - low;
        double t = r * r;
        double c = r - t * (EXP_1 + t * (EXP_2 + t * (EXP_3 + t * (EXP_4 + t * EXP_5))));
        double y = 1 - ((low - (r * c) / (2 - c)) - high);
        if (k >= -1021 && k <= 1023) {
            return y * powerOfTwo(k);
        }
        // Two factors, since 2^1024 and the subnormal powers have no normal double of their own.
        return k > 1023 ? y * 2 * powerOfTwo(k - 1) : y * powerOfTwo(k + 1000) * powerOfTwo(-1000);
    }

    private static double powerOfTwo(int k) {
        return Double.longBitsToDouble((long) (k + 1023) << 52);
    }

    /** The natural logarithm; -infinity for 0, NaN for negative numbers and NaN. */
    public static double log(double x) {
        if (!(x > 0)) {
            return x == 0 ? Double.NEGATIVE_INFINITY : Double.NaN;
        }
        if (x == Double.POSITIVE_INFINITY) {
            return x;
        }
        int k = 0;
        if (x < Double.MIN_NORMAL) {
            x *= 0x1p54;
            k = -54;
        }
        long bits = Double.doubleToRawLongBits(x);
        k += (int) (bits >>> 52) - 1023;
        // x = 2^k (1 + f) with sqrt(2)/2 < 1 + f < sqrt(2)
        long mantissa = bits & 0x000fffffffffffffL;
        double m = Double.longBitsToDouble(mantissa | 0x3ff0000000000000L);
        if (mantissa > 0x6a09e667f3bcdL) {
            m *= 0.5;
            k++;
        }
        double f = m - 1;
        double s = f / (2 + f);
        double z = s * s;
        double w = z * z;
        double even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
        double odd = z
                * (6.666666666666735130e-01
                        + w
                                * (2.857142874366239149e-01
                                        + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
        double half = 0.5 * f * f;
        return k * LN2_HIGH - ((half - (s * (half + odd + even) + k * LN2_LOW)) - f);
    }

    /** log(1 + x), accurate for small x too; NaN below -1. */
    public static double log1p(double x) {
        double u = 1 + x;
        if (u == 1) {
            return x;
        }
        if (!(u > 0) || u == Double.POSITIVE_INFINITY) {
            return log(u);
        }
        // u is 1 + x rounded; its rounding error over u is what the logarithm of u lacks.
        double lost = x > 1 ? 1 - (u - x) : x - (u - 1);
        return log(u) + lost / u;
    }

    /** e^x - 1, accurate for small x too (W. Kahan's correction of the rounded exponential). */
    public static double expm1(double x) {
        double u = exp(x);
        if (u == 1) {
            return x;
        }
        double v = u - 1;
        if (v == -1 || u == Double.POSITIVE_INFINITY || x > 40) {
            return v;
        }
        return v * x / log(u);
    }
}
