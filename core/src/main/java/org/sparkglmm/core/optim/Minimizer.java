package org.sparkglmm.core.optim;

import java.util.function.Predicate;

/** A method to minimise an {@link Objective} whose variables are scaled so that 1 is a sensible step for each. */
public interface Minimizer {
    /**
     * The scale-free stopping rule of every method here: g'H⁻¹g at most this. With H the information of a likelihood it
     * is the squared distance to the optimum in standard errors, so 1e-10 stops a hundred-thousandth of one away.
     */
    double TOLERANCE = 1e-10;

    /**
     * So near to the minimum, a thousandth of a standard error, that a step by the true Hessian leads to it for sure.
     */
    double NEAR = 1e-6;

    /** Its name in options and files. */
    String name();

    /**
     * @param start inside the objective's domain
     * @param hessian the Hessian at the start, or something near it; null if there is none
     */
    Outcome minimize(Objective objective, double[] start, double[][] hessian);

    /**
     * Comes as near to the minimum as is good enough to start the next search from, or to compare it with another.
     *
     * @param start inside the objective's domain
     * @param hessian the Hessian at the start, or something near it; null if there is none
     */
    default Outcome approach(Objective objective, double[] start, double[][] hessian) {
        return approach(objective, start, hessian, at -> false);
    }

    /**
     * The same, for a caller who need not know more from some points on.
     *
     * @param start inside the objective's domain
     * @param hessian the Hessian at the start, or something near it; null if there is none
     * @param enough whether the search may end at a point; a method that cannot end early goes on
     */
    default Outcome approach(Objective objective, double[] start, double[][] hessian, Predicate<Evaluation> enough) {
        return minimize(objective, start, hessian);
    }
}
