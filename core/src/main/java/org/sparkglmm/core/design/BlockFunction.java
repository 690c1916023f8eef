package org.sparkglmm.core.design;

import java.io.Serializable;

/** What a pass computes of one block. It travels to where the block is; its result, which must be serialisable, back. */
public interface BlockFunction<R> extends Serializable {
    R apply(ClusterBlock block);
}
