package org.sparkglmm.core.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkglmm.core.model.Catalogue.Entry;

/** What every family says of a single outcome: its variance, its distribution function, a draw. New ones are found in the catalogue. */
class OutcomeContractTest {
    /** Moments of a sum of thousands of terms. */
    private static final double MOMENT = 1e-8;
    /** What a grid of the density knows of its integral, see {@link NumericalDistribution#at}. */
    private static final double INTEGRAL = 2e-6;
    /** A sum of probabilities, each with the error of a log-gamma. */
    private static final double SUM = 1e-9;

    private static final double ROUNDING = 1e-12;
    /** Two probabilities beside each other may be this out of order: the log-gammas of a million trials, 1e7, are known to 1e-9. */
    private static final double ORDER = 1e-8;

    private static final double[] ETAS = {-3, -1, -0.4, 0.2, 1, 2.2, 4};
    private static final double[] PROBABILITIES = {1e-60, 1e-20, 1e-9, 1e-4, 0.02, 0.3, 0.6, 0.9, 0.999};

    static Stream<Arguments> catalogue() {
        return Catalogue.arguments();
    }

    /** Every row of a test: the family's answers at one η, ψ and size. */
    private record Row(Entry entry, double eta, double[] psi, double size) {
        double expected() {
            return entry.family().expected(entry.link(), eta, psi, size);
        }

        double variance() {
            return entry.family().variance(entry.link(), eta, psi, size);
        }

        double cumulative(double y) {
            return entry.family().cumulative(entry.link(), eta, psi, y, size);
        }

        double below(double y) {
            return entry.family().cumulativeBelow(entry.link(), eta, psi, y, size);
        }

        double draw(SplittableRandom random) {
            return entry.family().draw(entry.link(), eta, psi, size, random);
        }

        boolean supports(double y) {
            return entry.family().supports(y, size);
        }

        double logDensity(double y) {
            ObservationModel model = entry.model();
            Observations one = new Observations(new double[] {y}, new double[] {size}, null);
            double[][] prepared = new double[model.prepared()][1];
            model.prepare(one, AuxiliaryPredictors.constant(psi), prepared);
            Derivatives at = new Derivatives(1);
            model.evaluate(new RowWindow(one, 0, 1, new double[] {eta}, prepared), 0, at);
            double value = at.value[0];
            return value + entry.family().logConstant(y, size);
        }

        /** Whether any outcome is possible: a log-density that is finite at 0, 1 or a half. */
        boolean isInside() {
            for (double y : new double[] {0, 0.5, 1}) {
                if (supports(y) && logDensity(y) > Double.NEGATIVE_INFINITY) {
                    return true;
                }
            }
            return false;
        }

        /** Whether continuous outcomes keep away from 0 and 1, where those that double can hold lie too far apart. */
        boolean fitsDouble() {
            boolean proportion = supports(0.5) && !supports(2.5);
            return !supports(0.5)
                    || supports(0)
                    || cumulative(1e-300) < 1e-5 && (!proportion || cumulative(1 - 1e-12) > 1 - 1e-5);
        }

        @Override
        public String toString() {
            return entry + ", η = " + eta + ", ψ = " + Arrays.toString(psi) + ", size = " + size;
        }
    }

    private static double[] sizes(Family family) {
        return family.takesTrials()
                ? new double[] {1, 7}
                : family.takesPrecisionWeights() ? new double[] {1, 2.5} : new double[] {1};
    }

