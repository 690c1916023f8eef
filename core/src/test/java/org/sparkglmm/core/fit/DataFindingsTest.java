package org.sparkglmm.core.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.ModelSpec;
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
        return DataReport.of(new ModelSpec(rows.design(), family, family.links().get(0)), rows.data(family, 2, 1), 5);
    }

    private static OutcomeShape shape(Family family, double... outcomes) {
        Rows rows = new Rows(RandomBlocks.design(1, 1, false));
        IntStream.range(0, outcomes.length).forEach(i -> rows.add((long) i / 3, outcomes[i], 1, 1, 0));
        return OutcomeShape.of(family, rows.data(family, 2, 1));
    }

    private static boolean has(List<Warning> all, String code) {
        return all.stream().anyMatch(w -> w.code().equals(code));
    }

    @Test
    void kindsOfOutcomesAreToldApart() {
        assertTrue(shape(GAUSSIAN, 0, 1, 1, 0, 0, 1).suited(0.5).toString().startsWith("binomial"));
        assertTrue(shape(GAUSSIAN, 1, 2, 3, 2, 1, 3).suited(0).toString().startsWith("ordinal"));
        assertTrue(shape(POISSON, 0, 14, 3, 1, 0, 9, 2, 5, 1, 7, 21, 30)
                .suited(0.1)
                .toString()
                .startsWith("poisson, or nbinom2"));
        assertTrue(shape(GAUSSIAN, 121, 135, 118, 140, 160, 99, 128, 110, 131, 145, 152, 117, 123)
                .suited(0)
                .toString()
                .startsWith("gaussian"));
        assertTrue(shape(POISSON, 0, 1, 2, 1, 0, 3).suited(0.3).toString().startsWith("poisson"));
        assertTrue(shape(GAUSSIAN, 0.1, 0.5, 0.93, 0.24).suited(0).toString().startsWith("beta"));
        assertTrue(
                shape(GAUSSIAN, 0, 1.5, 0, 8.25, 0.125).suited(0.4).toString().startsWith("tweedie"));
        assertTrue(
                shape(GAUSSIAN, 0.1, 22.5, 3.25, 1.5, 0.7).suited(0).toString().startsWith("gamma"));
        assertTrue(shape(GAUSSIAN, -3.5, 2.25, 1, 7).suited(0).toString().startsWith("gaussian"));
    }

    @Test
    void noValueOfASinglePersonIsSaid() {
        Random random = new Random(1);
        double[] y = random.doubles(60, 17.123, 83.456).toArray();
        String words = shape(GAUSSIAN, y).words(0, 5);
        assertTrue(words.contains("between 10 and 90"), words);
    }

    /** That someone has the highest grade is no secret where many have it. */
    @Test
    void endsOfTheRangeThatFewHaveAreNotSaid() {
        double[] few = new double[40];
        Arrays.setAll(few, i -> i < 2 ? 4 : i % 4);
        assertFalse(shape(POISSON, few).words(0.2, 5).contains("4"));
        assertTrue(shape(POISSON, few).words(0.2, 0).contains("from 0 to 4"));
    }

    /** A treatment coded 0 and 1 with events in one arm only; not one that has a third value, nor where there are events in both. */
    @Test
    void anArmWithoutEventsIsNamed() {
        Family binomial = Families.named("binomial");
        for (int[] of : new int[][] {{0, 1, 1}, {1, 1, 0}, {0, 2, 0}}) {
            Rows rows = new Rows(RandomBlocks.design(2, 1, false));
            for (int i = 0; i < 300; i++) {
                int arm = i / 3 % 2;
                int event = arm == 1 ? of[0] * (i % 3 == 0 ? 1 : 0) : i % 3 == 1 ? 1 : 0;
                rows.add((long) i / 3, event, 1, 1, 0, i == 2 ? 0 : arm * of[1]);
            }
            List<Warning> said = report(rows, binomial).findings();
            assertEquals(of[2] == 1, has(said, "separation"), () -> Arrays.toString(of) + said);
            assertTrue(of[2] == 0 || said.toString().contains("only failures where x1 is 1"), said::toString);
        }
    }

    /** 30 rows of 999 among ages, and 9 among grades 1 to 5; a far value that is no code, and codes that are near, are none. */
    @Test
    void codesOfMissingValuesAreAskedAbout() {
        Random random = new Random(8);
        for (double[] of : new double[][] {
            {20, 80, 999, 1},
            {1, 5, 9, 1},
            {-3, 3, -99, 1},
            {2000, 2020, 9999, 1},
            {20, 80, 99, 0},
            {20, 80, 1234, 0},
            {20, 80, -1, 1},
            {1, 5, -1, 1},
            {0, 80, -1, 0},
            {-2, 5, -1, 0},
            {0, 12, 999, 1}
        }) {
            Rows rows = new Rows(RandomBlocks.design(2, 1, false));
            for (int i = 0; i < 300; i++) {
                double x = i % 10 == 3 ? of[2] : Math.rint(of[0] + random.nextDouble() * (of[1] - of[0]));
                rows.add((long) i / 3, random.nextInt(3), 1, 1, 0, x);
            }
            List<Warning> said = report(rows, POISSON).findings();
            assertEquals(of[3] == 1, has(said, "missing_value_code"), () -> Arrays.toString(of) + said);
        }
    }

    /** 8 and 9 beside 1 to 5 are two codes; 99 in one row is a value. */
    @Test
    void severalCodesAreFoundAndSingleRowsAreNot() {
        Rows two = new Rows(RandomBlocks.design(2, 1, false));
        Rows single = new Rows(RandomBlocks.design(2, 1, false));
        for (int i = 0; i < 300; i++) {
            two.add((long) i / 3, i % 3, 1, 1, 0, i % 20 == 0 ? 888 : i % 20 == 4 ? 999 : i % 50);
            single.add((long) i / 3, i % 3, 1, 1, 0, i == 7 ? 999 : i % 50);
        }
        List<Warning> said = report(two, POISSON).findings();
        assertTrue(said.stream().anyMatch(w -> w.message().contains("x1 is 999 or 888 in 30 rows")), said::toString);
        assertFalse(has(report(single, POISSON).findings(), "missing_value_code"));
    }

    /** Weeks of visits and doses are not as even as grades, and what one person alone has is not said. */
    @Test
    void plannedTimesDosesAndOnePersonAreNoCodes() {
        double[][] series = {{0, 2, 4, 8}, {0, 1, 2, 4, 8}, {1, 2, 4, 8}, {0, 3, 9}, {0, 1, 3, 7}, {0, 1, 2, 9}};
        for (double[] times : series) {
            Rows rows = new Rows(RandomBlocks.design(2, 1, false));
            for (int i = 0; i < 60 * times.length; i++) {
                rows.add((long) i / times.length, i % 3, 1, 1, 0, times[i % times.length]);
            }
            assertFalse(has(report(rows, POISSON).findings(), "missing_value_code"), () -> Arrays.toString(times));
        }
        Rows one = new Rows(RandomBlocks.design(2, 1, false));
        for (int i = 0; i < 300; i++) {
            one.add((long) i / 6, i % 3, 1, 1, 0, i / 6 == 7 ? 88 : 1 + i % 12);
        }
        assertFalse(has(report(one, POISSON).findings(), "missing_value_code"), "an old person of six visits");
    }

    /** A baseline covariate stands in every row of a person; the random slope is the time. */
    @Test
    void whatDoesNotVaryIsNoTime() {
        Rows rows = new Rows(RandomBlocks.design(3, 2, false));
        for (int i = 0; i < 300; i++) {
            rows.add((long) i / 5, i % 3, 1, 1, 0, i % 5, 20 + i / 5);
        }
        assertEquals("x1", report(rows, POISSON).visits().variable());
        Rows constant = new Rows(RandomBlocks.design(2, 2, false));
        for (int i = 0; i < 300; i++) {
            constant.add((long) i / 5, i % 3, 1, 1, 0, 20 + i / 5);
        }
        assertNull(report(constant, POISSON).visits());
    }

    /** A year of treatment 0 and 1 with a slope of its own stands many times in every person by design. */
    @Test
    void aGroupOfTwoIsNoTime() {
        Rows rows = new Rows(RandomBlocks.design(2, 2, false));
        for (int i = 0; i < 300; i++) {
            rows.add((long) i / 6, i % 3, 1, 1, 0, i % 2);
        }
        DataReport report = report(rows, POISSON);
        assertNull(report.visits());
        assertFalse(has(report.findings(), "same_time_twice"));
    }

    /** One cluster that stands for 500 rows by its weight is most of 600. */
    @Test
    void aClusterIsDominantByItsWeight() {
        Rows rows = new Rows(RandomBlocks.design(1, 1, true));
        for (int i = 0; i < 100; i++) {
            rows.add((long) i, i % 4, 1, i == 17 ? 500 : 1, 0);
        }
        assertTrue(has(report(rows, POISSON).findings(), "dominant_cluster"));
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
        assertEquals("x1", report.visits().variable());
        assertEquals(400, report.visits().rows().get("0"));
        assertEquals(
                List.of("0", "1", "2", "3"), List.copyOf(report.visits().rows().keySet()));
        String dropout = report.visits().dropout(5);
        assertTrue(dropout.contains("depends on the outcome before"), dropout);
        assertNull(report.visits().dropout(200), "means of so few would give their number away");
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
