package org.sparkglmm.core.fit;

import java.util.List;
import java.util.Map;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.inference.AuxiliaryEstimate;
import org.sparkglmm.core.inference.FixedEffect;
import org.sparkglmm.core.inference.ParameterCovariance;
import org.sparkglmm.core.inference.RandomEffect;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.inference.TermTest;
import org.sparkglmm.core.likelihood.MixedModel;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.ParameterLayout;

/**
 * What a fit found. Arrays are the result's own; nobody writes to them.
 *
 * @param design the design fitted, dropped columns gone
 * @param converged whether the stopping rule was met
 * @param method laplace, agq, ml or reml
 * @param nodes quadrature nodes per dimension
 * @param observations rows used
 * @param clusters clusters used
 * @param fingerprint of the rows used, see {@link org.sparkglmm.core.design.DataMoments#fingerprint}
 * @param logLikelihood with every constant; restricted if REML
 * @param parameters β, θ, ψ as estimated
 * @param fixed the coefficient table
 * @param random one for each random term
 * @param auxiliary the family's own parameters
 * @param errors what z, p and intervals rest on
 * @param covariance of β, θ, ψ; of the fixed effects given the variances for gaussian (X'V⁻¹X)⁻¹
 * @param integration how the quadrature behaved
 * @param optimizer how the optimizer ended
 * @param warnings what the user must know
 */
public record FitResult(
        Design design,
        Family family,
        Link link,
        boolean converged,
        String method,
        int nodes,
        long observations,
        long clusters,
        long fingerprint,
        double logLikelihood,
        double[] parameters,
        List<FixedEffect> fixed,
        List<RandomEffect> random,
        List<AuxiliaryEstimate> auxiliary,
        StandardErrors errors,
        ParameterCovariance covariance,
        Integration integration,
        OptimizerReport optimizer,
        List<Warning> warnings) {

    /**
     * A rung of the quadrature ladder.
     *
     * @param nodes per dimension
     * @param logLikelihood at that rung's optimum
     * @param shift how far the estimates moved from the rung before, in standard errors (the norm of the information);
     *     NaN for the first
     */
    public record Rung(int nodes, double logLikelihood, double shift) {}

    /**
     * How the integral was computed.
     *
     * @param rungs every number of nodes tried
     * @param settled whether more nodes change nothing any more; for a fixed number of nodes, whether a finer rule agrees
     * @param message in words
     */
    public record Integration(List<Rung> rungs, boolean settled, String message) {}

    /**
     * How the optimizer ended.
     *
     * @param name of the method
     * @param message in words
     * @param iterations over the full data
     * @param passes over the full data, all of them
     * @param samplePersons clusters of the sample that gave the start, 0 if none
     * @param gradientNorm Euclidean, in scaled variables
     * @param decrement g'H⁻¹g at the end, with the true Hessian
     */
    public record OptimizerReport(
            String name,
            String message,
            int iterations,
            int passes,
            long samplePersons,
            double gradientNorm,
            double decrement) {}

    public ParameterLayout layout() {
        return design.layout(family);
    }

    /** Joint Wald tests of every term of every formula, with the standard errors asked for. */
    public List<TermTest> termTests() {
        return TermTest.of(design, family, parameters, covariance, errors);
    }

    /** Names of the entries of (β, θ, ψ), as {@link ParameterCovariance#names} has them. */
    public List<String> parameterNames() {
        return ParameterNames.of(design, family, layout());
    }

    /** The family's own parameters by their users' names, without thresholds, zero inflation and what a formula models. */
    public Map<String, Double> extra() {
        double[] psi = auxiliary.stream()
                .mapToDouble(a -> a.isConstant() ? a.coefficients().get(0).estimate() : Double.NaN)
                .toArray();
        return family.extra(psi);
    }

    public MixedModel model() {
        return new MixedModel(family.model(link), layout());
    }

    public int parameterCount() {
        return parameters.length;
    }

    public double aic() {
        return -2 * logLikelihood + 2.0 * parameterCount();
    }

    /** With the number of rows, as lme4's BIC. */
    public double bic() {
        return -2 * logLikelihood + Math.log(observations) * parameterCount();
    }
}
