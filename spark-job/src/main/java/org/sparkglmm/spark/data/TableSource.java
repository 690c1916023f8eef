package org.sparkglmm.spark.data;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
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
        if (schema != null && !format.equals("csv")) {
            throw new UsageException("--schema: is for csv; " + format + " has its own types"
                    + (format.equals("parquet") ? " (a folder of text needs --format csv)" : ""));
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
        OpenTable table = read(spark, use);
        if (table.table().columns().length == 0) {
            throw new DataException("cannot read " + path + " as " + format + ": it is empty");
        }
        return table;
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
            if (format.equals("table")) {
                return OpenTable.of(reader(spark).table(path), false);
            }
            if (format.equals("delta")) {
                return OpenTable.of(reader(spark).format(format).load(path), false);
            }
            TableFiles files = TableFiles.of(spark, path);
            if (files != null && files.lake() != null) {
                return OpenTable.of(readLake(spark, files), false);
            }
            PartitionFolders folders = PartitionFolders.of(path, files);
            if (isText()) {
                return new TextTable(spark, path, dialect, schema == null ? null : parse(schema), use, files, folders)
                        .open();
            }
            Supplier<DataFrameReader> own = () -> reader(spark).format(format);
            if (format.equals("parquet") && files != null) {
                files.requireNoEmptyFile(path);
            }
            return OpenTable.of(
                    format.equals("parquet")
                            ? ParquetTable.load(spark, path, use.group(), files, folders, own)
                            : folders.load(own, null),
                    false);
        } catch (Exception e) {
            if (isOfTheCluster(e) || e instanceof DataException) {
                throw e;
            }
            // Exceptions of Spark may be checked ones that its signatures do not name.
            String message = String.valueOf(e.getMessage());
            throw new DataException("cannot read " + path + whyNot(e, message));
        }
    }

    /** Of a table whose log alone says which of its files it consists of. */
    private Dataset<Row> readLake(SparkSession spark, TableFiles files) {
        LakeTable lake = files.lake();
        String what = "cannot read " + path + " as " + format + ": its files belong to a table of " + lake.label()
                + ", some of them to earlier versions of it only; ";
        if (!files.isWholeLake()) {
            throw new DataException(what + "give the path of that table's own folder");
        }
        try {
            return spark.read().format(lake.format()).load(path);
        } catch (Exception e) {
            if (isNoReader(String.valueOf(e.getMessage()))) {
                throw new DataException(what + "add its reader to Spark, for example with spark-submit --packages "
                        + lake.artifact() + "... of Spark's version, or write the table as Parquet to another folder");
            }
            throw e;
        }
    }

    private static boolean isNoReader(String message) {
        return message.contains("DATA_SOURCE_NOT_FOUND") || message.contains("Failed to find data source");
    }

    /** Whether the table is innocent: Spark itself, or a machine, was not to be reached. */
    private static boolean isOfTheCluster(Throwable failure) {
        if (Shortage.of(failure).isPresent()) {
            return true;
        }
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
        if (isNoReader(message)) {
            return as + "Spark has no reader for it here; add its package, for example with spark-submit --packages";
        }
        if (message.contains("DELTA_CONFIGURE_SPARK_SESSION")) {
            return as + "Delta's reader wants spark.sql.extensions=io.delta.sql.DeltaSparkSessionExtension and"
                    + " spark.sql.catalog.spark_catalog=org.apache.spark.sql.delta.catalog.DeltaCatalog";
        }
        if (e instanceof AnalysisException) {
            String first = message.lines().findFirst().orElse("").strip();
            return as + (first.isEmpty() ? e.getClass().getSimpleName() : first);
        }
        return as + "a file is damaged, empty or of another format; check the path, the format and the schema";
    }
}
