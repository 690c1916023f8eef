package org.sparkglmm.spark.output;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.sparkglmm.core.UsageException;

/**
 * A result folder that is there whole or not at all: everything is written to a hidden folder beside it, which takes its
 * name in the end. A file that says by its presence that the folder is complete ({@link #writeLast}) comes after that, so it
 * keeps its promise where renaming a folder moves one file after the other, as in object stores.
 */
public final class OutputFolder {
    /** What becomes of a folder that is there. */
    public enum OnExists {
        ERROR,
        OVERWRITE,
        /** What is complete stays; what was cut off goes on. */
        RESUME;

        /** @throws UsageException if there is none of that name among those allowed */
        public static OnExists named(String name, boolean canResume) {
            return switch (name) {
                case "error" -> ERROR;
                case "overwrite" -> OVERWRITE;
                case "resume" -> {
                    if (canResume) {
                        yield RESUME;
                    }
                    throw new UsageException("--on-exists: resume is for fit; here it must be error or overwrite");
                }
                default ->
                    throw new UsageException("--on-exists: must be error" + (canResume ? ", " : " or ") + "overwrite"
                            + (canResume ? " or resume" : "") + ", got '" + name + "'");
            };
        }
    }

    /** Marks a folder as written by this program; Spark's readers pass over it. */
    private static final String MARK = "_spark_glmm";

    /** Hidden, until the rest of the folder has its name. */
    private static final String LAST = ".last.";

    /** Spark's names of part files, with a random part that would make two runs differ. */
    private static final Pattern PART =
            Pattern.compile("(part-\\d+)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}[^.]*(\\..+)");

    private final FileSystem files;
    private final Path target;
    private final Path staging;
    private final OnExists onExists;
    private String last;

    private OutputFolder(FileSystem files, Path target, OnExists onExists) {
        this.files = files;
        this.target = target;
        this.onExists = onExists;
        String attempt = UUID.randomUUID().toString().substring(0, 8);
        staging = new Path(target.getParent(), hidden("writing-" + attempt));
    }

    private String hidden(String purpose) {
        return "." + target.getName() + "." + purpose;
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

        private final String path;

        NotWritable(Path path, IOException cause) {
            super(
                    "cannot write " + path.toUri().getPath() + ": "
                            + (cause.getMessage() == null
                                    ? cause.getClass().getSimpleName()
                                    : cause.getMessage().lines().findFirst().orElse("")),
                    cause);
            this.path = path.toUri().getPath();
        }

        /** What cannot be written. */
        public String path() {
            return path;
        }
    }

