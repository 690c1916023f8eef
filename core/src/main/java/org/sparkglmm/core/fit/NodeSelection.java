package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Minimizer;
import org.sparkglmm.core.optim.Objective;
import org.sparkglmm.core.optim.QuadraticModel;

/**
 * How many quadrature nodes all the clusters need, learned on a sample of them in this process: the ladder is climbed to near the optimum of
 * a fine rule, and there every rule's value and gradient are compared with those of the finest. Both are sums over clusters: with M
 * clusters for the sample's m, a log-likelihood is off M/m times as far, and the estimates, which a gradient error g moves by H⁻¹g,
 * are off √(M/m) times as many of their standard errors.
 */
final class NodeSelection {
    /** Clusters to learn from: enough for the error of a rule, which is much the same for all of them. */
    static final int CLUSTERS = 4_000;
    /** The sample's optimum need not be known better to compare rules there. */
    private static final QuadratureClimb.Agreement NEAR = new QuadratureClimb.Agreement(0.05, 0, 0.05, 0.05);
    /** Rules are compared until two differ by this part of the tolerance. */
    private static final double BEYOND = 0.1;
    /** A rule is chosen that uses this part of it. */
    private static final double PART = 0.5;
    /** Standard deviations of the squared distance of two estimates beyond its mean, both by chance alone, that no sample comes to. */
    private static final double FAR = 8;

    private final QuadratureClimb climb;
    private final Boundary boundary;
    private final Evaluation best;
    private final double[][] hessian;
    private final double ratio;
    private final List<Rule> rules = new ArrayList<>();

    /**
     * A rule against the finest.
     *
     * @param logLikelihood how much higher that of all clusters is by the finest
     * @param estimates how far theirs are apart, in standard errors
     */
    private record Rule(int nodes, double logLikelihood, double estimates) {}

    private NodeSelection(QuadratureClimb climb, Boundary boundary, double ratio) {
        this.climb = climb;
        this.boundary = boundary;
        this.ratio = ratio;
        best = climb.outcome().best();
        hessian = climb.outcome().hessian();
    }

    /**
     * Learns.
     *
     * @param objectives of the sample, at a number of nodes
     * @param start in scaled variables
     * @param ratio of the number of all clusters to those of the sample
     * @return null if the sample does not tell: its optimum is implausible, or the search for it failed
     */
    static NodeSelection learn(
            IntFunction<Objective> objectives,
            double[] start,
            double ratio,
            IntegrationTolerance tolerance,
            Minimizer minimizer,
            Boundary boundary,
            ParameterLayout layout) {
        QuadratureClimb climb = new QuadratureClimb(minimizer, objectives, boundary, layout, NEAR, FitListener.SILENT);
        int[] ladder = QuadratureLadder.rungs(layout.random());
        climb.run(ladder, start, null);
        boolean tells = climb.outcome().best().isFinite()
                && climb.outcome().hessian() != null
                && QuadratureClimb.isPlausible(layout, climb.outcome().best().point());
        if (!tells) {
            return null;
        }
        NodeSelection out = new NodeSelection(climb, boundary, ratio);
        out.compare(objectives, ladder, tolerance);
        // A model without another rule than Laplace has a ladder of one, which may not be evaluable where it ended.
        return out.rules.isEmpty() ? null : out;
    }

    private void compare(IntFunction<Objective> objectives, int[] ladder, IntegrationTolerance tolerance) {
        List<Evaluation> evaluated = new ArrayList<>();
        List<Integer> nodes = new ArrayList<>();
        for (int rung : ladder) {
            Evaluation at = objectives.apply(rung).evaluate(best.point());
            if (!at.isFinite()) {
                continue;
            }
            evaluated.add(at);
            nodes.add(rung);
            int last = evaluated.size() - 1;
            boolean agree = last > 1
                    && Math.abs(higher(evaluated.get(last - 1), at)) <= BEYOND * tolerance.logLikelihood()
                    && apart(evaluated.get(last - 1), at) <= BEYOND * tolerance.estimates();
            if (agree) {
                break;
            }
        }
        if (evaluated.isEmpty()) {
            return;
        }
        Evaluation finest = evaluated.get(evaluated.size() - 1);
        for (int k = 0; k < evaluated.size(); k++) {
            rules.add(new Rule(nodes.get(k), higher(evaluated.get(k), finest), apart(evaluated.get(k), finest)));
        }
    }

