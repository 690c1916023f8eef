package org.sparkglmm.spark.data;

import java.io.Serializable;
import java.math.BigDecimal;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.sparkglmm.core.DataException;
import org.sparkglmm.spark.data.TableFiles.DataFile;
import org.sparkglmm.spark.engine.FileTasks;

/**
 * Reads a folder of files with the columns whose values stand in the names of its subfolders, {@code person=01/visit=2}. Spark
 * guesses numbers in them, so that 1 and 01 are one person; and it passes over subfolders of any other name.
 */
final class PartitionFolders {
    private static final String FILE = "__file";

    private final String path;
    private final List<Path> roots;
    private final List<PartitionColumn> columns;
    private final boolean hasOtherFolders;

    private PartitionFolders(String path, List<Path> roots, List<PartitionColumn> columns, boolean hasOtherFolders) {
        this.path = path;
        this.roots = roots;
        this.columns = columns;
        this.hasOtherFolders = hasOtherFolders;
    }

    /**
     * From the files' places.
     *
     * @param files null if they are not known: then Spark is left to itself
     * @throws DataException if a column stands in the folders of some files only
     */
    static PartitionFolders of(String path, TableFiles files) {
        if (files == null) {
            return new PartitionFolders(path, List.of(), List.of(), false);
        }
        Map<String, Set<String>> values = new LinkedHashMap<>();
        List<String> keys = null;
        boolean others = false;
        for (DataFile file : files.data()) {
            List<String> own = keys(path, file);
            if (keys != null && !keys.equals(own)) {
                throw new DataException(
                        "cannot read " + path + ": some of its files lie in folders "
                                + PartitionColumn.names(keys.isEmpty() ? own : keys)
                                + (keys.isEmpty() || own.isEmpty()
                                        ? " and others do not"
                                        : ", others in " + PartitionColumn.names(own))
                                + ", so that a column would be missing in some rows; read them apart, or write the table again");
            }
            keys = own;
            others |= own.size() < file.folders().size();
            for (int i = 0; i < own.size(); i++) {
                String folder = file.folders().get(i);
                values.computeIfAbsent(own.get(i), k -> new TreeSet<>())
                        .add(folder.substring(own.get(i).length() + 1));
            }
        }
        List<PartitionColumn> columns = new ArrayList<>();
        values.forEach((key, some) -> columns.add(column(path, key, some)));
        List<Path> roots = files.data().stream().map(DataFile::root).distinct().toList();
        return new PartitionFolders(path, roots, columns, others);
    }

    private static PartitionColumn column(String path, String key, Set<String> values) {
        PartitionColumn column = PartitionColumn.of(key, values);
        if (column == null) {
            throw new DataException("cannot read " + path + ": two folders " + PartitionColumn.names(List.of(key))
                    + " differ only in how their letters are encoded; give them plain names");
        }
        return column;
    }

    /** The columns that a file's folders name. */
    private static List<String> keys(String path, DataFile file) {
        List<String> out = new ArrayList<>();
        boolean ended = false;
        for (String folder : file.folders()) {
            int equals = folder.indexOf('=');
            if (equals < 0) {
                ended = true;
                continue;
            }
            String key = folder.substring(0, equals);
            String problem = key.isEmpty() || equals == folder.length() - 1
                    ? "is without a name or a value"
                    : out.contains(key)
                            ? "stands in another one of the same column"
                            : ended ? "lies below a folder of another kind; give the path of that folder" : null;
            if (problem != null) {
                throw new DataException(
                        "cannot read " + path + ": a folder " + PartitionColumn.names(List.of(key)) + " " + problem);
            }
            out.add(key);
        }
        return out;
    }

    /**
     * The table.
     *
     * @param reader makes a reader with format and options
     * @param schema of what is in the files, null to infer it
     */
    Dataset<Row> load(Supplier<DataFrameReader> reader, StructType schema) {
        if (columns.isEmpty()) {
            DataFrameReader plain = reader.get();
            if (hasOtherFolders) {
                plain = plain.option("recursiveFileLookup", "true");
            }
            return schema == null ? plain.load(path) : plain.schema(schema).load(path);
        }
        StructType own = schema == null ? withoutFolders(reader).load(path).schema() : schema;
        return ofRoots(reader, own, new StructType());
    }

