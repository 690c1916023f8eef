package org.sparkglmm.core.likelihood;

import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.SmallMatrices;
import org.sparkglmm.core.model.AuxiliaryPredictors;
import org.sparkglmm.core.model.Derivatives;
import org.sparkglmm.core.model.ObservationModel;
import org.sparkglmm.core.model.ParameterLayout;

/**
 * log ∫ Π f(y_j | η_j) φ(u) du of one cluster after another of a block, by adaptive Gauss-Hermite quadrature (one node is
 * Laplace), with the exact gradient of that approximation. Holds the workspace; one thread at a time.
 *
 * <p>With η = offset + Xβ + ZΛu and h(u) = ½u'u - Σ wℓ, û = argmin h, H = ∇²h(û) = LL', nodes u_k = û + √2 L⁻ᵀx_k:
 *
 * <pre>log I = -(q/2) log π - Σ log L_dd + log Σ_k exp(log ω_k + |x_k|² - h(u_k))</pre>
 *
 * The gradient lets û and L move with the parameters. With a_j = Λ'z_j, W_j = -wℓ''_j, p_k = softmax of the summands, g_k =
 * ∇h(u_k), ḡ = Σ p_k g_k (and ℓ', ℓ'', ℓ''' without k at û):
 *
 * <pre>
 * L̄  = lower triangle of √2 Σ p_k (L⁻ᵀx_k)(L⁻¹g_k)' - diag(1/L_dd)
 * H̄  = ½ L⁻ᵀ(Φ + Φ')L⁻¹ ,  Φ = lower triangle of L'L̄ with its diagonal halved   (one node: H̄ = -½H⁻¹)
 * m_j = a_j'H̄a_j ,  c_j = -wℓ'''_j m_j ,  s = H⁻¹(Σ c_j a_j - ḡ)
 * ∂β = Σ_j r_j x_j ,  r_j = Σ_k p_k wℓ'_jk + c_j - W_j s'a_j
 * ∂Λ = Σ_j z_j A_j' (lower part),  A_j = Σ_k p_k wℓ'_jk u_k + c_j û + 2W_j H̄a_j - W_j (s'a_j) û + wℓ'_j s
 * ∂ψ = Σ_j w [Σ_k p_k ∂_ψℓ_jk + (s'a_j) ∂_ψℓ'_j - m_j ∂_ψℓ''_j] d_j
 * </pre>
 *
 * by reverse differentiation through the Cholesky factor and the implicit function theorem at the mode. Rows only ever meet
 * z_j (and d_j, the covariates of a family's own parameter ψ, constant 1 without a formula for it): what stands in a_j above is here a q×q transform of sums over z_j, once a cluster.
 */
final class ClusterIntegral {
    /** The Newton decrement below which one more full step leaves an error of its square: beyond rounding. */
    private static final double LAST_STEP = 1e-10;
    /** Where the curvature had to be replaced, convergence is linear and must be seen to its end. */
    private static final double CONVERGED = 1e-22;

    /** A convex h with a Newton decrement this small lies in the basin where full steps converge by squares. */
    private static final double IN_BASIN = 1e-4;

    /** Armijo's constant: a step must earn this part of what its slope promises. */
    private static final double SUFFICIENT = 1e-4;
    /** What summing a large cluster's h may be off by; without it a good last step could look like a bad one. */
    private static final double ROUNDING = 1e-13;

    private static final int MOST_ITERATIONS = 200;
    private static final int MOST_HALVINGS = 60;
    private static final double SQRT2 = Math.sqrt(2);
    private static final double HALF_LOG_PI = 0.5723649429247001;

    private final ObservationModel density;
    private final ParameterLayout layout;
    private final GaussHermite grid;
    private final ClusterBlock block;
    private final int p;
    private final int q;

    private final double[] fixedPredictor;
    private final double[][] prepared;
    private final double[][] psiColumn;
    private double[] lambda;
    private AuxiliaryPredictors auxiliary;

    private final double[] eta;
    private final double[] nodeEta;
    private final Derivatives atMode;
    private final Derivatives atNode;
    private final double[] score;
    private final double[] m;
    private final double[] along;

