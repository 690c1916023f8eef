package org.sparkglmm.spark.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.RowCount;
import org.sparkglmm.core.Sentence;
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
    /** A text column with more values than this is no factor but a mistake. */
    static final int MOST_LEVELS = 1_000;

    /** An outcome with more ordered values than this is an amount. */
    private static final int MOST_CATEGORIES = 100;

    /** Text with more values than this is looked at for numbers among them. */
    private static final int MANY_LEVELS = 20;

    private static final double MOSTLY = 0.8;
    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}([ T].*)?");
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+[.,]?\\d*|[.,]\\d+)([eE][+-]?\\d+)?");

    /** An infinite number, or one that is missing, in other spellings than NaN. */
    private static final Pattern NO_NUMBER = Pattern.compile("(?i)[+-]?(inf(inity)?|nan)");

    /** What Java takes for a number. */
    private static final Pattern PROGRAMS_NUMBER =
            Pattern.compile("(?i)[+-]?(0x[0-9a-f.]+(p[+-]?\\d+)?|(\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?[df])");

    private final ModelRequest request;
    private final Dataset<Row> table;
    private final boolean text;
    private final TableColumns columns;
    private final Needs needs;
    /** Whether values that cannot be used count as missing and stop nothing. */
    private final boolean lenient;

    private final OpenTable.TextFindings findings;
    private final List<Warning> warnings = new ArrayList<>();
    private final RawValues values;
    private final List<RawValue> raws;

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
        this.findings = findings;
        this.lenient = lenient;
        this.request = request;
        this.table = table;
        this.text = text;
        this.needs = needs;
        columns = new TableColumns(table);
        values = new RawValues(table, text, columns, request.group());
        raws = values.list();
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
        Look look = firstLook(binding.scan(id, List.of())::look);
        binding.requireWholeIds(look, id);
        return binding.count(look, id);
    }

    /**
     * The model with the levels of all its factors: those that are not given are found in the rows that have everything but
     * the outcome.
     */
    static ModelRequest findLevelsWithoutOutcome(ModelRequest request, Dataset<Row> table, boolean text) {
        ModelBinding binding = new ModelBinding(request, table, text, Needs.SIZE, false);
        binding.describe();
        Map<String, List<String>> levels = new LinkedHashMap<>(request.levels());
        binding.requireLevelsUsed();
        IdColumn id = binding.id();
        Look look = firstLook(binding.scan(id, List.of())::look);
        binding.requireWholeIds(look, id);
        for (int k = 0; k < binding.raws.size(); k++) {
            RawValue raw = binding.raws.get(k);
            if (raw.factor && binding.given(raw.name) == null) {
                List<String> found = binding.levels(look, k);
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
        TableParts<Scanned> rows = scan.withRows().kept();
        try {
            Look look = firstLook(() -> scan.look(rows));
            requireAsFound(look);
            requireWholeIds(look, id);
            BoundTable.RowCounts counts = count(look, id);
            if (counts.complete() == 0) {
                rows.release();
                return null;
            }
            findLevels(look);
            noteIds(look, id);
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

    /** Numbers that have lost digits may have made one person of several. */
    private void requireWholeIds(Look look, IdColumn id) {
        if (look.roundedIds() > 0) {
            boolean isDouble = id.type().equals(DataTypes.DoubleType);
            throw new DataException("column " + id.name() + " is a " + id.type().simpleString() + ", and in "
                    + RowCount.words(look.roundedIds()) + " it is 2^" + (isDouble ? 53 : 24)
                    + " or more, where that type has one number for several whole ones, so that different " + id.name()
                    + " may be the same; write it as bigint or text");
        }
    }

    /** What of the values read may not be what it seems. */
    private void noteIds(Look look, IdColumn id) {
        if (text && look.unreadableIds() > 0) {
            throw new DataException("column " + id.name() + " holds bytes that are no characters, so that different "
                    + id.name() + " may look the same; say the table's --encoding, such as windows-1252");
        }
        warnings.addAll(findings.warnings());
        // Spark takes a row with fewer fields for one with a malformed value.
        long malformed = look.malformed() - findings.shortRows();
        if (malformed > 0) {
            warnings.add(new Warning(
                    "malformed_values",
                    RowCount.words(malformed)
                            + " hold a value that is not of the type that --schema gives its column;"
                            + " it counts as missing"));
        }
        if (look.paddedIds() > 0) {
            warnings.add(new Warning(
                    "id_blanks",
                    "in " + RowCount.words(look.paddedIds()) + " " + id.name()
                            + " begins or ends with a blank; with and"
                            + " without it they are different persons: trim them if they are not"));
        }
        if (look.numberIds() > 0) {
            warnings.add(
                    new Warning(
                            "id_numbers",
                            "in " + RowCount.words(look.numberIds()) + " " + id.name()
                                    + " is a number written as 1e+05 or 7.0 are, and plain whole numbers in the others; ids are names, so"
                                    + " that these are other persons than 100000 or 7: write all alike (R: as.integer or format)"));
        }
        if (look.decomposedIds() > 0) {
            warnings.add(new Warning(
                    "id_unicode",
                    "in " + RowCount.words(look.decomposedIds()) + " " + id.name()
                            + " is not in Unicode's composed form (NFC);"
                            + " the same letters in both forms are different persons: normalise them"));
        }
    }

    private TableScan scan(IdColumn id, List<StructField> sources) {
        List<List<String>> levels = new ArrayList<>();
        for (RawValue raw : raws) {
            levels.add(raw.factor ? given(raw.name) : null);
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
            givenLevels();
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

    private static List<Covariate> covariates(List<StructField> sources, Look look) {
        List<Covariate> out = new ArrayList<>();
        for (int s = 0; s < sources.size(); s++) {
            StructField field = sources.get(s);
            out.add(Covariate.rounded(field.name(), field.dataType().sql(), look.mean(s), look.deviation(s)));
        }
        return out;
    }

    private BoundTable.RowCounts count(Look look, IdColumn id) {
        long total = look.rows();
        if (total == 0) {
            throw new DataException("the table has no rows");
        }
        long completeRows = look.complete();
        Map<String, Long> missing = new LinkedHashMap<>();
        note(missing, id.name(), look.withoutId());
        for (int k = 0; k < raws.size(); k++) {
            if (!raws.get(k).derived) {
                note(missing, raws.get(k).name, look.missing(k));
            }
            long bad = look.unusable(k);
            long undefined = look.undefined(k);
            if (undefined > 0 && !lenient) {
                throw new DataException(raws.get(k).name + " is undefined in " + RowCount.words(undefined)
                        + " whose columns all have values (the logarithm of a negative number, a CASE without ELSE, and the"
                        + " like); give it a value there, or make the columns missing to drop the rows");
            }
            if (bad > 0 && completeRows > 0 && !lenient) {
                throw new DataException(
                        raws.get(k).factor
                                ? Sentence.of(
                                        "column %s: %s have a value that is not among the levels given%s (%s)",
                                        raws.get(k).name,
                                        RowCount.words(bad),
                                        Setting.LEVELS.within(" with %s"),
                                        String.join(", ", given(raws.get(k).name)))
                                : Sentence.of(
                                        "%s is infinite in %s%s; correct them, or make them missing to drop the rows",
                                        raws.get(k).name,
                                        RowCount.words(bad),
                                        raws.get(k).name.contains("log(") ? " (the logarithm of 0)" : ""));
            }
        }
        if (completeRows == 0 && !lenient) {
            List<String> empty = missing.entrySet().stream()
                    .filter(e -> e.getValue() == total)
                    .map(Map.Entry::getKey)
                    .toList();
            throw new DataException(
                    empty.isEmpty()
                            ? "no complete row: each of the " + total + " rows lacks some value (missing: "
                                    + describe(missing, RowCount::words) + ")"
                            : "no complete row: " + String.join(", ", empty) + (empty.size() == 1 ? " has" : " have")
                                    + " no value in any of the " + total + " rows");
        }
        return new BoundTable.RowCounts(total, completeRows, missing, look.surplus());
    }

    /**
     * A text table is looked through before it is read, by a program of its own: both must have found the same rows and the same
     * missing numbers, or one of them has cut a row at the wrong place.
     */
    private void requireAsFound(Look look) {
        boolean same = findings.rows() < 0 || findings.rows() == look.rows();
        for (int k = 0; same && k < raws.size(); k++) {
            Long found = raws.get(k).isNumberColumn()
                    ? findings.withoutNumber().get(raws.get(k).columnName())
                    : null;
            same = found == null || found == look.missing(k);
        }
        if (!same) {
            throw new DataException("the table is not the same when it is read twice: rows or values were missing that"
                    + " had been there; run again when nothing writes to it");
        }
    }

    /** The job that reads every file: damaged ones are found here. */
    private static Look firstLook(Supplier<Look> job) {
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

    private static void note(Map<String, Long> missing, String name, long count) {
        if (count > 0) {
            missing.merge(name, count, Long::sum);
        }
    }

    private List<String> given(String variable) {
        List<String> direct = request.levels().get(variable);
        if (direct != null) {
            return direct;
        }
        // factor(period) takes the levels given for period.
        for (Variable v : request.variables()) {
            if (v.name().equals(variable) && v.columns().size() == 1) {
                return request.levels().get(v.columns().get(0));
            }
        }
        return null;
    }

    private void givenLevels() {
        for (RawValue raw : raws) {
            List<String> given = raw.factor ? given(raw.name) : null;
            if (given != null) {
                raw.levels = given;
            }
        }
    }

    private void requireLevelsUsed() {
        for (String name : request.levels().keySet()) {
            boolean used = raws.stream()
                    .anyMatch(r -> r.factor && request.levels().get(name).equals(given(r.name)));
            boolean ofOutcome = needs != Needs.OUTCOME && name.equals(request.outcome());
            if (!used && !ofOutcome) {
                throw new UsageException(Sentence.of(
                        "%s%s: no factor of that name in the formula",
                        needs == Needs.OUTCOME ? Sentence.of("%s ", Setting.LEVELS) : "levels, ", name));
            }
        }
    }

    private void findLevels(Look look) {
        requireLevelsUsed();
        for (int k = 0; k < raws.size(); k++) {
            RawValue raw = raws.get(k);
            if (!raw.factor) {
                continue;
            }
            List<String> given = given(raw.name);
            raw.levels = given != null ? given : levels(look, k);
        }
        if (raws.get(0).factor) {
            requireOutcomeLevels(raws.get(0));
        }
    }

    private void requireOutcomeLevels(RawValue outcome) {
        int found = outcome.levels.size();
        if (!request.family().takesCategories()) {
            if (found != 2) {
                throw new DataException("outcome " + outcome.name + " has " + found
                        + " values; family binomial needs two (the second is the success)");
            }
        } else if (found < 2) {
            throw new DataException("outcome " + outcome.name
                    + " has the same value in every complete row; family ordinal" + " needs two or more categories");
        } else if (found > MOST_CATEGORIES) {
            throw tooManyCategories(outcome);
        }
    }

    private DataException tooManyCategories(RawValue outcome) {
        return new DataException(
                "outcome " + outcome.name + " has more than " + MOST_CATEGORIES + " different values; family "
                        + request.family().name() + " is for "
                        + (request.family().takesCategories() ? "ordered categories" : "two values if they are labels")
                        + ": group the values first, or use a family for amounts");
    }

    /** Text that is numbers but for a few entries is no factor: some rows hold what the others do not. */
    private void requireNotNumbers(RawValue raw, List<String> labels) {
        long numbers =
                labels.stream().filter(l -> NUMBER.matcher(l.strip()).matches()).count();
        // Codes such as 1D and 2 are a factor; an infinite number among a few others is none of its levels.
        boolean odd = numbers > 0
                && numbers < labels.size()
                && labels.stream()
                        .map(String::strip)
                        .allMatch(l -> NUMBER.matcher(l).matches()
                                || NO_NUMBER.matcher(l).matches()
                                || (labels.size() > MANY_LEVELS
                                        && PROGRAMS_NUMBER.matcher(l).matches()));
        boolean mixed = numbers > MOSTLY * labels.size() && numbers < labels.size();
        boolean commas = numbers == labels.size() && labels.stream().anyMatch(l -> l.indexOf(',') >= 0);
        boolean dates = labels.stream().allMatch(l -> DATE.matcher(l.strip()).matches());
        if (odd) {
            throw new DataException("column " + raw.name + " was read as text: " + numbers + " of its " + labels.size()
                    + " different values are numbers, and the others are infinite, NaN in another spelling, or numbers as"
                    + " programs write them for themselves (1D, 0x1); make them missing or plain numbers, or write factor("
                    + raw.name + ") if each value is to be a level");
        }
        if (labels.size() > MANY_LEVELS && commas) {
            throw new DataException("column " + raw.name
                    + " was read as text, since its numbers have decimal commas; "
                    + (text ? "say --decimal ," : "write them with points"));
        }
        if (text && commas && labels.size() > 1) {
            warnings.add(new Warning(
                    "factor_of_numbers",
                    "column " + raw.name + " was read as text and is a factor, though all of its " + labels.size()
                            + " levels are numbers with decimal commas; if it should be a number, say --decimal ,; if not,"
                            + " write factor(" + raw.name + ")"));
        }
        if (labels.size() > MANY_LEVELS && dates) {
            throw new DataException(
                    "column " + raw.name + " holds dates as text; make a number of it, for example I(datediff("
                            + raw.name + ", '2020-01-01') / 365.25)");
        }
        if (labels.size() <= MANY_LEVELS && numbers > 1 && 2 * numbers > labels.size() && numbers < labels.size()) {
            warnings.add(new Warning(
                    "factor_of_numbers",
                    "column " + raw.name + " was read as text and is a factor, though " + numbers + " of its "
                            + labels.size()
                            + " levels are numbers; if it should be a number, clean it; if not, write factor("
                            + raw.name + ")"));
        }
        if (labels.size() > MANY_LEVELS && mixed) {
            throw new DataException("column " + raw.name + " was read as text, but " + numbers + " of its "
                    + labels.size()
                    + " different values are numbers: some rows hold something else; clean the column, or"
                    + " write factor(" + raw.name + ") if each value is to be a level");
        }
    }

    /** Bytes that are no characters would make one level of several. */
    private static void requireReadable(RawValue raw, List<String> labels) {
        if (labels.stream().anyMatch(l -> l.indexOf(TableSource.NO_CHARACTER) >= 0)) {
            throw new DataException("column " + raw.name
                    + " holds bytes that are no characters; say the table's --encoding, such as" + " windows-1252");
        }
    }

    private List<String> levels(Look look, int k) {
        List<String> found = look.labels(k);
        RawValue raw = raws.get(k);
        boolean isOutcome = needs == Needs.OUTCOME && k == 0;
        if (isOutcome && found.size() > MOST_CATEGORIES) {
            throw tooManyCategories(raw);
        }
        if (look.tooLong(k) > 0) {
            throw new DataException("column " + raw.name + ": " + RowCount.words(look.tooLong(k))
                    + " have a text of more than " + Look.LONGEST_LABEL
                    + " characters, which is no level of a factor; shorten or group the values first");
        }
        if (text) {
            requireReadable(raw, found);
        }
        if (found.size() > MOST_LEVELS) {
            throw new DataException("column " + raw.name + " has more than " + MOST_LEVELS
                    + " different values, so it would make as many dummy columns; group its values first, or, if it"
                    + " should be a number, clean it: some rows hold something else");
        }
        List<String> labels = found.stream().sorted(raw.order).toList();
        if (!raw.askedFor) {
            requireNotNumbers(raw, labels);
        }
        return labels;
    }
}
