package org.sparkglmm.core.design;

import java.util.List;

/**
 * A data set in blocks, wherever they are. This is all that the statistics see of it: a fit cannot tell threads over
 * arrays from tasks on a cluster.
 */
public interface ClusterData {
    /** One pass: the function's result of every block, in block order. */
    <R> List<R> mapBlocks(BlockFunction<R> function);

    /** One pass: the sum over all blocks, by a {@link MergeTree}. */
    default <S extends SummingPass.Sum<S>> S total(SummingPass<S> pass) {
        MergeTree<S> tree = new MergeTree<>();
        mapBlocks(block -> new MergeTree.Node<>(block.index(), 0, pass.apply(block)))
                .forEach(tree::add);
        S total = pass.nothing();
        tree.addTo(total);
        return total;
    }

    /** How many rows there are, or nearly so: known without a pass, and the same wherever the blocks are. */
    long rows();

    /** The same clusters with only some columns. */
    ClusterData withColumns(ColumnSelection keep);

    /** The same clusters in columns about other origins. */
    ClusterData centred(Centring centring);
}
