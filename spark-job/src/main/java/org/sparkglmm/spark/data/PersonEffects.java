package org.sparkglmm.spark.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.fit.FitResult;
import org.sparkglmm.core.inference.CentredEstimates;
import org.sparkglmm.core.inference.Deletion;
import org.sparkglmm.core.inference.JointVariance;
import org.sparkglmm.core.likelihood.ConditionalModes;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.MixedModel;
import org.sparkglmm.spark.engine.BlockStore;

/**
 * The persons' effects as a table: id, n_obs, then re_ and se_ of every random effect, and the conditional covariance cov_ of
 * every two; last, its influence on the fit and how its effects move with the parameters.
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

    /** All the columns that a prediction cannot do without. */
    public static List<String> numberColumns(Design design) {
        List<String> out = new ArrayList<>(modeColumns(design));
        out.addAll(deviationColumns(design));
        out.addAll(covarianceColumns(design));
        return out;
    }

    /** How far leaving the person out moves the estimate that it moves most, in standard errors, to first order. */
    private static final String INFLUENCE = "influence";

    /**
     * How the effects move with the parameters, q times their number, the first effect's first; which makes standard errors of
     * predictions joint ones. Null where that would move none by more than 1%, empty where it would but is not kept.
     */
    static final String DERIVATIVES = "derivatives";

    /**
     * The numbers of the {@link #numberColumns}, in their order, about the centres of covariates that lie far from 0; there only where a
     * fit has such. Predictions are computed from these, and the derivatives are theirs and those of the parameters about the centres:
     * what is about 0 has lost the digits.
     */
    static final String CENTRED = "centred";

    /** Numbers that the derivatives of all persons may be: some 400 MB. */
    private static final long MOST_DERIVATIVES = 50_000_000;

    /** Columns of every fit's table. */
    private static final List<String> ALWAYS = List.of("n_obs", INFLUENCE, DERIVATIVES, CENTRED);

    /** @throws UsageException if the id has the name of another column of the table, whatever the random effects are */
    static void requireOwnName(IdColumn id) {
        requireNotAmong(ALWAYS, id);
    }

    /** @throws UsageException if the id, or a column of the table, has the name of another */
    static void requireOwnNames(IdColumn id, Design design) {
        List<String> names = numberColumns(design);
        requireNotAmong(names, id);
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(lower(name))) {
                throw new UsageException("two random effects, or pairs of them, have the same column " + name
                        + " in random_effects/; rename a column of the data, or a level");
            }
        }
    }

    private static void requireNotAmong(List<String> names, IdColumn id) {
        for (String name : names) {
            if (lower(name).equals(lower(id.name()))) {
                throw new UsageException("grouping column " + id.name() + ": random_effects/ has a column " + name
                        + " of its own beside the ids; rename yours");
            }
        }
    }

    /** Spark takes names that differ in upper and lower case only for one. */
    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private static String shortName(String term) {
        return term.equals("(Intercept)") ? "intercept" : term;
    }

    /**
     * One row a person, the id under its own name and type, its {@link #INFLUENCE} on a fit and its {@link #DERIVATIVES}.
     *
     * @param blocks about the centres of covariates that lie far from 0, where the fit has such; the table is about 0, with those about
     *     the centres beside it
     */
    public static Dataset<Row> table(BoundTable bound, BlockStore blocks, FitResult fit) {
        String travelled = "__id";
        GaussHermite grid = new GaussHermite(fit.nodes(), fit.layout().random());
        CentredEstimates centred = fit.inColumns();
        double[][] change = centred.covariance().changeByScore();
        MixedModel model = fit.model();
        double[] parameters = centred.parameters();
        double[][] toRaw = fit.centred() == null
                ? null
                : FarOrigin.centring(centred.design(), fit.family()).randomToRaw();
        JointVariance joint = new JointVariance(centred.covariance(), fit.errors());
        int q = model.layout().random();
        Deletion deletion = new Deletion(model, grid, parameters, centred.covariance());
        double all = fit.weight();
        boolean keeps = fit.clusters() * q * parameters.length <= MOST_DERIVATIVES;
        StructType schema = schema(bound, travelled)
                .add(INFLUENCE, DataTypes.DoubleType, true)
                .add(DERIVATIVES, DataTypes.createArrayType(DataTypes.DoubleType), true);
        if (toRaw != null) {
            schema = schema.add(CENTRED, DataTypes.createArrayType(DataTypes.DoubleType), true);
        }
        Dataset<Row> rows = blocks.table(
                block -> {
                    ConditionalModes modes = ConditionalModes.withInfluences(block, model, grid, parameters, change);
                    int clusters = block.clusters();
                    Double[][] derivatives = new Double[clusters][];
                    for (int i = 0; i < clusters; i++) {
                        if (joint.matters(modes.covariance(i), modes.derivatives(i))) {
                            derivatives[i] = keeps ? flat(modes.derivatives(i)) : new Double[0];
                        }
                    }
                    if (toRaw == null) {
                        return rows(block, person -> {
                            int i = block.clusterOf(person);
                            return row(
                                    block,
                                    modes,
                                    q,
                                    person,
                                    influence(block, person, modes, deletion, all),
                                    derivatives[i]);
                        });
                    }
                    Double[][] about = new Double[clusters][];
                    for (int i = 0; i < clusters; i++) {
                        about[i] = numbers(modes, q, i);
                    }
                    modes.turn(toRaw);
                    return rows(block, person -> {
                        int i = block.clusterOf(person);
                        return row(
                                block,
                                modes,
                                q,
                                person,
                                influence(block, person, modes, deletion, all),
                                derivatives[i],
                                about[i]);
                    });
                },
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

    /** By the person's score; of one who holds much of the table, by the information too. */
    private static double influence(
            ClusterBlock block, int person, ConditionalModes modes, Deletion deletion, double all) {
        int i = block.clusterOf(person);
        double byScore = modes.influence(i);
        if (!Deletion.isFor(block.weightOf(i), all)) {
            return byScore;
        }
        Deletion.Effect effect = deletion.of(block, person);
        if (effect == null) {
            return byScore;
        }
        // Farther than a step can tell sorts before all others.
        return effect.isDetermined() ? Math.max(byScore, effect.largest()) : Double.POSITIVE_INFINITY;
    }

    /** The same without influences, with the id as it travels and everybody's {@link #DERIVATIVES}. */
    static Dataset<Row> travelling(
            BoundTable bound, BlockStore blocks, MixedModel model, double[] parameters, String idName) {
        int q = model.layout().random();
        return blocks.table(
                block -> {
                    ConditionalModes modes = ConditionalModes.of(block, model, parameters, true);
                    return rows(
                            block, i -> row(block, modes, q, i, (Object) flat(modes.derivatives(block.clusterOf(i)))));
                },
                schema(bound, idName).add(DERIVATIVES, DataTypes.createArrayType(DataTypes.DoubleType), true));
    }

    /** Whether saved effects come with what joint standard errors need. */
    public static boolean hasDerivatives(Dataset<Row> saved) {
        return List.of(saved.columns()).contains(DERIVATIVES);
    }

    /** How many persons' saved effects lack it because it would have been too much for all of them. */
    public static long withoutDerivatives(Dataset<Row> saved) {
        return saved.filter(functions.size(functions.col(DERIVATIVES)).equalTo(0))
                .count();
    }

    private static StructType schema(BoundTable bound, String idName) {
        boolean longIds = bound.id().travelsAsLong();
        StructType out = new StructType()
                .add(idName, longIds ? DataTypes.LongType : DataTypes.StringType, false)
                .add("n_obs", DataTypes.LongType, false);
        for (String name : numberColumns(bound.design())) {
            out = out.add(name, DataTypes.DoubleType, true);
        }
        return out;
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
        Double[] numbers = numbers(modes, q, i);
        System.arraycopy(numbers, 0, out, at, numbers.length);
        System.arraycopy(more, 0, out, at + numbers.length, more.length);
        return RowFactory.create(out);
    }

    /** What {@link #numberColumns} name. */
    private static Double[] numbers(ConditionalModes modes, int q, int i) {
        Double[] out = new Double[2 * q + q * (q - 1) / 2];
        int at = 2 * q;
        for (int r = 0; r < q; r++) {
            out[r] = modes.mode(i, r);
            out[q + r] = modes.deviation(i, r);
            for (int c = 0; c < r; c++) {
                out[at++] = modes.covariance(i, r, c);
            }
        }
        return out;
    }
}
