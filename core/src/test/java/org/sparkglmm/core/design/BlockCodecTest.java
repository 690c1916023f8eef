package org.sparkglmm.core.design;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Observations;

/** What is written comes back: every bit, and what was one column. */
class BlockCodecTest {
    private static final int FORM_OF_VERSION_1 = -2117664929;

    private static final RawColumn Y = new RawColumn("y", "y", List.of());
    private static final RawColumn TIME = new RawColumn("time", "time", List.of());
    private static final RawColumn SEX = new RawColumn("sex", "sex", List.of("F", "M"));
    private static final RawColumn WEIGHT = new RawColumn("w", "w", List.of());
    private static final RawColumn EXPOSURE = new RawColumn("e", "e", List.of());

    private static final List<String> ODD_TEXTS = List.of("", " ", "007", "ß", "日本", "\ud800", "a\nb", "\u0000");

    /** Patterns where all are alike but for a few; weights, offset and a predictor of the family's own parameter where wanted. */
    private static ClusterBlock block(String family, boolean texts, boolean weights, boolean alike, boolean auxiliary) {
        DesignColumn one = DesignColumn.intercept();
        DesignColumn time = new DesignColumn("time", List.of(new Component("time", Component.NUMERIC)));
        DesignColumn male = new DesignColumn("sexM", List.of(new Component("sex", 1)));
        Design constant = new Design(
                List.of(Y, TIME, SEX, WEIGHT, EXPOSURE),
                0,
                -1,
                weights ? 3 : -1,
                weights ? List.of(4) : List.of(),
                List.of(one, time, male),
                RandomTerm.ofClusters("id", List.of(List.of(one, time))));
        Design design = auxiliary ? constant.withColumns(constant.fixed(), List.of(List.of(one, male))) : constant;
        Random random = new Random(7);
        RowChunk rows = new RowChunk(texts ? ClusterIds.ofTexts(1) : ClusterIds.ofNumbers(1), 5, 1);
        for (int i = 0; i < 300; i++) {
            for (int j = 0; j < 1 + i % 4; j++) {
                int row = rows.openRow();
                if (texts) {
                    rows.ids().add(i < ODD_TEXTS.size() ? ODD_TEXTS.get(i) : "person " + i);
                } else {
                    rows.ids().add(i == 0 ? Long.MIN_VALUE : i == 1 ? Long.MAX_VALUE : i);
                }
                rows.set(0, row, alike ? j : random.nextInt(9));
                rows.set(1, row, alike ? j : random.nextGaussian());
                rows.set(2, row, i % 2);
                rows.set(3, row, 1 + (alike ? 0 : random.nextInt(3)));
                rows.set(4, row, alike ? -0.0 : random.nextDouble() / 3);
            }
        }
        return new BlockAssembler(design, Families.named(family), 1)
                .assemble(rows)
                .get(0);
    }

    @ParameterizedTest
    @CsvSource({
        "false, false, false, false",
        "true, true, false, true",
        "false, true, true, false",
        "true, false, true, true",
    })
    void everyBitComesBack(boolean texts, boolean weights, boolean alike, boolean auxiliary) throws Exception {
        ClusterBlock block = block("nbinom2", texts, weights, alike, auxiliary);
        assertEquals(alike, block.hasPatterns());

        for (ClusterBlock back : List.of(decoded(encoded(block)), deserialised(block))) {
            assertEquals(block.index(), back.index());
            assertEquals(block.persons(), back.persons());
            assertEquals(block.clusters(), back.clusters());
            assertEquals(block.widest(), back.widest());
            assertEquals(block.ids().areNumbers(), back.ids().areNumbers());
            for (int person = 0; person < block.persons(); person++) {
                if (texts) {
                    assertEquals(block.ids().text(person), back.ids().text(person));
                } else {
                    assertEquals(block.ids().number(person), back.ids().number(person));
                }
                assertEquals(block.clusterOf(person), back.clusterOf(person));
            }
            for (int i = 0; i < block.clusters(); i++) {
                assertEquals(block.frequency(i), back.frequency(i));
                assertEquals(block.start(i + 1), back.start(i + 1));
                assertEquals(block.logConstant(i), back.logConstant(i));
            }
            Observations here = block.observations();
            Observations there = back.observations();
            assertEquals(here.hasSizes(), there.hasSizes());
            assertEquals(here.hasWeights(), there.hasWeights());
            assertEquals(weights, there.hasWeights());
            for (int j = 0; j < block.rows(); j++) {
                assertEquals(bits(here.y(j)), bits(there.y(j)));
                assertEquals(bits(here.size(j)), bits(there.size(j)));
                assertEquals(bits(here.weight(j)), bits(there.weight(j)));
            }
            assertSameBits(block.offset(), back.offset());
            assertSameBits(block.x(), back.x());
            assertSameBits(block.z(), back.z());
            assertEquals(block.auxiliaryParts(), back.auxiliaryParts());
            for (int k = 0; k < block.auxiliaryParts(); k++) {
                if (block.auxiliary(k) == null) {
                    assertNull(back.auxiliary(k));
                } else {
                    assertSameBits(block.auxiliary(k), back.auxiliary(k));
                }
            }
            // One object in X, in Z and in the predictor of the dispersion.
            assertSame(back.x()[1], back.z()[1]);
            if (auxiliary) {
                assertSame(back.x()[2], back.auxiliary(0)[1]);
            }
        }
    }

