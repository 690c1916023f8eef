package org.sparkglmm.core.likelihood;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.LocalClusterData;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.NumericalDistribution;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.Evaluation;

/** The marginal likelihood against plain integration, plain Laplace, plain GLM, and itself rearranged. */
class MarginalLikelihoodTest {
    private static final double SAME_FORMULA = 1e-12;
    /** Many nodes on a smooth integrand. */
    private static final double INTEGRAL = 1e-9;
    /** Second differences of the log-likelihood in double. */
    private static final double NUMERICAL_CURVATURE = 1e-7;

    private static MixedModel model(Family family, int p, int... blocks) {
        return new MixedModel(
                family.model(family.links().get(0)),
                new ParameterLayout(p, blocks, family.auxiliary().size()));
    }

    private static double logLikelihood(ClusterData data, MixedModel model, int nodes, double... at) {
        return -new MarginalLikelihood(
                        data, model, new GaussHermite(nodes, model.layout().random()))
                .evaluate(at)
                .value();
    }

    /** A few persons of 1 to 5 rows with covariates, offset and frequency weights. */
    private static Rows rows(Family family, int q, int persons, long seed) {
        Random random = new Random(seed);
        Rows rows = new Rows(RandomBlocks.design(3, q, true));
        for (long id = 0; id < persons; id++) {
            double b = random.nextGaussian();
            int n = 1 + random.nextInt(5);
            for (int j = 0; j < n; j++) {
                double x1 = random.nextGaussian();
                double x2 = random.nextGaussian();
                double offset = 0.3 * random.nextGaussian();
                double eta = 0.3 + 0.5 * x1 + offset + b * (1 + 0.5 * x1);
                int trials = 1 + random.nextInt(3);
                double y = 0;
                if (family.takesTrials()) {
                    for (int t = 0; t < trials; t++) {
                        y += random.nextDouble() < 1 / (1 + Math.exp(-eta)) ? 1 : 0;
                    }
                } else {
                    double limit = Math.exp(-Math.exp(eta));
                    for (double product = random.nextDouble(); product > limit; product *= random.nextDouble()) {
                        y++;
                    }
                }
                double[] raw = {y, family.takesTrials() ? trials : 1, 1 + random.nextInt(2), offset, x1, x2};
                rows.add(id, raw);
            }
        }
        return rows;
    }

    private static BruteForce.Density density(Family family) {
        return family.takesTrials() ? BruteForce.BINOMIAL : BruteForce.POISSON;
    }

    private static double[] lambda(int q, double[] theta) {
        return new ParameterLayout(0, new int[] {q}, 0).lambda(theta);
    }

    private interface OfCluster {
        double of(ToDoubleFunction<double[]> logIntegrand);
    }

    private static double total(
            List<ClusterBlock> blocks, Family family, double[] beta, double[] lambda, OfCluster value) {
        double sum = 0;
        for (ClusterBlock block : blocks) {
            for (int i = 0; i < block.clusters(); i++) {
                sum += value.of(BruteForce.logIntegrand(block, i, density(family), beta, lambda));
            }
        }
        return sum;
    }

    @ParameterizedTest
    @CsvSource({"binomial,1,61", "poisson,1,61", "binomial,2,31", "poisson,2,31"})
    void manyNodesEqualBruteForceIntegration(String name, int q, int nodes) {
        Family family = Families.named(name);
        List<ClusterBlock> blocks = rows(family, q, 8, 5).blocks(family, 2);
        double[] beta = {0.2, 0.4, -0.3};
        double[] theta = q == 1 ? new double[] {0.9} : new double[] {0.9, -0.4, 0.6};
        double expected = total(blocks, family, beta, lambda(q, theta), f -> BruteForce.logIntegral(f, q));
        double actual = logLikelihood(new LocalClusterData(blocks, 1), model(family, 3, q), nodes, join(beta, theta));
        assertEquals(expected, actual, INTEGRAL * Math.abs(expected));
    }

