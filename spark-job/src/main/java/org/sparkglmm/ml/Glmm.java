package org.sparkglmm.ml;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.SettingNames;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.fit.EarlierFit;
import org.sparkglmm.core.fit.FitListener;
import org.sparkglmm.core.fit.FitOptions;
import org.sparkglmm.core.fit.FitResult;
import org.sparkglmm.core.fit.GlmmFit;
import org.sparkglmm.core.fit.IntegrationTolerance;
import org.sparkglmm.core.fit.PassJournal;
import org.sparkglmm.core.inference.IntervalMethod;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.spark.data.BlockLoader;
import org.sparkglmm.spark.data.BoundTable;
import org.sparkglmm.spark.data.ModelBinding;
import org.sparkglmm.spark.data.ModelRequest;
import org.sparkglmm.spark.data.OpenTable;
import org.sparkglmm.spark.data.Predictor;
import org.sparkglmm.spark.engine.SparkSessions;
import org.sparkglmm.spark.output.ModelFile;
import org.sparkglmm.spark.output.SmallCounts;

/**
 * Fits a generalized linear mixed model to a table.
 *
 * <pre>{@code
 * GlmmModel model = new Glmm()
 *         .setFormula("remission ~ time * sex + (1 + time | person)")
 *         .setFamily("binomial")
 *         .fit(visits);
 * System.out.println(model.summary());
 * }</pre>
 *
 * <p>Parameters and defaults are those of the command {@code fit}. Setters do not check; {@link #fit} does, with {@link
 * UsageException} (formula, option, column) and {@link org.sparkglmm.core.DataException} (the data cannot be used).
 */
public final class Glmm extends Estimator<GlmmModel> implements DefaultParamsWritable {
    private static final long serialVersionUID = 1;

    /** Of nodes: let the program raise them until nothing moves. */
    private static final String AUTO = "auto";

    private final String uid;
    private final Param<String> formula;
    private final Param<String> family;
    private final Param<String> link;
    private final Param<String> nodes;
    private final DoubleParam toleranceLogLik;
    private final DoubleParam toleranceEstimates;
    private final BooleanParam reml;
    private final Param<String> optimizer;
    private final Param<String> standardErrors;
    private final Param<String> intervals;
    private final IntParam minCellCount;
    private final Param<String> zi;
    private final Param<String> dispersion;
    private final Param<String> offsetCol;
    private final Param<String> weightsCol;
    private final Param<String> precisionWeightsCol;
    private final StringArrayParam levels;
    private final Param<String> start;

    public Glmm() {
        this("glmm_" + UUID.randomUUID().toString().substring(0, 12));
    }

    public Glmm(String uid) {
        this.uid = uid;
        formula = new Param<>(this, "formula", "R's, with a random effect: y ~ time + (1 | person)");
        family = new Param<>(this, "family", "gaussian, binomial, poisson, ordinal, ... as for the command");
        link = new Param<>(this, "link", "the family's default unless given");
        nodes = new Param<>(this, "nodes", "quadrature nodes per random effect: auto, or 1 (Laplace) and up");
        toleranceLogLik = new DoubleParam(
                this, "toleranceLogLik", "how far the log-likelihood may be off for want of quadrature nodes");
        toleranceEstimates = new DoubleParam(
                this, "toleranceEstimates", "how far the estimates may be, jointly, in standard errors");
        reml = new BooleanParam(this, "reml", "restricted maximum likelihood (gaussian)");
        optimizer = new Param<>(this, "optimizer", "newton, lbfgs or bobyqa");
        zi = new Param<>(this, "zi", "formula of the zero inflation: ~ x");
        dispersion = new Param<>(this, "dispersion", "formula of the dispersion's logarithm: ~ x");
        standardErrors = new Param<>(this, "standardErrors", "what z, p and intervals rest on: model or robust");
        intervals = new Param<>(this, "intervals", "how 95% intervals are found: wald or profile");
        minCellCount = new IntParam(this, "minCellCount", "smaller counts are masked in what people read");
        offsetCol = new Param<>(this, "offsetCol", "a column added to the linear predictor");
        weightsCol = new Param<>(this, "weightsCol", "frequency weights");
        precisionWeightsCol =
                new Param<>(this, "precisionWeightsCol", "lme4's weights: the dispersion is divided by them");
        levels = new StringArrayParam(this, "levels", "orders of factors' levels, each COL=a,b,c");
        start = new Param<>(this, "start", "folder of an earlier fit of the same model, to begin where it ended");
        setDefault(nodes, AUTO);
        setDefault(toleranceLogLik, IntegrationTolerance.DEFAULT.logLikelihood());
        setDefault(toleranceEstimates, IntegrationTolerance.DEFAULT.estimates());
        setDefault(reml, false);
        setDefault(standardErrors, StandardErrors.MODEL.label());
        setDefault(intervals, IntervalMethod.WALD.label());
        setDefault(minCellCount, FitOptions.MIN_CELL_COUNT);
        setDefault(optimizer, FitOptions.DEFAULT.optimizer());
    }

