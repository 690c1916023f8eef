package org.sparkglmm.core.design;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;

/** Blocks depend on the set of rows alone. */
class BlockAssemblerTest {
    private static final Family POISSON = Families.named("poisson");

    /** 300 rows of 60 persons with ties, exact duplicates, negative and huge ids. */
    private static Rows rows(boolean texts) {
        Random random = new Random(3);
        Rows rows = new Rows(RandomBlocks.design(3, 2, true));
        for (int i = 0; i < 300; i++) {
            long person = random.nextInt(60) - 30L;
            long id = person % 7 == 0 ? Long.MAX_VALUE + person - 30 : person;
            double[] raw = {
                random.nextInt(4),
                1,
                1 + random.nextInt(2),
                0.5 * random.nextInt(3),
                random.nextInt(2),
                random.nextInt(3)
            };
            rows.add(texts ? (Object) ("Å-" + id) : (Object) id, raw);
            if (i % 10 == 0) {
                rows.add(texts ? (Object) ("Å-" + id) : (Object) id, raw);
                i++;
            }
        }
        return rows;
    }

    private static byte[] bytes(List<ClusterBlock> blocks) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ObjectOutputStream out = new ObjectOutputStream(bytes);
            out.writeObject(new ArrayList<>(blocks));
            out.flush();
            return bytes.toByteArray();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theOrderOfTheRowsDoesNotMatter(boolean texts) {
        byte[] expected = bytes(rows(texts).blocks(POISSON, 7));
        for (long seed = 1; seed <= 5; seed++) {
            assertArrayEquals(expected, bytes(rows(texts).shuffled(seed).blocks(POISSON, 7)));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theChunksInWhichRowsComeDoNotMatter(boolean texts) {
        Rows rows = rows(texts);
        BlockAssembler assembler = new BlockAssembler(rows.design(), POISSON, 7);
        byte[] expected = bytes(assembler.assemble(rows.chunk()));
        for (int size : new int[] {1, 13, 100}) {
            RowChunk all = rows.chunk(0, 0);
            for (int from = 0; from < rows.count(); from += size) {
                all.append(rows.chunk(from, Math.min(rows.count(), from + size)).packed());
            }
            assertEquals(rows.count(), all.rows());
            assertArrayEquals(expected, bytes(assembler.assemble(all)));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPartOfTheBlocksIsAssembledAsInTheWhole(boolean texts) {
        Rows rows = rows(texts);
        List<ClusterBlock> whole = rows.blocks(POISSON, 5);
        Rows part = new Rows(rows.design());
        RowChunk all = rows.chunk();
        for (int i = 0; i < rows.count(); i++) {
            int block = all.ids().block(i, 5);
            if (block == 1 || block == 3) {
                part.add(rows.id(i), rows.row(i));
            }
        }
        List<ClusterBlock> some = new BlockAssembler(rows.design(), POISSON, 5).assemble(part.chunk());
        List<ClusterBlock> expected = new ArrayList<>();
        for (ClusterBlock block : whole) {
            if (block.index() == 1 || block.index() == 3) {
                expected.add(block);
            }
        }
        assertEquals(2, some.size());
        assertArrayEquals(bytes(expected), bytes(some));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void personsAreNeverSplitAndNoRowIsLost(boolean texts) {
        Rows rows = rows(texts);
        Map<Object, List<String>> expected = new HashMap<>();
        for (int i = 0; i < rows.count(); i++) {
            double[] r = rows.row(i);
            expected.computeIfAbsent(rows.id(i), k -> new ArrayList<>())
                    .add(r[0] + " " + r[2] + " " + r[3] + " " + r[4] + " " + r[5]);
        }
        Set<Object> seen = new HashSet<>();
        int blocks = 0;
        int before = -1;
        for (ClusterBlock block : rows.blocks(POISSON, 7)) {
            blocks++;
            assertTrue(block.index() > before, "blocks come in order");
            before = block.index();
            assertEquals(block.clusters(), block.ids().count());
            int widest = 0;
            for (int i = 0; i < block.clusters(); i++) {
                Object id = texts
                        ? (Object) block.ids().text(i)
                        : (Object) block.ids().number(i);
                assertTrue(seen.add(id), "person " + id + " is in two places");
                assertEquals(block.index(), block.ids().block(i, 7));
                if (i > 0) {
                    assertTrue(block.ids().compare(i - 1, i) < 0, "persons come in order");
                }
                List<String> found = new ArrayList<>();
                for (int j = block.start(i); j < block.start(i + 1); j++) {
                    found.add(block.observations().y(j) + " "
                            + block.observations().weight(j) + " " + block.offset()[j] + " " + block.x()[1].at(i, j)
                            + " "
                            + block.x()[2].at(i, j));
                }
                widest = Math.max(widest, found.size());
                List<String> wanted = expected.get(id);
                wanted.sort(null);
                found.sort(null);
                assertEquals(wanted, found, "duplicates are kept, nothing is lost");
            }
            assertEquals(widest, block.widest());
            assertEquals(block.rows(), block.start(block.clusters()));
        }
        assertEquals(expected.keySet(), seen);
        assertTrue(blocks > 4);
    }

    @Test
    void onesAreNotStoredAndAColumnInXAndZIsOne() {
        ClusterBlock block = rows(false).blocks(POISSON, 1).get(0);
        assertTrue(block.x()[0].isOnes());
        assertTrue(block.z()[0].isOnes());
        assertFalse(block.x()[1].isOnes());
        assertSame(block.x()[1], block.z()[1]);
    }

    @Test
    void offsetsAddUpAndFactorsBecomeIndicatorsAndProducts() {
        List<RawColumn> raw = List.of(
                new RawColumn("y", "y", List.of()),
                new RawColumn("o1", "o1", List.of()),
                new RawColumn("o2", "o2", List.of()),
                new RawColumn("f", "f", List.of("a", "b", "c")),
                new RawColumn("x", "x", List.of()));
        Design design = new Design(
                raw,
                0,
                -1,
                -1,
                List.of(1, 2),
                List.of(
                        DesignColumn.intercept(),
                        new DesignColumn("fc", List.of(new Component("f", 2))),
                        new DesignColumn("fb:x", List.of(new Component("f", 1), new Component("x", -1)))),
                RandomTerm.ofClusters("id", List.of(List.of(DesignColumn.intercept()))));
        Rows rows = new Rows(design)
                .add(1L, 1, 0.5, 1, 0, 10)
                .add(1L, 2, 0.5, 1, 1, 20)
                .add(2L, 3, -0.5, 1, 2, 30);
        ClusterBlock block = rows.blocks(POISSON, 1).get(0);
        assertArrayEquals(new double[] {1.5, 1.5, 0.5}, block.offset());
        assertArrayEquals(new double[] {0, 0, 1}, block.rowValues(block.x()[1]));
        assertArrayEquals(new double[] {0, 20, 0}, block.rowValues(block.x()[2]));
        assertTrue(block.x()[1].isByCluster());
        assertArrayEquals(new double[] {0, 1}, block.x()[1].values());
        assertFalse(block.x()[2].isByCluster());
        assertEquals(1, block.observations().size(0));
        assertEquals(1, block.observations().weight(0));
        assertEquals(-Math.log(2), block.logConstant(0), 1e-14);
        assertEquals(-Math.log(6), block.logConstant(1), 1e-14);
        ClusterBlock fewer = block.withColumns(new ColumnSelection(new int[] {0, 2}, new int[0][]));
        assertEquals(2, fewer.x().length);
        assertSame(block.x()[2], fewer.x()[1]);
    }

    @Test
    void blocksAreOfAboutEqualSizeWhateverTheIds() {
        int blocks = 16;
        int persons = 16_000;
        for (String kind : new String[] {"consecutive", "multiples", "texts"}) {
            int[] count = new int[blocks];
            for (int i = 0; i < persons; i++) {
                count[
                        switch (kind) {
                            case "consecutive" -> ClusterIds.block((long) i, blocks);
                            case "multiples" -> ClusterIds.block(1_000_000_000L * i, blocks);
                            default -> ClusterIds.block("person " + i, blocks);
                        }]++;
            }
            for (int c : count) {
                // Five standard deviations of a binomial count.
                assertEquals(1000, c, 5 * Math.sqrt(1000), kind);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000})
    void everyNthTakesWholeClusters(int step) {
        for (ClusterBlock block : rows(false).blocks(POISSON, 2)) {
            ClusterBlock sample = block.everyNth(step);
            assertEquals((block.clusters() + step - 1) / step, sample.clusters());
            assertEquals(block.index(), sample.index());
            for (int i = 0; i < sample.clusters(); i++) {
                int from = block.start(i * step);
                int n = block.start(i * step + 1) - from;
                assertEquals(block.ids().number(i * step), sample.ids().number(i));
                assertEquals(n, sample.start(i + 1) - sample.start(i));
                assertEquals(block.logConstant(i * step), sample.logConstant(i));
                for (int j = 0; j < n; j++) {
                    int at = sample.start(i) + j;
                    assertEquals(
                            block.observations().y(from + j),
                            sample.observations().y(at));
                    assertEquals(
                            block.observations().size(from + j),
                            sample.observations().size(at));
                    assertEquals(
                            block.observations().weight(from + j),
                            sample.observations().weight(at));
                    assertEquals(block.offset()[from + j], sample.offset()[at]);
                    assertTrue(sample.x()[0].isOnes());
                    assertEquals(block.x()[1].at(i * step, from + j), sample.x()[1].at(i, at));
                    assertEquals(block.z()[1].at(i * step, from + j), sample.z()[1].at(i, at));
                }
            }
        }
    }

    @Test
    void aBlockThatTravelledIsTheSame() throws Exception {
        List<ClusterBlock> blocks = rows(true).blocks(POISSON, 3);
        byte[] there = bytes(blocks);
        Object back = new ObjectInputStream(new ByteArrayInputStream(there)).readObject();
        @SuppressWarnings("unchecked")
        List<ClusterBlock> returned = (List<ClusterBlock>) back;
        assertArrayEquals(there, bytes(returned));
        assertSame(returned.get(0).x()[1], returned.get(0).z()[1]);
    }

    @Test
    void noRowsAreNoBlocks() {
        assertTrue(new Rows(RandomBlocks.design(2, 1, false)).blocks(POISSON, 4).isEmpty());
    }

    @Test
    void aSampleLeavesAGiantOut() {
        Rows rows = new Rows(RandomBlocks.design(3, 1, false));
        for (long id = 0; id < 200; id++) {
            for (int j = 0; j < (id == 0 ? 20_000 : 3); j++) {
                rows.add(id, j % 2, 1, 1, 0, 0.01 * j, id);
            }
        }
        ClusterBlock block = rows.blocks(Families.named("gaussian"), 1).get(0);
        assertEquals(20_000, block.widest());
        assertEquals(block.rows(), block.everyNth(1).rows());
        ClusterBlock half = block.everyNth(2);
        assertEquals(99, half.clusters());
        assertEquals(3 * 99, half.rows());
    }
}
