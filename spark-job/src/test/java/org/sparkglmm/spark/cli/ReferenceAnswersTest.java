package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkglmm.core.inference.FixedEffect;
import org.sparkglmm.core.inference.LinearContrast;
import org.sparkglmm.core.inference.WaldTest;
import org.sparkglmm.spark.output.ModelFile;
import org.sparkglmm.spark.output.ModelFiles;
import org.sparkglmm.spark.output.SavedModel;

/**
 * What is asked of a fit, against R: tests of terms, contrasts, predictions, population averages, parts of the variance,
 * dispersion, profile-likelihood intervals. The files {@code data-samples/<sample>/answers} say which package and version each number
 * is of. One fit a file, by the command a user would type.
 */
class ReferenceAnswersTest {
    /** Both optimizers have converged far beyond it; a difference means another model, not another optimum. */
    private static final double LOG_LIKELIHOOD = 2e-6;
    /** Of all that is estimated or predicted, in standard errors: what both optimizers leave, ten times. */
    private static final double IN_SE = 2e-5;
    /** Relative; R's are from numerical Jacobians, and 1e-5 off at worst. */
    private static final double SE = 5e-5;
    /**
     * Of a χ² of 1 and more, relative; absolute below. χ² = z² is off by 2|z| times the error of the estimate in standard errors and
     * by twice the relative error of the standard error.
     */
    private static final double CHI_SQUARE = 1e-5;
    /** Parts of the variance, relative: squares of estimates. */
    private static final double SHARE = 2e-5;
    /** Of the mean square of Pearson residuals, relative. */
    private static final double DISPERSION = 1e-6;
    /** Ends of intervals, in the interval's length. */
    private static final double END = 1e-5;
    /** Half of the last of the five digits printed. */
    private static final double PRINTED = 5.1e-5;
    /** Smaller tails are 0 in R: its pnorm gives up at z = -37.5, where Φ is still 5e-308. */
    private static final double SMALLEST_P = 1e-300;
    /**
     * Population-averaged coefficients of toenail against GEE, in GEE's standard errors. Where the model holds and rows are missing
     * at random, ours estimate what GEE does with complete data. They are not the same numbers: GEE weights rows by its working
     * correlation, ours by least squares over the rows there are; the averaged mean is not quite logistic; and a quarter of the
     * persons miss visits, which GEE takes as unrelated to their outcomes. So no more can be asked than that they agree to within the noise;
     * found is 0.38 at most.
     */
    private static final double GEE_IN_SE = 1.5;

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

    static List<Path> answers() throws IOException {
        List<Path> out = ReferenceCommand.files("answers");
        assertTrue(out.size() >= 28, "reference answers found");
        return out;
    }

    /** Numbers compared one by one, so that all that are wrong are seen. */
    private static final class Checks {
        private final List<Executable> all = new ArrayList<>();

        void near(String what, double expected, double actual, double within) {
            all.add(() -> assertTrue(Double.isFinite(expected), "the reference has " + what));
            all.add(() -> assertEquals(expected, actual, within, what));
        }

        void relative(String what, JsonNode expected, JsonNode actual, double within) {
            double value = expected.asDouble(Double.NaN);
            near(what, value, actual.asDouble(Double.NaN), within * Math.abs(value));
        }

        void same(String what, Object expected, Object actual) {
            all.add(() -> assertEquals(expected, actual, what));
        }
    }

