package org.sparkglmm.core.math;

/**
 * R(g) = g / (e^g - 1), which is what a zero-truncated count leaves of its first success: log R with derivatives in log g.
 *
 * <p>With c = d log R / d log g = 1 - g - R: dc = -g - R c, d²c = -g - R (c² + dc). Small g by the Bernoulli numbers' series
 * (Abramowitz and Stegun 23.1.1), since c then is a difference of nearly equal numbers.
 */
public final class BernoulliFunction {
    private static final double SMALL = 0.1;
    /** From here on R is less than 1e-300 and adds nothing to its derivatives. */
    private static final double UNDERFLOW = 700;

    private BernoulliFunction() {}

    /** into[0] = log R(g), into[1..3] its derivatives in log g; g ≥ 0. */
    public static void log(double g, double[] into) {
        if (g > UNDERFLOW) {
            // R is 0, and c² would overflow: log R = log g - g.
            into[0] = g == Double.POSITIVE_INFINITY ? Double.NEGATIVE_INFINITY : Elementary.log(g) - g;
            into[1] = 1 - g;
            into[2] = -g;
            into[3] = -g;
            return;
        }
        double r;
        double c;
        if (g < SMALL) {
            c = -g * (0.5 + g * (1.0 / 12 - g * g * (1.0 / 720 - g * g / 30240)));
            r = 1 - g - c;
            into[0] = -g * (0.5 + g * (1.0 / 24 - g * g * (1.0 / 2880 - g * g / 181440)));
        } else {
            r = g / Elementary.expm1(g);
            c = 1 - g - r;
            into[0] = Elementary.log(g) - g - LogScale.log1mExp(g);
        }
        double dc = -g - r * c;
        into[1] = c;
        into[2] = dc;
        into[3] = -g - r * (c * c + dc);
    }
}
