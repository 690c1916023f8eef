package org.sparkglmm.core.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.AliasedColumn;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.MarginalLikelihood;
import org.sparkglmm.core.likelihood.MixedModel;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;

/** Columns that add nothing, in X and in the predictor of a family's own parameter. */
class RankCheckTest {
    private static final Family NBINOM2 = Families.named("nbinom2");
    private static final Design PLAIN = RandomBlocks.design(5, 1, true);
    private static final DesignColumn ONE = PLAIN.fixed().get(0);
    private static final DesignColumn X1 = PLAIN.fixed().get(1);
    private static final DesignColumn X2 = PLAIN.fixed().get(2);
    /** 2 x1 - x2 + 3. */
    private static final DesignColumn COMBINATION = PLAIN.fixed().get(3);
    /** 4 in every row. */
    private static final DesignColumn FOUR = PLAIN.fixed().get(4);

    private static Rows rows(List<DesignColumn> fixed, List<List<DesignColumn>> auxiliary) {
        Random random = new Random(3);
        Rows rows = new Rows(PLAIN.withColumns(fixed, auxiliary));
        for (long i = 0; i < 120; i++) {
            double x1 = 2000 + random.nextInt(20);
            double x2 = random.nextGaussian();
            rows.add(i / 4, random.nextInt(5), 1, 1 + random.nextInt(2), 0, x1, x2, 2 * x1 - x2 + 3, 4);
        }
        return rows;
    }

    @Test
    void aCollinearColumnOfAnAuxiliaryPredictorIsDropped() {
        List<DesignColumn> own = List.of(ONE, X1, X2, COMBINATION, FOUR);
        Rows rows = rows(List.of(ONE, X2), List.of(own));
        DataMoments moments = DataMoments.of(rows.data(NBINOM2, 3, 1), NBINOM2, rows.design());
        RankCheck check = new RankCheck(0, moments.auxiliary(0), own, false, " from the predictor of log(theta)");
        assertFalse(check.isFullRank());
        assertArrayEquals(new int[] {0, 1, 2}, check.kept());
        AliasedColumn combination = check.aliased().get(0);
        assertEquals("x3", combination.name());
        assertEquals(List.of("x1", "x2"), List.copyOf(combination.others().keySet()));
        assertEquals(2, combination.others().get("x1"), 1e-9);
        assertEquals(-1, combination.others().get("x2"), 1e-9);
        assertEquals(3, combination.constant(), 1e-5);
        assertEquals(new AliasedColumn(0, "x4", 4, Map.of(), 4), check.aliased().get(1));
        List<Warning> warnings = check.warnings(false);
        assertEquals(2, warnings.size());
        assertTrue(warnings.get(0).message().startsWith("dropped x4 from the predictor of log(theta)"));
        assertTrue(warnings.get(1).message().contains("dropped x3 from the predictor of log(theta)"));

        CheckedData prepared = CheckedData.of(rows.design(), NBINOM2, rows.data(NBINOM2, 3, 1));
        // A year, which is computed about its middle.
        double centre =
                prepared.design().auxiliary().get(0).get(1).components().get(0).centre();
        assertEquals(
                List.of(List.of(ONE, X1, X2)), Centring.raw(prepared.design()).auxiliary());
        assertEquals(List.of(ONE, X2), prepared.design().fixed());
        assertEquals(warnings, prepared.warnings());
        prepared.data().mapBlocks(block -> {
            assertEquals(3, block.auxiliary(0).length);
            assertTrue(block.auxiliary(0)[0].isOnes());
            assertEquals(2, block.x().length);
            return 0;
        });
        assertEquals(2000, centre + prepared.moments().auxiliary(0).mean(1), 20);
    }

    @Test
    void withoutAnInterceptAConstantColumnIsOne() {
        List<DesignColumn> own = List.of(FOUR, X1, COMBINATION, X2);
        Rows rows = rows(List.of(ONE), List.of(own));
        DataMoments moments = DataMoments.of(rows.data(NBINOM2, 3, 1), NBINOM2, rows.design());
        assertArrayEquals(new int[] {0, 1, 2}, new RankCheck(0, moments.auxiliary(0), own, false, "").kept());
        // With thresholds beside it, it is not needed.
        assertArrayEquals(new int[] {1, 2}, new RankCheck(0, moments.auxiliary(0), own, true, "").kept());
    }

    @Test
    void aPredictorDownToItsInterceptIsAConstant() {
        Rows rows = rows(List.of(ONE, X2), List.of(List.of(ONE, FOUR)));
        ClusterData data = rows.data(NBINOM2, 3, 1);
        CheckedData prepared = CheckedData.of(rows.design(), NBINOM2, data);
        assertEquals(List.of(List.of()), prepared.design().auxiliary());
        double[] at = {0.3, -0.2, 0.7, 0.4};
        Rows constant = rows(List.of(ONE, X2), List.of());
        double expected = value(constant.design(), constant.data(NBINOM2, 3, 1), at);
        assertEquals(expected, value(prepared.design(), prepared.data(), at), 1e-12 * Math.abs(expected));
    }

    private static double value(Design design, ClusterData data, double[] at) {
        MixedModel model = new MixedModel(NBINOM2.model(Link.LOG), design.layout(NBINOM2));
        return new MarginalLikelihood(data, model, new GaussHermite(5, 1))
                .evaluate(at)
                .value();
    }

    @Test
    void aPredictorWithNothingLeftIsRefused() {
        Rows rows = new Rows(PLAIN.withColumns(List.of(ONE), List.of(List.of(FOUR))));
        for (long i = 0; i < 20; i++) {
            rows.add(i / 4, i % 3, 1, 1, 0, i, i, i, 0);
        }
        assertThrows(DataException.class, () -> CheckedData.of(rows.design(), NBINOM2, rows.data(NBINOM2, 1, 1)));
    }
}
