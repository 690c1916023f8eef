package org.sparkglmm.core.diagnostics;

import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.sparkglmm.core.diagnostics.Diagnostics.Bin;

/** Whether a parabola through the bins' mean residuals takes away what they depend on: that a square would improve the fit. */
final class Parabola {
    /** Of the weighted sum of squared means. */
    private static final double MOST = 0.5;

    private Parabola() {}

    static boolean explains(List<Bin> bins) {
        double rows = bins.stream().mapToLong(Bin::rows).sum();
        double centre = bins.stream().mapToDouble(b -> b.rows() * b.at()).sum() / rows;
        double unit =
                bins.stream().mapToDouble(b -> Math.abs(b.at() - centre)).max().orElse(1);
        DMatrixRMaj xx = new DMatrixRMaj(3, 3);
        DMatrixRMaj xy = new DMatrixRMaj(3, 1);
        double all = 0;
        for (Bin bin : bins) {
            double t = (bin.at() - centre) / unit;
            double[] x = {1, t, t * t};
            for (int i = 0; i < 3; i++) {
                xy.add(i, 0, bin.rows() * x[i] * bin.mean());
                for (int j = 0; j < 3; j++) {
                    xx.add(i, j, bin.rows() * x[i] * x[j]);
                }
            }
            all += bin.rows() * bin.mean() * bin.mean();
        }
        DMatrixRMaj fit = new DMatrixRMaj(3, 1);
        return CommonOps_DDRM.solve(xx, xy, fit) && CommonOps_DDRM.dot(fit, xy) > MOST * all;
    }
}
