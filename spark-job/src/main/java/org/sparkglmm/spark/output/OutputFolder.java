package org.sparkglmm.spark.output;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.spark.output.Disk.Entry;
import org.sparkglmm.spark.output.Disk.Kind;

/**
 * A result folder that is there whole or not at all: everything is written to a hidden folder beside it, which takes its
 * name in the end, when it is on the disk. A file that says by its presence that the folder is complete ({@link #writeLast}) comes after
 * that, so it keeps its promise where renaming a folder moves one file after the other, as in object stores.
 *
 * <p>A folder that is there gives way only if all in it is ours ({@link Inventory}). It is moved aside, and of what is then in it only
 * what is ours is removed: what somebody puts there in the last moment stays.
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

    /** Hidden, until the rest of the folder has its name. */
    private static final String LAST = ".last.";

    /** Spark's names of part files, with a random part that would make two runs differ. */
    private static final Pattern PART =
            Pattern.compile("(part-\\d+)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}[^.]*(\\..+)");

    private static final String WRITING = "writing-";
    private static final String OLD = "old";
    private static final Pattern ATTEMPT = Pattern.compile("[0-9a-f]{8}");

    private final FileSystem files;
    private final Disk disk;
    private final Path target;
    private final String attempt = UUID.randomUUID().toString().substring(0, 8);
    private final Path staging;
    private final OnExists onExists;
    private String last;
    private String kept = "";

    private OutputFolder(FileSystem files, Path target, OnExists onExists) {
        this.files = files;
        disk = Disk.of(files);
        this.target = target;
        this.onExists = onExists;
        staging = new Path(target.getParent(), hidden(WRITING + attempt));
    }

    /** The name that a file of a folder has in the end. */
    static String lastingName(String path) {
        return path.startsWith(LAST) ? path.substring(LAST.length()) : path;
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
            // A link stays one: what it leads to is replaced.
            Path whole = Disk.of(files).real(files.makeQualified(target));
            if (whole.getParent() == null) {
                throw new UsageException("--out: " + path + " is a root folder");
            }
            for (String input : inputs) {
                requireApart(whole, input, configuration);
            }
            OutputFolder out = new OutputFolder(files, whole, onExists);
            out.finishWhatWasCutOff();
            if (!out.isComplete()) {
                out.requireFree();
                out.clear();
                out.write(Inventory.NAME, "");
            }
            return out;
        } catch (IOException e) {
            throw new NotWritable(target, e);
        }
    }

    /** Whether two paths, however they are written, lead to the same place or one into the other. */
    public static boolean touch(String a, String b, Configuration configuration) {
        return Place.all(a, configuration).stream()
                .anyMatch(one -> Place.all(b, configuration).stream().anyMatch(one::touches));
    }

    /** Whether the first lies in the second and is not the same. */
    public static boolean inside(String a, String b, Configuration configuration) {
        Place one = Place.of(new Path(a), configuration);
        return Place.all(b, configuration).stream().anyMatch(other -> one.within(other) && !other.within(one));
    }

    private static void requireApart(Path out, String input, Configuration configuration) {
        Place place = Place.of(out, configuration);
        if (Place.all(input, configuration).stream().anyMatch(place::touches)) {
            throw new UsageException("--out: " + out.toUri().getPath() + " is, contains or lies inside " + input
                    + ", which is read; choose another folder");
        }
    }

    /**
     * The same once it is known which files a table is read from.
     *
     * @param read as {@link org.apache.spark.sql.Dataset#inputFiles} names them
     */
    public void requireNotRead(String... read) {
        Place place = Place.of(target, files.getConf());
        for (String file : read) {
            if (Place.of(new Path(URI.create(file)), files.getConf()).within(place)) {
                throw new UsageException("--out: " + target.toUri().getPath()
                        + " holds files that the table is read from; choose another folder");
            }
        }
    }

    /** Ends what an attempt was doing that was killed while it gave the folder its name. */
    private void finishWhatWasCutOff() throws IOException {
        List<Path> old = hiddenBeside(OLD);
        if (!old.isEmpty() && isAbsentOrEmpty()) {
            // It was to be replaced and was not: nothing is lost.
            disk.deleteEmpty(target);
            disk.rename(old.get(0), target);
        }
        Path almost = new Path(target, LAST + ModelFile.NAME);
        if (files.exists(almost) && !files.exists(new Path(target, ModelFile.NAME))) {
            List<Entry> entries = disk.entries(target);
            Inventory own = Inventory.find(files, target, entries);
            if (own != null && own.isWhole(entries)) {
                disk.rename(almost, new Path(target, ModelFile.NAME));
                disk.forceNames(target);
            }
        }
    }

    private boolean isAbsentOrEmpty() throws IOException {
        return !files.exists(target)
                || (files.getFileStatus(target).isDirectory()
                        && disk.entries(target).isEmpty());
    }

    /** Hidden folders of attempts beside the output, the latest first. */
    private List<Path> hiddenBeside(String purpose) throws IOException {
        List<FileStatus> out = new ArrayList<>();
        String begin = hidden(purpose);
        for (FileStatus beside : list(target.getParent())) {
            String name = beside.getPath().getName();
            String rest = name.startsWith(begin) ? name.substring(begin.length()) : "?";
            boolean ours = ATTEMPT.matcher(rest.startsWith("-") ? rest.substring(1) : rest)
                            .matches()
                    // As the first version called what it had moved aside.
                    || (rest.isEmpty() && purpose.equals(OLD));
            if (ours && beside.isDirectory()) {
                out.add(beside);
            }
        }
        out.sort(Comparator.comparing(FileStatus::getModificationTime).reversed());
        return out.stream().map(FileStatus::getPath).toList();
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
                    && files.exists(new Path(target, ModelFile.NAME))
                    && Inventory.find(files, target, disk.entries(target)) != null;
        } catch (IOException e) {
            throw new NotWritable(target, e);
        }
    }

    private void requireFree() throws IOException {
        if (!files.exists(target)) {
            return;
        }
        if (onExists == OnExists.ERROR) {
            throw new Exists(target, "; use --on-exists overwrite to replace it");
        }
        if (!files.getFileStatus(target).isDirectory()) {
            throw new Exists(target, " and is a file, no folder of this program's, so it is not replaced");
        }
        List<Entry> there = disk.entries(target);
        if (there.isEmpty()) {
            return;
        }
        Inventory own = Inventory.find(files, target, there);
        if (own == null) {
            own = ofMoveThatWasCutOff(there);
        }
        if (own == null) {
            throw new Exists(
                    target,
                    " and was not written by this program (no " + Manifest.NAME + " or " + Inventory.NAME
                            + " in it says so; it holds " + Inventory.some(Inventory.names(there))
                            + "), so it is not replaced; choose another folder, or remove it yourself");
        }
        List<String> foreign = own.foreign(there);
        if (!foreign.isEmpty()) {
            throw new Exists(
                    target,
                    " and holds " + (foreign.size() == 1 ? "a file" : foreign.size() + " files")
                            + " that this program did not write, or not as found: " + Inventory.some(foreign)
                            + "; so it is not replaced; move what you need elsewhere first");
        }
    }

    /** Where a folder moves file by file, the part of it that came before the mark is ours if the rest still waits to follow. */
    private Inventory ofMoveThatWasCutOff(List<Entry> there) throws IOException {
        for (Path waiting : hiddenBeside(WRITING)) {
            List<Entry> entries = disk.entries(waiting);
            Inventory own = Inventory.find(files, waiting, entries);
            if (own != null && own.foreign(there).isEmpty()) {
                return own;
            }
        }
        return null;
    }

    private void clear() throws IOException {
        for (Path killed : hiddenBeside(WRITING)) {
            files.delete(killed, true);
        }
        for (Path old : hiddenBeside(OLD)) {
            removeOurs(old);
        }
        if (onExists != OnExists.RESUME) {
            Checkpoint.remove(files, checkpoint());
        }
        if (!files.mkdirs(staging)) {
            throw new IOException("a folder cannot be made there");
        }
    }

    /** Removes what is ours of a folder that was moved aside. What is not gets a name that is to be seen. */
    private void removeOurs(Path aside) {
        try {
            List<Entry> there = disk.entries(aside);
            Inventory own = Inventory.find(files, aside, there);
            if (own != null && own.foreign(there).isEmpty() && disk.local(aside) == null) {
                files.delete(aside, true);
            } else {
                removeOurs(aside, own, there);
            }
            if (files.exists(aside)) {
                Path visible = new Path(target.getParent(), target.getName() + ".kept-" + attempt);
                disk.rename(aside, visible);
                kept = "files that this program did not write were in the folder that was replaced; they are now in "
                        + visible.toUri().getPath();
            }
        } catch (IOException e) {
            // It stays; what replaces it is not the worse for that.
            kept = "what was replaced could not be removed and is in "
                    + aside.toUri().getPath();
        }
    }

    private void removeOurs(Path aside, Inventory own, List<Entry> there) throws IOException {
        List<Entry> deepestFirst = new ArrayList<>(there);
        Collections.reverse(deepestFirst);
        // What says that the others are ours goes last, in case this is cut off.
        List<String> proofs = List.of(Manifest.NAME, Inventory.NAME);
        for (Entry entry : deepestFirst) {
            Path path = new Path(aside, entry.path());
            if (entry.kind() == Kind.FOLDER) {
                disk.deleteEmpty(path);
            } else if (own != null && own.owns(entry) && !proofs.contains(entry.path())) {
                disk.deleteFile(path);
            }
        }
        if (own != null && disk.entries(aside).stream().allMatch(e -> proofs.contains(e.path()) && own.owns(e))) {
            for (String proof : proofs) {
                disk.deleteFile(new Path(aside, proof));
            }
        }
        disk.deleteEmpty(aside);
    }

    /** What somebody must know of a folder that was replaced, in words; empty if nothing. */
    public String kept() {
        return kept;
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
                disk.rename(file.getPath(), named);
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
            if (!files.exists(new Path(staging, Inventory.NAME))) {
                throw new IOException("another run has begun to write it meanwhile, and this one leaves it to that");
            }
            settle();
            write(Inventory.NAME, Inventory.of(disk.entries(staging)).text());
            disk.force(staging, disk.entries(staging));
            Path old = new Path(target.getParent(), hidden(OLD + "-" + attempt));
            // As late as can be; what comes after this look is found when the folder is aside.
            requireFree();
            boolean replaced = files.exists(target);
            if (replaced) {
                disk.rename(target, old);
            }
            try {
                moveInPlace();
            } catch (IOException e) {
                if (replaced && !files.exists(target)) {
                    disk.rename(old, target);
                }
                throw e;
            }
            disk.forceNames(target.getParent());
            if (last != null) {
                disk.rename(new Path(target, LAST + last), new Path(target, last));
                disk.forceNames(target);
            }
            if (replaced) {
                removeOurs(old);
            }
            Checkpoint.remove(files, checkpoint());
        } catch (IOException e) {
            throw new NotWritable(target, e);
        }
    }

    private void moveInPlace() throws IOException {
        if (files.exists(target)) {
            // Renaming would move one folder into the other.
            throw new IOException("it came into being meanwhile");
        }
        disk.rename(staging, target);
        Path within = new Path(target, staging.getName());
        if (disk.local(target) == null && files.exists(within)) {
            // It did, since then.
            disk.rename(within, staging);
            throw new IOException("it came into being meanwhile");
        }
    }

    /** Removes what was written so far; does nothing after {@link #commit}. */
    public void abandon() {
        delete(staging);
    }

    /** Removes what another attempt could have gone on from, where there is no use in it. */
    public void forget() {
        Checkpoint.remove(files, checkpoint());
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
