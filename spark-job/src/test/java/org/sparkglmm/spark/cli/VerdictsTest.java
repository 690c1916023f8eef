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
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a fit says of itself and of the data, on tables on which it was once wrong; they are described beside them. */
class VerdictsTest {
    private static final String TABLES = "src/test/resources/verdicts/";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    private static Path folder;

    @BeforeAll
    static void start() {
        TestSession.get();
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    private static String[] arguments(String command, String table, String formula, String family, String... more) {
        List<String> out = new ArrayList<>(List.of(command));
        out.addAll(List.of("--data", TABLES + table + ".csv.gz", "--formula", formula, "--family", family));
        out.addAll(List.of(more));
        return out.toArray(String[]::new);
    }

    private static Commands check(String table, String formula, String family) {
        return Commands.run(arguments("check", table, formula, family));
    }

    /** The model file of a fit that ends with that code. */
    private static JsonNode fit(int code, String table, String formula, String family, String... more)
            throws IOException {
        Path out = Files.createTempDirectory(folder, table).resolve("out");
        List<String> options = new ArrayList<>(List.of(more));
        options.addAll(List.of("--quiet", "--out", out.toString()));
        Commands ran = Commands.run(arguments("fit", table, formula, family, options.toArray(String[]::new)));
        assertEquals(code, ran.code(), ran.err());
        String summary = Files.readString(out.resolve("summary.txt"));
        assertFalse(summary.contains("NaN") || summary.contains("Infinity"), summary);
        JsonNode model = MAPPER.readTree(out.resolve("model.json").toFile());
        assertEquals(List.of(), ModelSchema.violations(model), "schema of model.json");
        return model;
    }

    private static Set<String> said(JsonNode model) {
        Set<String> out = new TreeSet<>();
        model.path("warnings").forEach(w -> out.add(w.path("code").asText()));
        model.at("/diagnostics/findings").forEach(w -> out.add(w.path("code").asText()));
        return out;
    }

    private static String message(JsonNode model, String code) {
        for (JsonNode list : List.of(model.path("warnings"), model.at("/diagnostics/findings"))) {
            for (JsonNode w : list) {
                if (w.path("code").asText().equals(code)) {
                    return w.path("message").asText();
                }
            }
        }
        return "";
    }

    /** Log-likelihoods and standard deviations by brute force: 2,001 trapezoids a person. */
    @ParameterizedTest
    @CsvSource({
        "s13_bigvar, -250.3088475, 5.214781",
        "c13_2, -264.0403483, 5.271474",
        "c13_3, -263.1859273, 5.975099",
        "c13_6, -275.9936647, 5.383853"
    })
    void largeVariancesSettle(String table, double logLikelihood, double sd) throws IOException {
        JsonNode model = fit(0, table, "y ~ x + (1|id)", "binomial");
        assertEquals(logLikelihood, model.path("logLik").asDouble(), 2e-4);
        assertEquals(sd, model.at("/random/0/sd/0").asDouble(), 1e-3);
        assertTrue(model.at("/integration/settled").asBoolean());
    }

    @Test
    void fourEffectsSettleWithinTheTolerance() throws IOException {
        JsonNode model = fit(
                0,
                "migraine4re",
                "headache ~ medication * treatment + medication * pretreat + medication * posttreat"
                        + " + (treatment + pretreat + posttreat | id)",
                "binomial");
        assertTrue(model.at("/integration/reached/estimatesInSe").asDouble() < 0.02);
        assertFalse(said(model).contains("quadrature_unsettled"));
    }

    /** A fit without person 1 moves x by 1.20 standard errors. */
    @Test
    void onePersonWhoIsMostOfTheTable() throws IOException {
        String formula = "y ~ x + (1|id)";
        assertTrue(check("unb", formula, "binomial").out().contains("one id holds 76% of the rows"));
        JsonNode model = fit(0, "unb", formula, "binomial");
        assertEquals(1.2, model.at("/diagnostics/influence/largestChangeInSe").asDouble(), 0.1);
        assertEquals("x", model.at("/diagnostics/influence/parameter").asText());
        assertTrue(model.at("/fixed/1/robustSe").isNull());
        assertTrue(said(model).containsAll(Set.of("dominant_cluster", "influential_cluster", "robust_withheld")));
        assertTrue(message(model, "robust_withheld").contains("1.5 id of a size"));
    }

    @Test
    void aLevelWithSuccessesOnly() throws IOException {
        String formula = "y ~ t + g + (1|id)";
        assertTrue(check("sep", formula, "binomial").out().contains("only successes at level c of g"));
        JsonNode model = fit(0, "sep", formula, "binomial");
        assertTrue(message(model, "separation").contains("only successes at level c of g"));
        assertTrue(model.at("/fixed/3/expEstimate").isNull());
        assertTrue(model.at("/diagnostics/variance/r2Marginal").isNull());
        assertTrue(model.at("/marginal/1/se").asDouble() < 0.03, "of the other terms");
        for (JsonNode test : model.path("tests")) {
            assertEquals(1, test.at("/typeII/df").asInt(), "of the contrast that can be estimated");
            boolean leavesOut = test.path("term").asText().equals("g");
            assertEquals(leavesOut ? "gc" : "", test.at("/without/0").asText(), "and said to leave the other out");
        }
    }

    /** What rests on an effect without a finite estimate is said to, by all that follows a fit. */
    @Test
    void whatRestsOnAnOpenEffectIsSaid() throws IOException {
        Path out = folder.resolve("open");
        List<String> options = List.of("--quiet", "--out", out.toString());
        Commands.run(arguments("fit", "sep", "y ~ t + g + (1|id)", "binomial", options.toArray(String[]::new)));
        String summary = Files.readString(out.resolve("summary.txt"));
        assertTrue(summary.contains("g: gc is not estimable, and the tests here leave it out"), summary);
        assertTrue(summary.contains("R2 is not shown"), summary);
        String report = Files.readString(out.resolve("report.html"));
        assertTrue(report.contains("g without gc, not estimable"), "the report's table of tests");
        Commands contrast = Commands.run("contrast", "--model", out.toString(), "gb", "gc");
        assertTrue(contrast.out().contains("(1 of 2): Chisq 0.139"), contrast.out());
        assertTrue(contrast.out().contains("leave gc open"), contrast.out());
        Commands predicted = Commands.run(
                "predict",
                "--data",
                TABLES + "sep.csv.gz",
                "--model",
                out.toString(),
                "--out",
                folder.resolve("open_p").toString());
        assertTrue(
                predicted.out().contains("3322 rows have a prediction without a standard error: it rests on gc"),
                predicted.out());
    }

    /** A code for missing values and a level that is written in two ways. */
    @Test
    void whatATableMayHideIsAskedAbout() throws IOException {
        Path table = folder.resolve("hidden.csv");
        StringBuilder text = new StringBuilder("id,age,sex,y\n");
        for (int i = 0; i < 600; i++) {
            text.append(i / 4)
                    .append(',')
                    .append(i % 60 == 7 ? 999 : 20 + i % 61)
                    .append(',');
            text.append(i % 3 == 0 ? "m" : i % 50 == 1 ? "M" : "f")
                    .append(',')
                    .append(i * 7919 % 13 % 4)
                    .append('\n');
        }
        Files.writeString(table, text);
        String[] model = {"--data", table.toString(), "--formula", "y ~ age + sex + (1|id)", "--family", "poisson"};
        List<String> all = new ArrayList<>(List.of("check"));
        all.addAll(List.of(model));
        String checked = Commands.run(all.toArray(String[]::new)).out();
        assertTrue(checked.contains("age is 999 in 10 rows"), checked);
        assertTrue(checked.contains("levels of sex differ in capitals or blanks alone (M and m)"), checked);
        all.set(0, "fit");
        Path out = folder.resolve("hidden");
        all.addAll(List.of("--quiet", "--out", out.toString()));
        assertEquals(0, Commands.run(all.toArray(String[]::new)).code());
        JsonNode fitted = MAPPER.readTree(out.resolve("model.json").toFile());
        assertTrue(said(fitted).containsAll(Set.of("missing_value_code", "levels_alike")));
    }

    /** Ratios of risks: a Poisson model of 0 and 1 with robust errors has no Poisson count's residuals. */
    @Test
    void ratiosOfRisksAreNoPoissonCounts() throws IOException {
        JsonNode model = fit(0, "loglink", "y ~ x + t + (1 | id)", "poisson", "--se", "robust");
        assertEquals(Set.of("boundary_variance"), said(model));
        assertFalse(message(model, "boundary_variance").contains("leaving"));
    }

    /** The deviance rises by 0.83 at most from -1 to 1; the intercept's standard deviation reaches the level at 0.0015. */
    @Test
    void aCorrelationOfWhichNothingIsKnown() throws IOException {
        JsonNode model = fit(0, "orthodont", "distance ~ age * Sex + (age | Subject)", "gaussian", "--ci", "profile");
        assertEquals(-1, model.at("/random/0/corrLower/1/0").asDouble());
        assertEquals(1, model.at("/random/0/corrUpper/1/0").asDouble());
        assertEquals(0.0015, model.at("/random/0/sdLower/0").asDouble(), 3e-4);
        assertEquals(0, model.at("/random/0/sdLower/1").asDouble());
    }

    @Test
    void aSlopeOfWhatIsConstantWithinClusters() throws IOException {
        String formula = "distance ~ age + (Sex | Subject)";
        assertTrue(check("orthodont", formula, "gaussian").out().contains("SexMale does not vary within any Subject"));
        JsonNode model = fit(0, "orthodont", formula, "gaussian");
        String open = message(model, "parameter_undetermined");
        assertTrue(open.contains("chol[Subject|SexMale,(Intercept)]"), open);
        assertFalse(open.contains("chol[Subject|(Intercept),(Intercept)]") || open.contains("sigma"), open);
        assertTrue(model.at("/random/0/sdUpper/0").asDouble() < 5, "the other's interval is kept");
        assertTrue(model.at("/random/0/sdUpper/1").isNull());
    }

    @Test
    void daysSince1970() throws IOException {
        JsonNode model = fit(0, "day", "y ~ day + (1 + day | id)", "gaussian", "--reml");
        assertTrue(message(model, "random_origin").contains("at day = 19060"));
        // lmer, day about 19060: 1.067253, 0.00027954 (a day), -0.584; 0 lies within twice its standard error.
        assertEquals(0.00027954, model.at("/random/0/sd/1").asDouble(), 1e-6);
        assertEquals(0, model.at("/random/0/sdLower/1").asDouble());
        assertTrue(model.at("/random/0/sdUpper/1").asDouble() < 0.01);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "nlschools; lang ~ IQ * COMB + SES + GS + (1 + IQ | class); gaussian; --reml; near_singular_covariance",
                "malewage; wage ~ school * ethn + exper + I(exper^2) + married + union + (1 + exper | nr); gaussian; --reml; collinearity",
                "seeds; cbind(germ, n - germ) ~ gen * extract + (1 | plate); binomial; --quiet; one_row_per_cluster",
                "simsurv; status ~ x + offset(log(time)) + (1 | id); poisson; --quiet; residual_trend",
                "simsurv; status ~ x + offset(log(time)) + (1 | id); poisson; --quiet; residual_distribution",
                "s8_cloglog; cbind(dead, alive) ~ x * trt + (1 | unit); binomial; --link=cloglog; underdispersion",
                "u1_2; cbind(dead, alive) ~ x * trt + (1 | unit); binomial; --quiet; underdispersion",
                "u2_1; cbind(dead, alive) ~ x * trt + (1 | unit); binomial; --quiet; underdispersion",
                "u3_1; cbind(dead, alive) ~ x * trt + (1 | unit); binomial; --quiet; underdispersion",
                "u3_3; cbind(dead, alive) ~ x * trt + (1 | unit); binomial; --quiet; underdispersion"
            })
    void whatWasFalse(String table, String formula, String family, String option, String code) throws IOException {
        JsonNode model =
                option.equals("--quiet") ? fit(0, table, formula, family) : fit(0, table, formula, family, option);
        assertFalse(said(model).contains(code), () -> message(model, code));
    }

