package org.sparkglmm.spark.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.types.DataType;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.AliasedColumn;
import org.sparkglmm.core.fit.EarlierFit;
import org.sparkglmm.core.fit.FitResult;
import org.sparkglmm.core.fit.Reached;
import org.sparkglmm.core.formula.Formula;
import org.sparkglmm.core.inference.AuxiliaryEstimate;
import org.sparkglmm.core.inference.FittedModel;
import org.sparkglmm.core.inference.FixedEffect;
import org.sparkglmm.core.inference.ParameterCovariance;
import org.sparkglmm.core.inference.RandomEffect;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.inference.TermTest;
import org.sparkglmm.core.inference.WaldTest;
import org.sparkglmm.spark.data.Covariate;
import org.sparkglmm.spark.data.FarOrigin;
import org.sparkglmm.spark.data.ModelRequest;
import org.sparkglmm.spark.data.Predictor;

/**
 * model.json: everything a program needs to know of a fit, and all that a prediction needs. No time, host or path is in
 * it: two runs on the same data give the same bytes. Numbers that do not exist (NaN) are null.
 */
public final class ModelFile {
    /** The file's name in an output folder. */
    public static final String NAME = "model.json";
    /** The folder of the persons' effects beside it. */
    public static final String RANDOM_EFFECTS = "random_effects";

    private static final int SCHEMA_VERSION = 1;
    private static final ObjectMapper MAPPER = Visible.jsonMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** How a log-likelihood was found. */
    private static final Set<String> METHODS = Set.of("laplace", "agq", "ml", "reml");

    private ModelFile() {}

    /**
     * What a prediction needs of a model file.
     *
     * @param lacksAliased whether it is one of the first version, of a fit that dropped columns
     * @param effects {@link SavedEffects#fingerprint} of the effects that go with it; null in those of earlier versions
     */
    public record Saved(
            ModelRequest request,
            List<String> fixedNames,
            List<List<String>> auxiliaryNames,
            Predictor.Estimates estimates,
            List<String> parameterNames,
            List<Covariate> covariates,
            boolean lacksAliased,
            long clusters,
            String effects) {}

    /** What to say of a fit that dropped columns in a version that did not keep what they depended on. */
    public static final String LACKS_ALIASED =
            "The fit dropped columns and, being of an earlier version, does not say what they depended on: where its data"
                    + " determine nothing, as in an empty cell of an interaction, the numbers depend on which column was"
                    + " dropped; fit it again";

