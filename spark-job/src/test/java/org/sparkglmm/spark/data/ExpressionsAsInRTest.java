package org.sparkglmm.spark.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.formula.Formula;
import org.sparkglmm.spark.cli.TestSession;

/**
 * An expression in I( ) gives the number that R gives, whatever type its columns have, also with ANSI SQL on.
 *
 * <p>Oracle: R 4.2.2, src/test/resources/expressions (expected.tsv is made of lines.txt by expressions.R).
 */
class ExpressionsAsInRTest {
    /** Of a few operations in double precision; log2 and powers differ from R's C library in the last place. */
    private static final double ULPS = 4e-15;

    private static final String[] X = {"7", "-7", "7", "-7", "0", "3", "0", "-2", "127", "5", "1"};
    private static final String[] Y = {"3", "3", "-3", "-3", "3", "0", "0", "2", "1", "2", "2"};
    private static final String[] U = {
        "0.15",
        "0.25",
        "0.35",
        "2.675",
        "-2.675",
        "0.5",
        "1.5",
        "2.5",
        "-0.5",
        "-1.5",
        "1e10",
        "-1e10",
        "1e300",
        "1e-10",
        "-1e-10",
        "1e-20",
        "1.0000000001",
        "999.5",
        "0",
        "1",
        "-1",
        "0.1",
        "20",
        "5.015",
        "1234.5678"
    };
    private static final String[] N = {"2147483647", "-2147483648", "46341", "20"};
    private static final String[] L = {"9007199254740991", "-9007199254740991", "3037000500", "21"};

    private record Line(String grid, String expression, double[] values) {}

    @AfterAll
    static void down() {
        TestSession.stop();
    }

