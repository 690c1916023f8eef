package org.sparkglmm.spark.data;

import java.io.Serializable;

/**
 * A person's effects as a fit saved them, of the columns about 0, turned into those of columns about centres. Far from 0 the covariance
 * about 0 has lost the digits that this needs; then there is none.
 */
final class SavedEffects implements Serializable {
    private static final long serialVersionUID = 1;

    /** What rounding may be of a variance at most: half of it in its standard error. */
    private static final double WORST = 0.01;
    /** Of a sum of products of numbers that were rounded themselves, in units of its largest part. */
    private static final double ROUNDING = 8 * Math.ulp(1.0);

    private final double[][] toCentred;

    /** @param toCentred effects about the centres = this times those about 0 */
    SavedEffects(double[][] toCentred) {
        this.toCentred = toCentred;
    }

    double[] effects(double[] saved) {
        double[] out = new double[saved.length];
        for (int r = 0; r < out.length; r++) {
            for (int c = 0; c < out.length; c++) {
                out[r] += toCentred[r][c] * saved[c];
            }
        }
        return out;
    }

    /** Null where it cannot be had. */
    double[][] covariance(double[][] saved) {
        int q = saved.length;
        double[][] out = new double[q][q];
        boolean lost = false;
        for (int r = 0; r < q; r++) {
            for (int s = 0; s < q; s++) {
                double size = 0;
                for (int c = 0; c < q; c++) {
                    for (int d = 0; d < q; d++) {
                        double part = toCentred[r][c] * saved[c][d] * toCentred[s][d];
                        out[r][s] += part;
                        size += Math.abs(part);
                    }
                }
                // A variance of exactly 0 is that of an effect without any, and was not rounded.
                lost |= r == s && size > 0 && !(ROUNDING * size <= WORST * out[r][r]);
            }
        }
        return lost ? null : out;
    }
}
