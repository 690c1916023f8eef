package org.sparkglmm.core.likelihood;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.SummingPass;
import org.sparkglmm.core.math.CompensatedSum;
import org.sparkglmm.core.math.Fingerprint;
import org.sparkglmm.core.math.NumberTape;
import org.sparkglmm.core.model.ParameterLayout;

/**
 * The log-likelihood, its gradient and its Hessian at one parameter vector, in one pass: exact in β and θ ({@link
 * ClusterCurvature}), and with ψ by central differences of the exact gradient.
 */
public final class CurvaturePass implements SummingPass<CurvaturePass.Sum> {
    private static final long serialVersionUID = 1;
    /**
     * Of a unit of ψ: truncation is some 2e-9 relative to third derivatives; at less, densities that are sums of large terms (tweedie
     * with next to no spread) are rough.
     */
    private static final double STEP = 1e-4;

    private static final int ATTEMPTS = 4;

    private final MixedModel model;
    private final GaussHermite grid;
    /** The parameters themselves, then pairs of them with one ψ moved. */
    private final List<double[]> points;

    private final ModeTrail trail;

    private CurvaturePass(MixedModel model, GaussHermite grid, List<double[]> points, ModeTrail trail) {
        this.model = model;
        this.grid = grid;
        this.points = new ArrayList<>(points);
        this.trail = trail;
    }

    /** With the first step to try. */
    static CurvaturePass at(MixedModel model, GaussHermite grid, double[] parameters, ModeTrail trail) {
        return new CurvaturePass(model, grid, points(parameters, model.layout().psiStart(), STEP), trail);
    }

    /**
     * Over all clusters; each ψ costs two gradients.
     *
     * @param trail of the passes before
     */
    static Sum over(ClusterData data, MixedModel model, GaussHermite grid, double[] parameters, ModeTrail trail) {
        int firstPsi = model.layout().psiStart();
        double step = STEP;
        for (int attempt = 1; ; attempt++) {
            List<double[]> points = points(parameters, firstPsi, step);
            Sum total = data.total(new CurvaturePass(model, grid, points, trail));
            if (!total.likelihood().isFinite()
                    || total.isFinite()
                    || firstPsi == parameters.length
                    || attempt == ATTEMPTS) {
                return total;
            }
            // The point is close to the edge of the domain: look closer.
            step /= 10;
        }
    }

    private static List<double[]> points(double[] parameters, int firstPsi, double step) {
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

    @Override
    public Sum nothing() {
        return new Sum(model.layout(), points);
    }

    @Override
    public long fingerprint() {
        Fingerprint out = new Fingerprint().add("curvature").add(grid.nodes());
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

    /** @param modes where to begin; where they are at the parameters afterwards */
    Sum apply(ClusterBlock block, double[] modes) {
        Sum out = nothing();
        ClusterIntegral integral = ClusterIntegral.withCurvature(model, grid, block);
        for (int k = 0; k < points.size(); k++) {
            integral.setParameters(points.get(k));
            for (int i = 0; i < block.clusters(); ) {
                i = integral.open(i, modes);
                if (k == 0) {
                    integral.keepModes(modes);
                }
                integral.integrate(k == 0 ? out.hessian : null);
                integral.addTo(out.likelihoods[k]);
            }
        }
        return out;
    }

    /** What clusters add up to. */
    public static final class Sum implements SummingPass.Sum<Sum> {
        private static final long serialVersionUID = 1;

        /** How many of the parameters the exact Hessian has. */
        private final int exact;

        private final ArrayList<double[]> points;
        private final LikelihoodSum[] likelihoods;
        /** In β and θ, lower triangle row by row. */
        private final CompensatedSum hessian;

        private Sum(ParameterLayout layout, List<double[]> points) {
            exact = layout.psiStart();
            this.points = new ArrayList<>(points);
            likelihoods = new LikelihoodSum[points.size()];
            for (int k = 0; k < likelihoods.length; k++) {
                likelihoods[k] = new LikelihoodSum(layout.size());
            }
            hessian = new CompensatedSum(exact * (exact + 1) / 2);
        }

        @Override
        public void merge(Sum other) {
            for (int k = 0; k < likelihoods.length; k++) {
                likelihoods[k].merge(other.likelihoods[k]);
            }
            hessian.merge(other.hessian);
        }

        @Override
        public void save(NumberTape to) {
            for (LikelihoodSum sum : likelihoods) {
                sum.save(to);
            }
            hessian.save(to);
        }

        @Override
        public void restore(NumberTape from) {
            for (LikelihoodSum sum : likelihoods) {
                sum.restore(from);
            }
            hessian.restore(from);
        }

        private boolean isFinite() {
            for (LikelihoodSum sum : likelihoods) {
                if (!(Math.abs(sum.logLikelihood()) < Double.POSITIVE_INFINITY)) {
                    return false;
                }
            }
            for (int k = 0; k < hessian.length(); k++) {
                if (!(Math.abs(hessian.get(k)) < Double.POSITIVE_INFINITY)) {
                    return false;
                }
            }
            return true;
        }

        /** Log-likelihood and gradient at the parameters. */
        public LikelihoodSum likelihood() {
            return likelihoods[0];
        }

        /** ∂² log-likelihood, symmetric; null if the likelihood cannot be evaluated around the parameters. */
        public double[][] hessian() {
            if (!isFinite()) {
                return null;
            }
            int n = points.get(0).length;
            double[][] out = new double[n][n];
            for (int i = 0; i < exact; i++) {
                for (int j = 0; j <= i; j++) {
                    out[i][j] = hessian.get(i * (i + 1) / 2 + j);
                    out[j][i] = out[i][j];
                }
            }
            for (int i = exact; i < n; i++) {
                double[] slope = difference(i, 1 + 2 * (i - exact));
                for (int j = 0; j < n; j++) {
                    // What lies between two ψ is differenced by each: their mean.
                    double part = (j < exact ? 1 : 0.5) * slope[j];
                    out[i][j] += part;
                    out[j][i] += part;
                }
            }
            return out;
        }

        /** ∂ gradient / ∂ parameter i, from the points that move it. */
        private double[] difference(int i, int above) {
            double width = points.get(above)[i] - points.get(above + 1)[i];
            double[] out = likelihoods[above].gradient();
            double[] below = likelihoods[above + 1].gradient();
            for (int j = 0; j < out.length; j++) {
                out[j] = (out[j] - below[j]) / width;
            }
            return out;
        }
    }
}
