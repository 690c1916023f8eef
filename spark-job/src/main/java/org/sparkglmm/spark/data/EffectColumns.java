package org.sparkglmm.spark.data;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.sparkglmm.core.design.Design;

/**
 * The persons' effects as a prediction joins them to rows, wherever they come from: the id as it travels, modes, deviations, covariances,
 * {@link PersonEffects#DERIVATIVES} and their source.
 */
final class EffectColumns {
    /** The id as it travels. */
    static final String ID = "__id";
    /** Where a person's effects come from: fit or rows. */
    static final String SOURCE = "__source";

    private static final DataType DERIVATIVES_TYPE = DataTypes.createArrayType(DataTypes.DoubleType);

    private final List<String> names;
    private final boolean aboutCentres;

    /**
     * @param design of the fit
     * @param aboutCentres whether predictions are computed about the centres of covariates that lie far from 0
     */
    EffectColumns(Design design, boolean aboutCentres) {
        names = PersonEffects.numberColumns(design);
        this.aboutCentres = aboutCentres;
    }

    /** A fit's own effects in the columns that predictions are computed in. */
    Dataset<Row> inColumns(Dataset<Row> saved) {
        if (!aboutCentres) {
            return saved;
        }
        Column about = functions.col(
                new TableColumns(saved).require(PersonEffects.CENTRED, "model").name());
        List<Column> select = new ArrayList<>();
        for (String column : saved.columns()) {
            int at = names.indexOf(column);
            select.add(
                    at < 0
                            ? functions.col(TableColumns.quoted(column))
                            : about.getItem(at).alias(column));
        }
        return saved.select(select.toArray(Column[]::new));
    }

    /** id, modes, deviations, covariances, derivatives, source; no derivatives at all are empty ones for everybody. */
    Dataset<Row> keep(Dataset<Row> effects, String source) {
        List<Column> select = new ArrayList<>();
        select.add(functions.col(ID));
        for (String name : names) {
            select.add(functions.col(TableColumns.quoted(name)));
        }
        select.add(
                PersonEffects.hasDerivatives(effects)
                        ? functions.col(PersonEffects.DERIVATIVES)
                        : functions.array().cast(DERIVATIVES_TYPE).alias(PersonEffects.DERIVATIVES));
        select.add(functions.lit(source).alias(SOURCE));
        return effects.select(select.toArray(Column[]::new));
    }

    /** Effects of nobody. */
    Dataset<Row> none(SparkSession spark, boolean longIds) {
        List<StructField> fields = new ArrayList<>();
        fields.add(DataTypes.createStructField(ID, longIds ? DataTypes.LongType : DataTypes.StringType, true));
        for (String name : names) {
            fields.add(DataTypes.createStructField(name, DataTypes.DoubleType, true));
        }
        fields.add(DataTypes.createStructField(PersonEffects.DERIVATIVES, DERIVATIVES_TYPE, true));
        fields.add(DataTypes.createStructField(SOURCE, DataTypes.StringType, true));
        return spark.createDataFrame(List.of(), new StructType(fields.toArray(StructField[]::new)));
    }
}
