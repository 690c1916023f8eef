package org.sparkglmm.core.design;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Adds up the sums of blocks in a fixed binary tree over their places: two neighbours of equal size are merged, the earlier one first, as soon
 * as both are there. Which sums are merged with which depends on which blocks there are, not on the pieces in which they
 * come or on who merges them, so the total has the same bits whether executors merge what they have or the driver merges all.
 *
 * <p>One that has blocks a to b - 1 keeps at most 2 log₂(b - a) sums, and usually one or two. Not for several threads at once.
 *
 * @param <S> what blocks add up to
 */
public final class MergeTree<S extends SummingPass.Sum<S>> {
    /** Of a subtree that is complete, by the place of its first block. */
    private final TreeMap<Integer, Node<S>> nodes = new TreeMap<>();

    /**
     * What all blocks of a complete subtree add up to.
     *
     * @param first the place of its first block, a multiple of 2^level
     * @param level the subtree has 2^level places
     */
    public record Node<S extends SummingPass.Sum<S>>(int first, int level, S sum) implements Serializable {
        private int sibling() {
            return first ^ 1 << level;
        }

        private boolean isLeft() {
            return first < sibling();
        }
    }

    /**
     * Adds the sum of one block, which is the tree's from now on.
     *
     * @throws IllegalStateException if there is one in its place
     */
    public void add(int block, S sum) {
        add(new Node<>(block, 0, sum));
    }

    /**
     * Adds a node of another tree.
     *
     * @throws IllegalStateException if there is one in its place
     */
    public void add(Node<S> node) {
        Node<S> added = node;
        Node<S> sibling = nodes.get(added.sibling());
        while (sibling != null && sibling.level == added.level) {
            nodes.remove(sibling.first);
            Node<S> left = added.isLeft() ? added : sibling;
            left.sum.merge((added.isLeft() ? sibling : added).sum);
            added = new Node<>(left.first, left.level + 1, left.sum);
            sibling = nodes.get(added.sibling());
        }
        if (nodes.put(added.first, added) != null) {
            throw new IllegalStateException("two blocks have the place " + added.first);
        }
    }

    /** What cannot be merged any further without more blocks, in order. */
    public List<Node<S>> nodes() {
        return new ArrayList<>(nodes.values());
    }

    /** Adds what the blocks add up to, in order. */
    public void addTo(S total) {
        nodes.values().forEach(node -> total.merge(node.sum));
    }
}
