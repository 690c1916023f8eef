package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.sparkglmm.core.Mention;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.QuadraticModel;
import org.sparkglmm.core.optim.TransformedObjective;

/** What is said of the integrals after a fit: how far off they may be, and whether that matters. */
final class IntegrationVerdict {
    /** A rule that the user fixed, and Laplace's, are said to mislead when their estimates are this many standard errors away. */
    private static final double MISLEADING = 0.1;

    /** Laplace estimates that nobody reports are spoken of from so many on: what is less changes no conclusion. */
    private static final double LAPLACE_MISLEADS = 0.5;

    /** Standard errors beyond which a step from a sample says no more than that it is far. */
    private static final double FAR = 10;

    private final IntegrationTolerance tolerance;
    private final Optimum optimum;
    private final double[][] toRaw;
    private final double[] se;
    private final List<String> names;
    private final List<Warning> warnings;

    /**
     * @param toRaw from scaled variables to parameters
     * @param se of each parameter
     * @param warnings to add to
     */
    IntegrationVerdict(
            IntegrationTolerance tolerance,
            Optimum optimum,
            double[][] toRaw,
            double[] se,
            List<String> names,
            List<Warning> warnings) {
        this.tolerance = tolerance;
        this.optimum = optimum;
        this.toRaw = toRaw;
        this.se = se;
        this.names = names;
        this.warnings = warnings;
    }

    /** Of an integral that Laplace's approximation gives exactly. */
    FitResult.Integration exact(QuadratureClimb climb, String family) {
        return integration(climb.rungs(), true, "exact for " + family + " outcomes", Reached.EXACTLY);
    }

    /** Of a number of nodes that the user fixed, for which no finer rule is affordable, or nothing to measure its shift by. */
    FitResult.Integration unchecked(QuadratureClimb climb) {
        return integration(climb.rungs(), false, "fixed by the user, not checked by a finer rule", Reached.UNKNOWN);
    }

    /** Of Laplace's approximation where no other rule is affordable. */
    FitResult.Integration laplaceOnly(QuadratureClimb climb, int effects) {
        warnings.add(new Warning(
                "laplace_unchecked",
                "with " + effects
                        + " random effects a person no finer quadrature is affordable: Laplace is unchecked"));
        return integration(climb.rungs(), false, "Laplace only", Reached.UNKNOWN);
    }

    /** Of a rule that a finer one should have checked, and could not. */
    private FitResult.Integration unknown(List<FitResult.Rung> rungs, String fixed) {
        int nodes = rungs.get(rungs.size() - 1).nodes();
        // Of an optimum that was not found there is nothing more to say.
        if (optimum.converged()) {
            warnings.add(new Warning(
                    "quadrature_unsettled",
                    "no finer rule than " + nodes(nodes)
                            + " could check these estimates, so it is not known how far off they are"));
        }
        return integration(rungs, false, fixed + "not settled at " + nodes + " nodes per dimension", Reached.UNKNOWN);
    }

    /**
     * Of a ladder that was climbed with all the data.
     *
     * @param beyond what a rule beyond it says, where its rungs did not agree; null for none
     */
    FitResult.Integration ofClimb(QuadratureClimb climb, Check beyond) {
        List<FitResult.Rung> rungs = new ArrayList<>(climb.rungs());
        boolean checked = beyond != null && beyond.step() != null;
        boolean failed = beyond != null && beyond.step() == null;
        if (!checked && (failed || climb.isBroken())) {
            return unknown(rungs, "");
        }
        FitResult.Rung last = rungs.get(rungs.size() - 1);
        Reached reached = checked ? beyond.reached() : lastMove(climb);
        if (checked) {
            rungs.add(new FitResult.Rung(beyond.nodes(), beyond.logLikelihood(), reached.estimates()));
        }
        boolean settled = tolerance.holds(reached.logLikelihood(), reached.estimates());
        if (!settled && optimum.converged()) {
            warnUnsettled(
                    rungs.get(rungs.size() - 2).nodes() + " and "
                            + rungs.get(rungs.size() - 1).nodes() + " nodes per dimension",
                    reached);
        }
        if (isInside() && Double.isFinite(rungs.get(0).logLikelihood())) {
            double[] move = difference(optimum.point(), climb.optimum(0));
            warnAboutLaplace(
                    "",
                    Reached.of(0, length(move), multiply(toRaw, move), se, names),
                    String.format(
                            Locale.ROOT,
                            "is %.3f instead of %.3f",
                            rungs.get(0).logLikelihood(),
                            last.logLikelihood()));
        }
        return integration(
                rungs,
                settled,
                settled && climb.hasSettled()
                        ? "settled: " + (QuadratureClimb.AGREEMENTS + 1) + " rules in a row agree, up to "
                                + climb.nodes() + " nodes per dimension"
                        : (settled ? "settled" : "not settled") + " at " + climb.nodes() + " nodes per dimension: "
                                + said(reached),
                reached);
    }