    private final double[] u;
    private final double[] trial;
    private final double[] b;
    private final double[] g;
    private final double[] step;
    private final double[] zScore;
    private final double[] zScoreMode;
    private final double[] zThird;
    private final double[] zAlong;
    private final double[] s;
    private final double[] ls;
    private final double[] node;
    private final double[] nodeU;
    private final double[] gBar;
    private final double[] solved;

    private final double[] zwz;
    private final double[] chol;
    private final double[] cholInverse;
    private final double[] lBar;
    private final double[] hBar;
    private final double[] lambdaBar;
    private final double[] work;
    private final double[] work2;
    /** By own parameter and row: what a change of its linear predictor does to the cluster's log-likelihood. */
    private final double[][] psiAdjoint;

    private final double[] nodeWeight;

    private int iterations;

    ClusterIntegral(MixedModel model, GaussHermite grid, ClusterBlock block) {
        this.density = model.density();
        this.layout = model.layout();
        this.grid = grid;
        this.block = block;
        p = layout.fixed();
        q = layout.random();
        fixedPredictor = new double[block.rows()];
        int n = block.widest();
        eta = new double[n];
        nodeEta = new double[n];
        atMode = new Derivatives(n);
        atNode = new Derivatives(n);
        score = new double[n];
        m = new double[n];
        along = new double[n];
        u = new double[q];
        trial = new double[q];
        b = new double[q];
        g = new double[q];
        step = new double[q];
        zScore = new double[q];
        zScoreMode = new double[q];
        zThird = new double[q];
        zAlong = new double[q];
        s = new double[q];
        ls = new double[q];
        node = new double[q];
        nodeU = new double[q];
        gBar = new double[q];
        solved = new double[q];
        zwz = new double[q * q];
        chol = new double[q * q];
        cholInverse = new double[q * q];
        lBar = new double[q * q];
        hBar = new double[q * q];
        lambdaBar = new double[q * q];
        work = new double[q * q];
        work2 = new double[q * q];
        int parts = layout.psiParts();
        psiAdjoint = new double[parts][n];
        nodeWeight = new double[parts > 0 ? n : 0];
        prepared = new double[density.prepared()][block.rows()];
        psiColumn = new double[parts][];
        for (int k = 0; k < parts; k++) {
            psiColumn[k] = block.auxiliary(k) == null ? null : new double[block.rows()];
        }
    }

    /** Moves to another parameter vector: one sweep over the rows for offset + Xβ and for what depends on ψ alone. */
    void setParameters(double[] parameters) {
        lambda = layout.lambda(parameters);
        int rows = block.rows();
        if (block.offset() == null) {
            java.util.Arrays.fill(fixedPredictor, 0);
        } else {
            System.arraycopy(block.offset(), 0, fixedPredictor, 0, rows);
        }
        addColumns(block.x(), parameters, 0, fixedPredictor);
        double[] constant = new double[layout.psiParts()];
        for (int k = 0; k < constant.length; k++) {
            if (psiColumn[k] == null) {
                constant[k] = parameters[layout.psiStart(k)];
            } else {
                java.util.Arrays.fill(psiColumn[k], 0);
                addColumns(block.auxiliary(k), parameters, layout.psiStart(k), psiColumn[k]);
            }
        }
        auxiliary = new AuxiliaryPredictors(constant, psiColumn);
        density.prepare(block.observations(), auxiliary, prepared);
    }

    /** into += the columns times the parameters from {@code at} on. */
    private static void addColumns(double[][] columns, double[] parameters, int at, double[] into) {
        for (int c = 0; c < columns.length; c++) {
            double beta = parameters[at + c];
            double[] x = columns[c];
            if (x == null) {
                for (int j = 0; j < into.length; j++) {
                    into[j] += beta;
                }
            } else {
                for (int j = 0; j < into.length; j++) {
                    into[j] += beta * x[j];
                }
            }
        }
    }

