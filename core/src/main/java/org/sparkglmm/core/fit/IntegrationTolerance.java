package org.sparkglmm.core.fit;

import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.UsageException;

/**
 * How far the approximation of the integrals may be off.
 *
 * @param logLikelihood in log-likelihood, of all the data
 * @param estimates jointly of all estimates, in standard errors (the norm of the information)
 */
public record IntegrationTolerance(double logLikelihood, double estimates) {
    /** A fiftieth of a standard error moves no digit that is reported, and 0.1 no test and no choice by AIC. */
    public static final IntegrationTolerance DEFAULT = new IntegrationTolerance(0.1, 0.02);

    /** @throws UsageException if one is not positive */
    public IntegrationTolerance {
        require(Setting.TOLERANCE_OF_LOG_LIKELIHOOD, logLikelihood);
        require(Setting.TOLERANCE_OF_ESTIMATES, estimates);
    }

    private static void require(Setting setting, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new UsageException(Sentence.of("%s: must be a number above 0, got %s", setting, value));
        }
    }

    /** Whether changes are within it; those that are unknown are not. */
    boolean holds(double ofLogLikelihood, double ofEstimates) {
        return Math.abs(ofLogLikelihood) <= logLikelihood && ofEstimates <= estimates;
    }
}
