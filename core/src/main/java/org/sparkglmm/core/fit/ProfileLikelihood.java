package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.sparkglmm.core.model.CovarianceFactor;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.model.RandomCovariance;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Objective;

/**
 * 95% profile-likelihood intervals of fixed effects, the family's own parameters, standard deviations and correlations of
 * random effects: all values at which the log-likelihood, maximised over everything else, is within ½·1.96² of its maximum.
 * All ends are searched in lock step, so that a step of all of them is one pass.
 *
 * <p>Of what the fit holds on the boundary, a variance of 0 and a correlation of ±1 are released where that frees one entry of Λ
 * alone, the last diagonal one of its term; the rest stays where it is.
 */
public final class ProfileLikelihood {
    private static final int MOST_PASSES = 40;

    /** How far such a nuisance starts from 0, where no gradient would tell it to leave, in its coordinate. */
    private static final double NUDGE = 0.3;

    /** What an interval is of: the index of a parameter, or of a random effect. */
    private record Target(Kind kind, int index) {}

    private enum Kind {
        PARAMETER,
        SD,
        /** Of the second effect of a term with the first. */
        CORRELATION
    }

    private record Running(Target target, int side, ProfileSearch search) {}

    private final ParameterLayout layout;
    private final double[] estimate;
    private final int[] free;
    /** The free parameters, then those that are released from 0. */
    private final int[] moving;

    private final double minimum;
    private final RandomCovariance effects;
    private final List<Running> searches = new ArrayList<>();

    private final Whitening whitening;

    private ProfileLikelihood(ParameterLayout layout, double[] estimate, double[][] toRaw, int[] free, double minimum) {
        this.layout = layout;
        this.estimate = estimate;
        this.free = free;
        this.minimum = minimum;
        moving = IntStream.concat(Arrays.stream(free), Arrays.stream(released(layout, estimate, free)))
                .toArray();
        whitening = new Whitening(toRaw, free, moving);
        effects = RandomCovariance.of(layout, estimate);
    }

    /**
     * Finds the intervals.
     *
     * @param objective minus the log-likelihood of raw parameters
     * @param estimate raw parameters at its minimum
     * @param toRaw A, raw = A · scaled; scaled variables are such that 1 is a sensible change
     * @param free indices of the parameters that are not on the boundary
     * @param hessian of the objective in the free scaled variables; null if unknown, and then so are the intervals
     * @param minimum the objective at the estimate
     */
    public static ProfileIntervals of(
            Objective objective,
            ParameterLayout layout,
            double[] estimate,
            double[][] toRaw,
            int[] free,
            double[][] hessian,
            double minimum,
            FitListener listener) {
        ProfileLikelihood profile = new ProfileLikelihood(layout, estimate.clone(), toRaw, free.clone(), minimum);
        listener.stage("profile likelihood");
        return profile.run(objective, hessian);
    }

    private ProfileIntervals run(Objective objective, double[][] hessian) {
        int passes = 0;
        int evaluated = 0;
        if (hessian != null) {
            List<double[]> near = whitening.near(estimate);
            evaluated = near.size();
            passes = near.isEmpty() ? 0 : 1;
            whitening.find(hessian, near.isEmpty() ? List.of() : objective.evaluate(near));
            addSearches();
        }
        double lowest = minimum;
        while (passes < MOST_PASSES) {
            List<Running> active =
                    searches.stream().filter(r -> r.search.isSearching()).toList();
            if (active.isEmpty()) {
                break;
            }
            List<double[]> points = new ArrayList<>();
            int[] from = new int[active.size() + 1];
            for (int i = 0; i < active.size(); i++) {
                points.addAll(active.get(i).search.wanted());
                from[i + 1] = points.size();
            }
            List<Evaluation> evaluations = objective.evaluate(points);
            passes++;
            evaluated += points.size();
            for (Evaluation e : evaluations) {
                lowest = e.isFinite() ? Math.min(lowest, e.value()) : lowest;
            }
            for (int i = 0; i < active.size(); i++) {
                active.get(i).search.accept(evaluations.subList(from[i], from[i + 1]));
            }
        }
        searches.stream()
                .map(Running::search)
                .filter(ProfileSearch::isSearching)
                .forEach(ProfileSearch::giveUp);
        return result(passes, evaluated, -lowest);
    }

    /** Diagonal entries of Λ that are held at 0 although nothing else is lost with them: the last of their terms. */
    private static int[] released(ParameterLayout layout, double[] estimate, int[] free) {
        int[] isLast = new int[layout.random()];
        for (CovarianceFactor factor : layout.factors()) {
            isLast[factor.end() - 1] = 1;
        }
        return IntStream.range(0, layout.theta())
                .filter(t -> layout.row(t) == layout.column(t) && isLast[layout.row(t)] == 1)
                .map(t -> layout.thetaStart() + t)
                .filter(i -> estimate[i] == 0 && Arrays.stream(free).noneMatch(j -> i == j))
                .toArray();
    }

