package org.sparkglmm.spark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The public schema of model.json, which the jar carries. Fits of many kinds are held to it where they are tested for something else. */
final class ModelSchema {
    private static final JsonSchema SCHEMA = load();

    private ModelSchema() {}

    private static JsonSchema load() {
        try (InputStream in = Main.class.getResourceAsStream("/org/sparkglmm/model.schema.json")) {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What in a model file is not as the schema has it: fields that it does not name among it. */
    static List<String> violations(JsonNode model) {
        return SCHEMA.validate(model).stream()
                .map(ValidationMessage::getMessage)
                .sorted()
                .toList();
    }
}