    @ParameterizedTest
    @CsvSource({"binomial,1", "poisson,1", "binomial,2", "poisson,2"})
    void oneNodeEqualsTheTextbooksLaplace(String name, int q) {
        Family family = Families.named(name);
        List<ClusterBlock> blocks = rows(family, q, 10, 6).blocks(family, 3);
        double[] beta = {0.2, 0.4, -0.3};
        double[] theta = q == 1 ? new double[] {1.4} : new double[] {1.2, -0.4, 0.6};
        double expected = total(blocks, family, beta, lambda(q, theta), f -> BruteForce.laplace(f, q));
        double actual = logLikelihood(new LocalClusterData(blocks, 1), model(family, 3, q), 1, join(beta, theta));
        assertEquals(expected, actual, NUMERICAL_CURVATURE * Math.abs(expected));
    }

    /** A family with parameters of its own: ψ on the scale of its predictors, and its density written once more. */
    private record Own(Family family, double[] psi, BruteForce.Density density) {}

    private static Own own(String name) {
        double logit = Math.log(0.2 / 0.8);
        return switch (name) {
            case "nbinom2" -> new Own(Families.named(name), new double[] {Math.log(1.7)}, BruteForce.nbinom2(1.7));
            case "zero-inflated poisson" ->
                new Own(
                        Families.named("poisson").withZeroInflation(),
                        new double[] {logit},
                        BruteForce.zeroInflatedPoisson(0.2));
            case "ordinal" ->
                new Own(
                        Families.named(name).withCategories(List.of("a", "b", "c", "d")),
                        new double[] {-0.8, 0.3, 1.6},
                        BruteForce.ordinal(-0.8, 0.3, 1.6));
            default -> new Own(Families.named(name), new double[] {Math.log(0.6)}, BruteForce.gamma(0.6));
        };
    }

    /** As {@link #rows}, with outcomes of the family. */
    private static List<ClusterBlock> blocks(Own own, int q, int persons, long seed) {
        Random random = new Random(seed);
        Rows rows = new Rows(RandomBlocks.design(3, q, true));
        Link link = own.family().links().get(0);
        for (long id = 0; id < persons; id++) {
            double b = random.nextGaussian();
            int n = 1 + random.nextInt(5);
            for (int j = 0; j < n; j++) {
                double x1 = random.nextGaussian();
                double x2 = random.nextGaussian();
                double offset = 0.3 * random.nextGaussian();
                double eta = 0.3 + 0.5 * x1 + offset + b * (1 + 0.5 * x1);
                double[] y = NumericalDistribution.draw(own.family(), link, eta, own.psi(), random);
                rows.add(id, y[0], y[1], 1 + random.nextInt(2), offset, x1, x2);
            }
        }
        return rows.blocks(own.family(), 2);
    }

    @ParameterizedTest
    @CsvSource({
        "nbinom2,1,61", "zero-inflated poisson,1,61", "ordinal,1,61", "gamma,1,61",
        "nbinom2,2,31", "zero-inflated poisson,2,31", "ordinal,2,31", "gamma,2,31"
    })
    void withParametersOfTheFamilyManyNodesEqualBruteForceAndOneNodeLaplace(String name, int q, int nodes) {
        Own own = own(name);
        List<ClusterBlock> blocks = blocks(own, q, 8, 21);
        double[] beta = {0.2, 0.4, -0.3};
        double[] theta = q == 1 ? new double[] {0.9} : new double[] {0.9, -0.4, 0.6};
        double[] at = join(join(beta, theta), own.psi());
        double integral = 0;
        double laplace = 0;
        for (ClusterBlock block : blocks) {
            for (int i = 0; i < block.clusters(); i++) {
                ToDoubleFunction<double[]> f = BruteForce.logIntegrand(block, i, own.density(), beta, lambda(q, theta));
                integral += BruteForce.logIntegral(f, q);
                laplace += BruteForce.laplace(f, q);
            }
        }
        ClusterData data = new LocalClusterData(blocks, 1);
        MixedModel model = model(own.family(), 3, q);
        assertEquals(integral, logLikelihood(data, model, nodes, at), INTEGRAL * Math.abs(integral));
        assertEquals(laplace, logLikelihood(data, model, 1, at), NUMERICAL_CURVATURE * Math.abs(laplace));
    }

