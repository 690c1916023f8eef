package org.sparkglmm.spark.data;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Table formats that say in a log which of the files in their folder are the table: others are of earlier versions, so that all of
 * them together hold rows twice, and rows that were deleted.
 */
enum LakeTable {
    DELTA("Delta", "delta", "io.delta:delta-spark"),
    ICEBERG("Iceberg", "iceberg", "org.apache.iceberg:iceberg-spark-runtime"),
    HUDI("Hudi", "hudi", "org.apache.hudi:hudi-spark-bundle");

    private static final String DELTA_LOG = "_delta_log";
    private static final String HUDI_LOG = ".hoodie";
    private static final String ICEBERG_LOG = "metadata";
    private static final String ICEBERG_ENDING = ".metadata.json";

    private final String label;
    private final String format;
    private final String artifact;

    LakeTable(String label, String format, String artifact) {
        this.label = label;
        this.format = format;
        this.artifact = artifact;
    }

    /** As people call it. */
    String label() {
        return label;
    }

    /** Its reader's name in Spark. */
    String format() {
        return format;
    }

    /** What brings its reader. */
    String artifact() {
        return artifact;
    }

    /** The format whose log a file is part of, by the folders on the way to it; null for none. */
    static LakeTable ofFile(List<String> folders, String name) {
        if (folders.contains(DELTA_LOG)) {
            return DELTA;
        }
        if (folders.contains(HUDI_LOG)) {
            return HUDI;
        }
        boolean iceberg = !folders.isEmpty()
                && folders.get(folders.size() - 1).equals(ICEBERG_LOG)
                && name.endsWith(ICEBERG_ENDING);
        return iceberg ? ICEBERG : null;
    }

    /** Whether a log to which these folders lead is that of the folder where they begin. */
    boolean isOwnFolder(List<String> folders) {
        String first = folders.get(0);
        return first.equals(DELTA_LOG) || first.equals(HUDI_LOG) || first.equals(ICEBERG_LOG);
    }

    /** Whether it may be the folder in which Iceberg has a table's files. */
    static boolean isDataFolder(Path folder) {
        return folder.getName().equals("data");
    }

    /**
     * The format of the table in a folder; null if there is none.
     *
     * @param below the file or folder in it that was asked for
     */
    static LakeTable inFolder(FileSystem files, Path folder, Path below) throws IOException {
        if (files.exists(new Path(folder, DELTA_LOG))) {
            return DELTA;
        }
        if (files.exists(new Path(folder, HUDI_LOG))) {
            return HUDI;
        }
        if (!isDataFolder(below)) {
            return null;
        }
        FileStatus[] log = files.globStatus(new Path(new Path(folder, ICEBERG_LOG), "*" + ICEBERG_ENDING));
        return log != null && log.length > 0 ? ICEBERG : null;
    }
}
