package org.sparkglmm.spark.data;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.HadoopReadOptions;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Util;
import org.apache.parquet.format.converter.ParquetMetadataConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.Type;
import org.apache.spark.sql.SparkSession;
import org.sparkglmm.spark.data.TableFiles.DataFile;
import org.sparkglmm.spark.engine.FileTasks;
import org.sparkglmm.spark.engine.SparkSessions;

/**
 * What the ends of Parquet files say of their columns. Spark looks at one file and reads the others as if they were like it: then
 * numbers of 64 bits can become some of 8, and days since 1970 whole numbers, without a word.
 */
final class ParquetFooters {
    /** More files than this are shared out to the executors. */
    private static final int MOST_HERE = 64;

    private static final int FILES_A_TASK = 32;

    private ParquetFooters() {}

    /**
     * Files with the same columns.
     *
     * @param columns in their order; null if the end of the file makes no sense
     * @param unknown names of columns whose types this library does not know, so that it cannot read the file at all
     */
    record Alike(List<ParquetColumn> columns, List<String> unknown, List<DataFile> files) {}

    /** @return null if this Spark has no such library, or only the reading itself can tell why a file cannot be read */
    static List<Alike> read(SparkSession spark, List<DataFile> files) {
        Configuration configuration = SparkSessions.hadoop(spark);
        ParquetColumn.Choices choices = new ParquetColumn.Choices(
                isOn(spark, "spark.sql.parquet.binaryAsString", false),
                isOn(spark, "spark.sql.parquet.inferTimestampNTZ.enabled", true));
        List<Footer> footers;
        try {
            if (files.size() <= MOST_HERE) {
                footers = IntStream.range(0, files.size())
                        .parallel()
                        .mapToObj(i -> footer(i, files.get(i).path(), configuration, choices))
                        .toList();
            } else {
                footers = shared(spark, files, configuration, choices);
            }
        } catch (UncheckedIOException | LinkageError e) {
            return null;
        }
        Map<Footer, List<DataFile>> alike = new LinkedHashMap<>();
        for (Footer footer : footers) {
            if (footer.onlyReadingTells) {
                return null;
            }
            alike.computeIfAbsent(footer.of(0), c -> new ArrayList<>()).add(files.get(footer.file));
        }
        List<Alike> out = new ArrayList<>();
        alike.forEach((footer, some) -> out.add(new Alike(footer.columns, footer.unknown, some)));
        return out;
    }

    private static boolean isOn(SparkSession spark, String setting, boolean otherwise) {
        return Boolean.parseBoolean(spark.conf().get(setting, String.valueOf(otherwise)));
    }

    /** What one file says. */
    private record Footer(int file, List<ParquetColumn> columns, List<String> unknown, boolean onlyReadingTells)
            implements Serializable {

        private Footer of(int other) {
            return new Footer(other, columns, unknown, onlyReadingTells);
        }
    }

    private static List<Footer> shared(
            SparkSession spark, List<DataFile> files, Configuration configuration, ParquetColumn.Choices choices) {
        List<String> paths = files.stream().map(f -> f.path().toString()).toList();
        byte[] settings = bytes(configuration);
        List<Integer> numbers = IntStream.range(0, paths.size()).boxed().toList();
        return FileTasks.ofItems(spark, numbers, FILES_A_TASK, some -> footers(some, paths, settings, choices));
    }

    private static Iterator<Footer> footers(
            Iterator<Integer> numbers, List<String> paths, byte[] settings, ParquetColumn.Choices choices) {
        Configuration configuration = configuration(settings);
        Map<Footer, Footer> once = new LinkedHashMap<>();
        List<Footer> out = new ArrayList<>();
        while (numbers.hasNext()) {
            int file = numbers.next();
            Footer footer = footer(0, new Path(paths.get(file)), configuration, choices);
            // The same list goes back once.
            out.add(once.computeIfAbsent(footer, f -> f).of(file));
        }
        return out.iterator();
    }

    private static Footer footer(int file, Path path, Configuration configuration, ParquetColumn.Choices choices) {
        try (ParquetFileReader reader = ParquetFileReader.open(
                HadoopInputFile.fromPath(path, configuration),
                HadoopReadOptions.builder(configuration, path)
                        .withMetadataFilter(ParquetMetadataConverter.SKIP_ROW_GROUPS)
                        .build())) {
            List<ParquetColumn> columns = new ArrayList<>();
            for (Type field : reader.getFileMetaData().getSchema().getFields()) {
                columns.add(ParquetColumn.of(field, choices));
            }
            return new Footer(file, columns, List.of(), false);
        } catch (IOException e) {
            return new Footer(file, null, List.of(), !isDamage(e));
        } catch (RuntimeException e) {
            return new Footer(file, null, unknown(path, configuration), false);
        }
    }

    /** Columns of types that came after this library, over which it stumbles; none if the file is damaged. */
    private static List<String> unknown(Path path, Configuration configuration) {
        List<String> out = new ArrayList<>();
        try {
            FileSystem system = path.getFileSystem(configuration);
            long bytes = system.getFileStatus(path).getLen();
            byte[] tail = new byte[8];
            try (FSDataInputStream in = system.open(path)) {
                in.readFully(Math.max(0, bytes - tail.length), tail);
                int length =
                        ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN).getInt();
                if (length <= 0 || length > bytes - tail.length) {
                    return List.of();
                }
                byte[] footer = new byte[length];
                in.readFully(bytes - tail.length - length, footer);
                for (SchemaElement column :
                        Util.readFileMetaData(new ByteArrayInputStream(footer)).getSchema()) {
                    if (column.isSetLogicalType() && column.getLogicalType().getSetField() == null) {
                        out.add(column.getName());
                    }
                }
            }
        } catch (IOException | RuntimeException e) {
            return List.of();
        }
        return out;
    }

    /** An end that was found and is none; not a machine or a right that is missing. */
    private static boolean isDamage(IOException e) {
        return Arrays.stream(e.getStackTrace())
                .limit(3)
                .anyMatch(p -> p.getClassName().startsWith("shaded.parquet")
                        || p.getClassName().startsWith("org.apache.parquet.format"));
    }

    private static byte[] bytes(Configuration configuration) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            configuration.write(new DataOutputStream(out));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static Configuration configuration(byte[] bytes) {
        Configuration out = new Configuration(false);
        try {
            out.readFields(new DataInputStream(new ByteArrayInputStream(bytes)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out;
    }
}
