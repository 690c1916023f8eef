package org.sparkglmm.core.optim;

import java.util.ArrayList;
import java.util.List;

/**
 * The Hessian as central differences of the exact gradient, all 2P points in one pass. At a step of 2e-4 of a unit the
 * truncation is some 1e-8 and rounding 1e-12, relative to the third derivatives and the gradient's terms.
 */
public final class CentralHessian {
    private static final double STEP = 2e-4;
    private static final int ATTEMPTS = 4;

    private CentralHessian() {}

    /** The symmetric Hessian at a point, or null if the objective cannot be evaluated around it. */
    public static double[][] at(Objective objective, double[] point) {
        double step = STEP;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            double[][] hessian = withStep(objective, point, step);
            if (hessian != null) {
                return hessian;
            }
            // The point is close to the edge of the domain: look closer.
            step /= 10;
        }
        return null;
    }

    private static double[][] withStep(Objective objective, double[] point, double step) {
        int n = point.length;
        List<double[]> points = new ArrayList<>();
        double[] width = new double[n];
        for (int i = 0; i < n; i++) {
            double h = step * Math.max(1, Math.abs(point[i]));
            double[] above = point.clone();
            double[] below = point.clone();
            above[i] += h;
            below[i] -= h;
            width[i] = above[i] - below[i];
            points.add(above);
            points.add(below);
        }
        List<Evaluation> evaluations = objective.evaluate(points);
        double[][] rows = new double[n][n];
        for (int i = 0; i < n; i++) {
            Evaluation above = evaluations.get(2 * i);
            Evaluation below = evaluations.get(2 * i + 1);
            if (!above.isFinite() || !below.isFinite()) {
                return null;
            }
            for (int j = 0; j < n; j++) {
                rows[i][j] = (above.gradient()[j] - below.gradient()[j]) / width[i];
            }
        }
        double[][] hessian = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                hessian[i][j] = 0.5 * (rows[i][j] + rows[j][i]);
            }
        }
        return hessian;
    }
}
