package org.sparkglmm.core.fit;

import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.Minimizer;
import org.sparkglmm.core.optim.Objective;
import org.sparkglmm.core.optim.QuadraticModel;

/**
 * How many quadrature nodes all the clusters need, learned by climbing the ladder on a sample of them in this process. The error of a
 * rule is a sum over clusters: with M clusters for the sample's m, a log-likelihood is off M/m times as far, and the estimates
 * are off √(M/m) times as many of their standard errors.
 */
final class NodeSelection {
    /** Clusters to learn from: enough for the error of a rule, which is much the same for all of them. */
    static final int CLUSTERS = 4_000;
    /** The ladder is climbed until what is left is this part of the tolerance. */
    private static final double BEYOND = 0.25;
    /** A rule is chosen that uses this part of it. */
    private static final double PART = 0.5;

    /** In the sample's standard errors. */
    private static final double FAR = 8;

    private final QuadratureClimb climb;
    private final double[] best;
    private final double[][] hessian;
    private final double ratio;

    private NodeSelection(QuadratureClimb climb, double ratio) {
        this.climb = climb;
        this.ratio = ratio;
        best = climb.outcome().best().point();
        hessian = climb.outcome().hessian();
    }

    /**
     * Climbs.
     *
     * @param objectives of the sample, at a number of nodes
     * @param start in scaled variables
     * @param ratio of the number of all clusters to those of the sample
     * @return null if the sample does not tell: its optimum is implausible, or the search for it failed
     */
    static NodeSelection learn(
            IntFunction<Objective> objectives,
            double[] start,
            double ratio,
            IntegrationTolerance tolerance,
            Minimizer minimizer,
            Boundary boundary,
            ParameterLayout layout,
            FitListener listener) {
        QuadratureClimb.Agreement agreement = new QuadratureClimb.Agreement(
                BEYOND * tolerance.logLikelihood() / ratio, 0, BEYOND * tolerance.estimates() / Math.sqrt(ratio));
        QuadratureClimb climb = new QuadratureClimb(minimizer, objectives, boundary, layout, agreement, listener);
        climb.run(QuadratureLadder.rungs(layout.random()), start, null);
        boolean tells = climb.outcome().best().isFinite()
                && climb.outcome().hessian() != null
                && QuadratureClimb.isPlausible(layout, climb.outcome().best().point());
        return tells ? new NodeSelection(climb, ratio) : null;
    }

    /** Whether a point is farther from the sample's optimum than chance and a coarse rule explain. */
    boolean isFar(double[] point) {
        return !(QuadraticModel.distance(point, best, hessian) <= FAR);
    }

    /** Where the finest rule has its optimum on the sample, in scaled variables. */
    double[] point() {
        return best.clone();
    }

    /**
     * The coarsest rule whose estimates will do for all clusters.
     *
     * @param atLeast so many nodes
     * @param factor how many times as large the errors are as the sample says
     */
    int forEstimates(IntegrationTolerance tolerance, int atLeast, double factor) {
        return first(atLeast, k -> estimatesError(k) * factor <= PART * tolerance.estimates());
    }

    /** The coarsest rule whose log-likelihood will do, of so many nodes at least. */
    int forLogLikelihood(IntegrationTolerance tolerance, int atLeast) {
        return first(atLeast, k -> Math.abs(logLikelihoodError(k)) <= PART * tolerance.logLikelihood());
    }

    private int first(int atLeast, IntPredicate does) {
        List<FitResult.Rung> rungs = climb.rungs();
        for (int k = 0; k < rungs.size(); k++) {
            if (rungs.get(k).nodes() >= atLeast && does.test(k)) {
                return rungs.get(k).nodes();
            }
        }
        return Math.max(atLeast, climb.nodes());
    }

    /** How far the log-likelihood of all clusters is still off by a rule, as far as the sample tells. */
    double logLikelihoodErrorOf(int nodes) {
        List<FitResult.Rung> rungs = climb.rungs();
        for (int k = 0; k + 1 < rungs.size(); k++) {
            if (rungs.get(k).nodes() == nodes) {
                return logLikelihoodError(k);
            }
        }
        // Of the finest: as far as the one before it.
        return rungs.size() < 2 ? Double.NaN : logLikelihoodError(rungs.size() - 2);
    }

    /** How far the estimates of a rule are off as the sample says, in standard errors of all clusters; 0 of one that it has not met. */
    double errorOf(int nodes) {
        List<FitResult.Rung> rungs = climb.rungs();
        for (int k = 0; k < rungs.size(); k++) {
            if (rungs.get(k).nodes() == nodes) {
                return estimatesError(k);
            }
        }
        return 0;
    }

    private double estimatesError(int rung) {
        double[] last = climb.optimum(climb.rungs().size() - 1);
        return Math.sqrt(ratio) * QuadraticModel.distance(climb.optimum(rung), last, hessian);
    }

    private double logLikelihoodError(int rung) {
        List<FitResult.Rung> rungs = climb.rungs();
        return ratio
                * (rungs.get(rung).logLikelihood() - rungs.get(rungs.size() - 1).logLikelihood());
    }

    /** How far Laplace's optimum is from the finest rule's, in standard errors of all clusters. */
    double laplaceShift() {
        return estimatesError(0);
    }

    /** How much higher Laplace's log-likelihood is, for all clusters. */
    double laplaceExcess() {
        return logLikelihoodError(0);
    }
}
