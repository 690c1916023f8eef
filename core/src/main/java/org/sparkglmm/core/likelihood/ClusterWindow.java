package org.sparkglmm.core.likelihood;

import java.util.Arrays;
import org.sparkglmm.core.design.BlockColumn;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.model.Adjoint;
import org.sparkglmm.core.model.AuxiliaryPredictors;
import org.sparkglmm.core.model.Derivatives;
import org.sparkglmm.core.model.ObservationModel;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.model.RowWindow;

/**
 * A window of some hundred rows, the whole clusters of a block one after another, so that the density is evaluated for all of
 * them in one call. What is by row is an array over the window's rows; what is by cluster, an array over its clusters (a
 * matrix a cluster: one such array for each element). Loops then run over rows or over clusters, and two kinds of them lead from one
 * to the other: sums over a cluster's rows, and values spread over them.
 */
final class ClusterWindow {
    /**
     * Rows that a window of more than one cluster may have: enough that calls and loops cost nothing a row, few enough that its
     * arrays stay in the cache.
     */
    static final int ROWS = 512;

    final ClusterBlock block;
    final ObservationModel density;
    final ParameterLayout layout;
    final int q;

    /** First cluster and row of the window in the block, and how many of them it has. */
    int first;

    int firstRow;
    int clusters;
    int rows;
    /** Where a cluster's rows start in the window; one element more for the end. */
    final int[] start;

    /** Z in the window. */
    final double[][] z;
    /** offset + Xβ in the window. */
    final double[] fixedPredictor;

    double[] lambda;

    private double[] beta;
    private final double[] clusterPart;
    private final double[][] prepared;
    private final double[][] psiColumn;
    private AuxiliaryPredictors auxiliary;
    private final double[][] effects;

    /** A few rows on their own. */
    private final double[] someEta;

    private final Derivatives some;

    ClusterWindow(MixedModel model, ClusterBlock block) {
        this.block = block;
        density = model.density();
        layout = model.layout();
        q = layout.random();
        int n = mostRows();
        int m = mostClusters();
        start = new int[m + 1];
        z = new double[q][n];
        fixedPredictor = new double[n];
        clusterPart = new double[m];
        effects = new double[q][m];
        someEta = new double[block.widest()];
        some = new Derivatives(block.widest());
        int parts = layout.psiParts();
        prepared = new double[density.prepared()][block.rows()];
        psiColumn = new double[parts][];
        for (int k = 0; k < parts; k++) {
            psiColumn[k] = block.auxiliary(k) == null ? null : new double[block.rows()];
        }
    }

    /** Rows that a window may have. */
    int mostRows() {
        return Math.max(Math.min(ROWS, block.rows()), block.widest());
    }

    /** Clusters that a window may have. */
    int mostClusters() {
        return Math.min(ROWS, block.clusters());
    }

    /** Room for a number a cluster in each of {@code count} arrays. */
    double[][] byCluster(int count) {
        return new double[count][mostClusters()];
    }

    /** Moves to another parameter vector: one sweep over the block for what depends on ψ alone. */
    void setParameters(double[] parameters) {
        lambda = layout.lambda(parameters);
        beta = parameters;
        double[] constant = new double[layout.psiParts()];
        for (int k = 0; k < constant.length; k++) {
            if (psiColumn[k] == null) {
                constant[k] = parameters[layout.psiStart(k)];
            } else {
                psiPredictor(k, parameters);
            }
        }
        auxiliary = new AuxiliaryPredictors(constant, psiColumn);
        density.prepare(block.observations(), auxiliary, prepared);
    }

    private void psiPredictor(int k, double[] parameters) {
        double[] into = psiColumn[k];
        BlockColumn[] columns = block.auxiliary(k);
        for (int i = 0; i < block.clusters(); i++) {
            for (int j = block.start(i); j < block.start(i + 1); j++) {
                double sum = 0;
                for (int c = 0; c < columns.length; c++) {
                    sum += parameters[layout.psiStart(k) + c] * columns[c].at(i, j);
                }
                into[j] = sum;
            }
        }
    }

    /** The linear predictor of the family's own parameter k at a row of the block. */
    double psi(int k, int row) {
        return auxiliary.at(k, row);
    }

