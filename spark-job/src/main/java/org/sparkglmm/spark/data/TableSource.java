package org.sparkglmm.spark.data;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.UsageException;

/**
 * A table to read.
 *
 * @param path a path, or a table's name for format table
 * @param format parquet, csv, orc, delta or table; null to go by the path's ending
 * @param schema Spark DDL for text, null to infer it
 */
public record TableSource(String path, String format, String schema) {
    private static final Set<String> FORMATS = Set.of("parquet", "csv", "orc", "delta", "table");

    /** Stands for bytes that are no character of UTF-8. */
    static final char NO_CHARACTER = '\ufffd';

    /** A column that is null unless the line holds a value that is not of its column's type. */
    static final String MALFORMED = "__malformed";

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

    /**
     * The table.
     *
     * @param id a column of ids: in text they stay text if any begins with a 0 that a number would lose
     * @throws DataException if it cannot be read
     */
    public Dataset<Row> read(SparkSession spark, String id) {
        Dataset<Row> table = readOwn(spark, id);
        if (table.columns().length == 0) {
            throw new DataException("cannot read " + path + " as " + format + ": it is empty");
        }
        if (!isText()) {
            return table;
        }
        String only = table.columns()[0];
        if (table.columns().length == 1 && (only.contains(";") || only.contains("\t"))) {
            throw new DataException("cannot read " + path
                    + " as csv: its columns are separated by semicolons or tabs; they must be separated by commas");
        }
        if (Arrays.stream(table.columns()).anyMatch(c -> c.indexOf(NO_CHARACTER) >= 0 || c.indexOf('\0') >= 0)) {
            throw new DataException(
                    "cannot read " + path + " as csv: its first line is not UTF-8 text; convert it, for example"
                            + " by iconv -f latin1 -t utf-8, or say its --format");
        }
        if (schema == null && hasNothingButTexts(table) && table.isEmpty()) {
            throw new DataException("the table has no rows");
        }
        return schema == null ? withTextIds(spark, table, id) : table;
    }

    /**
     * The same table for a fit, which counts lines with values that are not of the type that the schema gives their column:
     * Spark makes null of them in silence.
     */
    public Dataset<Row> readToFit(SparkSession spark, String id) {
        return readToFit(spark, read(spark, id));
    }

    /** The same of a table that was read. */
    public Dataset<Row> readToFit(SparkSession spark, Dataset<Row> table) {
        if (!isText() || schema == null) {
            return table;
        }
        return PartitionFolders.of(path, TableFiles.of(spark, path))
                .loadAs(
                        () -> reader(spark).option("columnNameOfCorruptRecord", MALFORMED),
                        parse(schema).add(MALFORMED, DataTypes.StringType, true));
    }

    private static boolean hasNothingButTexts(Dataset<Row> table) {
        return Arrays.stream(table.schema().fields()).allMatch(f -> f.dataType() instanceof StringType);
    }

    private Dataset<Row> withTextIds(SparkSession spark, Dataset<Row> table, String id) {
        StructType types = new StructType();
        boolean isNumber = false;
        for (StructField field : table.schema().fields()) {
            boolean isId = field.name().equals(id) && field.dataType() instanceof NumericType;
            isNumber |= isId;
            types = types.add(field.name(), isId ? DataTypes.StringType : field.dataType(), true);
        }
        if (!isNumber) {
            return table;
        }
        Dataset<Row> text =
                PartitionFolders.of(path, TableFiles.of(spark, path)).loadAs(() -> reader(spark), types);
        boolean losesZeros = !text.filter(text.col(TableColumns.quoted(id)).rlike("^\\s*[+-]?0[0-9]"))
                .isEmpty();
        return losesZeros ? text : table;
    }

    /** Whatever the session says, a damaged or missing file is an error here: its rows would be lost in silence. */
    private DataFrameReader reader(SparkSession spark) {
        DataFrameReader reader =
                spark.read().option("ignoreCorruptFiles", "false").option("ignoreMissingFiles", "false");
        if (format.equals("table")) {
            return reader;
        }
        if (format.equals("parquet") || format.equals("delta")) {
            // Without it a flipped bit is a number like any other.
            reader = reader.option("parquet.page.verify-checksum.enabled", "true");
        }
        if (isText()) {
            reader = reader.option("header", "true").option("nullValue", "NA");
        }
        // Columns go by their place: with a schema, or several files, the headers must agree.
        return (isText() ? reader.option("enforceSchema", "false") : reader).format(format);
    }

    private Dataset<Row> readOwn(SparkSession spark, String id) {
        try {
            if (format.equals("table")) {
                return reader(spark).table(path);
            }
            if (format.equals("delta")) {
                return reader(spark).load(path);
            }
            TableFiles files = TableFiles.of(spark, path);
            if (files != null && files.lake() != null) {
                return readLake(spark, files);
            }
            PartitionFolders folders = PartitionFolders.of(path, files);
            if (format.equals("parquet")) {
                if (files != null) {
                    files.requireNoEmptyFile(path);
                }
                return ParquetTable.load(spark, path, id, files, folders, () -> reader(spark));
            }
            if (isText() && schema == null) {
                return folders.load(() -> reader(spark).option("inferSchema", "true"), null);
            }
            return isText()
                    ? folders.loadAs(() -> reader(spark), parse(schema))
                    : folders.load(() -> reader(spark), null);
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