    /**
     * The table, of files whose columns go by their place: Spark would count those of the folders among them.
     *
     * @param schema of what is in the files
     * @param wanted types of columns of the folders that somebody asked for, as {@link #columnsOf} gives them
     * @throws DataException if some of the folders' columns are in the files too, and others are not
     */
    Dataset<Row> loadByPlace(Supplier<DataFrameReader> reader, StructType schema, StructType wanted) {
        if (columns.isEmpty()) {
            return load(reader, schema);
        }
        List<StructField> both = new ArrayList<>();
        for (PartitionColumn column : columns) {
            StructField inFiles = find(schema, column.sparkName());
            if (inFiles != null) {
                both.add(inFiles);
            }
        }
        if (both.isEmpty()) {
            return ofRoots(reader, schema, wanted);
        }
        if (both.size() < columns.size()) {
            throw new DataException("cannot read " + path + ": column "
                    + both.stream().map(StructField::name).collect(Collectors.joining(", "))
                    + " stands in the files and in the names of their folders, and another column of the folders does not;"
                    + " take it out of the files");
        }
        Dataset<Row> files = withoutFolders(reader).schema(schema).load(path);
        requireAgreement(files, both);
        return files;
    }

    /** Of a schema, the columns that stand in the names of folders. */
    StructType columnsOf(StructType schema) {
        StructType out = new StructType();
        for (StructField field : schema.fields()) {
            PartitionColumn column = column(field.name());
            out = column == null ? out : out.add(column.sparkName(), field.dataType(), true);
        }
        return out;
    }

    /** Of a schema, what does not stand in the names of folders. */
    StructType withoutColumns(StructType schema) {
        StructType out = new StructType();
        for (StructField field : schema.fields()) {
            out = column(field.name()) == null ? out.add(field) : out;
        }
        return out;
    }

    private Dataset<Row> ofRoots(Supplier<DataFrameReader> reader, StructType own, StructType wanted) {
        if (roots.size() == 1) {
            return withColumns(reader, own, wanted, roots.get(0), path);
        }
        return roots.stream()
                .map(root -> withColumns(
                        reader, own, wanted, root, FileTasks.literal(root).toString()))
                .reduce(Dataset::union)
                .orElseThrow();
    }

    /** The same of some of the files. */
    Dataset<Row> load(Supplier<DataFrameReader> reader, StructType schema, List<DataFile> files) {
        if (columns.isEmpty()) {
            return reader.get().schema(schema).load(literal(files));
        }
        Map<Path, List<DataFile>> byRoot =
                files.stream().collect(Collectors.groupingBy(DataFile::root, LinkedHashMap::new, Collectors.toList()));
        return byRoot.entrySet().stream()
                .map(e -> withColumns(reader, schema, new StructType(), e.getKey(), literal(e.getValue())))
                .reduce(Dataset::union)
                .orElseThrow();
    }

    private static String[] literal(List<DataFile> files) {
        return files.stream().map(f -> FileTasks.literal(f.path()).toString()).toArray(String[]::new);
    }

    /**
     * The files of a folder.
     *
     * @param own what is in them
     * @param wanted types of columns of the folders that somebody asked for
     */
    private Dataset<Row> withColumns(
            Supplier<DataFrameReader> reader, StructType own, StructType wanted, Path root, String... paths) {
        StructType all = own;
        List<StructField> both = new ArrayList<>();
        List<PartitionColumn> guessed = new ArrayList<>();
        for (PartitionColumn column : columns) {
            StructField inFiles = find(own, column.sparkName());
            StructField asked = find(wanted, column.sparkName());
            if (inFiles != null) {
                both.add(inFiles);
            } else if (asked != null) {
                all = all.add(asked);
            } else {
                all = all.add(column.sparkName(), DataTypes.StringType, true);
                guessed.add(column);
            }
        }
        if (!both.isEmpty()) {
            requireAgreement(withoutFolders(reader).schema(own).load(paths), both);
        }
        return typed(
                reader.get().option("basePath", root.toString()).schema(all).load(paths), guessed);
    }

    private static DataFrameReader withoutFolders(Supplier<DataFrameReader> reader) {
        return reader.get().option("recursiveFileLookup", "true");
    }

