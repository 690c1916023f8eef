package org.sparkglmm.spark.data;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.sparkglmm.core.design.BlockAssembler;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterIds;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.RawColumn;
import org.sparkglmm.core.design.RowChunk;
import org.sparkglmm.core.model.Family;
import scala.Tuple2;

/**
 * The one shuffle: rows travel in chunks of primitive arrays to the partition of their person's block, where they are
 * sorted and become blocks. The number of blocks depends on the number of rows alone, so results do not depend on the
 * cluster; only the number of partitions (how many blocks share a task) does.
 */
public final class BlockLoader {
    /** Large enough that a pass costs arithmetic and not scheduling, small enough to share out evenly. */
    private static final long ROWS_A_BLOCK = 32_768;

    private static final int CHUNK_ROWS = 8_192;
    private static final int PARTITIONS_A_CORE = 4;

    private BlockLoader() {}

    /** Blocks of a bound table, kept in memory (and on disk where they do not fit) until unpersisted. */
    public static JavaRDD<ClusterBlock> load(BoundTable table, Family family) {
        Dataset<Row> rows = table.rows();
        Design design = table.design();
        int blocks = blockCount(table.counts().complete());
        JavaSparkContext context =
                JavaSparkContext.fromSparkContext(rows.sparkSession().sparkContext());
        int partitions = Math.min(blocks, PARTITIONS_A_CORE * Math.max(1, context.defaultParallelism()));
        ChunkRouter router = new ChunkRouter(design, table.id().travelsAsLong(), blocks, partitions);
        BlockAssembler assembler = new BlockAssembler(design, family, blocks);
        int columns = design.raw().size();
        return rows.javaRDD()
                .mapPartitionsToPair(router::route)
                .partitionBy(new HashPartitioner(partitions))
                .mapPartitions(chunks -> assemble(assembler, chunks, columns))
                .persist(StorageLevel.MEMORY_AND_DISK());
    }

    static int blockCount(long rows) {
        return (int) Math.max(1, (rows + ROWS_A_BLOCK - 1) / ROWS_A_BLOCK);
    }

    private static Iterator<ClusterBlock> assemble(
            BlockAssembler assembler, Iterator<Tuple2<Integer, RowChunk>> chunks, int columns) {
        RowChunk all = null;
        while (chunks.hasNext()) {
            RowChunk chunk = chunks.next()._2();
            if (all == null) {
                all = new RowChunk(chunk.ids().empty(chunk.rows()), columns, chunk.rows());
            }
            all.append(chunk);
        }
        return all == null
                ? List.<ClusterBlock>of().iterator()
                : assembler.assemble(all).iterator();
    }

    /** Encodes rows and collects them in one chunk per partition, sent when full: memory stays bounded. */
    private static final class ChunkRouter implements Serializable {
        private static final long serialVersionUID = 1;

        private final boolean longIds;
        private final int blocks;
        private final int partitions;
        private final List<RawColumn> raw;

        ChunkRouter(Design design, boolean longIds, int blocks, int partitions) {
            this.longIds = longIds;
            this.blocks = blocks;
            this.partitions = partitions;
            raw = design.raw();
        }

        Iterator<Tuple2<Integer, RowChunk>> route(Iterator<Row> rows) {
            RowChunk[] open = new RowChunk[partitions];
            Deque<Tuple2<Integer, RowChunk>> ready = new ArrayDeque<>();
            RowEncoder encoder = new RowEncoder(raw);
            return new Iterator<>() {
                private boolean drained;

                private void advance() {
                    while (ready.isEmpty() && rows.hasNext()) {
                        add(rows.next());
                    }
                    if (ready.isEmpty() && !drained) {
                        drained = true;
                        for (int p = 0; p < partitions; p++) {
                            if (open[p] != null) {
                                ready.add(new Tuple2<>(p, open[p].trimmed()));
                            }
                        }
                    }
                }

                private void add(Row row) {
                    int block = longIds
                            ? ClusterIds.block(row.getLong(0), blocks)
                            : ClusterIds.block(row.getString(0), blocks);
                    int partition = block % partitions;
                    RowChunk chunk = open[partition];
                    if (chunk == null) {
                        chunk = new RowChunk(
                                longIds ? ClusterIds.ofNumbers(64) : ClusterIds.ofTexts(64), raw.size(), 64);
                        open[partition] = chunk;
                    }
                    int at = chunk.openRow();
                    for (int k = 0; k < raw.size(); k++) {
                        chunk.set(k, at, encoder.value(row, k + 1, k));
                    }
                    if (longIds) {
                        chunk.ids().add(row.getLong(0));
                    } else {
                        chunk.ids().add(row.getString(0));
                    }
                    if (chunk.rows() == CHUNK_ROWS) {
                        ready.add(new Tuple2<>(partition, chunk));
                        open[partition] = null;
                    }
                }

                @Override
                public boolean hasNext() {
                    advance();
                    return !ready.isEmpty();
                }

                @Override
                public Tuple2<Integer, RowChunk> next() {
                    if (!hasNext()) {
                        throw new NoSuchElementException();
                    }
                    return ready.poll();
                }
            };
        }
    }

    /** A raw value of a row: the number, or the code of the label. */
    static final class RowEncoder {
        private final List<Map<String, Integer>> codes;

        RowEncoder(List<RawColumn> raw) {
            codes = raw.stream().map(RowEncoder::codes).toList();
        }

        private static Map<String, Integer> codes(RawColumn column) {
            Map<String, Integer> out = new HashMap<>();
            for (int level = 0; level < column.levels().size(); level++) {
                out.put(column.levels().get(level), level);
            }
            return out;
        }

        /** The value of raw column k, which is column {@code at} of the row; NaN if it is missing or an unknown label. */
        double value(Row row, int at, int k) {
            if (row.isNullAt(at)) {
                return Double.NaN;
            }
            Map<String, Integer> labels = codes.get(k);
            if (labels.isEmpty()) {
                return row.getDouble(at);
            }
            Integer code = labels.get(row.getString(at));
            return code == null ? Double.NaN : code;
        }
    }
}
