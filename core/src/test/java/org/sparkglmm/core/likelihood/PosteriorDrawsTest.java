package org.sparkglmm.core.likelihood;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.math.RandomVariates;
import org.sparkglmm.core.math.StandardNormal;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.Observations;
import org.sparkglmm.core.model.ParameterLayout;

/** When the data are drawn from the model, what is drawn given the data is as if drawn from the model too. */
class PosteriorDrawsTest {
    private static final int CLUSTERS = 6000;
    /** Kolmogorov's distance times √n, exceeded once in 1000 times; seeds are fixed. */
    private static final double KOLMOGOROV = 1.95;
    /** Standard errors. */
    private static final double SIGMAS = 4;

    static Stream<Arguments> models() {
        return Stream.of(
                // Few yes or no and a large variance: a posterior as skew as they come.
                Arguments.of("binomial, 1 to 3 rows", "binomial", Link.LOGIT, false, 3, new double[] {-1, 0.5, 2.5}),
                Arguments.of("rare binomial", "binomial", Link.CLOGLOG, false, 4, new double[] {-3, 0.5, 2}),
                Arguments.of(
                        "binomial, two effects", "binomial", Link.LOGIT, false, 8, new double[] {-0.5, 0.5, 1.5, -0.8, 1
                        }),
                Arguments.of("poisson", "poisson", Link.LOG, false, 4, new double[] {0.2, 0.3, 0.9}),
                Arguments.of(
                        "poisson, two effects", "poisson", Link.LOG, false, 5, new double[] {0.2, 0.3, 0.8, 0.3, 0.5}),
                Arguments.of("zero-inflated", "poisson", Link.LOG, true, 5, new double[] {0.7, 0.3, 0.9, -0.5}),
                Arguments.of("gamma", "gamma", Link.LOG, false, 4, new double[] {0.2, 0.3, 0.9, -0.3}),
                Arguments.of(
                        "gamma, two effects", "gamma", Link.LOG, false, 5, new double[] {0.2, 0.3, 0.8, 0.3, 0.5, -0.3
                        }),
                Arguments.of("gaussian", "gaussian", Link.IDENTITY, false, 4, new double[] {0.2, 0.3, 0.8, 0.1}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void drawsAreStandardNormalAndResidualsUniform(
            String name, String familyName, Link link, boolean zeros, int mostRows, double[] parameters) {
        Family plain = Families.named(familyName);
        Family family = zeros ? plain.withZeroInflation() : plain;
        int own = family.auxiliary().size();
        int q = parameters.length - 2 - own == 1 ? 1 : 2;
        Design design = RandomBlocks.design(2, q, false);
        ParameterLayout layout = design.layout(family);
        assertEquals(layout.size(), parameters.length);
        double[] psi = Arrays.copyOfRange(parameters, layout.psiStart(), layout.size());
        double[] lambda = layout.lambda(parameters);
        SplittableRandom random = new SplittableRandom(name.hashCode());
        Rows rows = new Rows(design);
        for (int i = 0; i < CLUSTERS; i++) {
            double[] b = new double[q];
            for (int c = 0; c < q; c++) {
                double u = RandomVariates.normal(random);
                for (int r = 0; r < q; r++) {
                    b[r] += lambda[r * q + c] * u;
                }
            }
            int n = 1 + random.nextInt(mostRows);
            for (int j = 0; j < n; j++) {
                double x = RandomVariates.normal(random);
                double eta = parameters[0] + parameters[1] * x + b[0] + (q == 2 ? b[1] * x : 0);
                rows.add((long) i, family.draw(link, eta, psi, 1, random), 1, 1, 0, x);
            }
        }
        ClusterBlock block = rows.blocks(family, 1).get(0);
        PosteriorDraws draws = PosteriorDraws.of(block, new MixedModel(family.model(link), layout), parameters, 1);

        double[][] u = new double[q][CLUSTERS];
        double product = 0;
        for (int i = 0; i < CLUSTERS; i++) {
            assertTrue(draws.isKnown(i));
            for (int d = 0; d < q; d++) {
                u[d][i] = draws.drawn(i, d);
            }
            product += u[0][i] * u[q - 1][i];
        }
        for (int d = 0; d < q; d++) {
            double[] probabilities =
                    Arrays.stream(u[d]).map(StandardNormal::probability).toArray();
            uniform("effect " + d, probabilities);
            assertEquals(1, variance(u[d]), SIGMAS * Math.sqrt(2.0 / CLUSTERS), "variance of effect " + d);
        }
        if (q == 2) {
            assertEquals(0, product / CLUSTERS, SIGMAS / Math.sqrt(CLUSTERS), "drawn effects are not correlated");
        }
        uniform("residuals", residuals(block, draws, family, link));
    }

    private static double[] residuals(ClusterBlock block, PosteriorDraws draws, Family family, Link link) {
        Observations y = block.observations();
        SplittableRandom random = new SplittableRandom(3);
        double[] out = new double[block.rows()];
        double[] psi = new double[family.auxiliary().size()];
        for (int j = 0; j < out.length; j++) {
            draws.psi().at(j, psi);
            double below = family.cumulativeBelow(link, draws.etaDrawn(j), psi, y.y(j), y.size(j));
            double upTo = family.cumulative(link, draws.etaDrawn(j), psi, y.y(j), y.size(j));
            out[j] = below + random.nextDouble() * (upTo - below);
        }
        return out;
    }

    private static void uniform(String what, double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double distance = 0;
        for (int i = 0; i < sorted.length; i++) {
            distance = Math.max(distance, Math.abs(sorted[i] - (i + 0.5) / sorted.length) + 0.5 / sorted.length);
        }
        double statistic = distance * Math.sqrt(sorted.length);
        assertTrue(statistic < KOLMOGOROV, what + ": Kolmogorov " + statistic);
    }

    private static double variance(double[] values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        return Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / values.length;
    }

    /** The draw of a cluster depends on its own rows and id only. */
    @Test
    void aClusterIsDrawnTheSameInAnyCompany() {
        Family family = Families.named("poisson");
        Design design = RandomBlocks.design(2, 1, false);
        Rows all = new Rows(design);
        Rows some = new Rows(design);
        for (int j = 0; j < 40; j++) {
            double[] raw = {j % 5, 1, 1, 0, 0.1 * j};
            all.add((long) (j / 4), raw);
            if (j / 4 == 7) {
                some.add(7L, raw);
            }
        }
        MixedModel model = new MixedModel(family.model(Link.LOG), design.layout(family));
        double[] parameters = {0.3, 0.1, 0.7};
        ClusterBlock large = all.blocks(family, 1).get(0);
        ClusterBlock small = some.blocks(family, 1).get(0);
        double alone = PosteriorDraws.of(small, model, parameters, 1).drawn(0, 0);
        double inCompany = PosteriorDraws.of(large, model, parameters, 1).drawn(7, 0);
        assertEquals(alone, inCompany, 0);
    }

    @Test
    void aClusterWithoutLikelihoodIsSaidToBeUnknown() {
        Family family = Families.named("poisson");
        Design design = RandomBlocks.design(2, 1, false);
        Rows rows = new Rows(design).add(1L, 2, 1, 1, 0, 0.5).add(2L, 3, 1, 1, 0, Double.NaN);
        PosteriorDraws draws = PosteriorDraws.of(
                rows.blocks(family, 1).get(0),
                new MixedModel(family.model(Link.LOG), design.layout(family)),
                new double[] {0.3, 0.1, 0.7},
                1);
        assertTrue(draws.isKnown(0));
        assertTrue(!draws.isKnown(1));
    }
}
