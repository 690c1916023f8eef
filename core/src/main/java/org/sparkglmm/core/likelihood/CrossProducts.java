package org.sparkglmm.core.likelihood;

import java.util.Arrays;
import org.sparkglmm.core.design.ClusterBlock;

/**
 * The sufficient statistics of a gaussian block: for every cluster Z'WZ and Z'WC, for the block C'WC, with C = [X - m, y -
 * offset - m_y] and W the product of frequency and precision weights. Iterations touch these and no rows.
 */
final class CrossProducts {
    final int clusters;
    final int q;
    /** Columns of C: p + 1. */
    final int width;
    /** Cluster after cluster, q×q row-major. */
    final double[] zz;
    /** Cluster after cluster, q×width row-major. */
    final double[] zc;
    /** width×width. */
    final double[] cc;
    /** Σ frequency weights. */
    final double weight;
    /** Σ log-likelihood constants. */
    final double logConstant;

    private final double[] shift;

    CrossProducts(ClusterBlock block, double[] shift) {
        this.shift = shift.clone();
        clusters = block.clusters();
        q = block.z().length;
        width = block.x().length + 1;
        zz = new double[clusters * q * q];
        zc = new double[clusters * q * width];
        cc = new double[width * width];
        double[] row = new double[width];
        double total = 0;
        double constants = 0;
        for (int i = 0; i < clusters; i++) {
            constants += block.logConstant(i);
            for (int j = block.start(i); j < block.start(i + 1); j++) {
                double frequency = block.observations().weight(j);
                double w = frequency * block.observations().size(j);
                total += frequency;
                for (int c = 0; c < width - 1; c++) {
                    row[c] = block.x()[c].at(i, j) - shift[c];
                }
                row[width - 1] =
                        block.observations().y(j) - (block.offset() == null ? 0 : block.offset()[j]) - shift[width - 1];
                for (int c = 0; c < width; c++) {
                    for (int d = 0; d <= c; d++) {
                        cc[c * width + d] += w * row[c] * row[d];
                    }
                }
                for (int r = 0; r < q; r++) {
                    double wz = w * block.z()[r].at(i, j);
                    for (int t = 0; t <= r; t++) {
                        zz[(i * q + r) * q + t] += wz * block.z()[t].at(i, j);
                    }
                    for (int c = 0; c < width; c++) {
                        zc[(i * q + r) * width + c] += wz * row[c];
                    }
                }
            }
            for (int r = 0; r < q; r++) {
                for (int t = 0; t < r; t++) {
                    zz[(i * q + t) * q + r] = zz[(i * q + r) * q + t];
                }
            }
        }
        for (int c = 0; c < width; c++) {
            for (int d = 0; d < c; d++) {
                cc[d * width + c] = cc[c * width + d];
            }
        }
        weight = total;
        logConstant = constants;
    }

    /** Whether these were taken about that shift. */
    boolean isAbout(double[] other) {
        return Arrays.equals(shift, other);
    }
}
