package org.sparkglmm.core.likelihood;

import java.util.Arrays;
import org.sparkglmm.core.math.SmallMatrices;
import org.sparkglmm.core.model.ParameterLayout;

/**
 * The exact Hessian in (β, θ) of a cluster's approximate marginal log-likelihood, one cluster after another: what {@link
 * ClusterIntegral} says of the gradient, once more. Holds the workspace; one thread at a time.
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
 * Rows are met in cross-products of X and Z only; all that is P wide is algebra of size q once a cluster.
 *
 * <p>Use: {@link #begin} at the mode, {@link #addNode} for every node of a grid of more than one, {@link #finish}.
 */
final class ClusterCurvature {
    private static final double SQRT2 = Math.sqrt(2);

    private final GaussHermite grid;
    private final int p;
    private final int q;
    /** β and θ. */
    private final int size;
    /** Columns of Y: 1 + q, or 1 with one node. */
    private final int depth;
    /** Entries of a symmetric q×q matrix. */
    private final int pairs;
    /** By free entry of Λ. */
    private final int[] row;

    private final int[] column;

    /** The distinct columns of [X Z]; a column of ones may be null. */
    private final double[][] source;

    private final int width;
    /** By column of Z: which of the distinct columns it is. */
    private final int[] zColumn;

    /** The cluster's rows of them, one column after another. */
    private final double[] columns;

    /** Room for a weighted column, and for its products with all columns. */
    private final double[] weighted;

    private final double[] crossed;

    /** What {@link #begin} was given. */
    private int n;

    private int at;
    private double[] second;
    private double[] third;
    private double[] lambda;
    /** Y, column by column: entry d of column a at aq + d. */
    private final double[] y;

    private final double[] r;
    /** H⁻¹. */
    private final double[] inverse;
    /** ΛR. */
    private final double[] a;
    /** H⁻¹Λ'. */
    private final double[] gain;
    /** Z'ℓ'. */
    private final double[] t;
    /** By column of Z, and by pair of them: [X Z]'ℓ''z_r and [X Z]'ℓ'''(z_r z_s). */
    private final double[][] cross2;

    private final double[][] cross3;

    /** Tangents by parameter: of Y and of V = ΛY, entry by entry as y lies, and of N by pair. */
    private final double[][] dY;

    private final double[][] dV;
    private final double[][] dN;
    /** What each of them is multiplied with in the Hessian, symmetrised. */
    private final double[][] ofY;

    private final double[][] ofV;
    private final double[][] ofN;

    /** Σ of the weights, p not yet normalised; x̃, u_k, t_k, g_k and dS_k of a node; Σ p dS and Σ p dS dS'. */
    private double total;

    private final double[] point;
    private final double[] nodeU;
    private final double[] nodeT;
    private final double[] nodeG;
    private final double[] slope;
    private final double[] slopeSum;
    private final double[] slopeProducts;
    /** Σ p x̃_a ℓ''_j by a and row; Σ p x̃_a t, Σ p x̃_a g as y lies; Σ p x̃_a x̃_b, and with Z'ℓ''Z for a, b > 0. */
    private final double[][] nodeWeights;

    private final double[] nodeScore;
    private final double[] nodeGradient;
    private final double[] nodeMoments;
    private final double[][] nodeCross;

    /** Adjoints: R̄, H̄, s, Λs, Z'c, and K by pairs. */
    private final double[] rBar;

    private final double[] hBar;
    /** ΛH̄ and ΛH̄Λ'. */
    private final double[] lambdaHBar;

    private final double[] spread;
    private final double[] s;
    private final double[] ls;
    private final double[] zThird;
    private final double[] k;
    private final double[] work;
    /** By entry of Y: [X Z]'wz_r with the node weights w of its column. */
    private final double[][] crossWeights;

    private final double[] hessian;

