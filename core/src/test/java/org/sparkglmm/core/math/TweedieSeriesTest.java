package org.sparkglmm.core.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import org.junit.jupiter.api.Test;

/** The Tweedie series against its terms in 40 digits, a Bessel function, numbers from R, and the density's integral. */
class TweedieSeriesTest {
    /** The sum itself, absolute: exponents of up to some hundreds were rounded. */
    private static final double SAME_FORMULA = 2e-13;
    /** Central differences of the reference. */
    private static final double DERIVATIVE = 1e-9;
    /** R's sum in double precision, relative. */
    private static final double R = 1e-13;
    /** The trapezoidal rule on the whole line and the values of y left out at its ends. */
    private static final double INTEGRAL = 1e-12;

    /** Derivatives at points 2e-9 apart, multiplied by 1+ν up to 1000. */
    private static final double JOINT = 1e-8;

    private static final PreciseGamma GAMMA = new PreciseGamma(40);
    private static final MathContext CONTEXT = GAMMA.precise().context();

    /** y, ln φ, p. */
    private static final double[][] POINTS = {
        {2, 0, 1.5},
        {0.01, 0, 1.9},
        {3, -4.6, 1.2},
        {30, -3, 1.7},
        {1e-3, 1, 1.05},
        {1e-10, 0.3, 1.99},
        {1e-200, 0.3, 1.5},
        {250, 0.5, 1.1},
        // on both sides of 8 standard deviations, where the steps begin
        {31.9, 0, 1.001},
        {7.5, -2.5, 1.5},
        {8.5, -2.5, 1.5},
        {1.5, -4.1, 1.9},
        {1.3, -4.1, 1.9},
        {9, -3.5, 1.3},
        {1, -7, 1.99},
        {2, -8, 1.1},
        {2, -11, 1.01},
    };

    private static BigDecimal decimal(double x) {
        return new BigDecimal(x);
    }

    /** ln W less y^(2-p)/(φ(2-p)(p-1)), and ln W itself, term by term. */
    private static BigDecimal[] reference(BigDecimal y, BigDecimal logPhi, BigDecimal p) {
        Precise precise = GAMMA.precise();
        BigDecimal q = BigDecimal.valueOf(2).subtract(p);
        BigDecimal s = p.subtract(BigDecimal.ONE);
        BigDecimal nu = q.divide(s, CONTEXT);
        BigDecimal logY = precise.log(y);
        BigDecimal logQ = precise.log(q);
        BigDecimal z = nu.multiply(logY.subtract(precise.log(s)), CONTEXT)
                .subtract(nu.add(BigDecimal.ONE).multiply(logPhi, CONTEXT))
                .subtract(logQ, CONTEXT);
        BigDecimal middle =
                precise.exp(q.multiply(logY, CONTEXT).subtract(logPhi).subtract(logQ, CONTEXT));
        BigDecimal exponent = middle.divide(s, CONTEXT);
        double j0 = middle.doubleValue();
        // 14 standard deviations each way, and a few terms for a small J.
        double reach = 14 * Math.sqrt(j0 / (1 + nu.doubleValue())) + 25;
        int from = (int) Math.max(1, j0 - reach);
        int to = (int) (j0 + reach);
        BigDecimal logFactorial = GAMMA.logGamma(BigDecimal.valueOf(from));
        BigDecimal factorial = BigDecimal.ONE;
        BigDecimal sum = BigDecimal.ZERO;
        for (int j = from; j <= to; j++) {
            factorial = factorial.multiply(BigDecimal.valueOf(j), CONTEXT);
            BigDecimal term = z.multiply(BigDecimal.valueOf(j))
                    .subtract(logFactorial)
                    .subtract(GAMMA.logGamma(nu.multiply(BigDecimal.valueOf(j), CONTEXT)))
                    .subtract(exponent, CONTEXT);
            if (term.doubleValue() > -2000) {
                sum = sum.add(precise.exp(term).divide(factorial, CONTEXT), CONTEXT);
            }
        }
        BigDecimal log = precise.log(sum);
        return new BigDecimal[] {log, log.add(exponent, CONTEXT)};
    }

