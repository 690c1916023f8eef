package org.sparkglmm.core.likelihood;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.SummingPass;
import org.sparkglmm.core.math.Fingerprint;
import org.sparkglmm.core.math.NumberTape;

/**
 * One pass: the likelihood sums of several parameter vectors. Modes start from the end of a trail at the first vector, and from
 * the first vector's modes at the others, so a repeated pass repeats its bits.
 */
final class LikelihoodPass implements SummingPass<LikelihoodPass.Sum> {
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
    public Sum nothing() {
        return new Sum(points.size(), model.layout().size());
    }

    @Override
    public long fingerprint() {
        Fingerprint out = new Fingerprint().add("likelihood").add(grid.nodes());
        points.forEach(out::add);
        return out.value();
    }

    @Override
    public Sum apply(ClusterBlock block) {
        double[] modes = trail.modes(block, model);
        Sum out = apply(block, modes);
        trail.then(points.get(0)).keep(block, modes);
        return out;
    }

    /** @param modes where to begin; where they are at the first vector afterwards */
    Sum apply(ClusterBlock block, double[] modes) {
        ClusterIntegral integral = new ClusterIntegral(model, grid, block);
        Sum out = nothing();
        for (int k = 0; k < points.size(); k++) {
            integral.setParameters(points.get(k));
            for (int i = 0; i < block.clusters(); ) {
                i = integral.open(i, modes);
                if (k == 0) {
                    integral.keepModes(modes);
                }
                integral.integrate();
                integral.addTo(out.ofPoints[k]);
            }
        }
        return out;
    }

    /** What clusters add up to at each vector. */
    static final class Sum implements SummingPass.Sum<Sum> {
        private static final long serialVersionUID = 1;

        private final LikelihoodSum[] ofPoints;

        private Sum(int points, int parameters) {
            ofPoints = new LikelihoodSum[points];
            for (int k = 0; k < points; k++) {
                ofPoints[k] = new LikelihoodSum(parameters);
            }
        }

        LikelihoodSum at(int point) {
            return ofPoints[point];
        }

        List<LikelihoodSum> ofPoints() {
            return List.of(ofPoints);
        }

        @Override
        public void merge(Sum other) {
            for (int k = 0; k < ofPoints.length; k++) {
                ofPoints[k].merge(other.ofPoints[k]);
            }
        }

        @Override
        public void save(NumberTape to) {
            for (LikelihoodSum sum : ofPoints) {
                sum.save(to);
            }
        }

        @Override
        public void restore(NumberTape from) {
            for (LikelihoodSum sum : ofPoints) {
                sum.restore(from);
            }
        }
    }
}
