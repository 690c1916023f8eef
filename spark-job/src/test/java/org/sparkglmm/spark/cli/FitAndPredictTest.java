package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkglmm.core.math.LogScale;

/** What the commands leave behind, on real data. */
class FitAndPredictTest {
    private static final String TOENAIL = "../data-samples/toenail/data.csv";
    private static final String FORMULA = "outcome ~ treatment * time + (1 | patientID)";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static SparkSession spark;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void fitToenail() {
        spark = TestSession.get();
        assertEquals(
                0,
                fit(TOENAIL, FORMULA, "toenail", "--nodes", "9", "--write-fitted")
                        .code());
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    private static String path(String name) {
        return folder.resolve(name).toString();
    }

    private static Commands fit(String data, String formula, String out, String... more) {
        String[] fixed = {
            "fit", "--quiet", "--data", data, "--formula", formula, "--family", "binomial", "--out", path(out)
        };
        String[] all = java.util.Arrays.copyOf(fixed, fixed.length + more.length);
        System.arraycopy(more, 0, all, fixed.length, more.length);
        return Commands.run(all);
    }

    private static JsonNode model(String out) throws IOException {
        return MAPPER.readTree(folder.resolve(out).resolve("model.json").toFile());
    }

    private static Dataset<Row> toenail() {
        return spark.read()
                .option("header", "true")
                .option("inferSchema", "true")
                .csv(TOENAIL);
    }

    @Test
    void theFolderHoldsEverythingTheContractNames() throws IOException {
        JsonNode model = model("toenail");
        for (String field : List.of(
                "schemaVersion",
                "status",
                "warnings",
                "formula",
                "family",
                "link",
                "nodes",
                "method",
                "nObservations",
                "nClusters",
                "nDropped",
                "nParameters",
                "logLik",
                "aic",
                "bic",
                "deviance",
                "fixed",
                "random",
                "extra",
                "covariance",
                "integration",
                "diagnostics",
                "optimizer",
                "provenance")) {
            assertTrue(model.has(field), field);
        }
        assertEquals("converged", model.get("status").asText());
        assertEquals(5, model.get("covariance").get("matrix").size());
        assertEquals(
                model.get("fixed").get(2).get("se").asDouble(),
                Math.sqrt(model.get("covariance").get("matrix").get(2).get(2).asDouble()),
                1e-15);
        String summary = Files.readString(folder.resolve("toenail/summary.txt"));
        assertTrue(summary.contains("Odds ratios"), summary);
        assertFalse(
                Files.readString(folder.resolve("toenail/model.json")).contains(folder.toString()), "no path inside");
        Dataset<Row> effects = spark.read().parquet(path("toenail/random_effects"));
        assertArrayEquals(
                new String[] {"patientID", "n_obs", "re_intercept", "se_intercept", "influence", "derivatives"},
                effects.columns());
        assertEquals(294, effects.count());
        assertEquals(1908, spark.read().parquet(path("toenail/fitted")).count());
    }

    @Test
    void aFitBeginsWhereAnEarlierOneEndedAndSaysSoWithoutItsPath() throws IOException {
        Commands ran = fit(TOENAIL, FORMULA, "again", "--nodes", "9", "--start", path("toenail"));
        assertEquals(0, ran.code(), ran.err());
        JsonNode first = model("toenail");
        JsonNode again = model("again");
        assertEquals(
                "general starting values", first.at("/optimizer/startedFrom").asText());
        assertEquals("an earlier fit", again.at("/optimizer/startedFrom").asText());
        assertTrue(again.at("/optimizer/passes").asInt()
                < first.at("/optimizer/passes").asInt());
        assertTrue(again.at("/optimizer/passes").asInt() <= 3);
        assertEquals(first.get("logLik").asDouble(), again.get("logLik").asDouble(), 1e-8);
        for (int i = 0; i < first.get("fixed").size(); i++) {
            double se = first.get("fixed").get(i).get("se").asDouble();
            assertEquals(
                    first.get("fixed").get(i).get("estimate").asDouble(),
                    again.get("fixed").get(i).get("estimate").asDouble(),
                    1e-5 * se);
        }
        assertTrue(ran.out().contains("started from an earlier fit"), ran.out());
        assertFalse(Files.readString(folder.resolve("again/model.json")).contains(folder.toString()), "no path inside");
    }

    @Test
    void anEarlierFitOfAnotherModelIsRefused() {
        Commands formula = fit(TOENAIL, "outcome ~ time + (1 | patientID)", "other", "--start", path("toenail"));
        assertEquals(2, formula.code(), formula.err());
        assertTrue(formula.err().contains("formula"), formula.err());
        Commands link = fit(TOENAIL, FORMULA, "other", "--link", "probit", "--start", path("toenail"));
        assertEquals(2, link.code(), link.err());
        assertTrue(link.err().contains("logit") && link.err().contains("probit"), link.err());
    }

    @Test
    void conditionalPredictionsAddThePersonsEffect() {
        assertEquals(0, predict(TOENAIL, "predicted").code());
        Map<Integer, Double> effect = new HashMap<>();
        spark.read()
                .parquet(path("toenail/random_effects"))
                .collectAsList()
                .forEach(r -> effect.put(r.getInt(0), r.getDouble(2)));
        List<Row> rows = spark.read().parquet(path("predicted")).collectAsList();
        assertEquals(1908, rows.size());
        for (Row row : rows) {
            double population = row.getAs("link_population");
            double conditional = row.getAs("link_conditional");
            assertEquals(effect.get(row.<Integer>getAs("patientID")), conditional - population, 1e-12);
            assertEquals(LogScale.logistic(conditional), row.<Double>getAs("response_conditional"), 1e-15);
            assertEquals("fit", row.getAs("effects"));
        }
    }

    @Test
    void personsTheFitNeverSawGetEffectsFromTheirOwnRows() {
        // The same persons under other ids: their estimated effects must be those the fit wrote.
        toenail()
                .withColumn("patientID", functions.expr("patientID + 100000"))
                .write()
                .parquet(path("renamed"));
        Commands ran = predict(path("renamed"), "of_renamed");
        assertTrue(ran.out().contains("1908 rows with effects estimated"), ran.out());
        assertEquals(0, predict(TOENAIL, "of_known").code());
        List<Row> renamed = spark.read()
                .parquet(path("of_renamed"))
                .orderBy("patientID", "time", "visit")
                .collectAsList();
        List<Row> known = spark.read()
                .parquet(path("of_known"))
                .orderBy("patientID", "time", "visit")
                .collectAsList();
        for (int i = 0; i < known.size(); i++) {
            assertEquals(
                    known.get(i).<Double>getAs("link_conditional"),
                    renamed.get(i).getAs("link_conditional"),
                    1e-9);
        }
    }

    @Test
    void withoutAnOutcomeNewPersonsGetThePopulationPrediction() {
        toenail()
                .filter("patientID < 20")
                .drop("outcome")
                .withColumn("patientID", functions.expr("patientID + 100000"))
                .write()
                .parquet(path("no_outcome"));
        Commands ran = predict(path("no_outcome"), "of_no_outcome");
        assertEquals(0, ran.code(), ran.err());
        for (Row row : spark.read().parquet(path("of_no_outcome")).collectAsList()) {
            assertEquals(row.<Double>getAs("link_population"), row.getAs("link_conditional"));
            assertEquals("none", row.getAs("effects"));
        }
    }

    @Test
    void missingCovariatesAndUnknownLevelsGiveNoPredictionAndAreCounted() {
        toenail()
                .limit(4)
                .withColumn("time", functions.expr("if(visit = 1, null, time)"))
                .withColumn("treatment", functions.expr("if(visit = 2, 'placebo', treatment)"))
                .write()
                .parquet(path("holes"));
        Commands ran = predict(path("holes"), "of_holes");
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("of them without a prediction"), ran.out());
        assertEquals(
                2,
                spark.read()
                        .parquet(path("of_holes"))
                        .filter("link_population is null")
                        .count());
    }

