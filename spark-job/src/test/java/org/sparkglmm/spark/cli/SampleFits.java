package org.sparkglmm.spark.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** Fits every model of data-samples and keeps each model.json: two versions of the program are compared by them. Run by {@code scripts/same-fits}. */
final class SampleFits {
    private SampleFits() {}

    /** @param arguments the folder for the model files */
    public static void main(String[] arguments) throws IOException {
        Path kept = Files.createDirectories(Path.of(arguments[0]).toAbsolutePath());
        TestSession.get();
        List<Path> models = new ArrayList<>(ReferenceCommand.files("cases"));
        models.addAll(ReferenceCommand.files("answers"));
        for (Path file : models) {
            Path out = Files.createTempDirectory("fit").resolve("out");
            Commands ran = Commands.run(ReferenceCommand.fit(file, ReferenceCommand.read(file), out));
            String name = file.getParent().getParent().getFileName() + "-"
                    + file.getParent().getFileName() + "-" + file.getFileName();
            if (Files.exists(out.resolve("model.json"))) {
                Files.copy(out.resolve("model.json"), kept.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            } else {
                System.out.println(name + ": exit code " + ran.code() + ", " + ran.err());
            }
        }
        TestSession.stop();
    }
}
