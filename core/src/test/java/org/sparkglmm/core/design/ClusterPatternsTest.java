package org.sparkglmm.core.design;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkglmm.core.likelihood.FinerRules;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.LikelihoodPasses;
import org.sparkglmm.core.likelihood.MarginalLikelihood;
import org.sparkglmm.core.likelihood.MixedModel;
import org.sparkglmm.core.likelihood.ScoreSum;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.optim.Evaluation;

/** Persons with identical rows count once, times their number: everything but rounding stays what it is. */
class ClusterPatternsTest {
    private static final int PERSONS = 1500;
    /** Sums of a thousand terms in another order. */
    private static final double ROUNDING = 1e-11;

    private static final RawColumn Y = new RawColumn("y", "y", List.of());
    private static final RawColumn TIME = new RawColumn("time", "time", List.of());
    private static final RawColumn SEX = new RawColumn("sex", "sex", List.of("F", "M"));
    private static final RawColumn WEIGHT = new RawColumn("w", "w", List.of());

    /** What no column of the model uses, different for everybody: keeps patterns from being found. */
    private static final RawColumn NUMBER = new RawColumn("number", "number", List.of());

    private static Design design(boolean numbered, boolean weighted) {
        DesignColumn one = DesignColumn.intercept();
        DesignColumn time = new DesignColumn("time", List.of(new Component("time", Component.NUMERIC)));
        DesignColumn male = new DesignColumn("sexM", List.of(new Component("sex", 1)));
        return new Design(
                numbered ? List.of(Y, TIME, SEX, WEIGHT, NUMBER) : List.of(Y, TIME, SEX, WEIGHT),
                0,
                -1,
                weighted ? 3 : -1,
                List.of(),
                List.of(one, time, male),
                RandomTerm.ofClusters("id", List.of(List.of(one, time))));
    }

    private static List<ClusterBlock> blocks(Family family, boolean numbered, boolean weighted) {
        Design design = design(numbered, weighted);
        Random random = new Random(3);
        RowChunk rows = new RowChunk(ClusterIds.ofNumbers(16), design.raw().size(), 16);
        for (int i = 0; i < PERSONS; i++) {
            int sex = random.nextInt(2);
            double u = random.nextGaussian();
            int visits = 2 + random.nextInt(2);
            double weight = 1 + random.nextInt(2);
            for (int v = 0; v < visits; v++) {
                int at = rows.openRow();
                double y = u + 0.4 * v - 0.5 * sex + random.nextGaussian() > 0 ? 1 : 0;
                rows.set(0, at, y);
                rows.set(1, at, v);
                rows.set(2, at, sex);
                rows.set(3, at, weight);
                if (numbered) {
                    rows.set(4, at, i);
                }
                rows.ids().add(7L * i);
            }
        }
        return new BlockAssembler(design, family, 2).assemble(rows);
    }

    @Test
    void manyPersonsShareFewPatterns() {
        Family family = Families.named("binomial");
        long persons = 0;
        for (ClusterBlock block : blocks(family, false, false)) {
            assertTrue(block.hasPatterns());
            assertTrue(block.clusters() <= 48, "2 sexes, 2 weights, 4 + 8 outcomes");
            persons += block.persons();
            int[] count = new int[block.clusters()];
            for (int i = 0; i < block.persons(); i++) {
                count[block.clusterOf(i)]++;
            }
            for (int k = 0; k < count.length; k++) {
                assertEquals(count[k], block.frequency(k));
            }
        }
        assertEquals(PERSONS, persons);
        for (ClusterBlock block : blocks(family, true, false)) {
            assertFalse(block.hasPatterns());
            assertEquals(block.persons(), block.clusters());
        }
    }

    @Test
    void normalOutcomesAreLeftAlone() {
        for (ClusterBlock block : blocks(Families.named("gaussian"), false, false)) {
            assertFalse(block.hasPatterns());
        }
    }