    /**
     * The file's text.
     *
     * @param request with the levels of every factor
     * @param effects {@link SavedEffects#fingerprint} of the effects that go with it
     */
    public static String write(
            ModelRequest request,
            FitResult fit,
            List<Covariate> covariates,
            int minCellCount,
            long dropped,
            List<Warning> warnings,
            String effects) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("schemaVersion", SCHEMA_VERSION);
        root.put("status", fit.converged() ? "converged" : "not_converged");
        ArrayNode warningList = root.putArray("warnings");
        for (Warning warning : warnings) {
            warningList.addObject().put("code", warning.code()).put("message", warning.message());
        }
        root.put("formula", request.formula().text());
        root.put("family", fit.family().name());
        root.put("link", fit.link().label());
        root.put("nodes", fit.nodes());
        root.put("method", fit.method().label());
        root.put("nObservations", fit.observations());
        if (request.weights() != null) {
            number(root, "sumOfWeights", fit.weight());
        }
        root.put("nClusters", fit.clusters());
        root.put("nDropped", dropped);
        root.put("minCellCount", minCellCount);
        root.put("nParameters", fit.parameterCount());
        number(root, "logLik", fit.logLikelihood());
        number(root, "aic", fit.aic());
        number(root, "bic", fit.bic());
        number(root, "deviance", -2 * fit.logLikelihood());
        root.put("standardErrors", fit.errors().label());
        root.put("intervals", fit.answers().profile() == null ? "wald" : "profile");
        coefficients(root.putArray("fixed"), fit.fixed());
        random(root.putArray("random"), fit);
        extra(root.putObject("extra"), fit);
        covariance(root.putObject("covariance"), fit.covariance());
        FarOrigin far = FarOrigin.of(fit);
        if (far != null) {
            ObjectNode centred = root.putObject("centred");
            numbers(centred.putObject("centres"), far.centres());
            numbers(centred.putArray("parameters"), far.parameters());
            covariance(centred.putObject("covariance"), far.covariance());
            matrix(centred.putArray("toRaw"), far.toRaw());
        }
        tests(root.putArray("tests"), fit.termTests());
        integration(root.putObject("integration"), fit.integration());
        coefficients(root.putArray("marginal"), fit.answers().marginal());
        DiagnosticsJson.write(
                root.putObject("diagnostics"), fit.answers().diagnostics(), new SmallCounts(minCellCount));
        ObjectNode optimizer = root.putObject("optimizer");
        optimizer.put("name", fit.optimizer().name());
        optimizer.put("iterations", fit.optimizer().iterations());
        optimizer.put("passes", fit.optimizer().passes());
        number(optimizer, "gradientNorm", fit.optimizer().gradientNorm());
        number(optimizer, "decrement", fit.optimizer().decrement());
        optimizer.put("samplePersons", fit.optimizer().samplePersons());
        optimizer.put("startedFrom", startedFrom(fit.optimizer()));
        optimizer.put("message", fit.optimizer().message());
        ObjectNode design = root.putObject("design");
        design.put("group", fit.design().group());
        design.put("zi", request.zi() == null ? null : request.zi().text());
        design.put(
                "dispersion",
                request.dispersion() == null ? null : request.dispersion().text());
        design.put("offset", request.offset());
        design.put("weights", request.weights());
        design.put("precisionWeights", request.precisionWeights());
        ObjectNode levelNode = design.putObject("levels");
        request.levels().forEach((name, values) -> strings(levelNode.putArray(name), values));
        ArrayNode covariateNodes = design.putArray("covariates");
        for (Covariate covariate : covariates) {
            ObjectNode node = covariateNodes.addObject();
            node.put("name", covariate.name());
            node.put("type", covariate.type());
            number(node, "mean", covariate.mean());
            number(node, "sd", covariate.sd());
        }
        strings(design.putArray("columns"), fit.design().fixedNames());
        ArrayNode auxiliary = design.putArray("auxiliaryColumns");
        for (AuxiliaryEstimate own : fit.auxiliary()) {
            strings(
                    auxiliary.addArray(),
                    own.coefficients().stream().map(FixedEffect::term).toList());
        }
        aliased(design.putArray("aliased"), fit);
        strings(design.putArray("parameterNames"), fit.parameterNames());
        numbers(design.putArray("parameters"), fit.parameters());
        ObjectNode provenance = root.putObject("provenance");
        provenance.put("program", "spark-glmm");
        provenance.put("version", version());
        provenance.put("rows", Long.toHexString(fit.fingerprint()));
        provenance.put("effects", effects);
        try {
            return MAPPER.writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Columns that were dropped: what a new row must keep to for the data to determine its prediction. */
    private static void aliased(ArrayNode into, FitResult fit) {
        for (AliasedColumn dropped : fit.aliased()) {
            ObjectNode node = into.addObject();
            node.put("part", dropped.part());
            node.put("column", dropped.name());
            dependence(node, dropped.constant(), dropped.others());
            number(node, "scale", dropped.scale());
            AliasedColumn.Centred centred = dropped.centred();
            if (centred != null) {
                ObjectNode about = node.putObject("centred");
                numbers(about.putObject("centres"), centred.centres());
                dependence(about, centred.constant(), centred.others());
            }
        }
    }

    private static void dependence(ObjectNode into, double constant, Map<String, Double> others) {
        number(into, "constant", constant);
        numbers(into.putObject("others"), others);
    }

    private static void numbers(ObjectNode into, Map<String, Double> values) {
        values.forEach((name, value) -> number(into, name, value));
    }

    private static Map<String, Double> numbers(JsonNode node) {
        Map<String, Double> out = new LinkedHashMap<>();
        node.fields().forEachRemaining(e -> out.put(e.getKey(), e.getValue().asDouble(Double.NaN)));
        return out;
    }

    /**
     * Null for a file of the first version, which did not keep them.
     *
     * @throws IllegalArgumentException if they are not combinations of these columns
     */
    private static List<AliasedColumn> aliased(JsonNode nodes, List<String> fixed, List<List<String>> auxiliary) {
        if (nodes.isMissingNode()) {
            return null;
        }
        List<AliasedColumn> out = new ArrayList<>();
        for (JsonNode node : nodes) {
            JsonNode about = node.path("centred");
            AliasedColumn dropped = new AliasedColumn(
                    node.path("part").asInt(Integer.MIN_VALUE),
                    node.path("column").asText(),
                    node.path("constant").asDouble(Double.NaN),
                    numbers(node.path("others")),
                    node.path("scale").asDouble(Double.NaN),
                    about.isMissingNode()
                            ? null
                            : new AliasedColumn.Centred(
                                    numbers(about.path("centres")),
                                    about.path("constant").asDouble(Double.NaN),
                                    numbers(about.path("others"))));
            boolean isFixed = dropped.part() == AliasedColumn.FIXED;
            boolean known = isFixed || dropped.part() >= 0 && dropped.part() < auxiliary.size();
            // About 0 they may name another dropped column, where they were found about other centres.
            boolean sound = known
                    && (dropped.centred() != null
                            || (isFixed ? fixed : auxiliary.get(dropped.part()))
                                    .containsAll(dropped.others().keySet()))
                    && dropped.others().values().stream().allMatch(Double::isFinite)
                    && Double.isFinite(dropped.constant())
                    && dropped.scale() >= 0;
            if (!sound) {
                throw new IllegalArgumentException("dropped columns that are no combinations of the others");
            }
            out.add(dropped);
        }
        return out;
    }

    private static void covariance(ObjectNode into, ParameterCovariance covariance) {
        strings(into.putArray("names"), covariance.names());
        matrix(into.putArray("matrix"), covariance.matrix(StandardErrors.MODEL));
        matrix(into.putArray("robust"), covariance.matrix(StandardErrors.ROBUST));
        Arrays.stream(covariance.indices()).forEach(into.putArray("parameters")::add);
        Arrays.stream(covariance.open()).forEach(into.putArray("undetermined")::add);
    }

    /** In words; never where an earlier fit lies, since paths are no part of a result. */
    private static String startedFrom(FitResult.OptimizerReport optimizer) {
        if (optimizer.earlierFit()) {
            return "an earlier fit";
        }
        return optimizer.samplePersons() > 0 ? "a sample" : "general starting values";
    }

    /**
     * The estimates of a fit of the same model, for another to begin with.
     *
     * @throws UsageException if it is another model
     * @throws DataException if the folder holds no complete model
     */
    public static EarlierFit readAsStart(String folder, ModelRequest request, Configuration configuration) {
        Saved saved = read(folder, configuration);
        same("formula", saved.request.formula().text(), request.formula().text());
        same("family", saved.request.family().name(), request.family().name());
        same("link", saved.request.link().label(), request.link().label());
        same("--zi", textOf(saved.request.zi()), textOf(request.zi()));
        same("--dispersion", textOf(saved.request.dispersion()), textOf(request.dispersion()));
        return new EarlierFit(saved.parameterNames, saved.estimates.parameters());
    }

    private static void same(String what, String there, String here) {
        if (!there.equals(here)) {
            throw new UsageException("--start: the fit there is of another model: its " + what + " is " + there
                    + ", here it is " + here);
        }
    }

    private static String textOf(Formula formula) {
        return formula == null ? "none" : formula.text();
    }

    static String version() {
        String version = ModelFile.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** The family's own parameters: constants by name, thresholds with their errors, and tables where formulas make them. */
    private static void extra(ObjectNode into, FitResult fit) {
        fit.extra().forEach((name, value) -> number(into, name, value));
        for (AuxiliaryEstimate own : fit.auxiliary()) {
            if (own.isConstant() && fit.extra().containsKey(own.parameter().name()) && !Double.isNaN(own.lower())) {
                ObjectNode interval =
                        into.withObject("/intervals").putObject(own.parameter().name());
                number(interval, "lower", own.lower());
                number(interval, "upper", own.upper());
            }
        }
        for (AuxiliaryEstimate own : fit.auxiliary()) {
            FixedEffect first = own.coefficients().get(0);
            switch (own.parameter().role()) {
                case THRESHOLD -> {
                    number(into.withObject("/thresholds"), own.parameter().name(), first.estimate());
                    number(into.withObject("/thresholdSe"), own.parameter().name(), first.se());
                    number(
                            into.withObject("/thresholdRobustSe"),
                            own.parameter().name(),
                            first.robustSe());
                }
                case ZERO_INFLATION -> coefficients(into.putArray("zi"), own.coefficients());
                case DISPERSION -> {
                    if (!own.isConstant()) {
                        into.put("dispersionOf", own.parameter().label());
                        coefficients(into.putArray("dispersion"), own.coefficients());
                    }
                }
                default -> {}
            }
        }
    }

    private static void coefficients(ArrayNode into, List<FixedEffect> effects) {
        for (FixedEffect effect : effects) {
            ObjectNode node = into.addObject();
            node.put("term", effect.term());
            number(node, "estimate", effect.estimate());
            number(node, "se", effect.se());
            number(node, "robustSe", effect.robustSe());
            number(node, "z", effect.z());
            number(node, "p", effect.p());
            number(node, "lower", effect.lower());
            number(node, "upper", effect.upper());
            number(node, "expEstimate", effect.expEstimate());
            number(node, "expLower", effect.expLower());
            number(node, "expUpper", effect.expUpper());
        }
    }

    private static void tests(ArrayNode into, List<TermTest> tests) {
        for (TermTest test : tests) {
            ObjectNode node = into.addObject();
            node.put("predictor", test.part().isEmpty() ? "main" : test.part());
            node.put("term", test.term());
            test(node.putObject("typeII"), test.typeTwo());
            test(node.putObject("typeIII"), test.typeThree());
            if (!test.without().isEmpty()) {
                strings(node.putArray("without"), test.without());
            }
        }
    }

    private static void test(ObjectNode into, WaldTest test) {
        number(into, "chiSquare", test.chiSquare());
        into.put("df", test.df());
        number(into, "p", test.p());
    }

    private static void random(ArrayNode into, FitResult fit) {
        for (RandomEffect term : fit.random()) {
            ObjectNode node = into.addObject();
            node.put("group", term.group());
            strings(node.putArray("terms"), term.terms());
            numbers(node.putArray("sd"), term.sd());
            matrix(node.putArray("corr"), term.corr());
            matrix(node.putArray("cov"), term.cov());
            numbers(node.putArray("sdLower"), term.sdLower());
            numbers(node.putArray("sdUpper"), term.sdUpper());
            matrix(node.putArray("corrLower"), term.corrLower());
            matrix(node.putArray("corrUpper"), term.corrUpper());
        }
    }

    private static void integration(ObjectNode into, FitResult.Integration integration) {
        into.put("settled", integration.settled());
        into.put("message", integration.message());
        ObjectNode tolerance = into.putObject("tolerance");
        number(tolerance, "logLik", integration.tolerance().logLikelihood());
        number(tolerance, "estimatesInSe", integration.tolerance().estimates());
        Reached found = integration.reached();
        ObjectNode reached = into.putObject("reached");
        number(reached, "logLik", found.logLikelihood());
        number(reached, "estimatesInSe", found.estimates());
        reached.put("parameter", found.parameter());
        number(reached, "parameterInSe", found.parameterShift());
        ArrayNode ladder = into.putArray("ladder");
        for (FitResult.Rung rung : integration.rungs()) {
            ObjectNode node = ladder.addObject();
            node.put("nodes", rung.nodes());
            number(node, "logLik", rung.logLikelihood());
            number(node, "shiftInSe", rung.shift());
        }
    }

    static void number(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }

    static void numbers(ArrayNode into, double[] values) {
        for (double value : values) {
            if (Double.isFinite(value)) {
                into.add(value);
            } else {
                into.addNull();
            }
        }
    }

    private static void matrix(ArrayNode into, double[][] rows) {
        for (double[] row : rows) {
            numbers(into.addArray(), row);
        }
    }

    static void strings(ArrayNode into, List<String> values) {
        values.forEach(into::add);
    }

    /**
     * Reads back what a prediction needs.
     *
     * @throws DataException if the folder holds no complete model
     */
    public static Saved read(String folder, Configuration configuration) {
        return understood(folder, tree(folder, configuration), ModelFile::parse);
    }

    /**
     * What is made of a file, which may have been edited or be nobody's.
     *
     * @throws DataException if that fails for want of a value or for one of another kind
     */
    static <T> T understood(String folder, JsonNode root, Function<JsonNode, T> reading) {
        try {
            return reading.apply(root);
        } catch (UsageException | DataException e) {
            throw e;
        } catch (Exception e) {
            // Not only RuntimeException: Spark throws checked ones that its signatures do not name.
            throw damaged(folder);
        }
    }

    private static DataException damaged(String folder) {
        return new DataException("the model in " + folder + " cannot be used: values in its " + NAME
                + " are missing or of another kind than a fit writes; fit it again");
    }

    /**
     * The whole file.
     *
     * @throws DataException if the folder holds no complete model
     */
    static JsonNode tree(String folder, Configuration configuration) {
        Path path = new Path(folder, NAME);
        try {
            FileSystem files = path.getFileSystem(configuration);
            if (!files.exists(path)) {
                throw new DataException(
                        "no model in " + folder + ": " + NAME + " is missing, so no fit has completed there");
            }
            try (InputStream in = files.open(path)) {
                byte[] bytes = in.readAllBytes();
                Manifest.requireWritten(files, new Path(folder), NAME, bytes);
                JsonNode root = MAPPER.readTree(bytes);
                if (root == null || !root.isObject()) {
                    throw damaged(folder);
                }
                if (root.path("schemaVersion").asInt(-1) != SCHEMA_VERSION) {
                    throw new DataException(
                            "the model in " + folder + " was written by another version of this program");
                }
                return root;
            }
        } catch (JsonProcessingException e) {
            throw new DataException("cannot read " + path + ": it is not the JSON that a fit writes"
                    + (e.getLocation() == null
                            ? ""
                            : ", from line " + e.getLocation().getLineNr() + ", column "
                                    + e.getLocation().getColumnNr() + " on"));
        } catch (IOException | IllegalArgumentException e) {
            throw new DataException("cannot read " + path + ": " + e.getClass().getSimpleName());
        }
    }

    /** A model file's text read back. */
    static JsonNode tree(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Reads back what a comparison of models needs.
     *
     * @param name to call the model by
     * @throws DataException if the folder holds no complete model
     */
    public static FittedModel readForComparison(String folder, String name, Configuration configuration) {
        return understood(folder, tree(folder, configuration), root -> comparable(name, root));
    }

    private static FittedModel comparable(String name, JsonNode root) {
        requireComparable(name, root);
        List<Set<String>> random = new ArrayList<>();
        root.path("random").forEach(term -> random.add(new LinkedHashSet<>(strings(term.path("terms")))));
        Set<String> own = new LinkedHashSet<>();
        JsonNode columns = root.at("/design/auxiliaryColumns");
        for (int k = 0; k < columns.size(); k++) {
            for (String column : strings(columns.get(k))) {
                own.add(k + ":" + column);
            }
        }
        Set<String> fixed = new LinkedHashSet<>();
        root.path("fixed").forEach(f -> fixed.add(f.path("term").asText()));
        return new FittedModel(
                name,
                root.path("formula").asText(),
                root.path("family").asText() + (root.at("/design/zi").isTextual() ? " with zi" : ""),
                root.path("link").asText(),
                root.path("method").asText(),
                root.path("nodes").asInt(),
                root.path("status").asText().equals("converged"),
                root.path("nObservations").asLong(),
                root.path("sumOfWeights").asDouble(root.path("nObservations").asDouble()),
                root.at("/provenance/rows").asText(""),
                root.path("nParameters").asInt(),
                root.path("logLik").asDouble(Double.NaN),
                fixed,
                random,
                own);
    }

    /** A file that was edited, or is another program's: what it says must be something that a fit can have said. */
    private static void requireComparable(String name, JsonNode root) {
        String refused = "the model " + name + " cannot be compared: in its " + NAME + " ";
        JsonNode logLik = root.path("logLik");
        if (!logLik.isNumber() || !Double.isFinite(logLik.asDouble())) {
            throw new DataException(refused + "there is no log-likelihood");
        }
        for (String count : List.of("nObservations", "nParameters")) {
            if (!root.path(count).isIntegralNumber() || root.path(count).asLong() < 1) {
                throw new DataException(refused + count + " is no number of 1 or more");
            }
        }
        if (root.at("/provenance/rows").asText("").isEmpty()) {
            throw new DataException(refused + "nothing says which rows it was fitted to");
        }
        JsonNode design = root.path("design");
        ModelRequest request;
        try {
            request = ModelRequest.of(
                    root.path("formula").asText(),
                    root.path("family").asText(),
                    root.path("link").asText(),
                    text(design, "zi"),
                    text(design, "dispersion"),
                    text(design, "offset"),
                    text(design, "weights"),
                    text(design, "precisionWeights"),
                    Map.of());
        } catch (UsageException e) {
            throw new DataException(refused + "formula, family and link do not go together: " + e.getMessage());
        }
        if (request.weights() != null && !root.path("sumOfWeights").isNumber()) {
            throw new DataException("the model " + name + " cannot be compared: its " + NAME
                    + " is of an earlier version, whose BIC counts rows, not weights: fit it again");
        }
        String method = root.path("method").asText();
        boolean linear = request.family().isLinear(request.link()) && request.dispersion() == null;
        if (!METHODS.contains(method) || (method.equals("reml") && !linear)) {
            throw new DataException(refused + "the method '" + method + "' is none of such a model");
        }
    }

    private static Saved parse(JsonNode root) {
        JsonNode design = root.path("design");
        Map<String, List<String>> levels = new LinkedHashMap<>();
        design.path("levels").fields().forEachRemaining(e -> levels.put(e.getKey(), strings(e.getValue())));
        ModelRequest request = ModelRequest.of(
                root.path("formula").asText(),
                root.path("family").asText(),
                root.path("link").asText(),
                text(design, "zi"),
                text(design, "dispersion"),
                text(design, "offset"),
                text(design, "weights"),
                text(design, "precisionWeights"),
                levels);
        double[] parameters = vector(design.path("parameters"));
        List<List<String>> auxiliary = new ArrayList<>();
        design.path("auxiliaryColumns").forEach(names -> auxiliary.add(strings(names)));
        List<String> names = strings(design.path("parameterNames"));
        ParameterCovariance covariance = covariance(root.path("covariance"), parameters, names);
        StandardErrors errors = StandardErrors.valueOf(
                root.path("standardErrors").asText("model").toUpperCase(Locale.ROOT));
        return new Saved(
                request,
                strings(design.path("columns")),
                auxiliary,
                new Predictor.Estimates(
                        parameters,
                        covariance,
                        errors,
                        aliased(design.path("aliased"), strings(design.path("columns")), auxiliary),
                        root.has("centred") ? far(root.path("centred"), parameters.length, names) : null),
                names,
                covariates(design.path("covariates")),
                design.path("aliased").isMissingNode() && hasDropped(root.path("warnings")),
                root.path("nClusters").asLong(),
                effects(root.at("/provenance/effects")));
    }

    private static boolean hasDropped(JsonNode warnings) {
        for (JsonNode warning : warnings) {
            if (List.of("column_constant", "column_collinear")
                    .contains(warning.path("code").asText())) {
                return true;
            }
        }
        return false;
    }

    private static String effects(JsonNode node) {
        if (!node.isMissingNode() && !node.asText().matches("\\d+:[0-9a-f]+")) {
            throw new IllegalArgumentException("no fingerprint");
        }
        return node.isMissingNode() ? null : node.asText();
    }

    private static FarOrigin far(JsonNode node, int size, List<String> names) {
        Map<String, Double> centres = numbers(node.path("centres"));
        double[] parameters = vector(node.path("parameters"));
        boolean whole = parameters.length == size
                && isSquare(node.path("toRaw"), size)
                && centres.values().stream().allMatch(Double::isFinite);
        if (!whole) {
            throw new IllegalArgumentException("the parameters about the centres are not those of the model");
        }
        return new FarOrigin(
                centres,
                parameters,
                covariance(node.path("covariance"), parameters, names),
                matrix(node.path("toRaw")));
    }

    private static ParameterCovariance covariance(JsonNode node, double[] parameters, List<String> names) {
        int free = node.path("parameters").size();
        boolean whole = parameters.length > 0
                && names.size() == parameters.length
                && isSquare(node.path("matrix"), free)
                && isSquare(node.path("robust"), free);
        if (!whole) {
            throw new IllegalArgumentException("parameters, their names and their covariance do not go together");
        }
        return new ParameterCovariance(
                parameters.length,
                integers(node.path("parameters")),
                integers(node.path("undetermined")),
                names,
                matrix(node.path("matrix")),
                matrix(node.path("robust")));
    }

    private static double[] vector(JsonNode values) {
        double[] out = new double[values.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = values.get(i).asDouble(Double.NaN);
        }
        return out;
    }

    private static List<Covariate> covariates(JsonNode nodes) {
        List<Covariate> out = new ArrayList<>();
        for (JsonNode node : nodes) {
            out.add(new Covariate(
                    node.path("name").asText(),
                    DataType.fromDDL(node.path("type").asText()).sql(),
                    node.path("mean").asDouble(Double.NaN),
                    node.path("sd").asDouble(Double.NaN)));
        }
        return out;
    }

    private static int[] integers(JsonNode array) {
        int[] out = new int[array.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = array.get(i).asInt();
        }
        return out;
    }

    private static boolean isSquare(JsonNode rows, int size) {
        boolean square = rows.isArray() && rows.size() == size;
        for (JsonNode row : rows) {
            square &= row.isArray() && row.size() == size;
        }
        return square;
    }

    private static double[][] matrix(JsonNode rows) {
        double[][] out = new double[rows.size()][];
        for (int i = 0; i < out.length; i++) {
            out[i] = new double[rows.get(i).size()];
            for (int j = 0; j < out[i].length; j++) {
                out[i][j] = rows.get(i).get(j).asDouble(Double.NaN);
            }
        }
        return out;
    }

    private static String text(JsonNode node, String name) {
        return node.path(name).isTextual() ? node.path(name).asText() : null;
    }

    private static List<String> strings(JsonNode array) {
        List<String> out = new ArrayList<>();
        array.forEach(n -> out.add(n.asText()));
        return out;
    }
}
