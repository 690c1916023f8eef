package org.sparkglmm.core.likelihood;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.LocalClusterData;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.model.AuxiliaryParameter.Role;
import org.sparkglmm.core.model.Catalogue;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.NumericalDistribution;
import org.sparkglmm.core.model.ParameterLayout;

/** How the modes move with every parameter, against differences of the modes themselves. */
class ConditionalModesTest {
    /** Relative to the largest; modes are found to some 1e-9, and the differences' step is 1e-3. */
    private static final double DERIVATIVE = 2e-6;

    /** The catalogue, with and without covariates in the predictors of ψ. */
    static Stream<Arguments> cases() {
        List<Arguments> out = new ArrayList<>();
        for (Catalogue.Entry entry : Catalogue.entries()) {
            boolean hasPredictors = entry.family().auxiliary().stream()
                    .anyMatch(a -> a.role() == Role.DISPERSION || a.role() == Role.ZERO_INFLATION);
            for (int q = 1; q <= 2; q++) {
                out.add(Arguments.of(entry, q, false));
                if (hasPredictors) {
                    out.add(Arguments.of(entry, q, true));
                }
            }
        }
        return out.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void derivativesEqualDifferencesOfTheModes(Catalogue.Entry entry, int q, boolean covariates) {
        Family family = entry.family();
        Design design = RandomBlocks.design(3, q, true);
        if (covariates) {
            List<List<DesignColumn>> parts = new ArrayList<>();
            family.auxiliary().forEach(a -> {
                boolean takes = a.role() == Role.DISPERSION || a.role() == Role.ZERO_INFLATION;
                parts.add(
                        takes ? List.of(DesignColumn.intercept(), design.fixed().get(2)) : List.of());
            });
            check(entry, design.withColumns(design.fixed(), parts));
        } else {
            check(entry, design);
        }
    }

    private static void check(Catalogue.Entry entry, Design design) {
        Family family = entry.family();
        Link link = entry.link();
        // Links with an edge need small effects to stay inside it.
        boolean positiveIdentity = link == Link.IDENTITY && !family.supports(-1.5, 1);
        boolean edge = link == Link.INVERSE
                || link == Link.SQRT
                || positiveIdentity
                || (link == Link.LOG && family.takesTrials());
        double scale = edge ? 0.1 : 0.7;
        double centre =
                switch (link) {
                    case SQRT, INVERSE -> 2;
                    case IDENTITY -> positiveIdentity ? 3 : 0.5;
                    case LOG -> family.takesTrials() ? -3 : 0.5;
                    default -> -0.3;
                };
        double[] psi = entry.psi(0);
        ClusterBlock block = RandomBlocks.block(
                design,
                family,
                5,
                6,
                scale,
                71,
                (eta, random) -> NumericalDistribution.draw(family, link, centre + eta, psi, random));
        ParameterLayout layout = design.layout(family);
        MixedModel model = new MixedModel(family.model(link), layout);
        Random random = new Random(72);
        double[] at = new double[layout.size()];
        for (int i = 0; i < layout.psiStart(); i++) {
            at[i] = 0.5 * scale * random.nextGaussian();
        }
        at[0] += centre;
        for (int t = 0; t < layout.theta(); t++) {
            at[layout.thetaStart() + t] += layout.row(t) == layout.column(t) ? scale : 0;
        }
        for (int k = 0; k < psi.length; k++) {
            for (int i = layout.psiStart(k); i < layout.psiStart(k + 1); i++) {
                at[i] = i == layout.psiStart(k) ? psi[k] : 0.2;
            }
        }
        ConditionalModes modes = ConditionalModes.of(block, model, at, true);
        for (int i = 0; i < block.clusters(); i++) {
            double[][] derivatives = modes.derivatives(i);
            double largest = 0;
            for (double[] row : derivatives) {
                for (double d : row) {
                    assertTrue(Double.isFinite(d), "derivatives are numbers");
                    largest = Math.max(largest, Math.abs(d));
                }
            }
            for (int r = 0; r < layout.random(); r++) {
                for (int k = 0; k < at.length; k++) {
                    assertEquals(
                            difference(block, model, at, k, i, r),
                            derivatives[r][k],
                            DERIVATIVE * largest,
                            "effect " + r + " of cluster " + i + " in parameter " + k);
                }
            }
        }
    }

    /** Five points: error some h⁴. */
    private static double difference(ClusterBlock block, MixedModel model, double[] at, int k, int i, int r) {
        double h = 1e-3;
        double sum = 0;
        double[] factor = {1, -8, 8, -1};
        double[] shift = {-2, -1, 1, 2};
        for (int j = 0; j < 4; j++) {
            double[] moved = at.clone();
            moved[k] += shift[j] * h;
            sum += factor[j] * ConditionalModes.of(block, model, moved, false).mode(i, r);
        }
        return sum / (12 * h);
    }

    @Test
    void influencesAreThoseOfTheScorePassAndLeaveModesAlone() {
        // One without parameters of its own, one with.
        influences(Families.named("poisson"), 0.1, 0.2, -0.1, 0.6, 0.1, 0.4);
        influences(Families.named("nbinom2").withZeroInflation(), 0.1, 0.2, -0.1, 0.6, 0.1, 0.4, 0.3, -1);
    }

    private static void influences(Family family, double... at) {
        Design design = RandomBlocks.design(3, 2, true);
        ClusterBlock block = RandomBlocks.block(
                design,
                family,
                20,
                4,
                0.5,
                5,
                (eta, random) ->
                        NumericalDistribution.draw(Families.named("poisson"), Link.LOG, eta, new double[0], random));
        ParameterLayout layout = design.layout(family);
        MixedModel model = new MixedModel(family.model(Link.LOG), layout);
        Random random = new Random(6);
        double[][] change = {
            random.doubles(at.length, -0.2, 0.2).toArray(),
            random.doubles(at.length, -0.2, 0.2).toArray()
        };
        GaussHermite grid = new GaussHermite(3, 2);
        ConditionalModes plain = ConditionalModes.of(block, model, at, true);
        ConditionalModes both = ConditionalModes.withInfluences(block, model, grid, at, change);
        double most = 0;
        int noticeable = 0;
        for (int i = 0; i < block.clusters(); i++) {
            for (int r = 0; r < 2; r++) {
                assertEquals(plain.mode(i, r), both.mode(i, r));
                assertEquals(plain.covariance(i, r, 0), both.covariance(i, r, 0));
                assertEquals(plain.covariance(i, r, 1), both.covariance(i, r, 1));
                assertArrayEquals(plain.derivatives(i)[r], both.derivatives(i)[r]);
            }
            most = Math.max(most, both.influence(i));
            noticeable += both.influence(i) > 0.5 ? 1 : 0;
        }
        ScoreSum pass = new LikelihoodPasses(new LocalClusterData(List.of(block), 1), model)
                .atEstimates(grid, FinerRules.NONE, at, change, false)
                .scores();
        assertEquals(pass.largestChange(), most);
        assertEquals(pass.noticeable(), noticeable);
        assertTrue(noticeable > 0 && noticeable < block.clusters(), "the clusters differ");
    }
}
