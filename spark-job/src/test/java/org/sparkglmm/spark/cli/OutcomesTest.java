package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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

/** Outcomes beyond yes/no and plain counts: what the command refuses, warns about, writes and predicts. */
class OutcomesTest {
    private static final int PERSONS = 150;
    private static final int VISITS = 6;
    private static final String HEADER =
            "id,x,g,count,positive,zero,one,three,ordered,grade,two,share,amount,none,under";
    private static final List<String> LEVELS = List.of("low", "mid", "high");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    private static Path folder;

    @BeforeAll
    static void writeTable() throws IOException {
        TestSession.get();
        Random random = new Random(11);
        List<String> lines = new ArrayList<>(List.of(HEADER));
        for (int i = 0; i < PERSONS; i++) {
            double b = 0.5 * random.nextGaussian();
            for (int j = 0; j < VISITS; j++) {
                double x = random.nextGaussian();
                String g = random.nextBoolean() ? "a" : "b";
                double eta = 0.7 + 0.4 * x + b;
                int count = poisson(Math.exp(eta), random);
                double logistic = random.nextDouble();
                double latent = eta + Math.log(logistic / (1 - logistic));
                int grade = latent < 0 ? 0 : latent < 1.5 ? 1 : 2;
                int excess = random.nextDouble() < 0.3 ? 0 : count;
                double share = 1 / (1 + Math.exp(-eta - 0.5 * random.nextGaussian()));
                double amount = Math.exp(eta + 0.6 * random.nextGaussian());
                lines.add(String.join(
                        ",",
                        Stream.of(
                                        i,
                                        x,
                                        g,
                                        count,
                                        count + 1,
                                        excess,
                                        1,
                                        3,
                                        LEVELS.get(grade),
                                        2 * grade + 1,
                                        grade > 0 ? 1 : 0,
                                        share,
                                        amount,
                                        0,
                                        successes(8, 1 / (1 + Math.exp(1 - eta)), random))
                                .map(String::valueOf)
                                .toList()));
            }
        }
        Files.write(folder.resolve("data.csv"), lines);
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    /** Out of trials: varies less than a Poisson count of the same mean. */
    private static int successes(int trials, double p, Random random) {
        int y = 0;
        for (int t = 0; t < trials; t++) {
            y += random.nextDouble() < p ? 1 : 0;
        }
        return y;
    }

    private static int poisson(double mean, Random random) {
        int y = 0;
        for (double p = random.nextDouble(); p > Math.exp(-mean); p *= random.nextDouble()) {
            y++;
        }
        return y;
    }

    private static Commands fit(String out, String formula, String family, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "fit",
                "--quiet",
                "--data",
                folder.resolve("data.csv").toString(),
                "--formula",
                formula,
                "--family",
                family,
                "--nodes",
                "1",
                "--out",
                folder.resolve(out).toString()));
        arguments.addAll(List.of(more));
        return Commands.run(arguments.toArray(String[]::new));
    }

    private static JsonNode model(String out) throws IOException {
        return MAPPER.readTree(folder.resolve(out).resolve("model.json").toFile());
    }

    private static Dataset<Row> predict(String out) {
        String to = out + "_predicted";
        Commands ran = Commands.run(
                "predict",
                "--model",
                folder.resolve(out).toString(),
                "--data",
                folder.resolve("data.csv").toString(),
                "--out",
                folder.resolve(to).toString());
        assertEquals(0, ran.code(), ran.err());
        return TestSession.get().read().parquet(folder.resolve(to).toString());
    }

    private static Arguments bad(int code, String sentence, String formula, String family, String... more) {
        return Arguments.of(code, sentence, formula, family, List.of(more));
    }

    static Stream<Arguments> refused() {
        String count = "count ~ x + (1 | id)";
        String ordered = "ordered ~ x + (1 | id)";
        return Stream.of(
                bad(
                        3,
                        "outside the support of family truncated_poisson, which takes whole numbers 1",
                        count,
                        "truncated_poisson"),
                bad(3, "outside the support of family nbinom2", "amount ~ x + (1 | id)", "nbinom2"),
                bad(
                        3,
                        "outside the support of family beta, which takes numbers strictly between 0 and 1",
                        count,
                        "beta"),
                bad(3, "outside the support of family gamma, which takes finite numbers above 0", count, "gamma"),
                bad(3, "outside the support of family lognormal", count, "lognormal"),
                bad(3, "outside the support of family inversegaussian", count, "inversegaussian"),
                bad(3, "outside the support of family betabinomial", "share ~ x + (1 | id)", "betabinomial"),
                bad(3, "outside the support of family tweedie", "I(-amount) ~ x + (1 | id)", "tweedie"),
                bad(3, "is text (string), where family nbinom1 needs numbers", ordered, "nbinom1"),
                bad(3, "is the same in every row", "none ~ x + (1 | id)", "nbinom2"),
                bad(3, "is the same in every row", "none ~ x + (1 | id)", "poisson", "--zi", "~ 1"),
                bad(3, "is the same in every row", "one ~ x + (1 | id)", "truncated_poisson"),
                bad(3, "is the same in every row", "one ~ x + (1 | id)", "gamma"),
                bad(
                        3,
                        "is the same in every row that is not 0",
                        "two ~ x + (1 | id)",
                        "truncated_poisson",
                        "--zi",
                        "~ x"),
                bad(2, "ordered is text, which has no order of its own", ordered, "ordinal"),
                bad(
                        3,
                        "category never is in no complete row",
                        ordered,
                        "ordinal",
                        "--levels",
                        "ordered=low,never,mid,high"),
                bad(
                        3,
                        "not among the levels given with --levels (low, high)",
                        ordered,
                        "ordinal",
                        "--levels",
                        "ordered=low,high"),
                bad(
                        3,
                        "category 4 is in no complete row",
                        "grade ~ x + (1 | id)",
                        "ordinal",
                        "--levels",
                        "grade=1,3,4,5"),
                bad(3, "has the same value in every complete row", "one ~ x + (1 | id)", "ordinal"),
                bad(3, "family ordinal is for ordered categories", "amount ~ x + (1 | id)", "ordinal"),
                bad(
                        2,
                        "--zi: family gaussian has no zero inflation",
                        "amount ~ x + (1 | id)",
                        "gaussian",
                        "--zi",
                        "~ 1"),
                bad(2, "--zi: fixed effects only", count, "poisson", "--zi", "~ x + (1 | id)"),
                bad(2, "--zi: an offset is possible in --formula only", count, "poisson", "--zi", "~ offset(x)"),
                bad(2, "--zi: formula", count, "poisson", "--zi", "~ x +"),
                bad(2, "no column 'xx' in the data", count, "poisson", "--zi", "~ xx"),
                bad(2, "--dispersion: family poisson has no dispersion", count, "poisson", "--dispersion", "~ x"),
                bad(2, "--precision-weights: family nbinom2", count, "nbinom2", "--precision-weights", "x"),
                bad(3, "every row has a single trial", "two ~ x + (1 | id)", "betabinomial"),
                bad(2, "none of them twice", ordered, "ordinal", "--levels", "ordered=low,mid,mid"),
                bad(2, "for families binomial and betabinomial", "count/positive ~ x + (1 | id)", "nbinom2"),
                bad(2, "unknown family 'ordnal'; did you mean 'ordinal'?", ordered, "ordnal"),
                bad(2, "--reml", "amount ~ x + (1 | id)", "gaussian", "--reml", "--dispersion", "~ x"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatCannotBeUsedIsRefusedInOneSentence(
            int code, String sentence, String formula, String family, List<String> more) {
        Commands ran = fit("refused", formula, family, more.toArray(String[]::new));
        assertEquals(code, ran.code(), ran.err());
        assertTrue(ran.err().contains(sentence), ran.err());
        assertFalse(ran.err().contains("    at "), ran.err());
        assertFalse(Files.exists(folder.resolve("refused")), "no output");
    }

    static Stream<Arguments> edges() {
        return Stream.of(
                Arguments.of("under ~ x + (1 | id)", "nbinom2", List.of(), "theta is estimated as infinite"),
                Arguments.of("under ~ x + (1 | id)", "nbinom1", List.of(), "phi is estimated as 0"),
                Arguments.of(
                        "under ~ x + (1 | id)",
                        "nbinom2",
                        List.of("--dispersion", "~ g"),
                        "theta is estimated as infinite"),
                Arguments.of("positive ~ x + (1 | id)", "nbinom2", List.of("--zi", "~ g"), "has no zero in any row"),
                Arguments.of("positive ~ x + (1 | id)", "truncated_poisson", List.of("--zi", "~ 1"), "there are none"));
    }

    @ParameterizedTest
    @MethodSource("edges")
    void whatRunsToItsEdgeIsNamedAndTheRestIsTheSimplerModel(
            String formula, String family, List<String> more, String sentence) throws IOException {
        String out = "edge_" + family + more.size() + formula.charAt(0)
                + String.join("", more).length();
        Commands ran = fit(out, formula, family, more.toArray(String[]::new));
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains(sentence), ran.out());
        assertTrue(ran.out().contains("boundary_"), ran.out());
        String simpler = family.startsWith("truncated") ? "truncated_poisson" : "poisson";
        assertEquals(0, fit(out + "_simpler", formula, simpler).code());
        JsonNode at = model(out);
        JsonNode plain = model(out + "_simpler");
        assertEquals(plain.get("logLik").asDouble(), at.get("logLik").asDouble(), 1e-5);
        for (int c = 0; c < 2; c++) {
            JsonNode expected = plain.get("fixed").get(c);
            JsonNode actual = at.get("fixed").get(c);
            double se = expected.get("se").asDouble();
            assertEquals(
                    expected.get("estimate").asDouble(), actual.get("estimate").asDouble(), 1e-3 * se);
            assertEquals(se, actual.get("se").asDouble(), 1e-3 * se);
        }
    }

    /** Text with an order given, numbers in their own order, and the two-category model that a binary one must equal. */
    @Test
    void orderedOutcomesMayBeTextOrNumbersAndTwoOfThemAreTheBinaryModel() throws IOException {
        assertEquals(
                0,
                fit("text", "ordered ~ x + g + (1 | id)", "ordinal", "--levels", "ordered=low,mid,high")
                        .code());
        assertEquals(0, fit("numbers", "grade ~ x + g + (1 | id)", "ordinal").code());
        JsonNode text = model("text");
        JsonNode numbers = model("numbers");
        assertEquals(text.get("logLik").asDouble(), numbers.get("logLik").asDouble(), 1e-9);
        assertEquals(List.of("x", "gb"), terms(text));
        assertTrue(text.get("extra").get("thresholds").has("low|mid"));
        assertTrue(numbers.get("extra").get("thresholds").has("1|3"));
        for (String link : List.of("logit", "probit")) {
            assertEquals(
                    0,
                    fit("two_" + link, "two ~ x + g + (1 | id)", "ordinal", "--link", link)
                            .code());
            assertEquals(
                    0,
                    fit("binary_" + link, "two ~ x + g + (1 | id)", "binomial", "--link", link)
                            .code());
            compareWithBinary(model("two_" + link), model("binary_" + link));
        }
        // P(Y = 1) = exp(-exp(-(α-η))) leaves the binary cloglog for Y = 2.
        assertEquals(
                0,
                fit("two_loglog", "two ~ x + g + (1 | id)", "ordinal", "--link", "loglog")
                        .code());
        assertEquals(
                0,
                fit("binary_cloglog", "two ~ x + g + (1 | id)", "binomial", "--link", "cloglog")
                        .code());
        compareWithBinary(model("two_loglog"), model("binary_cloglog"));
    }

    private static void compareWithBinary(JsonNode two, JsonNode binary) {
        assertEquals(binary.get("logLik").asDouble(), two.get("logLik").asDouble(), 1e-8);
        JsonNode intercept = binary.get("fixed").get(0);
        double se = intercept.get("se").asDouble();
        assertEquals(
                -intercept.get("estimate").asDouble(),
                two.at("/extra/thresholds/0|1").asDouble(),
                1e-3 * se);
        assertEquals(se, two.at("/extra/thresholdSe/0|1").asDouble(), 1e-3 * se);
        assertEquals(
                binary.get("fixed").get(1).get("estimate").asDouble(),
                two.get("fixed").get(0).get("estimate").asDouble(),
                1e-3 * binary.get("fixed").get(1).get("se").asDouble());
    }

    private static List<String> terms(JsonNode model) {
        List<String> out = new ArrayList<>();
        model.get("fixed").forEach(f -> out.add(f.get("term").asText()));
        return out;
    }

    @Test
    void predictionsOfCategoriesAreProbabilities() {
        assertEquals(
                0,
                fit("ordinal", "ordered ~ x + (1 | id)", "ordinal", "--levels", "ordered=low,mid,high")
                        .code());
        for (Row row : predict("ordinal").collectAsList()) {
            for (String kind : List.of("population", "conditional")) {
                double low = row.getAs("probability_" + kind + "_low");
                double mid = row.getAs("probability_" + kind + "_mid");
                double high = row.getAs("probability_" + kind + "_high");
                assertEquals(1, low + mid + high, 1e-12);
                assertEquals(low + 2 * mid + 3 * high, row.<Double>getAs("response_" + kind), 1e-12);
            }
        }
    }

    @Test
    void predictionsOfCountsWithZerosOfTheirOwnKindAreTheOverallMean() throws IOException {
        assertEquals(
                0, fit("zip", "zero ~ x + (1 | id)", "poisson", "--zi", "~ x").code());
        JsonNode zi = model("zip").at("/extra/zi");
        for (Row row : predict("zip").collectAsList()) {
            double x = row.getAs("x");
            double zeta = zi.get(0).get("estimate").asDouble()
                    + zi.get(1).get("estimate").asDouble() * x;
            double mu = Math.exp(row.<Double>getAs("link_conditional"));
            assertEquals(mu / (1 + Math.exp(zeta)), row.<Double>getAs("response_conditional"), 1e-10 * mu);
        }
        assertEquals(
                0,
                fit("hurdle", "zero ~ x + (1 | id)", "truncated_poisson", "--zi", "~ 1")
                        .code());
        double share =
                1 / (1 + Math.exp(model("hurdle").at("/extra/zi/0/estimate").asDouble()));
        for (Row row : predict("hurdle").collectAsList()) {
            double mu = Math.exp(row.<Double>getAs("link_conditional"));
            assertEquals(share * mu / (1 - Math.exp(-mu)), row.<Double>getAs("response_conditional"), 1e-10 * (mu + 1));
        }
    }

    /** Half the persons are left out of the fit and predicted from their own rows, with every part of the model in use. */
    @Test
    void personsTheFitNeverSawAreServedByFamiliesWithParametersOfTheirOwn() throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("data.csv"));
        Files.write(folder.resolve("half.csv"), lines.subList(0, 1 + PERSONS / 2 * VISITS));
        Commands ran = Commands.run(
                "fit",
                "--quiet",
                "--data",
                folder.resolve("half.csv").toString(),
                "--formula",
                "zero ~ x + (1 | id)",
                "--family",
                "nbinom2",
                "--zi",
                "~ g",
                "--dispersion",
                "~ x",
                "--nodes",
                "1",
                "--out",
                folder.resolve("half").toString());
        assertTrue(ran.code() == 0, ran.err());
        assertEquals(2, model("half").at("/extra/zi").size());
        Dataset<Row> predicted = predict("half");
        assertEquals(
                (long) PERSONS / 2 * VISITS,
                predicted
                        .filter(
                                "effects = 'rows' and link_conditional is not null and link_conditional <> link_population")
                        .count());
    }

    @Test
    void lognormalAmountsArePredictedByTheirMean() throws IOException {
        assertEquals(0, fit("lognormal", "amount ~ x + (1 | id)", "lognormal").code());
        double sigma = model("lognormal").at("/extra/sigma").asDouble();
        Row row = predict("lognormal").first();
        assertEquals(
                Math.exp(row.<Double>getAs("link_population") + sigma * sigma / 2),
                row.<Double>getAs("response_population"),
                1e-10);
    }

    @Test
    void checkShowsCategoriesAndPredictors() {
        Commands ran = Commands.run(
                "check",
                "--data",
                folder.resolve("data.csv").toString(),
                "--formula",
                "grade ~ x + (1 | id)",
                "--family",
                "ordinal");
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("ordered categories, from lowest to highest"), ran.out());
        Commands counts = Commands.run(
                "check",
                "--data",
                folder.resolve("data.csv").toString(),
                "--formula",
                "zero ~ x + (1 | id)",
                "--family",
                "nbinom1",
                "--zi",
                "~ g");
        assertTrue(counts.out().contains("Predictor of logit(zi): (Intercept), gb"), counts.out());
    }
}