    /** What {@code Pipeline.load} asks for by this name. */
    public static MLReader<Glmm> read() {
        return new DefaultParamsReader<>();
    }

    /** An estimator that was saved. */
    public static Glmm load(String path) {
        return read().load(path);
    }

    @Override
    public String uid() {
        return uid;
    }

    public Param<String> formula() {
        return formula;
    }

    public Param<String> family() {
        return family;
    }

    public Param<String> link() {
        return link;
    }

    public Param<String> nodes() {
        return nodes;
    }

    public DoubleParam toleranceLogLik() {
        return toleranceLogLik;
    }

    public DoubleParam toleranceEstimates() {
        return toleranceEstimates;
    }

    public BooleanParam reml() {
        return reml;
    }

    public Param<String> optimizer() {
        return optimizer;
    }

    public Param<String> zi() {
        return zi;
    }

    public Param<String> dispersion() {
        return dispersion;
    }

    public Param<String> standardErrors() {
        return standardErrors;
    }

    public Param<String> intervals() {
        return intervals;
    }

    public IntParam minCellCount() {
        return minCellCount;
    }

    public Param<String> offsetCol() {
        return offsetCol;
    }

    public Param<String> weightsCol() {
        return weightsCol;
    }

    public Param<String> precisionWeightsCol() {
        return precisionWeightsCol;
    }

    public StringArrayParam levels() {
        return levels;
    }

    public Param<String> start() {
        return start;
    }

    public Glmm setFormula(String value) {
        return with(formula, value);
    }

    public Glmm setFamily(String value) {
        return with(family, value);
    }

    /** Null for the family's default. */
    public Glmm setLink(String value) {
        return with(link, value);
    }

    /** A number, or auto. */
    public Glmm setNodes(String value) {
        return with(nodes, value);
    }

    public Glmm setNodes(int value) {
        return with(nodes, String.valueOf(value));
    }

    /** How far the log-likelihood may be off for want of quadrature nodes. */
    public Glmm setToleranceLogLik(double value) {
        return (Glmm) set(toleranceLogLik, value);
    }

    /** How far the estimates may be off for want of quadrature nodes, jointly, in standard errors. */
    public Glmm setToleranceEstimates(double value) {
        return (Glmm) set(toleranceEstimates, value);
    }

    public Glmm setReml(boolean value) {
        return (Glmm) set(reml, value);
    }

    public Glmm setOptimizer(String value) {
        return with(optimizer, value);
    }

    /** model or robust. */
    public Glmm setStandardErrors(String value) {
        return with(standardErrors, value);
    }

    /** Counts below it are masked in what people read, and levels with fewer persons are flagged. */
    public Glmm setMinCellCount(int value) {
        return (Glmm) set(minCellCount, value);
    }

    /** wald or profile. */
    public Glmm setIntervals(String value) {
        return with(intervals, value);
    }

    /** Null for no zero inflation. */
    public Glmm setZi(String value) {
        return with(zi, value);
    }

    /** Null for a constant dispersion. */
    public Glmm setDispersion(String value) {
        return with(dispersion, value);
    }

    /** Null for none. */
    public Glmm setOffsetCol(String value) {
        return with(offsetCol, value);
    }

    /** Null for none. */
    public Glmm setWeightsCol(String value) {
        return with(weightsCol, value);
    }

    /** Null for none. */
    public Glmm setPrecisionWeightsCol(String value) {
        return with(precisionWeightsCol, value);
    }