    /**
     * Begins a folder, before any work is done. Leftovers of attempts that were cut off are removed; an attempt that is still
     * running somewhere will find that this one has taken over when it wants to {@link #commit}.
     *
     * @param inputs what is read meanwhile: the output may not touch it
     * @throws Exists if it is there and may not be replaced; only what this program wrote ever is
     */
    public static OutputFolder begin(String path, OnExists onExists, Configuration configuration, String... inputs) {
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
                requireApart(whole, qualified(new Path(input), files, configuration), input);
            }
            OutputFolder out = new OutputFolder(files, whole, onExists);
            out.finishWhatWasCutOff();
            if (!out.isComplete()) {
                out.requireFree();
                out.clear();
                out.write(MARK, "");
            }
            return out;
        } catch (IOException e) {
            throw new NotWritable(target, e);
        }
    }

    /** A path with scheme and host, without asking a file system that may not be there. */
    private static Path qualified(Path input, FileSystem files, Configuration configuration) {
        if (input.toUri().getScheme() != null) {
            return input;
        }
        URI byDefault = FileSystem.getDefaultUri(configuration);
        return byDefault.equals(files.getUri())
                ? files.makeQualified(input)
                : input.makeQualified(byDefault, new Path("/"));
    }

    private static void requireApart(Path out, Path input, String name) {
        String a = out.toUri().getPath() + "/";
        String b = input.toUri().getPath() + "/";
        boolean sameFiles = Objects.equals(
                        out.toUri().getScheme(), input.toUri().getScheme())
                && (input.toUri().getAuthority() == null
                        || Objects.equals(
                                out.toUri().getAuthority(), input.toUri().getAuthority()));
        if (sameFiles && (a.startsWith(b) || b.startsWith(a))) {
            throw new UsageException("--out: " + out.toUri().getPath() + " is, contains or lies inside " + name
                    + ", which is read; choose another folder");
        }
    }

    /** Ends what an attempt was doing that was killed while it gave the folder its name. */
    private void finishWhatWasCutOff() throws IOException {
        Path old = new Path(target.getParent(), hidden("old"));
        if (!files.exists(target) && files.exists(old)) {
            // It was to be replaced and was not: nothing is lost.
            rename(old, target);
        }
        files.delete(old, true);
        for (FileStatus file : list(target)) {
            String name = file.getPath().getName();
            if (name.startsWith(LAST)) {
                rename(file.getPath(), new Path(target, name.substring(LAST.length())));
            }
        }
    }

    private List<FileStatus> list(Path folder) throws IOException {
        try {
            return List.of(files.listStatus(folder));
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }

    /** Whether the output is there already, whole, and may be what is wanted: to resume is to leave it. */
    public boolean isComplete() {
        try {
            return onExists == OnExists.RESUME
                    && files.exists(new Path(target, MARK))
                    && files.exists(new Path(target, ModelFile.NAME));
        } catch (IOException e) {
            throw new NotWritable(target, e);
        }
    }

    private void requireFree() throws IOException {
        if (!files.exists(target)) {
            return;
        }
        boolean marked = files.exists(new Path(target, MARK));
        boolean ours = marked || files.exists(new Path(target, ModelFile.NAME));
        boolean empty = files.getFileStatus(target).isDirectory() && files.listStatus(target).length == 0;
        if (onExists == OnExists.ERROR) {
            throw new Exists(target, "; use --on-exists overwrite to replace it");
        }
        if (!ours && !empty) {
            throw new Exists(target, " and was not written by this program, so it is not replaced; remove it yourself");
        }
        if (marked) {
            requireNothingAdded();
        }
    }

    /** The mark lists what was written; what somebody has put beside that is not ours to remove. */
    private void requireNothingAdded() throws IOException {
        String marked;
        try (InputStream in = files.open(new Path(target, MARK))) {
            marked = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        List<String> written = marked.lines().toList();
        long added = Arrays.stream(files.listStatus(target))
                .map(file -> file.getPath().getName())
                .filter(name -> !name.equals(MARK) && !written.contains(name))
                .count();
        if (added > 0 && !written.isEmpty()) {
            throw new Exists(
                    target,
                    " and holds " + (added == 1 ? "a file" : added + " files")
                            + " that this program did not write, so it is not replaced; move them elsewhere first");
        }
    }

    private void clear() throws IOException {
        for (FileStatus beside : list(target.getParent())) {
            if (beside.getPath().getName().startsWith(hidden("writing-"))) {
                files.delete(beside.getPath(), true);
            }
        }
        if (onExists != OnExists.RESUME) {
            files.delete(checkpoint(), true);
        }
        if (!files.mkdirs(staging)) {
            throw new IOException("a folder cannot be made there");
        }
    }

    /** Where an attempt keeps what the next one can go on from. */
    Path checkpoint() {
        return new Path(target.getParent(), hidden("checkpoint"));
    }

    FileSystem files() {
        return files;
    }

    /** Its name. */
    Path target() {
        return target;
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
        try {
            OutputFile.create(files, path, text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new NotWritable(path, e);
        }
    }

    /** Writes the text file whose presence says that the folder is complete. */
    public void writeLast(String name, String text) {
        write(LAST + name, text);
        last = name;
    }

    /** Every file written so far, under the names they will have: those that Spark chose at random are replaced. */
    List<FileStatus> settle() throws IOException {
        List<FileStatus> out = new ArrayList<>();
        settle(staging, out);
        return out;
    }

    private void settle(Path folder, List<FileStatus> into) throws IOException {
        for (FileStatus file : files.listStatus(folder)) {
            Matcher part = PART.matcher(file.getPath().getName());
            if (file.isDirectory()) {
                settle(file.getPath(), into);
            } else if (part.matches()) {
                Path named = new Path(folder, part.group(1) + part.group(2));
                rename(file.getPath(), named);
                into.add(files.getFileStatus(named));
            } else {
                into.add(file);
            }
        }
    }

    /**
     * Gives the folder its name.
     *
     * @throws NotWritable also if another attempt has begun to write the same folder meanwhile
     */
    public void commit() {
        try {
            if (!files.exists(new Path(staging, MARK))) {
                throw new IOException("another run has begun to write it meanwhile, and this one leaves it to that");
            }
            settle();
            List<String> names = new ArrayList<>();
            for (FileStatus file : files.listStatus(staging)) {
                String name = file.getPath().getName();
                names.add(name.startsWith(LAST) ? name.substring(LAST.length()) : name);
            }
            names.sort(null);
            write(MARK, String.join("\n", names) + "\n");
            requireFree();
            Path old = new Path(target.getParent(), hidden("old"));
            boolean replaced = files.exists(target);
            if (replaced) {
                files.delete(old, true);
                rename(target, old);
            }
            if (files.exists(target)) {
                // Renaming would move one folder into the other.
                throw new IOException("it came into being meanwhile");
            }
            rename(staging, target);
            if (last != null) {
                rename(new Path(target, LAST + last), new Path(target, last));
            }
            if (replaced) {
                files.delete(old, true);
            }
            files.delete(checkpoint(), true);
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
        delete(staging);
    }

    /** Removes what another attempt could have gone on from, where there is no use in it. */
    public void forget() {
        delete(checkpoint());
    }

    private void delete(Path path) {
        try {
            files.delete(path, true);
        } catch (IOException e) {
            // Nothing more can be done; a hidden folder is no result.
            return;
        }
    }
}
