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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        assertEquals(0, fitPlain("near", "near", "--write-fitted").code());
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

    private static Commands fitPlain(String data, String out, String... more) {
        return fit(FORMULA, data, out, more);
    }

    private static Commands fit(String formula, String data, String out, String... more) {
        List<String> all = new ArrayList<>(List.of(
                "fit",
                "--quiet",
                "--data",
                path(data + ".csv"),
                "--formula",
                formula,
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
        assertEquals(0, fitPlain(far, far, "--write-fitted").code());
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
        assertEquals(0, fitPlain(far, far).code());
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
            assertEquals(before.get(i).getDouble(0), after.get(i).getDouble(0), SAME);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {6, 8})
    void fittedRowsArePredictedAsTheFitWroteThem(int k) throws IOException {
        String far = "rows" + k;
        write(far, BigDecimal.TEN.pow(k));
        assertEquals(0, fitPlain(far, far, "--write-fitted").code());
        Commands done = Commands.run(
                "predict",
                "--quiet",
                "--model",
                path(far),
                "--data",
                path(far + ".csv"),
                "--out",
                path(far + "-predicted"));
        assertEquals(0, done.code(), done.err());
        Set<String> kept = new HashSet<>();
        spark.read()
                .parquet(path(far + "/random_effects"))
                .filter("derivatives is not null")
                .select("id")
                .collectAsList()
                .forEach(row -> kept.add(row.getString(0)));
        assertTrue(kept.size() > 10, "persons whose effects move with the parameters: " + kept.size());
        List<Row> written =
                spark.read().parquet(path(far + "/fitted")).orderBy("row").collectAsList();
        List<Row> predicted =
                spark.read().parquet(path(far + "-predicted")).orderBy("row").collectAsList();
        assertEquals(written.size(), predicted.size());
        for (int i = 0; i < written.size(); i++) {
            Row expected = written.get(i);
            for (String column : expected.schema().fieldNames()) {
                if (column.contains("link_") || column.contains("response_")) {
                    double value = expected.getAs(column);
                    boolean isJoint = column.startsWith("se_")
                            && column.endsWith("conditional")
                            && !kept.contains(expected.<String>getAs("id"));
                    // Errors of persons whose derivatives are not kept, since they move none by more than 1%.
                    double tolerance = isJoint ? 0.0103 : 1e-6;
                    assertEquals(value, predicted.get(i).<Double>getAs(column), tolerance * Math.abs(value), column);
                }
            }
        }
    }

    /** Levels f and h by row with no row in (a, v), z a multiple of x, and new rows that are in (a, v) or break the multiple. */
    private static void writeDependent(String name, BigDecimal added) throws IOException {
        write(name, added);
        List<String> lines = Files.readAllLines(folder.resolve(name + ".csv"));
        List<String> out = new ArrayList<>(List.of(lines.get(0) + ",f,h,z"));
        for (int i = 1; i < lines.size(); i++) {
            BigDecimal z = new BigDecimal(lines.get(i).split(",", -1)[2])
                    .multiply(BigDecimal.valueOf(2))
                    .add(BigDecimal.ONE);
            String cell = List.of("a,u", "b,u", "b,v").get(i % 3);
            out.add(lines.get(i) + "," + cell + "," + z.toPlainString());
        }
        Files.write(folder.resolve(name + ".csv"), out);
        for (int i = 1; i < out.size(); i++) {
            String[] cells = out.get(i).split(",", -1);
            if (i % 7 == 0) {
                cells[5] = "a";
                cells[6] = "v";
            } else if (i % 7 == 1) {
                cells[7] = new BigDecimal(cells[7]).add(new BigDecimal("0.001")).toPlainString();
            }
            out.set(i, String.join(",", cells));
        }
        Files.write(folder.resolve(name + "-new.csv"), out);
    }

    /** Rows in an empty cell and rows that break a multiple are those without a prediction, whatever the origin. */
    @ParameterizedTest
    @CsvSource({"8, x * f * h, 0", "4, x + z + f * h, 0;1", "3, x * f * h + z, 0;1"})
    void whatTheDataDoNotDetermineDoesNotDependOnTheOrigin(int k, String fixed, String missing) throws IOException {
        String[] names = {"dependent" + k, "dependent-far" + k};
        List<String> printed = new ArrayList<>();
        for (String name : names) {
            writeDependent(name, name.equals(names[0]) ? BigDecimal.ZERO : BigDecimal.TEN.pow(k));
            Commands fitted = fit("yg ~ " + fixed + " + (1 + x | id)", name, name, "--write-fitted");
            assertEquals(0, fitted.code(), fitted.out() + fitted.err());
            assertTrue(fitted.out().contains("f a × h v has no rows"), fitted.out());
            for (String data : List.of("", "-new")) {
                Commands done = Commands.run(
                        "predict",
                        "--quiet",
                        "--model",
                        path(name),
                        "--data",
                        path(name + data + ".csv"),
                        "--out",
                        path(name + data + "-predicted"));
                assertEquals(0, done.code(), done.err());
                printed.add(done.out()
                        .lines()
                        .filter(l -> l.contains("no prediction"))
                        .findFirst()
                        .orElse("")
                        .replaceFirst("\\(.*", ""));
            }
            Commands contrasts =
                    Commands.run("contrast", "--model", path(name), "hv", "fb", "fb + hv", "x", "(Intercept)");
            assertEquals(0, contrasts.code(), contrasts.err());
            StringBuilder which = new StringBuilder();
            contrasts.out().lines().skip(1).limit(5).forEach(l -> which.append(l.contains("NA  ") ? "-" : "+"));
            printed.add(which.toString());
        }
        assertEquals(printed.subList(0, 3), printed.subList(3, 6));
        assertTrue(printed.get(0).isEmpty(), printed.get(0));
        assertTrue(printed.get(1).contains("no prediction"), printed.get(1));
        String[] figures = {"link_population", "se_link_population", "response_marginal", "link_conditional"};
        assertSame(rows(names[0] + "-predicted", figures), rows(names[1] + "-predicted", figures));
        assertSame(rows(names[1] + "/fitted", figures), rows(names[1] + "-predicted", figures));
        List<Row> near = rows(names[0] + "-new-predicted", figures);
        List<Row> far = rows(names[1] + "-new-predicted", figures);
        for (int i = 0; i < near.size(); i++) {
            boolean isMissing = List.of(missing.split(";")).contains(String.valueOf((i + 1) % 7));
            for (int c = 0; c < figures.length; c++) {
                assertEquals(isMissing, near.get(i).isNullAt(c), "near, row " + i);
                assertEquals(isMissing, far.get(i).isNullAt(c), "far, row " + i);
                if (!isMissing) {
                    assertEquals(near.get(i).getDouble(c), far.get(i).getDouble(c), SAME);
                }
            }
        }
    }

    /** Of two columns so far out, one may be a curve of the other whose bend has no digits left. */
    @Test
    void aMultipleSoFarOutThatItCannotBeToldIsRefused() throws IOException {
        writeDependent("multiple", BigDecimal.TEN.pow(8));
        Commands refused = fit("yg ~ x + z + (1 + x | id)", "multiple", "multiple");
        assertEquals(3, refused.code());
        assertTrue(refused.err().contains("column z lies so far from 0"), refused.err());
    }

    @Test
    void aFitGoesOnFromAnotherOrigin() throws IOException {
        write("start", BigDecimal.TEN.pow(5));
        assertEquals(0, fitPlain("start", "start").code());
        assertEquals(0, fitPlain("start", "again", "--start", path("start")).code());
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
        Commands refused = fitPlain("gone", "gone");
        assertEquals(3, refused.code());
        assertTrue(refused.err().contains("covariate x lies so far from 0"), refused.err());
        assertFalse(Files.exists(folder.resolve("gone").resolve("model.json")));
    }
}
