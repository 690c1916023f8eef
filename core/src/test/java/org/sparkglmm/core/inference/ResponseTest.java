package org.sparkglmm.core.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkglmm.core.math.StandardNormal;
import org.sparkglmm.core.model.Catalogue;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;

/** Averages over normal random effects: closed forms where there are, else Simpson's rule, over the whole catalogue. */
class ResponseTest {
    private static final double CLOSED_FORM = 1e-12;
    /** What the trapezoidal rule is allowed to miss of a probability, in absolute terms. */
    private static final double ROUNDING = 1e-14;
    /**
     * Of differences with a step of 1e-3, in the size of the function or of the derivative. Their error is a sixth of the step's square
     * times the third derivative, which is more than the first where a probability falls double-exponentially.
     */
    private static final double DERIVATIVE = 3e-5;
    /** Where the probability of a category is smaller, nobody asks for the standard error's digits. */
    private static final double NEGLIGIBLE = 1e-6;

    private static final double[] DEVIATIONS = {0.01, 0.3, 1, 3, 8, 20};

    static Stream<Catalogue.Entry> entries() {
        return Catalogue.entries().stream().filter(e -> e.link() != Link.INVERSE);
    }

    private static Response.Values averaged(String family, Link link, double eta, double s, double... psi) {
        return new Response(Families.named(family), link).averaged(eta, s, psi);
    }

    @Test
    void probitAttenuatesByRootOnePlusVariance() {
        for (double s : DEVIATIONS) {
            for (double eta : new double[] {-3, -1.3, 0, 0.4, 3}) {
                double root = Math.sqrt(1 + s * s);
                double density = Math.exp(StandardNormal.logDensity(eta / root));
                Response.Values values = averaged("binomial", Link.PROBIT, eta, s);
                double expected = StandardNormal.probability(eta / root);
                assertEquals(expected, values.value()[0], CLOSED_FORM * expected, "s " + s + ", eta " + eta);
                assertEquals(density / root, values.slope(0) * values.inEta()[0], DERIVATIVE * density / root);
                assertEquals(
                        -0.5 * density * eta / (root * root * root),
                        values.slope(0) * values.inVariance()[0],
                        DERIVATIVE * density);
            }
        }
    }

    @Test
    void logGrowsByHalfTheVariance() {
        for (double s : DEVIATIONS) {
            double mean = Math.exp(-0.7 + 0.5 * s * s);
            Response.Values values = averaged("poisson", Link.LOG, -0.7, s);
            assertEquals(mean, values.value()[0], CLOSED_FORM * mean, "s " + s);
            assertEquals(mean, values.slope(0) * values.inEta()[0], DERIVATIVE * mean);
            assertEquals(0.5 * mean, values.slope(0) * values.inVariance()[0], DERIVATIVE * mean);
            double sigma = 0.8;
            double amount = mean * Math.exp(0.5 * sigma * sigma);
            Response.Values lognormal = averaged("lognormal", Link.LOG, -0.7, s, Math.log(sigma));
            assertEquals(amount, lognormal.value()[0], CLOSED_FORM * amount);
            assertEquals(amount * sigma * sigma, lognormal.inPsi()[0][0], DERIVATIVE * amount);
        }
    }

    @Test
    void identityStaysAndTheSquareGrowsByTheVariance() {
        for (double s : DEVIATIONS) {
            for (double eta : new double[] {-250, -1e-3, 0, 3, 1e5}) {
                Response.Values values = averaged("gaussian", Link.IDENTITY, eta, s, 0.2);
                assertEquals(eta, values.value()[0], CLOSED_FORM * (Math.abs(eta) + s));
                assertEquals(1, values.slope(0) * values.inEta()[0], DERIVATIVE);
                assertEquals(0, values.slope(0) * values.inPsi()[0][0], 0);
            }
            Response.Values root = averaged("poisson", Link.SQRT, 2, s);
            assertEquals(4 + s * s, root.value()[0], CLOSED_FORM * (4 + s * s));
            assertEquals(4, root.inEta()[0], DERIVATIVE * (4 + s * s));
            assertEquals(1, root.inVariance()[0], DERIVATIVE * (4 + s * s));
        }
    }

    @Test
    void withoutAnAverageThereIsNone() {
        assertTrue(Double.isNaN(averaged("gamma", Link.INVERSE, 2, 0.1, 0).value()[0]));
        assertEquals(0.5, averaged("gamma", Link.INVERSE, 2, 0, 0).value()[0], CLOSED_FORM);
        assertTrue(Double.isNaN(averaged("binomial", Link.LOGIT, 2, Double.NaN).value()[0]));
        assertTrue(Double.isNaN(averaged("binomial", Link.LOGIT, Double.NaN, 1).value()[0]));
        assertTrue(Double.isNaN(averaged("binomial", Link.LOGIT, 2, 1e9).value()[0]));
    }

    /** Mean and probabilities of every family, and their derivatives in η, in s² and in ψ. */
    @ParameterizedTest
    @MethodSource("entries")
    void averagesAndTheirDerivativesEqualSimpsonsRule(Catalogue.Entry entry) {
        Family family = entry.family();
        Link link = entry.link();
        double[] psi = entry.psi(0.2);
        Response response = new Response(family, link);
        for (double s : new double[] {0.01, 1, 3, 20}) {
            for (double eta : s < 20 ? new double[] {-1.3, 0.6} : new double[] {-1.3}) {
                Response.Values values = response.averaged(eta, s, psi);
                for (int i = 0; i < values.value().length; i++) {
                    int which = i;
                    String what = "s " + s + ", eta " + eta + ", value " + i;
                    double expected = Averages.of(family, link, i, eta, s, psi);
                    assertEquals(expected, values.value()[i], CLOSED_FORM * Math.abs(expected) + ROUNDING, what);
                    double size = Math.abs(expected);
                    check(
                            Averages.derivative(x -> Averages.of(family, link, which, x, s, psi), eta, 2e-3),
                            values.slope(i) * values.inEta()[i],
                            size,
                            what + " in eta");
                    // Where s is small the oracle's own differences lose digits.
                    double step = Math.min(2e-3 * s * s, 2e-3);
                    check(
                            Averages.derivative(
                                    v -> Averages.of(family, link, which, eta, Math.sqrt(v), psi), s * s, step),
                            values.slope(i) * values.inVariance()[i],
                            size * (1 + 1e-9 / step),
                            what + " in the variance");
                    for (int k = 0; k < psi.length; k++) {
                        int part = k;
                        check(
                                Averages.derivative(
                                        x -> {
                                            double[] moved = psi.clone();
                                            moved[part] = x;
                                            return Averages.of(family, link, which, eta, s, moved);
                                        },
                                        psi[k],
                                        2e-3),
                                values.slope(i) * values.inPsi()[k][i],
                                size,
                                what + " in psi " + k);
                    }
                }
            }
        }
    }

    private static void check(double expected, double actual, double size, String what) {
        assertEquals(expected, actual, DERIVATIVE * Math.max(NEGLIGIBLE, Math.max(size, Math.abs(expected))), what);
    }
}
