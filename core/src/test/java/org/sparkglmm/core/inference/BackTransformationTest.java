package org.sparkglmm.core.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.design.RawColumn;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.model.RandomCovariance;

/** The way back from parameters about centres: linear predictors, G, and derivatives against differences. */
class BackTransformationTest {
    /** The same formula. */
    private static final double SAME = 1e-11;
    /** Central differences of smooth functions. */
    private static final double DIFFERENCE = 1e-6;

    private static final Map<String, Double> CENTRES = Map.of("x", 3.5, "t", -2.0);

    private static DesignColumn column(String name, Component... components) {
        return new DesignColumn(name, List.of(components));
    }

    /** Three random effects, interactions of numbers and of a factor, two predictors. */
    private static Design design() {
        Component x = new Component("x", Component.NUMERIC);
        Component t = new Component("t", Component.NUMERIC);
        DesignColumn one = DesignColumn.intercept();
        DesignColumn ofX = column("x", x);
        DesignColumn ofT = column("t", t);
        return new Design(
                List.of(
                        new RawColumn("y", "y", List.of()),
                        new RawColumn("x", "x", List.of()),
                        new RawColumn("t", "t", List.of()),
                        new RawColumn("g", "g", List.of("a", "b"))),
                0,
                -1,
                -1,
                List.of(),
                List.of(
                        one,
                        ofX,
                        ofT,
                        column("gb", new Component("g", 1)),
                        column("x:t", x, t),
                        column("gb:x", new Component("g", 1), x),
                        column("gb:t", new Component("g", 1), t)),
                RandomTerm.ofClusters("id", List.of(List.of(one, ofX, ofT))),
                List.of(List.of(one, ofX)));
    }

    private static final Family FAMILY = Families.named("nbinom2");

    private static Centring centring() {
        return new Centring(Centring.about(design(), CENTRES, false), false);
    }

    private static double[] draw(ParameterLayout layout, long seed) {
        Random random = new Random(seed);
        double[] out = new double[layout.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = random.nextGaussian();
        }
        for (int t = 0; t < layout.theta(); t++) {
            int i = layout.thetaStart() + t;
            out[i] = layout.row(t) == layout.column(t) ? 0.2 + Math.abs(out[i]) : out[i];
        }
        return out;
    }

    @Test
    void linearPredictorsAndTheirVariancesAreTheSame() {
        BackTransformation back = new BackTransformation(centring(), FAMILY);
        ParameterLayout layout = design().layout(FAMILY);
        double[] centred = draw(layout, 1);
        double[] raw = back.toRaw(centred);
        LinearPredictor here = new LinearPredictor(centring().design(), FAMILY, centred);
        LinearPredictor there = new LinearPredictor(design(), FAMILY, raw);
        Random random = new Random(2);
        for (int i = 0; i < 10; i++) {
            double[] row = {0, 5 * random.nextGaussian(), 5 * random.nextGaussian(), i % 2};
            assertEquals(here.fixedPart(row), there.fixedPart(row), SAME * 1e3);
            assertEquals(here.auxiliary(row)[0], there.auxiliary(row)[0], SAME * 1e2);
            assertEquals(
                    RandomCovariance.of(layout, centred).deviation(here.randomRow(row)),
                    RandomCovariance.of(layout, raw).deviation(there.randomRow(row)),
                    SAME * 1e2);
        }
        assertArrayEquals(centred, back.toCentred(raw), SAME * 1e2);
    }

    @Test
    void theJacobiansAreDerivativesAndInverse() {
        BackTransformation back = new BackTransformation(centring(), FAMILY);
        double[] centred = draw(design().layout(FAMILY), 3);
        double[][] j = back.jacobian(centred);
        double[][] k = back.inverseJacobian(back.toRaw(centred));
        for (int c = 0; c < centred.length; c++) {
            double h = 1e-5;
            double[] up = centred.clone();
            double[] down = centred.clone();
            up[c] += h;
            down[c] -= h;
            for (int r = 0; r < centred.length; r++) {
                double slope = (back.toRaw(up)[r] - back.toRaw(down)[r]) / (2 * h);
                assertEquals(slope, j[r][c], DIFFERENCE * (1 + Math.abs(slope)), r + " by " + c);
                double product = 0;
                for (int i = 0; i < centred.length; i++) {
                    product += j[r][i] * k[i][c];
                }
                assertEquals(r == c ? 1 : 0, product, SAME * 1e3);
            }
        }
    }

    /** A covariance of rank 2: a column of the factor is 0, and stays out. */
    @Test
    void theEdgeIsAnEdgeAboutZero() {
        BackTransformation back = new BackTransformation(centring(), FAMILY);
        ParameterLayout layout = design().layout(FAMILY);
        double[] centred = draw(layout, 4);
        int last = layout.psiStart() - 1;
        centred[last] = 0;
        double[] raw = back.toRaw(centred);
        assertEquals(0, raw[last]);
        double[][] j = back.jacobian(centred);
        for (int c = layout.thetaStart(); c < last; c++) {
            double h = 1e-5;
            double[] up = centred.clone();
            double[] down = centred.clone();
            up[c] += h;
            down[c] -= h;
            for (int r = layout.thetaStart(); r <= last; r++) {
                double slope = (back.toRaw(up)[r] - back.toRaw(down)[r]) / (2 * h);
                assertEquals(slope, j[r][c], DIFFERENCE * (1 + Math.abs(slope)));
            }
        }
        // No variance of the intercept at the centre: a correlation of -1 or 1 with the slopes about 0.
        centred = draw(layout, 5);
        for (int t = 0; t < layout.theta(); t++) {
            if (layout.column(t) == 0) {
                centred[layout.thetaStart() + t] = 0;
            }
        }
        raw = back.toRaw(centred);
        double[] lambda = layout.lambda(raw);
        int zeros = 0;
        for (int r = 0; r < 3; r++) {
            zeros += lambda[r * 3 + r] == 0 ? 1 : 0;
        }
        assertEquals(1, zeros);
    }
}
