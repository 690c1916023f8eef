package org.sparkglmm.core.optim;

import java.util.Arrays;

/**
 * An evaluated point: value and gradient of the objective there, and its Hessian if that was asked for. The arrays are not copied; nobody
 * writes to them.
 */
public final class Evaluation {
    private final double[] point;
    private final double value;
    private final double[] gradient;
    private final double[][] hessian;

    public Evaluation(double[] point, double value, double[] gradient) {
        this(point, value, gradient, null);
    }

    /** @param hessian null if it was not asked for, or could not be had; one with an element that is not finite is none */
    public Evaluation(double[] point, double value, double[] gradient, double[][] hessian) {
        this.point = point;
        this.value = value;
        this.gradient = gradient;
        this.hessian = isFinite(hessian) ? hessian : null;
    }

    /** Whether all elements of a Hessian are; of none they are not. */
    static boolean isFinite(double[][] hessian) {
        return hessian != null
                && Arrays.stream(hessian).flatMapToDouble(Arrays::stream).allMatch(Double::isFinite);
    }

    public double[] point() {
        return point;
    }

    public double value() {
        return value;
    }

    public double[] gradient() {
        return gradient;
    }

    /** Null if it was not asked for, or could not be had. */
    public double[][] hessian() {
        return hessian;
    }

    /** Whether value and gradient are finite: the objective's domain is where they are. */
    public boolean isFinite() {
        if (!(Math.abs(value) < Double.POSITIVE_INFINITY)) {
            return false;
        }
        for (double g : gradient) {
            if (!(Math.abs(g) < Double.POSITIVE_INFINITY)) {
                return false;
            }
        }
        return true;
    }
}
