package org.sparkglmm.core.likelihood;

import java.util.Arrays;
import org.sparkglmm.core.math.MatrixBatch;

/**
 * How the modes û and the quadrature's Y = [û, √2R] of a window's clusters move with the distinct parameters: the tangents dû, C = dV, N
 * and dR of {@link ClusterCurvature}, with the cross-products at the mode that they are made of.
 */
final class CurvatureTangents extends ClusterArrays {
    private static final double SQRT2 = Math.sqrt(2);

    private final ModeSearch modes;
    private final DistinctColumns distinct;
    private final int p;
    private final int width;
    /** Parameters of distinct columns: p and |θ|. */
    private final int size;
    /** Columns of Y: 1 + q, or 1 with one node. */
    private final int depth;

    /** Columns of Y and R; rows of H⁻¹; columns of ΛR; rows of H⁻¹Λ'. */
    final double[][][] y;

    private final double[][] cholInverse;

    private final double[][][] root;
    private final double[][] flatInverse;
    private final double[][][] inverse;
    private final double[][][] a;
    private final double[][][] gain;
    /** By column of Z, and by pair of them: [X Z]'ℓ''z_r and [X Z]'ℓ'''(z_r z_s). */
    final double[][][] cross2;

    final double[][][] cross3;

    /** By distinct column of [X Z], as if it had a β: dû. */
    private final double[][][] moved;
    /** Tangents by parameter: of the columns of Y and of V = ΛY, and of N by pair. */
    final double[][][][] dY;

    final double[][][][] dV;
    final double[][][] dN;

    private final double[][][] work;
    private final double[][] crossed;
    private final double[] scratch;
    // By row.
    private final double[] weighted;
    private final double[] weighted2;

    /**
     * @param cholInverse L⁻¹ of every cluster, there before a window is taken up
     * @param depth columns of Y that are wanted
     */
    CurvatureTangents(ModeSearch modes, DistinctColumns distinct, double[][] cholInverse, int depth) {
        super(modes.batch);
        this.modes = modes;
        this.distinct = distinct;
        this.depth = depth;
        p = distinct.p;
        width = distinct.width;
        size = p + row.length;
        int pairs = q * (q + 1) / 2;
        int n = batch.mostRows();
        weighted = new double[n];
        weighted2 = new double[n];
        scratch = new double[batch.mostClusters()];
        y = byCluster(depth, q);
        y[0] = modes.u;
        // The rows of L⁻¹ are the columns of R.
        this.cholInverse = cholInverse;
        root = rows(cholInverse);
        flatInverse = batch.byCluster(q * q);
        inverse = rows(flatInverse);
        a = byCluster(q, q);
        gain = byCluster(q, q);
        cross2 = byCluster(q, width);
        cross3 = byCluster(pairs, width);
        moved = byCluster(width, q);
        dY = byCluster(depth, size, q);
        System.arraycopy(moved, 0, dY[0], 0, p);
        dV = byCluster(depth, size, q);
        dN = byCluster(size, pairs);
        crossed = batch.byCluster(width);
        work = byCluster(q, q);
    }

    /** The rows of a matrix of q×q arrays. */
    private double[][][] rows(double[][] flat) {
        double[][][] out = new double[q][][];
        for (int r = 0; r < q; r++) {
            out[r] = Arrays.copyOfRange(flat, r * q, r * q + q);
        }
        return out;
    }

    /** Takes up the window at its modes. */
    void begin() {
        int n = batch.clusters;
        crossProductsAtMode();
        MatrixBatch.multiplyTransposedLeft(cholInverse, cholInverse, q, flatInverse, n);
        for (int r = 0; r < q; r++) {
            batch.timesLambda(root[r], a[r]);
            batch.timesLambda(inverse[r], gain[r]);
        }
        for (int c = 1; c < depth; c++) {
            for (int d = 0; d < q; d++) {
                Arrays.fill(y[c][d], 0, n, 0);
                MatrixBatch.addMultiple(y[c][d], SQRT2, root[c - 1][d], n);
            }
        }
        moveMode();
        moveV(0);
        moveCurvature();
        for (int c = 1; c < depth; c++) {
            moveRoot(c);
            moveV(c);
        }
    }

