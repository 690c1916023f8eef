package org.sparkglmm.core.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkglmm.core.design.BlockFunction;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.ColumnSelection;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.inference.IntervalMethod;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;

/** A fit that was cut off after any of its passes ends, when it is run again, where it would have ended, to the bit. */
class PassJournalTest {
    /** A journal in memory that breaks off after a number of answers, as a killed driver does. */
    private static final class Notebook implements PassJournal {
        private final Map<Long, double[]> answers = new LinkedHashMap<>();
        private final List<Long> begun = new ArrayList<>();
        private int found;

        /** What an attempt knew that was cut off after so many answers. */
        Notebook first(int count) {
            Notebook out = new Notebook();
            answers.entrySet().stream()
                    .limit(count)
                    .forEach(e -> out.answers.put(e.getKey(), e.getValue().clone()));
            return out;
        }

        @Override
        public boolean begin(long fit) {
            begun.add(fit);
            return !answers.isEmpty();
        }

        @Override
        public double[] find(long question) {
            double[] known = answers.get(question);
            found += known == null ? 0 : 1;
            return known == null ? null : known.clone();
        }

        @Override
        public void keep(long question, double[] answer) {
            answers.put(question, answer.clone());
        }
    }

    /** Counts the passes that touch blocks. */
    private static final class Counted implements ClusterData {
        private final ClusterData data;
        private int passes;

        Counted(ClusterData data) {
            this.data = data;
        }

        @Override
        public <R> List<R> mapBlocks(BlockFunction<R> function) {
            passes++;
            return data.mapBlocks(function);
        }

        @Override
        public long rows() {
            return data.rows();
        }

        @Override
        public ClusterData withColumns(ColumnSelection keep) {
            return data.withColumns(keep);
        }

        @Override
        public ClusterData centred(Centring centring) {
            return data.centred(centring);
        }
    }

    private static Rows rows(Family family, int persons, double effect) {
        return Simulation.of(family, family.links().get(0), 1, persons, 4, new double[] {0.4, 0.5, effect}, 0.8, 21);
    }

    private static FitResult fit(Rows rows, Family family, FitOptions options, ClusterData data, PassJournal journal) {
        Link link = family.links().get(0);
        return GlmmFit.fit(
                new ModelSpec(rows.design(), family, link), data, options, null, journal, FitListener.SILENT);
    }

    private static void assertSame(FitResult a, FitResult b) {
        assertEquals(a.logLikelihood(), b.logLikelihood());
        assertArrayEquals(a.parameters(), b.parameters());
        assertArrayEquals(
                a.covariance().matrix(StandardErrors.MODEL), b.covariance().matrix(StandardErrors.MODEL));
        assertArrayEquals(
                a.covariance().matrix(StandardErrors.ROBUST), b.covariance().matrix(StandardErrors.ROBUST));
        assertEquals(a.optimizer(), b.optimizer());
        assertEquals(a.integration(), b.integration());
        assertEquals(a.warnings(), b.warnings());
    }

    @ParameterizedTest
    @CsvSource({
        "binomial, 0, newton, WALD, 400",
        "binomial, 3, lbfgs, WALD, 400",
        "poisson, 3, newton, PROFILE, 60",
        "nbinom2, 1, newton, WALD, 400",
        "gaussian, 1, newton, WALD, 400",
        "gaussian, 1, bobyqa, PROFILE, 60",
        // Enough for starting values from a sample.
        "binomial, 1, newton, WALD, 9000"
    })
    void whereverAFitIsCutOffItGoesOnToTheSameBits(
            String name, int nodes, String optimizer, IntervalMethod intervals, int persons) {
        Family family = Families.named(name);
        FitOptions options =
                new FitOptions(nodes, false, optimizer, StandardErrors.MODEL, intervals, FitOptions.MIN_CELL_COUNT);
        Rows rows = rows(family, persons, -0.3);
        Notebook whole = new Notebook();
        Counted undisturbed = new Counted(rows.data(family, 4, 1));
        FitResult expected = fit(rows, family, options, undisturbed, whole);
        assertSame(expected, fit(rows, family, options, rows.data(family, 4, 1), PassJournal.NONE));
        int all = whole.answers.size();
        assertTrue(all >= 3, () -> all + " answers");
        for (int known : new int[] {1, 2, all / 2, all - 1, all}) {
            Notebook cutOff = whole.first(known);
            Counted data = new Counted(rows.data(family, 4, 1));
            FitResult resumed = fit(rows, family, options, data, cutOff);
            assertSame(expected, resumed);
            assertEquals(known, cutOff.found, "every answer is of use");
            // Where to start is an answer too, the first one, or after a gaussian model's first look at its residuals.
            int start = name.equals("gaussian") && known == 1 ? 0 : 1;
            assertEquals(undisturbed.passes, data.passes + known - start, "passes saved");
        }
    }

    @Test
    void otherDataAndOtherModelsHaveOtherJournals() {
        Family family = Families.named("poisson");
        FitOptions options = new FitOptions(1, false, "newton");
        Notebook one = new Notebook();
        Notebook same = new Notebook();
        Notebook covariate = new Notebook();
        Notebook model = new Notebook();
        Rows rows = rows(family, 100, -0.3);
        fit(rows, family, options, rows.data(family, 4, 1), one);
        fit(rows, family, options, rows.data(family, 4, 1), same);
        Family other = Families.named("nbinom2");
        fit(rows, other, options, rows.data(other, 4, 1), model);
        // The same persons and outcomes, and one covariate of one row that is a little different.
        Rows changed = new Rows(RandomBlocks.design(3, 1, false));
        Rows plain = new Rows(RandomBlocks.design(3, 1, false));
        Random random = new Random(3);
        for (long id = 0; id < 80; id++) {
            for (int j = 0; j < 3; j++) {
                double y = random.nextInt(4);
                double x = random.nextGaussian();
                double z = random.nextGaussian();
                plain.add(id, y, 1, 1, 0, x, z);
                changed.add(id, y, 1, 1, 0, id == 50 && j == 1 ? x + 1e-9 : x, z);
            }
        }
        Notebook before = new Notebook();
        fit(plain, family, options, plain.data(family, 4, 1), before);
        fit(changed, family, options, changed.data(family, 4, 1), covariate);
        assertEquals(one.begun, same.begun);
        assertNotEquals(one.begun, model.begun);
        assertNotEquals(before.begun, covariate.begun);
        assertFalse(before.answers.keySet().stream().anyMatch(covariate.answers::containsKey), "no question in common");
    }
}
