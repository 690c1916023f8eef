package org.sparkglmm.core.likelihood;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Objective;

/** Minus the marginal log-likelihood of (β, θ, ψ), as an objective. */
public final class MarginalLikelihood implements Objective {
    /** Of a family's own parameter on its unbounded scale, a logarithm or a logit: e⁴ is some 50. */
    private static final double LONGEST_MOVE = 4;

    private final LikelihoodPasses passes;
    private final GaussHermite grid;

    public MarginalLikelihood(ClusterData data, MixedModel model, GaussHermite grid) {
        this(new LikelihoodPasses(data, model), grid);
    }

    public MarginalLikelihood(LikelihoodPasses passes, GaussHermite grid) {
        this.passes = passes;
        this.grid = grid;
    }

    @Override
    public int dimension() {
        return passes.model().layout().size();
    }

    @Override
    public List<Evaluation> evaluate(List<double[]> points) {
        List<Evaluation> out = new ArrayList<>();
        List<LikelihoodSum> sums = passes.likelihoods(grid, points);
        for (int k = 0; k < points.size(); k++) {
            out.add(evaluation(points.get(k), sums.get(k), null));
        }
        return out;
    }

    @Override
    public double longestMove(int variable) {
        return variable < passes.model().layout().psiStart() ? Double.POSITIVE_INFINITY : LONGEST_MOVE;
    }

    @Override
    public boolean hasHessian() {
        return true;
    }

    @Override
    public Evaluation evaluateWithHessian(double[] point) {
        Curvature sum = passes.curvature(grid, point);
        return evaluation(point, sum.likelihood(), sum.hessian());
    }

    /** Minus a log-likelihood with its derivatives; the Hessian null if it could not be had. */
    static Evaluation evaluation(double[] point, LikelihoodSum sum, double[][] hessian) {
        double[] gradient = sum.gradient();
        double[][] curvature = hessian == null ? null : new double[gradient.length][gradient.length];
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = -gradient[i];
            for (int j = 0; j < gradient.length && hessian != null; j++) {
                curvature[i][j] = -hessian[i][j];
            }
        }
        return new Evaluation(point, -sum.logLikelihood(), gradient, curvature);
    }
}
