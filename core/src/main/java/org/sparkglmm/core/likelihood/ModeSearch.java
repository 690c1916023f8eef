package org.sparkglmm.core.likelihood;

import java.util.Arrays;
import org.sparkglmm.core.math.MatrixBatch;
import org.sparkglmm.core.math.SmallMatrices;
import org.sparkglmm.core.model.Derivatives;

/**
 * Conditional modes û = argmin h(u), h(u) = ½u'u - Σ wℓ, of the clusters of a window together: Newton's method with full steps
 * as long as they do what they should, which is nearly always and for all of them; a cluster where they do not is searched alone, with
 * a positive-definite curvature and backtracking.
 */
final class ModeSearch {
    /** The Newton decrement below which one more full step leaves an error of its square: beyond rounding. */
    private static final double LAST_STEP = 1e-10;
    /** The square of it: no step is needed at all. */
    private static final double THERE = 1e-20;
    /** Where the curvature had to be replaced, convergence is linear and must be seen to its end. */
    private static final double CONVERGED = 1e-22;

    /** A convex h with a Newton decrement this small lies in the basin where full steps converge by squares. */
    private static final double IN_BASIN = 1e-4;

    /** Armijo's constant: a step must earn this part of what its slope promises. */
    private static final double SUFFICIENT = 1e-4;
    /** What summing a large cluster's h may be off by; without it a good last step could look like a bad one. */
    private static final double ROUNDING = 1e-13;

    /** Newton steps of a window; who is not there by then is searched alone. */
    private static final int MOST_STEPS = 20;

    private static final int MOST_ITERATIONS = 200;
    private static final int MOST_HALVINGS = 60;

    private enum State {
        SEARCHING,
        LAST_STEP_TAKEN,
        FOUND,
        HARD,
        NONE
    }

    final ClusterWindow batch;
    private final int q;

    /** û, q arrays by cluster. */
    final double[][] u;
    /** h(û). */
    final double[] h;
    /** η at the modes, by row. */
    final double[] eta;
    /** The log-density there. */
    final Derivatives at;
    /** Z'ℓ'. */
    final double[][] zScore;
    /** Z'diag(ℓ'')Z, lower triangle. */
    final double[][] zSecondZ;
    /** Cholesky factor of H = I - Λ'Z'diag(ℓ'')ZΛ, lower triangle. */
    final double[][] chol;

    private final double[][] step;
    private final double[][] work;
    private final double[] decrement;
    private final double[] before;
    private final double[] hBefore;
    private final State[] state;
    private boolean alone;

    // One cluster on its own.
    private final double[] oneU;
    private final double[] oneStep;
    private final double[] oneTrial;
    private final double[] oneB;
    private final double[] oneChol;
    private final double[] oneWork;
    private final double[] oneZwz;

    ModeSearch(ClusterWindow batch) {
        this.batch = batch;
        q = batch.q;
        u = batch.byCluster(q);
        zScore = batch.byCluster(q);
        step = batch.byCluster(q);
        zSecondZ = batch.byCluster(q * q);
        chol = batch.byCluster(q * q);
        work = batch.byCluster(q * q);
        h = new double[batch.mostClusters()];
        decrement = new double[h.length];
        before = new double[h.length];
        hBefore = new double[h.length];
        state = new State[h.length];
        eta = new double[batch.mostRows()];
        at = new Derivatives(batch.mostRows());
        oneU = new double[q];
        oneStep = new double[q];
        oneTrial = new double[q];
        oneB = new double[q];
        oneChol = new double[q * q];
        oneWork = new double[q * q];
        oneZwz = new double[q * q];
    }

