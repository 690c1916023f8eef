package org.sparkglmm.spark.output;

/** What tests elsewhere ask of the type of model.json. */
public final class ModelFiles {
    private ModelFiles() {}

    /** The text read as a document and written again: the same bytes, if the type knows everything that a fit writes. */
    public static String readAndWritten(String text) {
        return ModelFile.understood(text, ModelJson::text);
    }
}