    /**
     * @param layout where the free entries of Λ lie
     * @param x columns of X, null for ones; those that are the very arrays of z are not met twice
     * @param z columns of Z, null for ones
     * @param widest rows of the largest cluster
     */
    ClusterCurvature(ParameterLayout layout, GaussHermite grid, double[][] x, double[][] z, int widest) {
        this.grid = grid;
        p = x.length;
        q = layout.random();
        size = p + layout.theta();
        depth = grid.size() == 1 ? 1 : 1 + q;
        pairs = q * (q + 1) / 2;
        row = new int[layout.theta()];
        column = new int[layout.theta()];
        for (int f = 0; f < row.length; f++) {
            row[f] = layout.row(f);
            column[f] = layout.column(f);
        }
        zColumn = new int[q];
        double[][] distinct = Arrays.copyOf(x, p + q);
        int count = p;
        for (int d = 0; d < q; d++) {
            int c = 0;
            while (c < count && distinct[c] != z[d]) {
                c++;
            }
            zColumn[d] = c;
            if (c == count) {
                distinct[count++] = z[d];
            }
        }
        width = count;
        source = Arrays.copyOf(distinct, width);
        columns = new double[width * widest];
        weighted = new double[widest];
        crossed = new double[width];
        y = new double[depth * q];
        r = new double[q * q];
        inverse = new double[q * q];
        a = new double[q * q];
        gain = new double[q * q];
        t = new double[q];
        cross2 = new double[q][width];
        cross3 = new double[pairs][width];
        dY = new double[depth * q][size];
        dV = new double[depth * q][size];
        dN = new double[pairs][size];
        ofY = new double[depth * q][size];
        ofV = new double[depth * q][size];
        ofN = new double[pairs][size];
        point = new double[depth];
        nodeU = new double[q];
        nodeT = new double[q];
        nodeG = new double[q];
        slope = new double[size];
        slopeSum = new double[size];
        slopeProducts = new double[size * (size + 1) / 2];
        nodeWeights = new double[depth][widest];
        nodeScore = new double[depth * q];
        nodeGradient = new double[depth * q];
        nodeMoments = new double[depth * depth];
        nodeCross = new double[depth * depth][pairs];
        rBar = new double[q * q];
        hBar = new double[q * q];
        lambdaHBar = new double[q * q];
        spread = new double[q * q];
        s = new double[q];
        ls = new double[q];
        zThird = new double[q];
        k = new double[pairs * pairs];
        work = new double[q * q];
        crossWeights = new double[depth * q][width];
        hessian = new double[size * (size + 1) / 2];
    }

    /**
     * Takes up a cluster at its mode. The arrays of derivatives are read again by {@link #finish}.
     *
     * @param n rows of the cluster
     * @param xAt its first row in the columns of X and Z
     * @param at where its rows start in the derivatives wℓ', wℓ'', wℓ''' at û
     * @param lambda Λ, q×q
     * @param u û
     * @param chol L, q×q, read in its lower triangle
     */
    void begin(
            int n,
            int xAt,
            int at,
            double[] first,
            double[] second,
            double[] third,
            double[] lambda,
            double[] u,
            double[] chol) {
        this.n = n;
        this.at = at;
        this.second = second;
        this.third = third;
        this.lambda = lambda;
        for (int c = 0; c < width; c++) {
            if (source[c] == null) {
                Arrays.fill(columns, c * n, c * n + n, 1);
            } else {
                System.arraycopy(source[c], xAt, columns, c * n, n);
            }
        }
        crossProductsAtMode(first);
        SmallMatrices.invertLower(chol, q, work);
        for (int i = 0; i < q; i++) {
            for (int j = 0; j < q; j++) {
                r[i * q + j] = work[j * q + i];
            }
        }
        SmallMatrices.multiplyTransposedRight(r, r, q, inverse);
        SmallMatrices.multiply(lambda, r, q, a);
        SmallMatrices.multiplyTransposedRight(r, a, q, gain);
        System.arraycopy(u, 0, y, 0, q);
        for (int c = 1; c < depth; c++) {
            for (int d = 0; d < q; d++) {
                y[c * q + d] = SQRT2 * r[d * q + c - 1];
            }
        }
        moveMode();
        moveV(0);
        moveCurvature();
        for (int c = 1; c < depth; c++) {
            moveRoot(c);
            moveV(c);
        }
        clearNodes();
        if (depth == 1) {
            point[0] = 1;
            addSums(1, second, at, t, u);
        }
    }

