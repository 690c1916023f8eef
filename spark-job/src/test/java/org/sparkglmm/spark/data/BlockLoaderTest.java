package org.sparkglmm.spark.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.spark.cli.TestSession;
import org.sparkglmm.spark.engine.BlockStore;

/** From a table to blocks: one reading, and the same blocks however the table is cut. */
class BlockLoaderTest {
    /** Rows that any task has read. */
    private static final AtomicLong READ = new AtomicLong();

    private static final StructType SCHEMA =
            StructType.fromDDL("person BIGINT, y INT, time FLOAT, sex STRING, site STRING");

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    private static List<Row> rows(int persons, int sites) {
        Random random = new Random(8);
        List<Row> out = new ArrayList<>();
        for (int i = 0; i < persons; i++) {
            for (int j = 0; j < 4; j++) {
                // Ids beyond int; a few rows lack something.
                out.add(RowFactory.create(
                        i % 50 == 7 && j == 1 ? null : (1L << 35) - 3L * i,
                        random.nextInt(2),
                        i % 60 == 9 ? Float.NaN : 0.1f * j,
                        i % 70 == 3 ? null : i % 2 == 0 ? "F" : "M",
                        "s" + (i * 4 + j) % sites));
            }
        }
        return out;
    }

    private static Dataset<Row> table(List<Row> rows, int partitions) {
        SparkSession spark = TestSession.get();
        JavaRDD<Row> read = JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(rows, partitions)
                .map(row -> {
                    READ.incrementAndGet();
                    return row;
                });
        return spark.createDataFrame(read, SCHEMA);
    }

    private static ModelRequest request(Map<String, List<String>> levels) {
        return ModelRequest.of(
                "y ~ time + sex + site + (1 | person)", "binomial", null, null, null, null, null, null, levels);
    }

