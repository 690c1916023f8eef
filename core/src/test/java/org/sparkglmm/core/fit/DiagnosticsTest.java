package org.sparkglmm.core.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.diagnostics.Diagnostics;
import org.sparkglmm.core.fit.PlantedProblems.Problem;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;

/** What is planted is found, and nothing else; the numbers are those of their definitions. */
class DiagnosticsTest {
    private static final long SEED = 20240;
    private static final Family POISSON = Families.named("poisson");
    private static final Family GAUSSIAN = Families.named("gaussian");

    static Stream<Problem> planted() {
        return PlantedProblems.planted().stream()
                .filter(p -> p.strength().equals("large"))
                .filter(p -> !p.label().startsWith("two groups of intercepts, binomial"));
    }

    static Stream<Problem> clean() {
        return Stream.of(false, true)
                .flatMap(slope -> PlantedProblems.clean(slope, 120, PlantedProblems.VISITS).stream());
    }

    @ParameterizedTest
    @MethodSource("planted")
    void aPlantedProblemIsFound(Problem problem) {
        Set<String> codes = PlantedProblems.codes(problem.fit(SEED, 1));
        assertTrue(codes.stream().anyMatch(problem.codes()::contains), () -> codes + " has none of " + problem.codes());
    }

    @ParameterizedTest
    @MethodSource("clean")
    void cleanDataHaveNone(Problem problem) {
        FitResult fit = problem.fit(SEED, problem.slope() ? 1 : 7);
        if (!fit.converged()) {
            // Where the link bounds η a fit may end at its edge, and says so.
            assertTrue(Set.of(Link.LOG, Link.IDENTITY, Link.INVERSE).contains(problem.link()));
            return;
        }
        List<Warning> findings = fit.answers().diagnostics().findings().stream()
                .filter(f -> !f.code().equals("near_singular_covariance"))
                // Laplace, with slopes in a mean of 1/η.
                .filter(f ->
                        !(f.code().equals("inaccurate_integral") && problem.slope() && problem.link() == Link.INVERSE))
                .toList();
        assertTrue(findings.isEmpty(), findings::toString);
    }

    private static FitResult fit(Rows rows, Family family) {
        return GlmmFit.fit(
                new ModelSpec(rows.design(), family, family.links().get(0)),
                rows.data(family, 1, 1),
                new FitOptions(1, false, "newton"),
                FitListener.SILENT);
    }

    private static Diagnostics diagnostics(Rows rows, Family family) {
        return fit(rows, family).answers().diagnostics();
    }

    @Test
    void aMessageIsOneSentenceThatNamesThePlace() {
        for (Problem problem : PlantedProblems.planted()) {
            if (problem.strength().equals("large") && problem.label().contains("gaussian")) {
                for (Warning finding :
                        problem.fit(SEED, 1).answers().diagnostics().findings()) {
                    assertFalse(finding.message().contains(". "), finding::message);
                    assertFalse(finding.message().contains("NaN"), finding::message);
                }
            }
        }
    }

    /** Counts of weight w, each row once with its weight or w times. */
    private static Rows weighted(boolean repeated) {
        Random random = new Random(5);
        Rows rows = new Rows(RandomBlocks.design(2, 1, !repeated));
        for (long id = 0; id < 80; id++) {
            double b = 0.6 * random.nextGaussian();
            for (int j = 0; j < 5; j++) {
                double x = random.nextGaussian();
                double y = Simulation.draw(POISSON, Math.exp(0.1 + b + 0.3 * x), random)[0];
                int w = 1 + random.nextInt(3);
                for (int k = 0; k < (repeated ? w : 1); k++) {
                    rows.add(id, y, 1, repeated ? 1 : w, 0, x);
                }
            }
        }
        return rows;
    }

    @Test
    void weightsAreRepeatedRows() {
        Diagnostics weights = diagnostics(weighted(false), POISSON);
        Diagnostics rows = diagnostics(weighted(true), POISSON);
        assertEquals(rows.pearson().dispersionRatio(), weights.pearson().dispersionRatio(), 1e-6);
        // Draws are others for other data.
        assertEquals(
                rows.pearson().drawnRatio(),
                weights.pearson().drawnRatio(),
                4 * rows.pearson().drawnError());
        assertEquals(rows.zeros().observed(), weights.zeros().observed());
        assertEquals(
                rows.zeros().expected(),
                weights.zeros().expected(),
                3 * rows.zeros().error());
        assertEquals(rows.shares().icc(), weights.shares().icc(), 1e-6);
        assertEquals(
                rows.influence().largest(),
                weights.influence().largest(),
                1e-4 * rows.influence().largest());
    }

