package org.sparkglmm.core.fit;

/**
 * Coordinates x around an estimate in which x_0 ≥ 0 is how far a target (a parameter, a standard deviation, an angle) has
 * moved outwards, in its standard errors, and the rest are nuisances that the information makes orthonormal: at x = 0 minus
 * the log-likelihood has (nearly) the identity as its Hessian. What is left to do is what is not quadratic.
 *
 * <p>Parameters are linear in x, but for a row of Λ whose norm or angle is the target: with n the row's direction at the
 * estimate, B a basis across it and d the linear part, it is
 *
 * <pre>s u(v) ,  s = ŝ + n'd ,  v = B'd/ŝ ,  u(v) = cos|v| n + (sin|v|/|v|) B v</pre>
 *
 * so that it has norm |s|, also at s = 0, and passes v = ±½π, where a correlation is ±1, smoothly.
 */
final class ProfileChart {
    /** Angles below which sin v/v and its kin are taken from their series. */
    private static final double SMALL = 1e-3;

    private final double[] estimate;
    private final int[] moving;
    private final double[][] map;
    private final double start;
    private final double perUnit;
    private final PolarRow row;

    /**
     * A row of Λ in polar coordinates.
     *
     * @param at where its entries stand among the moving parameters
     * @param norm at the estimate
     * @param direction at the estimate
     * @param across orthonormal vectors orthogonal to it
     */
    record PolarRow(int[] at, double norm, double[] direction, double[][] across) {}

    /**
     * @param estimate raw parameters
     * @param moving indices of those that move
     * @param map from x to the tangent of the moving parameters
     * @param start the target at the estimate
     * @param perUnit the change of the target with x_0
     * @param row in polar coordinates; null for none
     */
    ProfileChart(double[] estimate, int[] moving, double[][] map, double start, double perUnit, PolarRow row) {
        this.estimate = estimate;
        this.moving = moving;
        this.map = map;
        this.start = start;
        this.perUnit = perUnit;
        this.row = row;
    }

    int dimension() {
        return map[0].length;
    }

    /** The target at x_0. */
    double target(double x0) {
        return start + perUnit * x0;
    }

    private double[] tangent(double[] x) {
        double[] out = new double[moving.length];
        for (int i = 0; i < out.length; i++) {
            for (int j = 0; j < x.length; j++) {
                out[i] += map[i][j] * x[j];
            }
        }
        return out;
    }

    /** The raw parameters of a point. */
    double[] parameters(double[] x) {
        double[] d = tangent(x);
        double[] out = estimate.clone();
        for (int i = 0; i < d.length; i++) {
            out[moving[i]] += d[i];
        }
        if (row != null) {
            double s = norm(d);
            double[] u = direction(angles(d));
            for (int i = 0; i < u.length; i++) {
                out[moving[row.at[i]]] = s * u[i];
            }
        }
        return out;
    }

    /** The gradient in x at a point, from that in raw parameters. */
    double[] gradient(double[] x, double[] raw) {
        double[] g = new double[moving.length];
        for (int i = 0; i < g.length; i++) {
            g[i] = raw[moving[i]];
        }
        if (row != null) {
            polarGradient(tangent(x), g);
        }
        double[] out = new double[x.length];
        for (int i = 0; i < g.length; i++) {
            for (int j = 0; j < out.length; j++) {
                out[j] += map[i][j] * g[i];
            }
        }
        return out;
    }

    private void polarGradient(double[] d, double[] g) {
        int k = row.at.length;
        double[] v = angles(d);
        double[] u = direction(v);
        double[] ofRow = new double[k];
        double[] onAcross = new double[v.length];
        double alongU = 0;
        double alongN = 0;
        for (int i = 0; i < k; i++) {
            ofRow[i] = g[row.at[i]];
            alongU += u[i] * ofRow[i];
            alongN += row.direction[i] * ofRow[i];
            for (int a = 0; a < v.length; a++) {
                onAcross[a] += row.across[a][i] * ofRow[i];
            }
        }
        double size = length(v);
        double sinc = sinc(size);
        // (cos v - sin v/v)/v²
        double bend = size < SMALL ? -1.0 / 3 + size * size / 30 : (StrictMath.cos(size) - sinc) / (size * size);
        double projected = 0;
        for (int a = 0; a < v.length; a++) {
            projected += v[a] * onAcross[a];
        }
        double s = norm(d);
        for (int i = 0; i < k; i++) {
            double sum = row.direction[i] * alongU;
            for (int a = 0; a < v.length; a++) {
                double ofAngle = s * (-sinc * v[a] * alongN + sinc * onAcross[a] + bend * v[a] * projected);
                sum += row.across[a][i] / row.norm * ofAngle;
            }
            g[row.at[i]] = sum;
        }
    }

    private double norm(double[] d) {
        double s = row.norm;
        for (int i = 0; i < row.at.length; i++) {
            s += row.direction[i] * d[row.at[i]];
        }
        return s;
    }

    private double[] angles(double[] d) {
        double[] v = new double[row.across.length];
        for (int a = 0; a < v.length; a++) {
            for (int i = 0; i < row.at.length; i++) {
                v[a] += row.across[a][i] * d[row.at[i]] / row.norm;
            }
        }
        return v;
    }

    private double[] direction(double[] v) {
        double size = length(v);
        double cos = StrictMath.cos(size);
        double sinc = sinc(size);
        double[] u = new double[row.at.length];
        for (int i = 0; i < u.length; i++) {
            u[i] = cos * row.direction[i];
            for (int a = 0; a < v.length; a++) {
                u[i] += sinc * v[a] * row.across[a][i];
            }
        }
        return u;
    }

    private static double sinc(double v) {
        return v < SMALL ? 1 - v * v / 6 : StrictMath.sin(v) / v;
    }

    private static double length(double[] v) {
        double sum = 0;
        for (double e : v) {
            sum += e * e;
        }
        return Math.sqrt(sum);
    }
}