    private static double[] join(double[] a, double[] b) {
        double[] out = java.util.Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, out, a.length, b.length);
        return out;
    }

    private static Rows single(double y, double size, int rows) {
        Rows out = new Rows(RandomBlocks.design(1, 1, false));
        for (int j = 0; j < rows; j++) {
            out.add(1L, y, size, 1, 0);
        }
        return out;
    }

    @ParameterizedTest
    @CsvSource({
        "binomial, 50, 50, 1, 0, 3, 101, 1e-7",
        "binomial, 1, 1, 50, -4, 2, 101, 1e-8",
        "binomial, 0, 1000000, 1, 2, 1, 101, 1e-8",
        "binomial, 1, 1, 1, -30, 5, 101, 1e-6",
        "poisson, 1000000, 1, 1, 0, 1, 21, 1e-9",
        "poisson, 1000000, 1, 20, 3, 0.001, 21, 1e-9",
        "poisson, 0, 1, 30, 4, 2, 101, 1e-8",
        "poisson, 3, 1, 1, -20, 4, 101, 1e-6"
    })
    void extremeOutcomesOfOnePersonEqualBruteForce(
            String name, double y, double size, int rows, double beta, double sd, int nodes, double tolerance) {
        Family family = Families.named(name);
        List<ClusterBlock> blocks = single(y, size, rows).blocks(family, 1);
        double expected =
                total(blocks, family, new double[] {beta}, new double[] {sd}, f -> BruteForce.logIntegral(f, 1));
        Evaluation actual = new MarginalLikelihood(
                        new LocalClusterData(blocks, 1), model(family, 1, 1), new GaussHermite(nodes, 1))
                .evaluate(new double[] {beta, sd});
        assertTrue(actual.isFinite());
        assertEquals(expected, -actual.value(), tolerance * Math.max(1, Math.abs(expected)));
    }

    @Test
    void aHundredThousandPersonsHaveAFiniteSumOfLogarithms() {
        Family family = Families.named("binomial");
        Rows many = new Rows(RandomBlocks.design(1, 1, false));
        int persons = 100_000;
        for (long id = 0; id < persons; id++) {
            many.add(id, 1, 1, 1, 0);
        }
        double[] at = {-1.5, 1.2};
        double one = logLikelihood(single(1, 1, 1).data(family, 1, 1), model(family, 1, 1), 9, at);
        double all = logLikelihood(many.data(family, 20, 1), model(family, 1, 1), 9, at);
        assertEquals(persons * one, all, SAME_FORMULA * Math.abs(all));
        assertTrue(all < -100_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"binomial", "poisson"})
    void theSplitIntoBlocksChangesRoundingOnly(String name) {
        Family family = Families.named(name);
        Rows rows = rows(family, 2, 200, 7);
        MixedModel model = model(family, 3, 2);
        double[] at = {0.2, 0.4, -0.3, 0.9, -0.4, 0.6};
        MarginalLikelihood one = new MarginalLikelihood(rows.data(family, 1, 1), model, new GaussHermite(5, 2));
        MarginalLikelihood seven = new MarginalLikelihood(rows.data(family, 7, 1), model, new GaussHermite(5, 2));
        Evaluation a = one.evaluate(at);
        Evaluation b = seven.evaluate(at);
        assertEquals(a.value(), b.value(), SAME_FORMULA * Math.abs(a.value()));
        for (int i = 0; i < at.length; i++) {
            assertEquals(a.gradient()[i], b.gradient()[i], 1e-11 * Math.abs(a.value()));
        }
    }

    @Test
    void theNumberOfThreadsChangesNoBit() {
        Family family = Families.named("binomial");
        Rows rows = rows(family, 2, 200, 8);
        MixedModel model = model(family, 3, 2);
        List<double[]> points = List.of(
                new double[] {0.2, 0.4, -0.3, 0.9, -0.4, 0.6},
                new double[] {0.1, 0.5, -0.2, 0.7, 0.4, 0.3},
                new double[] {0, 0, 0, 0, 0, 0});
        List<ClusterBlock> blocks = rows.blocks(family, 7);
        List<Evaluation> expected =
                new MarginalLikelihood(new LocalClusterData(blocks, 1), model, new GaussHermite(3, 2)).evaluate(points);
        for (int threads : new int[] {2, 4, 16}) {
            List<Evaluation> actual = new MarginalLikelihood(
                            new LocalClusterData(rows.shuffled(threads).blocks(family, 7), threads),
                            model,
                            new GaussHermite(3, 2))
                    .evaluate(points);
            for (int k = 0; k < points.size(); k++) {
                assertEquals(expected.get(k).value(), actual.get(k).value());
                assertArrayEquals(expected.get(k).gradient(), actual.get(k).gradient());
            }
        }
    }

    @Test
    void aRepeatedPassRepeatsItsBitsAndThePointsOfAPassAgreeWithPassesOfTheirOwn() {
        Family family = Families.named("binomial");
        ClusterData data = rows(family, 1, 100, 9).data(family, 3, 1);
        MarginalLikelihood objective = new MarginalLikelihood(data, model(family, 3, 1), new GaussHermite(7, 1));
        double[] first = {0.2, 0.4, -0.3, 0.9};
        double[] second = {0.5, 0.1, -0.1, 1.7};
        List<Evaluation> together = objective.evaluate(List.of(first, second));
        assertEquals(together.get(0).value(), objective.evaluate(first).value());
        assertEquals(
                together.get(1).value(),
                objective.evaluate(List.of(first, second)).get(1).value());
        double alone = objective.evaluate(second).value();
        assertEquals(alone, together.get(1).value(), SAME_FORMULA * Math.abs(alone));
    }

    @ParameterizedTest
    @CsvSource({"binomial,1", "binomial,4", "poisson,1", "poisson,4", "gaussian,1", "gaussian,4"})
    void withoutRandomEffectsItIsThePlainGlm(String name, int nodes) {
        Family family = Families.named(name);
        List<ClusterBlock> blocks = rows(family, 2, 40, 10).blocks(family, 3);
        double[] beta = {0.2, 0.4, -0.3};
        double logSigma = 0.4;
        BruteForce.Density density =
                family.auxiliary().isEmpty() ? density(family) : BruteForce.gaussian(Math.exp(logSigma));
        double expected = 0;
        for (ClusterBlock block : blocks) {
            double[] x1 = block.rowValues(block.x()[1]);
            double[] x2 = block.rowValues(block.x()[2]);
            for (int j = 0; j < block.rows(); j++) {
                double eta = beta[0] + beta[1] * x1[j] + beta[2] * x2[j] + block.offset()[j];
                expected += block.observations().weight(j)
                        * density.log(
                                block.observations().y(j), block.observations().size(j), eta);
            }
        }
        double[] at = new double[6 + family.auxiliary().size()];
        System.arraycopy(beta, 0, at, 0, 3);
        if (at.length > 6) {
            at[6] = logSigma;
        }
        double actual = logLikelihood(new LocalClusterData(blocks, 1), model(family, 3, 2), nodes, at);
        assertEquals(expected, actual, SAME_FORMULA * Math.abs(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"binomial", "poisson"})
    void signFlipsOfTheColumnsOfLambdaChangeNothing(String name) {
        Family family = Families.named(name);
        ClusterData data = rows(family, 2, 50, 11).data(family, 3, 1);
        for (int nodes : new int[] {1, 4, 7}) {
            double expected = logLikelihood(data, model(family, 3, 2), nodes, 0.2, 0.4, -0.3, 0.9, -0.4, 0.6);
            for (double[] s : new double[][] {{-1, 1}, {1, -1}, {-1, -1}}) {
                double actual = logLikelihood(
                        data, model(family, 3, 2), nodes, 0.2, 0.4, -0.3, s[0] * 0.9, s[0] * -0.4, s[1] * 0.6);
                assertEquals(expected, actual, SAME_FORMULA * Math.abs(expected));
            }
        }
    }

    @Test
    void unrelatedRandomTermsAreABlockDiagonalLambda() {
        Family family = Families.named("poisson");
        ClusterData data = rows(family, 2, 50, 12).data(family, 3, 1);
        assertEquals(
                logLikelihood(data, model(family, 3, 2), 5, 0.2, 0.4, -0.3, 0.9, 0, 0.6),
                logLikelihood(data, model(family, 3, 1, 1), 5, 0.2, 0.4, -0.3, 0.9, 0.6));
    }

    @Test
    void frequencyWeightsAreRepeatedRowsAndAWeightOfZeroIsNoRow() {
        Family family = Families.named("binomial");
        Rows weighted = rows(family, 2, 60, 13);
        Rows repeated = new Rows(weighted.design());
        for (int i = 0; i < weighted.count(); i++) {
            double[] row = weighted.row(i).clone();
            for (int k = 0; k < weighted.row(i)[2]; k++) {
                row[2] = 1;
                repeated.add(weighted.id(i), row);
            }
        }
        Rows withZeros = new Rows(weighted.design());
        for (int i = 0; i < weighted.count(); i++) {
            withZeros.add(weighted.id(i), weighted.row(i));
            withZeros.add(weighted.id(i), 1, 1, 0, 5, -3, 7);
        }
        double[] at = {0.2, 0.4, -0.3, 0.9, -0.4, 0.6};
        double expected = logLikelihood(repeated.data(family, 2, 1), model(family, 3, 2), 5, at);
        assertEquals(
                expected,
                logLikelihood(weighted.data(family, 2, 1), model(family, 3, 2), 5, at),
                SAME_FORMULA * Math.abs(expected));
        assertEquals(
                expected,
                logLikelihood(withZeros.data(family, 2, 1), model(family, 3, 2), 5, at),
                SAME_FORMULA * Math.abs(expected));
    }

    @ParameterizedTest
    @CsvSource({"poisson,IDENTITY,2,0.5,-100", "poisson,LOG,1,-10,-100", "binomial,LOG,-2,0.1,100"})
    void aRowOfWeightZeroOutsideTheLinksRangeIsNoRow(String name, Link link, double b0, double b1, double far) {
        Family family = Families.named(name);
        Rows without = new Rows(RandomBlocks.design(2, 1, true))
                .add(1L, 1, 1, 1, 0, 0.3)
                .add(2L, 0, 1, 1, 0, 0.1)
                .add(2L, 1, 1, 1, 0, 0.5);
        Rows with = new Rows(without.design());
        for (int i = 0; i < without.count(); i++) {
            with.add(without.id(i), without.row(i));
        }
        with.add(2L, 1, 1, 0, 0, far);
        MixedModel model = new MixedModel(family.model(link), new ParameterLayout(2, new int[] {1}, 0));
        assertEquals(
                logLikelihood(without.data(family, 1, 1), model, 3, b0, b1, 0.1),
                logLikelihood(with.data(family, 1, 1), model, 3, b0, b1, 0.1),
                SAME_FORMULA);
    }

    @Test
    void parametersThatAreNoNumbersHaveNoLikelihood() {
        Family family = Families.named("poisson");
        ClusterData data = rows(family, 1, 20, 14).data(family, 2, 1);
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            for (int i = 0; i < 4; i++) {
                double[] at = {0.2, 0.4, -0.3, 0.9};
                at[i] = bad;
                assertFalse(new MarginalLikelihood(data, model(family, 3, 1), new GaussHermite(5, 1))
                        .evaluate(at)
                        .isFinite());
            }
        }
    }

    @Test
    void outerProductsAreThoseOfThePersonsGradients() {
        Family family = Families.named("poisson");
        Rows rows = rows(family, 1, 12, 15);
        MixedModel model = model(family, 3, 1);
        double[] at = {0.2, 0.4, -0.3, 0.9};
        ClusterData data = rows.data(family, 3, 1);
        GaussHermite grid = new GaussHermite(5, 1);
        double[][] change = {{0, 2, 0, 0}, {0.5, 0, -1, 0}};
        ScoreSum sum = new LikelihoodPasses(data, model)
                .atEstimates(grid, FinerRules.NONE, at, change, false)
                .scores();
        double largest = 0;
        double[][] expected = new double[4][4];
        for (long id = 0; id < 12; id++) {
            Rows person = new Rows(rows.design());
            for (int i = 0; i < rows.count(); i++) {
                if (rows.id(i).equals(id)) {
                    person.add(id, rows.row(i));
                }
            }
            double[] g = new MarginalLikelihood(person.data(family, 1, 1), model, new GaussHermite(5, 1))
                    .evaluate(at)
                    .gradient();
            for (int i = 0; i < 4; i++) {
                for (int j = 0; j < 4; j++) {
                    expected[i][j] += g[i] * g[j];
                }
            }
            for (double[] row : change) {
                double moved = 0;
                for (int i = 0; i < 4; i++) {
                    moved -= row[i] * g[i];
                }
                largest = Math.max(largest, Math.abs(moved));
            }
        }
        assertEquals(largest, sum.largestChange(), 1e-10);
        LikelihoodSum plain =
                new LikelihoodPasses(data, model).likelihoods(grid, List.of(at)).get(0);
        assertEquals(plain.logLikelihood(), sum.logLikelihood());
        for (int i = 0; i < 4; i++) {
            assertArrayEquals(expected[i], sum.outerProducts()[i], 1e-10);
        }
    }

    @ParameterizedTest
    @CsvSource({"binomial,1", "binomial,2", "poisson,1", "poisson,2"})
    void conditionalModesAndDeviationsAreThoseOfBruteForce(String name, int q) {
        Family family = Families.named(name);
        double[] beta = {0.2, 0.4, -0.3};
        double[] theta = q == 1 ? new double[] {0.9} : new double[] {0.9, -0.4, 0.6};
        double[] lambda = lambda(q, theta);
        for (ClusterBlock block : rows(family, q, 12, 16).blocks(family, 2)) {
            ConditionalModes modes = ConditionalModes.of(block, model(family, 3, q), join(beta, theta), false);
            for (int i = 0; i < block.clusters(); i++) {
                ToDoubleFunction<double[]> f = BruteForce.logIntegrand(block, i, density(family), beta, lambda);
                double[] u = BruteForce.maximum(f, q);
                double[][] l = new double[q][q];
                for (int r = 0; r < q; r++) {
                    System.arraycopy(lambda, r * q, l[r], 0, q);
                }
                double[][] h = BruteForce.curvature(f, u, 1e-2);
                double[][] covariance = Dense.multiply(l, Dense.solve(h, Dense.transpose(l)));
                for (int r = 0; r < q; r++) {
                    double expected = 0;
                    for (int d = 0; d < q; d++) {
                        expected += l[r][d] * u[d];
                    }
                    // A maximum is known to the root of the rounding of its value.
                    assertEquals(expected, modes.mode(i, r), 1e-6);
                    assertEquals(Math.sqrt(covariance[r][r]), modes.deviation(i, r), 1e-6);
                }
            }
        }
    }

    @Test
    void aPersonWhoseOutcomeIsImpossibleHasNoMode() {
        Family family = Families.named("binomial");
        ClusterBlock block = single(1, 1, 1).blocks(family, 1).get(0);
        MixedModel model = new MixedModel(family.model(Link.LOG), new ParameterLayout(1, new int[] {1}, 0));
        ConditionalModes modes = ConditionalModes.of(block, model, new double[] {5, 0.1}, false);
        assertEquals(Double.NaN, modes.mode(0, 0));
        assertEquals(Double.NaN, modes.deviation(0, 0));
        ConditionalModes none = ConditionalModes.of(block, model, new double[] {-1, 0}, false);
        assertEquals(0, none.mode(0, 0), 0);
        assertEquals(0, none.deviation(0, 0), 0);
    }
}
