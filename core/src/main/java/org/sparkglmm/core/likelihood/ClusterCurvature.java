package org.sparkglmm.core.likelihood;

import java.util.Arrays;
import org.sparkglmm.core.math.CompensatedSum;
import org.sparkglmm.core.math.MatrixBatch;
import org.sparkglmm.core.model.Derivatives;

/**
 * The exact Hessian in (β, θ) of the approximate marginal log-likelihood of a window's clusters: what {@link ClusterIntegral} says
 * of the gradient, once more. As there, a matrix a cluster is an array over the clusters for each of its elements. Holds the
 * workspace; one thread at a time.
 *
 * <p>With R = L⁻ᵀ (upper triangular, RR' = H⁻¹), Y = [û, √2R] and x̃ = (1, x) the approximation is, up to a constant,
 *
 * <pre>
 * log I = log Σ_k exp(c_k + S_k) + Σ log R_dd ,  S_k = ℓ(β, Λu_k) - ½u_k'u_k ,  u_k = Yx̃_k
 * </pre>
 *
 * explicit in (β, Λ, Y), and linear in Y inside S. One node has Y = û. Tangents, a column for each of the P = p + |θ|
 * parameters (all derivatives of ℓ without k are at û):
 *
 * <pre>
 * dû  = H⁻¹ (Λ'Z'ℓ''X for β ,  t_r e_d + û_d Λ'Z'ℓ''z_r for Λ_rd) ,  t = Z'ℓ'
 * C_a = dΛ Y_a + Λ dY_a ,  so that dη_jk = x_j'dβ + z_j' Σ_a x̃_ka C_a
 * N   = R'dH R ,  dH = dΛ'(Z'WZ)Λ + its transpose - Λ'(Σ_j ℓ'''_j dη_j z_j z_j')Λ
 * dR  = -RΥ(N) ,  Υ: the upper triangle with its diagonal halved
 * dS_k = X'ℓ'_k for β, t_kr u_kd for Λ_rd, - g_k'dY x̃_k ,  g_k = ∇h(u_k)
 * </pre>
 *
 * With the adjoints R̄ = diag(1/R_dd) - √2 Σ p_k g_k x_k', Q = R'R̄, H̄ = -½R(Υ(Q) + Υ(Q)')R' and s = H⁻¹(Σ c_j
 * a_j - ḡ), m_j and c_j as in {@link ClusterIntegral}, the second derivatives of û and of H(û) stand in those of
 *
 * <pre>E = Σ_j [ℓ'(η_j) z_j'Λs - ℓ''(η_j) z_j'ΛH̄Λ'z_j] ,  η_j = x_j'β + z_j'Λû ,  with s, H̄ and dû constant</pre>
 *
 * and the Hessian is Σ p_k d²S_k + Cov_p(dS_k) + d²E + N'KN, where N'KN = R̄ · d²R(H)[dH, dH] - Σ (dR_dd / R_dd)² and
 *
 * <pre>d²R[1, 2] = R (Υ₂Υ₁ + Υ(Υ₂'N₁ + N₁Υ₂))</pre>
 *
 * Rows are met in cross-products of X and Z only; all that is P wide is algebra of size q once a cluster. Columns of X that are
 * constant within clusters all count as one, a column of ones: the Hessian is found for it, and their values multiply it at the
 * end.
 *
 * <p>Use: {@link #begin} at the modes, {@link #addNode} for every node of a grid of more than one, {@link #addTo}.
 */
final class ClusterCurvature extends ClusterArrays {
    private final ModeSearch modes;
    private final DistinctColumns distinct;
    private final CurvatureTangents tangents;
    private final CurvatureNodes nodes;
    /** Distinct columns of X. */
    private final int p;
    /** Distinct columns of [X Z]. */
    private final int width;
    /** Parameters of distinct columns: p and |θ|. */
    private final int size;
    /** Columns of Y: 1 + q, or 1 with one node. */
    private final int depth;
    /** Entries of a symmetric q×q matrix. */
    private final int pairs;
    // What the tangents and the nodes found, by their names there; addTo adds to the node weights and the Hessian.
    private final double[][][] y;
    private final double[][][] cross2;
    private final double[][][] cross3;
    private final double[][][][] dY;
    private final double[][][][] dV;
    private final double[][][] dN;
    private final double[][] hessian;
    private final double[][][] nodeScore;
    private final double[][][] nodeGradient;
    private final double[][] nodeMoments;
    private final double[][] nodeWeights;

