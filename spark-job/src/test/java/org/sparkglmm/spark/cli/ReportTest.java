package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkglmm.core.math.StandardNormal;
import org.sparkglmm.spark.output.Report;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** report.html: whole, well-formed, and what model.json says. */
class ReportTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String SAMPLES = "../data-samples/";

    @TempDir
    private static Path folder;

    @BeforeAll
    static void fitAll() throws IOException {
        TestSession.get();
        fit("binomial", "cbpp", "cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)", "binomial", 0);
        fit("ordinal", "wine", "rating ~ temp + contact + (1 | judge)", "ordinal", 0, "--nodes", "1");
        fit("zi", "salamanders", "count ~ spp + mined + (1 | site)", "nbinom2", 0, "--nodes", "1", "--zi", "~ mined");
        fit("reml", "sleepstudy", "Reaction ~ Days + (Days | Subject)", "gaussian", 0, "--reml");
        fit("dispersion", "sleepstudy", "Reaction ~ 1 + (1 | Subject)", "gaussian", 0, "--dispersion", "~ Days");
        fit(
                "probit",
                "wine",
                "I(rating > 3) ~ temp + (1 | judge)",
                "binomial",
                0,
                "--link",
                "probit",
                "--se",
                "robust");
        fit("boundary", "cbpp", "incidence ~ size + (1 | herd) + (0 + size | herd)", "poisson", 0, "--nodes", "1");
        List<String> lines = new ArrayList<>(Files.readAllLines(Path.of(SAMPLES + "cbpp/data.csv")));
        lines.set(0, lines.get(0).replace("herd", "<herd> & co").replace("period", "a<b & 'c' > d"));
        Files.write(folder.resolve("odd.csv"), lines);
        fit(
                "odd",
                folder.resolve("odd.csv").toString(),
                "cbind(incidence, size - incidence) ~ `a<b & 'c' > d` + (1 | `<herd> & co`)",
                "binomial",
                0,
                "--nodes",
                "1");
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    private static void fit(String out, String data, String formula, String family, int code, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "fit",
                "--quiet",
                "--data",
                data.endsWith(".csv") ? data : SAMPLES + data + "/data.csv",
                "--formula",
                formula,
                "--family",
                family,
                "--out",
                folder.resolve(out).toString()));
        arguments.addAll(List.of(more));
        Commands ran = Commands.run(arguments.toArray(String[]::new));
        assertEquals(code, ran.code(), ran.err());
    }

    private static String page(String fit) throws IOException {
        return Files.readString(folder.resolve(fit).resolve("report.html"));
    }

    private static JsonNode model(String fit) throws IOException {
        return MAPPER.readTree(folder.resolve(fit).resolve("model.json").toFile());
    }

    private static Document parse(String page) {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(page.getBytes(StandardCharsets.UTF_8)));
        } catch (Exception e) {
            throw new AssertionError("not well-formed: " + e.getMessage(), e);
        }
    }

    private static List<Element> elements(Document page, String tag) {
        NodeList nodes = page.getElementsByTagName(tag);
        List<Element> out = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            out.add((Element) nodes.item(i));
        }
        return out;
    }

    /** The rows of the table whose caption begins so, by what names them. */
    private static Map<String, List<String>> table(Document page, String caption) {
        for (Element table : elements(page, "table")) {
            if (!table.getElementsByTagName("caption").item(0).getTextContent().startsWith(caption)) {
                continue;
            }
            Map<String, List<String>> rows = new LinkedHashMap<>();
            NodeList trs = ((Element) table.getElementsByTagName("tbody").item(0)).getElementsByTagName("tr");
            for (int i = 0; i < trs.getLength(); i++) {
                Element row = (Element) trs.item(i);
                List<String> cells = new ArrayList<>();
                NodeList tds = row.getElementsByTagName("td");
                for (int k = 0; k < tds.getLength(); k++) {
                    cells.add(tds.item(k).getTextContent());
                }
                rows.put(row.getElementsByTagName("th").item(0).getTextContent(), cells);
            }
            return rows;
        }
        throw new AssertionError("no table '" + caption + "'");
    }

    /** That a cell shows a number to its last digit. */
    private static void shows(JsonNode expected, String cell) {
        if (expected.isNull()) {
            assertEquals("–", cell);
            return;
        }
        double value = expected.asDouble();
        if (cell.startsWith("<")) {
            assertTrue(value < 1e-4, cell);
            return;
        }
        assertFalse(cell.contains("×"), cell);
        String plain = cell.replace("−", "-").replace(",", "");
        int point = plain.indexOf('.');
        double half = 0.5 * Math.pow(10, point < 0 ? 0 : point + 1 - plain.length());
        assertEquals(value, Double.parseDouble(plain), half * (1 + 1e-9), cell);
    }

    private static void showsInterval(JsonNode lower, JsonNode upper, String cell) {
        if (lower.isNull() && upper.isNull()) {
            assertEquals("–", cell);
            return;
        }
        String[] ends = cell.split(" to ", -1);
        shows(lower, ends[0]);
        shows(upper, ends[1]);
    }

    private static void showsCoefficients(JsonNode effects, Map<String, List<String>> rows) {
        assertEquals(effects.size(), rows.size());
        for (JsonNode effect : effects) {
            List<String> cells = rows.get(effect.path("term").asText());
            shows(effect.path("estimate"), cells.get(0));
            shows(effect.path("se"), cells.get(1));
            shows(effect.path("robustSe"), cells.get(2));
            shows(effect.path("z"), cells.get(3));
            shows(effect.path("p"), cells.get(4));
            showsInterval(effect.path("lower"), effect.path("upper"), cells.get(5));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"binomial", "ordinal", "zi", "reml", "dispersion", "probit", "boundary", "odd"})
    void isWellFormedAndNeedsNothingElse(String fit) throws IOException {
        String text = page(fit);
        Document page = parse(text);
        assertTrue(text.startsWith("<!DOCTYPE html>"));
        for (String tag : List.of("script", "link", "img", "iframe", "object")) {
            assertTrue(elements(page, tag).isEmpty(), tag);
        }
        assertFalse(text.contains("url(") || text.contains("@import"), "the style reads no file");
        Set<String> ids = new HashSet<>();
        for (Element element : elements(page, "*")) {
            assertFalse(element.hasAttribute("src") || element.hasAttribute("href"), element.getTagName());
            assertTrue(!element.hasAttribute("id") || ids.add(element.getAttribute("id")), "ids are unique");
        }
        for (Element plot : elements(page, "svg")) {
            assertFalse(
                    plot.getElementsByTagName("title").item(0).getTextContent().isEmpty());
            assertFalse(
                    plot.getElementsByTagName("desc").item(0).getTextContent().isEmpty());
            for (String id : plot.getAttribute("aria-labelledby").split(" ", -1)) {
                assertTrue(ids.contains(id), id);
            }
        }
        for (Element head : elements(page, "th")) {
            assertTrue(head.hasAttribute("scope"));
        }
        assertTrue(elements(page, "svg").size() >= 2, "plots");
        String shown = page.getDocumentElement().getTextContent();
        for (String never : List.of("NaN", "Infinity", "null")) {
            assertFalse(shown.contains(never) || text.contains("\"" + never), never);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"binomial", "ordinal", "zi", "reml", "dispersion", "probit", "boundary", "odd"})
    void showsTheNumbersOfTheModelFile(String fit) throws IOException {
        JsonNode model = model(fit);
        Document page = parse(page(fit));
        boolean averaged = model.path("marginal").size() > 0
                && !model.path("link").asText().equals("identity");
        showsCoefficients(model.path("fixed"), table(page, averaged ? "Conditional coefficients" : "Coefficients on"));
        if (averaged) {
            showsCoefficients(model.path("marginal"), table(page, "Population-averaged coefficients"));
        }
        Map<String, List<String>> random = table(page, "Random effects");
        for (JsonNode block : model.path("random")) {
            for (int r = 0; r < block.path("terms").size(); r++) {
                List<String> cells = random.get(block.path("terms").get(r).asText());
                shows(block.path("sd").get(r), cells.get(1));
                showsInterval(
                        block.path("sdLower").get(r), block.path("sdUpper").get(r), cells.get(2));
            }
        }
        Map<String, List<String>> statistics = table(page, "Likelihood");
        shows(model.path("logLik"), statistics.get("Log-likelihood").get(0));
        shows(model.path("aic"), statistics.get("AIC").get(0));
        shows(model.path("bic"), statistics.get("BIC").get(0));
        for (JsonNode list : List.of(model.path("warnings"), model.at("/diagnostics/findings"))) {
            list.forEach(n -> assertTrue(page.getDocumentElement()
                    .getTextContent()
                    .contains(n.path("message").asText())));
        }
        for (JsonNode test : model.path("tests")) {
            boolean main = test.path("predictor").asText().equals("main");
            String name = (main ? "" : test.path("predictor").asText() + ": ")
                    + test.path("term").asText();
            shows(
                    test.at("/typeII/chiSquare"),
                    table(page, "Wald tests").get(name).get(1));
        }
    }

    @Test
    void oddsRatiosStandSideBySide() throws IOException {
        JsonNode model = model("binomial");
        Map<String, List<String>> rows = table(parse(page("binomial")), "Odds ratios");
        assertFalse(rows.containsKey("(Intercept)"));
        for (int i = 1; i < model.path("fixed").size(); i++) {
            JsonNode conditional = model.path("fixed").get(i);
            JsonNode averaged = model.path("marginal").get(i);
            List<String> cells = rows.get(conditional.path("term").asText());
            shows(conditional.path("expEstimate"), cells.get(0));
            showsInterval(conditional.path("expLower"), conditional.path("expUpper"), cells.get(1));
            shows(averaged.path("expEstimate"), cells.get(3));
            showsInterval(averaged.path("expLower"), averaged.path("expUpper"), cells.get(4));
        }
    }

    @Test
    void theFamilysOwnParametersAreThere() throws IOException {
        Map<String, List<String>> thresholds = table(parse(page("ordinal")), "Thresholds");
        model("ordinal")
                .at("/extra/thresholds")
                .fields()
                .forEachRemaining(
                        e -> shows(e.getValue(), thresholds.get(e.getKey()).get(0)));
        assertEquals(4, thresholds.size());
        showsCoefficients(model("zi").at("/extra/zi"), table(parse(page("zi")), "Zeros of their own kind"));
        shows(
                model("zi").at("/extra/theta"),
                table(parse(page("zi")), "Parameters of family")
                        .get("theta (dispersion parameter)")
                        .get(0));
        showsCoefficients(model("dispersion").at("/extra/dispersion"), table(parse(page("dispersion")), "Dispersion"));
    }

    @Test
    void whatDoesNotExistIsADash() throws IOException {
        assertTrue(model("boundary").at("/random/0/sdLower/0").isNull(), "a variance on its boundary has no interval");
        assertEquals(
                "–",
                table(parse(page("boundary")), "Random effects")
                        .get("(Intercept)")
                        .get(2));
        ObjectNode model = (ObjectNode) model("zi");
        String page = Report.of(withoutNumbers(model).toString());
        parse(page);
        assertFalse(page.contains("NaN") || page.contains("Infinity"), "no number is made up");
        assertEquals("–", table(parse(page), "Likelihood").get("AIC").get(0));
    }

    /** The same tree with null for every number. */
    private static JsonNode withoutNumbers(JsonNode node) {
        if (node.isNumber()) {
            return MAPPER.nullNode();
        }
        if (node.isArray()) {
            var out = MAPPER.createArrayNode();
            node.forEach(n -> out.add(withoutNumbers(n)));
            return out;
        }
        if (node.isObject()) {
            ObjectNode out = MAPPER.createObjectNode();
            node.fields().forEachRemaining(e -> out.set(e.getKey(), withoutNumbers(e.getValue())));
            return out;
        }
        return node;
    }

    @Test
    void aFitThatDidNotConvergeSaysSoFirst() throws IOException {
        ObjectNode model = (ObjectNode) model("reml");
        model.put("status", "not_converged");
        String page = Report.of(model.toString());
        assertTrue(page.contains("<h2>Not converged</h2>"));
        assertTrue(page.indexOf("Not converged") < page.indexOf("<h2>Effects"));
    }

    @Test
    void oddNamesStandAsTheyAre() throws IOException {
        Document page = parse(page("odd"));
        assertTrue(table(page, "Conditional coefficients").containsKey("a<b & 'c' > d")
                || table(page, "Conditional coefficients").containsKey("`a<b & 'c' > d`"));
        assertTrue(page.getDocumentElement().getTextContent().contains("<herd> & co"));
    }

    /** The summaries of these fits as they were read and approved: summary.txt has the same bytes on every machine. */
    @ParameterizedTest
    @ValueSource(strings = {"binomial", "ordinal", "zi", "reml", "dispersion", "probit", "boundary"})
    void theSummaryReadsAsItWasApproved(String fit) throws IOException {
        assertEquals(
                Files.readString(Path.of("src/test/resources/summaries/" + fit + ".txt")),
                Files.readString(folder.resolve(fit).resolve("summary.txt")));
    }

    /** Dots of the forest plot stand where the estimates are, bars from end to end of the intervals: one scale for both kinds of effects. */
    @ParameterizedTest
    @ValueSource(strings = {"binomial", "zi", "probit"})
    void theForestIsDrawnOfTheEstimates(String fit) throws IOException {
        Element plot = plot(fit, "with 95% intervals");
        List<JsonNode> effects = new ArrayList<>();
        List<Double> drawn = new ArrayList<>();
        List<Double> values = new ArrayList<>();
        for (String kind : List.of("fixed", "marginal")) {
            boolean first = kind.equals("fixed");
            effects.clear();
            model(fit).get(kind).forEach(effects::add);
            effects.removeIf(e -> e.get("term").asText().equals("(Intercept)"));
            List<Double> dots = first
                    ? numbers(elements(plot, "circle", "dot first"), "cx", 0)
                    : numbers(elements(plot, "rect", "dot second"), "x", 3);
            List<Element> bars = elements(plot, "line", first ? "bar first" : "bar second");
            assertEquals(effects.size(), dots.size(), kind);
            for (int k = 0; k < effects.size(); k++) {
                drawn.add(dots.get(k));
                values.add(effects.get(k).get("estimate").asDouble());
            }
            for (int k = 0; k < bars.size(); k++) {
                drawn.addAll(List.of(
                        Double.valueOf(bars.get(k).getAttribute("x1")),
                        Double.valueOf(bars.get(k).getAttribute("x2"))));
                values.addAll(List.of(
                        effects.get(k).get("lower").asDouble(),
                        effects.get(k).get("upper").asDouble()));
            }
        }
        assertOnOneScale(values, drawn);
    }

    /** Of the plots of quantiles the dots that the numbers of the model file make, on straight axes. */
    @Test
    void quantilesAreDrawnAsTheyAre() throws IOException {
        JsonNode residuals = model("reml").at("/diagnostics/residuals");
        List<Element> dots = elements(plot("reml", "Residuals: quantiles"), "circle", "dot first");
        List<Double> expected = new ArrayList<>();
        List<Double> observed = new ArrayList<>();
        for (int k = 0; k < residuals.get("probabilities").size(); k++) {
            if (residuals.get("quantiles").get(k).isNumber()) {
                expected.add(StandardNormal.quantile(
                        residuals.get("probabilities").get(k).asDouble()));
                observed.add(residuals.get("quantiles").get(k).asDouble());
            }
        }
        assertOnOneScale(expected, numbers(dots, "cx", 0));
        assertOnOneScale(observed, numbers(dots, "cy", 0));
    }

    /** The first plot whose title holds these words. */
    private static Element plot(String fit, String title) throws IOException {
        return elements(parse(page(fit)), "svg").stream()
                .filter(svg -> svg.getElementsByTagName("title")
                        .item(0)
                        .getTextContent()
                        .contains(title))
                .findFirst()
                .orElseThrow();
    }

    private static List<Element> elements(Element of, String tag, String style) {
        NodeList nodes = of.getElementsByTagName(tag);
        List<Element> out = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            if (((Element) nodes.item(i)).getAttribute("class").equals(style)) {
                out.add((Element) nodes.item(i));
            }
        }
        return out;
    }

    private static List<Double> numbers(List<Element> of, String attribute, double more) {
        return of.stream()
                .map(e -> Double.parseDouble(e.getAttribute(attribute)) + more)
                .toList();
    }

    /** Pixels are written to a tenth: all lie on the line through the two that are farthest apart. */
    private static void assertOnOneScale(List<Double> values, List<Double> pixels) {
        assertEquals(values.size(), pixels.size());
        int least = values.indexOf(Collections.min(values));
        int most = values.indexOf(Collections.max(values));
        double slope = (pixels.get(most) - pixels.get(least)) / (values.get(most) - values.get(least));
        assertTrue(Math.abs(slope) > 1, "the plot has a width");
        for (int k = 0; k < values.size(); k++) {
            assertEquals(pixels.get(least) + slope * (values.get(k) - values.get(least)), pixels.get(k), 0.16);
        }
    }

    @Test
    void theCommandWritesTheBytesThatFitWrote() throws IOException {
        byte[] written = Files.readAllBytes(folder.resolve("zi/report.html"));
        Path copy = folder.resolve("copy.html");
        String model = folder.resolve("zi").toString();
        Commands ran = Commands.run("report", "--model", model, "--out", copy.toString());
        assertEquals(0, ran.code(), ran.err());
        assertArrayEquals(written, Files.readAllBytes(copy));
        Files.writeString(folder.resolve("zi/report.html"), "old");
        assertEquals(0, Commands.run("report", "--model", model).code());
        assertArrayEquals(written, Files.readAllBytes(folder.resolve("zi/report.html")));
        try (var left = Files.list(folder)) {
            assertTrue(left.noneMatch(p -> p.toString().contains(".copy.html")), "nothing is left behind");
        }
    }

    @Test
    void whatCannotBeWrittenIsSaidInOneSentence() throws IOException {
        String model = folder.resolve("reml").toString();
        refused(3, "no model in", folder.resolve("nothing").toString(), "new.html");
        Path there = Files.writeString(folder.resolve("there.html"), "mine");
        refused(5, "exists; choose another name", model, "there.html");
        assertEquals("mine", Files.readString(there));
        refused(5, "exists", model, "reml");
        refused(1, "cannot write", model, "there.html/below.html");
        assertEquals(2, Commands.run("report").code());
    }

    private static void refused(int code, String sentence, String model, String out) {
        Commands ran = Commands.run(
                "report", "--model", model, "--out", folder.resolve(out).toString());
        assertEquals(code, ran.code(), ran.err());
        assertTrue(ran.err().contains(sentence), ran.err());
        assertEquals(1, ran.err().lines().count(), ran.err());
    }
}