    private static StructField find(StructType schema, String name) {
        for (StructField field : schema.fields()) {
            if (field.name().equalsIgnoreCase(name)) {
                return field;
            }
        }
        return null;
    }

    /** The column of that name, as people or as Spark write it; null if there is none. */
    private PartitionColumn column(String name) {
        return columns.stream()
                .filter(c -> c.sparkName().equalsIgnoreCase(name) || c.name().equalsIgnoreCase(name))
                .findFirst()
                .orElse(null);
    }

    /** The texts that Spark read in the folders' names become what they are. */
    private Dataset<Row> typed(Dataset<Row> table, List<PartitionColumn> guessed) {
        List<Column> select = new ArrayList<>();
        for (StructField field : table.schema().fields()) {
            Column own = functions.col(TableColumns.quoted(field.name()));
            PartitionColumn column = column(field.name());
            if (column != null
                    && field.dataType() instanceof StringType
                    && !column.repaired().isEmpty()) {
                own = functions
                        .udf(new Repair(column.repaired()), DataTypes.StringType)
                        .apply(own);
            }
            if (guessed.contains(column)) {
                own = own.cast(column.type());
            }
            select.add(own.as(column == null ? field.name() : column.name(), field.metadata()));
        }
        return table.select(select.toArray(Column[]::new));
    }

    /** Text as Spark reads it in a folder's name → as it is. */
    private static final class Repair implements UDF1<String, String>, Serializable {
        private static final long serialVersionUID = 1;

        private final HashMap<String, String> repaired;

        Repair(Map<String, String> repaired) {
            this.repaired = new HashMap<>(repaired);
        }

        @Override
        public String call(String text) {
            return text == null ? null : repaired.getOrDefault(text, text);
        }
    }

    /** Readers differ in which of the two they believe, so they must say the same. */
    private void requireAgreement(Dataset<Row> table, List<StructField> both) {
        for (StructField field : both) {
            PartitionColumn column = column(field.name());
            Column value = functions.col(TableColumns.quoted(field.name())).cast(DataTypes.StringType);
            long others = table.select(value, functions.input_file_name().as(FILE))
                    .distinct()
                    .filter(new Contradicts(column.name(), field.dataType() instanceof StringType))
                    .limit(1)
                    .count();
            if (others > 0) {
                throw new DataException("cannot read " + path + ": column " + column.name()
                        + " has other values in the files than the folders " + column.name()
                        + "=... in which they lie; take the column out of the files, or name it otherwise there");
            }
        }
    }

    /** Rows of a value in a file, and the file, that do not go together. */
    private static final class Contradicts implements FilterFunction<Row> {
        private static final long serialVersionUID = 1;

        private final String name;
        private final boolean isText;

        Contradicts(String name, boolean isText) {
            this.name = name;
            this.isText = isText;
        }

        @Override
        public boolean call(Row row) {
            String folder = null;
            for (Path at = new Path(URI.create(row.getString(1))).getParent(); at != null; at = at.getParent()) {
                int equals = at.getName().indexOf('=');
                if (equals > 0
                        && PartitionColumn.unescaped(at.getName().substring(0, equals))
                                .equals(name)) {
                    folder = at.getName().substring(equals + 1);
                    break;
                }
            }
            String value = row.isNullAt(0) ? null : row.getString(0);
            if (folder == null || folder.equals(PartitionColumn.MISSING) || value == null) {
                return value != null || !(folder == null || folder.equals(PartitionColumn.MISSING));
            }
            return !isSame(value, PartitionColumn.unescaped(folder));
        }

        /** The same text, or the same value of another type: 1 and 01, true and True. */
        private boolean isSame(String value, String text) {
            if (isText || value.equals(text)) {
                return value.equals(text);
            }
            return TextNumbers.isNumber(value) && TextNumbers.isNumber(text)
                    ? isSameNumber(value.strip(), text.strip())
                    : value.equalsIgnoreCase(text);
        }

        private static boolean isSameNumber(String a, String b) {
            boolean numbers = !a.equals("NaN") && !b.equals("NaN");
            return numbers && new BigDecimal(a).compareTo(new BigDecimal(b)) == 0;
        }
    }
}
