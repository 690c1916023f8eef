package org.sparkglmm.core.fit;

import java.util.List;

/**
 * How far the log-likelihood and the estimates move by a finer rule of quadrature.
 *
 * @param logLikelihood how much higher it is by the finer rule, each at its own optimum; NaN if unknown
 * @param estimates how far all of them move jointly, in standard errors; NaN if unknown
 * @param parameter that moves most against its standard error; null if unknown
 * @param parameterShift how far, in its standard errors, signed
 */
public record Reached(double logLikelihood, double estimates, String parameter, double parameterShift) {
    /** Of an integral that is exact. */
    static final Reached EXACTLY = new Reached(0, 0, null, Double.NaN);

    /** Of one that nothing is known of. */
    static final Reached UNKNOWN = new Reached(Double.NaN, Double.NaN, null, Double.NaN);

    /**
     * With the parameter that moves most.
     *
     * @param move of each parameter, in its own units
     * @param se its standard error; those without one do not count
     */
    static Reached of(double logLikelihood, double estimates, double[] move, double[] se, List<String> names) {
        int most = -1;
        double shift = 0;
        for (int i = 0; i < move.length; i++) {
            double own = move[i] / se[i];
            if (Math.abs(own) < Double.POSITIVE_INFINITY && Math.abs(own) > Math.abs(shift)) {
                shift = own;
                most = i;
            }
        }
        return new Reached(logLikelihood, estimates, most < 0 ? null : names.get(most), most < 0 ? Double.NaN : shift);
    }

    /** The same of another log-likelihood. */
    Reached withLogLikelihood(double other) {
        return new Reached(other, estimates, parameter, parameterShift);
    }
}
