package org.sparkglmm.core.likelihood;

import java.io.Serializable;
import java.util.List;
import org.sparkglmm.core.design.BlockFunction;
import org.sparkglmm.core.design.ClusterBlock;

/**
 * All that is wanted at the estimates in one pass: the clusters' scores, the likelihood by a finer rule of quadrature, and the
 * Hessian.
 */
public final class ClosingPass implements BlockFunction<ClosingPass.Sum> {
    private static final long serialVersionUID = 1;

    private final MixedModel model;
    private final double[] parameters;
    private final ModeTrail trail;

    private final ScorePass scores;
    /** Null for none. */
    private final LikelihoodPass finer;
    /** Null for none. */
    private final CurvaturePass curvature;

    ClosingPass(
            MixedModel model,
            GaussHermite grid,
            GaussHermite finer,
            double[] parameters,
            double[][] change,
            boolean withHessian,
            ModeTrail trail) {
        this.model = model;
        this.parameters = parameters;
        this.trail = trail;
        ModeTrail here = trail.then(parameters);
        scores = new ScorePass(model, grid, parameters, change);
        this.finer = finer == null ? null : new LikelihoodPass(model, finer, List.of(parameters), here);
        curvature = withHessian ? CurvaturePass.at(model, grid, parameters, here) : null;
    }

    @Override
    public Sum apply(ClusterBlock block) {
        double[] modes = trail.modes(block, model);
        ScorePass.Sum ofScores = scores.apply(block, modes);
        trail.then(parameters).keep(block, modes);
        return new Sum(
                ofScores,
                finer == null ? null : finer.apply(block, modes)[0],
                curvature == null ? null : curvature.apply(block, modes));
    }

    /** What clusters add up to. */
    public static final class Sum implements Serializable {
        private static final long serialVersionUID = 1;

        private final ScorePass.Sum scores;
        private final LikelihoodSum finer;
        private final CurvaturePass.Sum curvature;

        private Sum(ScorePass.Sum scores, LikelihoodSum finer, CurvaturePass.Sum curvature) {
            this.scores = scores;
            this.finer = finer;
            this.curvature = curvature;
        }

        void merge(Sum other) {
            scores.merge(other.scores);
            if (finer != null) {
                finer.merge(other.finer);
            }
            if (curvature != null) {
                curvature.merge(other.curvature);
            }
        }

        /** By the rule that was fitted with. */
        public ScorePass.Sum scores() {
            return scores;
        }

        /** By the finer one, null without one. */
        public LikelihoodSum finer() {
            return finer;
        }

        /** Null if it was not asked for. */
        public CurvaturePass.Sum curvature() {
            return curvature;
        }
    }
}