    private static List<Line> lines() throws Exception {
        List<Line> out = new ArrayList<>();
        try (InputStream in = ExpressionsAsInRTest.class.getResourceAsStream("/expressions/expected.tsv")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                if (!line.startsWith("#")) {
                    String[] cells = line.split("\t");
                    double[] values = Arrays.stream(cells[3].split(" "))
                            .mapToDouble(v -> v.equals("NA")
                                    ? Double.NaN
                                    : v.equals("Inf")
                                            ? Double.POSITIVE_INFINITY
                                            : v.equals("-Inf") ? Double.NEGATIVE_INFINITY : Double.parseDouble(v))
                            .toArray();
                    out.add(new Line(cells[0], cells[1], values));
                }
            }
        }
        return out;
    }

    @ParameterizedTest
    @CsvSource({
        "xy, TINYINT, TINYINT",
        "xy, SMALLINT, INT",
        "xy, INT, INT",
        "xy, BIGINT, BIGINT",
        "xy, FLOAT, FLOAT",
        "xy, DOUBLE, DOUBLE",
        "'xy', 'DECIMAL(10, 2)', 'DECIMAL(5, 0)'",
        "'xy', 'DECIMAL(38, 6)', 'DECIMAL(38, 18)'",
        "'xy', INT, 'DECIMAL(10, 2)'",
        "'xy', FLOAT, BIGINT",
        "xy, STRING, STRING",
        "u, DOUBLE, DOUBLE",
        "u, STRING, STRING",
        "big, INT, BIGINT",
        "big, BIGINT, BIGINT",
        "big, DOUBLE, DOUBLE",
        "'big', 'DECIMAL(38, 0)', 'DECIMAL(20, 2)'",
        "big, STRING, STRING"
    })
    void givesRsNumber(String grid, String firstType, String secondType) throws Exception {
        Map<String, String[]> columns =
                grid.equals("xy") ? Map.of("x", X, "y", Y) : grid.equals("u") ? Map.of("u", U) : Map.of("n", N, "l", L);
        List<Line> lines = lines().stream().filter(l -> l.grid().equals(grid)).toList();
        assertTrue(lines.size() > 10);
        for (String ansi : List.of("false", "true")) {
            SparkSession spark = TestSession.get();
            spark.conf().set("spark.sql.ansi.enabled", ansi);
            try {
                Dataset<Row> table = table(spark, columns, firstType, secondType);
                TableColumns known = new TableColumns(table);
                Column[] computed = lines.stream()
                        .map(line -> computed(written(line, columns, firstType), known))
                        .toArray(Column[]::new);
                List<Row> rows = table.select(computed).collectAsList();
                for (int k = 0; k < lines.size(); k++) {
                    for (int i = 0; i < rows.size(); i++) {
                        double expected = lines.get(k).values()[i];
                        double actual = rows.get(i).isNullAt(k)
                                ? Double.NaN
                                : rows.get(i).getDouble(k);
                        String where = lines.get(k).expression() + " in row " + i + ", ANSI " + ansi;
                        double tolerance = Double.isFinite(expected) ? ULPS * Math.abs(expected) : 0;
                        assertEquals(expected, actual, Math.max(tolerance, Double.MIN_VALUE), where);
                    }
                }
            } finally {
                spark.conf().unset("spark.sql.ansi.enabled");
            }
        }
    }

    private static Dataset<Row> table(SparkSession spark, Map<String, String[]> columns, String first, String second) {
        List<String> selected = new ArrayList<>();
        for (String name : columns.keySet()) {
            String type = name.equals("y") || name.equals("l") ? second : first;
            selected.add("CAST(" + name + " AS " + type + ") AS " + name);
        }
        int rows = columns.values().iterator().next().length;
        List<String> values = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            List<String> row = new ArrayList<>();
            for (String[] column : columns.values()) {
                row.add("'" + column[i] + "'");
            }
            values.add("(" + String.join(", ", row) + ")");
        }
        Dataset<Row> table = spark.sql("SELECT " + String.join(", ", selected) + " FROM VALUES "
                + String.join(", ", values) + " AS t(" + String.join(", ", columns.keySet()) + ")");
        // Else Spark would compute it all while planning, by other code than it does row by row.
        return spark.createDataFrame(table.javaRDD(), table.schema());
    }

    /** Text is made a number by double(x), as a message says. */
    private static String written(Line line, Map<String, String[]> columns, String type) {
        String out = line.expression();
        if (type.equals("STRING")) {
            for (String name : columns.keySet()) {
                out = out.replaceAll("\\b" + name + "\\b", "double(" + name + ")");
            }
        }
        return out;
    }

    private static Column computed(String expression, TableColumns columns) {
        return ScalarSql.of(
                        Formula.parse("z ~ I(" + expression + ") + (1 | id)")
                                .variables()
                                .get(0),
                        columns)
                .cast(DataTypes.DoubleType);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "sex + 1 | text where a number is needed at position 5",
                "'5' + 1 | text where a number is needed",
                "-sex | text where a number is needed at position 1",
                "log(sex) | text where a number is needed",
                "sex = 1 | a number is compared with text at position 5",
                "sex > 1 | a number is compared with text",
                "x > '3' | a number is compared with text",
                "x IN ('1', '2') | a number is compared with text",
                "sex IN (1, 2) | a number is compared with text",
                "sex BETWEEN 1 AND 2 | a number is compared with text",
                "CASE WHEN x > 1 THEN 'old' ELSE 0 END | a choice between text and numbers at position 1",
                "if(x > 1, n, sex) | a choice between text and numbers",
                "coalesce(sex, 1) | a choice between text and numbers",
                "CASE sex WHEN 1 THEN 2 ELSE 3 END | a number is compared with text",
                "visit = 3 | a number is compared with a date",
                "visit + 0.5 | a date and a number on both sides of '+'",
                "visit * 2 | a date where a number is needed",
                "noon - noon | timestamps are subtracted",
                "x < 3 < 4 | a second comparison at position 7",
                "x div 2 | 'div' of something else than whole numbers",
                "round(x, n) | 'round' to decimals that are no number",
                "floor(x, 1) | 'floor' with 2 arguments",
                "substring(sex) | 'substring' with 1 argument",
                "pow(x) | 'pow' with 1 argument",
                "sin(x, 1) | 'sin' with 2 arguments",
                "1e999 * x | a number beyond 1.8e308",
                "x[0] | an element of something else than an array",
                "sex AND true | text where a condition is needed",
                "x + | it ends too early",
                "x n | unexpected 'n' at position 3",
                "x + 1 'secret' | unexpected text at position 7",
                "CASE WHEN x > 1 THEN 2 | 'END' is missing",
            })
    void whatHasNoNumberInRIsRefused(String expression, String problem) {
        Dataset<Row> table = rowOfEverything();
        UsageException refused =
                assertThrows(UsageException.class, () -> table.select(computed(expression, new TableColumns(table)))
                        .collectAsList());
        assertTrue(refused.getMessage().contains(problem), refused.getMessage());
        assertEquals(1, refused.getMessage().lines().count(), refused.getMessage());
    }

    private static Dataset<Row> rowOfEverything() {
        return TestSession.get()
                .sql("SELECT 2D x, 3 n, 'M' sex, '1D' code, DATE '2020-02-29' visit, DATE '2019-02-28' earlier,"
                        + " TIMESTAMP '2020-02-29 12:00:00' noon, array(1.5, 2.25) arr, map('a', 4) m, true c,"
                        + " CAST(NULL AS INT) gone, CAST(0.1 AS FLOAT) f, CAST(0.1 AS DECIMAL(4, 2)) d");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "visit - earlier | 366",
                "(visit - earlier) / 365.25 | 1.002053388090349",
                "datediff(visit, '2020-01-01') / 365.25 | 0.16153319644079397",
                "datediff(visit + 5, visit) | 5",
                "datediff(date_add(visit, n), visit) | 3",
                "datediff(date_add(visit, x + 0.9), visit) | 2",
                "datediff(visit + INTERVAL 3 DAYS, visit) | 3",
                "year(visit) + month(visit) / 12 | 2020.1666666666667",
                "extract(YEAR FROM visit) / 7 | 288.57142857142856",
                "timestampdiff(MONTH, earlier, visit) | 12",
                "unix_seconds(noon) - unix_seconds(noon) | 0",
                "visit > '2020-01-01' | 1",
                "visit = DATE '2020-02-29' | 1",
                "sex = 'M' | 1",
                "sex IN ('M', 'F') | 1",
                "length(substring(concat(sex, 'abc'), 1, 2)) | 2",
                "arr[0] + element_at(arr, 2) | 3.75",
                "m['a'] / 8 | 0.5",
                "f = 0.1 | 0",
                "d = 0.1 | 1",
                "d * 3 | 0.30000000000000004",
                "CAST(2.675 AS DECIMAL(10, 2)) | 2.68",
                "coalesce(gone, 0) + 1 | 1",
                "coalesce(gone, x) | 2",
                "CASE WHEN gone > 3 THEN 1 WHEN gone IS NULL THEN -1 ELSE 0 END | -1",
                "CASE WHEN isnull(gone) THEN 5 ELSE gone END | 5",
                "if(c, 1, 0) | 1",
                "c + 1 | 2",
                "double(code) | NaN",
                "int('3000000000') | NaN",
                "bigint('9007199254740993') - 9007199254740992 | 0",
                "bigint('9007199254740993') = 9007199254740993 | 1",
                "bigint('9007199254740993') = 9007199254740992 | 0",
                "decode(n, 3, 1.5, 2) | 1.5",
                "length(concat('g', n, x, 0.5)) | 6",
                "round(0.5) + round(-0.5) + round(2.5) | 2",
                "shiftleft(1, 31) | 2147483648",
            })
    void datesTextsAndWholeNumbersGoOnWorking(String expression, double expected) {
        for (String ansi : List.of("false", "true")) {
            TestSession.get().conf().set("spark.sql.ansi.enabled", ansi);
            try {
                Dataset<Row> one = rowOfEverything();
                Dataset<Row> table = TestSession.get().createDataFrame(one.javaRDD(), one.schema());
                Row row = table.select(computed(expression, new TableColumns(table)))
                        .first();
                assertEquals(expected, row.isNullAt(0) ? Double.NaN : row.getDouble(0), expression + ", ANSI " + ansi);
            } finally {
                TestSession.get().conf().unset("spark.sql.ansi.enabled");
            }
        }
    }

    @Test
    void whatGrowsTooLargeIsRefused() {
        Dataset<Row> table = rowOfEverything();
        String nested = "log(".repeat(30) + "x" + ")".repeat(30);
        UsageException refused = assertThrows(UsageException.class, () -> computed(nested, new TableColumns(table)));
        assertTrue(refused.getMessage().contains("too much is nested in it; compute the column beforehand"));
        String deep = "(".repeat(90) + "x" + " - (-1))".repeat(90);
        assertEquals(
                92.0,
                table.select(computed(deep, new TableColumns(table))).first().get(0));
        String cases = "if(sqrt(x) > 1, 1, ".repeat(80) + "0" + ")".repeat(80);
        assertEquals(
                1.0,
                table.select(computed(cases, new TableColumns(table))).first().get(0));
    }

    @Test
    void aFactorOfWholeNumbersKeepsItsLabels() {
        Dataset<Row> table = rowOfEverything();
        Column label = ScalarSql.of(
                Formula.parse("z ~ factor(CASE WHEN x > 1 THEN 1 ELSE 0 END) + (1 | id)")
                        .variables()
                        .get(0),
                new TableColumns(table));
        assertEquals(
                "1", String.valueOf(table.select(label.cast("string")).first().get(0)));
    }
}
