package org.sparkglmm.core.benchmark;

import java.util.Collections;
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
import org.sparkglmm.core.fit.FitListener;
import org.sparkglmm.core.fit.FitOptions;
import org.sparkglmm.core.fit.GlmmFit;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.MarginalLikelihood;
import org.sparkglmm.core.likelihood.MixedModel;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.optim.Evaluation;

/**
 * Value and exact gradient of the marginal log-likelihood at the Laplace estimates, per row, on one thread.
 *
 * <p>{@code points} is how many times the pass evaluates: a first evaluation finds the modes from 0, further ones from the modes
 * of the first. So 1 measures cold modes, and from 1 and 11 together follows what warm ones cost.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EvaluationBenchmark {
    private static final int PERSONS = 2_000;
    private static final int VISITS = 10;

    @Param({"binomial", "poisson", "ordinal"})
    public String family;

    @Param({"1", "2", "3"})
    public int q;

    @Param({"1", "7"})
    public int nodes;

    @Param({"1", "11"})
    public int points;

    private MarginalLikelihood likelihood;
    private List<double[]> parameters;

    /** Draws the data and fits them, so that every family is evaluated where its optimizer ends. */
    @Setup
    public void fit() {
        Visits visits = Visits.of(family, q, PERSONS, VISITS);
        Link link = visits.family().links().get(0);
        LocalClusterData data = new LocalClusterData(visits.blocks(), 1);
        double[] estimates = GlmmFit.fit(
                        visits.design(),
                        visits.family(),
                        link,
                        data,
                        new FitOptions(1, false, FitOptions.DEFAULT.optimizer()),
                        FitListener.SILENT)
                .parameters();
        MixedModel model =
                new MixedModel(visits.family().model(link), visits.design().layout(visits.family()));
        likelihood = new MarginalLikelihood(data, model, new GaussHermite(nodes, q));
        parameters = Collections.nCopies(points, estimates);
    }

    @Benchmark
    @OperationsPerInvocation(PERSONS * VISITS)
    public List<Evaluation> pass() {
        return likelihood.evaluate(parameters);
    }
}
