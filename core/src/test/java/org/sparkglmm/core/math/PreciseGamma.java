package org.sparkglmm.core.math;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/**
 * ln Γ and the polygamma functions to any number of digits, slowly: shifted to a large argument, then the asymptotic series
 * (DLMF 5.11.1, 5.15.8) with exact Bernoulli numbers until a term no longer counts.
 */
public final class PreciseGamma {
    private static final BigDecimal TWO = BigDecimal.valueOf(2);

    private final int digits;
    private final Precise precise;
    private final MathContext context;
    private final BigDecimal[] bernoulli;
    private final BigDecimal halfLogTwoPi;

    /** Results are good to about this many significant digits, absolutely so near a zero. */
    public PreciseGamma(int digits) {
        this.digits = digits;
        precise = new Precise(digits);
        context = precise.context();
        bernoulli = bernoulli(digits, context);
        halfLogTwoPi = precise.log(TWO.multiply(precise.pi())).divide(TWO, context);
    }

    public Precise precise() {
        return precise;
    }

    /** B₂ₖ = (-1)ᵏ⁻¹ 2k Tₖ / (4ᵏ (4ᵏ-1)) from the tangent numbers Tₖ (Brent & Harvey 2011, algorithm TangentNumbers). */
    private static BigDecimal[] bernoulli(int n, MathContext context) {
        BigInteger[] tangent = new BigInteger[n + 1];
        tangent[1] = BigInteger.ONE;
        for (int k = 2; k <= n; k++) {
            tangent[k] = tangent[k - 1].multiply(BigInteger.valueOf(k - 1));
        }
        for (int k = 2; k <= n; k++) {
            for (int j = k; j <= n; j++) {
                tangent[j] = tangent[j - 1]
                        .multiply(BigInteger.valueOf(j - k))
                        .add(tangent[j].multiply(BigInteger.valueOf(j - k + 2)));
            }
        }
        BigDecimal[] out = new BigDecimal[n + 1];
        for (int k = 1; k <= n; k++) {
            BigInteger power = BigInteger.ONE.shiftLeft(2 * k);
            BigInteger above = tangent[k].multiply(BigInteger.valueOf(k % 2 == 1 ? 2L * k : -2L * k));
            out[k] = new BigDecimal(above)
                    .divide(new BigDecimal(power.multiply(power.subtract(BigInteger.ONE))), context);
        }
        return out;
    }

    /** Σ c(k) B₂ₖ x⁻²ᵏ, where c is 1/(2k(2k-1)), 1/(2k), 1 or 2k+1 for order 0 to 3. */
    private BigDecimal series(int order, BigDecimal x) {
        BigDecimal square = x.multiply(x, context);
        BigDecimal power = BigDecimal.ONE;
        BigDecimal sum = BigDecimal.ZERO;
        for (int k = 1; ; k++) {
            power = power.divide(square, context);
            BigDecimal term = bernoulli[k].multiply(power, context);
            term = switch (order) {
                case 0 -> term.divide(BigDecimal.valueOf(2L * k * (2L * k - 1)), context);
                case 1 -> term.divide(BigDecimal.valueOf(2L * k), context);
                case 2 -> term;
                default -> term.multiply(BigDecimal.valueOf(2L * k + 1), context);
            };
            sum = sum.add(term, context);
            if (exponent(term) < -digits - 20) {
                return sum;
            }
        }
    }

    /** ln Γ(x), ψ(x), ψ′(x) and ψ″(x). */
    public BigDecimal[] derivatives(BigDecimal x) {
        BigDecimal t = x;
        BigDecimal product = BigDecimal.ONE;
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal squares = BigDecimal.ZERO;
        BigDecimal cubes = BigDecimal.ZERO;
        BigDecimal enough = BigDecimal.valueOf(digits + 20L);
        while (t.compareTo(enough) < 0) {
            BigDecimal r = BigDecimal.ONE.divide(t, context);
            BigDecimal square = r.multiply(r, context);
            product = product.multiply(t, context);
            sum = sum.add(r, context);
            squares = squares.add(square, context);
            cubes = cubes.add(square.multiply(r, context), context);
            t = t.add(BigDecimal.ONE);
        }
        BigDecimal log = precise.log(t);
        BigDecimal r = BigDecimal.ONE.divide(t, context);
        BigDecimal halfR = r.divide(TWO, context);
        BigDecimal value = t.subtract(new BigDecimal("0.5"))
                .multiply(log, context)
                .subtract(t, context)
                .add(halfLogTwoPi, context)
                .add(series(0, t).multiply(t, context), context)
                .subtract(precise.log(product), context);
        BigDecimal digamma =
                log.subtract(halfR, context).subtract(series(1, t), context).subtract(sum, context);
        BigDecimal trigamma = BigDecimal.ONE
                .add(halfR, context)
                .add(series(2, t), context)
                .multiply(r, context)
                .add(squares, context);
        BigDecimal tetragamma = BigDecimal.ONE
                .add(r, context)
                .add(series(3, t), context)
                .multiply(r, context)
                .multiply(r, context)
                .add(TWO.multiply(cubes), context)
                .negate();
        return new BigDecimal[] {value, digamma, trigamma, tetragamma};
    }

    /** ln Γ(x) alone, which is faster. */
    public BigDecimal logGamma(BigDecimal x) {
        BigDecimal t = x;
        BigDecimal product = BigDecimal.ONE;
        BigDecimal enough = BigDecimal.valueOf(digits + 20L);
        while (t.compareTo(enough) < 0) {
            product = product.multiply(t, context);
            t = t.add(BigDecimal.ONE);
        }
        return t.subtract(new BigDecimal("0.5"))
                .multiply(precise.log(t), context)
                .subtract(t, context)
                .add(halfLogTwoPi, context)
                .add(series(0, t).multiply(t, context), context)
                .subtract(precise.log(product), context);
    }

    /** ln Γ(x) less Stirling's formula, and ln x - ψ(x); for a large x the digits must cover the cancellation. */
    public BigDecimal[] stirlingDifferences(BigDecimal x) {
        BigDecimal[] gamma = derivatives(x);
        BigDecimal log = precise.log(x);
        BigDecimal stirling = x.subtract(new BigDecimal("0.5"))
                .multiply(log, context)
                .subtract(x, context)
                .add(halfLogTwoPi, context);
        return new BigDecimal[] {gamma[0].subtract(stirling, context), log.subtract(gamma[1], context)};
    }

    /** f(a), a f′, a f′ + a² f″ and a f′ + 3a² f″ + a³ f‴: the derivatives in ln a from those in a. */
    public BigDecimal[] inLogarithm(BigDecimal a, BigDecimal[] f) {
        BigDecimal first = a.multiply(f[1], context);
        BigDecimal second = a.multiply(a, context).multiply(f[2], context);
        BigDecimal third = a.multiply(a, context).multiply(a, context).multiply(f[3], context);
        return new BigDecimal[] {
            f[0],
            first,
            first.add(second, context),
            first.add(second.multiply(BigDecimal.valueOf(3)), context).add(third, context)
        };
    }

    private static int exponent(BigDecimal x) {
        return x.signum() == 0 ? Integer.MIN_VALUE / 2 : x.precision() - x.scale() - 1;
    }
}
