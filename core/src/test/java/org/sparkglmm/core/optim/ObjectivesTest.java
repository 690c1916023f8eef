package org.sparkglmm.core.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Objectives made of objectives, and the Hessian from differences. */
class ObjectivesTest {
    private static final Objective ROSENBROCK = Functions.rosenbrock();

    @Test
    void theCentralHessianOfRosenbrockIsItsHessian() {
        double x = -1.2;
        double y = 1.3;
        double[][] h = CentralHessian.at(ROSENBROCK, new double[] {x, y});
        double[][] expected = {{1200 * x * x - 400 * y + 2, -400 * x}, {-400 * x, 200}};
        // Third derivatives of 2400 at a step of 2e-4: 2400 · 4e-8 / 6 and rounding.
        for (int i = 0; i < 2; i++) {
            assertArrayEquals(expected[i], h[i], 1e-4);
        }
        assertEquals(h[0][1], h[1][0]);
    }

    @Test
    void theCentralHessianIsOnePassAndExactForAQuadratic() {
        double[][] a = Functions.rotated(new double[] {-1, 2, 3}, 8);
        Functions f = Functions.quadratic(a, new double[] {1, 2, 3});
        double[][] h = CentralHessian.at(f, new double[] {100, 0, 1e-9});
        assertEquals(1, f.passes);
        assertEquals(6, f.points);
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(a[i], h[i], 1e-9);
        }
    }

    @Test
    void theCentralHessianLooksCloserAtTheEdgeAndGivesUpOutside() {
        Functions f = Functions.withAnEdge(Double.NaN);
        double x = 1e-4;
        double[][] h = CentralHessian.at(f, new double[] {x, 0});
        // ∂²/∂x² = 1/x² + 1; the step is a fifth of the distance to the edge.
        assertEquals(1 / (x * x) + 1, h[0][0], 0.1 / (x * x));
        assertNull(CentralHessian.at(f, new double[] {1e-9, 0}));
        assertNull(CentralHessian.at(f, new double[] {-1, 0}));
    }

    @Test
    void aSubspaceHoldsTheOtherVariables() {
        double[][] a = Functions.rotated(new double[] {1, 2, 3, 4}, 2);
        Functions f = Functions.quadratic(a, new double[] {1, 2, 3, 4});
        SubspaceObjective sub = new SubspaceObjective(f, new double[] {9, 8, 7, 6}, new int[] {3, 1});
        assertEquals(2, sub.dimension());
        assertArrayEquals(new double[] {9, -2, 7, -1}, sub.embed(new double[] {-1, -2}));
        assertArrayEquals(new double[] {6, 8}, sub.restrict(new double[] {9, 8, 7, 6}));
        List<Evaluation> out = sub.evaluate(List.of(new double[] {-1, -2}, new double[] {5, 5}));
        Evaluation full = f.evaluate(new double[] {9, -2, 7, -1});
        assertEquals(full.value(), out.get(0).value());
        assertArrayEquals(
                new double[] {full.gradient()[3], full.gradient()[1]},
                out.get(0).gradient());
        assertArrayEquals(new double[] {-1, -2}, out.get(0).point());
        assertEquals(2, f.passes);
        Outcome outcome = new TrustRegionNewton().minimize(sub, new double[] {6, 8}, null);
        double[] end = f.evaluate(sub.embed(outcome.best().point())).gradient();
        assertEquals(0, end[3], 1e-4);
        assertEquals(0, end[1], 1e-4);
        assertTrue(Math.abs(end[0]) > 1, "the held variables were not at their optimum");
    }

    @Test
    void otherVariablesHaveTheGradientOfTheChainRule() {
        double[][] a = {{2, 1}, {-0.5, 3}};
        TransformedObjective f = new TransformedObjective(ROSENBROCK, a);
        assertEquals(2, f.dimension());
        double[] at = {0.3, -0.2};
        Evaluation e = f.evaluate(at);
        double[] mapped = {2 * 0.3 - 0.2, -0.5 * 0.3 - 0.6};
        assertArrayEquals(mapped, TransformedObjective.multiply(a, at), 1e-15);
        assertEquals(ROSENBROCK.evaluate(mapped).value(), e.value(), 1e-12);
        double h = 1e-5;
        for (int i = 0; i < 2; i++) {
            double[] up = at.clone();
            double[] down = at.clone();
            up[i] += h;
            down[i] -= h;
            double expected = (f.evaluate(up).value() - f.evaluate(down).value()) / (2 * h);
            assertEquals(expected, e.gradient()[i], 1e-5 * Math.abs(expected));
        }
        assertArrayEquals(at, e.point());
    }

    @Test
    void anEvaluationIsFiniteOnlyWithValueAndGradient() {
        double[] x = {0};
        assertTrue(new Evaluation(x, 1, new double[] {2}).isFinite());
        assertFalse(new Evaluation(x, Double.NaN, new double[] {2}).isFinite());
        assertFalse(new Evaluation(x, Double.POSITIVE_INFINITY, new double[] {2}).isFinite());
        assertFalse(new Evaluation(x, Double.NEGATIVE_INFINITY, new double[] {2}).isFinite());
        assertFalse(new Evaluation(x, 1, new double[] {Double.NaN}).isFinite());
        assertFalse(new Evaluation(x, 1, new double[] {Double.NEGATIVE_INFINITY}).isFinite());
    }
}