    /** Each COL=a,b,c, the reference first. */
    public Glmm setLevels(String... values) {
        return (Glmm) set(levels, values);
    }

    /** The same for a list, as Python passes one. */
    public Glmm setLevels(List<String> values) {
        return setLevels(values.toArray(String[]::new));
    }

    /** The folder of an earlier fit of the same model, to begin where it ended; null for none. */
    public Glmm setStart(String value) {
        return with(start, value);
    }

    private Glmm with(Param<String> param, String value) {
        if (value == null) {
            clear(param);
        } else {
            set(param, value);
        }
        return this;
    }

    private String valueOf(Param<String> param) {
        return isDefined(param) ? getOrDefault(param) : null;
    }

    /** The model asked for; {@link UsageException} if its parts do not go together. */
    public ModelRequest request() {
        if (valueOf(formula) == null || valueOf(family) == null) {
            throw new UsageException("formula and family must be set");
        }
        return saying(GlmmNames::of, this::requested);
    }

    private ModelRequest requested() {
        List<String> given = isDefined(levels) ? Arrays.asList(getOrDefault(levels)) : List.of();
        return ModelRequest.of(
                valueOf(formula),
                valueOf(family),
                valueOf(link),
                valueOf(zi),
                valueOf(dispersion),
                valueOf(offsetCol),
                valueOf(weightsCol),
                valueOf(precisionWeightsCol),
                ModelRequest.parseLevels(given));
    }

    /** All that decides about the results beside the data, by the names of the command's options; empty where there is none. */
    public Map<String, String> settings() {
        ModelRequest request = request();
        Map<String, String> out = new LinkedHashMap<>();
        out.put("formula", request.formula().text());
        out.put("family", valueOf(family));
        out.put("link", request.link().label());
        out.put("nodes", valueOf(nodes));
        out.put("reml", String.valueOf(getOrDefault(reml)));
        out.put("zi", orEmpty(valueOf(zi)));
        out.put("dispersion", orEmpty(valueOf(dispersion)));
        out.put("offset", orEmpty(valueOf(offsetCol)));
        out.put("weights", orEmpty(valueOf(weightsCol)));
        out.put("precision-weights", orEmpty(valueOf(precisionWeightsCol)));
        out.put("levels", isDefined(levels) ? String.join("; ", getOrDefault(levels)) : "");
        out.put("optimizer", valueOf(optimizer));
        out.put("se", valueOf(standardErrors));
        out.put("ci", valueOf(intervals));
        out.put("min-cell-count", String.valueOf(getOrDefault(minCellCount)));
        IntegrationTolerance tolerance = tolerance();
        if (!tolerance.equals(IntegrationTolerance.DEFAULT)) {
            out.put("tolerance-loglik", String.valueOf(tolerance.logLikelihood()));
            out.put("tolerance-estimates", String.valueOf(tolerance.estimates()));
        }
        return out;
    }

    private static String orEmpty(String value) {
        return value == null ? "" : value;
    }

    /** The options asked for; {@link UsageException} if one is out of range. */
    public FitOptions options() {
        return saying(
                GlmmNames::of,
                () -> new FitOptions(
                        parsedNodes(),
                        (Boolean) getOrDefault(reml),
                        valueOf(optimizer),
                        StandardErrors.named(valueOf(standardErrors)),
                        IntervalMethod.named(valueOf(intervals)),
                        (Integer) getOrDefault(minCellCount),
                        tolerance()));
    }

    private IntegrationTolerance tolerance() {
        return new IntegrationTolerance(
                (Double) getOrDefault(toleranceLogLik), (Double) getOrDefault(toleranceEstimates));
    }

    /** Complains about what is wrong whatever the data: {@link UsageException}. */
    public void validate() {
        ModelRequest request = request();
        boolean linear = request.family().isLinear(request.link()) && request.dispersion() == null;
        FitOptions options = options();
        saying(GlmmNames::of, () -> options.suited(linear));
    }

    /** The answer, or the refusal in a front end's language. */
    static <T> T saying(SettingNames names, Supplier<T> answer) {
        try {
            return answer.get();
        } catch (UsageException e) {
            throw e.in(names);
        } catch (DataException e) {
            throw e.in(names);
        }
    }

