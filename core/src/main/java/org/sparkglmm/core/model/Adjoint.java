package org.sparkglmm.core.model;

/**
 * How much a result changes with ℓ, ℓ' and ℓ'' of each row of a {@link RowWindow}: what derivatives of the result in parameters of the
 * density are made of. The arrays are shared.
 */
public final class Adjoint {
    final double[] value;
    final double[] first;
    final double[] second;

    /**
     * @param value by ℓ
     * @param first by ℓ', null for zeros
     * @param second by ℓ'', null together with {@code first}
     */
    public Adjoint(double[] value, double[] first, double[] second) {
        this.value = value;
        this.first = first;
        this.second = second;
    }
}
