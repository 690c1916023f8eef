package org.sparkglmm.spark.cli;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tables with something odd in them, and what the program says of them: docs/bad-tables.md. */
class BadTablesTest {
    private static final String F = "y ~ time + x + (1 | id)";

    @TempDir
    static Path folder;

    private static int made;
    private static Dataset<Row> base;
    private static String csv;

    @BeforeAll
    static void tables() {
        base = TestSession.get()
                .range(0, 400)
                .selectExpr(
                        "id div 4 AS id",
                        "rand(1) + (id div 4) % 5 AS y",
                        "id % 4 AS time",
                        "rand(2) AS x",
                        "CASE id % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' ELSE 'c' END AS g")
                .coalesce(1);
        StringBuilder text = new StringBuilder("id,y,time,x,g\n");
        Random random = new Random(1);
        for (int i = 0; i < 60; i++) {
            for (int j = 0; j < 4; j++) {
                text.append('p').append(i).append(',').append(random.nextGaussian() + i % 3);
                text.append(',').append(j).append(',').append(random.nextDouble());
                text.append(',').append("abc".charAt(i % 3)).append('\n');
            }
        }
        csv = text.toString();
    }

    @AfterAll
    static void down() {
        TestSession.stop();
    }

    /** Writes a table and returns where. */
    private interface Table {
        Path write() throws IOException;
    }

    private static Table parquet(UnaryOperator<Dataset<Row>> change) {
        return () -> parquet(change.apply(base), folder.resolve("t" + made++));
    }

    /** Of two files, the second one written later. */
    private static Table two(UnaryOperator<Dataset<Row>> second) {
        return () -> parquet(second.apply(base), parquet(base, folder.resolve("t" + made++)));
    }

    private static Path parquet(Dataset<Row> table, Path to) {
        table.write().mode("append").parquet(to.toString());
        return to;
    }

    /** The first file's bytes changed, without the checksum file that a local disk has beside it. */
    private static Table bytes(Table table, UnaryOperator<byte[]> change) {
        return () -> {
            Path at = table.write();
            List<Path> files;
            try (Stream<Path> all = Files.list(at)) {
                files = all.sorted().toList();
            }
            for (Path file : files) {
                if (file.toString().endsWith(".crc")) {
                    Files.delete(file);
                }
            }
            Path first = files.stream()
                    .filter(f -> f.getFileName().toString().startsWith("part-"))
                    .findFirst()
                    .orElseThrow();
            Files.write(first, change.apply(Files.readAllBytes(first)));
            return at;
        };
    }

    private static byte[] flipped(byte[] bytes, int at) {
        bytes[at] ^= 1;
        return bytes;
    }

    private static Table text(UnaryOperator<String> change) {
        return text(change, StandardCharsets.UTF_8);
    }

    private static Table text(UnaryOperator<String> change, Charset charset) {
        return () -> Files.write(
                folder.resolve("t" + made++ + ".csv"), change.apply(csv).getBytes(charset));
    }

    private static Arguments bad(int code, String sentence, Table table, String formula, String... more) {
        return Arguments.of(code, sentence, table, formula, List.of(more));
    }

