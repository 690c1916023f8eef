package org.sparkglmm.core.model;

/**
 * The outcome side of a block of rows, as columns of one length.
 *
 * <p>{@code size} is the number of trials of a binomial outcome, or the precision weight of one with a dispersion; {@code
 * weight} is the frequency weight that multiplies ℓ. Either is null where every row has 1. The arrays are shared, not
 * copied, and nobody writes to them.
 */
public final class Observations {

    final double[] y;
    final double[] size;
    final double[] weight;
    private transient Observations unweighted;

    public Observations(double[] y, double[] size, double[] weight) {
        this.y = y;
        this.size = size;
        this.weight = weight;
    }

    public int count() {
        return y.length;
    }

    public double y(int row) {
        return y[row];
    }

    public double size(int row) {
        return size == null ? 1 : size[row];
    }

    /** Whether sizes are kept; without, every row has 1. */
    public boolean hasSizes() {
        return size != null;
    }

    /** Whether weights are kept; without, every row has 1. */
    public boolean hasWeights() {
        return weight != null;
    }

    public double weight(int row) {
        return weight == null ? 1 : weight[row];
    }

    /** The same rows with a frequency weight of 1. */
    Observations unweighted() {
        if (weight == null) {
            return this;
        }
        Observations made = unweighted;
        if (made == null) {
            made = new Observations(y, size, null);
            unweighted = made;
        }
        return made;
    }
}
