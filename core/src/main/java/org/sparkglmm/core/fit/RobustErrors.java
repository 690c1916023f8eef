package org.sparkglmm.core.fit;

import java.util.List;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.diagnostics.FewEvents;
import org.sparkglmm.core.inference.ParameterCovariance;

/** Whether the sandwich over clusters may be shown: it is a sum over many clusters of which each brings little, or it is nothing. */
final class RobustErrors {
    private RobustErrors() {}

    /** The covariance as it may be shown, and a warning if the sandwich is taken out. */
    static ParameterCovariance checked(
            ParameterCovariance covariance, HeavyClusters heavy, Problem problem, List<Warning> into) {
        FewEvents events = FewEvents.of(problem.moments(), problem.design(), problem.family());
        String against = events == null ? null : events.againstSandwich();
        if (against == null) {
            against = heavy.againstSandwich(
                    problem.design().fixed().size(),
                    problem.names(),
                    problem.design().group());
        }
        if (against == null) {
            return covariance;
        }
        into.add(
                new Warning("robust_withheld", "no robust standard errors are shown, they would not hold: " + against));
        return covariance.withoutSandwich();
    }
}