    @ParameterizedTest
    @MethodSource("answers")
    void answersAsRDoes(Path file) throws IOException {
        JsonNode reference = ReferenceCommand.read(file);
        Path out = folder.resolve(reference.get("name").asText());
        List<String> more = new ArrayList<>();
        boolean rows = reference.has("predictions") || reference.has("population");
        if (rows) {
            more.add("--write-fitted");
        }
        if (reference.has("profile")) {
            String[] profile = {"--ci", "profile"};
            if (reference.get("reml").asBoolean()) {
                Commands refused = Commands.run(ReferenceCommand.fit(file, reference, out, profile));
                assertEquals(ExitCode.USAGE, refused.code());
                assertTrue(
                        refused.err().contains("--ci profile: for maximum likelihood; leave out --reml"),
                        refused.err());
            } else {
                more.addAll(List.of(profile));
            }
        }
        Commands ran = Commands.run(ReferenceCommand.fit(file, reference, out, more.toArray(String[]::new)));
        assertEquals(ExitCode.OK, ran.code(), ran.err());
        JsonNode model = ReferenceCommand.read(out.resolve("model.json"));
        assertEquals(List.of(), ModelSchema.violations(model), "schema of model.json");
        String text = Files.readString(out.resolve("model.json"));
        assertEquals(text, ModelFiles.readAndWritten(text), "read and written again");

        Checks checks = new Checks();
        checks.near(
                "logLik",
                reference.get("logLik").asDouble(),
                model.get("logLik").asDouble(),
                LOG_LIKELIHOOD);
        checks.same(
                "rows",
                reference.get("nObservations").asLong(),
                model.get("nObservations").asLong());
        tests(reference, model, checks);
        contrasts(reference, out, checks);
        if (rows) {
            predictions(reference, fitted(reference, out), checks);
        }
        marginal(reference, model, checks);
        variance(reference, model.at("/diagnostics/variance"), checks);
        if (reference.has("dispersion")) {
            checks.relative(
                    "dispersion ratio",
                    reference.at("/dispersion/ratio"),
                    model.at("/diagnostics/pearson/dispersionRatio"),
                    DISPERSION);
        }
        if (reference.has("profile") && !reference.get("reml").asBoolean()) {
            profile(reference, model, checks);
        }
        assertAll(checks.all);
    }

    /** car::Anova, whose terms are the formula's; ours are named by their variables, in the formula's order too. */
    private static void tests(JsonNode reference, JsonNode model, Checks checks) {
        if (!reference.has("tests")) {
            return;
        }
        Map<String, JsonNode> ours = new HashMap<>();
        for (JsonNode test : model.get("tests")) {
            if (test.get("predictor").asText().equals("main")) {
                ours.put(test.get("term").asText(), test);
            }
        }
        checks.same("number of terms", reference.get("tests").size(), ours.size());
        for (JsonNode test : reference.get("tests")) {
            String term = test.get("term").asText();
            JsonNode found = ours.get(term);
            checks.same("there is a term " + term + " in " + ours.keySet(), true, found != null);
            if (found != null) {
                wald("type II of " + term, test, "2", found.get("typeII"), checks);
                wald("type III of " + term, test, "3", found.get("typeIII"), checks);
            }
        }
    }

    private static void wald(String what, JsonNode test, String type, JsonNode found, Checks checks) {
        double chiSquare = test.get("chisq" + type).asDouble();
        double p = test.get("p" + type).asDouble();
        double within = CHI_SQUARE * Math.max(1, chiSquare);
        checks.same(what, test.get("df").asInt(), found.get("df").asInt());
        checks.near(what, chiSquare, found.get("chiSquare").asDouble(), within);
        // The logarithm of the tail falls no faster than χ² itself.
        p("p, " + what, p, found.get("p").asDouble(), within, checks);
    }

    /** An upper tail, given how far the logarithm of it may be off. */
    private static void p(String what, double expected, double actual, double within, Checks checks) {
        checks.near(what, expected, actual, Math.max(within * expected, SMALLEST_P));
    }

