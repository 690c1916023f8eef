package org.sparkglmm.core.inference;

import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.model.Link;

/**
 * A probability p by the smaller tail t of p and 1 - p: neither p near 0 nor p near 1 loses digits, however near it is. A
 * standard error comes as that of log t, from which the others follow: that of p is t times it.
 *
 * @param log log t; NaN for a quantity that is no probability
 * @param ofComplement whether t is 1 - p
 */
record Tail(double log, boolean ofComplement) {
    /** Of what is no probability. */
    static final Tail NONE = new Tail(Double.NaN, false);

    /** t. */
    double size() {
        return Elementary.exp(log);
    }

    /** p. */
    double value() {
        return ofComplement ? -Elementary.expm1(log) : size();
    }

    /** ∂p by ∂ log t. */
    double valueSlope() {
        return ofComplement ? -size() : size();
    }

    /** g(p). */
    double on(Link link) {
        return link.predictorOfLog(log, ofComplement);
    }

    /** |∂g(p)| by |∂ log t|. */
    double slope(Link link) {
        return Elementary.exp(log - link.logMeanDerivative(on(link)));
    }
}
