package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same table gives the same bytes of model.json and the same persons' effects, however many cores evaluate it and
 * however its rows are spread over files.
 */
class SameBitsEverywhereTest {
    private static final String FORMULA = "remission ~ time + sex + bmi + (1 + time | person)";

    @TempDir
    private Path folder;

    @Test
    void modelFileDoesNotDependOnCoresOrFiles() throws IOException {
        try {
            // Large enough for several blocks and for the start from a sample.
            onMaster("local[2]", spark -> {
                assertEquals(
                        0,
                        Commands.run(
                                        "generate",
                                        "--persons",
                                        "12000",
                                        "--visits",
                                        "6",
                                        "--missing",
                                        "0.02",
                                        "--dropout",
                                        "0.05",
                                        "--files",
                                        "3",
                                        "--out",
                                        path("a"))
                                .code());
                Dataset<Row> table = spark.read().parquet(path("a"));
                table.orderBy(functions.rand(3)).repartition(7).write().parquet(path("b"));
                table.orderBy(functions.desc("person"), functions.col("bmi"))
                        .coalesce(1)
                        .write()
                        .parquet(path("c"));
            });
            onMaster("local[2]", spark -> fit("a", "two"));
            onMaster("local[1]", spark -> fit("a", "one"));
            onMaster("local[2]", spark -> fit("b", "shuffled"));
            onMaster("local[2]", spark -> fit("c", "sorted"));
            byte[] reference = Files.readAllBytes(folder.resolve("two/model.json"));
            for (String other : List.of("one", "shuffled", "sorted")) {
                assertArrayEquals(reference, Files.readAllBytes(folder.resolve(other + "/model.json")), other);
            }
            onMaster("local[2]", spark -> {
                List<Row> effects = effects(spark, "two");
                assertTrue(effects.size() > 11900, "all but the persons without a complete row");
                assertEquals(effects, effects(spark, "one"));
                assertEquals(effects, effects(spark, "shuffled"));
            });
        } finally {
            TestSession.stop();
        }
    }

    private interface Work {
        void in(SparkSession spark);
    }

    private static void onMaster(String master, Work work) {
        TestSession.stop();
        SparkSession spark = SparkSession.builder()
                .master(master)
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "3")
                .config("spark.sql.warehouse.dir", System.getProperty("test.warehouse", "target/warehouse"))
                .getOrCreate();
        work.in(spark);
        TestSession.stop();
    }

    private void fit(String table, String out) {
        Commands ran = Commands.run(
                "fit",
                "--quiet",
                "--data",
                path(table),
                "--formula",
                FORMULA,
                "--family",
                "binomial",
                "--nodes",
                "7",
                "--out",
                path(out));
        assertEquals(0, ran.code(), ran.err());
    }

    private List<Row> effects(SparkSession spark, String out) {
        return spark.read()
                .parquet(path(out) + "/random_effects")
                .orderBy("person")
                .collectAsList();
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }
}
