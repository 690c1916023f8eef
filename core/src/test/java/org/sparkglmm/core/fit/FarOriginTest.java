package org.sparkglmm.core.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.LocalClusterData;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.design.RawColumn;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.inference.Estimability;
import org.sparkglmm.core.inference.IntervalMethod;
import org.sparkglmm.core.inference.LinearContrast;
import org.sparkglmm.core.inference.RowPredictor;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.model.Catalogue;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.NumericalDistribution;

/**
 * A constant added to a covariate changes no log-likelihood where a constant stands beside the covariate, nor its slopes: the oracle is the
 * same fit with what is left of the covariate when the constant is taken off again, which is exact.
 */
class FarOriginTest {
    private static final Family GAUSSIAN = Families.named("gaussian");
    private static final Family POISSON = Families.named("poisson");
    /** Of log-likelihoods: the stopping rule leaves 1e-7 of each. */
    private static final double LIKELIHOOD = 1e-6;
    /** Of estimates and standard errors, relative: what the stopping rule and the digits left of x leave. */
    private static final double ESTIMATE = 2e-4;

    private static final int X = 4;
    private static final DesignColumn ONE = DesignColumn.intercept();
    private static final DesignColumn SLOPE = column("x", number("x"));
    private static final DesignColumn T = column("t", number("t"));
    private static final DesignColumn GB = column("gb", new Component("g", 1));
    private static final DesignColumn GC = column("gc", new Component("g", 2));
    private static final DesignColumn GA_X = column("ga:x", new Component("g", 0), number("x"));
    private static final DesignColumn GB_X = column("gb:x", new Component("g", 1), number("x"));
    private static final DesignColumn GC_X = column("gc:x", new Component("g", 2), number("x"));
    private static final DesignColumn X_T = column("x:t", number("x"), number("t"));

    private static Component number(String variable) {
        return new Component(variable, Component.NUMERIC);
    }

    private static DesignColumn column(String name, Component... components) {
        return new DesignColumn(name, List.of(components));
    }

    private static Design design(
            List<DesignColumn> fixed, List<List<DesignColumn>> random, List<List<DesignColumn>> auxiliary) {
        List<RawColumn> raw = new ArrayList<>();
        for (String name : new String[] {"y", "size", "weight", "offset", "x", "t"}) {
            raw.add(new RawColumn(name, name, List.of()));
        }
        raw.add(new RawColumn("g", "g", List.of("a", "b", "c")));
        return new Design(raw, 0, 1, -1, List.of(3), fixed, RandomTerm.ofClusters("id", random), auxiliary);
    }

    private static Design slopes(Family family) {
        List<DesignColumn> fixed = family.takesCategories() ? List.of(SLOPE, T) : List.of(ONE, SLOPE, T);
        return design(fixed, List.of(List.of(ONE, SLOPE)), List.of());
    }

    /** Outcomes of a model with an intercept and a slope of x by person. */
    private static List<double[]> values(Family family, Link link, double[] psi, int persons, int each, long seed) {
        Random random = new Random(seed);
        List<double[]> out = new ArrayList<>();
        // Where the link's range ends, well inside it.
        boolean identity = link == Link.IDENTITY && family != GAUSSIAN;
        boolean edge = identity || link == Link.INVERSE || link == Link.LOG && family.takesTrials();
        double level = identity ? 20 : link == Link.INVERSE ? 1 : edge ? -1.5 : 0.3;
        double size = identity ? 1 : edge ? 0.05 : 0.5;
        for (int i = 0; i < persons; i++) {
            double b0 = size * random.nextGaussian();
            double b1 = 0.3 * b0 + 0.6 * size * random.nextGaussian();
            int g = i % 3;
            for (int j = 0; j < each; j++) {
                double x = edge ? 3 * random.nextDouble() - 1.5 : random.nextGaussian();
                double t = random.nextDouble();
                double eta = level + b0 + (0.4 * size + b1) * x + size * (0.5 * t - 0.3 * g);
                double[] y = NumericalDistribution.draw(family, link, eta, psi, random);
                out.add(new double[] {y[0], y[1], 1, 0, x, t, g, i});
            }
        }
        return out;
    }

