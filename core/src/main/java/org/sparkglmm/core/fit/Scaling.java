package org.sparkglmm.core.fit;

import java.util.List;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.model.ParameterLayout;

/**
 * The variables the optimizer sees: effects of columns brought to mean 0 (if there is an intercept) and standard
 * deviation 1, and rows of Λ per root mean square of their column of Z, both in units of η. Parameters are A times these, so a year in 2020 or
 * an income in cents costs neither accuracy nor steps.
 */
final class Scaling {
    private final ParameterLayout layout;
    private final int intercept;
    private final double[] shift;
    private final double[] scale;
    private final double[] zScale;
    private final double unit;

    /** @param unit the size of a sensible change of η */
    Scaling(DataMoments moments, List<DesignColumn> columns, ParameterLayout layout, double unit) {
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
        for (int r = 0; r < zScale.length; r++) {
            zScale[r] = moments.zScale(r) > 0 ? moments.zScale(r) : 1;
        }
    }

    /** What is taken off column c of X. */
    double shift(int c) {
        return shift[c];
    }

    double zScale(int r) {
        return zScale[r];
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
            a[i][i] = unit / zScale[layout.row(t)];
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
            a[i][i] = zScale[layout.row(t)] / unit;
        }
        for (int k = layout.psiStart(); k < n; k++) {
            a[k][k] = 1;
        }
        return a;
    }
}
