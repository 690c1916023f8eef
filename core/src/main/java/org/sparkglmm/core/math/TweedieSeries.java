package org.sparkglmm.core.math;

/**
 * The series in the Tweedie density for a power 1 &lt; p &lt; 2 (Dunn &amp; Smyth 2005, Statistics and Computing 15,
 * 267): for y &gt; 0
 *
 * <pre>
 * f(y) = W/y · exp{ [y μ^(1-p)/(1-p) - μ^(2-p)/(2-p)] / φ },   P(y = 0) = exp{ -μ^(2-p) / (φ(2-p)) }
 * W = Σⱼ Wⱼ,  ln Wⱼ = j z - ln Γ(1+j) - ln Γ(νj),  j = 1, 2, …,  ν = (2-p)/(p-1)
 * z = ν ln y - ν ln(p-1) - (1+ν) ln φ - ln(2-p)
 * </pre>
 *
 * <p>With J = y^(2-p) / (φ(2-p)), near the largest term, and Stirling's formula with its remainder s this is, exactly,
 *
 * <pre>
 * ln Wⱼ = (1+ν) J + ½ ln ν - ln 2π + Eⱼ,   Eⱼ = -(1+ν) D(j, J) - s(j) - s(νj),   D(j, J) = j ln(j/J) - (j - J)
 * </pre>
 *
 * where nothing large cancels (D as in Loader 2000, "Fast and accurate computation of binomial probabilities"). The
 * first summand, y^(2-p) / (φ(2-p)(p-1)), cancels against the exponent of f at μ = y; {@link #saturated} leaves both out.
 *
 * <p>The terms have a standard deviation σ = √(J/(1+ν)) in j. Below σ = 8 they are added one by one, some 140 at most.
 * Above, j may run over any grid of step h ≤ σ/1.5 instead of the whole numbers: by Poisson's summation formula both sums
 * equal the integral over j to within e^(-2π²σ²/h²) &lt; 1e-17, as W is analytic in j and vanishes at the ends. Some 30
 * terms are then enough for any J.
 */
public final class TweedieSeries {
    private static final double LOG_TWO_PI = 2 * StandardNormal.HALF_LOG_TWO_PI;
    /** From this standard deviation on the sum is taken in steps. */
    private static final double WIDE = 8;
    /** Steps to a standard deviation. */
    private static final double STEPS = 1.5;
    /** Terms below e^-37 of the largest, half a unit in the last place, are left out. */
    private static final double NEGLIGIBLE = 37;
    /** Bounds of ln J that keep products of J and the terms' exponents finite; only an absurd φ is beyond. */
    private static final double LARGEST_LOG = 690;

    private static final double SMALLEST_LOG = -1e6;
    /** Below this ratio eight terms of the logarithm's series leave an error below 1e-17. */
    private static final double NEAR = 0.1;

    private TweedieSeries() {}

    /**
     * ln W and its derivatives. For large J the value carries the rounding of its summand (1+ν) J; where this is to be
     * added to the exponent of the density, {@link #saturated} keeps what is lost here. NaN unless y &gt; 0, 1 &lt; p
     * &lt; 2 and -1e6 &lt; ln J &lt; 690.
     *
     * @param into filled with ln W, its derivative in ln φ and its derivative in p
     */
    public static void log(double y, double logPhi, double p, double[] into) {
        saturated(y, logPhi, p, into);
        double logY = Elementary.log(y);
        double exponent = Elementary.exp((2 - p) * logY - logPhi) / ((2 - p) * (p - 1));
        into[0] += exponent;
        into[1] -= exponent;
        into[2] += exponent * (1 / (2 - p) - 1 / (p - 1) - logY);
    }

