package org.sparkglmm.spark.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.Serializable;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.spark.engine.FileTasks;
import org.sparkglmm.spark.engine.SparkSessions;

/**
 * Opens a text table. First every file is looked through for its structure ({@link TextLook}), which tells the columns' types and what
 * must not be read: rows that do not fit the header, quotes that do not close. Then Spark's own reader is given a schema and the options
 * under which it cuts the rows at the same places.
 */
final class TextTable {
    /** In a column's metadata: its name in the header, where another column has that name too. */
    static final String NAME_IN_HEADER = "nameInHeader";

    private static final int SPARKS_COLUMNS = 20_480;

    /** No name of a column is longer than this many lines. */
    private static final int MOST_LINES_OF_HEADER = 1_000;

    private static final String NUMBER = "^\\s*(" + TextNumbers.DECIMAL + "|NaN)\\s*$";

    private final SparkSession spark;
    private final String path;
    private final TextDialect dialect;
    private final StructType given;
    /** What the schema says of columns that stand in the names of folders. */
    private final StructType asked;

    private final ColumnUse use;
    private final TableFiles listed;
    private final PartitionFolders folders;

    private List<Path> files;
    private List<String> names;
    /** The header's, as it stands: quotes before another separator would hide it. */
    private String firstLine = "";

    private TextLook look;
    private boolean whole;

    /**
     * @param schema that the user wrote, null to find the types in the fields
     * @param listed null if the files are not known: then Spark finds them
     * @param folders whose names may be columns too
     */
    TextTable(
            SparkSession spark,
            String path,
            TextDialect dialect,
            StructType schema,
            ColumnUse use,
            TableFiles listed,
            PartitionFolders folders) {
        this.spark = spark;
        this.path = path;
        this.dialect = dialect;
        given = schema == null ? null : folders.withoutColumns(schema);
        asked = schema == null ? new StructType() : folders.columnsOf(schema);
        this.use = use;
        this.listed = listed;
        this.folders = folders;
    }

    /** @throws DataException if the table is not what it must be */
    OpenTable open() {
        files = files();
        names = header();
        lookThrough();
        refuseWhatIsNotRead();
        List<Warning> warnings = warnings();
        StructType types = types();
        Map<String, Long> numbers = new HashMap<>();
        for (int c = 0; c < names.size() && given == null; c++) {
            DataType type = types.fields()[c].dataType();
            if (type instanceof NumericType) {
                numbers.put(types.fields()[c].name(), look.withoutNumber(c));
            }
        }
        boolean drops = look.surplus().count() > 0;
        Dataset<Row> table = drops
                ? read(types, true).filter(functions.not(isSurplus())).drop(TableSource.MALFORMED)
                : read(types, false);
        Dataset<Row> toFit = table;
        if (drops) {
            Dataset<Row> marked = read(types, true).withColumn(TableSource.SURPLUS, isSurplus());
            toFit = given == null ? marked.drop(TableSource.MALFORMED) : marked;
        } else if (given != null) {
            toFit = read(types, true);
        }
        return new OpenTable(
                table, toFit, true, new OpenTable.TextFindings(look.records(), numbers, look.shortRecords(), warnings));
    }

    private DataException refused(String why) {
        return new DataException("cannot read " + path + " as csv: " + why);
    }

    /** The files that Spark will read. */
    private List<Path> files() {
        if (listed != null && !listed.data().isEmpty()) {
            return listed.data().stream().map(TableFiles.DataFile::path).toList();
        }
        String[] found =
                TableSource.plainReader(spark).format("text").load(path).inputFiles();
        if (found.length == 0) {
            throw refused("there is no file of that kind in it");
        }
        return Arrays.stream(found)
                .sorted()
                .map(name -> new Path(URI.create(name)))
                .toList();
    }

