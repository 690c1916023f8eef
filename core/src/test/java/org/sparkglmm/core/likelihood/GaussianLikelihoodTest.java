package org.sparkglmm.core.likelihood;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.LocalClusterData;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.ParameterLayout;

/** The closed form of the linear mixed model against the general likelihood and against dense matrices. */
class GaussianLikelihoodTest {
    private static final double CLOSED_FORM = 1e-10;
    /** Central differences of fourth order. */
    private static final double DERIVATIVE = 1e-7;

    private static final Family GAUSSIAN = Families.named("gaussian");
    private static final int P = 3;

    /** With offset and precision weights; frequency weights if asked for. */
    private static Rows rows(int q, boolean frequencies, long seed) {
        Random random = new Random(seed);
        Rows rows = new Rows(RandomBlocks.design(P, q, frequencies));
        for (long id = 0; id < 12; id++) {
            double b = random.nextGaussian();
            int n = 1 + random.nextInt(5);
            for (int j = 0; j < n; j++) {
                double x1 = 20 + random.nextGaussian();
                double x2 = random.nextGaussian();
                double offset = random.nextGaussian();
                double y = 100 + 2 * x1 + offset + b + 0.7 * random.nextGaussian();
                rows.add(id, y, 0.5 + random.nextDouble(), frequencies ? 1 + random.nextInt(3) : 1, offset, x1, x2);
            }
        }
        return rows;
    }

    private static ParameterLayout layout(int q) {
        return new ParameterLayout(P, new int[] {q}, 1);
    }

    private static double[] point(int q, double logSigma) {
        return switch (q) {
            case 1 -> new double[] {0.8, logSigma};
            case 2 -> new double[] {0.8, -0.3, 0.4, logSigma};
            default -> new double[] {0.8, -0.3, 0.4, 0.2, 0.1, 0.5, logSigma};
        };
    }

    private static double[] noShift() {
        return new double[P + 1];
    }

