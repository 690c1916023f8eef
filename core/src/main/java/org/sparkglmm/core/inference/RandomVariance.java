package org.sparkglmm.core.inference;

import java.io.Serializable;
import org.sparkglmm.core.model.ParameterLayout;

/** s² = z'Gz, the variance that random effects give a row's linear predictor, G = ΛΛ'. */
final class RandomVariance implements Serializable {
    private static final long serialVersionUID = 1;

    private final ParameterLayout layout;
    private final double[] lambda;

    RandomVariance(ParameterLayout layout, double[] parameters) {
        this.layout = layout;
        lambda = layout.lambda(parameters);
    }

    /** s. */
    double deviation(double[] z) {
        double square = 0;
        for (int c = 0; c < z.length; c++) {
            double along = along(z, c);
            square += along * along;
        }
        return Math.sqrt(square);
    }

    /** Element c of Λ'z. */
    private double along(double[] z, int c) {
        double sum = 0;
        for (int r = 0; r < z.length; r++) {
            sum += lambda[r * z.length + c] * z[r];
        }
        return sum;
    }

    /** Adds factor times ∂s²/∂θ, which is 2 z_r (Λ'z)_c for the entry in row r and column c of Λ. */
    void addGradient(double[] z, double factor, double[] into) {
        for (int t = 0; t < layout.theta(); t++) {
            into[layout.thetaStart() + t] += factor * 2 * z[layout.row(t)] * along(z, layout.column(t));
        }
    }
}
