package org.sparkglmm.spark.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkglmm.core.fit.FitListener;
import org.sparkglmm.spark.data.InputFiles;
import org.sparkglmm.spark.output.OutputFolder.OnExists;

/** What is kept comes back to the bit, for the same fit only. */
class CheckpointTest {
    private static final double[] ANSWER = {1.0 / 3, -0.0, Double.NaN, Double.NEGATIVE_INFINITY, Double.MIN_VALUE};
    private static final Map<String, String> SETTINGS = Map.of("formula", "y ~ x + (1 | id)", "nodes", "7");
    private static final long FIT = 0xfeedL;

    @TempDir
    private Path parent;

    private final List<String> said = new ArrayList<>();
    private final FitListener listener = new FitListener() {
        @Override
        public void stage(String name) {
            said.add(name);
        }
    };

    private Checkpoint open(double seconds, Map<String, String> settings) {
        OutputFolder out = OutputFolder.begin(parent.resolve("out").toString(), OnExists.RESUME, new Configuration());
        return new Checkpoint(out, settings, seconds, listener);
    }

    private List<Path> answers() throws IOException {
        try (Stream<Path> files = Files.list(parent.resolve(".out.checkpoint"))) {
            return files.filter(f -> f.getFileName().toString().startsWith("answers-"))
                    .toList();
        }
    }

    @Test
    void answersComeBackToTheBit() {
        Checkpoint first = open(0, SETTINGS);
        assertFalse(first.begin(FIT));
        assertNull(first.find(1));
        first.keep(1, ANSWER);
        first.keep(-2, new double[] {4});
        Checkpoint second = open(0, SETTINGS);
        assertTrue(second.begin(FIT));
        assertArrayEquals(ANSWER, second.find(1));
        assertArrayEquals(new double[] {4}, second.find(-2));
        assertNull(second.find(3));
    }

    @Test
    void answersWaitUntilThereIsEnoughToKeep() throws IOException {
        Checkpoint patient = open(3600, SETTINGS);
        patient.begin(FIT);
        patient.keep(1, ANSWER);
        patient.keep(2, ANSWER);
        assertEquals(0, answers().size());
        patient.flush();
        assertEquals(1, answers().size());
        patient.flush();
        assertEquals(1, answers().size(), "nothing new");
    }

    @Test
    void otherSettingsAndOtherDataAreRefused() {
        open(0, SETTINGS).begin(FIT);
        OutputFolder.Exists other = assertThrows(
                OutputFolder.Exists.class, () -> open(0, Map.of("formula", "y ~ z + (1 | id)", "nodes", "7")));
        assertTrue(other.getMessage().contains("begun with --formula 'y ~ x"), other.getMessage());
        OutputFolder.Exists changed =
                assertThrows(OutputFolder.Exists.class, () -> open(0, SETTINGS).begin(FIT + 1));
        assertTrue(changed.getMessage().contains("other data"), changed.getMessage());
    }

    @Test
    void whatIsDamagedIsComputedAgain() throws IOException {
        Checkpoint first = open(0, SETTINGS);
        first.begin(FIT);
        first.keep(1, ANSWER);
        Files.writeString(answers().get(0), "{\"1\":\"AAA");
        Checkpoint second = open(0, SETTINGS);
        assertFalse(second.begin(FIT));
        assertNull(second.find(1));
        assertEquals(1, said.size(), said.toString());
        assertTrue(said.get(0).contains("answers-") && said.get(0).contains("begins again"), said.toString());
        Files.writeString(parent.resolve(".out.checkpoint/fit.json"), "{");
        assertFalse(open(0, SETTINGS).begin(FIT));
    }

    @Test
    void aFitDoesNotFailBecauseNothingCanBeKept() throws IOException {
        Checkpoint first = open(0, SETTINGS);
        // A file where the folder should be.
        Files.writeString(parent.resolve(".out.checkpoint"), "");
        assertFalse(first.begin(FIT));
        first.keep(1, ANSWER);
        first.keep(2, ANSWER);
        assertEquals(1, said.size(), "said once");
    }

    private Path checkpoint() {
        return parent.resolve(".out.checkpoint");
    }

    /** A checkpoint with two answers in two files. */
    private void writeTwo() {
        Checkpoint first = open(0, SETTINGS);
        first.begin(FIT);
        first.keep(1, ANSWER);
        first.keep(2, ANSWER);
        said.clear();
    }

