package org.sparkglmm.core.fit;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.TransformedObjective;

/**
 * Where the optimizer begins, in scaled variables: every linear predictor at the link of the mean outcome (inside every
 * link's range), no covariate effect, independent random effects of moderate size.
 */
final class StartingValues {
    /** In units of η; well off the saddle at 0. */
    private static final double SD = 0.5;
    /** The same for links whose range ends: random effects must not cross its edge at once. */
    private static final double SD_NEAR_EDGE = 0.1;

    private StartingValues() {}

    static double[] of(
            Design design, Family family, Link link, DataMoments moments, Scaling scaling, ParameterLayout layout) {
        double[] out = new double[layout.size()];
        double eta = predictor(family, link, moments);
        if (scaling.intercept() >= 0) {
            out[scaling.intercept()] = eta / scaling.unit();
        } else {
            leastSquares(moments, layout, eta, scaling, out);
        }
        boolean hasEdge = scaling.unit() != 1 || (link == Link.LOG && family.takesTrials());
        double sd = hasEdge ? SD_NEAR_EDGE : SD;
        double[] raw = new double[layout.size()];
        System.arraycopy(scaling.independentTheta(sd), 0, raw, layout.thetaStart(), layout.theta());
        System.arraycopy(
                TransformedObjective.multiply(scaling.toScaled(), raw),
                layout.thetaStart(),
                out,
                layout.thetaStart(),
                layout.theta());
        double[] psi = family.startingPsi(link.mean(eta), moments.outcomeVariance());
        System.arraycopy(psi, 0, out, layout.psiStart(), psi.length);
        return out;
    }

    /** The link of the mean outcome. */
    static double predictor(Family family, Link link, DataMoments moments) {
        double mean = family.startingMean(moments.outcomeMean(family), moments.weight());
        double eta = link.predictor(mean);
        // A mean outside the link's range (a negative one under log): begin at its size.
        return Double.isFinite(eta) ? eta : link.predictor(Math.max(Math.abs(mean), 1e-3));
    }

    /** Without an intercept: the β whose linear predictors are nearest to the constant η. */
    private static void leastSquares(
            DataMoments moments, ParameterLayout layout, double eta, Scaling scaling, double[] into) {
        int p = layout.fixed();
        DMatrixRMaj xx = new DMatrixRMaj(p, p);
        DMatrixRMaj xOne = new DMatrixRMaj(p, 1);
        for (int c = 0; c < p; c++) {
            for (int d = 0; d < p; d++) {
                xx.set(c, d, moments.rawScatter(c, d));
            }
            xOne.set(c, 0, moments.weight() * moments.mean(c) * eta);
        }
        DMatrixRMaj beta = new DMatrixRMaj(p, 1);
        if (CommonOps_DDRM.solve(xx, xOne, beta)) {
            double[][] toScaled = scaling.toScaled();
            for (int c = 0; c < p; c++) {
                into[c] = toScaled[c][c] * beta.get(c, 0);
            }
        }
    }
}
