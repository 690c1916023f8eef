package org.sparkglmm.spark.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.ColumnSelection;
import org.sparkglmm.core.design.LocalClusterData;

/** Blocks in an RDD, in the executors' memory, or on their disks where that is too small. */
public final class RddBlockStore implements BlockStore {
    /** Numbers that are no burden to the driver: some 30 MB. */
    private static final long HERE = 4_000_000;

    private final SparkSession spark;
    private final JavaRDD<ClusterBlock> blocks;
    private final long rows;
    private final int columns;
    private ClusterData data;

    /**
     * @param blocks that whoever has the store releases
     * @param rows that went into the blocks
     * @param columns that a row has about, beside its outcome
     */
    RddBlockStore(SparkSession spark, JavaRDD<ClusterBlock> blocks, long rows, int columns) {
        this.spark = spark;
        this.blocks = blocks;
        this.rows = rows;
        this.columns = columns;
    }

    @Override
    public synchronized ClusterData data() {
        if (data == null) {
            data = rows * (columns + 1L) > HERE ? new SparkClusterData(blocks, rows) : here();
        }
        return data;
    }

    private ClusterData here() {
        List<ClusterBlock> all = new ArrayList<>(blocks.collect());
        all.sort(Comparator.comparingInt(ClusterBlock::index));
        return new LocalClusterData(all, Runtime.getRuntime().availableProcessors());
    }

    @Override
    public BlockStore withColumns(ColumnSelection keep) {
        return new RddBlockStore(spark, blocks.map(block -> block.withColumns(keep)), rows, columns);
    }

    @Override
    public BlockStore centred(Centring centring) {
        return new RddBlockStore(spark, blocks.map(centring::of), rows, columns);
    }

    @Override
    public Dataset<Row> table(BlockRows each, StructType schema) {
        return spark.createDataFrame(blocks.flatMap(each::of), schema);
    }

    @Override
    public synchronized void release() {
        data = null;
        blocks.unpersist(false);
    }

    JavaRDD<ClusterBlock> blocks() {
        return blocks;
    }
}
