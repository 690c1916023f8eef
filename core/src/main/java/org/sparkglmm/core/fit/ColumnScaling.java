package org.sparkglmm.core.fit;

import java.util.List;
import org.sparkglmm.core.design.ColumnMoments;
import org.sparkglmm.core.design.DesignColumn;

/** The columns of one linear predictor brought to mean 0, if a constant beside them can take up the shift, and size 1. */
final class ColumnScaling {
    private final int intercept;
    private final double[] shift;
    private final double[] scale;

    /**
     * @param moments of the columns; null for a lone intercept
     * @param elsewhere whether constants outside this predictor take up the shift
     */
    ColumnScaling(ColumnMoments moments, List<DesignColumn> columns, boolean elsewhere) {
        int p = columns.size();
        intercept = RankCheck.interceptOf(columns);
        shift = new double[p];
        scale = new double[p];
        for (int c = 0; c < p; c++) {
            boolean centred = (elsewhere || intercept >= 0) && c != intercept;
            shift[c] = centred ? moments.mean(c) : 0;
            scale[c] = c == intercept ? 1 : size(moments, c, centred);
        }
    }

    private static double size(ColumnMoments moments, int c, boolean centred) {
        double square = (centred ? moments.scatter(c, c) : moments.rawScatter(c, c)) / moments.weight();
        return square > 0 ? Math.sqrt(square) : 1;
    }

    /** Index of the intercept among the columns, -1 without one. */
    int intercept() {
        return intercept;
    }

    /** What is taken off column c. */
    double shift(int c) {
        return shift[c];
    }

    double scale(int c) {
        return scale[c];
    }

    /** Writes raw = A · scaled for the coefficients from {@code at} on, in units of {@code unit}. */
    void toRaw(double[][] a, int at, double unit) {
        for (int c = 0; c < scale.length; c++) {
            a[at + c][at + c] = unit / scale[c];
            if (c != intercept && intercept >= 0) {
                a[at + intercept][at + c] = -unit * shift[c] / scale[c];
            }
        }
    }

    /** Writes A⁻¹ likewise. */
    void toScaled(double[][] a, int at, double unit) {
        for (int c = 0; c < scale.length; c++) {
            a[at + c][at + c] = scale[c] / unit;
            if (c != intercept && intercept >= 0) {
                a[at + intercept][at + c] = shift[c] / unit;
            }
        }
    }
}
