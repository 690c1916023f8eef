package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.FileAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No person leaks: a planted id and a planted value are looked for in everything that the commands print, write and log, Spark's own
 * log included. Only the folders of person-level output may hold them.
 */
class DisclosureTest {
    private static final String ID = "SENTINEL-4711";
    private static final String VALUE = "83.90625";
    private static final int PERSONS = 120;

    @TempDir
    private static Path folder;

    private static final List<Commands> RAN = new ArrayList<>();

    @BeforeAll
    static void runEverything() throws IOException {
        TestSession.get();
        Path log = folder.resolve("spark.log");
        LoggerContext context = (LoggerContext) LogManager.getContext(false);
        Configuration configuration = context.getConfiguration();
        Level before = configuration.getRootLogger().getLevel();
        FileAppender appender = FileAppender.newBuilder()
                .setName("everything")
                .withFileName(log.toString())
                .setLayout(PatternLayout.newBuilder()
                        .withPattern("%p %c %m%n%throwable")
                        .build())
                .build();
        appender.start();
        configuration.getRootLogger().addAppender(appender, Level.INFO, null);
        configuration.getRootLogger().setLevel(Level.INFO);
        context.updateLoggers();
        try {
            commands(data("visits.csv", false), data("bad.csv", true));
        } finally {
            configuration.getRootLogger().removeAppender("everything");
            configuration.getRootLogger().setLevel(before);
            context.updateLoggers();
            appender.stop();
        }
        assertTrue(Files.size(log) > 10_000, "Spark's log was not caught");
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    /** The person with the planted id has the planted bmi; three persons are of a region of their own. */
    private static Path data(String name, boolean bad) throws IOException {
        Random random = new Random(7);
        List<String> lines = new ArrayList<>(List.of("person,time,bmi,region,y"));
        for (int i = 0; i < PERSONS; i++) {
            double u = random.nextGaussian();
            String region = i < 3 ? "islet" : i % 2 == 0 ? "north" : "south";
            for (int visit = 0; visit < 5; visit++) {
                double bmi = Math.rint(10 * (25 + 3 * random.nextGaussian())) / 10;
                double p = 1 / (1 + Math.exp(0.5 - 0.3 * visit - u));
                String y = random.nextDouble() < p ? "1" : "0";
                boolean planted = i == 60;
                lines.add((planted ? ID : "P" + i) + "," + visit + "," + (planted ? VALUE : bmi) + ","
                        + (i == 10 && visit == 2 ? "" : region) + "," + (bad && planted ? VALUE : y));
            }
        }
        return Files.write(folder.resolve(name), lines);
    }

    private static void commands(Path visits, Path bad) {
        String formula = "y ~ time + bmi + region + (1 | person)";
        run(0, "check", "--data", visits, "--family", "binomial", "--formula", formula);
        run(
                0,
                "fit",
                "--data",
                visits,
                "--family",
                "binomial",
                "--nodes",
                "5",
                "--formula",
                formula,
                "--ci",
                "profile",
                "--write-fitted",
                "--out",
                at("fit"));
        run(
                0,
                "fit",
                "--data",
                visits,
                "--family",
                "binomial",
                "--nodes",
                "5",
                "--formula",
                "y ~ time + (1 | person)",
                "--weights",
                "time",
                "--out",
                at("small"));
        run(0, "predict", "--model", at("fit"), "--data", visits, "--out", at("predict"));
        run(3, "compare", at("fit"), at("small"));
        run(0, "contrast", "--model", at("fit"), "time - bmi");
        run(0, "report", "--model", at("fit"));
        run(0, "simulate", "--model", at("fit"), "--data", visits, "--out", at("simulated"));
        run(0, "trajectories", "--model", at("fit"), "--time", "time", "--grid", "0:4", "--out", at("trajectories"));
        run(3, "check", "--data", bad, "--family", "binomial", "--formula", formula);
        run(3, "fit", "--data", bad, "--family", "poisson", "--formula", formula, "--out", at("bad"));
        run(
                3,
                "fit",
                "--data",
                visits,
                "--family",
                "gaussian",
                "--formula",
                "bmi ~ I(log(bmi - " + 83.90625 + ")) + (1 | person)",
                "--out",
                at("bad"));
        run(
                3,
                "fit",
                "--data",
                visits,
                "--family",
                "poisson",
                "--formula",
                "person ~ time + (1 | person)",
                "--out",
                at("bad"));
        run(
                2,
                "fit",
                "--data",
                visits,
                "--family",
                "poisson",
                "--formula",
                "y ~ tim + (1 | person)",
                "--out",
                at("bad"));
        run(
                3,
                "fit",
                "--data",
                visits,
                "--family",
                "poisson",
                "--formula",
                "y ~ person + (1 | region)",
                "--schema",
                "person INT, time DOUBLE, bmi DOUBLE, region STRING, y INT",
                "--out",
                at("bad"));
    }

    private static String at(String name) {
        return folder.resolve(name).toString();
    }

    private static void run(int code, Object... arguments) {
        Commands ran = Commands.run(Stream.of(arguments).map(Object::toString).toArray(String[]::new));
        RAN.add(ran);
        assertEquals(code, ran.code(), ran.out() + ran.err());
    }

    @Test
    void onlyTheFoldersOfPersonsHoldThePlantedIdAndValue() throws IOException {
        List<String> own = List.of("random_effects", "fitted", "predict", "simulated", "visits.csv", "bad.csv");
        List<String> leaks = new ArrayList<>();
        int searched = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path relative = folder.relativize(file);
                boolean persons = Stream.of(relative.toString().split("/")).anyMatch(own::contains);
                if (!persons) {
                    searched++;
                    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                    if (text.contains(ID) || text.contains("SENTINEL") || containsValue(text)) {
                        leaks.add(relative.toString());
                    }
                }
            }
        }
        assertEquals(List.of(), leaks);
        assertTrue(searched >= 10, "files searched: " + searched);
        assertTrue(holdsId(folder.resolve("fit/random_effects")), "the id is not even where it belongs");
    }

    /** But for the one formula that the user typed it into. */
    private static boolean containsValue(String text) {
        return text.replace("bmi - " + VALUE, "").contains(VALUE);
    }

    private static boolean holdsId(Path parquet) {
        return TestSession.get()
                        .read()
                        .parquet(parquet.toString())
                        .filter("person = '" + ID + "'")
                        .count()
                == 1;
    }

    @Test
    void nothingPrintedHoldsThePlantedIdOrValue() {
        for (Commands ran : RAN) {
            for (String text : List.of(ran.out(), ran.err())) {
                assertFalse(text.contains("SENTINEL"), text);
                assertFalse(containsValue(text), text);
            }
        }
    }

    @Test
    void smallCountsAreMaskedAndSmallLevelsFlagged() throws IOException {
        String check = RAN.get(0).out();
        assertTrue(check.contains("<5 dropped for missing values"), check);
        assertTrue(check.contains("region: missing in <5"), check);
        assertTrue(check.contains("islet: fewer than 5 person"), check);
        assertFalse(check.matches("(?s).*islet: [0-9].*"), check);
        String summary = Files.readString(folder.resolve("fit/summary.txt"));
        assertTrue(summary.contains("(<5 rows with missing values dropped)"), summary);
        assertTrue(summary.contains("dropped <5 rows with a missing value (region <5)"), summary);
        assertTrue(
                summary.contains("Finding (small_level): the level of region (islet) stands for fewer than 5 person"));
        String report = Files.readString(folder.resolve("fit/report.html"));
        assertTrue(report.contains("<dd>&lt;5</dd>"), report);
        Commands shown = Commands.run(
                "check",
                "--min-cell-count",
                "0",
                "--data",
                at("visits.csv"),
                "--family",
                "binomial",
                "--formula",
                "y ~ time + bmi + region + (1 | person)");
        assertTrue(shown.out().contains("islet: 3 person, 15 rows"), shown.out());
    }
}
