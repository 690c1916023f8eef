package org.sparkglmm.core.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.apache.commons.math3.analysis.MultivariateFunction;
import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.SimpleValueChecker;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.NelderMeadSimplex;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.SimplexOptimizer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.inference.IntervalMethod;
import org.sparkglmm.core.inference.RandomEffect;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.MarginalLikelihood;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;

/**
 * Ends of profile intervals of standard deviations and correlations, where there is little information, against profiles by brute force:
 * at an end inside the deviance has risen by 3.84, at the edge by less.
 */
class ProfileEndsTest {
    private static final Family GAUSSIAN = Families.named("gaussian");
    private static final double LEVEL = ProfileSearch.QUANTILE * ProfileSearch.QUANTILE;
    private static final double[][] STARTS = {
        {0, -0.7, 0.3}, {-3, -0.7, 0.3}, {0, -4, -0.3}, {-0.7, -1.5, -2}, {0.3, -0.3, 2}
    };

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void endsAreWhereBruteForceHasThem(long seed) {
        Random random = new Random(seed);
        Rows rows = new Rows(RandomBlocks.design(2, 2, false));
        for (long id = 0; id < 14; id++) {
            double b0 = 0.7 * random.nextGaussian();
            double b1 = seed % 3 == 0 ? 0 : 0.4 * random.nextGaussian() + 0.3 * b0;
            for (int j = 0; j < 4; j++) {
                double x = j - 1.5;
                rows.add(id, 1 + b0 + (0.3 + b1) * x + random.nextGaussian(), 1, 1, 0, x);
            }
        }
        FitResult fit = GlmmFit.fit(
                new ModelSpec(rows.design(), GAUSSIAN, Link.IDENTITY),
                rows.data(GAUSSIAN, 1, 1),
                new FitOptions(1, false, "newton", StandardErrors.MODEL, IntervalMethod.PROFILE, 5),
                FitListener.SILENT);
        RandomEffect term = fit.random().get(0);
        MarginalLikelihood likelihood =
                new MarginalLikelihood(rows.data(GAUSSIAN, 1, 1), fit.model(), new GaussHermite(1, 2));
        Profile profile = new Profile(likelihood, fit);
        for (int r = 0; r < 2; r++) {
            assertEnd("SD " + r, term.sdLower()[r], 0, profile.ofSd(r, Math.max(1e-6, term.sdLower()[r])));
            assertEnd("SD " + r, term.sdUpper()[r], Double.NaN, profile.ofSd(r, term.sdUpper()[r]));
        }
        assertEnd("corr", term.corrLower()[1][0], -1, profile.ofCorrelation(term.corrLower()[1][0]));
        assertEnd("corr", term.corrUpper()[1][0], 1, profile.ofCorrelation(term.corrUpper()[1][0]));
    }

    private static void assertEnd(String what, double end, double edge, double rise) {
        if (end == edge) {
            assertTrue(rise <= LEVEL + 0.02, what + " at its edge, where the deviance has risen by " + rise);
        } else {
            assertEquals(LEVEL, rise, 0.03, what + " " + end);
        }
    }

    /** The least deviance, less the fit's, with one quantity held: over the others, from several starts. */
    private record Profile(MarginalLikelihood likelihood, FitResult fit) {

        /** Of (log of the other SD, log σ, Fisher's z of the correlation, β). */
        double ofSd(int r, double sd) {
            return least(u -> {
                double other = Math.exp(u[0]);
                return deviance(r == 0 ? sd : other, r == 0 ? other : sd, Math.tanh(u[2]), u);
            });
        }

        /** Of (log of one SD, log σ, log of the other SD, β). */
        double ofCorrelation(double rho) {
            return least(u -> deviance(Math.exp(u[0]), Math.exp(u[2]), rho, u));
        }

        private double least(MultivariateFunction deviance) {
            double best = Double.POSITIVE_INFINITY;
            for (double[] start : STARTS) {
                double[] u = {start[0], 0, start[2], fit.parameters()[0], fit.parameters()[1]};
                for (int again = 0; again < 2; again++) {
                    u = new SimplexOptimizer(new SimpleValueChecker(1e-12, 1e-10))
                            .optimize(
                                    new MaxEval(20_000),
                                    new ObjectiveFunction(deviance),
                                    GoalType.MINIMIZE,
                                    new InitialGuess(u),
                                    new NelderMeadSimplex(u.length, 0.4))
                            .getPoint();
                }
                best = Math.min(best, deviance.value(u));
            }
            return best + 2 * fit.logLikelihood();
        }

        private double deviance(double sd0, double sd1, double rho, double[] u) {
            double across = Math.sqrt(Math.max(0, 1 - rho * rho)) * sd1;
            return 2
                    * likelihood
                            .evaluate(new double[] {u[3], u[4], sd0, rho * sd1, across, u[1]})
                            .value();
        }
    }
}
