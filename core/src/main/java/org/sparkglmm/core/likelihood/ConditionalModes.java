package org.sparkglmm.core.likelihood;

import org.sparkglmm.core.design.ClusterBlock;

/**
 * The conditional modes b̂ = Λû of a block's clusters at given parameters, their conditional covariance ΛH⁻¹Λ' with the
 * parameters taken as known, and how the modes move with the parameters.
 */
public final class ConditionalModes {
    private final int q;
    private final double[] modes;
    private final double[] covariances;
    private final double[][][] derivatives;

    private ConditionalModes(int clusters, int q, boolean withDerivatives) {
        this.q = q;
        modes = new double[clusters * q];
        covariances = new double[clusters * q * q];
        derivatives = withDerivatives ? new double[clusters][][] : null;
    }

    /**
     * Finds them. Clusters without a mode (outcomes impossible at these parameters) get NaN.
     *
     * @param withDerivatives whether {@link #derivatives} will be asked for
     */
    public static ConditionalModes of(
            ClusterBlock block, MixedModel model, double[] parameters, boolean withDerivatives) {
        int q = model.layout().random();
        ConditionalModes out = new ConditionalModes(block.clusters(), q, withDerivatives);
        ClusterPosterior posterior = new ClusterPosterior(model, block, parameters);
        double[] start = new double[block.clusters() * q];
        double[] covariance = new double[q * q];
        for (int first = 0; first < block.clusters(); ) {
            int next = posterior.open(first, start);
            for (int k = 0; k < posterior.clusters(); k++) {
                int i = first + k;
                double[][] ofCluster = new double[withDerivatives ? q : 0][parameters.length];
                if (posterior.isFound(k)) {
                    posterior.effects(k, out.modes, i * q);
                    posterior.effectCovariance(k, covariance);
                    if (withDerivatives) {
                        posterior.effectDerivatives(k, ofCluster);
                    }
                } else {
                    java.util.Arrays.fill(out.modes, i * q, (i + 1) * q, Double.NaN);
                    java.util.Arrays.fill(covariance, Double.NaN);
                    for (double[] row : ofCluster) {
                        java.util.Arrays.fill(row, Double.NaN);
                    }
                }
                System.arraycopy(covariance, 0, out.covariances, i * q * q, q * q);
                if (withDerivatives) {
                    out.derivatives[i] = ofCluster;
                }
            }
            first = next;
        }
        return out;
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

    /** ∂b̂/∂(β, θ, ψ) of cluster i, q arrays. */
    public double[][] derivatives(int i) {
        return derivatives[i];
    }
}
