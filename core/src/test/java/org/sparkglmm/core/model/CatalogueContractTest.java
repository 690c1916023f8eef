package org.sparkglmm.core.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkglmm.core.math.Precise;

/** What every family with every link must do; new ones are found in the catalogue. */
class CatalogueContractTest {
    /** Σ f = 1: a thousand terms, each with the error of a log-gamma of some thousands. */
    private static final double SUMS_TO_ONE = 1e-10;

    private static final double SAME_FORMULA = 1e-12;
    /** Closed-form third derivatives subtract nearly equal numbers somewhere. */
    private static final double DERIVATIVE = 1e-8;
    /** Seven-point differences of double values at the step below. */
    private static final double DIFFERENCE = 1e-7;

    private static final double STEP = 1e-2;

    private static final double[] ETAS = {
        -700, -40, -36, -12, -5, -2.31, -1, -0.4, -0.05, 1e-20, 0.05, 0.2, 0.693, 1, 2, 3.1, 4, 6, 12, 36, 40, 700
    };

    static Stream<Arguments> catalogue() {
        List<Arguments> out = new ArrayList<>();
        for (Family family : Families.all()) {
            for (Link link : family.links()) {
                out.add(Arguments.of(family.name(), link));
            }
        }
        return out.stream();
    }

    private static double[] somePsi(Family family) {
        double[] psi = new double[family.psiNames().size()];
        for (int k = 0; k < psi.length; k++) {
            psi[k] = 0.3 - 0.7 * k;
        }
        return psi;
    }

    private static boolean isDiscrete(Family family) {
        return !family.supports(0.5, 1);
    }

    /** Outcomes of different kinds, inside the support, with a size that suits the family. */
    private static List<double[]> outcomes(Family family) {
        List<double[]> out = new ArrayList<>();
        for (double y : new double[] {-3.2, 0, 0.3, 1, 2, 7, 1500}) {
            for (double size : new double[] {1, 2.5, 7}) {
                boolean usesSize = family.takesTrials() || family.takesPrecisionWeights();
                if (family.supports(y, size) && (usesSize || size == 1)) {
                    out.add(new double[] {y, size});
                }
            }
        }
        return out;
    }

    private static double evaluate(
            ObservationModel model, double y, double size, double eta, double[] psi, int order, Derivatives out) {
        Observations one = new Observations(new double[] {y}, new double[] {size}, null);
        return model.evaluate(one, 0, 1, new double[] {eta}, psi, order, out);
    }

    private static double logDensity(
            Family family, ObservationModel model, double y, double size, double eta, double[] psi) {
        return evaluate(model, y, size, eta, psi, 0, new Derivatives(1)) + family.logConstant(y, size);
    }

