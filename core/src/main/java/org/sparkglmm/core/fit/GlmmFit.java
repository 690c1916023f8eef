package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.AliasedColumn;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.inference.IntervalMethod;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.likelihood.FinalSums;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.LikelihoodPasses;
import org.sparkglmm.core.likelihood.LikelihoodSum;
import org.sparkglmm.core.likelihood.MarginalLikelihood;
import org.sparkglmm.core.likelihood.MixedModel;
import org.sparkglmm.core.likelihood.ScoreSum;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.Minimizer;
import org.sparkglmm.core.optim.Minimizers;
import org.sparkglmm.core.optim.TransformedObjective;

/**
 * Fits a generalized linear mixed model by maximum (approximate) marginal likelihood. Gaussian models with identity link
 * go to {@link GaussianFit}.
 *
 * <p>The order of work: describe the data (one pass), refuse or trim the design, optimise on a sample of clusters, climb
 * the ladder of quadrature nodes on all of them, settle the boundary, and take the true Hessian and the clusters' scores
 * at the end.
 */
public final class GlmmFit {
    /** In units of a column's standard deviation: no effect is this uncertain unless the data leave it open. */
    private static final double SEPARATED = 25;

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
    private final List<AliasedColumn> aliased;
    private final Minimizer minimizer;

    private final List<String> names;
    private final Map<Integer, FullObjective> objectives = new HashMap<>();
    private long sampled;

    private GlmmFit(
            Prepared prepared,
            Family family,
            Link link,
            FitOptions options,
            EarlierFit earlier,
            FitListener listener,
            PassCounter counter) {
        this.design = prepared.design();
        this.data = prepared.data();
        this.sample = prepared.sample();
        this.moments = prepared.moments();
        this.warnings = new ArrayList<>(prepared.warnings());
        this.aliased = prepared.aliased();
        this.family = family;
        this.link = link;
        this.options = options;
        this.earlier = earlier;
        this.listener = listener;
        this.counter = counter;
        layout = design.layout(family);
        names = ParameterNames.of(design, family, layout);
        model = new MixedModel(family.model(link), layout);
        passes = new LikelihoodPasses(data, model);
        scaling = new Scaling(
                moments, design, family, layout, link.unit(StartingValues.predictor(family, link, moments)));
        toRaw = scaling.toRaw();
        int[] ownIntercepts = IntStream.range(0, layout.psiParts())
                .map(k -> scaling.auxiliary(k).intercept())
                .toArray();
        boundary = new Boundary(
                layout, family.auxiliary(), ownIntercepts, toRaw, scaling.toScaled(), scaling.effectScales());
        minimizer = Minimizers.named(options.optimizer()).orElseThrow();
    }

    /**
     * Fits the model.
     *
     * @throws org.sparkglmm.core.DataException if the data cannot bear the model
     * @throws org.sparkglmm.core.UsageException if an option does not suit it
     */
    public static FitResult fit(
            Design design, Family family, Link link, ClusterData data, FitOptions options, FitListener listener) {
        return fit(design, family, link, data, options, null, PassJournal.NONE, listener);
    }

    /**
     * Fits the model.
     *
     * @param earlier where to begin; null for wherever the data themselves say
     * @param journal of the passes, in case the fit is cut off
     * @throws org.sparkglmm.core.DataException if the data cannot bear the model
     * @throws org.sparkglmm.core.UsageException if an option does not suit it, or the earlier fit is of another model
     */
    public static FitResult fit(
            Design design,
            Family family,
            Link link,
            ClusterData data,
            FitOptions options,
            EarlierFit earlier,
            PassJournal journal,
            FitListener listener) {
        PassCounter counter = new PassCounter(listener, journal);
        boolean linear = family.isLinear(link) && design.auxiliary().stream().allMatch(List::isEmpty);
        if (!linear && options.nodes() > 0) {
            QuadratureLadder.require(options.nodes(), design.randomColumns().size());
        }
        listener.stage("describing the data");
        Prepared prepared = Prepared.of(design, family, counter.counting(data));
        counter.begin(prepared, family, link, options);
        CentredFit centred = new CentredFit(prepared, family);
        EarlierFit start = centred.start(earlier);
        if (linear) {
            return centred.inRawTerms(new GaussianFit(prepared, family, options, start, listener, counter).run());
        }
        if (options.reml()) {
            throw new UsageException(
                    "--reml is for family gaussian with link identity and without --dispersion; this model"
                            + " is fitted by maximum likelihood");
        }
        return centred.inRawTerms(new GlmmFit(prepared, family, link, options, start, listener, counter).run());
    }

