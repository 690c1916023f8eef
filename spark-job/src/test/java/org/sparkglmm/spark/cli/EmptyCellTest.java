package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An interaction with a cell that has no rows, time A × lake ref1 (simulated): which column is dropped depends on the order of the
 * levels, and no number may. The new rows are in three other cells and, the third, in the empty one.
 */
class EmptyCellTest {
    private static final String TABLE = "src/test/resources/empty-cell/empty_cell.csv.gz";
    private static final String NEW_ROWS = "src/test/resources/empty-cell/empty_cell_new.csv.gz";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static SparkSession spark;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void fitBothOrders() {
        spark = TestSession.get();
        Commands plain = fit("plain");
        assertTrue(
                plain.out().contains("time A × lake ref1 has no rows, so the data do not determine the outcome there"),
                plain.out());
        Commands turned = fit("turned", "--levels", "time=D,C,B,A", "--levels", "lake=ref2,ref1,exposed");
        assertTrue(turned.out().contains("time A × lake ref1 has no rows"), turned.out());
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    private static Commands fit(String out, String... more) {
        String[] fixed = {
            "fit",
            "--quiet",
            "--data",
            TABLE,
            "--formula",
            "count ~ time*lake + offset(log(min)) + (1|id)",
            "--family",
            "poisson",
            "--out",
            path(out)
        };
        String[] all = java.util.Arrays.copyOf(fixed, fixed.length + more.length);
        System.arraycopy(more, 0, all, fixed.length, more.length);
        Commands ran = Commands.run(all);
        assertEquals(0, ran.code(), ran.err());
        return ran;
    }

    private static String path(String name) {
        return folder.resolve(name).toString();
    }

    private static Map<String, Row> predicted(String model, String data) {
        String out = path("of_" + model + "_" + Path.of(data).getFileName());
        Commands ran = Commands.run("predict", "--model", path(model), "--data", data, "--out", out);
        assertEquals(0, ran.code(), ran.err());
        assertTrue(
                ran.out().contains("<5 rows have no prediction, because the data of the fit do not determine it"),
                ran.out());
        Map<String, Row> rows = new HashMap<>();
        spark.read().parquet(out).collectAsList().forEach(r -> rows.put(r.getAs("time") + " " + r.getAs("lake"), r));
        return rows;
    }

    @Test
    void nothingIsPredictedThereAndTheRestDoesNotDependOnTheLevels() {
        Map<String, Row> plain = predicted("plain", NEW_ROWS);
        Map<String, Row> turned = predicted("turned", NEW_ROWS);
        assertEquals(4, plain.size());
        int compared = 0;
        for (Map.Entry<String, Row> e : plain.entrySet()) {
            Row other = turned.get(e.getKey());
            for (String column : e.getValue().schema().fieldNames()) {
                boolean isNumber =
                        column.startsWith("link_") || column.startsWith("response_") || column.startsWith("se_");
                if (!isNumber) {
                    continue;
                }
                Double value = e.getValue().getAs(column);
                Double there = other.getAs(column);
                if (e.getKey().equals("A ref1")) {
                    assertNull(value, column);
                    assertNull(there, column);
                } else if (value != null) {
                    assertEquals(value, there, 2e-5 * Math.abs(value), column + " of " + e.getKey());
                    compared++;
                }
            }
        }
        assertTrue(compared >= 30, "there are predictions: " + compared);
    }

    @Test
    void rowsThereTellNothingOfANewPerson() throws IOException {
        Path rows = folder.resolve("seen.csv");
        Files.writeString(rows, """
                time,lake,min,id,count
                A,ref1,5,new,400
                B,ref1,5,new,9
                """);
        Path without = folder.resolve("seen_without.csv");
        Files.writeString(without, """
                time,lake,min,id,count
                A,ref1,5,new,
                B,ref1,5,new,9
                """);
        Row with = predicted("plain", rows.toString()).get("B ref1");
        assertEquals("rows", with.getAs("effects"));
        assertEquals(
                predicted("plain", without.toString()).get("B ref1").<Double>getAs("link_conditional"),
                with.getAs("link_conditional"));
    }

    @Test
    void curvesHaveAGapThere() throws IOException {
        Path table = folder.resolve("numbers.csv");
        // The same factor once more, by numbers.
        StringBuilder text = new StringBuilder("t,lake,id,count\n");
        for (Row row : spark.read().option("header", "true").csv(TABLE).collectAsList()) {
            text.append(row.<String>getAs("time").charAt(0) - 'A')
                    .append(',')
                    .append(row.<String>getAs("lake"))
                    .append(',')
                    .append(row.<String>getAs("id"))
                    .append(',')
                    .append(row.<String>getAs("count"))
                    .append('\n');
        }
        Files.writeString(table, text);
        Commands fit = Commands.run(
                "fit",
                "--quiet",
                "--data",
                table.toString(),
                "--formula",
                "count ~ factor(t)*lake + (1|id)",
                "--family",
                "poisson",
                "--out",
                path("numbers"));
        assertEquals(0, fit.code(), fit.err());
        Commands drawn = Commands.run(
                "trajectories",
                "--model",
                path("numbers"),
                "--time",
                "t",
                "--grid",
                "0,1,2,3",
                "--by",
                "lake",
                "--out",
                path("curves"));
        assertEquals(0, drawn.code(), drawn.err());
        assertTrue(drawn.out().contains("1 point has no value"), drawn.out());
        List<String> lines = Files.readAllLines(folder.resolve("curves/trajectories.csv"));
        assertEquals(13, lines.size());
        for (String line : lines.subList(1, 13)) {
            boolean empty = line.startsWith("ref1,0.0,");
            assertEquals(empty, line.contains("NA"), line);
        }
        assertFalse(Files.readString(folder.resolve("curves/trajectories.html")).contains("NaN"));
    }

    @Test
    void contrastsThatNeedItAreNotGiven() {
        Commands ran =
                Commands.run("contrast", "lakeref1", "timeB + lakeref1 + timeB:lakeref1", "--model", path("plain"));
        assertEquals(0, ran.code(), ran.err());
        List<String> lines = ran.out().lines().toList();
        assertTrue(lines.get(1).matches("lakeref1 +NA +NA .*"), ran.out());
        assertFalse(lines.get(2).contains("NA"), ran.out());
        assertTrue(ran.out().contains("the data of the fit do not determine it"), ran.out());
    }

    @Test
    void outcomesAreNotDrawnThere() {
        Commands ran = Commands.run(
                "simulate", "--model", path("plain"), "--data", NEW_ROWS, "--seed", "1", "--out", path("simulated"));
        assertEquals(0, ran.code(), ran.err());
        for (Row row : spark.read().parquet(path("simulated")).collectAsList()) {
            boolean empty = row.getAs("time").equals("A") && row.getAs("lake").equals("ref1");
            assertEquals(empty, row.getAs("count") == null);
        }
    }

    @Test
    void ofAnEarlierVersionsFitItIsSaid() throws IOException {
        Path old = folder.resolve("old");
        assertNotEquals(0, spark.read().parquet(path("plain/random_effects")).count());
        Files.createDirectories(old.resolve("random_effects"));
        try (var files = Files.list(folder.resolve("plain/random_effects"))) {
            for (Path file : files.toList()) {
                Files.copy(file, old.resolve("random_effects").resolve(file.getFileName()));
            }
        }
        ObjectNode model =
                (ObjectNode) MAPPER.readTree(folder.resolve("plain/model.json").toFile());
        ((ObjectNode) model.get("design")).remove("aliased");
        Files.writeString(old.resolve("model.json"), MAPPER.writeValueAsString(model));
        Commands ran = Commands.run("predict", "--model", path("old"), "--data", NEW_ROWS, "--out", path("of_old"));
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("The fit dropped columns and, being of an earlier version"), ran.out());
        assertEquals(
                4,
                spark.read()
                        .parquet(path("of_old"))
                        .filter("response_population is not null")
                        .count());
        Commands contrast = Commands.run("contrast", "timeB", "--model", path("old"));
        assertTrue(contrast.out().contains("being of an earlier version"), contrast.out());
    }

    @Test
    void aDependenceThatIsNoneOfTheModelsIsRefused() throws IOException {
        for (String change : List.of("part", "column", "constant", "others")) {
            Path edited = folder.resolve("edited_" + change);
            Files.createDirectories(edited);
            ObjectNode model = (ObjectNode)
                    MAPPER.readTree(folder.resolve("plain/model.json").toFile());
            ObjectNode dropped = (ObjectNode) model.at("/design/aliased/0");
            switch (change) {
                case "part" -> dropped.put("part", -5);
                case "column" -> dropped.put("column", "nobody");
                case "constant" -> dropped.putNull("constant");
                default -> dropped.putObject("others").put("nobody", 1);
            }
            Files.writeString(edited.resolve("model.json"), MAPPER.writeValueAsString(model));
            Commands ran = Commands.run(
                    "simulate", "--model", edited.toString(), "--data", NEW_ROWS, "--out", path("never_" + change));
            assertEquals(3, ran.code(), change + ": " + ran.err());
            assertTrue(ran.err().contains("fit it again"), ran.err());
        }
    }
}
