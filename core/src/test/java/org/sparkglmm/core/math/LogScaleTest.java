package org.sparkglmm.core.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Relative accuracy in both tails, against enough digits that the reference does not cancel. */
class LogScaleTest {
    /** A handful of roundings. */
    private static final double SAME_FORMULA = 1e-15;
    /** e^700 has 304 digits before its point. */
    private static final Precise PRECISE = new Precise(380);

    private static final double[] ETAS = {
        -700, -100, -40, -37, -20, -5, -1, -0.7, -1e-3, -1e-20, 0, 1e-20, 1e-9, 0.3, 0.7, 1, 3, 17, 36.5, 40, 100, 700
    };

    private static void check(String name, DoubleUnaryOperator f, UnaryOperator<BigDecimal> reference, double x) {
        BigDecimal expected = reference.apply(new BigDecimal(x));
        double actual = f.applyAsDouble(x);
        double error = Precise.relativeError(expected, actual);
        assertTrue(error <= SAME_FORMULA, () -> name + "(" + x + ") = " + actual + ", relative error " + error);
    }

    private static BigDecimal logistic(BigDecimal x) {
        return BigDecimal.ONE.divide(BigDecimal.ONE.add(PRECISE.exp(x.negate())), PRECISE.context());
    }

    @Test
    void log1pExpIsAccurateInBothTails() {
        for (double eta : ETAS) {
            check("log1pExp", LogScale::log1pExp, x -> PRECISE.log(BigDecimal.ONE.add(PRECISE.exp(x))), eta);
        }
        assertEquals(0, LogScale.log1pExp(Double.NEGATIVE_INFINITY));
        assertEquals(1e300, LogScale.log1pExp(1e300));
        assertEquals(Double.POSITIVE_INFINITY, LogScale.log1pExp(Double.POSITIVE_INFINITY));
        assertEquals(Double.NaN, LogScale.log1pExp(Double.NaN));
    }

    @Test
    void logisticIsAccurateInBothTails() {
        for (double eta : ETAS) {
            check("logistic", LogScale::logistic, LogScaleTest::logistic, eta);
        }
        assertEquals(0, LogScale.logistic(Double.NEGATIVE_INFINITY));
        assertEquals(1, LogScale.logistic(Double.POSITIVE_INFINITY));
        assertEquals(Double.NaN, LogScale.logistic(Double.NaN));
    }

    @Test
    void logisticAndItsComplementAddUpToOne() {
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            double eta = 30 * random.nextGaussian();
            assertEquals(1, LogScale.logistic(eta) + LogScale.logistic(-eta), SAME_FORMULA);
        }
    }

    @Test
    void log1mExpIsAccurateAtBothEnds() {
        for (double x :
                new double[] {1e-300, 1e-20, 1e-5, 0.1, 0.69, 0.6931471805599453, 0.7, 1, 5, 36, 40, 300, 700}) {
            check(
                    "log1mExp",
                    LogScale::log1mExp,
                    v -> PRECISE.log(BigDecimal.ONE.subtract(PRECISE.exp(v.negate()), PRECISE.context())),
                    x);
        }
        assertEquals(Double.NEGATIVE_INFINITY, LogScale.log1mExp(0));
        assertEquals(0, LogScale.log1mExp(Double.POSITIVE_INFINITY), 0);
        assertEquals(Double.NaN, LogScale.log1mExp(-1));
        assertEquals(Double.NaN, LogScale.log1mExp(Double.NaN));
    }
}
