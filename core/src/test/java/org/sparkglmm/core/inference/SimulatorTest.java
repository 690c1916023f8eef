package org.sparkglmm.core.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkglmm.core.design.ClusterIds;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.design.RawColumn;
import org.sparkglmm.core.model.Catalogue;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;

class SimulatorTest {
    /** Draws enough that a mean is off by five standard errors once in a million times. */
    private static final int DRAWS = 4000;

    private static final double FIVE_ERRORS = 5;

    private static final DesignColumn X = new DesignColumn("x", List.of(new Component("x", Component.NUMERIC)));

    /** y ~ x + (1 + x | id), raw values size and x. */
    private static Design design() {
        List<DesignColumn> columns = List.of(DesignColumn.intercept(), X);
        return new Design(
                List.of(new RawColumn("size", "size", List.of()), new RawColumn("x", "x", List.of())),
                -1,
                0,
                -1,
                List.of(),
                columns,
                RandomTerm.ofClusters("id", List.of(columns)));
    }

    private static Simulator gaussian(long seed, double... parameters) {
        return new Simulator(new ModelSpec(design(), Families.named("gaussian"), Link.IDENTITY), parameters, seed);
    }

    @Test
    void effectsHaveTheCovarianceOfTheModel() {
        // Λ = (2, 0; -0.3, 0.4): variances 4 and 0.25, covariance -0.6.
        Simulator simulator = gaussian(1, 0, 0, 2, -0.3, 0.4, 0);
        double[] moments = new double[5];
        for (int i = 0; i < DRAWS; i++) {
            double[] b = simulator.effects(ClusterIds.hashOf(i));
            double[] terms = {b[0], b[1], b[0] * b[0], b[1] * b[1], b[0] * b[1]};
            for (int k = 0; k < terms.length; k++) {
                moments[k] += terms[k] / DRAWS;
            }
        }
        double error = FIVE_ERRORS / Math.sqrt(DRAWS);
        assertEquals(0, moments[0], error * 2);
        assertEquals(0, moments[1], error * 0.5);
        assertEquals(4, moments[2], error * 4 * Math.sqrt(2));
        assertEquals(0.25, moments[3], error * 0.25 * Math.sqrt(2));
        assertEquals(-0.6, moments[4], error * Math.sqrt(4 * 0.25 + 0.36));
    }

    @Test
    void rowsOfAPersonShareTheEffectsAndDifferInTheRest() {
        Simulator withNoise = gaussian(1, 1, 2, 3, 0, 0, 0);
        Simulator noNoise = gaussian(1, 1, 2, 3, 0, 0, -40);
        long person = ClusterIds.hashOf("p1");
        double b = noNoise.effects(person)[0];
        assertEquals(1 + 2 * 0.5 + b, noNoise.outcome(new double[] {1, 0.5}, person, 1), 1e-12);
        assertEquals(1 + 2 * 0.5 + b, noNoise.outcome(new double[] {1, 0.5}, person, 2), 1e-12);
        assertNotEquals(
                withNoise.outcome(new double[] {1, 0.5}, person, 1),
                withNoise.outcome(new double[] {1, 0.5}, person, 2),
                "identical rows get draws of their own");
        assertNotEquals(b, noNoise.effects(ClusterIds.hashOf("p2"))[0]);
    }

    @Test
    void theSeedMakesTheDrawsAndNothingElseDoes() {
        double[] row = {1, 0.5};
        double[] truth = {1, 2, 3, 0, 1, 0};
        assertEquals(gaussian(7, truth).outcome(row, 5, 1), gaussian(7, truth).outcome(row, 5, 1));
        assertNotEquals(
                gaussian(7, truth).outcome(row, 5, 1), gaussian(8, truth).outcome(row, 5, 1));
        Simulator one = gaussian(7, truth);
        one.outcome(row, 1, 1);
        assertEquals(gaussian(7, truth).outcome(row, 5, 3), one.outcome(row, 5, 3), "whatever was drawn before");
    }

    @Test
    void neighbouringSeedsPersonsAndRowsAreIndependent() {
        double[] row = {1, 0};
        double[] truth = {0, 0, 0, 0, 0, 0};
        double[] products = new double[3];
        for (int i = 1; i <= DRAWS; i++) {
            double y = gaussian(i, truth).outcome(row, i, i);
            products[0] += y * gaussian(i + 1, truth).outcome(row, i, i) / DRAWS;
            products[1] += y * gaussian(i, truth).outcome(row, i + 1, i) / DRAWS;
            products[2] += y * gaussian(i, truth).outcome(row, i, i + 1) / DRAWS;
        }
        assertArrayEquals(new double[3], products, FIVE_ERRORS / Math.sqrt(DRAWS));
    }

    @ParameterizedTest
    @MethodSource("org.sparkglmm.core.model.Catalogue#arguments")
    void outcomesOfEveryFamilyHaveItsMean(Catalogue.Entry entry) {
        Family family = entry.family();
        double[] psi = entry.psi(0);
        // A probability has no logarithm above 0.
        double eta = family.takesTrials() && entry.link() == Link.LOG ? -0.3 : 0.3;
        double[] parameters = new double[5 + psi.length];
        parameters[0] = eta;
        System.arraycopy(psi, 0, parameters, 5, psi.length);
        Simulator simulator = new Simulator(new ModelSpec(design(), family, entry.link()), parameters, 3);
        double size = family.takesTrials() ? 4 : 1;
        double sum = 0;
        for (int i = 0; i < DRAWS; i++) {
            double y = simulator.outcome(new double[] {size, 0}, i, 1);
            assertTrue(family.supports(y, size));
            assertTrue(!Simulator.drawsWholeNumbers(family) || y == Math.rint(y));
            sum += y / DRAWS;
        }
        double error = Math.sqrt(family.variance(entry.link(), eta, psi, size) / DRAWS);
        assertEquals(family.expected(entry.link(), eta, psi, size), sum, FIVE_ERRORS * error);
    }

    @Test
    void withoutAUsableRowThereIsNoOutcome() {
        Simulator simulator = gaussian(1, 1, 2, 3, 0, 1, 0);
        for (double[] row : List.of(
                new double[] {1, Double.NaN},
                new double[] {1, Double.POSITIVE_INFINITY},
                new double[] {Double.NaN, 1},
                new double[] {0, 1},
                new double[] {-1, 1})) {
            assertTrue(Double.isNaN(simulator.outcome(row, 1, 1)), Arrays.toString(row));
        }
        Simulator trials = new Simulator(
                new ModelSpec(design(), Families.named("binomial"), Link.LOGIT), new double[] {0, 0, 1, 0, 1}, 1);
        assertTrue(Double.isNaN(trials.outcome(new double[] {2.5, 0}, 1, 1)), "trials are whole");
        Simulator negative = new Simulator(
                new ModelSpec(design(), Families.named("gamma"), Link.IDENTITY), new double[] {-1, 0, 0, 0, 0, 0}, 1);
        assertTrue(Double.isNaN(negative.outcome(new double[] {1, 0}, 1, 1)), "a mean below 0 is none");
    }

    @Test
    void knowsWhichFamiliesDrawWholeNumbers() {
        for (String whole : List.of("binomial", "betabinomial", "poisson", "nbinom1", "truncated_nbinom2")) {
            assertTrue(Simulator.drawsWholeNumbers(Families.named(whole)), whole);
        }
        for (String amounts : List.of("gaussian", "gamma", "lognormal", "tweedie", "beta", "inversegaussian")) {
            assertFalse(Simulator.drawsWholeNumbers(Families.named(amounts)), amounts);
        }
    }
}
