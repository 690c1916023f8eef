package org.sparkglmm.spark.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.Suggestions;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.inference.SimulationParameters;
import org.sparkglmm.spark.data.ModelRequest;

/**
 * A model with its parameters written by hand, in the form of {@link ModelFile}, of which a copy is one too: formula, family and
 * the numbers of fixed, random and extra count; all that a fit says beside them is passed over. What {@code design} says of the
 * model there may stand at the top.
 */
public final class TruthFile {
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final Set<String> SECTIONS = Set.of(
            "formula",
            "family",
            "link",
            "zi",
            "dispersion",
            "offset",
            "precisionWeights",
            "levels",
            "fixed",
            "random",
            "extra");

    /** What else a fit writes. */
    private static final Set<String> OF_FITS = Set.of(
            "schemaVersion",
            "status",
            "warnings",
            "nodes",
            "method",
            "nObservations",
            "sumOfWeights",
            "nClusters",
            "nDropped",
            "minCellCount",
            "nParameters",
            "logLik",
            "aic",
            "bic",
            "deviance",
            "standardErrors",
            "intervals",
            "covariance",
            "centred",
            "tests",
            "integration",
            "marginal",
            "diagnostics",
            "optimizer",
            "design",
            "provenance",
            "weights");

    private static final Set<String> EXTRAS_OF_FITS =
            Set.of("intervals", "thresholdSe", "thresholdRobustSe", "dispersionOf");

    private TruthFile() {}

    /** A model and its parameters by name. */
    public record Given(ModelRequest request, SimulationParameters truth) {}

    /** Whether the path is that of a file, and not of a fit's folder. */
    public static boolean isFile(String path, Configuration configuration) {
        Path file = new Path(path);
        try {
            FileSystem files = file.getFileSystem(configuration);
            return files.exists(file) && files.getFileStatus(file).isFile();
        } catch (IOException e) {
            throw new DataException("cannot read " + path + ": " + e.getClass().getSimpleName());
        }
    }

    /**
     * Reads the file.
     *
     * @throws UsageException if it is no such file
     */
    public static Given read(String path, Configuration configuration) {
        Path file = new Path(path);
        JsonNode root;
        try (InputStream in = file.getFileSystem(configuration).open(file)) {
            root = MAPPER.readTree(in);
        } catch (JsonProcessingException e) {
            throw new UsageException("--model: " + path + " is not JSON"
                    + (e.getLocation() == null
                            ? ""
                            : " from line " + e.getLocation().getLineNr() + ", column "
                                    + e.getLocation().getColumnNr() + " on")
                    + ", and a model is a fit's folder or a file of JSON");
        } catch (IOException e) {
            throw new DataException("cannot read " + path + ": " + e.getClass().getSimpleName());
        }
        try {
            return parse(root);
        } catch (UsageException e) {
            throw new UsageException("--model: " + path + ", " + e.getMessage());
        }
    }

    private static Given parse(JsonNode root) {
        if (!root.isObject()) {
            throw new UsageException("must be an object: {\"formula\": ..., \"family\": ..., ...}");
        }
        requireKnown("the top", root, SECTIONS, OF_FITS);
        for (String needed : List.of("formula", "family")) {
            if (text(root, needed) == null) {
                throw new UsageException(needed + " is missing");
            }
        }
        JsonNode extra = root.path("extra");
        if (!extra.isMissingNode() && !extra.isObject()) {
            throw new UsageException("extra must be an object: {\"theta\": 2, ...}");
        }
        Map<String, Double> constants = new LinkedHashMap<>();
        extra.fields().forEachRemaining(e -> {
            boolean section = Set.of("thresholds", "zi", "dispersion").contains(e.getKey());
            if (!section && !EXTRAS_OF_FITS.contains(e.getKey())) {
                constants.put(e.getKey(), number("extra." + e.getKey(), e.getValue()));
            }
        });
        Map<String, Double> thresholds = new LinkedHashMap<>();
        extra.path("thresholds")
                .fields()
                .forEachRemaining(
                        e -> thresholds.put(e.getKey(), number("extra.thresholds: " + e.getKey(), e.getValue())));
        return new Given(
                request(root),
                new SimulationParameters(
                        coefficients("fixed", root.path("fixed")),
                        spreads(root.path("random")),
                        constants,
                        thresholds,
                        extra.has("zi") ? coefficients("extra.zi", extra.path("zi")) : null,
                        extra.has("dispersion") ? coefficients("extra.dispersion", extra.path("dispersion")) : null));
    }

