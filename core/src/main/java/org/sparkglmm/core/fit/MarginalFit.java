package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.diagnostics.SeparatedLevels;
import org.sparkglmm.core.inference.IntervalMethod;
import org.sparkglmm.core.inference.Method;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.likelihood.FinalSums;
import org.sparkglmm.core.likelihood.FinerRules;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.LikelihoodPasses;
import org.sparkglmm.core.likelihood.MarginalLikelihood;
import org.sparkglmm.core.likelihood.MixedModel;
import org.sparkglmm.core.likelihood.ScoreSum;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.Minimizer;
import org.sparkglmm.core.optim.Objective;
import org.sparkglmm.core.optim.TransformedObjective;

/**
 * A generalized linear mixed model by maximum (approximate) marginal likelihood.
 *
 * <p>The order of work: optimise on a sample of clusters, climb the ladder of quadrature nodes on all of them, or fit by the rule that a
 * sample taught, settle the boundary, and take the true Hessian and the clusters' scores at the end.
 */
final class MarginalFit implements Estimation {
    /** Times the clusters that the number of nodes is learned on, from which on it is. */
    private static final int MANY = 4;
    /** Log-likelihoods no farther apart are those of one maximum. */
    private static final double SAME = 1e-4;
    /** Of the usual starting standard deviations. */
    private static final double LITTLE = 0.2;

    private final Problem problem;
    private final Design design;
    private final Family family;
    private final Link link;
    private final ParameterLayout layout;
    private final MixedModel model;
    private final LikelihoodPasses passes;
    private final ClusterData data;
    private final ClusterData sample;
    private final DataMoments moments;
    private final Scaling scaling;
    private final double[][] toRaw;
    private final Boundary boundary;
    private final FitOptions options;
    /** Null for none. */
    private final EarlierFit earlier;

    private final FitListener listener;
    private final PassCounter counter;
    private final List<Warning> warnings;
    private final Minimizer minimizer;

    private final List<String> names;
    private final Map<Integer, FullObjective> objectives = new HashMap<>();
    private long sampled;
    /** How the number of nodes was found; null unless it was learned on a sample. */
    private NodeSelection selection;

    MarginalFit(Problem problem) {
        this.problem = problem;
        design = problem.design();
        data = problem.data();
        sample = problem.prepared().sample();
        moments = problem.moments();
        warnings = new ArrayList<>(problem.prepared().warnings());
        family = problem.family();
        link = problem.link();
        options = problem.options();
        earlier = problem.earlier();
        listener = problem.listener();
        counter = problem.counter();
        layout = problem.layout();
        names = problem.names();
        model = problem.model();
        passes = new LikelihoodPasses(data, model);
        scaling = new Scaling(
                moments, design, family, layout, link.unit(StartingValues.predictor(family, link, moments)));
        toRaw = scaling.toRaw();
        int[] ownIntercepts = IntStream.range(0, layout.psiParts())
                .map(k -> scaling.auxiliary(k).intercept())
                .toArray();
        boundary = new Boundary(
                layout, family.auxiliary(), ownIntercepts, toRaw, scaling.toScaled(), scaling.effectScales());
        minimizer = problem.minimizer();
    }

    /**
     * Where the search for the estimates ended.
     *
     * @param selection how the number of nodes was found; null if it was not learned on a sample
     * @param iterations over the full data, those of searches that ended elsewhere too
     */
    private record Found(QuadratureClimb climb, Optimum optimum, NodeSelection selection, int iterations) {
        static Found of(QuadratureClimb climb, Optimum optimum, NodeSelection selection) {
            return new Found(climb, optimum, selection, climb.iterations() + optimum.iterations());
        }

        Found after(int more) {
            return new Found(climb, optimum, selection, iterations + more);
        }
    }

