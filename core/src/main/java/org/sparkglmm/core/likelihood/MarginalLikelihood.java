package org.sparkglmm.core.likelihood;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Objective;

/** Minus the marginal log-likelihood of (β, θ, ψ), as an objective. */
public final class MarginalLikelihood implements Objective {
    private final ClusterData data;
    private final MixedModel model;
    private final GaussHermite grid;
    private ModeTrail trail = ModeTrail.NONE;

    public MarginalLikelihood(ClusterData data, MixedModel model, GaussHermite grid) {
        this.data = data;
        this.model = model;
        this.grid = grid;
    }

    @Override
    public int dimension() {
        return model.layout().size();
    }

    @Override
    public List<Evaluation> evaluate(List<double[]> points) {
        List<Evaluation> out = new ArrayList<>();
        List<LikelihoodSum> sums = LikelihoodPass.over(data, model, grid, points, trail);
        trail = trail.then(points.get(0));
        for (int k = 0; k < points.size(); k++) {
            double[] gradient = sums.get(k).gradient();
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] = -gradient[i];
            }
            out.add(new Evaluation(points.get(k), -sums.get(k).logLikelihood(), gradient));
        }
        return out;
    }
}
