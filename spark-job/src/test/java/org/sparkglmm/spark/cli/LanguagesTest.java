package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
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
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.Warning;
import org.sparkglmm.ml.Glmm;
import org.sparkglmm.ml.GlmmModel;

/** The same sentences at both front ends: options for those who type commands, setters for those who write notebooks. */
class LanguagesTest {
    private static final String OWLS = "../data-samples/owls/data.csv";
    private static final String COUNTS = "SiblingNegotiation ~ FoodTreatment + (1 | Nest)";
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z]");
    private static final Pattern SETTER = Pattern.compile("\\bset[A-Z]\\w+\\(");
    private static final Pattern UNFINISHED = Pattern.compile("%[sd]|Sentence\\[|Mention\\[|template=|@[0-9a-f]{6,}");

    private static Dataset<Row> owls;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void start() {
        owls = TestSession.get()
                .read()
                .option("header", "true")
                .option("inferSchema", "true")
                .option("nullValue", "NA")
                .csv(OWLS);
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    private static Commands run(String command, String... options) {
        List<String> all = new ArrayList<>(List.of(command, "--data", OWLS));
        all.addAll(List.of(options));
        return Commands.run(all.toArray(String[]::new));
    }

    private static void requireOptions(String text) {
        assertFalse(SETTER.matcher(text).find(), text);
        requireFinished(text);
    }

    private static void requireSetters(String text) {
        assertFalse(OPTION.matcher(text).find(), text);
        requireFinished(text);
    }

    private static void requireFinished(String text) {
        assertFalse(UNFINISHED.matcher(text).find(), text);
        for (Setting setting : Setting.values()) {
            assertFalse(setting.name().contains("_") && text.contains(setting.name()), text);
        }
    }

    /** Sentence by code, of warnings and findings. */
    private static Map<String, String> said(JsonNode model) {
        Map<String, String> out = new LinkedHashMap<>();
        for (JsonNode list : List.of(model.path("warnings"), model.at("/diagnostics/findings"))) {
            list.forEach(w -> out.put(w.path("code").asText(), w.path("message").asText()));
        }
        return out;
    }

    @Test
    void aFitSpeaksToThoseWhoMadeIt() throws IOException {
        Path out = folder.resolve("owls");
        Commands ran = run("fit", "--formula", COUNTS, "--family", "poisson", "--nodes", "1", "--out", out.toString());
        assertEquals(0, ran.code(), ran.err());
        JsonNode file = new ObjectMapper().readTree(out.resolve("model.json").toFile());
        Map<String, String> typed = said(file);
        assertTrue(
                typed.get("few_clusters")
                        .endsWith(
                                "trust the profile intervals of the standard deviations (those of --ci profile, by maximum"
                                        + " likelihood) rather than the estimates"),
                typed::toString);
        assertTrue(typed.get("overdispersion").endsWith("and compare, or use --se robust"), typed::toString);
        assertTrue(typed.get("excess_zeros").contains("; fit --zi '~ 1', and family nbinom2"), typed::toString);
        for (String text : List.of(ran.out(), ran.err())) {
            requireOptions(text);
        }
        for (String name : List.of("model.json", "summary.txt", "manifest.json")) {
            requireOptions(Files.readString(out.resolve(name)));
        }
        for (String name : List.of("summary.txt", "report.html")) {
            assertTrue(Files.readString(out.resolve(name)).contains("or use --se robust"), name);
        }

        GlmmModel model =
                new Glmm().setFormula(COUNTS).setFamily("poisson").setNodes(1).fit(owls);
        Map<String, String> called = said(new ObjectMapper().readTree(model.json()));
        assertEquals(typed.keySet(), called.keySet());
        UnaryOperator<String> translated = sentence -> sentence.replace("--ci profile", "setIntervals(\"profile\")")
                .replace("--se robust", "setStandardErrors(\"robust\")")
                .replace("--zi '~ 1'", "setZi(\"~ 1\")");
        typed.forEach((code, sentence) -> assertEquals(translated.apply(sentence), called.get(code)));
        assertNotEquals(typed, called);
        List<Warning> all = new ArrayList<>(model.warnings());
        all.addAll(model.result().warnings());
        all.addAll(model.result().answers().diagnostics().findings());
        all.forEach(warning -> requireSetters(warning.message()));
        requireSetters(model.summary());
        model.unpersist();
    }

    @Test
    void aCheckGivesAdviceInOptions() {
        String counts = run("check", "--formula", COUNTS, "--family", "poisson").out();
        assertTrue(counts.contains("with --zi '~ 1' compared"), counts);
        assertTrue(counts.contains("Finding (few_clusters)") && counts.contains("(those of --ci profile, by"), counts);
        requireOptions(counts);
        String risks = run(
                        "check",
                        "--formula",
                        "FoodTreatment ~ BroodSize + (1 | Nest)",
                        "--family=binomial",
                        "--link=log")
                .out();
        assertTrue(risks.contains("poisson with --se robust for ratios of risks"), risks);
        assertTrue(
                risks.contains("would reach it: for ratios of risks fit family poisson with --se robust, or"), risks);
        requireOptions(risks);
    }

    private static Arguments refusal(String typed, String called, UnaryOperator<Glmm> set, String... options) {
        return Arguments.of(typed, called, set, options);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                refusal(
                        "--se: must be model or robust, got 'sandwich'",
                        "standardErrors: must be model or robust, got 'sandwich'",
                        glmm -> glmm.setStandardErrors("sandwich"),
                        "--se=sandwich"),
                refusal(
                        "--ci: must be wald or profile, got 'x'",
                        "intervals: must be wald or profile, got 'x'",
                        glmm -> glmm.setIntervals("x"),
                        "--ci=x"),
                refusal(
                        "--ci profile: for maximum likelihood; leave out --reml",
                        "setIntervals(\"profile\"): for maximum likelihood; leave out reml",
                        glmm -> glmm.setIntervals("profile").setReml(true),
                        "--ci=profile",
                        "--reml"),
                refusal(
                        "--ci profile: the likelihood's own intervals; those of --se robust are --ci wald",
                        "setIntervals(\"profile\"): the likelihood's own intervals; those of setStandardErrors(\"robust\") are"
                                + " setIntervals(\"wald\")",
                        glmm -> glmm.setIntervals("profile").setStandardErrors("robust"),
                        "--ci=profile",
                        "--se=robust"),
                refusal(
                        "--reml is for family gaussian with link identity and without --dispersion; this model is fitted by"
                                + " maximum likelihood",
                        "reml is for family gaussian with link identity and without dispersion; this model is fitted by"
                                + " maximum likelihood",
                        glmm -> glmm.setReml(true),
                        "--reml"),
                refusal(
                        "--nodes: must be auto or a whole number from 1, got 'few'",
                        "nodes: must be auto or a whole number from 1, got 'few'",
                        glmm -> glmm.setNodes("few"),
                        "--nodes=few"),
                refusal(
                        "; use --nodes 141 or fewer, or split the random part with ||",
                        "; use setNodes(141) or fewer, or split the random part with ||",
                        glmm -> glmm.setFormula("SiblingNegotiation ~ 1 + (BroodSize | Nest)")
                                .setNodes(150),
                        "--formula=SiblingNegotiation ~ 1 + (BroodSize | Nest)",
                        "--nodes=150"),
                refusal(
                        "--min-cell-count: must be 0 or more, got -1",
                        "minCellCount: must be 0 or more, got -1",
                        glmm -> glmm.setMinCellCount(-1),
                        "--min-cell-count=-1"),
                refusal(
                        "--tolerance-loglik: must be a number above 0, got 0.0",
                        "toleranceLogLik: must be a number above 0, got 0.0",
                        glmm -> glmm.setToleranceLogLik(0),
                        "--tolerance-loglik=0"),
                refusal(
                        "--zi: family gamma has no zero inflation; it is for poisson,",
                        "zi: family gamma has no zero inflation; it is for poisson,",
                        glmm -> glmm.setFamily("gamma").setZi("~ 1"),
                        "--family=gamma",
                        "--zi=~ 1"),
                refusal(
                        "there is no family 'zip' here; fit poisson with --zi '~ 1'",
                        "there is no family 'zip' here; fit poisson with setZi(\"~ 1\")",
                        glmm -> glmm.setFamily("zip"),
                        "--family=zip"),
                refusal(
                        "at position 31; give the order of levels with --levels",
                        "at position 31; give the order of levels with levels",
                        glmm -> glmm.setFormula("NegPerChick ~ factor(SexParent, 1) + (1 | Nest)"),
                        "--formula=NegPerChick ~ factor(SexParent, 1) + (1 | Nest)"),
                refusal(
                        "which takes whole numbers 1, 2, ... (0 only together with --zi)",
                        "which takes whole numbers 1, 2, ... (0 only together with zi)",
                        glmm -> glmm.setFamily("truncated_poisson"),
                        "--family=truncated_poisson"),
                refusal(
                        "--precision-weights: family poisson has no dispersion that they could divide; use --weights for"
                                + " frequencies",
                        "precisionWeightsCol: family poisson has no dispersion that they could divide; use weightsCol for"
                                + " frequencies",
                        glmm -> glmm.setPrecisionWeightsCol("BroodSize"),
                        "--precision-weights=BroodSize"),
                refusal(
                        "--zi: an offset is possible in --formula only",
                        "zi: an offset is possible in formula only",
                        glmm -> glmm.setZi("~ offset(BroodSize)"),
                        "--zi=~ offset(BroodSize)"),
                refusal(
                        "--weights: no column 'w' in the data",
                        "weightsCol: no column 'w' in the data",
                        glmm -> glmm.setWeightsCol("w"),
                        "--weights=w"),
                refusal(
                        "--levels Nests: no factor of that name in the formula",
                        "levels Nests: no factor of that name in the formula",
                        glmm -> glmm.setLevels("Nests=a,b"),
                        "--levels=Nests=a,b"),
                refusal(
                        "give the categories from lowest to highest, --levels SexParent=low,middle,high",
                        "give the categories from lowest to highest, setLevels(\"SexParent=low,middle,high\")",
                        glmm -> glmm.setFormula("SexParent ~ 1 + (1 | Nest)").setFamily("ordinal"),
                        "--formula=SexParent ~ 1 + (1 | Nest)",
                        "--family=ordinal"),
                refusal(
                        "among the levels given with --levels (Male, None)",
                        "among the levels given with levels (Male, None)",
                        glmm -> glmm.setFormula("NegPerChick ~ SexParent + (1 | Nest)")
                                .setFamily("gaussian")
                                .setLevels("SexParent=Male,None"),
                        "--formula=NegPerChick ~ SexParent + (1 | Nest)",
                        "--family=gaussian",
                        "--levels=SexParent=Male,None"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void aRefusalNamesWhatItsReaderCanChange(String typed, String called, UnaryOperator<Glmm> set, String[] options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--out", folder.resolve("refused").toString()));
        for (String[] needed : new String[][] {{"--formula", COUNTS}, {"--family", "poisson"}}) {
            if (all.stream().noneMatch(option -> option.startsWith(needed[0]))) {
                all.addAll(List.of(needed));
            }
        }
        Commands ran = run("fit", all.toArray(String[]::new));
        assertTrue(ran.err().contains(typed), ran.err());
        requireOptions(ran.err());
        Glmm estimator = set.apply(new Glmm().setFormula(COUNTS).setFamily("poisson"));
        String message =
                assertThrows(RuntimeException.class, () -> estimator.fit(owls)).getMessage();
        assertTrue(message.contains(called), message);
        requireSetters(message);
    }
}
