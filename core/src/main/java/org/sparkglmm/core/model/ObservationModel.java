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
     * Log-density of the rows of a window.
     *
     * @param order how many derivatives to fill in at least: 0, 1, 2 or 3
     * @param out filled for j = 0 … count - 1; the value of a row is -infinity where its η lies outside the link's range, NaN
     *     where it is NaN, and then its derivatives are undefined
     */
    void evaluate(RowWindow rows, int order, Derivatives out);

    /**
     * From the adjoint of (ℓ, ℓ', ℓ'') to that of the linear predictors of ψ: adds w (value_j ∂ℓ/∂ψ_k + first_j ∂ℓ'/∂ψ_k + second_j
     * ∂ℓ''/∂ψ_k) to {@code into[k][j]}. Families without ψ have nothing to add.
     *
     * @param at what {@link #evaluate} filled in for the same window: of order 1 if the adjoint is of ℓ alone, 3 otherwise
     */
    default void addAuxiliary(RowWindow rows, Derivatives at, Adjoint adjoint, double[][] into) {}
}
