package org.sparkglmm.spark.engine;

import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.FlatMapFunction2;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.sparkglmm.core.design.ClusterBlock;
import scala.Tuple2;

/**
 * What tasks made of the rows of a table, each of its part: to be counted, and to be sent where blocks are made of it.
 *
 * @param <T> what a task makes, several of
 */
public final class TableParts<T extends Serializable> {
    private final SparkSession spark;
    private final JavaRDD<T> parts;

    private TableParts(SparkSession spark, JavaRDD<T> parts) {
        this.spark = spark;
        this.parts = parts;
    }

    /** Bytes for a partition of blocks. */
    public record Parcel(int partition, byte[] bytes) {}

    /** What of a part goes where. */
    public interface Dealing<T> extends Serializable {
        Iterator<Parcel> of(T part);
    }

    /** Made whenever it is asked for. */
    public static <T extends Serializable> TableParts<T> of(
            Dataset<Row> table, FlatMapFunction<Iterator<Row>, T> task) {
        return new TableParts<>(table.sparkSession(), table.javaRDD().mapPartitions(task));
    }

    /** Made once, and kept until it is released. */
    public TableParts<T> kept() {
        parts.persist(StorageLevel.MEMORY_AND_DISK());
        return this;
    }

    /** What is wanted, here, in the order of the parts. */
    public List<T> collect(Function<T, Boolean> wanted) {
        return parts.filter(wanted).collect();
    }

    /** Tasks that run at once. */
    public int cores() {
        return SparkSessions.cores(spark);
    }

    /**
     * Brings parcels together and makes blocks of them, now, which are kept until they are released.
     *
     * @param partitions of blocks
     * @param assemble the blocks of a partition, from its parcels in any order
     * @param rows of the table
     * @param columns that a row has about, beside its outcome
     */
    public RddBlockStore blocks(
            Dealing<T> dealing,
            int partitions,
            FlatMapFunction<Iterator<byte[]>, ClusterBlock> assemble,
            long rows,
            int columns) {
        JavaRDD<ClusterBlock> blocks =
                dealt(dealing, partitions).mapPartitions(assemble).persist(StorageLevel.MEMORY_AND_DISK());
        try {
            blocks.count();
        } catch (Throwable e) {
            // Spark throws checked exceptions that its signatures do not name.
            blocks.unpersist(false);
            throw e;
        }
        return new RddBlockStore(spark, blocks, rows, columns);
    }

    /**
     * Brings other parcels to the blocks and counts something there.
     *
     * @param count of the parcels of a partition, and of its blocks
     */
    public long countBeside(
            RddBlockStore blocks,
            Dealing<T> dealing,
            FlatMapFunction2<Iterator<byte[]>, Iterator<ClusterBlock>, Long> count) {
        return dealt(dealing, blocks.blocks().getNumPartitions())
                .zipPartitions(blocks.blocks(), count)
                .reduce(Long::sum);
    }

    private JavaRDD<byte[]> dealt(Dealing<T> dealing, int partitions) {
        return parts.flatMapToPair(part -> pairs(dealing.of(part)))
                .partitionBy(new HashPartitioner(partitions))
                .values();
    }

    private static Iterator<Tuple2<Integer, byte[]>> pairs(Iterator<Parcel> parcels) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return parcels.hasNext();
            }

            @Override
            public Tuple2<Integer, byte[]> next() {
                Parcel parcel = parcels.next();
                return new Tuple2<>(parcel.partition(), parcel.bytes());
            }
        };
    }

    /** Lets go of what was kept. */
    public void release() {
        parts.unpersist(false);
    }
}
