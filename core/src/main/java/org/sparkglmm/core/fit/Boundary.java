package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.model.AuxiliaryParameter;
import org.sparkglmm.core.model.CovarianceFactor;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.model.RandomCovariance;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Objective;
import org.sparkglmm.core.optim.QuadraticModel;
import org.sparkglmm.core.optim.SymmetricEigen;
import org.sparkglmm.core.optim.TransformedObjective;

/**
 * Brings Λ to its canonical form (the Cholesky factor of G, diagonal ≥ 0) and finds the edge of the parameter space: a
 * column of that factor whose diagonal is next to nothing, against its row, is a variance of 0 or a correlation of ±1; and a
 * family's own parameter that has run away is put where the family becomes a simpler one.
 */
final class Boundary {
    /** Diagonals below this, in scaled variables, are tried at exactly 0; the likelihood then decides. */
    private static final double NEAR_ZERO = 0.02;
    /** A start this close to 0, from a sample or an earlier fit, is moved inwards, off the saddle. */
    private static final double OFF_SADDLE = 0.1;
    /** How much of the objective the exact boundary may cost against the point next to it. */
    private static final double LOSS = 1e-6;
    /** The same as a part of the objective, for data so large that their sum is rounded to more than that. */
    private static final double RELATIVE_LOSS = 1e-12;
    /** Diagonals below this, in scaled variables and against their row, are 0. */
    private static final double ROUNDING = 1e-7;

    /** An own parameter whose predictor, for average covariates, is this far out is tried at its edge: e^5.5 is some 250. */
    private static final double FAR_OUT = 5.5;
    /** Where one that is farther out is put back: the likelihood still has a slope there. */
    private static final double PUT_BACK = 6;

    /**
     * How far inside a search begins that has to come back to the edge, the first that can be evaluated: a standard deviation in units of
     * η, or of that of a correlation's row; the same is the odds, or the multiple of 1, that an own parameter has of its place.
     */
    static final double[] INSIDE = {0.4, 0.1};
    /** Next to the edge of a variance, as a standard deviation: its square's derivative is told from rounding, and is still that at 0. */
    private static final double NEXT_TO_ZERO = 0.05;
    /** Next to the edge of an own parameter: where the derivative is taken for edges that are felt early, and late. */
    private static final double[] NEXT_TO_EDGE = {7, 10};
    /** An objective that falls inwards by less than this, to first order, does not fall. */
    private static final double SLOPE = 1e-7;

    private final ParameterLayout layout;
    private final List<AuxiliaryParameter> own;
    private final int[] ownIntercept;
    private final double[][] toRaw;
    private final double[][] toScaled;
    private final double[] effectScales;

    /**
     * @param own the family's own parameters
     * @param ownIntercept where the intercept of each stands among its coefficients, -1 without one
     * @param toRaw from the optimizer's variables to parameters, in which Λ is what it is
     * @param toScaled its inverse
     * @param effectScales what makes a standard deviation of each random effect one in the optimizer's units
     */
    Boundary(
            ParameterLayout layout,
            List<AuxiliaryParameter> own,
            int[] ownIntercept,
            double[][] toRaw,
            double[][] toScaled,
            double[] effectScales) {
        this.layout = layout;
        this.own = List.copyOf(own);
        this.ownIntercept = ownIntercept.clone();
        this.toRaw = toRaw;
        this.toScaled = toScaled;
        this.effectScales = effectScales.clone();
    }

    /** The same G from a Λ with non-negative diagonal, but for the columns that are put to 0; a Λ that is that already stays as it is. */
    private double[] canonical(double[] scaled, Set<Integer> zero) {
        int q = layout.random();
        double[] parameters = TransformedObjective.multiply(toRaw, scaled);
        RandomCovariance g = RandomCovariance.of(layout, parameters);
        boolean isCanonical = zero.isEmpty();
        double[] least = new double[q];
        for (int j = 0; j < q; j++) {
            // What is no more than this is rounding.
            least[j] = ROUNDING * Math.max(1 / effectScales[j], Math.sqrt(g.at(j, j)));
            isCanonical &= g.factor(j, j) > least[j];
        }
        if (isCanonical) {
            return scaled.clone();
        }
        double[] l = g.cholesky(zero::contains, least);
        for (int t = 0; t < layout.theta(); t++) {
            parameters[layout.thetaStart() + t] = l[layout.row(t) * q + layout.column(t)];
        }
        double[] back = TransformedObjective.multiply(toScaled, parameters);
        double[] out = scaled.clone();
        for (int t = 0; t < layout.theta(); t++) {
            int i = layout.thetaStart() + t;
            // What is 0 in Λ is 0 here, to the bit: a column of zeros stays one.
            out[i] = l[layout.column(t) * q + layout.column(t)] == 0 ? 0 : back[i];
        }
        return out;
    }

