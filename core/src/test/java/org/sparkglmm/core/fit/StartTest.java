package org.sparkglmm.core.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Objective;
import org.sparkglmm.core.optim.TrustRegionNewton;

/** Where a search begins, where the truth is known: the objective of a sample is a parabola as steep as the sample has clusters. */
class StartTest {
    private static final Family BINOMIAL = Families.named("binomial");
    private static final double[] GENERAL = {0, 0.5};
    private static final double[] OPTIMUM = {0.3, -0.8};

    private static ClusterData sample;

    /** The clusters of the samples that were searched, one after another, and where each search began. */
    private final List<Long> searched = new ArrayList<>();

    private final List<double[]> began = new ArrayList<>();

    @BeforeAll
    static void simulate() {
        sample = Simulation.of(BINOMIAL, Link.LOGIT, 1, 12_000, 1, new double[] {0, 0, 0}, 1, 7)
                .data(BINOMIAL, 1, 1);
    }

    @Test
    void everLargerSamplesLeadThere() {
        Start start = of(48_000, at -> true);

        assertEquals(List.of(2_000L, 12_000L), searched, "10,000 is not worth a search of its own beside 12,000");
        assertArrayEquals(GENERAL, began.get(0), "the first begins at the general start");
        assertArrayEquals(new double[] {0.3, 0.8}, began.get(1), 1e-6, "Λ with a diagonal that is not negative");
        assertArrayEquals(new double[] {0.3, 0.8}, start.point(), 1e-6);
        assertEquals(12_000, start.sampled());
        // 12,000 · (2, 1) of the sample are 48,000 · (2, 1) of all; the sign of Λ turns what is mixed.
        assertArrayEquals(new double[] {96_000, -24_000}, start.hessian()[0], 1e-2);
        assertArrayEquals(new double[] {-24_000, 48_000}, start.hessian()[1], 1e-2);
    }

    @Test
    void smallDataHaveTheGeneralStart() {
        Start start = of(7_999, at -> true);

        assertEquals(List.of(), searched, "a quarter of the clusters is less than the first sample");
        assertSame(GENERAL, start.point());
        assertNull(start.hessian());
        assertEquals(0, start.sampled());
    }

    @Test
    void anOptimumThatCannotBeNearThatOfAllIsForgotten() {
        Start never = of(48_000, at -> false);
        assertSame(GENERAL, never.point());
        assertEquals(0, never.sampled());

        searched.clear();
        Start once = of(48_000, at -> searched.size() < 2);
        assertEquals(2_000, once.sampled(), "the first sample's stands");
        assertArrayEquals(new double[] {96_000, -24_000}, once.hessian()[0], 1e-2, "for all clusters");
    }

    private Start of(long clusters, Predicate<double[]> plausible) {
        ParameterLayout layout = new ParameterLayout(1, new int[] {1}, 0);
        double[][] identity = {{1, 0}, {0, 1}};
        Boundary boundary = new Boundary(layout, List.of(), new int[0], identity, identity, new double[] {1});
        return Start.fromSamples(
                GENERAL,
                sample,
                clusters,
                part -> {
                    long ofPart = FirstPass.clusters(part);
                    searched.add(ofPart);
                    return new Parabola(ofPart, began);
                },
                plausible,
                new TrustRegionNewton(),
                boundary,
                FitListener.SILENT);
    }

    /** n (x - optimum)'H(x - optimum)/2 with H = (2, ½; ½, 1), the first point of it remembered. */
    private static final class Parabola implements Objective {
        private final long n;
        private final List<double[]> began;
        private boolean first = true;

        Parabola(long n, List<double[]> began) {
            this.n = n;
            this.began = began;
        }

        @Override
        public int dimension() {
            return 2;
        }

        @Override
        public List<Evaluation> evaluate(List<double[]> points) {
            if (first) {
                began.add(points.get(0).clone());
                first = false;
            }
            return points.stream().map(this::at).toList();
        }

        private Evaluation at(double[] x) {
            double a = x[0] - OPTIMUM[0];
            double b = x[1] - OPTIMUM[1];
            double[] gradient = {n * (2 * a + 0.5 * b), n * (0.5 * a + b)};
            return new Evaluation(x, 0.5 * (a * gradient[0] + b * gradient[1]), gradient);
        }
    }
}
