package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.optim.Evaluation;

/**
 * The search for one end of a profile interval: the point along {@link ProfileChart}'s target t = x_0 at which the profile
 * of f, minus the log-likelihood, has risen by ½q². It asks for points and is told what they evaluate to, so that many
 * searches share a pass.
 *
 * <p>With g and B gradient and quasi-Newton Hessian at x = (t, ω), the profile is estimated without being reached,
 *
 * <pre>f_p = f - ½ g_ω'B_ωω⁻¹g_ω ,  f_p' = g_t - B_tω B_ωω⁻¹ g_ω ,  r = √(2(f_p - f̂)) ,</pre>
 *
 * and r, next to linear in t, is solved for r = q by inverse interpolation with slopes, while ω goes to its optimum and
 * follows it along the tangent -B_ωω⁻¹B_ωt. Venzon and Moolgavkar (1988), Applied Statistics 37:87, with a Hessian that costs
 * no evaluations: exact at the estimate, then kept by symmetric rank-one updates.
 */
final class ProfileSearch {
    /** Φ⁻¹(0.975). */
    static final double QUANTILE = 1.959963984540054;

    /** Nuisances with g'B⁻¹g below this are at their optimum: what they could still gain moves r by less than 1e-6. */
    private static final double OPTIMAL = 1e-6;
    /** The last, unevaluated step of the interpolation may bridge this much of r: its error is the square of that. */
    private static final double LAST_STEP = 1e-3;
    /** The same in t, against t. */
    private static final double LAST_RELATIVE_STEP = 2e-3;

    /** Beyond this decrement the profile is not estimated well enough to move t by it. */
    private static final double FAR_FROM_OPTIMUM = 1;
    /** Up to this one it is worth an interpolation. */
    private static final double NEAR_OPTIMUM = 0.1;
    /** Times the decrement, by how much ½r² may be wrong; more than 1 since B may be too large. */
    private static final double DOUBT = 5;

    /** Two points whose r differ by less than this many times their doubt say nothing about its course. */
    private static final double APART = 5;

    /** In standard errors at the estimate. */
    private static final double FIRST_RADIUS = 3;

    private static final double FURTHEST_STEP = 2.5;
    /** In scaled variables: no effect worth an interval is larger than a few of these. */
    private static final double FURTHEST_SCALED_STEP = 10;
    /** Where f exceeds its minimum by this and was not expected to, the step was too long. */
    private static final double TOO_FAR = 12;

    /** So far out, in scaled variables, it is asked whether the likelihood is flat: ... */
    private static final double OUT = 5;
    /** ... whether going on this far ... */
    private static final double FURTHER = 25;
    /** ... would at the present slope gain less than this part of what is missing. */
    private static final double NEXT_TO_NOTHING = 0.01;

    /** Evaluations after which a true Hessian costs less than going on without. */
    private static final int MOST_UPDATES = 7;
    /** Its differences, in standard errors. */
    private static final double DIFFERENCE = 1e-3;

    enum State {
        SEARCHING,
        FOUND,
        AT_BOUND,
        INFINITE,
        NOT_FOUND
    }

    /** A point of the profile: t, r, dt/dr, and what r may be wrong by. */
    private record Knot(double t, double r, double inverseSlope, double doubt) {}

    private final ProfileChart chart;
    private final double bound;
    private final double scaledPerT;
    private final double minimum;
    private final double level;
    private final double furthestStep;

    private double[] x;
    private double f;
    private double[] g;
    private final ProfileHessian hessian;
    private double[] next;
    private boolean wantsHessian;
    private int sinceHessian;
    private double radius = FIRST_RADIUS;

    private final List<Knot> knots = new ArrayList<>();
    private double inside;
    private double outside = Double.POSITIVE_INFINITY;
    private boolean outsideIsSure;
    private State state = State.SEARCHING;
    private double end = Double.NaN;

    /**
     * @param bound the largest t there is
     * @param scaledPerT what a unit of t is in scaled variables
     * @param minimum of f, at x = 0
     * @param hessian of f there
     * @param nudge added to the first point
     */
    ProfileSearch(
            ProfileChart chart, double bound, double scaledPerT, double minimum, double[][] hessian, double[] nudge) {
        this.chart = chart;
        this.bound = bound;
        this.scaledPerT = scaledPerT;
        this.minimum = minimum;
        level = minimum + 0.5 * QUANTILE * QUANTILE;
        furthestStep = FURTHEST_SCALED_STEP / scaledPerT;
        x = new double[chart.dimension()];
        g = new double[x.length];
        f = minimum;
        this.hessian = new ProfileHessian(hessian);
        propose();
        for (int i = 0; i < nudge.length; i++) {
            next[i] += nudge[i];
        }
    }

