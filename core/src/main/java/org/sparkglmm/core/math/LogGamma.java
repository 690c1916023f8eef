package org.sparkglmm.core.math;

/**
 * ln Γ(x) and its derivatives ψ, ψ′, ψ″ for x &gt; 0, and the two differences to Stirling's formula that stay accurate
 * where Γ itself is huge.
 *
 * <p>For x ≥ 12 the asymptotic series with the Bernoulli numbers B₂ₖ (Abramowitz &amp; Stegun 6.1.40, 6.3.18, 6.4.12;
 * DLMF 5.11, 5.15):
 *
 * <pre>
 * ln Γ(x) = (x-½) ln x - x + ½ ln 2π + s(x),   s(x) = Σ B₂ₖ / (2k(2k-1) x²ᵏ⁻¹)
 * ψ(x)    = ln x - e(x),                       e(x) = 1/(2x) + Σ B₂ₖ / (2k x²ᵏ)
 * ψ′(x)   = 1/x + 1/(2x²) + Σ B₂ₖ / x²ᵏ⁺¹
 * ψ″(x)   = -1/x² - 1/x³ - Σ (2k+1) B₂ₖ / x²ᵏ⁺²
 * </pre>
 *
 * <p>Below, the recurrence Γ(x+1) = x Γ(x) (6.1.15, 6.3.5, 6.4.6) carries ψ and its derivatives up to 12 and ln Γ into
 * [½, 2½], where the power series about 2 (6.1.33) keeps the relative accuracy at the zeros 1 and 2.
 */
public final class LogGamma {
    /** From here on eight terms of the series for s, e and ψ′, and nine of that for ψ″, leave errors below 1e-16. */
    static final double ASYMPTOTIC = 12;

    /** 1 - γ, the slope of ln Γ at 2. */
    private static final double SLOPE_AT_TWO = 0.42278433509846713939;

    /** (-1)ᵏ (ζ(k) - 1) / k for k = 2, 3, …, 27: the power series of ln Γ(2+z), below 1e-18 after that for |z| ≤ ½. */
    private static final double[] ABOUT_TWO = {
        0.3224670334241132182362,
        -0.06735230105319809513325,
        0.020580808427784547879,
        -0.007385551028673985266273,
        0.002890510330741523285753,
        -0.001192753911703260977114,
        0.0005096695247430424223357,
        -0.0002231547584535793797614,
        0.0000994575127818085337146,
        -0.00004492623673813314170021,
        0.00002050721277567069155317,
        -0.000009439488275268395903987,
        0.000004374866789907487804182,
        -0.000002039215753801366236782,
        9.551412130407419832857e-7,
        -4.492469198764566043294e-7,
        2.120718480555466586923e-7,
        -1.004322482396809960872e-7,
        4.76981016936398056576e-8,
        -2.271109460894316491032e-8,
        1.083865921489695409107e-8,
        -5.183475041970046655121e-9,
        2.483674543802478317185e-9,
        -1.192140140586091207443e-9,
        5.73136724167886201333e-10,
        -2.759522885124233145178e-10
    };

    private LogGamma() {}