    @Test
    void aSampleIsOfPersonsWithTheirOwnData() {
        Family family = Families.named("binomial");
        List<ClusterBlock> merged = blocks(family, false, true);
        List<ClusterBlock> plain = blocks(family, true, true);
        for (int b = 0; b < merged.size(); b++) {
            ClusterBlock sample = merged.get(b).everyNth(3);
            ClusterBlock expected = plain.get(b).everyNth(3);
            assertFalse(sample.hasPatterns());
            assertEquals(expected.clusters(), sample.clusters());
            assertArrayEquals(expected.rowValues(expected.x()[1]), sample.rowValues(sample.x()[1]));
            for (int i = 0; i < sample.clusters(); i++) {
                assertEquals(expected.ids().number(i), sample.ids().number(i));
                assertEquals(expected.start(i), sample.start(i));
            }
            for (int j = 0; j < sample.rows(); j++) {
                assertEquals(expected.observations().y(j), sample.observations().y(j));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"binomial,1", "binomial,5", "poisson,1", "nbinom2,3"})
    void likelihoodGradientAndScoresAreThoseOfEveryPerson(String name, int nodes) {
        Family family = Families.named(name);
        Link link = family.links().get(0);
        Design design = design(false, true);
        MixedModel model = new MixedModel(family.model(link), design.layout(family));
        double[] at = {0.1, 0.2, -0.4, 0.8, 0.1, 0.3, 0.5};
        double[] parameters = java.util.Arrays.copyOf(at, model.layout().size());
        GaussHermite grid = new GaussHermite(nodes, 2);
        ClusterData merged = new LocalClusterData(blocks(family, false, true), 1);
        ClusterData plain = new LocalClusterData(blocks(family, true, true), 1);

        Evaluation a = new MarginalLikelihood(merged, model, grid).evaluate(parameters);
        Evaluation b = new MarginalLikelihood(plain, model, grid).evaluate(parameters);
        assertEquals(b.value(), a.value(), ROUNDING * Math.abs(b.value()));
        for (int i = 0; i < parameters.length; i++) {
            assertEquals(b.gradient()[i], a.gradient()[i], ROUNDING * Math.abs(b.value()));
        }
        double[][] change = new double[1][parameters.length];
        change[0][0] = 0.01;
        ScoreSum ofMerged = new LikelihoodPasses(merged, model)
                .atEstimates(grid, FinerRules.NONE, parameters, change, false)
                .scores();
        ScoreSum ofPlain = new LikelihoodPasses(plain, model)
                .atEstimates(grid, FinerRules.NONE, parameters, change, false)
                .scores();
        assertEquals(ofPlain.logLikelihood(), ofMerged.logLikelihood(), ROUNDING * Math.abs(b.value()));
        assertEquals(ofPlain.largestChange(), ofMerged.largestChange(), ROUNDING);
        assertEquals(ofPlain.noticeable(), ofMerged.noticeable());
        for (int i = 0; i < parameters.length; i++) {
            for (int j = 0; j < parameters.length; j++) {
                assertEquals(
                        ofPlain.outerProducts()[i][j], ofMerged.outerProducts()[i][j], ROUNDING * Math.abs(b.value()));
            }
        }
    }

    @Test
    void descriptionsCountPersonsAndTheirRows() {
        Family family = Families.named("binomial");
        Design design = design(false, true);
        DataMoments merged = DataMoments.of(new LocalClusterData(blocks(family, false, true), 1), family, design);
        DataMoments plain =
                DataMoments.of(new LocalClusterData(blocks(family, true, true), 1), family, design(true, true));
        assertEquals(plain.rows(), merged.rows());
        assertEquals(plain.clusters(), merged.clusters());
        assertEquals(plain.singletons(), merged.singletons());
        assertEquals(plain.fingerprint(), merged.fingerprint());
        assertEquals(plain.weight(), merged.weight(), ROUNDING * plain.weight());
        assertEquals(plain.zMeanProduct(1, 1), merged.zMeanProduct(1, 1), ROUNDING);
        assertEquals(plain.fixed().mean(1), merged.fixed().mean(1), ROUNDING);
        assertEquals(plain.outcome(family).mean(), merged.outcome(family).mean(), ROUNDING);
        for (int l = 0; l < plain.levels().size(); l++) {
            assertEquals(plain.levels().get(l).rows(), merged.levels().get(l).rows());
            assertEquals(
                    plain.levels().get(l).clusters(), merged.levels().get(l).clusters());
            assertArrayEquals(
                    plain.levels().get(l).outcomes(), merged.levels().get(l).outcomes());
        }
    }
}
