package org.sparkglmm.core.benchmark;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.sparkglmm.core.design.LocalClusterData;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.fit.FitListener;
import org.sparkglmm.core.fit.FitOptions;
import org.sparkglmm.core.fit.GlmmFit;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.LikelihoodPasses;
import org.sparkglmm.core.likelihood.MixedModel;
import org.sparkglmm.core.model.Link;

/**
 * A pass over the marginal log-likelihood next to the Laplace estimates, per row, on one thread: value and exact gradient with the
 * conditional modes found from 0 (cold) or from those of the pass before, at parameters a thousandth away (warm); and warm with the
 * exact Hessian (curvature).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EvaluationBenchmark {
    private static final int PERSONS = 2_000;
    private static final int VISITS = 10;
    private static final double STEP = 1e-3;

    @Param({"binomial", "poisson", "ordinal"})
    public String family;

    @Param({"1", "2", "3"})
    public int q;

    @Param({"1", "7"})
    public int nodes;

    @Param({"cold", "warm", "curvature"})
    public String pass;

    private LocalClusterData data;
    private MixedModel model;
    private GaussHermite grid;
    private LikelihoodPasses passes;
    private double[] here;
    private double[] there;

    /** Draws the data and fits them, so that every family is evaluated where its optimizer ends. */
    @Setup
    public void fit() {
        Visits visits = Visits.of(family, q, PERSONS, VISITS);
        Link link = visits.family().links().get(0);
        data = new LocalClusterData(visits.blocks(), 1);
        here = GlmmFit.fit(
                        new ModelSpec(visits.design(), visits.family(), link),
                        data,
                        new FitOptions(1, false, FitOptions.DEFAULT.optimizer()),
                        FitListener.SILENT)
                .parameters();
        there = here.clone();
        for (int i = 0; i < there.length; i++) {
            there[i] += STEP;
        }
        model = new MixedModel(visits.family().model(link), visits.design().layout(visits.family()));
        grid = new GaussHermite(nodes, q);
        passes = new LikelihoodPasses(data, model);
    }

    @Benchmark
    @OperationsPerInvocation(PERSONS * VISITS)
    public Object pass() {
        if (pass.equals("cold")) {
            return new LikelihoodPasses(data, model).likelihoods(grid, List.of(here));
        }
        double[] next = here;
        here = there;
        there = next;
        return pass.equals("warm") ? passes.likelihoods(grid, List.of(here)) : passes.curvature(grid, here);
    }
}
