package org.sparkglmm.core.fit;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.sparkglmm.core.inference.ParameterCovariance;
import org.sparkglmm.core.likelihood.FinalSums;
import org.sparkglmm.core.likelihood.FinerRules;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.LikelihoodPasses;
import org.sparkglmm.core.likelihood.MarginalLikelihood;
import org.sparkglmm.core.likelihood.ScoreSum;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Objective;
import org.sparkglmm.core.optim.TransformedObjective;

/**
 * Minus the log-likelihood of all the data by one rule of quadrature, in scaled variables, sparing of passes: it remembers its last
 * evaluation, and at what is expected to be the optimum takes in the same pass all that is wanted there.
 */
final class FullObjective implements Objective {
    private final long clusters;
    private final LikelihoodPasses passes;
    private final GaussHermite grid;
    private final FinerRules check;
    private final double[][] toRaw;
    private final TransformedObjective inner;
    private final List<String> names;
    private final PassCounter counter;

    private Evaluation last;
    private Closing closing;

    /**
     * What the closing pass says.
     *
     * @param point where, in scaled variables
     * @param estimates the parameters whose change by single clusters it measured
     */
    private record Closing(double[] point, int[] estimates, FinalSums sum) {
        boolean says(double[] at, int[] of) {
            return Arrays.equals(point, at) && Arrays.equals(estimates, of);
        }
    }

    /**
     * @param check rules to check the grid's by
     * @param names of the parameters
     */
    FullObjective(
            LikelihoodPasses passes,
            long clusters,
            GaussHermite grid,
            FinerRules check,
            double[][] toRaw,
            List<String> names,
            PassCounter counter) {
        this.passes = passes;
        this.clusters = clusters;
        this.grid = grid;
        this.check = check;
        this.toRaw = toRaw;
        this.names = names;
        this.counter = counter;
        inner = new TransformedObjective(new MarginalLikelihood(passes, grid), toRaw);
    }

    @Override
    public int dimension() {
        return inner.dimension();
    }

    @Override
    public List<Evaluation> evaluate(List<double[]> points) {
        if (points.size() == 1 && isLast(points.get(0))) {
            return List.of(last);
        }
        List<Evaluation> out = inner.evaluate(points);
        counter.report(points.size(), out.get(0));
        last = out.get(0);
        return out;
    }

    private boolean isLast(double[] point) {
        return last != null && Arrays.equals(point, last.point());
    }

    @Override
    public double longestMove(int variable) {
        return inner.longestMove(variable);
    }

    @Override
    public boolean hasHessian() {
        return true;
    }

    @Override
    public Evaluation evaluateWithHessian(double[] point) {
        if (!isLast(point) || last.hessian() == null) {
            last = inner.evaluateWithHessian(point);
            counter.report(1, last);
        }
        return last;
    }

    @Override
    public Evaluation evaluateAsLast(double[] point, Evaluation expansion) {
        int[] all = IntStream.range(0, point.length).toArray();
        ParameterCovariance covariance =
                Covariance.of(expansion.hessian(), toRaw, all, names).estimates();
        boolean withHessian = !Optimum.isSameInformation(point, expansion, clusters);
        closing = new Closing(point.clone(), covariance.indices(), close(check, point, covariance, withHessian));
        ScoreSum scores = closing.sum.scores();
        double[][] hessian = withHessian ? closing.sum.curvature().hessian() : null;
        last = new Evaluation(
                point,
                -scores.logLikelihood(),
                minusInScaled(scores.gradient()),
                hessian == null ? null : inner.hessian(minus(hessian)));
        counter.report(1, last);
        return last;
    }

    private static double[][] minus(double[][] hessian) {
        double[][] out = new double[hessian.length][hessian.length];
        for (int i = 0; i < out.length; i++) {
            for (int j = 0; j < out.length; j++) {
                out[i][j] = -hessian[i][j];
            }
        }
        return out;
    }

    /** The closing pass at a point, unless it was the last one evaluated as such. */
    FinalSums closing(double[] point, ParameterCovariance covariance) {
        return closing != null && closing.says(point, covariance.indices())
                ? closing.sum
                : closing(check, point, covariance);
    }

    /** The same with a check by a finer rule. */
    FinalSums checked(FinerRules rules, double[] point, ParameterCovariance covariance) {
        FinalSums sum = closing(point, covariance);
        return sum.finer() == null ? closing(rules, point, covariance) : sum;
    }

    private FinalSums closing(FinerRules rules, double[] point, ParameterCovariance covariance) {
        closing = new Closing(point.clone(), covariance.indices(), close(rules, point, covariance, false));
        return closing.sum;
    }

    private FinalSums close(FinerRules rules, double[] point, ParameterCovariance covariance, boolean withHessian) {
        return passes.atEstimates(
                grid, rules, TransformedObjective.multiply(toRaw, point), covariance.changeByScore(), withHessian);
    }

    /** The objective's gradient from the log-likelihood's in raw parameters. */
    double[] minusInScaled(double[] gradient) {
        double[] out = TransformedObjective.multiplyTransposed(toRaw, gradient);
        for (int i = 0; i < out.length; i++) {
            out[i] = -out[i];
        }
        return out;
    }
}