    /**
     * Finds the conditional mode of a cluster, leaving û, the derivatives there and the Cholesky factor of H in the
     * workspace.
     *
     * @param start where to begin, q values at {@code startAt}; replaced by u = 0 where the likelihood cannot be evaluated
     * @return h(û), or NaN where the likelihood cannot be evaluated at all
     */
    double findMode(int cluster, double[] start, int startAt) {
        int from = block.start(cluster);
        int n = block.start(cluster + 1) - from;
        iterations = 0;
        System.arraycopy(start, startAt, u, 0, q);
        double h = evaluate(from, n, u, 2);
        if (!(h < Double.POSITIVE_INFINITY)) {
            java.util.Arrays.fill(u, 0);
            h = evaluate(from, n, u, 2);
            if (!(h < Double.POSITIVE_INFINITY)) {
                return Double.NaN;
            }
        }
        double before = Double.POSITIVE_INFINITY;
        for (; iterations < MOST_ITERATIONS; iterations++) {
            gradientAt(from, n, u, g);
            boolean convex = curvature(from, n, false);
            if (!convex) {
                curvature(from, n, true);
            }
            for (int d = 0; d < q; d++) {
                step[d] = -g[d];
            }
            SmallMatrices.solveLower(chol, q, step);
            double decrement = 0;
            for (int d = 0; d < q; d++) {
                decrement += step[d] * step[d];
            }
            SmallMatrices.solveLowerTransposed(chol, q, step);
            if (!(decrement < Double.POSITIVE_INFINITY)) {
                return Double.NaN;
            }
            if (convex ? decrement <= LAST_STEP : decrement <= CONVERGED) {
                break;
            }
            boolean inBasin = convex && decrement <= IN_BASIN;
            if (inBasin && decrement < before) {
                // The gradient is known better here than differences of h, which are rounded to a part of its summands.
                h = fullStep(from, n);
            } else {
                double accepted = lineSearch(from, n, h, decrement);
                if (Double.isNaN(accepted) || inBasin) {
                    // No step improves h, or the gradient, in floating point: this is the mode as well as it can be
                    // known.
                    java.util.Arrays.fill(step, 0);
                    break;
                }
                h = accepted;
            }
            before = decrement;
            if (!(h < Double.POSITIVE_INFINITY)) {
                return Double.NaN;
            }
        }
        if (iterations == MOST_ITERATIONS) {
            return Double.NaN;
        }
        for (int d = 0; d < q; d++) {
            u[d] += step[d];
        }
        h = evaluate(from, n, u, 3);
        return curvature(from, n, false) ? h : Double.NaN;
    }

    private double fullStep(int from, int n) {
        for (int d = 0; d < q; d++) {
            u[d] += step[d];
        }
        return evaluate(from, n, u, 2);
    }

    /** Backtracking from the full step; moves u. NaN if no step length decreases h. */
    private double lineSearch(int from, int n, double h, double decrement) {
        double length = 1;
        for (int k = 0; k < MOST_HALVINGS; k++) {
            for (int d = 0; d < q; d++) {
                trial[d] = u[d] + length * step[d];
            }
            double value = evaluate(from, n, trial, 2);
            if (value <= h - SUFFICIENT * length * decrement + ROUNDING * Math.abs(h)) {
                System.arraycopy(trial, 0, u, 0, q);
                return value;
            }
            length *= 0.5;
        }
        evaluate(from, n, u, 2);
        return Double.NaN;
    }

    /** h(v), leaving η and the derivatives of the log-density at v in the workspace. */
    private double evaluate(int from, int n, double[] v, int order) {
        predictor(from, n, v, eta);
        double squares = 0;
        for (int d = 0; d < q; d++) {
            squares += v[d] * v[d];
        }
        return 0.5 * squares - density.evaluate(block.observations(), from, n, eta, prepared, order, atMode);
    }

    private void predictor(int from, int n, double[] v, double[] into) {
        System.arraycopy(fixedPredictor, from, into, 0, n);
        addRandomPart(from, n, v, into);
    }

    /** into += ZΛv. */
    private void addRandomPart(int from, int n, double[] v, double[] into) {
        for (int r = 0; r < q; r++) {
            double effect = 0;
            for (int d = 0; d < q; d++) {
                effect += lambda[r * q + d] * v[d];
            }
            b[r] = effect;
            double[] z = block.z()[r];
            if (z == null) {
                for (int j = 0; j < n; j++) {
                    into[j] += effect;
                }
            } else {
                for (int j = 0; j < n; j++) {
                    into[j] += effect * z[from + j];
                }
            }
        }
    }

