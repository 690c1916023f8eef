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

    private record Part(DataMoments moments, ClusterBlock sample) implements Serializable {}

    static FirstPass over(ClusterData data, Family family, Design design) {
        int step = Diagnosis.sampleStep(data.rows());
        List<Part> parts = data.mapBlocks(block -> new Part(
                DataMoments.ofBlock(block, family, design),
                step == 1 && !block.hasPatterns() ? block : block.everyNth(step)));
        return new FirstPass(
                DataMoments.merged(parts.stream().map(Part::moments).toList()),
                local(parts.stream().map(Part::sample).toList()));
    }

    /** About {@code size} evenly spaced clusters of a sample. */
    static ClusterData thinned(ClusterData sample, int size) {
        List<ClusterBlock> blocks = sample.mapBlocks(block -> block);
        int step = (int) Math.max(1, clusters(sample) / size);
        return step == 1
                ? sample
                : local(blocks.stream().map(block -> block.everyNth(step)).toList());
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
