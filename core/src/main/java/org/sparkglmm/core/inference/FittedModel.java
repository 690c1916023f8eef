package org.sparkglmm.core.inference;

import java.util.List;
import java.util.Set;

/**
 * A fitted model as far as comparing it with others needs it.
 *
 * @param name to call it by
 */
public record FittedModel(String name, Kind kind, Rows rows, Likelihood likelihood, Columns columns) {

    /** What was fitted, in words. */
    public record Kind(String formula, String family, String link) {}

    /**
     * The rows it was fitted to.
     *
     * @param observations how many
     * @param weight sum of their frequency weights, without weights the rows
     * @param fingerprint of them
     */
    public record Rows(long observations, double weight, String fingerprint) {}

    /**
     * The likelihood at its maximum.
     *
     * @param method laplace, agq, ml or reml
     * @param nodes of the quadrature
     * @param parameters how many
     * @param value its logarithm
     */
    public record Likelihood(String method, int nodes, boolean converged, int parameters, double value) {}

    /**
     * Names of columns.
     *
     * @param fixed of X
     * @param random of each random term
     * @param own of the family's own parameters
     */
    public record Columns(Set<String> fixed, List<Set<String>> random, Set<String> own) {}

    public double aic() {
        return -2 * likelihood.value + 2.0 * likelihood.parameters;
    }

    /** With the number of rows, as lme4's BIC; a row of weight 3 is three. */
    public double bic() {
        return -2 * likelihood.value + Math.log(rows.weight) * likelihood.parameters;
    }

    int randomEffects() {
        return columns.random.stream().mapToInt(Set::size).sum();
    }

    /** Whether this model is another one with some parameters at 0. */
    boolean isNestedIn(FittedModel other) {
        boolean terms = columns.random.stream()
                .allMatch(t -> other.columns.random.stream().anyMatch(o -> o.containsAll(t)));
        return likelihood.parameters < other.likelihood.parameters
                && kind.family.equals(other.kind.family)
                && kind.link.equals(other.kind.link)
                && other.columns.fixed.containsAll(columns.fixed)
                && other.columns.own.containsAll(columns.own)
                && terms;
    }
}
