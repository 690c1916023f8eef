package org.sparkglmm.core.likelihood;

import java.util.List;
import org.sparkglmm.core.design.ClusterData;

/**
 * Passes over a data set with a model, by any rule of quadrature; conditional modes of one are where those of the next begin.
 */
public final class LikelihoodPasses {
    private final ClusterData data;
    private final MixedModel model;
    private ModeTrail trail = ModeTrail.NONE;

    public LikelihoodPasses(ClusterData data, MixedModel model) {
        this.data = data;
        this.model = model;
    }

    public MixedModel model() {
        return model;
    }

    /** Log-likelihood and gradient at several points in one pass. */
    public List<LikelihoodSum> likelihoods(GaussHermite grid, List<double[]> points) {
        LikelihoodPass.Sum total = data.total(new LikelihoodPass(model, grid, points, trail));
        trail = trail.then(points.get(0));
        return total.ofPoints();
    }

    /** Log-likelihood, gradient and Hessian in one pass; more of them only where the family's own ψ are near an edge. */
    public CurvaturePass.Sum curvature(GaussHermite grid, double[] parameters) {
        CurvaturePass.Sum out = CurvaturePass.over(data, model, grid, parameters, trail);
        trail = trail.then(parameters);
        return out;
    }

    /**
     * All that is wanted at the estimates.
     *
     * @param finer a rule to check that of {@code grid} by, null for none
     * @param change rows V_k/se_k: by a score, the change of estimate k in standard errors
     * @param withHessian whether the Hessian is wanted too
     */
    public ClosingPass.Sum closing(
            GaussHermite grid, GaussHermite finer, double[] parameters, double[][] change, boolean withHessian) {
        ClosingPass.Sum total = data.total(new ClosingPass(model, grid, finer, parameters, change, withHessian, trail));
        trail = trail.then(parameters);
        return total;
    }
}
