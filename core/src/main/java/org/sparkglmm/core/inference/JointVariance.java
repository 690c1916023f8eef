package org.sparkglmm.core.inference;

import java.io.Serializable;
import org.sparkglmm.core.math.SmallMatrices;

/**
 * Whether a prediction's standard error for a person depends on how the person's effects move with the parameters.
 *
 * <p>The variance of x'ξ̂ + z'b̂ about x'ξ + z'b is z'Cz + (x + J'z)'V(x + J'z), with C the covariance of b given the parameters, V
 * that of the parameters and J = ∂b̂/∂ξ. Without J, which takes b̂ and ξ̂ as independent, it is z'Cz + x'Vx. Let ε² be the largest z'JVJ'z
 * beside z'Cz over all z. Then for every x the two standard errors are within a share of ε/2 of each other, and a little more: with z'Cz
 * = 1 and x'Vx = t² they are at most √(1 + (t ± ε)²) and √(1 + t²), farthest apart at t = 1.
 */
public final class JointVariance implements Serializable {
    private static final long serialVersionUID = 1;

    /** ε² for 1% of a standard error. */
    private static final double NEGLIGIBLE = 4e-4;

    private final ParameterCovariance covariance;
    private final StandardErrors errors;

    public JointVariance(ParameterCovariance covariance, StandardErrors errors) {
        this.covariance = covariance;
        this.errors = errors;
    }

    /**
     * Whether leaving J out could move a standard error by more than 1%.
     *
     * @param effects C, q×q row by row
     * @param derivatives J, q arrays
     */
    public boolean matters(double[] effects, double[][] derivatives) {
        int q = derivatives.length;
        double[] chol = effects.clone();
        if (!SmallMatrices.choleskyInPlace(chol, q)) {
            return true;
        }
        // The sum of the eigenvalues of C⁻¹JVJ' is not less than the largest.
        double sum = 0;
        double[][] rows = new double[q][];
        for (int r = 0; r < q; r++) {
            rows[r] = derivatives[r].clone();
            for (int c = 0; c < r; c++) {
                for (int k = 0; k < rows[r].length; k++) {
                    rows[r][k] -= chol[r * q + c] * rows[c][k];
                }
            }
            for (int k = 0; k < rows[r].length; k++) {
                rows[r][k] /= chol[r * q + r];
            }
            sum += covariance.deltaCovariance(rows[r], rows[r], errors);
        }
        return !(sum <= NEGLIGIBLE);
    }
}
