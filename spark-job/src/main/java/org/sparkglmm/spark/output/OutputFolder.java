package org.sparkglmm.spark.output;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.sparkglmm.core.UsageException;

/**
 * A result folder that is there whole or not at all: everything is written to a hidden folder beside it, which takes its
 * name in the end.
 */
public final class OutputFolder {
    /** Marks a folder as written by this program; Spark's readers pass over it. */
    private static final String MARK = "_spark_glmm";

    private final FileSystem files;
    private final Path target;
    private final Path staging;
    private final boolean overwrite;

    private OutputFolder(FileSystem files, Path target, boolean overwrite) {
        this.files = files;
        this.target = target;
        this.overwrite = overwrite;
        staging = new Path(target.getParent(), "." + target.getName() + ".writing");
    }

    /** Thrown when the output is there already and may not be replaced. */
    public static final class Exists extends RuntimeException {
        private static final long serialVersionUID = 1;

        Exists(Path path, String advice) {
            super("output " + path.toUri().getPath() + " exists" + advice);
        }
    }

    /** Thrown when the output cannot be written. */
    public static final class NotWritable extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotWritable(Path path, IOException cause) {
            super(
                    "cannot write " + path.toUri().getPath() + ": "
                            + (cause.getMessage() == null
                                    ? cause.getClass().getSimpleName()
                                    : cause.getMessage().lines().findFirst().orElse("")),
                    cause);
        }
    }

    /**
     * Begins a folder, before any work is done.
     *
     * @param onExists error or overwrite; only what this program wrote is ever replaced
     * @param inputs what is read meanwhile: the output may not touch it
     * @throws Exists if it is there and onExists is error
     * @throws UsageException if onExists is neither
     */
    public static OutputFolder begin(String path, String onExists, Configuration configuration, String... inputs) {
        if (!onExists.equals("error") && !onExists.equals("overwrite")) {
            throw new UsageException("--on-exists: must be error or overwrite, got '" + onExists + "'");
        }
        Path target = new Path(path);
        try {
            FileSystem files = target.getFileSystem(configuration);
            // No checksum files beside ours on local disks.
            files.setWriteChecksum(false);
            Path whole = files.makeQualified(target);
            if (whole.getParent() == null) {
                throw new UsageException("--out: " + path + " is a root folder");
            }
            for (String input : inputs) {
                requireApart(whole, files.makeQualified(new Path(input)), input);
            }
            OutputFolder out = new OutputFolder(files, whole, onExists.equals("overwrite"));
            out.requireFree();
            files.delete(out.staging, true);
            if (!files.mkdirs(out.staging)) {
                throw new IOException("mkdirs failed");
            }
            return out;
        } catch (IOException e) {
            throw new NotWritable(target, e);
        }
    }

    private static void requireApart(Path out, Path input, String name) {
        String a = out.toUri().getPath() + "/";
        String b = input.toUri().getPath() + "/";
        boolean sameFiles = out.toUri().getScheme() == null
                || out.toUri().getScheme().equals(input.toUri().getScheme());
        if (sameFiles && (a.startsWith(b) || b.startsWith(a))) {
            throw new UsageException("--out: " + out.toUri().getPath() + " is, contains or lies inside " + name
                    + ", which is read; choose another folder");
        }
    }

    private void requireFree() throws IOException {
        if (!files.exists(target)) {
            return;
        }
        if (!overwrite) {
            throw new Exists(target, "; use --on-exists overwrite to replace it");
        }
        boolean ours = files.exists(new Path(target, MARK)) || files.exists(new Path(target, ModelFile.NAME));
        boolean empty = files.getFileStatus(target).isDirectory() && files.listStatus(target).length == 0;
        if (!ours && !empty) {
            throw new Exists(target, " and was not written by this program, so it is not replaced; remove it yourself");
        }
    }

    /** Where to write a part of the folder. */
    public String part(String name) {
        return new Path(staging, name).toString();
    }

    /** The folder being written. */
    public String staging() {
        return staging.toString();
    }

    /** Writes a text file. */
    public void write(String name, String text) {
        Path path = new Path(staging, name);
        try (OutputStream out = files.create(path, true)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new NotWritable(path, e);
        }
    }

    /** Gives the folder its name. */
    public void commit() {
        write(MARK, "");
        try {
            requireFree();
            Path old = new Path(target.getParent(), "." + target.getName() + ".old");
            boolean replaced = files.exists(target);
            if (replaced) {
                files.delete(old, true);
                rename(target, old);
            }
            rename(staging, target);
            if (replaced) {
                files.delete(old, true);
            }
        } catch (IOException e) {
            throw new NotWritable(target, e);
        }
    }

    private void rename(Path from, Path to) throws IOException {
        if (!files.rename(from, to)) {
            throw new IOException("rename failed");
        }
    }

    /** Removes what was written so far; does nothing after {@link #commit}. */
    public void abandon() {
        try {
            files.delete(staging, true);
        } catch (IOException e) {
            // Nothing more can be done; a hidden .writing folder is no result.
            return;
        }
    }
}