    private static void contrasts(JsonNode reference, Path out, Checks checks) {
        if (!reference.has("contrasts")) {
            return;
        }
        SavedModel saved = ModelFile.read(out.toString(), new Configuration());
        List<LinearContrast> all = new ArrayList<>();
        List<String> command = new ArrayList<>(List.of("contrast", "--model", out.toString()));
        for (JsonNode expected : reference.get("contrasts")) {
            String text = expected.get("text").asText();
            double[] weights = new double[saved.parameterNames().size()];
            expected.get("weights").fields().forEachRemaining(e -> {
                int index = saved.parameterNames().indexOf(e.getKey());
                assertTrue(index >= 0, "coefficient " + e.getKey() + " in " + saved.parameterNames());
                weights[index] = e.getValue().asDouble();
            });
            LinearContrast contrast = LinearContrast.parse(text, saved.parameterNames());
            assertArrayEquals(weights, contrast.weights(), text);
            all.add(contrast);
            command.add(text);
            FixedEffect found = contrast.estimate(
                    saved.estimates().parameters(),
                    saved.estimates().covariance(),
                    saved.estimates().errors());
            double se = expected.get("se").asDouble();
            double z = expected.get("z").asDouble();
            checks.near(text, expected.get("estimate").asDouble(), found.estimate(), IN_SE * se);
            checks.near("SE of " + text, se, found.se(), SE * se);
            checks.near("z of " + text, z, found.z(), IN_SE + SE * Math.abs(z));
            // The derivative of log Φ(-z) is at most z + 1 in size.
            double offBy = (IN_SE + SE * Math.abs(z)) * (1 + Math.abs(z));
            p("p of " + text, expected.get("p").asDouble(), found.p(), offBy, checks);
            double end = (IN_SE + 2 * SE) * se;
            checks.near("lower of " + text, expected.get("lower").asDouble(), found.lower(), end);
            checks.near("upper of " + text, expected.get("upper").asDouble(), found.upper(), end);
        }
        WaldTest joint = LinearContrast.joint(
                all,
                saved.estimates().parameters(),
                saved.estimates().covariance(),
                saved.estimates().errors());
        JsonNode expected = reference.get("contrastsJoint");
        checks.same("df of all contrasts", expected.get("df").asInt(), joint.df());
        checks.near(
                "all contrasts",
                expected.get("chisq").asDouble(),
                joint.chiSquare(),
                CHI_SQUARE * expected.get("chisq").asDouble());
        printed(reference, Commands.run(command.toArray(String[]::new)), checks);
    }

    /** The command's table: estimate, standard error, robust one, z, p, interval. */
    private static void printed(JsonNode reference, Commands ran, Checks checks) {
        assertEquals(ExitCode.OK, ran.code(), ran.err());
        List<String> lines = ran.out().lines().toList();
        for (int i = 0; i < reference.get("contrasts").size(); i++) {
            JsonNode expected = reference.get("contrasts").get(i);
            String text = expected.get("text").asText();
            String line = lines.get(1 + i);
            assertTrue(line.startsWith(text), ran.out());
            String[] cells = line.substring(text.length()).strip().split("[\\s();]+", -1);
            double se = expected.get("se").asDouble();
            String[] fields = {"estimate", "se", "lower", "upper"};
            int[] places = {0, 1, 5, 7};
            for (int k = 0; k < fields.length; k++) {
                double value = expected.get(fields[k]).asDouble();
                double within = PRINTED * Math.abs(value) + (IN_SE + 2 * SE) * se;
                checks.near(
                        "printed " + fields[k] + " of " + text, value, Double.parseDouble(cells[places[k]]), within);
            }
        }
        String joint = lines.get(1 + reference.get("contrasts").size());
        JsonNode expected = reference.get("contrastsJoint");
        checks.same(
                "joint test printed: " + joint,
                true,
                joint.contains(" on " + expected.get("df").asInt() + " df"));
    }

    private static List<Row> fitted(JsonNode reference, Path out) {
        List<Row> rows = spark.read().parquet(out.resolve("fitted").toString()).collectAsList();
        assertTrue(rows.size() >= reference.get("nObservations").asInt(), "all rows are predicted");
        return rows;
    }

