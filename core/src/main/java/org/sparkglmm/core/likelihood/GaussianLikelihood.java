package org.sparkglmm.core.likelihood;

import java.util.ArrayList;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.math.CompensatedSum;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.StandardNormal;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Objective;

/**
 * Minus the exact (restricted) log-likelihood of a gaussian model with identity link in (θ, log σ), where Λ is relative to
 * σ and β is profiled out: with S = [X y]'V⁻¹[X y] at σ = 1,
 *
 * <pre>-2 log L = log|M| + (n [-p]) (log 2π + 2 log σ) + rss/σ² [+ log|S_XX|],  rss = S_yy - S_yX S_XX⁻¹ S_Xy</pre>
 *
 * the terms in brackets for REML (Bates et al. 2015, eq. 34 and 41, before profiling σ).
 */
public final class GaussianLikelihood implements Objective {
    private final ClusterData data;
    private final ParameterLayout layout;
    private final double[] shift;
    private final boolean reml;

    /**
     * @param layout of the whole model, of which θ is used here
     * @param shift what to take off each column of X and off y before multiplying, against cancellation; it must leave the
     *     column space as it is
     * @param reml whether to maximise the restricted likelihood
     */
    public GaussianLikelihood(ClusterData data, ParameterLayout layout, double[] shift, boolean reml) {
        this.data = data;
        this.layout = layout;
        this.shift = shift.clone();
        this.reml = reml;
    }

    @Override
    public int dimension() {
        return layout.theta() + 1;
    }

    /** β̂ (of the shifted columns), S_XX and rss at a relative Λ. */
    public record Profile(double[] beta, double[][] sxx, double rss, double weight) {}

    /** The profiled fixed effects at θ: one pass. */
    public Profile profile(double[] theta) {
        CompensatedSum sums =
                GaussianPass.over(data, layout, shift, List.of(theta)).get(0);
        Reduced r = reduce(sums);
        double[][] sxx = new double[r.p][r.p];
        for (int i = 0; i < r.p; i++) {
            for (int j = 0; j < r.p; j++) {
                sxx[i][j] = r.s(i, j);
            }
        }
        return new Profile(r.beta, sxx, r.rss, sums.get(GaussianPass.WEIGHT));
    }

    @Override
    public List<Evaluation> evaluate(List<double[]> points) {
        List<double[]> thetas = new ArrayList<>();
        for (double[] point : points) {
            thetas.add(java.util.Arrays.copyOf(point, layout.theta()));
        }
        List<CompensatedSum> sums = GaussianPass.over(data, layout, shift, thetas);
        List<Evaluation> out = new ArrayList<>();
        for (int k = 0; k < points.size(); k++) {
            out.add(evaluation(points.get(k), sums.get(k)));
        }
        return out;
    }

    private Evaluation evaluation(double[] point, CompensatedSum sums) {
        double[] gradient = new double[point.length];
        Reduced r = reduce(sums);
        if (r.inverse == null) {
            return new Evaluation(point, Double.NaN, gradient);
        }
        double logSigma = point[point.length - 1];
        double inverseVariance = Elementary.exp(-2 * logSigma);
        double degrees = sums.get(GaussianPass.WEIGHT) - (reml ? r.p : 0);
        double twice = sums.get(GaussianPass.LOG_DETERMINANT) + 2 * degrees * logSigma + r.rss * inverseVariance;
        if (reml) {
            twice += r.logDeterminant;
        }
        // The constants hold -½ log 2π a row (by weight) and ½ log of the precision weights.
        double value =
                0.5 * twice - sums.get(GaussianPass.CONSTANT) - (reml ? r.p * StandardNormal.HALF_LOG_TWO_PI : 0);
        for (int t = 0; t < layout.theta(); t++) {
            int at = GaussianPass.derivativeStart(r.width, t);
            double rssDerivative = 0;
            double trace = 0;
            for (int i = 0; i < r.width; i++) {
                for (int j = 0; j < r.width; j++) {
                    double ds = sums.get(at + 1 + i * r.width + j);
                    rssDerivative += r.contrast(i) * r.contrast(j) * ds;
                    if (i < r.p && j < r.p) {
                        trace += r.inverse.get(i, j) * ds;
                    }
                }
            }
            gradient[t] = 0.5 * (sums.get(at) + inverseVariance * rssDerivative + (reml ? trace : 0));
        }
        gradient[point.length - 1] = degrees - r.rss * inverseVariance;
        return new Evaluation(point, value, gradient);
    }

    /** S with β eliminated. */
    private static final class Reduced {
        int width;
        int p;
        CompensatedSum sums;
        double[] beta;
        double rss;
        double logDeterminant;
        DMatrixRMaj inverse;

        double s(int i, int j) {
            return sums.get(GaussianPass.S + i * width + j);
        }

        /** The vector (-β̂, 1). */
        double contrast(int i) {
            return i < p ? -beta[i] : 1;
        }
    }

    private Reduced reduce(CompensatedSum sums) {
        Reduced r = new Reduced();
        r.sums = sums;
        r.width = shift.length;
        r.p = r.width - 1;
        r.beta = new double[r.p];
        r.rss = r.s(r.p, r.p);
        if (r.p == 0) {
            r.inverse = new DMatrixRMaj(0, 0);
            return r;
        }
        DMatrixRMaj sxx = new DMatrixRMaj(r.p, r.p);
        for (int i = 0; i < r.p; i++) {
            for (int j = 0; j < r.p; j++) {
                sxx.set(i, j, 0.5 * (r.s(i, j) + r.s(j, i)));
            }
        }
        LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.symmPosDef(r.p);
        if (!Double.isFinite(sums.get(GaussianPass.LOG_DETERMINANT)) || !solver.setA(sxx.copy())) {
            return r;
        }
        DMatrixRMaj inverse = new DMatrixRMaj(r.p, r.p);
        solver.invert(inverse);
        r.inverse = inverse;
        for (int i = 0; i < r.p; i++) {
            for (int j = 0; j < r.p; j++) {
                r.beta[i] += inverse.get(i, j) * r.s(j, r.p);
            }
        }
        for (int i = 0; i < r.p; i++) {
            r.rss -= r.beta[i] * r.s(i, r.p);
        }
        r.logDeterminant = logDeterminant(sxx, r.p);
        return r;
    }

    private static double logDeterminant(DMatrixRMaj symmetric, int p) {
        double[] a = symmetric.data.clone();
        return org.sparkglmm.core.math.SmallMatrices.choleskyInPlace(a, p) ? sumLogDiagonal(a, p) : Double.NaN;
    }

    private static double sumLogDiagonal(double[] chol, int p) {
        double sum = 0;
        for (int i = 0; i < p; i++) {
            sum += 2 * Elementary.log(chol[i * p + i]);
        }
        return sum;
    }
}
