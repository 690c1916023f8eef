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
import org.sparkglmm.core.design.LocalClusterData;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Objective;

/** The exact gradient against central differences of the objective, over the catalogue × dimensions × nodes × weights. */
class MarginalLikelihoodGradientTest {

    static Stream<Arguments> cases() {
        List<Arguments> out = new ArrayList<>();
        for (Family family : Families.all()) {
            for (Link link : family.links()) {
                for (int q = 1; q <= 3; q++) {
                    for (int nodes : new int[] {1, 3, 4, 5, 7}) {
                        out.add(Arguments.of(family.name(), link, q, nodes, (q + nodes) % 2 == 0));
                    }
                }
            }
        }
        return out.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientEqualsDifferencesOfTheObjective(String familyName, Link link, int q, int nodes, boolean weights) {
        Family family = Families.named(familyName);
        long seed = 31 * (31L * q + nodes) + link.ordinal();
        // Links with an edge need small effects to stay inside it: the likelihood has a jump where a node crosses it.
        boolean edge = link == Link.INVERSE
                || link == Link.SQRT
                || (link == Link.IDENTITY && family.name().equals("poisson"))
                || (link == Link.LOG && family.name().equals("binomial"));
        double scale = edge ? 0.1 : 0.7;
        double centre =
                switch (link) {
                    case SQRT, INVERSE -> 2;
                    case IDENTITY -> family.name().equals("poisson") ? 3 : 0.5;
                    case LOG -> family.name().equals("binomial") ? -3 : 0.5;
                    default -> -0.3;
                };
        Design design = RandomBlocks.design(3, q, weights);
        ClusterBlock block = RandomBlocks.block(design, family, 6, 5, scale, seed, (eta, random) -> {
            double mu = link.mean(centre + eta);
            if (family.takesTrials()) {
                int trials = 1 + random.nextInt(4);
                int y = 0;
                for (int t = 0; t < trials; t++) {
                    y += random.nextDouble() < mu ? 1 : 0;
                }
                return new double[] {y, trials};
            }
            return family.takesPrecisionWeights()
                    ? new double[] {mu + 0.5 * random.nextGaussian(), 0.5 + random.nextDouble()}
                    : new double[] {Math.max(0, Math.rint(mu + random.nextGaussian())), 1};
        });
        ParameterLayout layout =
                new ParameterLayout(3, new int[] {q}, family.psiNames().size());
        Objective objective = new MarginalLikelihood(
                new LocalClusterData(List.of(block), 1),
                new MixedModel(family.model(link), layout),
                new GaussHermite(nodes, q));

        Random random = new Random(seed + 1);
        double[] at = new double[layout.size()];
        for (int i = 0; i < at.length; i++) {
            at[i] = 0.5 * scale * random.nextGaussian();
        }
        at[0] += centre;
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
