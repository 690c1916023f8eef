package org.sparkglmm.core.inference;

import java.util.Arrays;

/** What the estimates are: what is maximised, and how its integrals are computed. */
public enum Method {
    /** Maximum likelihood by Laplace's approximation. */
    LAPLACE("laplace"),
    /** Maximum likelihood by adaptive Gauss-Hermite quadrature. */
    QUADRATURE("agq"),
    /** Maximum likelihood of a linear mixed model, exact. */
    ML("ml"),
    /** Restricted maximum likelihood of a linear mixed model, exact. */
    REML("reml");

    private final String label;

    Method(String label) {
        this.label = label;
    }

    /** As model.json names it. */
    public String label() {
        return label;
    }

    /**
     * The one of that label.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Method labelled(String label) {
        return Arrays.stream(values())
                .filter(method -> method.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no method " + label));
    }
}
