package org.sparkglmm.core.benchmark;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.sparkglmm.core.design.LocalClusterData;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.fit.FitListener;
import org.sparkglmm.core.fit.FitOptions;
import org.sparkglmm.core.fit.FitResult;
import org.sparkglmm.core.fit.GlmmFit;

/**
 * From blocks in memory to estimates, covariance and diagnostics: 100,000 persons with 10 visits each, with a random intercept
 * (q = 1) and with a random slope too (q = 2).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
public class FitBenchmark {
    private static final int PERSONS = 100_000;
    private static final int VISITS = 10;

    @Param("binomial")
    public String family;

    @Param({"1", "2"})
    public int q;

    @Param({"1", "7"})
    public int nodes;

    @Param("1")
    public int threads;

    private Visits visits;

    @Setup
    public void draw() {
        visits = Visits.of(family, q, PERSONS, VISITS);
    }

    @Benchmark
    public FitResult fit() {
        return GlmmFit.fit(
                new ModelSpec(
                        visits.design(),
                        visits.family(),
                        visits.family().links().get(0)),
                new LocalClusterData(visits.blocks(), threads),
                new FitOptions(nodes, false, FitOptions.DEFAULT.optimizer()),
                FitListener.SILENT);
    }
}