    /** How far the last rung moved from the one before it. */
    private Reached lastMove(QuadratureClimb climb) {
        List<FitResult.Rung> rungs = climb.rungs();
        FitResult.Rung last = rungs.get(rungs.size() - 1);
        FitResult.Rung before = rungs.get(rungs.size() - 2);
        double[] move = difference(optimum.point(), climb.optimum(rungs.size() - 2));
        // A minimizer without a Hessian could not say.
        double shift = Double.isNaN(last.shift()) && optimum.hessian() != null ? length(move) : last.shift();
        return Reached.of(last.logLikelihood() - before.logLikelihood(), shift, multiply(toRaw, move), se, names);
    }

    private boolean isInside() {
        return optimum.hessian() != null && optimum.free().length == optimum.point().length;
    }

    /** Of a move of what is free, in standard errors. */
    private double length(double[] move) {
        double[] free = new double[optimum.free().length];
        for (int i = 0; i < free.length; i++) {
            free[i] = move[optimum.free()[i]];
        }
        return QuadraticModel.distance(free, new double[free.length], optimum.hessian());
    }

    /** Of a rule that was learned on a sample of clusters, and checked by finer ones on all of them; the last rung is the result's. */
    FitResult.Integration ofSelection(QuadratureClimb climb, NodeSelection selection, Check check) {
        List<FitResult.Rung> rungs = new ArrayList<>(climb.rungs());
        if (check == null || check.step() == null) {
            return unknown(rungs, "");
        }
        Reached reached = check.reachedBy(selection, climb.nodes());
        rungs.add(new FitResult.Rung(check.nodes(), check.logLikelihood(), reached.estimates()));
        if (check.finest() > check.nodes()) {
            rungs.add(new FitResult.Rung(check.finest(), check.finestLogLikelihood(), Double.NaN));
        }
        boolean settled = tolerance.holds(reached.logLikelihood(), reached.estimates());
        if (!settled && optimum.converged()) {
            warnUnsettled(climb.nodes() + " and " + check.nodes() + " nodes per dimension", reached);
        }
        warnAboutLaplace(
                "about ",
                Reached.of(0, selection.laplaceShift(), multiply(toRaw, selection.laplaceMove()), se, names),
                String.format(
                        Locale.ROOT,
                        "is about %.3g too %s, as a sample of persons says",
                        Math.abs(selection.laplaceExcess()),
                        selection.laplaceExcess() > 0 ? "high" : "low"));
        return integration(
                rungs,
                settled,
                (settled ? "settled" : "not settled") + " at " + climb.nodes()
                        + " nodes per dimension, chosen on a sample of persons (the log-likelihood by " + check.finest()
                        + "); by finer rules " + said(reached),
                reached);
    }

    /** Of a number of nodes that the user fixed. */
    FitResult.Integration ofFixed(QuadratureClimb climb, Check check) {
        List<FitResult.Rung> rungs = new ArrayList<>(climb.rungs());
        if (check.step() == null) {
            return unknown(rungs, "fixed by the user; ");
        }
        double shift = check.reached().estimates();
        // At the estimates themselves, not where the finer rule would have them.
        double there = check.logLikelihood() - 0.5 * shift * shift;
        rungs.add(new FitResult.Rung(check.nodes(), there, shift));
        boolean settled = shift <= MISLEADING;
        if (!settled) {
            warnings.add(new Warning(
                    "quadrature_coarse",
                    Sentence.of(
                            "%s is not accurate here: with %d nodes per dimension the log-likelihood at these estimates is"
                                    + " %.3f, and the estimates would move by about %.1f standard errors; use %s",
                            nodes(climb.nodes()), check.nodes(), there, shift, Mention.AUTOMATIC_NODES)));
        }
        return integration(
                rungs,
                settled,
                "fixed by the user; " + check.nodes() + " nodes per dimension " + (settled ? "agree" : "disagree"),
                check.reached());
    }

    private static String nodes(int count) {
        return count == 1 ? "Laplace" : count + " nodes";
    }

