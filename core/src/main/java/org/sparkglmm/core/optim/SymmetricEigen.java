package org.sparkglmm.core.optim;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/** Eigenvalues and orthonormal eigenvectors of a small symmetric matrix: A = V diag(values) V'. */
public final class SymmetricEigen {
    private final double[] values;
    private final double[][] vectors;

    private SymmetricEigen(double[] values, double[][] vectors) {
        this.values = values;
        this.vectors = vectors;
    }

    /** @throws ArithmeticException if the matrix holds NaN or infinity, or the decomposition fails */
    public static SymmetricEigen of(double[][] a) {
        int n = a.length;
        DMatrixRMaj m = new DMatrixRMaj(n, n);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double v = 0.5 * (a[i][j] + a[j][i]);
                if (!(Math.abs(v) < Double.POSITIVE_INFINITY)) {
                    throw new ArithmeticException("matrix with a non-finite element");
                }
                m.set(i, j, v);
            }
        }
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(n, true, true);
        if (!eigen.decompose(m)) {
            throw new ArithmeticException("eigenvalue decomposition failed");
        }
        double[] values = new double[n];
        double[][] vectors = new double[n][n];
        for (int k = 0; k < n; k++) {
            values[k] = eigen.getEigenvalue(k).getReal();
            for (int i = 0; i < n; i++) {
                vectors[k][i] = eigen.getEigenVector(k).get(i, 0);
            }
        }
        return new SymmetricEigen(values, vectors);
    }

    public int size() {
        return values.length;
    }

    public double value(int k) {
        return values[k];
    }

    /** Eigenvector k. */
    public double[] vector(int k) {
        return vectors[k];
    }

    public double smallest() {
        double least = Double.POSITIVE_INFINITY;
        for (double v : values) {
            least = Math.min(least, v);
        }
        return least;
    }

    public double largest() {
        double most = Double.NEGATIVE_INFINITY;
        for (double v : values) {
            most = Math.max(most, v);
        }
        return most;
    }
}
