package org.sparkglmm.core.math;

/**
 * Products and elementary functions of whole arrays. The loops hold nothing but arithmetic, so that the JIT turns them into vector
 * instructions; whether it does changes the speed and no bit, since every operation is IEEE's.
 */
public final class ArrayMath {
    /** Beyond it the scaling by a power of two is left to {@link Elementary#exp}, which knows the ends of the range. */
    private static final double PLAIN = 700;

    private ArrayMath() {}

    /** v'w, added up in the order of the arrays; w has at least as many entries. */
    public static double dot(double[] v, double[] w) {
        double sum = 0;
        for (int i = 0; i < v.length; i++) {
            sum += v[i] * w[i];
        }
        return sum;
    }

    /**
     * out := e^x, with the bits of {@link Elementary#exp}.
     *
     * @param n how many, from the arrays' starts
     * @param work room for as many numbers
     * @param out another array than x
     */
    public static void exp(double[] x, int n, double[] work, double[] out) {
        for (int j = 0; j < n; j++) {
            double v = x[j];
            double shifted = v * Elementary.INVERSE_LN2 + Elementary.TO_INTEGER;
            double k = shifted - Elementary.TO_INTEGER;
            double high = v - k * Elementary.LN2_HIGH;
            double low = k * Elementary.LN2_LOW;
            double r = high - low;
            double t = r * r;
            double p = Elementary.EXP_5;
            p = p * t + Elementary.EXP_4;
            p = p * t + Elementary.EXP_3;
            p = p * t + Elementary.EXP_2;
            p = p * t + Elementary.EXP_1;
            double c = r - t * p;
            out[j] = 1 - ((low - (r * c) / (2 - c)) - high);
            work[j] = shifted;
        }
        // Bits are beyond the JIT's vectors; a loop of their own keeps them out of the arithmetic.
        for (int j = 0; j < n; j++) {
            if (Math.abs(x[j]) <= PLAIN) {
                // The integer stands in the lowest bits of the shifted number.
                out[j] *= Double.longBitsToDouble((Double.doubleToRawLongBits(work[j]) + 1023) << 52);
            } else {
                out[j] = Elementary.exp(x[j]);
            }
        }
    }

    /**
     * out := log(1 + x) for 0 ≤ x ≤ 1, within 1.25 units in the last place: with s = x/(2+x) and z = s², log(1+x) = 2s + s z
     * P(z), where P is the Chebyshev interpolant of Σ 2z^k/(2k+3) on [0, 1/9] (relative error 7e-18), summed as x - (x²/2 - s (x²/2
     * + zP)) so that only small terms are rounded.
     *
     * @param out may be x
     */
    public static void log1pUnit(double[] x, int n, double[] out) {
        for (int j = 0; j < n; j++) {
            double v = x[j];
            double s = v / (2 + v);
            double z = s * s;
            double half = 0.5 * v * v;
            double p = 0.16164045611943534;
            p = p * z + 0.08800738486144674;
            p = p * z + 0.12001072809590713;
            p = p * z + 0.13314144209654935;
            p = p * z + 0.15385570064958623;
            p = p * z + 0.18181789436132859;
            p = p * z + 0.22222222717427864;
            p = p * z + 0.2857142856710876;
            p = p * z + 0.40000000000014585;
            p = p * z + 0.6666666666666666;
            out[j] = v - (half - s * (half + p * z));
        }
    }
}
