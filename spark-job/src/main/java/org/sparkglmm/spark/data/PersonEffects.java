package org.sparkglmm.spark.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
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
import org.sparkglmm.core.inference.CentredEstimates;
import org.sparkglmm.core.likelihood.ConditionalModes;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.MixedModel;

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

    /**
     * One row a person, the id under its own name and type, and its {@link #INFLUENCE} on a fit.
     *
     * @param blocks about the centres of covariates that lie far from 0, where the fit has such; the table is about 0
     */
    public static Dataset<Row> table(
            SparkSession spark, BoundTable bound, JavaRDD<ClusterBlock> blocks, FitResult fit) {
        String travelled = "__id";
        GaussHermite grid = new GaussHermite(fit.nodes(), fit.layout().random());
        CentredEstimates centred = fit.inColumns();
        double[][] change = centred.covariance().changeByScore();
        MixedModel model = fit.model();
        double[] parameters = centred.parameters();
        double[][] toRaw = fit.centred() == null
                ? null
                : FarOrigin.centring(centred.design(), fit.family()).randomToRaw();
        StructType schema = schema(bound, travelled, false).add(INFLUENCE, DataTypes.DoubleType, true);
        int q = model.layout().random();
        Dataset<Row> rows = spark.createDataFrame(
                blocks.flatMap(block -> {
                    ConditionalModes modes = ConditionalModes.withInfluences(block, model, grid, parameters, change);
                    if (toRaw != null) {
                        modes.turn(toRaw);
                    }
                    return rows(block, i -> row(block, modes, q, i, modes.influence(block.clusterOf(i))));
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
        int q = model.layout().random();
        return spark.createDataFrame(
                blocks.flatMap(block -> {
                    ConditionalModes modes = ConditionalModes.of(block, model, parameters, withDerivatives);
                    return rows(
                            block,
                            i -> withDerivatives
                                    ? row(block, modes, q, i, (Object) flat(modes.derivatives(block.clusterOf(i))))
                                    : row(block, modes, q, i));
                }),
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

    private static Double[] flat(double[][] derivatives) {
        return Arrays.stream(derivatives)
                .flatMapToDouble(Arrays::stream)
                .boxed()
                .toArray(Double[]::new);
    }

    /** A block's rows, each made when it is wanted. */
    private static Iterator<Row> rows(ClusterBlock block, IntFunction<Row> row) {
        return IntStream.range(0, block.persons()).mapToObj(row).iterator();
    }

    private static Row row(ClusterBlock block, ConditionalModes modes, int q, int person, Object... more) {
        int i = block.clusterOf(person);
        Object[] out = new Object[2 + 2 * q + q * (q - 1) / 2 + more.length];
        int at = 0;
        out[at++] = block.ids().areNumbers()
                ? (Object) block.ids().number(person)
                : block.ids().text(person);
        out[at++] = (long) (block.start(i + 1) - block.start(i));
        for (int r = 0; r < q; r++) {
            out[at] = modes.mode(i, r);
            out[at++ + q] = modes.deviation(i, r);
        }
        at += q;
        for (int r = 0; r < q; r++) {
            for (int c = 0; c < r; c++) {
                out[at++] = modes.covariance(i, r, c);
            }
        }
        System.arraycopy(more, 0, out, at, more.length);
        return RowFactory.create(out);
    }
}
