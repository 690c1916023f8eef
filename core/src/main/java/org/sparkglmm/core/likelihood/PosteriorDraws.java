package org.sparkglmm.core.likelihood;

import java.util.SplittableRandom;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.RandomVariates;

/**
 * For every cluster of a block, the conditional mode of u and one draw from its distribution given the data.
 *
 * <p>Modes are shrunken, so residuals at them are smaller than the model says even if it is true. A draw is not: when the model
 * holds, (u drawn, y) has the model's own joint distribution, so that u is N(0, I), residuals given u have variance 1 and zeros are as
 * frequent as given u they should be (Gelman, Meng and Stern 1996, Statistica Sinica 6:733; Thygesen et al. 2017, Environmental and
 * Ecological Statistics 24:317). Draws are by importance resampling from a normal about the mode (Rubin 1988), seeded by the
 * cluster's id: the same everywhere.
 */
public final class PosteriorDraws {
    /** Candidates a cluster; the normal about the mode is already close. */
    private static final int CANDIDATES = 24;
    /** Wider than the curvature says, so that the tails of a skew posterior are among the candidates. */
    private static final double WIDER = 1.3;

    private final int q;
    private final double[] drawn;
    private final double[] etaAtMode;
    private final double[] etaDrawn;
    private final double[][] psi;
    private final boolean[] known;

    private PosteriorDraws(ClusterBlock block, int q, int parts) {
        this.q = q;
        drawn = new double[block.clusters() * q];
        etaAtMode = new double[block.rows()];
        etaDrawn = new double[block.rows()];
        psi = new double[parts][block.rows()];
        known = new boolean[block.clusters()];
    }

    /** Draws for every cluster that has a likelihood at these parameters. */
    public static PosteriorDraws of(ClusterBlock block, MixedModel model, double[] parameters) {
        int q = model.layout().random();
        PosteriorDraws out = new PosteriorDraws(block, q, model.layout().psiParts());
        ClusterIntegral integral = new ClusterIntegral(model, new GaussHermite(1, q), block);
        integral.setParameters(parameters);
        for (int k = 0; k < out.psi.length; k++) {
            for (int j = 0; j < block.rows(); j++) {
                out.psi[k][j] = integral.psi(k, j);
            }
        }
        double[] zero = new double[q];
        double[][] candidates = new double[CANDIDATES][q];
        double[] logWeights = new double[CANDIDATES];
        double[] step = new double[q];
        for (int i = 0; i < block.clusters(); i++) {
            double atMode = integral.findMode(i, zero, 0);
            if (Double.isNaN(atMode)) {
                continue;
            }
            out.known[i] = true;
            integral.linearPredictor(i, integral.mode(), out.etaAtMode);
            SplittableRandom random = new SplittableRandom(block.ids().hash(i));
            for (int c = 0; c < CANDIDATES; c++) {
                double squares = 0;
                for (int d = 0; d < q; d++) {
                    double z = RandomVariates.normal(random);
                    squares += z * z;
                    step[d] = WIDER * z;
                }
                integral.scaleToPosterior(step);
                for (int d = 0; d < q; d++) {
                    candidates[c][d] = integral.mode()[d] + step[d];
                }
                logWeights[c] = atMode - integral.minusLogJoint(i, candidates[c]) + 0.5 * squares;
            }
            double[] chosen = candidates[choose(logWeights, random)];
            System.arraycopy(chosen, 0, out.drawn, i * q, q);
            integral.linearPredictor(i, chosen, out.etaDrawn);
        }
        return out;
    }

    private static int choose(double[] logWeights, SplittableRandom random) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double w : logWeights) {
            largest = w > largest ? w : largest;
        }
        double total = 0;
        for (double w : logWeights) {
            total += weight(w, largest);
        }
        double left = total * random.nextDouble();
        for (int c = 0; c < logWeights.length; c++) {
            left -= weight(logWeights[c], largest);
            if (left < 0) {
                return c;
            }
        }
        return logWeights.length - 1;
    }

    /** A candidate without a likelihood has no weight. */
    private static double weight(double logWeight, double largest) {
        return Double.isNaN(logWeight) ? 0 : Elementary.exp(logWeight - largest);
    }

    /** Whether cluster i has a likelihood; if not, nothing else here means anything for it. */
    public boolean isKnown(int i) {
        return known[i];
    }

    /** Element d of the u drawn for cluster i; standard normal over clusters if the model holds. */
    public double drawn(int i, int d) {
        return drawn[i * q + d];
    }

    /** The linear predictor of a row of the block at the conditional mode. */
    public double etaAtMode(int row) {
        return etaAtMode[row];
    }

    /** The linear predictor of a row at the draw. */
    public double etaDrawn(int row) {
        return etaDrawn[row];
    }

    /** The linear predictors of the family's own parameters at a row. */
    public void psi(int row, double[] into) {
        for (int k = 0; k < psi.length; k++) {
            into[k] = psi[k][row];
        }
    }
}
