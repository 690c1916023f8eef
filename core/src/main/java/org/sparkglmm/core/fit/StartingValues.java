package org.sparkglmm.core.fit;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.sparkglmm.core.design.ColumnMoments;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.model.AuxiliaryParameter;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.TransformedObjective;

/**
 * Where the optimizer begins, in scaled variables: every linear predictor but its offset at the link of the mean outcome (inside every
 * link's range) less that of the mean offset, or for counts of the mean exposure; no covariate effect, independent random effects of moderate size.
 */
final class StartingValues {
    /** In units of η; well off the saddle at 0. */
    private static final double SD = 0.5;
    /** The same for links whose range ends: random effects must not cross its edge at once. */
    private static final double SD_NEAR_EDGE = 0.1;

    /** Of the usual linear predictor, what the row next to the edge begins with. */
    private static final double NEAR_EDGE = 0.5;

    private StartingValues() {}

    static double[] of(
            Design design, Family family, Link link, DataMoments moments, Scaling scaling, ParameterLayout layout) {
        double[] out = new double[layout.size()];
        boolean hasEdge = scaling.unit() != 1 || (link == Link.LOG && family.takesTrials());
        if (!family.takesCategories()) {
            double eta = beside(predictor(family, link, moments), family, link, hasEdge, moments);
            constant(moments.fixed(), design.fixed().size(), scaling.fixed(), scaling.unit(), eta, out, 0);
        }
        double sd = hasEdge ? SD_NEAR_EDGE : SD;
        double[] raw = new double[layout.size()];
        System.arraycopy(scaling.independentTheta(sd), 0, raw, layout.thetaStart(), layout.theta());
        System.arraycopy(
                TransformedObjective.multiply(scaling.toScaled(), raw),
                layout.thetaStart(),
                out,
                layout.thetaStart(),
                layout.theta());
        double[] psi = family.startingPsi(moments.outcome(family), link);
        for (int k = 0; k < psi.length; k++) {
            int size = layout.psiStart(k + 1) - layout.psiStart(k);
            boolean isThreshold = family.auxiliary().get(k).role() == AuxiliaryParameter.Role.THRESHOLD;
            double own = psi[k] + (isThreshold ? moments.offsetMean() : 0);
            constant(moments.auxiliary(k), size, scaling.auxiliary(k), 1, own, out, layout.psiStart(k));
        }
        return out;
    }

    /** What is left of a linear predictor beside the offset; where its range ends, no row may begin beyond. */
    private static double beside(double eta, Family family, Link link, boolean hasEdge, DataMoments moments) {
        if (link == Link.LOG) {
            return family.takesTrials()
                    ? eta - Math.max(moments.offsetMost(), moments.offsetMean())
                    : eta - moments.offsetLogMean();
        }
        double atMean = eta - moments.offsetMean();
        return hasEdge ? Math.max(atMean, NEAR_EDGE * eta - moments.offsetLeast()) : atMean;
    }

    /** The link of the mean outcome; 0 where thresholds take the place of the intercept. */
    static double predictor(Family family, Link link, DataMoments moments) {
        if (family.takesCategories()) {
            return 0;
        }
        double mean = family.startingMean(moments.outcome(family));
        double eta = link.predictor(mean);
        // A mean outside the link's range (a negative one under log): begin at its size.
        return Double.isFinite(eta) ? eta : link.predictor(Math.max(Math.abs(mean), 1e-3));
    }

    /** Scaled coefficients whose linear predictors are a constant; without an intercept the nearest to it. */
    private static void constant(
            ColumnMoments moments, int size, ColumnScaling scaling, double unit, double eta, double[] into, int at) {
        if (scaling.intercept() >= 0) {
            into[at + scaling.intercept()] = eta / unit;
            return;
        }
        DMatrixRMaj xx = new DMatrixRMaj(size, size);
        DMatrixRMaj xOne = new DMatrixRMaj(size, 1);
        for (int c = 0; c < size; c++) {
            for (int d = 0; d < size; d++) {
                xx.set(c, d, moments.rawScatter(c, d));
            }
            xOne.set(c, 0, moments.weight() * moments.mean(c) * eta);
        }
        DMatrixRMaj beta = new DMatrixRMaj(size, 1);
        if (eta != 0 && CommonOps_DDRM.solve(xx, xOne, beta)) {
            for (int c = 0; c < size; c++) {
                into[at + c] = scaling.scale(c) / unit * beta.get(c, 0);
            }
        }
    }
}
