package org.sparkglmm.spark.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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

    private static void put(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private String refused(OnExists onExists) {
        return assertThrows(OutputFolder.Exists.class, () -> begin(onExists)).getMessage();
    }

    @Test
    void aModelFileAloneProvesNothing() throws IOException {
        put(parent.resolve("out/model.json"), "{\"learner\":{}}");
        put(parent.resolve("out/thesis.txt"), "years of work");
        for (OnExists any : List.of(OnExists.OVERWRITE, OnExists.RESUME)) {
            String message = refused(any);
            assertTrue(message.contains("was not written by this program"), message);
            assertTrue(message.contains("thesis.txt"), message);
        }
        assertEquals("years of work", Files.readString(parent.resolve("out/thesis.txt")));
    }

    private void writeFit() {
        OutputFolder folder = begin(OnExists.OVERWRITE);
        fill(folder, "a model");
        folder.write("random_effects/part-00000-0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9-c000.snappy.parquet", "rows");
        folder.write("random_effects/_SUCCESS", "");
        folder.commit();
        folder.abandon();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "notes.txt",
                "random_effects/notes.txt",
                "random_effects/deep/er/notes.txt",
                ".DS_Store",
                ".hidden",
                "_hidden",
                "random_effects/.notes.crc",
                "random_effects/part-00001.snappy.parquet",
                "manifest.json"
            })
    void aFileOfSomebodyElsesAtAnyDepthIsNamedAndStays(String name) throws IOException {
        writeFit();
        Path mine = parent.resolve("out").resolve(name);
        put(mine, "mine");
        String message = refused(OnExists.OVERWRITE);
        assertTrue(message.contains(name), message);
        assertEquals("mine", Files.readString(mine));
        Files.delete(mine);
        writeFit();
        assertEquals("a model", model());
    }

    @Test
    void aFileThatSomebodyChangedIsNotOursAnyMore() throws IOException {
        writeFit();
        put(parent.resolve("out/summary.txt"), "with my remarks, which are long");
        String message = refused(OnExists.OVERWRITE);
        assertTrue(message.contains("summary.txt (changed)"), message);
    }

    @Test
    void ofManyNamesAFewAreSaid() throws IOException {
        writeFit();
        for (int i = 0; i < 9; i++) {
            put(parent.resolve("out/mine" + i), "");
        }
        String message = refused(OnExists.OVERWRITE);
        assertTrue(message.contains("9 files") && message.contains("and 6 more"), message);
        assertFalse(message.contains("mine7"), message);
    }

    @Test
    void linksInsideAreNotOursAndWhatTheyLeadToStays() throws IOException {
        writeFit();
        put(parent.resolve("elsewhere/thesis.txt"), "years of work");
        Path link = parent.resolve("out/thesis");
        Files.createSymbolicLink(link, parent.resolve("elsewhere"));
        assertTrue(refused(OnExists.OVERWRITE).contains("thesis"));
        Files.delete(link);
        // The name is ours, the file is not.
        Files.delete(parent.resolve("out/summary.txt"));
        Files.createSymbolicLink(parent.resolve("out/summary.txt"), parent.resolve("elsewhere/thesis.txt"));
        assertTrue(refused(OnExists.OVERWRITE).contains("summary.txt"));
        assertEquals("years of work", Files.readString(parent.resolve("elsewhere/thesis.txt")));
    }

    @Test
    void hadoopsSideFilesAndWhatIsMissingDoNotMatter() throws IOException {
        writeFit();
        put(parent.resolve("out/.model.json.crc"), "crc\0");
        put(parent.resolve("out/random_effects/.part-00000.snappy.parquet.crc"), "crc\0");
        Files.delete(parent.resolve("out/summary.txt"));
        writeFit();
        assertEquals(
                List.of("_spark_glmm", "model.json", "random_effects", "summary.txt"), names(parent.resolve("out")));
    }

    /** A folder of the first version, whose mark holds names and whose manifest lengths. */
    private void writeAsTheFirstVersionDid(boolean manifest) throws IOException {
        writeFit();
        if (manifest) {
            put(parent.resolve("out/manifest.json"), """
                    {"program" : "spark-glmm 0.1.0", "outputs" : [
                    {"file" : "random_effects/part-00000.snappy.parquet", "bytes" : 4, "sha256" : "x"},
                    {"file" : "summary.txt", "bytes" : 18, "sha256" : "x"},
                    {"file" : "model.json", "bytes" : 7, "sha256" : "x"}]}
                    """);
        }
        put(
                parent.resolve("out/_spark_glmm"),
                (manifest ? "manifest.json\n" : "") + "model.json\nrandom_effects\nsummary.txt\n");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void foldersOfTheFirstVersionCanStillBeReplacedUnlessSomethingElseIsInThem(boolean manifest) throws IOException {
        for (String name : List.of("random_effects/notes.txt", "notes.txt")) {
            writeAsTheFirstVersionDid(manifest);
            put(parent.resolve("out").resolve(name), "mine");
            assertTrue(refused(OnExists.OVERWRITE).contains(name), name);
            Files.delete(parent.resolve("out").resolve(name));
            writeFit();
        }
        writeAsTheFirstVersionDid(manifest);
        Path summary = parent.resolve("out/summary.txt");
        put(summary, "with my remarks, which are long");
        // Long enough after the mark for any file system's clock.
        Files.setLastModifiedTime(
                summary, FileTime.fromMillis(Files.getLastModifiedTime(summary).toMillis() + 10_000));
        assertTrue(refused(OnExists.OVERWRITE).contains("summary.txt"));
    }

    @Test
    void theManifestIsProofEnough() throws IOException {
        writeAsTheFirstVersionDid(true);
        Files.delete(parent.resolve("out/_spark_glmm"));
        assertTrue(begin(OnExists.RESUME).isComplete());
        writeFit();
        assertEquals("a model", model());
    }

    @Test
    void whatComesInTheLastMomentIsKept() throws IOException {
        write("one", OnExists.ERROR);
        // As if killed after the old folder was moved aside and the new one took its place.
        Path aside = parent.resolve(".out.old-0123abcd");
        Files.move(parent.resolve("out"), aside);
        OutputFolder folder = begin(OnExists.OVERWRITE);
        assertTrue(Files.exists(parent.resolve("out/model.json")), "it came back");
        fill(folder, "two");
        folder.commit();
        assertEquals("", folder.kept());
        Files.createDirectory(aside);
        Files.copy(parent.resolve("out/_spark_glmm"), aside.resolve("_spark_glmm"));
        Files.copy(parent.resolve("out/model.json"), aside.resolve("model.json"));
        put(aside.resolve("sub/notes.txt"), "mine");
        OutputFolder next = begin(OnExists.OVERWRITE);
        String kept = next.kept();
        Path visible = Path.of(kept.substring(kept.indexOf(parent.toString())));
        assertEquals("mine", Files.readString(visible.resolve("sub/notes.txt")));
        assertFalse(Files.exists(visible.resolve("model.json")), "what was ours is gone");
        assertFalse(Files.exists(aside));
    }

    @Test
    void anEmptyFolderIsNobodysAndDoesNotHideTheOldOne() throws IOException {
        write("old", OnExists.ERROR);
        Files.move(parent.resolve("out"), parent.resolve(".out.old-0123abcd"));
        Files.createDirectory(parent.resolve("out"));
        assertThrows(OutputFolder.Exists.class, () -> begin(OnExists.ERROR));
        assertEquals("old", model());
        Files.createDirectory(parent.resolve("empty"));
        OutputFolder.begin(parent.resolve("empty").toString(), OnExists.OVERWRITE, new Configuration())
                .abandon();
        assertEquals(List.of(), names(parent.resolve("empty")));
    }

    @Test
    void hiddenNeighboursOfOtherNamesStay() throws IOException {
        for (String name :
                List.of(".out.writing-notes", ".out.writing-0123abcde", ".out.older", ".out.oldest-0123abcd")) {
            put(parent.resolve(name).resolve("mine.txt"), "mine");
        }
        put(parent.resolve(".out.writing-0123abcd"), "a file");
        put(parent.resolve(".out.checkpoint/mine.txt"), "mine");
        write("one", OnExists.OVERWRITE);
        assertEquals(
                List.of(
                        ".out.checkpoint",
                        ".out.older",
                        ".out.oldest-0123abcd",
                        ".out.writing-0123abcd",
                        ".out.writing-0123abcde",
                        ".out.writing-notes",
                        "out"),
                names(parent));
        assertEquals("mine", Files.readString(parent.resolve(".out.checkpoint/mine.txt")));
    }

    @Test
    void aFolderThatMovedInPartIsOursIfTheRestIsStillThere() throws IOException {
        OutputFolder folder = begin(OnExists.ERROR);
        fill(folder, "two");
        folder.commit();
        // As in object stores: some files have moved, the mark among those that have not.
        Path rest = Files.createDirectory(parent.resolve(".out.writing-0123abcd"));
        Files.move(parent.resolve("out/_spark_glmm"), rest.resolve("_spark_glmm"));
        Files.move(parent.resolve("out/model.json"), rest.resolve(".last.model.json"));
        assertFalse(begin(OnExists.RESUME).isComplete());
        assertEquals(List.of("summary.txt"), names(parent.resolve("out")));
    }

    @Test
    void aFolderThatMovedInPartIsNotTakenForComplete() throws IOException {
        writeFit();
        Files.move(parent.resolve("out/model.json"), parent.resolve("out/.last.model.json"));
        Files.delete(parent.resolve("out/random_effects/part-00000.snappy.parquet"));
        assertFalse(begin(OnExists.RESUME).isComplete());
    }

    @Test
    void aLinkAsOutputStaysOneAndWhatItLeadsToIsReplaced() throws IOException {
        Files.createDirectories(parent.resolve("disk/deep"));
        Path link = Files.createSymbolicLink(parent.resolve("out"), Path.of("disk/deep/results"));
        write("one", OnExists.ERROR);
        write("two", OnExists.OVERWRITE);
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("two", Files.readString(parent.resolve("disk/deep/results/model.json")));
        assertEquals(List.of("results"), names(parent.resolve("disk/deep")));
        assertEquals(List.of("disk", "out"), names(parent));
    }

    private void refusedAsRead(String out, String input) {
        UsageException e = assertThrows(
                UsageException.class,
                () -> OutputFolder.begin(out, OnExists.OVERWRITE, new Configuration(), input),
                out + " and " + input);
        assertTrue(e.getMessage().contains("which is read"), e.getMessage());
    }

    @Test
    void placesAreComparedByWhereTheyLead() throws IOException {
        Path data = Files.createDirectory(parent.resolve("data"));
        put(data.resolve("visits.csv"), "id");
        Path link = Files.createSymbolicLink(parent.resolve("link"), data);
        Path above = Files.createSymbolicLink(parent.resolve("above"), parent);
        String read = data.toString();
        for (String out : List.of(
                link.toString(),
                link.resolve("out").toString(),
                above.resolve("data/out").toString(),
                above.resolve("link").toString(),
                parent.resolve("x/../data/out").toString(),
                "file:" + data + "/out",
                "file://" + data + "/./out/",
                parent.toString())) {
            refusedAsRead(out, read);
            refusedAsRead(out, "file://" + read);
            refusedAsRead(out, above.resolve("link").toString());
        }
        refusedAsRead(
                data.resolve("visits.csv").toString(),
                parent.resolve("d*/*.csv").toString());
        OutputFolder.begin(parent.resolve("data2").toString(), OnExists.ERROR, new Configuration(), read)
                .abandon();
    }

    @Test
    void filesThatATableIsReadFromAreFoundThroughLinks() throws IOException {
        write("one", OnExists.ERROR);
        put(parent.resolve("table/real.parquet"), "");
        Files.createSymbolicLink(parent.resolve("table/other.parquet"), parent.resolve("out/summary.txt"));
        OutputFolder folder = begin(OnExists.OVERWRITE);
        folder.requireNotRead(parent.resolve("table/real.parquet").toUri().toString());
        assertThrows(
                UsageException.class,
                () -> folder.requireNotRead(
                        parent.resolve("table/other.parquet").toUri().toString()));
    }
}