    private static ModelRequest request(JsonNode root) {
        JsonNode given = root.has("levels") ? root.path("levels") : root.at("/design/levels");
        Map<String, List<String>> levels = new LinkedHashMap<>();
        given.fields().forEachRemaining(e -> levels.put(e.getKey(), labels(e.getKey(), e.getValue())));
        ModelRequest request = ModelRequest.of(
                text(root, "formula"),
                text(root, "family"),
                text(root, "link"),
                either(root, "zi"),
                either(root, "dispersion"),
                either(root, "offset"),
                null,
                either(root, "precisionWeights"),
                levels);
        if (request.family().takesCategories() && !levels.containsKey(request.outcome())) {
            throw new UsageException("levels: family " + request.family().name()
                    + " needs the categories from lowest to highest, \"levels\": {\"" + request.outcome()
                    + "\": [\"low\", \"high\"]}");
        }
        return request;
    }

    /** At the top, or where a fit writes it. */
    private static String either(JsonNode root, String name) {
        return root.has(name) ? text(root, name) : text(root.path("design"), name);
    }

    private static List<String> labels(String name, JsonNode given) {
        List<String> out = new ArrayList<>();
        given.forEach(n -> out.add(n.asText()));
        if (!given.isArray() || out.size() < 2 || new LinkedHashSet<>(out).size() < out.size()) {
            throw new UsageException("levels: " + name + " needs two or more labels in [ ], none of them twice");
        }
        return out;
    }

    private static Map<String, Double> coefficients(String where, JsonNode given) {
        if (!given.isArray()) {
            throw new UsageException(where + " must be a list: [{\"term\": \"(Intercept)\", \"estimate\": 1}, ...]");
        }
        Map<String, Double> out = new LinkedHashMap<>();
        for (JsonNode entry : given) {
            String term = text(entry, "term");
            if (term == null) {
                throw new UsageException(where + ": an entry has no term");
            }
            if (out.put(term, number(where + ": the estimate of " + term, entry.path("estimate"))) != null) {
                throw new UsageException(where + ": " + term + " is there twice");
            }
        }
        return out;
    }

    private static List<SimulationParameters.Spread> spreads(JsonNode given) {
        if (!given.isArray()) {
            throw new UsageException("random must be a list, one entry a random term: [{\"sd\": [1]}]");
        }
        List<SimulationParameters.Spread> out = new ArrayList<>();
        for (JsonNode entry : given) {
            List<String> terms = new ArrayList<>();
            entry.path("terms").forEach(t -> terms.add(t.asText()));
            JsonNode corr = entry.path("corr");
            double[][] matrix = corr.isArray() ? new double[corr.size()][] : null;
            for (int r = 0; r < corr.size(); r++) {
                matrix[r] = numbers("random.corr", corr.get(r), true);
            }
            out.add(new SimulationParameters.Spread(
                    entry.has("terms") ? terms : null, numbers("random.sd", entry.path("sd"), false), matrix));
        }
        return out;
    }

    /** @param gaps whether null may stand for what does not exist */
    private static double[] numbers(String where, JsonNode given, boolean gaps) {
        if (!given.isArray()) {
            throw new UsageException(where + " must be a list of numbers");
        }
        double[] out = new double[given.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = gaps && given.get(i).isNull() ? Double.NaN : number(where, given.get(i));
        }
        return out;
    }

    private static double number(String where, JsonNode given) {
        if (!given.isNumber()) {
            throw new UsageException(where + " must be a number");
        }
        return given.asDouble();
    }

    private static void requireKnown(String where, JsonNode given, Set<String> known, Set<String> passedOver) {
        given.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name) && !passedOver.contains(name)) {
                String hint = Suggestions.nearest(name, known)
                        .map(n -> "; did you mean '" + n + "'?")
                        .orElse("");
                throw new UsageException("unknown '" + name + "' at " + where + hint);
            }
        });
    }

    private static String text(JsonNode node, String name) {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw new UsageException(name + " must be text");
        }
        return value.asText();
    }
}
