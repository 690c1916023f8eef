package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.inference.BackTransformation;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.model.RandomCovariance;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Objective;

/**
 * Profile-likelihood intervals of a fit whose covariates are about centres: of the parameters about 0, if these can be told apart there;
 * otherwise of those about the centres.
 */
final class ProfileAboutZero {
    /** A row of Λ whose own part is smaller than this is all but a multiple of the rows before it. */
    private static final double TOLD = 1e-3;

    private ProfileAboutZero() {}

    /**
     * As {@link ProfileLikelihood#of} finds them.
     *
     * @param problem whose design is about the centres, or about 0
     */
    static ProfileIntervals of(
            Problem problem,
            Objective objective,
            double[] estimate,
            double[][] toRaw,
            int[] free,
            double[][] hessian,
            double minimum) {
        Family family = problem.family();
        ParameterLayout layout = problem.layout();
        FitListener listener = problem.listener();
        Centring centring = new Centring(problem.design(), family.takesCategories());
        if (centring.isNone() || !isAboutZero(centring, family, estimate)) {
            return ProfileLikelihood.of(objective, layout, estimate, toRaw, free, hessian, minimum, listener);
        }
        BackTransformation back = new BackTransformation(centring, family);
        return ProfileLikelihood.of(
                new AboutZero(objective, back),
                layout,
                back.toRaw(estimate),
                product(back.jacobian(estimate), toRaw),
                free,
                hessian,
                minimum,
                listener);
    }

    /** Whether the intervals are those of the parameters about 0. */
    static boolean isAboutZero(Centring centring, Family family, double[] estimate) {
        double[][] a = centring.randomToRaw();
        boolean same = IntStream.range(0, a.length)
                .allMatch(r -> IntStream.range(0, a.length).allMatch(c -> a[r][c] == (r == c ? 1 : 0)));
        if (same) {
            return true;
        }
        ParameterLayout layout = centring.design().layout(family);
        RandomCovariance effects =
                RandomCovariance.of(layout, new BackTransformation(centring, family).toRaw(estimate));
        return IntStream.range(0, layout.random())
                .allMatch(r -> effects.factor(r, r) > TOLD * Math.sqrt(effects.at(r, r)));
    }

    private static double[][] product(double[][] a, double[][] b) {
        int n = a.length;
        double[][] out = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
                for (int j = 0; a[i][k] != 0 && j < n; j++) {
                    out[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return out;
    }

    /** An objective of the parameters about the centres, in those about 0. */
    private record AboutZero(Objective inner, BackTransformation back) implements Objective {
        @Override
        public int dimension() {
            return inner.dimension();
        }

        @Override
        public List<Evaluation> evaluate(List<double[]> points) {
            List<Evaluation> evaluations =
                    inner.evaluate(points.stream().map(back::toCentred).toList());
            List<Evaluation> out = new ArrayList<>();
            for (int k = 0; k < points.size(); k++) {
                Evaluation e = evaluations.get(k);
                double[][] j = back.inverseJacobian(points.get(k));
                double[] gradient = new double[j.length];
                for (int r = 0; r < j.length; r++) {
                    for (int c = 0; c < j.length; c++) {
                        gradient[c] += j[r][c] == 0 ? 0 : j[r][c] * e.gradient()[r];
                    }
                }
                out.add(new Evaluation(points.get(k), e.value(), gradient));
            }
            return out;
        }
    }
}
