package org.sparkglmm.core.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import org.junit.jupiter.api.Test;

/** Against log(g / (e^g - 1)) and its differences in log g, in many digits. */
class BernoulliFunctionTest {
    private static final Precise PRECISE = new Precise(150);
    private static final BigDecimal H = new BigDecimal("1e-20");
    /** Where the series ends its closed forms lose 1/g, a digit for each derivative. */
    private static final double RELATIVE = 1e-12;

    private static BigDecimal value(BigDecimal logG) {
        BigDecimal g = PRECISE.exp(logG);
        return logG.subtract(PRECISE.log(PRECISE.exp(g).subtract(BigDecimal.ONE)));
    }

    @Test
    void valueAndDerivativesKeepTheirRelativeAccuracyFromTinyToHuge() {
        MathContext c = PRECISE.context();
        BigDecimal two = BigDecimal.valueOf(2);
        for (double g : new double[] {
            1e-30, 1e-12, 1e-5, 0.001, 0.03, 0.0999, 0.1, 0.1001, 0.3, 1, 2.5, 10, 40, 300, 699, 701, 760, 5000
        }) {
            double[] actual = new double[4];
            BernoulliFunction.log(g, actual);
            BigDecimal x = PRECISE.log(new BigDecimal(g));
            BigDecimal f0 = value(x);
            BigDecimal up = value(x.add(H));
            BigDecimal down = value(x.subtract(H));
            BigDecimal up2 = value(x.add(H).add(H));
            BigDecimal down2 = value(x.subtract(H).subtract(H));
            BigDecimal odd = up.subtract(down);
            BigDecimal[] expected = {
                f0,
                odd.divide(two.multiply(H), c),
                up.add(down).subtract(f0.multiply(two)).divide(H.multiply(H), c),
                up2.subtract(down2)
                        .subtract(odd.multiply(two))
                        .divide(two.multiply(H).multiply(H).multiply(H), c)
            };
            for (int k = 0; k < 4; k++) {
                double error = Precise.relativeError(expected[k], actual[k]);
                int order = k;
                assertTrue(error < RELATIVE, () -> "derivative " + order + " at g = " + g + ": " + error);
            }
        }
    }

    @Test
    void theEndsAreTheLimits() {
        double[] out = new double[4];
        BernoulliFunction.log(0, out);
        for (double v : out) {
            assertEquals(0, v, 0);
        }
        for (double g : new double[] {1e100, 1e200, 1e300}) {
            BernoulliFunction.log(g, out);
            for (double v : out) {
                assertEquals(-g, v, 1e-12 * g);
            }
        }
        BernoulliFunction.log(Double.POSITIVE_INFINITY, out);
        for (double v : out) {
            assertEquals(Double.NEGATIVE_INFINITY, v);
        }
        BernoulliFunction.log(Double.NaN, out);
        assertTrue(Double.isNaN(out[0]));
        assertFalse(out[1] == out[1]);
    }
}
