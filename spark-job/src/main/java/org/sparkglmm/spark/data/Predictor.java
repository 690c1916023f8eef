package org.sparkglmm.spark.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.RowCount;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.design.AliasedColumn;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.inference.CentredEstimates;
import org.sparkglmm.core.inference.Estimability;
import org.sparkglmm.core.inference.ParameterCovariance;
import org.sparkglmm.core.inference.RowPredictor;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.likelihood.MixedModel;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.spark.engine.BlockStore;

/**
 * Predictions for the rows of any table, with standard errors. A person's effects are those the fit saved; for a person the fit
 * never saw they are estimated from that person's rows here, as far as these have an outcome; without any, they are 0.
 *
 * <p>The standard errors of conditional predictions hold the uncertainty of the person's effects and of the parameters, jointly. Where
 * a saved fit does not hold what that needs, there are none.
 */
public final class Predictor {
    public static final String LINK_POPULATION = "link_population";
    public static final String RESPONSE_POPULATION = "response_population";
    public static final String LINK_CONDITIONAL = "link_conditional";
    public static final String RESPONSE_CONDITIONAL = "response_conditional";
    public static final String LINK_MARGINAL = "link_marginal";
    public static final String RESPONSE_MARGINAL = "response_marginal";
    /** Where the person's effects come from: fit, rows or none. */
    public static final String EFFECTS = "effects";

    private final SparkSession spark;
    private final ModelRequest request;
    private final Design design;
    private final MixedModel model;
    private final Estimates estimates;
    private final EffectColumns effects;

    /**
     * What a fit estimated.
     *
     * @param parameters β, θ, ψ
     * @param covariance of these
     * @param errors which of its standard errors to use
     * @param aliased columns that were dropped; null if that is not known, as of files of the first version
     * @param far the same about the centres of covariates that lie far from 0; null where none does
     */
    public record Estimates(
            double[] parameters,
            ParameterCovariance covariance,
            StandardErrors errors,
            List<AliasedColumn> aliased,
            FarOrigin far) {
        /** The names of the dropped columns. */
        public List<String> droppedColumns() {
            return aliased == null
                    ? List.of()
                    : aliased.stream().map(AliasedColumn::name).distinct().toList();
        }

        /**
         * What the data determine.
         *
         * @param all the design with all columns of the formulas, about 0
         */
        public Estimability estimability(Design all) {
            try {
                return aliased == null ? Estimability.ALL : Estimability.of(all, aliased);
            } catch (IllegalArgumentException e) {
                throw notItsFormula();
            }
        }

        /** What goes with the columns that predictions are computed in, and these, from the design about 0. */
        CentredEstimates inColumns(Design design, Family family) {
            return far == null
                    ? new CentredEstimates(design, parameters, covariance)
                    : new CentredEstimates(far.about(design, family), far.parameters(), far.covariance());
        }
    }

    /**
     * @param request the fitted model, with the levels of all its factors
     * @param design its design, dropped columns gone
     */
    public Predictor(SparkSession spark, ModelRequest request, Design design, Estimates estimates) {
        this.spark = spark;
        this.request = request;
        this.design = design;
        requireParameters(design, request.family(), estimates.parameters());
        this.model = new MixedModel(request.family().model(request.link()), design.layout(request.family()));
        this.estimates = estimates;
        effects = new EffectColumns(design, estimates.far() != null);
    }

    /** A table's schema with the prediction columns of a model added, whose categories must be known. */
    public static StructType schema(StructType table, ModelRequest request) {
        StructType out = table;
        for (String name : numberColumns(request)) {
            out = out.add(name, DataTypes.DoubleType, true);
        }
        return UnreadableColumns.without(out.add(EFFECTS, DataTypes.StringType, false));
    }

    /** For each kind of prediction link and response, then the probability of each category, each before its error. */
    private static List<String> numberColumns(ModelRequest request) {
        List<String> categories = request.family().takesCategories()
                ? request.levels().getOrDefault(request.outcome(), List.of())
                : List.of();
        List<String> out = new ArrayList<>();
        for (String kind : List.of("population", "marginal", "conditional")) {
            List<String> values = new ArrayList<>(List.of("link_" + kind, "response_" + kind));
            categories.forEach(c -> values.add("probability_" + kind + "_" + c));
            for (String value : values) {
                out.add(value);
                out.add("se_" + value);
            }
        }
        return out;
    }

    /**
     * The design of a saved model, bound to the columns of a table to predict for.
     *
     * @param fixedNames the columns of X that the fit kept
     * @param auxiliaryNames the same for the predictors of the family's own parameters
     */
    public static Design design(
            ModelRequest request,
            List<String> fixedNames,
            List<List<String>> auxiliaryNames,
            Dataset<Row> table,
            boolean text) {
        return kept(ModelBinding.predictors(request, table, text).design(), fixedNames, auxiliaryNames);
    }

