package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkglmm.core.math.StandardNormal;

/** {@code --se robust}: the same estimates, and other z, p and intervals wherever they are shown. */
class RobustAnswersTest {
    private static final double QUANTILE = 1.959963984540054;
    private static final double SAME_FORMULA = 1e-12;

    private static SparkSession spark;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void start() {
        spark = TestSession.get();
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    /** Zero inflation with a covariate, two random effects, thresholds; gaussian, which is fitted by other code. */
    static Stream<Arguments> models() {
        String owls = "SiblingNegotiation ~ FoodTreatment * SexParent + ArrivalTime + (1 | Nest)";
        return Stream.of(
                Arguments.of(
                        "owls",
                        owls,
                        List.of("--family", "nbinom2", "--zi", "~ FoodTreatment", "--nodes", "1"),
                        "ArrivalTime"),
                Arguments.of(
                        "sleepstudy", "Reaction ~ Days + (Days | Subject)", List.of("--family", "gaussian"), "Days"),
                Arguments.of(
                        "wine",
                        "rating ~ temp + contact + (1 | judge)",
                        List.of("--family", "ordinal", "--nodes", "5"),
                        "tempwarm + contactyes"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void changesEveryTestAndInterval(String sample, String formula, List<String> options, String contrast)
            throws IOException {
        JsonNode model = fit(sample, formula, options, "model");
        JsonNode robust = fit(sample, formula, options, "robust");
        assertEquals(model.at("/design/parameters"), robust.at("/design/parameters"), "estimates");
        assertEquals(model.get("covariance"), robust.get("covariance"), "both covariances are always written");

        int tables = 0;
        for (String table : List.of("/fixed", "/marginal", "/extra/zi")) {
            tables += coefficients(table, model.at(table), robust.at(table));
        }
        assertTrue(tables > 0);
        differ("/extra/intervals", model.at("/extra/intervals"), robust.at("/extra/intervals"));
        for (int t = 0; t < model.get("tests").size(); t++) {
            String what = "test of " + model.at("/tests/" + t + "/term");
            for (String type : List.of("typeII", "typeIII")) {
                JsonNode a = model.at("/tests/" + t + "/" + type);
                JsonNode b = robust.at("/tests/" + t + "/" + type);
                assertEquals(a.get("df"), b.get("df"), what);
                assertNotEquals(a.get("chiSquare"), b.get("chiSquare"), what);
                assertNotEquals(a.get("p"), b.get("p"), what);
            }
        }
        for (String ends : List.of("sdLower", "sdUpper")) {
            differ(ends, model.at("/random/0/" + ends), robust.at("/random/0/" + ends));
        }
        for (String ends : List.of("corrLower", "corrUpper")) {
            JsonNode end = model.at("/random/0/" + ends + "/1/0");
            assertTrue(end.isMissingNode() || !end.equals(robust.at("/random/0/" + ends + "/1/0")), ends);
        }
        summaries(sample, contrast);
        predictions(sample);
    }

    private static JsonNode fit(String sample, String formula, List<String> options, String errors) throws IOException {
        Path out = folder.resolve(sample + "_" + errors);
        List<String> arguments = new ArrayList<>(List.of(
                "fit",
                "--quiet",
                "--write-fitted",
                "--data",
                "../data-samples/" + sample + "/data.csv",
                "--formula",
                formula,
                "--se",
                errors,
                "--out",
                out.toString()));
        arguments.addAll(options);
        Commands ran = Commands.run(arguments.toArray(String[]::new));
        assertEquals(ExitCode.OK, ran.code(), ran.err());
        return ReferenceCommand.read(out.resolve("model.json"));
    }

    /** Each z, p and interval from the errors that were asked for, both of which are shown. */
    private static int coefficients(String table, JsonNode model, JsonNode robust) {
        for (int i = 0; i < model.size(); i++) {
            JsonNode a = model.get(i);
            JsonNode b = robust.get(i);
            String what = table + " " + a.get("term").asText();
            for (String same : List.of("estimate", "se", "robustSe")) {
                assertEquals(a.get(same), b.get(same), what);
            }
            rests(what, a, a.get("se").asDouble());
            rests(what, b, b.get("robustSe").asDouble());
            assertNotEquals(a.get("se"), a.get("robustSe"), what);
        }
        return model.size();
    }

    private static void rests(String what, JsonNode row, double error) {
        double estimate = row.get("estimate").asDouble();
        double z = estimate / error;
        assertEquals(z, row.get("z").asDouble(), SAME_FORMULA * Math.abs(z), what);
        double p = 2 * StandardNormal.probability(-Math.abs(z));
        assertEquals(p, row.get("p").asDouble(), 1e-9 * p, what);
        double within = SAME_FORMULA * (Math.abs(estimate) + error);
        assertEquals(estimate - QUANTILE * error, row.get("lower").asDouble(), within, what);
        assertEquals(estimate + QUANTILE * error, row.get("upper").asDouble(), within, what);
        assertEquals(
                Math.exp(row.get("lower").asDouble()),
                row.get("expLower").asDouble(),
                1e-9 * row.get("expLower").asDouble(),
                what);
    }

    private static void differ(String what, JsonNode a, JsonNode b) {
        assertEquals(a.size(), b.size(), what);
        a.fields().forEachRemaining(e -> {
            for (String end : List.of("lower", "upper")) {
                assertNotEquals(e.getValue().get(end), b.get(e.getKey()).get(end), what + " " + e.getKey());
            }
        });
        for (int i = 0; a.isArray() && i < a.size(); i++) {
            assertNotEquals(a.get(i), b.get(i), what + " " + i);
        }
    }

    /** The command contrast follows the fit unless told otherwise. */
    private static void summaries(String sample, String contrast) throws IOException {
        String model = folder.resolve(sample + "_model").toString();
        String robust = folder.resolve(sample + "_robust").toString();
        String text = Files.readString(Path.of(robust, "summary.txt"));
        assertTrue(text.contains("z, p and intervals use the robust standard errors"), text);
        Commands plain = Commands.run("contrast", "--model", model, contrast);
        Commands asFitted = Commands.run("contrast", "--model", robust, contrast);
        assertEquals(ExitCode.OK, asFitted.code(), asFitted.err());
        assertNotEquals(plain.out(), asFitted.out());
        assertTrue(asFitted.out().contains("Standard errors behind z, p and intervals: robust"), asFitted.out());
        assertEquals(
                asFitted.out(),
                Commands.run("contrast", "--model", model, "--se", "robust", contrast)
                        .out());
        assertEquals(
                plain.out(),
                Commands.run("contrast", "--model", robust, "--se", "model", contrast)
                        .out());
    }

    private static void predictions(String sample) {
        Map<String, Row> model = new HashMap<>();
        List<Row> rows = rows(sample + "_model");
        rows.forEach(r -> model.put(key(r), r));
        int errors = 0;
        for (Row row : rows(sample + "_robust")) {
            Row other = model.get(key(row));
            for (String name : row.schema().fieldNames()) {
                boolean missing = row.getAs(name) == null;
                // The reference cell of an ordinal model is 0, whatever the data.
                boolean certain = !missing && row.<Object>getAs(name).equals(0.0);
                if (name.startsWith("se_") && !missing && !certain) {
                    errors++;
                    assertNotEquals(other.<Double>getAs(name), row.<Double>getAs(name), name);
                } else {
                    assertEquals(other.<Object>getAs(name), row.<Object>getAs(name), name);
                }
            }
        }
        assertTrue(errors >= 5 * rows.size(), "errors of population, marginal and conditional predictions");
    }

    /** Rows alike in everything but errors are alike in those. */
    private static String key(Row row) {
        StringBuilder out = new StringBuilder();
        for (String name : row.schema().fieldNames()) {
            if (!name.startsWith("se_")) {
                out.append(row.<Object>getAs(name)).append('|');
            }
        }
        return out.toString();
    }

    private static List<Row> rows(String out) {
        return spark.read().parquet(folder.resolve(out + "/fitted").toString()).collectAsList();
    }
}
