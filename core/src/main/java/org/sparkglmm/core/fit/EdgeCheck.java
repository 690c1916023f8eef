package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Minimizer;
import org.sparkglmm.core.optim.Objective;
import org.sparkglmm.core.optim.Outcome;

/**
 * Whether an optimum at the edge of the parameter space is one. On the scales that the optimizer moves on, every edge is a
 * stationary point: Λ enters by ΛΛ', and a dispersion by its logarithm. So an optimum at an edge is looked at from the inside
 * before it is reported. One pass takes the derivative along each way in, in the parameter that has one there; and searches that begin
 * inside, from each edge alone and from all at once, must come back.
 *
 * <p>With k edges that are true ones this costs a pass and, for k = 1, one search, else k + 1.
 */
final class EdgeCheck {
    /** Better than this, and beyond rounding, is better: what putting a point on its edge may cost, twice. */
    private static final double BETTER = 2e-6;
    /** A search that is at its edge again and within this of the objective there has come back. */
    private static final double BACK = 0.05;
    /** Edges that are left and met again: more rounds than that have not been seen to find anything. */
    private static final int MOST_ROUNDS = 3;

    private EdgeCheck() {}

    /** The optimum itself, if it is inside, or true; else the one that was found from inside. */
    static Optimum of(
            Objective objective,
            Boundary boundary,
            Optimum optimum,
            Minimizer minimizer,
            long clusters,
            FitListener listener) {
        Optimum best = optimum;
        for (int round = 0; round < MOST_ROUNDS && best.converged(); round++) {
            List<Boundary.Edge> edges = boundary.edges(best.point());
            if (edges.isEmpty()) {
                break;
            }
            listener.stage("looking at the edge from inside");
            Search search = new Search(objective, minimizer, boundary, edges, best.value());
            search.fromInside(best.point(), edges);
            if (search.found == null) {
                return best.after(search.iterations);
            }
            Outcome outcome = minimizer.minimize(objective, search.found.best().point(), search.found.hessian());
            best = Optimum.of(objective, boundary, outcome, minimizer, clusters, listener)
                    .after(best.iterations() + search.iterations + outcome.iterations());
        }
        return best;
    }

    /** Searches from several starts, and the best that beats a value. */
    private static final class Search {
        private final Objective objective;
        private final Minimizer minimizer;
        private final Boundary boundary;
        private final Predicate<Evaluation> isBack;
        private double toBeat;
        private Outcome found;
        private int iterations;

        Search(Objective objective, Minimizer minimizer, Boundary boundary, List<Boundary.Edge> edges, double value) {
            this.objective = objective;
            this.minimizer = minimizer;
            this.boundary = boundary;
            isBack = at -> at.value() <= value + BACK && boundary.isNear(at.point(), edges);
            toBeat = value - Boundary.loss(value) - BETTER;
        }

        /** Begins at some distance from each edge and from all, and next to an edge whose derivative leads inwards. */
        void fromInside(double[] point, List<Boundary.Edge> edges) {
            List<List<Boundary.Edge>> ways = new ArrayList<>();
            if (edges.size() > 1) {
                ways.add(edges);
            }
            edges.forEach(e -> ways.add(List.of(e)));
            List<double[]> points = new ArrayList<>();
            for (List<Boundary.Edge> way : ways) {
                for (double distance : Boundary.INSIDE) {
                    points.add(boundary.inside(point, way, distance));
                }
            }
            int probes = points.size();
            edges.forEach(e -> points.addAll(boundary.nextTo(point, e)));
            List<Evaluation> evaluated = objective.evaluate(points);
            for (int first = 0; first < probes; first += Boundary.INSIDE.length) {
                evaluated.subList(first, first + Boundary.INSIDE.length).stream()
                        .filter(Evaluation::isFinite)
                        .findFirst()
                        .ifPresent(e -> from(e.point(), at -> at.value() > toBeat && isBack.test(at)));
            }
            for (double[] start : boundary.waysIn(point, edges, evaluated.subList(probes, evaluated.size()))) {
                from(start, at -> false);
            }
        }

        private void from(double[] start, Predicate<Evaluation> enough) {
            Outcome outcome = minimizer.approach(objective, start, null, enough);
            iterations += outcome.iterations();
            // One that did not converge has found no optimum, as where Laplace's approximation fails and has none.
            if (outcome.converged() && outcome.best().value() < toBeat) {
                toBeat = outcome.best().value();
                found = outcome;
            }
        }
    }
}