    /** The rows of a window from the middle of a block, each with a ψ of its own; the slope against differences of the mean. */
    @ParameterizedTest
    @MethodSource("catalogue")
    void theMomentsOfAWindowAreThoseOfItsRows(Entry entry) {
        List<Row> rows = new ArrayList<>();
        for (double eta : ETAS) {
            for (double which : new double[] {-1, 0.2, 1}) {
                for (double size : sizes(entry.family())) {
                    rows.add(new Row(entry, eta, entry.psi(which), size));
                }
            }
        }
        int before = 2;
        int n = rows.size();
        double[] sizes = new double[n + before];
        double[][] psi = new double[entry.psi(0).length][n + before];
        double[] eta = new double[n];
        for (int j = 0; j < n; j++) {
            Row row = rows.get(j);
            sizes[before + j] = row.size();
            eta[j] = row.eta();
            for (int k = 0; k < psi.length; k++) {
                psi[k][before + j] = row.psi()[k];
            }
        }
        Observations observations = new Observations(new double[n + before], sizes, null);
        WindowMoments out = new WindowMoments(n);
        entry.family()
                .moments(
                        entry.link(),
                        new RowWindow(observations, before, n, eta, null),
                        new AuxiliaryPredictors(new double[psi.length], psi),
                        out);
        for (int j = 0; j < n; j++) {
            Row row = rows.get(j);
            assertEquals(row.expected(), out.mean[j], 0, row::toString);
            assertEquals(row.variance(), out.variance[j], 0, row::toString);
            double slope = slope(row);
            if (!Double.isNaN(slope)) {
                assertEquals(slope, out.slope[j], 1e-8 * Math.max(1, Math.abs(out.mean[j])), row::toString);
            } else {
                assertTrue(!Double.isNaN(row.expected()) || Double.isNaN(out.slope[j]), row::toString);
            }
        }
    }

