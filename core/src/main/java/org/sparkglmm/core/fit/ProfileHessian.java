package org.sparkglmm.core.fit;

import org.sparkglmm.core.math.ArrayMath;
import org.sparkglmm.core.math.SmallMatrices;
import org.sparkglmm.core.optim.SymmetricEigen;

/**
 * B, the Hessian that {@link ProfileSearch} goes by at x = (t, ω): exact where it was taken, then kept by rank-one updates that leave the part
 * of the nuisances ω positive definite.
 */
final class ProfileHessian {
    /** Curvature, against that at the estimate, that nuisances keep at least. */
    private static final double LEAST_CURVATURE = 1e-3;

    private static final double SMALLEST_PIVOT = 0.03;

    private double[][] b;

    ProfileHessian(double[][] hessian) {
        b = hessian;
    }

    /** Takes the Hessian itself, its nuisances' part made positive definite. */
    void set(double[][] hessian) {
        b = convex(hessian);
    }

    double at(int i, int j) {
        return b[i][j];
    }

    /** Row i times s. */
    double times(int i, double[] s) {
        return ArrayMath.dot(b[i], s);
    }

    /** From the gradient, B_ωω⁻¹ of -g_ω and -B_ωt, behind a place for t; B_ωω is positive definite. */
    void solveNuisances(double[] g, double[] toOptimum, double[] alongT) {
        int m = b.length - 1;
        if (m == 0) {
            return;
        }
        double[] chol = nuisances(b);
        if (!SmallMatrices.choleskyInPlace(chol, m)) {
            b = convex(b);
            chol = nuisances(b);
            SmallMatrices.choleskyInPlace(chol, m);
        }
        double[] first = new double[m];
        double[] second = new double[m];
        for (int i = 0; i < m; i++) {
            first[i] = -g[i + 1];
            second[i] = -b[i + 1][0];
        }
        solve(chol, first, toOptimum);
        solve(chol, second, alongT);
    }

    private static void solve(double[] chol, double[] v, double[] into) {
        SmallMatrices.solveLower(chol, v.length, v);
        SmallMatrices.solveLowerTransposed(chol, v.length, v);
        System.arraycopy(v, 0, into, 1, v.length);
    }

    private static double[] nuisances(double[][] a) {
        int m = a.length - 1;
        double[] out = new double[m * m];
        for (int i = 0; i < m; i++) {
            System.arraycopy(a[i + 1], 1, out, i * m, m);
        }
        return out;
    }

    /** The same with the nuisances' part made positive definite. */
    private static double[][] convex(double[][] hessian) {
        int m = hessian.length - 1;
        double[][] part = new double[m][m];
        for (int i = 0; i < m; i++) {
            System.arraycopy(hessian[i + 1], 1, part[i], 0, m);
        }
        double[][] out = new double[m + 1][m + 1];
        for (int i = 0; i <= m; i++) {
            out[0][i] = hessian[0][i];
            out[i][0] = hessian[i][0];
        }
        SymmetricEigen eigen = SymmetricEigen.of(part);
        for (int k = 0; k < m; k++) {
            double value = Math.max(Math.abs(eigen.value(k)), LEAST_CURVATURE);
            double[] v = eigen.vector(k);
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < m; j++) {
                    out[i + 1][j + 1] += value * v[i] * v[j];
                }
            }
        }
        return out;
    }

    /**
     * After a step: symmetric rank one if the nuisances' part stays well positive definite, else BFGS if that is possible.
     *
     * @param y what the step changed the gradient by
     */
    void update(double[] s, double[] y) {
        int n = s.length;
        double[] bs = new double[n];
        double[] residual = new double[n];
        for (int i = 0; i < n; i++) {
            bs[i] = ArrayMath.dot(b[i], s);
            residual[i] = y[i] - bs[i];
        }
        double rs = ArrayMath.dot(residual, s);
        if (Math.abs(rs) > 1e-8 * Math.sqrt(ArrayMath.dot(residual, residual) * ArrayMath.dot(s, s))) {
            double[][] updated = plus(b, residual, 1 / rs);
            if (isWellPositive(updated)) {
                b = updated;
                return;
            }
        }
        double sy = ArrayMath.dot(s, y);
        double sbs = ArrayMath.dot(s, bs);
        if (sy > LEAST_CURVATURE * ArrayMath.dot(s, s) && sbs > 0) {
            b = plus(plus(b, bs, -1 / sbs), y, 1 / sy);
        }
    }

    private static boolean isWellPositive(double[][] a) {
        int m = a.length - 1;
        double[] chol = nuisances(a);
        if (!SmallMatrices.choleskyInPlace(chol, m)) {
            return false;
        }
        for (int i = 0; i < m; i++) {
            if (!(chol[i * m + i] > SMALLEST_PIVOT)) {
                return false;
            }
        }
        return true;
    }

    private static double[][] plus(double[][] a, double[] v, double factor) {
        double[][] out = new double[v.length][v.length];
        for (int i = 0; i < v.length; i++) {
            for (int j = 0; j < v.length; j++) {
                out[i][j] = a[i][j] + factor * v[i] * v[j];
            }
        }
        return out;
    }
}
