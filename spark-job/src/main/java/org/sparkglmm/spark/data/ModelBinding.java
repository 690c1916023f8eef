package org.sparkglmm.spark.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.ModelMatrix;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.design.RawColumn;
import org.sparkglmm.core.formula.Formula;
import org.sparkglmm.core.formula.Variable;
import org.sparkglmm.core.model.AuxiliaryParameter;
import org.sparkglmm.spark.engine.TableParts;

/**
 * Binds a model to a table: checks its columns, finds their types and levels, counts what is missing, and says what is to
 * be read of each row. Looks at the data once, and keeps what it has read.
 */
public final class ModelBinding {
    private final ModelRequest request;
    private final Dataset<Row> table;
    private final TableColumns columns;
    private final Needs needs;
    /** Whether values that cannot be used count as missing and stop nothing. */
    private final boolean lenient;

    private final List<Warning> warnings = new ArrayList<>();
    private final RawValues values;
    private final List<RawValue> raws;
    private final FactorLevels levels;
    private final ProfileReview review;

    /** What of a row is read beside its id. */
    private enum Needs {
        /** Everything. */
        OUTCOME,
        /** All but outcome and frequency weight: trials and precision weight among it. */
        SIZE,
        /** What η and ψ are made of. */
        COVARIATES
    }

    private ModelBinding(ModelRequest request, Dataset<Row> table, boolean text, Needs needs, boolean lenient) {
        this(request, table, text, needs, lenient, OpenTable.TextFindings.NONE);
    }

    private ModelBinding(
            ModelRequest request,
            Dataset<Row> table,
            boolean text,
            Needs needs,
            boolean lenient,
            OpenTable.TextFindings findings) {
        this.lenient = lenient;
        this.request = request;
        this.table = table;
        this.needs = needs;
        columns = new TableColumns(table);
        values = new RawValues(table, text, columns, request.group());
        raws = values.list();
        levels = new FactorLevels(request, raws, text, needs == Needs.OUTCOME, warnings);
        review = new ProfileReview(raws, levels, text, lenient, findings, warnings);
    }

    /**
     * Binds a model to the table it is to be fitted to.
     *
     * @param text whether the table came from text, where an empty field is missing
     * @throws UsageException if formula and columns do not go together
     * @throws DataException if no row can be used
     */
    public static BoundTable bind(ModelRequest request, Dataset<Row> table, boolean text) {
        return new ModelBinding(request, table, text, Needs.OUTCOME, false).bind();
    }

    /** The same for a table that was opened, with what its opening has found among the warnings. */
    public static BoundTable bind(ModelRequest request, OpenTable table) {
        return new ModelBinding(request, table.toFit(), table.isText(), Needs.OUTCOME, false, table.findings()).bind();
    }

    /**
     * Binds a fitted model, whose levels are all known, to rows of new persons: rows that it cannot use (missing, unknown
     * level, infinite) are left out.
     *
     * @return null if none is left
     */
    static BoundTable bindUsable(ModelRequest request, Dataset<Row> table, boolean text) {
        return new ModelBinding(request, table, text, Needs.OUTCOME, true).bind();
    }

    /**
     * The part of a fitted model's design that does not need the outcome, for predictions: levels must all be given in the
     * request.
     */
    static PredictorColumns predictors(ModelRequest request, Dataset<Row> table, boolean text) {
        return new ModelBinding(request, table, text, Needs.COVARIATES, true).columns();
    }

    /** The same with trials or precision weight, for new outcomes. */
    static PredictorColumns withoutOutcome(ModelRequest request, Dataset<Row> table, boolean text) {
        return new ModelBinding(request, table, text, Needs.SIZE, true).columns();
    }

    /** Rows of the table, and those among them that have everything but the outcome. Levels must all be given. */
    static BoundTable.RowCounts countWithoutOutcome(ModelRequest request, Dataset<Row> table, boolean text) {
        ModelBinding binding = new ModelBinding(request, table, text, Needs.SIZE, true);
        IdColumn id = binding.id();
        binding.describe();
        TableProfile look = firstLook(binding.scan(id, List.of())::look);
        ProfileReview.requireWholeIds(look, id);
        return binding.review.count(look, id);
    }

