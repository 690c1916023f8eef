package org.sparkglmm.spark.data;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.UsageException;

/**
 * A table to read.
 *
 * @param path a path, or a table's name for format table
 * @param format parquet, csv, orc, delta or table; null to go by the path's ending
 * @param schema Spark DDL for text, null to infer it
 * @param dialect how text is written
 */
public record TableSource(String path, String format, String schema, TextDialect dialect) {
    private static final Set<String> FORMATS = Set.of("parquet", "csv", "orc", "delta", "table");

    /** Stands for bytes that are no character of UTF-8. */
    static final char NO_CHARACTER = '\ufffd';

    /** A column that is null unless the line holds a value that is not of its column's type. */
    static final String MALFORMED = "__malformed";

    /** A column that tells whether a line has more fields than the header. */
    static final String SURPLUS = "__surplus";

    /**
     * Fills in the format.
     *
     * @throws UsageException if the format is unknown or the schema is none
     */
    public TableSource {
        format = format == null || format.isBlank() ? guess(path) : format.toLowerCase(Locale.ROOT);
        if (!FORMATS.contains(format)) {
            throw new UsageException("unknown format '" + format + "'; known: parquet, csv, orc, delta, table");
        }
        if (path.isBlank()) {
            throw new UsageException("--data: the path is empty");
        }
        if (schema != null) {
            parse(schema);
        }
        if (!format.equals("csv") && !dialect.equals(TextDialect.DEFAULT)) {
            throw new UsageException("--separator, --quote, --decimal, --encoding and --malformed are for text (format"
                    + " csv), and the format is " + format);
        }
    }

    /** The usual text, if it is text. */
    public TableSource(String path, String format, String schema) {
        this(path, format, schema, TextDialect.DEFAULT);
    }

    private static StructType parse(String schema) {
        try {
            return StructType.fromDDL(schema);
        } catch (Exception e) {
            // Spark's exceptions here are checked ones that its signature does not name.
            throw new UsageException("--schema: not understood; write each column's name and type, such as"
                    + " 'id STRING, y INT, x DOUBLE', with odd names in `backticks`");
        }
    }

    private static String guess(String path) {
        String name = path.toLowerCase(Locale.ROOT);
        if (name.endsWith(".csv") || name.endsWith(".csv.gz") || name.endsWith(".csv.bz2")) {
            return "csv";
        }
        return name.endsWith(".orc") ? "orc" : "parquet";
    }

    /** In text, an empty field is a missing value too. */
    public boolean isText() {
        return format.equals("csv");
    }

    /** The table of which nothing but the grouping column is known. */
    public Dataset<Row> read(SparkSession spark, String id) {
        return open(spark, ColumnUse.of(id)).table();
    }

    /**
     * The table to fit a model to.
     *
     * @throws DataException if it cannot be read
     */
    public OpenTable open(SparkSession spark, ModelRequest request) {
        return open(spark, ColumnUse.toFit(request));
    }

    /**
     * The table to apply a model to, whose levels are known: what is text in the model is text in the table.
     *
     * @param idType of the ids that the model knows, null if it knows none
     * @throws DataException if it cannot be read
     */
    public OpenTable open(SparkSession spark, ModelRequest request, DataType idType) {
        return open(spark, ColumnUse.ofModel(request, idType));
    }

    private OpenTable open(SparkSession spark, ColumnUse use) {
        if (format.equals("parquet")) {
            requireNoEmptyFile(spark);
        }
        OpenTable table = read(spark, use);
        if (table.table().columns().length == 0) {
            throw new DataException("cannot read " + path + " as " + format + ": it is empty");
        }
        return table;
    }

