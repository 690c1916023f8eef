package org.sparkglmm.core.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.LocalClusterData;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.inference.IntervalMethod;
import org.sparkglmm.core.inference.Method;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.likelihood.FinerRules;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.LikelihoodPasses;
import org.sparkglmm.core.likelihood.MarginalLikelihood;
import org.sparkglmm.core.model.Catalogue;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.optim.CentralHessian;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.QuadraticModel;
import org.sparkglmm.core.optim.SymmetricEigen;

/** The recipe on small simulated data: optimum, boundary, checks, warnings. */
class GlmmFitTest {
    private static final Family BINOMIAL = Families.named("binomial");
    private static final Family POISSON = Families.named("poisson");

    /** Between optimizers, in standard errors. */
    private static final double SAME_OPTIMUM = 1e-3;
    /** Two ways to the same optimum differ by half a squared distance. */
    private static final double SAME_LOG_LIKELIHOOD = 1e-6;

    private static FitOptions nodes(int nodes) {
        return new FitOptions(nodes, false, "newton");
    }

    private static FitResult fit(Rows rows, Family family, Link link, FitOptions options) {
        return fit(rows, family, link, rows.data(family, 5, 1), options);
    }

    private static FitResult fit(Rows rows, Family family, Link link, ClusterData data, FitOptions options) {
        return GlmmFit.fit(new ModelSpec(rows.design(), family, link), data, options, FitListener.SILENT);
    }

    private static List<String> codes(FitResult result) {
        return result.warnings().stream().map(Warning::code).toList();
    }

    private static String message(FitResult result, String code) {
        return result.warnings().stream()
                .filter(w -> w.code().equals(code))
                .map(Warning::message)
                .findFirst()
                .orElse("no warning " + code + " in " + codes(result));
    }

    private static double[] se(FitResult result) {
        double[] out = new double[result.covariance().matrix(StandardErrors.MODEL).length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Math.sqrt(result.covariance().matrix(StandardErrors.MODEL)[i][i]);
        }
        return out;
    }

    private static Rows binary(int q, int persons, int rowsEach, long seed) {
        return Simulation.of(BINOMIAL, Link.LOGIT, q, persons, rowsEach, new double[] {-0.4, 0.7, 0.5}, 1.1, seed);
    }

