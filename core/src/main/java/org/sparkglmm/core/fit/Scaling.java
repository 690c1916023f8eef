package org.sparkglmm.core.fit;

import java.util.List;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.model.ParameterLayout;

/**
 * The variables the optimizer sees: effects of columns brought to mean 0 (if there is an intercept) and standard
 * deviation 1, and rows of Λ for columns of Z treated alike, both in units of η. Parameters are A times these, so a year in 2020 or
 * an income in cents costs neither accuracy nor steps.
 */
final class Scaling {
    private final ParameterLayout layout;
    private final int intercept;
    private final double[] shift;
    private final double[] scale;
    private final double[] zScale;
    private final double[] zShift;
    /** Per column of Z the row of Λ that takes up its shift, -1 for none. */
    private final int[] zIntercept;

    private final double unit;

    /** @param unit the size of a sensible change of η */
    Scaling(
            DataMoments moments,
            List<DesignColumn> columns,
            List<List<DesignColumn>> random,
            ParameterLayout layout,
            double unit) {
        this.layout = layout;
        this.unit = unit;
        int p = layout.fixed();
        intercept = RankCheck.interceptOf(columns);
        shift = new double[p];
        scale = new double[p];
        for (int c = 0; c < p; c++) {
            boolean centred = intercept >= 0 && c != intercept;
            shift[c] = centred ? moments.mean(c) : 0;
            double square = (centred ? moments.scatter(c, c) : moments.rawScatter(c, c)) / moments.weight();
            scale[c] = c == intercept || !(square > 0) ? 1 : Math.sqrt(square);
        }
        zScale = new double[layout.random()];
        zShift = new double[layout.random()];
        zIntercept = new int[layout.random()];
        for (int r = 0; r < zScale.length; r++) {
            zScale[r] = moments.zRootMeanSquare(r) > 0 ? moments.zRootMeanSquare(r) : 1;
        }
        centre(moments, random);
    }

    /** Columns of Z beside an intercept in their term are centred too. */
    private void centre(DataMoments moments, List<List<DesignColumn>> random) {
        java.util.Arrays.fill(zIntercept, -1);
        int start = 0;
        for (List<DesignColumn> term : random) {
            boolean hasIntercept = term.get(0).components().isEmpty();
            for (int r = start + 1; hasIntercept && r < start + term.size(); r++) {
                double mean = moments.zMean(r);
                double variance = zScale[r] * zScale[r] - mean * mean;
                // Rounding of the difference of two squares; a column this close to constant stays as it is.
                if (variance > 1e-12 * zScale[r] * zScale[r]) {
                    zIntercept[r] = start;
                    zShift[r] = mean;
                    zScale[r] = Math.sqrt(variance);
                }
            }
            start += term.size();
        }
    }

    /** What is taken off column c of X. */
    double shift(int c) {
        return shift[c];
    }

    double unit() {
        return unit;
    }

    int intercept() {
        return intercept;
    }

    /** A: raw parameters (β, θ, ψ) = A · scaled ones. */
    double[][] toRaw() {
        int n = layout.size();
        double[][] a = new double[n][n];
        for (int c = 0; c < layout.fixed(); c++) {
            a[c][c] = unit / scale[c];
            if (c != intercept && intercept >= 0) {
                a[intercept][c] = -unit * shift[c] / scale[c];
            }
        }
        for (int t = 0; t < layout.theta(); t++) {
            int i = layout.thetaStart() + t;
            int r = layout.row(t);
            a[i][i] = unit / zScale[r];
            if (zIntercept[r] >= 0) {
                a[thetaAt(zIntercept[r], layout.column(t))][i] = -unit * zShift[r] / zScale[r];
            }
        }
        for (int k = layout.psiStart(); k < n; k++) {
            a[k][k] = 1;
        }
        return a;
    }

    /** A⁻¹. */
    double[][] toScaled() {
        int n = layout.size();
        double[][] a = new double[n][n];
        for (int c = 0; c < layout.fixed(); c++) {
            a[c][c] = scale[c] / unit;
            if (c != intercept && intercept >= 0) {
                a[intercept][c] = shift[c] / unit;
            }
        }
        for (int t = 0; t < layout.theta(); t++) {
            int i = layout.thetaStart() + t;
            int r = layout.row(t);
            a[i][i] = zScale[r] / unit;
            if (zIntercept[r] >= 0) {
                a[thetaAt(zIntercept[r], layout.column(t))][i] = zShift[r] / unit;
            }
        }
        for (int k = layout.psiStart(); k < n; k++) {
            a[k][k] = 1;
        }
        return a;
    }

    /** Index of the free entry (row, column) of Λ among all parameters. */
    private int thetaAt(int row, int column) {
        for (int t = 0; t < layout.theta(); t++) {
            if (layout.row(t) == row && layout.column(t) == column) {
                return layout.thetaStart() + t;
            }
        }
        throw new IllegalArgumentException("no free entry " + row + ", " + column);
    }
}