    /** Spark passes over files of 0 bytes; one that was to be Parquet has lost its rows. */
    private void requireNoEmptyFile(SparkSession spark) {
        long empty = 0;
        try {
            Path pattern = new Path(path);
            FileSystem files = pattern.getFileSystem(spark.sparkContext().hadoopConfiguration());
            FileStatus[] found = files.globStatus(pattern);
            for (FileStatus root : found == null ? new FileStatus[0] : found) {
                RemoteIterator<LocatedFileStatus> all = files.listFiles(root.getPath(), true);
                while (all.hasNext()) {
                    LocatedFileStatus file = all.next();
                    empty += file.getLen() == 0 && !isHidden(root.getPath(), file.getPath()) ? 1 : 0;
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            // What can be read will be; this is a look for what Spark would pass over.
            return;
        }
        if (empty > 0) {
            throw new DataException("cannot read " + path + " as parquet: " + empty
                    + (empty == 1 ? " of its files is" : " of its files are")
                    + " empty (0 bytes), so its writing failed; write it again, or take the empty files out");
        }
    }

    /** What Spark passes over by its name, or by that of a folder on the way to it; and what stands for a folder in object stores. */
    private static boolean isHidden(Path root, Path file) {
        for (Path at = file; at != null && !at.equals(root); at = at.getParent()) {
            String name = at.getName();
            boolean ofPartition = name.startsWith("_") && name.contains("=");
            if (name.startsWith(".") || (name.startsWith("_") && !ofPartition) || name.endsWith("_$folder$")) {
                return true;
            }
        }
        return false;
    }

    /** Whatever the session says, a damaged or missing file is an error here: its rows would be lost in silence. */
    static DataFrameReader plainReader(SparkSession spark) {
        return spark.read().option("ignoreCorruptFiles", "false").option("ignoreMissingFiles", "false");
    }

    private DataFrameReader reader(SparkSession spark) {
        DataFrameReader reader = plainReader(spark);
        if (format.equals("parquet") || format.equals("delta")) {
            // Without it a flipped bit is a number like any other.
            reader = reader.option("parquet.page.verify-checksum.enabled", "true");
        }
        return reader;
    }

    private OpenTable read(SparkSession spark, ColumnUse use) {
        try {
            if (isText()) {
                return new TextTable(spark, path, dialect, schema == null ? null : parse(schema), use).open();
            }
            if (format.equals("table")) {
                return OpenTable.of(reader(spark).table(path), false);
            }
            return OpenTable.of(reader(spark).format(format).load(path), false);
        } catch (DataException e) {
            throw e;
        } catch (Exception e) {
            if (isOfTheCluster(e)) {
                throw e;
            }
            // Exceptions of Spark may be checked ones that its signatures do not name.
            String message = String.valueOf(e.getMessage());
            throw new DataException("cannot read " + path + whyNot(e, message));
        }
    }

    /** Whether the table is innocent: Spark itself, or a machine, was not to be reached. */
    private static boolean isOfTheCluster(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (cause instanceof ConnectException
                    || cause instanceof UnknownHostException
                    || message.contains("stopped SparkContext")
                    || message.contains("SparkContext was shut down")
                    || message.contains("masters are unresponsive")) {
                return true;
            }
        }
        return false;
    }

    private String whyNot(Exception e, String message) {
        String as = " as " + format + ": ";
        if (message.contains("PATH_NOT_FOUND")) {
            return ": there is no such file or folder";
        }
        if (message.contains("UNABLE_TO_INFER_SCHEMA")) {
            return as + "there is no file of that kind in it";
        }
        if (message.contains("COLUMN_ALREADY_EXISTS")) {
            return as
                    + "two of its columns have the same name, or names that differ in upper and lower case only; rename one";
        }
        if (message.contains("TABLE_OR_VIEW_NOT_FOUND")) {
            return as + "there is no table or view of that name";
        }
        if (message.contains("DATA_SOURCE_NOT_FOUND") || message.contains("Failed to find data source")) {
            return as + "Spark has no reader for it here; add its package, for example with spark-submit --packages";
        }
        if (e instanceof AnalysisException) {
            String first = message.lines().findFirst().orElse("").strip();
            return as + (first.isEmpty() ? e.getClass().getSimpleName() : first);
        }
        return as + "a file is damaged, empty or of another format; check the path, the format and the schema";
    }
}