    /** out := Z'v. */
    private void crossZ(int from, int n, double[] v, double[] out) {
        for (int r = 0; r < q; r++) {
            out[r] = sum(v, block.z()[r], from, n);
        }
    }

    /** out := v - Λ't, ∇h given t = Z'ℓ'. */
    private void gradientFrom(double[] t, double[] v, double[] out) {
        for (int d = 0; d < q; d++) {
            double sum = v[d];
            for (int r = 0; r < q; r++) {
                sum -= lambda[r * q + d] * t[r];
            }
            out[d] = sum;
        }
    }

    private void gradientAt(int from, int n, double[] v, double[] out) {
        crossZ(from, n, atMode.first, zScoreMode);
        gradientFrom(zScoreMode, v, out);
    }

    /**
     * chol := Cholesky factor of I + Λ'(Z'WZ)Λ with W = -ℓ'', or with its negative entries set to 0.
     *
     * @return false if not positive definite
     */
    private boolean curvature(int from, int n, boolean positivePartOnly) {
        for (int r = 0; r < q; r++) {
            double[] zr = block.z()[r];
            for (int c = 0; c <= r; c++) {
                double[] zc = block.z()[c];
                double sum = 0;
                for (int j = 0; j < n; j++) {
                    double w = -atMode.second[j];
                    if (positivePartOnly && w < 0) {
                        w = 0;
                    }
                    sum += w * (zr == null ? 1 : zr[from + j]) * (zc == null ? 1 : zc[from + j]);
                }
                zwz[r * q + c] = sum;
                zwz[c * q + r] = sum;
            }
        }
        SmallMatrices.multiply(zwz, lambda, q, work);
        SmallMatrices.multiplyTransposedLeft(lambda, work, q, chol);
        for (int d = 0; d < q; d++) {
            chol[d * q + d] += 1;
        }
        return SmallMatrices.choleskyInPlace(chol, q);
    }

    /** The log-likelihood of a cluster after {@link #findMode}, and its gradient if {@code gradient} is not null. */
    double integrate(int cluster, double hMode, double[] gradient) {
        int from = block.start(cluster);
        int n = block.start(cluster + 1) - from;
        double logDeterminantHalf = 0;
        for (int d = 0; d < q; d++) {
            logDeterminantHalf += Elementary.log(chol[d * q + d]);
        }
        crossZ(from, n, atMode.first, zScoreMode);
        double logIntegral = grid.size() == 1 ? laplace(n) : quadrature(from, n, hMode, gradient);
        if (gradient != null) {
            gradient(from, n, gradient);
        }
        return block.logConstant(cluster) + logIntegral - hMode - logDeterminantHalf;
    }

    /** One node: the softmax is 1 at û; H̄ = -½H⁻¹. Returns log Σ relative to h(û), which is 0. */
    private double laplace(int n) {
        System.arraycopy(atMode.first, 0, score, 0, n);
        gradientFrom(zScoreMode, u, gBar);
        SmallMatrices.invertLower(chol, q, cholInverse);
        SmallMatrices.multiplyTransposedLeft(cholInverse, cholInverse, q, hBar);
        for (int k = 0; k < q * q; k++) {
            hBar[k] *= -0.5;
        }
        for (int r = 0; r < q; r++) {
            for (int d = 0; d < q; d++) {
                lambdaBar[r * q + d] = zScoreMode[r] * u[d];
            }
        }
        return 0;
    }

