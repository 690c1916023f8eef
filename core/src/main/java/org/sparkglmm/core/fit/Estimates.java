package org.sparkglmm.core.fit;

import java.util.List;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.diagnostics.Diagnostics;
import org.sparkglmm.core.inference.Deletion;
import org.sparkglmm.core.inference.Method;
import org.sparkglmm.core.inference.ParameterCovariance;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.ScoreSum;

/**
 * What a method of estimation comes to; what is made of it is the same for all of them.
 *
 * @param nodes quadrature nodes per dimension
 * @param maximised whether the optimizer ended at a maximum of the rule that was fitted
 * @param converged whether that is the likelihood's too, as far as is known
 * @param logLikelihood with every constant; restricted if REML
 * @param maximum the likelihood that the optimizer ended with: by the rule that was fitted
 * @param parameters β, θ, ψ
 * @param modelBased their covariance
 * @param covariance the same with the sandwich, and what the data leave open left out
 * @param scores of the clusters, by the rule that was fitted
 * @param profile intervals, null unless asked for
 * @param warnings what the user must know, so far
 */
record Estimates(
        Method method,
        int nodes,
        boolean maximised,
        boolean converged,
        double logLikelihood,
        double maximum,
        double[] parameters,
        ParameterCovariance modelBased,
        ParameterCovariance covariance,
        ScoreSum scores,
        FitResult.Integration integration,
        FitResult.OptimizerReport optimizer,
        ProfileIntervals profile,
        List<Warning> warnings) {

    /** With all that is made of them: influence, robust errors if they hold, population averages, diagnostics. */
    FitResult concluded(Problem problem) {
        HeavyClusters heavy = HeavyClusters.of(
                problem.data(),
                problem.moments(),
                new Deletion(
                        problem.model(),
                        new GaussHermite(nodes, problem.layout().random()),
                        parameters,
                        modelBased));
        ParameterCovariance shown = RobustErrors.checked(covariance, heavy, problem, warnings);
        Diagnostics.Influence influence = ClusterInfluence.of(scores, modelBased, heavy);
        PostEstimation answers = PostEstimation.of(problem, this, shown, influence);
        warnings.addAll(answers.warnings(-maximum));
        return new FitResult(
                problem.spec(),
                method,
                nodes,
                converged,
                FitResult.DataSummary.of(problem.moments()),
                logLikelihood,
                parameters,
                problem.options().errors(),
                shown,
                integration,
                optimizer.after(problem.counter().passes()),
                answers,
                problem.prepared().aliased(),
                warnings,
                null);
    }
}
