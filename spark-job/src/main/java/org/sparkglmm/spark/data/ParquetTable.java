package org.sparkglmm.spark.data;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StructType;
import org.sparkglmm.core.DataException;
import org.sparkglmm.spark.data.ParquetColumn.Kind;
import org.sparkglmm.spark.data.ParquetFooters.Alike;
import org.sparkglmm.spark.data.TableFiles.DataFile;

/**
 * Reads files of Parquet that are alike as Spark does, and others so that nothing is read as what it is not: files whose columns
 * are of other types apart, each as it was written, and then together. A column that cannot be read, or is not the same kind of
 * thing in all files, is left out with a note.
 */
final class ParquetTable {
    /** Of Spark. */
    private static final int MOST_DIGITS = 38;

    private static final List<DataType> WHOLE =
            List.of(DataTypes.ByteType, DataTypes.ShortType, DataTypes.IntegerType, DataTypes.LongType);

    private final String path;
    private final String id;
    private final boolean caseSensitive;
    private final List<Alike> kinds;
    private final Map<String, Target> targets = new LinkedHashMap<>();
    private final Map<String, String> unreadable = new LinkedHashMap<>();

    /** A column of the table: its name, its type, and what it is in each kind of file, null where it is not. */
    private record Target(String name, DataType type, List<ParquetColumn> in) {}

    private ParquetTable(String path, String id, boolean caseSensitive, List<Alike> kinds) {
        this.path = path;
        this.id = id;
        this.caseSensitive = caseSensitive;
        this.kinds = kinds;
    }

    /**
     * The table.
     *
     * @param files null if they are not known: then Spark is left to itself
     * @param id the column of ids
     * @param reader makes a reader with format and options
     */
    static Dataset<Row> load(
            SparkSession spark,
            String path,
            String id,
            TableFiles files,
            PartitionFolders folders,
            Supplier<DataFrameReader> reader) {
        List<Alike> kinds = files == null || files.data().isEmpty() ? null : ParquetFooters.read(spark, files.data());
        if (kinds == null) {
            return folders.load(reader, null);
        }
        boolean caseSensitive = Boolean.parseBoolean(spark.conf().get("spark.sql.caseSensitive", "false"));
        ParquetTable table = new ParquetTable(path, id, caseSensitive, kinds);
        table.requireWhole(files.data().size());
        return table.isPlain() ? folders.load(reader, null) : table.together(folders, reader);
    }

    private void requireWhole(int files) {
        List<String> unknown =
                kinds.stream().flatMap(k -> k.unknown().stream()).distinct().toList();
        if (!unknown.isEmpty()) {
            throw new DataException("cannot read " + path + " as parquet: " + String.join(", ", unknown)
                    + (unknown.size() == 1 ? " is of a type" : " are of types")
                    + " (such as FLOAT16) that came after the Parquet library of this Spark, which cannot read such a file"
                    + " at all; write it as float or double, or take it out");
        }
        int damaged = kinds.stream()
                .filter(k -> k.columns() == null)
                .mapToInt(k -> k.files().size())
                .sum();
        if (damaged > 0) {
            throw new DataException("cannot read " + path + " as parquet: "
                    + (files == 1
                            ? "a file is"
                            : damaged == 1
                                    ? "one of its " + files + " files is"
                                    : damaged + " of its " + files + " files are")
                    + " damaged, empty or of another format; check the path and the format");
        }
    }

    private String key(String name) {
        return caseSensitive ? name : name.toLowerCase(Locale.ROOT);
    }

    /** Whether Spark reads all files rightly if it reads them as it does the first. */
    private boolean isPlain() {
        Set<Map<String, DataType>> types = new HashSet<>();
        for (Alike kind : kinds) {
            Map<String, DataType> own = new LinkedHashMap<>();
            for (ParquetColumn column : kind.columns()) {
                if (column.kind() != Kind.PLAIN) {
                    return false;
                }
                own.put(column.name(), column.type());
            }
            types.add(own);
        }
        return types.size() == 1;
    }

