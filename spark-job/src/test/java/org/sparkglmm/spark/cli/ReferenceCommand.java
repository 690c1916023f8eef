package org.sparkglmm.spark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The models of data-samples, and the command a user would type to fit one. */
final class ReferenceCommand {
    private static final Path SAMPLES = Path.of("..", "data-samples");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ReferenceCommand() {}

    /** The files {@code <sample>/<folder>/<name>.json}. */
    static List<Path> files(String folder) throws IOException {
        try (Stream<Path> files = Files.walk(SAMPLES)) {
            return files.filter(
                            f -> f.getParent().endsWith(folder) && f.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    static JsonNode read(Path file) throws IOException {
        return MAPPER.readTree(file.toFile());
    }

    /**
     * The arguments of {@code fit}.
     *
     * @param file the model's file, beside whose folder the data are
     * @param model its contents
     */
    static String[] fit(Path file, JsonNode model, Path out, String... more) {
        List<String> arguments = new ArrayList<>(List.of("fit", "--quiet"));
        arguments.addAll(
                List.of("--data", file.getParent().resolveSibling("data.csv").toString()));
        arguments.addAll(List.of("--out", out.toString()));
        add(arguments, "--formula", model.path("formula"));
        add(arguments, "--family", model.path("family"));
        add(arguments, "--link", model.path("link"));
        add(arguments, "--nodes", model.path("nodes"));
        add(arguments, "--zi", model.path("ziformula"));
        add(arguments, "--dispersion", model.path("dispformula"));
        add(arguments, "--weights", model.path("weights"));
        add(arguments, "--precision-weights", model.path("precisionWeights"));
        if (model.path("reml").asBoolean()) {
            arguments.add("--reml");
        }
        model.path("levels").fields().forEachRemaining(e -> {
            List<String> levels = new ArrayList<>();
            e.getValue().forEach(l -> levels.add(l.asText()));
            arguments.addAll(List.of("--levels", e.getKey() + "=" + String.join(",", levels)));
        });
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    private static void add(List<String> arguments, String option, JsonNode value) {
        if (value.isValueNode() && !value.isNull()) {
            arguments.addAll(List.of(option, value.asText()));
        }
    }
}
