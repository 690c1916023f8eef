package org.sparkglmm.core.likelihood;

import org.sparkglmm.core.design.ClusterBlock;

/**
 * The conditional modes b̂ = Λû of a block's clusters at given parameters, and their conditional standard deviations
 * √diag(ΛH⁻¹Λ') with the parameters taken as known.
 */
public final class ConditionalModes {
    private final int q;
    private final double[] modes;
    private final double[] deviations;

    private ConditionalModes(int clusters, int q) {
        this.q = q;
        modes = new double[clusters * q];
        deviations = new double[clusters * q];
    }

    /** Clusters without a mode (outcomes impossible at these parameters) get NaN. */
    public static ConditionalModes of(ClusterBlock block, MixedModel model, double[] parameters) {
        int q = model.layout().random();
        ConditionalModes out = new ConditionalModes(block.clusters(), q);
        ClusterIntegral integral = new ClusterIntegral(model, new GaussHermite(1, q), block);
        integral.setParameters(parameters);
        double[] start = new double[q];
        for (int i = 0; i < block.clusters(); i++) {
            if (Double.isNaN(integral.findMode(i, start, 0))) {
                java.util.Arrays.fill(out.modes, i * q, (i + 1) * q, Double.NaN);
                java.util.Arrays.fill(out.deviations, i * q, (i + 1) * q, Double.NaN);
                continue;
            }
            integral.effects(out.modes, i * q);
            integral.effectDeviations(out.deviations, i * q);
        }
        return out;
    }

    /** Random effect r of cluster i. */
    public double mode(int i, int r) {
        return modes[i * q + r];
    }

    /** Its conditional standard deviation. */
    public double deviation(int i, int r) {
        return deviations[i * q + r];
    }
}
