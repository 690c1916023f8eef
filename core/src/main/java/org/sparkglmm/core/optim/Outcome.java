package org.sparkglmm.core.optim;

import java.util.List;

/**
 * How a minimisation ended.
 *
 * @param best the best point evaluated
 * @param status whether it is a minimum, or as good as one
 * @param message in words, for people
 * @param iterations steps tried
 * @param decrement the last estimate of g'H⁻¹g: twice what the objective could still fall by
 * @param hessian the method's last idea of the Hessian, null if it has none; only good enough to start from
 * @param expansion where the true Hessian was last taken, null if nowhere
 * @param trail the value after each step
 */
public record Outcome(
        Evaluation best,
        Status status,
        String message,
        int iterations,
        double decrement,
        double[][] hessian,
        Evaluation expansion,
        List<Double> trail) {

    public enum Status {
        CONVERGED,
        /** The objective has stopped falling while it still slopes: its minimum, as far as it goes, lies infinitely far out. */
        FLAT,
        ITERATION_LIMIT,
        NO_PROGRESS,
        NOT_EVALUABLE
    }

    public Outcome {
        trail = List.copyOf(trail);
    }

    /** Of a method that knows no Hessian. */
    Outcome(Evaluation best, Status status, String message, int iterations, double decrement, List<Double> trail) {
        this(best, status, message, iterations, decrement, null, null, trail);
    }

    public boolean converged() {
        return status == Status.CONVERGED || status == Status.FLAT;
    }

    /** Whether it ended on a slope that leads nowhere. */
    public boolean isFlat() {
        return status == Status.FLAT;
    }
}