    /** The columns' names as the first file that is not empty has them. */
    private List<String> header() {
        List<String> found = List.of();
        for (int f = 0; f < files.size() && found.isEmpty(); f++) {
            found = header(files.get(f));
        }
        if (found.isEmpty()) {
            throw refused("it is empty");
        }
        if (found.stream().anyMatch(n -> n.indexOf(TableSource.NO_CHARACTER) >= 0 || n.indexOf('\0') >= 0)) {
            throw refused("its first line is not "
                    + (dialect.isUtf8()
                            ? "UTF-8 text; say its --encoding, such as windows-1252 or UTF-16, or its --format"
                            : dialect.encoding() + " text; say another --encoding"));
        }
        for (char separator : new char[] {';', '\t', '|', ','}) {
            if (found.size() == 1 && firstLine.indexOf(separator) >= 0 && separator != dialect.separator()) {
                String name = separator == '\t' ? "tab" : "'" + separator + "'";
                String kind =
                        switch (separator) {
                            case ';' -> "semicolons";
                            case '\t' -> "tabs";
                            case '|' -> "bars";
                            default -> "commas";
                        };
                throw refused("its columns are separated by " + kind + "; say --separator " + name);
            }
        }
        if (given != null && !sameNames(found, List.of(given.fieldNames()))) {
            throw otherHeader();
        }
        return found;
    }

    private static boolean sameNames(List<String> a, List<String> b) {
        boolean same = a.size() == b.size();
        for (int c = 0; same && c < a.size(); c++) {
            same = a.get(c).equalsIgnoreCase(b.get(c));
        }
        return same;
    }

    private static DataException otherHeader() {
        return new DataException(
                "a file of the table cannot be read: its header names other columns, or in another order, than the"
                        + " schema or the first file does; make them the same");
    }

    private List<String> header(Path file) {
        List<String> out = new ArrayList<>();
        boolean[] done = new boolean[1];
        RecordScanner scanner = new RecordScanner(dialect, new RecordScanner.Sink() {
            @Override
            public void field(byte[] bytes, int from, int to) {
                out.add(new String(bytes, from, to - from, StandardCharsets.UTF_8));
            }

            @Override
            public void record(boolean irregular) {
                done[0] = true;
            }
        });
        try (BufferedReader in = new BufferedReader(characters(file))) {
            String line = in.readLine();
            for (int n = 0; line != null && !done[0] && n < MOST_LINES_OF_HEADER; n++) {
                String bare = n == 0 && line.startsWith("\ufeff") ? line.substring(1) : line;
                if (out.isEmpty() && !scanner.isOpen()) {
                    firstLine = bare;
                }
                if (scanner.isOpen() || !bare.isBlank()) {
                    byte[] bytes = bare.getBytes(StandardCharsets.UTF_8);
                    scanner.line(bytes, 0, bytes.length);
                }
                line = in.readLine();
            }
        } catch (IOException e) {
            throw refused("a file is damaged, empty or of another format; check the path, the format and the schema");
        }
        if (!out.isEmpty() && !done[0]) {
            throw unclosed(1);
        }
        return out;
    }

    private DataException unclosed(long line) {
        return refused("a quote that is opened in line " + line
                + " is never closed; close it, or say --quote none if quotes are characters like any other there");
    }

    private Reader characters(Path file) throws IOException {
        Configuration configuration = SparkSessions.hadoop(spark);
        CompressionCodec codec = new CompressionCodecFactory(configuration).getCodec(file);
        InputStream in = file.getFileSystem(configuration).open(file);
        return new InputStreamReader(codec == null ? in : codec.createInputStream(in), dialect.charset());
    }

    /** Looks at all files part by part; if a line ends inside quotes somewhere, once more and file by file. */
    private void lookThrough() {
        if (dialect.isReadByBytes()) {
            look = merged(parts(false));
            whole = look.isOpen();
            if (whole) {
                look = merged(parts(true));
            }
        } else {
            whole = true;
            look = merged(files.stream().parallel().map(this::look).toList());
        }
    }

    /** A part of a file and what was found in it. */
    private record Part(String file, long start, TextLook look) implements Serializable {}

    private List<Part> parts(boolean byFile) {
        try {
            return FileTasks.ofLines(spark, files, byFile, new LookThrough(dialect, names, byFile));
        } catch (IOException e) {
            throw new DataException("a file of the table cannot be read: it vanished while the table was read;"
                    + " is another program writing there? Run again when it is done");
        }
    }

