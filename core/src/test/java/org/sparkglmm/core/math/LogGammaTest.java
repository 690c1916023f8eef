package org.sparkglmm.core.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** ln Γ, its derivatives and its differences to Stirling's formula against 50 digits and more. */
class LogGammaTest {
    /** A handful of roundings, relative. */
    private static final double FEW_ROUNDINGS = 2e-15;
    /** A dozen roundings, where numbers of the size of 1 or of the largest summand partly cancel. */
    private static final double MANY_ROUNDINGS = 5e-15;

    private static final PreciseGamma PRECISE = new PreciseGamma(50);
    /** Stirling's formula at 1e300 has 303 digits before those that count. */
    private static final PreciseGamma FAR = new PreciseGamma(650);

    private static final double[] EXTREMES = {1e-300, 1e-100, 1e-30, 1e-19, 1e-15, 1e15, 1e50, 1e100, 1e250, 1e300};

    /** Joints of the code's pieces on both sides, the zeros 1 and 2 and their neighbourhood, a random cloud. */
    private static List<Double> points() {
        List<Double> out = new ArrayList<>();
        for (double joint : new double[] {0.5, 1, 1.5, 2, 2.5, 3.5, 11, 12, 13}) {
            for (double h : new double[] {0, 1e-15, 1e-9, 1e-4, 0.01, 0.1}) {
                out.add(joint + h);
                out.add(joint - h);
            }
        }
        Random random = new Random(1);
        for (int i = 0; i < 300; i++) {
            out.add(20 * random.nextDouble());
            out.add(Math.exp(8 * random.nextGaussian()));
        }
        return out;
    }

    private static void check(String name, double x, double error, double tolerance, double actual) {
        assertTrue(error <= tolerance, () -> name + "(" + x + ") = " + actual + ", error " + error);
    }

    /** Relative above 1, absolute below. */
    private static double mixedError(BigDecimal expected, double actual) {
        return Precise.relativeError(expected, actual) * Math.min(1, Math.abs(expected.doubleValue()));
    }

    @Test
    void valueKeepsItsRelativeAccuracyAtItsZerosToo() {
        assertEquals(0, LogGamma.value(1), 0);
        assertEquals(0, LogGamma.value(2), 0);
        for (double x : points()) {
            if (x == 1 || x == 2) {
                continue;
            }
            BigDecimal expected = PRECISE.logGamma(new BigDecimal(x));
            double actual = LogGamma.value(x);
            check("lnΓ", x, Precise.relativeError(expected, actual), FEW_ROUNDINGS, actual);
        }
        for (double x : EXTREMES) {
            BigDecimal expected = FAR.logGamma(new BigDecimal(x));
            double actual = LogGamma.value(x);
            check("lnΓ", x, Precise.relativeError(expected, actual), FEW_ROUNDINGS, actual);
        }
    }

    @Test
    void derivativesAreThoseOfTheReference() {
        double[] actual = new double[4];
        for (double x : points()) {
            BigDecimal[] expected = PRECISE.derivatives(new BigDecimal(x));
            LogGamma.derivatives(x, actual);
            assertEquals(LogGamma.value(x), actual[0], 0);
            check("ψ", x, mixedError(expected[1], actual[1]), MANY_ROUNDINGS, actual[1]);
            check("ψ′", x, Precise.relativeError(expected[2], actual[2]), FEW_ROUNDINGS, actual[2]);
            check("ψ″", x, Precise.relativeError(expected[3], actual[3]), FEW_ROUNDINGS, actual[3]);
        }
        for (double x : new double[] {1e-100, 1e-30, 1e-15, 1e15, 1e50, 1e150}) {
            BigDecimal[] expected = FAR.derivatives(new BigDecimal(x));
            LogGamma.derivatives(x, actual);
            for (int k = 0; k < 4; k++) {
                check("ψ" + (k - 1), x, Precise.relativeError(expected[k], actual[k]), FEW_ROUNDINGS, actual[k]);
            }
        }
    }

