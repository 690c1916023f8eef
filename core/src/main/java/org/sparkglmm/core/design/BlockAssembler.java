package org.sparkglmm.core.design;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Observations;

/**
 * Turns raw rows into blocks: groups them by block and by id, puts the rows of a cluster in a total order of their
 * values, and computes the design columns. The result depends on the set of rows alone, not on the order or the chunks
 * in which they came.
 */
public final class BlockAssembler implements Serializable {
    private static final long serialVersionUID = 1;

    private final Design design;
    private final Family family;
    private final int blocks;
    private final boolean mayRepeat;

    /** @param blocks number of blocks in the whole data set */
    public BlockAssembler(Design design, Family family, int blocks) {
        this.design = design;
        this.family = family;
        this.blocks = blocks;
        // Normal outcomes hardly repeat themselves, and their short cut by cross-products gains nothing from it.
        mayRepeat = family.links().stream().noneMatch(family::isLinear);
    }

    /**
     * All rows of some of the blocks → these blocks, in index order; blocks without rows are absent. A row of frequency
     * weight 0 is no row.
     */
    public List<ClusterBlock> assemble(RowChunk all) {
        int weight = design.weight();
        RowOrder order = new RowOrder(all, design.raw().size(), i -> weight < 0 || all.value(weight, i) != 0, blocks);
        List<ClusterBlock> out = new ArrayList<>();
        for (int b = 0; b < blocks; b++) {
            int[] rows = order.ofBlock(b);
            if (rows.length > 0) {
                out.add(build(b, all, rows));
            }
        }
        return out;
    }

    private ClusterBlock build(int index, RowChunk rows, int[] ofBlock) {
        int[] order = ofBlock;
        int n = order.length;
        ClusterIds ids = rows.ids().empty(16);
        int[] start = new int[n + 1];
        int clusters = 0;
        for (int j = 0; j < n; j++) {
            if (j == 0 || rows.ids().compare(order[j - 1], order[j]) != 0) {
                ids.addFrom(rows.ids(), order[j]);
                start[clusters++] = j;
            }
        }
        ids.trim();
        start = Arrays.copyOf(start, clusters + 1);
        start[clusters] = n;
        int[] clusterOf = mayRepeat ? ClusterPatterns.of(rows, design.raw().size(), order, start) : null;
        if (clusterOf != null) {
            int[] once = firstOfEach(clusterOf);
            order = rowsOf(once, order, start);
            start = startsOf(once, start);
            clusters = once.length;
            n = order.length;
        }

        Observations observations = new Observations(
                pick(rows, design.response(), order),
                pick(rows, design.size(), order),
                pick(rows, design.weight(), order));
        double[] offset = null;
        for (int o : design.offsets()) {
            double[] part = pick(rows, o, order);
            if (offset == null) {
                offset = part;
            } else {
                for (int j = 0; j < n; j++) {
                    offset[j] += part[j];
                }
            }
        }
        Map<DesignColumn, BlockColumn> made = new HashMap<>();
        BlockColumn[] x = columns(design.fixed(), rows, order, start, made);
        BlockColumn[] z = columns(design.randomColumns(), rows, order, start, made);
        BlockColumn[][] auxiliary = new BlockColumn[design.auxiliary().size()][];
        for (int k = 0; k < auxiliary.length; k++) {
            List<DesignColumn> part = design.auxiliary().get(k);
            auxiliary[k] = part.isEmpty() ? null : columns(part, rows, order, start, made);
        }
        return new ClusterBlock(
                index,
                ids,
                clusterOf,
                start,
                observations,
                offset,
                x,
                z,
                auxiliary,
                logConstants(observations, start, clusters));
    }

    /** The first person of each pattern. */
    private static int[] firstOfEach(int[] patternOf) {
        int[] out = new int[patternOf.length];
        int patterns = 0;
        for (int i = 0; i < patternOf.length; i++) {
            if (patternOf[i] == patterns) {
                out[patterns++] = i;
            }
        }
        return Arrays.copyOf(out, patterns);
    }

    private static int[] startsOf(int[] persons, int[] start) {
        int[] out = new int[persons.length + 1];
        for (int k = 0; k < persons.length; k++) {
            out[k + 1] = out[k] + start[persons[k] + 1] - start[persons[k]];
        }
        return out;
    }

    private static int[] rowsOf(int[] persons, int[] order, int[] start) {
        int[] out = new int[order.length];
        int n = 0;
        for (int i : persons) {
            for (int j = start[i]; j < start[i + 1]; j++) {
                out[n++] = order[j];
            }
        }
        return Arrays.copyOf(out, n);
    }

    private double[] logConstants(Observations observations, int[] start, int clusters) {
        double[] out = new double[clusters];
        for (int i = 0; i < clusters; i++) {
            double sum = 0;
            for (int j = start[i]; j < start[i + 1]; j++) {
                double y = observations.y(j);
                double size = observations.size(j);
                // Impossible outcomes are counted and refused elsewhere; here they must only not throw.
                sum += family.supports(y, size) ? observations.weight(j) * family.logConstant(y, size) : 0;
            }
            out[i] = sum;
        }
        return out;
    }

    private static double[] pick(RowChunk rows, int column, int[] order) {
        if (column < 0) {
            return null;
        }
        double[] from = rows.column(column);
        double[] out = new double[order.length];
        for (int j = 0; j < order.length; j++) {
            out[j] = from[order[j]];
        }
        return out;
    }

    private BlockColumn[] columns(
            List<DesignColumn> columns, RowChunk rows, int[] order, int[] start, Map<DesignColumn, BlockColumn> made) {
        BlockColumn[] out = new BlockColumn[columns.size()];
        for (int c = 0; c < out.length; c++) {
            DesignColumn column = columns.get(c);
            out[c] = column.components().isEmpty()
                    ? BlockColumn.ONES
                    : made.computeIfAbsent(column, k -> BlockColumn.ofRows(values(k, rows, order), start));
        }
        return out;
    }

    private double[] values(DesignColumn column, RowChunk rows, int[] order) {
        double[] out = new double[order.length];
        Arrays.fill(out, 1);
        for (Component component : column.components()) {
            double[] raw = rows.column(design.rawIndex(component.variable()));
            int level = component.level();
            for (int j = 0; j < out.length; j++) {
                double v = raw[order[j]];
                out[j] *= level < 0 ? v - component.centre() : v == level ? 1 : 0;
            }
        }
        return out;
    }
}