    /** ln Γ(x); infinite at 0, NaN below and for NaN. */
    public static double value(double x) {
        if (x >= ASYMPTOTIC) {
            return stirling(x, Elementary.log(x), remainderSeries(x));
        }
        if (!(x > 0)) {
            return x == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        if (x < 0.5) {
            return aboutTwo(x) - Elementary.log(x * (1 + x));
        }
        if (x < 1.5) {
            return aboutTwo(x - 1) - Elementary.log1p(x - 1);
        }
        if (x < 2.5) {
            return aboutTwo(x - 2);
        }
        // Γ is 0.88 to 1.33 in [1½, 2½], and the product exceeds 1½: two small numbers, no cancellation.
        double product = 1;
        double t = x;
        while (t >= 2.5) {
            t -= 1;
            product *= t;
        }
        return aboutTwo(t - 2) + Elementary.log(product);
    }

    /**
     * ln Γ(x), ψ(x), ψ′(x) and ψ″(x) for x ≥ 0; they overflow as 1/x³ does. NaN for x &lt; 0.
     *
     * @param into filled with value, first, second and third derivative
     */
    public static void derivatives(double x, double[] into) {
        if (x >= ASYMPTOTIC) {
            double log = Elementary.log(x);
            into[0] = stirling(x, log, remainderSeries(x));
            into[1] = log - logMinusDigammaSeries(x);
            into[2] = scaledTrigamma(x) / x;
            into[3] = -scaledTetragamma(x) / x / x;
            return;
        }
        into[0] = value(x);
        if (!(x >= 0)) {
            into[1] = Double.NaN;
            into[2] = Double.NaN;
            into[3] = Double.NaN;
            return;
        }
        double sum = 0;
        double squares = 0;
        double cubes = 0;
        double t = x;
        while (t < ASYMPTOTIC) {
            double r = 1 / t;
            double square = r * r;
            sum += r;
            squares += square;
            cubes += square * r;
            t += 1;
        }
        into[1] = Elementary.log(t) - logMinusDigammaSeries(t) - sum;
        into[2] = scaledTrigamma(t) / t + squares;
        into[3] = -scaledTetragamma(t) / (t * t) - 2 * cubes;
    }

    /**
     * G(A) = ln Γ(e^A) and its derivatives in A: with a = e^A they are aψ, aψ + a²ψ′ and aψ + 3a²ψ′ + a³ψ″. For a small
     * a they are taken from ln Γ(a) = ln Γ(1+a) - A, so that as A → -∞ they are -A, -1, 0, 0 with their relative
     * accuracy; as A grows they overflow only where e^A·A does.
     *
     * @param into filled with value, first, second and third derivative
     */
    public static void ofExponential(double logA, double[] into) {
        double a = Elementary.exp(logA);
        if (a >= ASYMPTOTIC) {
            into[0] = stirling(a, logA, remainderSeries(a));
            double digamma = logA - logMinusDigammaSeries(a);
            double second = scaledTrigamma(a);
            double third = -scaledTetragamma(a);
            into[1] = a * digamma;
            into[2] = a * (digamma + second);
            into[3] = a * (digamma + 3 * second + third);
            return;
        }
        derivatives(1 + a, into);
        double first = a * into[1];
        double second = a * a * into[2];
        double third = a * a * a * into[3];
        into[0] -= logA;
        into[1] = first - 1;
        into[2] = first + second;
        into[3] = first + 3 * second + third;
    }

    /**
     * s(x) = ln Γ(x) - [(x-½) ln x - x + ½ ln 2π], to full relative accuracy (→ 1/(12x)). For x &lt; 12 by s(x) - s(x+1) =
     * (x+½) ln(1+1/x) - 1 = t²/3 + t⁴/5 + t⁶/7 + … with t = 1/(2x+1). Infinite at 0, NaN below.
     */
    public static double stirlingRemainder(double x) {
        if (x >= ASYMPTOTIC) {
            return remainderSeries(x);
        }
        if (!(x > 0)) {
            return x == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        double sum = 0;
        double u = x;
        if (u < 0.5) {
            sum = (u + 0.5) * (Elementary.log1p(u) - Elementary.log(u)) - 1;
            u += 1;
        }
        while (u < ASYMPTOTIC) {
            double t = 1 / (2 * u + 1);
            double square = t * t;
            double power = square;
            double steps = 0;
            for (int n = 3; power > 1e-19; n += 2) {
                steps += power / n;
                power *= square;
            }
            sum += steps;
            u += 1;
        }
        return sum + remainderSeries(u);
    }

    /**
     * e(x) = ln x - ψ(x), to full relative accuracy (→ 1/(2x)). For x &lt; 12 by e(x) = e(x+n) + Σᵢ 1/(x+i) - ln(1+n/x),
     * i &lt; n. Infinite at 0, NaN below.
     */
    public static double logMinusDigamma(double x) {
        if (x >= ASYMPTOTIC) {
            return logMinusDigammaSeries(x);
        }
        if (!(x > 0)) {
            return x == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        if (x < 1e-20) {
            // 1/x outweighs the logarithm, and n/x could overflow.
            return 1 / x;
        }
        double sum = 0;
        double t = x;
        int n = 0;
        while (t < ASYMPTOTIC) {
            sum += 1 / t;
            t += 1;
            n++;
        }
        return sum - Elementary.log1p(n / x) + logMinusDigammaSeries(t);
    }

    /** (x-½) ln x - x + ½ ln 2π + s, in a form that is infinite, not NaN, where it overflows. */
    private static double stirling(double x, double log, double remainder) {
        return (x - 0.5) * (log - 1) + (StandardNormal.HALF_LOG_TWO_PI - 0.5 + remainder);
    }

    /** ln Γ(2+z) for |z| ≤ ½; the even and the odd terms by Horner's rule each. */
    private static double aboutTwo(double z) {
        double square = z * z;
        double even = ABOUT_TWO[24];
        double odd = ABOUT_TWO[25];
        for (int k = 22; k >= 0; k -= 2) {
            even = even * square + ABOUT_TWO[k];
            odd = odd * square + ABOUT_TWO[k + 1];
        }
        return z * (SLOPE_AT_TWO + z * (even + z * odd));
    }

    /** s(x) for x ≥ 12: B₂ₖ / (2k(2k-1) x²ᵏ⁻¹). */
    static double remainderSeries(double x) {
        double r = 1 / x;
        double v = r * r;
        double tail = 1.0 / 1188 + v * (-691.0 / 360360 + v * (1.0 / 156 + v * (-3617.0 / 122400)));
        return r * (1.0 / 12 + v * (-1.0 / 360 + v * (1.0 / 1260 + v * (-1.0 / 1680 + v * tail))));
    }

    /** e(x) for x ≥ 12: 1/(2x) + B₂ₖ / (2k x²ᵏ). */
    static double logMinusDigammaSeries(double x) {
        double r = 1 / x;
        double v = r * r;
        double tail = 1.0 / 132 + v * (-691.0 / 32760 + v * (1.0 / 12 + v * (-3617.0 / 8160)));
        return r * (0.5 + r * (1.0 / 12 + v * (-1.0 / 120 + v * (1.0 / 252 + v * (-1.0 / 240 + v * tail)))));
    }

    /** q(x) = x ψ′(x) - 1 - 1/(2x) for x ≥ 12: B₂ₖ / x²ᵏ. */
    static double trigammaSeries(double x) {
        double r = 1 / x;
        double v = r * r;
        double tail = 5.0 / 66 + v * (-691.0 / 2730 + v * (7.0 / 6 + v * (-3617.0 / 510)));
        return v * (1.0 / 6 + v * (-1.0 / 30 + v * (1.0 / 42 + v * (-1.0 / 30 + v * tail))));
    }

    /** w(x) = -x² ψ″(x) - 1 - 1/x for x ≥ 12: (2k+1) B₂ₖ / x²ᵏ. */
    static double tetragammaSeries(double x) {
        double r = 1 / x;
        double v = r * r;
        double tail = 5.0 / 6 + v * (-691.0 / 210 + v * (35.0 / 2 + v * (-3617.0 / 30 + v * (43867.0 / 42))));
        return v * (1.0 / 2 + v * (-1.0 / 6 + v * (1.0 / 6 + v * (-3.0 / 10 + v * tail))));
    }

    /** x ψ′(x) for x ≥ 12. */
    private static double scaledTrigamma(double x) {
        return 1 + (0.5 / x + trigammaSeries(x));
    }

    /** -x² ψ″(x) for x ≥ 12. */
    private static double scaledTetragamma(double x) {
        return 1 + (1 / x + tetragammaSeries(x));
    }
}
