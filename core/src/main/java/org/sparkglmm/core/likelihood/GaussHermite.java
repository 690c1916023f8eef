package org.sparkglmm.core.likelihood;

import java.io.Serializable;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.sparkglmm.core.math.Elementary;

/**
 * A tensor grid of Gauss-Hermite nodes, scaled for use around a mode: for ∫ e^{-x²} g(x) dx, point x_k and log weight log
 * ω_k + |x_k|².
 *
 * <p>Nodes are the roots of the Hermite function ψ_k (from the eigenvalues of its Jacobi matrix, Golub and Welsch 1969,
 * polished by Newton); ω_k e^{x_k²} = 1 / Σ_{j&lt;k} ψ_j(x_k)², which never under- or overflows.
 */
public final class GaussHermite implements Serializable {
    private static final long serialVersionUID = 1;

    /** Beyond this the Hermite functions themselves underflow at the outer nodes. */
    public static final int MOST_NODES = 301;

    private final int nodes;
    private final int dimensions;
    private final double[] points;
    private final double[] logWeights;

    /**
     * @param nodes per dimension, 1 to {@link #MOST_NODES}; one node is Laplace
     * @param dimensions q ≥ 1
     */
    public GaussHermite(int nodes, int dimensions) {
        if (nodes < 1 || nodes > MOST_NODES) {
            throw new IllegalArgumentException("nodes: must be 1 to " + MOST_NODES + ", got " + nodes);
        }
        this.nodes = nodes;
        this.dimensions = dimensions;
        double[] x = roots(nodes);
        double[] logW = new double[nodes];
        for (int i = 0; i < nodes; i++) {
            logW[i] = -Elementary.log(sumOfSquares(nodes, x[i]));
        }
        int total = (int) size(nodes, dimensions);
        points = new double[total * dimensions];
        logWeights = new double[total];
        for (int k = 0; k < total; k++) {
            int rest = k;
            for (int d = 0; d < dimensions; d++) {
                points[k * dimensions + d] = x[rest % nodes];
                logWeights[k] += logW[rest % nodes];
                rest /= nodes;
            }
        }
    }

    /** nodes^dimensions, saturating. */
    public static long size(int nodes, int dimensions) {
        long total = 1;
        for (int d = 0; d < dimensions; d++) {
            total = Math.min(total * nodes, Integer.MAX_VALUE);
        }
        return total;
    }

    public int nodes() {
        return nodes;
    }

    public int dimensions() {
        return dimensions;
    }

    /** Number of points of the grid. */
    public int size() {
        return logWeights.length;
    }

    /** Coordinate d of point k. */
    public double point(int k, int d) {
        return points[k * dimensions + d];
    }

    /** log ω_k + |x_k|². */
    public double logWeight(int k) {
        return logWeights[k];
    }

    private static double[] roots(int n) {
        double[] x = new double[n];
        if (n > 1) {
            double[] offDiagonal = new double[n - 1];
            for (int i = 1; i < n; i++) {
                offDiagonal[i - 1] = Math.sqrt(i / 2.0);
            }
            double[] eigen = new EigenDecomposition(new double[n], offDiagonal).getRealEigenvalues();
            java.util.Arrays.sort(eigen);
            for (int i = 0; i < n; i++) {
                x[i] = polish(n, eigen[i]);
            }
        }
        for (int i = 0; i < n; i++) {
            int mirror = n - 1 - i;
            if (i < mirror) {
                double half = 0.5 * (x[mirror] - x[i]);
                x[i] = -half;
                x[mirror] = half;
            } else if (i == mirror) {
                x[i] = 0;
            }
        }
        return x;
    }

    /** Newton on ψ_n, with ψ_n' = √(2n) ψ_{n-1} - x ψ_n. */
    private static double polish(int n, double start) {
        double x = start;
        for (int iteration = 0; iteration < 3; iteration++) {
            double previous = 0;
            double current = Elementary.exp(-0.5 * x * x);
            for (int j = 0; j < n; j++) {
                double next = x * Math.sqrt(2.0 / (j + 1)) * current - Math.sqrt(j / (j + 1.0)) * previous;
                previous = current;
                current = next;
            }
            x -= current / (Math.sqrt(2.0 * n) * previous - x * current);
        }
        return x;
    }

    private static double sumOfSquares(int n, double x) {
        double previous = 0;
        double current = Elementary.exp(-0.5 * x * x) / Math.sqrt(Math.sqrt(Math.PI));
        double sum = 0;
        for (int j = 0; j < n; j++) {
            sum += current * current;
            double next = x * Math.sqrt(2.0 / (j + 1)) * current - Math.sqrt(j / (j + 1.0)) * previous;
            previous = current;
            current = next;
        }
        return sum;
    }
}