    /** By differences of the fourth order; NaN next to the edge of the link's range. */
    private static double slope(Row row) {
        double h = 1e-3 * Math.min(1, Math.abs(row.eta()));
        double[] at = new double[5];
        for (int s = -2; s <= 2; s++) {
            at[s + 2] = new Row(row.entry(), row.eta() + s * h, row.psi(), row.size()).expected();
        }
        return (8 * (at[3] - at[1]) - (at[4] - at[0])) / (12 * h);
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void momentsAndDistributionAreThoseOfTheDensity(Entry entry) {
        Family family = entry.family();
        boolean counts = !family.supports(0.5, 1);
        int checked = 0;
        int points = 0;
        for (double eta : ETAS) {
            for (double which : new double[] {-1, 0.2, 1}) {
                for (double size : sizes(family)) {
                    Row row = new Row(entry, eta, entry.psi(which), size);
                    if (!row.isInside()) {
                        continue;
                    }
                    NumericalDistribution all = new NumericalDistribution(family, entry.link(), size, eta, row.psi());
                    if (!all.isComplete()) {
                        continue;
                    }
                    checked++;
                    double mean = all.expected();
                    assertEquals(mean, row.expected(), MOMENT * Math.max(1, Math.abs(mean)), row::toString);
                    assertEquals(all.variance(), row.variance(), MOMENT * all.variance(), row::toString);
                    for (double p : PROBABILITIES) {
                        double[] at = all.at(p);
                        if (at == null) {
                            continue;
                        }
                        points++;
                        double allowed = counts ? SUM : INTEGRAL;
                        String where = row + ", y = " + at[0];
                        assertEquals(at[1], row.below(at[0]), allowed * at[1], () -> where);
                        assertEquals(at[2], row.cumulative(at[0]), allowed * at[2], () -> where);
                        if (counts) {
                            double f = Math.exp(row.logDensity(at[0]));
                            assertEquals(row.cumulative(at[0]), row.below(at[0]) + f, SUM, () -> where);
                            assertEquals(row.cumulative(at[0]), row.cumulative(at[0] + 0.5), 0, () -> where);
                            assertEquals(row.cumulative(at[0]), row.below(at[0] + 0.5), 0, () -> where);
                        }
                    }
                }
            }
        }
        assertTrue(checked >= 3 && points >= 8, "too few: " + checked + ", " + points);
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void nothingLiesBelowTheSupportNorAboveIt(Entry entry) {
        Family family = entry.family();
        for (double size : sizes(family)) {
            Row row = new Row(entry, family.links().contains(Link.LOGIT) ? -0.4 : 0.4, entry.psi(0), size);
            if (entry.link() == Link.LOG && family.takesTrials()) {
                row = new Row(entry, -0.4, row.psi(), size);
            }
            boolean line = family.supports(-1.5, 1);
            for (double y : new double[] {Double.NEGATIVE_INFINITY, line ? -1e9 : -1, line ? -1e5 : -1e-300}) {
                assertEquals(0, row.below(y), 0);
                assertEquals(0, row.cumulative(y), 0);
            }
            double top = family.takesTrials()
                    ? size
                    : family.takesCategories()
                            ? family.auxiliary().size()
                            : row.supports(0.5) && !row.supports(2.5) ? 1 : Double.MAX_VALUE;
            assertEquals(1, row.cumulative(top), ROUNDING);
            assertEquals(1, row.cumulative(Double.POSITIVE_INFINITY), ROUNDING);
            assertEquals(1, row.below(Double.POSITIVE_INFINITY), ROUNDING);
            assertEquals(0, line ? 0 : row.below(0), 0);
            assertEquals(row.supports(0) && !line, row.cumulative(0) > 0 && !line);
        }
    }

    /**
     * Kolmogorov's distance of the randomised quantile residuals (Dunn and Smyth 1996, JCGS 5:236) of correct draws from the uniform
     * distribution exceeds 2.694/√n once in a million times: 2 e^{-2·2.694²} = 1e-6.
     */
    @ParameterizedTest
    @MethodSource("catalogue")
    void drawsHaveTheDistributionAndTheMoments(Entry entry) {
        Family family = entry.family();
        int n = 1500;
        int checked = 0;
        for (double[] at : new double[][] {{-2.5, -1}, {-0.4, 0.3}, {0.3, 1.5}, {2.2, 1}}) {
            double eta = at[0];
            double which = at[1];
            double size = family.takesTrials() ? 40 : family.takesPrecisionWeights() ? 2.5 : 1;
            Row row = new Row(entry, eta, entry.psi(which), size);
            if (!row.isInside() || !row.fitsDouble()) {
                continue;
            }
            checked++;
            SplittableRandom random = new SplittableRandom(20240229);
            double[] u = new double[n];
            Map<Double, double[]> known = new HashMap<>();
            double sum = 0;
            for (int i = 0; i < n; i++) {
                double y = row.draw(random);
                assertTrue(row.supports(y), () -> row + " drew " + y);
                double[] ends = known.computeIfAbsent(y, k -> new double[] {row.below(k), row.cumulative(k)});
                u[i] = ends[0] + random.nextDouble() * (ends[1] - ends[0]);
                sum += y;
            }
            Arrays.sort(u);
            double distance = 0;
            for (int i = 0; i < n; i++) {
                distance = Math.max(distance, Math.max(u[i] - (double) i / n, (i + 1.0) / n - u[i]));
            }
            assertTrue(distance < 2.694 / Math.sqrt(n), row + ": distance " + distance);
            // Five standard errors: one in two million if the mean were normal, which a skew one is not quite.
            double error = Math.sqrt(row.variance() / n);
            assertEquals(row.expected(), sum / n, 5 * error, row::toString);
        }
        assertTrue(checked >= 2, "too few linear predictors inside the range: " + checked);
    }

    /** Own parameters of any size a fit may reach, predictors and outcomes too: probabilities are probabilities, in order, at once. */
    @ParameterizedTest
    @MethodSource("catalogue")
    void nothingIsNaNOrOutOfRangeHoweverExtreme(Entry entry) {
        Family family = entry.family();
        int own = family.auxiliary().size();
        for (double eta : new double[] {-30, -8, -0.01, 0.01, 8, 30}) {
            for (double extreme : new double[] {-32, -14, 0, 14, 32}) {
                double[] psi = entry.psi(0);
                if (own > 0 && !family.takesCategories()) {
                    psi[0] = extreme;
                }
                for (int last = own > 1 && !family.takesCategories() ? -1 : 1; last <= 1; last += 2) {
                    if (own > 1 && !family.takesCategories()) {
                        psi[own - 1] = 30 * last;
                    }
                    for (double size : family.takesTrials() ? new double[] {1, 1e6} : new double[] {1}) {
                        Row row = new Row(entry, eta, psi, size);
                        checkRange(row);
                    }
                }
            }
        }
    }

    private static void checkRange(Row row) {
        boolean inside = row.isInside();
        assertEquals(inside, !Double.isNaN(row.expected()), row::toString);
        assertEquals(inside, row.variance() >= 0, row::toString);
        double before = 0;
        for (double y : new double[] {-1e3, 0, 1e-300, 1e-9, 0.3, 1 - 1e-15, 1, 2, 30, 999, 1e6 - 1, 1e6, 1e9, 1e13}) {
            double below = row.below(y);
            double upTo = row.cumulative(y);
            if (!inside) {
                assertTrue(Double.isNaN(upTo) && Double.isNaN(below), row::toString);
                continue;
            }
            assertTrue(below >= 0 && upTo <= 1, () -> row + ", y = " + y + ": " + below + ", " + upTo);
            assertTrue(below <= upTo * (1 + ORDER), () -> row + ", y = " + y + ": " + below + " > " + upTo);
            assertTrue(before <= below * (1 + ORDER), row + ", y = " + y + ": " + before + " > " + below);
            before = upTo;
        }
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 3; i++) {
            double y = row.draw(random);
            assertEquals(inside, row.supports(y), () -> row + " drew " + y);
        }
    }

    /** A predictor far beyond any: the mean overflows, and the answers are the limits, not NaN. */
    @ParameterizedTest
    @MethodSource("catalogue")
    void whereTheMeanOverflowsTheAnswersAreLimits(Entry entry) {
        for (double eta : new double[] {-800, 800}) {
            Row row = new Row(entry, eta, entry.psi(0), 1);
            double y = row.draw(new SplittableRandom(1));
            if (Double.isNaN(row.expected())) {
                assertTrue(Double.isNaN(y) && Double.isNaN(row.cumulative(1)) && Double.isNaN(row.variance()));
                continue;
            }
            assertTrue(row.supports(y), () -> row + " drew " + y);
            assertTrue(row.variance() >= 0, row::toString);
            assertTrue(row.cumulative(1) >= 0 && row.cumulative(1) <= 1, row::toString);
        }
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void aPredictorThatIsNaNGivesNaN(Entry entry) {
        Row row = new Row(entry, Double.NaN, entry.psi(0), 2);
        assertTrue(Double.isNaN(row.expected()));
        // A normal variance does not depend on η.
        assertTrue(Double.isNaN(row.variance()) || row.supports(-1.5));
        assertTrue(Double.isNaN(row.draw(new SplittableRandom(1))));
        // Not the last category, and not a hurdle's zero, whose probability is its own.
        double y = entry.family().takesCategories() ? 0 : row.supports(0.5) ? 0.5 : 1;
        assertTrue(Double.isNaN(row.cumulative(y)));
    }

    /** Where there are no zeros and hardly a mean, a count is 1 but for μ/2 of the time: the variance is that. */
    @Test
    void theVarianceOfTruncatedCountsDoesNotCancel() {
        for (double eta : new double[] {-30, -20, -10}) {
            double mu = Math.exp(eta);
            for (String name : List.of("truncated_poisson", "truncated_nbinom2")) {
                Family family = Families.named(name);
                double[] psi = family.auxiliary().isEmpty() ? new double[0] : new double[] {0};
                double expected = (family.auxiliary().isEmpty() ? 0.5 : 1) * mu;
                assertEquals(expected, family.variance(Link.LOG, eta, psi, 1), 3 * mu * expected + ROUNDING * mu);
            }
        }
    }
}