    @Override
    public Estimates estimate() {
        if (family.isQuadratic(link)) {
            return estimates(byFixed(1));
        }
        if (options.nodes() != FitOptions.AUTO) {
            return estimates(byFixed(options.nodes()));
        }
        NodeSelection selection = isLarge() && QuadratureLadder.isClimb(layout.random())
                ? learned(startingPoint(), options.tolerance())
                : null;
        return estimates(selection == null ? byLadder() : bySelection(selection));
    }

    /** Whether a part of the clusters tells what all of them need; all of small data cost no more. */
    private boolean isLarge() {
        return moments.clusters() >= (long) MANY * NodeSelection.CLUSTERS;
    }

    /** The ladder, climbed on a sample in this process. */
    private NodeSelection learned(double[] start, IntegrationTolerance tolerance) {
        ClusterData part = FirstPass.thinned(sample, NodeSelection.CLUSTERS);
        long clusters = FirstPass.clusters(part);
        listener.stage("quadrature nodes learned on a sample of " + clusters + " of " + moments.clusters());
        return NodeSelection.learn(
                nodes -> ofSample(part, nodes),
                start,
                Math.max(1, (double) moments.clusters() / clusters),
                tolerance,
                minimizer,
                boundary,
                layout);
    }

    private Objective ofSample(ClusterData part, int nodes) {
        return new TransformedObjective(
                new MarginalLikelihood(part, model, new GaussHermite(nodes, layout.random())), toRaw);
    }

    /** In scaled variables, before anything was fitted to all the data. */
    private double[] startingPoint() {
        if (earlier != null) {
            double[] scaled = TransformedObjective.multiply(scaling.toScaled(), earlier.of(names, layout.fixed()));
            return boundary.offEdges(boundary.canonical(scaled));
        }
        double[] general = StartingValues.of(design, family, link, moments, scaling, layout);
        if (!BetterStart.isWanted(family) || family.isQuadratic(link)) {
            return general;
        }
        return boundary.offEdges(BetterStart.of(
                ofSample(FirstPass.thinned(sample, NodeSelection.CLUSTERS), 1),
                general,
                family,
                layout,
                minimizer,
                point -> QuadratureClimb.isPlausible(layout, point)));
    }

    /** A rule chosen on a sample, the fit by it, and a finer one until it agrees. */
    private Found bySelection(NodeSelection selection) {
        this.selection = selection;
        int nodes = selection.forEstimates(options.tolerance(), 1, 1);
        Start start = earlier == null ? fromSamples(selection.point(), nodes) : fromEarlier(nodes);
        sampled = start.sampled();
        int iterations = 0;
        while (true) {
            QuadratureClimb climb = climbed(new int[] {nodes}, start.point(), start.hessian());
            Optimum optimum = checked(climb, optimum(climb));
            Found found = Found.of(climb, optimum, selection).after(iterations);
            iterations = found.iterations();
            IntegrationVerdict.Check check = check(found, new ArrayList<>());
            boolean done =
                    check == null || check.step() == null || !optimum.converged() || isWithin(check, selection, nodes);
            if (done || QuadratureLadder.beyond(check.nodes(), layout.random()) == 0) {
                return found;
            }
            double factor = check.reached().estimates() / selection.errorOf(nodes);
            nodes = selection.forEstimates(options.tolerance(), check.nodes(), factor > 1 ? factor : 1);
            double[] point = optimum.point().clone();
            for (int i = 0; i < point.length; i++) {
                point[i] += check.step()[i];
            }
            boolean inside = optimum.free().length == point.length;
            start = new Start(boundary.offEdges(point), inside ? optimum.hessian() : null, sampled);
        }
    }

    private boolean isWithin(IntegrationVerdict.Check check, NodeSelection selection, int nodes) {
        Reached reached = check.reachedBy(selection, nodes);
        return options.tolerance().holds(reached.logLikelihood(), reached.estimates());
    }

