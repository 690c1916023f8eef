package org.sparkglmm.core.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.Test;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.design.RawColumn;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.ParameterLayout;

/** Joint Wald tests, those of terms among them, against matrix formulas with an inverse from a library. */
class WaldTestTest {
    private static final double CLOSED_FORM = 1e-10;

    /** b'V⁻¹b. */
    private static double quadratic(double[] b, double[][] v) {
        DMatrixRMaj inverse = new DMatrixRMaj(v);
        assertTrue(CommonOps_DDRM.invert(inverse));
        double sum = 0;
        for (int i = 0; i < b.length; i++) {
            for (int j = 0; j < b.length; j++) {
                sum += b[i] * inverse.get(i, j) * b[j];
            }
        }
        return sum;
    }

    /** AA' + εI of size m and rank {@code rank} (ε only if that is full). */
    private static double[][] matrix(int m, int rank, Random random) {
        double[][] a = new double[m][rank];
        double[][] out = new double[m][m];
        for (double[] row : a) {
            for (int j = 0; j < rank; j++) {
                row[j] = random.nextGaussian();
            }
        }
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                out[i][j] = i == j && rank == m ? 0.1 : 0;
                for (int k = 0; k < rank; k++) {
                    out[i][j] += a[i][k] * a[j][k];
                }
            }
        }
        return out;
    }

    private static double[] normal(int m, Random random) {
        double[] out = new double[m];
        for (int i = 0; i < m; i++) {
            out[i] = random.nextGaussian();
        }
        return out;
    }

    @Test
    void isTheQuadraticFormOfTheInverse() {
        Random random = new Random(3);
        for (int m = 1; m <= 8; m++) {
            double[][] v = matrix(m, m, random);
            double[] b = normal(m, random);
            double expected = quadratic(b, v);
            WaldTest test = WaldTest.of(b, v);
            assertEquals(expected, test.chiSquare(), CLOSED_FORM * expected);
            assertEquals(m, test.df());
        }
    }

    /** Estimates that are linear combinations of others, in any place, and in units far apart. */
    @Test
    void combinationsOfOtherEstimatesLowerTheRank() {
        Random random = new Random(4);
        for (double unit : new double[] {1, 1e-6, 1e6}) {
            double[][] v = matrix(3, 3, random);
            double[] b = normal(3, random);
            double[][] l = {{unit, 0, 0}, {2, -1, 0}, {2 * unit, 0, 0}, {0, 1, 1}, {1, -1, 0}, {0, 0, 0}};
            int m = l.length;
            double[] lb = new double[m];
            double[][] lvl = new double[m][m];
            for (int i = 0; i < m; i++) {
                for (int k = 0; k < 3; k++) {
                    lb[i] += l[i][k] * b[k];
                    for (int j = 0; j < m; j++) {
                        for (int h = 0; h < 3; h++) {
                            lvl[i][j] += l[i][k] * v[k][h] * l[j][h];
                        }
                    }
                }
            }
            WaldTest test = WaldTest.of(lb, lvl);
            assertEquals(3, test.df(), "unit " + unit);
            assertEquals(quadratic(b, v), test.chiSquare(), 1e-8 * test.chiSquare());
        }
    }

    @Test
    void withoutAVarianceNothingIsKnown() {
        double[][] v = {{1, 0}, {0, Double.NaN}};
        WaldTest test = WaldTest.of(new double[] {1, 1}, v);
        assertTrue(Double.isNaN(test.chiSquare()) && Double.isNaN(test.p()));
        assertEquals(0, test.df());
        assertEquals(0, WaldTest.of(new double[0], new double[0][]).df());
    }

    /** R: pchisq(x, df, lower.tail = FALSE) has closed forms for 1, 2 and 4 degrees of freedom. */
    @Test
    void upperTailKeepsItsRelativeAccuracy() {
        for (double x : new double[] {1e-10, 0.3, 3.84, 50, 700, 1300}) {
            double two = Math.exp(-0.5 * x);
            assertEquals(two, WaldTest.upperTail(x, 2), 1e-12 * two, "x " + x);
            assertEquals(two * (1 + 0.5 * x), WaldTest.upperTail(x, 4), 1e-12 * two * (1 + 0.5 * x), "x " + x);
            double one = 2 * org.sparkglmm.core.math.StandardNormal.probability(-Math.sqrt(x));
            assertEquals(one, WaldTest.upperTail(x, 1), 1e-12 * one, "x " + x);
        }
        assertEquals(1, WaldTest.upperTail(0, 3));
        assertEquals(1, WaldTest.upperTail(-1e-12, 3));
        assertEquals(1, WaldTest.upperTail(0, 0));
        assertEquals(0, WaldTest.upperTail(1, 0));
        assertTrue(Double.isNaN(WaldTest.upperTail(Double.NaN, 2)));
    }

    /** y ~ g * x + h with a factor g of three levels, and log(theta) ~ x: every term against its matrix formula. */
    @Test
    void termsAreTestedBesideThoseThatDoNotContainThemAndBesideAll() {
        List<RawColumn> raw = new ArrayList<>();
        for (String name : List.of("y", "g", "x", "h")) {
            raw.add(new RawColumn(name, name, List.of()));
        }
        Component g1 = new Component("g", 1);
        Component g2 = new Component("g", 2);
        Component x = new Component("x", Component.NUMERIC);
        List<DesignColumn> fixed = List.of(
                DesignColumn.intercept(),
                new DesignColumn("g1", List.of(g1)),
                new DesignColumn("g2", List.of(g2)),
                new DesignColumn("x", List.of(x)),
                new DesignColumn("h", List.of(new Component("h", Component.NUMERIC))),
                new DesignColumn("g1:x", List.of(g1, x)),
                new DesignColumn("g2:x", List.of(g2, x)));
        Design design = new Design(
                raw,
                0,
                -1,
                -1,
                List.of(),
                fixed,
                RandomTerm.ofClusters("id", List.of(List.of(DesignColumn.intercept()))),
                List.of(List.of(DesignColumn.intercept(), fixed.get(3))));
        Family family = Families.named("nbinom2");
        ParameterLayout layout = design.layout(family);
        Random random = new Random(9);
        int m = layout.size();
        double[] parameters = normal(m, random);
        int[] indices = new int[m];
        List<String> names = new ArrayList<>();
        for (int i = 0; i < m; i++) {
            indices[i] = i;
            names.add("p" + i);
        }
        double[][] model = matrix(m, m, random);
        double[][] robust = matrix(m, m, random);
        ParameterCovariance covariance = new ParameterCovariance(m, indices, new int[0], names, model, robust);
        for (StandardErrors errors : StandardErrors.values()) {
            double[][] v = errors == StandardErrors.MODEL ? model : robust;
            List<TermTest> tests = TermTest.of(design, family, parameters, covariance, errors);
            assertEquals(
                    List.of("g", "x", "h", "g:x", "x"),
                    tests.stream().map(TermTest::term).toList());
            assertEquals("log(theta)", tests.get(4).part());
            int[] above = {5, 6};
            check(parameters, v, tests.get(0), new int[] {1, 2}, above);
            check(parameters, v, tests.get(1), new int[] {3}, above);
            check(parameters, v, tests.get(2), new int[] {4}, new int[0]);
            check(parameters, v, tests.get(3), above, new int[0]);
            check(parameters, v, tests.get(4), new int[] {layout.psiStart(0) + 1}, new int[0]);
        }
    }

    private static void check(double[] parameters, double[][] v, TermTest test, int[] own, int[] above) {
        double three = of(parameters, v, own);
        int[] both = java.util.stream.IntStream.concat(java.util.Arrays.stream(own), java.util.Arrays.stream(above))
                .toArray();
        double two = of(parameters, v, both) - of(parameters, v, above);
        assertEquals(three, test.typeThree().chiSquare(), CLOSED_FORM * three, test.term());
        assertEquals(two, test.typeTwo().chiSquare(), CLOSED_FORM * of(parameters, v, both), test.term());
        assertEquals(own.length, test.typeThree().df());
        assertEquals(own.length, test.typeTwo().df());
        assertEquals(WaldTest.upperTail(two, own.length), test.typeTwo().p(), 1e-9);
        assertEquals(WaldTest.upperTail(three, own.length), test.typeThree().p(), 1e-9);
    }

    private static double of(double[] parameters, double[][] v, int[] which) {
        double[] b = new double[which.length];
        double[][] block = new double[which.length][which.length];
        for (int i = 0; i < which.length; i++) {
            b[i] = parameters[which[i]];
            for (int j = 0; j < which.length; j++) {
                block[i][j] = v[which[i]][which[j]];
            }
        }
        return which.length == 0 ? 0 : quadratic(b, block);
    }
}