    /**
     * What finer rules say at the optimum of a coarser one.
     *
     * @param nodes per dimension, of the finer rule
     * @param logLikelihood by it, at its own optimum
     * @param reached from the one to the other, each at its own optimum
     * @param step from the optimum to where the finer rule's should be, in scaled variables; null if unknown
     * @param finest nodes of the rule that the log-likelihood is known by
     * @param finestLogLikelihood by it, at its own optimum
     */
    record Check(
            int nodes, double logLikelihood, Reached reached, double[] step, int finest, double finestLogLikelihood) {
        /**
         * How far off the reported numbers are: the estimates as measured, the log-likelihood as a sample says of the finest rule.
         *
         * @param fitted nodes of the rule that the estimates are by
         */
        Reached reachedBy(NodeSelection selection, int fitted) {
            double off = finest > nodes
                    ? selection.logLikelihoodErrorOf(finest, nodes, finestLogLikelihood - logLikelihood)
                    : selection.logLikelihoodErrorOf(nodes, fitted, reached.logLikelihood());
            return reached.withLogLikelihood(off);
        }
    }

    /**
     * Makes one.
     *
     * @param value of the objective by the finer rule
     * @param gradient of all variables by it
     * @param finest nodes of one that is finer still; 0 for none
     * @param finestValue of the objective by that
     */
    Check check(int finer, double value, double[] gradient, int finest, double finestValue) {
        double[] free = new double[optimum.free().length];
        for (int i = 0; i < free.length; i++) {
            free[i] = gradient[optimum.free()[i]];
        }
        if (!new Evaluation(free, value, free).isFinite()) {
            return new Check(finer, -value, Reached.UNKNOWN, null, finer, Double.NaN);
        }
        QuadraticModel model = new QuadraticModel(free, optimum.hessian());
        double[] step = new double[gradient.length];
        double[] newton = model.newton(new double[free.length]);
        for (int i = 0; i < free.length; i++) {
            step[optimum.free()[i]] = newton[i];
        }
        double gain = 0.5 * model.decrement();
        Reached reached = Reached.of(
                optimum.value() - value + gain, Math.sqrt(model.decrement()), multiply(toRaw, step), se, names);
        return new Check(
                finer,
                -value + gain,
                reached,
                step,
                finest == 0 ? finer : finest,
                finest == 0 ? -value + gain : -finestValue + gain);
    }

    private FitResult.Integration integration(
            List<FitResult.Rung> rungs, boolean settled, String message, Reached reached) {
        return new FitResult.Integration(rungs, settled, message, tolerance, reached);
    }

    private void warnUnsettled(String rules, Reached reached) {
        boolean far = reached.estimates() > FitResult.FAR_OFF;
        boolean known = !Double.isNaN(reached.estimates());
        warnings.add(new Warning(
                "quadrature_unsettled",
                "the integrals are not settled: between " + rules + " " + said(reached)
                        + ", more than the tolerance of "
                        + String.format(
                                Locale.ROOT, "%.3g and %.3g; ", tolerance.logLikelihood(), tolerance.estimates())
                        + (far
                                ? "these numbers should not be reported: simplify the random part or see whether the data"
                                        + " support it"
                                : known
                                        ? "these are the maximum likelihood estimates but for about so much: take no"
                                                + " difference smaller than that seriously"
                                        : "how far the estimates are off is not known")));
    }

    private static String said(Reached reached) {
        String most = reached.parameter() == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        ", %s by %.2g of its own",
                        ParameterNames.spoken(reached.parameter()),
                        Math.abs(reached.parameterShift()));
        return String.format(
                Locale.ROOT,
                "the log-likelihood moves by %.2g and the estimates by %s standard errors%s",
                Math.abs(reached.logLikelihood()),
                Double.isFinite(reached.estimates())
                        ? String.format(Locale.ROOT, "%.2g", reached.estimates())
                        : "an unknown number of",
                most);
    }

    private void warnAboutLaplace(String about, Reached moved, String logLikelihood) {
        double shift = moved.estimates();
        if (shift > LAPLACE_MISLEADS) {
            warnings.add(new Warning(
                    "laplace_misleads",
                    String.format(
                            Locale.ROOT,
                            "Laplace alone would have misled: its estimates lie %s standard errors away%s, and its"
                                    + " log-likelihood %s",
                            about.isEmpty() || shift < FAR
                                    ? String.format(Locale.ROOT, "%s%.1f", about, shift)
                                    : String.format(Locale.ROOT, "more than %.0f", FAR),
                            moved.parameter() == null
                                    ? ""
                                    : ", most of all " + ParameterNames.spoken(moved.parameter()),
                            logLikelihood)));
        }
    }

    private static double[] difference(double[] a, double[] b) {
        double[] out = new double[a.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = a[i] - b[i];
        }
        return out;
    }

    private static double[] multiply(double[][] a, double[] v) {
        return TransformedObjective.multiply(a, v);
    }
}
