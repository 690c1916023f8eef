package org.sparkglmm.core.likelihood;

import java.util.function.ToDoubleFunction;
import org.sparkglmm.core.design.ClusterBlock;

/**
 * The marginal likelihood of a cluster in the plainest possible way, one row at a time and by sums over a dense grid of
 * u: the oracle of the quadrature. Densities are written here once more.
 */
final class BruteForce {
    private BruteForce() {}

    /** log f(y | η), every constant included. */
    interface Density {
        double log(double y, double size, double eta);
    }

    static final Density BINOMIAL = (y, n, eta) -> {
        double log1pExp = eta > 0 ? eta + Math.log1p(Math.exp(-eta)) : Math.log1p(Math.exp(eta));
        return y * eta - n * log1pExp + logFactorial(n) - logFactorial(y) - logFactorial(n - y);
    };

    static final Density POISSON = (y, n, eta) -> y * eta - Math.exp(eta) - logFactorial(y);

    static Density gaussian(double sigma) {
        return (y, v, eta) -> -0.5 * Math.log(2 * Math.PI)
                - Math.log(sigma)
                + 0.5 * Math.log(v)
                - 0.5 * v * (y - eta) * (y - eta) / (sigma * sigma);
    }

    /** Var = μ + μ²/θ, from the sum of factors that its Γ are. */
    static Density nbinom2(double theta) {
        return (y, n, eta) -> {
            double mu = Math.exp(eta);
            double sum = -logFactorial(y) + y * Math.log(mu / (mu + theta)) + theta * Math.log(theta / (mu + theta));
            for (int i = 0; i < y; i++) {
                sum += Math.log(theta + i);
            }
            return sum;
        };
    }

    /** A zero of either kind, or a count. */
    static Density zeroInflatedPoisson(double pi) {
        return (y, n, eta) ->
                y == 0 ? Math.log(pi + (1 - pi) * Math.exp(-Math.exp(eta))) : Math.log(1 - pi) + POISSON.log(y, n, eta);
    }

    /** Cumulative logits, categories from 0. */
    static Density ordinal(double... thresholds) {
        return (y, n, eta) -> {
            int k = (int) y;
            double upTo = k == thresholds.length ? 1 : 1 / (1 + Math.exp(eta - thresholds[k]));
            double below = k == 0 ? 0 : 1 / (1 + Math.exp(eta - thresholds[k - 1]));
            return Math.log(upTo - below);
        };
    }

    /** Shape v/φ, mean e^η. */
    static Density gamma(double phi) {
        return (y, v, eta) -> {
            double shape = v / phi;
            double rate = shape / Math.exp(eta);
            return shape * Math.log(rate) - logGamma(shape) + (shape - 1) * Math.log(y) - rate * y;
        };
    }

    /** By Γ(x+1) = xΓ(x) from Stirling's series at 20 and more. */
    static double logGamma(double x) {
        double shift = 0;
        double t = x;
        for (; t < 20; t++) {
            shift += Math.log(t);
        }
        double r = 1 / (t * t);
        double series = (1 - r * (1.0 / 30 - r * (1.0 / 105 - r / 140))) / (12 * t);
        return (t - 0.5) * Math.log(t) - t + 0.5 * Math.log(2 * Math.PI) + series - shift;
    }

