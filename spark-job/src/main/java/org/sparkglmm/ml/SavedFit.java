package org.sparkglmm.ml;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.spark.data.Predictor;
import org.sparkglmm.spark.output.ModelFile;
import org.sparkglmm.spark.output.OutputFolder;
import org.sparkglmm.spark.output.SavedEffects;
import org.sparkglmm.spark.output.SavedModel;

/** What is known of a fit by the folder of its results alone. */
final class SavedFit {
    private static final String SUMMARY = "summary.txt";

    private final String folder;
    private final SavedModel saved;
    private final String json;
    private final String summary;
    /** In case the folder is deleted while the pipeline it is a part of is written over itself; null if it is too large. */
    private final KeptFiles kept;

    /** Whether the effects beside the model were seen to be its own; looked at before the first prediction. */
    private boolean knowsEffects;

    SavedFit(String folder, Configuration configuration) {
        this.folder = folder;
        saved = ModelFile.read(folder, configuration);
        json = text(ModelFile.NAME, configuration);
        summary = text(SUMMARY, configuration);
        try {
            kept = KeptFiles.of(new Path(folder), configuration);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes the fit again where it was, if it was there and is not any more.
     *
     * @return false if it has to be written in another way
     */
    boolean restore(String path, Configuration configuration) throws IOException {
        boolean gone = OutputFolder.touch(path, folder, configuration) && !isThere(configuration);
        if (gone && kept != null) {
            kept.writeTo(new Path(folder), configuration);
        }
        return gone && kept != null;
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
        try {
            return new ObjectMapper().readTree(metadata).path("uid").asText();
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Warning> warnings() {
        return saved.warnings();
    }

    SavedModel model() {
        return saved;
    }

    String json() {
        return json;
    }

    String summary() {
        return summary;
    }

    /**
     * A copy reads the effects of the original while it is written.
     *
     * @throws UsageException if a copy at the path would take the original's place, or has done so already
     */
    void requireApart(String path, Configuration configuration) {
        boolean isKept = kept != null && !isThere(configuration);
        if (OutputFolder.touch(path, folder, configuration) && !isKept) {
            throw new UsageException("cannot save the model to " + path + ": it was loaded from " + folder
                    + (isThere(configuration)
                            ? ", which is read while it is saved"
                            : ", which Spark deleted to overwrite it with the pipeline, so the fit is lost there")
                    + "; choose another folder");
        }
    }

    private boolean isThere(Configuration configuration) {
        Path file = new Path(folder, ModelFile.NAME);
        try {
            return file.getFileSystem(configuration).exists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws org.sparkglmm.core.DataException if they are gone or damaged */
    Dataset<Row> randomEffects() {
        return SavedEffects.open(SparkSession.active(), folder);
    }

    Dataset<Row> predict(Dataset<Row> table) {
        Design design = Predictor.design(saved.request(), saved.fixedNames(), saved.auxiliaryNames(), table, false);
        Dataset<Row> effects = randomEffects();
        if (!knowsEffects) {
            SavedEffects.requireOf(saved, design, folder, effects);
            knowsEffects = true;
        }
        return new Predictor(SparkSession.active(), saved.request(), design, saved.estimates())
                .predict(table, false, effects);
    }
}