    /**
     * Sums over the nodes, as sums of p_k unnormalised and relative to h(û): since h(u_k) ≥ h(û), their exponents are
     * bounded above by the log weights. Leaves score = Σ p ℓ', gBar, H̄ and Σ p t u' in the workspace.
     */
    private double quadrature(int from, int n, double hMode, double[] gradient) {
        boolean wantGradient = gradient != null;
        java.util.Arrays.fill(gBar, 0);
        java.util.Arrays.fill(lBar, 0);
        java.util.Arrays.fill(lambdaBar, 0);
        java.util.Arrays.fill(score, 0, n, 0);
        clearPsiAdjoint(n);
        double total = 0;
        for (int k = 0; k < grid.size(); k++) {
            for (int d = 0; d < q; d++) {
                node[d] = grid.point(k, d);
            }
            SmallMatrices.solveLowerTransposed(chol, q, node);
            double squares = 0;
            for (int d = 0; d < q; d++) {
                step[d] = SQRT2 * node[d];
                nodeU[d] = u[d] + step[d];
                squares += nodeU[d] * nodeU[d];
            }
            System.arraycopy(eta, 0, nodeEta, 0, n);
            addRandomPart(from, n, step, nodeEta);
            double ell =
                    density.evaluate(block.observations(), from, n, nodeEta, prepared, wantGradient ? 1 : 0, atNode);
            double weight = Elementary.exp(grid.logWeight(k) - (0.5 * squares - ell) + hMode);
            if (Double.isNaN(weight)) {
                return Double.NaN;
            }
            if (weight == 0) {
                // Underflow, or a node outside the link's range: it has no mass.
                continue;
            }
            total += weight;
            if (!wantGradient) {
                continue;
            }
            crossZ(from, n, atNode.first, zScore);
            gradientFrom(zScore, nodeU, solved);
            for (int j = 0; j < n; j++) {
                score[j] += weight * atNode.first[j];
            }
            for (int r = 0; r < q; r++) {
                gBar[r] += weight * solved[r];
                for (int d = 0; d < q; d++) {
                    lambdaBar[r * q + d] += weight * zScore[r] * nodeU[d];
                }
            }
            SmallMatrices.solveLower(chol, q, solved);
            for (int r = 0; r < q; r++) {
                for (int c = 0; c <= r; c++) {
                    lBar[r * q + c] += SQRT2 * weight * node[r] * solved[c];
                }
            }
            if (psiAdjoint.length > 0) {
                java.util.Arrays.fill(nodeWeight, 0, n, weight);
                density.addAuxiliary(
                        block.observations(), from, n, nodeEta, prepared, atNode, nodeWeight, null, null, psiAdjoint);
            }
        }
        if (wantGradient) {
            normalise(n, total);
            curvatureAdjoint();
        }
        return Elementary.log(total) - q * HALF_LOG_PI;
    }

    private void normalise(int n, double total) {
        for (int j = 0; j < n; j++) {
            score[j] /= total;
        }
        for (int d = 0; d < q; d++) {
            gBar[d] /= total;
        }
        for (int k = 0; k < q * q; k++) {
            lambdaBar[k] /= total;
            lBar[k] /= total;
        }
        for (double[] adjoint : psiAdjoint) {
            for (int j = 0; j < n; j++) {
                adjoint[j] /= total;
            }
        }
        for (int d = 0; d < q; d++) {
            lBar[d * q + d] -= 1 / chol[d * q + d];
        }
    }

    /** H̄ = ½ L⁻ᵀ(Φ + Φ')L⁻¹ with Φ the lower triangle of L'L̄, its diagonal halved. */
    private void curvatureAdjoint() {
        // Clear what Cholesky left above the diagonal: L is used as a full matrix here.
        for (int r = 0; r < q; r++) {
            for (int c = r + 1; c < q; c++) {
                chol[r * q + c] = 0;
            }
        }
        SmallMatrices.multiplyTransposedLeft(chol, lBar, q, work);
        for (int r = 0; r < q; r++) {
            for (int c = 0; c < r; c++) {
                // Φ + Φ': the halved diagonal comes twice, so stands as it is.
                work[c * q + r] = work[r * q + c];
            }
        }
        SmallMatrices.invertLower(chol, q, cholInverse);
        SmallMatrices.multiply(work, cholInverse, q, work2);
        SmallMatrices.multiplyTransposedLeft(cholInverse, work2, q, hBar);
        for (int k = 0; k < q * q; k++) {
            hBar[k] *= 0.5;
        }
    }