    /** Opens the window at a cluster; returns the cluster that comes after it. */
    int open(int cluster) {
        first = cluster;
        firstRow = block.start(cluster);
        int most = Math.min(block.clusters() - cluster, mostClusters());
        clusters = 1;
        while (clusters < most && block.start(cluster + clusters + 1) - firstRow <= ROWS) {
            clusters++;
        }
        for (int i = 0; i <= clusters; i++) {
            start[i] = block.start(cluster + i) - firstRow;
        }
        rows = start[clusters];
        for (int r = 0; r < q; r++) {
            fill(block.z()[r], z[r]);
        }
        fillFixedPredictor();
        return cluster + clusters;
    }

    /** A column's rows in the window. */
    void fill(BlockColumn column, double[] into) {
        if (column.isOnes()) {
            Arrays.fill(into, 0, rows, 1);
        } else if (column.isByCluster()) {
            for (int i = 0; i < clusters; i++) {
                Arrays.fill(into, start[i], start[i + 1], column.values()[first + i]);
            }
        } else {
            System.arraycopy(column.values(), firstRow, into, 0, rows);
        }
    }

    private void fillFixedPredictor() {
        Arrays.fill(clusterPart, 0, clusters, 0);
        BlockColumn[] x = block.x();
        for (int c = 0; c < x.length; c++) {
            if (x[c].isByCluster()) {
                for (int i = 0; i < clusters; i++) {
                    clusterPart[i] += beta[c] * x[c].at(first + i, 0);
                }
            }
        }
        for (int i = 0; i < clusters; i++) {
            Arrays.fill(fixedPredictor, start[i], start[i + 1], clusterPart[i]);
        }
        if (block.offset() != null) {
            addMultiple(1, block.offset());
        }
        for (int c = 0; c < x.length; c++) {
            if (!x[c].isByCluster()) {
                addMultiple(beta[c], x[c].values());
            }
        }
    }

    private void addMultiple(double factor, double[] column) {
        for (int j = 0; j < rows; j++) {
            fixedPredictor[j] += factor * column[firstRow + j];
        }
    }

    /** Λv of every cluster, q arrays by cluster. */
    void timesLambda(double[][] v, double[][] into) {
        for (int r = 0; r < q; r++) {
            double[] out = into[r];
            Arrays.fill(out, 0, clusters, 0);
            for (int d = 0; d <= r; d++) {
                double factor = lambda[r * q + d];
                double[] of = v[d];
                for (int i = 0; i < clusters; i++) {
                    out[i] += factor * of[i];
                }
            }
        }
    }

    /** Λ'v of every cluster. */
    void timesLambdaTransposed(double[][] v, double[][] into) {
        for (int d = 0; d < q; d++) {
            double[] out = into[d];
            Arrays.fill(out, 0, clusters, 0);
            for (int r = d; r < q; r++) {
                double factor = lambda[r * q + d];
                double[] of = v[r];
                for (int i = 0; i < clusters; i++) {
                    out[i] += factor * of[i];
                }
            }
        }
    }

    /** into := base + ZΛv by row. */
    void predictor(double[] base, double[][] v, double[] into) {
        timesLambda(v, effects);
        addRandomPart(base, effects, into);
    }

    /** into := base + Zb by row; base may be into. */
    void addRandomPart(double[] base, double[][] b, double[] into) {
        if (q == 2) {
            for (int i = 0; i < clusters; i++) {
                double b0 = b[0][i];
                double b1 = b[1][i];
                for (int j = start[i]; j < start[i + 1]; j++) {
                    into[j] = base[j] + (b0 * z[0][j] + b1 * z[1][j]);
                }
            }
            return;
        }
        double[] from = base;
        for (int r = 0; r < q; r++) {
            for (int i = 0; i < clusters; i++) {
                double effect = b[r][i];
                for (int j = start[i]; j < start[i + 1]; j++) {
                    into[j] = from[j] + effect * z[r][j];
                }
            }
            from = into;
        }
    }

    /** Σ v_j over the rows of every cluster. */
    void sum(double[] v, double[] into) {
        for (int i = 0; i < clusters; i++) {
            double sum = 0;
            for (int j = start[i]; j < start[i + 1]; j++) {
                sum += v[j];
            }
            into[i] = sum;
        }
    }

