package org.sparkglmm.spark.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkglmm.core.fit.FitListener;
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
}