    /** Assembles ∂ log I / ∂(β, θ, ψ) from what the sums over nodes left. */
    private void gradient(int from, int n, double[] out) {
        // B = Λ H̄ Λ', so that m_j = z_j'B z_j
        SmallMatrices.multiply(lambda, hBar, q, work);
        SmallMatrices.multiplyTransposedRight(work, lambda, q, work2);
        for (int j = 0; j < n; j++) {
            double quadratic = 0;
            for (int r = 0; r < q; r++) {
                double zr = block.z()[r] == null ? 1 : block.z()[r][from + j];
                for (int c = 0; c < r; c++) {
                    quadratic += 2 * work2[r * q + c] * zr * (block.z()[c] == null ? 1 : block.z()[c][from + j]);
                }
                quadratic += work2[r * q + r] * zr * zr;
            }
            m[j] = quadratic;
            atNode.first[j] = -atMode.third[j] * quadratic;
        }
        double[] c = atNode.first;
        crossZ(from, n, c, zThird);
        for (int d = 0; d < q; d++) {
            double sum = -gBar[d];
            for (int r = 0; r < q; r++) {
                sum += lambda[r * q + d] * zThird[r];
            }
            s[d] = sum;
        }
        SmallMatrices.solveLower(chol, q, s);
        SmallMatrices.solveLowerTransposed(chol, q, s);
        for (int r = 0; r < q; r++) {
            double sum = 0;
            for (int d = 0; d < q; d++) {
                sum += lambda[r * q + d] * s[d];
            }
            ls[r] = sum;
        }
        java.util.Arrays.fill(along, 0, n, 0);
        for (int r = 0; r < q; r++) {
            double[] z = block.z()[r];
            for (int j = 0; j < n; j++) {
                along[j] += ls[r] * (z == null ? 1 : z[from + j]);
            }
        }
        // score_j + c_j - W_j s'a_j; W = -ℓ''
        double[] weighted = nodeEta;
        for (int j = 0; j < n; j++) {
            weighted[j] = atMode.second[j] * along[j];
            score[j] += c[j] + weighted[j];
        }
        for (int k = 0; k < p; k++) {
            out[k] = sum(score, block.x()[k], from, n);
        }
        crossZ(from, n, weighted, zAlong);
        // 2 (Z'WZ) Λ H̄, work still holds ΛH̄
        SmallMatrices.multiply(zwz, work, q, work2);
        for (int t = 0; t < layout.theta(); t++) {
            int r = layout.row(t);
            int d = layout.column(t);
            out[layout.thetaStart() + t] =
                    lambdaBar[r * q + d] + (zThird[r] + zAlong[r]) * u[d] + 2 * work2[r * q + d] + zScoreMode[r] * s[d];
        }
        if (psiAdjoint.length > 0) {
            psiGradient(from, n, out);
        }
    }

    private void clearPsiAdjoint(int n) {
        for (double[] adjoint : psiAdjoint) {
            java.util.Arrays.fill(adjoint, 0, n, 0);
        }
    }

    /** Adds what ψ does through the mode and its curvature (with one node, through the integrand too), and sums over rows. */
    private void psiGradient(int from, int n, double[] out) {
        boolean laplace = grid.size() == 1;
        if (laplace) {
            clearPsiAdjoint(n);
        }
        java.util.Arrays.fill(nodeWeight, 0, n, laplace ? 1 : 0);
        for (int j = 0; j < n; j++) {
            m[j] = -m[j];
        }
        density.addAuxiliary(block.observations(), from, n, eta, prepared, atMode, nodeWeight, along, m, psiAdjoint);
        sumPsiAdjoint(from, n, out);
    }

    private void sumPsiAdjoint(int from, int n, double[] out) {
        for (int k = 0; k < psiAdjoint.length; k++) {
            double[] adjoint = psiAdjoint[k];
            double[][] columns = block.auxiliary(k);
            int at = layout.psiStart(k);
            if (columns == null) {
                out[at] = sum(adjoint, null, from, n);
                continue;
            }
            for (int c = 0; c < columns.length; c++) {
                out[at + c] = sum(adjoint, columns[c], from, n);
            }
        }
    }

    /** Σ v_j x_j over a cluster's rows; x null for ones. */
    private static double sum(double[] v, double[] x, int from, int n) {
        double sum = 0;
        if (x == null) {
            for (int j = 0; j < n; j++) {
                sum += v[j];
            }
        } else {
            for (int j = 0; j < n; j++) {
                sum += v[j] * x[from + j];
            }
        }
        return sum;
    }

