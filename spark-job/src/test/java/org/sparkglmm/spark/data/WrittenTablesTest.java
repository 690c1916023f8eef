package org.sparkglmm.spark.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkglmm.core.DataException;
import org.sparkglmm.spark.cli.TestSession;

/**
 * A small table with every kind of text in it, as pandas, R, data.table, readr, DuckDB, Excel and Spark write it: either each value
 * is read as it was, or the file is refused, and which of the two is known. The rules of the programs were compared with what pandas
 * 1.5.3, R 4.2.2, data.table 1.14.8 and readr 2.1.4 wrote of these texts; those of DuckDB and Excel are their documentation's; Spark writes
 * itself.
 */
class WrittenTablesTest {
    private static final List<String> TEXTS = List.of(
            "Ward 9",
            "a, b",
            "a; b",
            "a\tb",
            "Clinic \"Nord\", 3, B",
            "\"",
            "\"N\"",
            "\"\"",
            "5\"",
            "C:\\dir\\",
            "C:\\dir\\, 3",
            "C:\\\"d\\\"",
            "\\",
            "l1\nl2",
            "l1\n\nl2, \"x\"",
            "l1\r\nl2",
            "l1\rl2",
            "Gr\u00f6\u00dfe",
            "O'Brien",
            "#1",
            "=1+1",
            " pad ",
            "",
            "NA",
            "1,5",
            "2020-01-31",
            "true");

    private static final List<String> IDS = List.of("01", "1", "1.10", "1.1", "1D", "1E2", "100");
    private static final double[] X = {0.5, -1.25, 1e-7, 3, 1234.5, 0.125, 100};

    @TempDir
    static Path folder;

    private static int made;

    @AfterAll
    static void down() {
        TestSession.stop();
    }

    /**
     * How a program writes.
     *
     * @param quoted which texts it puts into quotes
     * @param escape what it puts before a quote inside quotes
     * @param missing what it writes for a text that is missing
     * @param mark what the file begins with
     */
    private record Writer(
            String name,
            char separator,
            char decimal,
            String end,
            Predicate<String> quoted,
            char escape,
            String missing,
            String mark,
            Charset charset,
            boolean rowNames) {
        byte[] bytes(String text) {
            StringBuilder out = new StringBuilder(mark);
            List<String> header = new ArrayList<>(rowNames ? List.of("") : List.of());
            header.addAll(List.of("id", "y", "x", "g", "address"));
            line(out, header.stream().map(this::field).toList());
            for (int i = 0; i < IDS.size(); i++) {
                List<String> fields = new ArrayList<>(rowNames ? List.of(field("" + i)) : List.of());
                String here = i % 3 == 1 ? text : i % 3 == 2 ? null : "plain";
                fields.addAll(List.of(field(IDS.get(i)), "" + i, number(X[i]), field(here), field(here)));
                line(out, fields);
            }
            return out.toString().getBytes(charset);
        }

        private void line(StringBuilder out, List<String> fields) {
            out.append(String.join(String.valueOf(separator), fields)).append(end);
        }

        private String number(double x) {
            String text = x == (long) x ? "" + (long) x : "" + x;
            String own = text.replace('.', decimal);
            return own.indexOf(separator) >= 0 ? '"' + own + '"' : own;
        }

        private String field(String text) {
            if (text == null) {
                return missing;
            }
            String inside = text.replace("\"", escape + "\"");
            return quoted.test(text) ? '"' + inside + '"' : text;
        }

        String[] options() {
            return new String[] {
                separator == ',' ? null : String.valueOf(separator),
                null,
                decimal == '.' ? null : String.valueOf(decimal),
                charset.equals(StandardCharsets.UTF_8) ? null : charset.name(),
                null
            };
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Predicate<String> ifAny(String signs) {
        return text -> text.chars().anyMatch(c -> signs.indexOf(c) >= 0);
    }

    private static Writer utf8(
            String name, char separator, String end, Predicate<String> quoted, String missing, boolean rowNames) {
        return new Writer(name, separator, '.', end, quoted, '"', missing, "", StandardCharsets.UTF_8, rowNames);
    }

    private static List<Writer> writers() {
        Predicate<String> always = text -> true;
        Predicate<String> emptyToo = ifAny(",\"\n\r").or(String::isEmpty);
        Charset windows = Charset.forName("windows-1252");
        return List.of(
                utf8("pandas", ',', "\n", ifAny(",\"\n"), "", false),
                utf8("pandas with index", ',', "\n", ifAny(",\"\n"), "", true),
                utf8("pandas, CRLF", ',', "\r\n", ifAny(",\"\r\n"), "", false),
                utf8("pandas, QUOTE_ALL", ',', "\n", always, "\"\"", false),
                utf8("pandas, tabs", '\t', "\n", ifAny("\t\"\n"), "", false),
                utf8("R write.csv", ',', "\n", always, "NA", true),
                utf8("R write.csv on Windows", ',', "\r\n", always, "NA", true),
                new Writer("R write.csv2", ';', ',', "\n", always, '"', "NA", "", StandardCharsets.UTF_8, false),
                new Writer(
                        "R write.table, tabs", '\t', '.', "\n", always, '\\', "NA", "", StandardCharsets.UTF_8, false),
                utf8("data.table", ',', "\n", emptyToo, "", false),
                utf8("data.table, bars", '|', "\n", ifAny("|\"\n\r").or(String::isEmpty), "", false),
                utf8("readr", ',', "\n", ifAny(",\"\n\r"), "NA", false),
                utf8("DuckDB", ',', "\n", emptyToo, "", false),
                new Writer(
                        "Excel, UTF-8",
                        ',',
                        '.',
                        "\r\n",
                        ifAny(",\"\n\r"),
                        '"',
                        "",
                        "\ufeff",
                        StandardCharsets.UTF_8,
                        false),
                new Writer("Excel, German", ';', ',', "\r\n", ifAny(";\"\n\r"), '"', "", "", windows, false),
                new Writer(
                        "Excel, Unicode text",
                        '\t',
                        '.',
                        "\r\n",
                        ifAny("\t,\"\n\r"),
                        '"',
                        "",
                        "\ufeff",
                        StandardCharsets.UTF_16LE,
                        false),
                utf8("old Mac", ',', "\r", ifAny(",\"\n\r"), "", false));
    }

    static Stream<Arguments> written() {
        // A file that ends its lines in returns and has the ends of another system inside quotes is nobody's.
        return writers().stream().flatMap(w -> TEXTS.stream()
                .filter(t -> !(w.end.equals("\r") && t.contains("\r\n")))
                .map(t -> Arguments.of(w, t)));
    }

    /** Texts of which the file itself says something else, or nothing that could be told from another text. */
    private static boolean isRefused(Writer writer, String text) {
        boolean backslashes = writer.escape == '\\' && text.contains("\"");
        boolean bareReturn = text.contains("\r") && !writer.quoted.test(text) && !writer.end.equals("\r");
        return backslashes || bareReturn;
    }

    private static TableSource source(Writer writer, byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("t" + made++ + ".csv"), bytes);
        String[] o = writer.options();
        return new TableSource(file.toString(), "csv", null, TextDialect.of(o[0], o[1], o[2], o[3], o[4]));
    }

    private static ModelRequest request() {
        return ModelRequest.of("y ~ x + g + (1 | id)", "gaussian", null, null, null, null, null, null, Map.of());
    }

    @ParameterizedTest
    @MethodSource("written")
    void isReadAsItWasOrRefused(Writer writer, String text) throws IOException {
        TableSource source = source(writer, writer.bytes(text));
        if (isRefused(writer, text)) {
            assertThrows(DataException.class, () -> source.open(TestSession.get(), request()));
            return;
        }
        requireSame(source, text);
    }

    private static void requireSame(TableSource source, String text) {
        OpenTable opened = source.open(TestSession.get(), request());
        assertTrue(opened.warnings().isEmpty());
        List<Row> rows = opened.toFit().select("id", "y", "x", "g", "address").collectAsList();
        assertEquals(IDS.size(), rows.size());
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            assertEquals(IDS.get(i), row.getString(0));
            assertEquals(i, row.getInt(1));
            assertEquals(X[i], row.getDouble(2));
            String here = i % 3 == 1 ? text : i % 3 == 2 ? "" : "plain";
            for (int c = 3; c < 5; c++) {
                assertEquals(here.equals("NA") ? "" : unix(here), row.isNullAt(c) ? "" : unix(row.getString(c)));
            }
        }
    }

