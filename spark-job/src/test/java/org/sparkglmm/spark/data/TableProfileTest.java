package org.sparkglmm.spark.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Looks at the parts of a table add up to a look at the whole. */
class TableProfileTest {
    private static final double CLOSED_FORM = 1e-10;

    private static TableProfile empty(List<String> given, int mostLabels) {
        List<List<String>> levels = new ArrayList<>();
        levels.add(given);
        return new TableProfile(levels, 1, mostLabels);
    }

    private static TableProfile of(double... values) {
        TableProfile out = empty(null, 10);
        for (double v : values) {
            out.addSource(0, v);
        }
        return out;
    }

    @Test
    void momentsAreThoseOfAllParts() {
        Random random = new Random(4);
        double[] values = random.doubles(100, 1990, 2020).toArray();
        TableProfile look = of();
        look.merge(of());
        look.merge(of(Arrays.copyOfRange(values, 0, 3)));
        look.merge(of(Arrays.copyOfRange(values, 3, 80)));
        look.merge(of());
        look.merge(of(Arrays.copyOfRange(values, 80, 100)));
        double mean = Arrays.stream(values).sum() / 100;
        double variance =
                Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / 100;
        assertEquals(mean, look.mean(0), CLOSED_FORM * mean);
        assertEquals(Math.sqrt(variance), look.deviation(0), CLOSED_FORM);
    }

    /** It is shown rounded, and half-way cases must not fall to either side by chance. */
    @Test
    void theMeanOfWholeNumbersIsExactInAnyOrder() {
        double[] values = new Random(5).ints(999, 0, 1000).asDoubleStream().toArray();
        double exact = Arrays.stream(values).mapToLong(v -> (long) v).sum() / 999.0;
        assertEquals(exact, of(values).mean(0));
        TableProfile parts = of();
        for (int from = 996; from >= 0; from -= 3) {
            parts.merge(of(Arrays.copyOfRange(values, from, from + 3)));
        }
        assertEquals(exact, parts.mean(0));
    }

    @Test
    void momentsOfNothingAreNaN() {
        assertTrue(Double.isNaN(of().mean(0)) && Double.isNaN(of().deviation(0)));
        assertTrue(Double.isNaN(of(1, Double.NaN).mean(0)));
        assertTrue(Double.isNaN(of(1, Double.NaN).deviation(0)));
    }

    @Test
    void labelsOfAllPartsAreFoundOnce() {
        TableProfile first = empty(null, 10);
        assertEquals(0, first.code(0, "b"));
        assertEquals(1, first.code(0, "a"));
        assertEquals(0, first.code(0, "b"));
        TableProfile next = empty(null, 10);
        assertEquals(0, next.code(0, "c"));
        assertEquals(1, next.code(0, "a"));
        first.merge(next);
        assertEquals(List.of("b", "a", "c"), first.labels(0));
    }

    @Test
    void tooManyLabelsAreNotCollectedButKnownToBeTooMany() {
        int most = 5;
        TableProfile whole = empty(null, most);
        Set<String> all = new HashSet<>();
        for (int part = 0; part < 4; part++) {
            TableProfile look = empty(null, most);
            for (int i = 0; i < 3; i++) {
                all.add(part + "." + i);
                assertTrue(look.code(0, part + "." + i) >= 0);
            }
            whole.merge(look);
            assertEquals(Math.min(all.size(), most + 1), whole.labels(0).size());
        }
        assertEquals(TableProfile.NO_CODE, whole.code(0, "another"));
        assertEquals(0, whole.unusable(0), "none was given, so none is wrong");
    }

    @Test
    void labelsOutsideThoseGivenAreCounted() {
        TableProfile look = empty(List.of("low", "high"), 1);
        assertEquals(1, look.code(0, "high"));
        assertEquals(0, look.code(0, "low"));
        assertEquals(TableProfile.NO_CODE, look.code(0, "else"));
        TableProfile next = empty(List.of("low", "high"), 1);
        next.code(0, "else");
        look.merge(next);
        assertEquals(2, look.unusable(0));
        assertEquals(List.of("low", "high"), look.labels(0));
    }
}
