package org.sparkglmm.spark.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.fit.FitResult;
import org.sparkglmm.core.likelihood.ConditionalModes;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.MixedModel;
import org.sparkglmm.core.likelihood.ScorePass;

/**
 * The persons' effects as a table: id, n_obs, then re_ and se_ of every random effect, and the conditional covariance cov_ of
 * every two.
 */
public final class PersonEffects {
    private PersonEffects() {}

    /** {@code re_} names of the random effects: re_intercept, re_time. */
    public static List<String> modeColumns(Design design) {
        return design.randomNames().stream().map(n -> "re_" + shortName(n)).toList();
    }

    static List<String> deviationColumns(Design design) {
        return design.randomNames().stream().map(n -> "se_" + shortName(n)).toList();
    }

    /** {@code cov_<a>_<b>} of every two random effects, row by row of the lower triangle. */
    static List<String> covarianceColumns(Design design) {
        List<String> names = design.randomNames();
        List<String> out = new ArrayList<>();
        for (int r = 0; r < names.size(); r++) {
            for (int c = 0; c < r; c++) {
                out.add("cov_" + shortName(names.get(c)) + "_" + shortName(names.get(r)));
            }
        }
        return out;
    }

    /** How far leaving the person out moves the estimate that it moves most, in standard errors, to first order. */
    private static final String INFLUENCE = "influence";

    private static String shortName(String term) {
        return term.equals("(Intercept)") ? "intercept" : term;
    }

    /** One row a person, the id under its own name and type, and its {@link #INFLUENCE} on a fit. */
    public static Dataset<Row> table(
            SparkSession spark, BoundTable bound, JavaRDD<ClusterBlock> blocks, FitResult fit) {
        String travelled = "__id";
        GaussHermite grid = new GaussHermite(fit.nodes(), fit.layout().random());
        double[][] change = fit.covariance().changeByScore();
        MixedModel model = fit.model();
        double[] parameters = fit.parameters();
        StructType schema = schema(bound, travelled, false).add(INFLUENCE, DataTypes.DoubleType, true);
        Dataset<Row> rows = spark.createDataFrame(
                blocks.flatMap(block -> {
                    double[] influence = ScorePass.changes(block, model, grid, parameters, change);
                    List<List<Object>> values = rowsOf(block, model, parameters, false);
                    for (int i = 0; i < influence.length; i++) {
                        values.get(i).add(influence[i]);
                    }
                    return asRows(values);
                }),
                schema);
        List<Column> select = new ArrayList<>();
        select.add(bound.id().decode(travelled).alias(bound.id().name()));
        for (String column : rows.columns()) {
            if (!column.equals(travelled)) {
                select.add(functions.col(TableColumns.quoted(column)));
            }
        }
        return rows.select(select.toArray(Column[]::new));
    }

    /** How the modes move with the parameters, q times their number, for joint standard errors; where asked for. */
    static final String DERIVATIVES = "__derivatives";

    /** The same with the id as it travels, and with {@link #DERIVATIVES} if asked for. */
    static Dataset<Row> travelling(
            SparkSession spark,
            BoundTable bound,
            JavaRDD<ClusterBlock> blocks,
            MixedModel model,
            double[] parameters,
            String idName,
            boolean withDerivatives) {
        return spark.createDataFrame(
                blocks.flatMap(block -> asRows(rowsOf(block, model, parameters, withDerivatives))),
                schema(bound, idName, withDerivatives));
    }

    private static StructType schema(BoundTable bound, String idName, boolean withDerivatives) {
        boolean longIds = bound.id().travelsAsLong();
        StructType out = new StructType()
                .add(idName, longIds ? DataTypes.LongType : DataTypes.StringType, false)
                .add("n_obs", DataTypes.LongType, false);
        List<String> numbers = new ArrayList<>(modeColumns(bound.design()));
        numbers.addAll(deviationColumns(bound.design()));
        numbers.addAll(covarianceColumns(bound.design()));
        for (String name : numbers) {
            out = out.add(name, DataTypes.DoubleType, true);
        }
        return withDerivatives ? out.add(DERIVATIVES, DataTypes.createArrayType(DataTypes.DoubleType), true) : out;
    }

    private static Iterator<Row> asRows(List<List<Object>> values) {
        return values.stream().map(v -> RowFactory.create(v.toArray())).iterator();
    }

    private static List<List<Object>> rowsOf(
            ClusterBlock block, MixedModel model, double[] parameters, boolean withDerivatives) {
        ConditionalModes modes = ConditionalModes.of(block, model, parameters, withDerivatives);
        int q = model.layout().random();
        List<List<Object>> out = new ArrayList<>(block.clusters());
        for (int i = 0; i < block.clusters(); i++) {
            List<Object> values = new ArrayList<>();
            values.add(
                    block.ids().areNumbers()
                            ? (Object) block.ids().number(i)
                            : block.ids().text(i));
            values.add((long) (block.start(i + 1) - block.start(i)));
            for (int r = 0; r < q; r++) {
                values.add(modes.mode(i, r));
            }
            for (int r = 0; r < q; r++) {
                values.add(modes.deviation(i, r));
            }
            for (int r = 0; r < q; r++) {
                for (int c = 0; c < r; c++) {
                    values.add(modes.covariance(i, r, c));
                }
            }
            if (withDerivatives) {
                values.add(Arrays.stream(modes.derivatives(i))
                        .flatMapToDouble(Arrays::stream)
                        .boxed()
                        .toArray(Double[]::new));
            }
            out.add(values);
        }
        return out;
    }
}
