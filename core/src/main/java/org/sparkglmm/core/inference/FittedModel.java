package org.sparkglmm.core.inference;

import java.util.List;
import java.util.Set;

/**
 * A fitted model as far as comparing it with others needs it.
 *
 * @param name to call it by
 * @param method laplace, agq, ml or reml
 * @param nodes of the quadrature
 * @param observations rows used
 * @param weight sum of their frequency weights, without weights the rows
 * @param rows fingerprint of the rows used
 * @param parameters number of parameters
 * @param fixed names of the columns of X
 * @param random names of the columns of each random term
 * @param own names of the columns of the family's own parameters
 */
public record FittedModel(
        String name,
        String formula,
        String family,
        String link,
        String method,
        int nodes,
        boolean converged,
        long observations,
        double weight,
        String rows,
        int parameters,
        double logLikelihood,
        Set<String> fixed,
        List<Set<String>> random,
        Set<String> own) {

    public double aic() {
        return -2 * logLikelihood + 2.0 * parameters;
    }

    /** With the number of rows, as lme4's BIC; a row of weight 3 is three. */
    public double bic() {
        return -2 * logLikelihood + Math.log(weight) * parameters;
    }

    int randomEffects() {
        return random.stream().mapToInt(Set::size).sum();
    }

    /** Whether this model is another one with some parameters at 0. */
    boolean isNestedIn(FittedModel other) {
        boolean terms = random.stream().allMatch(t -> other.random.stream().anyMatch(o -> o.containsAll(t)));
        return parameters < other.parameters
                && family.equals(other.family)
                && link.equals(other.link)
                && other.fixed.containsAll(fixed)
                && other.own.containsAll(own)
                && terms;
    }
}