    private void crossProductsAtMode(double[] first) {
        for (int d = 0; d < q; d++) {
            double sum = 0;
            int z = zColumn[d] * n;
            for (int j = 0; j < n; j++) {
                double v = columns[z + j];
                sum += first[at + j] * v;
                weighted[j] = second[at + j] * v;
            }
            t[d] = sum;
            cross(weighted, 0, cross2[d]);
        }
        for (int d = 0; d < q; d++) {
            int zd = zColumn[d] * n;
            for (int e = 0; e <= d; e++) {
                int ze = zColumn[e] * n;
                for (int j = 0; j < n; j++) {
                    weighted[j] = third[at + j] * columns[zd + j] * columns[ze + j];
                }
                cross(weighted, 0, cross3[pair(d, e)]);
            }
        }
    }

    /** out := [X Z]'v. Four columns at a time, for the additions of one wait for each other. */
    private void cross(double[] v, int from, double[] out) {
        int c = 0;
        for (; c + 4 <= width; c += 4) {
            int c0 = c * n;
            int c1 = c0 + n;
            int c2 = c1 + n;
            int c3 = c2 + n;
            double s0 = 0;
            double s1 = 0;
            double s2 = 0;
            double s3 = 0;
            for (int j = 0; j < n; j++) {
                double w = v[from + j];
                s0 += w * columns[c0 + j];
                s1 += w * columns[c1 + j];
                s2 += w * columns[c2 + j];
                s3 += w * columns[c3 + j];
            }
            out[c] = s0;
            out[c + 1] = s1;
            out[c + 2] = s2;
            out[c + 3] = s3;
        }
        for (; c < width; c++) {
            out[c] = dot(v, from, c);
        }
    }

    private double dot(double[] v, int from, int c) {
        double sum = 0;
        int x = c * n;
        for (int j = 0; j < n; j++) {
            sum += v[from + j] * columns[x + j];
        }
        return sum;
    }

    private static int pair(int i, int j) {
        return i >= j ? i * (i + 1) / 2 + j : j * (j + 1) / 2 + i;
    }

    /** dû. */
    private void moveMode() {
        for (int e = 0; e < q; e++) {
            double[] du = dY[e];
            Arrays.fill(du, 0);
            for (int l = 0; l < q; l++) {
                double factor = gain[e * q + l];
                for (int c = 0; c < p; c++) {
                    du[c] += factor * cross2[l][c];
                }
            }
            for (int f = 0; f < row.length; f++) {
                double sum = 0;
                for (int l = 0; l < q; l++) {
                    sum += gain[e * q + l] * cross2[l][zColumn[row[f]]];
                }
                du[p + f] = inverse[e * q + column[f]] * t[row[f]] + y[column[f]] * sum;
            }
        }
    }

    /** C_c of the tangents' formulas. */
    private void moveV(int c) {
        for (int l = 0; l < q; l++) {
            double[] dv = dV[c * q + l];
            Arrays.fill(dv, 0);
            for (int d = 0; d < rowsOf(c); d++) {
                addTo(dv, lambda[l * q + d], dY[c * q + d]);
            }
        }
        for (int f = 0; f < row.length; f++) {
            dV[c * q + row[f]][p + f] += y[c * q + column[f]];
        }
    }

    /** How many entries of column c of Y are not zero by R's triangle. */
    private int rowsOf(int c) {
        return c == 0 ? q : c;
    }

    private void addTo(double[] into, double factor, double[] v) {
        for (int i = 0; i < size; i++) {
            into[i] += factor * v[i];
        }
    }