    /** What a task does with a part. */
    private static final class LookThrough implements FileTasks.OfLines<Part> {
        private static final long serialVersionUID = 1;

        private final TextDialect dialect;
        private final List<String> names;
        private final boolean byFile;

        LookThrough(TextDialect dialect, List<String> names, boolean byFile) {
            this.dialect = dialect;
            this.names = new ArrayList<>(names);
            this.byFile = byFile;
        }

        @Override
        public Part of(String file, long start, Iterator<Text> lines) {
            TextLook look = new TextLook(dialect, names);
            look.begin(start == 0);
            boolean goesOn = true;
            while (goesOn && lines.hasNext()) {
                Text line = lines.next();
                if (byFile) {
                    // The next line will stand in the same bytes.
                    byte[] bytes = line.copyBytes();
                    look.between(bytes, bytes.length, !lines.hasNext(), true);
                } else {
                    goesOn = look.between(line.getBytes(), line.getLength(), false, false);
                }
            }
            return new Part(file, start, look);
        }
    }

    private Part look(Path file) {
        TextLook out = new TextLook(dialect, names);
        out.begin(true);
        try (BufferedReader in = new BufferedReader(characters(file))) {
            StringBuilder line = new StringBuilder();
            int c = in.read();
            if (c == '\ufeff') {
                c = in.read();
            }
            while (c >= 0) {
                int next = in.read();
                if (c == '\n') {
                    send(line, out, false);
                } else {
                    line.append((char) c);
                }
                c = next;
            }
            send(line, out, true);
        } catch (IOException e) {
            throw refused("a file is damaged, empty or of another format; check the path, the format and the schema");
        }
        return new Part(file.toString(), 0, out);
    }

    private static void send(StringBuilder line, TextLook to, boolean isLast) {
        byte[] bytes = line.toString().getBytes(StandardCharsets.UTF_8);
        to.between(bytes, bytes.length, isLast, true);
        line.setLength(0);
    }

    private TextLook merged(List<Part> parts) {
        List<Part> sorted = new ArrayList<>(parts);
        sorted.sort(Comparator.comparing(Part::file).thenComparing(Part::start));
        TextLook out = new TextLook(dialect, names);
        String file = null;
        long before = 0;
        for (Part part : sorted) {
            before = part.file.equals(file) ? before : 0;
            file = part.file;
            out.merge(part.look, before, shown(new Path(file)));
            before += part.look.lines();
        }
        return out;
    }

    /** A file as people may see it: folders' names may be ids. */
    private String shown(Path file) {
        if (files.size() == 1) {
            return "";
        }
        long alike =
                files.stream().filter(f -> f.getName().equals(file.getName())).count();
        return alike == 1 ? file.getName() : "file " + (1 + files.indexOf(file)) + " of " + files.size();
    }

    private void refuseWhatIsNotRead() {
        if (look.withNul().count() > 0) {
            throw refused(rows(look.withNul()) + " a character 0; say its --encoding, such as UTF-16, or take it out");
        }
        if (look.isOpen()) {
            throw unclosed(look.opened());
        }
        if (look.hasBareReturns() || (whole && look.hasMixedEnds())) {
            throw refused("its lines end in more than one way (LF, CRLF, CR)"
                    + (look.hasBareReturns()
                            ? ", or a carriage return stands outside quotes"
                            : dialect.isReadByBytes()
                                    ? ", and some have line breaks inside quotes"
                                    : ", and it is " + dialect.encoding())
                    + "; write all line ends alike");
        }
        if (look.irregular().count() > 0) {
            throw refused(
                    rows(look.irregular()) + " text behind a closing quote; a quote inside quotes must be doubled"
                            + " (\"\"), not marked by a backslash; say --quote none if quotes are characters like any other there");
        }
        if (look.hasOtherHeader()) {
            throw otherHeader();
        }
        if (look.surplus().count() > 0 && !dialect.dropMalformed()) {
            throw refused(rows(look.surplus()) + " more fields than the header; correct "
                    + (look.surplus().count() == 1 ? "it" : "them") + ", or say --malformed drop to leave "
                    + (look.surplus().count() == 1 ? "it" : "them") + " out");
        }
        if (look.records() == 0) {
            throw new DataException("the table has no rows");
        }
        for (int c = 0; c < names.size(); c++) {
            if (look.unreadable(c) > 0 && use.isUsed(names.get(c))) {
                throw new DataException("column " + names.get(c) + " holds bytes that are not " + dialect.encoding()
                        + ", so that different values may look the same; say the table's --encoding, such as"
                        + " windows-1252");
            }
        }
    }

