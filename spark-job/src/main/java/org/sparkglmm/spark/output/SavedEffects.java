package org.sparkglmm.spark.output;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.spark.data.DamagedTable;
import org.sparkglmm.spark.data.InputFiles;
import org.sparkglmm.spark.data.PersonEffects;
import org.sparkglmm.spark.engine.SparkSessions;

/**
 * The persons' effects beside a model, which must be that model's. model.json knows them by a fingerprint of their rows, which does not
 * depend on the files that they are in, nor on their order: a folder may be copied, moved and lose its manifest.
 */
public final class SavedEffects {
    private SavedEffects() {}

    /** That of a table of effects: number of rows, and 64 bits of its columns' names and types and of a sum over the rows. */
    public static String fingerprint(Dataset<Row> effects) {
        Column[] all = Arrays.stream(effects.columns())
                .map(name -> effects.col("`" + name.replace("`", "``") + "`"))
                .toArray(Column[]::new);
        Row sums = effects.agg(
                        functions.count(functions.lit(1)),
                        functions.sum(functions.xxhash64(all).cast(DataTypes.createDecimalType(20, 0))))
                .head();
        StringBuilder text = new StringBuilder();
        for (StructField field : effects.schema().fields()) {
            text.append(field.name())
                    .append(' ')
                    .append(field.dataType().simpleString())
                    .append('\n');
        }
        text.append(sums.isNullAt(1) ? "0" : sums.getDecimal(1).toPlainString());
        return sums.getLong(0) + ":" + InputFiles.sha256(text.toString()).substring(0, 16);
    }

    /** The same of a table that was written, whose columns are known. */
    public static String fingerprint(SparkSession spark, String folder, StructType columns) {
        return fingerprint(reader(spark).schema(columns).parquet(folder));
    }

    private static DataFrameReader reader(SparkSession spark) {
        return spark.read()
                .option("ignoreCorruptFiles", "false")
                .option("ignoreMissingFiles", "false")
                .option("parquet.page.verify-checksum.enabled", "true");
    }

    /**
     * Those of a fit, whoever's they may be: {@link #requireOf} asks that.
     *
     * @param folder of the fit
     * @throws DataException if they are gone or damaged
     */
    public static Dataset<Row> open(SparkSession spark, String folder) {
        Path path = new Path(folder, ModelFile.RANDOM_EFFECTS);
        return told(folder, () -> {
            if (!path.getFileSystem(SparkSessions.hadoop(spark)).exists(path)) {
                throw new DataException("no " + ModelFile.RANDOM_EFFECTS + " in " + folder
                        + ": it is part of the results of a fit, and predictions need it; copy the folder as a whole, or"
                        + " fit again");
            }
            return reader(spark).parquet(path.toString());
        });
    }

    /** @throws DataException if they are damaged or another model's */
    public static void requireOf(SavedModel saved, Design design, String folder, Dataset<Row> effects) {
        String problem = told(folder, () -> {
            FileSystem files = new Path(folder).getFileSystem(SparkSessions.hadoop(effects.sparkSession()));
            return saved.effects() == null
                    ? ofEarlierVersion(files, folder, effects, saved, design)
                    : problem(saved.effects(), fingerprint(effects));
        });
        if (problem != null) {
            throw notIts(folder, problem);
        }
    }

    private static <T> T told(String folder, Callable<T> look) {
        try {
            return look.call();
        } catch (DataException e) {
            throw e;
        } catch (Exception e) {
            // Spark throws checked ones that its signatures do not name.
            String message = String.valueOf(e.getMessage());
            if (message.contains("UNABLE_TO_INFER_SCHEMA")) {
                throw notIts(folder, "no Parquet file is in it");
            }
            if (message.contains("FAILED_READ_FILE")
                    || message.contains("CANNOT_READ_FILE")
                    || DamagedTable.of(e).isPresent()) {
                throw notIts(folder, "a file in it is damaged, or no Parquet file");
            }
            throw e instanceof RuntimeException again ? again : new IllegalStateException(e);
        }
    }

    private static String problem(String wanted, String found) {
        if (found.equals(wanted)) {
            return null;
        }
        String persons = found.substring(0, found.indexOf(':'));
        return wanted.startsWith(persons + ":")
                ? "its rows are not those that the fit wrote"
                : "it has " + persons + " rows, and the fit wrote " + wanted.replaceFirst(":.*", "");
    }

    /** Before models knew their effects there were the number of clusters, the columns, and the lengths of the files. */
    private static String ofEarlierVersion(
            FileSystem files, String folder, Dataset<Row> effects, SavedModel saved, Design design) throws IOException {
        Map<String, String> types = new TreeMap<>();
        for (StructField field : effects.schema().fields()) {
            types.put(field.name(), field.dataType().simpleString());
        }
        if (!types.containsKey(saved.request().group())) {
            return "it has no column " + saved.request().group();
        }
        for (String column : PersonEffects.numberColumns(design)) {
            if (!"double".equals(types.get(column))) {
                return "it has no column " + column + " of numbers";
            }
        }
        Path root = new Path(folder);
        List<Disk.Entry> entries = Disk.of(files).entries(root);
        Inventory own = Inventory.find(files, root, entries);
        if (own != null && !own.hasUnchanged(ModelFile.RANDOM_EFFECTS + "/", entries)) {
            return "its files are not those that the fit wrote";
        }
        long rows = effects.count();
        return rows == saved.clusters() ? null : "it has " + rows + " rows, and the fit has " + saved.clusters();
    }

    private static DataException notIts(String folder, String problem) {
        return new DataException("the " + ModelFile.RANDOM_EFFECTS + " in " + folder
                + " does not belong to its " + ModelFile.NAME + ": " + problem
                + "; restore the folder as the fit wrote it, or fit again");
    }
}
