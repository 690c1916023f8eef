package org.sparkglmm.spark.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkglmm.core.DataException;
import org.sparkglmm.spark.cli.TestSession;
import org.sparkglmm.spark.data.InputFiles.InputFile;

/** What is known of the files of a table, and whether they are still the same. */
class InputFilesTest {
    @TempDir
    private Path folder;

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    private InputFiles files() {
        Dataset<Row> table = TestSession.get().read().text(folder.toString());
        return InputFiles.of(table);
    }

    @Test
    void namesLengthsAndContentsAreTold() throws IOException {
        Files.writeString(folder.resolve("b c.txt"), "abc");
        Files.writeString(folder.resolve("a.txt"), "");
        List<InputFile> files = files().files();
        InputFile file = files.get(files.size() - 1);
        assertTrue(file.path().endsWith("/b c.txt"), file.path());
        assertEquals(3, file.bytes());
        assertEquals(
                "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                file.fingerprint(),
                "FIPS 180-2, appendix B.1");
    }

    @Test
    void largeTablesAreKnownByTheEndsOfTheirFiles() throws IOException {
        byte[] large = new byte[257 << 20];
        Path file = folder.resolve("large.txt");
        Files.write(file, large);
        String first = files().files().get(0).fingerprint();
        assertTrue(first.startsWith("sha256-ends:"), first);
        large[large.length - 5] = 1;
        Files.write(file, large);
        assertNotEquals(first, files().files().get(0).fingerprint());
    }

    @Test
    void aTableThatChangesIsRefused() throws IOException {
        Path file = folder.resolve("a.txt");
        Files.writeString(file, "one");
        Files.writeString(folder.resolve("b.txt"), "two");
        InputFiles files = files();
        files.requireUnchanged();
        Files.writeString(folder.resolve("c.txt"), "a file that came later was not read");
        files.requireUnchanged();
        Files.writeString(file, "other");
        DataException changed = assertThrows(DataException.class, files::requireUnchanged);
        assertTrue(changed.getMessage().contains("1 of its 2 files"), changed.getMessage());
        Files.delete(file);
        assertThrows(DataException.class, files::requireUnchanged);
    }

    @Test
    void tablesWithoutFilesHaveNone() {
        assertEquals(List.of(), InputFiles.of(TestSession.get().range(3).toDF()).files());
    }

    @ParameterizedTest
    @CsvSource({
        "s3a://KEY:SECRET@bucket/visits, s3a://bucket/visits",
        "wasbs://box@account.example/visits?sig=SECRET, wasbs://box@account.example/visits",
        "hdfs://name:9000/a@b/visits, hdfs://name:9000/a@b/visits",
        "/data/a b@c.csv, /data/a b@c.csv"
    })
    void credentialsInAPathAreNotWrittenDown(String path, String written) {
        assertEquals(written, InputFiles.withoutSecrets(path));
        assertTrue(Arrays.stream(written.split("/")).noneMatch(part -> part.contains("SECRET")));
    }
}