    private int parsedNodes() {
        String value = valueOf(nodes);
        if (value.equals(AUTO)) {
            return FitOptions.AUTO;
        }
        try {
            int parsed = Integer.parseInt(value);
            if (parsed >= 1) {
                return parsed;
            }
        } catch (NumberFormatException e) {
            // Answered below, with the same sentence as a number out of range.
        }
        throw new UsageException(
                Sentence.of("%s: must be auto or a whole number from 1, got '%s'", Setting.NODES, value));
    }

    @Override
    public GlmmModel fit(Dataset<?> data) {
        SparkSessions.requireTable(data);
        return fit(data.toDF(), false, PassJournal.NONE, FitListener.SILENT);
    }

    /**
     * Fits, and tells a listener how it goes.
     *
     * @param text whether the table was read from text, where an empty field is a missing value
     * @param journal of the passes, in case the fit is cut off
     */
    public GlmmModel fit(Dataset<Row> table, boolean text, PassJournal journal, FitListener listener) {
        return fit(OpenTable.of(table, text), GlmmNames::of, journal, listener);
    }

    /**
     * The same for a table that was opened, and another front end.
     *
     * @param names its own for the settings, of which the model's warnings, findings and files speak by them
     */
    public GlmmModel fit(OpenTable opened, SettingNames names, PassJournal journal, FitListener listener) {
        return saying(names, () -> fitted(opened, names, journal, listener));
    }

    private GlmmModel fitted(OpenTable opened, SettingNames names, PassJournal journal, FitListener listener) {
        Dataset<Row> table = opened.table();
        SparkSessions.requireRdds(table.sparkSession());
        ModelRequest request = request();
        FitOptions options = options();
        EarlierFit earlier = valueOf(start) == null
                ? null
                : ModelFile.readAsStart(valueOf(start), request, SparkSessions.hadoop(table.sparkSession()));
        SmallCounts counts = new SmallCounts(options.minCellCount());
        BoundTable bound = ModelBinding.bind(request, opened);
        listener.stage("bringing rows together by " + request.group());
        ModelRequest known = bound.request();
        BlockLoader.Loaded loaded = BlockLoader.load(bound, known.family());
        try {
            FitResult fit = GlmmFit.fit(
                            new ModelSpec(bound.design(), known.family(), known.link()),
                            loaded.blocks().data(),
                            options,
                            earlier,
                            journal,
                            listener)
                    .in(names);
            List<Warning> warnings = warnings(bound, loaded.personsDropped(), fit, counts).stream()
                    .map(warning -> warning.in(names))
                    .toList();
            return new GlmmModel(uid, known, fit, bound, loaded, warnings, counts).ofTable(table);
        } catch (Throwable e) {
            // Spark throws checked exceptions that its signatures do not name.
            loaded.blocks().release();
            throw e;
        }
    }

    private static List<Warning> warnings(BoundTable bound, long personsDropped, FitResult fit, SmallCounts counts) {
        List<Warning> out = new ArrayList<>();
        long incomplete = bound.counts().dropped() - bound.counts().malformed();
        if (incomplete > 0) {
            out.add(new Warning(
                    "rows_dropped",
                    "dropped " + counts.show(incomplete)
                            // Beside the rows used, the total would give a masked count away.
                            + (counts.isSmall(incomplete)
                                    ? ""
                                    : " of " + bound.counts().total())
                            + " rows with a missing value ("
                            + ModelBinding.describe(bound.counts().missing(), counts::show) + ")"
                            + (personsDropped == 0
                                    ? ""
                                    : ", among them every row of " + counts.show(personsDropped) + " "
                                            + bound.design().group())));
        }
        long weightless = bound.counts().complete() - fit.observations();
        if (weightless > 0) {
            out.add(new Warning(
                    "weight_zero",
                    counts.show(weightless) + " rows have a frequency weight of 0 and count for nothing"));
        }
        out.addAll(bound.warnings());
        out.addAll(fit.warnings());
        return out;
    }

    @Override
    public StructType transformSchema(StructType schema) {
        ModelRequest request = request();
        return saying(GlmmNames::of, () -> Predictor.schema(schema, request));
    }

    @Override
    public Glmm copy(ParamMap extra) {
        return (Glmm) copyValues(new Glmm(uid), extra);
    }
}
