package org.sparkglmm.core.design;

import org.sparkglmm.core.model.Observations;

/**
 * Rows that are the same as the row before them of the same cluster in all that the model reads. Since a block's rows are in
 * the order of their values, rows that repeat each other are neighbours.
 */
public final class RepeatedRows {
    private RepeatedRows() {}

    /** How many there are: of three rows that are the same, two. */
    public static long in(ClusterData data) {
        return data.mapBlocks(RepeatedRows::ofBlock).stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    private static long ofBlock(ClusterBlock block) {
        long repeated = 0;
        for (int i = 0; i < block.clusters(); i++) {
            long ofCluster = 0;
            for (int j = block.start(i) + 1; j < block.start(i + 1); j++) {
                ofCluster += same(block, i, j) ? 1 : 0;
            }
            repeated += ofCluster * block.frequency(i);
        }
        return repeated;
    }

    private static boolean same(ClusterBlock block, int cluster, int row) {
        Observations seen = block.observations();
        boolean same = seen.y(row) == seen.y(row - 1)
                && seen.size(row) == seen.size(row - 1)
                && seen.weight(row) == seen.weight(row - 1)
                && (block.offset() == null || block.offset()[row] == block.offset()[row - 1])
                && same(block.x(), cluster, row)
                && same(block.z(), cluster, row);
        for (int k = 0; same && k < block.auxiliaryParts(); k++) {
            same = block.auxiliary(k) == null || same(block.auxiliary(k), cluster, row);
        }
        return same;
    }

    private static boolean same(BlockColumn[] columns, int cluster, int row) {
        for (BlockColumn column : columns) {
            if (column.at(cluster, row) != column.at(cluster, row - 1)) {
                return false;
            }
        }
        return true;
    }
}
