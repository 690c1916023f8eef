package org.sparkglmm.spark.data;

import java.util.Locale;
import java.util.Set;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
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

    /** Fills in the format; {@link UsageException} if it is unknown. */
    public TableSource {
        format = format == null || format.isBlank() ? guess(path) : format.toLowerCase(Locale.ROOT);
        if (!FORMATS.contains(format)) {
            throw new UsageException("unknown format '" + format + "'; known: parquet, csv, orc, delta, table");
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
        Dataset<Row> table = read(spark);
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
        return schema == null ? withTextIds(spark, table, id) : table;
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
        Dataset<Row> text = reader(spark).schema(types).load(path);
        boolean losesZeros = !text.filter(text.col(TableColumns.quoted(id)).rlike("^\\s*[+-]?0[0-9]"))
                .isEmpty();
        return losesZeros ? text : table;
    }

    private DataFrameReader reader(SparkSession spark) {
        DataFrameReader reader = spark.read().format(format);
        return isText() ? reader.option("header", "true").option("nullValue", "NA") : reader;
    }

    private Dataset<Row> read(SparkSession spark) {
        try {
            if (format.equals("table")) {
                return spark.table(path);
            }
            DataFrameReader reader = reader(spark);
            if (isText()) {
                reader = schema == null ? reader.option("inferSchema", "true") : reader.schema(schema);
            }
            return reader.load(path);
        } catch (Exception e) {
            if (e instanceof AnalysisException || e instanceof org.apache.hadoop.fs.FileAlreadyExistsException) {
                boolean absent = String.valueOf(e.getMessage()).contains("PATH_NOT_FOUND");
                throw new DataException("cannot read " + path
                        + (absent ? ": there is no such file or folder" : " as " + format + ": " + firstLine(e)));
            }
            throw new DataException("cannot read " + path + " as " + format
                    + ": a file is damaged, empty or of another format; check the path, the format and the schema");
        }
    }

    private static String firstLine(Exception e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return message.lines().findFirst().orElse("").strip();
    }
}