    private RandomCovariance effects(double[] scaled) {
        return RandomCovariance.of(layout, TransformedObjective.multiply(toRaw, scaled));
    }

    /** By parameter, what it is multiplied with for a Λ of the same G without a negative diagonal: -1 in columns that turn. */
    int[] signs(double[] scaled) {
        int q = layout.random();
        RandomCovariance effects = effects(scaled);
        int[] out = new int[scaled.length];
        Arrays.fill(out, 1);
        for (int t = 0; t < layout.theta(); t++) {
            if (effects.factor(layout.column(t), layout.column(t)) < 0) {
                out[layout.thetaStart() + t] = -1;
            }
        }
        return out;
    }

    /**
     * How far a point is from another, both in canonical form, in the norm of a Hessian that was taken at the other as it is: where its
     * columns of Λ turn their signs, so do the Hessian's elements.
     */
    double distance(double[] point, double[] other, double[][] hessian) {
        int[] signs = signs(other);
        double[] from = canonical(point);
        double[] to = canonical(other);
        for (int i = 0; i < signs.length; i++) {
            from[i] *= signs[i];
            to[i] *= signs[i];
        }
        return QuadraticModel.distance(from, to, hessian);
    }

    /** The canonical form of a parameter vector. */
    double[] canonical(double[] scaled) {
        return canonical(scaled, Set.of());
    }

    /**
     * The canonical form with everything on the edge that the likelihood allows there. Columns near the edge are tried
     * alone and all together, in one pass; then the family's own parameters, if one has run away, in another.
     *
     * @param value of the objective at the point
     */
    double[] settled(Objective objective, double[] scaled, double value) {
        return ownSettled(objective, effectsSettled(objective, scaled, value), value);
    }

    private static double allowed(double value) {
        return value + loss(value);
    }

    /** What the exact boundary may cost against the point next to it. */
    static double loss(double value) {
        return LOSS + RELATIVE_LOSS * Math.abs(value);
    }

    private double[] effectsSettled(Objective objective, double[] scaled, double value) {
        double allowed = allowed(value);
        double[] point = canonical(scaled);
        List<Set<Integer>> choices = new ArrayList<>();
        Set<Integer> all = nearZero(point);
        if (all.isEmpty()) {
            return point;
        }
        choices.add(all);
        if (all.size() > 1) {
            all.forEach(c -> choices.add(Set.of(c)));
        }
        List<Evaluation> tried = objective.evaluate(
                choices.stream().map(c -> canonical(point, c)).toList());
        Set<Integer> accepted = new HashSet<>();
        for (int k = 0; k < choices.size(); k++) {
            if (tried.get(k).value() <= allowed) {
                accepted.addAll(choices.get(k));
            }
        }
        boolean provenTogether = accepted.equals(all) && tried.get(0).value() <= allowed;
        double[] moved = canonical(point, accepted);
        boolean together = provenTogether
                || accepted.size() <= 1
                || objective.evaluate(moved).value() <= allowed;
        return together ? moved : canonical(point, Set.of(accepted.iterator().next()));
    }

    private double[] ownSettled(Objective objective, double[] point, double value) {
        double[] out = point;
        double allowed = allowed(value);
        for (int k = 0; k < own.size(); k++) {
            double edge = own.get(k).edge();
            if (ownIntercept[k] < 0 || !(point[layout.psiStart(k) + ownIntercept[k]] * Math.signum(edge) > FAR_OUT)) {
                continue;
            }
            double[] moved = out.clone();
            Arrays.fill(moved, layout.psiStart(k), layout.psiStart(k + 1), 0);
            moved[layout.psiStart(k) + ownIntercept[k]] = edge;
            if (objective.evaluate(moved).value() <= allowed) {
                out = moved;
            }
        }
        return out;
    }

    /** Whether own parameter k is at its edge; the scaled and the raw form of that are the same. */
    private static boolean isAtEdge(
            ParameterLayout layout, AuxiliaryParameter parameter, int k, int intercept, double[] parameters) {
        boolean out = intercept >= 0;
        for (int i = layout.psiStart(k); i < layout.psiStart(k + 1); i++) {
            out &= parameters[i] == (i == layout.psiStart(k) + intercept ? parameter.edge() : 0);
        }
        return out;
    }

