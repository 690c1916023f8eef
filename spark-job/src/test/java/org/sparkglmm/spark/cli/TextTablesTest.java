package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables as text: quotes, dialects, ids and levels that look like numbers, rows that do not fit the header. */
class TextTablesTest {
    private static final Path TRIALS = Path.of("src/test/resources/text");
    private static final String F = "y ~ x + (1 | id)";

    @TempDir
    static Path folder;

    private static int made;

    @BeforeAll
    static void up() {
        TestSession.get();
    }

    @AfterAll
    static void down() {
        TestSession.stop();
    }

    private static Path write(String text, Charset charset) throws IOException {
        return Files.write(folder.resolve("t" + made++ + ".csv"), text.getBytes(charset));
    }

    private static Path write(String text) throws IOException {
        return write(text, StandardCharsets.UTF_8);
    }

    /** Names of persons by their numbers. */
    private static String table(UnaryOperator<String> id) {
        Random random = new Random(4);
        StringBuilder out = new StringBuilder("id,y,x,g\n");
        for (int i = 0; i < 40; i++) {
            double u = random.nextGaussian();
            for (int j = 0; j < 5; j++) {
                out.append(id.apply("" + i)).append(',').append(Math.rint(1e4 * (u + random.nextGaussian())) / 1e4);
                out.append(',')
                        .append(j + 0.5)
                        .append(',')
                        .append("abc".charAt((i + j) % 3))
                        .append('\n');
            }
        }
        return out.toString();
    }

    private static Commands run(String command, Path data, String... more) {
        List<String> arguments = new ArrayList<>(List.of(command, "--data", data.toString()));
        arguments.addAll(List.of(more));
        return Commands.run(arguments.toArray(String[]::new));
    }

    private static Commands fit(Path data, String formula, String out, String... more) {
        List<String> all = new ArrayList<>(List.of(
                "--quiet",
                "--formula",
                formula,
                "--family",
                "gaussian",
                "--out",
                folder.resolve(out).toString()));
        all.addAll(List.of(more));
        return run("fit", data, all.toArray(String[]::new));
    }

    private static Commands check(Path data, String formula, String... more) {
        List<String> all = new ArrayList<>(List.of("--formula", formula, "--family", "gaussian"));
        all.addAll(List.of(more));
        return run("check", data, all.toArray(String[]::new));
    }

    private static JsonNode json(String out, String file) throws IOException {
        return new ObjectMapper().readTree(folder.resolve(out).resolve(file).toFile());
    }

    private static void refused(Commands ran, String sentence) {
        assertEquals(3, ran.code(), ran.out() + ran.err());
        assertTrue(ran.err().contains(sentence), ran.err());
        assertEquals(1, ran.err().lines().count(), ran.err());
    }

    @Test
    void quotesAreThoseOfRfc4180() throws IOException {
        Commands ran = fit(TRIALS.resolve("quotes.csv.gz"), "y ~ x + z + (1 | id)", "quotes");
        assertEquals(0, ran.code(), ran.err());
        double z = Double.NaN;
        for (JsonNode c : json("quotes", "model.json").path("fixed")) {
            z = c.path("term").asText().equals("z") ? c.path("estimate").asDouble() : z;
        }
        assertEquals(-0.329, z, 5e-4);
    }