    /** N = R'dH R. */
    private void moveCurvature() {
        // work := Z'ℓ''Z ΛR = -(Z'WZ) ΛR
        for (int l = 0; l < q; l++) {
            for (int d = 0; d < q; d++) {
                double sum = 0;
                for (int e = 0; e < q; e++) {
                    sum += cross2[l][zColumn[e]] * a[e * q + d];
                }
                work[l * q + d] = sum;
            }
        }
        for (int i = 0; i < q; i++) {
            for (int j = 0; j <= i; j++) {
                double[] out = dN[pair(i, j)];
                Arrays.fill(out, p, size, 0);
                Arrays.fill(crossed, 0);
                for (int l = 0; l < q; l++) {
                    for (int d = 0; d <= l; d++) {
                        double factor = a[l * q + i] * a[d * q + j];
                        if (d < l) {
                            factor += a[d * q + i] * a[l * q + j];
                        }
                        double[] sums = cross3[pair(l, d)];
                        for (int c = 0; c < width; c++) {
                            crossed[c] -= factor * sums[c];
                        }
                    }
                }
                System.arraycopy(crossed, 0, out, 0, p);
                for (int e = 0; e < q; e++) {
                    addTo(out, crossed[zColumn[e]], dV[e]);
                }
                for (int f = 0; f < row.length; f++) {
                    int l = row[f] * q;
                    int d = column[f] * q;
                    out[p + f] -= r[d + i] * work[l + j] + r[d + j] * work[l + i];
                }
            }
        }
    }

    /** √2 dR, its column c - 1. */
    private void moveRoot(int c) {
        int j = c - 1;
        for (int d = 0; d <= j; d++) {
            double[] out = dY[c * q + d];
            Arrays.fill(out, 0);
            for (int i = d; i <= j; i++) {
                addTo(out, -SQRT2 * r[d * q + i] * half(i, j), dN[pair(i, j)]);
            }
        }
    }

    /** What Υ multiplies entry (i, j) of an upper triangle with. */
    private static double half(int i, int j) {
        return i == j ? 0.5 : 1;
    }

    private void clearNodes() {
        total = 0;
        Arrays.fill(slopeSum, 0);
        Arrays.fill(slopeProducts, 0);
        Arrays.fill(nodeScore, 0);
        Arrays.fill(nodeGradient, 0);
        Arrays.fill(nodeMoments, 0);
        for (double[] sums : nodeCross) {
            Arrays.fill(sums, 0);
        }
        for (double[] weights : nodeWeights) {
            Arrays.fill(weights, 0, n, 0);
        }
    }

    /**
     * Adds a node of the grid, in any order; not used with one node.
     *
     * @param node its index in the grid
     * @param weight proportional to p_k
     * @param from where the cluster's rows start in the derivatives wℓ', wℓ'' at the node
     */
    void addNode(int node, double weight, double[] first, double[] second, int from) {
        point[0] = 1;
        for (int c = 1; c < depth; c++) {
            point[c] = grid.point(node, c - 1);
        }
        cross(first, from, crossed);
        for (int d = 0; d < q; d++) {
            double sum = 0;
            for (int c = 0; c < depth; c++) {
                sum += y[c * q + d] * point[c];
            }
            nodeU[d] = sum;
            nodeT[d] = crossed[zColumn[d]];
        }
        addSums(weight, second, from, nodeT, nodeU);
        addPairs(weight, second, from);
        System.arraycopy(crossed, 0, slope, 0, p);
        for (int f = 0; f < row.length; f++) {
            slope[p + f] = nodeT[row[f]] * nodeU[column[f]];
        }
        for (int c = 0; c < depth; c++) {
            for (int d = 0; d < rowsOf(c); d++) {
                addTo(slope, -nodeG[d] * point[c], dY[c * q + d]);
            }
        }
        int at = 0;
        for (int i = 0; i < size; i++) {
            double w = weight * slope[i];
            slopeSum[i] += w;
            for (int j = 0; j <= i; j++) {
                slopeProducts[at++] += w * slope[j];
            }
        }
    }

    private void addSums(double weight, double[] second, int from, double[] t, double[] u) {
        total += weight;
        for (int d = 0; d < q; d++) {
            double sum = u[d];
            for (int l = 0; l < q; l++) {
                sum -= lambda[l * q + d] * t[l];
            }
            nodeG[d] = sum;
        }
        for (int c = 0; c < depth; c++) {
            double w = weight * point[c];
            for (int d = 0; d < q; d++) {
                nodeScore[c * q + d] += w * t[d];
                nodeGradient[c * q + d] += w * nodeG[d];
            }
            for (int b = 0; b < depth; b++) {
                nodeMoments[c * depth + b] += w * point[b];
            }
            double[] weights = nodeWeights[c];
            for (int j = 0; j < n; j++) {
                weights[j] += w * second[from + j];
            }
        }
    }

