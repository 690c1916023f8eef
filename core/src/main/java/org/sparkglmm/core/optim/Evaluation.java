package org.sparkglmm.core.optim;

/** An evaluated point: value and gradient of the objective there. The arrays are not copied; nobody writes to them. */
public final class Evaluation {
    private final double[] point;
    private final double value;
    private final double[] gradient;

    public Evaluation(double[] point, double value, double[] gradient) {
        this.point = point;
        this.value = value;
        this.gradient = gradient;
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