    private FitResult run() {
        boolean laplaceIsExact = family.isQuadratic(link);
        int[] rungs = laplaceIsExact
                ? new int[] {1}
                : options.nodes() == FitOptions.AUTO
                        ? QuadratureLadder.rungs(layout.random())
                        : new int[] {options.nodes()};
        Start start = earlier == null ? fromSamples(rungs[0]) : fromEarlier(rungs[0]);
        sampled = start.sampled();
        QuadratureClimb climb = climbed(rungs, start.point(), start.hessian());
        Optimum first = optimum(climb);
        Optimum optimum = checked(climb, first);
        if (climb.isClimb() && !optimum.isAt(first)) {
            // The rungs agreed on what is no maximum: they have to agree once more, from where one was found.
            climb = climbed(rungs, boundary.offEdges(optimum.point()), null);
            first = optimum(climb);
            optimum = checked(climb, first);
            if (!optimum.isAt(first)) {
                climb.disagree();
            }
        }
        return result(climb, fullObjective(climb.nodes()), optimum);
    }

    private QuadratureClimb climbed(int[] rungs, double[] start, double[][] hessian) {
        QuadratureClimb climb = new QuadratureClimb(minimizer, this::fullObjective, boundary, layout, listener);
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
        double[] scaled = TransformedObjective.multiply(scaling.toScaled(), earlier.of(names, layout.fixed()));
        double[] point = boundary.offEdges(boundary.canonical(scaled));
        return new Start(point, fullObjective(nodes).evaluateWithHessian(point).hessian(), 0);
    }

    private Start fromSamples(int nodes) {
        GaussHermite grid = new GaussHermite(nodes, layout.random());
        return Start.journaled(
                counter,
                () -> Start.fromSamples(
                        StartingValues.of(design, family, link, moments, scaling, layout),
                        sample,
                        moments.clusters(),
                        part -> new TransformedObjective(new MarginalLikelihood(part, model, grid), toRaw),
                        point -> QuadratureClimb.isPlausible(layout, point),
                        minimizer,
                        boundary,
                        listener));
    }

    private FullObjective fullObjective(int nodes) {
        int finer = options.nodes() == FitOptions.AUTO || family.isQuadratic(link)
                ? 0
                : QuadratureLadder.finer(nodes, layout.random());
        return objectives.computeIfAbsent(
                nodes,
                k -> new FullObjective(
                        passes,
                        moments.clusters(),
                        new GaussHermite(k, layout.random()),
                        finer == 0 ? null : new GaussHermite(finer, layout.random()),
                        toRaw,
                        names,
                        counter));
    }

