package org.sparkglmm.spark.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.spark.output.OutputFolder.OnExists;

/** A folder is there whole or not at all, whatever an attempt was doing when it was killed. */
class OutputFolderTest {
    @TempDir
    private Path parent;

    private OutputFolder begin(OnExists onExists) {
        return OutputFolder.begin(parent.resolve("out").toString(), onExists, new Configuration());
    }

    private static void fill(OutputFolder folder, String model) {
        folder.write("summary.txt", "summary of " + model);
        folder.writeLast(ModelFile.NAME, model);
    }

    private void write(String model, OnExists onExists) {
        OutputFolder folder = begin(onExists);
        fill(folder, model);
        folder.commit();
        folder.abandon();
    }

    private String model() throws IOException {
        return Files.readString(parent.resolve("out/model.json"));
    }

    /** Names in a folder, hidden ones too. */
    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void nothingIsToBeSeenBeforeTheEndAndNothingElseAfterIt() throws IOException {
        OutputFolder folder = begin(OnExists.ERROR);
        fill(folder, "one");
        assertFalse(Files.exists(parent.resolve("out")));
        folder.commit();
        folder.abandon();
        assertEquals(List.of("out"), names(parent));
        assertEquals(List.of("_spark_glmm", "model.json", "summary.txt"), names(parent.resolve("out")));
    }

    @Test
    void partFilesLoseTheirRandomNames() throws IOException {
        OutputFolder folder = begin(OnExists.ERROR);
        folder.write("random_effects/part-00001-0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9-c000.snappy.parquet", "");
        folder.write("random_effects/_SUCCESS", "");
        folder.commit();
        assertEquals(List.of("_SUCCESS", "part-00001.snappy.parquet"), names(parent.resolve("out/random_effects")));
    }

    @Test
    void leftoversOfAnAttemptThatWasKilledGo() throws IOException {
        fill(begin(OnExists.ERROR), "killed");
        assertEquals(1, names(parent).size());
        write("two", OnExists.ERROR);
        assertEquals(List.of("out"), names(parent));
        assertEquals("two", model());
    }

    @Test
    void anAttemptThatIsStillAliveLeavesTheOutputToTheLaterOne() throws IOException {
        OutputFolder first = begin(OnExists.ERROR);
        fill(first, "first");
        OutputFolder second = begin(OnExists.ERROR);
        fill(second, "second");
        // Spark would make its part of the folder anew.
        Files.createDirectories(Path.of(java.net.URI.create(first.staging()).getPath(), "random_effects"));
        OutputFolder.NotWritable refused = assertThrows(OutputFolder.NotWritable.class, first::commit);
        assertTrue(refused.getMessage().contains("another run"), refused.getMessage());
        first.abandon();
        second.commit();
        assertEquals("second", model());
    }

    @Test
    void aFolderThatWasBeingReplacedIsNotLost() throws IOException {
        write("old", OnExists.ERROR);
        fill(begin(OnExists.OVERWRITE), "new");
        // Killed between the two moves of a commit.
        Files.move(parent.resolve("out"), parent.resolve(".out.old"));
        assertThrows(OutputFolder.Exists.class, () -> begin(OnExists.ERROR));
        assertEquals("old", model());
        write("newer", OnExists.OVERWRITE);
        assertEquals("newer", model());
        assertEquals(List.of("out"), names(parent));
    }

    @Test
    void aFolderThatLacksOnlyTheNameOfItsModelIsFinished() throws IOException {
        write("done", OnExists.ERROR);
        Files.move(parent.resolve("out/model.json"), parent.resolve("out/.last.model.json"));
        assertTrue(begin(OnExists.RESUME).isComplete());
        assertEquals("done", model());
    }

    @Test
    void toResumeIsToLeaveWhatIsCompleteAndToReplaceWhatIsNot() throws IOException {
        assertFalse(begin(OnExists.RESUME).isComplete());
        write("whole", OnExists.RESUME);
        assertTrue(begin(OnExists.RESUME).isComplete());
        assertFalse(begin(OnExists.OVERWRITE).isComplete());
        Files.delete(parent.resolve("out/model.json"));
        write("again", OnExists.RESUME);
        assertEquals("again", model());
    }

    @Test
    void onlyWhatTheProgramWroteIsReplaced() throws IOException {
        Files.createDirectory(parent.resolve("out"));
        Files.writeString(parent.resolve("out/thesis.txt"), "years of work");
        for (OnExists any : OnExists.values()) {
            assertThrows(OutputFolder.Exists.class, () -> begin(any));
        }
        assertEquals(List.of("thesis.txt"), names(parent.resolve("out")));
    }

    @Test
    void resumeIsForFits() {
        assertEquals(OnExists.RESUME, OnExists.named("resume", true));
        assertThrows(UsageException.class, () -> OnExists.named("resume", false));
        assertThrows(UsageException.class, () -> OnExists.named("retry", true));
    }

    @Test
    void whatSomebodyPutBesideTheResultsIsNotLost() throws IOException {
        write("one", OnExists.ERROR);
        Files.writeString(parent.resolve("out/notes.txt"), "mine");
        assertThrows(OutputFolder.Exists.class, () -> begin(OnExists.OVERWRITE));
        assertEquals("mine", Files.readString(parent.resolve("out/notes.txt")));
        Files.delete(parent.resolve("out/notes.txt"));
        write("two", OnExists.OVERWRITE);
        assertEquals("two", model());
    }

    @Test
    void dataElsewhereNeedNotAnswerForTheOutputToBegin() {
        OutputFolder folder = OutputFolder.begin(
                parent.resolve("out").toString(),
                OnExists.ERROR,
                new Configuration(),
                "hdfs://nowhere.invalid:9000/data");
        assertFalse(folder.isComplete());
        assertThrows(
                UsageException.class,
                () -> OutputFolder.begin(
                        parent.resolve("data/out").toString(),
                        OnExists.ERROR,
                        new Configuration(),
                        parent.resolve("data").toUri().toString()));
    }
}