    /** The design with those columns only that a fit kept. */
    public static Design kept(Design all, List<String> fixedNames, List<List<String>> auxiliaryNames) {
        List<List<DesignColumn>> auxiliary = new ArrayList<>();
        if (auxiliaryNames.size() != all.auxiliary().size()) {
            throw notItsFormula();
        }
        for (int k = 0; k < all.auxiliary().size(); k++) {
            auxiliary.add(named(all.auxiliary().get(k), auxiliaryNames.get(k)));
        }
        return all.withColumns(named(all.fixed(), fixedNames), auxiliary);
    }

    private static List<DesignColumn> named(List<DesignColumn> columns, List<String> names) {
        List<DesignColumn> kept =
                columns.stream().filter(c -> names.contains(c.name())).toList();
        if (!columns.isEmpty() && kept.size() != names.size()) {
            throw notItsFormula();
        }
        return kept;
    }

    /** @throws DataException if a model file's parameters are not as many as its design has */
    public static void requireParameters(Design design, Family family, double[] parameters) {
        if (design.layout(family).size() != parameters.length) {
            throw notItsFormula();
        }
    }

    private static DataException notItsFormula() {
        return new DataException(
                "the model cannot be used: the columns and parameters in its model.json are not those of its"
                        + " formula; fit it again");
    }

    /**
     * The table with the prediction columns added; null where a covariate is missing or a level unknown.
     *
     * @param saved the fit's random_effects, null to estimate everybody's from the table
     */
    public Dataset<Row> predict(Dataset<Row> table, boolean text, Dataset<Row> saved) {
        requireFree(table);
        IdColumn own = ModelBinding.predictors(request, table, text).id();
        if (saved == null) {
            Dataset<Row> estimated = estimate(determined(table, text), text);
            return join(
                    table,
                    text,
                    own.encode(),
                    estimated == null ? effects.none(spark, own.travelsAsLong()) : estimated);
        }
        IdColumn savedId = new IdColumn(
                request.group(),
                new TableColumns(saved).require(request.group(), "model").dataType());
        boolean same = own.travelsAs(savedId);
        Column id = same ? own.encode() : own.commonIn(table, savedId);
        Dataset<Row> known = effects.keep(
                effects.inColumns(saved)
                        .withColumn(EffectColumns.ID, same ? savedId.encode() : savedId.commonIn(saved, own)),
                "fit");
        Dataset<Row> keyed = table.withColumn(EffectColumns.ID, id);
        Dataset<Row> unseen = keyed.join(
                        known.select(EffectColumns.ID),
                        keyed.col(EffectColumns.ID).equalTo(known.col(EffectColumns.ID)),
                        "left_anti")
                .drop(EffectColumns.ID);
        Dataset<Row> estimated = estimate(determined(unseen, text), text);
        if (estimated == null) {
            return join(table, text, id, known);
        }
        Dataset<Row> alike = same
                ? estimated
                : estimated.withColumn(EffectColumns.ID, own.common(own.decode(EffectColumns.ID), savedId));
        return join(table, text, id, known.unionByName(alike));
    }

    private void requireFree(Dataset<Row> table) {
        for (String column : table.columns()) {
            if (column.equals(EFFECTS) || numberColumns(request).contains(column)) {
                throw new UsageException("the data already have a column " + column + "; rename or drop it");
            }
        }
    }

    /** How the types of the ids of two tables differ, in words; empty if they do not. */
    public static String differingIdTypes(Dataset<Row> table, Dataset<Row> saved, String group) {
        StructField here = new TableColumns(table).require(group, "formula");
        StructField there = new TableColumns(saved).require(group, "model");
        boolean same = new IdColumn(group, here.dataType()).travelsAs(new IdColumn(group, there.dataType()));
        return same
                ? ""
                : group + " is " + here.dataType().simpleString() + " in the data and "
                        + there.dataType().simpleString() + " in the fit";
    }

    /**
     * Rows, rows with a prediction and persons by where the persons' effects come from, in the order of {@link #EFFECTS}.
     *
     * @param predictions what {@link #predict} made
     */
    public static List<Row> counts(Dataset<Row> predictions, ModelRequest request) {
        StructField id = new TableColumns(predictions).require(request.group(), "predictions");
        return predictions
                .groupBy(EFFECTS)
                .agg(
                        functions.count(functions.lit(1)),
                        functions.count(predictions.col(RESPONSE_POPULATION)),
                        functions.countDistinct(new IdColumn(id.name(), id.dataType()).encode()))
                .orderBy(EFFECTS)
                .collectAsList();
    }

