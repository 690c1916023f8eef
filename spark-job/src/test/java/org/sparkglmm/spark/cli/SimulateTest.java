package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** New outcomes: a fit finds the truth they came from, and only the outcome of a table changes. */
class SimulateTest {
    private static final int PERSONS = 400;
    private static final int VISITS = 6;
    /** A fit misses one of its truths by so many standard errors once in ten thousand. */
    private static final double ERRORS = 4;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final String POISSON = """
            {"formula": "y ~ x + sex + (1 | id)", "family": "poisson",
             "fixed": [{"term": "(Intercept)", "estimate": 0.4}, {"term": "x", "estimate": 0.3},
                       {"term": "sexM", "estimate": -0.5}],
             "random": [{"sd": [0.6]}]}""";

    @TempDir
    private static Path folder;

    /** Every type a column can have, some values missing, and two rows that are the same. */
    @BeforeAll
    static void writeTable() {
        Column x = functions.round(functions.randn(5), 3);
        Dataset<Row> rows = TestSession.get()
                .range(0, (long) PERSONS * VISITS, 1, 3)
                .select(
                        functions.expr("cast(id div " + VISITS + " as int)").alias("id"),
                        x.alias("x"),
                        functions
                                .expr("if(id div " + VISITS + " % 3 = 0, 'M', 'F')")
                                .alias("sex"),
                        functions.expr("cast(1 + id % 5 as smallint)").alias("trials"),
                        functions.expr("cast(1 + id % 3 as double)").alias("w"),
                        functions.expr("map('a', id)").alias("notes"),
                        functions
                                .expr("date_add(date'1900-02-28', cast(id as int))")
                                .alias("day"),
                        functions.expr("cast(id as decimal(12,2))").alias("cost"));
        rows.write().parquet(path("table"));
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    private static String path(String name) {
        return folder.resolve(name).toString();
    }

    private static Dataset<Row> read(String name) {
        return TestSession.get().read().parquet(path(name));
    }

    /** Rows in an order of their own, as text, which maps allow too. */
    private static List<String> sorted(String name) {
        return read(name).collectAsList().stream().map(Row::toString).sorted().toList();
    }

    private static String truth(String name, String json) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, json);
        return file.toString();
    }

    private static Commands simulate(String truth, String table, String out, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("simulate", "--model", truth, "--data", path(table), "--out", path(out)));
        arguments.addAll(List.of(more));
        return Commands.run(arguments.toArray(String[]::new));
    }

    private static void works(Commands ran) {
        assertEquals(0, ran.code(), ran.err());
    }

    private static Commands fit(JsonNode truth, String table, String out) {
        List<String> arguments = new ArrayList<>(List.of("fit", "--quiet", "--data", path(table), "--out", path(out)));
        for (String name : List.of("formula", "family", "link", "zi", "dispersion")) {
            if (truth.has(name)) {
                arguments.addAll(List.of("--" + name, truth.path(name).asText()));
            }
        }
        if (truth.has("precisionWeights")) {
            arguments.addAll(List.of(
                    "--precision-weights", truth.path("precisionWeights").asText()));
        }
        truth.path("levels").fields().forEachRemaining(e -> {
            List<String> labels = new ArrayList<>();
            e.getValue().forEach(n -> labels.add(n.asText()));
            arguments.addAll(List.of("--levels", e.getKey() + "=" + String.join(",", labels)));
        });
        arguments.addAll(
                List.of("--nodes", truth.path("random").get(0).path("sd").size() > 1 ? "1" : "5"));
        return Commands.run(arguments.toArray(String[]::new));
    }

    static Stream<Arguments> truths() {
        String both =
                "\"fixed\": [{\"term\": \"(Intercept)\", \"estimate\": 0.5}, {\"term\": \"x\", \"estimate\": -0.6}]";
        String slope = "\"fixed\": [{\"term\": \"x\", \"estimate\": 0.8}]";
        return Stream.of(
                Arguments.of(
                        "binomial",
                        "{'formula': 'y ~ x + (1 | id)', 'family': 'binomial', " + both
                                + ", 'random': [{'sd': [1.2]}], 'levels': {'y': ['no', 'yes']}}"),
                Arguments.of("poisson", POISSON),
                Arguments.of(
                        "trials",
                        "{'formula': 'y/trials ~ x + (1 | id)', 'family': 'binomial', 'link': 'probit', " + both
                                + ", 'random': [{'sd': [0.7]}]}"),
                Arguments.of(
                        "zeros",
                        "{'formula': 'y ~ x + offset(log(w)) + (1 | id)', 'family': 'nbinom2', 'zi': '~ sex', " + both
                                + ", 'random': [{'sd': [0.5]}], 'extra': {'theta': 2, 'zi': [{'term': 'sexM', 'estimate': 0.8},"
                                + " {'term': '(Intercept)', 'estimate': -1}]}}"),
                Arguments.of(
                        "gaussian",
                        "{'formula': 'y ~ x + (1 + x | id)', 'family': 'gaussian', 'precisionWeights': 'w', " + both
                                + ", 'random': [{'sd': [2, 0.8], 'corr': [[1, -0.5], [-0.5, 1]]}], 'extra': {'sigma': 1.5}}"),
                Arguments.of(
                        "ordinal",
                        "{'formula': 'y ~ x + (1 | id)', 'family': 'ordinal', " + slope
                                + ", 'random': [{'sd': [1]}], 'levels': {'y': ['low', 'mid', 'high']},"
                                + " 'extra': {'thresholds': {'low|mid': -0.5, 'mid|high': 1.2}}}"),
                Arguments.of(
                        "gamma",
                        "{'formula': 'y ~ x + (1 | id)', 'family': 'gamma', 'dispersion': '~ sex', " + both
                                + ", 'random': [{'sd': [0.6]}], 'extra': {'dispersion': [{'term': '(Intercept)', 'estimate': -0.7},"
                                + " {'term': 'sexM', 'estimate': 0.5}]}}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("truths")
    void aFitFindsTheTruth(String name, String json) throws IOException {
        String text = json.replace('\'', '"');
        JsonNode truth = MAPPER.readTree(text);
        works(simulate(truth(name + ".json", text), "table", name, "--seed", "3"));
        assertEquals((long) PERSONS * VISITS, read(name).filter("y is not null").count());
        works(fit(truth, name, name + "-fit"));
        JsonNode model =
                MAPPER.readTree(folder.resolve(name + "-fit/model.json").toFile());
        near(truth.path("fixed"), model.path("fixed"));
        near(truth.at("/extra/zi"), model.at("/extra/zi"));
        near(truth.at("/extra/dispersion"), model.at("/extra/dispersion"));
        truth.at("/extra/thresholds")
                .fields()
                .forEachRemaining(e -> near(
                        e.getKey(),
                        e.getValue().asDouble(),
                        model.at("/extra/thresholds/" + e.getKey()).asDouble(),
                        model.at("/extra/thresholdSe/" + e.getKey()).asDouble()));
        for (String own : List.of("theta", "sigma")) {
            if (truth.at("/extra/" + own).isNumber()) {
                inside(
                        own,
                        truth.at("/extra/" + own).asDouble(),
                        model.at("/extra/intervals/" + own + "/lower").asDouble(),
                        model.at("/extra/intervals/" + own + "/upper").asDouble());
            }
        }
        JsonNode given = truth.at("/random/0");
        JsonNode found = model.at("/random/0");
        for (int r = 0; r < given.path("sd").size(); r++) {
            inside(
                    "sd",
                    given.path("sd").get(r).asDouble(),
                    found.path("sdLower").get(r).asDouble(),
                    found.path("sdUpper").get(r).asDouble());
        }
        if (given.has("corr")) {
            assertEquals(-0.5, found.at("/corr/1/0").asDouble(), 0.2);
        }
    }

    private static void near(JsonNode truth, JsonNode found) {
        Map<String, JsonNode> byTerm = new LinkedHashMap<>();
        found.forEach(f -> byTerm.put(f.path("term").asText(), f));
        for (JsonNode t : truth) {
            JsonNode f = byTerm.get(t.path("term").asText());
            near(
                    t.path("term").asText(),
                    t.path("estimate").asDouble(),
                    f.path("estimate").asDouble(),
                    f.path("se").asDouble());
        }
    }

    private static void near(String name, double truth, double estimate, double se) {
        assertTrue(se > 0 && se < 0.5, name + ": se " + se);
        assertEquals(truth, estimate, ERRORS * se, name);
    }

    /** A 95% interval on the log scale, made twice as wide. */
    private static void inside(String name, double truth, double lower, double upper) {
        double ratio = Math.sqrt(upper / lower);
        assertTrue(truth > lower / ratio && truth < upper * ratio, name + " " + lower + " to " + upper);
    }

    @Test
    void theSameSeedGivesTheSameTableHoweverItIsStored() throws IOException {
        String truth = truth("same.json", POISSON);
        // Every row twice: equal rows get draws of their own, in any order.
        Dataset<Row> twice = read("table").unionAll(read("table"));
        twice.repartition(1).write().parquet(path("one"));
        twice.orderBy(functions.rand(3)).repartition(7).write().parquet(path("seven"));
        twice.withColumn("y", functions.rand(1).multiply(100).cast("bigint"))
                .write()
                .parquet(path("old"));
        works(simulate(truth, "one", "same-1"));
        works(simulate(truth, "seven", "same-2", "--seed", "1"));
        works(simulate(truth, "old", "same-3"));
        works(simulate(truth, "one", "other", "--seed", "2"));
        assertTrue(sorted("same-1").equals(sorted("same-2")), "however it is stored");
        assertTrue(sorted("same-1").equals(sorted("same-3")), "whatever the outcome was before");
        assertFalse(sorted("same-1").equals(sorted("other")));
        long differ = read("same-1")
                .groupBy("cost")
                .agg(functions.countDistinct("y").alias("n"))
                .filter("n = 2")
                .count();
        assertTrue(differ > PERSONS, "twins differ");
    }

    @Test
    void nothingButTheOutcomeChanges() throws IOException {
        works(simulate(truth("only.json", POISSON), "table", "only"));
        assertArrayEquals(
                Stream.concat(Arrays.stream(read("table").columns()), Stream.of("y"))
                        .toArray(),
                read("only").columns());
        assertEquals(
                sorted("table"),
                read("only").drop("y").collectAsList().stream()
                        .map(Row::toString)
                        .sorted()
                        .toList());
        Dataset<Row> persons = read("only").groupBy("id").agg(functions.sum("y").alias("n"));
        double variance = persons.agg(functions.var_samp("n").divide(functions.avg("n")))
                .first()
                .getDouble(0);
        assertTrue(variance > 2, "a person's rows share effects, so totals vary more than Poisson's: " + variance);
    }

    @Test
    void typesStayWhereTheNewValuesFit() throws IOException {
        String counts = truth("counts.json", POISSON);
        String yesNo = truth("yesno.json", POISSON.replace("poisson", "binomial"));
        String amounts = truth(
                "amounts.json",
                POISSON.replace("poisson", "gaussian").replace("\"random\"", "\"extra\": {\"sigma\": 1}, \"random\""));
        String grades = truth("grades.json", """
                {"formula": "y ~ x + (1 | id)", "family": "ordinal", "levels": {"y": ["1", "2", "5"]},
                 "fixed": [{"term": "x", "estimate": 1}], "random": [{"sd": [1]}],
                 "extra": {"thresholds": {"1|2": -1, "2|5": 1}}}""");
        List<List<String>> expected = List.of(
                List.of(counts, "smallint", "smallint"),
                List.of(counts, "decimal(7,2)", "decimal(7,2)"),
                List.of(counts, "boolean", "bigint"),
                List.of(counts, "", "bigint"),
                List.of(yesNo, "boolean", "boolean"),
                List.of(yesNo, "", "int"),
                List.of(amounts, "float", "double"),
                List.of(grades, "smallint", "smallint"),
                List.of(grades, "string", "string"));
        Dataset<Row> few = read("table").filter("id < 40").coalesce(1);
        for (int i = 0; i < expected.size(); i++) {
            List<String> row = expected.get(i);
            String name = "types-" + i;
            Dataset<Row> table = row.get(1).isEmpty()
                    ? few
                    : few.withColumn("y", functions.lit(null).cast(row.get(1)));
            table.select(Stream.of(table.columns()).sorted().map(functions::col).toArray(Column[]::new))
                    .write()
                    .parquet(path(name));
            works(simulate(row.get(0), name, name + "-out"));
            StructField field = read(name + "-out").schema().apply("y");
            assertEquals(row.get(2), field.dataType().simpleString(), row.toString());
            assertEquals(240, read(name + "-out").filter("y is not null").count(), row.toString());
            assertTrue(read(name + "-out").select("y").distinct().count() > 1);
        }
        assertEquals(
                List.of("1", "2", "5"),
                read("types-8-out").select("y").distinct().collectAsList().stream()
                        .map(r -> r.getString(0))
                        .sorted()
                        .collect(Collectors.toList()));
        Commands small = simulate(truth("large.json", POISSON.replace("0.4", "40")), "types-0", "large");
        assertEquals(3, small.code());
        assertTrue(small.err().contains("too large for its type, smallint"), small.err());
        assertFalse(Files.exists(folder.resolve("large")));
    }

    @Test
    void failuresMakeUpTheTrials() throws IOException {
        read("table")
                .withColumn("ill", functions.expr("cast(trials as int)"))
                .withColumn("well", functions.expr("cast(2 as bigint)"))
                .write()
                .parquet(path("herds"));
        String json = POISSON.replace("y ~", "cbind(ill, well) ~").replace("poisson", "betabinomial");
        works(simulate(
                truth("herds.json", json.replace("\"random\"", "\"extra\": {\"phi\": 3}, \"random\"")),
                "herds",
                "herds-out"));
        Dataset<Row> out = read("herds-out");
        assertEquals("int", out.schema().apply("ill").dataType().simpleString());
        assertEquals("bigint", out.schema().apply("well").dataType().simpleString());
        assertEquals(
                0, out.filter("ill + well <> trials + 2 or ill < 0 or well < 0").count());
        assertTrue(out.select("ill").distinct().count() == 8, "0 to 7");
    }

    @Test
    void aFitAndACopyOfItsFileAreTruthsToo() throws IOException {
        works(simulate(
                truth(
                        "first.json",
                        POISSON.replace("poisson", "nbinom2")
                                .replace("\"random\"", "\"extra\": {\"theta\": 2}, \"random\"")),
                "table",
                "first"));
        works(Commands.run(
                "fit",
                "--quiet",
                "--data",
                path("first"),
                "--formula",
                "y ~ x + I(2 * x) + sex + (1 | id)",
                "--family",
                "nbinom2",
                "--zi",
                "~ 1",
                "--nodes",
                "1",
                "--out",
                path("first-fit")));
        // New persons, one of a sex never seen, one without.
        read("table")
                .withColumn("id", functions.expr("concat('new', id)"))
                .withColumn(
                        "sex", functions.expr("case when id = 'new1' then 'X' when id = 'new2' then null else sex end"))
                .write()
                .parquet(path("new"));
        Commands ran = simulate(path("first-fit"), "new", "second");
        works(ran);
        assertTrue(ran.out().contains("Drew outcomes for 2388 rows of 398 persons (seed 1)"), ran.out());
        assertTrue(
                ran.out().contains("12 rows have no outcome: a value is missing or a level unknown (missing: sex 6)"),
                ran.out());
        assertTrue(ran.out().contains("theta 2"), ran.out());
        assertEquals(
                12,
                read("second").filter("y is null and id in ('new1', 'new2')").count());

        ObjectNode copy = (ObjectNode)
                MAPPER.readTree(folder.resolve("first-fit/model.json").toFile());
        copy.put("formula", "y ~ x + sex + (1 | id)");
        Commands again = simulate(truth("copy.json", copy.toString()), "new", "third");
        works(again);
        assertEquals(sorted("second"), sorted("third"), "the same truth by its names");
    }

    @Test
    void rowsWithoutAPossibleOutcomeAreCounted() throws IOException {
        String json = POISSON.replace("\"poisson\"", "\"poisson\", \"link\": \"identity\"")
                .replace("0.4", "-3");
        Commands ran = simulate(truth("impossible.json", json), "table", "impossible");
        works(ran);
        assertTrue(ran.out().contains("rows have no outcome: the model allows none there"), ran.out());
        assertTrue(read("impossible").filter("y is null").count() > PERSONS);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("not JSON", "{\"formula\": "),
                Arguments.of("must be an object", "[1]"),
                Arguments.of("family is missing", "{\"formula\": \"y ~ x + (1 | id)\"}"),
                Arguments.of("unknown family 'poison'; did you mean 'poisson'?", POISSON.replace("poisson", "poison")),
                Arguments.of(
                        "unknown 'famly' at the top; did you mean 'family'?", POISSON.replace("\"family", "\"famly")),
                Arguments.of("fixed: the model has no 'xx'; did you mean 'x'?", POISSON.replace("\"x\"", "\"xx\"")),
                Arguments.of("fixed: no value for 'x'", POISSON.replace("{\"term\": \"x\", \"estimate\": 0.3},", "")),
                Arguments.of("the estimate of x must be a number", POISSON.replace("0.3", "\"a\"")),
                Arguments.of("x is there twice", POISSON.replace("(Intercept)", "x")),
                Arguments.of("sd must have 1 value, got 2", POISSON.replace("[0.6]", "[0.6, 1]")),
                Arguments.of("random must be a list", POISSON.replace("[{\"sd\": [0.6]}]", "0.6")),
                Arguments.of("no column 'z' in the data", POISSON.replace("y ~ x", "y ~ z")),
                Arguments.of("the outcome log(y) is computed", POISSON.replace("y ~ x", "log(y) ~ x")),
                Arguments.of("x is the outcome and cannot help to draw it", POISSON.replace("y ~ x", "x ~ log(x)")),
                Arguments.of("levels: family ordinal needs the categories", POISSON.replace("poisson", "ordinal")),
                Arguments.of(
                        "levels, grade: no factor of that name",
                        POISSON.replace("\"fixed\"", "\"levels\": {\"grade\": [\"a\", \"b\"]}, \"fixed\"")),
                Arguments.of(
                        "outcome y of family poisson has no labels",
                        POISSON.replace("\"fixed\"", "\"levels\": {\"y\": [\"a\", \"b\"]}, \"fixed\"")),
                Arguments.of(
                        "outcome sex is text; give its two labels",
                        POISSON.replace("y ~ x + sex", "sex ~ x").replace("poisson", "binomial")),
                Arguments.of(
                        "no column 'well' in the data",
                        POISSON.replace("y ~", "cbind(y, well) ~").replace("poisson", "binomial")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void aBadTruthIsRefusedInOneSentence(String sentence, String json) throws IOException {
        Commands ran = simulate(truth("bad.json", json), "table", "bad");
        assertEquals(2, ran.code(), ran.err());
        assertTrue(ran.err().contains(sentence), ran.err());
        assertEquals(1, ran.err().lines().count(), ran.err());
        assertFalse(Files.exists(folder.resolve("bad")));
        assertFalse(Files.exists(folder.resolve(".bad.writing")));
    }

    @Test
    void aModelThatIsNotThereIsBadData() {
        assertEquals(3, simulate(path("nowhere"), "table", "none").code());
    }

    @Test
    void helpSaysWhatBecomesOfWeights() {
        Commands help = Commands.run("simulate", "--help");
        assertEquals(0, help.code());
        assertTrue(help.out().contains("Frequency weights are ignored"), help.out());
    }
}
