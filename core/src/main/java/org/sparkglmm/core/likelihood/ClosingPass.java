package org.sparkglmm.core.likelihood;

import java.util.List;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.SummingPass;
import org.sparkglmm.core.math.Fingerprint;
import org.sparkglmm.core.math.NumberTape;

/**
 * All that is wanted at the estimates in one pass: the clusters' scores, the likelihood by a finer rule of quadrature, and the
 * Hessian.
 */
public final class ClosingPass implements SummingPass<ClosingPass.Sum> {
    private static final long serialVersionUID = 1;

    private final MixedModel model;
    private final GaussHermite grid;
    private final double[] parameters;
    private final double[][] change;
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
        this.grid = grid;
        this.parameters = parameters;
        this.change = change;
        this.trail = trail;
        ModeTrail here = trail.then(parameters);
        scores = new ScorePass(model, grid, parameters, change);
        this.finer = finer == null ? null : new LikelihoodPass(model, finer, List.of(parameters), here);
        curvature = withHessian ? CurvaturePass.at(model, grid, parameters, here) : null;
    }

    @Override
    public Sum nothing() {
        return new Sum(
                scores.nothing(),
                finer == null ? null : finer.nothing(),
                curvature == null ? null : curvature.nothing());
    }

    @Override
    public long fingerprint() {
        Fingerprint out = new Fingerprint().add("closing").add(grid.nodes()).add(parameters);
        for (double[] row : change) {
            out.add(row);
        }
        return out.add(finer == null ? 0 : finer.fingerprint())
                .add(curvature == null ? 0 : curvature.fingerprint())
                .value();
    }

    @Override
    public Sum apply(ClusterBlock block) {
        double[] modes = trail.modes(block, model);
        ScorePass.Sum ofScores = scores.apply(block, modes);
        trail.then(parameters).keep(block, modes);
        return new Sum(
                ofScores,
                finer == null ? null : finer.apply(block, modes),
                curvature == null ? null : curvature.apply(block, modes));
    }

    /** What clusters add up to. */
    public static final class Sum implements SummingPass.Sum<Sum> {
        private static final long serialVersionUID = 1;

        private final ScorePass.Sum scores;
        private final LikelihoodPass.Sum finer;
        private final CurvaturePass.Sum curvature;

        private Sum(ScorePass.Sum scores, LikelihoodPass.Sum finer, CurvaturePass.Sum curvature) {
            this.scores = scores;
            this.finer = finer;
            this.curvature = curvature;
        }

        @Override
        public void merge(Sum other) {
            scores.merge(other.scores);
            if (finer != null) {
                finer.merge(other.finer);
            }
            if (curvature != null) {
                curvature.merge(other.curvature);
            }
        }

        @Override
        public void save(NumberTape to) {
            scores.save(to);
            if (finer != null) {
                finer.save(to);
            }
            if (curvature != null) {
                curvature.save(to);
            }
        }

        @Override
        public void restore(NumberTape from) {
            scores.restore(from);
            if (finer != null) {
                finer.restore(from);
            }
            if (curvature != null) {
                curvature.restore(from);
            }
        }

        /** By the rule that was fitted with. */
        public ScorePass.Sum scores() {
            return scores;
        }

        /** By the finer one, null without one. */
        public LikelihoodSum finer() {
            return finer == null ? null : finer.at(0);
        }

        /** Null if it was not asked for. */
        public CurvaturePass.Sum curvature() {
            return curvature;
        }
    }
}