    private Dataset<Row> together(PartitionFolders folders, Supplier<DataFrameReader> reader) {
        Map<String, List<ParquetColumn>> columns = new LinkedHashMap<>();
        for (int k = 0; k < kinds.size(); k++) {
            for (ParquetColumn column : kinds.get(k).columns()) {
                List<ParquetColumn> in = columns.computeIfAbsent(
                        key(column.name()), n -> new ArrayList<>(java.util.Collections.nCopies(kinds.size(), null)));
                if (in.set(k, column) != null) {
                    throw new DataException(
                            "cannot read " + path + " as parquet: two of its columns have the same name,"
                                    + " or names that differ in upper and lower case only; rename one");
                }
            }
        }
        columns.forEach(this::addTarget);
        if (targets.isEmpty()) {
            throw new DataException("cannot read " + path + " as parquet: there is no column in it that can be read");
        }
        // Files that differ only in columns that are read alike, or not at all, are read together.
        Map<List<DataType>, List<DataFile>> alike = new LinkedHashMap<>();
        Map<List<DataType>, Integer> example = new LinkedHashMap<>();
        for (int k = 0; k < kinds.size(); k++) {
            List<DataType> stored = new ArrayList<>();
            for (Target target : targets.values()) {
                stored.add(stored(target, k).type());
            }
            alike.computeIfAbsent(stored, s -> new ArrayList<>())
                    .addAll(kinds.get(k).files());
            example.putIfAbsent(stored, k);
        }
        List<Dataset<Row>> parts = new ArrayList<>();
        alike.forEach((stored, files) -> {
            int k = example.get(stored);
            StructType schema = new StructType();
            for (Target target : targets.values()) {
                schema = schema.add(target.name(), stored(target, k).type(), true);
            }
            parts.add(asTargets(
                    alike.size() == 1 ? folders.load(reader, schema) : folders.load(reader, schema, files), k));
        });
        return parts.stream().reduce(Dataset::union).orElseThrow();
    }

    /** What a column is in files of kind k, or, where it is not in them, what it is elsewhere. */
    private static ParquetColumn stored(Target target, int k) {
        ParquetColumn own = target.in().get(k);
        return own != null
                ? own
                : target.in().stream().filter(c -> c != null).findFirst().orElseThrow();
    }

    private void addTarget(String key, List<ParquetColumn> in) {
        List<ParquetColumn> there = in.stream().filter(c -> c != null).toList();
        String name = there.get(0).name();
        ParquetColumn unread = there.stream()
                .filter(c -> c.kind() == Kind.UNREADABLE)
                .findFirst()
                .orElse(null);
        if (unread != null) {
            unreadable.put(
                    name,
                    "is of Parquet's type " + unread.described() + ", which Spark does not read; write it as "
                            + (unread.described().startsWith("FLOAT16")
                                    ? "float or double"
                                    : unread.described().startsWith("TIME")
                                            ? "a number, such as hours, or as text"
                                            : "a number or as text"));
            return;
        }
        DataType type = common(there, name.equalsIgnoreCase(id));
        if (type == null) {
            unreadable.put(name, "is " + counts(in) + "; write all files with the same types");
            return;
        }
        targets.put(key, new Target(name, type, in));
    }

    /** double in 1 file and boolean in 3 files. */
    private String counts(List<ParquetColumn> in) {
        Map<String, Integer> files = new TreeMap<>();
        for (int k = 0; k < in.size(); k++) {
            if (in.get(k) != null) {
                files.merge(in.get(k).typeName(), kinds.get(k).files().size(), Integer::sum);
            }
        }
        return files.entrySet().stream()
                .map(e -> e.getKey() + " in " + e.getValue() + (e.getValue() == 1 ? " file" : " files"))
                .collect(Collectors.joining(" and "));
    }