    /** One rule, from where a finer one has its optimum on a sample; again from elsewhere if it ends oddly, and the better is kept. */
    private Found byFixed(int nodes) {
        double[] general = startingPoint();
        boolean learns = nodes > 1 && earlier == null && QuadratureLadder.isClimb(layout.random());
        NodeSelection selection = learns ? learned(general, IntegrationTolerance.DEFAULT) : null;
        Start start = earlier != null
                ? fromEarlier(nodes)
                : fromSamples(selection == null ? general : boundary.offEdges(selection.point()), nodes);
        sampled = start.sampled();
        Found first = fixed(nodes, start.point(), start.hessian());
        boolean odd = !first.optimum().converged()
                || selection != null && selection.isFar(first.optimum().point(), nodes);
        if (!odd || family.isQuadratic(link) || !QuadratureLadder.isClimb(layout.random())) {
            return first;
        }
        Found best = first;
        int iterations = first.iterations();
        for (double[] other : otherStarts(general, selection)) {
            listener.stage("another start");
            Found next = fixed(nodes, boundary.offEdges(other), null);
            iterations += next.iterations();
            double higher = next.optimum().converged()
                    ? best.optimum().value() - next.optimum().value()
                    : Double.NaN;
            boolean same = best.optimum().converged() && Math.abs(higher) <= SAME;
            best = higher > 0 || next.optimum().converged() && !best.optimum().converged() ? next : best;
            if (same || best != first) {
                break;
            }
        }
        return best.after(iterations - best.iterations());
    }

    /** Where else to begin: at the general start, or a finer rule's optimum on a sample; and with little variation between clusters. */
    private List<double[]> otherStarts(double[] general, NodeSelection selection) {
        List<double[]> out = new ArrayList<>();
        double[] other = selection != null ? general : pointOfFinerRule(general);
        if (other != null) {
            out.add(other);
        }
        double[] calm = StartingValues.of(design, family, link, moments, scaling, layout);
        for (int i = layout.thetaStart(); i < layout.psiStart(); i++) {
            calm[i] *= LITTLE;
        }
        out.add(calm);
        return out;
    }

    private double[] pointOfFinerRule(double[] general) {
        NodeSelection selection = learned(general, IntegrationTolerance.DEFAULT);
        return selection == null ? null : selection.point();
    }

    private Found fixed(int nodes, double[] start, double[][] hessian) {
        QuadratureClimb climb = climbed(new int[] {nodes}, start, hessian);
        return Found.of(climb, checked(climb, optimum(climb)), null);
    }

    /** Rule after rule on all the data, until two agree. */
    private Found byLadder() {
        int[] rungs = QuadratureLadder.rungs(layout.random());
        Start start = earlier == null ? fromSamples(startingPoint(), rungs[0]) : fromEarlier(rungs[0]);
        sampled = start.sampled();
        QuadratureClimb climb = climbed(rungs, start.point(), start.hessian());
        Optimum first = optimum(climb);
        Optimum optimum = checked(climb, first);
        int iterations = 0;
        if (climb.isClimb() && !optimum.isAt(first)) {
            // The rungs agreed on what is no maximum: they have to agree once more, from where one was found.
            QuadratureClimb again = climbed(rungs, boundary.offEdges(optimum.point()), null);
            iterations = again.iterations();
            if (again.outcome().best().isFinite()) {
                iterations = climb.iterations() + optimum.iterations();
                climb = again;
                first = optimum(climb);
                optimum = checked(climb, first);
            }
            if (!optimum.isAt(first)) {
                climb.disagree();
            }
        }
        return Found.of(climb, optimum, null).after(iterations);
    }

    private QuadratureClimb climbed(int[] rungs, double[] start, double[][] hessian) {
        QuadratureClimb climb = new QuadratureClimb(
                minimizer,
                this::fullObjective,
                boundary,
                layout,
                QuadratureClimb.Agreement.tight(options.tolerance()),
                listener);
        climb.run(rungs, start, hessian);
        return climb;
    }

    private Optimum optimum(QuadratureClimb climb) {
        return Optimum.of(
                fullObjective(climb.nodes()), boundary, climb.outcome(), minimizer, moments.clusters(), listener);
    }