    /** Z'v of every cluster, q arrays. */
    void crossZ(double[] v, double[][] into) {
        if (q == 2) {
            for (int i = 0; i < clusters; i++) {
                double sum0 = 0;
                double sum1 = 0;
                for (int j = start[i]; j < start[i + 1]; j++) {
                    sum0 += v[j] * z[0][j];
                    sum1 += v[j] * z[1][j];
                }
                into[0][i] = sum0;
                into[1][i] = sum1;
            }
            return;
        }
        for (int r = 0; r < q; r++) {
            for (int i = 0; i < clusters; i++) {
                double sum = 0;
                for (int j = start[i]; j < start[i + 1]; j++) {
                    sum += v[j] * z[r][j];
                }
                into[r][i] = sum;
            }
        }
    }

    /** x'v of every cluster for the first few of some columns, each into an array; three at a time, the last ones perhaps again. */
    void cross(double[] v, double[][] x, int count, double[][] into) {
        for (int c = 0; c < count; c += 3) {
            int c1 = Math.min(c + 1, count - 1);
            int c2 = Math.min(c + 2, count - 1);
            cross(v, x[c], x[c1], x[c2], into[c], into[c1], into[c2]);
        }
    }

    private void cross(
            double[] v, double[] x0, double[] x1, double[] x2, double[] into0, double[] into1, double[] into2) {
        for (int i = 0; i < clusters; i++) {
            double sum0 = 0;
            double sum1 = 0;
            double sum2 = 0;
            for (int j = start[i]; j < start[i + 1]; j++) {
                sum0 += v[j] * x0[j];
                sum1 += v[j] * x1[j];
                sum2 += v[j] * x2[j];
            }
            into0[i] = sum0;
            into1[i] = sum1;
            into2[i] = sum2;
        }
    }

    /** out := a number a cluster times v, by row; v may be out. */
    void spread(double[] factor, double[] v, double[] out) {
        for (int i = 0; i < clusters; i++) {
            for (int j = start[i]; j < start[i + 1]; j++) {
                out[j] = factor[i] * v[j];
            }
        }
    }

    /** The lower triangle of Z'diag(v)Z of every cluster, element (r, c) in array r·q + c. */
    void crossZ2(double[] v, double[][] into) {
        if (q == 2) {
            for (int i = 0; i < clusters; i++) {
                double sum00 = 0;
                double sum10 = 0;
                double sum11 = 0;
                for (int j = start[i]; j < start[i + 1]; j++) {
                    double v0 = v[j] * z[0][j];
                    double v1 = v[j] * z[1][j];
                    sum00 += v0 * z[0][j];
                    sum10 += v0 * z[1][j];
                    sum11 += v1 * z[1][j];
                }
                into[0][i] = sum00;
                into[2][i] = sum10;
                into[3][i] = sum11;
            }
            return;
        }
        for (int r = 0; r < q; r++) {
            for (int c = 0; c <= r; c++) {
                for (int i = 0; i < clusters; i++) {
                    double sum = 0;
                    for (int j = start[i]; j < start[i + 1]; j++) {
                        sum += v[j] * z[r][j] * z[c][j];
                    }
                    into[r * q + c][i] = sum;
                }
            }
        }
    }

    /** Evaluates the density of all rows of the window. */
    void evaluate(double[] eta, int order, Derivatives out) {
        density.evaluate(window(eta), order, out);
    }

    /** The same for one cluster's rows; what a model keeps beside the derivatives is not brought along. */
    void evaluateOne(int i, double[] eta, int order, Derivatives out) {
        int from = start[i];
        int n = start[i + 1] - from;
        System.arraycopy(eta, from, someEta, 0, n);
        density.evaluate(new RowWindow(block.observations(), firstRow + from, n, someEta, prepared), order, some);
        System.arraycopy(some.value, 0, out.value, from, n);
        System.arraycopy(some.first, 0, out.first, from, n);
        System.arraycopy(some.second, 0, out.second, from, n);
        System.arraycopy(some.third, 0, out.third, from, n);
    }

    /** wℓ'''' of all rows of the window; false if the density cannot be evaluated around η. */
    boolean evaluateFourth(FourthDerivative derivative, double[] eta, double[] out) {
        return derivative.evaluate(window(eta), out);
    }

    /** {@link ObservationModel#addAuxiliary} for all rows of the window. */
    void addAuxiliary(double[] eta, Derivatives at, Adjoint adjoint, double[][] into) {
        density.addAuxiliary(window(eta), at, adjoint, into);
    }

    private RowWindow window(double[] eta) {
        return new RowWindow(block.observations(), firstRow, rows, eta, prepared);
    }
}
