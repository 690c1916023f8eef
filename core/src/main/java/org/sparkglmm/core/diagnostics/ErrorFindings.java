package org.sparkglmm.core.diagnostics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.inference.ParameterCovariance;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.model.ParameterLayout;

/** What the standard errors say of the model: two kinds of them that disagree, and variances that are no larger than their error. */
public final class ErrorFindings {
    /** Of the sandwich's to the model's. */
    private static final double TWICE = 1.95;
    /** Clusters from which on the sandwich is no accident. */
    private static final int ENOUGH = 20;
    /** A standard deviation in its standard errors: below it the test against none is weak. */
    private static final double WEAK = 2;

    private ErrorFindings() {}

    /** All of them. */
    public static List<Warning> of(
            Design design,
            ParameterLayout layout,
            double[] parameters,
            ParameterCovariance covariance,
            DataMoments moments) {
        List<Warning> out = new ArrayList<>();
        disagreeing(design, layout, covariance, moments, out);
        weak(design, layout, parameters, covariance, out);
        return out;
    }

    private static void disagreeing(
            Design design,
            ParameterLayout layout,
            ParameterCovariance covariance,
            DataMoments moments,
            List<Warning> into) {
        double[] model = covariance.standardErrors(StandardErrors.MODEL);
        double[] robust = covariance.standardErrors(StandardErrors.ROBUST);
        int most = -1;
        for (int i = 0; i < layout.fixed(); i++) {
            boolean more = robust[i] / model[i] > (most < 0 ? TWICE : robust[most] / model[most]);
            most = more ? i : most;
        }
        if (most >= 0 && moments.clusters() >= ENOUGH) {
            into.add(new Warning(
                    "robust_errors_larger",
                    String.format(
                            Locale.ROOT,
                            "the robust standard error of %s is %.1f times the model's: the rows of a %s depend on each other in a"
                                    + " way that the random part does not say (a slope of %s that varies between %s, correlation in"
                                    + " time); give it a random slope and compare, or use --se robust",
                            design.fixedNames().get(most),
                            robust[most] / model[most],
                            design.group(),
                            design.fixedNames().get(most),
                            design.group())));
        }
    }

    private static void weak(
            Design design,
            ParameterLayout layout,
            double[] parameters,
            ParameterCovariance covariance,
            List<Warning> into) {
        double[] lambda = layout.lambda(parameters);
        int q = layout.random();
        for (int r = 0; r < q; r++) {
            int row = r;
            double[] gradient = new double[parameters.length];
            for (int t = layout.thetaStart(); t < layout.psiStart(); t++) {
                double[] moved = parameters.clone();
                moved[t] += 1;
                double[] other = layout.lambda(moved);
                int at = IntStream.range(0, q)
                        .filter(k -> other[row * q + k] != lambda[row * q + k])
                        .findFirst()
                        .orElse(-1);
                gradient[t] = at < 0 ? 0 : lambda[row * q + at];
            }
            double sd = Math.sqrt(IntStream.range(0, q)
                    .mapToDouble(k -> lambda[row * q + k] * lambda[row * q + k])
                    .sum());
            double error = covariance.deltaError(gradient, StandardErrors.MODEL) / sd;
            if (sd > 0 && sd < WEAK * error) {
                into.add(new Warning(
                        "weak_variance",
                        String.format(
                                Locale.ROOT,
                                "the standard deviation of %s, %.4g, is no more than %.1f of its standard errors; no Wald interval"
                                        + " tells whether there is any: fit without it and compare (a likelihood-ratio test by the"
                                        + " mixture of chi-squares), or ask for a profile interval",
                                design.randomNames().get(r),
                                sd,
                                sd / error)));
            }
        }
    }
}