    private final FourthDerivative fourthDerivative;

    // By row.
    private final double[] weighted;
    private final double[] fourth;

    /** What each of the tangents is multiplied with in the Hessian, symmetrised. */
    private final double[][][][] ofY;

    private final double[][][][] ofV;
    private final double[][][] ofN;

    /** By column of Y and of Z: [X Z]'wz_r with the node weights w of the column of Y. */
    private final double[][][][] crossWeights;
    /** By pairs of columns of Y and of Z: Z'wZ with the node weights of the former; partly the same arrays. */
    private final double[][][] zWeights;
    /** ∂²E/∂Λ_f∂η along the columns of [X Z]. */
    private final double[][][] ofLambda;
    /** ΛH̄, column by column, and K by pairs. */
    private final double[][][] lambdaHBar;

    private final double[][][] k;
    private final double[][] crossed;
    private final double[] scratch;

    /** @param cholInverse L⁻¹ of every cluster, there before {@link #begin} */
    ClusterCurvature(ModeSearch modes, GaussHermite grid, double[][] cholInverse) {
        super(modes.batch);
        this.modes = modes;
        depth = grid.size() == 1 ? 1 : 1 + q;
        distinct = new DistinctColumns(batch);
        tangents = new CurvatureTangents(modes, distinct, cholInverse, depth);
        nodes = new CurvatureNodes(grid, distinct, tangents);
        p = distinct.p;
        width = distinct.width;
        size = p + row.length;
        y = tangents.y;
        cross2 = tangents.cross2;
        cross3 = tangents.cross3;
        dY = tangents.dY;
        dV = tangents.dV;
        dN = tangents.dN;
        hessian = nodes.hessian;
        nodeScore = nodes.nodeScore;
        nodeGradient = nodes.nodeGradient;
        nodeMoments = nodes.nodeMoments;
        nodeWeights = nodes.nodeWeights;
        pairs = q * (q + 1) / 2;
        int depthPairs = depth * (depth + 1) / 2;
        int n = batch.mostRows();
        fourthDerivative = new FourthDerivative(batch.density, n);
        fourth = new double[n];
        weighted = new double[n];
        scratch = new double[batch.mostClusters()];
        crossed = batch.byCluster(width);
        ofY = byCluster(depth, size, q);
        ofV = byCluster(depth, size, q);
        ofN = byCluster(size, pairs);
        crossWeights = byCluster(depth, q, width);
        zWeights = byCluster(depthPairs, pairs);
        for (int c = 0; c < depth; c++) {
            for (int r = 0; r < q; r++) {
                for (int d = 0; d <= r; d++) {
                    zWeights[pair(c, 0)][pair(r, d)] = crossWeights[c][r][distinct.ofZ[d]];
                }
            }
        }
        ofLambda = byCluster(row.length, width);
        lambdaHBar = byCluster(q, q);
        k = byCluster(pairs, pairs);
    }

    /** Takes up the window at its modes. */
    void begin() {
        distinct.fill();
        tangents.begin();
        nodes.begin(modes);
    }

    /** See {@link CurvatureNodes#addNode}. */
    void addNode(int node, double[] weight, double[][] u, Derivatives at) {
        nodes.addNode(node, weight, u, at);
    }

