package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.inference.IntervalMethod;
import org.sparkglmm.core.inference.Method;
import org.sparkglmm.core.inference.ParameterCovariance;
import org.sparkglmm.core.likelihood.FinerRules;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.GaussianLikelihood;
import org.sparkglmm.core.likelihood.LikelihoodPasses;
import org.sparkglmm.core.likelihood.MarginalLikelihood;
import org.sparkglmm.core.likelihood.ScoreSum;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.CentralHessian;
import org.sparkglmm.core.optim.Minimizer;
import org.sparkglmm.core.optim.Objective;
import org.sparkglmm.core.optim.Outcome;
import org.sparkglmm.core.optim.SubspaceObjective;
import org.sparkglmm.core.optim.TransformedObjective;

/**
 * Linear mixed models by ML or REML: exact, with β profiled out and the optimizer moving (θ, log σ) only, θ relative to σ
 * (Bates et al. 2015). Blocks keep their cross-products, so that only the first pass touches rows.
 */
final class GaussianFit implements Estimation {
    private static final double STARTING_RELATIVE_SD = 0.7;
    /** A residual variance this small a part of the outcome's is a perfect fit, and no likelihood. */
    private static final double PERFECT = 1e-14;
    /** Of the variances' information, which is a difference of gradients, in correlation form. */
    private static final double ACCURACY = 1e-5;

    private final Problem problem;
    private final Design design;
    private final Family family;
    private final DataMoments moments;
    private final FitOptions options;
    /** Null for none. */
    private final EarlierFit earlier;

    private final FitListener listener;
    private final PassCounter counter;
    private final List<Warning> warnings;
    private final ParameterLayout layout;
    /** (θ, log σ) alone, as a layout with no fixed effects. */
    private final ParameterLayout varianceLayout;

    private final Scaling scaling;
    private final ClusterData data;
    private final ClusterData sample;
    private final double[] shift;
    private final double[][] toRaw;
    private final Boundary boundary;
    private long sampled;

    GaussianFit(Problem problem) {
        this.problem = problem;
        design = problem.design();
        data = problem.data();
        sample = problem.prepared().sample();
        moments = problem.moments();
        warnings = new ArrayList<>(problem.prepared().warnings());
        family = problem.family();
        options = problem.options();
        earlier = problem.earlier();
        listener = problem.listener();
        counter = problem.counter();
        layout = new ParameterLayout(design.fixed().size(), design.randomSizes(), 1);
        varianceLayout = new ParameterLayout(0, design.randomSizes(), 1);
        scaling = new Scaling(moments, design, family, layout, 1);
        int p = layout.fixed();
        shift = new double[p + 1];
        for (int c = 0; c < p; c++) {
            shift[c] = scaling.fixed().shift(c);
        }
        shift[p] = scaling.fixed().intercept() >= 0 ? moments.outcome(family).mean() : 0;
        toRaw = ofVariances(scaling.toRaw());
        boundary = new Boundary(
                varianceLayout,
                family.auxiliary(),
                new int[] {0},
                toRaw,
                ofVariances(scaling.toScaled()),
                scaling.effectScales());
    }

    /** The part of a map of all parameters that concerns (θ, log σ). */
    private double[][] ofVariances(double[][] all) {
        int from = layout.thetaStart();
        double[][] out = new double[layout.size() - from][];
        for (int i = 0; i < out.length; i++) {
            out[i] = Arrays.copyOfRange(all[from + i], from, layout.size());
        }
        return out;
    }

    @Override
    public Estimates estimate() {
        listener.stage(options.reml() ? "restricted maximum likelihood" : "maximum likelihood");
        GaussianLikelihood likelihood = new GaussianLikelihood(data, layout, shift, options.reml());
        Objective objective = counter.reporting(new TransformedObjective(likelihood, toRaw));
        Minimizer minimizer = problem.minimizer();

        double[] general = start(likelihood);
        Start start = earlier != null
                ? new Start(general, null, 0)
                : Start.journaled(
                        counter,
                        () -> Start.fromSamples(
                                general,
                                sample,
                                moments.clusters(),
                                part -> new TransformedObjective(
                                        new GaussianLikelihood(part, layout, shift, options.reml()), toRaw),
                                point -> true,
                                minimizer,
                                boundary,
                                listener));
        sampled = start.sampled();
        Outcome outcome = minimizer.minimize(objective, start.point(), start.hessian());
        long clusters = moments.clusters();
        Optimum optimum = Optimum.of(objective, boundary, outcome, minimizer, clusters, listener);
        optimum = EdgeCheck.of(objective, boundary, optimum, minimizer, clusters, listener);
        return estimates(likelihood, outcome.iterations() + optimum.iterations(), optimum);
    }

