package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A table whose covariate is the same but for a constant: every number that does not depend on where 0 is stays what it is. */
class FarOriginTest {
    private static final String FORMULA = "yg ~ x + t + (1 + x | id)";
    private static final ObjectMapper MAPPER = new ObjectMapper();
    /** Of predictions: what the stopping rule leaves of estimates. */
    private static final double SAME = 1e-5;

    private static SparkSession spark;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void fitNearZero() throws IOException {
        spark = TestSession.get();
        write("near", BigDecimal.ZERO);
        assertEquals(0, fit("near", "near", "--write-fitted").code());
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    private static String path(String name) {
        return folder.resolve(name).toString();
    }

    /** The table with a constant added to x, to the last of its digits. */
    private static void write(String name, BigDecimal added) throws IOException {
        List<String> out = new ArrayList<>();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(Path.of("src/test/resources/far_origin/far.csv.gz"))),
                StandardCharsets.UTF_8))) {
            out.add(in.readLine() + ",row");
            String line;
            while ((line = in.readLine()) != null) {
                String[] cells = line.split(",", -1);
                cells[2] = new BigDecimal(cells[2]).add(added).toPlainString();
                out.add(String.join(",", cells) + "," + out.size());
            }
        }
        Files.write(folder.resolve(name + ".csv"), out);
    }

    private static Commands fit(String data, String out, String... more) {
        List<String> all = new ArrayList<>(List.of(
                "fit",
                "--quiet",
                "--data",
                path(data + ".csv"),
                "--formula",
                FORMULA,
                "--family",
                "gaussian",
                "--out"));
        all.add(path(out));
        all.addAll(List.of(more));
        return Commands.run(all.toArray(String[]::new));
    }

    private static JsonNode model(String out) throws IOException {
        return MAPPER.readTree(folder.resolve(out).resolve("model.json").toFile());
    }

    private static List<Row> rows(String table, String... columns) {
        return spark.read()
                .parquet(path(table))
                .orderBy("row")
                .select(java.util.Arrays.stream(columns)
                        .map(functions::col)
                        .toArray(org.apache.spark.sql.Column[]::new))
                .collectAsList();
    }

    private static void assertSame(List<Row> expected, List<Row> found) {
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < expected.size(); i++) {
            for (int c = 0; c < expected.get(i).size(); c++) {
                assertEquals(expected.get(i).getDouble(c), found.get(i).getDouble(c), SAME);
            }
        }
    }

    private static final String[] FIGURES = {
        "link_population",
        "se_link_population",
        "response_marginal",
        "se_response_marginal",
        "link_conditional",
        "se_link_conditional"
    };

    @ParameterizedTest
    @ValueSource(ints = {3, 6, 8})
    void nothingDependsOnTheOriginButWhatIsSaidOfIt(int k) throws IOException {
        String far = "far" + k;
        BigDecimal added = BigDecimal.TEN.pow(k);
        write(far, added);
        assertEquals(0, fit(far, far, "--write-fitted").code());
        JsonNode before = model("near");
        JsonNode after = model(far);
        assertEquals(-1016.98117, after.at("/logLik").asDouble(), 1e-5);
        assertEquals(before.at("/logLik").asDouble(), after.at("/logLik").asDouble(), 1e-6);
        assertEquals(0.18473, after.at("/random/0/sd/1").asDouble(), 1e-5);
        for (String figure : List.of("estimate", "se", "robustSe")) {
            String at = "/fixed/1/" + figure;
            assertEquals(before.at(at).asDouble(), after.at(at).asDouble(), 1e-6);
        }
        assertEquals(0, after.at("/warnings").size());
        assertSame(rows("near/fitted", FIGURES), rows(far + "/fitted", FIGURES));

        double c = added.doubleValue();
        List<Row> near = effects("near");
        List<Row> led = effects(far);
        for (int i = 0; i < near.size(); i++) {
            assertEquals(near.get(i).getDouble(1), led.get(i).getDouble(1), SAME);
            assertEquals(near.get(i).getDouble(2), led.get(i).getDouble(2), SAME);
            assertEquals(
                    near.get(i).getDouble(0),
                    led.get(i).getDouble(0) + c * led.get(i).getDouble(1),
                    SAME);
        }

        assertEquals(
                contrast("near", "(Intercept) + 0.5*x"),
                contrast(
                        far, "(Intercept) + " + added.add(new BigDecimal("0.5")).toPlainString() + "*x"));
    }

    private static List<Row> effects(String model) {
        return spark.read()
                .parquet(path(model + "/random_effects"))
                .orderBy("id")
                .select("re_intercept", "re_x", "se_x")
                .collectAsList();
    }

    /** The figures behind a contrast's name, to the digits shown. */
    private static String contrast(String model, String contrast) {
        Commands done = Commands.run("contrast", "--model", path(model), contrast);
        assertEquals(0, done.code(), done.err());
        String line = done.out()
                .lines()
                .filter(l -> l.startsWith(contrast))
                .findFirst()
                .orElseThrow();
        return line.substring(contrast.length()).strip();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void aSavedFitPredictsTheSameOrLeavesItOut(int k) throws IOException {
        String far = "saved" + k;
        write(far, BigDecimal.TEN.pow(k));
        assertEquals(0, fit(far, far).code());
        for (String name : List.of("near", far)) {
            List<String> lines = new ArrayList<>(Files.readAllLines(folder.resolve(name + ".csv")));
            // Every third person is one the fit never saw.
            for (int i = 1; i < lines.size(); i++) {
                lines.set(i, i / 6 % 3 == 0 ? "new" + lines.get(i) : lines.get(i));
            }
            Files.write(folder.resolve(name + "-new.csv"), lines);
            Commands done = Commands.run(
                    "predict",
                    "--quiet",
                    "--model",
                    path(name),
                    "--data",
                    path(name + "-new.csv"),
                    "--out",
                    path(name + k + "-predicted"));
            assertEquals(0, done.code(), done.err());
        }
        String[] without = java.util.Arrays.copyOf(FIGURES, FIGURES.length - 1);
        assertSame(rows("near" + k + "-predicted", without), rows(far + k + "-predicted", without));
        List<Row> before = rows("near" + k + "-predicted", "se_link_conditional", "effects");
        List<Row> after = rows(far + k + "-predicted", "se_link_conditional", "effects");
        for (int i = 0; i < before.size(); i++) {
            boolean isNew = before.get(i).getString(1).equals("rows");
            assertEquals(before.get(i).getString(1), after.get(i).getString(1));
            if (isNew || k == 4) {
                assertEquals(before.get(i).getDouble(0), after.get(i).getDouble(0), isNew ? SAME : 1e-4);
            } else {
                // A variance of 1 beside ones of 1e16.
                assertTrue(after.get(i).isNullAt(0));
            }
        }
    }

    @Test
    void aFitGoesOnFromAnotherOrigin() throws IOException {
        write("start", BigDecimal.TEN.pow(5));
        assertEquals(0, fit("start", "start").code());
        assertEquals(0, fit("start", "again", "--start", path("start")).code());
        assertTrue(model("again").at("/optimizer/passes").asInt()
                <= model("start").at("/optimizer/passes").asInt());
        assertEquals(
                model("start").at("/logLik").asDouble(),
                model("again").at("/logLik").asDouble(),
                1e-6);
    }

    @Test
    void digitsThatAreGoneAreSaidToBe() throws IOException {
        write("gone", BigDecimal.TEN.pow(12));
        Commands refused = fit("gone", "gone");
        assertEquals(3, refused.code());
        assertTrue(refused.err().contains("covariate x lies so far from 0"), refused.err());
        assertFalse(Files.exists(folder.resolve("gone").resolve("model.json")));
    }
}