    /**
     * Adds the Hessians of the window's clusters, each times its frequency; NaN if one has none. What is given is called as in
     * {@link ClusterIntegral}.
     *
     * @param hBar H̄
     * @param zThird Z'c
     * @param zAlong Z'diag(ℓ'')ZΛs
     * @param along ZΛs
     */
    void addTo(
            CompensatedSum sum,
            double[][] hBar,
            double[][] s,
            double[][] zThird,
            double[][] zAlong,
            double[] along,
            double[] m) {
        if (!modes.allFound() || !batch.evaluateFourth(fourthDerivative, modes.eta, fourth)) {
            distinct.spoil(sum);
            return;
        }
        nodes.close();
        fillK();
        // What E has of dη dη'.
        double[] third = modes.at.third;
        for (int j = 0; j < batch.rows; j++) {
            nodeWeights[0][j] += third[j] * along[j] - fourth[j] * m[j];
        }
        addCrossProducts();
        slopesOfLambda(hBar, s);
        multiplyV();
        addLambda(hBar);
        multiplyY(zThird, zAlong);
        multiplyN();
        addProducts();
        distinct.addUp(hessian, sum);
    }

    /** K, of which only K + K' counts, from Q: Q · (Υ₂Υ₁ + Υ(Υ₂'N₁ + N₁Υ₂)) - ¼ Σ N_dd². */
    private void fillK() {
        for (double[][] entries : k) {
            clear(entries);
        }
        for (int j = 0; j < q; j++) {
            for (int i = 0; i <= j; i++) {
                // Q = I - √2 R'Σ p_k g_k x_k'
                Arrays.fill(scratch, 0, batch.clusters, i == j ? 1 : 0);
                for (int d = 0; d <= i && depth > 1; d++) {
                    add(scratch, 1, y[i + 1][d], nodeGradient[j + 1][d]);
                }
                for (int l = i; l <= j; l++) {
                    addToK(pair(l, j), pair(i, l), half(i, l) * half(l, j));
                }
                for (int l = 0; l <= i; l++) {
                    addToK(pair(l, j), pair(l, i), half(i, j) * half(l, i));
                }
                for (int l = 0; l <= j; l++) {
                    addToK(pair(i, l), pair(l, j), half(i, j) * half(l, j));
                }
            }
            Arrays.fill(scratch, 0, batch.clusters, 1);
            addToK(pair(j, j), pair(j, j), -0.25);
        }
    }

    private void addToK(int h, int g, double multiple) {
        MatrixBatch.addMultiple(k[h][g], multiple, scratch, batch.clusters);
    }

    /** X'wX, and [X Z]'wZ and Z'wZ with the weights of the columns of Y. */
    private void addCrossProducts() {
        int n = batch.rows;
        for (int i = 0; i < p; i++) {
            product(nodeWeights[0], distinct.columns[i], weighted, n);
            batch.cross(weighted, distinct.columns, i + 1, crossed);
            for (int j = 0; j <= i; j++) {
                MatrixBatch.addMultiple(hessian[pair(i, j)], 1, crossed[j], batch.clusters);
            }
        }
        for (int c = 0; c < depth; c++) {
            for (int b = 0; b <= c; b++) {
                for (int r = 0; r < q; r++) {
                    product(nodeWeights[pair(c, b)], batch.z[r], weighted, n);
                    if (b == 0) {
                        batch.cross(weighted, distinct.columns, width, crossWeights[c][r]);
                    } else {
                        double[][] ofRow = Arrays.copyOfRange(zWeights[pair(c, b)], pair(r, 0), pair(r, r) + 1);
                        batch.cross(weighted, batch.z, r + 1, ofRow);
                    }
                }
            }
        }
    }

    private void slopesOfLambda(double[][] hBar, double[][] s) {
        for (int d = 0; d < q; d++) {
            batch.timesLambda(Arrays.copyOfRange(hBar, d * q, d * q + q), lambdaHBar[d]);
        }
        for (int f = 0; f < row.length; f++) {
            for (int c = 0; c < width; c++) {
                double[] out = ofLambda[f][c];
                clear(out);
                add(out, 1, cross2[row[f]][c], s[column[f]]);
                for (int l = 0; l < q; l++) {
                    add(out, -2, cross3[pair(row[f], l)][c], lambdaHBar[column[f]][l]);
                }
            }
        }
    }

