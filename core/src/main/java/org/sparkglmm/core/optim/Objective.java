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
}
