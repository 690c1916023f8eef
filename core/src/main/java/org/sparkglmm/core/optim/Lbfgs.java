package org.sparkglmm.core.optim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.sparkglmm.core.math.ArrayMath;

/**
 * Limited-memory BFGS with a weak-Wolfe line search by bisection. For comparison when a fit is in doubt: it needs more
 * passes than {@link TrustRegionNewton}. Nocedal and Wright (2006), algorithms 7.4 and 3.5; Lewis and Overton (2013).
 */
public final class Lbfgs implements Minimizer {
    private static final int MEMORY = 12;
    private static final int MOST_ITERATIONS = 1000;
    private static final int MOST_TRIALS = 50;
    private static final double SUFFICIENT = 1e-4;
    private static final double CURVATURE = 0.9;

    private record Pair(double[] s, double[] y, double rho) {}

    @Override
    public String name() {
        return "lbfgs";
    }

    @Override
    public Outcome minimize(Objective objective, double[] start, double[][] hessian) {
        Evaluation at = objective.evaluate(start);
        List<Double> trail = new ArrayList<>();
        if (!at.isFinite()) {
            return new Outcome(
                    at,
                    Outcome.Status.NOT_EVALUABLE,
                    "the start lies outside the objective's domain",
                    0,
                    Double.NaN,
                    trail);
        }
        Deque<Pair> memory = new ArrayDeque<>();
        double decrement = Double.NaN;
        for (int iteration = 1; iteration <= MOST_ITERATIONS; iteration++) {
            trail.add(at.value());
            double[] direction = direction(memory, at.gradient());
            double slope = ArrayMath.dot(direction, at.gradient());
            if (!(slope < 0)) {
                memory.clear();
                direction = direction(memory, at.gradient());
                slope = ArrayMath.dot(direction, at.gradient());
            }
            decrement = -slope;
            // The two-loop recursion's g'H⁻¹g means something once it has seen as many directions as there are.
            if (decrement <= TOLERANCE && (memory.size() >= Math.min(MEMORY, at.point().length) || decrement == 0)) {
                return new Outcome(
                        at,
                        Outcome.Status.CONVERGED,
                        "g'H\u207b\u00b9g is below its tolerance",
                        iteration,
                        decrement,
                        trail);
            }
            Evaluation next = search(objective, at, direction, slope, memory.isEmpty());
            if (next == null) {
                boolean good = decrement <= 1e3 * TOLERANCE;
                return new Outcome(
                        at,
                        good ? Outcome.Status.CONVERGED : Outcome.Status.NO_PROGRESS,
                        "the line search found no lower point",
                        iteration,
                        decrement,
                        trail);
            }
            double[] s = minus(next.point(), at.point());
            double[] y = minus(next.gradient(), at.gradient());
            double sy = ArrayMath.dot(s, y);
            if (sy > 0) {
                memory.addLast(new Pair(s, y, 1 / sy));
                if (memory.size() > MEMORY) {
                    memory.removeFirst();
                }
            }
            at = next;
        }
        return new Outcome(
                at,
                Outcome.Status.ITERATION_LIMIT,
                "no convergence in " + MOST_ITERATIONS + " iterations",
                MOST_ITERATIONS,
                decrement,
                trail);
    }

    private static double[] direction(Deque<Pair> memory, double[] gradient) {
        double[] d = gradient.clone();
        double[] alpha = new double[memory.size()];
        int i = 0;
        for (Iterator<Pair> newestFirst = memory.descendingIterator(); newestFirst.hasNext(); i++) {
            Pair pair = newestFirst.next();
            alpha[i] = pair.rho * ArrayMath.dot(pair.s, d);
            add(d, -alpha[i], pair.y);
        }
        if (memory.isEmpty()) {
            double length = Math.sqrt(ArrayMath.dot(d, d));
            scale(d, length > 1 ? 1 / length : 1);
        } else {
            Pair newest = memory.peekLast();
            scale(d, 1 / (newest.rho * ArrayMath.dot(newest.y, newest.y)));
        }
        for (Pair pair : memory) {
            i--;
            add(d, alpha[i] - pair.rho * ArrayMath.dot(pair.y, d), pair.s);
        }
        scale(d, -1);
        return d;
    }

    private static Evaluation search(
            Objective objective, Evaluation at, double[] direction, double slope, boolean first) {
        double low = 0;
        double high = Double.POSITIVE_INFINITY;
        double t = first ? 0.1 : 1;
        Evaluation best = null;
        for (int trial = 0; trial < MOST_TRIALS; trial++) {
            double[] point = at.point().clone();
            add(point, t, direction);
            Evaluation next = objective.evaluate(point);
            if (!next.isFinite() || next.value() > at.value() + SUFFICIENT * t * slope) {
                high = t;
            } else {
                best = next;
                if (ArrayMath.dot(next.gradient(), direction) >= CURVATURE * slope) {
                    return next;
                }
                low = t;
            }
            t = high < Double.POSITIVE_INFINITY ? 0.5 * (low + high) : 2 * t;
            if (high - low < 1e-14) {
                break;
            }
        }
        return best;
    }

    private static void add(double[] into, double factor, double[] v) {
        for (int i = 0; i < into.length; i++) {
            into[i] += factor * v[i];
        }
    }

    private static void scale(double[] v, double factor) {
        for (int i = 0; i < v.length; i++) {
            v[i] *= factor;
        }
    }

    private static double[] minus(double[] a, double[] b) {
        double[] out = a.clone();
        add(out, -1, b);
        return out;
    }
}
