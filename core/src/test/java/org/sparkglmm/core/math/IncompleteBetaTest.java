package org.sparkglmm.core.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.commons.math3.special.Beta;
import org.apache.commons.math3.special.Gamma;
import org.junit.jupiter.api.Test;

class IncompleteBetaTest {
    /** Another library's continued fractions, with log-gammas of some hundreds in their factor. */
    private static final double OTHER = 1e-11;

    private static final double CLOSED_FORM = 3e-14;
    /** The exponent of the density at its peak is some hundreds where a shape is 1e±300. */
    private static final double EXTREME = 1e-12;

    private static final double INFINITE = Double.POSITIVE_INFINITY;

    @Test
    void moderateShapesGiveWhatContinuedFractionsGive() {
        for (double a : new double[] {1e-3, 0.2, 1, 3.7, 50, 400}) {
            for (double x : new double[] {1e-9, 0.03, 0.5, 0.97}) {
                for (double b : new double[] {1e-3, 0.5, 1, 12, 300}) {
                    double d = Math.log(x / (1 - x)) - Math.log(a / b);
                    double expected = Beta.regularizedBeta(x, a, b);
                    assertEquals(
                            expected,
                            IncompleteBeta.lower(a, b, d),
                            OTHER * expected + Double.MIN_NORMAL,
                            a + " " + b + " " + x);
                    // 1 - 1e-9 has lost seven digits of the 1e-9.
                    double upper = x < 0.01 ? 1 - expected : Beta.regularizedBeta(1 - x, b, a);
                    assertEquals(
                            upper,
                            IncompleteBeta.upper(a, b, d),
                            OTHER * upper + Double.MIN_NORMAL,
                            a + " " + b + " " + x);
                }
                for (double y : new double[] {x * a, a, a / x}) {
                    double expected = Gamma.regularizedGammaP(a, y);
                    double d = Math.log(y / a);
                    assertEquals(
                            expected, IncompleteBeta.lower(a, INFINITE, d), OTHER * expected + 1e-300, a + " " + y);
                    assertEquals(1 - expected, IncompleteBeta.upper(a, INFINITE, d), OTHER);
                    assertEquals(1 - expected, IncompleteBeta.lower(INFINITE, a, -d), OTHER);
                }
            }
        }
    }

    private static double beta(double x, double a, double b) {
        return IncompleteBeta.lower(a, b, Math.log(x) - Math.log1p(-x) - Math.log(a / b));
    }

    /** R 4, pbeta and pgamma. */
    @Test
    void theNumbersAreThoseOfR() {
        assertEquals(0.4897457971281709, beta(1e-9, 0.001, 0.001), CLOSED_FORM);
        assertEquals(0.053999019620183671, beta(1e-9, 0.2, 300), CLOSED_FORM);
        assertEquals(0.002480579857302284, beta(0.03, 0.2, 0.001), CLOSED_FORM);
        assertEquals(0.97330807066824843, IncompleteBeta.lower(0.001, INFINITE, Math.log(1e-9)), CLOSED_FORM);
        assertEquals(4.8195188495128382e-57, IncompleteBeta.lower(50, INFINITE, Math.log(0.03)), 4.8e-57 * CLOSED_FORM);
        // Here the rounding of ln(x/a) itself counts.
        double far = Math.log(IncompleteBeta.lower(1e6, INFINITE, Math.log1p(-0.03)));
        assertEquals(-463.52869556025422, far, 1e-11);
    }

    /** I_x(1, b) = 1 - (1-x)^b, I_x(a, 1) = x^a; P(1, x) = 1 - e^-x: of any size. */
    @Test
    void oneShapeOfOneHasAClosedFormInBothTails() {
        for (double shape : new double[] {1e-300, 1e-12, 1e-3, 0.4, 1, 7, 1e5, 1e14, 1e30}) {
            for (double logX : new double[] {-600, -40, -1, -1e-3}) {
                // x^a at logit x = log x - log(1-x).
                double d = logX - LogScale.log1mExp(-logX) - Math.log(shape);
                double exponent = shape * logX;
                double conditioning = CLOSED_FORM * (1 + Math.abs(exponent)) * (1 + Math.abs(Math.log(shape)));
                double power = Math.exp(exponent);
                assertEquals(power, IncompleteBeta.lower(shape, 1, d), conditioning * power);
                assertEquals(
                        -Math.expm1(exponent),
                        IncompleteBeta.upper(shape, 1, d),
                        conditioning * -Math.expm1(exponent) + CLOSED_FORM * Math.min(1, shape));
            }
        }
        for (double x : new double[] {1e-300, 1e-10, 0.5, 1, 30, 700}) {
            double slack = CLOSED_FORM * (1 + x) * (1 + Math.abs(Math.log(x)));
            assertEquals(-Math.expm1(-x), IncompleteBeta.lower(1, INFINITE, Math.log(x)), slack * -Math.expm1(-x));
            assertEquals(Math.exp(-x), IncompleteBeta.upper(1, INFINITE, Math.log(x)), slack * Math.exp(-x));
        }
    }

    /** Huge shapes: P(a, a) = ½ + 1/(3√(2πa)) + … (DLMF 8.11.12), and I_{a/(a+b)} of equal shapes is ½. */
    @Test
    void hugeShapesAreNormal() {
        for (double a : new double[] {1e6, 1e14, 1e60, 1e300}) {
            double third = 1 / (3 * Math.sqrt(2 * Math.PI * a));
            assertEquals(0.5 + third, IncompleteBeta.lower(a, INFINITE, 0), CLOSED_FORM + 1 / a / Math.sqrt(a));
            assertEquals(0.5, IncompleteBeta.lower(a, a, 0), CLOSED_FORM);
            // d has standard deviation √(2/a): two of them, and 30 in the tail.
            double two = 2 * Math.sqrt(2 / a);
            assertEquals(StandardNormal.probability(-2), IncompleteBeta.lower(a, a, -two), 1 / a + CLOSED_FORM);
            double far = StandardNormal.probability(-30);
            assertEquals(far, IncompleteBeta.lower(a, a, -15 * two), far * (1e6 / a + 1e-11));
            // A gamma variable is the limit of a beta variable.
            double gamma = IncompleteBeta.lower(7, INFINITE, -0.4);
            assertEquals(gamma, IncompleteBeta.lower(7, a, -0.4), gamma * (100 / a + CLOSED_FORM));
        }
    }

    @Test
    void bothTailsAddUpToOneAndAreInOrderWhateverTheShapes() {
        double[] shapes = {1e-300, 1e-20, 1e-6, 0.01, 1, 30, 1e7, 1e16, 1e200, INFINITE};
        for (double a : shapes) {
            for (double b : shapes) {
                double before = 0;
                for (double d : new double[] {
                    -INFINITE, -1e300, -1e10, -800, -30, -1, -1e-8, 0, 1e-8, 0.9, 1.1, 50, 750, 1e8, INFINITE
                }) {
                    double lower = IncompleteBeta.lower(a, b, d);
                    double upper = IncompleteBeta.upper(a, b, d);
                    String where = "a = " + a + ", b = " + b + ", d = " + d;
                    assertEquals(1, lower + upper, EXTREME, where);
                    assertTrue(lower >= before * (1 - EXTREME), where);
                    before = lower;
                }
                assertEquals(1, before, 0);
                assertEquals(0, IncompleteBeta.lower(a, b, -INFINITE), 0);
                assertTrue(Double.isNaN(IncompleteBeta.lower(a, b, Double.NaN)));
            }
        }
    }
}
