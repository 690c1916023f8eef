package org.sparkglmm.core.math;

/**
 * ln [a (a+1) … (a+y-1)] = ln Γ(a+y) - ln Γ(a) as a sum over i of ln(a+i), and its derivatives in A = ln a, for whole
 * y, without the cancellation of the two Γ and for any A.
 *
 * <p>With p = a/(a+i) and r = i/(a+i) a term's derivatives in A are p, p r and p r (r-p), since p′ = p r. At most
 * sixteen terms are added one by one. The rest of a longer sum begins where x = a+k ≥ 15; with m terms left, z = x+m and
 * the remainders s and e of {@link LogGamma} it is
 *
 * <pre>
 * ln Γ(z) - ln Γ(x) = (x-½) ln(1+m/x) + m ln z - m + s(z) - s(x)
 * D₁ = ψ(z) - ψ(x)   = ln(1+m/x) + e(x) - e(z)
 * D₂ = ψ′(z) - ψ′(x) = -m/(xz) - ½ (1/x² - 1/z²) - …
 * D₃ = ψ″(z) - ψ″(x) = (1/x² - 1/z²) + (1/x³ - 1/z³) + …
 * </pre>
 *
 * and its derivatives in A are aD₁, aD₁ + a²D₂ and aD₁ + 3a²D₂ + a³D₃ (Abramowitz &amp; Stegun 6.1.40, 6.3.18, 6.4.12).
 * These cancel where a ≫ y; there Σ ln(1+i/a) is expanded in powers of 1/a.
 */
public final class RisingFactorial {
    /** The sum starts its Stirling form here; both of its ends are then beyond {@link LogGamma#ASYMPTOTIC}. */
    private static final double STIRLING = 15;
    /** Up to this many terms the sum itself costs less than its Stirling form. */
    private static final double FEW = 16;
    /** If a is so many times y, five powers of y/a leave an error of 1e-14 relative to each derivative. */
    private static final double LARGE = 1000;

    private RisingFactorial() {}

    /**
     * Σ ln(a+i) over i = first, …, y-1 with a = e^logA; all 0 if y ≤ first. Errors of the derivatives are below 1e-15 of the
     * number of terms, and below 1e-14 of the derivative itself for a up to y; that rises with a/y to 5e-13 at 1000, and is
     * 1e-14 again beyond.
     *
     * @param first 0, or 1 to leave out the term ln a
     * @param y a whole number
     * @param into filled with value, first, second and third derivative in logA
     */
    public static void log(double first, double y, double logA, double[] into) {
        if (y <= first) {
            into[0] = 0;
            into[1] = 0;
            into[2] = 0;
            into[3] = 0;
            return;
        }
        double a = Elementary.exp(logA);
        if (a >= LARGE * y) {
            expansion(first, y, logA, a, into);
            return;
        }
        double end = y - first <= FEW ? y : Math.min(y, Math.max(first, Math.ceil(STIRLING - a)));
        if (a < 1) {
            sumOfSmall(first, end, logA, a, into);
        } else {
            sumOfOthers(first, end, logA, a, into);
        }
        if (!(end >= y)) {
            addStirling(a, a + end, y - end, into);
        }
    }

    /** a &lt; 1: the term of i = 0 is logA, the others are at least 1. */
    private static void sumOfSmall(double first, double end, double logA, double a, double[] into) {
        double value = 0;
        double d1 = 0;
        double i = first;
        if (i == 0) {
            value = logA;
            d1 = 1;
            i = 1;
        }
        double product = 1;
        double d2 = 0;
        double d3 = 0;
        for (; i < end; i++) {
            double t = a + i;
            double inverse = 1 / t;
            double p = a * inverse;
            double r = i * inverse;
            double pr = p * r;
            product *= t;
            d1 += p;
            d2 += pr;
            d3 += pr * (r - p);
        }
        into[0] = value + Elementary.log(product);
        into[1] = d1;
        into[2] = d2;
        into[3] = d3;
    }

    /** a ≥ 1: Σ ln(a+i) = (number of terms)·logA + Σ ln(1+i/a), whose product is at most 17! whatever a. */
    private static void sumOfOthers(double first, double end, double logA, double a, double[] into) {
        double inverse = 1 / a;
        double product = 1;
        double d1 = 0;
        double d2 = 0;
        double d3 = 0;
        for (double i = first; i < end; i++) {
            double u = i * inverse;
            double p = 1 / (1 + u);
            double r = u * p;
            double pr = p * r;
            product *= 1 + u;
            d1 += p;
            d2 += pr;
            d3 += pr * (r - p);
        }
        into[0] = (end - first) * logA + Elementary.log(product);
        into[1] = d1;
        into[2] = d2;
        into[3] = d3;
    }

    /** The m terms from x = a+k ≥ 15 on. Every power of 1/x comes with its power of a, so that nothing overflows. */
    private static void addStirling(double a, double x, double m, double[] into) {
        double z = x + m;
        double inverseX = 1 / x;
        double inverseZ = 1 / z;
        double ax = a * inverseX;
        double az = a * inverseZ;
        double ratio = Elementary.log1p(m * inverseX);
        double aD1 = a * (ratio + (LogGamma.logMinusDigammaSeries(x) - LogGamma.logMinusDigammaSeries(z)));
        double common = m * ax * az;
        // ψ′ = 1/x + 1/(2x²) + q/x and -ψ″ = 1/x² + 1/x³ + w/x²
        double a2D2 = -common * (1 + 0.5 * (inverseX + inverseZ))
                - a * (ax * LogGamma.trigammaSeries(x) - az * LogGamma.trigammaSeries(z));
        double a3D3 = common * (ax + az + ax * inverseX + ax * inverseZ + az * inverseZ)
                + a * (ax * ax * LogGamma.tetragammaSeries(x) - az * az * LogGamma.tetragammaSeries(z));
        into[0] += (x - 0.5) * ratio
                + m * (Elementary.log(z) - 1)
                + (LogGamma.remainderSeries(z) - LogGamma.remainderSeries(x));
        into[1] += aD1;
        into[2] += aD1 + a2D2;
        into[3] += aD1 + 3 * a2D2 + a3D3;
    }

    /**
     * a ≥ 1000 y: Σ ln(1+i/a) = Σₖ -(-1)ᵏ Sₖ/k with Sₖ = Σ (i/a)ᵏ by Faulhaber's formulas, i = 1, …, n and n = y-1; each
     * derivative in A multiplies by -k.
     */
    private static void expansion(double first, double y, double logA, double a, double[] into) {
        double n = y - 1;
        double b = 1 / a;
        double nb = n * b;
        double s1 = nb * y / 2;
        double s1b = nb * (y * b) / 2;
        double odd = (nb + nb + b) / 3;
        double s2 = s1 * odd;
        double s3 = s1 * s1b;
        double s4 = s1 * odd * (3 * nb * (nb + b) - b * b) / 5;
        double s5 = s3 * (2 * nb * (nb + b) - b * b) / 3;
        double m = y - first;
        into[0] = m * logA + (s1 - s2 / 2 + s3 / 3 - s4 / 4 + s5 / 5);
        into[1] = m - (s1 - s2 + s3 - s4 + s5);
        into[2] = s1 - 2 * s2 + 3 * s3 - 4 * s4 + 5 * s5;
        into[3] = -(s1 - 4 * s2 + 9 * s3 - 16 * s4 + 25 * s5);
    }
}
