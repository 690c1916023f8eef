package org.sparkglmm.core.fit;

/** Hears how a fit goes on. */
public interface FitListener {
    FitListener SILENT = new FitListener() {};

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