    /** Whether η gives a mean that the family can have: a log-density that is finite somewhere inside the support. */
    private static boolean isInside(Family family, ObservationModel model, double eta, double[] psi) {
        for (double[] o : outcomes(family)) {
            if (!Double.isFinite(evaluate(model, o[0], o[1], eta, psi, 0, new Derivatives(1)))) {
                return false;
            }
        }
        return true;
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void theDensitySumsToOneOverTheSupport(String name, Link link) {
        Family family = Families.named(name);
        ObservationModel model = family.model(link);
        double[] psi = somePsi(family);
        int checked = 0;
        for (double eta : ETAS) {
            if (!isInside(family, model, eta, psi) || Math.abs(eta) > 6 || Math.abs(eta) < 1e-3) {
                continue;
            }
            for (double size : new double[] {1, 7}) {
                double total = isDiscrete(family)
                        ? sumOverCounts(family, model, size, eta, psi)
                        : integral(family, model, size, eta, psi, link.mean(eta));
                assertEquals(1, total, SUMS_TO_ONE, "η = " + eta + ", size = " + size);
                checked++;
            }
        }
        assertTrue(checked >= 8, "too few linear predictors inside the range: " + checked);
    }

    private static double sumOverCounts(Family family, ObservationModel model, double size, double eta, double[] psi) {
        double sum = 0;
        for (int y = 0; y < 20_000; y++) {
            if (!family.supports(y, size)) {
                continue;
            }
            double term = Math.exp(logDensity(family, model, y, size, eta, psi));
            sum += term;
            if (sum > 0.5 && term < 1e-25) {
                break;
            }
        }
        return sum;
    }

    /** Trapezoid over 30 units each side of the mean: exact to rounding for a density without edge. */
    private static double integral(
            Family family, ObservationModel model, double size, double eta, double[] psi, double mean) {
        double h = 0.01;
        double sum = 0;
        for (double y = mean - 30; y < mean + 30; y += h) {
            assertTrue(family.supports(y, size), "a continuous family with an edge needs an integral of its own here");
            sum += h * Math.exp(logDensity(family, model, y, size, eta, psi));
        }
        return sum;
    }

    @Test
    void everyFamilyHasAReference() {
        for (Family family : Families.all()) {
            assertTrue(DensityReference.knows(family), family.name() + " is missing in DensityReference");
        }
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void valueAndDerivativesAreThoseOfTheTextbookInBothTails(String name, Link link) {
        Family family = Families.named(name);
        ObservationModel model = family.model(link);
        double[] psi = somePsi(family);
        int checked = 0;
        for (double eta : ETAS) {
            // e^(e^12) has more digits than any reference should.
            boolean tooLarge = link == Link.CLOGLOG && eta > 6;
            if (!isInside(family, model, eta, psi) || tooLarge) {
                continue;
            }
            DensityReference reference = DensityReference.of(family, link, digits(link, eta));
            if (link == Link.PROBIT && eta > 36) {
                continue; // φ underflows; StandardNormalTest has the limits
            }
            for (double[] o : outcomes(family)) {
                double value = evaluate(model, o[0], o[1], eta, psi, 0, new Derivatives(1));
                Derivatives out = new Derivatives(1);
                assertEquals(
                        value, evaluate(model, o[0], o[1], eta, psi, 3, out), "the value does not depend on order");
                List<BigDecimal> expected = reference.derivatives(eta, o[0], o[1], psi);
                double[] actual = {value, out.first[0], out.second[0], out.third[0]};
                for (int k = 0; k < 4; k++) {
                    BigDecimal e = expected.get(k);
                    // Rounding of the derivatives of a difference y - μ: relative to its parts.
                    double scale = scaleOf(link, eta, o, k);
                    double error = e.subtract(new BigDecimal(actual[k])).abs().doubleValue();
                    double allowed = (k == 0 ? SAME_FORMULA : DERIVATIVE) * Math.abs(e.doubleValue())
                            + 1e-15 * scale
                            // A symmetric density's third derivative passes through 0 where the second does not.
                            + (k == 3 ? 1e-15 * Math.abs(expected.get(2).doubleValue()) : 0)
                            + Double.MIN_NORMAL;
                    int order = k;
                    assertTrue(
                            error <= allowed,
                            () -> "derivative " + order + " at η = " + eta + ", y = " + o[0] + ", size = " + o[1]
                                    + ": got " + actual[order] + ", expected " + e.doubleValue());
                }
                checked++;
            }
        }
        assertTrue(checked >= 20, "too few points: " + checked);
    }

    /** What the reference needs to see the distance of a mean from 0 or 1, and its differences: 54 digits for the step. */
    private static int digits(Link link, double eta) {
        return switch (link) {
            case LOGIT -> 120 + (int) Math.abs(eta);
            case PROBIT -> 120 + (int) (0.25 * eta * eta < 400 ? 0.25 * eta * eta : 0);
            case CLOGLOG -> 120 + (int) (eta > 0 ? 0.5 * Math.exp(eta) : -eta);
            default -> 140;
        };
    }

    /** The size of the terms that make up a derivative where it may pass through 0; 0 where it must not cancel. */
    private static double scaleOf(Link link, double eta, double[] o, int order) {
        if (link == Link.LOGIT || link == Link.PROBIT || link == Link.CLOGLOG) {
            boolean mixed = o[0] > 0 && o[0] < o[1];
            // The logit's value is y η - log(1 + e^η), good to a rounding of η.
            return mixed || (order == 0 && link == Link.LOGIT) ? o[1] * (1 + Math.abs(eta)) : 0;
        }
        double mu = Math.abs(link.mean(eta));
        double slope = Math.max(mu, Math.max(1, Math.pow(Math.abs(eta), -order)));
        return (Math.abs(o[0]) + mu + 1) * o[1] * slope * slope * slope * (1 + Math.abs(eta));
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void derivativesInPsiEqualDifferences(String name, Link link) {
        Family family = Families.named(name);
        ObservationModel model = family.model(link);
        double[] psi = somePsi(family);
        double[] eta = {0.3, 0.7, 1.1, 0.2, 0.9};
        if (!isInside(family, model, eta[0], psi)) {
            for (int j = 0; j < eta.length; j++) {
                eta[j] = -eta[j];
            }
        }
        Observations observations = sample(family, eta.length, 5);
        double[] along = {0.3, -0.2, 0.7, 0.1, -0.9};
        double[] m = {0.2, 0.5, -0.1, 0.8, 0.3};
        int from = 1;
        int n = 3;
        Derivatives out = new Derivatives(n);
        double[] gradient = new double[psi.length];
        double[] curvature = new double[psi.length];
        model.addPsiGradient(observations, from, n, eta, psi, 2.5, gradient);
        model.addPsiGradient(observations, from, n, eta, psi, -0.5, gradient);
        model.evaluate(observations, from, n, eta, psi, 3, out);
        model.addPsiCurvature(observations, from, n, eta, psi, out, along, m, curvature);
        for (int k = 0; k < psi.length; k++) {
            double[] value = new double[7];
            double[] mixed = new double[7];
            for (int s = 0; s < 7; s++) {
                double[] shifted = psi.clone();
                shifted[k] += (s - 3) * STEP;
                value[s] = model.evaluate(observations, from, n, eta, shifted, 3, out);
                for (int j = 0; j < n; j++) {
                    mixed[s] += along[j] * out.first[j] - m[j] * out.second[j];
                }
            }
            double expected = difference(value);
            double expectedMixed = difference(mixed);
            assertEquals(2 * expected, gradient[k], DIFFERENCE * Math.max(1, Math.abs(expected)));
            assertEquals(expectedMixed, curvature[k], DIFFERENCE * Math.max(1, Math.abs(expectedMixed)));
        }
    }

    /** First derivative at the middle of seven values; its error is STEP⁶/140 of the seventh derivative. */
    private static double difference(double[] f) {
        return (-f[0] + 9 * f[1] - 45 * f[2] + 45 * f[4] - 9 * f[5] + f[6]) / (60 * STEP);
    }

    private static Observations sample(Family family, int n, long seed) {
        Random random = new Random(seed);
        List<double[]> possible = outcomes(family);
        double[] y = new double[n];
        double[] size = new double[n];
        double[] weight = new double[n];
        for (int j = 0; j < n; j++) {
            double[] o = possible.get(random.nextInt(possible.size()));
            y[j] = Math.min(o[0], 10);
            size[j] = o[1];
            weight[j] = 0.5 + random.nextInt(4);
        }
        return new Observations(y, size, weight);
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void weightsMultiplyAndRowsAreThoseAskedFor(String name, Link link) {
        Family family = Families.named(name);
        ObservationModel model = family.model(link);
        double[] psi = somePsi(family);
        int n = 9;
        Observations weighted = sample(family, n, 11);
        double[] eta = new double[n];
        for (int j = 0; j < n; j++) {
            eta[j] = 0.3 + 0.1 * j;
        }
        if (!isInside(family, model, eta[0], psi)) {
            for (int j = 0; j < n; j++) {
                eta[j] = -eta[j];
            }
        }
        double sum = 0;
        double[] first = new double[n];
        double[] second = new double[n];
        double[] third = new double[n];
        Derivatives one = new Derivatives(1);
        for (int j = 0; j < n; j++) {
            double w = weighted.weight(j);
            sum += w * evaluate(model, weighted.y(j), weighted.size(j), eta[j], psi, 3, one);
            first[j] = w * one.first[0];
            second[j] = w * one.second[0];
            third[j] = w * one.third[0];
        }
        Derivatives all = new Derivatives(n + 2);
        double value = model.evaluate(weighted, 0, n, eta, psi, 3, all);
        assertEquals(sum, value, SAME_FORMULA * Math.abs(sum));
        for (int j = 0; j < n; j++) {
            assertEquals(first[j], all.first[j], SAME_FORMULA * Math.abs(first[j]));
            assertEquals(second[j], all.second[j], SAME_FORMULA * Math.abs(second[j]));
            assertEquals(third[j], all.third[j], SAME_FORMULA * Math.abs(third[j]));
        }
        Derivatives part = new Derivatives(2);
        model.evaluate(weighted, 4, 2, new double[] {eta[4], eta[5]}, psi, 3, part);
        assertArrayEquals(new double[] {all.first[4], all.first[5]}, part.first);
        assertArrayEquals(new double[] {all.second[4], all.second[5]}, part.second);
        assertArrayEquals(new double[] {all.third[4], all.third[5]}, part.third);
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void noOutcomeAtAnyPredictorGivesNaNExceptAPredictorThatIsNaN(String name, Link link) {
        Family family = Families.named(name);
        ObservationModel model = family.model(link);
        double[] psi = somePsi(family);
        for (double eta : new double[] {-700, -40, -1e-300, 0, 1e-300, 40, 700, -1e10, 1e10, 1e200}) {
            for (double[] o : outcomes(family)) {
                double value = evaluate(model, o[0], o[1], eta, psi, 0, new Derivatives(1));
                assertFalse(Double.isNaN(value), "NaN at η = " + eta + ", y = " + o[0]);
                assertTrue(value < Double.POSITIVE_INFINITY, "infinite at η = " + eta + ", y = " + o[0]);
            }
        }
        for (double[] o : outcomes(family)) {
            assertEquals(
                    Double.NaN, evaluate(model, o[0], o[1], Double.NaN, psi, 0, new Derivatives(1)), "y = " + o[0]);
        }
    }

    @Test
    void extremePredictorsOfBinaryOutcomesGiveTheLimitsOfMathematics() {
        Family binomial = Families.named("binomial");
        ObservationModel logit = binomial.model(Link.LOGIT);
        Derivatives none = new Derivatives(1);
        assertEquals(-700, evaluate(logit, 0, 1, 700, null, 0, none));
        assertEquals(0, evaluate(logit, 1, 1, 700, null, 0, none), 1e-13);
        assertEquals(-700, evaluate(logit, 1, 1, -700, null, 0, none));
        ObservationModel cloglog = binomial.model(Link.CLOGLOG);
        assertEquals(-Math.exp(700), evaluate(cloglog, 0, 1, 700, null, 0, none), 1e290);
        assertEquals(0, evaluate(cloglog, 1, 1, 700, null, 3, none), 0);
        assertEquals(0, none.first[0], 0);
        assertEquals(0, none.second[0], 0);
        assertEquals(0, none.third[0], 0);
        assertEquals(-700, evaluate(cloglog, 1, 1, -700, null, 0, none));
        assertEquals(Double.NEGATIVE_INFINITY, evaluate(cloglog, 0, 1, 710, null, 0, none));
        ObservationModel probit = binomial.model(Link.PROBIT);
        // log Φ(-700) = -700²/2 - log 700 - ½ log 2π - 700⁻² + …
        double expected = -245000 - Math.log(700) - 0.5 * Math.log(2 * Math.PI) - 1 / 490000.0;
        assertEquals(expected, evaluate(probit, 1, 1, -700, null, 0, none), 1e-9);
        assertEquals(expected, evaluate(probit, 0, 1, 700, null, 0, none), 1e-9);
        assertEquals(0, evaluate(probit, 1, 1, 700, null, 0, none), 0);
        ObservationModel log = binomial.model(Link.LOG);
        assertEquals(Double.NEGATIVE_INFINITY, evaluate(log, 1, 1, 0.1, null, 0, none));
        assertEquals(0, evaluate(log, 1, 1, 0, null, 0, none), 0);
        assertEquals(Double.NEGATIVE_INFINITY, evaluate(log, 0, 1, 0, null, 0, none));
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void theLinkUndoesItself(String name, Link link) {
        for (double eta : new double[] {-3, -1, -0.2, 0.2, 0.5, 1, 2}) {
            double mu = link.mean(eta);
            double back = link == Link.SQRT ? Math.abs(eta) : eta;
            assertEquals(back, link.predictor(mu), 1e-11, "η = " + eta);
            double[] f = new double[7];
            for (int s = 0; s < 7; s++) {
                f[s] = link.mean(eta + (s - 3) * STEP * Math.abs(eta));
            }
            double expected = difference(f) / Math.abs(eta);
            assertEquals(expected, link.meanDerivative(eta), DIFFERENCE * Math.max(1, Math.abs(expected)));
        }
        assertEquals(
                link.label(), Families.link(Families.named(name), link.label()).label());
    }

    @Test
    void meansAreThoseOfTheReferenceInTheTails() {
        for (Link link : Link.values()) {
            DensityReference reference = DensityReference.of(Families.named("poisson"), link, 60);
            for (double eta : new double[] {-37, -30, -5, 0.1, 3}) {
                BigDecimal expected = reference.mean(new BigDecimal(eta));
                double error = Precise.relativeError(expected, link.mean(eta));
                assertTrue(error < 1e-12, () -> link + " at " + eta + ": relative error " + error);
            }
        }
    }

    @Test
    void theSupportHasNoRoomForWhatIsNoNumber() {
        for (Family family : Families.all()) {
            for (double y : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                assertFalse(family.supports(y, 1), family.name() + " supports " + y);
            }
            if (family.takesTrials() || family.takesPrecisionWeights()) {
                for (double size :
                        new double[] {Double.NaN, 0, -1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                    assertFalse(family.supports(0, size), family.name() + " supports a size of " + size);
                }
            }
            if (isDiscrete(family)) {
                for (double y : new double[] {-1, 0.5, -0.5, 1e-12, 2.0000001}) {
                    assertFalse(family.supports(y, 7), family.name() + " supports " + y);
                }
            }
            if (family.takesTrials()) {
                assertTrue(family.supports(7, 7));
                assertFalse(family.supports(8, 7), "more successes than trials");
                assertFalse(family.supports(1, 1.5), "one and a half trials");
                assertFalse(family.supports(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY));
            }
            assertTrue(family.supports(1, 1));
            assertTrue(family.supports(-0.0, 1));
            assertFalse(family.support().isBlank());
        }
    }

    @Test
    void startingValuesLieInsideTheRangeOfEveryLink() {
        for (Family family : Families.all()) {
            boolean proportions = family.takesTrials();
            for (double mean : proportions ? new double[] {0, 1e-9, 0.3, 1} : new double[] {0.001, 0.3, 20, 1e6}) {
                for (double rows : new double[] {1, 10, 1e7}) {
                    double start = family.startingMean(mean, rows);
                    double[] psi = family.startingPsi(mean, 2);
                    assertEquals(family.psiNames().size(), psi.length);
                    for (Link link : family.links()) {
                        double eta = link.predictor(start);
                        assertTrue(Double.isFinite(eta), family.name() + " " + link + " from mean " + mean);
                        double back = link.mean(eta);
                        assertEquals(start, back, 1e-8 * Math.max(start, 1e-3));
                        assertTrue(
                                isInside(family, family.model(link), eta, psi),
                                family.name() + " " + link + " " + mean);
                    }
                }
            }
        }
    }
}