    /** h(v) at any u of a cluster; the derivatives at the mode are lost. */
    double minusLogJoint(int cluster, double[] v) {
        int from = block.start(cluster);
        return evaluate(from, block.start(cluster + 1) - from, v, 0);
    }

    /** v := L⁻ᵀv, from standard normal to the curvature at the mode found last. */
    void scaleToPosterior(double[] v) {
        SmallMatrices.solveLowerTransposed(chol, q, v);
    }

    /** Writes the cluster's η at any u to its rows of a column of the block. */
    void linearPredictor(int cluster, double[] v, double[] column) {
        int from = block.start(cluster);
        int n = block.start(cluster + 1) - from;
        predictor(from, n, v, nodeEta);
        System.arraycopy(nodeEta, 0, column, from, n);
    }

    /** The linear predictor of the family's own parameter k at a row. */
    double psi(int k, int row) {
        return auxiliary.at(k, row);
    }

    /** û of the cluster last visited; the workspace itself. */
    double[] mode() {
        return u;
    }

    /** b̂ = Λû. */
    void effects(double[] into, int at) {
        for (int r = 0; r < q; r++) {
            double sum = 0;
            for (int d = 0; d < q; d++) {
                sum += lambda[r * q + d] * u[d];
            }
            into[at + r] = sum;
        }
    }

    /** C = ΛH⁻¹Λ', the conditional covariance of b given the data, q×q row-major. */
    void effectCovariance(double[] into) {
        SmallMatrices.invertLower(chol, q, cholInverse);
        SmallMatrices.multiplyTransposedRight(lambda, cholInverse, q, work);
        SmallMatrices.multiplyTransposedRight(work, work, q, into);
    }

    /**
     * ∂b̂/∂(β, θ, ψ) of the cluster whose mode was found last: q arrays, by the implicit function theorem at ∇h(û) = 0. With v =
     * ZC of a random effect d and t = Z'ℓ':
     *
     * <pre>
     * ∂b̂_d/∂β = Σ_j v_j ℓ''_j x_j ,  ∂b̂_d/∂ψ = Σ_j v_j ∂_ψℓ'_j
     * ∂b̂_d/∂Λ_rc = δ_dr û_c + (ΛH⁻¹)_dc t_r + Σ_j v_j ℓ''_j z_jr û_c
     * </pre>
     */
    void effectDerivatives(int cluster, double[][] into) {
        int from = block.start(cluster);
        int n = block.start(cluster + 1) - from;
        double[] c = new double[q * q];
        effectCovariance(c);
        // ΛH⁻¹ = (ΛL⁻ᵀ)L⁻¹; work holds the first.
        SmallMatrices.multiply(work, cholInverse, q, work2);
        crossZ(from, n, atMode.first, zScoreMode);
        for (int d = 0; d < q; d++) {
            double[] out = into[d];
            java.util.Arrays.fill(along, 0, n, 0);
            for (int r = 0; r < q; r++) {
                double[] z = block.z()[r];
                for (int j = 0; j < n; j++) {
                    along[j] += c[d * q + r] * (z == null ? 1 : z[from + j]);
                }
            }
            for (int j = 0; j < n; j++) {
                score[j] = along[j] * atMode.second[j];
            }
            for (int k = 0; k < p; k++) {
                out[k] = sum(score, block.x()[k], from, n);
            }
            crossZ(from, n, score, zAlong);
            for (int t = 0; t < layout.theta(); t++) {
                int r = layout.row(t);
                int column = layout.column(t);
                out[layout.thetaStart() + t] =
                        (d == r ? u[column] : 0) + work2[d * q + column] * zScoreMode[r] + zAlong[r] * u[column];
            }
            if (psiAdjoint.length > 0) {
                clearPsiAdjoint(n);
                java.util.Arrays.fill(nodeWeight, 0, n, 0);
                java.util.Arrays.fill(m, 0, n, 0);
                density.addAuxiliary(
                        block.observations(), from, n, eta, prepared, atMode, nodeWeight, along, m, psiAdjoint);
                sumPsiAdjoint(from, n, out);
            }
        }
    }

    /** Newton iterations of the cluster last visited. */
    int iterations() {
        return iterations;
    }
}
