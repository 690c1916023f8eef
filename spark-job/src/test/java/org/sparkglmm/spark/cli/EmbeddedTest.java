package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inside someone else's session the program neither ends the process nor stops the session: seen from outside, in a JVM of its own. */
class EmbeddedTest {

    @TempDir
    private Path folder;

    @Test
    void theProcessAndTheSessionOutliveTheCommands() throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // The flags of this JVM: Spark's --add-opens, and the quiet log.
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(a -> a.startsWith("--add-opens") || a.startsWith("-Dlog4j2") || a.startsWith("-XX"))
                .toList());
        command.addAll(List.of(
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                EmbeddingProgram.class.getName(),
                "../data-samples/toenail/data.csv",
                "outcome ~ treatment * time + (1 | patientID)",
                "outcome ~ treatment +"));
        File printed = folder.resolve("printed").toFile();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(printed)
                .start();
        try {
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), "still running");
        } finally {
            process.destroyForcibly();
        }
        String text = Files.readString(printed.toPath(), StandardCharsets.UTF_8);
        assertEquals(0, process.exitValue(), text);
        assertTrue(text.contains("exception: spark-glmm ended with exit code 2"), text);
        assertTrue(text.contains("the session still counts: 3"), text);
    }
}
