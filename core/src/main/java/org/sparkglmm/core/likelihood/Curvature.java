package org.sparkglmm.core.likelihood;

import java.util.ArrayList;
import java.util.List;

/**
 * The log-likelihood, its gradient and its Hessian at one parameter vector, from one pass: exact in β and θ ({@link
 * ClusterCurvature}), and with ψ by central differences of the exact gradient.
 */
public final class Curvature {
    /**
     * Of a unit of ψ: truncation is some 2e-9 relative to third derivatives; at less, densities that are sums of large terms (tweedie
     * with next to no spread) are rough.
     */
    static final double STEP = 1e-4;

    private final List<double[]> points;
    private final List<LikelihoodSum> likelihoods;
    private final HessianSum exact;

    private Curvature(List<double[]> points, List<LikelihoodSum> likelihoods, HessianSum exact) {
        this.points = points;
        this.likelihoods = likelihoods;
        this.exact = exact;
    }

    /** The parameters themselves, then pairs of them with one ψ moved up and down. */
    static List<double[]> points(double[] parameters, int firstPsi, double step) {
        List<double[]> points = new ArrayList<>();
        points.add(parameters);
        for (int i = firstPsi; i < parameters.length; i++) {
            double h = step * Math.max(1, Math.abs(parameters[i]));
            double[] above = parameters.clone();
            double[] below = parameters.clone();
            above[i] += h;
            below[i] -= h;
            points.add(above);
            points.add(below);
        }
        return points;
    }

    /**
     * The stops of a pass that ask for it.
     *
     * @param points as {@link #points} gives them
     * @param more what else is wanted at the parameters themselves
     */
    static List<WindowPass.Stop> stops(MixedModel model, GaussHermite grid, List<double[]> points, Wanted<?>... more) {
        int size = model.layout().size();
        List<WindowPass.Stop> out = new ArrayList<>();
        List<Wanted<?>> wanted = new ArrayList<>(List.of(more));
        wanted.add(LikelihoodSum.wanted(size));
        wanted.add(HessianSum.wanted(model.layout().psiStart()));
        out.add(new WindowPass.Stop(points.get(0), grid, wanted.toArray(Wanted<?>[]::new)));
        for (double[] point : points.subList(1, points.size())) {
            out.add(new WindowPass.Stop(point, grid, LikelihoodSum.wanted(size)));
        }
        return out;
    }

    /**
     * What such a pass says.
     *
     * @param points of its first stops
     */
    static Curvature of(List<double[]> points, WindowPass.Sum sum) {
        List<LikelihoodSum> likelihoods = new ArrayList<>();
        for (int k = 0; k < points.size(); k++) {
            likelihoods.add(sum.at(k, LikelihoodSum.class));
        }
        return new Curvature(points, likelihoods, sum.at(0, HessianSum.class));
    }

    boolean isFinite() {
        return exact.isFinite() && likelihoods.stream().allMatch(LikelihoodSum::isFinite);
    }

    /** Log-likelihood and gradient at the parameters. */
    public LikelihoodSum likelihood() {
        return likelihoods.get(0);
    }

    /** ∂² log-likelihood, symmetric; null if the likelihood cannot be evaluated around the parameters. */
    public double[][] hessian() {
        if (!isFinite()) {
            return null;
        }
        int n = points.get(0).length;
        int m = exact.size();
        double[][] out = new double[n][n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j <= i; j++) {
                out[i][j] = exact.get(i, j);
                out[j][i] = out[i][j];
            }
        }
        for (int i = m; i < n; i++) {
            double[] slope = difference(i, 1 + 2 * (i - m));
            for (int j = 0; j < n; j++) {
                // What lies between two ψ is differenced by each: their mean.
                double part = (j < m ? 1 : 0.5) * slope[j];
                out[i][j] += part;
                out[j][i] += part;
            }
        }
        return out;
    }

    /** ∂ gradient / ∂ parameter i, from the points that move it. */
    private double[] difference(int i, int above) {
        double width = points.get(above)[i] - points.get(above + 1)[i];
        double[] out = likelihoods.get(above).gradient();
        double[] below = likelihoods.get(above + 1).gradient();
        for (int j = 0; j < out.length; j++) {
            out[j] = (out[j] - below[j]) / width;
        }
        return out;
    }
}