    @Test
    void whatIsKeptBesideABlockStaysBehind() throws Exception {
        ClusterBlock block = block("nbinom2", false, false, false, false);
        block.keep(String.class, "modes");

        assertNull(decoded(encoded(block)).byProduct(String.class));
        assertNull(deserialised(block).byProduct(String.class));
        assertNotNull(block.byProduct(String.class));
    }

    @Test
    void aVisitTakesSomeBytes() throws IOException {
        ClusterBlock block = block("nbinom2", false, false, true, false);

        assertTrue(encoded(block).length < 20 * block.persons(), () -> "bytes of " + block.persons() + " persons");
    }

    @Test
    void anotherVersionAndOtherBytesAreNoBlock() throws IOException {
        byte[] bytes = encoded(block("nbinom2", false, false, false, false));
        byte[] later = bytes.clone();
        later[7]++;
        byte[] other = bytes.clone();
        other[0]++;

        assertEquals(
                "a block of version 2, where 1 is expected",
                assertThrows(IOException.class, () -> decoded(later)).getMessage());
        assertEquals(
                "these bytes are no block",
                assertThrows(IOException.class, () -> decoded(other)).getMessage());
        assertThrows(IOException.class, () -> decoded(Arrays.copyOf(bytes, bytes.length - 1)));
    }

    /** Bytes that were written once must be read for ever, or be of another version. */
    @Test
    void theFormOfAVersionIsFixed() throws IOException {
        // The constants of a gaussian outcome are no logarithms that a machine might round in another way.
        assertEquals(FORM_OF_VERSION_1, Arrays.hashCode(encoded(block("gaussian", true, true, false, true))));
    }

    private static byte[] encoded(ClusterBlock block) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BlockCodec.write(block, new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static ClusterBlock decoded(byte[] bytes) throws IOException {
        return BlockCodec.read(new DataInputStream(new ByteArrayInputStream(bytes)));
    }

    private static ClusterBlock deserialised(ClusterBlock block) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new ArrayList<>(List.of(block, block)));
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (ClusterBlock) ((List<?>) in.readObject()).get(1);
        }
    }

    private static void assertSameBits(BlockColumn[] expected, BlockColumn[] actual) {
        assertEquals(expected.length, actual.length);
        for (int c = 0; c < expected.length; c++) {
            assertEquals(expected[c].isOnes(), actual[c].isOnes());
            assertEquals(expected[c].isByCluster(), actual[c].isByCluster());
            assertSameBits(expected[c].values(), actual[c].values());
        }
    }

    private static void assertSameBits(double[] expected, double[] actual) {
        if (expected == null) {
            assertNull(actual);
            return;
        }
        assertArrayEquals(bits(expected), bits(actual));
    }

    private static long[] bits(double[] values) {
        long[] out = new long[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = bits(values[i]);
        }
        return out;
    }

    private static long bits(double value) {
        return Double.doubleToRawLongBits(value);
    }
}
