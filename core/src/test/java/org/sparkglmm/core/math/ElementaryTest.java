package org.sparkglmm.core.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Elementary functions against 40 digits, over the whole range of double. */
class ElementaryTest {
    /** What the Javadoc of exp and log promises, in units of the last place. */
    private static final double ONE_ULP = 1;
    /** log1p and expm1 are made of two or three rounded operations on top. */
    private static final double FEW_ULPS = 4;

    private static final Precise PRECISE = new Precise(40);
    private static final int DRAWS = 1500;

    private static void check(
            String name, DoubleUnaryOperator f, UnaryOperator<BigDecimal> reference, double x, double ulps) {
        BigDecimal expected = reference.apply(new BigDecimal(x));
        double actual = f.applyAsDouble(x);
        double error = Precise.ulps(expected, actual);
        assertTrue(error <= ulps, () -> name + "(" + x + ") = " + actual + " is " + error + " ulps off");
    }

    @Test
    void expIsWithinOneUlpFromUnderflowToOverflow() {
        Random random = new Random(1);
        for (int i = 0; i < DRAWS; i++) {
            double wide = -745 + 1454.7 * random.nextDouble();
            double narrow = random.nextGaussian() * Math.pow(10, -random.nextInt(20));
            check("exp", Elementary::exp, PRECISE::exp, wide, ONE_ULP);
            check("exp", Elementary::exp, PRECISE::exp, narrow, ONE_ULP);
        }
        for (double x : new double[] {
            -745.1332191019411, -744.4, -710, -708.4, -708.3, -0.0, 0.0, 1e-300, -1e-17, 709.7, 709.782712893384
        }) {
            check("exp", Elementary::exp, PRECISE::exp, x, ONE_ULP);
        }
    }

    @Test
    void expIsZeroOrInfiniteBeyondItsRangeAndNaNForNaN() {
        assertEquals(0, Elementary.exp(-745.2));
        assertEquals(0, Elementary.exp(-1e300));
        assertEquals(0, Elementary.exp(Double.NEGATIVE_INFINITY));
        assertEquals(Double.POSITIVE_INFINITY, Elementary.exp(709.79));
        assertEquals(Double.POSITIVE_INFINITY, Elementary.exp(1e300));
        assertEquals(Double.POSITIVE_INFINITY, Elementary.exp(Double.POSITIVE_INFINITY));
        assertEquals(Double.NaN, Elementary.exp(Double.NaN));
        assertEquals(1, Elementary.exp(0));
    }

    @Test
    void logIsWithinOneUlpSubnormalsIncluded() {
        Random random = new Random(2);
        for (int i = 0; i < DRAWS; i++) {
            double any = Double.longBitsToDouble(random.nextLong() & Long.MAX_VALUE);
            if (any < Double.POSITIVE_INFINITY && any > 0) {
                check("log", Elementary::log, PRECISE::log, any, ONE_ULP);
            }
            double nearOne = 1 + random.nextGaussian() * Math.pow(10, -1 - random.nextInt(14));
            check("log", Elementary::log, PRECISE::log, nearOne, ONE_ULP);
        }
        for (double x : new double[] {
            Double.MIN_VALUE,
            3e-320,
            Double.MIN_NORMAL,
            Math.nextDown(Double.MIN_NORMAL),
            Double.MAX_VALUE,
            Math.sqrt(2),
            Math.sqrt(0.5),
            Math.nextUp(1.0),
            Math.nextDown(1.0)
        }) {
            check("log", Elementary::log, PRECISE::log, x, ONE_ULP);
        }
    }

    @Test
    void logKnowsTheEdgesOfItsDomain() {
        assertEquals(0, Elementary.log(1));
        assertEquals(Double.NEGATIVE_INFINITY, Elementary.log(0));
        assertEquals(Double.NEGATIVE_INFINITY, Elementary.log(-0.0));
        assertEquals(Double.POSITIVE_INFINITY, Elementary.log(Double.POSITIVE_INFINITY));
        assertEquals(Double.NaN, Elementary.log(-Double.MIN_VALUE));
        assertEquals(Double.NaN, Elementary.log(Double.NEGATIVE_INFINITY));
        assertEquals(Double.NaN, Elementary.log(Double.NaN));
    }

    @Test
    void log1pKeepsItsLastDigitsForTinyAndHugeArguments() {
        UnaryOperator<BigDecimal> reference = x -> PRECISE.log(x.add(BigDecimal.ONE));
        Random random = new Random(3);
        for (int i = 0; i < DRAWS; i++) {
            double x = Math.pow(10, -30 + 60 * random.nextDouble());
            check("log1p", Elementary::log1p, reference, x, FEW_ULPS);
            double negative = -Math.pow(10, -30 * random.nextDouble());
            if (negative > -1) {
                check("log1p", Elementary::log1p, reference, negative, FEW_ULPS);
            }
        }
        check("log1p", Elementary::log1p, reference, Math.nextUp(-1.0), FEW_ULPS);
        assertEquals(1e-310, Elementary.log1p(1e-310));
        assertEquals(Double.NEGATIVE_INFINITY, Elementary.log1p(-1));
        assertEquals(Double.NaN, Elementary.log1p(Math.nextDown(-1.0)));
        assertEquals(Double.NaN, Elementary.log1p(Double.NaN));
        assertEquals(Double.POSITIVE_INFINITY, Elementary.log1p(Double.POSITIVE_INFINITY));
    }

    @Test
    void expm1KeepsItsLastDigitsForTinyAndHugeArguments() {
        UnaryOperator<BigDecimal> reference = x -> PRECISE.exp(x).subtract(BigDecimal.ONE);
        Random random = new Random(4);
        for (int i = 0; i < DRAWS; i++) {
            double sign = random.nextBoolean() ? 1 : -1;
            check("expm1", Elementary::expm1, reference, sign * Math.pow(10, -14 + 15 * random.nextDouble()), FEW_ULPS);
            check("expm1", Elementary::expm1, reference, -40 + 740 * random.nextDouble(), FEW_ULPS);
        }
        assertEquals(-1e-310, Elementary.expm1(-1e-310));
        assertEquals(-1, Elementary.expm1(-50));
        assertEquals(-1, Elementary.expm1(Double.NEGATIVE_INFINITY));
        assertEquals(Double.POSITIVE_INFINITY, Elementary.expm1(Double.POSITIVE_INFINITY));
        assertEquals(Double.POSITIVE_INFINITY, Elementary.expm1(710));
        assertEquals(Double.NaN, Elementary.expm1(Double.NaN));
    }
}
