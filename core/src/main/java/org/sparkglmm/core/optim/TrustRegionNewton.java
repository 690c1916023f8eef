package org.sparkglmm.core.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Newton's method in a trust region. Given a Hessian near the start (from a sample, or from the last fit) it keeps it up to
 * date by symmetric rank-one updates, which cost nothing; it takes a true Hessian when it has none or when the model
 * predicts badly. (Conn, Gould and Toint 2000; Nocedal and Wright 2006, §6.2.)
 *
 * <p>From a start with a Hessian passes are spared at the end: as soon as the next point is expected next to the minimum, its true Hessian
 * is taken in the same pass; and the point that one step by that leads to is evaluated as the last. What is left there is one more step
 * that needs no evaluation, which {@link Outcome#decrement} tells the caller of.
 */
public final class TrustRegionNewton implements Minimizer {
    /** Below this decrement, a few hundredths of a standard error away, one step by the true Hessian leads to the minimum. */
    private static final double NEXT_TO_MINIMUM = 1e-3;
    /** What a step by a Hessian from elsewhere is expected to leave of the decrement, before any has been seen. */
    private static final double FIRST_RATE = 0.01;
    /** A step by the true Hessian leaves about this part of the decrement's square. */
    private static final double CURVATURE = 1e-3;

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
        return new Search(objective, hessian, true, at -> false).from(start);
    }

    @Override
    public Outcome approach(Objective objective, double[] start, double[][] hessian, Predicate<Evaluation> enough) {
        return new Search(objective, hessian, false, enough).from(start);
    }

    /** One search: where it is, and what it knows of the curvature there. */
    private static final class Search {
        private final Objective objective;
        /** Whether the search began with a Hessian, and passes are worth more than Hessians. */
        private final boolean informed;

        private final boolean toTheEnd;
        private final Predicate<Evaluation> enough;
        private final double tolerance;
        private final List<Double> trail = new ArrayList<>();
        private final List<Double> accepted = new ArrayList<>();

        private Evaluation at;
        private double[][] h;
        /** Rank-one updates since h was the true Hessian; a Hessian from elsewhere is already an approximation. */
        private int updates;

        private Evaluation expansion;
        /** Whether the last step was refused; then the next may be too, and be no place for a Hessian. */
        private boolean refused;

        /**
         * What {@link Objective#longestMove} is multiplied with: 1, and twice as much after a step that was shortened by it and fell as
         * foretold. Without that bound the trust region alone would send a variable without curvature to where nothing calls it back.
         */
        private double reach = 1;

        /** Whether the last step would have been longer. */
        private boolean shortened;

        private boolean evaluatedAsLast;
        private double decrement = Double.NaN;
        private double rate = FIRST_RATE;
        private int iteration;

        Search(Objective objective, double[][] hessian, boolean toTheEnd, Predicate<Evaluation> enough) {
            this.objective = objective;
            this.toTheEnd = toTheEnd;
            this.enough = enough;
            tolerance = toTheEnd ? TOLERANCE : NEAR;
            informed = hessian != null;
            h = hessian;
            updates = informed ? 1 : 0;
        }

        Outcome from(double[] start) {
            at = informed ? objective.evaluate(start) : objective.evaluateWithHessian(start);
            if (!at.isFinite()) {
                return end(Outcome.Status.NOT_EVALUABLE, "the start lies outside the objective's domain");
            }
            trail.add(at.value());
            take(at);
            boolean stale = false;
            double radius = -1;
            for (iteration = 1; iteration <= MOST_ITERATIONS; iteration++) {
                h = Evaluation.isFinite(h) ? h : null;
                if (h == null && !take(objective.evaluateWithHessian(at.point()))) {
                    return end(
                            Outcome.Status.NOT_EVALUABLE, "the objective cannot be evaluated around the current point");
                }
                QuadraticModel model = new QuadraticModel(at.gradient(), h);
                rate = decrement > 0 ? Math.min(1, model.decrement() / decrement) : rate;
                decrement = model.decrement();
                boolean lastStepIsSure =
                        evaluatedAsLast && decrement <= NEAR && expected() <= TOLERANCE && model.isWellConditioned();
                if (decrement <= tolerance || lastStepIsSure) {
                    if (model.isConvex()) {
                        return end(Outcome.Status.CONVERGED, "g'H\u207b\u00b9g is below its tolerance");
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
                double[] s = step(model, radius);
                double predicted = -QuadraticModel.value(at.gradient(), h, s);
                Evaluation trial = evaluate(plus(at.point(), s));
                double length = model.scaledLength(s);
                double ratio = trial.isFinite() ? (at.value() - trial.value()) / predicted : Double.NEGATIVE_INFINITY;
                boolean belowRounding = predicted <= 10 * ROUNDING * Math.abs(at.value());
                boolean accept = trial.isFinite()
                        && (belowRounding
                                ? new QuadraticModel(trial.gradient(), h).decrement() < decrement
                                : ratio > 1e-4);
                refused = !accept;
                boolean poor = !(ratio >= GOOD) && !belowRounding;
                if (poor) {
                    radius = 0.25 * length;
                    reach = 1;
                } else if (ratio > 0.75 && length > 0.9 * radius) {
                    radius = 2.5 * radius;
                }
                if (ratio > 0.75 && shortened) {
                    reach *= 2;
                }
                boolean trueHessian = updates == 0;
                if (!(accept && take(trial)) && trial.isFinite() && (accept || !trueHessian)) {
                    double[][] updated = rankOneUpdate(h, s, at.gradient(), trial.gradient());
                    // A model that foretold the step is not given up for one whose update divided by next to nothing.
                    boolean isSpoilt = ratio >= GOOD
                            && model.isWellConditioned()
                            && !new QuadraticModel(trial.gradient(), updated).isWellConditioned();
                    h = isSpoilt ? h : updated;
                    updates++;
                }
                if (accept) {
                    at = trial;
                    accepted.add(at.value());
                    if (enough.test(at)) {
                        trail.add(at.value());
                        return end(Outcome.Status.FLAT, "what comes next need not be known");
                    }
                    if (isFlat(accepted, at)) {
                        trail.add(at.value());
                        return end(
                                Outcome.Status.FLAT,
                                "the objective no longer falls along a direction in which it is flat");
                    }
                } else if (belowRounding && trueHessian) {
                    return end(Outcome.Status.CONVERGED, "no step lowers the objective beyond rounding");
                } else if (length < SHORTEST) {
                    return end(Outcome.Status.NO_PROGRESS, "the trust region shrank to nothing");
                }
                trail.add(at.value());
                boolean doubtful = poor || updates >= MOST_UPDATES || (belowRounding && !accept);
                // Taken anew only if the next look at the decrement does not end the search.
                stale = updates > 0 && (accept ? !informed || doubtful : !trueHessian && doubtful);
            }
            iteration = MOST_ITERATIONS;
            return end(Outcome.Status.ITERATION_LIMIT, "no convergence in " + MOST_ITERATIONS + " iterations");
        }

        private double[] step(QuadraticModel model, double radius) {
            double[] s = model.step(radius);
            double[] least = new double[s.length];
            shortened = false;
            for (int i = 0; i < s.length; i++) {
                double longest = reach * objective.longestMove(i);
                least[i] = radius / longest;
                shortened |= Math.abs(s[i]) > longest;
            }
            return shortened ? new QuadraticModel(at.gradient(), h, least).step(radius) : s;
        }

        /** Evaluates the next point, and with it in the same pass what will be needed if it is where it is expected to be. */
        private Evaluation evaluate(double[] next) {
            evaluatedAsLast = false;
            if (!informed) {
                return refused ? objective.evaluate(next) : objective.evaluateWithHessian(next);
            }
            if (toTheEnd && expansion != null && expected() <= NEAR) {
                evaluatedAsLast = true;
                return objective.evaluateAsLast(next, expansion);
            }
            return toTheEnd && updates > 0 && expected() <= NEXT_TO_MINIMUM
                    ? objective.evaluateWithHessian(next)
                    : objective.evaluate(next);
        }

        /** What a step is expected to leave of the decrement. */
        private double expected() {
            return updates == 0 ? CURVATURE * decrement * decrement : rate * decrement;
        }

        /** Goes on with the true Hessian of an evaluation, if it has one. */
        private boolean take(Evaluation evaluation) {
            if (evaluation.hessian() == null) {
                return false;
            }
            expansion = evaluation;
            h = evaluation.hessian();
            updates = 0;
            return true;
        }

        private Outcome end(Outcome.Status status, String message) {
            return new Outcome(at, status, message, iteration, decrement, h, expansion, trail);
        }
    }

    private static double[] plus(double[] a, double[] b) {
        double[] out = a.clone();
        for (int i = 0; i < out.length; i++) {
            out[i] += b[i];
        }
        return out;
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