    private static byte[] blocks(BoundTable bound) {
        BlockStore loaded = BlockLoader.load(bound, bound.request().family()).blocks();
        List<ClusterBlock> blocks = loaded.data().mapBlocks(block -> block);
        loaded.release();
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ObjectOutputStream out = new ObjectOutputStream(bytes);
            out.writeObject(new ArrayList<>(blocks));
            out.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void personsWithoutACompleteRowAreCountedWhereverTheirRowsAre() {
        List<Row> rows = rows(500, 5);
        Set<Object> all = new HashSet<>();
        Set<Object> complete = new HashSet<>();
        for (Row row : rows) {
            Object id = row.get(0);
            float time = row.getFloat(2);
            if (id != null) {
                all.add(id);
                if (!Float.isNaN(time) && !row.isNullAt(3)) {
                    complete.add(id);
                }
            }
        }
        assertTrue(complete.size() < all.size() - 10, "the case is of interest");
        Collections.shuffle(rows, new Random(2));
        for (int partitions : new int[] {1, 5}) {
            BoundTable bound = ModelBinding.bind(request(Map.of()), table(rows, partitions), false);
            BlockLoader.Loaded loaded = BlockLoader.load(bound, bound.request().family());
            assertEquals(all.size() - complete.size(), loaded.personsDropped());
            assertEquals(
                    complete.size(),
                    loaded.blocks().data().mapBlocks(ClusterBlock::persons).stream()
                            .mapToInt(Integer::intValue)
                            .sum());
            loaded.blocks().release();
        }
    }

    @Test
    void everyRowIsReadOnceForCountsLevelsAndBlocks() {
        List<Row> rows = rows(500, 5);
        READ.set(0);
        BoundTable bound = ModelBinding.bind(request(Map.of()), table(rows, 3), false);
        blocks(bound);
        assertEquals(rows.size(), READ.get());
        assertEquals(rows.size(), bound.counts().total());
        assertEquals(List.of("F", "M"), bound.levels().get("sex"));
        assertEquals(List.of("s0", "s1", "s2", "s3", "s4"), bound.levels().get("site"));
        // 10 persons lack an id in one row; of 9 persons every time is NaN, of 8 every sex is null.
        assertEquals(
                Map.of("person", 10L, "time", 36L, "sex", 32L), bound.counts().missing());
        assertTrue(bound.counts().complete() < rows.size() - 60);
    }

    @Test
    void blocksDoNotDependOnHowTheTableIsCut() {
        // Enough rows for several blocks, and for tasks that meet the labels in other orders.
        List<Row> rows = rows(20_000, 3);
        byte[] expected = blocks(ModelBinding.bind(request(Map.of()), table(rows, 1), false));
        Collections.shuffle(rows, new Random(1));
        for (int partitions : new int[] {2, 7}) {
            assertArrayEquals(expected, blocks(ModelBinding.bind(request(Map.of()), table(rows, partitions), false)));
        }
    }

    @Test
    void levelsGivenKeepTheirOrder() {
        List<String> sites = List.of("s2", "s0", "s1");
        BoundTable bound = ModelBinding.bind(request(Map.of("site", sites)), table(rows(100, 3), 4), false);
        assertEquals(sites, bound.levels().get("site"));
        assertThrows(
                DataException.class,
                () -> ModelBinding.bind(request(Map.of("site", sites)), table(rows(100, 4), 4), false));
    }

    @Test
    void tooManyLabelsAreFoundAcrossTasks() {
        int tasks = 4;
        List<Row> rows = rows(400, FactorLevels.MOST_LEVELS + 100);
        String message = assertThrows(
                        DataException.class, () -> ModelBinding.bind(request(Map.of()), table(rows, tasks), false))
                .getMessage();
        assertTrue(message.contains("more than 1000 different values"), message);
    }

    @Test
    void nothingIsKeptOfATableThatIsRefused() {
        JavaSparkContext context =
                JavaSparkContext.fromSparkContext(TestSession.get().sparkContext());
        context.getPersistentRDDs().values().forEach(rdd -> rdd.unpersist());
        assertThrows(
                DataException.class,
                () -> ModelBinding.bind(request(Map.of("sex", List.of("F", "D"))), table(rows(100, 3), 2), false));
        assertEquals(Map.of(), context.getPersistentRDDs());
        BoundTable bound = ModelBinding.bind(request(Map.of()), table(rows(100, 3), 2), false);
        BlockStore blocks = BlockLoader.load(bound, bound.request().family()).blocks();
        assertEquals(1, context.getPersistentRDDs().size(), "the blocks alone");
        blocks.release();
        assertEquals(Map.of(), context.getPersistentRDDs());
    }

    @Test
    void aTaskGetsAMillionRowsAtMost() {
        assertEquals(1, BlockLoader.partitionCount(1, 2));
        assertEquals(8, BlockLoader.partitionCount(BlockLoader.blockCount(5_000_000), 2));
        assertEquals(64, BlockLoader.partitionCount(BlockLoader.blockCount(5_000_000), 16));
        for (long rows : new long[] {50_000_000L, 1_000_000_000L}) {
            int blocks = BlockLoader.blockCount(rows);
            int partitions = BlockLoader.partitionCount(blocks, 2);
            assertTrue((long) (blocks + partitions - 1) / partitions * 32_768 <= 1 << 20);
            assertTrue(partitions <= rows / 900_000);
        }
    }

    /** They stand in the model file, whose bytes are promised. */
    @Test
    void levelsComeInTheOrderInWhichTheyAreFound() {
        Map<String, List<String>> levels = new LinkedHashMap<>();
        for (String name : List.of("kappa", "iota", "theta", "eta", "zeta", "epsilon", "delta", "gamma", "beta")) {
            levels.put(name, List.of("a", "b"));
        }
        assertEquals(
                List.copyOf(levels.keySet()),
                List.copyOf(request(Map.of()).withLevels(levels).levels().keySet()));
    }
}
