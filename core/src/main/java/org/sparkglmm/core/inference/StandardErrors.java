package org.sparkglmm.core.inference;

/** Which standard errors z, p and intervals rest on; both are always shown. */
public enum StandardErrors {
    /** From the observed information: valid if the model is. */
    MODEL,
    /** The sandwich over clusters: valid also if the dependence within clusters is not as the model says. */
    ROBUST
}