    private static double slope(BigDecimal above, BigDecimal below, BigDecimal h) {
        return above.subtract(below).divide(h.add(h), CONTEXT).doubleValue();
    }

    private static void checkBoth(
            BigDecimal[] above, BigDecimal[] below, BigDecimal h, double[][] actual, int k, String at) {
        for (int i = 0; i < 2; i++) {
            double expected = slope(above[i], below[i], h);
            assertEquals(expected, actual[i][k], DERIVATIVE * Math.max(1, Math.abs(expected)), at);
        }
    }

    @Test
    void valueAndDerivativesEqualTheTermsInFortyDigits() {
        BigDecimal h = new BigDecimal("1e-9");
        double[][] actual = new double[2][3];
        for (double[] point : POINTS) {
            BigDecimal y = decimal(point[0]);
            BigDecimal logPhi = decimal(point[1]);
            BigDecimal p = decimal(point[2]);
            TweedieSeries.saturated(point[0], point[1], point[2], actual[0]);
            TweedieSeries.log(point[0], point[1], point[2], actual[1]);
            String at = "y = " + point[0] + ", ln φ = " + point[1] + ", p = " + point[2];
            BigDecimal[] value = reference(y, logPhi, p);
            for (int i = 0; i < 2; i++) {
                double expected = value[i].doubleValue();
                assertEquals(expected, actual[i][0], SAME_FORMULA * Math.max(1, Math.abs(expected)), at);
            }
            checkBoth(reference(y, logPhi.add(h), p), reference(y, logPhi.subtract(h), p), h, actual, 1, at);
            checkBoth(reference(y, logPhi, p.add(h)), reference(y, logPhi, p.subtract(h)), h, actual, 2, at);
        }
    }

    /**
     * For p = 3/2, W = √ζ I₁(2√ζ) with ζ = e^z = J² (DLMF 10.25.2), and 2J is what {@code saturated} leaves out: ½ ln
     * (J/4π) + ln(1 - 3/(8u) - 15/(128u²) - 105/(1024u³) - 4725/(32768u⁴) - …) with u = 2J (DLMF 10.40.1).
     */
    @Test
    void isABesselFunctionForPowerThreeHalvesHoweverLong() {
        double[] out = new double[3];
        for (double middle : new double[] {300, 1e3, 1e4, 1e6, 1e8, 1e12, 1e20, 1e50, 1e150}) {
            double logPhi = -Math.log(middle / 2);
            TweedieSeries.saturated(1, logPhi, 1.5, out);
            double u = 2 * middle;
            double tail = -(3.0 / 8 + (15.0 / 128 + (105.0 / 1024 + (4725.0 / 32768 + 0.277 / u) / u) / u) / u) / u;
            assertEquals(0.5 * Math.log(middle / (4 * Math.PI)) + Math.log1p(tail), out[0], 1e-14 * Math.log(middle));
            // d/d ln φ = -J d/dJ
            assertEquals(-0.5 - (3.0 / 8 + 3.0 / 8 / u) / u, out[1], 1 / (u * u * u) + 1e-14);
        }
    }

    /**
     * R 4.2.2: z, t = j z - lgamma(1+j) - lgamma(ν j) for j in 1:100000, max(t) + log(sum(exp(t - max(t)))).
     */
    @Test
    void equalsTheSumOfHundredThousandTermsInR() {
        double[][] cases = {
            {2, 0, 1.5, 4.837816391592937},
            {0.01, 0, 1.9, 5.72217459270159},
            {3, -4.6051701859880909, 1.2, 1506.963145932286},
            {30, -3, 1.7, 266.4282428343106},
            {0.001, 1, 1.05, -130.6725890167802},
            {1000, -2, 1.6, 489.4145109700467},
            {250, 0.5, 1.1, 971.2801537641909},
            {1e-10, 0.3, 1.99, 58.1213354982347},
            {5, -8, 1.5, 26665.98219526491},
        };
        double[] out = new double[3];
        for (double[] c : cases) {
            TweedieSeries.log(c[0], c[1], c[2], out);
            assertEquals(c[3], out[0], R * Math.abs(c[3]));
        }
    }

