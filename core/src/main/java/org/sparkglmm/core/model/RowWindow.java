package org.sparkglmm.core.model;

/**
 * Some hundred neighbouring rows of a block with their linear predictors: what an {@link ObservationModel} evaluates in one call. The
 * arrays are shared, and only whoever made the window writes to them.
 */
public final class RowWindow {
    final Observations observations;
    final int from;
    final int count;
    final double[] eta;
    final double[][] prepared;

    /**
     * @param observations of the block
     * @param from first row
     * @param count rows
     * @param eta linear predictor, eta[j] belongs to row from + j
     * @param prepared what {@link ObservationModel#prepare} made, by row of the block
     */
    public RowWindow(Observations observations, int from, int count, double[] eta, double[][] prepared) {
        this.observations = observations;
        this.from = from;
        this.count = count;
        this.eta = eta;
        this.prepared = prepared;
    }

    /** Number of rows. */
    public int count() {
        return count;
    }

    /** The linear predictor of each row. */
    public double[] eta() {
        return eta;
    }

    /** The same rows elsewhere. */
    public RowWindow at(double[] otherEta) {
        return new RowWindow(observations, from, count, otherEta, prepared);
    }

    /** The same rows with a frequency weight of 1. */
    RowWindow unweighted() {
        return new RowWindow(observations.unweighted(), from, count, eta, prepared);
    }
}
