package org.sparkglmm.core.design;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkglmm.core.math.NumberTape;

/** The shape of the tree, written out in brackets, is the same in whatever pieces and order the blocks come. */
class MergeTreeTest {
    /** A sum that remembers how it was made. */
    private static final class Brackets implements SummingPass.Sum<Brackets> {
        private static final long serialVersionUID = 1;

        private String text;

        Brackets(String text) {
            this.text = text;
        }

        @Override
        public void merge(Brackets other) {
            text = text.isEmpty() ? other.text : "(" + text + " " + other.text + ")";
        }

        @Override
        public void save(NumberTape to) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void restore(NumberTape from) {
            throw new UnsupportedOperationException();
        }
    }

    private static String total(MergeTree<Brackets> tree) {
        Brackets out = new Brackets("");
        tree.addTo(out);
        return out.text;
    }

    private static String total(List<Integer> blocks) {
        MergeTree<Brackets> tree = new MergeTree<>();
        blocks.forEach(b -> tree.add(b, new Brackets("" + b)));
        return total(tree);
    }

    @Test
    void neighboursOfEqualSizeAreMergedTheEarlierOneFirst() {
        assertEquals("(((0 1) (2 3)) 4)", total(List.of(0, 1, 2, 3, 4)));
        assertEquals("(((0 1) (2 3)) 4)", total(List.of(4, 2, 1, 3, 0)));
    }

    @Test
    void blocksThatAreNotThereLeaveTheOthersWhereTheyAre() {
        assertEquals("(((0 1) 3) (4 5))", total(List.of(0, 1, 3, 4, 5)));
        assertEquals("7", total(List.of(7)));
        assertEquals("", total(List.of()));
    }

    @Test
    void piecesInAnyOrderMakeTheSameTree() {
        Random random = new Random(3);
        for (int n : new int[] {1, 2, 7, 64, 100}) {
            List<Integer> blocks = new ArrayList<>();
            for (int b = 0; b < n; b++) {
                if (random.nextInt(9) > 0 || b == 0) {
                    blocks.add(b);
                }
            }
            String expected = total(blocks);
            for (int attempt = 0; attempt < 20; attempt++) {
                List<MergeTree.Node<Brackets>> nodes = new ArrayList<>();
                for (int from = 0; from < blocks.size(); ) {
                    int to = Math.min(blocks.size(), from + 1 + random.nextInt(12));
                    MergeTree<Brackets> piece = new MergeTree<>();
                    blocks.subList(from, to).forEach(b -> piece.add(b, new Brackets("" + b)));
                    nodes.addAll(piece.nodes());
                    from = to;
                }
                Collections.shuffle(nodes, random);
                MergeTree<Brackets> all = new MergeTree<>();
                nodes.forEach(all::add);
                assertEquals(expected, total(all));
            }
        }
    }

    @Test
    void aRunOfBlocksKeepsFewSums() {
        MergeTree<Brackets> tree = new MergeTree<>();
        for (int b = 5; b < 1005; b++) {
            tree.add(b, new Brackets(""));
        }
        assertTrue(tree.nodes().size() <= 2 * 10, "" + tree.nodes().size());
    }

    @Test
    void twoSumsInOnePlaceAreRefused() {
        MergeTree<Brackets> tree = new MergeTree<>();
        tree.add(3, new Brackets("a"));
        assertThrows(IllegalStateException.class, () -> tree.add(3, new Brackets("b")));
    }
}
