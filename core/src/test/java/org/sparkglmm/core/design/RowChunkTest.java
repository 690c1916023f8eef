package org.sparkglmm.core.design;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows come out of their bytes as they went in, bit for bit. */
class RowChunkTest {
    private static RowChunk numbered(double... values) {
        RowChunk out = new RowChunk(ClusterIds.ofNumbers(1), 1, 1);
        for (int i = 0; i < values.length; i++) {
            out.set(0, out.openRow(), values[i]);
            out.ids().add(i);
        }
        return out;
    }

    /** Columns at and just beyond the edges of each type, and values that a careless cast would change. */
    static List<double[]> columns() {
        return List.of(
                new double[] {0, 1, 1, 0},
                new double[] {Byte.MIN_VALUE, Byte.MAX_VALUE},
                new double[] {Byte.MIN_VALUE - 1, 3},
                new double[] {3, Byte.MAX_VALUE + 1},
                new double[] {Short.MIN_VALUE, Short.MAX_VALUE},
                new double[] {Short.MIN_VALUE - 1, 3},
                new double[] {3, Short.MAX_VALUE + 1},
                new double[] {Integer.MIN_VALUE, Integer.MAX_VALUE},
                new double[] {Integer.MIN_VALUE - 1.0, 3},
                new double[] {3, Integer.MAX_VALUE + 1.0},
                new double[] {1, -0.0, 2},
                new double[] {-0.0, 0.0},
                new double[] {Double.NaN, 1},
                new double[] {Double.longBitsToDouble(0x7ff8000000000001L), 1},
                new double[] {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY},
                new double[] {0.1f, 1e30f, Float.MIN_VALUE, -Float.MAX_VALUE},
                // An int that no float holds, then a float that no int holds.
                new double[] {16_777_217, 0.5},
                new double[] {0.1, 0.5},
                new double[] {Double.MIN_VALUE, Double.MAX_VALUE},
                new double[] {1L << 53, 4.5e15});
    }

    @ParameterizedTest
    @MethodSource("columns")
    void everyNumberTravelsBitForBit(double[] values) {
        RowChunk back = numbered(-7);
        back.append(numbered(values).packed());
        assertEquals(values.length + 1, back.rows());
        assertEquals(-7, back.value(0, 0));
        for (int i = 0; i < values.length; i++) {
            assertEquals(Double.doubleToRawLongBits(values[i]), Double.doubleToRawLongBits(back.value(0, i + 1)));
        }
    }

    @Test
    void smallWholeNumbersTakeAByte() {
        int n = 1000;
        double[] bits = new double[n];
        double[] years = new double[n];
        double[] amounts = new double[n];
        Random random = new Random(1);
        for (int i = 0; i < n; i++) {
            bits[i] = random.nextInt(2);
            years[i] = 1900 + random.nextInt(100);
            amounts[i] = random.nextGaussian();
        }
        int each = numbered(bits).packed().length;
        assertEquals(n, numbered(years).packed().length - each);
        assertEquals(7 * n, numbered(amounts).packed().length - each);
    }

    static List<long[]> ids() {
        return List.of(
                new long[] {5},
                new long[] {-3, 12, 12, 7},
                new long[] {1L << 40, (1L << 40) + Integer.MAX_VALUE},
                new long[] {1L << 40, (1L << 40) + Integer.MAX_VALUE + 1},
                new long[] {Long.MIN_VALUE, Long.MAX_VALUE, 0},
                new long[] {Long.MIN_VALUE, Long.MIN_VALUE + 1},
                new long[] {-2, Long.MAX_VALUE});
    }

    @ParameterizedTest
    @MethodSource("ids")
    void everyLongIdTravels(long[] ids) {
        RowChunk chunk = new RowChunk(ClusterIds.ofNumbers(1), 0, 1);
        for (long id : ids) {
            chunk.ids().add(id);
        }
        RowChunk back = new RowChunk(ClusterIds.ofNumbers(1), 0, 1);
        back.append(chunk.packed());
        assertEquals(ids.length, back.rows());
        for (int i = 0; i < ids.length; i++) {
            assertEquals(ids[i], back.ids().number(i));
        }
    }

    @Test
    void everyTextIdTravels() {
        for (List<String> texts : List.of(
                List.of("", "a", "Åsa"), List.of("a", "日本", "😀"), List.of("\ud800", "a\0b"), List.of("ÿ", "Ā"))) {
            RowChunk chunk = new RowChunk(ClusterIds.ofTexts(1), 0, 1);
            texts.forEach(chunk.ids()::add);
            RowChunk back = new RowChunk(ClusterIds.ofTexts(1), 0, 1);
            back.append(chunk.packed());
            for (int i = 0; i < texts.size(); i++) {
                assertEquals(texts.get(i), back.ids().text(i));
            }
        }
    }

    @Test
    void aPartOfTheRowsIsPackedInTheOrderAskedFor() {
        RowChunk back = numbered();
        back.append(numbered(10, 11, 12, 13, 14).packed(new int[] {4, 3, 0, 1}, 1, 3));
        assertEquals(2, back.rows());
        assertEquals(13, back.value(0, 0));
        assertEquals(3, back.ids().number(0));
        assertEquals(10, back.value(0, 1));
        assertEquals(0, back.ids().number(1));
    }

    @Test
    void labelsAreNumberedAnew() {
        RowChunk chunk = numbered(0, 2, 1, 0);
        chunk.recode(0, new int[] {2, 0, 1});
        assertEquals(
                List.of(2.0, 1.0, 0.0, 2.0),
                List.of(chunk.value(0, 0), chunk.value(0, 1), chunk.value(0, 2), chunk.value(0, 3)));
    }
}
