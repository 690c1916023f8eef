package org.sparkglmm.core.likelihood;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkglmm.core.design.BlockFunction;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.ColumnSelection;
import org.sparkglmm.core.design.LocalClusterData;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.optim.Evaluation;

/** A pass begins where the last one ended, and whoever has lost that place finds it again to the bit. */
class ModeTrailTest {
    private static List<ClusterBlock> blocks(Family family) {
        Random random = new Random(4);
        Rows rows = new Rows(RandomBlocks.design(3, 2, false));
        for (long id = 0; id < 200; id++) {
            double u = random.nextGaussian();
            for (int j = 0; j < 1 + random.nextInt(6); j++) {
                double x = random.nextGaussian();
                double mean = Math.exp(0.3 + 0.5 * u + 0.4 * x);
                rows.add(id, Math.rint(mean * (0.5 + random.nextDouble())), 1, 1, 0, x, random.nextGaussian());
            }
        }
        return rows.blocks(family, 3);
    }

    private static List<double[]> walk(int length) {
        List<double[]> out = new ArrayList<>();
        for (int k = 0; k < length; k++) {
            out.add(new double[] {0.3 + 0.05 * k, 0.4 - 0.02 * k, 0.01 * k, 0.6, 0.1, 0.3 + 0.01 * k});
        }
        return out;
    }

    private static ClusterBlock travelled(ClusterBlock block) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(block);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (ClusterBlock) in.readObject();
        }
    }

    /** Blocks that come from far away at every pass, and bring nothing along. */
    private record Fragile(List<ClusterBlock> blocks) implements ClusterData {
        @Override
        public <R> List<R> mapBlocks(BlockFunction<R> function) {
            List<ClusterBlock> copies = new ArrayList<>();
            try {
                for (ClusterBlock block : blocks) {
                    copies.add(travelled(block));
                }
            } catch (IOException | ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
            return new LocalClusterData(copies, 1).mapBlocks(function);
        }

        @Override
        public long rows() {
            return blocks.stream().mapToLong(ClusterBlock::rows).sum();
        }

        @Override
        public ClusterData withColumns(ColumnSelection keep) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ClusterData centred(Centring centring) {
            throw new UnsupportedOperationException();
        }
    }

    /** More passes than the longest trail. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 30})
    void blocksThatAreLostBetweenPassesChangeNoBit(int passes) throws Exception {
        Family family = Families.named("poisson");
        MixedModel model = new MixedModel(
                family.model(Link.LOG), RandomBlocks.design(3, 2, false).layout(family));
        GaussHermite grid = new GaussHermite(3, 2);
        LikelihoodPasses kept = new LikelihoodPasses(new LocalClusterData(blocks(family), 2), model);
        LikelihoodPasses lost = new LikelihoodPasses(new Fragile(blocks(family)), model);
        for (double[] point : walk(passes)) {
            LikelihoodSum a = kept.likelihoods(grid, List.of(point)).get(0);
            LikelihoodSum b = lost.likelihoods(grid, List.of(point)).get(0);
            assertEquals(a.logLikelihood(), b.logLikelihood());
            assertArrayEquals(a.gradient(), b.gradient());
        }
        double[] last = walk(passes).get(passes - 1);
        assertArrayEquals(
                kept.curvature(grid, last).hessian(), lost.curvature(grid, last).hessian());
    }

    /** √μ = |η|: every cluster has a mode on either side, and a stray pass must not leave it on the wrong one. */
    @Test
    void whereAPassStrayedDoesNotDecideBetweenModes() {
        Family family = Families.named("poisson");
        MixedModel model = new MixedModel(
                family.model(Link.SQRT), RandomBlocks.design(3, 2, false).layout(family));
        GaussHermite grid = new GaussHermite(1, 2);
        double[] there = {1.2, 0.2, 0, 0.5, 0.1, 0.2};
        double[] astray = {-2, 0.2, 0, 3, 0.1, 2};
        Evaluation alone = new MarginalLikelihood(new LocalClusterData(blocks(family), 1), model, grid).evaluate(there);
        MarginalLikelihood wandering = new MarginalLikelihood(new LocalClusterData(blocks(family), 1), model, grid);
        wandering.evaluate(astray);
        Evaluation after = wandering.evaluate(there);
        assertEquals(alone.value(), after.value());
        assertArrayEquals(alone.gradient(), after.gradient());
    }
}
