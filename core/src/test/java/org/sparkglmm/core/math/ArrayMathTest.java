package org.sparkglmm.core.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ArrayMathTest {
    private static final double[] ENDS = {
        0,
        -0.0,
        1e-300,
        -1e-300,
        699.9,
        700.1,
        -700.1,
        709.7,
        709.79,
        -744.4,
        -745.2,
        1e300,
        -1e300,
        0.34657359,
        -0.34657359,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.NaN
    };

    /** Enough repetitions that the JIT has compiled the loops: vector instructions must give the same bits as the interpreter. */
    @Test
    void expOfAnArrayHasTheBitsOfExp() {
        Random random = new Random(1);
        int n = 1000;
        double[] x = new double[n];
        double[] work = new double[n];
        double[] out = new double[n];
        for (int rep = 0; rep < 2000; rep++) {
            int used = 1 + random.nextInt(n);
            for (int j = 0; j < used; j++) {
                x[j] = random.nextInt(20) == 0 ? ENDS[random.nextInt(ENDS.length)] : 20 * random.nextGaussian();
            }
            ArrayMath.exp(x, used, work, out);
            for (int j = 0; j < used; j++) {
                double expected = Elementary.exp(x[j]);
                double at = x[j];
                double actual = out[j];
                assertEquals(
                        Double.doubleToLongBits(expected),
                        Double.doubleToLongBits(actual),
                        () -> "exp(" + at + "): " + actual + " for " + expected);
            }
        }
    }

    @Test
    void log1pOfTheUnitIntervalIsWithinOneAndAQuarterUlps() {
        Precise precise = new Precise(40);
        Random random = new Random(2);
        int n = 3000;
        double[] x = new double[n];
        for (int j = 0; j < n; j++) {
            x[j] = j % 3 == 0 ? random.nextDouble() : Math.pow(10, -18 * random.nextDouble());
        }
        x[0] = 0;
        x[1] = 1;
        x[2] = Double.MIN_VALUE;
        double[] out = x.clone();
        ArrayMath.log1pUnit(out, n, out);
        assertEquals(0, out[0]);
        assertEquals(Double.MIN_VALUE, out[2]);
        for (int j = 3; j < n; j++) {
            BigDecimal expected = precise.log(BigDecimal.ONE.add(new BigDecimal(x[j])));
            double error = Precise.ulps(expected, out[j]);
            double at = x[j];
            assertTrue(error <= 1.25, () -> "log1p(" + at + ") is " + error + " ulps off");
        }
    }
}
