package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.SymmetricEigen;

/**
 * Coordinates about the estimates in which the information is next to the identity, for {@link ProfileLikelihood}: a change of the moving raw
 * parameters is {@link #root} times them.
 */
final class Whitening {
    /** Eigenvalues of the information in correlation form are told from 0 down to this. */
    private static final double SMALLEST_EIGENVALUE = 1e-8;
    /** Information, in scaled variables, of a parameter that has next to none. */
    private static final double LITTLE = 1e-6;
    /** A unit of a coordinate moves no scaled variable by more than this, however little is known in its direction. */
    private static final double LARGEST_UNIT = 10;
    /** Curvature that such a coordinate is taken to have at least. */
    private static final double LEAST_CURVATURE = 0.01;
    /** The largest unit of what is estimated on its boundary, in scaled variables. */
    private static final double BOUNDARY_UNIT = 0.3;
    /** How far from 0 the curvature of what is released from there is looked at, in scaled variables. */
    private static final double RELEASED_STEP = 0.02;

    private final double[][] toRaw;
    private final int[] free;
    private final int[] moving;

    private double[][] root;
    private double[] curvature;

    /**
     * @param toRaw A, raw = A · scaled
     * @param free parameters that are not on the boundary
     * @param moving these, then those that are released from 0
     */
    Whitening(double[][] toRaw, int[] free, int[] moving) {
        this.toRaw = toRaw;
        this.free = free;
        this.moving = moving;
    }

    /** What a change of the moving raw parameters is in terms of the coordinates. */
    double[][] root() {
        return root;
    }

    /** What the information is in each coordinate. */
    double[] curvature() {
        return curvature;
    }

    /** Points whose gradients say the curvature of what is released: the estimate with one of these moved by its step. */
    List<double[]> near(double[] estimate) {
        List<double[]> out = new ArrayList<>();
        for (int k = free.length; k < moving.length; k++) {
            double[] point = estimate.clone();
            point[moving[k]] = releasedStep(moving[k]);
            out.add(point);
        }
        return out;
    }

    /**
     * The inverse root of the information, each parameter in its own standard deviations, open directions cut short. What is
     * released from 0 is apart from the others, since the likelihood is even in it; its curvature is in a gradient near 0.
     *
     * @param near evaluations of {@link #near}
     */
    void find(double[][] hessian, List<Evaluation> near) {
        int m = free.length;
        int all = moving.length;
        double[] scale = new double[m];
        double[][] scaled = new double[m][m];
        for (int i = 0; i < m; i++) {
            scale[i] = Math.sqrt(Math.max(hessian[i][i], LITTLE));
        }
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                scaled[i][j] = hessian[i][j] / (scale[i] * scale[j]);
            }
        }
        SymmetricEigen eigen = SymmetricEigen.of(scaled);
        root = new double[all][all];
        curvature = new double[all];
        for (int k = 0; k < m; k++) {
            double size = Math.sqrt(Math.max(eigen.value(k), SMALLEST_EIGENVALUE));
            double[] column = new double[m];
            double largest = 0;
            for (int i = 0; i < m; i++) {
                column[i] = eigen.vector(k)[i] / (size * scale[i]);
                largest = Math.max(largest, Math.abs(column[i]));
            }
            double cut = Math.min(1, LARGEST_UNIT / largest);
            curvature[k] = Math.max(LEAST_CURVATURE, cut * cut);
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < m; j++) {
                    root[i][k] += toRaw[free[i]][free[j]] * cut * column[j];
                }
            }
        }
        for (int k = m; k < all; k++) {
            double step = releasedStep(moving[k]);
            double second = near.get(k - m).gradient()[moving[k]] / step;
            double most = BOUNDARY_UNIT * scaledUnit(moving[k]);
            root[k][k] = second * most * most > 1 ? 1 / Math.sqrt(second) : most;
            curvature[k] = 1;
        }
    }

    private double releasedStep(int parameter) {
        return RELEASED_STEP * scaledUnit(parameter);
    }

    /** What a raw parameter changes by for the change of 1 of a scaled variable: the one that changes it most. */
    double scaledUnit(int parameter) {
        double most = 0;
        for (double element : toRaw[parameter]) {
            most = Math.max(most, Math.abs(element));
        }
        return most;
    }
}
