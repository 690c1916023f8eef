package org.sparkglmm.spark.engine;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.sparkglmm.core.design.BlockFunction;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.ColumnSelection;
import org.sparkglmm.core.design.LocalClusterData;

/**
 * Blocks in an RDD. A pass is one job without a shuffle: each task returns its blocks' results with their index, and the
 * driver puts them in block order, so that sums do not depend on who finished first.
 */
public final class SparkClusterData implements ClusterData {
    private static final long UNKNOWN = -1;
    /** Numbers that are no burden to the driver: some 30 MB. */
    private static final long HERE = 4_000_000;

    private final JavaRDD<ClusterBlock> blocks;
    private final long rows;

    /** Blocks of which nothing is known. */
    public SparkClusterData(JavaRDD<ClusterBlock> blocks) {
        this(blocks, UNKNOWN);
    }

    /** @param rows that went into the blocks, those without weight among them */
    public SparkClusterData(JavaRDD<ClusterBlock> blocks, long rows) {
        this.blocks = blocks;
        this.rows = rows;
    }

    /**
     * The blocks where passes over them cost least: small data are brought to this process, whose threads need no jobs.
     *
     * @param rows that went into the blocks
     * @param columns that a row has about, beside its outcome
     */
    public static ClusterData of(JavaRDD<ClusterBlock> blocks, long rows, int columns) {
        if (rows * (columns + 1L) > HERE) {
            return new SparkClusterData(blocks, rows);
        }
        List<ClusterBlock> here = new ArrayList<>(blocks.collect());
        here.sort(Comparator.comparingInt(ClusterBlock::index));
        return new LocalClusterData(here, Runtime.getRuntime().availableProcessors());
    }

    private record Indexed<R>(int index, R result) implements Serializable {}

    /** A named class and not a lambda: it carries the function and nothing else. */
    private static final class OverBlocks<R> implements FlatMapFunction<Iterator<ClusterBlock>, Indexed<R>> {
        private static final long serialVersionUID = 1;

        private final BlockFunction<R> function;

        OverBlocks(BlockFunction<R> function) {
            this.function = function;
        }

        @Override
        public Iterator<Indexed<R>> call(Iterator<ClusterBlock> blocks) {
            List<Indexed<R>> out = new ArrayList<>();
            while (blocks.hasNext()) {
                ClusterBlock block = blocks.next();
                out.add(new Indexed<>(block.index(), function.apply(block)));
            }
            return out.iterator();
        }
    }

    @Override
    public <R> List<R> mapBlocks(BlockFunction<R> function) {
        List<Indexed<R>> results =
                new ArrayList<>(blocks.mapPartitions(new OverBlocks<>(function)).collect());
        results.sort(Comparator.comparingInt(Indexed::index));
        return results.stream().map(Indexed::result).toList();
    }

    @Override
    public long rows() {
        return rows == UNKNOWN
                ? mapBlocks(ClusterBlock::rows).stream()
                        .mapToLong(Integer::longValue)
                        .sum()
                : rows;
    }

    @Override
    public ClusterData withColumns(ColumnSelection keep) {
        return new SparkClusterData(blocks.map(block -> block.withColumns(keep)), rows);
    }

    @Override
    public ClusterData centred(Centring centring) {
        return new SparkClusterData(blocks.map(centring::of), rows);
    }

    /** The blocks themselves, for what is written person by person. */
    public JavaRDD<ClusterBlock> blocks() {
        return blocks;
    }
}