    /**
     * ln W - y^(2-p) / (φ(2-p)(p-1)), which is ln f(y) + ln y at μ = y, and its derivatives, in the domain of {@link #log}.
     * At any μ, ln f(y) is this less ln y and half the deviance over φ. With d = j - J and the mean ⟨·⟩ over the terms the
     * derivatives are
     *
     * <pre>
     * ∂/∂ln φ = -(1+ν) ⟨d⟩
     * ∂/∂p    = -ν′ ⟨D⟩ + (1+ν) (1/(2-p) - ln y) ⟨d⟩ + ν′ ⟨j e(νj)⟩,   ν′ = -1/(p-1)²,  e(x) = ln x - ψ(x)
     * </pre>
     *
     * <p>Where the terms are many, ⟨d⟩ is of the size of 1 and d of the size of σ; since the sum of the terms' derivatives
     * in j is then 0 by Poisson's formula, it is taken from numbers of its own size,
     *
     * <pre>
     * (1+ν) ⟨d⟩ = (1+ν) ⟨D(J, j)⟩ - J ⟨s′(j) + ν s′(νj)⟩,   s′(x) = 1/(2x) - e(x)
     * </pre>
     *
     * @param into filled with the value, its derivative in ln φ and its derivative in p
     */
    public static void saturated(double y, double logPhi, double p, double[] into) {
        double logY = Elementary.log(y);
        double logMiddle = (2 - p) * logY - logPhi - Elementary.log(2 - p);
        double middle = Elementary.exp(logMiddle);
        if (!(p > 1 && p < 2 && y > 0 && logMiddle > SMALLEST_LOG && logMiddle < LARGEST_LOG)) {
            into[0] = Double.NaN;
            into[1] = Double.NaN;
            into[2] = Double.NaN;
            return;
        }
        double nu = (2 - p) / (p - 1);
        double deviation = Math.sqrt(middle / (1 + nu));
        boolean wide = deviation >= WIDE;
        double step = 1;
        // d = j - J of the first term: exactly 0 on a grid of one's own, else that of the whole number next to J.
        double start = 0;
        if (wide) {
            step = deviation / STEPS;
        } else {
            start = Math.max(1, Math.rint(middle)) - middle;
        }
        double reference = exponent(start, middle, logMiddle, nu);
        double max = reference;
        double sum = 0;
        double sumOfShifts = 0;
        double sumOfSlopes = 0;
        // Up from the start, then down from below it; ln Wⱼ is concave in j, so each way ends for good.
        for (int way = 1; way >= -1; way -= 2) {
            for (int k = way > 0 ? 0 : 1; ; k++) {
                double d = start + way * k * step;
                double j = middle + d;
                if (!(j > 0.5)) {
                    break;
                }
                double exponent = exponent(d, middle, logMiddle, nu);
                if (!(exponent >= max - NEGLIGIBLE)) {
                    break;
                }
                max = Math.max(max, exponent);
                double weight = Elementary.exp(exponent - reference);
                sum += weight;
                double e = LogGamma.logMinusDigamma(nu * j);
                sumOfShifts += weight
                        * (wide
                                ? (1 + nu) * reverseDeviance(d, middle, logMiddle)
                                        - middle * (1 / j - LogGamma.logMinusDigamma(j) - nu * e)
                                : (1 + nu) * d);
                sumOfSlopes += weight * (j * e - deviance(d, middle, logMiddle));
            }
        }
        double shift = sumOfShifts / sum;
        into[0] = 0.5 * Elementary.log(nu) - LOG_TWO_PI + reference + Elementary.log(step * sum);
        into[1] = -shift;
        into[2] = (1 / (2 - p) - logY) * shift - sumOfSlopes / sum / ((p - 1) * (p - 1));
    }

    /** Eⱼ at j = J + d. */
    private static double exponent(double d, double middle, double logMiddle, double nu) {
        double j = middle + d;
        return -(1 + nu) * deviance(d, middle, logMiddle) - remainder(j) - remainder(nu * j);
    }

    /** s(x), below 12 by its definition: faster than {@link LogGamma#stirlingRemainder}, and here an exponent. */
    private static double remainder(double x) {
        if (x >= LogGamma.ASYMPTOTIC) {
            return LogGamma.remainderSeries(x);
        }
        return LogGamma.value(x) - (x - 0.5) * Elementary.log(x) + x - StandardNormal.HALF_LOG_TWO_PI;
    }

    /**
     * D(j, J) at j = J + d. With v = d/(j+J), ln(j/J) = 2 (v + v³/3 + v⁵/5 + …), so that near J it is d v + 2j (v³/3 +
     * v⁵/5 + …).
     */
    private static double deviance(double d, double middle, double logMiddle) {
        double j = middle + d;
        double v = d / (j + middle);
        if (v < NEAR && v > -NEAR) {
            return d * v + 2 * j * logRatioTail(v);
        }
        return j * (Elementary.log(j) - logMiddle) - d;
    }

    /** D(J, j) at j = J + d. */
    private static double reverseDeviance(double d, double middle, double logMiddle) {
        double j = middle + d;
        double v = d / (j + middle);
        if (v < NEAR && v > -NEAR) {
            return d * v - 2 * middle * logRatioTail(v);
        }
        return d - middle * (Elementary.log(j) - logMiddle);
    }

    /** v³/3 + v⁵/5 + … to v¹⁷, for |v| &lt; 0.1. */
    private static double logRatioTail(double v) {
        double w = v * v;
        double tail = 1.0 / 9 + w * (1.0 / 11 + w * (1.0 / 13 + w * (1.0 / 15 + w * (1.0 / 17))));
        return v * w * (1.0 / 3 + w * (1.0 / 5 + w * (1.0 / 7 + w * tail)));
    }
}
