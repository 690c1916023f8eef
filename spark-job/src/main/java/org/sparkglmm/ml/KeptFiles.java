package org.sparkglmm.ml;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * The files of a folder, in memory: of a fit that was loaded as a stage of a pipeline, whose folder Spark deletes before it asks the stages
 * to write themselves when the pipeline is written over itself.
 */
final class KeptFiles {
    /** Bytes; a larger folder is not kept. */
    private static final long MOST = 64L << 20;

    private final Map<String, byte[]> files = new LinkedHashMap<>();

    private KeptFiles() {}

    /** All of a folder, at any depth; null if they are too large. */
    static KeptFiles of(Path folder, Configuration configuration) throws IOException {
        FileSystem system = folder.getFileSystem(configuration);
        String root = system.makeQualified(folder).toUri().getPath();
        KeptFiles out = new KeptFiles();
        long bytes = 0;
        RemoteIterator<LocatedFileStatus> all = system.listFiles(folder, true);
        while (all.hasNext()) {
            LocatedFileStatus file = all.next();
            bytes += file.getLen();
            if (bytes > MOST) {
                return null;
            }
            try (InputStream in = system.open(file.getPath())) {
                String path = file.getPath().toUri().getPath();
                out.files.put(path.substring(root.length() + 1), in.readAllBytes());
            }
        }
        return out;
    }

    /** Writes them again, into a folder that is not there. */
    void writeTo(Path folder, Configuration configuration) throws IOException {
        FileSystem system = folder.getFileSystem(configuration);
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            try (OutputStream to = system.create(new Path(folder, file.getKey()), false)) {
                to.write(file.getValue());
            }
        }
    }
}