    private static void predictions(JsonNode reference, List<Row> fitted, Checks checks) {
        for (JsonNode expected : reference.path("predictions")) {
            Row row = find(fitted, expected, reference.get("idColumn").asText());
            Predicted predicted = new Predicted(row, expected, checks);
            predicted.check("link_population", "linkPopulation", "sePopulationLink", SE);
            predicted.check("response_population", "responsePopulation", "sePopulationResponse", SE);
            // Over parameters and effects jointly, for gaussian outcomes too: the effects move with the variances, and
            // their covariance is in
            // ours. lme4 and Henderson's equations leave that out (seConditionalLinkGivenVariances, 12.07 where this is
            // 12.95 for the
            // first row of sleepstudy). Our covariance has β and the variances as independent, which in balanced data
            // as
            // these they are exactly, in others up to what has expectation 0.
            if (expected.has("linkConditional")) {
                predicted.check("link_conditional", "linkConditional", "seConditionalLink", SE);
                double response = expected.get("responseConditional").asDouble();
                checks.near(
                        "response_conditional of " + expected.get("row"),
                        response,
                        row.<Double>getAs("response_conditional"),
                        IN_SE * row.<Double>getAs("se_response_conditional"));
            }
        }
        for (JsonNode expected : reference.path("population")) {
            Row row = find(fitted, expected, reference.get("idColumn").asText());
            new Predicted(row, expected, checks).check("response_marginal", "mean", "se", SE);
        }
    }

    /** A row of ours and of R's. */
    private record Predicted(Row row, JsonNode expected, Checks checks) {
        void check(String column, String value, String error, double within) {
            double se = expected.get(error).asDouble();
            String what = column + " of " + expected.get("row");
            checks.near(what, expected.get(value).asDouble(), row.<Double>getAs(column), IN_SE * se);
            checks.near("SE of " + what, se, row.<Double>getAs("se_" + column), within * se);
        }
    }

    private static Row find(List<Row> rows, JsonNode expected, String idColumn) {
        for (Row row : rows) {
            boolean same = String.valueOf(row.<Object>getAs(idColumn))
                    .equals(expected.get("id").asText());
            Iterator<Map.Entry<String, JsonNode>> values = expected.get("row").fields();
            while (same && values.hasNext()) {
                Map.Entry<String, JsonNode> value = values.next();
                same = equal(value.getValue(), row.getAs(value.getKey()));
            }
            if (same) {
                return row;
            }
        }
        throw new AssertionError("no row " + expected.get("row") + " of " + expected.get("id"));
    }

    /** The reference's numbers have 15 digits. */
    private static boolean equal(JsonNode expected, Object actual) {
        if (!expected.isNumber()) {
            return expected.asText().equals(String.valueOf(actual));
        }
        double value = Double.parseDouble(String.valueOf(actual));
        return Math.abs(value - expected.asDouble()) <= 1e-13 * Math.abs(value);
    }

    private static void marginal(JsonNode reference, JsonNode model, Checks checks) {
        Map<String, JsonNode> ours = byTerm(model.get("marginal"));
        reference.path("marginalCoefficients").fields().forEachRemaining(e -> {
            double se = e.getValue().get("se").asDouble();
            JsonNode found = ours.get(e.getKey());
            checks.near(
                    "population-averaged " + e.getKey(),
                    e.getValue().get("estimate").asDouble(),
                    found.get("estimate").asDouble(),
                    IN_SE * se);
            checks.near(
                    "SE of population-averaged " + e.getKey(),
                    se,
                    found.get("se").asDouble(),
                    SE * se);
        });
        for (String correlation : List.of("exchangeable", "independence")) {
            reference.path("gee").path(correlation).fields().forEachRemaining(e -> {
                if (e.getValue().isObject()) {
                    checks.near(
                            "GEE (" + correlation + ") " + e.getKey(),
                            e.getValue().get("estimate").asDouble(),
                            ours.get(e.getKey()).get("estimate").asDouble(),
                            GEE_IN_SE * e.getValue().get("se").asDouble());
                }
            });
        }
    }

