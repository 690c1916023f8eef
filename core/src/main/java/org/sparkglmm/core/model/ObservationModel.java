package org.sparkglmm.core.model;

import java.io.Serializable;

/**
 * log f(y | η, ψ) of one family with one link, on the scale of the linear predictor, for the rows of a cluster at a time
 * (one call a cluster, none a row). Stateless.
 *
 * <p>Terms that depend on neither η nor ψ are left out here; {@link Family#logConstant} has them.
 */
public interface ObservationModel extends Serializable {

    /**
     * Log-density of rows {@code from} to {@code from + count - 1} at the linear predictor η.
     *
     * @param eta linear predictor, eta[j] belongs to row from + j
     * @param psi the family's own parameters, {@link Family#psiNames()} in order
     * @param order how many derivatives to fill in: 0, 1, 2 or 3
     * @param out filled for j = 0 … count - 1
     * @return Σ w ℓ; -infinity where η lies outside the link's range, NaN where it is NaN
     */
    double evaluate(
            Observations observations, int from, int count, double[] eta, double[] psi, int order, Derivatives out);

    /** Adds {@code scale} · Σ w ∂ℓ/∂ψ to {@code into}. Families without ψ have nothing to add. */
    default void addPsiGradient(
            Observations observations, int from, int count, double[] eta, double[] psi, double scale, double[] into) {}

    /**
     * Adds Σ_j w ( along_j ∂ℓ'/∂ψ - m_j ∂ℓ''/∂ψ ) to {@code into}: what ψ does to the marginal likelihood through the
     * mode and its curvature; η is that of the mode and {@code atMode} the derivatives there.
     */
    default void addPsiCurvature(
            Observations observations,
            int from,
            int count,
            double[] eta,
            double[] psi,
            Derivatives atMode,
            double[] along,
            double[] m,
            double[] into) {}
}