    @Test
    void endsOfTheRangeAreInfiniteZeroOrNaN() {
        double[] out = new double[4];
        double inf = Double.POSITIVE_INFINITY;
        assertEquals(inf, LogGamma.value(0));
        assertEquals(inf, LogGamma.value(inf));
        assertEquals(inf, LogGamma.value(1e307));
        assertEquals(Double.NaN, LogGamma.value(-0.5));
        assertEquals(Double.NaN, LogGamma.value(Double.NaN));
        assertEquals(inf, LogGamma.stirlingRemainder(0));
        assertEquals(0, LogGamma.stirlingRemainder(inf));
        assertEquals(Double.NaN, LogGamma.stirlingRemainder(-1));
        assertEquals(Double.NaN, LogGamma.stirlingRemainder(Double.NaN));
        assertEquals(inf, LogGamma.logMinusDigamma(0));
        assertEquals(0, LogGamma.logMinusDigamma(inf));
        assertEquals(Double.NaN, LogGamma.logMinusDigamma(-1));
        assertEquals(Double.NaN, LogGamma.logMinusDigamma(Double.NaN));
        LogGamma.derivatives(1e300, out);
        assertEquals(1e-300, out[2], 1e-315);
        assertEquals(0, out[3], 0);
        LogGamma.derivatives(1e-200, out);
        assertEquals(-inf, out[3]);
        for (double x : new double[] {-1, -1e300, Double.NaN}) {
            LogGamma.derivatives(x, out);
            for (double v : out) {
                assertEquals(Double.NaN, v);
            }
        }
        LogGamma.ofExponential(Double.NEGATIVE_INFINITY, out);
        assertEquals(inf, out[0]);
        assertEquals(-1, out[1]);
        assertEquals(0, out[2]);
        assertEquals(0, out[3]);
        LogGamma.ofExponential(720, out);
        for (double v : out) {
            assertEquals(inf, v);
        }
        LogGamma.ofExponential(Double.NaN, out);
        for (double v : out) {
            assertEquals(Double.NaN, v);
        }
    }

    @Test
    void ofExponentialHoldsFromUnderflowToOverflowOfTheGammaFunction() {
        double[] actual = new double[4];
        List<Double> logs = new ArrayList<>(List.of(-700.0, -400.0, -100.0, -36.0, -10.0, 40.0, 100.0, 400.0, 700.0));
        for (double logA = -5; logA < 6; logA += 0.0317) {
            logs.add(logA);
        }
        for (double logA : logs) {
            PreciseGamma p = Math.abs(logA) > 50 ? FAR : PRECISE;
            BigDecimal a = p.precise().exp(new BigDecimal(logA));
            BigDecimal[] expected = p.inLogarithm(a, p.derivatives(a));
            LogGamma.ofExponential(logA, actual);
            for (int k = 0; k < 4; k++) {
                // a is rounded after the exponential, by less than one unit in its last place. The second and third
                // derivative have zeros at a = 0.24 and 0.1, and are of the size of a otherwise.
                double size = Math.abs(expected[k].doubleValue());
                double scale = k < 2 ? Math.max(size, 1) : Math.max(size, Math.min(1, a.doubleValue()));
                double error = Precise.relativeError(expected[k], actual[k]) * (size / scale);
                check("G" + k, logA, error, MANY_ROUNDINGS, actual[k]);
            }
        }
    }

    @Test
    void differencesToStirlingsFormulaKeepTheirRelativeAccuracy() {
        List<Double> points = points();
        for (double x : points) {
            checkDifferences(PRECISE, x);
        }
        for (double x : EXTREMES) {
            checkDifferences(FAR, x);
        }
        assertEquals(1 / 12e305, LogGamma.stirlingRemainder(1e305), 1e-320);
    }

    private static void checkDifferences(PreciseGamma precise, double x) {
        BigDecimal[] expected = precise.stirlingDifferences(new BigDecimal(x));
        double s = LogGamma.stirlingRemainder(x);
        double e = LogGamma.logMinusDigamma(x);
        check("s", x, Precise.relativeError(expected[0], s), FEW_ROUNDINGS, s);
        check("e", x, Precise.relativeError(expected[1], e), MANY_ROUNDINGS, e);
    }
}
