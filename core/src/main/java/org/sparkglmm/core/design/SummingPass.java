package org.sparkglmm.core.design;

import java.io.Serializable;
import org.sparkglmm.core.math.NumberTape;

/**
 * A pass of which only the sum over all blocks is wanted.
 *
 * @param <S> what blocks add up to
 */
public interface SummingPass<S extends SummingPass.Sum<S>> extends BlockFunction<S> {
    /** The sum of no blocks. */
    S nothing();

    /** What decides about the sum beside the data and the passes before: the same bits for the same question. */
    long fingerprint();

    /** A sum over blocks, which a row of numbers can hold to the bit. */
    interface Sum<S extends Sum<S>> extends Serializable {
        /** Adds that of the blocks that follow. */
        void merge(S other);

        /** Writes it out; {@link #restore} makes the same of a {@link SummingPass#nothing}. */
        void save(NumberTape to);

        /** Reads what {@link #save} wrote. */
        void restore(NumberTape from);
    }
}
