package org.sparkglmm.core.design;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Blocks in this process, evaluated by a number of threads. */
public final class LocalClusterData implements ClusterData {
    private final List<ClusterBlock> blocks;
    private final int threads;

    public LocalClusterData(List<ClusterBlock> blocks, int threads) {
        this.blocks = List.copyOf(blocks);
        this.threads = threads;
    }

    @Override
    public <R> List<R> mapBlocks(BlockFunction<R> function) {
        List<R> out = new ArrayList<>();
        if (threads <= 1 || blocks.size() == 1) {
            for (ClusterBlock block : blocks) {
                out.add(function.apply(block));
            }
            return out;
        }
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<R>> pending = new ArrayList<>();
            for (ClusterBlock block : blocks) {
                pending.add(pool.submit(() -> function.apply(block)));
            }
            for (Future<R> result : pending) {
                out.add(result.get());
            }
            return out;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted during a pass", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException r ? r : new IllegalStateException(e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    @Override
    public long rows() {
        return blocks.stream().mapToLong(ClusterBlock::rows).sum();
    }

    @Override
    public ClusterData withColumns(ColumnSelection keep) {
        return new LocalClusterData(
                blocks.stream().map(b -> b.withColumns(keep)).toList(), threads);
    }

    @Override
    public ClusterData centred(Centring centring) {
        return new LocalClusterData(blocks.stream().map(centring::of).toList(), threads);
    }
}
