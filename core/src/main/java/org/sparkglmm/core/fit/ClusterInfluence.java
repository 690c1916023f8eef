package org.sparkglmm.core.fit;

import org.sparkglmm.core.diagnostics.Diagnostics;
import org.sparkglmm.core.inference.Deletion;
import org.sparkglmm.core.inference.ParameterCovariance;
import org.sparkglmm.core.likelihood.ScoreSum;

/** The cluster that moves the estimates most: by its score, and for those that hold much of the data by their information too. */
final class ClusterInfluence {
    private static final double NOTICEABLE = 0.5;

    private ClusterInfluence() {}

    /** Null if none moves anything. */
    static Diagnostics.Influence of(ScoreSum scores, ParameterCovariance covariance, HeavyClusters heavy) {
        Deletion.Effect most = heavy.mostInfluential();
        boolean isHeavy = most != null && !(most.largest() <= scores.largestChange());
        if (!isHeavy && scores.mostMoved() < 0) {
            return null;
        }
        int moved = isHeavy ? most.most() : scores.mostMoved();
        return new Diagnostics.Influence(
                !isHeavy ? scores.largestChange() : most.isDetermined() ? most.largest() : Double.POSITIVE_INFINITY,
                inWords(covariance.names().get(moved)),
                Math.max(scores.noticeable(), heavy.beyond(NOTICEABLE)));
    }

    private static String inWords(String parameter) {
        return parameter.startsWith("chol[") ? "a variance or covariance of the random effects" : parameter;
    }
}
