package org.sparkglmm.core.optim;

import java.util.ArrayList;
import java.util.List;

/**
 * The Hessian as central differences of the exact gradient, all 2P points in one pass. At a step of 2e-4 of a unit the
 * truncation is some 1e-8 and rounding 1e-12, relative to the third derivatives and the gradient's terms.
 */
public final class CentralHessian {
    private static final double STEP = 2e-4;
    private static final double CLOSER = 10;
    private static final double SMALLEST_STEP = 1.5e-7;

    private CentralHessian() {}

    /** The symmetric Hessian at a point, or null if the objective cannot be evaluated around it. */
    public static double[][] at(Objective objective, double[] point) {
        return closer(objective, point, STEP);
    }

    /** The point and its Hessian in the same pass; without a Hessian if the objective cannot be evaluated around the point. */
    static Evaluation evaluate(Objective objective, double[] point) {
        List<double[]> points = new ArrayList<>(List.of(point));
        points.addAll(around(point));
        List<Evaluation> evaluations = objective.evaluate(points);
        Evaluation at = evaluations.get(0);
        if (!at.isFinite()) {
            return at;
        }
        double[][] hessian = differences(evaluations.subList(1, evaluations.size()));
        return new Evaluation(
                at.point(),
                at.value(),
                at.gradient(),
                hessian == null ? closer(objective, point, STEP / CLOSER) : hessian);
    }

    /** By ever smaller steps: the point may be close to the edge of the domain. */
    private static double[][] closer(Objective objective, double[] point, double first) {
        double[][] hessian = null;
        for (double step = first; hessian == null && step > SMALLEST_STEP; step /= CLOSER) {
            hessian = differences(objective.evaluate(around(point, step)));
        }
        return hessian;
    }

    /** The 2P points whose gradients make the Hessian at a point by {@link #differences}. */
    private static List<double[]> around(double[] point) {
        return around(point, STEP);
    }

    /** Two points for each variable, above and below. */
    private static List<double[]> around(double[] point, double step) {
        List<double[]> out = new ArrayList<>();
        for (int i = 0; i < point.length; i++) {
            double h = step * Math.max(1, Math.abs(point[i]));
            double[] above = point.clone();
            double[] below = point.clone();
            above[i] += h;
            below[i] -= h;
            out.add(above);
            out.add(below);
        }
        return out;
    }

    /** The symmetric Hessian from evaluations at the points around; null if one of them is outside the domain. */
    private static double[][] differences(List<Evaluation> evaluations) {
        int n = evaluations.size() / 2;
        double[][] rows = new double[n][n];
        for (int i = 0; i < n; i++) {
            Evaluation above = evaluations.get(2 * i);
            Evaluation below = evaluations.get(2 * i + 1);
            if (!above.isFinite() || !below.isFinite()) {
                return null;
            }
            double width = above.point()[i] - below.point()[i];
            for (int j = 0; j < n; j++) {
                rows[i][j] = (above.gradient()[j] - below.gradient()[j]) / width;
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
