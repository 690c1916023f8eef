package org.sparkglmm.spark.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileChecksum;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkglmm.core.DataException;
import org.sparkglmm.spark.engine.SparkSessions;

/** The files that a table is read from, as they were when the reading began. Tables without files have none. */
public final class InputFiles {
    /** Larger tables are known by the ends of their files: those of Parquet hold the sizes and ranges of everything between. */
    private static final long WHOLE = 256L << 20;

    private static final int END = 1 << 20;
    /** Of more files than this only sizes and times are taken. */
    private static final int MOST_FINGERPRINTS = 1_000;

    private static final long UNKNOWN = -1;

    private final List<Source> sources;

    private InputFiles(List<Source> sources) {
        this.sources = sources;
    }

    /** A file where it is, and what is said of it; without a file system where that says nothing. */
    private record Source(FileSystem system, Path path, InputFile file) {}

    /**
     * One file.
     *
     * @param path without credentials
     * @param bytes its length, -1 if only Spark may look at it
     * @param modified milliseconds since 1970, -1 likewise
     * @param fingerprint of its contents, with the method before a colon: the file system's own checksum, or SHA-256 of the whole file
     *     (sha256) or of its first and last mebibyte (sha256-ends, in tables of more than 256 MiB); empty if there are more than a thousand files, or it cannot be read
     */
    public record InputFile(String path, long bytes, long modified, String fingerprint) {}

    /** Those of a table. */
    public static InputFiles of(Dataset<Row> table) {
        Configuration configuration = SparkSessions.hadoop(table.sparkSession());
        String[] names = table.inputFiles();
        List<Source> sources = Arrays.stream(names)
                .sorted()
                .parallel()
                .map(name -> describe(new Path(URI.create(name)), configuration))
                .toList();
        if (sources.size() > MOST_FINGERPRINTS) {
            return new InputFiles(sources);
        }
        boolean whole = sources.stream().mapToLong(s -> s.file.bytes()).sum() <= WHOLE;
        return new InputFiles(
                sources.stream().parallel().map(s -> withFingerprint(s, whole)).toList());
    }

    public List<InputFile> files() {
        return sources.stream().map(Source::file).toList();
    }

    /** A path as it may be written down: without name:password, which a container before the @ is not, and without a signature. */
    public static String withoutSecrets(String path) {
        return path.replaceFirst("^([A-Za-z][A-Za-z0-9+.-]*://)[^/@]*:[^/]*@", "$1")
                .replaceFirst("[?#].*$", "");
    }

    private static Source describe(Path path, Configuration configuration) {
        String name = withoutSecrets(path.toString());
        try {
            FileSystem system = path.getFileSystem(configuration);
            FileStatus status = system.getFileStatus(path);
            return new Source(system, path, new InputFile(name, status.getLen(), status.getModificationTime(), ""));
        } catch (IOException e) {
            // A catalogue may read files for its tables that nobody may look at.
            return new Source(null, path, new InputFile(name, UNKNOWN, UNKNOWN, ""));
        }
    }

    private static Source withFingerprint(Source source, boolean whole) {
        InputFile file = source.file;
        if (source.system == null) {
            return source;
        }
        try {
            return new Source(
                    source.system,
                    source.path,
                    new InputFile(file.path(), file.bytes(), file.modified(), fingerprint(source, whole)));
        } catch (IOException | UncheckedIOException e) {
            return source;
        }
    }

    private static String fingerprint(Source source, boolean whole) throws IOException {
        FileChecksum own = source.system.getFileChecksum(source.path);
        if (own != null) {
            return own.getAlgorithmName() + ":" + HexFormat.of().formatHex(own.getBytes());
        }
        long bytes = source.file.bytes();
        if (whole || bytes <= 2 * END) {
            return "sha256:" + sha256(source.system, source.path);
        }
        MessageDigest digest = sha256();
        byte[] end = new byte[END];
        try (FSDataInputStream in = source.system.open(source.path)) {
            in.readFully(0, end);
            digest.update(end);
            in.readFully(bytes - END, end);
            digest.update(end);
        }
        return "sha256-ends:" + HexFormat.of().formatHex(digest.digest());
    }

    /** SHA-256 of a file; {@link UncheckedIOException} if it cannot be read. */
    public static String sha256(FileSystem system, Path file) {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = system.open(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** SHA-256 of a text in UTF-8. */
    public static String sha256(String text) {
        return sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    /** SHA-256 of bytes. */
    public static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(sha256().digest(bytes));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has it", e);
        }
    }

    /**
     * What was read in the meantime is what is there: a part that was lost and read again may otherwise have come from another table.
     *
     * @throws DataException if a file has changed or gone
     */
    public void requireUnchanged() {
        long changed =
                sources.stream().parallel().filter(InputFiles::hasChanged).count();
        if (changed > 0) {
            throw new DataException("the table was changed while it was read: " + changed + " of its " + sources.size()
                    + " files are not what they were at the beginning; run again when nothing writes to it");
        }
    }

    private static boolean hasChanged(Source source) {
        if (source.system == null) {
            return false;
        }
        try {
            FileStatus now = source.system.getFileStatus(source.path);
            return now.getLen() != source.file.bytes() || now.getModificationTime() != source.file.modified();
        } catch (IOException e) {
            return true;
        }
    }
}
