package org.sparkglmm.core.fit;

import org.sparkglmm.core.optim.CentralHessian;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Minimizer;
import org.sparkglmm.core.optim.Objective;
import org.sparkglmm.core.optim.Outcome;
import org.sparkglmm.core.optim.QuadraticModel;
import org.sparkglmm.core.optim.SubspaceObjective;

/**
 * Where a fit ends.
 *
 * @param point in scaled variables
 * @param free indices of the variables that are not on the boundary
 * @param value of the objective
 * @param hessian of the free ones; null if it could not be had
 * @param decrement g'H⁻¹g with that Hessian
 * @param gradientNorm Euclidean, of the free ones
 * @param iterations taken beyond those of the outcome it began with
 * @param message in words
 */
record Optimum(
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

    /** Puts on the boundary what belongs there, takes the true Hessian, and goes on if that shows a way down. */
    static Optimum of(
            Objective objective, Boundary boundary, Outcome outcome, Minimizer minimizer, FitListener listener) {
        listener.stage("settling the boundary");
        double[] point = boundary.settled(
                objective, outcome.best().point(), outcome.best().value());
        int[] free = boundary.free(point);
        SubspaceObjective subspace = new SubspaceObjective(objective, point, free);

        listener.stage("observed information");
        boolean converged = outcome.converged();
        // What goes on for ever may have been put on its edge; then the rest has a minimum.
        boolean flat = outcome.isFlat() && free.length == point.length;
        String message = outcome.message();
        Evaluation at = subspace.evaluate(subspace.restrict(point));
        double decrement = Double.NaN;
        double[][] hessian = null;
        int iterations = 0;
        for (int polish = 0; polish <= MOST_POLISHES; polish++) {
            hessian = CentralHessian.at(subspace, at.point());
            if (hessian == null) {
                break;
            }
            decrement = new QuadraticModel(at.gradient(), hessian).decrement();
            if (!converged || flat || decrement <= FINAL_TOLERANCE || polish == MOST_POLISHES) {
                break;
            }
            Outcome better = minimizer.minimize(subspace, at.point(), hessian);
            iterations += better.iterations();
            at = better.best();
            flat = better.isFlat();
        }
        if (converged && !flat && !(decrement <= FINAL_TOLERANCE)) {
            converged = false;
            message = "the gradient did not vanish: g'H\u207b\u00b9g = " + decrement + " with the true Hessian";
        }
        double squares = 0;
        for (double g : at.gradient()) {
            squares += g * g;
        }
        return new Optimum(
                subspace.embed(at.point()),
                free,
                at.value(),
                hessian,
                decrement,
                Math.sqrt(squares),
                converged,
                iterations,
                message);
    }
}
