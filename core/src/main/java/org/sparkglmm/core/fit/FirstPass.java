package org.sparkglmm.core.fit;

import java.io.Serializable;
import java.util.List;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.LocalClusterData;
import org.sparkglmm.core.diagnostics.Diagnosis;
import org.sparkglmm.core.model.Family;

/**
 * What the first pass brings: the data described, and a sample of evenly spaced clusters, which serves starting values at the beginning and
 * diagnostics at the end.
 */
record FirstPass(DataMoments moments, ClusterData sample) {

    /** Of the sample that comes to the driver: some 20 MB. */
    private static final long SAMPLE_ROWS = 500_000;

    private record Part(DataMoments moments, ClusterBlock sample) implements Serializable {}

    static FirstPass over(ClusterData data, Family family, Design design) {
        int step = step(data.rows(), SAMPLE_ROWS);
        List<Part> parts = data.mapBlocks(block -> new Part(
                DataMoments.ofBlock(block, family, design),
                step == 1 && !block.hasPatterns() ? block : block.everyNth(step)));
        return new FirstPass(
                DataMoments.merged(parts.stream().map(Part::moments).toList()),
                local(parts.stream().map(Part::sample).toList()));
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
        return new LocalClusterData(blocks, Runtime.getRuntime().availableProcessors());
    }
}
