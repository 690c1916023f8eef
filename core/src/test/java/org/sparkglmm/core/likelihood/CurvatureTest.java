package org.sparkglmm.core.likelihood;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
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
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.LocalClusterData;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.model.Catalogue;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.NumericalDistribution;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.CentralHessian;

/**
 * The exact Hessian against differences of the exact gradient, over the catalogue × dimensions × nodes × weights, and where
 * its algebra has corners: uncorrelated random effects, variances of zero, single rows and many, columns of Z that are not in X.
 */
class CurvatureTest {
    /** Of the largest element, in β and θ: the differences are good to 1e-9 or so, ℓ'''' to 1e-8. */
    private static final double EXACT = 1e-7;
    /** With ψ the Hessian is a difference of second order itself, and stiff families' derivatives grow fast. */
    private static final double DIFFERENCE = 1e-6;

    static Stream<Arguments> cases() {
        List<Arguments> out = new ArrayList<>();
        for (Catalogue.Entry entry : Catalogue.entries()) {
            for (int q = 1; q <= 3; q++) {
                for (int nodes : new int[] {1, 3, 4, 7}) {
                    out.add(Arguments.of(entry, q, nodes, (q + nodes) % 2 == 0));
                }
            }
        }
        return out.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void hessianEqualsDifferencesOfTheGradient(Catalogue.Entry entry, int q, int nodes, boolean weights) {
        Case made = new Case(entry, RandomBlocks.design(3, q, weights), nodes, 5);
        made.check(made.parameters());
    }

    /** {@code (1 + x1 || id)}, and {@code (1 + x1 | id) + (x2 - 1 | id)}. */
    @ParameterizedTest
    @CsvSource({"1,2", "3,2", "4,2", "1,3", "3,3", "4,3"})
    void hessianIsExactForBlockDiagonalLambda(int nodes, int q) {
        Design full = RandomBlocks.design(3, q, true);
        List<DesignColumn> columns = full.fixed();
        List<List<DesignColumn>> terms = q == 2
                ? List.of(columns.subList(0, 1), columns.subList(1, 2))
                : List.of(columns.subList(0, 2), columns.subList(2, 3));
        for (Catalogue.Entry entry : Catalogue.entries()) {
            if (entry.key().equals("binomial") || entry.key().equals("nbinom2")) {
                Design design =
                        new Design(full.raw(), 0, 1, 2, List.of(3), columns, RandomTerm.ofClusters("id", terms));
                Case made = new Case(entry, design, nodes, 5);
                made.check(made.parameters());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("someModels")
    void hessianIsExactForColumnsOfZThatAreNotInX(Catalogue.Entry entry, int nodes) {
        Case made = new Case(entry, RandomBlocks.design(1, 3, true), nodes, 5);
        made.check(made.parameters());
    }

    @ParameterizedTest
    @MethodSource("someModels")
    void hessianIsExactForSingleRows(Catalogue.Entry entry, int nodes) {
        for (int q = 1; q <= 2; q++) {
            Case made = new Case(entry, RandomBlocks.design(3, q, false), nodes, 1);
            made.check(made.parameters());
        }
    }

    @ParameterizedTest
    @MethodSource("someModels")
    void hessianIsExactWhereVariancesAreZero(Catalogue.Entry entry, int nodes) {
        Case made = new Case(entry, RandomBlocks.design(3, 2, true), nodes, 5);
        double[] at = made.parameters();
        int theta = made.layout.thetaStart();
        at[theta + 2] = 0;
        made.check(at);
        at[theta + 1] = 0;
        made.check(at);
        at[theta] = 0;
        made.check(at);
    }

    static Stream<Arguments> someModels() {
        return Catalogue.entries().stream()
                .filter(e -> List.of("binomial", "nbinom2").contains(e.key()))
                .flatMap(e -> Stream.of(1, 3, 4).map(nodes -> Arguments.of(e, nodes)));
    }

    @ParameterizedTest
    @MethodSource("someModels")
    void hessianInCoefficientsOfPsiEqualsDifferences(Catalogue.Entry entry, int nodes) {
        Design plain = RandomBlocks.design(3, 1, true);
        List<DesignColumn> predictor =
                List.of(DesignColumn.intercept(), plain.fixed().get(2));
        List<List<DesignColumn>> parts = entry.family().auxiliary().isEmpty() ? List.of() : List.of(predictor);
        Case made = new Case(entry, plain.withColumns(plain.fixed(), parts), nodes, 5);
        made.check(made.parameters());
    }

    @Test
    void valueAndGradientAreThoseOfTheLikelihoodToTheBit() {
        for (Arguments arguments : someModels().toList()) {
            Catalogue.Entry entry = (Catalogue.Entry) arguments.get()[0];
            Case made = new Case(
                    entry, RandomBlocks.design(3, 2, true), (int) arguments.get()[1], 5);
            double[] at = made.parameters();
            LikelihoodSum expected = new LikelihoodPasses(made.data, made.model)
                    .likelihoods(made.grid, List.of(at))
                    .get(0);
            LikelihoodSum actual = new LikelihoodPasses(made.data, made.model)
                    .curvature(made.grid, at)
                    .likelihood();
            assertEquals(expected.logLikelihood(), actual.logLikelihood());
            assertArrayEquals(expected.gradient(), actual.gradient());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aColumnThatIsConstantWithinClustersMayStandAsAMultipleOfOnes(int nodes) {
        Random random = new Random(8);
        Rows rows = new Rows(RandomBlocks.design(4, 2, true));
        for (long id = 0; id < 5; id++) {
            double sex = 1 + random.nextInt(3);
            for (int j = 0; j < 4; j++) {
                double time = random.nextGaussian();
                rows.add(id, random.nextInt(2), 1, 1 + random.nextInt(2), 0.1, time, sex, sex * time);
            }
        }
        Family family = Families.named("binomial");
        ClusterBlock block = rows.blocks(family, 1).get(0);
        assertTrue(block.x()[2].isByCluster());
        MixedModel model = new MixedModel(family.model(Link.LOGIT), new ParameterLayout(4, new int[] {2}, 0));
        double[] at = {0.2, -0.3, 0.4, 0.1, 0.9, -0.4, 0.6};
        check(new LocalClusterData(List.of(block), 1), model, new GaussHermite(nodes, 2), at);
    }

    /** Against differences, of a model without ψ. */
    private static void check(ClusterData data, MixedModel model, GaussHermite grid, double[] at) {
        double[][] actual =
                new LikelihoodPasses(data, model).curvature(grid, at).hessian();
        double[][] expected = CentralHessian.at(new MarginalLikelihood(data, model, grid), at);
        double largest = 0;
        for (double[] row : expected) {
            for (double v : row) {
                largest = Math.max(largest, Math.abs(v));
            }
        }
        for (int i = 0; i < at.length; i++) {
            for (int j = 0; j < at.length; j++) {
                assertEquals(-expected[i][j], actual[i][j], EXACT * largest, i + ", " + j);
            }
        }
    }

    @Test
    void clustersOfManyRowsHaveTheirHessianToo() {
        Catalogue.Entry entry =
                someModels().map(a -> (Catalogue.Entry) a.get()[0]).toList().get(0);
        for (int nodes : new int[] {1, 4}) {
            Case made = new Case(entry, RandomBlocks.design(3, 2, true), nodes, 3000);
            made.check(made.parameters());
        }
    }

    @Test
    void hasTheSameBitsForAnyNumberOfThreads() {
        Catalogue.Entry entry =
                someModels().map(a -> (Catalogue.Entry) a.get()[0]).toList().get(0);
        Case made = new Case(entry, RandomBlocks.design(3, 2, true), 3, 6);
        List<ClusterBlock> blocks = RandomBlocks.blocks(
                RandomBlocks.design(3, 2, true),
                entry.family(),
                6,
                60,
                6,
                0.7,
                9,
                (eta, random) -> NumericalDistribution.draw(entry.family(), entry.link(), eta, entry.psi(0), random));
        double[] at = made.parameters();
        double[][] expected = new LikelihoodPasses(new LocalClusterData(blocks, 1), made.model)
                .curvature(made.grid, at)
                .hessian();
        double[][] actual = new LikelihoodPasses(new LocalClusterData(blocks, 4), made.model)
                .curvature(made.grid, at)
                .hessian();
        assertArrayEquals(expected, actual);
    }

    @Test
    void thereIsNoneOutsideTheDomain() {
        Catalogue.Entry identity = Catalogue.entries().stream()
                .filter(e -> e.key().equals("poisson") && e.link() == Link.IDENTITY)
                .findFirst()
                .orElseThrow();
        Case made = new Case(identity, RandomBlocks.design(3, 1, false), 1, 5);
        double[] at = made.parameters();
        at[0] = -5;
        assertNull(new LikelihoodPasses(made.data, made.model)
                .curvature(made.grid, at)
                .hessian());
    }

    /** Clusters of a family's outcomes, and parameters at which to look at them. */
    private static final class Case {
        private final Catalogue.Entry entry;
        private final double scale;
        private final double centre;
        private final long seed;
        private final ParameterLayout layout;
        private final MixedModel model;
        private final GaussHermite grid;
        private final ClusterBlock block;
        private final ClusterData data;

        private Case(Catalogue.Entry entry, Design design, int nodes, int mostRows) {
            this.entry = entry;
            Family family = entry.family();
            Link link = entry.link();
            layout = design.layout(family);
            seed = 31 * (31L * layout.random() + nodes) + link.ordinal();
            // Links with an edge need small effects to stay inside it: the likelihood has a jump where a node crosses
            // it.
            boolean positiveIdentity = link == Link.IDENTITY && !family.supports(-1.5, 1);
            boolean edge = link == Link.INVERSE
                    || link == Link.SQRT
                    || positiveIdentity
                    || (link == Link.LOG && family.takesTrials());
            scale = edge ? 0.1 : 0.7;
            centre = switch (link) {
                case SQRT, INVERSE -> 2;
                case IDENTITY -> positiveIdentity ? 3 : 0.5;
                case LOG -> family.takesTrials() ? -3 : 0.5;
                default -> -0.3;
            };
            double[] psi = entry.psi(0);
            block = RandomBlocks.block(
                    design,
                    family,
                    6,
                    mostRows,
                    scale,
                    seed,
                    (eta, random) -> NumericalDistribution.draw(family, link, centre + eta, psi, random));
            data = new LocalClusterData(List.of(block), 1);
            model = new MixedModel(family.model(link), layout);
            grid = new GaussHermite(nodes, layout.random());
        }

        private double[] parameters() {
            Random random = new Random(seed + 1);
            double[] psi = entry.psi(0);
            double[] at = new double[layout.size()];
            for (int i = 0; i < layout.psiStart(); i++) {
                at[i] = 0.5 * scale * random.nextGaussian();
            }
            at[0] += centre;
            for (int k = 0; k < psi.length; k++) {
                for (int i = layout.psiStart(k); i < layout.psiStart(k + 1); i++) {
                    at[i] = 0.1 * random.nextGaussian() + (i == layout.psiStart(k) ? psi[k] : 0.2);
                }
            }
            return at;
        }

        private void check(double[] at) {
            double[][] actual =
                    new LikelihoodPasses(data, model).curvature(grid, at).hessian();
            assertNotNull(actual, "the likelihood is finite around the test's point");
            double[][] expected = new double[at.length][];
            double largest = 0;
            for (int i = 0; i < at.length; i++) {
                expected[i] = difference(at, i);
                for (double element : expected[i]) {
                    largest = Math.max(largest, Math.abs(element));
                }
            }
            for (int i = 0; i < at.length; i++) {
                for (int j = 0; j < at.length; j++) {
                    assertEquals(actual[j][i], actual[i][j], "symmetric");
                    double tolerance = Math.max(i, j) < layout.psiStart() ? EXACT : DIFFERENCE;
                    assertEquals(expected[i][j], actual[i][j], tolerance * largest, "element " + i + ", " + j);
                }
            }
        }

        /** Five-point central difference of the gradient: error some h⁴. */
        private double[] difference(double[] at, int i) {
            double h = 3e-4;
            List<double[]> points = new ArrayList<>();
            for (double k : new double[] {-2, -1, 1, 2}) {
                double[] x = at.clone();
                x[i] += k * h;
                points.add(x);
            }
            List<LikelihoodSum> sums = new LikelihoodPasses(data, model).likelihoods(grid, points);
            double[] out = new double[at.length];
            double[] factor = {1 / (12 * h), -8 / (12 * h), 8 / (12 * h), -1 / (12 * h)};
            for (int k = 0; k < factor.length; k++) {
                double[] gradient = sums.get(k).gradient();
                for (int j = 0; j < out.length; j++) {
                    out[j] += factor[k] * gradient[j];
                }
            }
            return out;
        }
    }
}
