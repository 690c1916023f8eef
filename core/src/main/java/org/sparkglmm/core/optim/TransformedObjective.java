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
            double[] gradient = new double[a.length];
            for (int i = 0; i < a.length; i++) {
                for (int j = 0; j < a.length; j++) {
                    gradient[j] += a[i][j] * e.gradient()[i];
                }
            }
            out.add(new Evaluation(points.get(k), e.value(), gradient));
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