    @Test
    void anIntercepThatIsReadElsewhere() throws IOException {
        JsonNode model = fit(0, "nlschools", "lang ~ IQ * COMB + SES + GS + (1 + IQ | class)", "gaussian", "--reml");
        String reading = message(model, "random_origin");
        // With I(IQ - 11.8341) lmer has 2.889 and -0.676.
        assertTrue(reading.contains("-0.954") && reading.contains("2.889 and -0.676"), reading);
    }

    @Test
    void noSquareIsProposedTwice() throws IOException {
        JsonNode model = fit(0, "milk", "protein ~ Diet + Time + I(Time^2) + (Time | Cow)", "gaussian", "--reml");
        assertFalse(message(model, "residual_trend").contains("^2"), message(model, "residual_trend"));
    }

    @Test
    void offsetsThatAreNone() throws IOException {
        String raw = "count ~ 1 + offset(t) + (1 | study)";
        String checked = check("offset_raw", raw, "poisson").out();
        assertTrue(checked.contains("write offset(log(t))") && checked.contains("A fit would refuse it"), checked);
        Commands failed = Commands.run(arguments(
                "fit",
                "offset_raw",
                raw,
                "poisson",
                "--out",
                folder.resolve("raw").toString()));
        assertEquals(3, failed.code());
        assertTrue(failed.err().contains("the offset t spans"), failed.err());
        JsonNode logged = fit(0, "offset_raw", "count ~ 1 + offset(log(t)) + (1 | study)", "poisson");
        assertEquals(-484.764, logged.path("logLik").asDouble(), 1e-3);
    }

