package org.sparkglmm.core.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkglmm.core.math.Precise;
import org.sparkglmm.core.model.Catalogue.Entry;

/** What every family with every link must do; new ones are found in the catalogue. */
class CatalogueContractTest {
    /** Σ f = 1: a thousand terms, each with the error of a log-gamma of some thousands. */
    private static final double SUMS_TO_ONE = 1e-10;

    private static final double SAME_FORMULA = 1e-12;
    /** Closed-form third derivatives subtract nearly equal numbers somewhere. */
    private static final double DERIVATIVE = 1e-8;
    /** Seven-point differences of double values at the step below. */
    private static final double DIFFERENCE = 1e-7;
    /** A few units in the last place of η, of y or of ψ: what such a change of them does to a result is not its error. */
    private static final double ROUNDING = 1e-15;

    private static final double STEP = 1e-2;

    private static final double[] ETAS = {
        -700, -40, -36, -12, -5, -2.31, -1, -0.4, -0.05, 1e-20, 0.05, 0.2, 0.693, 1, 2, 3.1, 4, 6, 12, 36, 40, 700
    };

    static Stream<Arguments> catalogue() {
        return Catalogue.arguments();
    }

    private static boolean isDiscrete(Family family) {
        return !family.supports(0.5, 1);
    }

    private static boolean usesSize(Family family) {
        return family.takesTrials() || family.takesPrecisionWeights();
    }

    /** Outcomes of different kinds, inside the support, with a size that suits the family. */
    private static List<double[]> outcomes(Family family) {
        List<double[]> out = new ArrayList<>();
        for (double y : new double[] {-3.2, 0, 0.004, 0.3, 0.97, 1, 2, 3, 4, 7, 1500}) {
            for (double size : new double[] {1, 2.5, 7}) {
                if (family.supports(y, size) && (usesSize(family) || size == 1)) {
                    out.add(new double[] {y, size});
                }
            }
        }
        return out;
    }

    private static double evaluate(
            ObservationModel model, double y, double size, double eta, double[] psi, int order, Derivatives out) {
        Observations one = new Observations(new double[] {y}, new double[] {size}, null);
        double[][] prepared = prepare(model, one, AuxiliaryPredictors.constant(psi == null ? new double[0] : psi));
        model.evaluate(new RowWindow(one, 0, 1, new double[] {eta}, prepared), order, out);
        return out.value[0];
    }

    private static double[][] prepare(ObservationModel model, Observations observations, AuxiliaryPredictors psi) {
        double[][] out = new double[model.prepared()][observations.count()];
        model.prepare(observations, psi, out);
        return out;
    }

