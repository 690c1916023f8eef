package org.sparkglmm.spark.output;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.AliasedColumn;
import org.sparkglmm.core.fit.FitResult;
import org.sparkglmm.core.formula.Formula;
import org.sparkglmm.core.inference.FixedEffect;
import org.sparkglmm.spark.data.Covariate;
import org.sparkglmm.spark.data.FarOrigin;
import org.sparkglmm.spark.data.ModelRequest;
import org.sparkglmm.spark.output.ModelDocument.Centred;
import org.sparkglmm.spark.output.ModelDocument.Coefficient;
import org.sparkglmm.spark.output.ModelDocument.Covariance;

/** The document of a fit. */
final class FitDocument {
    private final ModelRequest request;
    private final FitResult fit;

    /** @param request with the levels of every factor */
    FitDocument(ModelRequest request, FitResult fit) {
        this.request = request;
        this.fit = fit;
    }

    /** See {@link ModelFile#write}. */
    ModelDocument document(
            List<Covariate> covariates, int minCellCount, long dropped, List<Warning> warnings, String effects) {
        return new ModelDocument(
                new ModelDocument.Verdict(
                        ModelDocument.SCHEMA_VERSION,
                        fit.converged() ? "converged" : "not_converged",
                        ModelDocument.Notice.of(warnings)),
                new ModelDocument.Model(
                        request.formula().text(),
                        fit.family().name(),
                        fit.link().label(),
                        fit.nodes(),
                        fit.method().label()),
                new ModelDocument.Counts(
                        fit.observations(),
                        request.weights() == null ? null : fit.weight(),
                        fit.clusters(),
                        dropped,
                        minCellCount),
                new ModelDocument.Likelihood(
                        fit.parameterCount(), fit.logLikelihood(), fit.aic(), fit.bic(), -2 * fit.logLikelihood()),
                estimates(),
                integration(),
                Coefficient.of(fit.answers().marginal()),
                DiagnosticsDocument.of(fit.answers().diagnostics(), new SmallCounts(minCellCount)),
                optimizer(),
                design(covariates),
                new ModelDocument.Provenance(
                        "spark-glmm", ModelFile.version(), Long.toHexString(fit.fingerprint()), effects));
    }

    private ModelDocument.Estimates estimates() {
        FarOrigin far = FarOrigin.of(fit);
        return new ModelDocument.Estimates(
                fit.errors().label(),
                fit.answers().profile() == null ? "wald" : "profile",
                Coefficient.of(fit.fixed()),
                fit.random().stream().map(ModelDocument.RandomTerm::of).toList(),
                OwnParameters.of(fit),
                Covariance.of(fit.covariance()),
                far == null
                        ? null
                        : new Centred(far.centres(), far.parameters(), Covariance.of(far.covariance()), far.toRaw()),
                fit.termTests().stream().map(ModelDocument.Test::of).toList());
    }

    private ModelDocument.Integration integration() {
        FitResult.Integration of = fit.integration();
        return new ModelDocument.Integration(
                of.settled(),
                of.message(),
                new ModelDocument.Tolerance(
                        of.tolerance().logLikelihood(), of.tolerance().estimates()),
                new ModelDocument.Reached(
                        of.reached().logLikelihood(),
                        of.reached().estimates(),
                        of.reached().parameter(),
                        of.reached().parameterShift()),
                of.rungs().stream()
                        .map(r -> new ModelDocument.Rung(r.nodes(), r.logLikelihood(), r.shift()))
                        .toList());
    }

    private ModelDocument.Optimizer optimizer() {
        FitResult.OptimizerReport of = fit.optimizer();
        return new ModelDocument.Optimizer(
                of.name(),
                of.iterations(),
                of.passes(),
                of.gradientNorm(),
                of.decrement(),
                of.samplePersons(),
                startedFrom(of),
                of.message());
    }

    /** In words; never where an earlier fit lies, since paths are no part of a result. */
    private static String startedFrom(FitResult.OptimizerReport optimizer) {
        if (optimizer.earlierFit()) {
            return "an earlier fit";
        }
        return optimizer.samplePersons() > 0 ? "a sample" : "general starting values";
    }

    private ModelDocument.Design design(List<Covariate> covariates) {
        List<List<String>> auxiliary = new ArrayList<>();
        fit.auxiliary()
                .forEach(own -> auxiliary.add(
                        own.coefficients().stream().map(FixedEffect::term).toList()));
        return new ModelDocument.Design(
                fit.design().group(),
                textOf(request.zi()),
                textOf(request.dispersion()),
                request.offset(),
                request.weights(),
                request.precisionWeights(),
                request.levels(),
                covariates,
                fit.design().fixedNames(),
                auxiliary,
                fit.aliased().stream().map(FitDocument::aliased).toList(),
                fit.parameterNames(),
                fit.parameters());
    }

    private static String textOf(Formula formula) {
        return formula == null ? null : formula.text();
    }

    /** A column that was dropped: what a new row must keep to for the data to determine its prediction. */
    private static ModelDocument.Aliased aliased(AliasedColumn dropped) {
        AliasedColumn.Centred about = dropped.centred();
        return new ModelDocument.Aliased(
                dropped.part(),
                dropped.name(),
                dropped.constant(),
                dropped.others(),
                dropped.scale(),
                about == null ? null : new ModelDocument.Dependence(about.centres(), about.constant(), about.others()));
    }
}
