package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.Minimizer;
import org.sparkglmm.core.optim.Objective;
import org.sparkglmm.core.optim.Outcome;

/**
 * The climb from Laplace to a number of quadrature nodes that more nodes do not change, each rung optimised from the last
 * one's optimum. A single rung is a number of nodes that is known beforehand.
 */
final class QuadratureClimb {
    /** Two agreements in a row settle it: the error of the rule is not monotone, one can be chance. */
    static final int AGREEMENTS = 2;
    /** A random-effect standard deviation beyond this, in units of η, comes from a failed approximation. */
    private static final double IMPLAUSIBLE = 15;

    /**
     * When two rungs agree.
     *
     * @param logLikelihood at most so far apart
     * @param relative to the log-likelihood, what is allowed beside
     * @param most that both may come to
     * @param estimates at most so many standard errors apart
     */
    record Agreement(double logLikelihood, double relative, double most, double estimates) {
        /** Far below what any test or AIC can notice, of small data and of large ones; and within what is asked for. */
        static Agreement tight(IntegrationTolerance tolerance) {
            return new Agreement(1e-3, 1e-7, tolerance.logLikelihood(), Math.min(5e-3, tolerance.estimates()));
        }

        private double ofLogLikelihood(double value) {
            return Math.min(logLikelihood + relative * Math.abs(value), most);
        }
    }

    private final Minimizer minimizer;
    private final IntFunction<Objective> objectives;
    private final Boundary boundary;
    private final ParameterLayout layout;
    private final FitListener listener;
    private final Agreement agreement;

    private final List<FitResult.Rung> rungs = new ArrayList<>();
    private final List<double[]> optima = new ArrayList<>();
    private Outcome outcome;
    private int iterations;
    private int agreements;
    private boolean broken;

    /** @param objectives the objective at a number of nodes */
    QuadratureClimb(
            Minimizer minimizer,
            IntFunction<Objective> objectives,
            Boundary boundary,
            ParameterLayout layout,
            Agreement agreement,
            FitListener listener) {
        this.minimizer = minimizer;
        this.objectives = objectives;
        this.boundary = boundary;
        this.layout = layout;
        this.agreement = agreement;
        this.listener = listener;
    }

    /**
     * Climbs until settled or out of rungs.
     *
     * @param start where the first rung begins, and any rung after an implausible one
     * @param hessian near the start; null if there is none
     */
    void run(int[] nodes, double[] start, double[][] hessian) {
        double[][] h = hessian;
        for (int k = 0; k < nodes.length && agreements < AGREEMENTS; k++) {
            listener.stage(
                    nodes[k] == 1 ? "Laplace approximation" : "quadrature, " + nodes[k] + " nodes per dimension");
            boolean goOn = outcome != null && isPlausible(layout, outcome.best().point());
            double[] from = goOn ? boundary.putBack(outcome.best().point()) : start;
            boolean hessianIsNear = goOn ? Arrays.equals(from, outcome.best().point()) : k == 0;
            double[][] near = hessianIsNear ? h : null;
            Objective objective = objectives.apply(nodes[k]);
            Outcome next = nodes.length == 1
                    ? minimizer.minimize(objective, from, near)
                    : minimizer.approach(objective, from, near);
            iterations += next.iterations();
            if (outcome != null && !next.best().isFinite()) {
                // This rule cannot be evaluated where the last one ended, and no further one.
                disagree();
                return;
            }
            outcome = next;
            note(nodes[k]);
            boolean isLast = agreements >= AGREEMENTS || k == nodes.length - 1;
            if (isLast && isOnlyNear()) {
                finish(objective);
            }
            h = outcome.hessian();
        }
    }

    private boolean isOnlyNear() {
        return isClimb() && outcome.status() == Outcome.Status.CONVERGED && outcome.decrement() > Minimizer.TOLERANCE;
    }

    /** Goes all the way on the last rung; where that leads away from what the rungs agreed on, they did not agree. */
    private void finish(Objective objective) {
        double near = outcome.best().value();
        Outcome end = minimizer.minimize(objective, outcome.best().point(), outcome.hessian());
        iterations += end.iterations();
        if (!end.best().isFinite()) {
            disagree();
            return;
        }
        outcome = end;
        if (!(near - outcome.best().value() <= agreement.ofLogLikelihood(near))
                || !isPlausible(layout, outcome.best().point())) {
            disagree();
            FitResult.Rung rung = rungs.remove(rungs.size() - 1);
            optima.remove(optima.size() - 1);
            rungs.add(new FitResult.Rung(rung.nodes(), -outcome.best().value(), Double.NaN));
            optima.add(boundary.canonical(outcome.best().point()));
        }
    }

    /** What the rungs agreed on turned out to be no maximum, or the next could not be evaluated: their moves tell nothing. */
    void disagree() {
        agreements = 0;
        broken = true;
    }

    /** Whether what moved between the rungs does not tell how far off the last one is. */
    boolean isBroken() {
        return broken || !isClimb();
    }

    private void note(int nodes) {
        double[] canonical = boundary.canonical(outcome.best().point());
        double shift = Double.NaN;
        if (!rungs.isEmpty()) {
            if (outcome.hessian() != null) {
                shift = boundary.distance(
                        optima.get(optima.size() - 1), outcome.best().point(), outcome.hessian());
            }
            double before = -rungs.get(rungs.size() - 1).logLikelihood();
            boolean agrees = Math.abs(outcome.best().value() - before) <= agreement.ofLogLikelihood(before)
                    && (Double.isNaN(shift) || shift <= agreement.estimates());
            agreements = agrees ? agreements + 1 : 0;
        }
        rungs.add(new FitResult.Rung(nodes, -outcome.best().value(), shift));
        optima.add(canonical);
    }

    static boolean isPlausible(ParameterLayout layout, double[] scaled) {
        for (int t = 0; t < layout.theta(); t++) {
            if (!(Math.abs(scaled[layout.thetaStart() + t]) < IMPLAUSIBLE)) {
                return false;
            }
        }
        return true;
    }

    /** Whether it had more than one rung to climb. */
    boolean isClimb() {
        return rungs.size() > 1;
    }

    /** The last rung's number of nodes. */
    int nodes() {
        return rungs.get(rungs.size() - 1).nodes();
    }

    /** How the last rung ended. */
    Outcome outcome() {
        return outcome;
    }

    int iterations() {
        return iterations;
    }

    /** Whether enough rungs in a row agreed. */
    boolean hasSettled() {
        return agreements >= AGREEMENTS;
    }

    /** Every rung, the first one first. */
    List<FitResult.Rung> rungs() {
        return List.copyOf(rungs);
    }

    /** Where a rung's optimum is, in scaled variables. */
    double[] optimum(int rung) {
        return optima.get(rung);
    }
}