    /** Whether η gives a mean that the family can have: a log-density that is finite somewhere inside the support. */
    private static boolean isInside(Entry entry, double eta, double[] psi) {
        for (double[] o : outcomes(entry.family())) {
            if (!Double.isFinite(evaluate(entry.model(), o[0], o[1], eta, psi, 0, new Derivatives(1)))) {
                return false;
            }
        }
        return true;
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void theDensitySumsToOneAndHasTheMeanItSays(Entry entry) {
        Family family = entry.family();
        int checked = 0;
        for (double eta : ETAS) {
            for (double which : new double[] {-1, 0, 1, 2}) {
                double[] psi = entry.psi(which);
                if (!isInside(entry, eta, psi) || Math.abs(eta) > 6 || Math.abs(eta) < 1e-3) {
                    continue;
                }
                for (double size : usesSize(family) ? new double[] {1, 7} : new double[] {1}) {
                    NumericalDistribution all = new NumericalDistribution(family, entry.link(), size, eta, psi);
                    if (!all.isComplete()) {
                        continue; // mass closer to 0 or 1 than any double, or further out than anybody sums
                    }
                    String where = "η = " + eta + ", size = " + size + ", ψ = " + Arrays.toString(psi);
                    assertEquals(1, all.total(), SUMS_TO_ONE, where);
                    if (size == 1 || family.takesTrials()) {
                        // The mean asked for is that of a row with precision weight 1.
                        double mean = family.mean(entry.link(), eta, psi);
                        assertEquals(all.mean(), mean, SUMS_TO_ONE * Math.max(1, Math.abs(mean)), where);
                    }
                    checked++;
                }
            }
        }
        assertTrue(checked >= 8, "too few linear predictors inside the range: " + checked);
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void probabilitiesOfCategoriesAreTheDensityAndSumToOne(Entry entry) {
        Family family = entry.family();
        for (double eta : ETAS) {
            double[] psi = entry.psi(0);
            double[] p = family.probabilities(entry.link(), eta, psi);
            assertEquals(family.takesCategories() ? psi.length + 1 : 0, p.length);
            double sum = 0;
            for (int k = 0; k < p.length; k++) {
                double value = evaluate(entry.model(), k, 1, eta, psi, 0, new Derivatives(1));
                assertEquals(Math.exp(value), p[k], SAME_FORMULA * p[k]);
                sum += p[k];
            }
            assertEquals(p.length == 0 ? 0 : 1, sum, SAME_FORMULA, "η = " + eta);
        }
    }

    @Test
    void everyFamilyHasAReference() {
        for (Entry entry : Catalogue.entries()) {
            assertTrue(DensityReference.knows(entry.key()), entry.key() + " is missing in DensityReference");
        }
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void valueAndDerivativesAreThoseOfTheTextbookInBothTails(Entry entry) {
        Family family = entry.family();
        ObservationModel model = entry.model();
        double[] psi = entry.psi(0);
        AtomicInteger checked = new AtomicInteger();
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        Arrays.stream(ETAS).parallel().forEach(eta -> {
            if (!isInside(entry, eta, psi) || isBeyondTheReference(entry, eta)) {
                return;
            }
            Map<List<Double>, List<BigDecimal>> known = new HashMap<>();
            DensityReference reference = DensityReference.of(entry, digits(entry, eta));
            for (double[] o : outcomes(family)) {
                double value = evaluate(model, o[0], o[1], eta, psi, 0, new Derivatives(1));
                Derivatives out = new Derivatives(1);
                assertEquals(
                        value, evaluate(model, o[0], o[1], eta, psi, 3, out), "the value does not depend on order");
                assertEquals(value, out.value[0], 0);
                List<BigDecimal> expected =
                        known.computeIfAbsent(List.of(o[0], o[1]), k -> reference.derivatives(eta, o[0], o[1], psi));
                double[] actual = {value, out.first[0], out.second[0], out.third[0]};
                double[] parts = parts(entry, reference, eta, o, psi, known);
                for (int k = 0; k < 4; k++) {
                    BigDecimal e = expected.get(k);
                    double error = e.subtract(new BigDecimal(actual[k])).abs().doubleValue();
                    double allowed = (k == 0 ? SAME_FORMULA : DERIVATIVE) * Math.abs(e.doubleValue())
                            // A function that passes through 0 is known there to its slope times the rounding of η,
                            + ROUNDING
                                    * (1 + Math.abs(eta))
                                    * (k < 3 ? Math.abs(expected.get(k + 1).doubleValue()) : 0)
                            // a symmetric density's third derivative where the second does not,
                            + (k == 3 ? ROUNDING * Math.abs(expected.get(2).doubleValue()) : 0)
                            // and a difference like y - μ to the rounding of its parts.
                            + ROUNDING * (1 + Math.abs(eta)) * parts[k]
                            + (k == 0 ? ROUNDING * constants(entry, psi) : 0)
                            // The reference's own rounding, where a derivative is 0.
                            + Math.pow(10, 60 - digits(entry, eta))
                            + Double.MIN_NORMAL;
                    if (!(error <= allowed)) {
                        wrong.add("derivative " + k + " at η = " + eta + ", y = " + o[0] + ", size = " + o[1] + ": got "
                                + actual[k] + ", expected " + e.doubleValue() + ", allowed " + allowed);
                    }
                }
                checked.incrementAndGet();
            }
        });
        assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
        assertTrue(checked.get() >= 20, "too few points: " + checked);
    }

    private static boolean isBeyondTheReference(Entry entry, double eta) {
        if (entry.link() == Link.CLOGLOG) {
            // e^(e^12) has more digits than any reference should.
            return entry.family().takesCategories() ? eta < -6 : eta > 6;
        }
        if (entry.link() == Link.LOGLOG) {
            return eta > 5;
        }
        // φ underflows; StandardNormalTest has the limits
        return entry.link() == Link.PROBIT && !entry.family().takesCategories() && eta > 36;
    }

    /** What the reference needs to see the distance of a mean from 0 or 1, and its differences: 54 digits for the step. */
    private static int digits(Entry entry, double eta) {
        // Thresholds less η.
        double x = entry.family().takesCategories() ? 2 - eta : eta;
        // 1 - P(0) has no digits of its own where it is tiny.
        boolean complement = entry.key().contains("truncated");
        return switch (entry.link()) {
            case LOGIT, LOG ->
                100
                        + (int) ((complement ? 1 : 0.5) * Math.abs(eta))
                        // P(0) of e^-μ beside π.
                        + (int) (entry.isZeroModified() && eta > 0 && eta < 7 ? 0.5 * Math.exp(eta) : 0);
            case PROBIT -> 100 + (int) (0.25 * x * x < 400 ? 0.25 * x * x : 0);
            case CLOGLOG -> 100 + (int) (x > 0 ? 0.5 * Math.exp(x) : -x);
            // From the lower thresholds too, which lie within 4 below.
            case LOGLOG -> 100 + (int) (x < 4 ? 0.5 * Math.exp(4 - x) : x);
            default -> 140 + (int) (entry.isZeroModified() ? 0.5 * Math.abs(eta) : 0);
        };
    }

    /**
     * The size of the parts that the derivatives for an outcome inside the support are a difference of: those for the
     * outcomes at its ends (the 0 of y - μ). All 0 for an outcome at an end, where nothing may cancel.
     */
    private static double[] parts(
            Entry entry,
            DensityReference reference,
            double eta,
            double[] o,
            double[] psi,
            Map<List<Double>, List<BigDecimal>> known) {
        double[] out = new double[4];
        for (double end : ends(entry.family(), o[1])) {
            if (o[0] == end) {
                return new double[4];
            }
            List<BigDecimal> part =
                    known.computeIfAbsent(List.of(end, o[1]), k -> reference.derivatives(eta, end, o[1], psi));
            for (int k = 0; k < 4; k++) {
                out[k] += Math.abs(part.get(k).doubleValue());
            }
        }
        return out;
    }

    private static List<Double> ends(Family family, double size) {
        List<Double> out = new ArrayList<>();
        for (double low : new double[] {0, 1, 1e-30}) {
            if (out.isEmpty() && family.supports(low, size)) {
                out.add(low);
            }
        }
        double high = family.takesTrials()
                ? size
                : family.takesCategories() ? family.auxiliary().size() : Math.nextDown(1.0);
        boolean bounded = family.supports(high, size) && !family.supports(1500, size);
        if (bounded) {
            out.add(high);
        }
        return out;
    }

    /** A value with terms in ψ alone cannot be better than these; thresholds come with η only. */
    private static double constants(Entry entry, double[] psi) {
        double sum = 0;
        for (int k = 0; k < psi.length; k++) {
            boolean threshold = entry.family().auxiliary().get(k).role() == AuxiliaryParameter.Role.THRESHOLD;
            sum += threshold ? 0 : 1 + Math.abs(psi[k]);
        }
        return sum;
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void derivativesInPsiEqualThoseOfTheTextbook(Entry entry) {
        ObservationModel model = entry.model();
        AtomicInteger checked = new AtomicInteger();
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        DoubleStream.of(-36, -5, -1.3, 0.4, 1.7, 6, 36).parallel().forEach(eta -> {
            for (double which : Math.abs(eta) > 2 ? new double[] {0} : new double[] {-1, 1}) {
                double[] psi = entry.psi(which);
                if (!isInside(entry, eta, psi) || isBeyondTheReference(entry, eta)) {
                    continue;
                }
                DensityReference reference = DensityReference.of(entry, digits(entry, eta));
                List<double[]> outcomes = outcomes(entry.family());
                for (int i = 0; i < outcomes.size(); i += 2) {
                    double[] o = outcomes.get(i);
                    Derivatives at = new Derivatives(1);
                    evaluate(model, o[0], o[1], eta, psi, 3, at);
                    double[] sizes = {
                        1 + Math.abs(at.value[0]) + Math.abs(at.first[0]),
                        Math.abs(at.first[0]) + Math.abs(at.second[0]),
                        Math.abs(at.first[0]) + Math.abs(at.second[0]) + Math.abs(at.third[0])
                    };
                    for (int k = 0; k < psi.length; k++) {
                        List<BigDecimal> expected = reference.byPsi(k, eta, o[0], o[1], psi);
                        for (int order = 0; order < 3; order++) {
                            double actual = byPsi(entry, o, eta, psi, at, order)[k];
                            double e = expected.get(order).doubleValue();
                            double error = Math.abs(actual - e);
                            double allowed = DERIVATIVE * Math.abs(e)
                                    + 10 * ROUNDING * (1 + Math.abs(eta)) * sizes[order] * o[1];
                            if (!(error <= allowed)) {
                                wrong.add("∂ψ" + k + " of derivative " + order + " at η = " + eta + ", y = " + o[0]
                                        + ", size = " + o[1] + ", ψ = " + Arrays.toString(psi) + ": got " + actual
                                        + ", expected " + e);
                            }
                            checked.incrementAndGet();
                        }
                    }
                }
            }
        });
        assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
        assertTrue(checked.get() >= 12 || entry.psi(0).length == 0, "too few points: " + checked);
    }

    /** ∂ψ of ℓ, ℓ' or ℓ''. */
    private static double[] byPsi(Entry entry, double[] o, double eta, double[] psi, Derivatives at, int order) {
        ObservationModel model = entry.model();
        Observations one = new Observations(new double[] {o[0]}, new double[] {o[1]}, null);
        double[][] into = new double[psi.length][1];
        model.addAuxiliary(
                new RowWindow(one, 0, 1, new double[] {eta}, prepare(model, one, AuxiliaryPredictors.constant(psi))),
                at,
                new Adjoint(new double[] {order == 0 ? 1 : 0}, new double[] {order == 1 ? 1 : 0}, new double[] {
                    order == 2 ? 1 : 0
                }),
                into);
        return Arrays.stream(into).mapToDouble(row -> row[0]).toArray();
    }

    /** ψ that differ between rows, rows from the middle of a block, weights, and all three multipliers alone and together. */
    @ParameterizedTest
    @MethodSource("catalogue")
    void derivativesInPsiEqualDifferences(Entry entry) {
        ObservationModel model = entry.model();
        int rows = 9;
        int from = 3;
        int n = 5;
        Random random = new Random(5);
        double[] psi = entry.psi(0);
        double[] eta = {0.3, 0.7, 1.1, 0.2, 0.9};
        if (!isInside(entry, eta[0], psi)) {
            for (int j = 0; j < eta.length; j++) {
                eta[j] = -eta[j];
            }
        }
        Observations observations = sample(entry.family(), rows, 5);
        double[][] column = new double[psi.length][];
        for (int k = 0; k < psi.length; k++) {
            if (k % 2 == 0) {
                column[k] = random.doubles(rows, psi[k] - 0.2, psi[k] + 0.2).toArray();
            }
        }
        double[][] multipliers = {
            random.doubles(n, -1, 1).toArray(),
            random.doubles(n, -1, 1).toArray(),
            random.doubles(n, -1, 1).toArray()
        };
        Derivatives at = new Derivatives(n);
        double[][] prepared = prepare(model, observations, new AuxiliaryPredictors(psi, column));
        model.evaluate(new RowWindow(observations, from, n, eta, prepared), 3, at);
        for (int k = 0; k < psi.length; k++) {
            double[][][] shifted = new double[7][][];
            for (int s = 0; s < 7; s++) {
                shifted[s] = atShifted(model, observations, from, eta, psi, column, k, (s - 3) * STEP);
            }
            for (int mask = 1; mask < 8; mask++) {
                double[][] factors = new double[3][n];
                for (int order = 0; order < 3; order++) {
                    if ((mask >> order & 1) == 1) {
                        factors[order] = multipliers[order];
                    }
                }
                double[][] into = new double[psi.length][n];
                for (double[] row : into) {
                    Arrays.fill(row, 0.25);
                }
                boolean valueOnly = mask == 1;
                Derivatives known = at;
                if (valueOnly) {
                    known = new Derivatives(n);
                    model.evaluate(new RowWindow(observations, from, n, eta, prepared), 1, known);
                }
                model.addAuxiliary(
                        new RowWindow(observations, from, n, eta, prepared),
                        known,
                        new Adjoint(factors[0], valueOnly ? null : factors[1], valueOnly ? null : factors[2]),
                        into);
                for (int j = 0; j < n; j++) {
                    double[] f = new double[7];
                    for (int s = 0; s < 7; s++) {
                        for (int order = 0; order < 3; order++) {
                            f[s] += factors[order][j] * shifted[s][order][j];
                        }
                    }
                    double expected = difference(f);
                    assertEquals(
                            expected,
                            into[k][j] - 0.25,
                            DIFFERENCE * Math.max(1, Math.abs(expected)),
                            "ψ" + k + ", row " + j + ", orders " + Integer.toBinaryString(mask));
                }
            }
        }
    }

    /** w ℓ, w ℓ' and w ℓ'' by row with ψ_k shifted in all rows. */
    private static double[][] atShifted(
            ObservationModel model,
            Observations observations,
            int from,
            double[] eta,
            double[] psi,
            double[][] column,
            int k,
            double shift) {
        double[] constant = psi.clone();
        constant[k] += shift;
        double[][] columns = column.clone();
        if (columns[k] != null) {
            columns[k] = Arrays.stream(columns[k]).map(v -> v + shift).toArray();
        }
        Derivatives out = new Derivatives(eta.length);
        double[][] prepared = prepare(model, observations, new AuxiliaryPredictors(constant, columns));
        model.evaluate(new RowWindow(observations, from, eta.length, eta, prepared), 3, out);
        return new double[][] {out.value, out.first, out.second};
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
    void weightsMultiplyAndRowsAreThoseAskedFor(Entry entry) {
        ObservationModel model = entry.model();
        double[] psi = entry.psi(0);
        int n = 9;
        Observations weighted = sample(entry.family(), n, 11);
        double[] eta = new double[n];
        for (int j = 0; j < n; j++) {
            eta[j] = 0.3 + 0.1 * j;
        }
        if (!isInside(entry, eta[0], psi)) {
            for (int j = 0; j < n; j++) {
                eta[j] = -eta[j];
            }
        }
        double[] value = new double[n];
        double[] first = new double[n];
        double[] second = new double[n];
        double[] third = new double[n];
        Derivatives one = new Derivatives(1);
        for (int j = 0; j < n; j++) {
            double w = weighted.weight(j);
            value[j] = w * evaluate(model, weighted.y(j), weighted.size(j), eta[j], psi, 3, one);
            first[j] = w * one.first[0];
            second[j] = w * one.second[0];
            third[j] = w * one.third[0];
        }
        Derivatives all = new Derivatives(n + 2);
        double[][] prepared = prepare(model, weighted, AuxiliaryPredictors.constant(psi));
        model.evaluate(new RowWindow(weighted, 0, n, eta, prepared), 3, all);
        for (int j = 0; j < n; j++) {
            assertEquals(value[j], all.value[j], SAME_FORMULA * Math.abs(value[j]));
            assertEquals(first[j], all.first[j], SAME_FORMULA * Math.abs(first[j]));
            assertEquals(second[j], all.second[j], SAME_FORMULA * Math.abs(second[j]));
            assertEquals(third[j], all.third[j], SAME_FORMULA * Math.abs(third[j]));
        }
        Derivatives part = new Derivatives(2);
        model.evaluate(new RowWindow(weighted, 4, 2, new double[] {eta[4], eta[5]}, prepared), 3, part);
        assertArrayEquals(new double[] {all.value[4], all.value[5]}, part.value);
        assertArrayEquals(new double[] {all.first[4], all.first[5]}, part.first);
        assertArrayEquals(new double[] {all.second[4], all.second[5]}, part.second);
        assertArrayEquals(new double[] {all.third[4], all.third[5]}, part.third);
    }

    /** Modes of a concave model may be searched from anywhere; a model that says so must be. */
    @ParameterizedTest
    @MethodSource("catalogue")
    void aModelThatIsSaidToBeConcaveIs(Entry entry) {
        ObservationModel model = entry.model();
        assumeTrue(model.isConcave());
        for (double which : new double[] {-1, -0.3, 0, 0.4, 1}) {
            double[] psi = entry.psi(which);
            for (double[] o : outcomes(entry.family())) {
                for (double eta = -12; eta <= 12; eta += 0.37) {
                    Derivatives out = new Derivatives(1);
                    double value = evaluate(model, o[0], o[1], eta, psi, 3, out);
                    double at = eta;
                    assertTrue(
                            !(value > Double.NEGATIVE_INFINITY) || out.second[0] <= 0,
                            () -> "second derivative " + out.second[0] + " at " + at);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void noOutcomeAtAnyPredictorGivesNaNExceptAPredictorThatIsNaN(Entry entry) {
        ObservationModel model = entry.model();
        List<String> wrong = new ArrayList<>();
        for (double which : new double[] {-1, 0, 1}) {
            double[] psi = entry.psi(which);
            for (double eta : new double[] {-1e10, -700, -40, -1e-300, 0, 1e-300, 40, 700, 720, 1e10, 1e200}) {
                for (double[] o : outcomes(entry.family())) {
                    Derivatives out = new Derivatives(1);
                    double value = evaluate(model, o[0], o[1], eta, psi, 3, out);
                    if (!(value < Double.POSITIVE_INFINITY)) {
                        wrong.add(value + " at η = " + eta + ", y = " + o[0] + ", size = " + o[1]);
                    }
                    // StandardNormal's third derivative is a square beyond double at 1e200; so far out only the value
                    // counts.
                    if (value > Double.NEGATIVE_INFINITY
                            && Math.abs(eta) <= 1e10
                            && (Double.isNaN(out.first[0])
                                    || Double.isNaN(out.second[0])
                                    || Double.isNaN(out.third[0]))) {
                        wrong.add("derivatives " + out.first[0] + ", " + out.second[0] + ", " + out.third[0]
                                + " beside a value of " + value + " at η = " + eta + ", y = " + o[0] + ", size = "
                                + o[1]);
                    }
                }
            }
            for (double[] o : outcomes(entry.family())) {
                double value = evaluate(model, o[0], o[1], Double.NaN, psi, 0, new Derivatives(1));
                if (!Double.isNaN(value)) {
                    wrong.add(value + " at η = NaN, y = " + o[0]);
                }
            }
        }
        assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
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
    void namesAndLinksAreFoundAgainAndTheLinkUndoesItself(Entry entry) {
        Link link = entry.link();
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
        Family found = Families.named(entry.family().name());
        assertSame(link, Families.link(found, link.label()));
        assertEquals(entry.family().links(), found.links());
        assertEquals(entry.family().name(), found.name());
    }

    @Test
    void meansAreThoseOfTheReferenceInTheTails() {
        for (Link link : Link.values()) {
            for (double eta : new double[] {-37, -30, -5, 0.1, 3}) {
                if (link == Link.LOGLOG && eta < -6) {
                    continue; // exp(-e^30): no double holds it
                }
                BigDecimal expected = DensityReference.mean(link, new BigDecimal(eta), 60);
                double error = Precise.relativeError(expected, link.mean(eta));
                assertTrue(error < 1e-12, () -> link + " at " + eta + ": relative error " + error);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void theSupportHasNoRoomForWhatIsNoNumber(Entry entry) {
        Family family = entry.family();
        for (double y : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            assertFalse(family.supports(y, 1), "supports " + y);
        }
        if (usesSize(family)) {
            for (double size : new double[] {Double.NaN, 0, -1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                for (double y : new double[] {0, 0.5, 1}) {
                    assertFalse(family.supports(y, size), "supports a size of " + size);
                }
            }
        }
        if (isDiscrete(family)) {
            for (double y : new double[] {-1, 0.5, -0.5, 1e-12, 2.0000001}) {
                assertFalse(family.supports(y, 7), "supports " + y);
            }
        }
        if (family.takesTrials()) {
            assertTrue(family.supports(7, 7));
            assertFalse(family.supports(8, 7), "more successes than trials");
            assertFalse(family.supports(1, 1.5), "one and a half trials");
            assertFalse(family.supports(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY));
        }
        if (family.takesCategories()) {
            int k = family.auxiliary().size();
            assertTrue(family.supports(k, 1), "the last category");
            assertFalse(family.supports(k + 1, 1), "one category too many");
        }
        if (entry.isZeroModified()) {
            assertTrue(family.supports(0, 1), "a zero of its own kind");
        }
        assertTrue(family.supports(1, 1) || family.supports(0.5, 1));
        assertEquals(family.supports(0.0, 1), family.supports(-0.0, 1));
        assertFalse(family.support().isEmpty());
        for (double[] o : outcomes(family)) {
            assertTrue(Double.isFinite(family.logConstant(o[0], o[1])));
        }
    }

    /** What the result's extra section calls ψ; a family that is not here shows them by their own names. */
    private static final Map<String, List<String>> EXTRA = Map.of(
            "gamma", List.of("phi", "shape"),
            "inversegaussian", List.of("phi", "shape"),
            "tweedie", List.of("phi", "power"));

    @Test
    void thePowerOfTweedieLiesInItsRange() {
        Family tweedie = Families.named("tweedie");
        assertEquals(1.5, tweedie.extra(new double[] {0, 0}).get("power"), 1e-15);
        assertEquals(1.01, tweedie.extra(new double[] {0, -40}).get("power"), 1e-15);
        assertEquals(1.99, tweedie.extra(new double[] {0, 40}).get("power"), 1e-15);
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void extraHasTheDocumentedNamesAndLeavesOutWhatDiffersBetweenRows(Entry entry) {
        Family family = entry.family();
        List<AuxiliaryParameter> own = family.auxiliary();
        List<String> names = EXTRA.getOrDefault(
                family.name(),
                own.stream()
                        .filter(a -> a.role() == AuxiliaryParameter.Role.DISPERSION
                                || a.role() == AuxiliaryParameter.Role.CONSTANT)
                        .map(AuxiliaryParameter::name)
                        .toList());
        double[] psi = entry.psi(0);
        Map<String, Double> extra = family.extra(psi);
        assertEquals(names, List.copyOf(extra.keySet()));
        for (int k = 0; k < psi.length; k++) {
            AuxiliaryParameter.Role role = own.get(k).role();
            if (role != AuxiliaryParameter.Role.CONSTANT) {
                double[] varying = psi.clone();
                varying[k] = Double.NaN;
                Map<String, Double> rest = family.extra(varying);
                rest.values().forEach(v -> assertTrue(Double.isFinite(v)));
                assertEquals(role == AuxiliaryParameter.Role.DISPERSION, rest.size() < extra.size());
            }
            // A constant may be a place in a range of its own: tweedie's power.
            if (role == AuxiliaryParameter.Role.DISPERSION) {
                assertEquals(
                        own.get(k).link().mean(psi[k]), extra.get(own.get(k).name()));
            }
        }
        Set<String> labels = new LinkedHashSet<>();
        for (AuxiliaryParameter a : own) {
            assertTrue(labels.add(a.label()), "twice: " + a.label());
            assertEquals(a.role() == AuxiliaryParameter.Role.THRESHOLD, a.link() == Link.IDENTITY);
            assertEquals(Double.isNaN(a.edge()), a.atEdge().isEmpty());
        }
        assertNotNull(family.withCategories(List.of("x", "y")));
    }

    /** Samples of many shapes: few rows and many, almost all the same, large and small. */
    private static List<OutcomeSummary> summaries(Family family) {
        List<OutcomeSummary> out = new ArrayList<>();
        List<double[]> possible = outcomes(family);
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            int rows = 2 + random.nextInt(seed % 2 == 0 ? 4 : 40);
            boolean concentrated = seed % 3 == 0;
            double[] usual = possible.get(random.nextInt(possible.size()));
            double scale =
                    family.supports(1500, 1) && family.supports(0.3, 1) ? Math.exp(5 * random.nextGaussian()) : 1;
            double factor = seed % 5 == 0 ? 1e6 : 1;
            double weight = 0;
            double trials = 0;
            double sum = 0;
            double ratios = 0;
            double squares = 0;
            double zeros = 0;
            double[] categories =
                    new double[family.takesCategories() ? family.auxiliary().size() + 1 : 0];
            for (int i = 0; i < rows; i++) {
                double[] o = concentrated && i > 0 ? usual : possible.get(random.nextInt(possible.size()));
                double w = factor * (1 + random.nextInt(3));
                double y = o[0] * scale;
                double ratio = family.takesTrials() ? y / o[1] : y;
                weight += w;
                trials += w * o[1];
                sum += w * y;
                ratios += w * ratio;
                squares += w * ratio * ratio;
                zeros += y == 0 ? w : 0;
                if (categories.length > 0) {
                    categories[(int) y] += w;
                }
            }
            double mean = ratios / weight;
            out.add(new OutcomeSummary(
                    weight,
                    family.takesTrials() ? sum / trials : mean,
                    Math.max(0, squares / weight - mean * mean),
                    zeros / weight,
                    categories));
        }
        return out;
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void startingValuesLieInsideTheRangeOfEveryLink(Entry entry) {
        Family family = entry.family();
        Link link = entry.link();
        int checked = 0;
        for (OutcomeSummary outcome : summaries(family)) {
            boolean hopeless = family.isAtEdge(outcome)
                    || Arrays.stream(outcome.categories()).anyMatch(w -> w == 0)
                    || !(outcome.variance() > 0)
                            && family.auxiliary().stream()
                                    .anyMatch(a -> a.role() == AuxiliaryParameter.Role.DISPERSION);
            // DataChecks refuses these, and StartingValues replaces the mean that a gaussian has outside its link's
            // range.
            if (hopeless || family.supports(-1.5, 1) && !(outcome.mean() > 0)) {
                continue;
            }
            double start = family.startingMean(outcome);
            double[] psi = family.startingPsi(outcome, link);
            assertEquals(family.auxiliary().size(), psi.length);
            for (double p : psi) {
                assertTrue(Double.isFinite(p), () -> "ψ of " + outcome + ": " + Arrays.toString(psi));
            }
            double eta = family.takesCategories() ? 0 : link.predictor(start);
            assertTrue(Double.isFinite(eta), () -> "from " + outcome + ": " + start);
            if (!family.takesCategories()) {
                assertEquals(start, link.mean(eta), 1e-8 * Math.max(start, 1e-3));
            }
            assertTrue(isInside(entry, eta, psi), () -> "from " + outcome + ": " + eta + ", " + Arrays.toString(psi));
            checked++;
        }
        assertTrue(checked >= 20, "too few summaries: " + checked);
    }
}
