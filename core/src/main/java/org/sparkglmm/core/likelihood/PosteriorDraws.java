package org.sparkglmm.core.likelihood;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.RandomVariates;
import org.sparkglmm.core.model.AuxiliaryPredictors;

/**
 * For every cluster of a block, the conditional mode of u and one draw from its distribution given the data.
 *
 * <p>Modes are shrunken, so residuals at them are smaller than the model says even if it is true. A draw is not: when the model
 * holds, (u drawn, y) has the model's own joint distribution, so that u is N(0, I), residuals given u have variance 1 and zeros are as
 * frequent as given u they should be (Gelman, Meng and Stern 1996, Statistica Sinica 6:733; Thygesen et al. 2017, Environmental and
 * Ecological Statistics 24:317). Draws are by importance resampling from a normal about the mode (Rubin 1988), seeded by
 * the cluster's id and by the data: the same everywhere, and others for other data.
 */
public final class PosteriorDraws {
    /** Candidates a cluster; the normal about the mode is already close. */
    private static final int CANDIDATES = 48;
    /** Wider than the curvature says, so that the tails of a skew posterior are among the candidates. */
    private static final double WIDER = 1.3;

    /** Of the Hermite polynomials. */
    private static final int ORDERS = 4;

    private final int q;
    private final double[] drawn;
    private final double[] hermite;
    private final double[] etaAtMode;
    private final double[] etaDrawn;
    private final double[][] psi;
    private final boolean[] known;

    private PosteriorDraws(ClusterBlock block, int q, int parts) {
        this.q = q;
        drawn = new double[block.clusters() * q];
        hermite = new double[block.clusters() * q * ORDERS];
        etaAtMode = new double[block.rows()];
        etaDrawn = new double[block.rows()];
        psi = new double[parts][block.rows()];
        known = new boolean[block.clusters()];
    }

    /**
     * Draws for every cluster that has a likelihood at these parameters.
     *
     * @param seed the same for all blocks of a data set
     */
    public static PosteriorDraws of(ClusterBlock block, MixedModel model, double[] parameters, long seed) {
        int q = model.layout().random();
        PosteriorDraws out = new PosteriorDraws(block, q, model.layout().psiParts());
        ModeSearch search = new ModeSearch(new ClusterWindow(model, block));
        search.setParameters(parameters);
        ClusterPosterior posterior = new ClusterPosterior(search);
        for (int k = 0; k < out.psi.length; k++) {
            for (int j = 0; j < block.rows(); j++) {
                out.psi[k][j] = posterior.psi(k, j);
            }
        }
        search.eachWindow(new double[block.clusters() * q], false, () -> {
            for (int i = 0; i < posterior.clusters(); i++) {
                if (posterior.isFound(i)) {
                    int cluster = posterior.first() + i;
                    out.draw(
                            posterior,
                            i,
                            RandomVariates.stream(seed, block.ids().hash(cluster), 0));
                }
            }
        });
        return out;
    }

    /** Draws for cluster i of the window. */
    private void draw(ClusterPosterior posterior, int i, SplittableRandom random) {
        int cluster = posterior.first() + i;
        known[cluster] = true;
        double[][] candidates = new double[CANDIDATES][q];
        double[] logWeights = new double[CANDIDATES];
        double[] step = new double[q];
        double[] mode = new double[q];
        for (int d = 0; d < q; d++) {
            mode[d] = posterior.mode(i, d);
        }
        posterior.linearPredictor(i, mode, etaAtMode);
        for (int c = 0; c < CANDIDATES; c++) {
            double squares = 0;
            for (int d = 0; d < q; d++) {
                double z = RandomVariates.normal(random);
                squares += z * z;
                step[d] = WIDER * z;
            }
            posterior.scaleToPosterior(i, step);
            for (int d = 0; d < q; d++) {
                candidates[c][d] = mode[d] + step[d];
            }
            logWeights[c] =
                    posterior.minusLogJointAtMode(i) - posterior.minusLogJoint(i, candidates[c]) + 0.5 * squares;
        }
        toWeights(logWeights);
        addExpectations(cluster, candidates, logWeights);
        double[] chosen = candidates[choose(logWeights, random)];
        System.arraycopy(chosen, 0, drawn, cluster * q, q);
        posterior.linearPredictor(i, chosen, etaDrawn);
    }

    /** From logarithms to weights that add up to 1; a candidate without a likelihood has none. */
    private static void toWeights(double[] logWeights) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double w : logWeights) {
            largest = w > largest ? w : largest;
        }
        double total = 0;
        for (int c = 0; c < logWeights.length; c++) {
            logWeights[c] = Double.isNaN(logWeights[c]) ? 0 : Elementary.exp(logWeights[c] - largest);
            total += logWeights[c];
        }
        for (int c = 0; c < logWeights.length; c++) {
            logWeights[c] /= total;
        }
    }

    private static int choose(double[] weights, SplittableRandom random) {
        double left = random.nextDouble();
        for (int c = 0; c < weights.length; c++) {
            left -= weights[c];
            if (left < 0) {
                return c;
            }
        }
        return weights.length - 1;
    }

    /** Weights that add up to 1 leave a bias of -Σw²(h - Σwh), of 1/candidates: added back, as thousands of clusters add it up. */
    private void addExpectations(int i, double[][] candidates, double[] weights) {
        double squares = 0;
        for (double w : weights) {
            squares += w * w;
        }
        double[] he = new double[ORDERS];
        double[] bias = new double[ORDERS];
        for (int d = 0; d < q; d++) {
            int at = (i * q + d) * ORDERS;
            Arrays.fill(bias, 0);
            for (int c = 0; c < candidates.length; c++) {
                if (weights[c] > 0) {
                    hermite(candidates[c][d], he);
                    for (int k = 0; k < ORDERS; k++) {
                        hermite[at + k] += weights[c] * he[k];
                        bias[k] += weights[c] * weights[c] * he[k];
                    }
                }
            }
            for (int k = 0; k < ORDERS; k++) {
                hermite[at + k] += bias[k] - squares * hermite[at + k];
            }
        }
    }

    private static void hermite(double v, double[] into) {
        double square = v * v;
        into[0] = v;
        into[1] = square - 1;
        into[2] = v * (square - 3);
        into[3] = square * (square - 6) + 3;
    }

    /**
     * E[He_k(u_d) | y] of cluster i, k from 1 to 4. Its mean over clusters is 0 if the model holds; of k = 3 and 4 it is, but for a
     * factor, the score of a skewness and an excess kurtosis of the random effects (of density φ(u)(1 + κ₃He₃/6 + κ₄He₄/24)).
     */
    public double expectedHermite(int i, int d, int k) {
        return hermite[(i * q + d) * ORDERS + k - 1];
    }

    /** Whether cluster i has a likelihood; if not, nothing else here means anything for it. */
    public boolean isKnown(int i) {
        return known[i];
    }

    /** Element d of the u drawn for cluster i; standard normal over clusters if the model holds. */
    public double drawn(int i, int d) {
        return drawn[i * q + d];
    }

    /** The linear predictors of the block's rows at the conditional modes. */
    public double[] etaAtModes() {
        return etaAtMode;
    }

    /** The linear predictor of a row at the draw. */
    public double etaDrawn(int row) {
        return etaDrawn[row];
    }

    /** The linear predictors of the block's rows at the draws. */
    public double[] etaDrawn() {
        return etaDrawn;
    }

    /** The linear predictors of the family's own parameters. */
    public AuxiliaryPredictors psi() {
        return new AuxiliaryPredictors(new double[psi.length], psi);
    }
}
