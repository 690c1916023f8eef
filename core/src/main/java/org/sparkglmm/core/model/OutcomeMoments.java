package org.sparkglmm.core.model;

import java.io.Serializable;

/**
 * Mean and variance of a family's outcomes by the linear predictor. Where η lies outside the link's range, so that no outcome is
 * possible, they are NaN; where the mean is beyond double, it and the variance are infinite.
 */
public interface OutcomeMoments extends Serializable {

    /** E[Y] (per trial where there are trials; of categories the number, from 1) at η and the linear predictors ψ. */
    default double mean(Link link, double eta, double[] psi) {
        return link.mean(eta);
    }

    /**
     * E[Y] of the outcome y itself: of the number of successes where there are trials, of the category's code, and of an
     * amount with this precision weight. So (y - expected)/√variance has mean 0 and variance 1.
     *
     * @param psi linear predictors of {@link Family#auxiliary()}
     * @param size as in {@link Observations}
     */
    double expected(Link link, double eta, double[] psi, double size);

    /** Var[Y] of the outcome y itself. */
    double variance(Link link, double eta, double[] psi, double size);

    /** ∂E[Y]/∂η of the outcome y itself. */
    double expectedSlope(Link link, double eta, double[] psi, double size);

    /**
     * {@link #expected}, {@link #expectedSlope} and {@link #variance} of the rows of a window.
     *
     * @param psi linear predictors of {@link Family#auxiliary()}
     * @param out filled for every row
     */
    default void moments(Link link, RowWindow rows, AuxiliaryPredictors psi, WindowMoments out) {
        double[] own = new double[psi.count()];
        for (int j = 0; j < rows.count; j++) {
            int row = rows.from + j;
            psi.at(row, own);
            double size = rows.observations.size(row);
            out.mean[j] = expected(link, rows.eta[j], own, size);
            out.slope[j] = Double.isNaN(out.mean[j]) ? Double.NaN : expectedSlope(link, rows.eta[j], own, size);
            out.variance[j] = variance(link, rows.eta[j], own, size);
        }
    }
}
