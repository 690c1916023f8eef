package org.sparkglmm.core.design;

import java.util.List;

/**
 * A data set in blocks, wherever they are. This is all that the statistics see of it: a fit cannot tell threads over
 * arrays from tasks on a cluster.
 */
public interface ClusterData {
    /** One pass: the function's result of every block, in block order. */
    <R> List<R> mapBlocks(BlockFunction<R> function);

    /** How many rows there are, or nearly so: known without a pass, and the same wherever the blocks are. */
    long rows();

    /** The same clusters with only some columns. */
    ClusterData withColumns(ColumnSelection keep);
}
