package org.sparkglmm.core.likelihood;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.design.BlockFunction;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;

/**
 * One pass: the likelihood sums of several parameter vectors. Modes start from the end of a trail at the first vector, and from
 * the first vector's modes at the others, so a repeated pass repeats its bits.
 */
public final class LikelihoodPass implements BlockFunction<LikelihoodSum[]> {
    private static final long serialVersionUID = 1;

    private final MixedModel model;
    private final GaussHermite grid;
    private final List<double[]> points;

    private final ModeTrail trail;

    private LikelihoodPass(MixedModel model, GaussHermite grid, List<double[]> points, ModeTrail trail) {
        this.trail = trail;
        this.model = model;
        this.grid = grid;
        this.points = new ArrayList<>(points);
    }

    /**
     * Evaluates the marginal likelihood of the whole data at several points in one pass.
     *
     * @param trail of the passes before; the next one goes on with {@code trail.then(points.get(0))}
     */
    public static List<LikelihoodSum> over(
            ClusterData data, MixedModel model, GaussHermite grid, List<double[]> points, ModeTrail trail) {
        List<LikelihoodSum> totals = new ArrayList<>();
        for (int k = 0; k < points.size(); k++) {
            totals.add(new LikelihoodSum(model.layout().size()));
        }
        for (LikelihoodSum[] ofBlock : data.mapBlocks(new LikelihoodPass(model, grid, points, trail))) {
            for (int k = 0; k < ofBlock.length; k++) {
                totals.get(k).merge(ofBlock[k]);
            }
        }
        return totals;
    }

    @Override
    public LikelihoodSum[] apply(ClusterBlock block) {
        ClusterIntegral integral = new ClusterIntegral(model, grid, block);
        double[] modes = trail.modes(block, model);
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
        trail.then(points.get(0)).keep(block, modes);
        return out;
    }
}
