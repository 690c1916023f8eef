package org.sparkglmm.core.model;

import java.io.Serializable;

/**
 * log f(y | η, ψ) of one family with one link, on the scale of the linear predictor, for some hundred rows at a time
 * (no call a row). Stateless.
 *
 * <p>What depends on y and ψ but not on η (a log-gamma, a dispersion) is computed once a parameter vector by {@link #prepare}
 * and handed to every evaluation. Terms that depend on neither are left out here; {@link Family#logConstant} has them.
 */
public interface ObservationModel extends Serializable {

    /** How many numbers a row {@link #prepare} makes. */
    default int prepared() {
        return 0;
    }

    /**
     * Computes what evaluations at these ψ need of every row of a block.
     *
     * @param psi linear predictors of {@link Family#auxiliary()}, in order
     * @param into {@link #prepared()} columns of as many values as the block has rows
     */
    default void prepare(Observations observations, AuxiliaryPredictors psi, double[][] into) {}

    /**
     * Whether ℓ is known to be concave in η whatever y and ψ: then a cluster has one conditional mode, wherever the search begins.
     */
    default boolean isConcave() {
        return false;
    }

    /**
     * Log-density of rows {@code from} to {@code from + count - 1} at the linear predictor η.
     *
     * @param eta linear predictor, eta[j] belongs to row from + j
     * @param prepared what {@link #prepare} made, by row of the block
     * @param order how many derivatives to fill in at least: 0, 1, 2 or 3
     * @param out filled for j = 0 … count - 1; the value of a row is -infinity where its η lies outside the link's range, NaN
     *     where it is NaN, and then its derivatives are undefined
     */
    void evaluate(
            Observations observations,
            int from,
            int count,
            double[] eta,
            double[][] prepared,
            int order,
            Derivatives out);

    /**
     * The adjoint of (ℓ, ℓ', ℓ'') in the linear predictors of ψ: adds w (value_j ∂ℓ/∂ψ_k + first_j ∂ℓ'/∂ψ_k + second_j
     * ∂ℓ''/∂ψ_k) to {@code into[k][j]}. Families without ψ have nothing to add.
     *
     * @param at what {@link #evaluate} filled in at the same η: order 1 if {@code first} is null, 3 otherwise
     * @param first null for zeros
     * @param second null together with {@code first}
     */
    default void addAuxiliary(
            Observations observations,
            int from,
            int count,
            double[] eta,
            double[][] prepared,
            Derivatives at,
            double[] value,
            double[] first,
            double[] second,
            double[][] into) {}
}