    @ParameterizedTest
    @CsvSource({"1,false", "1,true", "2,false", "2,true", "3,true"})
    void equalsTheGeneralLikelihoodWithItsFixedEffectsProfiledOut(int q, boolean frequencies) {
        Rows rows = rows(q, frequencies, q);
        ClusterData data = rows.data(GAUSSIAN, 3, 1);
        double logSigma = -0.2;
        double[] at = point(q, logSigma);
        GaussianLikelihood likelihood = new GaussianLikelihood(data, layout(q), noShift(), false);
        double[] theta = java.util.Arrays.copyOf(at, at.length - 1);
        double[] beta = likelihood.profile(theta).beta();
        double[] general = new double[P + at.length];
        System.arraycopy(beta, 0, general, 0, P);
        for (int t = 0; t < theta.length; t++) {
            general[P + t] = Math.exp(logSigma) * theta[t];
        }
        general[general.length - 1] = logSigma;
        MixedModel model = new MixedModel(GAUSSIAN.model(Link.IDENTITY), layout(q));
        for (int nodes : new int[] {1, 3}) {
            var expected = new MarginalLikelihood(data, model, new GaussHermite(nodes, q)).evaluate(general);
            assertEquals(expected.value(), likelihood.evaluate(at).value(), CLOSED_FORM * Math.abs(expected.value()));
            for (int c = 0; c < P; c++) {
                // Profiled out: no fixed effect moves the likelihood. Columns are of size 20.
                assertEquals(0, expected.gradient()[c], 1e-7);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1,false,false", "1,true,true", "2,false,true", "2,true,false", "3,true,true"})
    void gradientEqualsDifferences(int q, boolean frequencies, boolean reml) {
        ClusterData data = rows(q, frequencies, 10 + q).data(GAUSSIAN, 2, 1);
        // Shifted, or the cancellation of y'y would show in the differences.
        GaussianLikelihood likelihood = new GaussianLikelihood(data, layout(q), new double[] {0, 20, 0, 140}, reml);
        double[] at = point(q, 0.3);
        double[] gradient = likelihood.evaluate(at).gradient();
        double h = 1e-3;
        for (int i = 0; i < at.length; i++) {
            double[] f = new double[4];
            double[] shifts = {-2, -1, 1, 2};
            for (int k = 0; k < 4; k++) {
                double[] x = at.clone();
                x[i] += shifts[k] * h;
                f[k] = likelihood.evaluate(x).value();
            }
            double expected = (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h);
            assertEquals(expected, gradient[i], DERIVATIVE * Math.max(1, Math.abs(expected)));
        }
    }

    /** V = σ²(ZΛΛ'Z' + diag(1/v)) as one dense matrix. */
    private static double dense(Rows rows, int q, double[] at, boolean reml) {
        List<ClusterBlock> blocks = rows.blocks(GAUSSIAN, 1);
        ClusterBlock block = blocks.get(0);
        int n = block.rows();
        double variance = Math.exp(2 * at[at.length - 1]);
        double[] lambda = new ParameterLayout(0, new int[] {q}, 0).lambda(at);
        double[][] v = new double[n][n];
        double[][] x = new double[n][P];
        double[][] y = new double[n][1];
        for (int i = 0; i < block.clusters(); i++) {
            for (int j = block.start(i); j < block.start(i + 1); j++) {
                for (int k = block.start(i); k < block.start(i + 1); k++) {
                    for (int d = 0; d < q; d++) {
                        double left = 0;
                        double right = 0;
                        for (int r = 0; r < q; r++) {
                            left += (r == 0 ? 1 : block.z()[r].at(i, j)) * lambda[r * q + d];
                            right += (r == 0 ? 1 : block.z()[r].at(i, k)) * lambda[r * q + d];
                        }
                        v[j][k] += variance * left * right;
                    }
                }
                v[j][j] += variance / block.observations().size(j);
                y[j][0] = block.observations().y(j) - block.offset()[j];
                for (int c = 0; c < P; c++) {
                    x[j][c] = c == 0 ? 1 : block.x()[c].at(i, j);
                }
            }
        }
        double[][] xtv = Dense.transpose(Dense.solve(v, x));
        double[][] information = Dense.multiply(xtv, x);
        double[][] beta = Dense.solve(information, Dense.multiply(xtv, y));
        double[][] residual = new double[n][1];
        for (int j = 0; j < n; j++) {
            residual[j][0] = y[j][0];
            for (int c = 0; c < P; c++) {
                residual[j][0] -= x[j][c] * beta[c][0];
            }
        }
        double square = Dense.multiply(Dense.transpose(residual), Dense.solve(v, residual))[0][0];
        double twice = (n - (reml ? P : 0)) * Math.log(2 * Math.PI) + Dense.logDeterminant(v) + square;
        return 0.5 * (twice + (reml ? Dense.logDeterminant(information) : 0));
    }

    @ParameterizedTest
    @CsvSource({"1,false", "1,true", "2,false", "2,true", "3,true"})
    void equalsTheDenseMatrixFormula(int q, boolean reml) {
        Rows rows = rows(q, false, 20 + q);
        double[] at = point(q, 0.4);
        double expected = dense(rows, q, at, reml);
        double actual = new GaussianLikelihood(rows.data(GAUSSIAN, 4, 1), layout(q), noShift(), reml)
                .evaluate(at)
                .value();
        assertEquals(expected, actual, CLOSED_FORM * Math.abs(expected));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shiftingColumnsAndOutcomeChangesNothingButTheIntercept(boolean reml) {
        Rows rows = rows(2, true, 30);
        double[] at = point(2, 0.1);
        // Blocks keep the cross-products of their first shift: each likelihood gets blocks of its own.
        GaussianLikelihood plain = new GaussianLikelihood(rows.data(GAUSSIAN, 3, 1), layout(2), noShift(), reml);
        GaussianLikelihood shifted =
                new GaussianLikelihood(rows.data(GAUSSIAN, 3, 1), layout(2), new double[] {0, 20, -0.1, 140}, reml);
        double expected = plain.evaluate(at).value();
        assertEquals(expected, shifted.evaluate(at).value(), CLOSED_FORM * Math.abs(expected));
        double[] theta = java.util.Arrays.copyOf(at, at.length - 1);
        double[] a = plain.profile(theta).beta();
        double[] b = shifted.profile(theta).beta();
        assertEquals(a[1], b[1], 1e-9);
        assertEquals(a[2], b[2], 1e-9);
        assertEquals(a[0], b[0] + 140 - 20 * b[1] + 0.1 * b[2], 1e-7);
    }

    @Test
    void blocksThatHaveServedOneShiftServeAnother() {
        LocalClusterData data = rows(1, false, 31).data(GAUSSIAN, 3, 1);
        double[] theta = {0.5};
        double[] plain = new GaussianLikelihood(data, layout(1), noShift(), false)
                .profile(theta)
                .beta();
        double[] shifted = new GaussianLikelihood(data, layout(1), new double[] {0, 0, 0, 140}, false)
                .profile(theta)
                .beta();
        assertEquals(plain[0] - 140, shifted[0], 1e-6);
    }

    @Test
    void aFarAwayOutcomeAndAYearKeepTheirDigitsWhenShifted() {
        Random random = new Random(40);
        Rows near = new Rows(RandomBlocks.design(2, 1, false));
        Rows far = new Rows(RandomBlocks.design(2, 1, false));
        for (long id = 0; id < 30; id++) {
            double b = random.nextGaussian();
            for (int j = 0; j < 4; j++) {
                // Multiples of 2^-10, so that moving them by whole numbers is exact.
                double y = Math.rint(1024 * (b + random.nextGaussian())) / 1024;
                near.add(id, y, 1, 1, 0, j);
                far.add(id, y + 1_000_000, 1, 1, 0, 2015 + j);
            }
        }
        ParameterLayout layout = new ParameterLayout(2, new int[] {1}, 1);
        double[] at = {0.8, 0.1};
        double expected = new GaussianLikelihood(near.data(GAUSSIAN, 2, 1), layout, new double[3], false)
                .evaluate(at)
                .value();
        double actual = new GaussianLikelihood(
                        far.data(GAUSSIAN, 2, 1), layout, new double[] {0, 2016.5, 1_000_000}, false)
                .evaluate(at)
                .value();
        assertEquals(expected, actual, 1e-12 * Math.abs(expected));
    }

    @Test
    void threadsChangeNoBitAndBlocksRoundingOnly() {
        Rows rows = rows(2, true, 50);
        double[] at = point(2, 0.1);
        List<ClusterBlock> blocks = rows.blocks(GAUSSIAN, 5);
        double expected = new GaussianLikelihood(new LocalClusterData(blocks, 1), layout(2), noShift(), true)
                .evaluate(at)
                .value();
        double threads = new GaussianLikelihood(
                        new LocalClusterData(rows.shuffled(1).blocks(GAUSSIAN, 5), 4), layout(2), noShift(), true)
                .evaluate(at)
                .value();
        assertEquals(expected, threads);
        double one = new GaussianLikelihood(rows.data(GAUSSIAN, 1, 1), layout(2), noShift(), true)
                .evaluate(at)
                .value();
        assertEquals(expected, one, CLOSED_FORM * Math.abs(expected));
    }

    @Test
    void collinearColumnsHaveNoLikelihood() {
        Rows rows = new Rows(RandomBlocks.design(2, 1, false));
        for (long id = 0; id < 10; id++) {
            rows.add(id, (double) (id % 3), 1, 1, 0, 1);
            rows.add(id, (double) (id % 2), 1, 1, 0, 1);
        }
        GaussianLikelihood likelihood = new GaussianLikelihood(
                rows.data(GAUSSIAN, 1, 1), new ParameterLayout(2, new int[] {1}, 1), new double[3], false);
        assertFalse(likelihood.evaluate(new double[] {0.5, 0}).isFinite());
    }
}
