package org.sparkglmm.core.optim;

import java.util.ArrayList;
import java.util.List;

/**
 * Newton's method in a trust region. Given a Hessian near the start (from a sample, or from the last fit) it keeps it up to
 * date by symmetric rank-one updates, which cost nothing; it takes a true Hessian when it has none or when the model
 * predicts badly. (Conn, Gould and Toint 2000; Nocedal and Wright 2006, §6.2.)
 */
public final class TrustRegionNewton implements Minimizer {
    private static final int MOST_ITERATIONS = 200;
    /** In scaled variables the objective falls by about half the squared length of a Newton step. */
    private static final double FIRST_RADIUS = 10;
    /** Steps that the model must have predicted to at least this part, or its Hessian is taken anew. */
    private static final double GOOD = 0.25;
    /** Rank-one updates in a row before a true Hessian costs less than going on without. */
    private static final int MOST_UPDATES = 8;
    /** Relative rounding error of an objective that is a compensated sum of millions of terms. */
    private static final double ROUNDING = 1e-13;
    /** Steps that together lower the objective by no more than this, in units of a log-likelihood, go along a flat floor. */
    private static final double FLAT = 1e-8;

    private static final int FLAT_STEPS = 5;
    /** A flat floor has no more slope than this. */
    private static final double FLAT_SLOPE = 1e-4;

    /** A trust region smaller than this, in scaled variables, has nothing left to find. */
    private static final double SHORTEST = 1e-12;

    @Override
    public String name() {
        return "newton";
    }

    @Override
    public Outcome minimize(Objective objective, double[] start, double[][] hessian) {
        Evaluation at = objective.evaluate(start);
        List<Double> trail = new ArrayList<>();
        List<Double> accepted = new ArrayList<>();
        if (!at.isFinite()) {
            return new Outcome(
                    at,
                    Outcome.Status.NOT_EVALUABLE,
                    "the start lies outside the objective's domain",
                    0,
                    Double.NaN,
                    null,
                    trail);
        }
        trail.add(at.value());
        double[][] h = hessian;
        // A Hessian from elsewhere is already an approximation.
        int updates = hessian == null ? 0 : 1;
        boolean stale = false;
        double radius = -1;
        double decrement = Double.NaN;
        for (int iteration = 1; iteration <= MOST_ITERATIONS; iteration++) {
            if (h == null) {
                h = CentralHessian.at(objective, at.point());
                updates = 0;
                if (h == null) {
                    return new Outcome(
                            at,
                            Outcome.Status.NOT_EVALUABLE,
                            "the objective cannot be evaluated around the current point",
                            iteration,
                            decrement,
                            h,
                            trail);
                }
            }
            QuadraticModel model = new QuadraticModel(at.gradient(), h);
            decrement = model.decrement();
            if (decrement <= TOLERANCE) {
                if (model.isConvex()) {
                    return new Outcome(
                            at,
                            Outcome.Status.CONVERGED,
                            "g'H\u207b\u00b9g is below its tolerance",
                            iteration,
                            decrement,
                            h,
                            trail);
                }
                if (updates > 0) {
                    h = null;
                    continue;
                }
            }
            if (stale) {
                h = null;
                stale = false;
                continue;
            }
            if (radius < 0) {
                radius = Math.max(FIRST_RADIUS, Math.sqrt(decrement));
            }
            double[] s = model.step(radius);
            double predicted = -QuadraticModel.value(at.gradient(), h, s);
            double[] next = new double[s.length];
            for (int i = 0; i < s.length; i++) {
                next[i] = at.point()[i] + s[i];
            }
            Evaluation trial = objective.evaluate(next);
            double length = model.scaledLength(s);
            double ratio = trial.isFinite() ? (at.value() - trial.value()) / predicted : Double.NEGATIVE_INFINITY;
            boolean belowRounding = predicted <= 10 * ROUNDING * Math.abs(at.value());
            boolean accept = trial.isFinite()
                    && (belowRounding ? new QuadraticModel(trial.gradient(), h).decrement() < decrement : ratio > 1e-4);
            if (!(ratio >= GOOD) && !belowRounding) {
                radius = 0.25 * length;
            } else if (ratio > 0.75 && length > 0.9 * radius) {
                radius = 2.5 * radius;
            }
            boolean poor = !(ratio >= GOOD) && !belowRounding;
            boolean trueHessian = updates == 0;
            if (trial.isFinite() && (accept || !trueHessian)) {
                h = rankOneUpdate(h, s, at.gradient(), trial.gradient());
                updates++;
            }
            if (accept) {
                at = trial;
                accepted.add(at.value());
                if (isFlat(accepted, at)) {
                    trail.add(at.value());
                    return new Outcome(
                            at,
                            Outcome.Status.FLAT,
                            "the objective no longer falls along a direction in which it is flat",
                            iteration,
                            decrement,
                            h,
                            trail);
                }
            } else if (belowRounding && trueHessian) {
                return new Outcome(
                        at,
                        Outcome.Status.CONVERGED,
                        "no step lowers the objective beyond rounding",
                        iteration,
                        decrement,
                        h,
                        trail);
            } else if (length < SHORTEST) {
                return new Outcome(
                        at,
                        Outcome.Status.NO_PROGRESS,
                        "the trust region shrank to nothing",
                        iteration,
                        decrement,
                        h,
                        trail);
            }
            trail.add(at.value());
            boolean doubtful = poor || updates >= MOST_UPDATES || (belowRounding && !accept);
            // Taken anew only if the next look at the decrement does not end the search.
            stale = accept ? hessian == null || doubtful : !trueHessian && doubtful;
        }
        return new Outcome(
                at,
                Outcome.Status.ITERATION_LIMIT,
                "no convergence in " + MOST_ITERATIONS + " iterations",
                MOST_ITERATIONS,
                decrement,
                h,
                trail);
    }

    private static boolean isFlat(List<Double> accepted, Evaluation at) {
        if (accepted.size() <= FLAT_STEPS) {
            return false;
        }
        double fall = accepted.get(accepted.size() - 1 - FLAT_STEPS) - at.value();
        double squares = 0;
        for (double g : at.gradient()) {
            squares += g * g;
        }
        return fall <= FLAT + ROUNDING * Math.abs(at.value()) && squares <= FLAT_SLOPE * FLAT_SLOPE;
    }

    /** Symmetric rank-one update of H by the secant pair; skipped where its denominator vanishes. */
    static double[][] rankOneUpdate(double[][] h, double[] s, double[] gradient, double[] newGradient) {
        int n = s.length;
        double[] residual = new double[n];
        double residualS = 0;
        double residualNorm = 0;
        double sNorm = 0;
        for (int i = 0; i < n; i++) {
            double row = 0;
            for (int j = 0; j < n; j++) {
                row += h[i][j] * s[j];
            }
            residual[i] = newGradient[i] - gradient[i] - row;
            residualS += residual[i] * s[i];
            residualNorm += residual[i] * residual[i];
            sNorm += s[i] * s[i];
        }
        if (!(Math.abs(residualS) >= 1e-8 * Math.sqrt(residualNorm * sNorm)) || residualS == 0) {
            return h;
        }
        double[][] out = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                out[i][j] = h[i][j] + residual[i] * residual[j] / residualS;
            }
        }
        return out;
    }
}