    private static String rows(TextLook.Lines lines) {
        return lines.count() == 1
                ? "1 row (" + lines.words() + ") has"
                : lines.count() + " rows (" + lines.words() + ") have";
    }

    private List<Warning> warnings() {
        List<Warning> out = new ArrayList<>();
        if (look.surplus().count() > 0) {
            out.add(new Warning(
                    "malformed_rows",
                    rows(look.surplus()) + " more fields than the header and "
                            + (look.surplus().count() == 1 ? "was" : "were") + " dropped (--malformed drop)"));
        }
        if (look.shortRecords() > 0) {
            out.add(new Warning(
                    "short_rows",
                    look.shortRecords() + (look.shortRecords() == 1 ? " row has" : " rows have")
                            + " fewer fields than the header; the values that are not there count as missing"));
        }
        return out;
    }

    /** A type for every column, and a name that no other column has. */
    private StructType types() {
        StructType out = new StructType();
        List<String> unique = unique();
        for (int c = 0; c < names.size(); c++) {
            DataType type = given == null ? type(c) : given.fields()[c].dataType();
            String name = given == null ? unique.get(c) : given.fields()[c].name();
            Metadata metadata = name.equals(names.get(c)) || names.get(c).isEmpty()
                    ? Metadata.empty()
                    : new MetadataBuilder()
                            .putString(NAME_IN_HEADER, names.get(c))
                            .build();
            out = out.add(new StructField(name, type, true, metadata));
        }
        if (given != null) {
            requireNoMergedIds(out);
        }
        return out;
    }

    /** As Spark does, names that stand more than once, as it compares them, get a number, and those that are empty one too. */
    private List<String> unique() {
        boolean exactly = Boolean.parseBoolean(spark.conf().get("spark.sql.caseSensitive", "false"));
        Map<String, Integer> times = new HashMap<>();
        names.forEach(n -> times.merge(exactly ? n : n.toLowerCase(Locale.ROOT), 1, Integer::sum));
        Set<String> taken = new HashSet<>(times.keySet());
        List<String> out = new ArrayList<>();
        for (int c = 0; c < names.size(); c++) {
            String name = names.get(c);
            boolean once = times.get(exactly ? name : name.toLowerCase(Locale.ROOT)) == 1;
            String own = name.isEmpty() ? "_c" + c : once ? name : name + c;
            while (!own.equals(name) && !taken.add(exactly ? own : own.toLowerCase(Locale.ROOT))) {
                own += "_";
            }
            out.add(own);
        }
        return out;
    }

    private DataType type(int c) {
        String name = names.get(c);
        int kinds = look.kinds(c) & ~FieldKind.NOTHING;
        DataType natural = natural(kinds);
        if (use.isGroup(name)) {
            boolean asInModel = natural instanceof NumericType ? use.hasDecimalIds() : use.hasOtherIds();
            if (asInModel && !(natural instanceof NumericType)) {
                return natural;
            }
            if (asInModel) {
                return DataTypes.DoubleType;
            }
            boolean named = kinds != 0 && (kinds & ~FieldKind.NAMED) == 0;
            return named && !use.hasTextIds() ? natural : DataTypes.StringType;
        }
        if (use.isText(name)) {
            return DataTypes.StringType;
        }
        boolean number = natural instanceof NumericType;
        if (!use.isUsed(name)) {
            int named = FieldKind.PADDED_INT | FieldKind.PADDED_LONG | FieldKind.HUGE;
            return number && (kinds & named) != 0 ? DataTypes.StringType : natural;
        }
        if (number && use.isFactor(name) && (kinds & ~FieldKind.NAMED) != 0 && mergesNames(c)) {
            if (use.isMoreThanFactor(name)) {
                throw new DataException("column " + name + " is used as a number and as factor(" + name
                        + "), but some of its values are one number written in two ways, as 1.1 and 1.10 are; make two"
                        + " columns of it");
            }
            return DataTypes.StringType;
        }
        return natural;
    }