    static Stream<Arguments> refused() {
        Table good = parquet(t -> t);
        String damaged = "it is damaged or was not written to its end";
        return Stream.of(
                bad(3, "a file is damaged", bytes(good, b -> Arrays.copyOf(b, b.length / 2)), F),
                bad(3, "cannot", bytes(two(t -> t), b -> Arrays.copyOf(b, b.length / 2)), F),
                bad(3, "cannot", bytes(two(t -> t), b -> new byte[5_000]), F),
                bad(3, "1 of its files is empty (0 bytes)", bytes(two(t -> t), b -> new byte[0]), F),
                bad(3, damaged, bytes(good, b -> flipped(b, 100)), F),
                bad(3, damaged, bytes(good, b -> flipped(b, 1_000)), F),
                bad(3, damaged, bytes(good, b -> flipped(b, 3_000)), F),
                bad(
                        3,
                        "column x is boolean in 1 file and double in 1 file",
                        two(t -> t.withColumn("x", col("x").gt(0))),
                        "y ~ time + factor(x) + (1 | id)"),
                bad(
                        3,
                        "column time is bigint in 1 file and double in 1 file",
                        two(t -> t.withColumn("time", col("time").cast("double"))),
                        F),
                bad(2, "d is a date; make a number of it", dates(), "y ~ d + (1 | id)"),
                bad(
                        2,
                        "d is a timestamp_ntz; make a number of it",
                        typed("CAST(DATE '2020-01-01' AS timestamp_ntz)"),
                        "y ~ d + (1 | id)"),
                bad(2, "make text of it, for example factor(string(d))", dates(), "y ~ factor(d) + (1 | id)"),
                bad(
                        3,
                        "d holds dates as text",
                        typed("string(date_add(DATE '2020-01-01', int(id % 90)))"),
                        "y ~ d + (1 | id)"),
                bad(2, "is of type struct", typed("struct(x)"), "y ~ d + (1 | id)"),
                bad(2, "is of type array", typed("array(x)"), "d ~ x + (1 | id)"),
                bad(2, "grouping column d is of type map", typed("map('a', x)"), "y ~ x + (1 | d)"),
                bad(
                        3,
                        "a text of more than 1000 characters",
                        typed("concat(g, repeat('x', 100000))"),
                        "y ~ d + (1 | id)"),
                bad(
                        3,
                        "more than 1000 different values",
                        parquet(t -> TestSession.get()
                                .range(0, 8000)
                                .selectExpr("id div 4 AS id", "rand(1) AS y", "concat('l', id) AS d")),
                        "y ~ d + (1 | id)"),
                bad(3, "names that differ in upper and lower case only", differingInCase(), F),
                bad(
                        3,
                        "has 4 values; family binomial needs two",
                        typed("concat(time, ',5')"),
                        "d ~ x + (1 | id)",
                        "--family",
                        "binomial"),
                bad(3, "or they have decimal commas", typed("concat(time, ',5')"), "d ~ x + (1 | id)"),
                bad(3, "its numbers have decimal commas", typed("concat(id, ',5')"), "y ~ d + (1 | id)"),
                bad(3, "x has no value in any of the 400 rows", parquet(t -> t.withColumn("x", lit(Double.NaN))), F),
                bad(
                        3,
                        "each of the 400 rows lacks some value",
                        parquet(t -> t.withColumn("x", expr("IF(time < 2, NULL, x)"))
                                .withColumn("y", expr("IF(time >= 2, NULL, y)"))),
                        F),
                bad(3, "the table has no rows", parquet(t -> t.limit(0)), F),
                bad(
                        3,
                        "there is no file of that kind in it",
                        () -> Files.createDirectories(folder.resolve("nothing")),
                        F),
                bad(3, "the table has no rows", text(t -> "id,y,time,x,g\n"), F),
                bad(
                        3,
                        "its first line is not UTF-8",
                        text(t -> t.replace("time", "größe"), StandardCharsets.ISO_8859_1),
                        F),
                bad(3, "its first line is not UTF-8", text(t -> t, StandardCharsets.UTF_16), F),
                bad(
                        3,
                        "column g holds bytes that are not UTF-8",
                        text(t -> t.replace(",a\n", ",ä\n"), StandardCharsets.ISO_8859_1),
                        "y ~ g + (1 | id)"),
                bad(
                        3,
                        "column id holds bytes that are not UTF-8",
                        text(t -> t.replace("p", "ö"), StandardCharsets.ISO_8859_1),
                        F),
                bad(3, "its first line is not UTF-8", good, F, "--format", "csv"),
                bad(3, "a file is damaged, empty or of another format", text(t -> t), F, "--format", "parquet"),
                bad(3, "separated by semicolons", text(t -> t.replace(',', ';')), F),
                bad(
                        2,
                        "the name stands more than once",
                        text(t -> t.replaceFirst("time,x", "x,x")),
                        "y ~ x + (1 | id)"),
                bad(2, "the first line seems to hold values", text(t -> t.substring(t.indexOf('\n') + 1)), F),
                bad(
                        3,
                        "its header names other columns, or in another order",
                        text(t -> t),
                        F,
                        "--schema",
                        "y DOUBLE, id STRING, time INT, x DOUBLE, g STRING"),
                bad(2, "--schema: not understood", text(t -> t), F, "--schema", "y DOBULE"),
                bad(3, "Spark has no reader for it here", good, F, "--format", "delta"),
                bad(
                        3,
                        "there is no table or view of that name",
                        () -> Path.of("no_such_table"),
                        F,
                        "--format",
                        "table"),
                bad(3, "it is empty", text(t -> ""), F));
    }

