package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.ml.Glmm;
import org.sparkglmm.ml.GlmmModel;

/** No file of somebody else's is lost, nothing is written where something is read, and a model's effects are its own. */
class WritingTest {
    private static final String FORMULA = "y ~ time + (1 | id)";

    @TempDir
    private static Path folder;

    @BeforeAll
    static void fits() throws IOException {
        TestSession.get();
        table("data.csv", 40, 1);
        table("other.csv", 40, 2);
        table("fewer.csv", 39, 3);
        assertEquals(0, fit("data.csv", FORMULA, "fit").code());
        assertEquals(0, fit("other.csv", FORMULA, "other").code());
        assertEquals(0, fit("fewer.csv", FORMULA, "fewer").code());
        fit("data.csv", "y ~ time + (1 + time | id)", "slopes");
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    private static void table(String name, int persons, int seed) throws IOException {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder("id,y,time\n");
        for (int i = 0; i < persons; i++) {
            double own = random.nextGaussian();
            for (int j = 0; j < 4; j++) {
                text.append(i).append(',').append(own + random.nextGaussian()).append(',');
                text.append(j).append('\n');
            }
        }
        Files.writeString(folder.resolve(name), text);
    }

    private static String path(String name) {
        return folder.resolve(name).toString();
    }

    private static Commands fit(String data, String formula, String out, String... more) {
        return run(
                Stream.of(
                        "fit", "--quiet", "--formula", formula, "--family", "gaussian", "--data", path(data), "--out"),
                Stream.concat(Stream.of(path(out)), Stream.of(more)));
    }

    private static Commands predict(String model, String... more) {
        return run(
                Stream.of("predict", "--quiet", "--model", path(model), "--data", path("data.csv"), "--on-exists"),
                Stream.concat(
                        Stream.of("overwrite"),
                        Stream.of(more.length > 0 ? more : new String[] {"--out", path("predicted")})));
    }

    private static Commands run(Stream<String> some, Stream<String> more) {
        return Commands.run(Stream.concat(some, more).toArray(String[]::new));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : all.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private static void remove(Path top) throws IOException {
        try (Stream<Path> all = Files.walk(top)) {
            for (Path file : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void assertRefused(int code, String words, Commands ran) {
        assertEquals(code, ran.code(), ran.err());
        assertTrue(ran.err().contains(words), ran.err());
        assertEquals(1, ran.err().lines().count(), ran.err());
    }

    @Test
    void everyCommandThatWritesAFolderSparesWhatItDidNotWrite() throws IOException {
        List<List<String>> commands = List.of(
                List.of("generate", "--persons", "50", "--files", "1"),
                List.of("predict", "--quiet", "--model", path("fit"), "--data", path("data.csv")),
                List.of("simulate", "--quiet", "--model", path("fit"), "--data", path("data.csv")),
                List.of("trajectories", "--quiet", "--model", path("fit"), "--time", "time", "--grid", "0:3"),
                List.of("fit", "--quiet", "--formula", FORMULA, "--family", "gaussian", "--data", path("data.csv")));
        for (List<String> command : commands) {
            Path out = folder.resolve("own_" + command.get(0));
            List<String> to = List.of("--out", out.toString(), "--on-exists", "overwrite");
            for (int again = 0; again < 2; again++) {
                Commands ran = run(command.stream(), to.stream());
                assertEquals(0, ran.code(), ran.err());
            }
            Path mine = out.resolve("sub/thesis.txt");
            Files.createDirectories(mine.getParent());
            Files.writeString(mine, "years of work");
            assertRefused(5, "sub/thesis.txt", run(command.stream(), to.stream()));
            assertEquals("years of work", Files.readString(mine));
            remove(mine.getParent());
            try (Stream<Path> files = Files.list(out)) {
                Path some = files.filter(f -> Files.isRegularFile(f) && !f.endsWith("_spark_glmm"))
                        .filter(f -> !f.endsWith("_SUCCESS"))
                        .findFirst()
                        .orElseThrow();
                Files.writeString(some, Files.readString(some, java.nio.charset.StandardCharsets.ISO_8859_1) + "mine");
                assertRefused(5, some.getFileName() + " (changed)", run(command.stream(), to.stream()));
            }
            assertFalse(Files.exists(folder.resolve(".own_" + command.get(0))));
        }
    }

    @Test
    void aSavedModelToo() throws IOException {
        Dataset<Row> table = TestSession.get()
                .read()
                .option("header", "true")
                .option("inferSchema", "true")
                .csv(path("data.csv"));
        GlmmModel model = new Glmm().setFormula(FORMULA).setFamily("gaussian").fit(table);
        model.save(path("saved"), "error");
        model.save(path("saved"), "overwrite");
        Files.writeString(folder.resolve("saved/random_effects/notes.txt"), "mine");
        assertTrue(assertThrows(RuntimeException.class, () -> model.save(path("saved"), "overwrite"))
                .getMessage()
                .contains("random_effects/notes.txt"));
        Files.delete(folder.resolve("saved/random_effects/notes.txt"));
        assertEquals(0, predict("saved").code());
        Dataset<Row> own = TestSession.get().read().parquet(path("saved/random_effects"));
        GlmmModel ofOwn = new Glmm()
                .setFormula("re_intercept ~ n_obs + (1 | id)")
                .setFamily("gaussian")
                .fit(own.union(own));
        assertThrows(UsageException.class, () -> ofOwn.save(path("saved"), "overwrite"));
        assertEquals(40, own.count());
    }

    @Test
    void nothingIsWrittenWhereSomethingIsRead() throws IOException {
        Files.createSymbolicLink(folder.resolve("link"), folder.resolve("fit"));
        assertRefused(2, "which is read", predict("fit", "--out", path("link")));
        assertRefused(2, "which is read", predict("link", "--out", path("fit/predicted")));
        assertRefused(
                2,
                "which is read",
                fit("data.csv", FORMULA, "fit", "--on-exists", "overwrite", "--start", path("link")));
        Path config = Files.createDirectories(folder.resolve("settings")).resolve("fit.config");
        Files.writeString(config, "nodes = 1\n");
        assertRefused(
                2,
                "which is read",
                fit("data.csv", FORMULA, "settings", "--on-exists", "overwrite", "--config", config.toString()));
        assertTrue(Files.exists(config));
        // The folder that a link among the table's files leads to is what this program wrote, and read.
        assertEquals(0, predict("fit", "--out", path("pred")).code());
        Path table = Files.createDirectories(folder.resolve("table"));
        try (Stream<Path> parts = Files.list(folder.resolve("pred"))) {
            Path part = parts.filter(p -> p.toString().endsWith(".parquet"))
                    .findFirst()
                    .orElseThrow();
            Files.createSymbolicLink(table.resolve("part.parquet"), part);
        }
        Commands ran = Commands.run(
                "simulate",
                "--quiet",
                "--model",
                path("fit"),
                "--data",
                table.toString(),
                "--out",
                path("pred"),
                "--on-exists",
                "overwrite");
        assertRefused(2, "files that the table is read from", ran);
    }

    @Test
    void aStatusHasAPlaceOfItsOwn() throws IOException {
        assertRefused(
                2, "--status", fit("data.csv", FORMULA, "with_status", "--status", path("with_status/status.json")));
        assertFalse(Files.exists(folder.resolve("with_status")));
        assertRefused(2, "--status", predict("fit", "--out", path("p"), "--status", path("fit/status.json")));
        assertFalse(Files.exists(folder.resolve("fit/status.json")));
        Path mine = folder.resolve("mine.json");
        Files.writeString(mine, "{\"exitCode\":0, \"of\":\"something else\"}");
        Commands ran = predict("fit", "--out", path("p"), "--status", mine.toString());
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.err().contains("warning: --status"), ran.err());
        assertTrue(Files.readString(mine).contains("something else"));
        Path link = Files.createSymbolicLink(folder.resolve("status_link"), folder.resolve("status_real"));
        for (int again = 0; again < 2; again++) {
            assertEquals(
                    "",
                    predict("fit", "--out", path("p"), "--status", link.toString())
                            .err());
        }
        assertTrue(Files.isSymbolicLink(link));
        assertTrue(Files.readString(folder.resolve("status_real")).contains("\"exitCode\":0"));
    }

    @Test
    void aReportThatSomebodyChangedIsKept() throws IOException {
        copy(folder.resolve("fit"), folder.resolve("reported"));
        Path report = folder.resolve("reported/report.html");
        byte[] written = Files.readAllBytes(report);
        Files.writeString(report, "my remarks");
        Commands ran = Commands.run("report", "--model", path("reported"));
        assertEquals(0, ran.code(), ran.err());
        assertArrayEquals(written, Files.readAllBytes(report));
        Path kept = Path.of(ran.err().strip().replaceFirst(".* now ", ""));
        assertEquals("my remarks", Files.readString(kept));
        Files.delete(kept);
        // Of an earlier version: what is not the same bytes but what was written gives way, and the folder stays ours.
        byte[] longer = (new String(written, java.nio.charset.StandardCharsets.UTF_8) + "\n")
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Files.write(report, longer);
        for (String name : List.of("_spark_glmm", "manifest.json")) {
            Path list = folder.resolve("reported").resolve(name);
            JsonNode root = new ObjectMapper().readTree(list.toFile());
            for (JsonNode file : root.path(name.equals("manifest.json") ? "outputs" : "files")) {
                if (file.path("file").asText().equals("report.html")) {
                    ((ObjectNode) file).put("bytes", longer.length);
                }
            }
            Files.writeString(list, root.toString());
        }
        Path mark = folder.resolve("reported/_spark_glmm");
        Files.writeString(
                mark,
                Files.readString(mark)
                        .replaceFirst(
                                "(\"manifest.json\",\"bytes\":)\\d+",
                                "$1" + Files.size(folder.resolve("reported/manifest.json"))));
        ran = Commands.run("report", "--model", path("reported"));
        assertEquals("", ran.err());
        assertArrayEquals(written, Files.readAllBytes(report));
        assertEquals(
                0,
                fit("data.csv", FORMULA, "reported", "--on-exists", "overwrite").code());
    }

    /** A copy of the fit whose effects something has happened to. */
    private interface Change {
        void to(Path effects) throws IOException;
    }

    private static Commands predictAfter(String name, Change change) throws IOException {
        Path copy = folder.resolve(name);
        copy(folder.resolve("fit"), copy);
        change.to(copy.resolve("random_effects"));
        Commands ran = predict(name);
        remove(copy);
        return ran;
    }

    private static Path part(Path effects) throws IOException {
        try (Stream<Path> parts = Files.list(effects)) {
            return parts.filter(p -> p.toString().endsWith(".parquet"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void effectsThatAreNotTheModelsAreRefused() throws IOException {
        for (String other : List.of("other", "fewer", "slopes")) {
            assertRefused(3, "does not belong to its model.json", predictAfter("c_" + other, effects -> {
                remove(effects);
                copy(folder.resolve(other).resolve("random_effects"), effects);
            }));
        }
        assertRefused(3, "no random_effects in", predictAfter("c_gone", WritingTest::remove));
        assertRefused(3, "no Parquet file", predictAfter("c_empty", effects -> {
            remove(effects);
            Files.createDirectory(effects);
        }));
        assertRefused(
                3,
                "damaged, or no Parquet file",
                predictAfter("c_notes", effects -> Files.writeString(effects.resolve("notes.txt"), "mine")));
        assertRefused(3, "random_effects", predictAfter("c_cut", effects -> {
            byte[] bytes = Files.readAllBytes(part(effects));
            Files.write(part(effects), java.util.Arrays.copyOf(bytes, bytes.length / 2));
        }));
        assertRefused(3, "80 rows, and the fit wrote 40", predictAfter("c_twice", effects -> {
            try (Stream<Path> parts = Files.list(effects)) {
                for (Path part :
                        parts.filter(p -> p.toString().endsWith(".parquet")).toList()) {
                    Files.copy(part, effects.resolve("copy-of-" + part.getFileName()));
                }
            }
        }));
        // The same person's effects in another model of the same persons: every number is likely, none is right.
        assertRefused(3, "not those that the fit wrote", predictAfter("c_row", effects -> {
            Path changed = effects.resolveSibling("changed");
            TestSession.get()
                    .read()
                    .parquet(effects.toString())
                    .selectExpr(
                            "id",
                            "n_obs",
                            "if(id = 7, re_intercept + 1e-13, re_intercept) re_intercept",
                            "se_intercept",
                            "influence")
                    .write()
                    .parquet(changed.toString());
            remove(effects);
            Files.move(changed, effects);
        }));
    }

    @Test
    void aFolderThatWasCopiedOrLostItsManifestWorks() throws IOException {
        assertEquals(0, predict("fit").code());
        List<Row> rows = predictions();
        copy(
                folder.resolve("fit"),
                Files.createDirectories(folder.resolve("far/away")).resolve("fit"));
        remove(folder.resolve("far/away/fit/manifest.json"));
        remove(folder.resolve("far/away/fit/_spark_glmm"));
        assertEquals(0, predict("far/away/fit").code());
        assertEquals(rows, predictions());
        // Rows are what counts, not files.
        assertEquals(
                0,
                predictAfter("c_one", effects -> {
                            Path changed = effects.resolveSibling("changed");
                            TestSession.get()
                                    .read()
                                    .parquet(effects.toString())
                                    .orderBy("influence")
                                    .coalesce(1)
                                    .write()
                                    .parquet(changed.toString());
                            remove(effects);
                            Files.move(changed, effects);
                        })
                        .code());
        assertEquals(rows, predictions());
    }

    private static List<Row> predictions() {
        return TestSession.get()
                .read()
                .parquet(path("predicted"))
                .orderBy("id", "time")
                .collectAsList();
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A link that is another would change every prediction without a word. */
    @Test
    void aModelFileThatWasEditedIsRefusedByEveryCommandThatReadsIt() throws IOException {
        Path edited = folder.resolve("edited");
        copy(folder.resolve("fit"), edited);
        String text = Files.readString(edited.resolve("model.json"));
        Files.writeString(edited.resolve("model.json"), text.replaceFirst("\"estimate\" : ", "\"estimate\" : 1"));
        assertRefused(3, " is not what the fit wrote", predict("edited"));
        for (List<String> command : List.of(
                List.of("report", "--model", path("edited")),
                List.of("contrast", "--model", path("edited"), "(Intercept)"),
                List.of("compare", path("edited"), path("fit")))) {
            assertRefused(3, " is not what the fit wrote", Commands.run(command.toArray(String[]::new)));
        }
    }

    @Test
    void modelsOfTheFirstVersionAreHeldToWhatTheyKnow() throws IOException {
        Path old = folder.resolve("old");
        copy(folder.resolve("fit"), old);
        ObjectMapper json = new ObjectMapper();
        ObjectNode model = (ObjectNode) json.readTree(old.resolve("model.json").toFile());
        ((ObjectNode) model.path("provenance")).remove("effects");
        String text = json.writeValueAsString(model);
        Files.writeString(old.resolve("model.json"), text);
        assertRefused(3, "the model.json in ", predict("old"));
        assertRefused(3, " is not what the fit wrote", predict("old"));
        ObjectNode manifest =
                (ObjectNode) json.readTree(old.resolve("manifest.json").toFile());
        for (JsonNode output : manifest.path("outputs")) {
            if (output.path("file").asText().equals("model.json")) {
                ((ObjectNode) output).put("sha256", sha256(text));
            }
        }
        Files.writeString(old.resolve("manifest.json"), json.writeValueAsString(manifest));
        assertEquals(0, predict("old").code());
        for (String other : List.of("other", "slopes")) {
            remove(old.resolve("random_effects"));
            copy(folder.resolve(other).resolve("random_effects"), old.resolve("random_effects"));
            assertRefused(3, "does not belong to its model.json", predict("old"));
        }
        Files.delete(old.resolve("manifest.json"));
        Files.delete(old.resolve("_spark_glmm"));
        remove(old.resolve("random_effects"));
        copy(folder.resolve("fewer/random_effects"), old.resolve("random_effects"));
        assertRefused(3, "it has 39 rows, and the fit has 40", predict("old"));
    }

    @Test
    void theFingerprintIsTheSameForTheSameFit() throws IOException {
        assertEquals(0, fit("data.csv", FORMULA, "again").code());
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("fit/model.json")),
                Files.readAllBytes(folder.resolve("again/model.json")));
        ObjectMapper json = new ObjectMapper();
        String one = json.readTree(folder.resolve("fit/model.json").toFile())
                .at("/provenance/effects")
                .asText();
        String other = json.readTree(folder.resolve("other/model.json").toFile())
                .at("/provenance/effects")
                .asText();
        assertTrue(one.startsWith("40:") && other.startsWith("40:"), one + " " + other);
        assertNotEquals(one, other);
    }
}
