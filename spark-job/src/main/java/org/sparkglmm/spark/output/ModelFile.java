package org.sparkglmm.spark.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.fit.EarlierFit;
import org.sparkglmm.core.fit.FitResult;
import org.sparkglmm.core.inference.FittedModel;
import org.sparkglmm.spark.data.Covariate;
import org.sparkglmm.spark.data.ModelRequest;

/**
 * model.json: everything a program needs to know of a fit, and all that a prediction needs. No time, host or path is in
 * it: two runs on the same data give the same bytes.
 */
public final class ModelFile {
    /** The file's name in an output folder. */
    public static final String NAME = "model.json";
    /** The folder of the persons' effects beside it. */
    public static final String RANDOM_EFFECTS = "random_effects";

    private ModelFile() {}

    /**
     * The file's text.
     *
     * @param request with the levels of every factor
     * @param minCellCount smaller counts are masked
     * @param dropped rows without some value
     * @param effects {@link SavedEffects#fingerprint} of the effects that go with it
     */
    public static String write(
            ModelRequest request,
            FitResult fit,
            List<Covariate> covariates,
            int minCellCount,
            long dropped,
            List<Warning> warnings,
            String effects) {
        return ModelJson.text(
                new FitDocument(request, fit).document(covariates, minCellCount, dropped, warnings, effects));
    }

    /**
     * The estimates of a fit of the same model, for another to begin with.
     *
     * @throws UsageException if it is another model
     * @throws DataException if the folder holds no complete model
     */
    public static EarlierFit readAsStart(String folder, ModelRequest request, Configuration configuration) {
        return read(folder, configuration).asStartOf(request);
    }

    /**
     * Reads back what a prediction needs.
     *
     * @throws DataException if the folder holds no complete model
     */
    public static SavedModel read(String folder, Configuration configuration) {
        return understood(folder, configuration, SavedModel::of);
    }

    /**
     * Reads back what a comparison of models needs.
     *
     * @param name to call the model by
     * @throws DataException if the folder holds no complete model
     */
    public static FittedModel readForComparison(String folder, String name, Configuration configuration) {
        return understood(folder, configuration, document -> ComparedModel.of(name, document));
    }

    static String version() {
        String version = ModelFile.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /**
     * What is made of a file, which may have been edited or be nobody's.
     *
     * @throws DataException if the folder holds no complete model, or that fails for want of a value or for one of another kind
     */
    static <T> T understood(String folder, Configuration configuration, Function<ModelDocument, T> reading) {
        return understood("the model in " + folder, () -> tree(folder, configuration), reading);
    }

    /** The same of a file's text. */
    static <T> T understood(String text, Function<ModelDocument, T> reading) {
        return understood("the model", () -> ModelJson.tree(text.getBytes(StandardCharsets.UTF_8)), reading);
    }

    private static <T> T understood(String model, Callable<JsonNode> tree, Function<ModelDocument, T> reading) {
        try {
            return reading.apply(ModelJson.document(tree.call()));
        } catch (UsageException | DataException e) {
            throw e;
        } catch (ModelJson.Misfit e) {
            throw damaged(model, e.getMessage());
        } catch (Exception e) {
            // Not only RuntimeException: Spark throws checked ones that its signatures do not name.
            throw damaged(model, "values in its " + NAME + " are missing or of another kind than a fit writes");
        }
    }

    private static DataException damaged(String model, String why) {
        return new DataException(model + " cannot be used: " + why + "; fit it again");
    }

    private static JsonNode tree(String folder, Configuration configuration) {
        Path path = new Path(folder, NAME);
        try {
            FileSystem files = path.getFileSystem(configuration);
            if (!files.exists(path)) {
                throw new DataException(
                        "no model in " + folder + ": " + NAME + " is missing, so no fit has completed there");
            }
            try (InputStream in = files.open(path)) {
                byte[] bytes = in.readAllBytes();
                Manifest.requireWritten(files, new Path(folder), NAME, bytes);
                JsonNode root = ModelJson.tree(bytes);
                if (root == null || !root.isObject()) {
                    throw damaged("the model in " + folder, "its " + NAME + " holds no object");
                }
                if (root.path("schemaVersion").asInt(-1) != ModelDocument.SCHEMA_VERSION) {
                    throw new DataException(
                            "the model in " + folder + " was written by another version of this program");
                }
                return root;
            }
        } catch (JsonProcessingException e) {
            throw new DataException("cannot read " + path + ": it is not the JSON that a fit writes"
                    + (e.getLocation() == null
                            ? ""
                            : ", from line " + e.getLocation().getLineNr() + ", column "
                                    + e.getLocation().getColumnNr() + " on"));
        } catch (IOException | IllegalArgumentException e) {
            throw new DataException("cannot read " + path + ": " + e.getClass().getSimpleName());
        }
    }
}
