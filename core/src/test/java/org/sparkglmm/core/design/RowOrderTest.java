package org.sparkglmm.core.design;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Comparator;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against a comparison of whole rows, for ids of every kind. */
class RowOrderTest {
    private static final int ROWS = 5_000;

    /** Persons, a few or many rows each, whose ids differ in other digits. */
    enum Ids {
        SMALL(person -> person),
        AROUND_ZERO(person -> person - 40),
        BEYOND_INT(person -> (person << 33) + 5),
        AT_BOTH_ENDS(person -> person % 2 == 0 ? Long.MIN_VALUE + person : Long.MAX_VALUE - person),
        ONE_PERSON(person -> 7),
        MIXED(ClusterIds::mix);

        private final LongUnaryOperator id;

        Ids(LongUnaryOperator id) {
            this.id = id;
        }
    }

    private static RowChunk rows(Ids ids, boolean texts) {
        Random random = new Random(11);
        // -0.0 and NaN have their places too: before 0, and last.
        double[] values = {0, -0.0, 1.5, -2, Double.NaN};
        RowChunk out = new RowChunk(texts ? ClusterIds.ofTexts(1) : ClusterIds.ofNumbers(1), 2, 1);
        for (int i = 0; i < ROWS; i++) {
            int row = out.openRow();
            out.set(0, row, values[random.nextInt(values.length)]);
            // Tells rows apart, so that their order is unique.
            out.set(1, row, (double) (i * 7919L % ROWS));
            long id = ids.id.applyAsLong(random.nextInt(90));
            if (texts) {
                out.ids().add("p" + id);
            } else {
                out.ids().add(id);
            }
        }
        return out;
    }

    private static int[] expected(RowChunk rows, int block, int blocks) {
        Comparator<Integer> byId = rows.ids().areNumbers()
                ? Comparator.comparingLong(i -> rows.ids().number(i))
                : Comparator.comparing(i -> rows.ids().text(i));
        return IntStream.range(0, rows.rows())
                .filter(i -> rows.value(1, i) != 3 && rows.ids().block(i, blocks) == block)
                .boxed()
                .sorted(byId.thenComparing(i -> rows.value(0, i)).thenComparing(i -> rows.value(1, i)))
                .mapToInt(i -> i)
                .toArray();
    }

    @ParameterizedTest
    @EnumSource
    void numbersAndTextsComeInTheOrderOfBlockIdAndValues(Ids ids) {
        for (boolean texts : new boolean[] {false, true}) {
            RowChunk rows = rows(ids, texts);
            int blocks = 3;
            RowOrder order = new RowOrder(rows, 2, i -> rows.value(1, i) != 3, blocks);
            int found = 0;
            for (int b = 0; b < blocks; b++) {
                int[] ofBlock = order.ofBlock(b);
                assertArrayEquals(expected(rows, b, blocks), ofBlock);
                found += ofBlock.length;
            }
            assertEquals(ROWS - 1, found, "all but the row that is not wanted");
        }
    }

    @Test
    void indicesAreSortedStablyBeyondWhatInsertionTakes() {
        Random random = new Random(2);
        for (int n : new int[] {0, 1, 2, 16, 17, 33, 1000}) {
            int[] key = random.ints(n + 2, 0, 10).toArray();
            int[] sorted = IntStream.range(0, n + 2).toArray();
            IntSort.sort(sorted, 1, n + 1, (i, j) -> Integer.compare(key[i], key[j]));
            int[] expected = IntStream.concat(
                            IntStream.concat(
                                    IntStream.of(0),
                                    IntStream.range(1, n + 1)
                                            .boxed()
                                            .sorted(Comparator.comparingInt(i -> key[i]))
                                            .mapToInt(i -> i)),
                            IntStream.of(n + 1))
                    .toArray();
            assertArrayEquals(expected, sorted);
        }
    }
}
