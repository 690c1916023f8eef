package org.sparkglmm.spark.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.inference.LinearPredictor;
import org.sparkglmm.core.likelihood.MixedModel;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.spark.engine.SparkClusterData;

/**
 * Predictions for the rows of any table. A person's effects are those the fit saved; for a person the fit never saw they
 * are estimated from that person's rows here, as far as these have an outcome; without any, they are 0.
 */
public final class Predictor {
    public static final String LINK_POPULATION = "link_population";
    public static final String RESPONSE_POPULATION = "response_population";
    public static final String LINK_CONDITIONAL = "link_conditional";
    public static final String RESPONSE_CONDITIONAL = "response_conditional";
    /** Where the person's effects come from: fit, rows or none. */
    public static final String EFFECTS = "effects";

    private static final String ID = "__id";
    private static final String SOURCE = "__source";

    private final SparkSession spark;
    private final ModelRequest request;
    private final Design design;
    private final MixedModel model;
    private final double[] parameters;

    /**
     * @param request the fitted model, with the levels of all its factors
     * @param design its design, dropped columns gone
     * @param parameters β, θ, ψ
     */
    public Predictor(SparkSession spark, ModelRequest request, Design design, MixedModel model, double[] parameters) {
        this.spark = spark;
        this.request = request;
        this.design = design;
        this.model = model;
        this.parameters = parameters;
    }

    /** A table's schema with the prediction columns of a model added, whose categories must be known. */
    public static StructType schema(StructType table, ModelRequest request) {
        StructType out = table;
        for (String name : numberColumns(request)) {
            out = out.add(name, DataTypes.DoubleType, true);
        }
        return out.add(EFFECTS, DataTypes.StringType, false);
    }