    private void addSearches() {
        for (int i = 0; i < layout.size(); i++) {
            boolean isTheta = i >= layout.thetaStart() && i < layout.psiStart();
            if (!isTheta && movingIndex(i) >= 0) {
                add(new Target(Kind.PARAMETER, i));
            }
        }
        for (CovarianceFactor factor : layout.factors()) {
            for (int r = factor.start(); r < factor.end(); r++) {
                addEffect(r);
            }
            if (factor.size() > 1) {
                addCorrelation(factor.start() + 1);
            }
        }
    }

    private void add(Target target) {
        for (int side : new int[] {-1, 1}) {
            add(target, side);
        }
    }

    private void add(Target target, int side) {
        int m = moving.length;
        double[] slope = new double[m];
        double start;
        double bound = Double.POSITIVE_INFINITY;
        int unit;
        ProfileChart.PolarRow row = null;
        if (target.kind == Kind.PARAMETER) {
            slope[movingIndex(target.index)] = 1;
            start = estimate[target.index];
            unit = target.index;
        } else if (target.kind == Kind.SD && effects.isZero(target.index)) {
            unit = layout.index(target.index, target.index);
            slope[movingIndex(unit)] = 1;
            start = 0;
        } else {
            row = polar(target.index, target.kind);
            boolean sd = target.kind == Kind.SD;
            double[] along = sd ? row.direction() : row.across()[0];
            for (int i = 0; i < along.length; i++) {
                slope[row.at()[i]] = sd ? along[i] : along[i] / row.norm();
            }
            start = sd ? row.norm() : angle(target.index);
            unit = moving[row.at()[row.at().length - 1]];
            if (!sd) {
                bound = 0.5 * Math.PI - side * start;
            } else if (side < 0) {
                bound = start;
            }
        }
        double[][] root = whitening.root();
        double[] curvature = whitening.curvature();
        double[] gradient = new double[m];
        double squares = 0;
        for (int j = 0; j < m; j++) {
            for (int i = 0; i < m; i++) {
                gradient[j] += root[i][j] * slope[i];
            }
            squares += gradient[j] * gradient[j];
        }
        double se = Math.sqrt(squares);
        if (!(se > 0)) {
            return;
        }
        double scaledSe = target.kind == Kind.CORRELATION ? se : se / whitening.scaledUnit(unit);
        double[][] rotation = rotation(gradient, side);
        ProfileChart chart = new ProfileChart(estimate, moving, times(root, rotation), start, side * se, row);
        double[][] hessian = new double[m][m];
        double[] nudge = new double[m];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                for (int k = 0; k < m; k++) {
                    hessian[i][j] += rotation[k][i] * curvature[k] * rotation[k][j];
                }
            }
            for (int k = free.length; k < m; k++) {
                nudge[i] += i == 0 ? 0 : NUDGE * rotation[k][i];
            }
        }
        searches.add(
                new Running(target, side, new ProfileSearch(chart, bound / se, scaledSe, minimum, hessian, nudge)));
    }

    private void addEffect(int r) {
        if (!effects.isZero(r)) {
            add(new Target(Kind.SD, r));
        } else if (movingIndex(layout.index(r, r)) >= 0) {
            add(new Target(Kind.SD, r), 1);
        }
    }

    private void addCorrelation(int r) {
        boolean isZero = at(r - 1, r - 1) == 0 || at(r, r) == 0 && at(r, r - 1) == 0;
        if (isZero || movingIndex(layout.index(r, r)) < 0) {
            return;
        }
        if (at(r, r) != 0) {
            add(new Target(Kind.CORRELATION, r));
        } else {
            add(new Target(Kind.CORRELATION, r), at(r, r - 1) * at(r - 1, r - 1) > 0 ? -1 : 1);
        }
    }

    /** Row r about its estimate, over its free entries. */
    private ProfileChart.PolarRow polar(int r, Kind kind) {
        int[] at = IntStream.rangeClosed(0, r)
                .filter(c -> layout.index(r, c) >= 0)
                .map(c -> movingIndex(layout.index(r, c)))
                .filter(i -> i >= 0)
                .toArray();
        int k = at.length;
        double[] direction = new double[k];
        double squares = 0;
        for (int i = 0; i < k; i++) {
            direction[i] = estimate[moving[at[i]]];
            squares += direction[i] * direction[i];
        }
        double norm = Math.sqrt(squares);
        for (int i = 0; i < k; i++) {
            direction[i] /= norm;
        }
        double[][] across = new double[k - 1][];
        if (kind == Kind.CORRELATION) {
            double angle = angle(r);
            across[0] = new double[] {
                Math.signum(at(r - 1, r - 1)) * StrictMath.cos(angle), (at(r, r) < 0 ? 1 : -1) * StrictMath.sin(angle)
            };
        } else {
            double[][] basis = rotation(direction, 1);
            for (int a = 0; a < k - 1; a++) {
                across[a] = new double[k];
                for (int i = 0; i < k; i++) {
                    across[a][i] = basis[i][a + 1];
                }
            }
        }
        return new ProfileChart.PolarRow(at, norm, direction, across);
    }

    /** The arc sine of the correlation of effect r, the second of its term, with the first. */
    private double angle(int r) {
        return StrictMath.atan2(Math.signum(at(r - 1, r - 1)) * at(r, r - 1), Math.abs(at(r, r)));
    }

    private double at(int row, int column) {
        return effects.factor(row, column);
    }

    private int movingIndex(int parameter) {
        return IntStream.range(0, moving.length)
                .filter(i -> moving[i] == parameter)
                .findFirst()
                .orElse(-1);
    }

    private static double[] unknown(int size) {
        double[] out = new double[size];
        Arrays.fill(out, Double.NaN);
        return out;
    }

    private ProfileIntervals result(int passes, int evaluated, double highest) {
        int q = layout.random();
        double[][] ends = {unknown(layout.size()), unknown(layout.size())};
        double[][] sd = {unknown(q), unknown(q)};
        double[][][] corr = {new double[q][], new double[q][]};
        // What is estimated on its edge has that as one end.
        for (int r = 0; r < q; r++) {
            corr[0][r] = unknown(q);
            corr[1][r] = unknown(q);
            corr[0][r][r] = 1;
            corr[1][r][r] = 1;
            if (effects.isZero(r)) {
                sd[0][r] = 0;
            }
        }
        int missing = 0;
        for (Running running : searches) {
            int side = running.side > 0 ? 1 : 0;
            int i = running.target.index;
            ProfileSearch.State state = running.search.state();
            boolean notFound = state == ProfileSearch.State.NOT_FOUND;
            missing += notFound && !(running.target.kind == Kind.CORRELATION && isOpen(i, sd)) ? 1 : 0;
            double end = running.search.end();
            switch (running.target.kind) {
                case PARAMETER ->
                    ends[side][i] =
                            state == ProfileSearch.State.INFINITE ? running.side * Double.POSITIVE_INFINITY : end;
                case SD ->
                    sd[side][i] = state == ProfileSearch.State.INFINITE
                            ? Double.POSITIVE_INFINITY
                            : state == ProfileSearch.State.AT_BOUND ? 0 : end;
                case CORRELATION -> {
                    boolean atBound = state == ProfileSearch.State.AT_BOUND || isOpen(i, sd);
                    double value = atBound ? running.side : StrictMath.sin(end);
                    corr[side][i][i - 1] = value;
                    corr[side][i - 1][i] = value;
                    if (at(i, i) == 0) {
                        double edge = -running.side;
                        corr[1 - side][i][i - 1] = edge;
                        corr[1 - side][i - 1][i] = edge;
                    }
                }
            }
        }
        return new ProfileIntervals(
                ends[0], ends[1], sd[0], sd[1], corr[0], corr[1], missing, passes, evaluated, highest);
    }

    /**
     * Whether the correlation of effects i - 1 and i may be anything: beside a variance of 0 it is not there, so its profile falls nowhere
     * below the likelihood with that variance 0. A search along the correlation meets another ridge first. Standard deviations come
     * before correlations among the searches.
     */
    private static boolean isOpen(int i, double[][] sd) {
        return sd[0][i] == 0 || sd[0][i - 1] == 0;
    }

    /** An orthogonal matrix whose first column is the vector's direction, outwards. */
    private static double[][] rotation(double[] v, int side) {
        int m = v.length;
        double norm = 0;
        for (double e : v) {
            norm += e * e;
        }
        norm = Math.sqrt(norm);
        // Householder: I - 2ww'/w'w maps e_0 to ∓v/|v|, with the sign that does not cancel.
        double sign = v[0] > 0 ? -1 : 1;
        double[] w = new double[m];
        double squares = 0;
        for (int i = 0; i < m; i++) {
            w[i] = (i == 0 ? 1 : 0) - sign * v[i] / norm;
            squares += w[i] * w[i];
        }
        double[][] out = new double[m][m];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                double element = (i == j ? 1 : 0) - 2 * w[i] * w[j] / squares;
                out[i][j] = j == 0 ? side * sign * element : element;
            }
        }
        return out;
    }

    private static double[][] times(double[][] a, double[][] b) {
        int m = a.length;
        double[][] out = new double[m][m];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                for (int k = 0; k < m; k++) {
                    out[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return out;
    }
}
