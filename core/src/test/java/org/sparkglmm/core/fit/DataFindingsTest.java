package org.sparkglmm.core.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.diagnostics.OutcomeShape;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;

/** What is known of the data before anything is fitted. */
class DataFindingsTest {
    private static final Family GAUSSIAN = Families.named("gaussian");
    private static final Family POISSON = Families.named("poisson");

    private static DataReport report(Rows rows, Family family) {
        return DataReport.of(rows.design(), family, family.links().get(0), rows.data(family, 2, 1), 5);
    }

    private static OutcomeShape shape(Family family, double... outcomes) {
        Rows rows = new Rows(RandomBlocks.design(1, 1, false));
        IntStream.range(0, outcomes.length).forEach(i -> rows.add((long) i / 3, outcomes[i], 1, 1, 0));
        return OutcomeShape.of(rows.data(family, 2, 1));
    }

    private static boolean has(List<Warning> all, String code) {
        return all.stream().anyMatch(w -> w.code().equals(code));
    }

    @Test
    void kindsOfOutcomesAreToldApart() {
        assertTrue(shape(GAUSSIAN, 0, 1, 1, 0, 0, 1).suited(0.5).startsWith("binomial"));
        assertTrue(shape(GAUSSIAN, 1, 2, 3, 2, 1, 3).suited(0).startsWith("ordinal"));
        assertTrue(shape(POISSON, 0, 14, 3, 1, 0, 9, 2, 5, 1, 7, 21, 30)
                .suited(0.1)
                .startsWith("nbinom2"));
        assertTrue(shape(GAUSSIAN, 0.1, 0.5, 0.93, 0.24).suited(0).startsWith("beta"));
        assertTrue(shape(GAUSSIAN, 0, 1.5, 0, 8.25, 0.125).suited(0.4).startsWith("tweedie"));
        assertTrue(shape(GAUSSIAN, 0.1, 22.5, 3.25, 1.5, 0.7).suited(0).startsWith("gamma"));
        assertTrue(shape(GAUSSIAN, -3.5, 2.25, 1, 7).suited(0).startsWith("gaussian"));
    }

    @Test
    void noValueOfASinglePersonIsSaid() {
        Random random = new Random(1);
        double[] y = random.doubles(60, 17.123, 83.456).toArray();
        String words = shape(GAUSSIAN, y).words(0);
        assertTrue(words.contains("between 10 and 90"), words);
    }

    @Test
    void gaussianForZeroAndOneIsWarnedOf() {
        OutcomeShape yesNo = shape(GAUSSIAN, 0, 1, 1, 0);
        assertTrue(has(yesNo.unsuited(GAUSSIAN), "family_unsuited"));
        assertFalse(has(yesNo.unsuited(Families.named("binomial")), "family_unsuited"));
        assertFalse(has(yesNo.unsuited(POISSON), "family_unsuited"));
    }

    /** Visits 0 to 3; who was ill at a visit does not come again with probability 0.6, others with 0.1. */
    @Test
    void dropoutByTheOutcomeBeforeIsSeen() {
        Random random = new Random(3);
        Rows rows = new Rows(RandomBlocks.design(2, 2, false));
        for (long id = 0; id < 400; id++) {
            for (int t = 0; t < 4; t++) {
                double y = random.nextDouble() < 0.4 ? 1 : 0;
                rows.add(id, y, 1, 1, 0, t);
                if (random.nextDouble() < (y == 1 ? 0.6 : 0.1)) {
                    break;
                }
            }
        }
        DataReport report = report(rows, Families.named("binomial"));
        assertNotNull(report.visits());
        assertTrue(
                report.visits().rows(5).startsWith("by x1: 0: 400, 1: "),
                report.visits().rows(5));
        String dropout = report.visits().dropout(5);
        assertTrue(dropout.contains("depends on the outcome before"), dropout);
    }

    @Test
    void timesThatStandTwiceAreAskedAbout() {
        Rows twice = new Rows(RandomBlocks.design(2, 2, false));
        Rows once = new Rows(RandomBlocks.design(2, 2, false));
        Random random = new Random(5);
        for (long id = 0; id < 60; id++) {
            for (int t = 0; t < 3; t++) {
                once.add(id, random.nextInt(4), 1, 1, 0, t);
                twice.add(id, random.nextInt(4), 1, 1, 0, t);
                twice.add(id, random.nextInt(4), 1, 1, 0, t);
            }
        }
        assertTrue(has(report(twice, POISSON).findings(), "same_time_twice"));
        assertFalse(has(report(once, POISSON).findings(), "same_time_twice"));
        assertNull(report(once, POISSON).visits().dropout(5), "everybody comes to the end");
    }

    @Test
    void eventsAreCountedByTrials() {
        Rows rows = new Rows(RandomBlocks.design(1, 1, false));
        for (long id = 0; id < 60; id++) {
            rows.add(id, 4, 10, 1, 0).add(id, 5, 10, 1, 0);
        }
        assertFalse(has(report(rows, Families.named("binomial")).findings(), "few_events"));
        Rows rare = new Rows(RandomBlocks.design(1, 1, false));
        for (long id = 0; id < 60; id++) {
            rare.add(id, id == 3 ? 1 : 0, 1, 1, 0).add(id, 0, 1, 1, 0);
        }
        List<Warning> said = report(rare, Families.named("binomial")).findings();
        assertEquals(
                1,
                said.stream()
                        .filter(w -> w.message().contains("fewer than 5 events"))
                        .count());
    }
}
