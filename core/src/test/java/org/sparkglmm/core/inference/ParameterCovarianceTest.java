package org.sparkglmm.core.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Covariances of some of the parameters: the others have no error of their own, and count as known in functions where they are held, not where they are open. */
class ParameterCovarianceTest {
    private static final double SAME_FORMULA = 1e-13;
    private static final List<String> NAMES = List.of("a", "held", "b", "open", "c");
    private static final double[][] MODEL = {{4, 1, 0}, {1, 9, 2}, {0, 2, 16}};
    private static final double[][] ROBUST = {{1, 0, 0}, {0, 4, 0}, {0, 0, 25}};

    private static ParameterCovariance covariance() {
        return new ParameterCovariance(5, new int[] {0, 2, 4}, new int[] {3}, NAMES, MODEL, ROBUST);
    }

    @Test
    void standardErrorsAreMissingWhereParametersAre() {
        ParameterCovariance covariance = covariance();
        double nan = Double.NaN;
        assertArrayEquals(new double[] {2, nan, 3, nan, 4}, covariance.standardErrors(StandardErrors.MODEL));
        assertArrayEquals(new double[] {1, nan, 2, nan, 5}, covariance.standardErrors(StandardErrors.ROBUST));
        assertEquals(List.of("a", "b", "c"), covariance.names());
        assertTrue(covariance.has(2));
        assertFalse(covariance.has(3));
        double[][] block = covariance.block(new int[] {2, 3}, StandardErrors.MODEL);
        assertEquals(9, block[0][0]);
        assertTrue(Double.isNaN(block[0][1]) && Double.isNaN(block[1][0]) && Double.isNaN(block[1][1]));
    }

    @Test
    void functionsTakeHeldParametersAsKnownAndOpenOnesAsUnknown() {
        double[] g = {1, 100, -1, 0, 0.5};
        double[] h = {0, 7, 2, 0, 0};
        double model = 4 + 9 + 0.25 * 16 - 2 * 1 + 0 - 2 * 0.5 * 2;
        assertEquals(Math.sqrt(model), covariance().deltaError(g, StandardErrors.MODEL), SAME_FORMULA);
        assertEquals(Math.sqrt(1 + 4 + 0.25 * 25), covariance().deltaError(g, StandardErrors.ROBUST), SAME_FORMULA);
        assertEquals(2 * (1 - 9 + 0.5 * 2), covariance().deltaCovariance(g, h, StandardErrors.MODEL), SAME_FORMULA);
        assertEquals(0, covariance().deltaError(new double[5], StandardErrors.MODEL));
        assertTrue(Double.isNaN(covariance().deltaError(new double[] {Double.NaN, 0, 0, 0, 0}, StandardErrors.MODEL)));
        g[3] = 1e-9;
        assertTrue(Double.isNaN(covariance().deltaError(g, StandardErrors.MODEL)));
        assertTrue(Double.isNaN(covariance().deltaCovariance(h, g, StandardErrors.ROBUST)));
    }

    /** V S V with the scores of the parameters that V is of. */
    @Test
    void sandwichIsBreadMeatBread() {
        double[][] scores = new double[5][5];
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 5; j++) {
                scores[i][j] = 1 + i * j + (i == j ? 3 : 0);
            }
        }
        ParameterCovariance covariance = covariance().withScores(scores);
        int[] index = {0, 2, 4};
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                double expected = 0;
                for (int k = 0; k < 3; k++) {
                    for (int l = 0; l < 3; l++) {
                        expected += MODEL[i][k] * scores[index[k]][index[l]] * MODEL[l][j];
                    }
                }
                assertEquals(
                        expected,
                        covariance.matrix(StandardErrors.ROBUST)[i][j],
                        SAME_FORMULA * Math.abs(expected) + SAME_FORMULA);
                assertEquals(MODEL[i][j], covariance.matrix(StandardErrors.MODEL)[i][j]);
            }
        }
        assertArrayEquals(index, covariance.indices());
    }

    /** V_k s/se_k, of a cluster's score s. */
    @Test
    void changeByScoreIsInStandardErrors() {
        double[][] change = covariance().changeByScore();
        assertArrayEquals(new double[] {2, 0, 0.5, 0, 0}, change[0], SAME_FORMULA);
        assertArrayEquals(new double[] {1.0 / 3, 0, 3, 0, 2.0 / 3}, change[1], SAME_FORMULA);
        assertArrayEquals(new double[] {0, 0, 0.5, 0, 4}, change[2], SAME_FORMULA);
    }
}
