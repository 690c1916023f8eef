package org.sparkglmm.spark.engine;

import java.io.Serializable;
import java.util.Iterator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.ColumnSelection;

/** The blocks of a table, kept where the work on them is done until they are released. */
public interface BlockStore {

    /** Rows of a table that a block becomes, each made when it is wanted. */
    interface BlockRows extends Serializable {
        Iterator<Row> of(ClusterBlock block);
    }

    /** The blocks where passes over them cost least: small data are brought to this process, whose threads need no jobs. */
    ClusterData data();

    /** The same clusters with only some columns; kept as long as this one. */
    BlockStore withColumns(ColumnSelection keep);

    /** The same clusters in columns about other origins; kept as long as this one. */
    BlockStore centred(Centring centring);

    /** A table of all blocks' rows, made whenever it is read. */
    Dataset<Row> table(BlockRows rows, StructType schema);

    /** Lets the blocks go; those that are asked for again are made again. */
    void release();
}
