package org.sparkglmm.core.fit;

import java.util.Arrays;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Minimizer;
import org.sparkglmm.core.optim.Objective;
import org.sparkglmm.core.optim.Outcome;
import org.sparkglmm.core.optim.QuadraticModel;
import org.sparkglmm.core.optim.SubspaceObjective;

/**
 * Where a fit ends.
 *
 * @param evaluated the last point evaluated, in scaled variables
 * @param point the optimum: that point, or where a last step leads from it that is too short to need an evaluation
 * @param free indices of the variables that are not on the boundary
 * @param value of the objective
 * @param hessian of the free ones; null if it could not be had
 * @param decrement g'H⁻¹g with that Hessian, at the last point evaluated
 * @param gradientNorm Euclidean, of the free ones, there
 * @param iterations taken beyond those of the outcome it began with
 * @param message in words
 */
record Optimum(
        double[] evaluated,
        double[] point,
        int[] free,
        double value,
        double[][] hessian,
        double decrement,
        double gradientNorm,
        boolean converged,
        int iterations,
        String message) {

    /** With the true Hessian at hand, g'H⁻¹g beyond this is not an optimum. */
    private static final double FINAL_TOLERANCE = 1e-7;

    private static final int MOST_POLISHES = 3;

    /**
     * A Hessian taken no farther away than this, in standard errors had the data one cluster, will do: it changes by some ten times as much
     * of itself.
     */
    private static final double SAME_INFORMATION = 1e-6;

    /** Puts on the boundary what belongs there, takes the true Hessian, and goes on if that shows a way down. */
    static Optimum of(
            Objective objective,
            Boundary boundary,
            Outcome outcome,
            Minimizer minimizer,
            long clusters,
            FitListener listener) {
        double[] best = outcome.best().point();
        double[] point = boundary.settled(objective, best, outcome.best().value());
        int[] free = boundary.free(point);
        boolean inside = free.length == point.length && Arrays.equals(point, best);
        SubspaceObjective subspace = new SubspaceObjective(objective, point, free);

        listener.stage("observed information");
        // Along an edge a search may go on for ever, between points that are one; then the rest is a problem of its
        // own.
        boolean stuck = !outcome.converged() && free.length < point.length;
        boolean converged = outcome.converged() || stuck;
        // What goes on for ever may have been put on its edge; then the rest has a minimum.
        boolean flat = outcome.isFlat() && free.length == point.length;
        String message = stuck ? "converged on the edge" : outcome.message();
        Evaluation at = inside
                ? withHessian(objective, outcome, clusters)
                : subspace.evaluateWithHessian(subspace.restrict(point));
        if (!at.isFinite()) {
            // Where nothing can be computed there is no optimum; the search's best point was one where something could.
            Evaluation last = outcome.best();
            return new Optimum(
                    last.point(),
                    last.point(),
                    free,
                    last.value(),
                    null,
                    Double.NaN,
                    Double.NaN,
                    false,
                    0,
                    outcome.converged()
                            ? "the likelihood or its derivatives are not finite where the search ended"
                            : outcome.message());
        }
        double decrement = Double.NaN;
        int iterations = 0;
        for (int polish = 0; at.hessian() != null; polish++) {
            decrement = new QuadraticModel(at.gradient(), at.hessian()).decrement();
            if (!converged || flat || decrement <= FINAL_TOLERANCE || polish == MOST_POLISHES) {
                break;
            }
            Outcome better = minimizer.minimize(subspace, at.point(), at.hessian());
            iterations += better.iterations();
            Evaluation polished = withHessian(subspace, better, clusters);
            if (!polished.isFinite()) {
                break;
            }
            at = polished;
            flat = better.isFlat();
        }
        if (converged && !flat && !(decrement <= FINAL_TOLERANCE)) {
            converged = false;
            message = stuck
                    ? outcome.message()
                    : "the gradient did not vanish: g'H\u207b\u00b9g = " + decrement + " with the true Hessian";
        }
        double squares = 0;
        for (double g : at.gradient()) {
            squares += g * g;
        }
        boolean oneStepIsLeft = inside && converged && !flat && isSure(at, decrement);
        double[] evaluated = subspace.embed(at.point());
        return new Optimum(
                evaluated,
                oneStepIsLeft ? new QuadraticModel(at.gradient(), at.hessian()).newton(evaluated) : evaluated,
                free,
                oneStepIsLeft ? at.value() - 0.5 * decrement : at.value(),
                at.hessian(),
                decrement,
                Math.sqrt(squares),
                converged,
                iterations,
                message);
    }

    /** Whether it is the same point. */
    boolean isAt(Optimum other) {
        return Arrays.equals(point, other.point);
    }

    /** The same with so many iterations more. */
    Optimum after(int more) {
        return new Optimum(
                evaluated, point, free, value, hessian, decrement, gradientNorm, converged, iterations + more, message);
    }

    /** Whether a step by the Hessian ends nearer to the optimum without being evaluated. */
    private static boolean isSure(Evaluation at, double decrement) {
        return decrement <= Minimizer.NEAR && new QuadraticModel(at.gradient(), at.hessian()).isWellConditioned();
    }

    /** The best point with its Hessian, which costs a pass unless the search took it there. */
    private static Evaluation withHessian(Objective objective, Outcome outcome, long clusters) {
        Evaluation best = outcome.best();
        Evaluation expansion = outcome.expansion();
        return expansion != null && isSameInformation(best.point(), expansion, clusters)
                ? new Evaluation(best.point(), best.value(), best.gradient(), expansion.hessian())
                : objective.evaluateWithHessian(best.point());
    }

    /** Whether the Hessian taken at one point will do at another. */
    static boolean isSameInformation(double[] point, Evaluation expansion, long clusters) {
        return QuadraticModel.distance(point, expansion.point(), expansion.hessian())
                <= SAME_INFORMATION * Math.sqrt(clusters);
    }
}
