package org.sparkglmm.core.fit;

import java.io.Serializable;
import java.util.List;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.LocalClusterData;
import org.sparkglmm.core.design.VariableMoments;
import org.sparkglmm.core.diagnostics.Diagnosis;
import org.sparkglmm.core.model.Family;

/**
 * What the first pass brings: the data described, and a sample of evenly spaced clusters, which serves starting values at the beginning and
 * diagnostics at the end.
 *
 * @param others of the variables that the moments do not describe
 */
record FirstPass(DataMoments moments, VariableMoments others, ClusterData sample) {

    /** Numbers in the sample that comes to the driver, and its rows: some 30 MB at most. */
    private static final long SAMPLE_NUMBERS = 4_000_000;

    private static final long SAMPLE_ROWS = 500_000;

    private record Part(DataMoments moments, VariableMoments others, ClusterBlock sample) implements Serializable {}

    static FirstPass over(ClusterData data, Family family, Design design) {
        long affordable = SAMPLE_NUMBERS / (design.fixed().size() + 1);
        int step = step(data.rows(), Math.max(Diagnosis.SAMPLE_ROWS, Math.min(SAMPLE_ROWS, affordable)));
        List<Part> parts = data.mapBlocks(block -> new Part(
                DataMoments.ofBlock(block, family, design),
                VariableMoments.ofBlock(block, design),
                step == 1 && !block.hasPatterns() ? block : block.everyNth(step)));
        DataMoments moments =
                DataMoments.merged(parts.stream().map(Part::moments).toList());
        VariableMoments others = parts.get(0).others;
        parts.stream().skip(1).forEach(part -> others.merge(part.others));
        return new FirstPass(
                moments, others, local(parts.stream().map(Part::sample).toList()));
    }

    private static int step(long rows, long wanted) {
        return (int) Math.max(1, (rows + wanted - 1) / wanted);
    }

    /** The part of a sample that is enough for diagnostics. */
    static ClusterData forDiagnostics(ClusterData sample) {
        int step = step(sample.rows(), Diagnosis.SAMPLE_ROWS);
        return step == 1 ? sample : everyNth(sample, step);
    }

    private static ClusterData everyNth(ClusterData sample, int step) {
        return local(sample.mapBlocks(block -> block.everyNth(step)));
    }

    /** About {@code size} evenly spaced clusters of a sample. */
    static ClusterData thinned(ClusterData sample, int size) {
        int step = (int) Math.max(1, clusters(sample) / size);
        return step == 1 ? sample : everyNth(sample, step);
    }

    static long clusters(ClusterData data) {
        return data.mapBlocks(ClusterBlock::clusters).stream()
                .mapToLong(Integer::longValue)
                .sum();
    }

    private static ClusterData local(List<ClusterBlock> blocks) {
        return new LocalClusterData(
                blocks.stream().filter(block -> block.clusters() > 0).toList(),
                Runtime.getRuntime().availableProcessors());
    }
}