    @Test
    void idsThatJavaTakesForNumbersAreNames() {
        Commands ran = check(TRIALS.resolve("ids_df.csv.gz"), F);
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("Groups:  200 id"), ran.out());
        assertTrue(ran.out().contains("id: text, 200 distinct values"), ran.out());
    }

    /** Each way makes other names of the numbers from 0 to 39, some of them of one number. */
    @ParameterizedTest
    @ValueSource(
            strings = {"0%s", "1.%s", "1E%s", "12345678901234567890123%s", "2020-1-%s", "+%s", "%s.0", "0x%s", " %s"})
    void idsAreNames(String pattern) throws IOException {
        String text = table(i -> Integer.parseInt(i) % 2 == 0 ? i : String.format(pattern, Integer.parseInt(i) / 2));
        long persons = text.lines()
                .skip(1)
                .map(l -> l.substring(0, l.indexOf(',')))
                .distinct()
                .count();
        Commands ran = check(write(text), F);
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("Groups:  " + persons + " id"), ran.out());
    }

    @Test
    void idsThatAreTheShortestNumbersStayNumbers() throws IOException {
        Commands ran = check(write(table(i -> i)), F);
        assertTrue(ran.out().contains("id: whole number, 40 distinct values"), ran.out());
        assertTrue(ran.out().contains("x: number, 5 distinct values"), ran.out());
        assertTrue(ran.out().contains("y: number, "), ran.out());
    }

    @Test
    void theNumberOfDistinctValuesIsMaskedLikeOtherCounts() throws IOException {
        Commands ran = check(write(table(i -> i).replaceAll(",[0-4].5,", ",2.5,")), "y ~ x + g + (1 | id)");
        assertTrue(ran.out().contains("x: number, <5 distinct values"), ran.out());
        assertTrue(ran.out().contains("g: text, a factor, 3 distinct values"), ran.out());
    }

    @Test
    void aSchemaThatMergesIdsIsRefused() throws IOException {
        Path data = write(table(i -> Integer.parseInt(i) % 2 == 0 ? i : "0" + (Integer.parseInt(i) - 1)));
        refused(
                check(data, F, "--schema", "id INT, y DOUBLE, x DOUBLE, g STRING"),
                "different ids are the same number");
        Path padded = write(table(i -> "0" + i));
        Commands ran = check(padded, F, "--schema", "id INT, y DOUBLE, x DOUBLE, g STRING");
        assertEquals(0, ran.code(), ran.err());
    }

    @Test
    void oddNumbersUnderASchemaAreMalformed() throws IOException {
        Path data = write(table(i -> i).replaceAll("(?m)^([5-9]),([^,]*),1.5,", "$1,$2,1D,"));
        Commands ran = check(data, F, "--schema", "id STRING, y DOUBLE, x DOUBLE, g STRING");
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("x: missing in 5"), ran.out());
        assertTrue(ran.out().contains("(malformed_values): 5 rows"), ran.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "id STRING, y DOUBLE, x DOUBLE, g STRING"})
    void rowsWithMoreFieldsAreRefusedOrDroppedAndCounted(String schema) throws IOException {
        Path data = write(table(i -> "p" + i).replaceAll("(?m)^(p[37],.*),1.5,", "$1,x,1.5,"));
        Path good = write(table(i -> "p" + i).replaceAll("(?m)^p[37],.*,1.5,.*\n", ""));
        String[] types = schema.isEmpty() ? new String[0] : new String[] {"--schema", schema};
        String sentence = "2 rows (lines 18, 38) have more fields than the header";
        refused(check(data, F, types), sentence);
        String out = "surplus" + made++;
        refused(fit(data, F, out, types), sentence);
        List<String> drop = new ArrayList<>(List.of(types));
        drop.addAll(List.of("--malformed", "drop"));
        String[] dropped = drop.toArray(String[]::new);
        Commands checked = check(data, F, dropped);
        assertEquals(0, checked.code(), checked.err());
        assertTrue(checked.out().contains("more fields than the header: in 2"), checked.out());
        assertFalse(checked.out().contains("malformed_values"), checked.out());
        Commands ran = fit(data, F, out, dropped);
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("(malformed_rows): " + sentence + " and were dropped"), ran.out());
        assertFalse(ran.out().contains("with a missing value"), ran.out());
        assertEquals(2, json(out, "model.json").path("nDropped").asLong());
        assertEquals(
                2,
                json(out, "manifest.json").path("input").path("rowsMalformed").asLong());
        assertEquals(200, json(out, "manifest.json").path("input").path("rows").asLong());
        assertEquals(0, fit(good, F, out + "-good", types).code());
        assertEquals(
                json(out + "-good", "model.json").path("logLik"),
                json(out, "model.json").path("logLik"));
        String model = folder.resolve(out).toString();
        for (String command : List.of("predict", "simulate")) {
            String to = folder.resolve(command + made++).toString();
            refused(run(command, data, add(types, "--model", model, "--out", to)), sentence);
            Commands done = run(command, data, add(dropped, "--model", model, "--out", to));
            assertEquals(0, done.code(), done.err());
            assertTrue(done.out().contains("(malformed_rows)"), done.out());
            assertEquals(198, TestSession.get().read().parquet(to).count());
        }
    }

    private static String[] add(String[] some, String... more) {
        List<String> out = new ArrayList<>(List.of(some));
        out.addAll(List.of(more));
        return out.toArray(String[]::new);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "id STRING, y DOUBLE, x DOUBLE, g STRING"})
    void shortRowsAreCountedAndWarnedOf(String schema) throws IOException {
        Path data = write(table(i -> "p" + i).replaceAll("(?m)^(p[3-9],[^,]*),1.5,.*$", "$1"));
        String[] types = schema.isEmpty() ? new String[0] : new String[] {"--schema", schema};
        Commands ran = check(data, F, types);
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("(short_rows): 7 rows have fewer fields than the header"), ran.out());
        assertTrue(ran.out().contains("x: missing in 7"), ran.out());
        assertFalse(ran.out().contains("malformed_values"), ran.out());
    }

    @Test
    void structureThatIsNoneIsRefused() throws IOException {
        String good = table(i -> "p" + i);
        refused(check(write(good.replace(",a\n", ",\"a \\\"b\\\"\"\n")), F), "text behind a closing quote");
        refused(check(write(good + "p1,1,1,\"a\n"), F), "a quote that is opened in line 202 is never closed");
        refused(check(write(good.replace(",b\n", ",b\r")), F), "a carriage return stands outside quotes");
        refused(check(write(good.replace("p3,", "p\0003,")), F), "a character 0");
    }

    @Test
    void aLineBreakInsideQuotesIsReadAndHasLevelsOfItsOwn() throws IOException {
        Path data = write(table(i -> "p" + i).replace(",a\n", ",\"a\nb, c\"\n"));
        Commands ran = check(data, "y ~ x + g + (1 | id)");
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("200 read, 200 used"), ran.out());
        assertTrue(ran.out().contains("g: text, a factor, 3 distinct values"), ran.out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "';'|','|UTF-8|;|.|UTF-8",
                "';'|','|UTF-8|;|,|UTF-8",
                "tab|','|UTF-8|tab|,|UTF-8",
                "';'|.|windows-1252|;|.|windows-1252",
                "','|.|UTF-16|,|.|UTF-16"
            })
    void otherDialectsAreTheSameTable(
            String separator, String decimal, String encoding, String writtenSeparator, char point, String charset)
            throws IOException {
        String text = table(i -> "p" + i).replace("a\n", "\u00e4\n");
        String sign = writtenSeparator.equals("tab") ? "\t" : writtenSeparator;
        Path usual = write(text);
        Path other = write(
                text.replace(",", "\u0001").replace('.', point).replace("\u0001", sign), Charset.forName(charset));
        String mark = point == ',' ? "," : ".";
        String formula = "y ~ x + g + (1 | id)";
        String name = "dialect" + made++;
        assertEquals(0, fit(usual, formula, name).code());
        Commands ran = fit(
                other, formula, name + "-other", "--separator", separator, "--decimal", mark, "--encoding", encoding);
        assertEquals(0, ran.code(), ran.err());
        assertEquals(
                Files.readString(folder.resolve(name).resolve("model.json")),
                Files.readString(folder.resolve(name + "-other").resolve("model.json")));
        assertNotEquals(
                "",
                json(name + "-other", "manifest.json")
                        .path("input")
                        .path("dialect")
                        .asText());
    }

    @Test
    void refusalsNameTheOption() throws IOException {
        String good = table(i -> "p" + i);
        refused(check(write(good.replace(',', ';')), F), "say --separator ';'");
        refused(check(write(good.replace(',', '\t')), F), "say --separator tab");
        Path commas = write(good.replace(',', ';').replace('.', ','));
        refused(check(commas, "y ~ g + (1 | id)", "--separator", ";"), "(--decimal , of text)");
        Commands few = check(write(good.replace(',', ';').replaceAll("([0-4])\\.5;", "$1,5;")), F, "--separator", ";");
        assertTrue(few.out().contains("(factor_of_numbers)") && few.out().contains("--decimal ,"), few.out());
        refused(
                check(write(good.replace("a\n", "\u00e4\n"), Charset.forName("windows-1252")), "y ~ g + (1 | id)"),
                "--encoding, such as windows-1252");
        Commands ran = check(write(good), F, "--format", "orc", "--separator", ";");
        assertEquals(2, ran.code(), ran.err());
        for (List<String> wrong : List.of(
                List.of("--separator", "ab"),
                List.of("--separator", "x"),
                List.of("--separator", "\""),
                List.of("--quote", "''"),
                List.of("--decimal", ";"),
                List.of("--encoding", "utf8x"),
                List.of("--malformed", "keep"))) {
            Commands said = check(write(good), F, wrong.toArray(String[]::new));
            assertEquals(2, said.code(), said.err());
            assertTrue(said.err().contains(wrong.get(0)), said.err());
        }
    }

    @Test
    void aDialectMayStandInAFileOfOptions() throws IOException {
        Path data = write(table(i -> "p" + i).replace(',', '\t').replace('.', ','));
        Path options = Files.writeString(
                folder.resolve("options.properties"),
                "separator = \\t\ndecimal = ,\nquote = none\nencoding = latin1\nmalformed = drop\n");
        Commands ran = check(data, F, "--config", options.toString());
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("200 read, 200 used"), ran.out());
    }

    @Test
    void resumeKnowsTheDialectAndTheSchema() throws IOException {
        Path data = write(table(i -> "p" + i));
        assertEquals(0, fit(data, F, "resumed").code());
        assertTrue(fit(data, F, "resumed", "--on-exists", "resume").out().contains("nothing to do"));
        Commands other = fit(data, F, "resumed", "--on-exists", "resume", "--quote", "none");
        assertEquals(5, other.code(), other.err());
        assertTrue(other.err().contains("--quote"), other.err());
        Commands schema =
                fit(data, F, "resumed", "--on-exists", "resume", "--schema", "id STRING, y DOUBLE, x DOUBLE, g STRING");
        assertEquals(5, schema.code(), schema.err());
    }

    /** Persons 007, A, ... are text; a part of the table whose ids look like numbers holds the same persons. */
    @Test
    void predictReadsIdsAsTheModelHasThem() throws IOException {
        String text = table(i -> i.equals("39") ? "A" : i.length() == 1 ? "00" + i : i);
        assertEquals(0, fit(write(text), F, "names").code());
        Path numbers = write(text.replaceAll("(?m)^(A|00.),.*\n", ""));
        Path zeros = write(text.replaceAll("(?m)^(A|[1-9].),.*\n", ""));
        assertEquals(145, matched("names", numbers));
        assertEquals(50, matched("names", zeros));
        String whole = table(i -> i);
        assertEquals(0, fit(write(whole), F, "numbers").code());
        assertEquals(200, matched("numbers", write(whole + "A,1,1,a\n")));
    }

    private static long matched(String model, Path data) {
        String to = folder.resolve("predicted" + made++).toString();
        Commands ran = run("predict", data, "--model", folder.resolve(model).toString(), "--out", to);
        assertEquals(0, ran.code(), ran.err());
        Dataset<Row> rows = TestSession.get().read().parquet(to);
        return rows.filter(rows.col("effects").equalTo("fit")).count();
    }

    @Test
    void predictReadsLevelsAsTheModelHasThem() throws IOException {
        String text = table(i -> "p" + i).replace(",a\n", ",01\n").replace(",b\n", ",1\n");
        String formula = "y ~ x + g + (1 | id)";
        assertEquals(0, fit(write(text), formula, "levels").code());
        Path numbers = write(text.replaceAll("(?m)^.*,c\n", ""));
        assertEquals(134, predicted("levels", numbers));
        Commands ran = run(
                "predict",
                write(text.replace(",0.5,", ",half,")),
                "--model",
                folder.resolve("levels").toString(),
                "--out",
                folder.resolve("never").toString());
        refused(ran, "column x is text here, where the model has a number");
    }

    private static long predicted(String model, Path data) {
        String to = folder.resolve("predicted" + made++).toString();
        Commands ran = run("predict", data, "--model", folder.resolve(model).toString(), "--out", to);
        assertEquals(0, ran.code(), ran.err());
        Dataset<Row> rows = TestSession.get().read().parquet(to);
        return rows.filter(rows.col("response_population").isNotNull()).count();
    }

    @Test
    void levelsOfAFactorOfNumbersAreNamesWhereTwoAreOneNumber() throws IOException {
        String text = table(i -> "p" + i);
        Path codes =
                write(text.replace(",a\n", ",1.1\n").replace(",b\n", ",1.10\n").replace(",c\n", ",1.2\n"));
        String formula = "y ~ x + factor(g) + (1 | id)";
        Commands merged = fit(codes, formula, "codes");
        assertEquals(0, merged.code(), merged.err());
        assertTrue(merged.out().contains("factor(g)1.10"), merged.out());
        assertEquals(200, predicted("codes", codes));
        assertEquals(133, predicted("codes", write(Files.readString(codes).replaceAll("(?m)^.*,1.10\n", ""))));
        refused(check(codes, "y ~ g + factor(g) + (1 | id)"), "make two columns of it");
        // As R has them: 2.5, 5, 10.
        Path doses =
                write(text.replace(",a\n", ",10\n").replace(",b\n", ",2.5\n").replace(",c\n", ",5.0\n"));
        assertTrue(check(doses, formula).out().contains("factor(g), reference 2.5"));
    }

    @Test
    void columnsThatNobodyUsesKeepTheirZeros() throws IOException {
        String text = table(i -> "p" + i);
        assertEquals(0, fit(write(text), F, "zip").code());
        String to = folder.resolve("zipped").toString();
        Path data = write(text.replace(",a\n", ",01\n").replace(",b\n", ",1\n").replace(",c\n", ",2\n"));
        assertEquals(
                0,
                run("predict", data, "--model", folder.resolve("zip").toString(), "--out", to)
                        .code());
        assertEquals(
                3, TestSession.get().read().parquet(to).select("g").distinct().count());
    }

    @Test
    void namesThatDifferInCaseOnlyAreSaidToDoSo() throws IOException {
        String text = table(i -> "p" + i);
        Path data = write(text.replaceFirst("x,g", "class,Class"));
        Commands ran = check(data, "y ~ class + (1 | id)");
        assertEquals(2, ran.code(), ran.err());
        assertTrue(ran.err().contains("class, Class differ in upper and lower case only"), ran.err());
        assertEquals(0, check(data, "y ~ 1 + (1 | id)").code());
        Commands twice = check(write(text.replaceFirst("x,g", "x,x")), F);
        assertEquals(2, twice.code(), twice.err());
        assertTrue(twice.err().contains("the name stands more than once"), twice.err());
    }

    @Test
    void valuesThatOnlyProgramsTakeForNumbersAreText() throws IOException {
        String text = table(i -> "p" + i);
        for (String odd : List.of("Infinity", "-Inf", "nan")) {
            refused(check(write(text.replace(",1.5,", "," + odd + ",")), F), "x was read as text: 4 of its 5");
        }
        for (String code : List.of("1D", "0x1p3")) {
            Commands factor = check(write(text.replace(",1.5,", "," + code + ",")), F);
            assertEquals(0, factor.code(), factor.err());
            assertTrue(factor.out().contains("(factor_of_numbers): column x was read as text"), factor.out());
            assertTrue(factor.out().contains("4 of its 5 levels are numbers"), factor.out());
        }
        Commands missing = check(write(text.replace(",1.5,", ",NaN,").replace(",2.5,", ", ,")), F);
        assertEquals(0, missing.code(), missing.err());
        assertTrue(missing.out().contains("x: missing in 80"), missing.out());
    }

    @Test
    void whatIsDroppedDoesNotCountForLevels() throws IOException {
        String text = table(i -> "p" + i);
        Path data = write(text + "p1,0.1,Nord,a,9\n");
        Commands ran = check(data, "y ~ factor(x) + (1 | id)", "--malformed", "drop");
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("factor(x)4.5"), ran.out());
        Path numbers = write(text + "p1,0.1,3.5,a,9\n");
        assertEquals(
                0, fit(numbers, F, "surplus-numbers", "--malformed", "drop").code());
        assertEquals(1, json("surplus-numbers", "model.json").path("nDropped").asLong());
        assertEquals(
                200, json("surplus-numbers", "model.json").path("nObservations").asLong());
    }

    @Test
    void anotherSeparatorIsNamedBehindQuotesToo() throws IOException {
        String text = table(i -> "p" + i)
                .replaceAll("(?m)^(\\w+),(.*),(\\w+)$", "\"$1\";$2;\"$3\"")
                .replace(",", ";");
        refused(check(write(text), F), "separated by semicolons; say --separator ';'");
    }

    /** Spark counts a column of the folders among those of the files, and every later one would move. */
    @Test
    void aColumnInTheFilesAndInTheirFoldersStaysInItsPlace() throws IOException {
        String text = table(i -> "p" + i).replace("id,y,x,g", "id,y,g,x").replaceAll("(?m),([^,]*),([abc])$", ",$2,$1");
        assertEquals(0, fit(write(text), F, "flat").code());
        Path root = folder.resolve("places");
        for (String g : List.of("a", "b", "c")) {
            Path part = Files.createDirectories(root.resolve("g=" + g)).resolve("part.csv");
            Files.writeString(
                    part,
                    "id,y,g,x\n"
                            + String.join(
                                    "\n",
                                    text.lines()
                                            .filter(line -> line.contains("," + g + ","))
                                            .toList()) + "\n");
        }
        assertEquals(0, fit(root, F, "folders", "--format", "csv").code());
        assertEquals(
                json("flat", "model.json").path("logLik"),
                json("folders", "model.json").path("logLik"));
        Path deeper = folder.resolve("deeper");
        Files.createDirectories(deeper);
        Files.move(root, deeper.resolve("h=1"));
        refused(check(deeper, F, "--format", "csv"), "column g stands in the files and in the names of their folders");
    }

    /** R writes the number 100000 so, and no other number of six digits. */
    @Test
    void idsThatWereNumbersAreWarnedOf() throws IOException {
        Commands ran = check(write(table(i -> i.equals("7") ? "1e+05" : "1000" + i)), F);
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("(id_numbers): in 5 rows id is a number written as 1e+05"), ran.out());
        Commands codes = check(write(table(i -> i.equals("7") ? "1e+05" : "p" + i)), F);
        assertFalse(codes.out().contains("id_numbers"), codes.out());
    }
}
