package org.sparkglmm.core.diagnostics;

import java.io.Serializable;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.sparkglmm.core.design.BlockFunction;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.likelihood.MixedModel;
import org.sparkglmm.core.likelihood.PosteriorDraws;
import org.sparkglmm.core.math.RandomVariates;
import org.sparkglmm.core.math.StandardNormal;
import org.sparkglmm.core.model.AuxiliaryPredictors;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.Observations;
import org.sparkglmm.core.model.RowWindow;
import org.sparkglmm.core.model.WindowMoments;

/**
 * Residuals of a block's rows, and the random effects drawn for its clusters.
 *
 * <p>Pearson residuals (y - E)/√Var at the conditional modes, as R's packages have them, and at draws of the random effects, where
 * their mean square is 1 if the model holds; randomised quantile residuals Φ⁻¹(F(y-) + U f(y)) at the draws, which then are standard
 * normal (Dunn and Smyth 1996, Journal of Computational and Graphical Statistics 5:236).
 */
final class ResidualPass implements BlockFunction<ResidualPass.Residuals> {
    private static final long serialVersionUID = 1;

    private final MixedModel model;
    private final Family family;
    private final Link link;
    private final double[] parameters;

    private final double share;
    private final double copies;
    private final long seed;

    /**
     * @param share of the rows that get a quantile residual, taken at random
     * @param copies how many times a row of frequency weight 1 is taken, at most once: a row of weight 3 stands for three,
     *     each with a quantile residual of its own
     * @param seed of everything random
     */
    ResidualPass(
            MixedModel model, Family family, Link link, double[] parameters, double share, double copies, long seed) {
        this.copies = copies;
        this.seed = seed;
        this.share = share;
        this.model = model;
        this.family = family;
        this.link = link;
        this.parameters = parameters;
    }

    /** Of a block. Arrays by row, each as often as it is taken, are NaN for rows of clusters without a likelihood, and quantiles for those not taken. */
    static final class Residuals implements Serializable {
        private static final long serialVersionUID = 1;

        /** How many times each row is taken; null for once. */
        final int[] taken;
        /** Randomised quantile residuals. */
        final double[] quantile;
        /** Linear predictors at the draws. */
        final double[] eta;
        /** By random effect and cluster. */
        final double[][] drawn;
        /** By random effect, order less one, and cluster: see {@link PosteriorDraws#expectedHermite}. */
        final double[][][] hermite;

        double weight;
        double pearsonAtModes;
        double pearson;
        double pearsonSquares;
        /** Of the rows whose variance is 1 or more: weight, Σ r² and Σ r⁴. */
        final double[] regular = new double[3];

        double zeros;
        double expectedZeros;
        double zerosVariance;

        Residuals(int[] taken, int rows, int q, int clusters) {
            this.taken = taken;
            quantile = new double[rows];
            eta = new double[rows];
            drawn = new double[q][clusters];
            hermite = new double[q][EffectScores.ORDERS][clusters];
        }
    }

    @Override
    public Residuals apply(ClusterBlock block) {
        int q = model.layout().random();
        int[] taken = taken(block);
        int all = taken == null ? block.rows() : Arrays.stream(taken).sum();
        Residuals out = new Residuals(taken, all, q, block.clusters());
        PosteriorDraws draws = PosteriorDraws.of(block, model, parameters, seed);
        Observations observations = block.observations();
        AuxiliaryPredictors auxiliary = draws.psi();
        double[] psi = new double[auxiliary.count()];
        WindowMoments atModes = moments(observations, draws.etaAtModes(), auxiliary);
        WindowMoments atDraws = moments(observations, draws.etaDrawn(), auxiliary);
        int at = 0;
        for (int i = 0; i < block.clusters(); i++) {
            for (int d = 0; d < q; d++) {
                out.drawn[d][i] = draws.isKnown(i) ? draws.drawn(i, d) : Double.NaN;
                for (int k = 0; k < EffectScores.ORDERS; k++) {
                    out.hermite[d][k][i] = draws.isKnown(i) ? draws.expectedHermite(i, d, k + 1) : Double.NaN;
                }
            }
            SplittableRandom random = RandomVariates.stream(seed, block.ids().hash(i), 1);
            for (int j = block.start(i); j < block.start(i + 1); j++) {
                double eta = draws.isKnown(i) ? draws.etaDrawn(j) : Double.NaN;
                double y = observations.y(j);
                double size = observations.size(j);
                if (draws.isKnown(i)) {
                    auxiliary.at(j, psi);
                }
                double below = Double.NaN;
                double upTo = Double.NaN;
                for (int copy = taken == null ? 1 : taken[j]; copy > 0; copy--, at++) {
                    out.eta[at] = eta;
                    out.quantile[at] = Double.NaN;
                    double uniform = random.nextDouble();
                    boolean withQuantile = share >= 1 || random.nextDouble() < share;
                    if (draws.isKnown(i) && withQuantile) {
                        if (Double.isNaN(below)) {
                            below = family.cumulativeBelow(link, eta, psi, y, size);
                            upTo = family.cumulative(link, eta, psi, y, size);
                        }
                        out.quantile[at] = StandardNormal.quantile(below + uniform * (upTo - below));
                    }
                }
                if (draws.isKnown(i)) {
                    double w = observations.weight(j);
                    pearson(out, squared(y, atModes, j), squared(y, atDraws, j), atDraws.variance[j], w);
                    zeros(out, eta, psi, y, size, w);
                }
            }
        }
        return out;
    }

    /** As often as the weights say; the part that is not whole, by chance. Null if every row has weight 1. */
    private int[] taken(ClusterBlock block) {
        boolean weighted = false;
        for (int j = 0; j < block.rows(); j++) {
            weighted |= block.observations().weight(j) != 1;
        }
        if (!weighted) {
            return null;
        }
        int[] out = new int[block.rows()];
        for (int i = 0; i < block.clusters(); i++) {
            SplittableRandom random = RandomVariates.stream(seed, block.ids().hash(i), 2);
            for (int j = block.start(i); j < block.start(i + 1); j++) {
                out[j] = (int) (copies * block.observations().weight(j) + random.nextDouble());
            }
        }
        return out;
    }

    private WindowMoments moments(Observations observations, double[] eta, AuxiliaryPredictors psi) {
        int rows = observations.count();
        WindowMoments out = new WindowMoments(rows);
        family.moments(link, new RowWindow(observations, 0, rows, eta, null), psi, out);
        return out;
    }

    private static void pearson(Residuals out, double atMode, double atDraw, double variance, double w) {
        if (atMode < Double.POSITIVE_INFINITY && atDraw < Double.POSITIVE_INFINITY) {
            out.weight += w;
            out.pearsonAtModes += w * atMode;
            out.pearson += w * atDraw;
            out.pearsonSquares += w * atDraw * atDraw;
            if (variance >= 1) {
                out.regular[0] += w;
                out.regular[1] += w * atDraw;
                out.regular[2] += w * atDraw * atDraw;
            }
        }
    }

    private static double squared(double y, WindowMoments at, int row) {
        double residual = y - at.mean[row];
        return residual * residual / at.variance[row];
    }

    private void zeros(Residuals out, double eta, double[] psi, double y, double size, double w) {
        double p = family.cumulative(link, eta, psi, 0, size) - family.cumulativeBelow(link, eta, psi, 0, size);
        if (p >= 0) {
            out.zeros += y == 0 ? w : 0;
            out.expectedZeros += w * p;
            out.zerosVariance += w * p * (1 - p);
        }
    }
}
