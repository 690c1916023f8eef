package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkglmm.core.fit.FitListener;
import org.sparkglmm.core.fit.PassJournal;
import org.sparkglmm.ml.Glmm;
import org.sparkglmm.spark.output.Checkpoint;
import org.sparkglmm.spark.output.OutputFolder;
import org.sparkglmm.spark.output.OutputFolder.OnExists;

/** A fit that was cut off goes on, and one that is there already is left alone: the same command is good for every attempt. */
class ResumeTest {
    private static final Path DATA = Path.of("../data-samples/toenail/data.csv");
    private static final String FORMULA = "outcome ~ treatment * time + (1 | patientID)";

    @TempDir
    private static Path folder;

    @BeforeAll
    static void start() throws IOException {
        TestSession.get();
        Files.copy(DATA, folder.resolve("data.csv"));
        assertEquals(0, fit("whole").code());
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    private static Commands fit(String out, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "fit",
                "--data",
                path("data.csv"),
                "--family",
                "binomial",
                "--on-exists",
                "resume",
                "--out",
                path(out)));
        if (!Arrays.asList(more).contains("--formula")) {
            arguments.addAll(List.of("--formula", FORMULA));
        }
        arguments.addAll(List.of(more));
        return Commands.run(arguments.toArray(String[]::new));
    }

    private static String path(String name) {
        return folder.resolve(name).toString();
    }

    private static byte[] bytes(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name));
    }

    /** What remains of an attempt whose driver is killed after some passes. */
    private static void killedAfter(int passes, String out) {
        Glmm estimator = new Glmm().setFormula(FORMULA).setFamily("binomial");
        OutputFolder output = OutputFolder.begin(path(out), OnExists.RESUME, new Configuration());
        output.write("summary.txt", "half of it");
        Checkpoint checkpoint = new Checkpoint(output, estimator.settings(), 0, FitListener.SILENT);
        PassJournal mortal = new PassJournal() {
            private int kept;

            @Override
            public boolean begin(long fit) {
                return checkpoint.begin(fit);
            }

            @Override
            public double[] find(long question) {
                return checkpoint.find(question);
            }

            @Override
            public void keep(long question, double[] answer) {
                checkpoint.keep(question, answer);
                if (++kept == passes) {
                    throw new IllegalStateException("killed");
                }
            }
        };
        Dataset<Row> table = TestSession.get()
                .read()
                .option("header", "true")
                .option("inferSchema", "true")
                .csv(path("data.csv"));
        assertEquals(
                "killed",
                assertThrows(IllegalStateException.class, () -> estimator.fit(table, true, mortal, FitListener.SILENT))
                        .getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 9, 30})
    void whatWasCutOffEndsAsIfItHadNotBeen(int passes) throws IOException {
        String out = "killed" + passes;
        killedAfter(passes, out);
        Commands resumed = fit(out);
        assertEquals(0, resumed.code(), resumed.err());
        assertTrue(resumed.err().contains("going on where an earlier attempt was cut off"), resumed.err());
        for (String file : List.of("model.json", "summary.txt", "report.html")) {
            assertArrayEquals(bytes("whole/" + file), bytes(out + "/" + file), file);
        }
        assertEquals(effects("whole"), effects(out));
        assertNothingHiddenOf(out);
    }

    private static List<Row> effects(String out) {
        return TestSession.get()
                .read()
                .parquet(path(out) + "/random_effects")
                .orderBy("patientID")
                .collectAsList();
    }

    private static void assertNothingHiddenOf(String out) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(
                    List.of(),
                    files.map(f -> f.getFileName().toString())
                            .filter(f -> f.startsWith("." + out + "."))
                            .toList());
        }
    }

    @Test
    void anotherFormulaOrOtherDataAreRefused() throws IOException {
        killedAfter(3, "other");
        Commands formula = fit("other", "--formula", "outcome ~ time + (1 | patientID)");
        assertEquals(5, formula.code());
        assertTrue(formula.err().contains("begun with --formula"), formula.err());
        // One outcome less, and the same number of bytes.
        String text = Files.readString(DATA);
        int last = text.lastIndexOf("\n", text.length() - 2) + 1;
        Files.writeString(
                folder.resolve("data.csv"),
                text.substring(0, last) + text.substring(last).replace(",0", ",1"));
        try {
            Commands data = fit("other");
            assertEquals(5, data.code(), data.err());
            assertTrue(data.err().contains("on other data"), data.err());
        } finally {
            Files.writeString(folder.resolve("data.csv"), text);
        }
    }

    @Test
    void theSameCommandAgainChangesNothing() throws IOException {
        assertEquals(0, fit("twice").code());
        byte[] manifest = bytes("twice/manifest.json");
        Commands again = fit("twice");
        assertEquals(0, again.code(), again.err());
        assertTrue(again.out().contains("nothing to do"), again.out());
        assertArrayEquals(manifest, bytes("twice/manifest.json"));
        Commands nodes = fit("twice", "--nodes", "3");
        assertEquals(5, nodes.code());
        assertTrue(nodes.err().contains("with another value of --nodes"), nodes.err());
        Commands fitted = fit("twice", "--write-fitted");
        assertEquals(5, fitted.code());
        assertNothingHiddenOf("twice");
        Files.writeString(folder.resolve("twice/model.json"), "{}");
        Commands damaged = fit("twice");
        assertEquals(5, damaged.code());
        assertTrue(damaged.err().contains("its model.json is not what was written"), damaged.err());
    }

    @Test
    void aStatusFileReplacesNothingButAnother() throws IOException {
        byte[] before = bytes("data.csv");
        Commands ran = fit("whole", "--status", path("data.csv"));
        assertTrue(ran.err().contains("warning: --status"), ran.err());
        assertArrayEquals(before, bytes("data.csv"));
    }

    @Test
    void theManifestTellsWhatAnAuditorAsks() throws IOException {
        JsonNode manifest = new ObjectMapper().readTree(bytes("whole/manifest.json"));
        assertEquals(FORMULA, manifest.path("formula").asText());
        assertEquals("auto", manifest.path("options").path("nodes").asText());
        JsonNode file = manifest.path("input").path("files").path(0);
        assertTrue(file.path("path").asText().endsWith("data.csv"));
        assertEquals(Files.size(DATA), file.path("bytes").asLong());
        assertTrue(file.path("fingerprint").asText().matches("sha256:[0-9a-f]{64}"));
        assertEquals(1908, manifest.path("input").path("rowsUsed").asLong());
        assertEquals(294, manifest.path("input").path("personsUsed").asLong());
        assertTrue(manifest.path("trail").size() > 20, "stages and passes");
        assertEquals(
                "laplace_misleads",
                manifest.path("warnings").path(0).path("code").asText());
        boolean model = false;
        for (JsonNode output : manifest.path("outputs")) {
            Path written = folder.resolve("whole").resolve(output.path("file").asText());
            assertEquals(Files.size(written), output.path("bytes").asLong(), written.toString());
            assertEquals(
                    sha256(Files.readAllBytes(written)), output.path("sha256").asText(), written.toString());
            model |= written.endsWith("model.json");
        }
        assertTrue(model);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aStatusFileTellsHowEveryRunEnded() throws IOException {
        Path status = folder.resolve("status.json");
        assertEquals(0, fit("whole", "--status", status.toString()).code());
        assertStatus(status, 0, "ok");
        assertEquals(2, fit("whole", "--nodes", "0", "--status=" + status).code());
        assertStatus(status, 2, "usage");
        assertEquals(
                2,
                fit("whole", "--status", status.toString(), "--no-such-option").code());
        assertStatus(status, 2, "usage");
        assertEquals(
                5, fit("whole", "--status", status.toString(), "--nodes", "9").code());
        assertStatus(status, 5, "output_exists");
        assertEquals(
                3,
                Commands.run(
                                "check",
                                "--data",
                                path("absent.csv"),
                                "--status",
                                status.toString(),
                                "--family",
                                "binomial",
                                "--formula",
                                FORMULA)
                        .code());
        assertStatus(status, 3, "data");
        assertFalse(Files.exists(folder.resolve(".status.json.writing")));
    }

    private static void assertStatus(Path file, int code, String outcome) throws IOException {
        JsonNode status = new ObjectMapper().readTree(Files.readAllBytes(file));
        assertEquals(code, status.path("exitCode").asInt());
        assertEquals(outcome, status.path("outcome").asText());
        assertEquals(code == 0, status.path("message").asText().isEmpty());
    }
}
