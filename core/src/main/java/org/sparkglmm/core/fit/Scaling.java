package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.math.SmallMatrices;
import org.sparkglmm.core.model.AuxiliaryParameter;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.ParameterLayout;

/**
 * The variables the optimizer sees, in units of η: effects of columns brought to mean 0 (if there is an intercept) and
 * standard deviation 1, and entries of Λ for columns of Z treated alike. Parameters are A times these, so a year in 2020 or
 * an income in cents costs neither accuracy nor steps.
 *
 * <p>Centring a covariate of Z turns the intercept's row of Λ into that row plus means times the other rows. Λ stays lower
 * triangular if this is done in its first column, where all rows have an entry, and the other columns, whose part in the
 * intercept is then the mean's, are scaled by the root mean square.
 */
final class Scaling {
    /** A column of Z with a smaller part of its mean square left as variance is treated as constant. */
    private static final double CONSTANT = 1e-12;

    private final ParameterLayout layout;
    private final double unit;
    private final ColumnScaling fixed;
    private final ColumnScaling[] auxiliary;
    /** Parameters that take the place of the intercept, with its opposite sign. */
    private final int[] thresholds;

    /** Row of Λ that takes up the shift of column r of Z; -1 for none. */
    private final int[] zIntercept;

    private final double[] zMean;
    private final double[] zDeviation;
    private final double[] zRootMeanSquare;

    /** @param unit the size of a sensible change of η */
    Scaling(DataMoments moments, Design design, Family family, ParameterLayout layout, double unit) {
        this.layout = layout;
        this.unit = unit;
        thresholds = IntStream.range(0, layout.psiParts())
                .filter(k -> family.auxiliary().get(k).role() == AuxiliaryParameter.Role.THRESHOLD)
                .map(layout::psiStart)
                .toArray();
        fixed = new ColumnScaling(moments.fixed(), design.fixed(), thresholds.length > 0);
        auxiliary = new ColumnScaling[layout.psiParts()];
        for (int k = 0; k < auxiliary.length; k++) {
            auxiliary[k] = new ColumnScaling(moments.auxiliary(k), design.auxiliaryColumns(k), false);
        }
        int q = layout.random();
        zIntercept = new int[q];
        zMean = new double[q];
        zDeviation = new double[q];
        zRootMeanSquare = new double[q];
        int start = 0;
        for (RandomTerm term : design.random()) {
            boolean hasIntercept = term.intercept() == 0;
            for (int r = start; r < start + term.size(); r++) {
                double root = moments.zRootMeanSquare(r);
                zRootMeanSquare[r] = root > 0 ? root : 1;
                zDeviation[r] = zRootMeanSquare[r];
                zIntercept[r] = -1;
                double variance = root * root - moments.zMean(r) * moments.zMean(r);
                if (hasIntercept && r > start && variance > CONSTANT * root * root) {
                    zIntercept[r] = start;
                    zMean[r] = moments.zMean(r);
                    zDeviation[r] = Math.sqrt(variance);
                }
            }
            start += term.size();
        }
    }

    double unit() {
        return unit;
    }

    /** Of the columns of X. */
    ColumnScaling fixed() {
        return fixed;
    }

    /** Of the columns of the predictor of the family's own parameter k. */
    ColumnScaling auxiliary(int k) {
        return auxiliary[k];
    }

    /** What a standard deviation of random effect r comes to in units of η. */
    double[] effectScales() {
        double[] out = new double[layout.random()];
        for (int r = 0; r < out.length; r++) {
            out[r] = zDeviation[r] / unit;
        }
        return out;
    }

    /** A: raw parameters (β, θ, ψ) = A · scaled ones. */
    double[][] toRaw() {
        double[][] a = new double[layout.size()][layout.size()];
        fixed.toRaw(a, 0, unit);
        for (int t = 0; t < layout.theta(); t++) {
            int i = layout.thetaStart() + t;
            int mixed = mixedInto(t);
            a[i][i] = unit / thetaScale(t, mixed);
            if (mixed >= 0) {
                a[mixed][i] = -zMean[layout.row(t)] * a[i][i];
            }
        }
        for (int k = 0; k < auxiliary.length; k++) {
            auxiliary[k].toRaw(a, layout.psiStart(k), 1);
        }
        for (int k : thresholds) {
            // α - x'β = (α - mean'β) - (x - mean)'β
            for (int c = 0; c < layout.fixed(); c++) {
                a[k][c] = unit * fixed.shift(c) / fixed.scale(c);
            }
        }
        return a;
    }

    /** A⁻¹. */
    double[][] toScaled() {
        double[][] a = new double[layout.size()][layout.size()];
        fixed.toScaled(a, 0, unit);
        for (int t = 0; t < layout.theta(); t++) {
            int i = layout.thetaStart() + t;
            int mixed = mixedInto(t);
            a[i][i] = thetaScale(t, mixed) / unit;
            if (mixed >= 0) {
                a[mixed][i] = zMean[layout.row(t)] / unit;
            }
        }
        for (int k = 0; k < auxiliary.length; k++) {
            auxiliary[k].toScaled(a, layout.psiStart(k), 1);
        }
        for (int k : thresholds) {
            for (int c = 0; c < layout.fixed(); c++) {
                a[k][c] = -fixed.shift(c);
            }
        }
        return a;
    }

    private double thetaScale(int t, int mixed) {
        return mixed >= 0 ? zDeviation[layout.row(t)] : zRootMeanSquare[layout.row(t)];
    }

    /** The parameter that entry t of Λ is mixed into: the intercept's diagonal, for entries below it; -1 for none. */
    private int mixedInto(int t) {
        int row = zIntercept[layout.row(t)];
        if (row < 0 || layout.column(t) != row) {
            return -1;
        }
        for (int other = 0; other < layout.theta(); other++) {
            if (layout.row(other) == row && layout.column(other) == row) {
                return layout.thetaStart() + other;
            }
        }
        throw new IllegalStateException("no diagonal entry " + row);
    }

    /**
     * Raw θ of random effects that are independent about the means of their covariates.
     *
     * @param sd the standard deviation of each, in units of η
     */
    double[] independentTheta(double sd) {
        int q = layout.random();
        double[] g = new double[q * q];
        for (int r = 0; r < q; r++) {
            double deviation = sd * unit / zDeviation[r];
            double variance = deviation * deviation;
            g[r * q + r] += variance;
            int i = zIntercept[r];
            if (i >= 0) {
                // b0 = c0 - Σ mean b: the intercept at 0 from that at the mean.
                g[i * q + i] += zMean[r] * zMean[r] * variance;
                g[r * q + i] -= zMean[r] * variance;
            }
        }
        List<Double> out = new ArrayList<>();
        SmallMatrices.choleskyInPlace(g, q);
        for (int t = 0; t < layout.theta(); t++) {
            out.add(g[layout.row(t) * q + layout.column(t)]);
        }
        return out.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
