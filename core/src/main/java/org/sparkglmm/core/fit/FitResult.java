package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.sparkglmm.core.SettingNames;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.AliasedColumn;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.inference.AuxiliaryEstimate;
import org.sparkglmm.core.inference.CentredEstimates;
import org.sparkglmm.core.inference.FixedEffect;
import org.sparkglmm.core.inference.Method;
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
 * @param spec what was fitted, dropped columns gone
 * @param method of estimation
 * @param nodes quadrature nodes per dimension
 * @param converged whether the stopping rule was met
 * @param data what was used of them
 * @param logLikelihood with every constant; restricted if REML
 * @param parameters β, θ, ψ as estimated
 * @param errors what z, p and intervals rest on
 * @param covariance of β, θ, ψ; of the fixed effects given the variances for gaussian (X'V⁻¹X)⁻¹
 * @param integration how the quadrature behaved
 * @param optimizer how the optimizer ended
 * @param answers what the fit's passes said beyond the estimates
 * @param aliased columns that were dropped, and what they are combinations of
 * @param warnings what the user must know
 * @param centred the same estimates about the centres of covariates that lie far from 0, null where none does
 */
public record FitResult(
        ModelSpec spec,
        Method method,
        int nodes,
        boolean converged,
        DataSummary data,
        double logLikelihood,
        double[] parameters,
        StandardErrors errors,
        ParameterCovariance covariance,
        Integration integration,
        OptimizerReport optimizer,
        PostEstimation answers,
        List<AliasedColumn> aliased,
        List<Warning> warnings,
        CentredEstimates centred) {

    /**
     * The rows that were used.
     *
     * @param observations how many
     * @param clusters of how many clusters
     * @param fingerprint see {@link DataMoments#fingerprint}
     * @param weight sum of the rows' frequency weights, the number of rows that they stand for; without weights the rows
     */
    public record DataSummary(long observations, long clusters, long fingerprint, double weight) {
        static DataSummary of(DataMoments moments) {
            return new DataSummary(moments.rows(), moments.clusters(), moments.fingerprint(), moments.weight());
        }
    }

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
     * @param rungs every number of nodes tried on all the data
     * @param settled whether more nodes change nothing that matters any more: what was reached is within the tolerance; for a fixed
     *     number of nodes, whether a finer rule agrees within a tenth of a standard error
     * @param message in words
     * @param tolerance what was asked for
     * @param reached by a finer rule
     */
    public record Integration(
            List<Rung> rungs, boolean settled, String message, IntegrationTolerance tolerance, Reached reached) {
        /** Whether a finer rule moves the estimates so far that those of this one are not to be taken for the maximum. */
        public boolean isFarOff() {
            return reached.estimates() > FAR_OFF;
        }
    }

    /** In standard errors. */
    static final double FAR_OFF = 1;

    /**
     * How the optimizer ended.
     *
     * @param name of the method
     * @param message in words
     * @param iterations over the full data
     * @param passes over the full data, all of them
     * @param samplePersons clusters of the sample that gave the start, 0 if none
     * @param earlierFit whether an earlier fit gave the start
     * @param gradientNorm Euclidean, in scaled variables, at the last point evaluated
     * @param decrement g'H⁻¹g there, with the true Hessian
     */
    public record OptimizerReport(
            String name,
            String message,
            int iterations,
            int passes,
            long samplePersons,
            boolean earlierFit,
            double gradientNorm,
            double decrement) {
        /** The same after so many passes. */
        OptimizerReport after(int all) {
            return new OptimizerReport(
                    name, message, iterations, all, samplePersons, earlierFit, gradientNorm, decrement);
        }
    }

    /** The same with warnings and findings in a front end's language. */
    public FitResult in(SettingNames names) {
        return new FitResult(
                spec,
                method,
                nodes,
                converged,
                data,
                logLikelihood,
                parameters,
                errors,
                covariance,
                integration,
                optimizer,
                answers.in(names),
                aliased,
                warnings.stream().map(warning -> warning.in(names)).toList(),
                centred);
    }

    /** The design fitted, dropped columns gone. */
    public Design design() {
        return spec.design();
    }

    public Family family() {
        return spec.family();
    }

    public Link link() {
        return spec.link();
    }

    /** Rows used. */
    public long observations() {
        return data.observations();
    }

    /** Clusters used. */
    public long clusters() {
        return data.clusters();
    }

    /** Of the rows used, see {@link DataMoments#fingerprint}. */
    public long fingerprint() {
        return data.fingerprint();
    }

    /** Sum of the rows' frequency weights; without weights the rows. */
    public double weight() {
        return data.weight();
    }

    /** The coefficient table. */
    public List<FixedEffect> fixed() {
        List<FixedEffect> wald = FixedEffect.table(
                design().fixedNames(),
                parameters,
                covariance.standardErrors(StandardErrors.MODEL),
                covariance.standardErrors(StandardErrors.ROBUST),
                errors);
        return answers.profile() == null ? wald : answers.profile().of(wald, 0);
    }

    /** One for each random term. */
    public List<RandomEffect> random() {
        // About the centres, where the fit has such: about 0 the covariance of the parameters has lost its digits.
        CentredEstimates about = inColumns();
        double[][] a = centred == null ? null : new Centring(about.design(), family().takesCategories()).randomToRaw();
        List<RandomEffect> wald =
                RandomEffect.of(design(), layout(), about.parameters(), a, about.covariance(), errors);
        return answers.profile() == null ? wald : answers.profile().of(wald);
    }

    /** The family's own parameters. */
    public List<AuxiliaryEstimate> auxiliary() {
        List<AuxiliaryEstimate> wald = AuxiliaryEstimate.of(
                design(),
                family(),
                parameters,
                covariance.standardErrors(StandardErrors.MODEL),
                covariance.standardErrors(StandardErrors.ROBUST),
                errors);
        if (answers.profile() == null) {
            return wald;
        }
        List<AuxiliaryEstimate> out = new ArrayList<>();
        for (int k = 0; k < wald.size(); k++) {
            AuxiliaryEstimate own = wald.get(k);
            out.add(new AuxiliaryEstimate(
                    own.parameter(), answers.profile().of(own.coefficients(), layout().psiStart(k)), own.isConstant()));
        }
        return out;
    }

    public ParameterLayout layout() {
        return design().layout(family());
    }

    /** Joint Wald tests of every term of every formula, with the standard errors asked for. */
    public List<TermTest> termTests() {
        List<TermTest> out = TermTest.of(design(), family(), parameters, covariance, errors);
        if (centred == null) {
            return out;
        }
        // The term and all that contain it span the same about any origin: there, with all their digits.
        List<TermTest> about =
                TermTest.of(centred.design(), family(), centred.parameters(), centred.covariance(), errors);
        return IntStream.range(0, out.size())
                .mapToObj(i -> out.get(i).withTypeTwo(about.get(i).typeTwo()))
                .toList();
    }

    /** The estimates for the columns that predictions are computed in, with that design(). */
    public CentredEstimates inColumns() {
        return centred == null ? new CentredEstimates(design(), parameters, covariance) : centred;
    }

    /** Names of the entries of (β, θ, ψ), as {@link() ParameterCovariance#names} has them. */
    public List<String> parameterNames() {
        return ParameterNames.of(design(), family(), layout());
    }

    /** The family's own parameters by their users' names, without thresholds, zero inflation and what a formula models. */
    public Map<String, Double> extra() {
        double[] psi = auxiliary().stream()
                .mapToDouble(a -> a.isConstant() ? a.coefficients().get(0).estimate() : Double.NaN)
                .toArray();
        return family().extra(psi);
    }

    public MixedModel model() {
        return new MixedModel(family().model(link()), layout());
    }

    public int parameterCount() {
        return parameters.length;
    }

    public double aic() {
        return -2 * logLikelihood + 2.0 * parameterCount();
    }

    /** With the number of rows, as lme4's BIC; a row of weight() 3 is three. */
    public double bic() {
        return -2 * logLikelihood + Math.log(weight()) * parameterCount();
    }

    /** Rows, by their weights, less parameters. */
    public double residualDf() {
        return weight() - parameterCount();
    }
}
