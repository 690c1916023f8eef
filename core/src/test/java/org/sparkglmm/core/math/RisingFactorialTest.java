package org.sparkglmm.core.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import org.junit.jupiter.api.Test;

/**
 * The rising factorial and its derivatives against the plain sum in 60 digits, and against differences of ln Γ and its
 * derivatives in as many digits as they lose.
 */
class RisingFactorialTest {
    /** Value: relative to it and the number of its terms. */
    private static final double VALUE = 2e-15;
    /** Derivatives: relative to the number of terms, Σ p r and so on being differences of Σ p and Σ p². */
    private static final double DERIVATIVE = 1e-14;
    /** Derivatives where a is not much above y: relative to the derivative, or to Σ p r, which bounds the third. */
    private static final double RELATIVE = 1e-13;
    /** The sum by its powers leaves out the sixth, (y/a)⁶ ≤ 1e-18 of the number of terms and 1e-14 of the derivatives. */
    private static final double EXPANSION = 3e-14;

    private static final double[] LOGS = {
        -745, -700, -100, -30, -3, -0.5, -1e-3, 0, 1e-3, 0.7, 2, 2.6, 2.7, 2.71, 3, 5, 8, 10, 16, 25, 100, 690, 700
    };

    private static final double[] COUNTS = {0, 1, 2, 3, 10, 15, 16, 17, 18, 40, 200, 1e4};

    private static final Precise PRECISE = new Precise(60);

    /** Σ ln(a+i) through its product, Σ p, Σ p r, Σ p r (r-p). */
    private static BigDecimal[] sum(int first, int y, BigDecimal a, BigDecimal logA) {
        MathContext context = PRECISE.context();
        BigDecimal product = BigDecimal.ONE;
        BigDecimal[] out = {BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO};
        for (int i = Math.max(first, 1); i < y; i++) {
            BigDecimal t = a.add(BigDecimal.valueOf(i), context);
            BigDecimal p = a.divide(t, context);
            BigDecimal r = BigDecimal.valueOf(i).divide(t, context);
            BigDecimal pr = p.multiply(r, context);
            product = product.multiply(t, context);
            out[1] = out[1].add(p, context);
            out[2] = out[2].add(pr, context);
            out[3] = out[3].add(pr.multiply(r.subtract(p, context), context), context);
        }
        out[0] = product.equals(BigDecimal.ONE) ? BigDecimal.ZERO : log(product);
        if (first == 0 && y > 0) {
            out[0] = out[0].add(logA);
            out[1] = out[1].add(BigDecimal.ONE);
        }
        return out;
    }

    /** The mantissa and the power of ten apart: products here reach 1e3000000. */
    private static BigDecimal log(BigDecimal x) {
        int exponent = x.precision() - x.scale() - 1;
        return PRECISE.log(x.movePointLeft(exponent))
                .add(PRECISE.log(BigDecimal.TEN).multiply(BigDecimal.valueOf(exponent)), PRECISE.context());
    }

    private static void check(BigDecimal[] expected, double first, double y, double logA) {
        double[] actual = new double[4];
        RisingFactorial.log(first, y, logA, actual);
        double count = Math.max(y - first, 0);
        double large = Math.exp(logA) / y;
        for (int k = 0; k < 4; k++) {
            int order = k;
            double size = Math.abs(expected[k].doubleValue());
            double error = new BigDecimal(actual[k]).subtract(expected[k]).abs().doubleValue();
            double allowed = k == 0 ? VALUE * (size + count) : DERIVATIVE * (size + count);
            if (k > 0 && large < 10) {
                allowed = Math.min(allowed, RELATIVE * (k < 3 ? size : expected[2].doubleValue()));
            } else if (k > 0 && large >= 1000) {
                allowed = Math.min(allowed, EXPANSION * size);
            }
            double limit = allowed;
            assertTrue(
                    error <= limit + Double.MIN_NORMAL,
                    () -> "derivative " + order + " for " + first + ", " + y + ", logA = " + logA + ": got "
                            + actual[order] + ", expected " + expected[order].doubleValue() + ", error " + error);
        }
    }

    @Test
    void equalsThePlainSumForAnyA() {
        for (double logA : LOGS) {
            BigDecimal exact = new BigDecimal(logA);
            BigDecimal a = PRECISE.exp(exact).round(PRECISE.context());
            for (double y : COUNTS) {
                for (int first = 0; first <= 1; first++) {
                    check(sum(first, (int) y, a, exact), first, y, logA);
                }
            }
        }
    }

    @Test
    void equalsTheDifferenceOfLogGammasForMillions() {
        for (double logA : LOGS) {
            // Digits of a, and twice those the derivatives lose where a is above y.
            PreciseGamma gamma = new PreciseGamma(50 + (int) (Math.max(logA, 0) * 1.4));
            MathContext context = gamma.precise().context();
            BigDecimal exact = new BigDecimal(logA);
            BigDecimal a = gamma.precise().exp(exact);
            for (double y : new double[] {1e4, 1e7, 1e10, 1e15}) {
                BigDecimal[] upper = gamma.derivatives(a.add(new BigDecimal(y)));
                BigDecimal[] lower = gamma.derivatives(a.add(BigDecimal.ONE));
                BigDecimal[] difference = new BigDecimal[4];
                for (int k = 0; k < 4; k++) {
                    difference[k] = upper[k].subtract(lower[k], context);
                }
                BigDecimal[] expected = gamma.inLogarithm(a, difference);
                check(expected, 1, y, logA);
                expected[0] = expected[0].add(exact, context);
                expected[1] = expected[1].add(BigDecimal.ONE, context);
                check(expected, 0, y, logA);
            }
        }
    }

    @Test
    void limitsAreExact() {
        double[] out = new double[4];
        for (double logA : new double[] {800, 1e300}) {
            RisingFactorial.log(0, 1000, logA, out);
            assertEquals(1000 * logA, out[0], 0);
            assertEquals(1000, out[1], 0);
            assertEquals(0, out[2], 0);
            assertEquals(0, out[3], 0);
        }
        RisingFactorial.log(0, 1000, -1e5, out);
        assertEquals(-1e5 + LogGamma.value(1000), out[0], 1e-10);
        assertEquals(1, out[1], 0);
        assertEquals(0, out[2], 0);
        assertEquals(0, out[3], 0);
        RisingFactorial.log(1, 1, 3, out);
        for (double v : out) {
            assertEquals(0, v, 0);
        }
    }

    @Test
    void nanStaysNaN() {
        double[] out = new double[4];
        for (double y : new double[] {2, 100}) {
            RisingFactorial.log(0, y, Double.NaN, out);
            for (double v : out) {
                assertEquals(Double.NaN, v);
            }
        }
        RisingFactorial.log(0, Double.NaN, 1, out);
        for (double v : out) {
            assertEquals(Double.NaN, v);
        }
    }
}