    /**
     * Finds the modes of the window's clusters.
     *
     * @param start where to begin, q values a cluster of the block
     */
    void find(double[] start) {
        int n = batch.clusters;
        for (int d = 0; d < q; d++) {
            for (int i = 0; i < n; i++) {
                u[d][i] = start[(batch.first + i) * q + d];
            }
        }
        Arrays.fill(state, 0, n, State.SEARCHING);
        alone = false;
        evaluateAll();
        for (int k = 0; k <= MOST_STEPS; k++) {
            measure();
            int moved = advance(k == 0);
            if (moved == 0) {
                break;
            }
            if (2 * moved >= n) {
                evaluateAll();
            } else {
                evaluateMoved();
            }
        }
        searchHardOnes(start);
        if (alone && batch.layout.psiParts() > 0) {
            // What a model keeps of a row beside its derivatives must be of the modes too.
            batch.evaluate(eta, 3, at);
        }
    }

    /** Moves to another parameter vector. */
    void setParameters(double[] parameters) {
        batch.setParameters(parameters);
    }

    /**
     * The one loop over the windows of a block: opens each, finds its clusters' modes, and has it visited.
     *
     * @param starts where to begin, q values a cluster of the block
     * @param keep whether to leave the modes in {@code starts}
     */
    void eachWindow(double[] starts, boolean keep, Runnable visit) {
        for (int first = 0; first < batch.block.clusters(); ) {
            first = batch.open(first);
            find(starts);
            if (keep) {
                keep(starts);
            }
            visit.run();
        }
    }

    /** Whether cluster i has a mode. */
    boolean isFound(int i) {
        return state[i] == State.FOUND;
    }

    boolean allFound() {
        boolean all = true;
        for (int i = 0; i < batch.clusters; i++) {
            all &= isFound(i);
        }
        return all;
    }

    /** The factor L of cluster i as one q×q matrix. */
    void factor(int i, double[] into) {
        for (int k = 0; k < q * q; k++) {
            into[k] = chol[k][i];
        }
    }

    private void evaluateAll() {
        batch.predictor(batch.fixedPredictor, u, eta);
        batch.evaluate(eta, 3, at);
    }

    private void evaluateMoved() {
        alone = true;
        for (int i = 0; i < batch.clusters; i++) {
            if (state[i] == State.SEARCHING || state[i] == State.LAST_STEP_TAKEN) {
                for (int d = 0; d < q; d++) {
                    oneTrial[d] = u[d][i];
                }
                evaluateOne(i, oneTrial, 3);
            }
        }
    }

    /** h, curvature and Newton step of all clusters where they are; for those that have been found, what it was. */
    private void measure() {
        int n = batch.clusters;
        batch.sum(at.value, h);
        for (int i = 0; i < n; i++) {
            h[i] = -h[i];
        }
        for (int d = 0; d < q; d++) {
            for (int i = 0; i < n; i++) {
                h[i] += 0.5 * u[d][i] * u[d][i];
            }
        }
        batch.crossZ(at.first, zScore);
        batch.timesLambdaTransposed(zScore, step);
        for (int d = 0; d < q; d++) {
            MatrixBatch.addMultiple(step[d], -1, u[d], n);
        }
        batch.crossZ2(at.second, zSecondZ);
        MatrixBatch.congruence(batch.lambda, true, zSecondZ, q, work, chol, n);
        for (int r = 0; r < q; r++) {
            for (int c = 0; c <= r; c++) {
                double[] element = chol[r * q + c];
                double diagonal = r == c ? 1 : 0;
                for (int i = 0; i < n; i++) {
                    element[i] = diagonal - element[i];
                }
            }
        }
        MatrixBatch.choleskyInPlace(chol, q, n);
        MatrixBatch.solveLower(chol, q, step, n);
        Arrays.fill(decrement, 0, n, 0);
        for (int d = 0; d < q; d++) {
            MatrixBatch.addProduct(decrement, step[d], step[d], n);
        }
        MatrixBatch.solveLowerTransposed(chol, q, step, n);
    }