    private static DataType natural(int kinds) {
        if (kinds == 0) {
            return DataTypes.StringType;
        }
        if ((kinds & ~(FieldKind.INT | FieldKind.PADDED_INT)) == 0) {
            return DataTypes.IntegerType;
        }
        if ((kinds & ~FieldKind.WHOLE) == 0) {
            return DataTypes.LongType;
        }
        if ((kinds & ~FieldKind.NUMBER) == 0) {
            return DataTypes.DoubleType;
        }
        if (kinds == FieldKind.BOOLEAN) {
            return DataTypes.BooleanType;
        }
        if (kinds == FieldKind.DATE) {
            return DataTypes.DateType;
        }
        return (kinds & ~(FieldKind.DATE | FieldKind.TIMESTAMP)) == 0 ? DataTypes.TimestampType : DataTypes.StringType;
    }

    /** Whether two texts of a column of numbers are the same number; of more texts than a factor has levels nobody asks. */
    private boolean mergesNames(int c) {
        StructType texts = new StructType();
        for (int i = 0; i < names.size(); i++) {
            texts = texts.add("c" + i, DataTypes.StringType, true);
        }
        List<Row> found = load(texts, false)
                .select("c" + c)
                .distinct()
                .limit(FactorLevels.MOST_LEVELS + 2)
                .collectAsList();
        Set<String> different = new HashSet<>();
        Set<Double> numbers = new HashSet<>();
        for (Row row : found) {
            String text = row.isNullAt(0) ? "" : row.getString(0).strip().replace(',', '.');
            // In rows that are dropped anything may stand here.
            if (TextNumbers.isNumber(text)) {
                different.add(text);
                numbers.add(Double.parseDouble(text));
            }
        }
        return different.size() <= FactorLevels.MOST_LEVELS && numbers.size() < different.size();
    }

    /** A schema that makes one number of two ids has not thought of them. */
    private void requireNoMergedIds(StructType types) {
        for (int c = 0; c < names.size(); c++) {
            DataType type = types.fields()[c].dataType();
            boolean named = (look.kinds(c) & ~(FieldKind.NOTHING | FieldKind.NAMED)) == 0;
            if (!use.isGroup(names.get(c)) || !(type instanceof NumericType) || named) {
                continue;
            }
            StructType texts = new StructType();
            for (StructField field : types.fields()) {
                texts = texts.add(field.name(), DataTypes.StringType, true);
            }
            Column id = functions.trim(functions.col(TableColumns.quoted(types.fields()[c].name())));
            Column number = ScalarSql.tryCast(types.fields()[c].name(), type);
            Row counted = load(texts, false)
                    .filter(number.isNotNull())
                    .agg(functions.countDistinct(id), functions.countDistinct(number))
                    .first();
            if (counted.getLong(0) > counted.getLong(1)) {
                throw new DataException("column " + names.get(c) + ": --schema makes numbers of the ids, but different"
                        + " ids are the same number, as 007 and 7 are; make it STRING");
            }
        }
    }

    private DataFrameReader reader() {
        String quote = dialect.hasQuote() ? String.valueOf(dialect.quote()) : "";
        DataFrameReader reader = TableSource.plainReader(spark)
                .format("csv")
                .option("header", "true")
                .option("nullValue", "NA")
                .option("sep", String.valueOf(dialect.separator()))
                .option("quote", quote)
                .option("maxColumns", Math.max(SPARKS_COLUMNS, names.size() + 1))
                .option("multiLine", whole)
                // The headers were compared already, by names that Spark would not take.
                .option("enforceSchema", "true");
        if (dialect.hasQuote()) {
            reader = reader.option("escape", quote);
        }
        return dialect.isUtf8() ? reader : reader.option("encoding", dialect.encoding());
    }