    /**
     * For logit, probit and cloglog the latent variance is insight's. For log links we have the log-normal log(1 + Var/λ²) with λ the mean
     * of the outcome, which insight 0.19 has only as an alternative: its own λ, e to the power of a null model's intercept, is the mean of
     * the typical person and not the λ of the paper it follows (Nakagawa et al. 2017, who take the mean over the persons too). That is why R's
     * printed ICC is smaller there.
     */
    private static void variance(JsonNode reference, JsonNode ours, Checks checks) {
        if (!reference.has("icc")) {
            return;
        }
        checks.relative("variance of the fixed part", reference.at("/icc/varianceFixed"), ours.get("fixed"), SHARE);
        checks.relative("variance of the random part", reference.at("/icc/varianceRandom"), ours.get("random"), SHARE);
        JsonNode alternative = null;
        for (JsonNode other : reference.path("alternatives")) {
            if (other.get("lambdaFrom").asText().equals("mean of y")
                    && other.get("formula").asText().startsWith("log")) {
                alternative = other;
            }
        }
        checks.same(
                "an alternative is given for log links only",
                reference.get("link").asText().equals("log"),
                alternative != null);
        boolean atMeanOfY = alternative != null;
        JsonNode value = atMeanOfY ? alternative.get("value") : reference.at("/distributionVariance/value");
        checks.relative("variance of the distribution", value, ours.get("distribution"), SHARE);
        checks.relative(
                "ICC",
                atMeanOfY ? alternative.get("iccAdjusted") : reference.at("/icc/adjusted"),
                ours.get("icc"),
                SHARE);
        checks.relative(
                "unadjusted ICC",
                atMeanOfY ? alternative.get("iccUnadjusted") : reference.at("/icc/unadjusted"),
                ours.get("iccUnadjusted"),
                SHARE);
        checks.relative(
                "marginal R2",
                atMeanOfY ? alternative.get("r2Marginal") : reference.at("/r2/marginal"),
                ours.get("r2Marginal"),
                SHARE);
        checks.relative(
                "conditional R2",
                atMeanOfY ? alternative.get("r2Conditional") : reference.at("/r2/conditional"),
                ours.get("r2Conditional"),
                SHARE);
    }

    private static void profile(JsonNode reference, JsonNode model, Checks checks) {
        Map<String, JsonNode> fixed = byTerm(model.get("fixed"));
        JsonNode random = model.get("random").get(0);
        List<String> terms = new ArrayList<>();
        random.get("terms").forEach(t -> terms.add(t.asText()));
        for (JsonNode expected : reference.get("profile")) {
            String term = expected.get("term").asText();
            String kind = expected.get("kind").asText();
            JsonNode lower;
            JsonNode upper;
            switch (kind) {
                case "fixed" -> {
                    lower = fixed.get(term).get("lower");
                    upper = fixed.get(term).get("upper");
                }
                case "sd" -> {
                    lower = random.get("sdLower").get(terms.indexOf(term));
                    upper = random.get("sdUpper").get(terms.indexOf(term));
                }
                case "correlation" -> {
                    lower = random.at("/corrLower/1/0");
                    upper = random.at("/corrUpper/1/0");
                }
                case "sigma", "dispersion" -> {
                    lower = model.at("/extra/intervals/" + term + "/lower");
                    upper = model.at("/extra/intervals/" + term + "/upper");
                }
                default -> throw new AssertionError("unknown kind " + kind);
            }
            double from = expected.at("/polished/lower").asDouble(Double.NaN);
            double to = expected.at("/polished/upper").asDouble(Double.NaN);
            double within = END * (to - from);
            checks.near("lower end of " + kind + " " + term, from, lower.asDouble(Double.NaN), within);
            checks.near("upper end of " + kind + " " + term, to, upper.asDouble(Double.NaN), within);
        }
    }

    private static Map<String, JsonNode> byTerm(JsonNode table) {
        Map<String, JsonNode> out = new HashMap<>();
        table.forEach(f -> out.put(f.get("term").asText(), f));
        return out;
    }
}
