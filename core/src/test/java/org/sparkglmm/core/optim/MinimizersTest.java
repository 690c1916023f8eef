package org.sparkglmm.core.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every method of the catalogue on the same hard functions. */
class MinimizersTest {
    /** The stopping rule leaves a hundred-thousandth of the natural unit. */
    private static final double OPTIMUM = 2e-5;

    static Stream<String> methods() {
        return Minimizers.names().stream();
    }

    private static Minimizer named(String name) {
        return Minimizers.named(name).orElseThrow();
    }

    @Test
    void theCatalogueKnowsItsNames() {
        assertEquals(java.util.List.of("newton", "lbfgs", "bobyqa"), Minimizers.names());
        for (String name : Minimizers.names()) {
            assertEquals(name, named(name).name());
        }
        assertTrue(Minimizers.named("nelder").isEmpty());
    }

    @ParameterizedTest
    @MethodSource("methods")
    void theBentValleyOfRosenbrockIsWalkedToItsEnd(String name) {
        for (double[] start : new double[][] {{-1.2, 1}, {3, -2}, {1, 1}}) {
            Functions f = Functions.rosenbrock();
            Outcome outcome = named(name).minimize(f, start, null);
            assertTrue(outcome.converged(), outcome.message());
            assertArrayEquals(new double[] {1, 1}, outcome.best().point(), 1e-4);
            assertTrue(outcome.best().value() < 1e-8);
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void anIllConditionedQuadraticIsSolvedToTheAccuracyOfItsOwnScale(String name) {
        double[][] h = Functions.rotated(new double[] {1e-2, 1, 30, 1e4}, 3);
        double[] centre = {1, -2, 0.5, 3};
        Functions f = Functions.quadratic(h, centre);
        Outcome outcome = named(name).minimize(f, new double[4], null);
        assertTrue(outcome.converged(), outcome.message());
        // (x - c)'H(x - c) is the squared distance in standard errors, were H an information matrix.
        assertTrue(
                2 * outcome.best().value() < 1e-6,
                "distance² " + 2 * outcome.best().value());
    }

    @ParameterizedTest
    @MethodSource("methods")
    void theEdgeOfTheDomainIsNotCrossed(String name) {
        for (double outside : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            for (double[] start : new double[][] {{20, -5}, {1e-3, 0}}) {
                Outcome outcome = named(name).minimize(Functions.withAnEdge(outside), start, null);
                assertTrue(outcome.converged(), name + " from " + start[0] + ": " + outcome.message());
                assertArrayEquals(new double[] {1, 1}, outcome.best().point(), 1e-4);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aFlatDirectionIsNoObstacle(String name) {
        Outcome outcome = named(name).minimize(Functions.flat(), new double[] {0, 0.5, 2}, null);
        assertTrue(outcome.converged(), outcome.message());
        double[] x = outcome.best().point();
        assertEquals(3, x[0] + x[1], OPTIMUM);
        assertEquals(0, x[2], OPTIMUM);
        assertTrue(Math.abs(x[0]) < 1e4, "wandered off along the flat direction: " + x[0]);
    }

    /** x runs away along e^-x, and its curvature is lost in noise: the rest has its minimum, and that is said. */
    @Test
    void aSlopeThatLeadsNowhereEndsTheSearch() {
        Objective objective = Functions.runaway();
        Outcome outcome = new TrustRegionNewton().minimize(objective, new double[] {0, 3}, null);
        assertTrue(outcome.converged(), outcome.message());
        assertEquals(1, outcome.best().point()[1], OPTIMUM);
        assertTrue(outcome.best().point()[0] > 10);
        assertTrue(outcome.iterations() < 60, "iterations: " + outcome.iterations());
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aStartOutsideTheDomainIsSaidToBeThat(String name) {
        Outcome outcome = named(name).minimize(Functions.withAnEdge(Double.NaN), new double[] {-1, 0}, null);
        assertEquals(Outcome.Status.NOT_EVALUABLE, outcome.status());
        assertFalse(outcome.converged());
        assertFalse(outcome.message().isBlank());
    }

    @ParameterizedTest
    @MethodSource("methods")
    void theTrailNeverRisesAndEndsAtTheBestPoint(String name) {
        Outcome outcome = named(name).minimize(Functions.rosenbrock(), new double[] {-1.2, 1}, null);
        double before = Double.POSITIVE_INFINITY;
        for (double value : outcome.trail()) {
            assertTrue(value <= before + 1e-12);
            before = value;
        }
        assertEquals(before, outcome.best().value(), 1e-12);
        Evaluation again = Functions.rosenbrock().evaluate(outcome.best().point());
        assertEquals(again.value(), outcome.best().value());
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aStartAtTheMinimumStaysThere(String name) {
        double[][] h = Functions.rotated(new double[] {1, 2, 5}, 1);
        double[] centre = {1, 2, 3};
        Outcome outcome = named(name).minimize(Functions.quadratic(h, centre), centre.clone(), null);
        assertTrue(outcome.converged(), outcome.message());
        assertArrayEquals(centre, outcome.best().point(), 1e-7);
    }

    @ParameterizedTest
    @MethodSource("methods")
    void oneVariableIsEnough(String name) {
        Functions f = Functions.of(1, (x, g) -> {
            g[0] = Math.exp(x[0]) - 2;
            return Math.exp(x[0]) - 2 * x[0];
        });
        Outcome outcome = named(name).minimize(f, new double[] {-3}, null);
        assertTrue(outcome.converged(), outcome.message());
        assertEquals(Math.log(2), outcome.best().point()[0], OPTIMUM);
    }

    @Test
    void newtonLeavesASaddleWhoseGradientIsExactlyZeroDownwards() {
        for (double[] start : new double[][] {{1, 0}, {0, 0}, {-3, 0}}) {
            Outcome outcome = new TrustRegionNewton().minimize(Functions.saddle(), start, null);
            assertTrue(outcome.converged(), outcome.message());
            assertEquals(-0.25, outcome.best().value(), 1e-9);
            assertEquals(1, Math.abs(outcome.best().point()[1]), OPTIMUM);
        }
    }

    @Test
    void newtonLeavesASaddleEvenWithAGivenHessianThatDoesNotShowIt() {
        double[][] wrong = {{1, 0}, {0, 1}};
        Outcome outcome = new TrustRegionNewton().minimize(Functions.saddle(), new double[] {1, 1e-3}, wrong);
        assertTrue(outcome.converged(), outcome.message());
        assertEquals(-0.25, outcome.best().value(), 1e-9);
    }

    @Test
    void newtonNeedsOnePassAnIterationWithAGoodHessianAndMendsABadOne() {
        double[][] h = Functions.rotated(new double[] {1e-2, 1, 30, 1e4}, 5);
        double[] centre = {1, -2, 0.5, 3};
        Functions good = Functions.quadratic(h, centre);
        Outcome outcome = new TrustRegionNewton().minimize(good, new double[] {0.9, -1.9, 0.4, 3.1}, h);
        assertTrue(outcome.converged());
        assertTrue(good.passes <= 4, good.passes + " passes for a quadratic with its Hessian given");
        for (double factor : new double[] {0.01, 100, -1}) {
            double[][] bad = Functions.rotated(new double[] {factor, 2 * factor, factor, factor}, 6);
            Functions f = Functions.quadratic(h, centre);
            Outcome mended = new TrustRegionNewton().minimize(f, new double[4], bad);
            assertTrue(mended.converged(), mended.message());
            assertTrue(2 * mended.best().value() < 1e-6);
            assertTrue(f.passes < 60, f.passes + " passes");
        }
    }

    @Test
    void newtonDoesNotCareAboutUnits() {
        Functions f = Functions.rosenbrock();
        double[][] units = {{1e-2, 0}, {0, 1e2}};
        Outcome plain = new TrustRegionNewton().minimize(Functions.rosenbrock(), new double[] {-1.2, 1}, null);
        Outcome scaled =
                new TrustRegionNewton().minimize(new TransformedObjective(f, units), new double[] {-120, 0.01}, null);
        assertTrue(scaled.converged(), scaled.message());
        assertEquals(plain.best().point()[0], 1e-2 * scaled.best().point()[0], 1e-4);
        assertEquals(plain.best().point()[1], 1e2 * scaled.best().point()[1], 1e-4);
    }

    @Test
    void aFunctionWithoutMinimumIsNotCalledConverged() {
        Functions f = Functions.of(2, (x, g) -> {
            g[0] = -1;
            g[1] = 2 * x[1];
            return -x[0] + x[1] * x[1];
        });
        for (Minimizer m : java.util.List.of(new TrustRegionNewton(), new Lbfgs())) {
            Outcome outcome = m.minimize(f, new double[] {0, 1}, null);
            assertFalse(outcome.converged(), m.name() + ": " + outcome.message());
        }
    }

    @Test
    void rankOneUpdatesOfAQuadraticFindItsHessian() {
        double[][] h = Functions.rotated(new double[] {-1, 2, 5}, 9);
        Functions f = Functions.quadratic(h, new double[3]);
        double[][] b = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
        double[] x = {0.3, 0.2, -0.4};
        double[][] steps = {{1, 0.2, 0}, {0, 1, 0.3}, {0.1, 0, 1}};
        for (double[] s : steps) {
            double[] next = {x[0] + s[0], x[1] + s[1], x[2] + s[2]};
            b = TrustRegionNewton.rankOneUpdate(
                    b, s, f.evaluate(x).gradient(), f.evaluate(next).gradient());
            x = next;
        }
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(h[i], b[i], 1e-10);
        }
    }
}
