package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of bad input: one clear sentence, the documented exit code, no stack trace, no value of the data, no output. */
class BadInputTest {
    /** A value that stands in the data and must never be shown. */
    private static final String SECRET = "secret-4711";

    @TempDir
    private static Path folder;

    @BeforeAll
    static void writeTables() throws IOException {
        TestSession.get();
        Random random = new Random(5);
        table("good", 40, (i, j) -> List.of("p" + i, bit(random), j, random.nextGaussian(), "abc".charAt(i % 3)));
        table("one_cluster", 1, (i, j) -> List.of("p", bit(random), j, random.nextGaussian(), "a"));
        table(
                "singletons",
                200,
                1,
                (i, j) -> List.of("p" + i, bit(random), i, random.nextGaussian(), "ab".charAt(i % 2)));
        table("counts", 40, (i, j) -> List.of("p" + i, j == 1 ? -3 : 2, j, random.nextGaussian(), "a"));
        table("halves", 40, (i, j) -> List.of("p" + i, 0.5, j, random.nextGaussian(), "a"));
        table("text", 40, (i, j) -> List.of("p" + i, i == 3 ? SECRET : "1", j, random.nextGaussian(), "a"));
        table("many_levels", 600, (i, j) -> List.of("p" + i, bit(random), j, random.nextGaussian(), "v" + i + "." + j));
        table("missing", 40, (i, j) -> List.of("p" + i, "NA", j, random.nextGaussian(), "a"));
        table("infinite", 40, (i, j) -> List.of("p" + i, bit(random), j, i == 2 ? "Infinity" : "1.5", "a"));
        table("one_level", 40, (i, j) -> List.of("p" + i, bit(random), j, random.nextGaussian(), "a"));
        table("constant", 40, (i, j) -> List.of("p" + i, bit(random), j, 7, "a"));
        table("zeros", 40, (i, j) -> List.of("p" + i, bit(random), j, j, "a"));
        table("mostly", 100, (i, j) -> List.of("p" + i, bit(random), j, i == 3 ? SECRET : i + "." + j, "a"));
        table("never", 40, (i, j) -> List.of("p" + i, 0, j, random.nextGaussian(), "a"));
        table("holes", 40, (i, j) -> List.of("p" + i, bit(random), j, i < 5 ? "NA" : random.nextGaussian(), "a"));
        Files.writeString(folder.resolve("semicolons.csv"), "id;y;time\n1;0;2\n");
        Files.writeString(folder.resolve("nothing.csv"), "");
        Files.writeString(folder.resolve("names.csv"), "Influence,re_time,intercept,y,time\n1,1,3,0,2\n2,2,4,1,3\n");
        for (String name : List.of("_hidden", ".hidden")) {
            Files.copy(folder.resolve("good.csv"), folder.resolve(name + ".csv"));
        }
        Files.writeString(folder.resolve("empty.csv"), "id,y,time,x,g\n");
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    private interface Line {
        List<Object> of(int person, int visit);
    }

    private static int bit(Random random) {
        return random.nextInt(2);
    }

    private static void table(String name, int persons, Line line) throws IOException {
        table(name, persons, 4, line);
    }

    private static void table(String name, int persons, int visits, Line line) throws IOException {
        StringBuilder text = new StringBuilder("id,y,time,x,g\n");
        for (int i = 0; i < persons; i++) {
            for (int j = 0; j < visits; j++) {
                text.append(String.join(
                                ",", line.of(i, j).stream().map(String::valueOf).toList()))
                        .append('\n');
            }
        }
        Files.writeString(folder.resolve(name + ".csv"), text);
    }

    private static Arguments bad(
            int code, String sentence, String data, String formula, String family, String... more) {
        return Arguments.of(code, sentence, data, formula, family, List.of(more));
    }

    static Stream<Arguments> cases() {
        String f = "y ~ time + (1 | id)";
        return Stream.of(
                bad(2, "no column 'tiem' in the data; did you mean 'time'?", "good", "y ~ tiem + (1 | id)", "binomial"),
                bad(2, "no column 'idd'", "good", "y ~ time + (1 | idd)", "binomial"),
                bad(2, "no column 'w'", "good", f, "binomial", "--weights", "w"),
                bad(2, "unknown family 'poison'; did you mean 'poisson'?", "good", f, "poison"),
                bad(
                        2,
                        "unknown link 'logti' for family binomial; did you mean 'logit'?",
                        "good",
                        f,
                        "binomial",
                        "--link",
                        "logti"),
                bad(2, "at position", "good", "y ~ time + )", "binomial"),
                bad(2, "no random effect", "good", "y ~ time", "binomial"),
                bad(2, "--nodes", "good", f, "binomial", "--nodes", "0"),
                bad(2, "--nodes", "good", f, "binomial", "--nodes", "many"),
                bad(2, "nodes", "good", "y ~ time + (1 + time + x + I(x * x) | id)", "binomial", "--nodes", "40"),
                bad(2, "unknown optimizer", "good", f, "binomial", "--optimizer", "magic"),
                bad(2, "--reml", "good", f, "binomial", "--reml"),
                bad(2, "--precision-weights", "good", f, "binomial", "--precision-weights", "x"),
                bad(2, "--levels", "good", f, "binomial", "--levels", "g=a"),
                bad(2, "no factor of that name", "good", f, "binomial", "--levels", "h=a,b"),
                bad(2, "unknown format", "good", f, "binomial", "--format", "xls"),
                bad(
                        2,
                        "cannot compute I(nosuchfunction(x))",
                        "good",
                        "y ~ I(nosuchfunction(x)) + (1 | id)",
                        "binomial"),
                bad(2, "Unknown option", "good", f, "binomial", "--nosuch"),
                bad(
                        2,
                        "grouping column Influence: random_effects/ has a column influence of its own",
                        "names",
                        "y ~ time + (1 | Influence)",
                        "binomial"),
                bad(
                        2,
                        "grouping column re_time: random_effects/ has a column re_time of its own",
                        "names",
                        "y ~ 1 + (time | re_time)",
                        "binomial"),
                bad(2, "have the same column re_intercept", "names", "y ~ 1 + (intercept | time)", "binomial"),
                bad(3, "cannot read", "absent", f, "binomial"),
                bad(3, "Spark passes over files whose name begins with _ or .", "_hidden", f, "binomial"),
                bad(3, "Spark passes over files whose name begins with _ or .", ".hidden", f, "binomial"),
                bad(3, "the table has no rows", "empty", f, "binomial"),
                bad(3, "all rows belong to one id", "one_cluster", f, "binomial"),
                bad(3, "40 rows outside the support of family poisson", "counts", f, "poisson"),
                bad(3, "160 rows outside the support of family binomial", "halves", f, "binomial"),
                bad(3, "outcome y is text (string), where family poisson needs numbers", "text", f, "poisson"),
                bad(3, "where numbers are needed", "text", "x ~ time + (1 | id)", "gaussian", "--weights", "g"),
                bad(3, "more than 1000 different values", "many_levels", "y ~ g + (1 | id)", "binomial"),
                bad(3, "no complete row", "missing", f, "binomial"),
                bad(
                        3,
                        "x was read as text: 1 of its 2 different values are numbers",
                        "infinite",
                        "y ~ x + (1 | id)",
                        "binomial"),
                bad(3, "g", "one_level", "y ~ g + (1 | id)", "binomial"),
                bad(3, "log(x) is infinite in 40 rows", "zeros", "y ~ log(x) + (1 | id)", "binomial"),
                bad(3, "I(log(x - 1)) is undefined in 40 rows", "zeros", "y ~ I(log(x - 1)) + (1 | id)", "binomial"),
                bad(
                        3,
                        "different values are numbers: some rows hold something else",
                        "mostly",
                        "y ~ x + (1 | id)",
                        "binomial"),
                bad(3, "the same in every row", "never", f, "binomial"),
                bad(3, "the same in every row", "never", f, "poisson"),
                bad(3, "separated by semicolons", "semicolons", f, "binomial"),
                bad(3, "it is empty", "nothing", f, "binomial"),
                bad(3, "not among the levels given", "good", "y ~ g + (1 | id)", "binomial", "--levels", "g=a,b"),
                bad(3, "200 rows for 200 random effects", "singletons", "x ~ time + (1 | id)", "gaussian"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isAnsweredWithOneSentence(
            int code, String sentence, String data, String formula, String family, List<String> more) {
        Path out = folder.resolve("out");
        List<String> arguments = new ArrayList<>(List.of(
                "fit",
                "--quiet",
                "--data",
                folder.resolve(data + ".csv").toString(),
                "--formula",
                formula,
                "--family",
                family,
                "--out",
                out.toString()));
        arguments.addAll(more);
        Commands ran = Commands.run(arguments.toArray(String[]::new));
        assertEquals(code, ran.code(), ran.err());
        assertTrue(ran.err().contains(sentence), ran.err());
        assertTrue(ran.err().startsWith("error: "), ran.err());
        assertFalse(ran.err().contains("    at "), ran.err());
        assertFalse(ran.err().contains(SECRET) || ran.out().contains(SECRET), "a value of the data is shown");
        assertFalse(Files.exists(out), "no output folder");
        try (Stream<Path> files = Files.list(folder)) {
            assertTrue(files.noneMatch(p -> p.getFileName().toString().endsWith(".writing")), "nothing left behind");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aDamagedFileIsADataError() throws IOException {
        Path table = folder.resolve("damaged");
        TestSession.get()
                .read()
                .option("header", "true")
                .option("inferSchema", "true")
                .csv(folder.resolve("good.csv").toString())
                .repartition(2)
                .write()
                .parquet(table.toString());
        try (Stream<Path> files = Files.list(table)) {
            Path last = files.filter(f -> f.toString().endsWith(".parquet"))
                    .sorted()
                    .skip(1)
                    .findFirst()
                    .orElseThrow();
            Files.writeString(last, "this is no Parquet file, but long enough to be looked at");
        }
        Commands ran = Commands.run(
                "fit",
                "--quiet",
                "--data",
                table.toString(),
                "--formula",
                "y ~ time + (1 | id)",
                "--family",
                "binomial",
                "--out",
                folder.resolve("of_damaged").toString());
        assertEquals(3, ran.code(), ran.err());
        assertTrue(ran.err().contains("cannot"), ran.err());
        assertFalse(ran.err().contains("    at "), ran.err());
    }

    /** As Spark does, in a folder and where wildcards find it. */
    @Test
    void filesThatAreStillBeingWrittenAreNotRead() throws IOException {
        Path table = Files.createDirectories(folder.resolve("copying.csv"));
        Files.copy(folder.resolve("good.csv"), table.resolve("part.csv"));
        Files.writeString(table.resolve("next.csv._COPYING_"), "id,y\n");
        Files.writeString(table.resolve("_half.csv"), "id,y\n");
        for (String data : List.of("copying", "copying.csv/*")) {
            Commands ran = fit(data, "y ~ time + (1 | id)", "binomial", "of_copying" + data.length());
            assertEquals(0, ran.code(), ran.err());
            assertTrue(ran.out().contains("Number of obs: 160"), ran.out());
        }
    }

    @Test
    void whatIsComputedFromAMissingValueIsMissing() {
        String flag = "y ~ I(CASE WHEN x > 0 THEN 1 ELSE 0 END) + (1 | id)";
        assertTrue(fit("holes", flag, "binomial", "holes1").out().contains("Number of obs: 140"));
        String asked = "y ~ I(coalesce(x, 0)) + (1 | id)";
        assertTrue(fit("holes", asked, "binomial", "holes2").out().contains("Number of obs: 160"));
    }

    @Test
    void constantAndCollinearColumnsAreDroppedAndNamed() {
        Commands ran = fit("constant", "y ~ x + time + I(2 * time) + (1 | id)", "binomial", "dropped");
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("dropped x: the same value in every row"), ran.out());
        assertTrue(ran.out().contains("rank deficient, dropped I(2 * time)"), ran.out());
    }

    @Test
    void singletonsAreFittedWithAWarningWhereTheyCanBe() {
        Commands ran = fit("singletons", "y ~ x + (1 | id)", "binomial", "single");
        assertTrue(ran.out().contains("every id has a single row"), ran.out() + ran.err());
    }

    @Test
    void anOutputThatExistsIsNotTouched() throws IOException {
        Path out = folder.resolve("precious");
        Files.createDirectories(out);
        Files.writeString(out.resolve("file"), "precious");
        Commands ran = fit("good", "y ~ time + (1 | id)", "binomial", "precious");
        assertEquals(5, ran.code());
        assertTrue(ran.err().contains("exists"), ran.err());
        assertEquals("precious", Files.readString(out.resolve("file")));
    }

    private static Commands fit(String data, String formula, String family, String out) {
        return Commands.run(
                "fit",
                "--quiet",
                "--data",
                folder + "/" + data + ".csv",
                "--formula",
                formula,
                "--family",
                family,
                "--out",
                folder.resolve(out).toString());
    }
}
