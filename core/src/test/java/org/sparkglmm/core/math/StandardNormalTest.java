package org.sparkglmm.core.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** log Φ and its derivatives against series and continued fraction in 120 digits, 420 where Φ is within e^-800 of 1. */
class StandardNormalTest {
    private static final double SAME_FORMULA = 1e-13;
    /** In the tails the derivatives are differences of nearly equal numbers. */
    private static final double FIRST = 1e-13;

    private static final double SECOND = 1e-11;
    private static final double THIRD = 1e-8;

    private static final double SAME_QUANTILE = 1e-14;

    private static final Precise FAR = new Precise(420);
    private static final Precise NEAR = new Precise(120);

    /** From the far lower tail to where φ underflows, with the joints of the code's pieces on both sides. */
    private static List<Double> points() {
        List<Double> out = new ArrayList<>();
        for (double x : new double[] {
            -700, -300, -100, -60, -50.001, -50, -49.99, -45, -30, -20, -15, -12, -10.001, -10, -9.99, -9.9374, -1e-20,
            0, 1e-20
        }) {
            out.add(x);
        }
        for (double x = -9.7; x < 9.7; x += 0.2371) {
            out.add(x);
        }
        for (double x : new double[] {9.93, 9.99, 10, 10.01, 12, 15, 20, 25, 30, 35, 37}) {
            out.add(x);
        }
        return out;
    }

    /** log Φ, m = φ/Φ, -m(m + x), m((m + x)² - 1 + m(m + x)). */
    static BigDecimal[] reference(double at) {
        Precise p = Math.abs(at) > 14 && at > 0 ? FAR : NEAR;
        BigDecimal x = new BigDecimal(at);
        BigDecimal probability = p.normalProbability(x);
        BigDecimal m = p.normalDensity(x).divide(probability, p.context());
        BigDecimal d = m.add(x, p.context());
        BigDecimal md = m.multiply(d, p.context());
        return new BigDecimal[] {
            p.log(probability),
            m,
            md.negate(),
            m.multiply(d.multiply(d, p.context()).subtract(BigDecimal.ONE).add(md), p.context())
        };
    }

    @Test
    void logProbabilityAndItsDerivativesKeepTheirRelativeAccuracyInBothTails() {
        double[] tolerances = {SAME_FORMULA, FIRST, SECOND, THIRD};
        double[] actual = new double[4];
        for (double x : points()) {
            BigDecimal[] expected = reference(x);
            StandardNormal.logProbabilityDerivatives(x, actual);
            for (int k = 0; k < 4; k++) {
                int order = k;
                double error = Precise.relativeError(expected[k], actual[k]);
                assertTrue(
                        error <= tolerances[k],
                        () -> "derivative " + order + " at " + x + ": relative error " + error + ", got "
                                + actual[order] + ", expected " + expected[order].doubleValue());
            }
            double value = StandardNormal.logProbability(x);
            double error = Precise.relativeError(expected[0], value);
            assertTrue(error <= SAME_FORMULA, () -> "log Φ(" + x + ") = " + value + ", relative error " + error);
        }
    }

    @Test
    void beyondTheRangeOfTheDensityNothingIsNaN() {
        double[] out = new double[4];
        StandardNormal.logProbabilityDerivatives(40, out);
        assertEquals(0, out[0], 0);
        for (double x : new double[] {-1e5, -700, 38, 38.6, 40, 700, 1e5}) {
            StandardNormal.logProbabilityDerivatives(x, out);
            for (double v : out) {
                assertTrue(Double.isFinite(v), () -> "not finite at " + x + ": " + v);
            }
        }
        StandardNormal.logProbabilityDerivatives(Double.NaN, out);
        assertEquals(Double.NaN, out[0]);
    }

    @Test
    void probabilityAndItsComplementAddUpToOne() {
        for (double x = 0; x < 38; x += 0.173) {
            assertEquals(1, StandardNormal.probability(x) + StandardNormal.probability(-x), 1e-15);
        }
        assertEquals(0.5, StandardNormal.probability(0), 1e-15);
        assertEquals(0.975, StandardNormal.probability(1.959963984540054), 1e-15);
        assertEquals(0, StandardNormal.probability(Double.NEGATIVE_INFINITY));
        assertEquals(1, StandardNormal.probability(Double.POSITIVE_INFINITY));
        assertEquals(Double.NaN, StandardNormal.probability(Double.NaN));
    }

    @Test
    void millsRatioIsThatOfTheReference() {
        for (double x : points()) {
            if (x >= 0) {
                BigDecimal t = new BigDecimal(x);
                BigDecimal expected = FAR.normalProbability(t.negate()).divide(FAR.normalDensity(t), FAR.context());
                double error = Precise.relativeError(expected, StandardNormal.millsRatio(x));
                assertTrue(error <= 1e-15, () -> "Mills' ratio at " + x + ": relative error " + error);
            }
        }
    }

    /** Down to where probabilities lose digits themselves, and up to the last number below 1. */
    @Test
    void quantileIsTheInverseInBothTails() {
        for (double x = -37.5; x < 0; x += 0.0873) {
            double p = StandardNormal.probability(x);
            // Near 0 the rounding of p is 1e-16 of x = 0.
            assertEquals(x, StandardNormal.quantile(p), SAME_QUANTILE * Math.max(-x, 0.1), "x " + x);
            // Relative to p an error of x counts |x| times.
            double within = SAME_QUANTILE * p * (1 + x * x);
            assertEquals(p, StandardNormal.probability(StandardNormal.quantile(p)), within, "p " + p);
        }
        for (int k = 2; k <= 53; k++) {
            double p = Math.scalb(1.0, -k);
            assertEquals(-StandardNormal.quantile(p), StandardNormal.quantile(1 - p), 0, "1 - 2^-" + k);
        }
        for (double p = 0.01; p < 1; p += 0.0137) {
            assertEquals(p, StandardNormal.probability(StandardNormal.quantile(p)), SAME_QUANTILE * p, "p " + p);
        }
        assertEquals(1.959963984540054, StandardNormal.quantile(0.975), SAME_QUANTILE);
        assertEquals(0, StandardNormal.quantile(0.5), 0);
    }

    @Test
    void quantileHasItsLimits() {
        assertEquals(Double.NEGATIVE_INFINITY, StandardNormal.quantile(0));
        assertEquals(Double.POSITIVE_INFINITY, StandardNormal.quantile(1));
        assertEquals(Double.NaN, StandardNormal.quantile(Double.NaN));
        // R: qnorm(-744.44, log.p = TRUE) is -38.467, for the smallest number above 0.
        assertEquals(-38.467, StandardNormal.quantile(Double.MIN_VALUE), 1e-3);
    }
}
