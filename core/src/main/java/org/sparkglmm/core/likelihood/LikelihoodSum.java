package org.sparkglmm.core.likelihood;

import java.io.Serializable;
import org.sparkglmm.core.math.CompensatedSum;

/**
 * What clusters add up to at one parameter vector: log-likelihood, gradient and, if asked, the outer products of the
 * clusters' gradients (lower triangle, row by row). Mergeable; merged in block order it has the same bits everywhere.
 */
public final class LikelihoodSum implements Serializable {
    private static final long serialVersionUID = 1;

    private final int size;
    private final boolean outer;
    private final CompensatedSum sum;
    private int mostIterations;

    LikelihoodSum(int parameters, boolean withOuterProducts) {
        size = parameters;
        outer = withOuterProducts;
        sum = new CompensatedSum(1 + size + (outer ? size * (size + 1) / 2 : 0));
    }

    void add(double logLikelihood, double[] gradient, int iterations) {
        sum.add(0, logLikelihood);
        for (int i = 0; i < size; i++) {
            sum.add(1 + i, gradient[i]);
        }
        if (outer) {
            int at = 1 + size;
            for (int i = 0; i < size; i++) {
                for (int j = 0; j <= i; j++) {
                    sum.add(at++, gradient[i] * gradient[j]);
                }
            }
        }
        mostIterations = Math.max(mostIterations, iterations);
    }

    /** Makes the whole sum NaN: at these parameters a cluster has no likelihood. */
    void spoil() {
        sum.add(0, Double.NaN);
    }

    void merge(LikelihoodSum other) {
        sum.merge(other.sum);
        mostIterations = Math.max(mostIterations, other.mostIterations);
    }

    public double logLikelihood() {
        return sum.get(0);
    }

    public double[] gradient() {
        double[] out = new double[size];
        for (int i = 0; i < size; i++) {
            out[i] = sum.get(1 + i);
        }
        return out;
    }

    /** Σ g g' over clusters, a full symmetric matrix; null if it was not asked for. */
    public double[][] outerProducts() {
        if (!outer) {
            return null;
        }
        double[][] out = new double[size][size];
        int at = 1 + size;
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                out[i][j] = sum.get(at);
                out[j][i] = sum.get(at++);
            }
        }
        return out;
    }

    /** The most Newton iterations that any cluster's mode took. */
    public int mostIterations() {
        return mostIterations;
    }
}