    private double[] start(GaussianLikelihood likelihood) {
        double[][] toScaled = ofVariances(scaling.toScaled());
        if (earlier != null) {
            double[] all = earlier.of(ParameterNames.of(design, family, layout), layout.fixed());
            double[] raw = Arrays.copyOfRange(all, layout.thetaStart(), layout.size());
            for (int t = 0; t < layout.theta(); t++) {
                raw[t] /= Elementary.exp(raw[raw.length - 1]);
            }
            return boundary.offSaddle(boundary.canonical(TransformedObjective.multiply(toScaled, raw)));
        }
        double[] theta = scaling.independentTheta(STARTING_RELATIVE_SD);
        GaussianLikelihood.Profile profile = likelihood.profile(theta);
        double variance = profile.rss() / profile.weight();
        if (!(variance > PERFECT * moments.outcome(family).variance())) {
            throw new DataException("the fixed effects fit the outcome perfectly: there is no residual variance to"
                    + " estimate; is the outcome computed from the covariates?");
        }
        double[] raw = Arrays.copyOf(theta, varianceLayout.size());
        raw[raw.length - 1] = 0.5 * Elementary.log(variance);
        return TransformedObjective.multiply(toScaled, raw);
    }

    private Estimates estimates(GaussianLikelihood likelihood, int iterations, Optimum optimum) {
        double[] variance = TransformedObjective.multiply(toRaw, optimum.point());
        double sigma = Elementary.exp(variance[variance.length - 1]);
        GaussianLikelihood.Profile profile = likelihood.profile(Arrays.copyOf(variance, layout.theta()));
        int p = layout.fixed();
        double[] parameters = new double[layout.size()];
        System.arraycopy(profile.beta(), 0, parameters, 0, p);
        if (scaling.fixed().intercept() >= 0) {
            double intercept = parameters[scaling.fixed().intercept()] + shift[p];
            for (int c = 0; c < p; c++) {
                intercept -= shift[c] * profile.beta()[c];
            }
            parameters[scaling.fixed().intercept()] = intercept;
        }
        for (int t = 0; t < layout.theta(); t++) {
            parameters[layout.thetaStart() + t] = sigma * variance[t];
        }
        parameters[layout.psiStart(0)] = variance[variance.length - 1];

        DMatrixRMaj betaCovariance = betaCovariance(profile, sigma);
        if (!optimum.converged()) {
            warnings.add(new Warning("not_converged", "the optimizer did not converge: " + optimum.message()));
        }
        warnings.addAll(EdgeWarnings.of(layout, parameters, design.randomNames(), design.group()));

        OfVariances ofVariances = varianceCovariance(optimum.hessian(), optimum.free(), sigma, variance);
        listener.stage("scores of the clusters");
        ParameterCovariance bread = join(betaCovariance, ofVariances, optimum.free());
        ScoreSum scores = new LikelihoodPasses(data, problem.model())
                .atEstimates(
                        new GaussHermite(1, layout.random()), FinerRules.NONE, parameters, bread.changeByScore(), false)
                .scores();
        ParameterCovariance covariance = bread.withScores(scores.outerProducts());
        warnAboutOpenParameters(covariance);
        return new Estimates(
                options.reml() ? Method.REML : Method.ML,
                1,
                optimum.converged(),
                optimum.converged(),
                -optimum.value(),
                -optimum.value(),
                parameters,
                bread,
                covariance,
                scores,
                new FitResult.Integration(
                        List.of(new FitResult.Rung(1, -optimum.value(), Double.NaN)),
                        true,
                        "exact for gaussian outcomes",
                        options.tolerance(),
                        Reached.EXACTLY),
                new FitResult.OptimizerReport(
                        options.optimizer(),
                        optimum.message(),
                        iterations,
                        counter.passes(),
                        sampled,
                        earlier != null,
                        optimum.gradientNorm(),
                        optimum.decrement()),
                profile(parameters, optimum),
                warnings);
    }

    private void warnAboutOpenParameters(ParameterCovariance covariance) {
        if (covariance.open().length > 0) {
            List<String> names = ParameterNames.of(design, family, layout);
            String open = Arrays.stream(covariance.open()).mapToObj(names::get).collect(Collectors.joining(", "));
            warnings.add(new Warning(
                    "parameter_undetermined",
                    open + (covariance.open().length == 1 ? " is" : " are")
                            + " undetermined: the log-likelihood does not change with what they have in common, so the data say"
                            + " nothing about it; use a simpler random part"));
        }
    }