    private Dataset<Row> load(StructType inFiles, boolean marked) {
        Supplier<DataFrameReader> reader = () -> marked
                // Of the columns in use alone Spark would not see that a row has more fields.
                ? reader().option("columnNameOfCorruptRecord", TableSource.MALFORMED)
                        .option("columnPruning", "false")
                : reader();
        return folders.loadByPlace(reader, inFiles, asked);
    }

    /** @param marked whether with {@link TableSource#MALFORMED}, which costs the parsing of every column */
    private Dataset<Row> read(StructType types, boolean marked) {
        StructType plain = new StructType();
        boolean[] converted = new boolean[names.size()];
        for (int c = 0; c < converted.length; c++) {
            StructField field = types.fields()[c];
            boolean decimals = field.dataType() instanceof DoubleType
                    || field.dataType() instanceof FloatType
                    || field.dataType() instanceof DecimalType;
            int kinds = look.kinds(c);
            converted[c] = decimals && (dialect.decimal() == ',' || (kinds & FieldKind.ODD) != 0);
            plain = converted[c]
                    ? plain.add(new StructField(field.name(), DataTypes.StringType, true, field.metadata()))
                    : plain.add(field);
        }
        if (marked) {
            plain = plain.add(TableSource.MALFORMED, DataTypes.StringType, true);
        }
        Dataset<Row> out = load(plain, marked);
        Map<String, Column> changed = new LinkedHashMap<>();
        Column bad = functions.col(TableSource.MALFORMED);
        for (int c = 0; c < converted.length; c++) {
            if (converted[c]) {
                StructField field = types.fields()[c];
                Column text = functions.col(TableColumns.quoted(field.name()));
                if (dialect.decimal() == ',') {
                    // A point is no decimal mark then, and must not become one.
                    text = functions.translate(text, ",.", ".,");
                }
                Column isNumber = text.rlike(NUMBER);
                changed.put(
                        field.name(),
                        functions.when(isNumber, functions.trim(text).cast(field.dataType())));
                bad = functions
                        .when(
                                text.isNotNull()
                                        .and(functions.trim(text).notEqual(""))
                                        .and(functions.not(isNumber)),
                                functions.coalesce(functions.col(TableSource.MALFORMED), functions.lit("")))
                        .otherwise(bad);
            }
        }
        if (changed.isEmpty()) {
            return out;
        }
        List<Column> select = new ArrayList<>();
        for (StructField field : out.schema().fields()) {
            Column own = functions.col(TableColumns.quoted(field.name()));
            Column value = field.name().equals(TableSource.MALFORMED) ? bad : changed.getOrDefault(field.name(), own);
            select.add(value.as(field.name(), field.metadata()));
        }
        return out.select(select.toArray(Column[]::new));
    }

    private Column isSurplus() {
        return functions
                .udf(new HasSurplus(dialect, names), DataTypes.BooleanType)
                .apply(functions.col(TableSource.MALFORMED));
    }

    /** Whether a row that Spark could not take in has more fields than the header. */
    private static final class HasSurplus implements UDF1<String, Boolean> {
        private static final long serialVersionUID = 1;

        private final TextDialect dialect;
        private final List<String> names;

        HasSurplus(TextDialect dialect, List<String> names) {
            this.dialect = dialect;
            this.names = new ArrayList<>(names);
        }

        @Override
        public Boolean call(String record) {
            if (record == null || record.isEmpty()) {
                return false;
            }
            TextLook look = new TextLook(dialect, names);
            look.begin(false);
            byte[] bytes = record.getBytes(StandardCharsets.UTF_8);
            look.between(bytes, bytes.length, true, true);
            return look.surplus().count() > 0;
        }
    }
}
