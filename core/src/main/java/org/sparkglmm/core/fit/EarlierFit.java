package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.UsageException;

/**
 * Where an earlier fit of the same model ended, for another to begin there.
 *
 * @param names of its parameters, as {@link FitResult#parameterNames} has them
 * @param parameters their estimates
 */
public record EarlierFit(List<String> names, double[] parameters) {

    /**
     * Its estimates as parameters of the model to fit. Columns it does not know, such as those of new levels, begin without effect; those it
     * knows too much are left out.
     *
     * @param wanted names of the parameters to fit, the first {@code fixed} of them effects of columns
     * @throws UsageException if it is another model
     */
    double[] of(List<String> wanted, int fixed) {
        double[] out = new double[wanted.size()];
        List<String> unknown = new ArrayList<>();
        for (int i = 0; i < out.length; i++) {
            int at = names.indexOf(wanted.get(i));
            if (at >= 0 && Math.abs(parameters[at]) < Double.POSITIVE_INFINITY) {
                out[i] = parameters[at];
            } else if (i >= fixed || at >= 0) {
                unknown.add(wanted.get(i));
            }
        }
        if (!unknown.isEmpty()) {
            throw new UsageException(Sentence.of(
                    "%s: the earlier fit has no estimate of %s, so it is of another model; leave %s out",
                    Setting.START, String.join(", ", unknown), Setting.START));
        }
        return out;
    }
}
