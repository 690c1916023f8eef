package org.sparkglmm.spark.engine;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.sparkglmm.core.design.BlockFunction;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.ColumnSelection;
import org.sparkglmm.core.design.MergeTree;
import org.sparkglmm.core.design.SummingPass;
import org.sparkglmm.core.math.NumberTape;

/**
 * Blocks in an RDD. A pass is one job: each task merges the sums of its blocks as far as a {@link MergeTree} goes, and the driver the rest, so
 * that a total does not depend on who finished first, nor on how blocks lie in partitions. Sums that are large for so many tasks are
 * merged by tasks of a second stage before the driver has them.
 */
public final class SparkClusterData implements ClusterData {
    private static final long UNKNOWN = -1;
    /** Bytes that a pass may send to the driver at once: a sixteenth of what Spark allows by default (spark.driver.maxResultSize). */
    private static final long MOST_BYTES = 64L << 20;
    /** Tasks of a second stage, each with some of about so many ranges of places. */
    private static final int RANGES = 8;

    private final JavaRDD<ClusterBlock> blocks;
    private final long rows;
    private final long mostBytes;

    /** Blocks of which nothing is known. */
    public SparkClusterData(JavaRDD<ClusterBlock> blocks) {
        this(blocks, UNKNOWN);
    }

    /** @param rows that went into the blocks, those without weight among them */
    public SparkClusterData(JavaRDD<ClusterBlock> blocks, long rows) {
        this(blocks, rows, MOST_BYTES);
    }

    /** @param mostBytes that a pass may send to the driver before tasks merge what neighbouring partitions have */
    SparkClusterData(JavaRDD<ClusterBlock> blocks, long rows, long mostBytes) {
        this.blocks = blocks;
        this.rows = rows;
        this.mostBytes = mostBytes;
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

    /** The sums of a partition's blocks, merged as far as they are neighbours. */
    private static final class Merging<S extends SummingPass.Sum<S>>
            implements FlatMapFunction<Iterator<ClusterBlock>, MergeTree.Node<S>> {
        private static final long serialVersionUID = 1;

        private final SummingPass<S> pass;

        Merging(SummingPass<S> pass) {
            this.pass = pass;
        }

        @Override
        public Iterator<MergeTree.Node<S>> call(Iterator<ClusterBlock> blocks) {
            MergeTree<S> tree = new MergeTree<>();
            blocks.forEachRemaining(block -> tree.add(block.index(), pass.apply(block)));
            return tree.nodes().iterator();
        }
    }

    @Override
    public <S extends SummingPass.Sum<S>> S total(SummingPass<S> pass) {
        JavaRDD<MergeTree.Node<S>> nodes = blocks.mapPartitions(new Merging<>(pass));
        S total = pass.nothing();
        if (bytes(total) * blocks.getNumPartitions() > mostBytes) {
            nodes = merged(nodes);
        }
        MergeTree<S> tree = new MergeTree<>();
        nodes.collect().forEach(tree::add);
        tree.addTo(total);
        return total;
    }

    private static <S extends SummingPass.Sum<S>> long bytes(S sum) {
        NumberTape tape = new NumberTape();
        sum.save(tape);
        return 8L * tape.toArray().length;
    }

    /** Neighbours brought together: one shuffle of what would otherwise come to the driver. */
    private <S extends SummingPass.Sum<S>> JavaRDD<MergeTree.Node<S>> merged(JavaRDD<MergeTree.Node<S>> nodes) {
        int places = 1 + blocks.map(ClusterBlock::index).reduce(Math::max);
        int shift = Integer.SIZE - Integer.numberOfLeadingZeros(places / RANGES);
        return nodes.keyBy(node -> node.first() >> shift)
                .partitionBy(new HashPartitioner(RANGES))
                .values()
                .mapPartitions(ofRange -> {
                    MergeTree<S> tree = new MergeTree<>();
                    ofRange.forEachRemaining(tree::add);
                    return tree.nodes().iterator();
                });
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
        return new SparkClusterData(blocks.map(block -> block.withColumns(keep)), rows, mostBytes);
    }

    @Override
    public ClusterData centred(Centring centring) {
        return new SparkClusterData(blocks.map(centring::of), rows, mostBytes);
    }
}