    /** Nothing of it is used, it is said once, and it can be looked at still. */
    private void assertPutAside(String what) throws IOException {
        said.clear();
        Checkpoint second = open(0, SETTINGS);
        assertFalse(second.begin(FIT), what);
        assertNull(second.find(1), what);
        assertNull(second.find(2), what);
        assertEquals(1, said.size(), what + ": " + said);
        assertTrue(said.get(0).contains("begins again"), said.get(0));
        // It is as good as new for the next.
        second.keep(1, ANSWER);
        Checkpoint third = open(0, SETTINGS);
        assertTrue(third.begin(FIT), what);
        assertArrayEquals(ANSWER, third.find(1), what);
        assertNull(third.find(2), what);
        for (Path left : children(parent)) {
            if (left.getFileName().toString().startsWith(".out.checkpoint")) {
                for (Path file : Files.isDirectory(left) ? children(left) : List.<Path>of()) {
                    Files.delete(file);
                }
                Files.delete(left);
            }
        }
    }

    private static List<Path> children(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void everyFlippedBitAndEveryTruncationIsFound() throws IOException {
        for (boolean about : List.of(true, false)) {
            int length = 1;
            for (int at = 0; at < length; at += 31) {
                for (int kind = 0; kind < 3; kind++) {
                    writeTwo();
                    Path file =
                            about ? checkpoint().resolve("fit.json") : answers().get(at % 2);
                    byte[] bytes = Files.readAllBytes(file);
                    length = bytes.length;
                    int place = Math.min(at, length - 1);
                    byte[] damaged = kind == 0 ? Arrays.copyOf(bytes, place) : bytes.clone();
                    if (kind == 1) {
                        damaged[place] ^= (byte) (1 << (at % 8));
                    } else if (kind == 2) {
                        damaged = Arrays.copyOf(bytes, length + at + 1);
                    }
                    Files.write(file, damaged);
                    assertPutAside(file.getFileName() + " at " + place + ", kind " + kind);
                }
            }
        }
    }

    @Test
    void anotherFitsAnswersAreNotTakenForOurs() throws IOException {
        writeTwo();
        byte[] others = Files.readAllBytes(answers().get(0));
        for (Path file : children(checkpoint())) {
            Files.delete(file);
        }
        writeTwo();
        Files.write(answers().get(0), others);
        assertPutAside("another's answers");
        writeTwo();
        Files.delete(checkpoint().resolve("fit.json"));
        assertPutAside("no fit.json");
    }

    @Test
    void anotherVersionOrSomethingElseIsPutAside() throws IOException {
        for (String text : List.of("", "{}", "null", "spark-glmm checkpoint 2 2 x\n{}", "x".repeat(5_000), "\n")) {
            writeTwo();
            Files.writeString(checkpoint().resolve("fit.json"), text);
            assertPutAside(text.substring(0, Math.min(30, text.length())));
            writeTwo();
            Files.writeString(checkpoint().resolve("answers-foreign.json"), text);
            assertPutAside(text.substring(0, Math.min(30, text.length())));
        }
        // Whole, of a version that wrote no checksums.
        writeTwo();
        String whole = Files.readString(checkpoint().resolve("fit.json"));
        Files.writeString(checkpoint().resolve("fit.json"), whole.substring(whole.indexOf('\n') + 1));
        assertPutAside("without a checksum");
        // Whole, of another version of the program.
        writeTwo();
        String json = whole.substring(whole.indexOf('\n') + 1)
                .replaceFirst("\"version\":\"[^\"]*\"", "\"version\":\"0.0.1\"");
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        Files.writeString(
                checkpoint().resolve("fit.json"),
                "spark-glmm checkpoint 1 " + bytes.length + " " + InputFiles.sha256(bytes) + "\n" + json);
        said.clear();
        assertFalse(open(0, SETTINGS).begin(FIT));
        assertTrue(said.get(0).contains("another version"), said.get(0));
    }

    @Test
    void nobodyElseMayReadIt() throws IOException {
        writeTwo();
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(checkpoint())));
        for (Path file : children(checkpoint())) {
            assertEquals(
                    "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), file.toString());
        }
    }

    @Test
    void whatIsNotOfItInItsFolderStays() throws IOException {
        writeTwo();
        Files.writeString(checkpoint().resolve("mine.txt"), "mine");
        assertTrue(open(0, SETTINGS).begin(FIT));
        OutputFolder.begin(parent.resolve("out").toString(), OnExists.OVERWRITE, new Configuration())
                .abandon();
        assertEquals(List.of(checkpoint().resolve("mine.txt")), children(checkpoint()));
    }
}
