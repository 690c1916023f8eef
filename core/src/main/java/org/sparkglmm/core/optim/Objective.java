package org.sparkglmm.core.optim;

import java.util.List;

/** A function to minimise. */
public interface Objective {
    int dimension();

    /**
     * Value and exact gradient at several points in one pass over the data: the unit of cost is the call, not the point.
     * Outside the function's domain the value is infinite or NaN.
     */
    List<Evaluation> evaluate(List<double[]> points);

    default Evaluation evaluate(double[] point) {
        return evaluate(List.of(point)).get(0);
    }

    /** Whether it computes its Hessian itself, for a few times the price of a gradient; if not, it takes differences. */
    default boolean hasHessian() {
        return false;
    }

    /**
     * Value, gradient and Hessian at a point in one pass, by differences at 2P further points unless the objective knows better. Without
     * a Hessian where that cannot be had.
     */
    default Evaluation evaluateWithHessian(double[] point) {
        return CentralHessian.evaluate(this, point);
    }

    /**
     * How far a step may take a variable at first, whatever its curvature promises. Infinite but for those that have next to none where the
     * objective has nothing more to say of them, as the logarithm of what is next to 0.
     */
    default double longestMove(int variable) {
        return Double.POSITIVE_INFINITY;
    }

    /**
     * Evaluates a point that its caller expects to be the minimum: an objective may do there, in the same pass, whatever has to be done
     * at the end.
     *
     * @param expansion next to the point, with its Hessian
     */
    default Evaluation evaluateAsLast(double[] point, Evaluation expansion) {
        return evaluate(point);
    }
}
