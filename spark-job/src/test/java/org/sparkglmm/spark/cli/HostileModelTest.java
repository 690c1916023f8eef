package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model file that somebody else made, or that was damaged, runs no code and ends in one sentence. */
class HostileModelTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<Integer> CODES = Set.of(0, 2, 3);

    @TempDir
    static Path folder;

    private static Path data;
    private static Path model;
    private static String original;

    @BeforeAll
    static void fit() throws IOException {
        TestSession.get();
        Random random = new Random(3);
        StringBuilder text = new StringBuilder("id,y,time,g\n");
        for (int i = 0; i < 40; i++) {
            double own = random.nextGaussian();
            for (int j = 0; j < 4; j++) {
                text.append(i).append(',').append(own + random.nextGaussian()).append(',');
                text.append(j).append(',').append("abc".charAt(i % 3)).append('\n');
            }
        }
        data = folder.resolve("data.csv");
        Files.writeString(data, text);
        model = folder.resolve("model");
        Commands ran = run("fit", "--quiet", "--formula", "y ~ time + I(time * time) + g + (1 | id)", "--family");
        assertEquals(0, ran.code(), ran.err());
        original = Files.readString(model.resolve("model.json"));
    }

    @AfterAll
    static void down() {
        TestSession.stop();
    }

    private static Commands run(String... command) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of("gaussian", "--data", data.toString(), "--out", model.toString()));
        return Commands.run(all.toArray(String[]::new));
    }

    /** Every command that reads a model. */
    private static List<Commands> readers(Path at, boolean quickOnly) {
        String path = at.toString();
        List<List<String>> commands = new ArrayList<>(List.of(
                List.of("contrast", "--model", path, "time"),
                List.of("report", "--model", path),
                List.of("compare", path, model.toString())));
        if (!quickOnly) {
            String read = data.toString();
            String out = folder.resolve("out").toString();
            List<String> common = List.of("--out", out, "--on-exists", "overwrite");
            commands.add(join(List.of("predict", "--model", path, "--data", read), common));
            commands.add(join(List.of("simulate", "--model", path, "--data", read), common));
            commands.add(join(List.of("trajectories", "--model", path, "--time", "time", "--grid", "0:2"), common));
        }
        return commands.stream()
                .map(c -> Commands.run(c.toArray(String[]::new)))
                .toList();
    }

    private static List<String> join(List<String> a, List<String> b) {
        return Stream.concat(a.stream(), b.stream()).toList();
    }

    private static Path copy(String name, String json) throws IOException {
        Path at = folder.resolve(name);
        Files.createDirectories(at);
        try (Stream<Path> parts = Files.walk(model.resolve("random_effects"))) {
            for (Path part : parts.toList()) {
                Path to = at.resolve(model.relativize(part).toString());
                if (!Files.exists(to)) {
                    Files.copy(part, to);
                }
            }
        }
        Files.writeString(at.resolve("model.json"), json);
        return at;
    }

    private static void assertSentence(Commands ran, String what) {
        assertTrue(CODES.contains(ran.code()), what + ": " + ran.code() + " " + ran.err());
        assertFalse(ran.err().contains("    at ") || ran.err().contains("unexpected "), what + ": " + ran.err());
        if (ran.code() != 0) {
            assertEquals(
                    1, ran.err().lines().filter(l -> l.startsWith("error: ")).count(), what + ": " + ran.err());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java_method(\"java.lang.System\", \"exit\", \"9\")",
                "reflect(\"java.lang.Runtime\", \"getRuntime\") == \"\"",
                "current_user() == \"a\"",
                "time + rand()"
            })
    void aModelFileRunsNoCode(String code) throws IOException {
        ObjectNode root = (ObjectNode) JSON.readTree(original);
        root.put("formula", root.path("formula").asText().replace("I(time * time)", "I(" + code + ")"));
        Path at = copy("attack", JSON.writeValueAsString(root));
        List<Commands> all = readers(at, false);
        for (Commands ran : all.subList(3, 6)) {
            assertEquals(2, ran.code(), ran.err());
            assertTrue(ran.err().startsWith("error: formula: cannot compute I("), ran.err());
        }
        for (Commands ran : all) {
            assertSentence(ran, code);
        }
    }

    @Test
    void whatIsNoModelIsSaidInASentence() throws IOException {
        List<String> texts = List.of(
                "",
                "null",
                "[]",
                "7",
                "{",
                "{}",
                "{\"schemaVersion\": 1}",
                "{\"schemaVersion\": 1, \"formula\": \"y ~ time + (1 | id)\", \"family\": \"gaussian\"}",
                "[".repeat(50_000),
                "{\"a\":".repeat(50_000),
                "{\"schemaVersion\": 1, \"fixed\": " + "[".repeat(900) + "]".repeat(900) + "}",
                "{\"schemaVersion\": 1, \"logLik\": " + "9".repeat(100_000) + "}",
                original.substring(0, original.length() / 2),
                original.replace("\"time\"", "\"\u0000\""),
                original.replace("\"estimate\" : ", "\"estimate\" : [1], \"was\" : "));
        for (String text : texts) {
            Path at = copy("nothing", text);
            for (Commands ran : readers(at, text.length() < 100)) {
                assertSentence(ran, text.substring(0, Math.min(80, text.length())));
            }
        }
    }

    @Test
    void whereverAValueIsOfAnotherKindTheEndIsASentence() throws IOException {
        Random random = new Random(11);
        for (int k = 0; k < 60; k++) {
            JsonNode root = JSON.readTree(original);
            String what = spoil(root, random);
            Path at = copy("spoiled", JSON.writeValueAsString(root));
            for (Commands ran : readers(at, k % 6 != 0)) {
                assertSentence(ran, what);
            }
        }
    }

    /** Each of these once passed for something else, without a word. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/diagnostics           |         | diagnostics in its model.json is missing",
                "/design                | null    | design in its model.json is missing",
                "/extra/sigma           | `big`   | extra.sigma in its model.json is of another kind than a fit writes",
                "/extra/intervals       | true    | extra.intervals in its model.json is of another kind than a fit writes",
                "/centred               | null    | centred in its model.json is of another kind than a fit writes",
                "/design/aliased        | null    | design.aliased in its model.json is of another kind than a fit writes",
                "/provenance/effects    | null    | provenance.effects in its model.json is of another kind than a fit writes",
                "/design/offset         | 3.5     | design.offset in its model.json is of another kind than a fit writes",
                "/design/zi             | false   | design.zi in its model.json is of another kind than a fit writes",
                "/design/parameters/1   | `two`   | design.parameters[1] in its model.json is of another kind than a fit writes",
                "/nParameters           | 1.5     | nParameters in its model.json is of another kind than a fit writes"
            })
    void damageIsNamed(String field, String value, String sentence) throws IOException {
        String text = value == null ? null : value.replace('`', '"');
        Path at = copy("named", edited(field, text));

        List<Commands> all = readers(at, true);
        all.forEach(ran -> assertSentence(ran, field));
        all.forEach(ran -> assertEquals(3, ran.code(), field + ": " + ran.out()));
        all.forEach(ran -> assertTrue(ran.err().contains(sentence), field + ": " + ran.err()));
    }

    @Test
    void whatDoesNotExistIsNoNumber() throws IOException {
        Path weights = copy("weights", edited("/sumOfWeights", "null"));
        Commands compared = Commands.run("compare", weights.toString(), model.toString());
        assertEquals(0, compared.code(), compared.err());
        assertFalse(compared.out().contains("NaN"), "without weights the rows count: " + compared.out());

        Path count = copy("count", edited("/nParameters", "null"));
        assertEquals(0, Commands.run("report", "--model", count.toString()).code());
        String page = Files.readString(count.resolve("report.html"));
        assertTrue(page.replaceAll("\\s", "").contains("Parameters</th><td>–</td>"), "no count is not a count of 0");
        Commands refused = Commands.run("compare", count.toString(), model.toString());
        assertTrue(refused.err().contains("nParameters is no number of 1 or more"), refused.err());

        Path sections = copy("sections", edited("/extra/thresholds", "null"));
        readers(sections, true).forEach(ran -> assertEquals(0, ran.code(), ran.err()));
    }

    /** A dropped column that is nobody's would guard nothing. */
    @Test
    void aDroppedColumnHasAPart() throws IOException {
        String dropped = "[{`column`: `h`, `constant`: 1, `others`: {}, `scale`: 1%s}]".replace('`', '"');
        for (String part : List.of("", ", \"part\": null", ", \"part\": 7")) {
            ObjectNode root = (ObjectNode) JSON.readTree(edited("/design/aliased", dropped.formatted(part)));
            ((ObjectNode) root.at("/design")).putArray("auxiliaryColumns").addArray();
            Path at = copy("part", JSON.writeValueAsString(root));
            Commands ran = Commands.run("contrast", "--model", at.toString(), "time");
            assertEquals(3, ran.code(), part + ran.out());
            assertSentence(ran, part);
        }
    }

    @Test
    void bytesThatAreNoTextAreSaidInASentence() throws IOException {
        Path at = copy("bytes", original);
        Files.write(at.resolve("model.json"), new byte[] {0, '{', 0, 0, 1, 2, 3, 4});
        readers(at, false).forEach(ran -> assertSentence(ran, "bytes"));
    }

    /** The model with another value at a field; null takes it away. */
    private static String edited(String field, String json) throws IOException {
        ObjectNode root = (ObjectNode) JSON.readTree(original);
        int cut = field.lastIndexOf('/');
        String name = field.substring(cut + 1);
        JsonNode parent = root.at(field.substring(0, cut));
        if (json == null) {
            ((ObjectNode) parent).remove(name);
        } else if (parent instanceof ArrayNode array) {
            array.set(Integer.parseInt(name), JSON.readTree(json));
        } else {
            ((ObjectNode) parent).set(name, JSON.readTree(json));
        }
        return JSON.writeValueAsString(root);
    }

    /** Replaces or removes a value somewhere. */
    private static String spoil(JsonNode root, Random random) {
        JsonNode at = root;
        StringBuilder path = new StringBuilder();
        while (true) {
            List<String> names = new ArrayList<>();
            at.fieldNames().forEachRemaining(names::add);
            int size = at.isArray() ? at.size() : names.size();
            int i = random.nextInt(size);
            JsonNode next = at.isArray() ? at.get(i) : at.get(names.get(i));
            path.append('/').append(at.isArray() ? String.valueOf(i) : names.get(i));
            if (next.isContainerNode() && !next.isEmpty() && random.nextInt(4) > 0) {
                at = next;
                continue;
            }
            JsonNode[] others = {
                JSON.nullNode(),
                JSON.getNodeFactory().textNode("text"),
                JSON.getNodeFactory().numberNode(-1),
                JSON.getNodeFactory().numberNode(1e308),
                JSON.getNodeFactory().numberNode(2_000_000_000),
                JSON.getNodeFactory().booleanNode(true),
                JSON.createArrayNode(),
                JSON.createObjectNode(),
                JSON.createArrayNode().add(1).add("a"),
                JSON.createObjectNode().put("a", 1)
            };
            JsonNode other = others[random.nextInt(others.length)];
            boolean remove = random.nextInt(4) == 0;
            if (at instanceof ArrayNode array) {
                if (remove) {
                    array.remove(i);
                } else {
                    array.set(i, other);
                }
            } else if (at instanceof ObjectNode object) {
                if (remove) {
                    object.remove(names.get(i));
                } else {
                    object.set(names.get(i), other);
                }
            }
            return path + (remove ? " removed" : " = " + other);
        }
    }
}