    /** Balanced, so that all has a closed form: σ² and τ² by analysis of variance, modes by shrinking. */
    @Test
    void gaussianVarianceSharesAndDispersionAreThoseOfTheEstimates() {
        Rows rows = new Rows(RandomBlocks.design(2, 1, false));
        Random random = new Random(9);
        int persons = 90;
        int visits = 6;
        double[][] y = new double[persons][visits];
        double[][] x = new double[persons][visits];
        for (int i = 0; i < persons; i++) {
            double b = 0.8 * random.nextGaussian();
            for (int j = 0; j < visits; j++) {
                x[i][j] = random.nextGaussian();
                y[i][j] = 1 + 0.5 * x[i][j] + b + random.nextGaussian();
                rows.add((long) i, y[i][j], 1, 1, 0, x[i][j]);
            }
        }
        FitResult fit = fit(rows, GAUSSIAN);
        Diagnostics found = fit.answers().diagnostics();
        double b0 = fit.fixed().get(0).estimate();
        double b1 = fit.fixed().get(1).estimate();
        double tau2 = Math.pow(fit.random().get(0).sd()[0], 2);
        double sigma = fit.auxiliary().get(0).coefficients().get(0).estimate();
        double sigma2 = found.shares().distribution();
        double meanX =
                Stream.of(x).flatMapToDouble(java.util.Arrays::stream).average().orElseThrow();
        double varianceX = Stream.of(x)
                        .flatMapToDouble(java.util.Arrays::stream)
                        .map(v -> (v - meanX) * (v - meanX))
                        .sum()
                / (persons * visits - 1);
        double fixed = b1 * b1 * varianceX;
        assertEquals(fixed, found.shares().fixed(), 1e-10 * fixed);
        assertEquals(tau2, found.shares().random(), 1e-10 * tau2);
        assertTrue(Math.abs(sigma2 - Math.exp(2 * sigma)) < 1e-8 || Math.abs(sigma2 - sigma * sigma) < 1e-8);
        assertEquals(tau2 / (tau2 + sigma2), found.shares().icc(), 1e-10);
        assertEquals(fixed / (fixed + tau2 + sigma2), found.shares().marginalR2(), 1e-10);
        assertEquals((fixed + tau2) / (fixed + tau2 + sigma2), found.shares().conditionalR2(), 1e-10);
        double squares = 0;
        for (int i = 0; i < persons; i++) {
            double sum = 0;
            for (int j = 0; j < visits; j++) {
                sum += y[i][j] - b0 - b1 * x[i][j];
            }
            double mode = tau2 / (sigma2 + visits * tau2) * sum;
            for (int j = 0; j < visits; j++) {
                double r = y[i][j] - b0 - b1 * x[i][j] - mode;
                squares += r * r / sigma2;
            }
        }
        assertEquals(
                squares / (persons * visits - fit.parameterCount()),
                found.pearson().dispersionRatio(),
                1e-8);
        assertEquals(1, found.pearson().drawnRatio(), 4 * found.pearson().drawnError());
    }

    @Test
    void zerosAreCounted() {
        Rows rows = weighted(true);
        Diagnostics.Zeros zeros = diagnostics(rows, POISSON).zeros();
        long observed = Stream.iterate(0, i -> i < rows.count(), i -> i + 1)
                .filter(i -> rows.row(i)[0] == 0)
                .count();
        assertEquals(observed, zeros.observed());
        assertEquals(observed, zeros.expected(), 4 * zeros.error());
    }

    /** Of two columns of correlation r, the eigenvalues are 1 + r and 1 - r. */
    @Test
    void theConditionNumberNamesItsColumns() {
        Rows rows = new Rows(RandomBlocks.design(4, 1, false));
        Random random = new Random(3);
        List<double[]> pairs = new ArrayList<>();
        for (long id = 0; id < 100; id++) {
            for (int j = 0; j < 4; j++) {
                double x1 = random.nextGaussian();
                double x2 = x1 + 0.02 * random.nextGaussian();
                pairs.add(new double[] {x1, x2});
                rows.add(id, x1 + random.nextGaussian(), 1, 1, 0, x1, x2, random.nextGaussian());
            }
        }
        double[] s = new double[5];
        for (double[] p : pairs) {
            s[0] += p[0];
            s[1] += p[1];
            s[2] += p[0] * p[0];
            s[3] += p[1] * p[1];
            s[4] += p[0] * p[1];
        }
        int n = pairs.size();
        double r = (s[4] - s[0] * s[1] / n) / Math.sqrt((s[2] - s[0] * s[0] / n) * (s[3] - s[1] * s[1] / n));
        Diagnostics.Collinearity found = diagnostics(rows, GAUSSIAN).collinearity();
        // The third column, hardly correlated with them, moves the larger eigenvalue a little.
        assertEquals(Math.sqrt((1 + r) / (1 - r)), found.conditionNumber(), 0.02 * found.conditionNumber());
        assertEquals(List.of("x1", "x2"), found.columns());
    }

    /** One step against the fit without the person: the same parameter moves, as far to the accuracy of a step. */
    @Test
    void theLargestInfluenceIsTheChangeOfAFitWithoutThePerson() {
        Random random = new Random(12);
        Rows all = new Rows(RandomBlocks.design(2, 1, false));
        Rows without = new Rows(all.design());
        for (long id = 0; id < 150; id++) {
            double b = 0.5 * random.nextGaussian();
            boolean wild = id == 0;
            for (int j = 0; j < (wild ? 40 : 5); j++) {
                double x = random.nextGaussian();
                double y = Simulation.draw(POISSON, Math.exp(0.5 + b + (wild ? -0.5 : 0.3) * x), random)[0];
                all.add(id, y, 1, 1, 0, x);
                if (!wild) {
                    without.add(id, y, 1, 1, 0, x);
                }
            }
        }
        FitResult fit = fit(all, POISSON);
        Diagnostics.Influence influence = fit.answers().diagnostics().influence();
        double[] se = fit.covariance().standardErrors(StandardErrors.MODEL);
        double[] rest = fit(without, POISSON).parameters();
        int moved = fit.covariance().names().indexOf(influence.parameter());
        double change = Math.abs(fit.parameters()[moved] - rest[moved]) / se[moved];
        assertEquals("x1", influence.parameter());
        assertEquals(change, influence.largest(), 0.25 * change);
        assertTrue(change > 1.5, "a change worth seeing");
    }
}