    /**
     * The same point with own parameters that have run away put back to where the likelihood is not flat: other data, or
     * another rule of quadrature, may have their maximum inside.
     */
    double[] putBack(double[] scaled) {
        double[] out = scaled.clone();
        for (int k = 0; k < own.size(); k++) {
            int i = layout.psiStart(k) + ownIntercept[k];
            double sign = Math.signum(own.get(k).edge());
            if (ownIntercept[k] >= 0 && out[i] * sign > PUT_BACK) {
                out[i] = sign * PUT_BACK;
            }
        }
        return out;
    }

    /** The same point with diagonals of Λ that are next to 0 moved off that saddle. */
    double[] offSaddle(double[] scaled) {
        double[] out = scaled.clone();
        for (int t = 0; t < layout.theta(); t++) {
            int i = layout.thetaStart() + t;
            if (layout.row(t) == layout.column(t) && Math.abs(out[i]) < OFF_SADDLE) {
                out[i] = OFF_SADDLE;
            }
        }
        return out;
    }

    /** The same point, in canonical form, off the saddle and the edges: where another search can begin. */
    double[] offEdges(double[] canonical) {
        return putBack(offSaddle(canonical));
    }

    private Set<Integer> nearZero(double[] canonical) {
        RandomCovariance effects = effects(canonical);
        int q = layout.random();
        Set<Integer> out = new TreeSet<>();
        for (int c = 0; c < q; c++) {
            double diagonal = effects.factor(c, c) * effectScales[c];
            if (diagonal != 0 && diagonal <= NEAR_ZERO) {
                out.add(c);
            }
        }
        return out;
    }

