package org.sparkglmm.spark.data;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.SparkSession;
import org.sparkglmm.core.DataException;
import org.sparkglmm.spark.engine.SparkSessions;

/**
 * The files below a path, as Spark lists them but with those that Spark would pass over in silence: in folders that are no
 * partitions, and those of a table format with a log of its own.
 *
 * @param data the files that hold rows, in the order of their names
 * @param lake the table format to which the folder belongs, null for none
 * @param isWholeLake whether the path is that table's own folder and nothing else
 */
record TableFiles(List<DataFile> data, LakeTable lake, boolean isWholeLake) {

    /**
     * A file with rows.
     *
     * @param root the file or folder that was asked for
     * @param path of the file
     * @param bytes its length
     * @param folders the names of the folders between, from the root on
     */
    record DataFile(Path root, Path path, long bytes, List<String> folders) {}

    /**
     * Null if they cannot be listed: then Spark will say why, or knows a way.
     *
     * @throws DataException if Spark would pass over all that was asked for
     */
    static TableFiles of(SparkSession spark, String path) {
        try {
            Path pattern = new Path(path);
            FileSystem files = pattern.getFileSystem(SparkSessions.hadoop(spark));
            FileStatus[] roots = files.globStatus(pattern);
            if (roots == null) {
                return null;
            }
            requireOneSeen(path, roots);
            return list(files, roots);
        } catch (IOException | IllegalArgumentException e) {
            // What can be read will be; this is a look for what Spark would pass over.
            return null;
        }
    }

    /** A file that was asked for by its name is not passed over in silence. */
    private static void requireOneSeen(String path, FileStatus[] roots) {
        if (roots.length > 0
                && Arrays.stream(roots)
                        .allMatch(r -> r.isFile() && isHidden(r.getPath().getName()))) {
            throw new DataException("cannot read " + path
                    + ": Spark passes over files whose name begins with _ or ., or ends with ._COPYING_: rename it");
        }
    }

    private static TableFiles list(FileSystem files, FileStatus[] roots) throws IOException {
        List<DataFile> data = new ArrayList<>();
        LakeTable lake = null;
        boolean isWhole = false;
        Set<Path> looked = new HashSet<>();
        for (FileStatus root : roots) {
            LakeTable around = around(files, root, looked);
            lake = lake == null ? around : lake;
            RemoteIterator<LocatedFileStatus> all = files.listFiles(root.getPath(), true);
            while (all.hasNext()) {
                LocatedFileStatus file = all.next();
                List<String> folders = folders(root.getPath(), file.getPath());
                LakeTable inside = LakeTable.ofFile(folders, file.getPath().getName());
                if (inside != null && lake == null) {
                    lake = inside;
                    isWhole = roots.length == 1 && inside.isOwnFolder(folders);
                }
                if (!isHidden(file.getPath(), folders)) {
                    data.add(new DataFile(root.getPath(), file.getPath(), file.getLen(), folders));
                }
            }
        }
        data.sort(Comparator.comparing(DataFile::path));
        return new TableFiles(List.copyOf(data), lake, isWhole);
    }

    private static List<String> folders(Path root, Path file) {
        Deque<String> out = new ArrayDeque<>();
        for (Path at = file; at != null && !at.equals(root); at = at.getParent()) {
            out.addFirst(at.getName());
        }
        out.pollLast();
        return List.copyOf(out);
    }

    /** The table of which a file or a partition alone was asked for. */
    private static LakeTable around(FileSystem files, FileStatus root, Set<Path> looked) throws IOException {
        Path below = root.getPath();
        for (Path at = below.getParent(); at != null; at = at.getParent()) {
            if (!looked.add(at)) {
                return null;
            }
            LakeTable found = LakeTable.inFolder(files, at, below);
            if (found != null) {
                return found;
            }
            if (!at.getName().contains("=") && !LakeTable.isDataFolder(at)) {
                return null;
            }
            below = at;
        }
        return null;
    }

    /** What Spark passes over by its name, or by that of a folder on the way to it; and what stands for a folder in object stores. */
    private static boolean isHidden(Path file, List<String> folders) {
        return folders.stream().anyMatch(TableFiles::isHidden) || isHidden(file.getName());
    }

    private static boolean isHidden(String name) {
        boolean ofPartition = name.startsWith("_") && name.contains("=");
        return name.startsWith(".")
                || (name.startsWith("_") && !ofPartition)
                || name.endsWith("._COPYING_")
                || name.endsWith("_$folder$");
    }

    /**
     * Spark passes over files of 0 bytes; one that was to be Parquet has lost its rows.
     *
     * @throws DataException if there is one
     */
    void requireNoEmptyFile(String path) {
        long empty = data.stream().filter(f -> f.bytes() == 0).count();
        if (empty > 0) {
            throw new DataException("cannot read " + path + " as parquet: " + empty
                    + (empty == 1 ? " of its files is" : " of its files are")
                    + " empty (0 bytes), so its writing failed; write it again, or take the empty files out");
        }
    }
}