    private void crossProductsAtMode() {
        int n = batch.rows;
        for (int r = 0; r < q; r++) {
            product(modes.at.second, batch.z[r], weighted, n);
            batch.cross(weighted, distinct.columns, width, cross2[r]);
            product(modes.at.third, batch.z[r], weighted, n);
            for (int s = 0; s <= r; s++) {
                product(weighted, batch.z[s], weighted2, n);
                batch.cross(weighted2, distinct.columns, width, cross3[pair(r, s)]);
            }
        }
    }

    /** dû. */
    private void moveMode() {
        for (int c = 0; c < width; c++) {
            for (int e = 0; e < q; e++) {
                clear(moved[c][e]);
                for (int l = 0; l < q; l++) {
                    add(moved[c][e], 1, gain[e][l], cross2[l][c]);
                }
            }
        }
        for (int f = 0; f < row.length; f++) {
            for (int e = 0; e < q; e++) {
                double[] out = dY[0][p + f][e];
                clear(out);
                add(out, 1, inverse[e][column[f]], modes.zScore[row[f]]);
                add(out, 1, y[0][column[f]], moved[distinct.ofZ[row[f]]][e]);
            }
        }
    }

    /** C_c of the tangents' formulas. */
    private void moveV(int c) {
        for (int i = 0; i < size; i++) {
            batch.timesLambda(dY[c][i], dV[c][i]);
        }
        for (int f = 0; f < row.length; f++) {
            MatrixBatch.addMultiple(dV[c][p + f][row[f]], 1, y[c][column[f]], batch.clusters);
        }
    }

    /** N = R'dH R. */
    private void moveCurvature() {
        // Columns of Z'ℓ''Z ΛR = -(Z'WZ) ΛR.
        for (int j = 0; j < q; j++) {
            for (int l = 0; l < q; l++) {
                clear(work[j][l]);
                for (int e = 0; e < q; e++) {
                    add(work[j][l], 1, cross2[l][distinct.ofZ[e]], a[j][e]);
                }
            }
        }
        for (int i = 0; i < q; i++) {
            for (int j = 0; j <= i; j++) {
                moveCurvature(i, j);
            }
        }
    }

    private void moveCurvature(int i, int j) {
        int h = pair(i, j);
        clear(crossed);
        for (int l = 0; l < q; l++) {
            for (int d = 0; d <= l; d++) {
                clear(scratch);
                add(scratch, -1, a[i][l], a[j][d]);
                if (d < l) {
                    add(scratch, -1, a[i][d], a[j][l]);
                }
                for (int c = 0; c < width; c++) {
                    add(crossed[c], 1, scratch, cross3[pair(l, d)][c]);
                }
            }
        }
        for (int t = 0; t < size; t++) {
            double[] out = dN[t][h];
            if (t < p) {
                System.arraycopy(crossed[t], 0, out, 0, batch.clusters);
            } else {
                clear(out);
            }
            for (int e = 0; e < q; e++) {
                add(out, 1, crossed[distinct.ofZ[e]], dV[0][t][e]);
            }
        }
        for (int f = 0; f < row.length; f++) {
            add(dN[p + f][h], -1, root[i][column[f]], work[j][row[f]]);
            add(dN[p + f][h], -1, root[j][column[f]], work[i][row[f]]);
        }
    }

    /** √2 dR, its column c - 1. */
    private void moveRoot(int c) {
        int j = c - 1;
        for (int t = 0; t < size; t++) {
            for (int d = 0; d <= j; d++) {
                clear(dY[c][t][d]);
                for (int i = d; i <= j; i++) {
                    add(dY[c][t][d], -half(i, j), y[i + 1][d], dN[t][pair(i, j)]);
                }
            }
        }
    }
}
