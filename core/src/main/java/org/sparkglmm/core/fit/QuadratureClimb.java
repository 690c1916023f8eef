package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Minimizer;
import org.sparkglmm.core.optim.Objective;
import org.sparkglmm.core.optim.Outcome;
import org.sparkglmm.core.optim.QuadraticModel;

/**
 * The climb from Laplace to a number of quadrature nodes that more nodes do not change, each rung optimised from the last
 * one's optimum; and what it says about the integral. A single rung is a number of nodes that the user fixed.
 */
final class QuadratureClimb {
    /** Of two rungs, in log-likelihood: far below what any test or AIC can notice. */
    private static final double SAME_LOG_LIKELIHOOD = 1e-3;
    /** The same for large data: a hundred thousand persons' worth of an error that moves no estimate. */
    private static final double SAME_LOG_LIKELIHOOD_RELATIVE = 1e-7;
    /** Of two rungs, in standard errors. */
    private static final double SAME_ESTIMATES = 5e-3;
    /** Two agreements in a row settle it: the error of the rule is not monotone, one can be chance. */
    private static final int AGREEMENTS = 2;
    /** A coarser rule is said to mislead when its estimates are this many standard errors away. */
    private static final double MISLEADING = 0.1;
    /** A random-effect standard deviation beyond this, in units of η, comes from a failed approximation. */
    private static final double IMPLAUSIBLE = 15;

    private final Minimizer minimizer;
    private final IntFunction<Objective> objectives;
    private final Boundary boundary;
    private final ParameterLayout layout;
    private final FitListener listener;

    private final List<FitResult.Rung> rungs = new ArrayList<>();
    private final List<double[]> optima = new ArrayList<>();
    private Outcome outcome;
    private int iterations;
    private int agreements;

    /** @param objectives the objective at a number of nodes */
    QuadratureClimb(
            Minimizer minimizer,
            IntFunction<Objective> objectives,
            Boundary boundary,
            ParameterLayout layout,
            FitListener listener) {
        this.minimizer = minimizer;
        this.objectives = objectives;
        this.boundary = boundary;
        this.layout = layout;
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
            outcome = nodes.length == 1
                    ? minimizer.minimize(objective, from, near)
                    : minimizer.approach(objective, from, near);
            iterations += outcome.iterations();
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
        outcome = minimizer.minimize(objective, outcome.best().point(), outcome.hessian());
        iterations += outcome.iterations();
        if (!(near - outcome.best().value() <= tolerance(near))
                || !isPlausible(layout, outcome.best().point())) {
            agreements = 0;
            FitResult.Rung rung = rungs.remove(rungs.size() - 1);
            optima.remove(optima.size() - 1);
            rungs.add(new FitResult.Rung(rung.nodes(), -outcome.best().value(), Double.NaN));
            optima.add(boundary.canonical(outcome.best().point()));
        }
    }

    /** What the rungs agreed on turned out to be no maximum. */
    void disagree() {
        agreements = 0;
    }

    private static double tolerance(double value) {
        return SAME_LOG_LIKELIHOOD + SAME_LOG_LIKELIHOOD_RELATIVE * Math.abs(value);
    }

    private void note(int nodes) {
        double[] canonical = boundary.canonical(outcome.best().point());
        double shift = Double.NaN;
        if (!rungs.isEmpty()) {
            if (outcome.hessian() != null) {
                shift = QuadraticModel.distance(canonical, optima.get(optima.size() - 1), outcome.hessian());
            }
            double before = -rungs.get(rungs.size() - 1).logLikelihood();
            boolean agrees = Math.abs(outcome.best().value() - before) <= tolerance(before)
                    && (Double.isNaN(shift) || shift <= SAME_ESTIMATES);
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

    /** A fixed number of nodes for which no finer rule is affordable, or nothing to measure its shift by. */
    FitResult.Integration unchecked() {
        return new FitResult.Integration(rungs, false, "fixed by the user, not checked by a finer rule");
    }

    /** How the last rung ended. */
    Outcome outcome() {
        return outcome;
    }

    int iterations() {
        return iterations;
    }

    /** One rung is all there is where Laplace is exact. */
    FitResult.Integration exact(String family) {
        return new FitResult.Integration(rungs, true, "exact for " + family + " outcomes");
    }

    /** What the climb itself says, warnings included. */
    FitResult.Integration judge(double[] point, int[] free, double[][] hessian, List<Warning> into) {
        if (!isClimb()) {
            into.add(new Warning(
                    "laplace_unchecked",
                    "with " + layout.random()
                            + " random effects a person no finer quadrature is affordable: Laplace is unchecked"));
            return new FitResult.Integration(rungs, false, "Laplace only");
        }
        boolean settled = agreements >= AGREEMENTS;
        if (!settled) {
            into.add(new Warning(
                    "quadrature_unsettled",
                    "log-likelihood or estimates still move at " + nodes()
                            + " nodes per dimension: the integral is not settled and these numbers should not be reported;"
                            + " simplify the random part or see whether the data support it"));
        }
        if (hessian != null && free.length == layout.size()) {
            warnAboutLaplace(QuadraticModel.distance(point, optima.get(0), hessian), into);
        }
        return new FitResult.Integration(
                rungs,
                settled,
                settled
                        ? "settled: " + (AGREEMENTS + 1) + " rules in a row agree, up to " + nodes()
                                + " nodes per dimension"
                        : "not settled at " + nodes() + " nodes per dimension");
    }

    private void warnAboutLaplace(double shift, List<Warning> into) {
        if (shift > MISLEADING) {
            into.add(new Warning(
                    "laplace_misleads",
                    String.format(
                            Locale.ROOT,
                            "Laplace alone would have misled: its estimates lie %.1f standard errors away and its"
                                    + " log-likelihood is %.3f instead of %.3f",
                            shift,
                            rungs.get(0).logLikelihood(),
                            rungs.get(rungs.size() - 1).logLikelihood())));
        }
    }

    /**
     * What a finer rule at the estimates says of a fixed number of nodes.
     *
     * @param value of the objective by the finer rule
     * @param gradient of the free variables by it
     */
    FitResult.Integration judgeByFinerRule(
            int finer, double value, double[] gradient, double[][] hessian, List<Warning> into) {
        boolean isFinite = new Evaluation(gradient, value, gradient).isFinite();
        double shift =
                isFinite ? Math.sqrt(new QuadraticModel(gradient, hessian).decrement()) : Double.POSITIVE_INFINITY;
        List<FitResult.Rung> checked = new ArrayList<>(rungs);
        checked.add(new FitResult.Rung(finer, -value, shift));
        boolean settled = shift <= MISLEADING;
        if (!settled) {
            into.add(new Warning(
                    "quadrature_coarse",
                    String.format(
                            Locale.ROOT,
                            "%s is not accurate here: with %d nodes per dimension the log-likelihood at these estimates is"
                                    + " %.3f, and the estimates would move by about %.1f standard errors; use --nodes auto",
                            nodes() == 1 ? "Laplace" : nodes() + " nodes",
                            finer,
                            -value,
                            shift)));
        }
        return new FitResult.Integration(
                checked,
                settled,
                "fixed by the user; " + finer + " nodes per dimension " + (settled ? "agree" : "disagree"));
    }
}
