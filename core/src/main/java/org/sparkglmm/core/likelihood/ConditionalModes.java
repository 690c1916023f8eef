package org.sparkglmm.core.likelihood;

import java.util.Arrays;
import org.sparkglmm.core.design.ClusterBlock;

/**
 * The conditional modes b̂ = Λû of a block's clusters at given parameters, their conditional covariance ΛH⁻¹Λ' with the
 * parameters taken as known, and how the modes move with the parameters.
 */
public final class ConditionalModes {
    private final int q;
    private final double[] modes;
    private final double[] covariances;
    private double[][][] derivatives;
    private double[] influences;

    private ConditionalModes(int clusters, int q) {
        this.q = q;
        modes = new double[clusters * q];
        covariances = new double[clusters * q * q];
    }

    /**
     * Finds them. Clusters without a mode (outcomes impossible at these parameters) get NaN.
     *
     * @param withDerivatives whether {@link #derivatives} will be asked for
     */
    public static ConditionalModes of(
            ClusterBlock block, MixedModel model, double[] parameters, boolean withDerivatives) {
        int q = model.layout().random();
        ConditionalModes out = new ConditionalModes(block.clusters(), q);
        if (withDerivatives) {
            out.derivatives = new double[block.clusters()][q][parameters.length];
        }
        ModeSearch search = new ModeSearch(new ClusterWindow(model, block));
        search.setParameters(parameters);
        ClusterPosterior posterior = new ClusterPosterior(search);
        search.eachWindow(new double[block.clusters() * q], false, () -> out.take(posterior));
        return out;
    }

    /**
     * Finds them and their derivatives, and what each cluster does to the estimates.
     *
     * @param change rows V_k/se_k: by a score, the change of estimate k in standard errors
     */
    public static ConditionalModes withInfluences(
            ClusterBlock block, MixedModel model, GaussHermite grid, double[] parameters, double[][] change) {
        int q = model.layout().random();
        ConditionalModes out = new ConditionalModes(block.clusters(), q);
        out.influences = new double[block.clusters()];
        out.derivatives = new double[block.clusters()][q][parameters.length];
        ModeSearch search = new ModeSearch(new ClusterWindow(model, block));
        search.setParameters(parameters);
        ClusterIntegral integral = new ClusterIntegral(search, grid, false);
        ClusterPosterior posterior = new ClusterPosterior(search);
        double[] work = new double[block.clusters()];
        double[] influence = new double[block.clusters()];
        search.eachWindow(new double[block.clusters() * q], false, () -> {
            integral.integrate(Wanted.Order.GRADIENT);
            ScoreSum.largestChanges(change, integral.gradients(), integral.clusters(), work, influence);
            System.arraycopy(influence, 0, out.influences, integral.first(), integral.clusters());
            out.take(posterior);
        });
        return out;
    }

    /** Takes what is wanted of the clusters of an open window. */
    private void take(ClusterPosterior posterior) {
        double[] covariance = new double[q * q];
        for (int i = 0; i < posterior.clusters(); i++) {
            int at = posterior.first() + i;
            boolean found = posterior.isFound(i);
            if (found) {
                posterior.effects(i, modes, at * q);
                posterior.effectCovariance(i, covariance);
            } else {
                Arrays.fill(modes, at * q, (at + 1) * q, Double.NaN);
                Arrays.fill(covariance, Double.NaN);
            }
            System.arraycopy(covariance, 0, covariances, at * q * q, q * q);
            for (int d = 0; derivatives != null && d < q; d++) {
                Arrays.fill(derivatives[at][d], Double.NaN);
            }
            if (found && derivatives != null) {
                posterior.effectDerivatives(i, derivatives[at]);
            }
        }
    }

    /** Turns modes and covariances into those of other effects, A times these. */
    public void turn(double[][] a) {
        double[] work = new double[q];
        for (int at = 0; at < modes.length; at += q) {
            multiply(a, modes, at, 1, work);
            for (int r = 0; r < q; r++) {
                multiply(a, covariances, at * q + r * q, 1, work);
            }
            for (int c = 0; c < q; c++) {
                multiply(a, covariances, at * q + c, q, work);
            }
        }
    }

    /** v := Av, v every {@code step}-th number from {@code at} on. */
    private static void multiply(double[][] a, double[] v, int at, int step, double[] work) {
        for (int r = 0; r < work.length; r++) {
            work[r] = 0;
            for (int c = 0; c < work.length; c++) {
                work[r] += a[r][c] * v[at + c * step];
            }
        }
        for (int r = 0; r < work.length; r++) {
            v[at + r * step] = work[r];
        }
    }

    /** Random effect r of cluster i. */
    public double mode(int i, int r) {
        return modes[i * q + r];
    }

    /** Its conditional standard deviation. */
    public double deviation(int i, int r) {
        return Math.sqrt(covariance(i, r, r));
    }

    /** The conditional covariance of random effects r and c of cluster i. */
    public double covariance(int i, int r, int c) {
        return covariances[(i * q + r) * q + c];
    }

    /** The conditional covariance of the random effects of cluster i, q×q row by row. */
    public double[] covariance(int i) {
        return Arrays.copyOfRange(covariances, i * q * q, (i + 1) * q * q);
    }

    /** The largest change of any estimate by cluster i, in standard errors; NaN without a likelihood. */
    public double influence(int i) {
        return influences[i];
    }

    /** ∂b̂/∂(β, θ, ψ) of cluster i, q arrays. */
    public double[][] derivatives(int i) {
        return derivatives[i];
    }
}
