package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Conditional predictions from saved effects have the joint standard errors that fit --write-fitted gives from the rows. */
class ConditionalErrorsTest {
    /** What is kept is what is calculated from the rows, in double precision. */
    private static final double SAME = 1e-6;
    /** For persons whose derivatives are not kept because they hardly matter. */
    private static final double NEARLY = 0.0103;

    private static final List<String> ERRORS = List.of("se_link_conditional", "se_response_conditional");

    private static SparkSession spark;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void start() {
        spark = TestSession.get();
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    static Stream<Arguments> models() {
        String food = "SiblingNegotiation ~ FoodTreatment * SexParent + offset(logBroodSize)";
        return Stream.of(
                Arguments.of("sleepstudy", "Reaction ~ Days + (Days | Subject)", "--family gaussian"),
                Arguments.of("sleepstudy", "Reaction ~ Days + (Days || Subject)", "--family gaussian --reml"),
                Arguments.of(
                        "cbpp",
                        "cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)",
                        "--family binomial"),
                Arguments.of("cbpp", "incidence/size ~ factor(period) + (1 | herd)", "--family betabinomial --nodes 1"),
                Arguments.of(
                        "contraception",
                        "use ~ urban + age + livch + (urban | district)",
                        "--family binomial --se robust --nodes 1"),
                Arguments.of("toenail", "outcome ~ treatment * time + (1 | patientID)", "--family binomial --nodes 9"),
                Arguments.of(
                        "epilepsy", "y ~ lbase * trt + lage + visit + (visit | subject)", "--family poisson --nodes 1"),
                Arguments.of(
                        "owls",
                        food + " + (FoodTreatment | Nest)",
                        "--family nbinom2 --zi ~1 --dispersion ~FoodTreatment --nodes 1"),
                Arguments.of("owls", food + " + (1 | Nest)", "--family truncated_poisson --zi ~SexParent --nodes 1"),
                Arguments.of(
                        "phosphate", "level ~ group * hour + (1 + hour | id)", "--family gamma --link log --nodes 1"),
                Arguments.of("phosphate", "level ~ group * hour + (1 | id)", "--family tweedie --nodes 1"),
                Arguments.of("wine", "score ~ temp + contact + (1 | judge)", "--family beta --nodes 1"),
                Arguments.of("wine", "rating ~ temp + contact + (1 | judge)", "--family ordinal --nodes 1"));
    }

    @ParameterizedTest
    @MethodSource("models")
    void savedEffectsGiveTheErrorsOfTheRows(String data, String formula, String options) {
        String fit = fit(data, formula, options);
        String out = folder.resolve("predicted" + Integer.toHexString(options.hashCode()) + formula.hashCode())
                .toString();
        Commands ran = Commands.run("predict", "--model", fit, "--data", table(data), "--out", out);
        assertEquals(0, ran.code(), ran.err());
        assertFalse(ran.out().contains("without a standard error"), ran.out());
        Dataset<Row> effects = spark.read().parquet(fit + "/random_effects");
        Map<Object, Boolean> kept = new HashMap<>();
        String id = effects.columns()[0];
        effects.collectAsList().forEach(r -> kept.put(r.getAs(id), r.getAs("derivatives") != null));
        assertTrue(kept.containsValue(true), "some need them");
        Map<List<Object>, Row> expected = byOwnColumns(spark.read().parquet(fit + "/fitted"));
        Map<List<Object>, Row> got = byOwnColumns(spark.read().parquet(out));
        assertEquals(expected.keySet(), got.keySet());
        int numbers = 0;
        for (Map.Entry<List<Object>, Row> e : expected.entrySet()) {
            Row row = got.get(e.getKey());
            double tolerance = kept.get(row.getAs(id)) ? SAME : NEARLY;
            for (String column : ERRORS) {
                Double want = e.getValue().getAs(column);
                Double have = row.getAs(column);
                assertEquals(want == null, have == null, column);
                if (want != null) {
                    assertEquals(want, have, tolerance * want, column);
                    numbers++;
                }
            }
        }
        assertTrue(numbers > 50, "there are errors to compare: " + numbers);
    }

    @Test
    void whatAnEarlierVersionDidNotKeepIsNotMadeUp() throws IOException {
        String fit = fit("sleepstudy", "Reaction ~ Days + (Days | Subject)", "--family gaussian");
        String effects = fit + "/random_effects";
        Dataset<Row> all = spark.read().parquet(effects);
        Path old = folder.resolve("old");
        all.drop("derivatives").write().parquet(old + "/random_effects");
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode model =
                (ObjectNode) mapper.readTree(Path.of(fit, "model.json").toFile());
        ((ObjectNode) model.get("provenance")).remove("effects");
        Files.writeString(old.resolve("model.json"), mapper.writeValueAsString(model));
        String out = folder.resolve("without").toString();
        Commands ran = Commands.run("predict", "--model", old.toString(), "--data", table("sleepstudy"), "--out", out);
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("180 rows have a conditional prediction without a standard error"), ran.out());
        assertTrue(ran.out().contains("fit it again"), ran.out());
        Dataset<Row> got = spark.read().parquet(out);
        assertEquals(180, got.filter("link_conditional is not null").count());
        assertEquals(180, got.filter("se_link_population is not null").count());
        assertEquals(
                0,
                got.filter("se_link_conditional is not null or se_response_conditional is not null")
                        .count());
    }

    private static String table(String data) {
        return "../data-samples/" + data + "/data.csv";
    }

    private static String fit(String data, String formula, String options) {
        String out = folder.resolve("fit" + Integer.toHexString((data + formula + options).hashCode()))
                .toString();
        List<String> all = new ArrayList<>(
                List.of("fit", "--quiet", "--write-fitted", "--data", table(data), "--formula", formula, "--out", out));
        all.addAll(List.of("--on-exists", "overwrite"));
        all.addAll(List.of(options.split(" ")));
        Commands ran = Commands.run(all.toArray(String[]::new));
        assertTrue(ran.code() == 0 || ran.code() == 4, ran.err());
        return out;
    }

    /** Rows that are the same have the same predictions. */
    private static Map<List<Object>, Row> byOwnColumns(Dataset<Row> table) {
        List<String> own = Stream.of(table.columns())
                .takeWhile(c -> !c.equals("link_population"))
                .toList();
        Map<List<Object>, Row> out = new HashMap<>();
        for (Row row : table.collectAsList()) {
            List<Object> key = new ArrayList<>();
            own.forEach(c -> key.add(row.getAs(c)));
            out.put(key, row);
        }
        return out;
    }
}
