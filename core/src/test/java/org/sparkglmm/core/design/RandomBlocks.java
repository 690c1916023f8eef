package org.sparkglmm.core.design;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.sparkglmm.core.model.Family;

/** Small random data sets for tests: an intercept and p - 1 covariates, of which the first q make random effects. */
public final class RandomBlocks {
    private RandomBlocks() {}

    /** Values of a row's outcome and size, given its linear predictor. */
    public interface Outcome {
        double[] draw(double eta, Random random);
    }

    public static Design design(int p, int q, boolean weights) {
        List<RawColumn> raw = new ArrayList<>();
        raw.add(new RawColumn("y", "y", List.of()));
        raw.add(new RawColumn("size", "size", List.of()));
        raw.add(new RawColumn("weight", "weight", List.of()));
        raw.add(new RawColumn("offset", "offset", List.of()));
        List<DesignColumn> fixed = new ArrayList<>();
        fixed.add(new DesignColumn("(Intercept)", List.of()));
        for (int c = 1; c < Math.max(p, q); c++) {
            raw.add(new RawColumn("x" + c, "x" + c, List.of()));
            fixed.add(new DesignColumn("x" + c, List.of(new Component("x" + c, -1))));
        }
        return new Design(
                raw,
                0,
                1,
                weights ? 2 : -1,
                List.of(3),
                fixed.subList(0, p),
                RandomTerm.ofClusters("id", List.of(fixed.subList(0, q))));
    }

    public static ClusterBlock block(
            Design design, Family family, int clusters, int mostRows, double scale, long seed, Outcome outcome) {
        return blocks(design, family, 1, clusters, mostRows, scale, seed, outcome)
                .get(0);
    }

    /** The same clusters in several blocks. */
    public static List<ClusterBlock> blocks(
            Design design,
            Family family,
            int blocks,
            int clusters,
            int mostRows,
            double scale,
            long seed,
            Outcome outcome) {
        Random random = new Random(seed);
        RowChunk rows = new RowChunk(ClusterIds.ofNumbers(16), design.raw().size(), 16);
        for (int i = 0; i < clusters; i++) {
            int n = 1 + random.nextInt(mostRows);
            for (int j = 0; j < n; j++) {
                int row = rows.openRow();
                double offset = 0.3 * random.nextGaussian();
                double eta = offset;
                for (int k = 4; k < design.raw().size(); k++) {
                    double x = random.nextGaussian();
                    rows.set(k, row, x);
                    eta += scale * 0.5 * x;
                }
                double[] y = outcome.draw(scale * eta, random);
                rows.set(0, row, y[0]);
                rows.set(1, row, y[1]);
                rows.set(2, row, 1 + random.nextInt(3));
                rows.set(3, row, scale * offset);
                rows.ids().add(i);
            }
        }
        return new BlockAssembler(design, family, blocks).assemble(rows);
    }
}
