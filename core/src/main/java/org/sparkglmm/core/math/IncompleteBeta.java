package org.sparkglmm.core.math;

import org.apache.commons.math3.analysis.integration.gauss.GaussIntegrator;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegratorFactory;

/**
 * The regularised incomplete beta function I_x(a, b), the probability that X ~ Beta(a, b) is at most x, and with an infinite
 * b or a the incomplete gamma functions P and Q (then bX ~ Gamma(a), or a(1-X) ~ Gamma(b)): both tails to their relative
 * accuracy, for shapes from 1e-300 to infinity, by the same few panels of a quadrature.
 *
 * <p>x comes as its distance from the mode on the scale where the density is log-concave, d = logit x - ln(a/b); for a gamma
 * variable, ln(x/a). With x₀ = a/(a+b), n = a+b and Stirling's remainder s ({@link LogGamma#stirlingRemainder}), exactly,
 *
 * <pre>
 * I_x(a, b) = √(ab/(2πn)) e^{s(n)-s(a)-s(b)} ∫_{-∞}^d exp(-n D(t)) dt,   D(t) = ln(1 + x₀(e^t - 1)) - x₀ t ≥ 0
 * </pre>
 *
 * (Abramowitz and Stegun 26.5.1 with x = 1/(1 + e^{-t} b/a)). Nothing large
 * cancels: D is the difference of x₀ (e^t-1-t) and u - ln(1+u), u = x₀
 * (e^t-1), with x₀ ≤ ½ by symmetry (the form of Loader 2000, "Fast and accurate computation of binomial probabilities").
 * Sixteen points of Gauss and Legendre integrate a panel on which the exponent changes by a few units and e^t by no more
 * than a factor e.
 */
public final class IncompleteBeta {
    /** By how much the exponent may change over a panel: the rule's error is below 1e-17. */
    private static final double CHANGE = 4;
    /** Of the sum: what lies further out adds less than rounding. */
    private static final double NEGLIGIBLE = 1e-17;
    /** Shapes beyond are moved here: nothing of size depends on them, and products of them stay finite. */
    private static final double SMALLEST = 1e-300;

    private static final double LARGEST = 1e300;
    /** e^t overflows soon after. */
    private static final double FAR = 700;
    /** From here on e^t - 1 - t loses a digit at most by subtraction. */
    private static final double DIRECT = 1;

    private static final GaussIntegrator RULE = new GaussIntegratorFactory().legendreHighPrecision(16);
    private static final double[] POINT = new double[RULE.getNumberOfPoints()];
    private static final double[] WEIGHT = new double[POINT.length];

    static {
        for (int i = 0; i < POINT.length; i++) {
            POINT[i] = RULE.getPoint(i);
            WEIGHT[i] = RULE.getWeight(i);
        }
    }

    private IncompleteBeta() {}

    /**
     * P(X ≤ x) of X ~ Beta(a, b) at d = logit x - ln(a/b); of a gamma variable of shape a, if b is infinite, at d = ln(x/a).
     *
     * @param d from -infinity to infinity; NaN for NaN
     */
    public static double lower(double a, double b, double d) {
        if (Double.isNaN(a) || Double.isNaN(b) || Double.isNaN(d)) {
            return Double.NaN;
        }
        boolean bothInfinite = Double.isInfinite(a) && Double.isInfinite(b);
        double first = Math.max(bothInfinite ? LARGEST : a, SMALLEST);
        double second = Math.max(bothInfinite ? LARGEST : b, SMALLEST);
        if (d <= 0) {
            return Math.min(1, new Left(first, second).mass(Double.NEGATIVE_INFINITY, d));
        }
        Left mirrored = new Left(second, first);
        double above = mirrored.mass(Double.NEGATIVE_INFINITY, -d);
        if (above < 0.5) {
            return 1 - above;
        }
        // A skew one: x is beyond the mode, and yet most lies above. The lower part is again a sum, not a difference.
        return Math.min(1, new Left(first, second).mass(Double.NEGATIVE_INFINITY, 0) + mirrored.mass(-d, 0));
    }