    /** Summed up to 200, Stirling's series beyond. */
    static double logFactorial(double y) {
        if (y <= 200) {
            double sum = 0;
            for (int k = 2; k <= y; k++) {
                sum += Math.log(k);
            }
            return sum;
        }
        double x = y + 1;
        return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x * x * x);
    }

    /** log Π f(y_j | η_j(u))^w φ(u) as a function of u; Λ is q×q row-major. */
    static ToDoubleFunction<double[]> logIntegrand(
            ClusterBlock block, int cluster, Density density, double[] beta, double[] lambda) {
        int q = block.z().length;
        int from = block.start(cluster);
        int n = block.start(cluster + 1) - from;
        double[] fixed = new double[n];
        double[][] a = new double[n][q];
        for (int j = 0; j < n; j++) {
            fixed[j] = block.offset() == null ? 0 : block.offset()[from + j];
            for (int c = 0; c < beta.length; c++) {
                fixed[j] += beta[c] * block.x()[c].at(cluster, from + j);
            }
            for (int d = 0; d < q; d++) {
                for (int r = 0; r < q; r++) {
                    a[j][d] += block.z()[r].at(cluster, from + j) * lambda[r * q + d];
                }
            }
        }
        return u -> {
            double sum = 0;
            for (int d = 0; d < q; d++) {
                sum -= 0.5 * u[d] * u[d] + 0.5 * Math.log(2 * Math.PI);
            }
            for (int j = 0; j < n; j++) {
                double eta = fixed[j];
                for (int d = 0; d < q; d++) {
                    eta += a[j][d] * u[d];
                }
                sum += block.observations().weight(from + j)
                        * density.log(
                                block.observations().y(from + j),
                                block.observations().size(from + j),
                                eta);
            }
            return sum;
        };
    }

    /** Compass search: halves its steps until they are below 1e-9. */
    static double[] maximum(ToDoubleFunction<double[]> f, int q) {
        double[] best = new double[q];
        double value = f.applyAsDouble(best);
        for (double step = 2; step > 1e-9; ) {
            boolean moved = false;
            for (int d = 0; d < q; d++) {
                for (double sign = -1; sign <= 1; sign += 2) {
                    double[] trial = best.clone();
                    trial[d] += sign * step;
                    double v = f.applyAsDouble(trial);
                    if (v > value) {
                        best = trial;
                        value = v;
                        moved = true;
                    }
                }
            }
            step = moved ? step : 0.5 * step;
        }
        return best;
    }

    /** -∂²f/∂u∂u' by differences of fourth order, with a step that suits the curvature. */
    static double[][] curvature(ToDoubleFunction<double[]> f, double[] at, double h) {
        int q = at.length;
        double[][] out = new double[q][q];
        for (int i = 0; i < q; i++) {
            for (int j = 0; j < q; j++) {
                double sum = 0;
                double[] factor = {1.0 / 12, -8.0 / 12, 8.0 / 12, -1.0 / 12};
                double[] shift = {-2, -1, 1, 2};
                for (int k = 0; k < 4; k++) {
                    for (int l = 0; l < 4; l++) {
                        double[] u = at.clone();
                        u[i] += shift[k] * h;
                        u[j] += shift[l] * h;
                        sum += factor[k] * factor[l] * f.applyAsDouble(u);
                    }
                }
                out[i][j] = -sum / (h * h);
            }
        }
        return out;
    }

    /** The textbook: log f(û) + (q/2) log 2π - ½ log|H|. */
    static double laplace(ToDoubleFunction<double[]> f, int q) {
        double[] mode = maximum(f, q);
        double scale = 1 / Math.sqrt(curvature(f, mode, 1e-3)[0][0]);
        return f.applyAsDouble(mode)
                + 0.5 * q * Math.log(2 * Math.PI)
                - 0.5 * Dense.logDeterminant(curvature(f, mode, 0.02 * scale));
    }

    /** Trapezoid over ± 12 conditional standard deviations or more: exact to rounding for so smooth a function. */
    static double logIntegral(ToDoubleFunction<double[]> f, int q) {
        double[] mode = maximum(f, q);
        double top = f.applyAsDouble(mode);
        double[] low = new double[q];
        double[] high = new double[q];
        for (int d = 0; d < q; d++) {
            low[d] = edge(f, mode, d, -1, top);
            high[d] = edge(f, mode, d, 1, top);
        }
        if (q == 1) {
            int n = 20_000;
            double h = (high[0] - low[0]) / n;
            double sum = 0;
            for (int i = 0; i <= n; i++) {
                sum += Math.exp(f.applyAsDouble(new double[] {low[0] + i * h}) - top);
            }
            return top + Math.log(sum * h);
        }
        int n = 300;
        double h0 = (high[0] - low[0]) / n;
        double h1 = (high[1] - low[1]) / n;
        double sum = 0;
        for (int i = 0; i <= n; i++) {
            for (int j = 0; j <= n; j++) {
                sum += Math.exp(f.applyAsDouble(new double[] {low[0] + i * h0, low[1] + j * h1}) - top);
            }
        }
        return top + Math.log(sum * h0 * h1);
    }

    /** Where the integrand, even at its best in the other direction, has fallen by e^-50. */
    private static double edge(ToDoubleFunction<double[]> f, double[] mode, int d, double sign, double top) {
        double step = 1e-4;
        while (true) {
            double best = Double.NEGATIVE_INFINITY;
            double[] u = mode.clone();
            u[d] += sign * step;
            if (mode.length == 1) {
                best = f.applyAsDouble(u);
            } else {
                int other = 1 - d;
                for (double v = -15; v <= 15; v += 0.05) {
                    u[other] = v;
                    best = Math.max(best, f.applyAsDouble(u));
                }
            }
            if (best < top - 50) {
                return u[d];
            }
            step *= 1.3;
        }
    }
}