    /** What dV is multiplied with. */
    private void multiplyV() {
        for (int c = 0; c < depth; c++) {
            for (int i = 0; i < size; i++) {
                for (int l = 0; l < q; l++) {
                    double[] out = ofV[c][i][l];
                    if (i < p) {
                        System.arraycopy(crossWeights[c][l][i], 0, out, 0, batch.clusters);
                    } else {
                        clear(out);
                    }
                    for (int b = 0; b < depth; b++) {
                        for (int d = 0; d < q; d++) {
                            add(out, 0.5, zWeights[pair(c, b)][pair(l, d)], dV[b][i][d]);
                        }
                    }
                }
            }
        }
        for (int f = 0; f < row.length; f++) {
            for (int l = 0; l < q; l++) {
                MatrixBatch.addMultiple(ofV[0][p + f][l], 1, ofLambda[f][distinct.ofZ[l]], batch.clusters);
            }
        }
    }

    /** The second derivatives in Λ itself, with β, and by way of dV. */
    private void addLambda(double[][] hBar) {
        for (int f = 0; f < row.length; f++) {
            for (int c = 0; c < p; c++) {
                MatrixBatch.addMultiple(hessian[pair(p + f, c)], 1, ofLambda[f][c], batch.clusters);
            }
            for (int e = 0; e <= f; e++) {
                add(
                        hessian[pair(p + f, p + e)],
                        -2,
                        cross2[row[f]][distinct.ofZ[row[e]]],
                        hBar[column[f] * q + column[e]]);
            }
            for (int c = 0; c < depth; c++) {
                for (int i = 0; i < size; i++) {
                    add(hessian[pair(p + f, i)], i == p + f ? 2 : 1, y[c][column[f]], ofV[c][i][row[f]]);
                }
            }
        }
    }

    /** What dY is multiplied with, that of dV included. */
    private void multiplyY(double[][] zThird, double[][] zAlong) {
        int n = batch.clusters;
        for (int c = 0; c < depth; c++) {
            for (int i = 0; i < size; i++) {
                batch.timesLambdaTransposed(ofV[c][i], ofY[c][i]);
                for (int b = 0; b < depth; b++) {
                    for (int d = 0; d < Math.min(nodes.rowsOf(c), nodes.rowsOf(b)); d++) {
                        add(ofY[c][i][d], -0.5, nodeMoments[pair(c, b)], dY[b][i][d]);
                    }
                }
            }
            for (int f = 0; f < row.length; f++) {
                MatrixBatch.addMultiple(ofY[c][p + f][column[f]], 1, nodeScore[c][row[f]], n);
            }
        }
        for (int f = 0; f < row.length; f++) {
            MatrixBatch.addMultiple(ofY[0][p + f][column[f]], 1, zThird[row[f]], n);
            MatrixBatch.addMultiple(ofY[0][p + f][column[f]], 1, zAlong[row[f]], n);
        }
    }

    /** What N is multiplied with, that of dR included. */
    private void multiplyN() {
        for (int t = 0; t < size; t++) {
            for (int h = 0; h < pairs; h++) {
                clear(ofN[t][h]);
                for (int g = 0; g < pairs; g++) {
                    add(ofN[t][h], 0.5, k[h][g], dN[t][g]);
                }
            }
            for (int j = 0; j < depth - 1; j++) {
                for (int i = 0; i <= j; i++) {
                    for (int d = 0; d <= i; d++) {
                        add(ofN[t][pair(i, j)], -half(i, j), y[i + 1][d], ofY[j + 1][t][d]);
                    }
                }
            }
        }
    }

    /** What û and N move, times what they are multiplied with. */
    private void addProducts() {
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                addSymmetric(hessian[pair(i, j)], dY[0][i], ofY[0][j], ofY[0][i], dY[0][j]);
                addSymmetric(hessian[pair(i, j)], dN[i], ofN[j], ofN[i], dN[j]);
            }
        }
    }

    /** out += v_i'w_j + w_i'v_j. */
    private void addSymmetric(double[] out, double[][] vi, double[][] wj, double[][] wi, double[][] vj) {
        for (int e = 0; e < vi.length; e++) {
            add(out, 1, vi[e], wj[e]);
            add(out, 1, wi[e], vj[e]);
        }
    }
}