    static Stream<Arguments> catalogue() {
        return Catalogue.arguments();
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void everyFamilyAndLinkFindsTheOptimumOfItsOwnSimulation(Catalogue.Entry entry) {
        Family family = entry.family();
        Link link = entry.link();
        double[] beta =
                switch (link) {
                    case IDENTITY, SQRT -> new double[] {3, 0.2, 0.3};
                    case INVERSE -> new double[] {1, 0.1, 0.1};
                    case LOG -> family.takesTrials() ? new double[] {-2.5, 0.2, 0.3} : new double[] {0.5, 0.2, 0.3};
                    default -> new double[] {-0.3, 0.5, 0.4};
                };
        double sd = link == Link.INVERSE ? 0.15 : 0.4;
        Rows rows = Simulation.of(entry, 300, 5, beta, sd, 11);
        // Thresholds take the place of the intercept.
        int first = family.takesCategories() ? 1 : 0;
        FitResult result = fit(rows, family, link, nodes(9));
        assertTrue(result.converged(), () -> result.optimizer().message());
        double[] se = se(result);
        for (int c = 0; c < 3 - first; c++) {
            assertEquals(
                    beta[first + c], result.parameters()[c], 4 * se[c], "the truth lies within four standard errors");
            assertEquals(se[c], result.fixed().get(c).se(), 1e-12 * se[c]);
            assertEquals(se[c], result.fixed().get(c).robustSe(), 0.35 * se[c]);
        }
        assertEquals(sd, result.random().get(0).sd()[0], 4 * se[3 - first]);
        Evaluation end = new MarginalLikelihood(rows.data(family, 2, 1), result.model(), new GaussHermite(9, 1))
                .evaluate(result.parameters());
        assertEquals(-end.value(), result.logLikelihood(), 1e-9 * Math.abs(end.value()));
        double decrement = 0;
        for (int i = 0; i < end.gradient().length; i++) {
            for (int j = 0; j < end.gradient().length; j++) {
                decrement +=
                        end.gradient()[i] * result.covariance().matrix(StandardErrors.MODEL)[i][j] * end.gradient()[j];
            }
        }
        assertEquals(0, decrement, 1e-6, "g'H⁻¹g at the estimates");
    }

    @ParameterizedTest
    @CsvSource({"binomial,1,7", "binomial,2,3", "poisson,1,1", "poisson,2,1"})
    void theOptimizersAgree(String name, int q, int nodes) {
        Family family = Families.named(name);
        Link link = family.links().get(0);
        Rows rows = Simulation.of(family, link, q, 150, 6, new double[] {0.2, 0.4, -0.5}, 0.8, 3);
        FitResult newton = fit(rows, family, link, nodes(nodes));
        assertTrue(newton.converged());
        assertTrue(newton.optimizer().decrement() <= 1e-7);
        double[] se = se(newton);
        for (String other : new String[] {"lbfgs", "bobyqa"}) {
            FitResult result = fit(rows, family, link, new FitOptions(nodes, false, other));
            assertTrue(
                    result.converged(), () -> other + ": " + result.optimizer().message());
            assertEquals(newton.logLikelihood(), result.logLikelihood(), SAME_LOG_LIKELIHOOD);
            for (int i = 0; i < se.length; i++) {
                assertEquals(newton.parameters()[i], result.parameters()[i], SAME_OPTIMUM * se[i], other + " " + i);
            }
            assertEquals(other, result.optimizer().name());
        }
    }

    /** Every person has one success and one failure at the same covariate: no more alike than strangers, but less. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9})
    void aVarianceOfZeroIsReachedExactlyAndTheModelIsThePlainGlm(int nodes) {
        Rows rows = new Rows(RandomBlocks.design(1, 1, false));
        int persons = 100;
        for (long id = 0; id < persons; id++) {
            rows.add(id, 1, 1, 1, 0).add(id, 0, 1, 1, 0).add(id, id % 4 == 0 ? 0 : 1, 1, 1, 0);
        }
        FitResult result = fit(rows, BINOMIAL, Link.LOGIT, nodes(nodes));
        assertTrue(result.converged(), () -> result.optimizer().message());
        assertEquals(0, result.random().get(0).sd()[0], 0);
        assertTrue(codes(result).contains("boundary_variance"));
        assertTrue(message(result, "boundary_variance").contains("(Intercept)"));
        double p = 175.0 / 300;
        assertEquals(175 * Math.log(p) + 125 * Math.log(1 - p), result.logLikelihood(), 1e-9);
        assertEquals(Math.log(p / (1 - p)), result.parameters()[0], 1e-6);
        assertEquals(Math.sqrt(1 / (300 * p * (1 - p))), result.fixed().get(0).se(), 1e-6);
        assertEquals(List.of("(Intercept)"), result.covariance().names());
        assertFalse(codes(result).contains("information_singular"));
        assertFalse(codes(result).contains("not_converged"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"newton", "lbfgs", "bobyqa"})
    void everyOptimizerReachesTheBoundaryOfAGaussianModel(String optimizer) {
        Rows rows = new Rows(RandomBlocks.design(1, 1, false));
        for (long id = 0; id < 50; id++) {
            rows.add(id, 1 + 0.01 * (id % 3), 1, 1, 0).add(id, -1, 1, 1, 0);
        }
        Family gaussian = Families.named("gaussian");
        FitResult result = fit(rows, gaussian, Link.IDENTITY, new FitOptions(0, false, optimizer));
        assertTrue(result.converged(), () -> result.optimizer().message());
        assertEquals(0, result.random().get(0).sd()[0], 0);
        assertTrue(codes(result).contains("boundary_variance"));
    }

    /** The slope is the same multiple of the intercept in everybody. */
    @Test
    void aCorrelationOfOneIsReachedExactly() {
        Random random = new Random(5);
        Rows rows = new Rows(RandomBlocks.design(2, 2, false));
        for (long id = 0; id < 120; id++) {
            double b = random.nextGaussian();
            for (int j = 0; j < 5; j++) {
                double x = random.nextGaussian();
                double eta = 0.3 + b + (0.4 - 0.5 * b) * x;
                rows.add(id, Simulation.draw(POISSON, Math.exp(eta), random)[0], 1, 1, 0, x);
            }
        }
        FitResult result = fit(rows, POISSON, Link.LOG, nodes(1));
        assertTrue(result.converged(), () -> result.optimizer().message());
        assertTrue(codes(result).contains("boundary_correlation"), () -> codes(result)
                .toString());
        assertTrue(message(result, "boundary_correlation").contains("-1"));
        assertEquals(-1, result.random().get(0).corr()[0][1], 1e-12);
        assertEquals(
                -0.5, result.random().get(0).sd()[1] / -result.random().get(0).sd()[0], 0.15);
        assertEquals(4, result.covariance().names().size(), "all but the parameter on the boundary");
    }

    @Test
    void constantAndCollinearColumnsAreDroppedByName() {
        Random random = new Random(6);
        Rows rows = new Rows(RandomBlocks.design(5, 1, false));
        Rows kept = new Rows(RandomBlocks.design(2, 1, false));
        for (long id = 0; id < 60; id++) {
            double b = random.nextGaussian();
            for (int j = 0; j < 5; j++) {
                double x = random.nextGaussian();
                double y = Simulation.draw(POISSON, Math.exp(0.2 + b + 0.4 * x), random)[0];
                // x1 stays; x2 is constant; x3 and x4 follow from x1 and the intercept.
                rows.add(id, y, 1, 1, 0, x, 7.1, 2 * x - 3, 1e6 * x);
                kept.add(id, y, 1, 1, 0, x);
            }
        }
        FitResult result = fit(rows, POISSON, Link.LOG, nodes(1));
        assertEquals(List.of("(Intercept)", "x1"), result.design().fixedNames());
        assertTrue(message(result, "column_constant").contains("dropped x2"), () -> message(result, "column_constant"));
        assertTrue(
                message(result, "column_collinear").contains("dropped x3, x4"),
                () -> message(result, "column_collinear"));
        FitResult without = fit(kept, POISSON, Link.LOG, nodes(1));
        assertEquals(without.logLikelihood(), result.logLikelihood(), 1e-9);
        assertTrue(without.warnings().stream().noneMatch(w -> w.code().startsWith("column")));
    }

    private static DataException refused(Rows rows, Family family) {
        return assertThrows(
                DataException.class, () -> fit(rows, family, family.links().get(0), FitOptions.DEFAULT));
    }

    @Test
    void dataThatCannotBearTheModelAreRefusedInOneSentence() {
        Rows one = new Rows(RandomBlocks.design(1, 1, false));
        for (int j = 0; j < 9; j++) {
            one.add(1L, j % 2, 1, 1, 0);
        }
        assertTrue(refused(one, BINOMIAL).getMessage().contains("all rows belong to one id"));

        Rows outside = binary(1, 20, 3, 1);
        outside.add(3L, 1.5, 1, 1, 0, 0, 0).add(4L, -1, 1, 1, 0, 0, 0).add(5L, Double.NaN, 1, 1, 0, 0, 0);
        String message = refused(outside, BINOMIAL).getMessage();
        assertTrue(message.contains("outcome y: fewer than 5 rows outside the support of family binomial"), message);

        Rows weights = new Rows(RandomBlocks.design(1, 1, true));
        weights.add(1L, 1, 1, 1, 0).add(2L, 0, 1, -1, 0).add(3L, 0, 1, Double.NaN, 0);
        assertTrue(refused(weights, BINOMIAL).getMessage().contains("fewer than 5 rows"));
        Rows nothing =
                new Rows(RandomBlocks.design(1, 1, true)).add(1L, 1, 1, 0, 0).add(2L, 0, 1, 0, 0);
        assertTrue(refused(nothing, BINOMIAL).getMessage().contains("all weights are 0"));
    }

    @Test
    void gaussianDataWithoutReplicationOrVariationAreRefused() {
        Family gaussian = Families.named("gaussian");
        Rows singletons = new Rows(RandomBlocks.design(1, 1, false));
        Rows constant = new Rows(RandomBlocks.design(1, 1, false));
        Rows perfect = new Rows(RandomBlocks.design(2, 1, false));
        for (long id = 0; id < 30; id++) {
            singletons.add(id, (double) (id % 7), 1, 1, 0);
            constant.add(id, 3, 1, 1, 0).add(id, 3, 1, 1, 0);
            for (double x : new double[] {id % 5, id % 4}) {
                perfect.add(id, 2 + 3 * x, 1, 1, 0, x);
            }
        }
        assertTrue(refused(singletons, gaussian).getMessage().contains("30 rows for 30 random effects"));
        assertTrue(refused(constant, gaussian).getMessage().contains("the same in every row"));
        assertTrue(refused(perfect, gaussian).getMessage().contains("perfectly"));
    }

    @Test
    void whatFitsButSaysLittleIsWarnedAbout() {
        Rows singletons = new Rows(RandomBlocks.design(1, 1, false));
        Rows trials = new Rows(RandomBlocks.design(1, 1, false));
        for (long id = 0; id < 300; id++) {
            singletons.add(id, id % 3 == 0 ? 1 : 0, 1, 1, 0);
            // Successes out of many tell of the variation between rows.
            trials.add(id, id % 7, 8, 1, 0);
        }
        assertTrue(codes(fit(singletons, BINOMIAL, Link.LOGIT, nodes(1))).contains("one_row_per_cluster"));
        assertFalse(codes(fit(trials, BINOMIAL, Link.LOGIT, nodes(1))).contains("one_row_per_cluster"));

        Rows twos = new Rows(RandomBlocks.design(1, 1, false));
        Rows always = new Rows(RandomBlocks.design(1, 1, false));
        Rows never = new Rows(RandomBlocks.design(1, 1, false));
        for (long id = 0; id < 30; id++) {
            twos.add(id, 2, 1, 1, 0).add(id, 2, 1, 1, 0);
            always.add(id, 1, 1, 1, 0).add(id, 1, 1, 1, 0);
            never.add(id, 0, 1, 1, 0).add(id, 0, 1, 1, 0);
        }
        FitResult result = fit(twos, POISSON, Link.LOG, nodes(1));
        assertTrue(message(result, "outcome_constant").contains("outcome y is the same in every row"));
        assertEquals(Math.log(2), result.parameters()[0], 1e-6);
        // Without any variation at the edge of the range there is no maximum to find.
        assertTrue(refused(always, BINOMIAL).getMessage().contains("the same in every row"));
        assertTrue(refused(never, BINOMIAL).getMessage().contains("the same in every row"));
        assertTrue(refused(never, POISSON).getMessage().contains("the same in every row"));
    }

    @Test
    void aCovariateThatSeparatesTheOutcomesIsNamed() {
        Random random = new Random(7);
        Rows rows = new Rows(RandomBlocks.design(2, 1, false));
        for (long id = 0; id < 80; id++) {
            for (int j = 0; j < 4; j++) {
                int group = j % 2;
                rows.add(id, group == 1 ? 1 : random.nextInt(2), 1, 1, 0, group);
            }
        }
        FitResult result = fit(rows, BINOMIAL, Link.LOGIT, nodes(1));
        assertTrue(result.converged(), result.optimizer().message());
        assertTrue(message(result, "separation").contains("x1"), () -> codes(result)
                .toString());
        assertTrue(result.fixed().get(0).se() < 1, "the intercept, of the group that varies, has its standard error");
        assertTrue(Double.isNaN(result.fixed().get(1).robustSe()), "no robust error of what is not known");
    }

    /** Zeros of their own kind in one group only: the effect is open, everything else is not. */
    @Test
    void aGroupWithoutExtraZerosLeavesTheRestAsItIs() {
        Random random = new Random(3);
        DesignColumn x1 = new DesignColumn("x1", List.of(new Component("x1", Component.NUMERIC)));
        Design plain = RandomBlocks.design(2, 1, false);
        Rows rows = new Rows(new Design(
                plain.raw(),
                plain.response(),
                plain.size(),
                plain.weight(),
                plain.offsets(),
                plain.fixed(),
                plain.random(),
                List.of(List.of(DesignColumn.intercept(), x1))));
        for (long id = 0; id < 150; id++) {
            double b = 0.3 * random.nextGaussian();
            for (int j = 0; j < 6; j++) {
                int group = j % 2;
                double mu = Math.exp(1.5 + b);
                double y = group == 0 && random.nextDouble() < 0.4 ? 0 : Simulation.draw(POISSON, mu, random)[0];
                rows.add(id, y + (group == 1 && y == 0 ? 1 : 0), 1, 1, 0, group);
            }
        }
        Family inflated = POISSON.withZeroInflation();
        FitResult result = fit(rows, inflated, Link.LOG, nodes(1));
        assertTrue(result.converged(), result.optimizer().message());
        assertTrue(message(result, "separation").contains("logit(zi):x1"), () -> codes(result)
                .toString());
        assertTrue(result.fixed().get(0).se() < 0.1);
        assertTrue(result.fixed().get(1).se() < 0.1);
        assertEquals(-0.4, result.auxiliary().get(0).coefficients().get(0).estimate(), 0.3);
    }

    /** φ of 1e-6 and 1e5: terms of ℓ are as large as the shape and cancel, yet every mode must be found. */
    @ParameterizedTest
    @ValueSource(strings = {"gamma", "inversegaussian", "beta", "tweedie"})
    void almostNoSpreadIsNoObstacle(String name) {
        Family family = Families.named(name);
        boolean share = name.equals("beta");
        double spread = share ? 0.006 : 0.001;
        Random random = new Random(23);
        Rows rows = new Rows(RandomBlocks.design(2, 1, false));
        for (long id = 0; id < 60; id++) {
            double b = 0.3 * random.nextGaussian();
            for (int j = 0; j < 8; j++) {
                double x = random.nextGaussian();
                double eta = 0.2 + 0.1 * x + b + spread * random.nextGaussian();
                rows.add(id, share ? 1 / (1 + Math.exp(-eta)) : Math.exp(eta), 1, 1, 0, x);
            }
        }
        FitResult result = fit(rows, family, family.links().get(0), nodes(1));
        assertTrue(result.converged(), result.optimizer().message());
        assertEquals(
                0.1, result.fixed().get(1).estimate(), 4 * result.fixed().get(1).se());
        assertEquals(spread / Math.sqrt(480), result.fixed().get(1).se(), 0.2 * spread / Math.sqrt(480));
    }

    /**
     * One row a person: the likelihood knows no variance, and a coarse rule pays for an enormous one what no model could have. The
     * log-likelihood of a table of frequencies is the most there is.
     */
    @Test
    void oneRowAPersonIsNoBetterThanTheFrequenciesThemselves() {
        for (long seed : new long[] {1, 6, 9, 15, 16, 17}) {
            Random random = new Random(seed);
            Rows rows = new Rows(RandomBlocks.design(4, 1, false));
            double[][] count = new double[6][2];
            for (long id = 0; id < 2000; id++) {
                int a = random.nextInt(2);
                int b = random.nextInt(3);
                int y = random.nextDouble() < 0.39 ? 1 : 0;
                count[3 * a + b][y]++;
                rows.add(id, y, 1, 1, 0, a, b == 1 ? 1 : 0, b == 2 ? 1 : 0);
            }
            double most = 0;
            for (double[] cell : count) {
                double n = cell[0] + cell[1];
                most += cell[0] * Math.log(cell[0] / n) + cell[1] * Math.log(cell[1] / n);
            }
            FitResult result = fit(rows, BINOMIAL, Link.LOGIT, nodes(FitOptions.AUTO));
            assertTrue(
                    result.logLikelihood() <= most + SAME_LOG_LIKELIHOOD || !result.converged(),
                    result.logLikelihood() + " of at most " + most);
        }
    }

    @Test
    void aStartFromASampleLeadsToTheSameOptimum() {
        Rows rows = Simulation.of(POISSON, Link.LOG, 1, 9000, 2, new double[] {0.2, 0.4, -0.5}, 0.8, 8);
        List<String> stages = new ArrayList<>();
        FitListener listener = new FitListener() {
            @Override
            public void stage(String name) {
                stages.add(name);
            }
        };
        FitResult sampled = GlmmFit.fit(
                new ModelSpec(rows.design(), POISSON, Link.LOG), rows.data(POISSON, 20, 2), nodes(5), listener);
        assertTrue(sampled.converged());
        assertTrue(sampled.optimizer().samplePersons() >= 2000
                && sampled.optimizer().samplePersons() < 2400);
        assertTrue(stages.stream().anyMatch(s -> s.contains("sample")), stages::toString);
        Evaluation end = new MarginalLikelihood(rows.data(POISSON, 20, 2), sampled.model(), new GaussHermite(5, 1))
                .evaluate(sampled.parameters());
        assertEquals(
                0,
                distance(end.gradient(), sampled.covariance().matrix(StandardErrors.MODEL)),
                1e-4,
                "standard errors from the optimum");
        // L-BFGS starts from scratch, for a sample gives it no Hessian.
        FitResult plain = fit(rows, POISSON, Link.LOG, rows.data(POISSON, 20, 2), new FitOptions(5, false, "lbfgs"));
        assertEquals(plain.logLikelihood(), sampled.logLikelihood(), SAME_LOG_LIKELIHOOD);
        double[] se = se(sampled);
        for (int i = 0; i < se.length; i++) {
            assertEquals(plain.parameters()[i], sampled.parameters()[i], SAME_OPTIMUM * se[i]);
        }
    }

    private static FitResult fitFrom(FitResult earlier, Rows rows, Family family, Link link, FitOptions options) {
        return GlmmFit.fit(
                new ModelSpec(rows.design(), family, link),
                rows.data(family, 7, 2),
                options,
                new EarlierFit(earlier.parameterNames(), earlier.parameters()),
                PassJournal.NONE,
                FitListener.SILENT);
    }

    @ParameterizedTest
    @CsvSource({"binomial,1,1", "binomial,2,1", "poisson,1,5", "poisson,2,1"})
    void aWellBehavedModelOfManyPersonsTakesFivePasses(String name, int q, int nodes) {
        Family family = Families.named(name);
        Link link = family.links().get(0);
        Rows rows = Simulation.of(family, link, q, 40_000, 4, new double[] {0.2, 0.4, -0.5}, 0.8, 21);
        FitResult cold = fit(rows, family, link, rows.data(family, 7, 2), nodes(nodes));
        assertTrue(cold.converged(), cold.optimizer().message());
        assertTrue(cold.optimizer().passes() <= 5, cold.optimizer().passes() + " passes");
        Evaluation end = new MarginalLikelihood(rows.data(family, 2, 2), cold.model(), new GaussHermite(nodes, q))
                .evaluate(cold.parameters());
        assertEquals(
                0,
                distance(end.gradient(), cold.covariance().matrix(StandardErrors.MODEL)),
                1e-5,
                "standard errors from the optimum");
        assertEquals(-end.value(), cold.logLikelihood(), 1e-12 * Math.abs(end.value()));

        FitResult again = fitFrom(cold, rows, family, link, nodes(nodes));
        assertTrue(again.converged(), again.optimizer().message());
        assertTrue(again.optimizer().passes() <= 3, again.optimizer().passes() + " passes from its own estimates");
    }

    @Test
    void aStartFromAnEarlierFitEndsWhereAColdStartDoes() {
        double[] beta = {0.2, 0.4, -0.5};
        Rows all = Simulation.of(POISSON, Link.LOG, 2, 12_000, 4, beta, 0.8, 5);
        // The same seed: the first persons of them.
        Rows before = Simulation.of(POISSON, Link.LOG, 2, 11_800, 4, beta, 0.8, 5);
        FitResult earlier = fit(before, POISSON, Link.LOG, before.data(POISSON, 6, 2), nodes(1));
        FitResult cold = fit(all, POISSON, Link.LOG, all.data(POISSON, 7, 2), nodes(1));
        FitResult warm = fitFrom(earlier, all, POISSON, Link.LOG, nodes(1));
        assertTrue(warm.optimizer().earlierFit());
        assertFalse(cold.optimizer().earlierFit());
        assertEquals(0, warm.optimizer().samplePersons());
        double[] se = se(cold);
        for (int i = 0; i < se.length; i++) {
            assertEquals(cold.parameters()[i], warm.parameters()[i], 1e-5 * se[i]);
            assertEquals(se[i], se(warm)[i], 1e-5 * se[i]);
        }
        // A last step that is not evaluated adds ½g'H⁻¹g, at most 5e-7, by a Hessian that may be some percent off.
        assertEquals(cold.logLikelihood(), warm.logLikelihood(), 5e-8);
        int passes = warm.optimizer().passes();
        assertTrue(passes <= 4 && passes < cold.optimizer().passes(), passes + " passes");
    }

    @Test
    void anEarlierFitAtTheEdgeDoesNotHoldTheNextOneThere() {
        Rows rows = binary(1, 200, 4, 9);
        FitResult cold = fit(rows, BINOMIAL, Link.LOGIT, nodes(5));
        double[] atEdge = cold.parameters().clone();
        atEdge[atEdge.length - 1] = 0;
        FitResult warm = GlmmFit.fit(
                new ModelSpec(rows.design(), BINOMIAL, Link.LOGIT),
                rows.data(BINOMIAL, 5, 1),
                nodes(5),
                new EarlierFit(cold.parameterNames(), atEdge),
                PassJournal.NONE,
                FitListener.SILENT);
        assertEquals(cold.logLikelihood(), warm.logLikelihood(), SAME_LOG_LIKELIHOOD);
    }

    @Test
    void anEarlierFitOfAnotherModelIsRefusedAndNewColumnsBeginWithoutEffect() {
        EarlierFit earlier = new EarlierFit(List.of("(Intercept)", "gone", "chol"), new double[] {1, 2, 3});
        assertArrayEquals(new double[] {1, 0, 3}, earlier.of(List.of("(Intercept)", "new", "chol"), 2), 0, "by name");
        String message = assertThrows(
                        UsageException.class, () -> earlier.of(List.of("(Intercept)", "new", "chol", "theta"), 2))
                .getMessage();
        assertTrue(message.contains("theta") && !message.contains("new"), message);
        EarlierFit broken = new EarlierFit(List.of("x"), new double[] {Double.NaN});
        assertThrows(UsageException.class, () -> broken.of(List.of("x"), 1));
    }

    /** √(g'Cg), the Newton step in standard errors. */
    private static double distance(double[] gradient, double[][] covariance) {
        double sum = 0;
        for (int i = 0; i < gradient.length; i++) {
            for (int j = 0; j < gradient.length; j++) {
                sum += gradient[i] * covariance[i][j] * gradient[j];
            }
        }
        return Math.sqrt(sum);
    }

    @Test
    void theLadderClimbsUntilNothingMovesAndReportsItsRungs() {
        Rows rows = binary(1, 200, 4, 9);
        FitResult result = fit(rows, BINOMIAL, Link.LOGIT, FitOptions.DEFAULT);
        List<FitResult.Rung> rungs = result.integration().rungs();
        assertTrue(result.integration().settled());
        assertTrue(rungs.size() >= 3, "two agreements need three rungs");
        assertEquals(1, rungs.get(0).nodes());
        assertTrue(Double.isNaN(rungs.get(0).shift()));
        for (int i = 1; i < rungs.size(); i++) {
            assertTrue(rungs.get(i).nodes() > rungs.get(i - 1).nodes());
        }
        FitResult.Rung last = rungs.get(rungs.size() - 1);
        FitResult.Rung before = rungs.get(rungs.size() - 2);
        assertEquals(last.nodes(), result.nodes());
        assertEquals(before.logLikelihood(), last.logLikelihood(), 2e-3);
        assertTrue(last.shift() <= 5e-3);
        assertEquals(Method.QUADRATURE, result.method());
        assertEquals(result.logLikelihood(), last.logLikelihood(), 1e-5);
        double exact = -new MarginalLikelihood(rows.data(BINOMIAL, 1, 1), result.model(), new GaussHermite(151, 1))
                .evaluate(result.parameters())
                .value();
        assertEquals(exact, result.logLikelihood(), 1e-3);
    }

    /** Many persons: the rule comes from a sample, is within the tolerance, and its log-likelihood is that of a finer one. */
    @ParameterizedTest
    @CsvSource({"binomial, 1.5, 1", "poisson, 1, 1", "binomial, 2, 2"})
    void theRuleForManyPersonsIsLearnedOnSomeOfThem(String name, double sd, int q) {
        Family family = Families.named(name);
        Link link = family.links().get(0);
        Rows rows = Simulation.of(family, link, q, 20_000, 4, new double[] {-0.5, 0.7, 0.5}, sd, 30);
        FitResult auto = fit(rows, family, link, FitOptions.DEFAULT);
        assertTrue(auto.converged());
        assertTrue(auto.integration().settled(), auto.integration().message());
        assertTrue(auto.optimizer().passes() <= 10, auto.optimizer().passes() + " passes");
        FitResult exact = fit(rows, family, link, nodes(q == 1 ? 101 : 25));
        assertEquals(exact.logLikelihood(), auto.logLikelihood(), IntegrationTolerance.DEFAULT.logLikelihood());
        double distance = QuadraticModel.distance(
                auto.parameters(), exact.parameters(), information(rows, exact, q == 1 ? 101 : 25));
        assertTrue(distance <= 1.5 * IntegrationTolerance.DEFAULT.estimates(), distance + " standard errors");
        assertEquals(distance, auto.integration().reached().estimates(), 0.02);
    }

    /** Offsets of every size, where a link's range ends: the start lies inside for all rows, thresholds take the offset up. */
    @ParameterizedTest
    @CsvSource({"binomial, LOG, 0", "poisson, IDENTITY, 1", "ordinal, LOGIT, 2"})
    void theStartLiesInsideWithAnOffset(String name, Link link, int kind) {
        Family family = kind == 2 ? Families.named(name).withCategories(List.of("1", "2", "3")) : Families.named(name);
        Random random = new Random(6);
        Rows rows = new Rows(RandomBlocks.design(2, 1, false));
        for (int i = 0; i < 900; i++) {
            double x = random.nextGaussian();
            if (kind == 0) {
                double p = i % 2 == 0 ? 0.01 : 0.8;
                rows.add((long) i / 6, random.nextDouble() < p ? 1 : 0, 1, 1, Math.log(p), 0.01 * x);
            } else if (kind == 1) {
                double mu = 10 + random.nextInt(50);
                rows.add((long) i / 6, Simulation.draw(POISSON, mu, random)[0], 1, 1, mu - 10, x);
            } else {
                double u = random.nextGaussian() + 0.5 * x;
                rows.add((long) i / 6, u < -0.5 ? 0 : u < 0.7 ? 1 : 2, 1, 1, 500, 1 + x);
            }
        }
        FitResult fit = fit(rows, family, link, FitOptions.DEFAULT);
        assertTrue(Double.isFinite(fit.logLikelihood()));
        if (kind > 0) {
            assertTrue(fit.converged(), () -> fit.warnings().toString());
        }
    }

    /** At the edge too, an optimizer without a Hessian can say that its rungs agree. */
    @ParameterizedTest
    @ValueSource(strings = {"lbfgs", "bobyqa"})
    void minimizersWithoutAHessianSettleAtTheEdge(String optimizer) {
        Rows rows = new Rows(RandomBlocks.design(2, 1, false));
        Random random = new Random(17);
        for (int i = 0; i < 800; i++) {
            // Every person has as many successes: less variation than chance has.
            rows.add((long) i / 4, i % 2, 1, 1, 0, random.nextGaussian());
        }
        FitResult fit = fit(rows, BINOMIAL, Link.LOGIT, new FitOptions(FitOptions.AUTO, false, optimizer));
        assertEquals(0, fit.random().get(0).sd()[0], 1e-3);
        assertFalse(codes(fit).contains("quadrature_unsettled"), () -> fit.warnings()
                .toString());
    }

    /** Where an offset has its origin is a matter of the intercept alone. */
    @Test
    void anOffsetFarFromZeroIsTakenUpByTheIntercept() {
        Rows near = Simulation.of(POISSON, Link.LOG, 1, 200, 4, new double[] {0.2, 0.4, -0.5}, 0.6, 12);
        Random random = new Random(2);
        for (int i = 0; i < near.count(); i++) {
            near.row(i)[3] = 3 * random.nextGaussian();
        }
        Rows far = new Rows(near.design());
        for (int i = 0; i < near.count(); i++) {
            double[] row = near.row(i).clone();
            row[3] += 500;
            far.add(near.id(i), row);
        }
        FitResult a = fit(near, POISSON, Link.LOG, FitOptions.DEFAULT);
        FitResult b = fit(far, POISSON, Link.LOG, FitOptions.DEFAULT);
        assertTrue(a.converged() && b.converged());
        assertEquals(a.logLikelihood(), b.logLikelihood(), 1e-6 * Math.abs(a.logLikelihood()));
        assertEquals(a.parameters()[0] - 500, b.parameters()[0], 1e-4);
        assertEquals(a.parameters()[1], b.parameters()[1], 1e-4);
    }

    /** A standard deviation of 4 takes the sample beyond its ladder, where it says nothing of the rule that checks; the verdict is the measured one. */
    @Test
    void whatTheSampleDoesNotSayIsMeasured() {
        Rows rows = Simulation.of(BINOMIAL, Link.LOGIT, 2, 20_000, 5, new double[] {-1, 0.7, 0.5}, 4, 31);
        FitResult auto = fit(rows, BINOMIAL, Link.LOGIT, FitOptions.DEFAULT);
        assertTrue(auto.integration().settled(), auto.integration().message());
        Evaluation finer = new MarginalLikelihood(rows.data(BINOMIAL, 8, 2), auto.model(), new GaussHermite(71, 2))
                .evaluate(auto.parameters());
        double apart = distance(finer.gradient(), auto.covariance().matrix(StandardErrors.MODEL));
        assertTrue(apart <= IntegrationTolerance.DEFAULT.estimates(), apart + " standard errors");
        double higher = -finer.value() + 0.5 * apart * apart - auto.logLikelihood();
        assertEquals(0, higher, IntegrationTolerance.DEFAULT.logLikelihood());
        assertEquals(higher, auto.integration().reached().logLikelihood(), 0.05);
    }

    /** Rules that agree more loosely than asked have not agreed; a tolerance that none meets is not met by agreement either. */
    @Test
    void aLadderAgreesWithinTheToleranceThatIsAsked() {
        Rows rows = binary(1, 200, 4, 9);
        IntegrationTolerance strict = new IntegrationTolerance(1e-8, 1e-8);
        FitResult result = fit(rows, BINOMIAL, Link.LOGIT, within(strict));
        Reached reached = result.integration().reached();
        assertEquals(
                Math.abs(reached.logLikelihood()) <= 1e-8 && reached.estimates() <= 1e-8,
                result.integration().settled());
        assertTrue(result.nodes()
                > fit(rows, BINOMIAL, Link.LOGIT, FitOptions.DEFAULT).nodes());
    }

    private static FitOptions within(IntegrationTolerance tolerance) {
        return new FitOptions(
                FitOptions.AUTO,
                false,
                "newton",
                StandardErrors.MODEL,
                IntervalMethod.WALD,
                FitOptions.MIN_CELL_COUNT,
                tolerance);
    }

    /** These know no Hessian on the way, so the rungs cannot say how far apart they are; the result can. */
    @ParameterizedTest
    @ValueSource(strings = {"lbfgs", "bobyqa"})
    void minimizersWithoutAHessianSettleToo(String optimizer) {
        Rows rows = binary(1, 200, 4, 9);
        FitResult result = fit(rows, BINOMIAL, Link.LOGIT, new FitOptions(FitOptions.AUTO, false, optimizer));
        assertTrue(result.integration().settled(), result.integration().message());
        assertTrue(result.integration().reached().estimates() <= IntegrationTolerance.DEFAULT.estimates());
    }

    private static double[][] information(Rows rows, FitResult fit, int nodes) {
        return new MarginalLikelihood(
                        rows.data(fit.family(), 1, 1),
                        fit.model(),
                        new GaussHermite(nodes, fit.layout().random()))
                .evaluateWithHessian(fit.parameters())
                .hessian();
    }

    /** Three answers a person and a standard deviation near 7: a coarse rule has a second maximum far out. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aFixedRuleEndsWhereItsLikelihoodIsHighest(long seed) {
        Rows rows = Simulation.of(BINOMIAL, Link.LOGIT, 1, 350, 7, new double[] {-3, 0.7, 0.5}, 7, 40 + seed);
        FitResult fixed = fit(rows, BINOMIAL, Link.LOGIT, nodes(15));
        FitResult fine = fit(rows, BINOMIAL, Link.LOGIT, nodes(101));
        double there = -new MarginalLikelihood(rows.data(BINOMIAL, 1, 1), fixed.model(), new GaussHermite(15, 1))
                .evaluate(fine.parameters())
                .value();
        assertTrue(fixed.logLikelihood() >= there - 1e-6, fixed.logLikelihood() + " below " + there);
        assertTrue(!fixed.converged() || fixed.integration().reached().estimates() <= 1, () -> fixed.integration()
                .message());
    }

    /** What the verdict says of a rule that is off: how far, and by what. */
    @Test
    void aRuleThatIsOffByMoreThanAStandardErrorHasNotConverged() {
        Rows rows = Simulation.of(BINOMIAL, Link.LOGIT, 1, 15_000, 3, new double[] {-1, 0.7, 0.5}, 4, 50);
        FitResult coarse = fit(rows, BINOMIAL, Link.LOGIT, nodes(3));
        assertTrue(
                coarse.integration().reached().estimates() > 1,
                coarse.integration().message());
        assertFalse(coarse.converged());
        assertNotNull(coarse.integration().reached().parameter());
        FitResult laplace = fit(rows, BINOMIAL, Link.LOGIT, nodes(1));
        assertTrue(laplace.converged(), "Laplace's approximation is an estimator of its own");
        assertTrue(codes(laplace).contains("quadrature_coarse"));
    }

    /** Two yes/no answers a person and a large variance: where Laplace is known to fail. */
    @Test
    void laplaceIsCalledCoarseOrMisleadingWhereItIs() {
        Rows rows = Simulation.of(BINOMIAL, Link.LOGIT, 1, 400, 3, new double[] {-1, 0.7, 0.5}, 3, 10);
        FitResult fixed = fit(rows, BINOMIAL, Link.LOGIT, nodes(1));
        assertTrue(
                codes(fixed).contains("quadrature_coarse"), () -> codes(fixed).toString());
        assertFalse(fixed.integration().settled());
        assertEquals(Method.LAPLACE, fixed.method());
        FitResult auto = fit(rows, BINOMIAL, Link.LOGIT, FitOptions.DEFAULT);
        assertTrue(
                auto.integration().settled(), () -> auto.integration().rungs().toString());
        assertTrue(codes(auto).contains("laplace_misleads"), () -> codes(auto).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"binomial", "poisson", "gaussian"})
    void aYearAndAnIncomeFitAsTheirStandardisedSelves(String name) {
        Family family = Families.named(name);
        Link link = family.links().get(0);
        Rows plain = Simulation.of(family, link, 2, 200, 5, new double[] {0.2, 0.4, -0.5}, 0.6, 12);
        Rows huge = new Rows(plain.design());
        for (int i = 0; i < plain.count(); i++) {
            double[] row = plain.row(i).clone();
            row[5] = 2020 + 3 * row[5];
            huge.add(plain.id(i), row);
        }
        FitResult a = fit(plain, family, link, nodes(1));
        FitResult b = fit(huge, family, link, nodes(1));
        assertTrue(a.converged() && b.converged());
        assertEquals(a.logLikelihood(), b.logLikelihood(), SAME_LOG_LIKELIHOOD);
        assertEquals(
                a.parameters()[2],
                3 * b.parameters()[2],
                SAME_OPTIMUM * a.fixed().get(2).se());
        assertEquals(
                a.fixed().get(2).se(),
                3 * b.fixed().get(2).se(),
                1e-4 * a.fixed().get(2).se());
        assertEquals(
                a.fixed().get(2).robustSe(),
                3 * b.fixed().get(2).robustSe(),
                1e-4 * a.fixed().get(2).se());
        assertEquals(
                a.fixed().get(1).se(),
                b.fixed().get(1).se(),
                1e-4 * a.fixed().get(1).se());
        // The slope's column may be in cents too: Λ scales with it.
        Rows cents = new Rows(plain.design());
        for (int i = 0; i < plain.count(); i++) {
            double[] row = plain.row(i).clone();
            row[4] *= 1e6;
            cents.add(plain.id(i), row);
        }
        FitResult c = fit(cents, family, link, nodes(1));
        assertTrue(c.converged());
        assertEquals(a.logLikelihood(), c.logLikelihood(), SAME_LOG_LIKELIHOOD);
        assertEquals(a.random().get(0).sd()[1], 1e6 * c.random().get(0).sd()[1], 1e-4);
        assertEquals(a.random().get(0).corr()[0][1], c.random().get(0).corr()[0][1], 1e-4);
    }

    /** b0 + b1 x = (b0 - 2020 b1) + b1 (x + 2020): the same model in other coordinates. */
    @ParameterizedTest
    @ValueSource(strings = {"binomial", "poisson", "gaussian"})
    void aYearWithARandomSlopeFitsAsItsCentredSelf(String name) {
        Family family = Families.named(name);
        Link link = family.links().get(0);
        Rows plain = Simulation.of(family, link, 2, 200, 6, new double[] {0.2, 0.4, -0.5}, 0.7, 21);
        Rows years = new Rows(plain.design());
        for (int i = 0; i < plain.count(); i++) {
            double[] row = plain.row(i).clone();
            row[4] += 2020;
            years.add(plain.id(i), row);
        }
        FitResult a = fit(plain, family, link, nodes(1));
        FitResult b = fit(years, family, link, nodes(1));
        assertTrue(
                a.converged() && b.converged(),
                () -> a.optimizer().message() + "; " + b.optimizer().message());
        assertEquals(a.logLikelihood(), b.logLikelihood(), SAME_LOG_LIKELIHOOD);
        assertEquals(
                a.parameters()[1],
                b.parameters()[1],
                SAME_OPTIMUM * a.fixed().get(1).se());
        assertEquals(
                a.fixed().get(1).se(),
                b.fixed().get(1).se(),
                1e-4 * a.fixed().get(1).se());
        assertEquals(
                a.fixed().get(2).se(),
                b.fixed().get(2).se(),
                1e-4 * a.fixed().get(2).se());
        double[][] g = a.random().get(0).cov();
        double[][] h = b.random().get(0).cov();
        assertEquals(g[1][1], h[1][1], 1e-3 * g[1][1]);
        double expected = g[0][0] - 2 * 2020 * g[0][1] + 2020.0 * 2020 * g[1][1];
        assertEquals(expected, h[0][0], 1e-3 * expected);
    }

    @Test
    void aConstantOffsetMovesTheInterceptAlone() {
        Rows plain = Simulation.of(POISSON, Link.LOG, 1, 200, 4, new double[] {0.2, 0.4, -0.5}, 0.6, 13);
        for (double offset : new double[] {Math.log(1e5), -Math.log(1e5)}) {
            Rows exposed = new Rows(plain.design());
            for (int i = 0; i < plain.count(); i++) {
                double[] row = plain.row(i).clone();
                row[3] = offset;
                exposed.add(plain.id(i), row);
            }
            FitResult a = fit(plain, POISSON, Link.LOG, nodes(3));
            FitResult b = fit(exposed, POISSON, Link.LOG, nodes(3));
            assertTrue(b.converged(), () -> b.optimizer().message());
            assertEquals(a.logLikelihood(), b.logLikelihood(), SAME_LOG_LIKELIHOOD);
            assertEquals(a.parameters()[0], b.parameters()[0] + offset, 1e-4);
            assertEquals(a.parameters()[1], b.parameters()[1], 1e-4);
        }
    }

    @Test
    void standardErrorsAreThoseOfTheInformationAndTheSandwich() {
        Rows rows = binary(1, 150, 5, 14);
        FitResult result = fit(rows, BINOMIAL, Link.LOGIT, nodes(7));
        ClusterData data = rows.data(BINOMIAL, 1, 1);
        GaussHermite grid = new GaussHermite(7, 1);
        double[][] h = CentralHessian.at(new MarginalLikelihood(data, result.model(), grid), result.parameters());
        double[][] meat = new LikelihoodPasses(data, result.model())
                .atEstimates(grid, FinerRules.NONE, result.parameters(), new double[0][], false)
                .scores()
                .outerProducts();
        double[][] inverse = inverse(h);
        int n = h.length;
        for (int i = 0; i < 3; i++) {
            double sandwich = 0;
            for (int j = 0; j < n; j++) {
                for (int k = 0; k < n; k++) {
                    sandwich += inverse[i][j] * meat[j][k] * inverse[k][i];
                }
            }
            assertEquals(
                    Math.sqrt(inverse[i][i]),
                    result.fixed().get(i).se(),
                    1e-5 * result.fixed().get(i).se());
            assertEquals(
                    Math.sqrt(sandwich),
                    result.fixed().get(i).robustSe(),
                    1e-5 * result.fixed().get(i).robustSe());
        }
        assertEquals(
                List.of("(Intercept)", "x1", "x2", "chol[id|(Intercept),(Intercept)]"),
                result.covariance().names());
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                assertEquals(
                        result.covariance().matrix(StandardErrors.MODEL)[i][j],
                        result.covariance().matrix(StandardErrors.MODEL)[j][i]);
                assertEquals(
                        inverse[i][j],
                        result.covariance().matrix(StandardErrors.MODEL)[i][j],
                        1e-5 * Math.sqrt(inverse[i][i] * inverse[j][j]));
            }
        }
    }

    private static double[][] inverse(double[][] a) {
        SymmetricEigen eigen = SymmetricEigen.of(a);
        double[][] out = new double[a.length][a.length];
        for (int k = 0; k < a.length; k++) {
            for (int i = 0; i < a.length; i++) {
                for (int j = 0; j < a.length; j++) {
                    out[i][j] += eigen.vector(k)[i] * eigen.vector(k)[j] / eigen.value(k);
                }
            }
        }
        return out;
    }

    @Test
    void theSameBitsComeOutWhateverTheThreadsAndTheOrderOfRows() {
        Rows rows = binary(2, 120, 4, 15);
        FitResult one = fit(rows, BINOMIAL, Link.LOGIT, new LocalClusterData(rows.blocks(BINOMIAL, 6), 1), nodes(3));
        FitResult four = fit(
                rows,
                BINOMIAL,
                Link.LOGIT,
                new LocalClusterData(rows.shuffled(1).blocks(BINOMIAL, 6), 4),
                nodes(3));
        assertEquals(one.logLikelihood(), four.logLikelihood());
        assertArrayEquals(one.parameters(), four.parameters());
        for (int i = 0; i < one.covariance().matrix(StandardErrors.MODEL).length; i++) {
            assertArrayEquals(
                    one.covariance().matrix(StandardErrors.MODEL)[i],
                    four.covariance().matrix(StandardErrors.MODEL)[i]);
        }
        FitResult whole = fit(rows, BINOMIAL, Link.LOGIT, rows.data(BINOMIAL, 1, 1), nodes(3));
        double[] se = se(one);
        for (int i = 0; i < se.length; i++) {
            assertEquals(one.parameters()[i], whole.parameters()[i], SAME_OPTIMUM * se[i]);
        }
    }

    @Test
    void frequencyWeightsFitAsRepeatedRows() {
        Random random = new Random(16);
        Rows weighted = new Rows(RandomBlocks.design(2, 1, true));
        Rows repeated = new Rows(RandomBlocks.design(2, 1, true));
        for (long id = 0; id < 80; id++) {
            double b = random.nextGaussian();
            for (int j = 0; j < 4; j++) {
                int w = random.nextInt(4);
                double x = random.nextGaussian();
                double y = Simulation.draw(POISSON, Math.exp(0.2 + b + 0.4 * x), random)[0];
                weighted.add(id, y, 1, w, 0, x);
                for (int k = 0; k < w; k++) {
                    repeated.add(id, y, 1, 1, 0, x);
                }
            }
        }
        FitResult a = fit(weighted, POISSON, Link.LOG, nodes(1));
        FitResult b = fit(repeated, POISSON, Link.LOG, nodes(1));
        assertEquals(b.logLikelihood(), a.logLikelihood(), SAME_LOG_LIKELIHOOD);
        for (int i = 0; i < 3; i++) {
            assertEquals(b.parameters()[i], a.parameters()[i], 1e-5);
        }
        assertEquals(b.fixed().get(1).se(), a.fixed().get(1).se(), 1e-6);
        assertEquals(b.fixed().get(1).robustSe(), a.fixed().get(1).robustSe(), 1e-6);
    }

    @Test
    void aModelWithoutInterceptIsFitted() {
        Random random = new Random(17);
        Rows both = new Rows(RandomBlocks.design(3, 1, false));
        for (long id = 0; id < 100; id++) {
            double b = random.nextGaussian();
            for (int j = 0; j < 4; j++) {
                int group = random.nextInt(2);
                double y = Simulation.draw(POISSON, Math.exp(0.2 + b + 0.4 * group), random)[0];
                both.add(id, y, 1, 1, 0, group, 1 - group);
            }
        }
        var design = both.design();
        var noIntercept = design.withFixed(design.fixed().subList(1, 3));
        var withIntercept = design.withFixed(design.fixed().subList(0, 2));
        FitResult[] results = new FitResult[2];
        for (int k = 0; k < 2; k++) {
            var d = k == 0 ? noIntercept : withIntercept;
            Rows rows = new Rows(d);
            for (int i = 0; i < both.count(); i++) {
                rows.add(both.id(i), both.row(i));
            }
            results[k] = fit(rows, POISSON, Link.LOG, nodes(1));
            assertTrue(results[k].converged());
        }
        assertEquals(results[1].logLikelihood(), results[0].logLikelihood(), SAME_LOG_LIKELIHOOD);
        assertEquals(results[1].parameters()[0], results[0].parameters()[1], 1e-5);
        assertEquals(
                results[1].parameters()[0] + results[1].parameters()[1],
                results[0].parameters()[0],
                1e-5);
    }

    @Test
    void refusesAModelWithoutAnyFixedEffect() {
        Rows rows = new Rows(RandomBlocks.design(1, 1, false).withFixed(List.of()));
        for (long id = 0; id < 10; id++) {
            rows.add(id, id % 2, 1, 1, 0);
            rows.add(id, 1, 1, 1, 0);
        }
        UsageException e = assertThrows(UsageException.class, () -> fit(rows, POISSON, Link.LOG, nodes(1)));
        assertTrue(e.getMessage().contains("no fixed effect"), e.getMessage());
    }

    /** Counts about 3000 whose slopes vary by 0.012 (well determined), and whose intercepts do not vary at all. */
    @Test
    void aVarianceOfZeroIsReachedBesideAnotherThatIsSmall() {
        var design = RandomBlocks.design(2, 2, false);
        var apart = new Design(
                design.raw(),
                design.response(),
                design.size(),
                design.weight(),
                design.offsets(),
                design.fixed(),
                RandomTerm.ofClusters(
                        design.group(),
                        List.of(
                                design.randomColumns().subList(0, 1),
                                design.randomColumns().subList(1, 2))));
        Random random = new Random(4);
        Rows rows = new Rows(apart);
        for (long id = 0; id < 200; id++) {
            double b = 0.012 * random.nextGaussian();
            for (int j = 0; j < 20; j++) {
                double x = j % 2 == 0 ? 1 : -1;
                rows.add(id, Math.rint(3000 * Math.exp(b * x)), 1, 1, 0, x);
            }
        }
        FitResult result = fit(rows, POISSON, Link.LOG, nodes(1));
        assertEquals(0.012, result.random().get(1).sd()[0], 0.002);
        assertEquals(0, result.random().get(0).sd()[0], 0);
        assertTrue(codes(result).contains("boundary_variance"));
    }

    /** 150 persons of 8 counts, standard deviations 1, ½, ½: as ordinary as three random effects can be. */
    @Test
    void theLadderOfThreeRandomEffectsSettlesOnOrdinaryCounts() {
        Random random = new Random(5);
        Rows rows = new Rows(RandomBlocks.design(3, 3, false));
        for (long id = 0; id < 150; id++) {
            double b0 = random.nextGaussian();
            double b1 = 0.5 * random.nextGaussian();
            double b2 = 0.5 * random.nextGaussian();
            for (int j = 0; j < 8; j++) {
                double x1 = random.nextGaussian();
                double x2 = random.nextGaussian();
                double mu = Math.exp(0.3 + b0 + b1 * x1 + b2 * x2);
                rows.add(id, Simulation.draw(POISSON, mu, random)[0], 1, 1, 0, x1, x2);
            }
        }
        FitResult result = fit(rows, POISSON, Link.LOG, FitOptions.DEFAULT);
        assertTrue(
                result.integration().settled(),
                () -> result.integration().rungs().toString());
        assertTrue(result.converged());
    }

    @Test
    void optionsThatDoNotSuitTheModelAreRefused() {
        Rows rows = binary(2, 20, 4, 18);
        assertThrows(UsageException.class, () -> fit(rows, BINOMIAL, Link.LOGIT, new FitOptions(1, true, "newton")));
        UsageException grid = assertThrows(UsageException.class, () -> fit(rows, BINOMIAL, Link.LOGIT, nodes(300)));
        assertTrue(grid.getMessage().contains("use 141 nodes"), grid::getMessage);
        assertThrows(UsageException.class, () -> new FitOptions(-1, false, "newton"));
        assertThrows(UsageException.class, () -> new FitOptions(302, false, "newton"));
        assertThrows(UsageException.class, () -> new FitOptions(1, false, "nelder-mead"));
    }

    @Test
    void countsAndCriteriaAreThoseOfTheData() {
        Rows rows = binary(1, 50, 3, 19);
        FitResult result = fit(rows, BINOMIAL, Link.LOGIT, nodes(1));
        assertEquals(150, result.observations());
        assertEquals(50, result.clusters());
        assertEquals(4, result.parameterCount());
        assertEquals(-2 * result.logLikelihood() + 8, result.aic(), 1e-12);
        assertEquals(-2 * result.logLikelihood() + 4 * Math.log(150), result.bic(), 1e-12);
        assertEquals("(Intercept)", result.fixed().get(0).term());
        assertTrue(result.optimizer().passes() > 3);
    }
}
