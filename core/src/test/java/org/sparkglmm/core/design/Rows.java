package org.sparkglmm.core.design;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.sparkglmm.core.model.Family;

/** Rows of a {@link RandomBlocks#design} by hand: id, then y, size, frequency weight, offset and the covariates. */
public final class Rows {
    private final Design design;
    private final List<Object> ids = new ArrayList<>();
    private final List<double[]> values = new ArrayList<>();

    public Rows(Design design) {
        this.design = design;
    }

    public Design design() {
        return design;
    }

    public int count() {
        return values.size();
    }

    /** A row's raw values, in the design's order. */
    public double[] row(int i) {
        return values.get(i);
    }

    public Object id(int i) {
        return ids.get(i);
    }

    /** Adds a row; ids are Long or String, of one kind in all rows. */
    public Rows add(Object id, double... raw) {
        if (raw.length != design.raw().size()) {
            throw new IllegalArgumentException("a row has " + design.raw().size() + " values, got " + raw.length);
        }
        ids.add(id);
        values.add(raw.clone());
        return this;
    }

    /** The same rows in another order. */
    public Rows shuffled(long seed) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < count(); i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(seed));
        Rows out = new Rows(design);
        for (int i : order) {
            out.add(ids.get(i), values.get(i));
        }
        return out;
    }

    /** Rows {@code from} to {@code to - 1} as a chunk. */
    public RowChunk chunk(int from, int to) {
        boolean numbers = ids.isEmpty() || ids.get(0) instanceof Long;
        RowChunk chunk = new RowChunk(
                numbers ? ClusterIds.ofNumbers(1) : ClusterIds.ofTexts(1),
                design.raw().size(),
                1);
        for (int i = from; i < to; i++) {
            int row = chunk.openRow();
            for (int c = 0; c < design.raw().size(); c++) {
                chunk.set(c, row, values.get(i)[c]);
            }
            if (numbers) {
                chunk.ids().add((Long) ids.get(i));
            } else {
                chunk.ids().add((String) ids.get(i));
            }
        }
        return chunk;
    }

    public RowChunk chunk() {
        return chunk(0, count());
    }

    public List<ClusterBlock> blocks(Family family, int blocks) {
        return new BlockAssembler(design, family, blocks).assemble(chunk());
    }

    public LocalClusterData data(Family family, int blocks, int threads) {
        return new LocalClusterData(blocks(family, blocks), threads);
    }
}
