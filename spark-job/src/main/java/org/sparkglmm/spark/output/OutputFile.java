package org.sparkglmm.spark.output;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A single result file that is there whole or not at all. */
public final class OutputFile {
    private OutputFile() {}

    /** Writes a file, and has every failure an IOException: on local disks Hadoop makes an error of a full one. */
    static void create(FileSystem files, Path path, byte[] content) throws IOException {
        try (OutputStream out = files.create(path, true)) {
            out.write(content);
        } catch (FSError e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e);
        }
    }

    /**
     * Writes a text under a hidden name, which becomes its own in the end.
     *
     * @param replace whether a file that is there may be replaced: only where this program wrote it
     * @throws OutputFolder.Exists if it is there and may not
     */
    public static void write(String path, String text, boolean replace, Configuration configuration) {
        Path target = new Path(path);
        try {
            FileSystem files = target.getFileSystem(configuration);
            // No checksum file beside ours on local disks.
            files.setWriteChecksum(false);
            target = files.makeQualified(target);
            if (files.exists(target) && !(replace && files.getFileStatus(target).isFile())) {
                throw new OutputFolder.Exists(target, "; choose another name or remove it");
            }
            Path hidden = new Path(target.getParent(), "." + target.getName() + ".writing");
            try {
                create(files, hidden, text.getBytes(StandardCharsets.UTF_8));
                files.delete(target, false);
                if (!files.rename(hidden, target)) {
                    throw new IOException("rename failed");
                }
            } finally {
                files.delete(hidden, false);
            }
        } catch (IOException e) {
            throw new OutputFolder.NotWritable(target, e);
        }
    }
}
