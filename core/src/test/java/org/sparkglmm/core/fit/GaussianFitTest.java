package org.sparkglmm.core.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.inference.Method;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.MarginalLikelihood;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.optim.CentralHessian;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.SymmetricEigen;

/** Linear mixed models: closed forms of the balanced one-way layout, and agreement with the general likelihood. */
class GaussianFitTest {
    private static final Family GAUSSIAN = Families.named("gaussian");
    /** The stopping rule leaves a hundred-thousandth of a standard error. */
    private static final double OPTIMUM = 1e-4;

    private static FitResult fit(Rows rows, boolean reml, String optimizer) {
        return GlmmFit.fit(
                new ModelSpec(rows.design(), GAUSSIAN, Link.IDENTITY),
                rows.data(GAUSSIAN, 4, 1),
                new FitOptions(FitOptions.AUTO, reml, optimizer),
                FitListener.SILENT);
    }

    /** Searle, Casella and McCulloch (1992), Variance Components, §3.7 and 3.8. */
    @ParameterizedTest
    @ValueSource(strings = {"newton", "lbfgs", "bobyqa"})
    void theBalancedOneWayLayoutHasItsClosedForm(String optimizer) {
        Random random = new Random(1);
        int m = 40;
        int n = 5;
        Rows rows = new Rows(RandomBlocks.design(1, 1, false));
        double[][] y = new double[m][n];
        double grand = 0;
        for (int i = 0; i < m; i++) {
            double b = 1.5 * random.nextGaussian();
            for (int j = 0; j < n; j++) {
                y[i][j] = 1000 + b + random.nextGaussian();
                grand += y[i][j] / (m * n);
                rows.add((long) i, y[i][j], 1, 1, 0);
            }
        }
        double between = 0;
        double within = 0;
        for (int i = 0; i < m; i++) {
            double mean = 0;
            for (int j = 0; j < n; j++) {
                mean += y[i][j] / n;
            }
            between += n * (mean - grand) * (mean - grand);
            for (int j = 0; j < n; j++) {
                within += (y[i][j] - mean) * (y[i][j] - mean);
            }
        }
        double residual = within / (m * (n - 1));
        for (boolean reml : new boolean[] {false, true}) {
            double variance = (between / (reml ? m - 1 : m) - residual) / n;
            FitResult result = fit(rows, reml, optimizer);
            assertTrue(result.converged(), () -> result.optimizer().message());
            assertEquals(reml ? Method.REML : Method.ML, result.method());
            assertEquals(grand, result.parameters()[0], 1e-9);
            assertEquals(Math.sqrt(variance), result.random().get(0).sd()[0], OPTIMUM);
            assertEquals(0.5 * Math.log(residual), result.parameters()[2], OPTIMUM);
            double lambda = residual + n * variance;
            assertEquals(Math.sqrt(lambda / (m * n)), result.fixed().get(0).se(), OPTIMUM);
            int total = m * n;
            double twice = (total - (reml ? 1 : 0)) * Math.log(2 * Math.PI)
                    + m * (n - 1) * Math.log(residual)
                    + m * Math.log(lambda)
                    + within / residual
                    + between / lambda
                    + (reml ? Math.log(total / lambda) : 0);
            assertEquals(-0.5 * twice, result.logLikelihood(), 1e-6);
            assertTrue(result.integration().settled());
        }
    }

    @Test
    void theEstimatesAreTheOptimumOfTheGeneralLikelihood() {
        Rows rows = Simulation.of(GAUSSIAN, Link.IDENTITY, 2, 100, 5, new double[] {3, 0.4, -0.5}, 0.7, 2);
        FitResult result = fit(rows, false, "newton");
        Evaluation end = new MarginalLikelihood(rows.data(GAUSSIAN, 1, 1), result.model(), new GaussHermite(1, 2))
                .evaluate(result.parameters());
        assertEquals(-end.value(), result.logLikelihood(), 1e-8);
        double decrement = 0;
        for (int i = 0; i < end.gradient().length; i++) {
            for (int j = 0; j < end.gradient().length; j++) {
                decrement +=
                        end.gradient()[i] * result.covariance().matrix(StandardErrors.MODEL)[i][j] * end.gradient()[j];
            }
        }
        assertEquals(0, decrement, 1e-7);
        assertEquals(List.of("(Intercept)", "x1"), result.random().get(0).terms());
        assertEquals(7, result.covariance().names().size());
    }

