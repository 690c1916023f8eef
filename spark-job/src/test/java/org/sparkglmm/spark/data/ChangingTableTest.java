package org.sparkglmm.spark.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkglmm.core.DataException;
import org.sparkglmm.spark.cli.TestSession;

/** A table that another program changes while it is read. */
class ChangingTableTest {
    @TempDir
    Path folder;

    @AfterAll
    static void down() {
        TestSession.stop();
    }

    private static ModelRequest request() {
        return ModelRequest.of("y ~ g + (1 | id)", "gaussian", null, null, null, null, null, null, Map.of());
    }

    private Path table() throws IOException {
        StringBuilder text = new StringBuilder("id,y,g\n");
        for (int i = 0; i < 100; i++) {
            text.append(i / 4)
                    .append(',')
                    .append(i % 7)
                    .append(".5,")
                    .append("ab".charAt(i % 2))
                    .append('\n');
        }
        return Files.writeString(folder.resolve("t.csv"), text);
    }

    @Test
    void aFileThatVanishesIsSaid() throws IOException {
        Path file = table();
        Dataset<Row> table = new TableSource(file.toString(), null, null).read(TestSession.get(), "id");
        Files.delete(file);
        DataException said = assertThrows(DataException.class, () -> ModelBinding.bind(request(), table, true));
        assertTrue(said.getMessage().contains("it vanished while the table was read"), said.getMessage());
    }

    @Test
    void aLostPartThatIsReadAgainMayNotHaveANewLevel() throws IOException {
        Path file = table();
        Dataset<Row> table = new TableSource(file.toString(), null, null).read(TestSession.get(), "id");
        BoundTable bound = ModelBinding.bind(request(), table, true);
        assertEquals(100, bound.counts().complete());
        bound.rows().release();
        Files.writeString(file, Files.readString(file).replace(",b", ",z"));
        Exception failed = assertThrows(
                Exception.class, () -> BlockLoader.load(bound, bound.request().family()));
        assertTrue(
                DamagedTable.of(failed).orElseThrow().getMessage().contains("the table changed while it was read"),
                failed.getMessage());
    }
}
