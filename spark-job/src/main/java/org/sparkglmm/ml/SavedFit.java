package org.sparkglmm.ml;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.spark.data.Predictor;
import org.sparkglmm.spark.output.ModelFile;

/** What is known of a fit by the folder of its results alone. */
final class SavedFit {
    private static final String SUMMARY = "summary.txt";

    private final String folder;
    private final ModelFile.Saved saved;
    private final String json;
    private final String summary;

    SavedFit(String folder, Configuration configuration) {
        this.folder = folder;
        saved = ModelFile.read(folder, configuration);
        json = text(ModelFile.NAME, configuration);
        summary = text(SUMMARY, configuration);
    }

    private String text(String name, Configuration configuration) {
        Path file = new Path(folder, name);
        try (InputStream in = file.getFileSystem(configuration).open(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A stage's name in the metadata that Spark writes of it. */
    static String uid(String metadata) {
        return tree(metadata).path("uid").asText();
    }

    List<Warning> warnings() {
        List<Warning> out = new ArrayList<>();
        tree(json)
                .path("warnings")
                .forEach(w -> out.add(
                        new Warning(w.path("code").asText(), w.path("message").asText())));
        return List.copyOf(out);
    }

    private static JsonNode tree(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    ModelFile.Saved model() {
        return saved;
    }

    String json() {
        return json;
    }

    String summary() {
        return summary;
    }

    Dataset<Row> randomEffects() {
        return SparkSession.active().read().parquet(new Path(folder, ModelFile.RANDOM_EFFECTS).toString());
    }

    Dataset<Row> predict(Dataset<Row> table) {
        Design design = Predictor.design(saved.request(), saved.fixedNames(), saved.auxiliaryNames(), table, false);
        return new Predictor(SparkSession.active(), saved.request(), design, saved.estimates())
                .predict(table, false, randomEffects());
    }
}
