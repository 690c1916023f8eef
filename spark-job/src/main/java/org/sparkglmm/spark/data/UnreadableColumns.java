package org.sparkglmm.spark.data;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Columns that are in a table's files and cannot be read, each with the reason. They do no harm unless they are used, so a table
 * goes without them and its first column carries a note of them, which is not to be written anywhere.
 */
public final class UnreadableColumns {
    private static final String NOTE = "spark-glmm.unreadable";
    private static final String NAMES = "names";
    private static final String REASONS = "reasons";

    private UnreadableColumns() {}

    /** The names of the columns that a table goes without. */
    public static List<String> names(StructType schema) {
        return List.copyOf(reasons(schema).keySet());
    }

    /** Why each of them cannot be read. */
    static Map<String, String> reasons(StructType schema) {
        Map<String, String> out = new LinkedHashMap<>();
        for (StructField field : schema.fields()) {
            if (field.metadata().contains(NOTE)) {
                Metadata note = field.metadata().getMetadata(NOTE);
                String[] reasons = note.getStringArray(REASONS);
                String[] names = note.getStringArray(NAMES);
                for (int i = 0; i < names.length; i++) {
                    out.put(names[i], reasons[i]);
                }
            }
        }
        return out;
    }

    /** What a table's first column carries beside its own metadata. */
    static Metadata note(Metadata own, Map<String, String> reasons) {
        String[] names = reasons.keySet().toArray(String[]::new);
        Metadata note = new MetadataBuilder()
                .putStringArray(NAMES, names)
                .putStringArray(REASONS, Arrays.stream(names).map(reasons::get).toArray(String[]::new))
                .build();
        return new MetadataBuilder().withMetadata(own).putMetadata(NOTE, note).build();
    }

    /** A column's metadata without the note. */
    static Metadata without(Metadata metadata) {
        return new MetadataBuilder().withMetadata(metadata).remove(NOTE).build();
    }

    /** A schema to be written. */
    static StructType without(StructType schema) {
        StructType out = new StructType();
        for (StructField f : schema.fields()) {
            out = out.add(f.name(), f.dataType(), f.nullable(), without(f.metadata()));
        }
        return out;
    }
}