    /**
     * The same for the rows that were fitted, whose blocks are at hand.
     *
     * @param bound the fitted table
     * @param blocks its blocks, about the centres where there are any
     */
    public Dataset<Row> predictFitted(Dataset<Row> table, boolean text, BoundTable bound, BlockStore blocks) {
        return join(
                table,
                text,
                ModelBinding.predictors(request, table, text).id().encode(),
                effects.keep(
                        PersonEffects.travelling(
                                bound, blocks, model, inColumns().parameters(), EffectColumns.ID),
                        "fit"));
    }

    private Dataset<Row> join(Dataset<Row> table, boolean text, Column id, Dataset<Row> known) {
        requireFree(table);
        ModelBinding.PredictorColumns columns = ModelBinding.predictors(request, table, text);
        List<Column> select = new ArrayList<>();
        select.add(functions.col("*"));
        for (int k = 0; k < columns.values().size(); k++) {
            select.add(columns.values().get(k).alias("__" + k));
        }
        select.add(id.alias(EffectColumns.ID));
        Dataset<Row> rows = table.select(select.toArray(Column[]::new));

        Dataset<Row> joined = rows.join(known, rows.col(EffectColumns.ID).equalTo(known.col(EffectColumns.ID)), "left")
                .drop(known.col(EffectColumns.ID));
        StructType schema = schema(table.schema(), request);
        Design complete = columns.design().withColumns(design.fixed(), design.auxiliary());
        RowPrediction each = new RowPrediction(
                complete,
                rowPredictor(columns.design()),
                estimates.parameters().length,
                table.schema().size(),
                joined.schema().fieldIndex(EffectColumns.SOURCE));
        return joined.map(each, Encoders.row(schema));
    }

    /** How many rows have no prediction since the data of the fit do not determine it, though no value is missing. */
    public long undetermined(Dataset<Row> table, boolean text) {
        ModelBinding.PredictorColumns columns = ModelBinding.predictors(request, table, text);
        Estimability estimability = estimates.estimability(columns.design());
        if (estimability.isWhole()) {
            return 0;
        }
        RowPredictor predictor = rowPredictor(columns.design());
        return only(table, columns, raw -> !estimability.holds(raw) && predictor.isMissing(raw))
                .count();
    }

    /** The rows whose linear predictors the data of the fit determine. */
    private Dataset<Row> determined(Dataset<Row> table, boolean text) {
        ModelBinding.PredictorColumns columns = ModelBinding.predictors(request, table, text);
        Estimability estimability = estimates.estimability(columns.design());
        return estimability.isWhole() ? table : only(table, columns, estimability::holds);
    }

    private RowPredictor rowPredictor(Design all) {
        CentredEstimates centred =
                estimates.inColumns(all.withColumns(design.fixed(), design.auxiliary()), request.family());
        return new RowPredictor(
                new ModelSpec(centred.design(), request.family(), request.link()),
                centred.parameters(),
                centred.covariance(),
                estimates.errors(),
                estimates.estimability(all));
    }

    private Dataset<Row> only(Dataset<Row> table, ModelBinding.PredictorColumns columns, RowFilter.RawFilter filter) {
        List<Column> select = new ArrayList<>(List.of(functions.col("*")));
        for (int k = 0; k < columns.values().size(); k++) {
            select.add(columns.values().get(k).alias("__" + k));
        }
        Dataset<Row> rows = table.select(select.toArray(Column[]::new));
        RowFilter each = new RowFilter(columns.design(), filter, table.schema().size());
        return rows.filter(each)
                .select(Arrays.stream(table.columns())
                        .map(c -> functions.col(TableColumns.quoted(c)))
                        .toArray(Column[]::new));
    }

    /** Effects estimated from the rows that have an outcome and usable covariates; null if there are none. */
    private Dataset<Row> estimate(Dataset<Row> unseen, boolean text) {
        TableColumns columns = new TableColumns(unseen);
        boolean hasOutcome = request.formula().response().parts().stream()
                .flatMap(v -> v.columns().stream())
                .allMatch(c -> columns.find(c).isPresent());
        if (!hasOutcome || unseen.isEmpty()) {
            return null;
        }
        BoundTable bound = ModelBinding.bindUsable(request, unseen, text);
        if (bound == null) {
            return null;
        }
        Design kept = estimates
                .inColumns(bound.design().withColumns(design.fixed(), design.auxiliary()), request.family())
                .design();
        BlockStore blocks =
                BlockLoader.load(bound.withDesign(kept), request.family()).blocks();
        long impossible = DataMoments.of(blocks.data(), request.family(), kept).unsupported();
        if (impossible > 0) {
            throw new DataException(Sentence.of(
                    "outcome %s: %s outside the support of family %s, which takes %s; correct them or make them missing",
                    request.formula().response().text(),
                    RowCount.words(impossible),
                    request.family().name(),
                    request.family().support()));
        }
        return effects.keep(
                PersonEffects.travelling(bound, blocks, model, inColumns().parameters(), EffectColumns.ID), "rows");
    }

    private CentredEstimates inColumns() {
        return estimates.inColumns(design, request.family());
    }
}