    private static Rows rows(Design design, List<double[]> values, double taken, double added) {
        Rows out = new Rows(design);
        for (double[] v : values) {
            double[] row = java.util.Arrays.copyOf(v, 7);
            row[X] = (row[X] + taken) - taken + added;
            out.add((long) v[7], row);
        }
        return out;
    }

    private static FitResult fit(Rows rows, Family family, Link link, FitOptions options) {
        return GlmmFit.fit(
                new ModelSpec(rows.design(), family, link), rows.data(family, 3, 1), options, FitListener.SILENT);
    }

    private static FitOptions options(int nodes, boolean reml) {
        return new FitOptions(nodes, reml, "newton");
    }

    private static int index(FitResult fit, String name) {
        return fit.parameterNames().indexOf(name);
    }

    /** Slopes, their errors and SDs agree; the intercept and G are those of the centred fit led to 0. */
    private static void assertShifted(FitResult near, FitResult far, double c) {
        assertEquals(near.converged(), far.converged(), far.optimizer().message());
        assertEquals(
                near.logLikelihood(), far.logLikelihood(), LIKELIHOOD * (1 + 1e-3 * Math.abs(near.logLikelihood())));
        for (StandardErrors errors : StandardErrors.values()) {
            double[] before = near.covariance().standardErrors(errors);
            double[] after = far.covariance().standardErrors(errors);
            for (String slope : List.of("x", "t")) {
                double se = before[index(near, slope)];
                assertEquals(near.parameters()[index(near, slope)], far.parameters()[index(far, slope)], ESTIMATE * se);
                assertEquals(se, after[index(far, slope)], ESTIMATE * se);
            }
        }
        double[][] g = near.random().get(0).cov();
        double[][] led = far.random().get(0).cov();
        double sd = Math.sqrt(g[1][1]);
        assertEquals(sd, far.random().get(0).sd()[1], ESTIMATE * (sd + 0.01));
        assertEquals(near.random().get(0).sdLower()[1], far.random().get(0).sdLower()[1], 10 * ESTIMATE);
        double intercept = g[0][0] - 2 * c * g[0][1] + c * c * g[1][1];
        assertEquals(intercept, led[0][0], 3 * ESTIMATE * (intercept + 0.01));
        assertEquals(g[0][1] - c * g[1][1], led[0][1], 3 * ESTIMATE * (Math.abs(c) * g[1][1] + 0.01));
    }

    static Stream<Arguments> entries() {
        List<Catalogue.Entry> entries = Catalogue.entries();
        return Stream.iterate(0, i -> i < entries.size(), i -> i + 1).map(i -> Arguments.of(entries.get(i), i % 6));
    }

