package org.sparkglmm.spark.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.design.BlockAssembler;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterIds;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.RowChunk;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.spark.engine.BlockStore;
import org.sparkglmm.spark.engine.RddBlockStore;
import org.sparkglmm.spark.engine.TableParts;

/**
 * The one shuffle: packed rows travel to the partition of their person's block, where they are sorted and become blocks.
 * The number of blocks depends on the number of rows alone, so results do not depend on the cluster; only the number of
 * partitions (how many blocks share a task) does.
 */
public final class BlockLoader {
    /** Large enough that a pass costs arithmetic and not scheduling, small enough to share out evenly. */
    private static final long ROWS_A_BLOCK = 32_768;

    private static final int PARTITIONS_A_CORE = 4;

    /** A million rows a task: what it sorts stays far below a gigabyte. */
    private static final int MOST_BLOCKS_A_PARTITION = 32;

    private BlockLoader() {}

    /**
     * What became of a table's rows.
     *
     * @param blocks kept until they are released
     * @param personsDropped whose every row was incomplete
     */
    public record Loaded(BlockStore blocks, long personsDropped) {}

    /** Brings the rows of a bound table together in blocks. */
    public static Loaded load(BoundTable table, Family family) {
        TableParts<TablePart> rows = table.rows();
        int blocks = blockCount(table.counts().complete());
        int partitions = partitionCount(blocks, rows.cores());
        RowRouter router = new RowRouter(table.design(), table.id().travelsAsLong(), blocks, partitions);
        BlockAssembler assembler = new BlockAssembler(table.design(), family, blocks);
        try {
            RddBlockStore out = rows.blocks(
                    router::route,
                    partitions,
                    packed -> assembler.assemble(router.together(packed)).iterator(),
                    table.counts().complete(),
                    table.design().fixed().size());
            try {
                long lost = table.counts().dropped() == 0
                        ? 0
                        : rows.countBeside(out, router::routeDropped, router::countLost);
                return new Loaded(out, lost);
            } catch (Throwable e) {
                // Spark throws checked exceptions that its signatures do not name.
                out.release();
                throw e;
            }
        } finally {
            // Of what the rows are as they were read, nothing is needed any more.
            rows.release();
        }
    }

    static int blockCount(long rows) {
        return (int) Math.max(1, (rows + ROWS_A_BLOCK - 1) / ROWS_A_BLOCK);
    }

    /** Some for each core, and none too large for a task. */
    static int partitionCount(int blocks, int cores) {
        int least = (blocks + MOST_BLOCKS_A_PARTITION - 1) / MOST_BLOCKS_A_PARTITION;
        return Math.min(blocks, Math.max(PARTITIONS_A_CORE * Math.max(1, cores), least));
    }

    /** Neighbouring blocks lie together, so that a task can merge their sums. */
    static int partitionOf(int block, int blocks, int partitions) {
        return (int) ((long) block * partitions / blocks);
    }

    /** Deals packed rows out to partitions, factors coded as the design has their levels. */
    private static final class RowRouter implements Serializable {
        private static final long serialVersionUID = 1;

        private final Design design;
        private final boolean longIds;
        private final int blocks;
        private final int partitions;

        RowRouter(Design design, boolean longIds, int blocks, int partitions) {
            this.design = design;
            this.longIds = longIds;
            this.blocks = blocks;
            this.partitions = partitions;
        }

        Iterator<TableParts.Parcel> route(TablePart scanned) {
            List<TableParts.Parcel> out = new ArrayList<>();
            if (scanned instanceof TablePart.Rows rows) {
                RowChunk piece = empty(design.raw().size());
                piece.append(rows.packed());
                for (int k = 0; k < design.raw().size(); k++) {
                    if (design.raw().get(k).isFactor()) {
                        piece.recode(
                                k,
                                codes(rows.labels().get(k), design.raw().get(k).levels()));
                    }
                }
                deal(piece, out);
            }
            return out.iterator();
        }

        /** For each label its place among the levels. */
        private static int[] codes(List<String> labels, List<String> levels) {
            Map<String, Integer> code = RowEncoder.codes(levels);
            int[] out = new int[labels.size()];
            for (int i = 0; i < out.length; i++) {
                Integer known = code.get(labels.get(i));
                if (known == null) {
                    // A lost part was read again, and its file is not what it was.
                    throw new DataException(
                            "the table changed while it was read: a factor has a level now that it had not"
                                    + " at first; run again when nobody writes to it");
                }
                out[i] = known;
            }
            return out;
        }

        private void deal(RowChunk piece, List<TableParts.Parcel> out) {
            int[] partition = new int[piece.rows()];
            int[] next = new int[partitions + 1];
            for (int i = 0; i < partition.length; i++) {
                partition[i] = partitionOf(piece.ids().block(i, blocks), blocks, partitions);
                next[partition[i] + 1]++;
            }
            for (int p = 0; p < partitions; p++) {
                next[p + 1] += next[p];
            }
            int[] order = new int[partition.length];
            for (int i = 0; i < partition.length; i++) {
                order[next[partition[i]]++] = i;
            }
            int from = 0;
            for (int p = 0; p < partitions; p++) {
                if (next[p] > from) {
                    out.add(new TableParts.Parcel(p, piece.packed(order, from, next[p])));
                    from = next[p];
                }
            }
        }

        /** The ids of incomplete rows, to where their complete rows are if they have any. */
        Iterator<TableParts.Parcel> routeDropped(TablePart scanned) {
            List<TableParts.Parcel> out = new ArrayList<>();
            if (scanned instanceof TablePart.Rows rows) {
                RowChunk ids = empty(0);
                ids.append(rows.dropped());
                deal(ids, out);
            }
            return out.iterator();
        }

        /** How many ids are in no block of their partition. */
        Iterator<Long> countLost(Iterator<byte[]> dropped, Iterator<ClusterBlock> blocks) {
            Set<Object> lost = new HashSet<>();
            RowChunk all = empty(0);
            while (dropped.hasNext()) {
                all.append(dropped.next());
            }
            for (int i = 0; i < all.rows(); i++) {
                lost.add(id(all.ids(), i));
            }
            while (blocks.hasNext()) {
                ClusterIds ids = blocks.next().ids();
                for (int i = 0; i < ids.count() && !lost.isEmpty(); i++) {
                    lost.remove(id(ids, i));
                }
            }
            return List.of((long) lost.size()).iterator();
        }

        private Object id(ClusterIds ids, int i) {
            return longIds ? (Object) ids.number(i) : ids.text(i);
        }

        /** All rows of a partition. */
        RowChunk together(Iterator<byte[]> packed) {
            RowChunk all = empty(design.raw().size());
            while (packed.hasNext()) {
                all.append(packed.next());
            }
            return all;
        }

        private RowChunk empty(int columns) {
            return new RowChunk(longIds ? ClusterIds.ofNumbers(1) : ClusterIds.ofTexts(1), columns, 1);
        }
    }
}
