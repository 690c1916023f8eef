package org.sparkglmm.core.fit;

/** Hears how a fit goes on. */
public interface FitListener {
    FitListener SILENT = new FitListener() {};

    /** One that tells two. */
    static FitListener both(FitListener one, FitListener other) {
        return new FitListener() {
            @Override
            public void stage(String name) {
                one.stage(name);
                other.stage(name);
            }

            @Override
            public void pass(int pass, int points, double logLikelihood, double gradientNorm) {
                one.pass(pass, points, logLikelihood, gradientNorm);
                other.pass(pass, points, logLikelihood, gradientNorm);
            }
        };
    }

    /** A new stage begins. */
    default void stage(String name) {}

    /**
     * A pass over the data ended.
     *
     * @param pass its number from 1; passes over a sample are not counted and do not come here
     * @param points parameter vectors evaluated in it
     * @param logLikelihood of the first of them
     * @param gradientNorm Euclidean, in scaled variables
     */
    default void pass(int pass, int points, double logLikelihood, double gradientNorm) {}
}