    /**
     * The model with the levels of all its factors: those that are not given are found in the rows that have everything but
     * the outcome.
     */
    static ModelRequest findLevelsWithoutOutcome(ModelRequest request, Dataset<Row> table, boolean text) {
        ModelBinding binding = new ModelBinding(request, table, text, Needs.SIZE, false);
        binding.describe();
        Map<String, List<String>> levels = new LinkedHashMap<>(request.levels());
        binding.levels.requireUsed();
        IdColumn id = binding.id();
        TableProfile look = firstLook(binding.scan(id, List.of())::look);
        ProfileReview.requireWholeIds(look, id);
        for (int k = 0; k < binding.raws.size(); k++) {
            RawValue raw = binding.raws.get(k);
            if (raw.factor && binding.levels.given(raw.name) == null) {
                List<String> found = binding.levels.of(look, k);
                if (found.isEmpty()) {
                    throw new DataException("column " + raw.name + " has no value in any complete row");
                }
                levels.put(raw.name, found);
            }
        }
        return request.withLevels(levels);
    }

    private PredictorColumns columns() {
        Design design = describe();
        raws.forEach(this::requireKindOfModel);
        List<Column> values = new ArrayList<>();
        for (RawValue raw : raws) {
            values.add(raw.value());
        }
        return new PredictorColumns(design, values, id());
    }

    /** A factor's levels are known here, so text without them is where the model has a number, and the reverse. */
    private void requireKindOfModel(RawValue raw) {
        if (raw.factor && raw.levels.isEmpty()) {
            throw new DataException("column " + raw.name + " is text here, where the model has a number: some rows hold"
                    + " something else; clean the column");
        }
        if (!raw.factor && request.levels().containsKey(raw.name)) {
            throw new DataException("column " + raw.name
                    + " is a number here, where the model has a factor with levels;" + " make it text");
        }
    }

    /** Design without outcome, the columns that compute its raw values, and the id. */
    record PredictorColumns(Design design, List<Column> values, IdColumn id) {}

    private IdColumn id() {
        StructField field = columns.require(request.group(), "formula");
        return new IdColumn(field.name(), field.dataType());
    }

    private BoundTable bind() {
        IdColumn id = id();
        if (!lenient) {
            PersonEffects.requireOwnName(id);
        }
        Design withoutLevels = describe();
        List<StructField> sources = sources();
        TableScan scan = scan(id, sources);
        TableParts<TablePart> rows = scan.withRows().kept();
        try {
            TableProfile look = firstLook(() -> scan.look(rows));
            review.requireAsFound(look);
            ProfileReview.requireWholeIds(look, id);
            BoundTable.RowCounts counts = review.count(look, id);
            if (counts.complete() == 0) {
                rows.release();
                return null;
            }
            levels.find(look);
            review.noteIds(look, id);
            Design design = describeAgain(withoutLevels);
            if (!lenient) {
                PersonEffects.requireOwnNames(id, design);
            }
            return new BoundTable(rows, design, id, counts, request, covariates(sources, look), warnings);
        } catch (Throwable e) {
            // Spark throws checked exceptions that its signatures do not name.
            rows.release();
            throw e;
        }
    }

    private TableScan scan(IdColumn id, List<StructField> sources) {
        List<List<String>> levels = new ArrayList<>();
        for (RawValue raw : raws) {
            levels.add(raw.factor ? this.levels.given(raw.name) : null);
        }
        return new TableScan(table, id.encode(), id.travelsAsLong(), raws, levels, sources, id.isRounded(), lenient);
    }

