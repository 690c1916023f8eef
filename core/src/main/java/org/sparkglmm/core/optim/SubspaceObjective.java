package org.sparkglmm.core.optim;

import java.util.ArrayList;
import java.util.List;

/** An objective with some variables held at their value. */
public final class SubspaceObjective implements Objective {
    private final Objective inner;
    private final double[] base;
    private final int[] free;

    /** @param free indices of the variables that stay free */
    public SubspaceObjective(Objective inner, double[] base, int[] free) {
        this.inner = inner;
        this.base = base.clone();
        this.free = free.clone();
    }

    @Override
    public int dimension() {
        return free.length;
    }

    /** The full point of a point of the subspace. */
    public double[] embed(double[] point) {
        double[] full = base.clone();
        for (int i = 0; i < free.length; i++) {
            full[free[i]] = point[i];
        }
        return full;
    }

    /** The subspace's part of a full point. */
    public double[] restrict(double[] full) {
        double[] out = new double[free.length];
        for (int i = 0; i < free.length; i++) {
            out[i] = full[free[i]];
        }
        return out;
    }

    @Override
    public List<Evaluation> evaluate(List<double[]> points) {
        List<double[]> full = new ArrayList<>();
        for (double[] point : points) {
            full.add(embed(point));
        }
        List<Evaluation> out = new ArrayList<>();
        List<Evaluation> evaluations = inner.evaluate(full);
        for (int k = 0; k < points.size(); k++) {
            out.add(new Evaluation(
                    points.get(k),
                    evaluations.get(k).value(),
                    restrict(evaluations.get(k).gradient())));
        }
        return out;
    }

    @Override
    public double longestMove(int variable) {
        return inner.longestMove(free[variable]);
    }

    @Override
    public boolean hasHessian() {
        return inner.hasHessian();
    }

    @Override
    public Evaluation evaluateWithHessian(double[] point) {
        if (!inner.hasHessian()) {
            return CentralHessian.evaluate(this, point);
        }
        Evaluation e = inner.evaluateWithHessian(embed(point));
        return new Evaluation(point, e.value(), restrict(e.gradient()), restrict(e.hessian()));
    }

    /** The rows and columns of the free variables; null of null. */
    public double[][] restrict(double[][] full) {
        if (full == null) {
            return null;
        }
        double[][] out = new double[free.length][];
        for (int i = 0; i < free.length; i++) {
            out[i] = restrict(full[free[i]]);
        }
        return out;
    }
}
