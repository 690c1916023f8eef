package org.sparkglmm.core.likelihood;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.sparkglmm.core.design.ClusterData;

/**
 * Passes over a data set with a model, by any rule of quadrature; conditional modes of one are where those of the next begin.
 */
public final class LikelihoodPasses {
    /** Ever smaller differences in ψ. */
    private static final int ATTEMPTS = 4;

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
        int size = model.layout().size();
        List<WindowPass.Stop> stops = new ArrayList<>();
        for (double[] point : points) {
            stops.add(new WindowPass.Stop(point, grid, LikelihoodSum.wanted(size)));
        }
        WindowPass.Sum total = pass(stops);
        trail = trail.then(points.get(0));
        return IntStream.range(0, points.size())
                .mapToObj(k -> total.at(k, LikelihoodSum.class))
                .toList();
    }

    private WindowPass.Sum pass(List<WindowPass.Stop> stops) {
        return data.total(new WindowPass(model, stops, trail));
    }

    /** Log-likelihood, gradient and Hessian in one pass; more of them only where the family's own ψ are near an edge. */
    public Curvature curvature(GaussHermite grid, double[] parameters) {
        int firstPsi = model.layout().psiStart();
        double step = Curvature.STEP;
        for (int attempt = 1; ; attempt++) {
            List<double[]> points = Curvature.points(parameters, firstPsi, step);
            Curvature out = Curvature.of(points, pass(Curvature.stops(model, grid, points)));
            if (!out.likelihood().isFinite()
                    || out.isFinite()
                    || firstPsi == parameters.length
                    || attempt == ATTEMPTS) {
                trail = trail.then(parameters);
                return out;
            }
            // The point is close to the edge of the domain: look closer.
            step /= 10;
        }
    }

    /**
     * All that is wanted at the estimates.
     *
     * @param check finer rules
     * @param change rows V_k/se_k: by a score, the change of estimate k in standard errors
     * @param withHessian whether the Hessian is wanted too
     */
    public FinalSums atEstimates(
            GaussHermite grid, FinerRules check, double[] parameters, double[][] change, boolean withHessian) {
        int size = model.layout().size();
        Wanted<ScoreSum> scores = ScoreSum.wanted(size, change);
        List<double[]> points = Curvature.points(parameters, model.layout().psiStart(), Curvature.STEP);
        List<WindowPass.Stop> stops = withHessian
                ? Curvature.stops(model, grid, points, scores)
                : new ArrayList<>(List.of(new WindowPass.Stop(parameters, grid, scores)));
        int finer = stops.size();
        if (check.finer() != null) {
            stops.add(new WindowPass.Stop(parameters, check.finer(), LikelihoodSum.wanted(size)));
        }
        int finest = stops.size();
        if (check.finest() != null) {
            stops.add(new WindowPass.Stop(parameters, check.finest(), ValueSum.wanted()));
        }
        WindowPass.Sum total = pass(stops);
        trail = trail.then(parameters);
        return new FinalSums(
                total.at(0, ScoreSum.class),
                check.finer() == null ? null : total.at(finer, LikelihoodSum.class),
                check.finest() == null
                        ? Double.NaN
                        : total.at(finest, ValueSum.class).logLikelihood(),
                withHessian ? Curvature.of(points, total) : null);
    }
}