    /** Reads the formula's variables into {@link #raws}; the design columns follow when levels are known. */
    private Design describe() {
        int response = -1;
        int size = -1;
        int weight = -1;
        if (needs == Needs.OUTCOME) {
            response = 0;
            values.addResponse(request);
        }
        if (needs != Needs.COVARIATES) {
            size = values.addTrials(request.formula().response());
            if (needs == Needs.OUTCOME && request.weights() != null) {
                weight = values.addNumber("weights(" + request.weights() + ")", request.weights(), Setting.WEIGHTS);
            }
            if (request.precisionWeights() != null) {
                size = values.addNumber(
                        "precision(" + request.precisionWeights() + ")",
                        request.precisionWeights(),
                        Setting.PRECISION_WEIGHTS);
            }
        }
        List<Integer> offsets = new ArrayList<>();
        if (request.offset() != null) {
            offsets.add(values.addNumber("offset(" + request.offset() + ")", request.offset(), Setting.OFFSET));
        }
        for (Variable offset : request.formula().offsets()) {
            offsets.add(values.addOffset(offset));
        }
        for (Variable variable : request.variables()) {
            values.addVariable(variable);
        }
        List<RawColumn> raw = raws.stream().map(RawValue::column).toList();
        if (needs != Needs.OUTCOME) {
            levels.takeGiven();
        }
        return describeAgain(new Design(
                raw,
                response,
                size,
                weight,
                offsets,
                List.of(),
                RandomTerm.ofClusters(request.group(), List.of(List.of()))));
    }

    private Design describeAgain(Design design) {
        Map<String, List<String>> levels = new LinkedHashMap<>();
        for (RawValue raw : raws) {
            if (raw.factor) {
                if (raw.levels.isEmpty()) {
                    return design;
                }
                levels.put(raw.name, raw.levels);
            }
        }
        List<RawColumn> raw = raws.stream().map(RawValue::column).toList();
        ModelRequest known = request.withLevels(levels);
        boolean thresholds = known.family().takesCategories();
        List<DesignColumn> fixed = ModelMatrix.columns(
                request.formula().fixedTerms(), thresholds || request.formula().fixedIntercept(), levels);
        if (thresholds) {
            // They take the intercept's place, and factors are coded as beside one.
            fixed = fixed.subList(1, fixed.size());
        }
        List<List<DesignColumn>> auxiliary = new ArrayList<>();
        for (AuxiliaryParameter parameter : known.family().auxiliary()) {
            Formula own = request.formulaOf(parameter);
            auxiliary.add(
                    own == null ? List.of() : ModelMatrix.columns(own.fixedTerms(), own.fixedIntercept(), levels));
        }
        List<List<DesignColumn>> random = new ArrayList<>();
        for (org.sparkglmm.core.formula.RandomTerm term : request.formula().randomTerms()) {
            random.add(ModelMatrix.columns(term.terms(), term.intercept(), levels));
        }
        return new Design(
                raw,
                design.response(),
                design.size(),
                design.weight(),
                design.offsets(),
                fixed,
                RandomTerm.ofClusters(request.group(), random),
                auxiliary);
    }

    /** The columns that the covariates are computed from, the outcome apart. */
    private List<StructField> sources() {
        Map<String, StructField> out = new LinkedHashMap<>();
        List<Variable> all = new ArrayList<>(request.variables());
        all.addAll(request.formula().offsets());
        for (Variable variable : all) {
            for (String name : variable.columns()) {
                columns.find(name).ifPresent(f -> out.putIfAbsent(f.name(), f));
            }
        }
        if (request.offset() != null) {
            columns.find(request.offset()).ifPresent(f -> out.putIfAbsent(f.name(), f));
        }
        return List.copyOf(out.values());
    }

    private static List<Covariate> covariates(List<StructField> sources, TableProfile look) {
        List<Covariate> out = new ArrayList<>();
        for (int s = 0; s < sources.size(); s++) {
            StructField field = sources.get(s);
            out.add(Covariate.rounded(field.name(), field.dataType().sql(), look.mean(s), look.deviation(s)));
        }
        return out;
    }

    /** The job that reads every file: damaged ones are found here. */
    private static TableProfile firstLook(Supplier<TableProfile> job) {
        try {
            return job.get();
        } catch (Exception e) {
            Optional<DataException> damaged = DamagedTable.of(e);
            if (damaged.isPresent()) {
                throw damaged.get();
            }
            throw e;
        }
    }

    /**
     * Missing counts in words: bmi 7, smoking 5.
     *
     * @param shown a count as it may be seen
     */
    public static String describe(Map<String, Long> missing, LongFunction<String> shown) {
        List<String> parts = new ArrayList<>();
        missing.forEach((name, count) -> parts.add(name + " " + shown.apply(count)));
        return String.join(", ", parts);
    }
}