    private static Table typed(String sql) {
        return parquet(t -> t.withColumn("d", expr(sql)));
    }

    private static Table dates() {
        return typed("date_add(DATE '2020-01-01', int(time))");
    }

    private static Table differingInCase() {
        return () -> {
            TestSession.get().conf().set("spark.sql.caseSensitive", "true");
            try {
                return parquet(t -> t.withColumn("X", col("time"))).write();
            } finally {
                TestSession.get().conf().set("spark.sql.caseSensitive", "false");
            }
        };
    }

    private static Commands check(Path data, String formula, List<String> more) {
        List<String> arguments = new ArrayList<>(List.of("check", "--data", data.toString(), "--formula", formula));
        arguments.addAll(more.contains("--family") ? List.of() : List.of("--family", "gaussian"));
        arguments.addAll(more);
        return Commands.run(arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void isRefusedInOneSentence(int code, String sentence, Table table, String formula, List<String> more)
            throws IOException {
        Commands ran = check(table.write(), formula, more);
        assertTrue(ran.err().contains(sentence), ran.err() + ran.out());
        assertEquals(code, ran.code(), ran.err());
        assertTrue(ran.err().startsWith("error: "), ran.err());
        assertEquals(1, ran.err().lines().count(), ran.err());
    }

    static Stream<Arguments> taken() {
        return Stream.of(
                Arguments.of("400 read, 400 used", parquet(t -> t.withColumn("s", expr("struct(x, map('a', y))"))), F),
                Arguments.of("800 read, 800 used", two(t -> t.select("g", "x", "time", "y", "id")), F),
                Arguments.of(
                        "800 read, 800 used",
                        two(t -> t.withColumn("time", col("time").cast("int"))
                                .withColumn("id", col("id").cast("smallint"))),
                        F),
                Arguments.of("400 rows are the same as another row in every column", two(t -> t), F),
                Arguments.of(
                        "400 rows are the same as another row in every column",
                        parquet(t -> t.withColumn("s", expr("struct(x, map('a', y), array(time))"))
                                .union(t.withColumn("s", expr("struct(x, map('a', y), array(time))")))),
                        F),
                Arguments.of("90 d", typed("IF(id % 10 = 0, NULL, id)"), "y ~ x + (1 | d)"),
                Arguments.of("90 d", typed("IF(id % 10 = 0, double('NaN'), double(id))"), "y ~ x + (1 | d)"),
                Arguments.of(
                        "80 d",
                        typed("CASE id % 10 WHEN 0 THEN '' WHEN 1 THEN '  ' ELSE string(id) END"),
                        "y ~ x + (1 | d)"),
                Arguments.of("100 d", typed("IF(id = 0 AND time = 0, -0D, double(id))"), "y ~ x + (1 | d)"),
                Arguments.of(
                        "d begins or ends with a blank",
                        typed("concat('a', id, IF(time = 0, ' ', ''))"),
                        "y ~ x + (1 | d)"),
                Arguments.of("d is not in Unicode's composed form", typed("concat('e\u0301', id)"), "y ~ x + (1 | d)"),
                Arguments.of("15 d", typed("IF(id < 15, concat(id, repeat('y', 100000)), NULL)"), "y ~ x + (1 | d)"),
                Arguments.of(
                        "Fixed effects (2): (Intercept), d",
                        typed("cast(time * 1.5 AS decimal(38, 10))"),
                        "y ~ d + (1 | id)"),
                Arguments.of("Outcome: mean 0.5", typed("time > 1"), "d ~ x + (1 | id)"),
                Arguments.of(
                        "factor, though 4 of its 5 levels are numbers",
                        text(t -> t.replaceFirst("(?m)^(p3,[^,]*),1,", "$1,unknown,")),
                        F),
                Arguments.of("240 read, 240 used", text(t -> "\ufeff" + t), F),
                Arguments.of("240 read, 240 used", text(t -> t.replace("\n", "\r\n")), "y ~ g + (1 | id)"),
                Arguments.of("time: missing in <5", text(t -> t.replaceFirst("(?m)^p3,.*$", "p3,1.5")), F));
    }

    @ParameterizedTest
    @MethodSource("taken")
    void isTakenAndSaid(String said, Table table, String formula) throws IOException {
        Commands ran = check(table.write(), formula, List.of());
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains(said), ran.out());
    }

    @Test
    void rowsThatDifferInAnUnusedColumnAreNotTheSame() throws IOException {
        Path numbered = parquet(t -> t.withColumn("nr", expr("0")).union(t.withColumn("nr", expr("1"))))
                .write();
        assertFalse(check(numbered, F, List.of()).out().contains("are the same"));
        Path nulls = parquet(t -> t.withColumn("a", expr("CAST(NULL AS INT)"))
                        .withColumn("b", expr("1"))
                        .union(t.withColumn("a", expr("1")).withColumn("b", expr("CAST(NULL AS INT)"))))
                .write();
        assertFalse(check(nulls, F, List.of()).out().contains("are the same"));
    }

    @Test
    void valuesThatAreNotOfTheSchemasTypeAreCounted() throws IOException {
        Path data = text(t -> t.replaceAll("(?m)^(p[34],[^,]*),[12],", "$1,unknown,"))
                .write();
        String schema = "id STRING, y DOUBLE, time INT, x DOUBLE, g STRING";
        Commands ran = check(data, F, List.of("--schema", schema, "--min-cell-count", "1"));
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("time: missing in 4"), ran.out());
        assertTrue(ran.out().contains("(malformed_values)"), ran.out());
        Commands clean = check(text(t -> t).write(), F, List.of("--schema", schema));
        assertFalse(clean.out().contains("malformed"), clean.out());
    }

    @Test
    void aSessionThatPassesOverDamagedFilesDoesNotDoSoHere() throws IOException {
        Path data = bytes(two(t -> t), b -> new byte[5_000]).write();
        TestSession.get().conf().set("spark.sql.files.ignoreCorruptFiles", "true");
        try {
            Commands ran = check(data, F, List.of());
            assertEquals(3, ran.code(), ran.out());
        } finally {
            TestSession.get().conf().unset("spark.sql.files.ignoreCorruptFiles");
        }
    }

    @Test
    void namesOfAnyKindAreColumns() throws IOException {
        Path data = parquet(t -> t.withColumn("a.b", col("x"))
                        .withColumn("my col", expr("rand(5)"))
                        .withColumn("größe", expr("rand(6)"))
                        .withColumn("ti`ck", expr("rand(7)"))
                        .withColumn("MiXed", expr("rand(8)"))
                        .withColumn("per s.on`", col("id")))
                .write();
        Commands ran = check(
                data,
                "y ~ `a.b` + `my col` + größe + mixed + I(`ti``ck` * 2) + (1 | `per s.on```)",
                List.of("--offset", "ti`ck", "--weights", "time"));
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("Fixed effects (6)"), ran.out());
    }
}
