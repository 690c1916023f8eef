package org.sparkglmm.core.likelihood;

import java.io.Serializable;
import org.sparkglmm.core.design.SummingPass;

/**
 * One thing that a pass is to add up of the clusters at one parameter vector, a window of them at a time. A new one is one file: a sum, and
 * what adds a window to it. {@link WindowPass} brings the rest.
 *
 * @param <S> what the clusters add up to
 */
interface Wanted<S extends SummingPass.Sum<S>> extends Serializable {
    /** The sum of no clusters. */
    S nothing();

    /** Adds the clusters of the window that is open and integrated. */
    void add(ClusterIntegral window, S into);

    /** What of the window's integrals must have been computed. */
    Order order();

    /** Derivatives of the log-integrals, each with those before it. */
    enum Order {
        VALUE,
        GRADIENT,
        HESSIAN
    }

    /** What decides about the sum beside the data, the model, the rule and the parameters. */
    long fingerprint();
}
