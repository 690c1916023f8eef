package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.LocalClusterData;
import org.sparkglmm.core.inference.FixedEffect;
import org.sparkglmm.core.inference.RandomEffect;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.LikelihoodPass;
import org.sparkglmm.core.likelihood.MarginalLikelihood;
import org.sparkglmm.core.likelihood.MixedModel;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.CentralHessian;
import org.sparkglmm.core.optim.Minimizer;
import org.sparkglmm.core.optim.Minimizers;
import org.sparkglmm.core.optim.Objective;
import org.sparkglmm.core.optim.Outcome;
import org.sparkglmm.core.optim.QuadraticModel;
import org.sparkglmm.core.optim.SubspaceObjective;
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

    /** Of two rungs, in log-likelihood: far below what any test or AIC can notice. */
    private static final double SAME_LOG_LIKELIHOOD = 1e-3;

    /** The same for large data: a hundred thousand persons' worth of an error that moves no estimate. */
    private static final double SAME_LOG_LIKELIHOOD_RELATIVE = 1e-7;
    /** Of two rungs, in standard errors. */
    private static final double SAME_ESTIMATES = 5e-3;
    /** Two agreements in a row settle the ladder: the error of the rule is not monotone, one can be chance. */
    private static final int AGREEMENTS = 2;
    /** A coarser rule is said to mislead when its estimates are this many standard errors away. */
    private static final double MISLEADING = 0.1;
    /** A random-effect standard deviation beyond this, on the scale of η, comes from a failed approximation. */
    private static final double IMPLAUSIBLE = 15;
    /** A boundary estimate this close to 0 in a sample is moved inwards, off the saddle. */
    private static final double OFF_SADDLE = 0.1;
    /** With the true Hessian at hand, g'H⁻¹g beyond this is not an optimum. */
    private static final double FINAL_TOLERANCE = 1e-7;

    private static final int MOST_POLISHES = 3;
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
    private int iterations;

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
        layout = new ParameterLayout(
                design.fixed().size(), design.randomSizes(), family.psiNames().size());
        model = new MixedModel(family.model(link), layout);
        scaling = new Scaling(moments, design, layout, link.unit(StartingValues.predictor(family, link, moments)));
        toRaw = scaling.toRaw();
        boundary = new Boundary(layout, toRaw, scaling.toScaled(), scaling.effectScales());
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
        boolean linear = family.isLinear(link);
        if (!linear && options.nodes() > 0) {
            QuadratureLadder.require(options.nodes(), design.randomColumns().size());
        }
        listener.stage("describing the data");
        Prepared prepared = Prepared.of(design, family, counter.counting(data));
        if (linear) {
            return new GaussianFit(prepared, family, options, listener, counter).run();
        }
        if (options.reml()) {
            throw new org.sparkglmm.core.UsageException("--reml is for family gaussian with link identity; "
                    + family.name() + " is fitted by maximum likelihood");
        }
        return new GlmmFit(prepared, family, link, options, listener, counter).run();
    }

    private FitResult run() {
        double[] start = StartingValues.of(design, family, link, moments, scaling, layout);
        double[][] hessian = null;
        int[] rungs = options.nodes() == FitOptions.AUTO
                ? QuadratureLadder.rungs(layout.random())
                : new int[] {options.nodes()};
        if (moments.clusters() >= (long) WORTH_SAMPLING * SAMPLE) {
            Outcome fromSample = fitSample(start, rungs[0]);
            if (fromSample != null) {
                start = offSaddle(fromSample.best().point());
                hessian = fromSample.hessian() == null
                        ? null
                        : times(fromSample.hessian(), (double) moments.clusters() / sampled);
            }
        }

        Ladder ladder = new Ladder(start);
        for (int nodes : rungs) {
            if (ladder.settled) {
                break;
            }
            listener.stage(nodes == 1 ? "Laplace approximation" : "quadrature, " + nodes + " nodes per dimension");
            ladder.climb(nodes, hessian);
            hessian = ladder.outcome.hessian();
        }
        return finish(ladder);
    }

    /** The optimum of a sample of clusters, in this process; null if the sample does not lead anywhere. */
    private Outcome fitSample(double[] start, int nodes) {
        int step = (int) (moments.clusters() / SAMPLE);
        List<ClusterBlock> blocks = data.mapBlocks(block -> block.everyNth(step));
        sampled = blocks.stream().mapToLong(ClusterBlock::clusters).sum();
        listener.stage("starting values from a sample of " + sampled + " of " + moments.clusters());
        ClusterData sample = new LocalClusterData(blocks, Runtime.getRuntime().availableProcessors());
        Outcome outcome = minimizer.minimize(objective(sample, nodes), start, null);
        boolean usable = outcome.converged()
                && outcome.hessian() != null
                && isPlausible(outcome.best().point());
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

    private boolean isPlausible(double[] scaled) {
        for (int t = 0; t < layout.theta(); t++) {
            if (!(Math.abs(scaled[layout.thetaStart() + t]) < IMPLAUSIBLE)) {
                return false;
            }
        }
        return true;
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

    /** The climb from Laplace to a number of nodes that more nodes do not change. */
    private final class Ladder {
        final double[] start;
        final List<FitResult.Rung> rungs = new ArrayList<>();
        final List<double[]> optima = new ArrayList<>();
        Outcome outcome;
        int nodes;
        int agreements;
        boolean settled;

        Ladder(double[] start) {
            this.start = start;
        }

        /** Whether it had more than one rung to climb. */
        boolean isClimb() {
            return rungs.size() > 1;
        }

        void climb(int toNodes, double[][] hessian) {
            boolean goOn = outcome != null && isPlausible(outcome.best().point());
            nodes = toNodes;
            Outcome previous = outcome;
            Outcome next = minimizer.minimize(
                    fullObjective(toNodes),
                    goOn ? outcome.best().point() : start,
                    goOn || previous == null ? hessian : null);
            iterations += next.iterations();
            outcome = next;
            double[] canonical = boundary.canonical(next.best().point());
            double shift = Double.NaN;
            if (!optima.isEmpty()) {
                double[][] h = next.hessian() != null ? next.hessian() : hessian;
                shift = h == null ? Double.NaN : distance(canonical, optima.get(optima.size() - 1), h);
                double before = -rungs.get(rungs.size() - 1).logLikelihood();
                double tolerance = SAME_LOG_LIKELIHOOD + SAME_LOG_LIKELIHOOD_RELATIVE * Math.abs(before);
                boolean agrees = Math.abs(next.best().value() - before) <= tolerance
                        && (Double.isNaN(shift) || shift <= SAME_ESTIMATES);
                agreements = agrees ? agreements + 1 : 0;
            }
            rungs.add(new FitResult.Rung(toNodes, -next.best().value(), shift));
            optima.add(canonical);
            settled = agreements >= AGREEMENTS;
        }
    }

    /** √(d'Hd) with negative values (an indefinite H) counted as their size. */
    private static double distance(double[] a, double[] b, double[][] h) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a.length; j++) {
                sum += (a[i] - b[i]) * h[i][j] * (a[j] - b[j]);
            }
        }
        return Math.sqrt(Math.abs(sum));
    }

    private FitResult finish(Ladder ladder) {
        Outcome outcome = ladder.outcome;
        Objective objective = fullObjective(ladder.nodes);
        boolean converged = outcome.converged();
        String message = outcome.message();

        listener.stage("settling the boundary");
        double[] point = boundary.settled(
                objective, outcome.best().point(), outcome.best().value());
        int[] free = boundary.free(point);
        SubspaceObjective subspace = new SubspaceObjective(objective, point, free);
        double[] at = subspace.restrict(point);

        listener.stage("observed information");
        double decrement = Double.NaN;
        double[][] hessian = null;
        double[] gradient = subspace.evaluate(at).gradient();
        for (int polish = 0; polish <= MOST_POLISHES; polish++) {
            hessian = CentralHessian.at(subspace, at);
            if (hessian == null) {
                break;
            }
            QuadraticModel quadratic = new QuadraticModel(gradient, hessian);
            decrement = quadratic.decrement();
            if (!converged || decrement <= FINAL_TOLERANCE || polish == MOST_POLISHES) {
                break;
            }
            Outcome better = minimizer.minimize(subspace, at, hessian);
            iterations += better.iterations();
            at = better.best().point();
            gradient = better.best().gradient();
        }
        if (converged && !(decrement <= FINAL_TOLERANCE)) {
            converged = false;
            message = "the gradient did not vanish: g'H\u207b\u00b9g = " + decrement + " with the true Hessian";
        }
        point = subspace.embed(at);

        listener.stage("scores of the clusters");
        double[] parameters = TransformedObjective.multiply(toRaw, point);
        var sums = LikelihoodPass.over(
                        data, model, new GaussHermite(ladder.nodes, layout.random()), List.of(parameters), true)
                .get(0);
        Covariance covariance = Covariance.of(hessian, sums.outerProducts(), toRaw, free);
        if (!converged) {
            warnings.add(new Warning("not_converged", "the optimizer did not converge: " + message));
        }
        FitResult.Integration integration = judgeIntegration(ladder, hessian, free, point);
        // Who leaves the nodes to the program must not take an unsettled integral for a result.
        converged &= integration.settled() || !ladder.isClimb();
        if (!covariance.isComplete()) {
            warnings.add(new Warning(
                    "information_singular",
                    "the observed information is not positive definite, so there are no standard errors: the data do not"
                            + " determine all parameters; simplify the model"));
        }
        warnings.addAll(Boundary.describe(layout, parameters, design.randomNames(), design.group()));
        warnAboutSeparation(covariance, parameters);

        double norm = 0;
        for (double g : gradient) {
            norm += g * g;
        }
        double[] beta = Arrays.copyOf(parameters, layout.fixed());
        return new FitResult(
                design,
                family,
                link,
                converged,
                ladder.nodes == 1 ? "laplace" : "agq",
                ladder.nodes,
                moments.rows(),
                moments.clusters(),
                sums.logLikelihood(),
                parameters,
                FixedEffect.table(design.fixedNames(), beta, covariance.se(), covariance.robustSe()),
                RandomEffect.of(design, layout.lambda(parameters)),
                covariance.names(ParameterNames.of(design, family, layout)),
                covariance.matrix(),
                integration,
                new FitResult.OptimizerReport(
                        minimizer.name(), message, iterations, counter.passes(), sampled, Math.sqrt(norm), decrement),
                warnings);
    }

    private void warnAboutSeparation(Covariance covariance, double[] beta) {
        for (int c = 0; c < layout.fixed(); c++) {
            boolean undetermined = covariance.scaledSe()[c] > SEPARATED;
            if (undetermined && Math.abs(beta[c]) < covariance.se()[c]) {
                warnings.add(new Warning(
                        "separation",
                        "the effect of " + design.fixedNames().get(c)
                                + " is practically undetermined (its standard error is enormous): some group may have only"
                                + " one outcome value; tabulate the outcome by it"));
            }
        }
    }

    private FitResult.Integration judgeIntegration(Ladder ladder, double[][] hessian, int[] free, double[] point) {
        if (options.nodes() != FitOptions.AUTO) {
            return judgeFixedNodes(ladder, hessian, free, point);
        }
        if (!ladder.isClimb()) {
            warnings.add(new Warning(
                    "laplace_unchecked",
                    "with " + layout.random()
                            + " random effects a person no finer quadrature is affordable: Laplace is unchecked"));
            return new FitResult.Integration(ladder.rungs, false, "Laplace only");
        }
        if (!ladder.settled) {
            warnings.add(new Warning(
                    "quadrature_unsettled",
                    "log-likelihood or estimates still move at " + ladder.nodes
                            + " nodes per dimension: the integral is not settled and these numbers should not be reported;"
                            + " simplify the random part or see whether the data support it"));
        }
        if (hessian != null && free.length == layout.size()) {
            double shift = distance(point, ladder.optima.get(0), hessian);
            if (shift > MISLEADING) {
                warnings.add(new Warning(
                        "laplace_misleads",
                        String.format(
                                java.util.Locale.ROOT,
                                "Laplace alone would have misled: its estimates lie %.1f standard errors away and its"
                                        + " log-likelihood is %.3f instead of %.3f",
                                shift,
                                ladder.rungs.get(0).logLikelihood(),
                                ladder.rungs.get(ladder.rungs.size() - 1).logLikelihood())));
            }
        }
        return new FitResult.Integration(
                ladder.rungs,
                ladder.settled,
                ladder.settled
                        ? "settled: " + (AGREEMENTS + 1) + " rules in a row agree, up to " + ladder.nodes
                                + " nodes per dimension"
                        : "not settled at " + ladder.nodes + " nodes per dimension");
    }

    /** One evaluation by a finer rule at the estimates says what a fixed number of nodes is worth. */
    private FitResult.Integration judgeFixedNodes(Ladder ladder, double[][] hessian, int[] free, double[] point) {
        int finer = QuadratureLadder.finer(ladder.nodes, layout.random());
        if (finer == 0 || hessian == null) {
            return new FitResult.Integration(ladder.rungs, false, "fixed by the user, not checked by a finer rule");
        }
        listener.stage("checking by " + finer + " nodes per dimension");
        SubspaceObjective check = new SubspaceObjective(fullObjective(finer), point, free);
        var evaluation = check.evaluate(check.restrict(point));
        List<FitResult.Rung> rungs = new ArrayList<>(ladder.rungs);
        double shift = evaluation.isFinite()
                ? Math.sqrt(new QuadraticModel(evaluation.gradient(), hessian).decrement())
                : Double.POSITIVE_INFINITY;
        rungs.add(new FitResult.Rung(finer, -evaluation.value(), shift));
        boolean settled = shift <= MISLEADING;
        if (!settled) {
            warnings.add(new Warning(
                    "quadrature_coarse",
                    String.format(
                            java.util.Locale.ROOT,
                            "%s is not accurate here: with %d nodes per dimension the log-likelihood at these estimates is"
                                    + " %.3f, and the estimates would move by about %.1f standard errors; use --nodes auto",
                            ladder.nodes == 1 ? "Laplace" : ladder.nodes + " nodes",
                            finer,
                            -evaluation.value(),
                            shift)));
        }
        return new FitResult.Integration(
                rungs,
                settled,
                "fixed by the user; " + finer + " nodes per dimension " + (settled ? "agree" : "disagree"));
    }
}
