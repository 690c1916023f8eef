package org.sparkglmm.core.math;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Exponential, logarithm and normal distribution to any number of digits, slowly: the reference that the tests of numbers
 * compare with. Textbook series, nothing of the code under test.
 */
public final class Precise {
    private static final BigDecimal TWO = BigDecimal.valueOf(2);

    private final int digits;
    private final MathContext context;
    private BigDecimal pi;

    /** Results are good to about this many significant digits. */
    public Precise(int digits) {
        this.digits = digits;
        context = new MathContext(digits + 25, RoundingMode.HALF_EVEN);
    }

    public MathContext context() {
        return context;
    }

    /** e^x = (e^(x/2^k))^(2^k), the inner one by its power series. */
    public BigDecimal exp(BigDecimal x) {
        if (x.signum() == 0) {
            return BigDecimal.ONE;
        }
        int halvings = Math.max(0, x.precision() - x.scale()) * 4 + 12;
        BigDecimal r = x.divide(TWO.pow(halvings), context);
        BigDecimal sum = BigDecimal.ONE;
        BigDecimal term = BigDecimal.ONE;
        for (int n = 1; term.signum() != 0 && exponent(term) > exponent(sum) - digits - 25; n++) {
            term = term.multiply(r, context).divide(BigDecimal.valueOf(n), context);
            sum = sum.add(term, context);
        }
        for (int i = 0; i < halvings; i++) {
            sum = sum.multiply(sum, context);
        }
        return sum;
    }

    /** Halley's iteration on e^y = x from the double logarithm; each step triples the digits. */
    public BigDecimal log(BigDecimal x) {
        if (x.compareTo(BigDecimal.ONE) == 0) {
            return BigDecimal.ZERO;
        }
        BigDecimal near = x.subtract(BigDecimal.ONE, context);
        if (exponent(near) < -12) {
            return logNearOne(near);
        }
        BigDecimal y = new BigDecimal(
                exponent(x) > 300 || exponent(x) < -300
                        ? exponent(x) * Math.log(10)
                                + Math.log(x.movePointLeft(exponent(x)).doubleValue())
                        : Math.log(x.doubleValue()));
        for (int good = 10; good < 2 * digits; good *= 3) {
            BigDecimal e = exp(y);
            y = y.add(TWO.multiply(x.subtract(e, context)).divide(x.add(e, context), context), context);
        }
        return y;
    }

    /** log(1 + d) by its power series, for a tiny d. */
    private BigDecimal logNearOne(BigDecimal d) {
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal power = BigDecimal.ONE;
        for (int n = 1; ; n++) {
            power = power.multiply(d, context);
            BigDecimal term = power.divide(BigDecimal.valueOf(n % 2 == 1 ? n : -n), context);
            sum = sum.add(term, context);
            if (exponent(term) < exponent(d) - digits - 5) {
                return sum;
            }
        }
    }

    /** Machin's formula. */
    public BigDecimal pi() {
        if (pi == null) {
            pi = arctanOfInverse(5)
                    .multiply(BigDecimal.valueOf(16))
                    .subtract(arctanOfInverse(239).multiply(BigDecimal.valueOf(4)), context);
        }
        return pi;
    }

    private BigDecimal arctanOfInverse(int n) {
        BigDecimal power = BigDecimal.ONE.divide(BigDecimal.valueOf(n), context);
        BigDecimal square = BigDecimal.valueOf((long) n * n);
        BigDecimal sum = BigDecimal.ZERO;
        for (int k = 0; exponent(power) > -digits - 25; k++) {
            BigDecimal term = power.divide(BigDecimal.valueOf(2L * k + 1), context);
            sum = k % 2 == 0 ? sum.add(term, context) : sum.subtract(term, context);
            power = power.divide(square, context);
        }
        return sum;
    }

    /** φ(x). */
    public BigDecimal normalDensity(BigDecimal x) {
        return exp(x.multiply(x).divide(TWO.negate(), context))
                .divide(TWO.multiply(pi()).sqrt(context), context);
    }

    /** 1 - Φ(x) for x ≥ 0: ½ - φ(x)(x + x³/3 + x⁵/15 + …) while that does not cancel too much, else the continued fraction. */
    private BigDecimal upperTail(BigDecimal x) {
        if (x.doubleValue() > 15) {
            BigDecimal tail = x;
            for (int n = 40 + 40 * digits / 100; n >= 1; n--) {
                tail = x.add(BigDecimal.valueOf(n).divide(tail, context), context);
            }
            return normalDensity(x).divide(tail, context);
        }
        BigDecimal square = x.multiply(x);
        BigDecimal term = x;
        BigDecimal sum = x;
        for (int n = 3; term.signum() != 0 && exponent(term) > -digits - 25; n += 2) {
            term = term.multiply(square, context).divide(BigDecimal.valueOf(n), context);
            sum = sum.add(term, context);
        }
        return new BigDecimal("0.5").subtract(normalDensity(x).multiply(sum, context), context);
    }

    /** Φ(x). */
    public BigDecimal normalProbability(BigDecimal x) {
        return x.signum() < 0 ? upperTail(x.negate()) : BigDecimal.ONE.subtract(upperTail(x), context);
    }

    /** Exponent of the leading decimal digit. */
    private static int exponent(BigDecimal x) {
        return x.signum() == 0 ? Integer.MIN_VALUE / 2 : x.precision() - x.scale() - 1;
    }

    /** |actual - expected| / |expected|; 0 if both are 0. */
    public static double relativeError(BigDecimal expected, double actual) {
        if (!(Math.abs(actual) < Double.POSITIVE_INFINITY)) {
            return Double.POSITIVE_INFINITY;
        }
        BigDecimal difference = new BigDecimal(actual).subtract(expected).abs();
        return difference.signum() == 0
                ? 0
                : expected.signum() == 0
                        ? Double.POSITIVE_INFINITY
                        : difference
                                .divide(expected.abs(), MathContext.DECIMAL64)
                                .doubleValue();
    }

    /** The error in units of the last place of the expected value. */
    public static double ulps(BigDecimal expected, double actual) {
        if (!(Math.abs(actual) < Double.POSITIVE_INFINITY)) {
            return Double.POSITIVE_INFINITY;
        }
        return new BigDecimal(actual)
                .subtract(expected)
                .abs()
                .divide(new BigDecimal(Math.ulp(expected.doubleValue())), MathContext.DECIMAL64)
                .doubleValue();
    }
}
