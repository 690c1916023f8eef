package org.sparkglmm.core.likelihood;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
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
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.NumericalDistribution;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Objective;

/**
 * The exact gradient against central differences of the objective, over the catalogue × dimensions × nodes × weights, and
 * over predictors of ψ with covariates.
 */
class MarginalLikelihoodGradientTest {

    static Stream<Arguments> cases() {
        List<Arguments> out = new ArrayList<>();
        for (Catalogue.Entry entry : Catalogue.entries()) {
            for (int q = 1; q <= 3; q++) {
                for (int nodes : new int[] {1, 3, 4, 5, 7}) {
                    out.add(Arguments.of(entry, q, nodes, (q + nodes) % 2 == 0));
                }
            }
        }
        return out.stream();
    }

    /** Every parameter that a formula may give a predictor, with a covariate and an intercept. */
    static Stream<Arguments> casesWithCovariates() {
        List<Arguments> out = new ArrayList<>();
        for (Catalogue.Entry entry : Catalogue.entries()) {
            for (int k = 0; k < entry.family().auxiliary().size(); k++) {
                Role role = entry.family().auxiliary().get(k).role();
                for (int nodes : new int[] {1, 4}) {
                    if (role == Role.DISPERSION || role == Role.ZERO_INFLATION) {
                        out.add(Arguments.of(entry, k, 1 + (k + nodes) % 2, nodes));
                    }
                }
            }
        }
        return out.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientEqualsDifferencesOfTheObjective(Catalogue.Entry entry, int q, int nodes, boolean weights) {
        check(entry, q, nodes, RandomBlocks.design(3, q, weights));
    }

    @ParameterizedTest
    @MethodSource("casesWithCovariates")
    void gradientInCoefficientsOfPsiEqualsDifferences(Catalogue.Entry entry, int part, int q, int nodes) {
        Design plain = RandomBlocks.design(3, q, true);
        List<List<DesignColumn>> parts = new ArrayList<>();
        for (int k = 0; k <= part; k++) {
            parts.add(
                    k == part ? List.of(DesignColumn.intercept(), plain.fixed().get(2)) : List.of());
        }
        check(entry, q, nodes, plain.withColumns(plain.fixed(), parts));
    }

    private static void check(Catalogue.Entry entry, int q, int nodes, Design design) {
        Family family = entry.family();
        Link link = entry.link();
        long seed = 31 * (31L * q + nodes) + link.ordinal();
        // Links with an edge need small effects to stay inside it: the likelihood has a jump where a node crosses it.
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
                6,
                5,
                scale,
                seed,
                (eta, random) -> NumericalDistribution.draw(family, link, centre + eta, psi, random));
        ParameterLayout layout = design.layout(family);
        Objective objective = new MarginalLikelihood(
                new LocalClusterData(List.of(block), 1),
                new MixedModel(family.model(link), layout),
                new GaussHermite(nodes, q));

        Random random = new Random(seed + 1);
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
        Evaluation evaluation = objective.evaluate(at);
        assertTrue(evaluation.isFinite(), "objective is finite at the test's point");
        double largest = 0;
        for (double g : evaluation.gradient()) {
            largest = Math.max(largest, Math.abs(g));
        }
        for (int i = 0; i < at.length; i++) {
            assertEquals(
                    difference(objective, at, i),
                    evaluation.gradient()[i],
                    1e-6 * Math.max(1, largest),
                    "element " + i);
        }
    }

    /** Five-point central difference: error some h⁴. */
    private static double difference(Objective objective, double[] at, int i) {
        double h = 1e-3;
        List<double[]> points = new ArrayList<>();
        for (double k : new double[] {-2, -1, 1, 2}) {
            double[] x = at.clone();
            x[i] += k * h;
            points.add(x);
        }
        List<Evaluation> e = objective.evaluate(points);
        return (e.get(0).value()
                        - 8 * e.get(1).value()
                        + 8 * e.get(2).value()
                        - e.get(3).value())
                / (12 * h);
    }
}
