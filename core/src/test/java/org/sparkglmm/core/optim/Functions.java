package org.sparkglmm.core.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Functions that are hard on minimisers, with their gradients, and a count of passes. */
final class Functions implements Objective {
    interface Function {
        double of(double[] x, double[] gradient);
    }

    private final int dimension;
    private final Function function;
    int passes;
    int points;

    private Functions(int dimension, Function function) {
        this.dimension = dimension;
        this.function = function;
    }

    static Functions of(int dimension, Function function) {
        return new Functions(dimension, function);
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public List<Evaluation> evaluate(List<double[]> at) {
        passes++;
        List<Evaluation> out = new ArrayList<>();
        for (double[] x : at) {
            points++;
            double[] gradient = new double[dimension];
            out.add(new Evaluation(x, function.of(x, gradient), gradient));
        }
        return out;
    }

    /** Minimum 0 at (1, 1), at the end of a bent valley. */
    static Functions rosenbrock() {
        return of(2, (x, g) -> {
            double a = x[1] - x[0] * x[0];
            double b = 1 - x[0];
            g[0] = -400 * x[0] * a - 2 * b;
            g[1] = 200 * a;
            return 100 * a * a + b * b;
        });
    }

    /** ½ (x - centre)'H(x - centre). */
    static Functions quadratic(double[][] h, double[] centre) {
        return of(centre.length, (x, g) -> {
            double sum = 0;
            for (int i = 0; i < x.length; i++) {
                for (int j = 0; j < x.length; j++) {
                    g[i] += 0.5 * (h[i][j] + h[j][i]) * (x[j] - centre[j]);
                    sum += 0.5 * (x[i] - centre[i]) * h[i][j] * (x[j] - centre[j]);
                }
            }
            return sum;
        });
    }

    /** A symmetric matrix with these eigenvalues and random eigenvectors. */
    static double[][] rotated(double[] eigenvalues, long seed) {
        int n = eigenvalues.length;
        Random random = new Random(seed);
        double[][] v = new double[n][n];
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < n; i++) {
                v[k][i] = random.nextGaussian();
            }
            for (int pass = 0; pass < 2; pass++) {
                for (int l = 0; l < k; l++) {
                    double dot = 0;
                    for (int i = 0; i < n; i++) {
                        dot += v[k][i] * v[l][i];
                    }
                    for (int i = 0; i < n; i++) {
                        v[k][i] -= dot * v[l][i];
                    }
                }
            }
            double length = 0;
            for (double x : v[k]) {
                length += x * x;
            }
            for (int i = 0; i < n; i++) {
                v[k][i] /= Math.sqrt(length);
            }
        }
        double[][] out = new double[n][n];
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    out[i][j] += eigenvalues[k] * v[k][i] * v[k][j];
                }
            }
        }
        return out;
    }

    /** Minima at (0, ±1) of value -¼; at (x, 0) the gradient does not see the direction that bends downwards. */
    static Functions saddle() {
        return of(2, (x, g) -> {
            g[0] = x[0];
            g[1] = x[1] * x[1] * x[1] - x[1];
            return 0.5 * x[0] * x[0] + 0.25 * x[1] * x[1] * x[1] * x[1] - 0.5 * x[1] * x[1];
        });
    }

    /** x - log x + (y - x)²/2: minimum 1 at (1, 1); NaN at once outside x > 0. */
    static Functions withAnEdge(double outside) {
        return of(2, (x, g) -> {
            if (!(x[0] > 0)) {
                return outside;
            }
            double d = x[1] - x[0];
            g[0] = 1 - 1 / x[0] - d;
            g[1] = d;
            return x[0] - Math.log(x[0]) + 0.5 * d * d;
        });
    }

    /** Only x + y matters: a line of minima. */
    static Functions flat() {
        return of(3, (x, g) -> {
            double s = x[0] + x[1] - 3;
            double e = Math.exp(s);
            g[0] = e - 1;
            g[1] = e - 1;
            g[2] = 2 * x[2];
            return e - s + x[2] * x[2];
        });
    }

    /** A separated effect: x[0] lowers the value by ever less, its gradient rounded as that of a sum of many rows. */
    static Functions runaway() {
        return of(2, (x, g) -> {
            double e = 100 * Math.exp(-x[0]);
            g[0] = -e + 1e-9 * Math.sin(1e6 * x[0]);
            g[1] = x[1] - 1;
            return 1000 + e + 0.5 * (x[1] - 1) * (x[1] - 1);
        });
    }
}