    @Test
    void anOffsetThatNoDataCanBear() throws IOException {
        Path table = folder.resolve("off.csv");
        StringBuilder text = new StringBuilder("id,off,y\n");
        for (int i = 0; i < 60; i++) {
            text.append(i / 3)
                    .append(',')
                    .append(i == 7 ? "1e6" : "0")
                    .append(',')
                    .append(i % 4)
                    .append('\n');
        }
        Files.writeString(table, text);
        for (String command : List.of("check", "fit")) {
            List<String> all = new ArrayList<>(List.of(command, "--data", table.toString()));
            all.addAll(List.of("--formula", "y ~ offset(off) + (1 | id)", "--family", "poisson"));
            all.addAll(
                    command.equals("fit")
                            ? List.of("--out", folder.resolve("off").toString())
                            : List.of());
            Commands ran = Commands.run(all.toArray(String[]::new));
            assertEquals(3, ran.code());
            assertTrue(ran.err().contains("the offset off spans"), ran.err());
        }
    }

    @Test
    void probabilitiesThatReachOne() throws IOException {
        JsonNode model = fit(4, "loglink", "y ~ x + t + (1 | id)", "binomial", "--link", "log");
        assertTrue(message(model, "not_converged").contains("family poisson with --se robust"));
        assertFalse(said(model).contains("quadrature_unsettled"));
    }

