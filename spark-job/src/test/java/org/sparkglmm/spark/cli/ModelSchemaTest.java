package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The schema sees every change that a reader of model.json would. That fits keep to it is tested with the reference fits and verdicts. */
class ModelSchemaTest {
    @TempDir
    private static Path folder;

    private static ObjectNode model;

    @BeforeAll
    static void fit() throws IOException {
        TestSession.get();
        Path table = folder.resolve("table.csv");
        List<String> lines = new ArrayList<>(List.of("id,y,year,site,n"));
        for (int i = 0; i < 40; i++) {
            for (int j = 0; j < 4; j++) {
                int y = (i * 7 + j * 5 + (i + j) % 3) % 4;
                lines.add(i + "," + y + "," + (1990 + j) + "," + "ab".charAt(i % 2) + "," + (i % 2));
            }
        }
        Files.write(table, lines);
        // Covariates far from 0, a column that depends on another, intervals by profiles, a constant of the family's
        // own.
        Commands ran = Commands.run(
                "fit",
                "--data",
                table.toString(),
                "--formula",
                "y ~ year + site + n + (1 | id)",
                "--family",
                "nbinom2",
                "--nodes",
                "5",
                "--ci",
                "profile",
                "--quiet",
                "--out",
                folder.resolve("out").toString());
        model = (ObjectNode) ReferenceCommand.read(folder.resolve("out/model.json"));
        assertEquals(1, model.at("/design/aliased").size(), ran.err());
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    @Test
    void aFitKeepsToIt() {
        assertEquals(List.of(), ModelSchema.violations(model));
    }

    @Test
    void everyFieldThatGoesOrChangesItsTypeIsSeen() {
        List<String> unseen = new ArrayList<>();
        List<String> fields = new ArrayList<>();
        names("", model, fields);
        // Those that not every fit has, and the constants that have names of their own.
        fields.removeIf(
                f -> f.matches(
                        "/(sumOfWeights|centred|extra/.*|diagnostics/(zeros|influence.*)|design/aliased/0/centred|design/levels/.*|.*/(centres|others)/.*)"));
        for (String field : fields) {
            ObjectNode without = model.deepCopy();
            int cut = field.lastIndexOf('/');
            ((ObjectNode) without.at(field.substring(0, cut))).remove(field.substring(cut + 1));
            if (ModelSchema.violations(without).isEmpty()) {
                unseen.add(field + " removed");
            }
            ObjectNode other = model.deepCopy();
            ((ObjectNode) other.at(field.substring(0, cut)))
                    .putObject(field.substring(cut + 1))
                    .put("another", "type");
            if (ModelSchema.violations(other).isEmpty()) {
                unseen.add(field + " of another type");
            }
        }
        assertEquals(List.of(), unseen);
        assertFalse(fields.size() < 100, "fields seen: " + fields.size());
    }

    @Test
    void aFieldThatTheSchemaDoesNotNameIsSeen() {
        ObjectNode more = model.deepCopy();
        more.put("more", 1);
        ((ObjectNode) more.at("/fixed/0")).put("t", 2.5);

        assertEquals(2, ModelSchema.violations(more).size());
    }

    /** Paths of all fields, of arrays' first elements. */
    private static void names(String path, JsonNode node, List<String> into) {
        if (node instanceof ArrayNode array) {
            if (!array.isEmpty()) {
                names(path + "/0", array.get(0), into);
            }
            return;
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            into.add(path + "/" + field.getKey());
            names(path + "/" + field.getKey(), field.getValue(), into);
        }
    }
}
