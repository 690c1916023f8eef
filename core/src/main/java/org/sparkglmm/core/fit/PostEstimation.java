package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sparkglmm.core.Mention;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.SettingNames;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.diagnostics.Diagnosis;
import org.sparkglmm.core.diagnostics.Diagnostics;
import org.sparkglmm.core.diagnostics.ErrorFindings;
import org.sparkglmm.core.inference.FixedEffect;
import org.sparkglmm.core.inference.MarginalCoefficients;
import org.sparkglmm.core.inference.ParameterCovariance;

/**
 * What a fit says beyond its estimates, most of it computed in this process from a sample of clusters.
 *
 * @param marginal population-averaged coefficients, none where there are no such
 * @param diagnostics whether the model suits the data
 * @param profile profile-likelihood intervals, null unless asked for
 */
public record PostEstimation(List<FixedEffect> marginal, Diagnostics diagnostics, ProfileIntervals profile) {

    /** In log-likelihood; below it, what the optimizer's own tolerance leaves. */
    private static final double BETTER = 1e-4;

    /**
     * Of estimates.
     *
     * @param covariance as it is shown
     * @param influence of single clusters, null if none moves anything
     */
    static PostEstimation of(
            Problem problem, Estimates estimates, ParameterCovariance covariance, Diagnostics.Influence influence) {
        problem.listener().stage("diagnostics");
        Design design = problem.design();
        ClusterData sample = FirstPass.forDiagnostics(problem.prepared().sample());
        boolean separated = Arrays.stream(covariance.open())
                .anyMatch(i -> i < design.fixed().size());
        boolean converged = estimates.maximised();
        List<Warning> ofErrors =
                converged ? ErrorFindings.of(design, problem.layout(), covariance, problem.moments()) : List.of();
        return new PostEstimation(
                MarginalCoefficients.of(
                        sample,
                        problem.spec(),
                        estimates.parameters(),
                        covariance,
                        problem.options().errors()),
                Diagnosis.of(
                                problem.spec(),
                                estimates.parameters(),
                                problem.moments(),
                                sample,
                                new Diagnosis.Known(influence, separated, converged, covariance.hasSandwich()),
                                problem.options().minCellCount())
                        .withFindings(ofErrors),
                estimates.profile());
    }

    /** The same in a front end's language. */
    PostEstimation in(SettingNames names) {
        return new PostEstimation(marginal, diagnostics.in(names), profile);
    }

    /** What profiling found out about the fit itself. */
    List<Warning> warnings(double minimum) {
        List<Warning> out = new ArrayList<>();
        if (profile == null) {
            return out;
        }
        if (profile.highest() > -minimum + BETTER) {
            out.add(new Warning(
                    "profile_above_maximum",
                    Sentence.of(
                            "profiling met a log-likelihood higher by %s than the fit's, which is then not the maximum: try"
                                    + " another %s or more %s",
                            profile.highest() + minimum, Setting.OPTIMIZER, Setting.NODES)));
        }
        if (profile.missing() > 0) {
            out.add(new Warning(
                    "profile_incomplete",
                    Sentence.of(
                            "%s ends of profile-likelihood intervals were not found (they are empty): the likelihood is not"
                                    + " regular there; compare %s",
                            profile.missing(), Mention.WALD_INTERVALS)));
        }
        return out;
    }
}