    @Test
    void eventsThatAreFew() throws IOException {
        Path table = folder.resolve("rare.csv");
        StringBuilder text = new StringBuilder("id,x,y\n");
        for (int i = 0; i < 3000; i++) {
            text.append(i / 3).append(',').append((i * 7919) % 101 / 50.0).append(',');
            text.append(i % 300 == 7 ? 1 : 0).append('\n');
        }
        Files.writeString(table, text);
        String[] model = {"--data", table.toString(), "--formula", "y ~ x + (1|id)", "--family", "binomial"};
        List<String> all = new ArrayList<>(List.of("check"));
        all.addAll(List.of(model));
        assertTrue(Commands.run(all.toArray(String[]::new)).out().contains("there are 10 events for 3 effects"));
        all.set(0, "fit");
        Path out = folder.resolve("rare");
        all.addAll(List.of("--quiet", "--out", out.toString()));
        assertEquals(0, Commands.run(all.toArray(String[]::new)).code());
        JsonNode fitted = MAPPER.readTree(out.resolve("model.json").toFile());
        assertTrue(fitted.at("/fixed/1/robustSe").isNull());
        assertTrue(said(fitted).containsAll(Set.of("few_events", "robust_withheld")));
    }

    @Test
    void aDensityIsNotRankedAgainstAProbability() throws IOException {
        List<String> folders = new ArrayList<>(List.of("compare"));
        for (String family : List.of("poisson", "tweedie")) {
            Path out = folder.resolve("ranked_" + family);
            List<String> more = List.of("--quiet", "--out", out.toString());
            Commands.run(arguments("fit", "tweedie_counts", "y ~ x + (1|id)", family, more.toArray(String[]::new)));
            folders.add(out.toString());
        }
        Commands ran = Commands.run(folders.toArray(String[]::new));
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("densities of amounts (tweedie)"), ran.out());
        assertEquals(
                2, ran.out().lines().filter(line -> line.contains("    0.00 ")).count(), ran.out());
    }

    @Test
    void familiesThatAreNotThereHaveAHint() {
        assertTrue(
                check("seeds", "germ ~ gen + (1|plate)", "quasipoisson").err().contains("fit nbinom1"));
        assertTrue(check("seeds", "germ ~ gen + (1|plate)", "multinomial").err().contains("fit ordinal"));
    }

    @Test
    void anOutcomeOfAnotherFamily() {
        Commands ran = check("unb", "y ~ x + (1|id)", "gaussian");
        assertTrue(ran.out().contains("(family_unsuited)"), ran.out());
        assertTrue(ran.out().contains("yes or no (0 and 1)"), ran.out());
        assertTrue(ran.out().contains("made for it: family binomial"), ran.out());
    }
}