    /** Indices of the parameters that are free at a canonical point: not those of columns of Λ that are 0, nor at an edge. */
    int[] free(double[] canonical) {
        RandomCovariance effects = effects(canonical);
        int q = layout.random();
        List<Integer> out = new ArrayList<>();
        for (int i = 0; i < layout.fixed(); i++) {
            out.add(i);
        }
        for (int t = 0; t < layout.theta(); t++) {
            if (effects.factor(layout.column(t), layout.column(t)) != 0) {
                out.add(layout.thetaStart() + t);
            }
        }
        for (int k = 0; k < layout.psiParts(); k++) {
            boolean held = isAtEdge(layout, own.get(k), k, ownIntercept[k], canonical);
            for (int i = layout.psiStart(k); !held && i < layout.psiStart(k + 1); i++) {
                out.add(i);
            }
        }
        return out.stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * An edge that a point lies on.
     *
     * @param own whether it is that of one of the family's own parameters
     * @param index that parameter, or the column of Λ that is 0
     */
    record Edge(boolean own, int index) {}

    /** The edges that a canonical point lies on. */
    List<Edge> edges(double[] canonical) {
        RandomCovariance effects = effects(canonical);
        List<Edge> out = new ArrayList<>();
        for (int c = 0; c < layout.random(); c++) {
            if (effects.factor(c, c) == 0) {
                out.add(new Edge(false, c));
            }
        }
        for (int k = 0; k < layout.psiParts(); k++) {
            if (isAtEdge(layout, own.get(k), k, ownIntercept[k], canonical)) {
                out.add(new Edge(true, k));
            }
        }
        return out;
    }

    /** Whether a point is all but on these edges; variances and correlations are found exactly, own parameters only as such. */
    boolean isNear(double[] point, List<Edge> edges) {
        boolean out = edges.stream().anyMatch(Edge::own);
        for (Edge edge : edges) {
            int i = edge.own
                    ? layout.psiStart(edge.index) + ownIntercept[edge.index]
                    : layout.index(edge.index, edge.index);
            out &= edge.own
                    ? point[i] * Math.signum(own.get(edge.index).edge()) > FAR_OUT
                    : Math.abs(point[i]) < OFF_SADDLE;
        }
        return out;
    }

    /** The same point off some of its edges. */
    double[] inside(double[] canonical, List<Edge> edges, double distance) {
        double[] out = canonical.clone();
        for (Edge edge : edges) {
            if (edge.own) {
                putOwn(out, edge.index, -Elementary.log(distance));
            } else {
                double row = rowLength(canonical, edge.index);
                out[layout.index(edge.index, edge.index)] = distance * (row > 0 ? row : 1);
            }
        }
        return out;
    }

    /** Points so near to an edge that the derivative there is that on the edge. */
    List<double[]> nextTo(double[] canonical, Edge edge) {
        List<double[]> out = new ArrayList<>();
        if (edge.own) {
            for (double far : NEXT_TO_EDGE) {
                double[] point = canonical.clone();
                putOwn(point, edge.index, far);
                out.add(point);
            }
        } else {
            double[] point = canonical.clone();
            point[layout.index(edge.index, edge.index)] = NEXT_TO_ZERO;
            out.add(point);
        }
        return out;
    }

    /**
     * Where to begin inside, next to the edges from which the objective falls inwards.
     *
     * <p>Of a family's own parameter that is its derivative at any of the points next to the edge. Of Λ, with S the derivative in G, a column
     * v in place of one that is 0 makes vv' of G and changes the objective by v'Sv; at an optimum only the rows of columns that are 0
     * matter in v. Next to 0 the derivative in row r of column c is 2 S_rc times the distance. The objective falls inwards if S
     * of those rows, each random term by itself, has a negative eigenvalue, and along its vector.
     *
     * @param probes of all the edges, one after another
     */
    List<double[]> waysIn(double[] canonical, List<Edge> edges, List<Evaluation> probes) {
        List<double[]> out = new ArrayList<>();
        double[][] s = new double[layout.random()][layout.random()];
        List<Integer> columns = new ArrayList<>();
        int at = 0;
        for (Edge edge : edges) {
            if (edge.own) {
                for (int n = 0; n < NEXT_TO_EDGE.length; n++, at++) {
                    Evaluation probe = probes.get(at);
                    int i = layout.psiStart(edge.index) + ownIntercept[edge.index];
                    if (probe.isFinite()
                            && probe.gradient()[i]
                                            * Math.signum(own.get(edge.index).edge())
                                    > SLOPE) {
                        out.add(probe.point());
                    }
                }
            } else {
                Evaluation probe = probes.get(at++);
                if (probe.isFinite()) {
                    columns.add(edge.index);
                    takeColumn(edge.index, probe.gradient(), s);
                }
            }
        }
        for (CovarianceFactor factor : layout.factors()) {
            int[] zero = columns.stream()
                    .filter(factor::has)
                    .mapToInt(Integer::intValue)
                    .toArray();
            fallingInwards(s, zero).ifPresent(v -> {
                double[] point = canonical.clone();
                for (int a = 0; a < zero.length; a++) {
                    point[layout.index(zero[a], zero[0])] = INSIDE[1] * v[a];
                }
                out.add(point);
            });
        }
        return out;
    }

    /** 2 S_rc times the distance, of the rows r ≥ c that column c has. */
    private void takeColumn(int c, double[] gradient, double[][] s) {
        for (int t = 0; t < layout.theta(); t++) {
            if (layout.column(t) == c) {
                int r = layout.row(t);
                s[r][c] = gradient[layout.thetaStart() + t];
                s[c][r] = s[r][c];
            }
        }
    }

    private static Optional<double[]> fallingInwards(double[][] s, int[] zero) {
        double[][] part = new double[zero.length][zero.length];
        for (int a = 0; a < zero.length; a++) {
            for (int b = 0; b < zero.length; b++) {
                part[a][b] = s[zero[a]][zero[b]];
            }
        }
        if (zero.length == 0) {
            return Optional.empty();
        }
        SymmetricEigen eigen = SymmetricEigen.of(part);
        int least = 0;
        for (int k = 1; k < zero.length; k++) {
            least = eigen.value(k) < eigen.value(least) ? k : least;
        }
        return eigen.value(least) < -SLOPE ? Optional.of(eigen.vector(least)) : Optional.empty();
    }

    private double rowLength(double[] scaled, int row) {
        double squares = 0;
        for (int t = 0; t < layout.theta(); t++) {
            double entry = layout.row(t) == row ? scaled[layout.thetaStart() + t] : 0;
            squares += entry * entry;
        }
        return Math.sqrt(squares);
    }

    /** Puts own parameter k so far out on the side of its edge. */
    private void putOwn(double[] point, int k, double far) {
        point[layout.psiStart(k) + ownIntercept[k]] = Math.signum(own.get(k).edge()) * far;
    }

    /** The family's own parameters that lie at their edge, in words, from raw parameters. */
    List<Warning> describeOwn(double[] parameters) {
        List<Warning> out = new ArrayList<>();
        for (int k = 0; k < own.size(); k++) {
            if (isAtEdge(layout, own.get(k), k, ownIntercept[k], parameters)) {
                boolean zero = own.get(k).role() == AuxiliaryParameter.Role.ZERO_INFLATION;
                out.add(new Warning(
                        zero ? "boundary_zero_inflation" : "boundary_dispersion",
                        own.get(k).atEdge()));
            }
        }
        return out;
    }
}
