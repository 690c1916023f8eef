package org.sparkglmm.core.optim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.exception.MathIllegalStateException;
import org.apache.commons.math3.exception.TooManyEvaluationsException;
import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.SimpleBounds;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.BOBYQAOptimizer;

/**
 * Powell's BOBYQA (2009), as lme4 uses it, from Commons Math: needs no gradient, so its agreement with the other methods
 * speaks for the gradient too. One pass a value; for comparison only.
 */
public final class Bobyqa implements Minimizer {
    private static final int MOST_EVALUATIONS = 20_000;
    private static final double FIRST_RADIUS = 0.1;
    private static final double LAST_RADIUS = 1e-8;
    /** Stands for infinity: the quadratic models of BOBYQA must stay finite. */
    private static final double OUTSIDE = 1e30;

    @Override
    public String name() {
        return "bobyqa";
    }

    @Override
    public Outcome minimize(Objective objective, double[] start, double[][] hessian) {
        int n = start.length;
        Evaluation first = objective.evaluate(start);
        List<Double> trail = new ArrayList<>();
        if (!first.isFinite()) {
            return new Outcome(
                    first,
                    Outcome.Status.NOT_EVALUABLE,
                    "the start lies outside the objective's domain",
                    0,
                    Double.NaN,
                    trail);
        }
        Evaluation[] best = {first};
        int[] count = {1};
        // Powell's models need two variables: a single one gets a companion that is best at 0.
        double[] padded = Arrays.copyOf(start, Math.max(2, n));
        double[] low = new double[padded.length];
        double[] high = new double[padded.length];
        for (int i = 0; i < padded.length; i++) {
            low[i] = padded[i] - 1e3;
            high[i] = padded[i] + 1e3;
        }
        String message = "the trust region reached its final radius";
        Outcome.Status status = Outcome.Status.CONVERGED;
        try {
            new BOBYQAOptimizer(2 * padded.length + 1, FIRST_RADIUS, LAST_RADIUS)
                    .optimize(
                            new MaxEval(MOST_EVALUATIONS),
                            new ObjectiveFunction(point -> {
                                Evaluation e = objective.evaluate(Arrays.copyOf(point, n));
                                count[0]++;
                                if (e.isFinite() && e.value() < best[0].value()) {
                                    best[0] = e;
                                    trail.add(e.value());
                                }
                                double companion = n == 1 ? point[1] * point[1] : 0;
                                return e.isFinite() ? e.value() + companion : OUTSIDE;
                            }),
                            GoalType.MINIMIZE,
                            new InitialGuess(padded),
                            new SimpleBounds(low, high));
        } catch (TooManyEvaluationsException e) {
            status = Outcome.Status.ITERATION_LIMIT;
            message = "no convergence in " + MOST_EVALUATIONS + " evaluations";
        } catch (MathIllegalStateException e) {
            // Its trust region can no longer improve the model in floating point: the best point stands.
            message = "the trust region reached rounding";
        }
        return new Outcome(best[0], status, message, count[0], Double.NaN, trail);
    }
}