    /** By the likelihood of all parameters, β among them, for which Laplace is exact; null unless asked for. */
    private ProfileIntervals profile(double[] parameters, Optimum optimum) {
        if (options.intervals() != IntervalMethod.PROFILE) {
            return null;
        }
        Objective joint =
                counter.reporting(new MarginalLikelihood(data, problem.model(), new GaussHermite(1, layout.random())));
        double[][] all = scaling.toRaw();
        int p = layout.fixed();
        int[] free = IntStream.concat(
                        IntStream.range(0, p), Arrays.stream(optimum.free()).map(i -> p + i))
                .toArray();
        double[] scaled = TransformedObjective.multiply(scaling.toScaled(), parameters);
        SubspaceObjective inScaled = new SubspaceObjective(new TransformedObjective(joint, all), scaled, free);
        double[][] hessian = CentralHessian.at(inScaled, inScaled.restrict(scaled));
        return ProfileAboutZero.of(problem, joint, parameters, all, free, hessian, optimum.value());
    }

    /** σ² T S_XX⁻¹ T', with T undoing the shift of the columns. */
    private DMatrixRMaj betaCovariance(GaussianLikelihood.Profile profile, double sigma) {
        int p = layout.fixed();
        DMatrixRMaj inverse = new DMatrixRMaj(profile.sxx());
        CommonOps_DDRM.invert(inverse);
        DMatrixRMaj t = CommonOps_DDRM.identity(p);
        if (scaling.fixed().intercept() >= 0) {
            for (int c = 0; c < p; c++) {
                t.add(scaling.fixed().intercept(), c, -shift[c]);
            }
        }
        DMatrixRMaj work = new DMatrixRMaj(p, p);
        DMatrixRMaj out = new DMatrixRMaj(p, p);
        CommonOps_DDRM.mult(t, inverse, work);
        CommonOps_DDRM.multTransB(work, t, out);
        CommonOps_DDRM.scale(sigma * sigma, out);
        return out;
    }

    /**
     * Of the free ones of (Λ, log σ).
     *
     * @param undetermined those that the data leave open
     */
    private record OfVariances(DMatrixRMaj matrix, boolean[] undetermined) {}

    /** From the information in scaled relative θ by the chain rule Λ = σ θ; null if there is none. */
    private OfVariances varianceCovariance(double[][] hessian, int[] free, double sigma, double[] variance) {
        int m = free.length;
        InvertedInformation information = InvertedInformation.of(hessian, ACCURACY);
        if (information == null) {
            return null;
        }
        DMatrixRMaj inverse = new DMatrixRMaj(information.inverse());
        int last = varianceLayout.size() - 1;
        DMatrixRMaj jacobian = new DMatrixRMaj(m, m);
        for (int i = 0; i < m; i++) {
            if (free[i] == last) {
                jacobian.set(i, i, 1);
            } else {
                for (int j = 0; j < m; j++) {
                    jacobian.set(i, j, sigma * toRaw[free[i]][free[j]]);
                }
                jacobian.set(i, m - 1, sigma * variance[free[i]]);
            }
        }
        DMatrixRMaj work = new DMatrixRMaj(m, m);
        DMatrixRMaj out = new DMatrixRMaj(m, m);
        CommonOps_DDRM.mult(jacobian, inverse, work);
        CommonOps_DDRM.multTransB(work, jacobian, out);
        return new OfVariances(out, information.moved(jacobian));
    }

    /** Block-diagonal: β and the variance parameters are asymptotically independent. */
    private ParameterCovariance join(DMatrixRMaj beta, OfVariances variance, int[] free) {
        int p = layout.fixed();
        int[] known = variance == null
                ? new int[0]
                : IntStream.range(0, free.length)
                        .filter(i -> !variance.undetermined()[i])
                        .toArray();
        int m = known.length;
        int[] indices = new int[p + m];
        double[][] out = new double[p + m][p + m];
        for (int i = 0; i < p; i++) {
            indices[i] = i;
            for (int j = 0; j < p; j++) {
                out[i][j] = 0.5 * (beta.get(i, j) + beta.get(j, i));
            }
        }
        for (int i = 0; i < m; i++) {
            indices[p + i] = p + free[known[i]];
            for (int j = 0; j < m; j++) {
                DMatrixRMaj v = variance.matrix();
                out[p + i][p + j] = 0.5 * (v.get(known[i], known[j]) + v.get(known[j], known[i]));
            }
        }
        return new ParameterCovariance(
                layout.size(),
                indices,
                open(variance, free),
                ParameterNames.of(design, family, layout),
                out,
                new double[0][]);
    }

    private int[] open(OfVariances variance, int[] free) {
        int p = layout.fixed();
        return variance == null
                ? IntStream.range(p, layout.size()).toArray()
                : IntStream.range(0, free.length)
                        .filter(i -> variance.undetermined()[i])
                        .map(i -> p + free[i])
                        .toArray();
    }
}
