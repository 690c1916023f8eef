package org.sparkglmm.core.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class QuadraticModelTest {
    private static final double CLOSED_FORM = 1e-10;

    private static double value(double[] g, double[][] h, double[] s) {
        double sum = 0;
        for (int i = 0; i < s.length; i++) {
            sum += g[i] * s[i];
            for (int j = 0; j < s.length; j++) {
                sum += 0.5 * s[i] * h[i][j] * s[j];
            }
        }
        return sum;
    }

    @Test
    void aConvexModelWithinItsRadiusTakesTheNewtonStep() {
        double[][] h = {{4, 1}, {1, 3}};
        double[] g = {1, -2};
        QuadraticModel model = new QuadraticModel(g, h);
        double[] s = model.step(100);
        assertArrayEquals(new double[] {-5.0 / 11, 9.0 / 11}, s, CLOSED_FORM);
        assertEquals(-(g[0] * s[0] + g[1] * s[1]), model.decrement(), CLOSED_FORM);
        assertTrue(model.isConvex() && model.isPositiveDefinite());
        assertEquals(value(g, h, s), QuadraticModel.value(g, h, s), CLOSED_FORM);
    }

    /** Against a fine search over the disc, in variables that the model leaves as they are (unit diagonal). */
    @Test
    void theStepIsTheBestWithinTheRadius() {
        Random random = new Random(1);
        for (int repetition = 0; repetition < 200; repetition++) {
            double off = 1.9 * (2 * random.nextDouble() - 1);
            double sign0 = random.nextBoolean() ? 1 : -1;
            double sign1 = random.nextBoolean() ? 1 : -1;
            double[][] h = {{sign0, off}, {off, sign1}};
            double[] g = {random.nextGaussian(), repetition % 5 == 0 ? 0 : random.nextGaussian()};
            double radius = 0.1 + 2 * random.nextDouble();
            QuadraticModel model = new QuadraticModel(g, h);
            double[] s = model.step(radius);
            assertTrue(model.scaledLength(s) <= radius * (1 + 1e-9), "step within the radius");
            double best = 0;
            for (int ring = 1; ring <= 40; ring++) {
                for (int angle = 0; angle < 360; angle++) {
                    double r = radius * ring / 40;
                    double[] t = {r * Math.cos(Math.toRadians(angle)), r * Math.sin(Math.toRadians(angle))};
                    best = Math.min(best, value(g, h, t));
                }
            }
            // The radius is met to some 1e-6 where the model is nearly in its hard case.
            assertTrue(value(g, h, s) <= best + 1e-5 * Math.abs(best), "step " + value(g, h, s) + ", search " + best);
        }
    }

    @Test
    void inTheHardCaseTheStepWalksDownTheUnseenDirection() {
        double[][] h = {{1, 0}, {0, -1}};
        QuadraticModel model = new QuadraticModel(new double[] {0.5, 0}, h);
        double[] s = model.step(2);
        assertEquals(2, model.scaledLength(s), 1e-6);
        assertEquals(-0.25, s[0], 1e-6);
        assertEquals(Math.sqrt(4 - 0.0625), Math.abs(s[1]), 1e-6);
        assertFalse(model.isConvex());
        double[] fromNothing = new QuadraticModel(new double[2], h).step(3);
        assertEquals(3, Math.abs(fromNothing[1]), 1e-9);
    }

    @Test
    void unitsChangeNeitherStepNorDecrement() {
        double[][] h = {{4, 1, 0}, {1, 3, -2}, {0, -2, 1}};
        double[] g = {1, -2, 0.3};
        double[] unit = {1e-3, 1, 1e4};
        double[][] scaledH = new double[3][3];
        double[] scaledG = new double[3];
        for (int i = 0; i < 3; i++) {
            scaledG[i] = g[i] * unit[i];
            for (int j = 0; j < 3; j++) {
                scaledH[i][j] = h[i][j] * unit[i] * unit[j];
            }
        }
        // Within the range of units that the model promises to tell from flatness.
        double[] narrow = {1e-1, 1, 1e2};
        double[][] narrowH = new double[3][3];
        double[] narrowG = new double[3];
        for (int i = 0; i < 3; i++) {
            narrowG[i] = g[i] * narrow[i];
            for (int j = 0; j < 3; j++) {
                narrowH[i][j] = h[i][j] * narrow[i] * narrow[j];
            }
        }
        QuadraticModel plain = new QuadraticModel(g, h);
        QuadraticModel scaled = new QuadraticModel(narrowG, narrowH);
        assertEquals(plain.decrement(), scaled.decrement(), 1e-6 * plain.decrement());
        for (double radius : new double[] {0.3, 5}) {
            double[] a = plain.step(radius);
            double[] b = scaled.step(radius);
            for (int i = 0; i < 3; i++) {
                assertEquals(a[i], narrow[i] * b[i], 1e-6);
            }
        }
        assertEquals(plain.isConvex(), new QuadraticModel(scaledG, scaledH).isConvex());
    }

    @Test
    void flatAndSingularMatricesAreConvexButNotDefinite() {
        QuadraticModel flat = new QuadraticModel(new double[2], new double[][] {{1, 1}, {1, 1}});
        assertTrue(flat.isConvex());
        assertFalse(flat.isPositiveDefinite());
        assertEquals(0, flat.decrement(), 0);
        QuadraticModel nothing = new QuadraticModel(new double[2], new double[2][2]);
        assertTrue(nothing.isConvex());
        assertFalse(nothing.isPositiveDefinite());
        double[] s = new QuadraticModel(new double[] {1, 0}, new double[2][2]).step(2);
        assertEquals(-2, s[0], 1e-6);
    }

    @Test
    void numbersThatAreNoneAreRefused() {
        assertThrows(ArithmeticException.class, () -> new QuadraticModel(new double[1], new double[][] {{Double.NaN}}));
        assertThrows(
                ArithmeticException.class,
                () -> new QuadraticModel(new double[1], new double[][] {{Double.POSITIVE_INFINITY}}));
    }

    @Test
    void eigenvaluesAndVectorsMakeTheMatrix() {
        double[] values = {-3, 0.5, 2, 1e3};
        double[][] a = Functions.rotated(values, 4);
        SymmetricEigen eigen = SymmetricEigen.of(a);
        assertEquals(4, eigen.size());
        assertEquals(-3, eigen.smallest(), 1e-10);
        assertEquals(1e3, eigen.largest(), 1e-10);
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                double sum = 0;
                double identity = 0;
                for (int k = 0; k < 4; k++) {
                    sum += eigen.value(k) * eigen.vector(k)[i] * eigen.vector(k)[j];
                    identity += eigen.vector(k)[i] * eigen.vector(k)[j];
                }
                assertEquals(a[i][j], sum, 1e-10);
                assertEquals(i == j ? 1 : 0, identity, 1e-12);
            }
        }
    }
}
