package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The curves that {@code trajectories} draws are the predictions at the grid's rows. */
class TrajectoriesTest {
    private static final double SAME = 1e-12;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void fitAll() {
        TestSession.get();
        fit(
                "epilepsy",
                "../data-samples/epilepsy/data.csv",
                "poisson",
                "y ~ I(lbase^2) + lbase * trt + lage + (1 + V4 | subject)");
        fit("wine", "../data-samples/wine/data.csv", "ordinal", "rating ~ bottle + contact + (1 | judge)");
        fit("cbpp", "../data-samples/cbpp/data.csv", "binomial", "incidence/size ~ factor(period) + w + (1 | herd)");
    }

    private static void fit(String out, String data, String family, String formula) {
        Commands ran = Commands.run(
                "fit",
                "--quiet",
                "--data",
                data,
                "--family",
                family,
                "--formula",
                formula,
                "--nodes",
                "1",
                "--out",
                folder.resolve(out).toString());
        assertEquals(0, ran.code(), ran.err());
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    private static Commands run(String model, String out, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "trajectories",
                "--model",
                folder.resolve(model).toString(),
                "--out",
                folder.resolve(out).toString()));
        arguments.addAll(List.of(more));
        return Commands.run(arguments.toArray(String[]::new));
    }

    private static List<Map<String, String>> table(String out) throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve(out).resolve("trajectories.csv"));
        String[] head = lines.get(0).split(",");
        List<Map<String, String>> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] values = line.split(",");
            Map<String, String> row = new HashMap<>();
            for (int i = 0; i < head.length; i++) {
                row.put(head[i], values[i]);
            }
            rows.add(row);
        }
        return rows;
    }

    private static double number(Map<String, String> row, String name) {
        return Double.parseDouble(row.get(name));
    }

    /** Curves, squares of the time and interactions included, equal what predict says of the same rows. */
    @Test
    void curvesAreThePredictionsOfTheGridsRows() throws IOException {
        Commands ran = run("epilepsy", "curves", "--time", "lbase", "--grid=-1:1:0.5", "--by", "trt", "--set", "V4=1");
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("lage = 0.0, V4 = 1"), ran.out());
        List<Map<String, String>> curves = table("curves");
        assertEquals(10, curves.size());
        String page = Files.readString(folder.resolve("curves/trajectories.html"));
        assertEquals(2, page.split("<svg", -1).length - 1, "a plot for each level of trt");
        assertEquals(6, page.split("<polygon", -1).length - 1);
        assertTrue(page.contains("trt placebo") && page.contains("lage = 0.0, V4 = 1"), page);
        List<String> lines = new ArrayList<>(List.of("subject,lbase,trt,lage,V4"));
        curves.forEach(c -> lines.add("new," + c.get("lbase") + "," + c.get("trt") + ",0,1"));
        Path grid = folder.resolve("grid.csv");
        Files.write(grid, lines);
        Commands predicted = Commands.run(
                "predict",
                "--model",
                folder.resolve("epilepsy").toString(),
                "--data",
                grid.toString(),
                "--out",
                folder.resolve("predicted").toString());
        assertEquals(0, predicted.code(), predicted.err());
        Dataset<Row> rows =
                TestSession.get().read().parquet(folder.resolve("predicted").toString());
        int checked = 0;
        for (Row row : rows.collectAsList()) {
            double lbase = ((Number) row.getAs("lbase")).doubleValue();
            Map<String, String> curve = curves.stream()
                    .filter(c -> c.get("trt").equals(row.getAs("trt")) && number(c, "lbase") == lbase)
                    .findFirst()
                    .orElseThrow();
            double typical = row.<Double>getAs("response_population");
            assertEquals(typical, number(curve, "typical"), SAME * typical);
            double average = row.<Double>getAs("response_marginal");
            assertEquals(average, number(curve, "average"), SAME * average);
            double upper = Math.exp(
                    row.<Double>getAs("link_population") + 1.959963984540054 * row.<Double>getAs("se_link_population"));
            assertEquals(upper, number(curve, "typical_upper"), 1e-6 * upper);
            assertTrue(number(curve, "average_lower") < average && average < number(curve, "average_upper"));
            assertTrue(number(curve, "persons_p05") < number(curve, "persons_p25"));
            assertTrue(number(curve, "persons_p25") < typical && typical < number(curve, "persons_p75"));
            checked++;
        }
        assertEquals(10, checked);
    }

    @Test
    void categoriesHaveACurveEachAndTheirProbabilitiesSumToOne() throws IOException {
        Commands ran = run("wine", "ordinal", "--time", "bottle", "--grid", "1:8:1", "--by", "contact");
        assertEquals(0, ran.code(), ran.err());
        List<Map<String, String>> curves = table("ordinal");
        assertEquals(2 * 8 * 6, curves.size());
        for (String contact : List.of("no", "yes")) {
            List<Map<String, String>> at = curves.stream()
                    .filter(c -> c.get("contact").equals(contact) && number(c, "bottle") == 3)
                    .toList();
            for (String curve : List.of("typical", "average")) {
                double sum = 0;
                double mean = 0;
                for (Map<String, String> row : at.subList(1, 6)) {
                    sum += number(row, curve);
                    mean += Integer.parseInt(row.get("quantity")) * number(row, curve);
                }
                assertEquals(1, sum, SAME);
                assertEquals(mean, number(at.get(0), curve), 1e-10);
            }
        }
    }

    @Test
    void factorsOfNumbersHaveTheirLevelsAndNumbersTheirMean() throws IOException {
        Commands ran = run("cbpp", "periods", "--time", "w", "--grid", "1,2,3", "--by", "period");
        assertEquals(0, ran.code(), ran.err());
        List<Map<String, String>> curves = table("periods");
        assertEquals(12, curves.size());
        assertEquals(
                List.of("1", "2", "3", "4"),
                curves.stream().map(c -> c.get("period")).distinct().toList());
        for (Map<String, String> curve : curves) {
            assertTrue(number(curve, "average_lower") > 0 && number(curve, "average_upper") < 1);
        }
    }

    @Test
    void whatCannotBeDrawnIsSaidInOneSentence() {
        refused("no covariate 'lbas'; did you mean 'lbase'?", "--time", "lbas", "--grid", "0:1");
        refused("--grid: must be FROM:TO", "--time", "lbase", "--grid", "1:0");
        refused("--grid: must be FROM:TO", "--time", "lbase", "--grid", "x");
        refused("--set: must be COL=VALUE", "--time", "lbase", "--grid", "0:1", "--set", "lage");
        refused("no level 'none'", "--time", "lbase", "--grid", "0:1", "--set", "trt=none");
        refused("it is a number, not a factor", "--time", "lbase", "--grid", "0:1", "--by", "lage");
        refused("has no value", "--time", "lbase", "--grid", "0:1", "--set", "lage=old");
    }

    private static void refused(String sentence, String... arguments) {
        Commands ran = run("epilepsy", "refused", arguments);
        assertEquals(2, ran.code(), ran.err());
        assertTrue(ran.err().contains(sentence), ran.err());
        assertEquals(1, ran.err().lines().count(), ran.err());
    }
}