    @ParameterizedTest
    @MethodSource("entries")
    void everyFamilyIsTheSameAboutAnyOrigin(Catalogue.Entry entry, int turn) {
        Family family = entry.family();
        // Amounts whose residuals are small against their distance from 0, where an identity link ends.
        boolean precise =
                !family.isLinear(entry.link()) && family.takesPrecisionWeights() && entry.link() == Link.IDENTITY;
        double[] psi = precise ? entry.psi(-3) : Simulation.psi(entry);
        List<double[]> values = values(family, entry.link(), psi, 60, 6, 5);
        Design design = slopes(family);
        for (int k : new int[] {8, new int[] {1, 2, 3, 5, 6, 7}[turn]}) {
            double c = Math.pow(10, k);
            FitResult near = fit(rows(design, values, c, 0), family, entry.link(), options(1, false));
            FitResult far = fit(rows(design, values, c, c), family, entry.link(), options(1, false));
            assertTrue(near.converged(), () -> entry + ": " + near.optimizer().message());
            assertShifted(near, far, c);
        }
        Rows lost = rows(design, values, 0, 1e12);
        assertThrows(DataException.class, () -> fit(lost, family, entry.link(), options(1, false)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void gaussianFitsAreTheSameAboutAnyOriginOrRefused(int k) {
        double c = Math.pow(10, k);
        List<double[]> values = values(GAUSSIAN, Link.IDENTITY, new double[] {0}, 80, 6, 7);
        Design design = slopes(GAUSSIAN);
        for (boolean reml : new boolean[] {false, true}) {
            Rows shifted = rows(design, values, 0, c);
            if (k > 9) {
                String said = assertThrows(
                                DataException.class, () -> fit(shifted, GAUSSIAN, Link.IDENTITY, options(1, reml)))
                        .getMessage();
                assertTrue(said.startsWith("covariate x lies so far from 0"), said);
                continue;
            }
            FitResult far;
            try {
                far = fit(shifted, GAUSSIAN, Link.IDENTITY, options(1, reml));
            } catch (DataException refused) {
                assertEquals(9, k, refused.getMessage());
                continue;
            }
            FitResult near = fit(rows(design, values, c, 0), GAUSSIAN, Link.IDENTITY, options(1, reml));
            assertEquals(k == 0, far.centred() == null);
            assertShifted(near, far, c);
            assertEquals(near.warnings(), far.warnings());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void soAreFitsByQuadratureAndTheirPredictions(int k) {
        double c = Math.pow(10, k);
        List<double[]> values = values(POISSON, Link.LOG, new double[0], 80, 5, 11);
        Design design = slopes(POISSON);
        Rows about = rows(design, values, c, 0);
        Rows shifted = rows(design, values, c, c);
        FitResult near = fit(about, POISSON, Link.LOG, options(7, false));
        FitResult far = fit(shifted, POISSON, Link.LOG, options(7, false));
        assertShifted(near, far, c);
        RowPredictor before = predictor(near);
        RowPredictor after = predictor(far);
        for (int i = 0; i < 20; i++) {
            double[] expected = figures(before, about.row(i));
            double[] found = figures(after, shifted.row(i));
            for (int f = 0; f < expected.length; f++) {
                assertEquals(expected[f], found[f], ESTIMATE * (0.1 + Math.abs(expected[f])));
            }
        }
        for (int i = 0; i < near.answers().marginal().size(); i++) {
            assertEquals(
                    near.answers().marginal().get(1).se(),
                    far.answers().marginal().get(1).se(),
                    ESTIMATE);
        }
    }

    private static double[] figures(RowPredictor predictor, double[] row) {
        double[] none = {0, 0};
        return new double[] {
            predictor.population(row).link(),
            predictor.population(row).linkSe(),
            predictor.marginal(row).response()[0],
            predictor.marginal(row).responseSe()[0],
            predictor
                    .conditional(row, none, new double[][] {{0.04, 0.01}, {0.01, 0.09}}, null)
                    .linkSe()
        };
    }

    private static RowPredictor predictor(FitResult fit) {
        return new RowPredictor(
                new ModelSpec(fit.inColumns().design(), fit.family(), fit.link()),
                fit.inColumns().parameters(),
                fit.inColumns().covariance(),
                fit.errors(),
                Estimability.ALL);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 6, 8})
    void interactionsKeepTheirMeaning(int k) {
        double c = Math.pow(10, k);
        List<double[]> values = values(GAUSSIAN, Link.IDENTITY, new double[] {0}, 90, 6, 13);
        List<List<DesignColumn>> random = List.of(List.of(ONE, SLOPE));
        List<Design> designs = List.of(
                design(List.of(ONE, SLOPE, GB, GC, GB_X, GC_X, T), random, List.of()),
                // g + g:x, and the same without an intercept of its own.
                design(List.of(ONE, GB, GC, GA_X, GB_X, GC_X, T), random, List.of()),
                design(List.of(ONE, SLOPE, T, X_T), random, List.of()));
        for (Design design : designs) {
            FitResult near = fit(rows(design, values, c, 0), GAUSSIAN, Link.IDENTITY, options(1, true));
            FitResult far = fit(rows(design, values, c, c), GAUSSIAN, Link.IDENTITY, options(1, true));
            assertEquals(near.logLikelihood(), far.logLikelihood(), 2 * LIKELIHOOD);
            assertEquals(near.design().fixedNames(), far.design().fixedNames());
            double[] before = near.covariance().standardErrors(StandardErrors.MODEL);
            double[] after = far.covariance().standardErrors(StandardErrors.MODEL);
            for (String name : near.design().fixedNames()) {
                if (name.contains("x")) {
                    int i = index(near, name);
                    assertEquals(near.parameters()[i], far.parameters()[i], ESTIMATE * before[i], name);
                    assertEquals(before[i], after[i], ESTIMATE * before[i], name);
                }
            }
            for (int i = 0; i < near.termTests().size(); i++) {
                double expected = near.termTests().get(i).typeTwo().chiSquare();
                assertEquals(expected, far.termTests().get(i).typeTwo().chiSquare(), 5 * ESTIMATE * (1 + expected));
            }
            // b - a at x = c + 0.5 is what it is at 0.5.
            if (design.fixed().contains(GB) && design.fixed().contains(SLOPE)) {
                String there = "gb + " + (c + 0.5) + "*gb:x";
                LinearContrast contrast = LinearContrast.parse("gb + 0.5*gb:x", near.parameterNames());
                LinearContrast led = LinearContrast.parse(there, far.parameterNames())
                        .about(new org.sparkglmm.core.inference.BackTransformation(
                                        new org.sparkglmm.core.design.Centring(
                                                far.centred().design(), false),
                                        GAUSSIAN)
                                .jacobian(far.centred().parameters()));
                double expected = contrast.estimate(near.parameters(), near.covariance(), near.errors())
                        .se();
                assertEquals(
                        expected,
                        led.estimate(far.centred().parameters(), far.centred().covariance(), far.errors())
                                .se(),
                        ESTIMATE * expected);
            }
        }
    }

    @Test
    void twoSlopesAndTheFamilysOwnPredictorsAreTheSame() {
        double c = 1e7;
        Family family = Families.named("nbinom2");
        List<double[]> values = values(family, Link.LOG, new double[] {0.5}, 120, 6, 17);
        Design design = design(List.of(ONE, SLOPE, T), List.of(List.of(ONE, SLOPE, T)), List.of(List.of(ONE, SLOPE)));
        FitResult near = fit(rows(design, values, c, 0), family, Link.LOG, options(1, false));
        FitResult far = fit(rows(design, values, c, c), family, Link.LOG, options(1, false));
        assertEquals(near.logLikelihood(), far.logLikelihood(), LIKELIHOOD);
        assertEquals(near.random().get(0).sd()[1], far.random().get(0).sd()[1], ESTIMATE);
        assertEquals(near.random().get(0).sd()[2], far.random().get(0).sd()[2], ESTIMATE);
        assertEquals(near.random().get(0).corr()[1][2], far.random().get(0).corr()[1][2], 10 * ESTIMATE);
        int last = near.parameters().length - 1;
        double se = near.covariance().standardErrors(StandardErrors.MODEL)[last];
        assertEquals(near.parameters()[last], far.parameters()[last], ESTIMATE * se);
        assertEquals(se, far.covariance().standardErrors(StandardErrors.MODEL)[last], ESTIMATE * se);
    }

    @Test
    void aTermWithoutAConstantIsFittedAsItStands() {
        List<double[]> values = values(GAUSSIAN, Link.IDENTITY, new double[] {0}, 80, 6, 19);
        double c = 1e8;
        // So far out the slope's effect is that of an intercept, of the SD times c.
        Design slope = design(List.of(ONE, SLOPE, T), List.of(List.of(SLOPE)), List.of());
        Design constant = design(List.of(ONE, SLOPE, T), List.of(List.of(ONE)), List.of());
        FitResult far = fit(rows(slope, values, c, c), GAUSSIAN, Link.IDENTITY, options(1, false));
        FitResult level = fit(rows(constant, values, c, 0), GAUSSIAN, Link.IDENTITY, options(1, false));
        assertTrue(far.converged());
        assertEquals(level.logLikelihood(), far.logLikelihood(), 1e-5);
        assertEquals(level.random().get(0).sd()[0], c * far.random().get(0).sd()[0], 1e-3);
    }

    @Test
    void whatDoublePrecisionCannotTellApartIsRefused() {
        List<double[]> values = values(GAUSSIAN, Link.IDENTITY, new double[] {0}, 60, 5, 23);
        double c = 1e8;
        for (Design design : List.of(
                // Lines that meet at x = 0, and random effects that do.
                design(List.of(ONE, GA_X, GB_X, GC_X, T), List.of(List.of(ONE)), List.of()),
                design(List.of(ONE, SLOPE, T), List.of(List.of(ONE, GB_X)), List.of()),
                // Independent effects of two columns that are one.
                design(List.of(ONE, SLOPE, T), List.of(List.of(ONE), List.of(SLOPE)), List.of()))) {
            Rows rows = rows(design, values, c, c);
            String said = assertThrows(DataException.class, () -> fit(rows, GAUSSIAN, Link.IDENTITY, options(1, false)))
                    .getMessage();
            assertTrue(said.contains("subtract a constant"), said);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void profileIntervalsOfSlopesAreTheSame(int k) {
        double c = Math.pow(10, k);
        List<double[]> values = values(GAUSSIAN, Link.IDENTITY, new double[] {0}, 60, 6, 29);
        Design design = slopes(GAUSSIAN);
        FitOptions profile = new FitOptions(
                1, false, "newton", StandardErrors.MODEL, IntervalMethod.PROFILE, FitOptions.MIN_CELL_COUNT);
        FitResult near = fit(rows(design, values, c, 0), GAUSSIAN, Link.IDENTITY, profile);
        FitResult far = fit(rows(design, values, c, c), GAUSSIAN, Link.IDENTITY, profile);
        assertEquals(near.fixed().get(1).lower(), far.fixed().get(1).lower(), ESTIMATE);
        assertEquals(near.fixed().get(1).upper(), far.fixed().get(1).upper(), ESTIMATE);
        assertEquals(near.random().get(0).sdLower()[1], far.random().get(0).sdLower()[1], ESTIMATE);
        assertEquals(near.random().get(0).sdUpper()[1], far.random().get(0).sdUpper()[1], ESTIMATE);
        assertTrue(Double.isNaN(far.random().get(0).sdUpper()[0]));
        assertTrue(far.warnings().stream().anyMatch(w -> w.code().equals("profile_far_origin")));
    }

    /** Where the intercept can be told from the slope about 0, all intervals are the ones that a fit about 0 gives. */
    @Test
    void profileIntervalsNotSoFarOutAreThoseAboutZero() {
        double c = 12;
        List<double[]> values = values(GAUSSIAN, Link.IDENTITY, new double[] {0}, 60, 6, 29);
        FitOptions profile = new FitOptions(
                1, false, "newton", StandardErrors.MODEL, IntervalMethod.PROFILE, FitOptions.MIN_CELL_COUNT);
        Design design = slopes(GAUSSIAN);
        Rows shifted = rows(design, values, 0, c);
        FitResult far = fit(shifted, GAUSSIAN, Link.IDENTITY, profile);
        assertTrue(far.centred() != null);
        Problem about0 =
                new Problem(GAUSSIAN, Link.IDENTITY, uncentred(shifted), profile, null, FitListener.SILENT, counter());
        FitResult plain = new GaussianFit(about0).estimate().concluded(about0);
        assertNull(plain.centred());
        for (int i = 0; i < 3; i++) {
            double se = plain.fixed().get(i).se();
            assertEquals(plain.fixed().get(i).lower(), far.fixed().get(i).lower(), 1e-3 * se);
            assertEquals(plain.fixed().get(i).upper(), far.fixed().get(i).upper(), 1e-3 * se);
        }
        assertArrayEquals(plain.random().get(0).sdLower(), far.random().get(0).sdLower(), 1e-3);
        assertArrayEquals(plain.random().get(0).sdUpper(), far.random().get(0).sdUpper(), 1e-3);
        assertEquals(
                plain.random().get(0).corrLower()[0][1], far.random().get(0).corrLower()[0][1], 1e-4);
        assertFalse(far.warnings().stream().anyMatch(w -> w.code().equals("profile_far_origin")));
    }

    private static PassCounter counter() {
        return new PassCounter(FitListener.SILENT, PassJournal.NONE);
    }

    /** The data as they are, about 0. */
    private static CheckedData uncentred(Rows rows) {
        LocalClusterData data = rows.data(GAUSSIAN, 3, 1);
        FirstPass first = FirstPass.over(data, GAUSSIAN, rows.design());
        return new CheckedData(rows.design(), data, first.moments(), first.sample(), List.of(), List.of());
    }

    @Test
    void theInterceptOfAFixedCovariateHasItsProfileIntervalAnywhere() {
        double c = 1e6;
        List<double[]> values = values(POISSON, Link.LOG, new double[0], 60, 5, 41);
        Design design = design(List.of(ONE, SLOPE, T), List.of(List.of(ONE)), List.of());
        FitOptions profile = new FitOptions(
                1, false, "newton", StandardErrors.MODEL, IntervalMethod.PROFILE, FitOptions.MIN_CELL_COUNT);
        FitResult near = fit(rows(design, values, c, 0), POISSON, Link.LOG, profile);
        FitResult far = fit(rows(design, values, c, c), POISSON, Link.LOG, profile);
        // So far out the intercept is the slope's, times the distance.
        assertEquals(-c * near.fixed().get(1).upper(), far.fixed().get(0).lower(), 1e-4 * c);
        assertEquals(near.fixed().get(1).upper(), far.fixed().get(1).upper(), ESTIMATE);
        assertEquals(near.random().get(0).sdUpper()[0], far.random().get(0).sdUpper()[0], ESTIMATE);
    }

    @Test
    void aFitGoesOnFromItsOwnEstimatesAndNoBitDependsOnThreads() {
        List<double[]> values = values(POISSON, Link.LOG, new double[0], 80, 5, 31);
        Rows rows = rows(slopes(POISSON), values, 0, 1e6);
        FitResult once = fit(rows, POISSON, Link.LOG, options(1, false));
        FitResult threads = GlmmFit.fit(
                new ModelSpec(rows.design(), POISSON, Link.LOG),
                rows.shuffled(3).data(POISSON, 3, 4),
                options(1, false),
                FitListener.SILENT);
        assertArrayEquals(once.parameters(), threads.parameters());
        assertEquals(once.logLikelihood(), threads.logLikelihood());
        FitResult again = GlmmFit.fit(
                new ModelSpec(rows.design(), POISSON, Link.LOG),
                rows.data(POISSON, 3, 1),
                options(1, false),
                new EarlierFit(once.parameterNames(), once.parameters()),
                PassJournal.NONE,
                FitListener.SILENT);
        assertTrue(again.optimizer().passes() < once.optimizer().passes());
        assertEquals(once.logLikelihood(), again.logLikelihood(), LIKELIHOOD);
    }

    @Test
    void nothingIsCentredNearZero() {
        List<double[]> values = values(GAUSSIAN, Link.IDENTITY, new double[] {0}, 40, 5, 37);
        FitResult near = fit(rows(slopes(GAUSSIAN), values, 0, 5), GAUSSIAN, Link.IDENTITY, options(1, false));
        assertNull(near.centred());
        assertFalse(near.warnings().stream().anyMatch(w -> w.code().startsWith("profile")));
    }
}
