package org.sparkglmm.spark.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.sparkglmm.core.design.BlockAssembler;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.ClusterIds;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.LocalClusterData;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.design.RawColumn;
import org.sparkglmm.core.design.RowChunk;
import org.sparkglmm.core.design.SummingPass;
import org.sparkglmm.core.math.CompensatedSum;
import org.sparkglmm.core.math.NumberTape;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.spark.cli.TestSession;

/** The engine against a plain loop over the same blocks. */
class SparkClusterDataTest {
    private static final int BLOCKS = 37;

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    /** Blocks of some persons each, some of them absent. */
    private static List<ClusterBlock> blocks() {
        return blocks(BLOCKS, 60);
    }

    private static List<ClusterBlock> blocks(int blocks, int persons) {
        Design design = new Design(
                List.of(new RawColumn("y", "y", List.of()), new RawColumn("size", "size", List.of())),
                0,
                1,
                -1,
                List.of(),
                List.of(DesignColumn.intercept()),
                RandomTerm.ofClusters("id", List.of(List.of(DesignColumn.intercept()))));
        RowChunk rows = new RowChunk(ClusterIds.ofNumbers(16), 2, 16);
        Random random = new Random(5);
        for (int i = 0; i < persons; i++) {
            int row = rows.openRow();
            rows.set(0, row, random.nextGaussian());
            rows.set(1, row, 1);
            rows.ids().add(i);
        }
        return new BlockAssembler(design, Families.named("gaussian"), blocks).assemble(rows);
    }

    /** Sums of outcomes and of what makes the order of additions visible, as wide as is asked for. */
    private record Outcomes(int width) implements SummingPass<Outcomes.Sum> {
        @Override
        public Sum nothing() {
            return new Sum(width);
        }

        @Override
        public long fingerprint() {
            return width;
        }

        @Override
        public Sum apply(ClusterBlock block) {
            Sum out = nothing();
            for (int k = 0; k < width; k++) {
                for (int j = 0; j < block.rows(); j++) {
                    out.sum.add(k, block.observations().y(j) * ((block.index() + k) % 3 == 0 ? 1e16 : 1));
                }
            }
            return out;
        }

        private static final class Sum implements SummingPass.Sum<Sum> {
            private static final long serialVersionUID = 1;

            private final CompensatedSum sum;

            Sum(int width) {
                sum = new CompensatedSum(width);
            }

            @Override
            public void merge(Sum other) {
                sum.merge(other.sum);
            }

            @Override
            public void save(NumberTape to) {
                sum.save(to);
            }

            @Override
            public void restore(NumberTape from) {
                sum.restore(from);
            }
        }
    }

    private static double[] bits(ClusterData data, int width) {
        NumberTape tape = new NumberTape();
        data.total(new Outcomes(width)).save(tape);
        return tape.toArray();
    }

    @Test
    void sparkEqualsAPlainLoopForAnyPartitioning() {
        List<ClusterBlock> blocks = blocks();
        assertTrue(blocks.size() < BLOCKS, "some are absent");
        double[] expected = bits(new LocalClusterData(blocks, 1), 3);
        JavaSparkContext spark =
                JavaSparkContext.fromSparkContext(TestSession.get().sparkContext());
        List<ClusterBlock> shuffled = new ArrayList<>(blocks);
        Collections.shuffle(shuffled, new Random(1));
        for (List<ClusterBlock> order : List.of(blocks, shuffled)) {
            for (int partitions : new int[] {1, 3, 8, 50}) {
                for (long mostBytes : new long[] {0, Long.MAX_VALUE}) {
                    ClusterData data =
                            new SparkClusterData(spark.parallelize(order, partitions), blocks.size(), mostBytes);
                    assertArrayEquals(expected, bits(data, 3), partitions + " partitions, at most " + mostBytes);
                    assertEquals(
                            blocks.stream().map(ClusterBlock::index).toList(), data.mapBlocks(ClusterBlock::index));
                }
            }
        }
    }

    /** As wide as 5,000 levels of a factor with 30 numbers each, over as many blocks as 10^7 rows have. */
    @Test
    void wideSumsReachTheDriverMerged() throws TimeoutException {
        int width = 5_000 * 30;
        int many = 306;
        List<ClusterBlock> blocks = blocks(many, 2_000);
        assertEquals(many, blocks.size());
        SparkContext context = TestSession.get().sparkContext();
        AtomicLong sent = new AtomicLong();
        SparkListener listener = new SparkListener() {
            @Override
            public void onTaskEnd(SparkListenerTaskEnd task) {
                sent.addAndGet(task.taskMetrics().resultSize());
            }
        };
        ClusterData data = new SparkClusterData(
                JavaSparkContext.fromSparkContext(context).parallelize(blocks, many), blocks.size());
        context.addSparkListener(listener);
        try {
            double[] actual = bits(data, width);
            context.listenerBus().waitUntilEmpty();
            assertArrayEquals(bits(new LocalClusterData(blocks, 1), width), actual);
            long one = 16L * width;
            assertTrue(sent.get() < 40 * one, sent.get() + " bytes, of sums of " + one);
        } finally {
            context.removeSparkListener(listener);
        }
    }

    @Test
    void localThreadsChangeNoBit() {
        List<ClusterBlock> blocks = blocks();
        assertArrayEquals(bits(new LocalClusterData(blocks, 1), 2), bits(new LocalClusterData(blocks, 4), 2));
    }
}
