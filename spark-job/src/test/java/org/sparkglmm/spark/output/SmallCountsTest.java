package org.sparkglmm.spark.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SmallCountsTest {
    private static final SmallCounts FIVE = new SmallCounts(5);

    @Test
    void aCountBelowTheLeastIsMaskedAndZeroIsNot() {
        assertEquals("0", FIVE.show(0));
        assertEquals("<5", FIVE.show(1));
        assertEquals("<5", FIVE.show(4));
        assertEquals("5", FIVE.show(5));
        assertEquals("1", new SmallCounts(0).show(1));
    }

    @Test
    void oneMaskedCountOfAKnownTotalTakesTheNextSmallestWithIt() {
        assertArrayEquals(new String[] {"<5", "40", "-"}, FIVE.show(new long[] {3, 40, 12}));
        assertArrayEquals(new String[] {"<5", "40", "<5"}, FIVE.show(new long[] {3, 40, 2}));
        assertArrayEquals(new String[] {"0", "40", "12"}, FIVE.show(new long[] {0, 40, 12}));
    }

    @Test
    void aRowWithASmallCellIsHiddenAndAnotherWithIt() {
        long[][] table = {{30, 3}, {50, 60}, {20, 25}};
        assertArrayEquals(new boolean[] {true, false, true}, FIVE.hidden(table));
        assertArrayEquals(new boolean[] {false, false}, FIVE.hidden(new long[][] {{30, 0}, {50, 60}}));
        assertArrayEquals(new boolean[] {true, true, false}, FIVE.hidden(new long[][] {{1, 9}, {2, 9}, {50, 60}}));
    }
}