    boolean isSearching() {
        return state == State.SEARCHING;
    }

    State state() {
        return state;
    }

    /** The target where the search ended. */
    double end() {
        return state == State.INFINITE || state == State.NOT_FOUND ? Double.NaN : chart.target(end);
    }

    void giveUp() {
        state = State.NOT_FOUND;
    }

    /** The raw parameters at which it wants the objective. */
    List<double[]> wanted() {
        List<double[]> out = new ArrayList<>();
        if (!wantsHessian) {
            out.add(chart.parameters(next));
            return out;
        }
        for (int i = 0; i < x.length; i++) {
            out.add(chart.parameters(shifted(i, DIFFERENCE)));
            out.add(chart.parameters(shifted(i, -DIFFERENCE)));
        }
        return out;
    }

    private double[] shifted(int i, double by) {
        double[] out = x.clone();
        out[i] += by;
        return out;
    }

    /** Takes what was wanted and decides what to want next. */
    void accept(List<Evaluation> evaluations) {
        if (wantsHessian) {
            wantsHessian = false;
            sinceHessian = 0;
            takeHessian(evaluations);
            radius = Math.max(radius, 0.5 * FIRST_RADIUS);
            propose();
            return;
        }
        sinceHessian++;
        Evaluation e = evaluations.get(0);
        if (!e.isFinite()) {
            retreat();
            return;
        }
        double[] s = new double[x.length];
        double predicted = f;
        for (int i = 0; i < s.length; i++) {
            s[i] = next[i] - x[i];
        }
        for (int i = 0; i < s.length; i++) {
            predicted += s[i] * (g[i] + 0.5 * hessian.times(i, s));
        }
        double rise = e.value() - minimum;
        if (rise > TOO_FAR && e.value() - predicted > 0.5 * rise && rise > f - minimum) {
            retreat();
            return;
        }
        double[] gradient = chart.gradient(next, e.gradient());
        double[] change = new double[s.length];
        for (int i = 0; i < s.length; i++) {
            change[i] = gradient[i] - g[i];
        }
        hessian.update(s, change);
        radius = Math.min(2 * radius, 2 * FIRST_RADIUS);
        x = next;
        f = e.value();
        g = gradient;
        propose();
    }

    /** Halfway back to where all was well. */
    private void retreat() {
        if (next[0] > x[0]) {
            outside = Math.min(outside, next[0]);
            outsideIsSure = false;
        }
        radius *= 0.5;
        double[] half = new double[x.length];
        for (int i = 0; i < half.length; i++) {
            half[i] = 0.5 * (x[i] + next[i]);
        }
        next = half;
    }

    private void propose() {
        int n = x.length;
        double[] toOptimum = new double[n];
        double[] alongT = new double[n];
        hessian.solveNuisances(g, toOptimum, alongT);
        double decrement = 0;
        double slope = g[0];
        double curvature = hessian.at(0, 0);
        for (int i = 1; i < n; i++) {
            decrement -= g[i] * toOptimum[i];
            slope += hessian.at(0, i) * toOptimum[i];
            curvature += hessian.at(0, i) * alongT[i];
        }
        double profile = f - 0.5 * decrement;
        double r = Math.sqrt(2 * Math.max(0, profile - minimum));
        double rate = r > LAST_STEP ? slope / r : Math.sqrt(Math.max(curvature, 0));
        double t = x[0];

        double doubt = DOUBT * decrement / Math.max(r, 0.5);
        boolean optimal = decrement <= OPTIMAL;
        boolean isInside = f < level || optimal && profile < level;
        if (isInside) {
            inside = Math.max(inside, t);
        } else if (r - doubt > QUANTILE + LAST_STEP && t < outside) {
            outside = t;
            outsideIsSure = optimal;
        }
        if (t >= bound && (f <= level || optimal && profile <= level)) {
            state = State.AT_BOUND;
            end = t;
            return;
        }
        if (isInside
                && t * scaledPerT >= OUT
                && decrement < NEAR_OPTIMUM
                && bound == Double.POSITIVE_INFINITY
                && slope / scaledPerT * FURTHER < NEXT_TO_NOTHING * (level - profile)) {
            state = State.INFINITE;
            return;
        }
        Knot knot = new Knot(t, r, 1 / rate, doubt);
        double crossing = rate > 0 ? interpolated(knot) : Double.NaN;
        if (optimal
                && Math.abs(r - QUANTILE) <= LAST_STEP
                && Math.abs(crossing - t) <= LAST_RELATIVE_STEP * Math.max(t, LAST_STEP)) {
            state = State.FOUND;
            end = Math.min(crossing, bound);
            return;
        }
        if (optimal && crossing >= outside && !outsideIsSure) {
            outside = Double.POSITIVE_INFINITY;
        }
        double to = decrement > FAR_FROM_OPTIMUM ? t : nextT(t, crossing);
        if (decrement < NEAR_OPTIMUM && rate > 0) {
            knots.add(knot);
        }
        if (sinceHessian >= MOST_UPDATES) {
            wantsHessian = true;
            return;
        }
        next = step(to, toOptimum, alongT);
    }