    @Test
    void aModelThatIsNotThereIsADataError() {
        Commands ran = Commands.run("predict", "--model", path("absent"), "--data", TOENAIL, "--out", path("x"));
        assertEquals(3, ran.code());
        assertTrue(ran.err().contains("model.json is missing"), ran.err());
    }

    private static Commands predict(String data, String out) {
        return Commands.run(
                "predict", "--model", path("toenail"), "--data", data, "--out", path(out), "--on-exists", "overwrite");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"string", "bigint", "int", "double", "decimal(12,2)", "date", "timestamp", "binary", "boolean"})
    void idsOfAnyTypeComeBackInTheirOwnType(String type) throws IOException {
        String id =
                switch (type) {
                    case "date" -> "date_add(date'2020-01-01', cast(patientID as int))";
                    case "timestamp" -> "timestamp_seconds(patientID * 3601)";
                    case "binary" -> "cast(cast(patientID as string) as binary)";
                    case "boolean" -> "patientID % 2 = 0";
                    default -> "cast(patientID as " + type + ")";
                };
        Dataset<Row> table = toenail().withColumn("patientID", functions.expr(id));
        String name = "ids_" + type.replaceAll("[^a-z]", "");
        table.write().parquet(path(name));
        Commands ran = fit(path(name), FORMULA, name + "_out", "--nodes", "9");
        assertTrue(ran.code() == 0 || type.equals("boolean"), ran.err());
        Dataset<Row> effects = spark.read().parquet(path(name + "_out/random_effects"));
        DataType wanted = table.schema().apply("patientID").dataType();
        assertEquals(wanted, effects.schema().apply("patientID").dataType());
        assertEquals(
                table.select("patientID").distinct().count(),
                table.select("patientID").distinct().join(effects, "patientID").count());
        if (!type.equals("boolean")) {
            assertEquals(
                    model("toenail").get("logLik").asDouble(),
                    model(name + "_out").get("logLik").asDouble(),
                    1e-9);
        }
    }

    @Test
    void overwriteReplacesTheFolderAsAWhole() throws IOException {
        Path out = folder.resolve("replaced");
        assertEquals(
                0,
                fit(TOENAIL, FORMULA, "replaced", "--nodes", "1", "--write-fitted")
                        .code());
        assertTrue(Files.exists(out.resolve("fitted")));
        assertEquals(
                0,
                fit(TOENAIL, FORMULA, "replaced", "--nodes", "1", "--on-exists", "overwrite")
                        .code());
        assertFalse(Files.exists(out.resolve("fitted")));
        assertTrue(Files.exists(out.resolve("model.json")));
    }

    @Test
    void overwriteSparesWhatTheProgramDidNotWriteAndWhatItReads() throws IOException {
        Path thesis = folder.resolve("precious/thesis.txt");
        Files.createDirectories(thesis.getParent());
        Files.writeString(thesis, "years of work");
        assertEquals(
                5,
                fit(TOENAIL, FORMULA, "precious", "--nodes", "1", "--on-exists", "overwrite")
                        .code());
        toenail().write().parquet(path("visits"));
        assertEquals(
                2,
                fit(path("visits"), FORMULA, "visits", "--nodes", "1", "--on-exists", "overwrite")
                        .code());
        assertEquals(
                2,
                fit(path("visits"), FORMULA, "visits/in", "--nodes", "1", "--on-exists", "overwrite")
                        .code());
        assertEquals("years of work", Files.readString(thesis));
        assertEquals(1908, spark.read().parquet(path("visits")).count());
    }

    @Test
    void anUnusableRowCostsNoOtherPersonTheEffects() throws IOException {
        Path rows = folder.resolve("new.csv");
        Files.writeString(rows, """
                patientID,visit,treatment,time,outcome
                90001,1,terbinafine,0,1
                90001,2,terbinafine,1,1
                90003,1,placebo,0,1
                90004,1,terbinafine,NA,1
                """);
        Commands ran = predict(rows.toString(), "of_new");
        assertEquals(0, ran.code(), ran.err());
        Map<Integer, String> effects = new HashMap<>();
        spark.read().parquet(path("of_new")).collectAsList().forEach(r -> effects.put(r.getInt(0), r.getAs("effects")));
        assertEquals(Map.of(90001, "rows", 90003, "none", 90004, "none"), effects);
    }

    @Test
    void idsInTextKeepTheirLeadingZeros() throws IOException {
        StringBuilder text = new StringBuilder("patientID,treatment,time,outcome\n");
        for (Row row : toenail().orderBy("patientID", "visit").collectAsList()) {
            text.append(String.format(
                    "%05d,%s,%s,%s%n",
                    row.<Integer>getAs("patientID"), row.getAs("treatment"), row.getAs("time"), row.getAs("outcome")));
        }
        Files.writeString(folder.resolve("zeros.csv"), text);
        assertEquals(0, fit(path("zeros.csv"), FORMULA, "zeros", "--nodes", "9").code());
        List<Row> effects = spark.read()
                .parquet(path("zeros/random_effects"))
                .orderBy("patientID")
                .collectAsList();
        assertEquals(294, effects.size());
        assertEquals("00001", effects.get(0).getString(0));
    }

    @Test
    void optionsCanComeFromAFile() throws IOException {
        Path config = folder.resolve("fit.properties");
        Files.writeString(config, "formula = " + FORMULA + "\nfamily = binomial\nnodes = 9\n");
        Commands ran = Commands.run(
                "fit", "--quiet", "--config", config.toString(), "--data", TOENAIL, "--out", path("configured"));
        assertEquals(0, ran.code(), ran.err());
        assertEquals(model("toenail").get("logLik"), model("configured").get("logLik"));
        // The command line wins, and a file may hold options that only other commands have.
        Commands overruled = Commands.run(
                "fit",
                "--quiet",
                "--config",
                config.toString(),
                "--data",
                TOENAIL,
                "--nodes",
                "1",
                "--out",
                path("overruled"));
        assertEquals(0, overruled.code(), overruled.err());
        assertEquals(1, model("overruled").get("nodes").asInt());
        Commands checked = Commands.run("check", "--config", config.toString(), "--data", TOENAIL);
        assertEquals(0, checked.code(), checked.err());
        Files.writeString(config, "formulae = typo\n");
        Commands typo = Commands.run(
                "fit",
                "--config",
                config.toString(),
                "--data",
                TOENAIL,
                "--formula",
                FORMULA,
                "--family",
                "binomial",
                "--out",
                path("configured2"));
        assertEquals(2, typo.code());
        assertTrue(typo.err().contains("unknown option formulae"), typo.err());
    }

    @Test
    void aConfigurationFileThatCannotBeReadIsSaidInWords() throws IOException {
        Path bytes = Files.write(folder.resolve("bytes.properties"), new byte[] {'a', '=', (byte) 0xe4, (byte) 0xff});
        Path escape = Files.writeString(folder.resolve("escape.properties"), "data = C:\\users\\me\n");
        for (List<String> pair : List.of(
                List.of(bytes.toString(), "holds bytes that are not UTF-8"),
                List.of(escape.toString(), "four hexadecimal digits"),
                List.of(folder.toString(), "is a folder"),
                List.of(path("nothere.properties"), "there is no file"))) {
            Commands ran = Commands.run("check", "--config", pair.get(0), "--data", TOENAIL, "--formula", FORMULA);
            assertEquals(2, ran.code());
            assertTrue(ran.err().contains(pair.get(1)), ran.err());
            assertFalse(ran.err().contains("Exception"), ran.err());
        }
    }

    @Test
    void checkSaysWhatWouldBeFitted() {
        Commands ran = Commands.run("check", "--data", TOENAIL, "--formula", FORMULA, "--family", "binomial");
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("294 patientID"), ran.out());
        assertTrue(ran.out().contains("treatmentterbinafine:time"), ran.out());
        assertTrue(ran.out().contains("Nothing wrong was found"), ran.out());
    }

    @Test
    void theOptimizersAgree() throws IOException {
        for (String optimizer : List.of("lbfgs", "bobyqa")) {
            Commands ran = fit(TOENAIL, FORMULA, optimizer, "--nodes", "9", "--optimizer", optimizer);
            assertEquals(0, ran.code(), ran.err());
            assertEquals(
                    model("toenail").get("logLik").asDouble(),
                    model(optimizer).get("logLik").asDouble(),
                    1e-6);
        }
    }
}