    /** Takes the next step of every cluster that is still on its way; returns how many were taken. */
    private int advance(boolean atStart) {
        int moved = 0;
        for (int i = 0; i < batch.clusters; i++) {
            if (state[i] != State.SEARCHING && state[i] != State.LAST_STEP_TAKEN) {
                continue;
            }
            boolean regular = Math.abs(h[i]) < Double.POSITIVE_INFINITY
                    && MatrixBatch.isFactor(chol, q, i)
                    && decrement[i] < Double.POSITIVE_INFINITY;
            if (!regular || !atStart && !isGoodStep(i)) {
                state[i] = State.HARD;
            } else if (state[i] == State.LAST_STEP_TAKEN || decrement[i] <= THERE) {
                state[i] = State.FOUND;
            } else {
                state[i] = decrement[i] <= LAST_STEP ? State.LAST_STEP_TAKEN : State.SEARCHING;
                before[i] = decrement[i];
                hBefore[i] = h[i];
                for (int d = 0; d < q; d++) {
                    u[d][i] += step[d][i];
                }
                moved++;
            }
        }
        return moved;
    }

    /** In the basin the gradient is known better than differences of h, which are rounded to a part of its summands. */
    private boolean isGoodStep(int i) {
        return state[i] == State.LAST_STEP_TAKEN
                || (before[i] <= IN_BASIN
                        ? decrement[i] < before[i]
                        : h[i] <= hBefore[i] - SUFFICIENT * before[i] + ROUNDING * Math.abs(hBefore[i]));
    }

    private void searchHardOnes(double[] start) {
        boolean any = false;
        for (int i = 0; i < batch.clusters; i++) {
            if (state[i] == State.FOUND) {
                continue;
            }
            any = true;
            System.arraycopy(start, (batch.first + i) * q, oneU, 0, q);
            state[i] = searchAlone(i) ? State.FOUND : State.NONE;
            for (int d = 0; d < q; d++) {
                u[d][i] = oneU[d];
            }
        }
        if (any) {
            alone = true;
            measure();
        }
    }

    /**
     * Damped Newton from oneU, which it moves to the mode of cluster i, leaving η and the derivatives there.
     *
     * @return false if there is none: the likelihood cannot be evaluated, or h is not convex where it ends
     */
    private boolean searchAlone(int i) {
        double value = evaluateOne(i, oneU, 3);
        if (!(value < Double.POSITIVE_INFINITY)) {
            Arrays.fill(oneU, 0);
            value = evaluateOne(i, oneU, 3);
            if (!(value < Double.POSITIVE_INFINITY)) {
                return false;
            }
        }
        double last = Double.POSITIVE_INFINITY;
        int iteration = 0;
        for (; iteration < MOST_ITERATIONS; iteration++) {
            boolean convex = curvatureOfOne(i, false);
            if (!convex) {
                curvatureOfOne(i, true);
            }
            gradientOfOne(i, oneStep);
            for (int d = 0; d < q; d++) {
                oneStep[d] = -oneStep[d];
            }
            SmallMatrices.solveLower(oneChol, q, oneStep);
            double size = 0;
            for (int d = 0; d < q; d++) {
                size += oneStep[d] * oneStep[d];
            }
            SmallMatrices.solveLowerTransposed(oneChol, q, oneStep);
            if (!(size < Double.POSITIVE_INFINITY)) {
                return false;
            }
            if (convex ? size <= LAST_STEP : size <= CONVERGED) {
                break;
            }
            boolean inBasin = convex && size <= IN_BASIN;
            if (inBasin && size < last) {
                add(oneU, 1, oneStep, oneU);
                value = evaluateOne(i, oneU, 3);
            } else {
                double accepted = lineSearch(i, value, size);
                if (Double.isNaN(accepted) || inBasin) {
                    // No step improves h, or the gradient, in floating point: this is the mode as well as it can be
                    // known.
                    Arrays.fill(oneStep, 0);
                    break;
                }
                value = accepted;
            }
            last = size;
            if (!(value < Double.POSITIVE_INFINITY)) {
                return false;
            }
        }
        if (iteration == MOST_ITERATIONS) {
            return false;
        }
        add(oneU, 1, oneStep, oneU);
        value = evaluateOne(i, oneU, 3);
        return value < Double.POSITIVE_INFINITY && curvatureOfOne(i, false);
    }

