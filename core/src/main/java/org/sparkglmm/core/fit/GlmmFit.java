package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.LocalClusterData;
import org.sparkglmm.core.inference.IntervalMethod;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.MarginalLikelihood;
import org.sparkglmm.core.likelihood.MixedModel;
import org.sparkglmm.core.likelihood.ScorePass;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.Minimizer;
import org.sparkglmm.core.optim.Minimizers;
import org.sparkglmm.core.optim.Objective;
import org.sparkglmm.core.optim.Outcome;
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
    /** Clusters of the sample whose optimum starts the full fit. */
    private static final int SAMPLE = 2_000;
    /** Data sets with fewer clusters than this many samples are fitted without one. */
    private static final int WORTH_SAMPLING = 4;

    /** A boundary estimate this close to 0 in a sample is moved inwards, off the saddle. */
    private static final double OFF_SADDLE = 0.1;
    /** In units of a column's standard deviation: no effect is this uncertain unless the data leave it open. */
    private static final double SEPARATED = 25;

    private final Design design;
    private final Family family;
    private final Link link;
    private final ParameterLayout layout;
    private final MixedModel model;
    private final ClusterData data;
    private final DataMoments moments;
    private final Scaling scaling;
    private final double[][] toRaw;
    private final Boundary boundary;
    private final FitOptions options;
    private final FitListener listener;
    private final PassCounter counter;
    private final List<Warning> warnings;
    private final Minimizer minimizer;

    private long sampled;

    private GlmmFit(
            Prepared prepared,
            Family family,
            Link link,
            FitOptions options,
            FitListener listener,
            PassCounter counter) {
        this.design = prepared.design();
        this.data = prepared.data();
        this.moments = prepared.moments();
        this.warnings = new ArrayList<>(prepared.warnings());
        this.family = family;
        this.link = link;
        this.options = options;
        this.listener = listener;
        this.counter = counter;
        layout = design.layout(family);
        model = new MixedModel(family.model(link), layout);
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
        PassCounter counter = new PassCounter(listener);
        boolean linear = family.isLinear(link) && design.auxiliary().stream().allMatch(List::isEmpty);
        if (!linear && options.nodes() > 0) {
            QuadratureLadder.require(options.nodes(), design.randomColumns().size());
        }
        listener.stage("describing the data");
        Prepared prepared = Prepared.of(design, family, counter.counting(data));
        if (linear) {
            return new GaussianFit(prepared, family, options, listener, counter).run();
        }
        if (options.reml()) {
            throw new UsageException(
                    "--reml is for family gaussian with link identity and without --dispersion; this model"
                            + " is fitted by maximum likelihood");
        }
        return new GlmmFit(prepared, family, link, options, listener, counter).run();
    }

    private FitResult run() {
        double[] start = StartingValues.of(design, family, link, moments, scaling, layout);
        double[][] hessian = null;
        boolean laplaceIsExact = family.isQuadratic(link);
        int[] rungs = laplaceIsExact
                ? new int[] {1}
                : options.nodes() == FitOptions.AUTO
                        ? QuadratureLadder.rungs(layout.random())
                        : new int[] {options.nodes()};
        if (moments.clusters() >= (long) WORTH_SAMPLING * SAMPLE) {
            Outcome fromSample = fitSample(start, rungs[0]);
            if (fromSample != null) {
                start = boundary.putBack(offSaddle(fromSample.best().point()));
                hessian = fromSample.hessian() == null
                        ? null
                        : times(fromSample.hessian(), (double) moments.clusters() / sampled);
            }
        }
        QuadratureClimb climb = new QuadratureClimb(minimizer, this::fullObjective, boundary, layout, listener);
        climb.run(rungs, start, hessian);
        return result(climb, Optimum.of(fullObjective(climb.nodes()), boundary, climb.outcome(), minimizer, listener));
    }

    /** The optimum of a sample of clusters, in this process; null if the sample does not lead anywhere. */
    private Outcome fitSample(double[] start, int nodes) {
        int step = (int) (moments.clusters() / SAMPLE);
        List<ClusterBlock> blocks = data.mapBlocks(block -> block.everyNth(step));
        sampled = blocks.stream().mapToLong(ClusterBlock::clusters).sum();
        listener.stage("starting values from a sample of " + sampled + " of " + moments.clusters());
        ClusterData sample = new LocalClusterData(blocks, Runtime.getRuntime().availableProcessors());
        Outcome outcome = minimizer.minimize(objective(sample, nodes), start, null);
        // Also if it did not converge, as where a parameter runs away: its best point beats the guess it came from.
        boolean usable = outcome.best().isFinite()
                && QuadratureClimb.isPlausible(layout, outcome.best().point());
        return usable ? outcome : null;
    }

    private Objective objective(ClusterData of, int nodes) {
        return new TransformedObjective(
                new MarginalLikelihood(of, model, new GaussHermite(nodes, layout.random())), toRaw);
    }

    private Objective fullObjective(int nodes) {
        return counter.reporting(objective(data, nodes));
    }

    private double[] offSaddle(double[] scaled) {
        double[] out = scaled.clone();
        for (int t = 0; t < layout.theta(); t++) {
            int i = layout.thetaStart() + t;
            if (layout.row(t) == layout.column(t) && Math.abs(out[i]) < OFF_SADDLE) {
                out[i] = OFF_SADDLE;
            }
        }
        return out;
    }

    private static double[][] times(double[][] a, double factor) {
        double[][] out = new double[a.length][];
        for (int i = 0; i < a.length; i++) {
            out[i] = a[i].clone();
            for (int j = 0; j < a.length; j++) {
                out[i][j] *= factor;
            }
        }
        return out;
    }

    private FitResult result(QuadratureClimb climb, Optimum optimum) {
        listener.stage("scores of the clusters");
        double[] parameters = TransformedObjective.multiply(toRaw, optimum.point());
        GaussHermite grid = new GaussHermite(climb.nodes(), layout.random());
        Covariance modelBased =
                Covariance.of(optimum.hessian(), toRaw, optimum.free(), ParameterNames.of(design, family, layout));
        ScorePass.Sum scores = ScorePass.over(
                data, model, grid, parameters, modelBased.estimates().changeByScore());
        Covariance covariance = modelBased.withScores(scores.outerProducts());
        if (!optimum.converged()) {
            warnings.add(new Warning("not_converged", "the optimizer did not converge: " + optimum.message()));
        }
        FitResult.Integration integration = integration(climb, optimum);
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
                ? ProfileLikelihood.of(
                        counter.reporting(new MarginalLikelihood(data, model, grid)),
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
                data,
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
                scores.logLikelihood(),
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
                        optimum.gradientNorm(),
                        optimum.decrement()),
                answers,
                warnings);
    }

    private FitResult.Integration integration(QuadratureClimb climb, Optimum optimum) {
        if (family.isQuadratic(link)) {
            return climb.exact(family.name());
        }
        return options.nodes() == FitOptions.AUTO
                ? climb.judge(optimum.point(), optimum.free(), optimum.hessian(), warnings)
                : climb.judgeByFinerRule(optimum.point(), optimum.free(), optimum.hessian(), warnings);
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
        List<String> names = ParameterNames.of(design, family, layout);
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
