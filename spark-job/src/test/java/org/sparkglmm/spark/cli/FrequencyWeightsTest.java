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
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A row of weight 3 is three rows, one of weight 0 none: all that a fit says of the one table it says of the other. */
class FrequencyWeightsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String HEADER = "id,x,g,amount,yes,count,excess,grade,positive,share,w";

    /** Both fits end at the optimum of the same function, but for rounding and the optimizer's tolerance. */
    private static final double SAME_OPTIMUM = 2e-4;

    private static final double SAME_LIKELIHOOD = 1e-9;

    /** Of the rows, of the way there, or drawn at random by the table's fingerprint. */
    private static final Set<String> OTHERS = Set.of(
            "/nObservations",
            "/nDropped",
            "/sumOfWeights",
            "/warnings",
            "/optimizer",
            "/integration",
            "/provenance",
            "/design",
            "/diagnostics/findings",
            "/diagnostics/residuals",
            "/diagnostics/randomEffects",
            "/diagnostics/pearson/drawnRatio",
            "/diagnostics/pearson/drawnRatioSe",
            "/diagnostics/zeros/expected",
            "/diagnostics/zeros/se");

    @TempDir
    private static Path folder;

    private static int expandedRows;

    @BeforeAll
    static void writeTables() throws IOException {
        TestSession.get();
        Random random = new Random(21);
        List<String> weighted = new ArrayList<>(List.of(HEADER));
        List<String> expanded = new ArrayList<>(List.of(HEADER));
        List<String> broken = new ArrayList<>(List.of(HEADER));
        for (int i = 0; i < 130; i++) {
            double b = 0.7 * random.nextGaussian();
            for (int j = 0; j < 5; j++) {
                double x = random.nextGaussian();
                String g = random.nextBoolean() ? "a" : "b";
                double eta = 0.5 + 0.4 * x + (g.equals("b") ? 0.3 : 0) + b;
                int count = poisson(Math.exp(eta), random);
                double u = random.nextDouble();
                double latent = eta + Math.log(u / (1 - u));
                // One person has no row that counts.
                int w = i == 7 ? 0 : random.nextInt(5);
                String row = String.join(
                        ",",
                        String.valueOf(i),
                        String.valueOf(x),
                        g,
                        String.valueOf(eta + random.nextGaussian()),
                        latent > 0 ? "1" : "0",
                        String.valueOf(count),
                        String.valueOf(random.nextDouble() < 0.3 ? 0 : count),
                        latent < 0 ? "1" : latent < 1.5 ? "2" : "3",
                        String.valueOf(Math.exp(eta + 0.5 * random.nextGaussian())),
                        String.valueOf(1 / (1 + Math.exp(-eta - 0.5 * random.nextGaussian()))));
                weighted.add(row + "," + w);
                broken.add(row + "," + (w + 0.5));
                for (int k = 0; k < w; k++) {
                    expanded.add(row + ",1");
                }
            }
        }
        expandedRows = expanded.size() - 1;
        Files.write(folder.resolve("weighted.csv"), weighted);
        Files.write(folder.resolve("expanded.csv"), expanded);
        Files.write(folder.resolve("broken.csv"), broken);
    }

    private static int poisson(double mean, Random random) {
        int y = 0;
        for (double p = random.nextDouble(); p > Math.exp(-mean); p *= random.nextDouble()) {
            y++;
        }
        return y;
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    private static JsonNode fit(String table, String out, String formula, String family, String... more)
            throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "fit",
                "--quiet",
                "--data",
                folder.resolve(table + ".csv").toString(),
                "--formula",
                formula,
                "--family",
                family,
                "--on-exists",
                "overwrite",
                "--out",
                folder.resolve(out).toString()));
        arguments.addAll(List.of(more));
        Commands run = Commands.run(arguments.toArray(String[]::new));
        assertEquals(0, run.code(), run::err);
        return MAPPER.readTree(folder.resolve(out).resolve("model.json").toFile());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "amount ~ x + g + (1 + x | id) ; gaussian ;",
                "amount ~ x + g + (1 | id) ; gaussian ; --reml",
                "yes ~ x + g + (1 | id) ; binomial ; --nodes 5",
                "count ~ x + g + (1 | id) ; poisson ; --nodes 1",
                "excess ~ x + g + (1 | id) ; poisson ; --nodes 1 --zi ~1",
                "count ~ x + g + (1 | id) ; nbinom2 ; --nodes 1",
                "factor(grade) ~ x + g + (1 | id) ; ordinal ; --nodes 5",
                "positive ~ x + g + (1 | id) ; gamma ; --nodes 3 --dispersion ~g",
                "share ~ x + g + (1 | id) ; beta ; --nodes 3",
            })
    void aTableOfFrequenciesIsTheTableOfItsRows(String formula, String family, String more) throws IOException {
        String[] options = more == null ? new String[0] : more.split(" ");
        List<String> withWeights = new ArrayList<>(List.of(options));
        withWeights.addAll(List.of("--weights", "w"));
        JsonNode a = fit("weighted", "w", formula, family, withWeights.toArray(String[]::new));
        JsonNode b = fit("expanded", "e", formula, family, options);
        assertEquals(expandedRows, a.path("sumOfWeights").asDouble());
        assertEquals(expandedRows, b.path("nObservations").asLong());
        assertFalse(b.has("sumOfWeights"));
        for (String statistic : List.of("logLik", "aic", "bic", "deviance")) {
            double expected = b.path(statistic).asDouble();
            assertEquals(expected, a.path(statistic).asDouble(), SAME_LIKELIHOOD * Math.abs(expected), statistic);
        }
        same("", b, a);
    }

    private static void same(String path, JsonNode expected, JsonNode actual) {
        if (OTHERS.contains(path)) {
            return;
        }
        if (expected.isNumber()) {
            double value = expected.asDouble();
            assertEquals(value, actual.asDouble(), SAME_OPTIMUM * Math.max(0.05, Math.abs(value)), path);
        } else if (expected.isContainerNode()) {
            assertEquals(expected.size(), actual.size() - (path.isEmpty() ? 1 : 0), path + ": " + expected + actual);
            if (expected.isObject()) {
                expected.fieldNames().forEachRemaining(f -> same(path + "/" + f, expected.get(f), actual.path(f)));
            } else {
                for (int i = 0; i < expected.size(); i++) {
                    same(path + "/" + i, expected.get(i), actual.path(i));
                }
            }
        } else {
            assertEquals(expected, actual, path);
        }
    }

    /** Few rows of large weights: successes are rare, and each pattern has a row of them as one of failures. */
    @Test
    void aTableOfPatternsHasNoFindingsThatItsRowsHaveNot() throws IOException {
        Random random = new Random(5);
        List<String> lines = new ArrayList<>(List.of("id,x,y,w"));
        for (int i = 0; i < 200; i++) {
            double b = 0.5 * random.nextGaussian();
            for (int x = 0; x < 2; x++) {
                int successes = 0;
                for (int k = 0; k < 20; k++) {
                    successes += random.nextDouble() < 1 / (1 + Math.exp(2.5 - 0.5 * x - b)) ? 1 : 0;
                }
                lines.add(i + "," + x + ",1," + successes);
                lines.add(i + "," + x + ",0," + (20 - successes));
            }
        }
        Files.write(folder.resolve("patterns.csv"), lines);
        JsonNode model = fit("patterns", "p", "y ~ x + (1 | id)", "binomial", "--weights", "w", "--nodes", "7");
        assertEquals(8000, model.path("sumOfWeights").asDouble());
        assertEquals(8000, model.at("/diagnostics/sampleRows").asLong());
        assertTrue(model.at("/diagnostics/findings").isEmpty(), model.at("/diagnostics/findings")::toString);
        String summary = Files.readString(folder.resolve("p/summary.txt"));
        assertTrue(summary.contains("(their weights add up to 8000)"), summary);
        assertTrue(summary.contains(String.valueOf(8000 - 3)), summary);
    }

    @Test
    void weightsThatAreNoCountsAreWarnedOf() throws IOException {
        JsonNode model = fit("broken", "b", "yes ~ x + g + (1 | id)", "binomial", "--weights", "w", "--nodes", "1");
        assertTrue(model.path("warnings").toString().contains("weights_not_whole"));
        assertTrue(model.path("warnings").toString().contains("trust the robust standard errors alone"));
        assertEquals(expandedRows + 0.5 * 650, model.path("sumOfWeights").asDouble(), 1e-9);
        JsonNode whole = fit("weighted", "b", "yes ~ x + g + (1 | id)", "binomial", "--weights", "w", "--nodes", "1");
        assertFalse(whole.path("warnings").toString().contains("weights_not_whole"));
        assertEquals(
                -2 * model.path("logLik").asDouble()
                        + model.path("nParameters").asInt() * Math.log(expandedRows + 325.0),
                model.path("bic").asDouble(),
                1e-8);
    }
}
