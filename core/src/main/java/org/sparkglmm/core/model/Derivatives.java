package org.sparkglmm.core.model;

/** Room for w ℓ of some rows and its derivatives in η. */
public final class Derivatives {
    /** w ℓ. */
    public final double[] value;
    /** w ∂ℓ/∂η. */
    public final double[] first;
    /** w ∂²ℓ/∂η². */
    public final double[] second;
    /** w ∂³ℓ/∂η³. */
    public final double[] third;

    /** Numbers that a function of one row returns in an array. */
    private final double[][] scratch = new double[4][8];

    /** Numbers of every row that a model computes on its way; made when first asked for. */
    private final double[][] columns = new double[5][];

    private Derivatives inner;

    public Derivatives(int rows) {
        value = new double[rows];
        first = new double[rows];
        second = new double[rows];
        third = new double[rows];
    }

    /** Fills in row j from unweighted values. */
    void set(int j, double w, double l, double d1, double d2, double d3) {
        value[j] = w * l;
        first[j] = w * d1;
        second[j] = w * d2;
        third[j] = w * d3;
    }

    /** Multiplies what was filled in unweighted by the weights of rows from on, null for ones. */
    void weighted(double[] weight, int from, int count) {
        for (int j = 0; j < count && weight != null; j++) {
            value[j] *= weight[from + j];
            first[j] *= weight[from + j];
            second[j] *= weight[from + j];
            third[j] *= weight[from + j];
        }
    }

    /** Row j has no likelihood at this η: -infinity, or NaN where η is. */
    void setImpossible(int j, double eta) {
        set(j, 1, Double.isNaN(eta) ? Double.NaN : Double.NEGATIVE_INFINITY, 0, 0, 0);
    }

    /** One of four arrays of eight numbers that a model may use while it works on a row. */
    double[] scratch(int k) {
        return scratch[k];
    }

    /** One of five arrays of a number a row that a model may use while it works on some rows. */
    double[] column(int k) {
        if (columns[k] == null) {
            columns[k] = new double[value.length];
        }
        return columns[k];
    }

    /** Room of the same size for a model inside a model; made when first asked for, then kept. */
    Derivatives inner() {
        if (inner == null) {
            inner = new Derivatives(value.length);
        }
        return inner;
    }
}
