package org.sparkglmm.core.optim;

import java.util.ArrayList;
import java.util.List;

/** An objective in other variables: f(Aφ), with gradient A'∇f. */
public final class TransformedObjective implements Objective {
    private final Objective inner;
    private final double[][] a;

    /** @param a square, invertible */
    public TransformedObjective(Objective inner, double[][] a) {
        this.inner = inner;
        this.a = a;
    }

    @Override
    public int dimension() {
        return a.length;
    }

    @Override
    public List<Evaluation> evaluate(List<double[]> points) {
        List<double[]> mapped = new ArrayList<>();
        for (double[] point : points) {
            mapped.add(multiply(a, point));
        }
        List<Evaluation> out = new ArrayList<>();
        List<Evaluation> evaluations = inner.evaluate(mapped);
        for (int k = 0; k < points.size(); k++) {
            Evaluation e = evaluations.get(k);
            out.add(new Evaluation(points.get(k), e.value(), multiplyTransposed(a, e.gradient())));
        }
        return out;
    }

    /** That of the same variable inside: what must not go too far is in its own units there. */
    @Override
    public double longestMove(int variable) {
        return inner.longestMove(variable);
    }

    @Override
    public boolean hasHessian() {
        return inner.hasHessian();
    }

    /** A'HA; by differences in these variables, whose units suit them, if the inner objective has nothing better. */
    @Override
    public Evaluation evaluateWithHessian(double[] point) {
        if (!inner.hasHessian()) {
            return CentralHessian.evaluate(this, point);
        }
        Evaluation e = inner.evaluateWithHessian(multiply(a, point));
        double[][] hessian = e.hessian() == null ? null : hessian(e.hessian());
        return new Evaluation(point, e.value(), multiplyTransposed(a, e.gradient()), hessian);
    }

    /** A'HA. */
    public double[][] hessian(double[][] inner) {
        double[][] rows = new double[a.length][];
        for (int i = 0; i < a.length; i++) {
            rows[i] = multiplyTransposed(a, inner[i]);
        }
        double[][] out = new double[a.length][a.length];
        for (int j = 0; j < a.length; j++) {
            double[] column = new double[a.length];
            for (int i = 0; i < a.length; i++) {
                column[i] = rows[i][j];
            }
            double[] product = multiplyTransposed(a, column);
            for (int i = 0; i < a.length; i++) {
                out[i][j] = product[i];
            }
        }
        return out;
    }

    /** A'v. */
    public static double[] multiplyTransposed(double[][] a, double[] v) {
        double[] out = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a.length; j++) {
                out[j] += a[i][j] * v[i];
            }
        }
        return out;
    }

    /** Aφ. */
    public static double[] multiply(double[][] a, double[] v) {
        double[] out = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < v.length; j++) {
                out[i] += a[i][j] * v[j];
            }
        }
        return out;
    }
}