    private void addPairs(double weight, double[] second, int from) {
        for (int d = 0; d < q; d++) {
            int zd = zColumn[d] * n;
            for (int j = 0; j < n; j++) {
                weighted[j] = second[from + j] * columns[zd + j];
            }
            for (int e = 0; e <= d; e++) {
                double sum = weight * dot(weighted, 0, zColumn[e]);
                for (int c = 1; c < depth; c++) {
                    for (int b = 1; b < depth; b++) {
                        nodeCross[c * depth + b][pair(d, e)] += sum * point[c] * point[b];
                    }
                }
            }
        }
    }

    /**
     * Adds the cluster's Hessian to {@code out}.
     *
     * @param fourth wℓ'''' at û, from where the other derivatives are
     * @param scale what it is multiplied with
     * @param out lower triangle, row by row; more rows than β and θ need are left alone
     */
    void finish(double[] fourth, double scale, double[] out) {
        assemble(fourth);
        for (int i = 0; i < hessian.length; i++) {
            out[i] += scale * hessian[i];
        }
    }

    /**
     * The same for a model with more fixed effects than columns here: in this cluster its column i is factor[i] times column
     * shape[i]. Columns that are constant within clusters all have the shape of a column of ones, and their products cost
     * nothing by row; nor do those of a person's constant and a column of Z.
     */
    void finish(double[] fourth, double scale, int[] shape, double[] factor, double[] out) {
        assemble(fourth);
        int entry = 0;
        for (int i = 0; i < shape.length; i++) {
            for (int j = 0; j <= i; j++) {
                out[entry++] += scale * factor[i] * factor[j] * hessian[pair(shape[i], shape[j])];
            }
        }
        for (int f = p; f < size; f++) {
            int start = f * (f + 1) / 2;
            for (int j = 0; j < shape.length; j++) {
                out[entry++] += scale * factor[j] * hessian[start + shape[j]];
            }
            for (int e = p; e <= f; e++) {
                out[entry++] += scale * hessian[start + e];
            }
        }
    }

    private void assemble(double[] fourth) {
        double perTotal = 1 / total;
        scaleAll(nodeScore, perTotal);
        scaleAll(nodeGradient, perTotal);
        scaleAll(nodeMoments, perTotal);
        for (double[] sums : nodeCross) {
            scaleAll(sums, perTotal);
        }
        for (double[] weights : nodeWeights) {
            for (int j = 0; j < n; j++) {
                weights[j] *= perTotal;
            }
        }
        Arrays.fill(hessian, 0);
        if (depth > 1) {
            addCovariance(perTotal);
        }
        adjoints();
        rowWeights(fourth);
        addCrossProducts();
        multiplyV();
        addLambda();
        multiplyY();
        multiplyN();
        for (int d = 0; d < q; d++) {
            addSymmetric(dY[d], ofY[d]);
        }
        for (int h = 0; h < pairs; h++) {
            addSymmetric(dN[h], ofN[h]);
        }
    }

    private static void scaleAll(double[] v, double factor) {
        for (int i = 0; i < v.length; i++) {
            v[i] *= factor;
        }
    }