    private FitResult result(QuadratureClimb climb, FullObjective objective, Optimum optimum) {
        listener.stage("scores of the clusters");
        double[] parameters = TransformedObjective.multiply(toRaw, optimum.point());
        Covariance modelBased = Covariance.of(optimum.hessian(), toRaw, optimum.free(), names);
        FinalSums closing = objective.closing(optimum.evaluated(), modelBased.estimates());
        ScoreSum scores = closing.scores();
        Covariance covariance = modelBased.withScores(scores.outerProducts());
        if (!optimum.converged()) {
            warnings.add(new Warning("not_converged", "the optimizer did not converge: " + optimum.message()));
        }
        FitResult.Integration integration = integration(climb, objective, optimum, closing.finer());
        if (!covariance.isComplete()) {
            warnings.add(new Warning(
                    "information_singular",
                    "the observed information is not positive definite, so there are no standard errors: the data do not"
                            + " determine all parameters; simplify the model"));
        }
        warnings.addAll(Boundary.describe(layout, parameters, design.randomNames(), design.group()));
        warnings.addAll(boundary.describeOwn(parameters));
        warnAboutOpenParameters(covariance, parameters);
        ProfileIntervals profile = options.intervals() == IntervalMethod.PROFILE
                ? ProfileAboutZero.of(
                        design,
                        family,
                        counter.reporting(
                                new MarginalLikelihood(passes, new GaussHermite(climb.nodes(), layout.random()))),
                        layout,
                        parameters,
                        toRaw,
                        optimum.free(),
                        optimum.hessian(),
                        optimum.value(),
                        listener)
                : null;
        Answers answers = Answers.of(
                design,
                family,
                link,
                parameters,
                covariance.estimates(),
                scores,
                profile,
                optimum.converged(),
                options,
                moments,
                FirstPass.forDiagnostics(sample),
                listener);
        warnings.addAll(answers.warnings(optimum.value()));
        return new FitResult(
                design,
                family,
                link,
                // Who leaves the nodes to the program must not take an unsettled integral for a result.
                optimum.converged() && (integration.settled() || !climb.isClimb()),
                climb.nodes() == 1 ? "laplace" : "agq",
                climb.nodes(),
                moments.rows(),
                moments.clusters(),
                moments.fingerprint(),
                moments.weight(),
                -optimum.value(),
                parameters,
                options.errors(),
                covariance.estimates(),
                integration,
                new FitResult.OptimizerReport(
                        minimizer.name(),
                        optimum.message(),
                        climb.iterations() + optimum.iterations(),
                        counter.passes(),
                        sampled,
                        earlier != null,
                        optimum.gradientNorm(),
                        optimum.decrement()),
                answers,
                aliased,
                warnings,
                null);
    }

    private FitResult.Integration integration(
            QuadratureClimb climb, FullObjective objective, Optimum optimum, LikelihoodSum finer) {
        if (family.isQuadratic(link)) {
            return climb.exact(family.name());
        }
        if (options.nodes() == FitOptions.AUTO) {
            return climb.judge(optimum.point(), optimum.free(), optimum.hessian(), warnings);
        }
        int nodes = QuadratureLadder.finer(climb.nodes(), layout.random());
        if (nodes == 0 || optimum.hessian() == null) {
            return climb.unchecked();
        }
        double[] gradient = objective.minusInScaled(finer.gradient());
        double[] ofFree =
                Arrays.stream(optimum.free()).mapToDouble(i -> gradient[i]).toArray();
        return climb.judgeByFinerRule(nodes, -finer.logLikelihood(), ofFree, optimum.hessian(), warnings);
    }

    /** Names the parameters that the data leave open, each part of the model in its own words. */
    private void warnAboutOpenParameters(Covariance covariance, double[] parameters) {
        Set<Integer> open = new TreeSet<>();
        Arrays.stream(covariance.undetermined()).forEach(open::add);
        double[] se = covariance.estimates().standardErrors(StandardErrors.MODEL);
        for (int i = 0; i < parameters.length; i++) {
            boolean huge = covariance.scaledSe()[i] > SEPARATED && Math.abs(parameters[i]) < se[i];
            boolean isTheta = i >= layout.thetaStart() && i < layout.psiStart();
            if (huge && !isTheta) {
                open.add(i);
            }
        }
        List<String> effects = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (int i : open) {
            boolean isEffect =
                    i < layout.fixed() || i >= layout.psiStart() && names.get(i).contains(":");
            (isEffect ? effects : others).add(names.get(i));
        }
        if (!effects.isEmpty()) {
            warnings.add(
                    new Warning(
                            "separation",
                            undetermined("the effect of ", "the effects of ", effects)
                                    + " (an enormous standard error, or none): some group may have only one outcome value, or none of"
                                    + " the zeros or of the spread that this part of the model is about; tabulate the outcome by it"));
        }
        if (!others.isEmpty()) {
            warnings.add(new Warning(
                    "parameter_undetermined",
                    undetermined("", "", others)
                            + ": the log-likelihood hardly changes with it, so the data say nothing about it; use a simpler"
                            + " family or random part"));
        }
    }

    private static String undetermined(String one, String many, List<String> names) {
        boolean single = names.size() == 1;
        return (single ? one : many) + String.join(", ", names) + (single ? " is" : " are")
                + " practically undetermined";
    }
}