    /** Profiling β out leaves the variance parameters' block of the inverse information as it is. */
    @Test
    void theCovarianceIsThatOfTheJointInformation() {
        Rows rows = Simulation.of(GAUSSIAN, Link.IDENTITY, 2, 100, 5, new double[] {3, 0.4, -0.5}, 0.7, 6);
        FitResult result = fit(rows, false, "newton");
        double[][] h = CentralHessian.at(
                new MarginalLikelihood(rows.data(GAUSSIAN, 1, 1), result.model(), new GaussHermite(1, 2)),
                result.parameters());
        SymmetricEigen eigen = SymmetricEigen.of(h);
        for (int i = 0; i < 7; i++) {
            for (int j = 0; j < 7; j++) {
                double expected = 0;
                for (int k = 0; k < 7; k++) {
                    expected += eigen.vector(k)[i] * eigen.vector(k)[j] / eigen.value(k);
                }
                double scale = Math.sqrt(result.covariance().matrix(StandardErrors.MODEL)[i][i]
                        * result.covariance().matrix(StandardErrors.MODEL)[j][j]);
                boolean sameBlock = (i < 3) == (j < 3);
                // β and the variances are independent in expectation only: off the blocks the result has 0.
                assertEquals(
                        sameBlock ? expected : 0,
                        result.covariance().matrix(StandardErrors.MODEL)[i][j],
                        sameBlock ? 0.02 * scale : 0);
                if (i >= 3 && j >= 3) {
                    assertEquals(expected, result.covariance().matrix(StandardErrors.MODEL)[i][j], 1e-4 * scale);
                }
            }
        }
    }

    @Test
    void remlEstimatesMoreVariationThanMl() {
        Rows rows = Simulation.of(GAUSSIAN, Link.IDENTITY, 1, 15, 4, new double[] {3, 0.4, -0.5}, 0.7, 3);
        FitResult ml = fit(rows, false, "newton");
        FitResult reml = fit(rows, true, "newton");
        assertTrue(reml.random().get(0).sd()[0] > ml.random().get(0).sd()[0]);
        assertTrue(reml.parameters()[4] > ml.parameters()[4]);
        assertTrue(reml.fixed().get(0).se() > ml.fixed().get(0).se());
        assertTrue(ml.fixed().get(0).robustSe() > 0);
        assertTrue(reml.fixed().get(1).robustSe() > 0);
    }

    @Test
    void thePassesOfAFitRepeatTheirBits() {
        Rows rows = Simulation.of(GAUSSIAN, Link.IDENTITY, 2, 80, 4, new double[] {3, 0.4, -0.5}, 0.7, 4);
        FitResult a = fit(rows, true, "newton");
        FitResult b = fit(rows.shuffled(9), true, "newton");
        assertEquals(a.logLikelihood(), b.logLikelihood());
        org.junit.jupiter.api.Assertions.assertArrayEquals(a.parameters(), b.parameters());
    }

    /** Slopes without any variation of their own beside intercepts with much. */
    @Test
    void oneVarianceOfZeroAmongSeveralIsReachedExactly() {
        Random random = new Random(5);
        Rows rows = new Rows(RandomBlocks.design(2, 2, false));
        for (long id = 0; id < 60; id++) {
            double b = random.nextGaussian();
            double size = random.nextGaussian();
            for (int j = -2; j <= 2; j++) {
                // Noise orthogonal to time within each person: slopes vary less than by chance.
                double noise = (j * j - 2) * size;
                rows.add(id, b + 0.3 * j + noise, 1, 1, 0, j);
            }
        }
        FitResult result = fit(rows, true, "newton");
        assertTrue(result.converged(), () -> result.optimizer().message());
        boolean atEdge = result.warnings().stream().anyMatch(w -> w.code().startsWith("boundary"));
        assertTrue(atEdge, () -> result.warnings().toString());
    }
}
