package org.sparkglmm.core.model;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where the parameters lie in one vector: fixed effects β (p of them), then the free entries θ of the lower-triangular
 * Λ (row by row; G = ΛΛ'), then ψ: the coefficients of the predictors of the family's own parameters, one after another.
 *
 * <p>Λ is block-diagonal, one block a random term: {@code (1 + time | id)} is one block of size 2, {@code (1 + time ||
 * id)} two of size 1.
 */
public final class ParameterLayout implements Serializable {
    private static final long serialVersionUID = 1;

    private final int fixed;
    private final int[] psiStart;
    private final List<CovarianceFactor> factors;
    private final int q;
    private final int[] rows;
    private final int[] columns;

    /**
     * @param fixedEffects number of fixed effects
     * @param blockSizes size of each random term
     * @param psiSizes coefficients of each of the family's own parameters, 1 for a constant
     */
    public ParameterLayout(int fixedEffects, int[] blockSizes, int[] psiSizes) {
        this.fixed = fixedEffects;
        List<CovarianceFactor> all = new ArrayList<>();
        int size = 0;
        int free = 0;
        for (int b : blockSizes) {
            all.add(new CovarianceFactor(size, b, fixed + free));
            size += b;
            free += CovarianceFactor.entries(b);
        }
        factors = List.copyOf(all);
        q = size;
        rows = new int[free];
        columns = new int[free];
        for (CovarianceFactor factor : factors) {
            for (int r = factor.start(); r < factor.end(); r++) {
                for (int c = factor.start(); c <= r; c++) {
                    rows[factor.index(r, c) - fixed] = r;
                    columns[factor.index(r, c) - fixed] = c;
                }
            }
        }
        psiStart = new int[psiSizes.length + 1];
        psiStart[0] = fixed + free;
        for (int k = 0; k < psiSizes.length; k++) {
            psiStart[k + 1] = psiStart[k] + psiSizes[k];
        }
    }

    /** With constants for all of the family's own parameters. */
    public ParameterLayout(int fixedEffects, int[] blockSizes, int psi) {
        this(fixedEffects, blockSizes, ones(psi));
    }

    private static int[] ones(int count) {
        int[] out = new int[count];
        Arrays.fill(out, 1);
        return out;
    }

    /** Number of fixed effects, p. */
    public int fixed() {
        return fixed;
    }

    /** Number of random effects a cluster, q. */
    public int random() {
        return q;
    }

    /** Number of free entries of Λ. */
    public int theta() {
        return rows.length;
    }

    /** Number of coefficients of all of the family's own parameters. */
    public int psi() {
        return size() - psiStart();
    }

    /** Number of the family's own parameters. */
    public int psiParts() {
        return psiStart.length - 1;
    }

    /** Where the coefficients of own parameter k start; k may be their number, for the end. */
    public int psiStart(int k) {
        return psiStart[k];
    }

    /** All of them. */
    public int size() {
        return psiStart[psiStart.length - 1];
    }

    public int thetaStart() {
        return fixed;
    }

    public int psiStart() {
        return fixed + rows.length;
    }

    /** Where the covariance of each random term lies, in their order. */
    public List<CovarianceFactor> factors() {
        return factors;
    }

    /** Index among the parameters of the entry of Λ in that row and column; -1 if it is no parameter. */
    public int index(int row, int column) {
        for (CovarianceFactor factor : factors) {
            if (factor.has(row) && factor.has(column) && column <= row) {
                return factor.index(row, column);
            }
        }
        return -1;
    }

    /** Row in Λ of free entry t. */
    public int row(int t) {
        return rows[t];
    }

    /** Column in Λ of free entry t. */
    public int column(int t) {
        return columns[t];
    }

    /** Λ, q×q row-major, zeros above the diagonal and outside the blocks. */
    public double[] lambda(double[] parameters) {
        double[] lambda = new double[q * q];
        for (int t = 0; t < rows.length; t++) {
            lambda[rows[t] * q + columns[t]] = parameters[fixed + t];
        }
        return lambda;
    }
}
