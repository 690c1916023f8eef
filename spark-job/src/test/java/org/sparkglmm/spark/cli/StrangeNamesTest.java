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
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Levels and names that clear the screen, turn the line round or begin a new one reach people as escapes, and programs as they are. */
class StrangeNamesTest {
    /** Clears the screen; and what follows is read from right to left. */
    private static final String LEVEL = "b\u001b[2J\u202eeslaf\u2028\nerror: all is lost";

    private static final String COVARIATE = "dose\u202e\u0007";
    private static final String GROUP = "per%s\u2066on%";

    @TempDir
    private static Path folder;

    private static String data;
    private static String formula;

    @BeforeAll
    static void table() {
        SparkSession spark = TestSession.get();
        Random random = new Random(5);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            double u = random.nextGaussian();
            for (int visit = 0; visit < 6; visit++) {
                double x = random.nextGaussian();
                rows.add(RowFactory.create(
                        "p" + i, i % 2 == 0 ? "a" : LEVEL, x, 1 + 0.3 * x + u + random.nextGaussian(), (double) visit));
            }
        }
        StructType schema = new StructType()
                .add(GROUP, DataTypes.StringType)
                .add("arm", DataTypes.StringType)
                .add(COVARIATE, DataTypes.DoubleType)
                .add("y", DataTypes.DoubleType)
                .add("time", DataTypes.DoubleType);
        data = folder.resolve("data").toString();
        spark.createDataFrame(rows, schema).write().parquet(data);
        formula = "y ~ arm * time + `" + COVARIATE + "` +\n  (1 | `" + GROUP + "`)";
        Commands fit =
                Commands.run("fit", "--data", data, "--formula", formula, "--family", "gaussian", "--out", at("fit"));
        assertEquals(0, fit.code(), fit.err());
        assertVisible(fit.out());
        assertVisible(fit.err());
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    private static String at(String name) {
        return folder.resolve(name).toString();
    }

    private static void assertVisible(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean ours = c == '\n';
            boolean hidden = Character.isISOControl(c) || Character.getType(c) == Character.FORMAT || c == '\u2028';
            assertFalse(hidden && !ours, () -> "U+" + Integer.toHexString(c) + " in: " + text);
        }
        assertFalse(text.contains("\nerror: all is lost"), text);
    }

    @Test
    void summaryAndPageShowEscapes() throws IOException {
        String summary = Files.readString(folder.resolve("fit/summary.txt"));
        assertVisible(summary);
        assertTrue(summary.contains("armb\\u001b[2J\\u202eeslaf\\u2028\\nerror: all is lost"), summary);
        assertTrue(
                summary.contains("Formula: y ~ arm * time + `dose\\u202e\\u0007` + (1 | `per%s\\u2066on%`)"), summary);
        String page = Files.readString(folder.resolve("fit/report.html"));
        assertVisible(page);
        assertTrue(page.contains("armb\\u001b[2J\\u202eeslaf\\u2028\\nerror: all is lost"), page);
    }

    @Test
    void theModelFileHoldsTheTruth() throws IOException {
        String text = Files.readString(folder.resolve("fit/model.json"));
        assertVisible(text);
        JsonNode model = new ObjectMapper().readTree(text);
        assertEquals(formula, model.path("formula").asText());
        assertEquals("arm" + LEVEL, model.path("fixed").get(1).path("term").asText());
        assertVisible(Files.readString(folder.resolve("fit/manifest.json")));
    }

    @Test
    void everyCommandShowsEscapes() throws IOException {
        assertShows(0, "check", "--data", data, "--formula", formula, "--family", "gaussian");
        assertShows(0, "predict", "--model", at("fit"), "--data", data, "--out", at("predicted"));
        assertShows(0, "simulate", "--model", at("fit"), "--data", data, "--out", at("simulated"));
        assertShows(0, "contrast", "--model", at("fit"), "time");
        assertShows(0, "compare", at("fit"), at("fit"));
        assertShows(
                0,
                "trajectories",
                "--model",
                at("fit"),
                "--time",
                "time",
                "--grid",
                "0:2",
                "--by",
                "arm",
                "--out",
                at("t"));
        String csv = Files.readString(folder.resolve("t/trajectories.csv"));
        assertVisible(csv);
        assertTrue(csv.contains("b\\u001b[2J"), csv);
        assertVisible(Files.readString(folder.resolve("t/trajectories.html")));
        assertShows(2, "check", "--data", data, "--formula", formula.replace("dose", "does"), "--family", "gaussian");
        assertShows(2, "check", "--data", data, "--formula", "y ~ \u202e +", "--family", "gaussian");
        assertShows(2, "check", "--data", data, "--formula", formula, "--family", "gaus\u001bsian");
        assertShows(2, "check", "--data", data, "--formula", formula, "--family", "gaussian", "--\u001b[2J");
        assertShows(
                3,
                "check",
                "--data",
                at("no\u202ewhere\nerror: all is lost"),
                "--formula",
                formula,
                "--family",
                "gaussian");
        assertShows(3, "report", "--model", at("no\u202ewhere\nerror: all is lost"));
    }

    private static void assertShows(int code, String... arguments) {
        Commands ran = Commands.run(arguments);
        assertEquals(code, ran.code(), ran.err());
        assertVisible(ran.out());
        assertVisible(ran.err());
    }
}
