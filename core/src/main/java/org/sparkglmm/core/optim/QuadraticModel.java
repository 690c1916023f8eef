package org.sparkglmm.core.optim;

/**
 * g's + ½ s'Hs around a point, in variables scaled by the square roots of H's diagonal, so that neither the step nor the
 * stopping rule depends on units. Solves the trust-region problem exactly by H's eigenvalues (Conn, Gould and Toint 2000,
 * §7.3), the hard case included.
 */
public final class QuadraticModel {
    /** Relative curvature below which a direction counts as flat. */
    private static final double FLAT = 1e-8;

    private static final double WELL_CONDITIONED = 1e-6;

    private final double[] scale;
    private final SymmetricEigen eigen;
    private final double[] along;

    /** @throws ArithmeticException if g or H is not finite */
    public QuadraticModel(double[] gradient, double[][] hessian) {
        this(gradient, hessian, new double[gradient.length]);
    }

    /**
     * @param least scales of the variables, whatever their curvature: within length r none moves by more than r over its own
     * @throws ArithmeticException if g or H is not finite
     */
    QuadraticModel(double[] gradient, double[][] hessian, double[] least) {
        int n = gradient.length;
        double largest = 0;
        for (int i = 0; i < n; i++) {
            largest = Math.max(largest, Math.abs(hessian[i][i]));
        }
        scale = new double[n];
        double[][] scaled = new double[n][n];
        for (int i = 0; i < n; i++) {
            double own = largest > 0 ? Math.sqrt(Math.max(Math.abs(hessian[i][i]), FLAT * largest)) : 1;
            scale[i] = Math.max(own, least[i]);
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                scaled[i][j] = hessian[i][j] / (scale[i] * scale[j]);
            }
        }
        eigen = SymmetricEigen.of(scaled);
        along = new double[n];
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < n; i++) {
                along[k] += eigen.vector(k)[i] * gradient[i] / scale[i];
            }
        }
    }

    /** Whether H has no direction of clearly negative curvature. */
    public boolean isConvex() {
        return eigen.smallest() >= -FLAT * Math.max(1, eigen.largest());
    }

    /** Whether every direction is clearly curved upwards. */
    public boolean isPositiveDefinite() {
        return eigen.smallest() > FLAT;
    }

    /** Whether every direction is curved enough for a short Newton step to be trusted without an evaluation. */
    public boolean isWellConditioned() {
        return eigen.smallest() > WELL_CONDITIONED;
    }

    /** g'H⁻¹g, flat directions taken to have the least curvature that is told from none. */
    public double decrement() {
        double sum = 0;
        for (int k = 0; k < along.length; k++) {
            sum += along[k] * along[k] / Math.max(eigen.value(k), FLAT);
        }
        return sum;
    }

    /** The minimiser, from the point around which this is the model; for one that is convex. */
    public double[] newton(double[] point) {
        double[] out = step(Double.POSITIVE_INFINITY);
        for (int i = 0; i < out.length; i++) {
            out[i] += point[i];
        }
        return out;
    }

    /** The minimiser within scaled length {@code radius}. */
    public double[] step(double radius) {
        int n = along.length;
        double least = eigen.smallest();
        double shift = Math.max(0, FLAT - least);
        double[] coordinates = shifted(shift);
        if (norm(coordinates) > radius) {
            double low = shift;
            double high = Math.max(1, 2 * shift);
            while (norm(shifted(high)) > radius) {
                low = high;
                high *= 4;
            }
            for (int i = 0; i < 100 && high - low > 1e-10 * high; i++) {
                double middle = 0.5 * (low + high);
                if (norm(shifted(middle)) > radius) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            coordinates = shifted(high);
        } else if (least < -FLAT) {
            // Hard case: the gradient does not see the direction that bends downwards; walk it to the boundary.
            int k = 0;
            while (eigen.value(k) > least) {
                k++;
            }
            double rest = Math.sqrt(Math.max(0, radius * radius - norm(coordinates) * norm(coordinates)));
            coordinates[k] += along[k] > 0 ? -rest : rest;
        }
        double[] s = new double[n];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
                s[i] += eigen.vector(k)[i] * coordinates[k];
            }
            s[i] /= scale[i];
        }
        return s;
    }

    private double[] shifted(double shift) {
        double[] out = new double[along.length];
        for (int k = 0; k < out.length; k++) {
            out[k] = -along[k] / (eigen.value(k) + shift);
        }
        return out;
    }

    /** Length of a step in the scaled variables. */
    public double scaledLength(double[] s) {
        double sum = 0;
        for (int i = 0; i < s.length; i++) {
            sum += scale[i] * s[i] * scale[i] * s[i];
        }
        return Math.sqrt(sum);
    }

    private static double norm(double[] v) {
        double sum = 0;
        for (double x : v) {
            sum += x * x;
        }
        return Math.sqrt(sum);
    }

    /** √((a - b)'H(a - b)), with a negative value (an indefinite H) counted as its size. */
    public static double distance(double[] a, double[] b, double[][] hessian) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a.length; j++) {
                sum += (a[i] - b[i]) * hessian[i][j] * (a[j] - b[j]);
            }
        }
        return Math.sqrt(Math.abs(sum));
    }

    /** g's + ½ s'Hs. */
    static double value(double[] gradient, double[][] hessian, double[] s) {
        double sum = 0;
        for (int i = 0; i < s.length; i++) {
            double row = 0;
            for (int j = 0; j < s.length; j++) {
                row += hessian[i][j] * s[j];
            }
            sum += s[i] * (gradient[i] + 0.5 * row);
        }
        return sum;
    }
}
