package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkglmm.spark.output.ModelFiles;

/**
 * Every reference fit of data-samples, from the file to the folder, by the command a user would type. Tolerances are the
 * case's own, with its reason.
 */
class ReferenceFitsTest {
    private static SparkSession spark;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        spark = TestSession.get();
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    static List<Path> cases() throws IOException {
        List<Path> out = ReferenceCommand.files("cases");
        assertTrue(out.size() >= 60, "reference cases found");
        return out;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithTheReference(Path file) throws IOException {
        JsonNode reference = ReferenceCommand.read(file);
        int code = Main.run(ReferenceCommand.fit(file, reference, folder.resolve("out")));
        assertEquals(reference.path("exitCode").asInt(0), code, "exit code");
        JsonNode model = ReferenceCommand.read(folder.resolve("out/model.json"));
        List<Executable> checks = new ArrayList<>();
        checks.add(() -> assertEquals(List.of(), ModelSchema.violations(model), "schema of model.json"));
        String text = Files.readString(folder.resolve("out/model.json"));
        checks.add(() -> assertEquals(text, ModelFiles.readAndWritten(text), "read and written again"));
        compare(reference.get("expected"), reference.get("tolerance"), model, checks);
        compareModes(
                reference.get("expected"),
                reference.get("tolerance"),
                reference.get("idColumn").asText(),
                checks);
        assertAll(checks);
    }

    private static void compare(JsonNode expected, JsonNode tolerance, JsonNode model, List<Executable> checks) {
        checks.add(() -> assertEquals(
                expected.get("nObservations").asLong(),
                model.get("nObservations").asLong(),
                "rows"));
        checks.add(() -> assertEquals(
                expected.get("nClusters").asLong(), model.get("nClusters").asLong(), "clusters"));
        checks.add(() -> assertEquals(
                expected.get("nParameters").asLong(), model.get("nParameters").asLong(), "parameters"));
        checks.add(() -> assertEquals(
                expected.get("logLik").asDouble(),
                model.get("logLik").asDouble(),
                tolerance.get("logLikAbs").asDouble(),
                "logLik"));
        Map<String, JsonNode> fixed = byTerm(model.get("fixed"));
        compareCoefficients("fixed effect", expected.get("fixed"), fixed, tolerance, checks);
        compareOwn(expected, tolerance, model.get("extra"), checks);
        expected.path("robustSe")
                .fields()
                .forEachRemaining(e -> checks.add(() -> assertEquals(
                        e.getValue().asDouble(),
                        fixed.get(e.getKey()).get("robustSe").asDouble(),
                        // The tabulated robust errors have six decimals.
                        Math.max(
                                6e-7,
                                tolerance.get("seRel").asDouble() * e.getValue().asDouble()),
                        "robust standard error of " + e.getKey())));
        if (expected.path("sigma").isNumber()) {
            checks.add(() -> assertEquals(
                    expected.get("sigma").asDouble(),
                    model.get("extra").get("sigma").asDouble(),
                    tolerance.get("sdRel").asDouble() * expected.get("sigma").asDouble(),
                    "sigma"));
        }
        for (int t = 0; t < expected.get("sd").size(); t++) {
            JsonNode term = expected.get("sd").get(t);
            JsonNode found = model.get("random").get(t);
            checks.add(() -> assertEquals(
                    term.get("terms").toString(), found.get("terms").toString(), "terms"));
            for (int r = 0; r < term.get("sd").size(); r++) {
                double sd = term.get("sd").get(r).asDouble();
                double got = found.get("sd").get(r).asDouble();
                double within = Math.max(
                        tolerance.get("sdRel").asDouble() * sd,
                        tolerance.path("sdAbs").asDouble(0));
                checks.add(() -> assertEquals(sd, got, within, "sd of " + term.get("terms")));
                for (int c = 0; c < r; c++) {
                    JsonNode corr = term.path("corr").path(r).path(c);
                    double gotCorr = found.get("corr").get(r).get(c).asDouble();
                    if (corr.isNumber() && sd > 0 && term.get("sd").get(c).asDouble() > 0) {
                        checks.add(() -> assertEquals(
                                corr.asDouble(),
                                gotCorr,
                                tolerance.path("corrAbs").asDouble(1e-3),
                                "correlation"));
                    }
                }
            }
        }
    }

    private static Map<String, JsonNode> byTerm(JsonNode table) {
        Map<String, JsonNode> out = new HashMap<>();
        table.forEach(f -> out.put(f.get("term").asText(), f));
        return out;
    }

    private static void compareCoefficients(
            String what, JsonNode expected, Map<String, JsonNode> all, JsonNode tolerance, List<Executable> checks) {
        checks.add(() -> assertEquals(expected.size(), all.size(), "number of " + what + "s"));
        expected.fields()
                .forEachRemaining(e -> checks.add(() -> {
                    JsonNode found = all.get(e.getKey());
                    assertTrue(found != null, "no " + what + " " + e.getKey() + " in " + all.keySet());
                    double se = e.getValue().get("se").asDouble();
                    assertEquals(
                            e.getValue().get("estimate").asDouble(),
                            found.get("estimate").asDouble(),
                            tolerance.get("fixedInSe").asDouble() * se,
                            "estimate of " + what + " " + e.getKey());
                    assertEquals(
                            se,
                            found.get("se").asDouble(),
                            tolerance.get("seRel").asDouble() * se,
                            "standard error of " + what + " " + e.getKey());
                }));
    }

    /** The family's own parameters: constants, thresholds, zero inflation, dispersion. */
    private static void compareOwn(JsonNode expected, JsonNode tolerance, JsonNode extra, List<Executable> checks) {
        expected.path("extra")
                .fields()
                .forEachRemaining(e -> checks.add(() -> assertEquals(
                        e.getValue().asDouble(),
                        extra.path(e.getKey()).asDouble(),
                        tolerance.get("sdRel").asDouble() * e.getValue().asDouble(),
                        e.getKey())));
        for (String part : List.of("zi", "dispersion")) {
            if (expected.path(part).isObject()) {
                compareCoefficients(
                        part + " coefficient", expected.get(part), byTerm(extra.path(part)), tolerance, checks);
            }
        }
        expected.path("thresholds")
                .fields()
                .forEachRemaining(e -> checks.add(() -> {
                    double se = expected.get("threshold_se").get(e.getKey()).asDouble();
                    assertEquals(
                            e.getValue().asDouble(),
                            extra.path("thresholds").path(e.getKey()).asDouble(),
                            tolerance.get("fixedInSe").asDouble() * se,
                            "threshold " + e.getKey());
                    assertEquals(
                            se,
                            extra.path("thresholdSe").path(e.getKey()).asDouble(),
                            tolerance.get("seRel").asDouble() * se,
                            "standard error of threshold " + e.getKey());
                }));
    }

    private void compareModes(JsonNode expected, JsonNode tolerance, String idColumn, List<Executable> checks) {
        if (!expected.path("modes").isArray() || expected.get("modes").isEmpty()) {
            return;
        }
        Map<String, Row> byId = new HashMap<>();
        spark.read()
                .parquet(folder.resolve("out/random_effects").toString())
                .collectAsList()
                .forEach(r -> byId.put(String.valueOf(r.<Object>getAs(idColumn)), r));
        expected.get("modes").forEach(m -> {
            Row row = byId.get(m.get("id").asText());
            checks.add(() -> assertTrue(row != null, "person " + m.get("id") + " of the reference"));
            if (row == null) {
                return;
            }
            int q = m.get("mode").size();
            for (int r = 0; r < q; r++) {
                double mode = m.get("mode").get(r).asDouble();
                JsonNode sd = m.get("condSd").get(r);
                double got = row.getDouble(2 + r);
                double gotSd = row.getDouble(2 + q + r);
                double within = sd.isNumber()
                        ? tolerance.get("modeInSd").asDouble() * sd.asDouble()
                        : Math.max(1e-9, tolerance.path("sdAbs").asDouble(0));
                checks.add(() -> assertEquals(mode, got, within, "mode of " + m.get("id")));
                if (sd.isNumber()) {
                    checks.add(() -> assertEquals(
                            sd.asDouble(), gotSd, 1e-3 * sd.asDouble(), "conditional sd of " + m.get("id")));
                }
            }
        });
    }
}
