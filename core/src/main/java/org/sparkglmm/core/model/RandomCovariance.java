package org.sparkglmm.core.model;

import java.io.Serializable;
import java.util.function.IntPredicate;

/**
 * The covariance of a cluster's random effects, G = MM' with M = AΛ: Λ of the parameters, block-diagonal and lower-triangular, and A
 * what leads to other effects than those the parameters are of, the identity for those themselves. Gradients are in all parameters.
 */
public final class RandomCovariance implements Serializable {
    private static final long serialVersionUID = 1;

    private final ParameterLayout layout;
    private final int q;
    /** Null for the identity. */
    private final double[][] a;

    private final double[] m;

    private RandomCovariance(ParameterLayout layout, double[][] a, double[] m) {
        this.layout = layout;
        this.q = layout.random();
        this.a = a;
        this.m = m;
    }

    /** Of the effects that the parameters (β, θ, ψ) are of. */
    public static RandomCovariance of(ParameterLayout layout, double[] parameters) {
        return new RandomCovariance(layout, null, layout.lambda(parameters));
    }

    /** Of A times these effects, q×q. */
    public RandomCovariance times(double[][] map) {
        double[] out = new double[q * q];
        for (int r = 0; r < q; r++) {
            for (int k = 0; k < q; k++) {
                for (int i = 0; i < q; i++) {
                    out[r * q + k] += map[r][i] * m[i * q + k];
                }
            }
        }
        return new RandomCovariance(layout, map, out);
    }

    /** The element of M in that row and column. */
    public double factor(int row, int column) {
        return m[row * q + column];
    }

    /** The element of G in that row and column. */
    public double at(int row, int column) {
        double sum = 0;
        for (int k = 0; k < q; k++) {
            sum += m[row * q + k] * m[column * q + k];
        }
        return sum;
    }

    /** Of effects r and c; NaN beside a variance of 0. */
    public double correlation(int r, int c) {
        return at(r, c) / Math.sqrt(at(r, r) * at(c, c));
    }

    /** Whether effect r has no variance. */
    public boolean isZero(int r) {
        for (int k = 0; k < q; k++) {
            if (m[r * q + k] != 0) {
                return false;
            }
        }
        return true;
    }

    /** √(z'Gz), the standard deviation that the effects give a row's linear predictor. */
    public double deviation(double[] z) {
        double square = 0;
        for (int c = 0; c < q; c++) {
            double along = along(z, c);
            square += along * along;
        }
        return Math.sqrt(square);
    }

    /** Element c of M'z. */
    private double along(double[] z, int c) {
        double sum = 0;
        for (int r = 0; r < q; r++) {
            sum += m[r * q + c] * z[r];
        }
        return sum;
    }

    /** Adds factor times ∂z'Gz/∂θ, of the effects that the parameters are of: 2 z_r (Λ'z)_c for the entry in row r and column c. */
    public void addVarianceGradient(double[] z, double factor, double[] into) {
        for (int t = 0; t < layout.theta(); t++) {
            into[layout.thetaStart() + t] += factor * 2 * z[layout.row(t)] * along(z, layout.column(t));
        }
    }

    /** ∂ log SD of effect r. */
    public double[] logDeviationGradient(int r) {
        double variance = at(r, r);
        double[] out = new double[layout.size()];
        for (int t = 0; t < layout.theta(); t++) {
            out[layout.thetaStart() + t] = a(r, layout.row(t)) * factor(r, layout.column(t)) / variance;
        }
        return out;
    }

    /** ∂ correlation of effects r and c. */
    public double[] correlationGradient(int r, int c) {
        double rr = at(r, r);
        double cc = at(c, c);
        double root = Math.sqrt(rr * cc);
        double rho = at(r, c) / root;
        double[] out = new double[layout.size()];
        for (int t = 0; t < layout.theta(); t++) {
            int i = layout.row(t);
            int j = layout.column(t);
            out[layout.thetaStart() + t] = (a(r, i) * factor(c, j) + a(c, i) * factor(r, j)) / root
                    - rho * (a(r, i) * factor(r, j) / rr + a(c, i) * factor(c, j) / cc);
        }
        return out;
    }

    private double a(int row, int column) {
        return a == null ? row == column ? 1 : 0 : a[row][column];
    }

    /**
     * The Λ of the same G with a non-negative diagonal, its Cholesky factor, but for the columns that are put to 0; q×q row by row.
     *
     * @param zero columns that are
     * @param least diagonals of Λ no larger than this, by effect, are 0 too
     */
    public double[] cholesky(IntPredicate zero, double[] least) {
        double[] g = new double[q * q];
        for (int r = 0; r < q; r++) {
            for (int c = 0; c < q; c++) {
                g[r * q + c] = at(r, c);
            }
        }
        double[] l = new double[q * q];
        for (int j = 0; j < q; j++) {
            double pivot = g[j * q + j];
            for (int k = 0; k < j; k++) {
                pivot -= l[j * q + k] * l[j * q + k];
            }
            double root = pivot > 0 ? Math.sqrt(pivot) : 0;
            // Rounding leaves some 1e-8 of the row where the true pivot is 0.
            if (zero.test(j) || !(root > least[j])) {
                continue;
            }
            l[j * q + j] = root;
            for (int i = j + 1; i < q; i++) {
                double s = g[i * q + j];
                for (int k = 0; k < j; k++) {
                    s -= l[i * q + k] * l[j * q + k];
                }
                l[i * q + j] = s / root;
            }
        }
        return l;
    }
}
