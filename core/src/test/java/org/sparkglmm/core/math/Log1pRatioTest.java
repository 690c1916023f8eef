package org.sparkglmm.core.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import org.junit.jupiter.api.Test;

/** Against log(1 + m)/m and m/((1+m) log(1+m)) in many digits. */
class Log1pRatioTest {
    private static final Precise PRECISE = new Precise(80);
    /** From m = 0.05 on the closed forms subtract: two digits of sixteen. */
    private static final double RELATIVE = 1e-13;

    private static double logarithm(double t) {
        return LogScale.log1pExp(t);
    }

    @Test
    void bothKeepTheirRelativeAccuracyAsMVanishes() {
        MathContext c = PRECISE.context();
        for (double t :
                new double[] {-200, -60, -30, -23, -10, -4, -3.05, -2.99574, -2.9957, -2.9, -1, 0, 0.5, 2, 10}) {
            BigDecimal m = PRECISE.exp(new BigDecimal(t));
            // log(1 + m) itself needs 1 + m with all the digits of a tiny m.
            Precise wide = new Precise(t < -40 ? 250 : 80);
            BigDecimal log = wide.log(BigDecimal.ONE.add(wide.exp(new BigDecimal(t)), wide.context()));
            BigDecimal expectedLog = wide.log(log.divide(wide.exp(new BigDecimal(t)), wide.context()));
            BigDecimal expectedExcess =
                    m.divide(BigDecimal.ONE.add(m).multiply(log, c), c).subtract(BigDecimal.ONE, c);
            if (t < -40) {
                BigDecimal wideM = wide.exp(new BigDecimal(t));
                expectedExcess = wideM.divide(BigDecimal.ONE.add(wideM).multiply(log), wide.context())
                        .subtract(BigDecimal.ONE, wide.context());
            }
            double error = Precise.relativeError(expectedLog, Log1pRatio.log(t, logarithm(t)));
            assertTrue(error < RELATIVE, () -> "log at t = " + t + ": " + error);
            double excess = Precise.relativeError(expectedExcess, Log1pRatio.excess(t, logarithm(t)));
            assertTrue(excess < RELATIVE, () -> "excess at t = " + t + ": " + excess);
        }
    }

    @Test
    void theEndsAreTheLimits() {
        assertEquals(0, Log1pRatio.log(-800, logarithm(-800)), 0);
        assertEquals(0, Log1pRatio.excess(-800, logarithm(-800)), 0);
        assertEquals(Math.log(700.0) - 700, Log1pRatio.log(700, logarithm(700)), 1e-12);
        assertEquals(1 / 700.0 - 1, Log1pRatio.excess(700, logarithm(700)), 1e-15);
        assertEquals(Math.log(1e10) - 1e10, Log1pRatio.log(1e10, logarithm(1e10)), 1e-4);
        assertEquals(-1, Log1pRatio.excess(1e10, logarithm(1e10)), 1e-9);
    }
}