    /** Cov_p(dS). */
    private void addCovariance(double perTotal) {
        scaleAll(slopeSum, perTotal);
        int at = 0;
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                hessian[at] += slopeProducts[at] * perTotal - slopeSum[i] * slopeSum[j];
                at++;
            }
        }
    }

    /** H̄, ΛH̄, ΛH̄Λ', Z'c, s, Λs, and the K of N'KN. */
    private void adjoints() {
        Arrays.fill(rBar, 0);
        for (int j = 0; j < q; j++) {
            for (int d = 0; d <= j && depth > 1; d++) {
                rBar[d * q + j] = -SQRT2 * nodeGradient[(j + 1) * q + d];
            }
            rBar[j * q + j] += 1 / r[j * q + j];
        }
        SmallMatrices.multiplyTransposedLeft(r, rBar, q, work);
        fillK(work);
        // Υ(Q) + Υ(Q)': the halved diagonal comes twice, so stands as it is.
        for (int i = 0; i < q; i++) {
            for (int j = 0; j < i; j++) {
                work[i * q + j] = work[j * q + i];
            }
        }
        SmallMatrices.multiply(r, work, q, spread);
        SmallMatrices.multiplyTransposedRight(spread, r, q, hBar);
        scaleAll(hBar, -0.5);
        SmallMatrices.multiply(lambda, hBar, q, lambdaHBar);
        SmallMatrices.multiplyTransposedRight(lambdaHBar, lambda, q, spread);
        for (int l = 0; l < q; l++) {
            double sum = 0;
            for (int i = 0; i < q; i++) {
                for (int j = 0; j < q; j++) {
                    sum -= cross3[pair(i, j)][zColumn[l]] * spread[i * q + j];
                }
            }
            zThird[l] = sum;
        }
        for (int e = 0; e < q; e++) {
            double sum = 0;
            for (int l = 0; l < q; l++) {
                sum += gain[e * q + l] * zThird[l] - inverse[e * q + l] * nodeGradient[l];
            }
            s[e] = sum;
        }
        for (int l = 0; l < q; l++) {
            double sum = 0;
            for (int e = 0; e < q; e++) {
                sum += lambda[l * q + e] * s[e];
            }
            ls[l] = sum;
        }
    }

    /** K, of which only K + K' counts, from Q: Q · (Υ₂Υ₁ + Υ(Υ₂'N₁ + N₁Υ₂)) - ¼ Σ N_dd². */
    private void fillK(double[] ofUpper) {
        Arrays.fill(k, 0);
        for (int j = 0; j < q; j++) {
            for (int i = 0; i <= j; i++) {
                double full = ofUpper[i * q + j];
                double halved = full * half(i, j);
                for (int l = i; l <= j; l++) {
                    k[pair(l, j) * pairs + pair(i, l)] += full * half(i, l) * half(l, j);
                }
                for (int l = 0; l <= i; l++) {
                    k[pair(l, j) * pairs + pair(l, i)] += halved * half(l, i);
                }
                for (int l = 0; l <= j; l++) {
                    k[pair(i, l) * pairs + pair(l, j)] += halved * half(l, j);
                }
            }
            k[pair(j, j) * pairs + pair(j, j)] -= 0.25;
        }
    }

    /** Adds what E has of dη dη', ℓ'''z'Λs - ℓ''''m, to the weights of the nodes. */
    private void rowWeights(double[] fourth) {
        double[] weights = nodeWeights[0];
        for (int j = 0; j < n; j++) {
            double along = 0;
            double m = 0;
            for (int l = 0; l < q; l++) {
                double zl = columns[zColumn[l] * n + j];
                along += ls[l] * zl;
                double sum = 0;
                for (int d = 0; d < l; d++) {
                    sum += 2 * spread[l * q + d] * columns[zColumn[d] * n + j];
                }
                m += (sum + spread[l * q + l] * zl) * zl;
            }
            weights[j] += third[at + j] * along - fourth[at + j] * m;
        }
    }

    /** X'wX, and [X Z]'wZ for the weights that belong to every column of Y. */
    private void addCrossProducts() {
        double[] w = nodeWeights[0];
        int entry = 0;
        for (int i = 0; i < p; i++) {
            int x = i * n;
            for (int j = 0; j < n; j++) {
                weighted[j] = w[j] * columns[x + j];
            }
            for (int c = 0; c <= i; c++) {
                hessian[entry++] += dot(weighted, 0, c);
            }
        }
        for (int c = 0; c < depth; c++) {
            for (int l = 0; l < q; l++) {
                int z = zColumn[l] * n;
                for (int j = 0; j < n; j++) {
                    weighted[j] = nodeWeights[c][j] * columns[z + j];
                }
                cross(weighted, 0, crossWeights[c * q + l]);
            }
        }
    }

    /** Entry (i, j) of Σ p x̃_a x̃_b Z'ℓ''Z for columns c and b of Y, with E's part for the first. */
    private double weightedPair(int c, int b, int i, int j) {
        if (c == 0) {
            return crossWeights[b * q + i][zColumn[j]];
        }
        return b == 0 ? crossWeights[c * q + i][zColumn[j]] : nodeCross[c * depth + b][pair(i, j)];
    }

    /** What dV is multiplied with. */
    private void multiplyV() {
        for (int c = 0; c < depth; c++) {
            for (int l = 0; l < q; l++) {
                double[] out = ofV[c * q + l];
                Arrays.fill(out, 0);
                System.arraycopy(crossWeights[c * q + l], 0, out, 0, p);
                for (int b = 0; b < depth; b++) {
                    for (int d = 0; d < q; d++) {
                        addTo(out, 0.5 * weightedPair(c, b, l, d), dV[b * q + d]);
                    }
                }
            }
        }
        for (int l = 0; l < q; l++) {
            for (int f = 0; f < row.length; f++) {
                ofV[l][p + f] += slopeOfLambda(f, zColumn[l]);
            }
        }
    }

    /** ∂²E/∂Λ_f∂η along a column of [X Z]. */
    private double slopeOfLambda(int f, int c) {
        double sum = cross2[row[f]][c] * s[column[f]];
        for (int l = 0; l < q; l++) {
            sum -= 2 * cross3[pair(row[f], l)][c] * lambdaHBar[l * q + column[f]];
        }
        return sum;
    }

    /** The second derivatives in Λ itself, with β, and by way of dV. */
    private void addLambda() {
        for (int f = 0; f < row.length; f++) {
            int start = (p + f) * (p + f + 1) / 2;
            for (int c = 0; c < p; c++) {
                hessian[start + c] += slopeOfLambda(f, c);
            }
            for (int e = 0; e <= f; e++) {
                hessian[start + p + e] -= 2 * cross2[row[f]][zColumn[row[e]]] * hBar[column[f] * q + column[e]];
            }
            for (int c = 0; c < depth; c++) {
                addSymmetric(p + f, y[c * q + column[f]], ofV[c * q + row[f]]);
            }
        }
    }

    /** What dY is multiplied with, that of dV included. */
    private void multiplyY() {
        for (int c = 0; c < depth; c++) {
            for (int d = 0; d < rowsOf(c); d++) {
                double[] out = ofY[c * q + d];
                Arrays.fill(out, 0);
                for (int l = 0; l < q; l++) {
                    addTo(out, lambda[l * q + d], ofV[c * q + l]);
                }
                for (int b = 0; b < depth; b++) {
                    if (d < rowsOf(b)) {
                        addTo(out, -0.5 * nodeMoments[c * depth + b], dY[b * q + d]);
                    }
                }
            }
        }
        for (int f = 0; f < row.length; f++) {
            double ofRho = zThird[row[f]];
            for (int l = 0; l < q; l++) {
                ofRho += cross2[l][zColumn[row[f]]] * ls[l];
            }
            ofY[column[f]][p + f] += ofRho;
            for (int c = 0; c < depth; c++) {
                if (column[f] < rowsOf(c)) {
                    ofY[c * q + column[f]][p + f] += nodeScore[c * q + row[f]];
                }
            }
        }
    }

    /** What N is multiplied with, that of dR included. */
    private void multiplyN() {
        for (int h = 0; h < pairs; h++) {
            Arrays.fill(ofN[h], 0);
            for (int g = 0; g < pairs; g++) {
                addTo(ofN[h], 0.5 * k[h * pairs + g], dN[g]);
            }
        }
        for (int c = 1; c < depth; c++) {
            for (int i = 0; i < c; i++) {
                double[] out = ofN[pair(i, c - 1)];
                for (int d = 0; d <= i; d++) {
                    addTo(out, -SQRT2 * half(i, c - 1) * r[d * q + i], ofY[c * q + d]);
                }
            }
        }
    }

    /** hessian += vw' + wv'. */
    private void addSymmetric(double[] v, double[] w) {
        int entry = 0;
        for (int i = 0; i < size; i++) {
            double vi = v[i];
            double wi = w[i];
            for (int j = 0; j <= i; j++) {
                hessian[entry++] += vi * w[j] + wi * v[j];
            }
        }
    }

    /** The same for v = factor · e_i. */
    private void addSymmetric(int i, double factor, double[] w) {
        int start = i * (i + 1) / 2;
        for (int j = 0; j <= i; j++) {
            hessian[start + j] += factor * w[j];
        }
        for (int j = i; j < size; j++) {
            hessian[j * (j + 1) / 2 + i] += factor * w[j];
        }
    }
}