    private Optimum checked(QuadratureClimb climb, Optimum optimum) {
        return EdgeCheck.of(fullObjective(climb.nodes()), boundary, optimum, minimizer, moments.clusters(), listener);
    }

    /** The estimates of an earlier fit; its Hessian there is taken in the pass that evaluates them. */
    private Start fromEarlier(int nodes) {
        listener.stage("starting from the earlier fit");
        double[] point = startingPoint();
        return new Start(point, fullObjective(nodes).evaluateWithHessian(point).hessian(), 0);
    }

    private Start fromSamples(double[] from, int nodes) {
        return Start.journaled(
                counter,
                () -> Start.fromSamples(
                        from,
                        sample,
                        moments.clusters(),
                        part -> ofSample(part, nodes),
                        point -> QuadratureClimb.isPlausible(layout, point),
                        minimizer,
                        boundary,
                        listener));
    }

    private FullObjective fullObjective(int nodes) {
        int finer = finerThan(nodes);
        int finest = finestThan(finer);
        return objectives.computeIfAbsent(
                nodes,
                k -> new FullObjective(
                        passes,
                        moments.clusters(),
                        new GaussHermite(k, layout.random()),
                        new FinerRules(rule(finer), rule(finest)),
                        toRaw,
                        names,
                        counter));
    }

    private GaussHermite rule(int nodes) {
        return nodes == 0 ? null : new GaussHermite(nodes, layout.random());
    }

    /** The rule that the log-likelihood is reported by, if it needs another than the one that checks the estimates; else 0. */
    private int finestThan(int finer) {
        int nodes = selection == null ? 0 : selection.forLogLikelihood(options.tolerance(), finer);
        return nodes > finer ? nodes : 0;
    }

    /** The rule that checks another at the estimates; 0 for none. */
    private int finerThan(int nodes) {
        if (family.isQuadratic(link)) {
            return 0;
        }
        return options.nodes() == FitOptions.AUTO
                ? isLarge() || QuadratureLadder.isLast(nodes, layout.random())
                        ? QuadratureLadder.beyond(nodes, layout.random())
                        : 0
                : QuadratureLadder.finer(nodes, layout.random());
    }

    /** What the finer rule says, in the pass that takes the scores; null if there is none, or nothing to measure it by. */
    private IntegrationVerdict.Check check(Found found, List<Warning> into) {
        Optimum optimum = found.optimum();
        FullObjective objective = fullObjective(found.climb().nodes());
        // A ladder that did not agree is checked where it ended, which was not to be foreseen.
        int finer = options.nodes() == FitOptions.AUTO
                ? QuadratureLadder.beyond(found.climb().nodes(), layout.random())
                : finerThan(found.climb().nodes());
        if (finer == 0 || optimum.hessian() == null) {
            return null;
        }
        Covariance modelBased = Covariance.of(optimum.hessian(), toRaw, optimum.free(), names);
        FinalSums sums = objective.checked(
                new FinerRules(rule(finer), rule(finestThan(finer))), optimum.evaluated(), modelBased.estimates());
        return verdict(optimum, modelBased, into)
                .check(
                        finer,
                        -sums.finer().logLikelihood(),
                        objective.minusInScaled(sums.finer().gradient()),
                        finestThan(finer),
                        -sums.finest());
    }

    private IntegrationVerdict verdict(Optimum optimum, Covariance covariance, List<Warning> into) {
        double[] se = covariance.estimates().standardErrors(StandardErrors.MODEL);
        return new IntegrationVerdict(options.tolerance(), optimum, toRaw, se, names, into);
    }

