package org.sparkglmm.core.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Objective;
import org.sparkglmm.core.optim.TrustRegionNewton;

/**
 * What a sample says of every rule, where the truth is known: the objective of a rule is a parabola of the same curvature, with an optimum
 * and a height of its own.
 */
class NodeSelectionTest {

    private static final double[][] CURVATURE = {{4, 1}, {1, 2}};
    private static final double[] OPTIMUM = {0.3, 0.8};
    private static final double[] START = {0, 0.5};
    private static final IntegrationTolerance TOLERANCE = IntegrationTolerance.DEFAULT;
    /** Of all clusters to the sample's. */
    private static final double RATIO = 25;

    /** A random intercept beside one effect: rungs 1, 5, 9, 15, 25, ... */
    private static final ParameterLayout LAYOUT = new ParameterLayout(1, new int[] {1}, 0);

    @Test
    void theCoarsestRuleIsChosenWhoseErrorsWillDoForAllClusters() {
        // The sample's optimum by n nodes is 2^-n in its first effect from the truth, 2·2^-n of its standard errors,
        // and 5 times as
        // many of all clusters': 0.3 at 5 nodes, 0.02 at 9, more than half of the tolerance, and 0.0003 at 15.
        NodeSelection selection = learn(nodes -> Math.pow(2, -nodes), nodes -> 0);

        assertEquals(10 * Math.pow(2, -5), selection.errorOf(5), 1e-6);
        assertEquals(10 * Math.pow(2, -9), selection.errorOf(9), 1e-6);
        assertEquals(15, selection.forEstimates(TOLERANCE, 1, 1));
        assertEquals(9, selection.forEstimates(new IntegrationTolerance(0.1, 0.05), 1, 1));
        assertEquals(5, selection.forLogLikelihood(TOLERANCE, 5));
        assertEquals(15, selection.forLogLikelihood(TOLERANCE, 15));
    }

    @Test
    void errorsFoundLargerOnAllClustersAskForAFinerRule() {
        NodeSelection selection = learn(nodes -> Math.pow(2, -nodes), nodes -> 0);

        assertEquals(9, selection.forEstimates(new IntegrationTolerance(0.1, 0.05), 1, 1));
        assertEquals(15, selection.forEstimates(new IntegrationTolerance(0.1, 0.05), 1, 3));
    }

    @Test
    void theLogLikelihoodHasAnErrorOfItsOwn() {
        // Heights differ and optima do not: 25 · 0.02 by 5 nodes, 25 · 0.001 by 9.
        IntToDoubleFunction height = nodes -> nodes == 1 ? 0.4 : nodes == 5 ? 0.02 : nodes == 9 ? 0.001 : 0;
        NodeSelection selection = learn(nodes -> 0, height);

        assertEquals(1, selection.forEstimates(TOLERANCE, 1, 1));
        assertEquals(9, selection.forLogLikelihood(TOLERANCE, 1));
        // The move from 5 nodes to 9 was what the sample had said: so is the rest. It was twice as much: so is the
        // rest.
        assertEquals(0.025, selection.logLikelihoodErrorOf(9, 5, 0.475), 1e-9);
        assertEquals(0.05, selection.logLikelihoodErrorOf(9, 5, 0.95), 1e-9);
        // Of a rule that it has not met the sample says nothing, and the move is what is known.
        assertEquals(0.3, selection.logLikelihoodErrorOf(151, 9, 0.3), 1e-9);
    }

    @Test
    void anOptimumIsFarWhereNeitherChanceNorTheRuleExplainIt() {
        NodeSelection selection = learn(nodes -> 0, nodes -> 0);

        assertFalse(selection.isFar(OPTIMUM, 5));
        // 2 standard errors of the sample, and 10.
        assertFalse(selection.isFar(new double[] {OPTIMUM[0] + 1, OPTIMUM[1]}, 5));
        assertTrue(selection.isFar(new double[] {OPTIMUM[0] + 5, OPTIMUM[1]}, 5));
        assertTrue(selection.isFar(new double[] {Double.NaN, OPTIMUM[1]}, 5));
    }

    @Test
    void ofASampleWhoseSearchFailsNothingIsLearnt() {
        assertNull(learn(LAYOUT, nodes -> new Parabola(OPTIMUM, Double.NaN)));
    }

    /** Five effects have no rule but Laplace's; where a second evaluation of it fails, as modes of zero-inflated outcomes may, none is left. */
    @Test
    void aLadderOfOneRuleThatCannotBeEvaluatedAgainTeachesNothing() {
        ParameterLayout five = new ParameterLayout(1, new int[] {1, 1, 1, 1, 1}, 0);
        double[] optimum = {0.3, 0.8, 0.8, 0.8, 0.8, 0.8};
        Queue<Objective> first = new ArrayDeque<>(List.of(new Parabola(optimum, 0)));
        IntFunction<Objective> onceOnly = nodes -> first.isEmpty() ? new Parabola(optimum, Double.NaN) : first.remove();

        assertNotNull(learn(five, nodes -> new Parabola(optimum, 0)));
        assertNull(learn(five, onceOnly));
    }

    /**
     * @param shift of a rule's optimum in its first variable
     * @param height of a rule's minimum
     */
    private static NodeSelection learn(IntToDoubleFunction shift, IntToDoubleFunction height) {
        return learn(
                LAYOUT,
                nodes -> new Parabola(
                        new double[] {OPTIMUM[0] + shift.applyAsDouble(nodes), OPTIMUM[1]},
                        height.applyAsDouble(nodes)));
    }

    private static NodeSelection learn(ParameterLayout layout, IntFunction<Objective> objectives) {
        int p = layout.size();
        double[][] identity = new double[p][p];
        double[] scales = new double[layout.random()];
        double[] start = new double[p];
        for (int i = 0; i < p; i++) {
            identity[i][i] = 1;
            start[i] = i == 0 ? START[0] : START[1];
        }
        Arrays.fill(scales, 1);
        Boundary boundary = new Boundary(layout, List.of(), new int[0], identity, identity, scales);
        return NodeSelection.learn(objectives, start, RATIO, TOLERANCE, new TrustRegionNewton(), boundary, layout);
    }

    /** height + (x - optimum)' H (x - optimum) / 2, where H has the curvature above in its first two variables and 1 in others. */
    private record Parabola(double[] optimum, double height) implements Objective {

        @Override
        public int dimension() {
            return optimum.length;
        }

        @Override
        public List<Evaluation> evaluate(List<double[]> points) {
            return points.stream().map(this::at).toList();
        }

        private Evaluation at(double[] point) {
            int p = optimum.length;
            double value = height;
            double[] gradient = new double[p];
            for (int i = 0; i < p; i++) {
                for (int j = 0; j < p; j++) {
                    gradient[i] += curvature(i, j) * (point[j] - optimum[j]);
                }
                value += 0.5 * gradient[i] * (point[i] - optimum[i]);
            }
            return new Evaluation(point, value, gradient);
        }

        private static double curvature(int i, int j) {
            return i < 2 && j < 2 ? CURVATURE[i][j] : i == j ? 1 : 0;
        }
    }
}
