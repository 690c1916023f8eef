package org.sparkglmm.core.model;

/** Room for the weighted derivatives w ℓ', w ℓ'' and w ℓ''' in η of the rows of one cluster. */
public final class Derivatives {
    /** w ∂ℓ/∂η. */
    public final double[] first;
    /** w ∂²ℓ/∂η². */
    public final double[] second;
    /** w ∂³ℓ/∂η³. */
    public final double[] third;

    public Derivatives(int rows) {
        first = new double[rows];
        second = new double[rows];
        third = new double[rows];
    }
}
