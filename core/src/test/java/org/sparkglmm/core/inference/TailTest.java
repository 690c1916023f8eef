package org.sparkglmm.core.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkglmm.core.math.StandardNormal;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Link;

/**
 * Probabilities near 0 and 1, averaged over normal random effects. The numbers are from mpmath 1.3.0 with 50 digits: the trapezoidal
 * rule with a spacing of 1/16 (over s, where that is more than 1) over all t with a density, and differences with a step of 1e-12.
 */
class TailTest {
    private static final double CLOSED_FORM = 1e-12;
    /** Of differences with a step of 1e-3, see {@link ResponseTest}. */
    private static final double DERIVATIVE = 3e-5;

    /** Link, whether the tail is 1 - p, η, s; log t, its derivatives in η and s², g(p). */
    static Stream<Arguments> tails() {
        return Stream.of(
                Arguments.of(Link.LOGIT, true, 36.5, 2.25, -33.968750000000279, -1.0, 0.5, 33.968750000000278),
                Arguments.of(Link.LOGIT, false, -120.0, 6.0, -102.0, 1.0, 0.5, -102.0),
                Arguments.of(Link.LOGIT, true, 30.0, 0.0, -30.000000000000094, -1.0, 0.5, 30.0),
                Arguments.of(Link.LOGIT, true, 800.0, 2.0, -798.0, -1.0, 0.5, 798.0),
                Arguments.of(Link.PROBIT, true, 12.0, 0.75, -49.271272624732422, -7.76161584691, 29.8046048521, 9.6),
                Arguments.of(
                        Link.PROBIT,
                        false,
                        -45.0,
                        0.5,
                        -814.61464558155799,
                        36.0221948717,
                        648.39950769,
                        -40.249223594996215),
                Arguments.of(Link.PROBIT, true, 40.0, 0.0, -804.60844201375379, -40.0249688472, 800.499376944, 40.0),
                Arguments.of(
                        Link.CLOGLOG,
                        true,
                        5.0,
                        0.5,
                        -25.175131982285368,
                        -10.6676712922,
                        55.4547472848,
                        3.2258566811841455),
                Arguments.of(
                        Link.CLOGLOG,
                        true,
                        8.0,
                        0.25,
                        -182.78417084858954,
                        -62.0543811958,
                        1919.01962823,
                        5.2083060625386779),
                Arguments.of(Link.CLOGLOG, true, 7.0, 0.0, -1096.6331584284586, -1096.63315843, 600753.825503, 7.0),
                Arguments.of(Link.CLOGLOG, false, -60.0, 1.5, -58.875, 1.0, 0.5, -58.875),
                Arguments.of(Link.CLOGLOG, false, -800.0, 0.0, -800.0, 1.0, 0.5, -800.0));
    }

    @ParameterizedTest
    @MethodSource("tails")
    void tailsKeepTheirDigits(
            Link link,
            boolean ofComplement,
            double eta,
            double s,
            double log,
            double inEta,
            double inVariance,
            double onLink) {
        Response.Values values = new Response(Families.named("binomial"), link).averaged(eta, s, new double[0]);
        Tail tail = values.tails()[0];
        assertEquals(ofComplement, tail.ofComplement());
        assertEquals(log, tail.log(), CLOSED_FORM * Math.abs(log));
        assertEquals(inEta, values.inEta()[0], DERIVATIVE * Math.abs(inEta));
        assertEquals(inVariance, values.inVariance()[0], DERIVATIVE * (Math.abs(inVariance) + inEta * inEta));
        assertEquals(onLink, tail.on(link), CLOSED_FORM * Math.abs(onLink));
        // Along η, g(p) moves by ∂g/∂log t times ∂log t/∂η: compared with a difference of the reference's own form.
        double moved = new Response(Families.named("binomial"), link)
                .averaged(eta + 1e-4, s, new double[0])
                .tails()[0]
                .on(link);
        double expected = (moved - tail.on(link)) / 1e-4;
        assertEquals(expected, Math.abs(values.inEta()[0]) * tail.slope(link), 1e-3 * expected);
    }

    /** Of both tails and all links: on the scale of η nothing happens, wherever η is. */
    @Test
    void theLinkOfAMeanIsItsLinearPredictor() {
        for (Link link : List.of(Link.LOGIT, Link.PROBIT, Link.CLOGLOG, Link.LOGLOG)) {
            for (double eta : new double[] {-700, -45, -7, -1.2, -1e-3, 0, 0.3, 2, 6.5, 38, 690}) {
                boolean absurd = link == Link.CLOGLOG && eta > 7 || link == Link.LOGLOG && eta < -7;
                if (absurd) {
                    continue;
                }
                boolean ofComplement = link.logComplement(eta) < link.logMean(eta);
                Tail tail = new Tail(ofComplement ? link.logComplement(eta) : link.logMean(eta), ofComplement);
                assertEquals(eta, tail.on(link), CLOSED_FORM * (1 + Math.abs(eta)), link + " at " + eta);
                assertEquals(1 - link.mean(eta), link.complement(eta), CLOSED_FORM, link + " at " + eta);
                assertEquals(link.mean(eta), tail.value(), CLOSED_FORM * link.mean(eta), link + " at " + eta);
                assertEquals(
                        link.meanDerivative(eta),
                        Math.exp(link.logMeanDerivative(eta)),
                        1e-10 * link.meanDerivative(eta),
                        link + " at " + eta);
            }
        }
    }

    @Test
    void normalQuantilesOfLogarithms() {
        for (double x : new double[] {-1e-3, -0.7, -5, -33, -34.8, -50.1, -1000, -1e8}) {
            assertEquals(x, StandardNormal.quantileOfLog(StandardNormal.logProbability(x)), 1e-14 - x * 1e-13);
        }
        assertEquals(Double.NEGATIVE_INFINITY, StandardNormal.quantileOfLog(Double.NEGATIVE_INFINITY));
        assertTrue(Double.isNaN(StandardNormal.quantileOfLog(Double.NaN)));
    }
}