    /** How much higher the log-likelihood of all clusters is by b than by a, each at its own optimum. */
    private double higher(Evaluation a, Evaluation b) {
        double ofA = a.value() - 0.5 * new QuadraticModel(a.gradient(), hessian).decrement();
        double ofB = b.value() - 0.5 * new QuadraticModel(b.gradient(), hessian).decrement();
        return ratio * (ofA - ofB);
    }

    /** How far the estimates of all clusters are apart by them, in standard errors. */
    private double apart(Evaluation a, Evaluation b) {
        double[] difference = new double[a.gradient().length];
        for (int i = 0; i < difference.length; i++) {
            difference[i] = a.gradient()[i] - b.gradient()[i];
        }
        return Math.sqrt(ratio * new QuadraticModel(difference, hessian).decrement());
    }

    /** Whether the optimum of a rule is farther from the sample's than chance and the rule's coarseness explain. */
    boolean isFar(double[] point, int nodes) {
        int p = point.length;
        double chance = Math.sqrt(p + FAR * Math.sqrt(2.0 * p));
        return !(boundary.distance(point, best.point(), hessian) <= chance + errorOf(nodes) / Math.sqrt(ratio));
    }

    /** Where a fine rule has its optimum on the sample, in scaled variables. */
    double[] point() {
        return best.point().clone();
    }

    /**
     * The coarsest rule whose estimates will do for all clusters.
     *
     * @param atLeast so many nodes
     * @param factor how many times as large the errors are as the sample says
     */
    int forEstimates(IntegrationTolerance tolerance, int atLeast, double factor) {
        return first(atLeast, k -> rules.get(k).estimates * factor <= PART * tolerance.estimates());
    }

    /** The coarsest rule whose log-likelihood will do, of so many nodes at least. */
    int forLogLikelihood(IntegrationTolerance tolerance, int atLeast) {
        return first(atLeast, k -> Math.abs(rules.get(k).logLikelihood) <= PART * tolerance.logLikelihood());
    }

    private int first(int atLeast, IntPredicate does) {
        for (int k = 0; k < rules.size(); k++) {
            if (rules.get(k).nodes >= atLeast && does.test(k)) {
                return rules.get(k).nodes;
            }
        }
        return Math.max(atLeast, rules.get(rules.size() - 1).nodes);
    }

    /** How far the estimates of a rule are off as the sample says, or of the next coarser one that it has met; in standard errors of all clusters. */
    double errorOf(int nodes) {
        return rules.stream()
                .filter(rule -> rule.nodes <= nodes)
                .mapToDouble(Rule::estimates)
                .reduce(0, (coarser, finer) -> finer);
    }

    /**
     * How far the log-likelihood of all clusters is still off by a rule: what the sample says, and as many times as much as their move from
     * the rule before it is what the sample said of that. A rule that the sample has not met is as far off as that move.
     *
     * @param coarser the rule before it
     * @param moved from that one to it, on all clusters
     */
    double logLikelihoodErrorOf(int nodes, int coarser, double moved) {
        double error = logLikelihoodErrorOf(nodes);
        double factor = moved / (logLikelihoodErrorOf(coarser) - error);
        double scaled = Math.abs(factor) < Double.POSITIVE_INFINITY ? Math.max(1, Math.abs(factor)) * error : moved;
        double most = Math.max(Math.abs(error), Math.abs(moved));
        return Math.abs(scaled) <= most || Double.isNaN(most) ? scaled : most;
    }

    /** As the sample says; NaN if it was given none finer. */
    private double logLikelihoodErrorOf(int nodes) {
        return rules.stream()
                .limit(rules.size() - 1L)
                .filter(rule -> rule.nodes == nodes)
                .mapToDouble(Rule::logLikelihood)
                .findFirst()
                .orElse(Double.NaN);
    }

    /** How far Laplace's optimum is from a fine rule's, in standard errors of all clusters. */
    double laplaceShift() {
        return Math.sqrt(ratio) * boundary.distance(climb.optimum(0), best.point(), hessian);
    }

    /** From Laplace's optimum to a fine rule's, in scaled variables. */
    double[] laplaceMove() {
        double[] out = boundary.canonical(best.point());
        for (int i = 0; i < out.length; i++) {
            out[i] -= climb.optimum(0)[i];
        }
        return out;
    }

    /** How much higher Laplace's log-likelihood is, for all clusters. */
    double laplaceExcess() {
        List<FitResult.Rung> rungs = climb.rungs();
        return ratio
                * (rungs.get(0).logLikelihood() - rungs.get(rungs.size() - 1).logLikelihood());
    }
}