    private double[] step(double to, double[] toOptimum, double[] alongT) {
        double[] out = x.clone();
        double squares = 0;
        for (int i = 1; i < out.length; i++) {
            double d = toOptimum[i] + alongT[i] * (to - x[0]);
            squares += d * d;
        }
        double shrink = Math.min(1, radius / Math.sqrt(squares));
        for (int i = 1; i < out.length; i++) {
            out[i] += shrink * (toOptimum[i] + alongT[i] * (to - x[0]));
        }
        out[0] = to;
        return out;
    }

    /** Where to look next: where r seems to cross q, if that is inside the bracket so far and not too far away. */
    private double nextT(double t, double crossing) {
        if (outside - inside <= LAST_STEP * LAST_STEP * inside) {
            // It has closed on nothing: a point was judged before its nuisances were at their optimum.
            outside = Double.POSITIVE_INFINITY;
        }
        double furthest = t + Math.min(Math.max(FURTHEST_STEP, t), furthestStep);
        double limit = Math.min(furthest, bound);
        if (outside < Double.POSITIVE_INFINITY) {
            boolean isWithin = crossing > inside && crossing < outside && crossing <= limit;
            return isWithin ? crossing : Math.min(limit, 0.5 * (inside + outside));
        }
        if (crossing > inside && crossing <= limit) {
            return crossing;
        }
        return crossing <= inside ? Math.min(limit, 1.1 * inside) : limit;
    }

    /** Inverse cubic interpolation of r with slopes, through this point and the one whose r is nearest to q. */
    private double interpolated(Knot at) {
        double newton = at.t + (QUANTILE - at.r) * at.inverseSlope;
        Knot other = null;
        for (Knot k : knots) {
            boolean apart = Math.abs(k.r - at.r) > LAST_STEP + APART * (k.doubt + at.doubt);
            boolean increasing = (k.r - at.r) * (k.t - at.t) > 0;
            if (apart && increasing && (other == null || Math.abs(k.r - QUANTILE) < Math.abs(other.r - QUANTILE))) {
                other = k;
            }
        }
        if (other == null) {
            return newton;
        }
        double h = at.r - other.r;
        double u = (QUANTILE - other.r) / h;
        if (!(u > -1 && u < 3)) {
            return newton;
        }
        double v = u - 1;
        double cubic = (1 + 2 * u) * v * v * other.t
                + u * v * v * h * other.inverseSlope
                + u * u * (3 - 2 * u) * at.t
                + u * u * v * h * at.inverseSlope;
        double ratio = (cubic - at.t) / (newton - at.t);
        return ratio > 0 && ratio < 2 ? cubic : newton;
    }

    private void takeHessian(List<Evaluation> evaluations) {
        int n = x.length;
        double[][] rows = new double[n][];
        for (int i = 0; i < n; i++) {
            Evaluation above = evaluations.get(2 * i);
            Evaluation below = evaluations.get(2 * i + 1);
            if (!above.isFinite() || !below.isFinite()) {
                return;
            }
            rows[i] = chart.gradient(shifted(i, DIFFERENCE), above.gradient());
            double[] other = chart.gradient(shifted(i, -DIFFERENCE), below.gradient());
            for (int j = 0; j < n; j++) {
                rows[i][j] = (rows[i][j] - other[j]) / (2 * DIFFERENCE);
            }
        }
        double[][] symmetric = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                symmetric[i][j] = 0.5 * (rows[i][j] + rows[j][i]);
            }
        }
        hessian.set(symmetric);
    }
}