    private void add(double[] v, double length, double[] direction, double[] into) {
        for (int d = 0; d < q; d++) {
            into[d] = v[d] + length * direction[d];
        }
    }

    /** Backtracking from the full step; moves oneU. NaN if no step length decreases h. */
    private double lineSearch(int i, double value, double size) {
        double length = 1;
        for (int k = 0; k < MOST_HALVINGS; k++) {
            add(oneU, length, oneStep, oneTrial);
            double trial = evaluateOne(i, oneTrial, 3);
            if (trial <= value - SUFFICIENT * length * size + ROUNDING * Math.abs(value)) {
                System.arraycopy(oneTrial, 0, oneU, 0, q);
                return trial;
            }
            length *= 0.5;
        }
        evaluateOne(i, oneU, 3);
        return Double.NaN;
    }

    /** h(v) of cluster i, leaving η and the derivatives at v in its rows. */
    double evaluateOne(int i, double[] v, int order) {
        double value = 0;
        for (int r = 0; r < q; r++) {
            double effect = 0;
            for (int d = 0; d <= r; d++) {
                effect += batch.lambda[r * q + d] * v[d];
            }
            oneB[r] = effect;
            value += 0.5 * v[r] * v[r];
        }
        for (int j = batch.start[i]; j < batch.start[i + 1]; j++) {
            double random = 0;
            for (int r = 0; r < q; r++) {
                random += oneB[r] * batch.z[r][j];
            }
            eta[j] = batch.fixedPredictor[j] + random;
        }
        batch.evaluateOne(i, eta, order, at);
        for (int j = batch.start[i]; j < batch.start[i + 1]; j++) {
            value -= at.value[j];
        }
        return value;
    }

    /** out := v - Λ'Z'ℓ' at oneU. */
    private void gradientOfOne(int i, double[] out) {
        System.arraycopy(oneU, 0, out, 0, q);
        for (int r = 0; r < q; r++) {
            double sum = 0;
            for (int j = batch.start[i]; j < batch.start[i + 1]; j++) {
                sum += at.first[j] * batch.z[r][j];
            }
            for (int d = 0; d <= r; d++) {
                out[d] -= batch.lambda[r * q + d] * sum;
            }
        }
    }

    /** oneChol := Cholesky factor of H at oneU, with -ℓ'' or only where that is positive; false if not positive definite. */
    private boolean curvatureOfOne(int i, boolean positivePartOnly) {
        for (int r = 0; r < q; r++) {
            for (int c = 0; c <= r; c++) {
                double sum = 0;
                for (int j = batch.start[i]; j < batch.start[i + 1]; j++) {
                    double w = -at.second[j];
                    if (!positivePartOnly || w > 0) {
                        sum += w * batch.z[r][j] * batch.z[c][j];
                    }
                }
                oneZwz[r * q + c] = sum;
                oneZwz[c * q + r] = sum;
            }
        }
        SmallMatrices.multiply(oneZwz, batch.lambda, q, oneWork);
        SmallMatrices.multiplyTransposedLeft(batch.lambda, oneWork, q, oneChol);
        for (int d = 0; d < q; d++) {
            oneChol[d * q + d] += 1;
        }
        return SmallMatrices.choleskyInPlace(oneChol, q);
    }

    /** Writes û back, to begin there another time. */
    void keep(double[] modes) {
        for (int d = 0; d < q; d++) {
            for (int i = 0; i < batch.clusters; i++) {
                modes[(batch.first + i) * q + d] = u[d][i];
            }
        }
    }
}
