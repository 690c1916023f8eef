package org.sparkglmm.core.likelihood;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.design.BlockFunction;
import org.sparkglmm.core.design.ClusterBlock;

/**
 * One pass: the likelihood sums of several parameter vectors. Modes start from the end of a trail at the first vector, and from
 * the first vector's modes at the others, so a repeated pass repeats its bits.
 */
final class LikelihoodPass implements BlockFunction<LikelihoodSum[]> {
    private static final long serialVersionUID = 1;

    private final MixedModel model;
    private final GaussHermite grid;
    private final List<double[]> points;

    private final ModeTrail trail;

    LikelihoodPass(MixedModel model, GaussHermite grid, List<double[]> points, ModeTrail trail) {
        this.trail = trail;
        this.model = model;
        this.grid = grid;
        this.points = new ArrayList<>(points);
    }

    @Override
    public LikelihoodSum[] apply(ClusterBlock block) {
        double[] modes = trail.modes(block, model);
        LikelihoodSum[] out = apply(block, modes);
        trail.then(points.get(0)).keep(block, modes);
        return out;
    }

    /** @param modes where to begin; where they are at the first vector afterwards */
    LikelihoodSum[] apply(ClusterBlock block, double[] modes) {
        ClusterIntegral integral = new ClusterIntegral(model, grid, block);
        LikelihoodSum[] out = new LikelihoodSum[points.size()];
        for (int k = 0; k < out.length; k++) {
            out[k] = new LikelihoodSum(model.layout().size());
            integral.setParameters(points.get(k));
            for (int i = 0; i < block.clusters(); ) {
                i = integral.open(i, modes);
                if (k == 0) {
                    integral.keepModes(modes);
                }
                integral.integrate();
                integral.addTo(out[k]);
            }
        }
        return out;
    }
}