    /** Spark may write the line breaks inside a text as the file ends its lines. */
    private static String unix(String text) {
        return text.replace("\r\n", "\n").replace('\r', '\n');
    }

    static Stream<Arguments> bySpark() {
        return TEXTS.stream().flatMap(t -> Stream.of(Arguments.of(t, "\\"), Arguments.of(t, "\"")));
    }

    /** Spark's default writes a quote inside quotes as \", which other programs read as an end. */
    @ParameterizedTest
    @MethodSource("bySpark")
    void whatSparkWritesIsReadAsItWasOrRefused(String text, String escape) throws IOException {
        StructType types = new StructType()
                .add("id", DataTypes.StringType)
                .add("y", DataTypes.IntegerType)
                .add("x", DataTypes.DoubleType)
                .add("g", DataTypes.StringType)
                .add("address", DataTypes.StringType);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < IDS.size(); i++) {
            String here = i % 3 == 1 ? text : i % 3 == 2 ? null : "plain";
            rows.add(RowFactory.create(IDS.get(i), i, X[i], here, here));
        }
        Dataset<Row> table = TestSession.get().createDataFrame(rows, types).coalesce(1);
        String path = folder.resolve("spark" + made++).toString();
        table.write()
                .option("header", "true")
                .option("escape", escape)
                .option("ignoreLeadingWhiteSpace", "false")
                .option("ignoreTrailingWhiteSpace", "false")
                .csv(path);
        TableSource source = new TableSource(path, "csv", null);
        if (escape.equals("\\") && text.contains("\"")) {
            assertThrows(DataException.class, () -> source.open(TestSession.get(), request()));
        } else {
            // It doubles a backslash inside quotes, which RFC 4180 leaves as it is.
            boolean doubled = escape.equals("\\") && text.contains(",");
            requireSame(source, doubled ? text.replace("\\", "\\\\") : text);
        }
    }

    /** Old files cut at their ends, and several files of one table. */
    @Test
    void partsOfATableMayEndDifferently() throws IOException {
        Path table = Files.createDirectories(folder.resolve("parts"));
        Writer lf = writers().get(0);
        Writer crlf = writers().get(2);
        Files.write(table.resolve("a.csv"), lf.bytes("x"));
        Files.write(table.resolve("b.csv"), crlf.bytes("x"));
        String unended = new String(lf.bytes("x"), StandardCharsets.UTF_8).strip() + "last";
        Files.writeString(table.resolve("c.csv"), unended);
        Files.writeString(table.resolve("d.csv"), "");
        OpenTable opened = new TableSource(table.toString(), "csv", null).open(TestSession.get(), request());
        assertEquals(3 * IDS.size(), opened.findings().rows());
        List<String> last = new ArrayList<>();
        opened.toFit().collectAsList().forEach(row -> last.add(row.getString(4)));
        assertEquals(3 * IDS.size(), last.size());
        assertTrue(last.contains("plainlast"));
    }
}
