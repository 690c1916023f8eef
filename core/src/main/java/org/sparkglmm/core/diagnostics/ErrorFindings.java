package org.sparkglmm.core.diagnostics;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.Mention;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.inference.ParameterCovariance;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.model.ParameterLayout;

/** What the standard errors say of the model: two kinds of them that disagree. */
public final class ErrorFindings {
    /** Of the sandwich's to the model's. */
    private static final double TWICE = 1.95;
    /** Clusters from which on the sandwich is no accident. */
    private static final int ENOUGH = 20;

    private ErrorFindings() {}

    /** All of them. */
    public static List<Warning> of(
            Design design, ParameterLayout layout, ParameterCovariance covariance, DataMoments moments) {
        List<Warning> out = new ArrayList<>();
        disagreeing(design, layout, covariance, moments, out);
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
                    Sentence.of(
                            "the robust standard error of %s is %.1f times the model's: the rows of a %s depend on each other in a"
                                    + " way that the random part does not say (a slope of %s that varies between %s, correlation in"
                                    + " time); give it a random slope and compare, or use %s",
                            design.fixedNames().get(most),
                            robust[most] / model[most],
                            design.group(),
                            design.fixedNames().get(most),
                            design.group(),
                            Mention.ROBUST_ERRORS)));
        }
    }
}