    /** ln f(y) + ln y, at μ. */
    private static double logDensityOfLog(double logY, double mu, double logPhi, double p, double[] out) {
        double y = Math.exp(logY);
        TweedieSeries.log(y, logPhi, p, out);
        double exponent = y * Math.pow(mu, 1 - p) / (1 - p) - Math.pow(mu, 2 - p) / (2 - p);
        return out[0] + exponent * Math.exp(-logPhi);
    }

    @Test
    void densityAndMassAtZeroAddUpToOne() {
        double[][] cases = {
            {1, 0, 1.5}, {1, 0, 1.05}, {3, 1, 1.2}, {0.2, -0.5, 1.7}, {10, 0.5, 1.9}, {20, -2, 1.4}, {5, -4, 1.6}
        };
        double[] out = new double[3];
        for (double[] c : cases) {
            double nu = (2 - c[2]) / (c[2] - 1);
            double sum = 0;
            double h = 0.01;
            // The density of ln y falls as y^ν to the left and faster than exponentially to the right.
            for (double logY = -36 / nu - 10; logY < 12; logY += h) {
                sum += h * Math.exp(logDensityOfLog(logY, c[0], c[1], c[2], out));
            }
            double zero = Math.exp(-Math.pow(c[0], 2 - c[2]) / (2 - c[2]) * Math.exp(-c[1]));
            assertEquals(1, sum + zero, INTEGRAL, () -> "μ = " + c[0] + ", ln φ = " + c[1] + ", p = " + c[2]);
        }
    }

    @Test
    void termByTermAndInStepsMeet() {
        double[] below = new double[3];
        double[] above = new double[3];
        for (double p : new double[] {1.001, 1.01, 1.2, 1.5, 1.8, 1.99, 1.999}) {
            // J/(1+ν) = 64, and y = 1: J = 1/(φ(2-p))
            double logPhi = -Math.log(64 * (2 - p) / (p - 1));
            double h = 1e-9;
            TweedieSeries.saturated(1, logPhi + h, p, below);
            TweedieSeries.saturated(1, logPhi - h, p, above);
            assertEquals(0, above[0] - below[0] + h * (above[1] + below[1]), SAME_FORMULA);
            assertEquals(below[1], above[1], JOINT, "p = " + p);
            assertEquals(below[2], above[2], JOINT * Math.max(1, Math.abs(above[2])), "p = " + p);
        }
    }

    @Test
    void outsideItsDomainAllIsNaN() {
        double[] out = new double[3];
        double[][] outside = {
            {0, 0, 1.5},
            {-1, 0, 1.5},
            {Double.NaN, 0, 1.5},
            {1, Double.NaN, 1.5},
            {1, 0, Double.NaN},
            {1, 0, 1},
            {1, 0, 2},
            {1, 0, 2.5},
            {1, -800, 1.5},
            {1, 1e300, 1.5},
            {1, Double.POSITIVE_INFINITY, 1.5},
            {1, Double.NEGATIVE_INFINITY, 1.5},
            {Double.POSITIVE_INFINITY, 0, 1.5}
        };
        for (double[] c : outside) {
            TweedieSeries.log(c[0], c[1], c[2], out);
            for (double v : out) {
                assertEquals(Double.NaN, v);
            }
        }
    }

    @Test
    void nextToTheEndsOfItsDomainAllIsFinite() {
        double[] out = new double[3];
        for (double p : new double[] {Math.nextUp(1.0), 1 + 1e-9, 1.5, 2 - 1e-9, Math.nextDown(2.0)}) {
            for (double y : new double[] {Double.MIN_VALUE, 1e-100, 1, 1e100, Double.MAX_VALUE}) {
                for (double logPhi : new double[] {-300, -10, 0, 10, 300}) {
                    if ((2 - p) * Math.log(y) - logPhi - Math.log(2 - p) < 690) {
                        TweedieSeries.saturated(y, logPhi, p, out);
                        for (double v : out) {
                            assertTrue(Double.isFinite(v), () -> "y = " + y + ", ln φ = " + logPhi + ", p = " + p);
                        }
                    }
                }
            }
        }
    }
}