    /** P(X &gt; x), as precise as {@link #lower}. */
    public static double upper(double a, double b, double d) {
        return lower(b, a, -d);
    }

    /** e^t - 1 - t. */
    private static double exponentialExcess(double t, double expm1) {
        if (Math.abs(t) >= DIRECT) {
            return expm1 - t;
        }
        double sum = 0;
        for (int k = 20; k >= 2; k--) {
            sum = (1 + sum) * t / k;
        }
        // (…((1 + t/20) t/19 + 1)… ) t/2 is t/2 + t²/6 + …
        return sum * t;
    }

    /** The density to the left of the mode, in t ≤ 0; s is t, or -t where the larger shape comes first. */
    private static final class Left {
        private final boolean turned;
        private final double small;
        /** Smaller shape over the sum of both; 0 of a gamma variable. */
        private final double p;

        private final double logPeak;

        Left(double a, double b) {
            turned = a > b;
            small = Math.min(a, b);
            p = small / (a + b);
            logPeak = 0.5 * (Elementary.log(small) + Elementary.log1p(-p))
                    - StandardNormal.HALF_LOG_TWO_PI
                    + LogGamma.stirlingRemainder(a + b)
                    - LogGamma.stirlingRemainder(a)
                    - LogGamma.stirlingRemainder(b);
        }

        private double density(double t) {
            double s = turned ? -t : t;
            double e = Elementary.expm1(s);
            double excess;
            if (Math.abs(s) < DIRECT) {
                excess = exponentialExcess(s, e) - (p == 0 ? 0 : Log1pRatio.shortfall(p * e) / p);
            } else if (s > FAR && p > 0) {
                excess = LogScale.log1pExp(s + Elementary.log(p)) / p - s;
            } else {
                excess = (p == 0 ? e : Elementary.log1p(p * e) / p) - s;
            }
            return Elementary.exp(logPeak - small * excess);
        }

        /** P(low &lt; D ≤ high), low &lt; high ≤ 0, panel by panel from the right. */
        double mass(double low, double high) {
            double sum = 0;
            double end = high;
            while (end > low) {
                double s = turned ? -end : end;
                // -nD′, nD″ and how far nD′ is from its limit: all that is not linear in the exponent is of that size.
                double slope;
                double curvature;
                double bend;
                if (s > FAR && p > 0) {
                    double odds = s + Elementary.log(p);
                    slope = small / p * (1 - p) * LogScale.logistic(odds);
                    bend = small / p * (1 - p) * LogScale.logistic(-odds);
                    curvature = bend * LogScale.logistic(odds);
                } else {
                    double e = Elementary.expm1(s);
                    double base = p == 0 ? 1 : 1 + p * e;
                    slope = small * (1 - p) * Math.abs(e) / base;
                    bend = turned ? small / p * (1 - p) / base : small * (e + 1) / base;
                    curvature = small * ((e + 1) / base) * ((1 - p) / base);
                }
                // A log-concave density has beyond a point no more than its value over its slope there.
                if (!(density(end) / slope > NEGLIGIBLE * sum)) {
                    break;
                }
                double step = CHANGE / Math.max(slope, Math.sqrt(CHANGE * curvature));
                double limit = turned ? small / p * (1 - p) : small;
                if (!(bend <= NEGLIGIBLE * Math.min(1, limit))) {
                    step = Math.min(step, 1);
                }
                double start = Math.max(low, end - step);
                double half = 0.5 * (end - start);
                double part = 0;
                for (int i = 0; i < POINT.length; i++) {
                    part += WEIGHT[i] * density(end + half * (POINT[i] - 1));
                }
                sum += half * part;
                end = start;
            }
            return sum;
        }
    }
}
