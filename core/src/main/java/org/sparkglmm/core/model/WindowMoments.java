package org.sparkglmm.core.model;

/** Room for the moments of the outcomes of some rows: see {@link OutcomeMoments#moments}. */
public final class WindowMoments {
    /** E[Y]. */
    public final double[] mean;
    /** ∂E[Y]/∂η. */
    public final double[] slope;
    /** Var[Y]. */
    public final double[] variance;

    /** @param rows of the largest window */
    public WindowMoments(int rows) {
        mean = new double[rows];
        slope = new double[rows];
        variance = new double[rows];
    }
}