    /** The predictions: four of every model, then each category's probability, population before conditional. */
    private static List<String> numberColumns(ModelRequest request) {
        List<String> out =
                new ArrayList<>(List.of(LINK_POPULATION, RESPONSE_POPULATION, LINK_CONDITIONAL, RESPONSE_CONDITIONAL));
        if (request.family().takesCategories()) {
            List<String> categories = request.levels().getOrDefault(request.outcome(), List.of());
            categories.forEach(c -> out.add("probability_population_" + c));
            categories.forEach(c -> out.add("probability_conditional_" + c));
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
        Design all = ModelBinding.predictors(request, table, text).design();
        List<List<DesignColumn>> auxiliary = new ArrayList<>();
        for (int k = 0; k < all.auxiliary().size(); k++) {
            auxiliary.add(named(all.auxiliary().get(k), auxiliaryNames.get(k)));
        }
        return all.withColumns(named(all.fixed(), fixedNames), auxiliary);
    }

    private static List<DesignColumn> named(List<DesignColumn> columns, List<String> names) {
        return columns.stream().filter(c -> names.contains(c.name())).toList();
    }

    /**
     * The table with the prediction columns added; null where a covariate is missing or a level unknown.
     *
     * @param saved the fit's random_effects, null to estimate everybody's from the table
     */
    public Dataset<Row> predict(Dataset<Row> table, boolean text, Dataset<Row> saved) {
        for (String column : table.columns()) {
            if (column.equals(EFFECTS) || numberColumns(request).contains(column)) {
                throw new UsageException("the data already have a column " + column + "; rename or drop it");
            }
        }
        ModelBinding.PredictorColumns columns = ModelBinding.predictors(request, table, text);
        Column id = columns.id().encode(text);
        List<Column> select = new ArrayList<>();
        select.add(functions.col("*"));
        for (int k = 0; k < columns.values().size(); k++) {
            select.add(columns.values().get(k).alias("__" + k));
        }
        select.add(id.alias(ID));
        Dataset<Row> rows = table.select(select.toArray(Column[]::new));

        Dataset<Row> effects = effects(table, text, saved, id);
        Dataset<Row> joined = rows.join(effects, rows.col(ID).equalTo(effects.col(ID)), "left")
                .drop(effects.col(ID));
        StructType schema = schema(table.schema(), request);
        Design complete = columns.design().withColumns(design.fixed(), design.auxiliary());
        RowPrediction each = new RowPrediction(
                complete,
                new LinearPredictor(complete, request.family(), parameters),
                request.family(),
                request.link(),
                table.schema().size(),
                joined.schema().fieldIndex(SOURCE));
        return spark.createDataFrame(joined.javaRDD().map(each), schema);
    }

    /** id, re_…, source of every person that has effects. */
    private Dataset<Row> effects(Dataset<Row> table, boolean text, Dataset<Row> saved, Column id) {
        Dataset<Row> unseen = table;
        Dataset<Row> known = null;
        if (saved != null) {
            IdColumn savedId = new IdColumn(
                    request.group(),
                    new TableColumns(saved).require(request.group(), "model").dataType());
            known = keep(saved.withColumn(ID, savedId.encode(false)), "fit");
            Dataset<Row> keyed = table.withColumn(ID, id);
            unseen = keyed.join(known.select(ID), keyed.col(ID).equalTo(known.col(ID)), "left_anti")
                    .drop(ID);
        }
        Dataset<Row> estimated = estimate(unseen, text);
        if (estimated == null) {
            return known != null ? known : none();
        }
        return known == null ? estimated : known.unionByName(estimated);
    }

    private Dataset<Row> keep(Dataset<Row> effects, String source) {
        List<Column> select = new ArrayList<>();
        select.add(functions.col(ID));
        for (String name : PersonEffects.modeColumns(design)) {
            select.add(functions.col(TableColumns.quoted(name)));
        }
        select.add(functions.lit(source).alias(SOURCE));
        return effects.select(select.toArray(Column[]::new));
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
        Design kept = bound.design().withColumns(design.fixed(), design.auxiliary());
        JavaRDD<ClusterBlock> blocks = BlockLoader.load(bound.withDesign(kept), request.family());
        long impossible =
                DataMoments.of(new SparkClusterData(blocks), request.family()).unsupported();
        if (impossible > 0) {
            throw new DataException("outcome " + request.formula().response().text() + ": " + impossible
                    + " rows outside the support of family " + request.family().name() + ", which takes "
                    + request.family().support() + "; correct them or make them missing");
        }
        return keep(PersonEffects.travelling(spark, bound, blocks, model, parameters, ID), "rows");
    }

    private Dataset<Row> none() {
        List<StructField> fields = new ArrayList<>();
        fields.add(DataTypes.createStructField(ID, DataTypes.StringType, true));
        for (String name : PersonEffects.modeColumns(design)) {
            fields.add(DataTypes.createStructField(name, DataTypes.DoubleType, true));
        }
        fields.add(DataTypes.createStructField(SOURCE, DataTypes.StringType, true));
        return spark.createDataFrame(List.of(), new StructType(fields.toArray(StructField[]::new)));
    }

    /** Row of the joined table → row of the result. Own columns come first, then raw values, id, effects, source. */
    private static final class RowPrediction implements Function<Row, Row>, Serializable {
        private static final long serialVersionUID = 1;

        private final Design design;
        private final LinearPredictor predictor;
        private final Family family;
        private final Link link;
        private final int own;
        private final int source;
        private transient BlockLoader.RowEncoder encoder;

        RowPrediction(Design design, LinearPredictor predictor, Family family, Link link, int own, int source) {
            this.design = design;
            this.predictor = predictor;
            this.family = family;
            this.link = link;
            this.own = own;
            this.source = source;
        }

        @Override
        public Row call(Row row) {
            if (encoder == null) {
                encoder = new BlockLoader.RowEncoder(design.raw());
            }
            double[] raw = new double[design.raw().size()];
            for (int k = 0; k < raw.length; k++) {
                raw[k] = encoder.value(row, own + k, k);
            }
            boolean known = !row.isNullAt(source);
            double[] effects = new double[design.randomColumns().size()];
            if (known) {
                for (int r = 0; r < effects.length; r++) {
                    effects[r] = row.getDouble(source - effects.length + r);
                }
            }
            double population = predictor.fixedPart(raw);
            double conditional = population + predictor.randomPart(raw, effects);
            double[] psi = predictor.auxiliary(raw);
            List<Object> out = new ArrayList<>();
            for (int i = 0; i < own; i++) {
                out.add(row.get(i));
            }
            out.add(orNull(population));
            out.add(orNull(family.mean(link, population, psi)));
            out.add(orNull(conditional));
            out.add(orNull(family.mean(link, conditional, psi)));
            for (double p : family.probabilities(link, population, psi)) {
                out.add(orNull(p));
            }
            for (double p : family.probabilities(link, conditional, psi)) {
                out.add(orNull(p));
            }
            out.add(known ? row.getString(source) : "none");
            return RowFactory.create(out.toArray());
        }

        private static Double orNull(double value) {
            return Double.isNaN(value) ? null : value;
        }
    }
}
