package org.sparkglmm.spark.data;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Rows of a table that are the same as another one in every column, whether a model reads it or not: visits of the same day
 * are alike in few columns, a row that was stored twice in all. Reads the whole table and brings 16 bytes a row together.
 */
public final class RepeatedRows {
    private static final String FIRST_HASH = "__first";
    private static final String SECOND_HASH = "__second";
    private static final String TIMES = "__times";

    private RepeatedRows() {}

    /**
     * How many there are: of three rows that are the same, two.
     *
     * @param id a column; rows without it are not counted
     * @return -1 if a column cannot be read, which a model that does not use it may leave aside
     */
    public static long in(Dataset<Row> table, String id) {
        try {
            return count(table, id);
        } catch (Exception e) {
            if (e instanceof AnalysisException || DamagedTable.of(e).isPresent()) {
                return -1;
            }
            throw e;
        }
    }

    private static long count(Dataset<Row> table, String id) {
        TableColumns known = new TableColumns(table);
        List<Column> all = new ArrayList<>();
        for (StructField field : table.schema().fields()) {
            if (field.name().equals(TableSource.MALFORMED)) {
                continue;
            }
            Column value = functions.col(TableColumns.quoted(field.name()));
            boolean nested = field.dataType() instanceof StructType
                    || field.dataType() instanceof ArrayType
                    || field.dataType() instanceof MapType;
            // A null leaves a hash as it is, wherever it stands.
            all.add(value.isNull());
            all.add(nested ? value.cast(DataTypes.StringType) : value);
        }
        Column hash = functions.xxhash64(all.toArray(Column[]::new));
        all.add(0, functions.lit(1));
        Column other = functions.xxhash64(all.toArray(Column[]::new));
        String idColumn = TableColumns.quoted(known.require(id, "formula").name());
        Row sum = table.filter(functions.col(idColumn).isNotNull())
                .select(hash.alias(FIRST_HASH), other.alias(SECOND_HASH))
                .groupBy(FIRST_HASH, SECOND_HASH)
                .agg(functions.count(functions.lit(1)).alias(TIMES))
                .agg(functions.sum(functions.col(TIMES).minus(1)))
                .first();
        return sum.isNullAt(0) ? 0 : sum.getLong(0);
    }
}
