package org.sparkglmm.core.inference;

import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;

/** The slow second implementation: averages by Simpson's rule, gradients by differences of fourth order. */
final class Averages {
    private Averages() {}

    /** E[r(η + st)], t standard normal: steps of a tenth of what r's scale 1/s asks for. */
    static double simpson(DoubleUnaryOperator r, double eta, double s) {
        if (s == 0) {
            return r.applyAsDouble(eta);
        }
        double from = -12;
        // The mass of e^(st) φ(t) lies about t = s.
        double to = 12 + s;
        int n = 2 * (int) Math.ceil((to - from) / Math.min(0.2, 0.2 / s));
        double h = (to - from) / n;
        double sum = 0;
        for (int k = 0; k <= n; k++) {
            double t = from + k * h;
            double weight = k == 0 || k == n ? 1 : k % 2 == 1 ? 4 : 2;
            double density = Math.exp(-0.5 * t * t) / Math.sqrt(2 * Math.PI);
            // Where e^η is beyond double, the density has long been 0.
            sum += density == 0 ? 0 : weight * density * r.applyAsDouble(eta + s * t);
        }
        return sum * h / 3;
    }

    /** The mean (first) or the probability of a category, averaged. */
    static double of(Family family, Link link, int which, double eta, double s, double[] psi) {
        return simpson(
                x -> which == 0 ? family.mean(link, x, psi) : family.probabilities(link, x, psi)[which - 1], eta, s);
    }

    /** f'(x), error some h⁴. */
    static double derivative(DoubleUnaryOperator f, double x, double h) {
        return (f.applyAsDouble(x - 2 * h)
                        - 8 * f.applyAsDouble(x - h)
                        + 8 * f.applyAsDouble(x + h)
                        - f.applyAsDouble(x + 2 * h))
                / (12 * h);
    }

    static double[] gradient(ToDoubleFunction<double[]> f, double[] at) {
        double[] out = new double[at.length];
        for (int i = 0; i < at.length; i++) {
            int index = i;
            out[i] = derivative(
                    x -> {
                        double[] moved = at.clone();
                        moved[index] = x;
                        return f.applyAsDouble(moved);
                    },
                    at[i],
                    1e-3);
        }
        return out;
    }

    /** √(g'Vg) over the parameters that V is of. */
    static double error(double[] gradient, int[] indices, double[][] v) {
        double sum = 0;
        for (int i = 0; i < indices.length; i++) {
            for (int j = 0; j < indices.length; j++) {
                sum += gradient[indices[i]] * v[i][j] * gradient[indices[j]];
            }
        }
        return Math.sqrt(sum);
    }
}