    /** The type that holds what is in all files without loss; null if there is none. */
    private static DataType common(List<ParquetColumn> in, boolean isId) {
        if (in.stream().allMatch(ParquetColumn::isWhole)) {
            return WHOLE.get(
                    in.stream().mapToInt(c -> WHOLE.indexOf(c.type())).max().orElseThrow());
        }
        if (in.stream().allMatch(ParquetColumn::isFloating)) {
            return in.stream().allMatch(c -> c.type().equals(DataTypes.FloatType))
                    ? DataTypes.FloatType
                    : DataTypes.DoubleType;
        }
        if (in.stream().allMatch(ParquetColumn::isDecimal)) {
            int scale = 0;
            int whole = 0;
            for (ParquetColumn column : in) {
                DecimalType own = (DecimalType) column.type();
                scale = Math.max(scale, own.scale());
                whole = Math.max(whole, own.precision() - own.scale());
            }
            return whole + scale <= MOST_DIGITS ? DataTypes.createDecimalType(whole + scale, scale) : null;
        }
        if (isId && in.stream().anyMatch(ParquetColumn::isNanos)) {
            // Persons may differ in their nanoseconds only, which Spark's timestamps have not.
            return in.stream().map(ParquetColumn::kind).distinct().count() == 1 ? DataTypes.LongType : null;
        }
        List<DataType> types = in.stream().map(ParquetTable::ownType).distinct().toList();
        return types.size() == 1 ? types.get(0) : null;
    }

    private static DataType ownType(ParquetColumn column) {
        return switch (column.kind()) {
            case PLAIN -> column.type();
            case NANOS_UTC -> DataTypes.TimestampType;
            case NANOS_LOCAL -> DataTypes.TimestampNTZType;
            case UUID -> DataTypes.StringType;
            case UNREADABLE -> null;
        };
    }

    /** Files of kind k with the columns of the table; those of their folders follow. */
    private Dataset<Row> asTargets(Dataset<Row> files, int k) {
        List<Column> select = new ArrayList<>();
        Set<String> done = new HashSet<>();
        for (Target target : targets.values()) {
            Column value = value(functions.col(TableColumns.quoted(target.name())), stored(target, k), target.type());
            select.add(
                    select.isEmpty() && !unreadable.isEmpty()
                            ? value.as(
                                    target.name(),
                                    UnreadableColumns.note(org.apache.spark.sql.types.Metadata.empty(), unreadable))
                            : value.as(target.name()));
            done.add(key(target.name()));
        }
        for (String name : files.columns()) {
            if (!done.contains(key(name))) {
                select.add(functions.col(TableColumns.quoted(name)));
            }
        }
        return files.select(select.toArray(Column[]::new));
    }

    private static Column value(Column stored, ParquetColumn column, DataType type) {
        return switch (column.kind()) {
            case PLAIN, UNREADABLE -> column.type().equals(type) ? stored : stored.cast(type);
            case NANOS_UTC, NANOS_LOCAL -> type.equals(DataTypes.LongType) ? stored : timestamp(stored, type);
            case UUID ->
                functions.regexp_replace(
                        functions.lower(functions.hex(stored)), "^(.{8})(.{4})(.{4})(.{4})(.{12})$", "$1-$2-$3-$4-$5");
        };
    }

    /** Whole microseconds, the rest is cut off. */
    private static Column timestamp(Column nanos, DataType type) {
        Column thousand = functions.lit(1_000L);
        Column micros = functions.call_function("div", nanos.minus(functions.pmod(nanos, thousand)), thousand);
        if (type.equals(DataTypes.TimestampType)) {
            return functions.timestamp_micros(micros);
        }
        Column seconds = micros.cast(DataTypes.createDecimalType(20, 0))
                .divide(functions.lit(1_000_000).cast(DataTypes.createDecimalType(7, 0)))
                .cast(DataTypes.createDecimalType(18, 6));
        Column zero = functions.lit(0);
        return functions
                .lit(LocalDateTime.of(1970, 1, 1, 0, 0))
                .plus(functions.make_dt_interval(zero, zero, zero, seconds));
    }
}