    private Estimates estimates(Found found) {
        QuadratureClimb climb = found.climb();
        Optimum optimum = found.optimum();
        FullObjective objective = fullObjective(climb.nodes());
        if (!optimum.converged() && !Double.isFinite(optimum.value())) {
            throw DataChecks.noLikelihood(moments, design, family, link);
        }
        listener.stage("scores of the clusters");
        double[] parameters = TransformedObjective.multiply(toRaw, optimum.point());
        Covariance modelBased = Covariance.of(optimum.hessian(), toRaw, optimum.free(), names);
        FinalSums closing = objective.closing(optimum.evaluated(), modelBased.estimates());
        ScoreSum scores = closing.scores();
        Covariance covariance = modelBased.withScores(scores.outerProducts());
        Sentence cause = DataChecks.likelyCause(moments, design, family, link);
        if (!optimum.converged()) {
            warnings.add(new Warning(
                    "not_converged",
                    Sentence.of(
                            "the optimizer did not converge: %s%s%s",
                            optimum.message(), cause.isEmpty() ? "" : "; ", cause)));
        }
        FitResult.Integration integration = integration(found, verdict(optimum, modelBased, warnings));
        double logLikelihood = found.selection() == null
                ? -optimum.value()
                : integration.rungs().get(integration.rungs().size() - 1).logLikelihood();
        if (!covariance.isComplete()) {
            warnings.add(new Warning(
                    "information_singular",
                    Sentence.of(
                            "the observed information is not positive definite, so there are no standard errors: the data do not"
                                    + " determine all parameters; simplify the model%s%s",
                            cause.isEmpty() ? "" : "; or the cause is another: ", cause)));
        }
        warnings.addAll(EdgeWarnings.of(layout, parameters, design.randomNames(), design.group()));
        warnings.addAll(boundary.describeOwn(parameters));
        OpenParameters open = new OpenParameters(design, layout, names, covariance, parameters);
        warnings.addAll(open.warnings(new SeparatedLevels(moments, options.minCellCount())));
        return new Estimates(
                climb.nodes() == 1 ? Method.LAPLACE : Method.QUADRATURE,
                climb.nodes(),
                optimum.converged(),
                // Laplace's approximation, where it is asked for, is an estimator of its own; how far off it is, its
                // warning says.
                optimum.converged() && (options.nodes() == 1 || !integration.isFarOff()),
                logLikelihood,
                -optimum.value(),
                parameters,
                modelBased.estimates(),
                covariance.estimates().leavingOpen(open.indices()),
                scores,
                integration,
                new FitResult.OptimizerReport(
                        minimizer.name(),
                        optimum.message(),
                        found.iterations(),
                        counter.passes(),
                        sampled,
                        earlier != null,
                        optimum.gradientNorm(),
                        optimum.decrement()),
                profile(found, parameters),
                warnings);
    }

    /** Null unless asked for. */
    private ProfileIntervals profile(Found found, double[] parameters) {
        if (options.intervals() != IntervalMethod.PROFILE) {
            return null;
        }
        Optimum optimum = found.optimum();
        GaussHermite rule = new GaussHermite(found.climb().nodes(), layout.random());
        return ProfileAboutZero.of(
                problem,
                counter.reporting(new MarginalLikelihood(passes, rule)),
                parameters,
                toRaw,
                optimum.free(),
                optimum.hessian(),
                optimum.value());
    }

    private FitResult.Integration integration(Found found, IntegrationVerdict verdict) {
        QuadratureClimb climb = found.climb();
        if (family.isQuadratic(link)) {
            return verdict.exact(climb, family.name());
        }
        if (found.selection() != null) {
            return verdict.ofSelection(climb, found.selection(), check(found, new ArrayList<>()));
        }
        if (options.nodes() == FitOptions.AUTO) {
            // Where the ladder ended before its rungs agreed, a rule beyond it is asked.
            if (!QuadratureLadder.isClimb(layout.random())) {
                return verdict.laplaceOnly(climb, layout.random());
            }
            return verdict.ofClimb(climb, climb.hasSettled() ? null : check(found, new ArrayList<>()));
        }
        IntegrationVerdict.Check check = check(found, new ArrayList<>());
        return check == null ? verdict.unchecked(climb) : verdict.ofFixed(climb, check);
    }
}
