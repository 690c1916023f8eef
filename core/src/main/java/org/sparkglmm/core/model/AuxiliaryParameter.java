package org.sparkglmm.core.model;

import java.io.Serializable;
import org.sparkglmm.core.Sentence;

/**
 * One of a family's own parameters ψ beside the mean. Like the mean it has a linear predictor, whose only column is a
 * constant unless a formula says otherwise.
 *
 * @param name as users know it: sigma, theta, phi, zi, or a threshold 1|2
 * @param link what makes of the parameter its linear predictor, unbounded
 * @param role which formula, if any, makes its predictor
 * @param edge the linear predictor that is as good as infinitely far out, where the family becomes a simpler one; NaN if
 *     there is none
 * @param atEdge what it means to end there, in words
 */
public record AuxiliaryParameter(String name, Link link, Role role, double edge, Sentence atEdge)
        implements Serializable {

    /** e^±32, some 1e±14: with a parameter of this size ten million rows together cannot tell the family from its limit. */
    static final double FAR = 32;

    /** Where a parameter gets its linear predictor from. */
    public enum Role {
        /** The formula of the dispersion. */
        DISPERSION,
        /** The formula of the zero inflation. */
        ZERO_INFLATION,
        /** A constant that orders categories and takes the place of the intercept. */
        THRESHOLD,
        /** Always a constant. */
        CONSTANT
    }

    /** With an edge that speaks of no setting. */
    public AuxiliaryParameter(String name, Link link, Role role, double edge, String atEdge) {
        this(name, link, role, edge, Sentence.text(atEdge));
    }

    /** A parameter without an edge of interest. */
    static AuxiliaryParameter of(String name, Link link, Role role) {
        return new AuxiliaryParameter(name, link, role, Double.NaN, Sentence.NONE);
    }

    /** The name on the scale of the linear predictor: log(theta), logit(zi); a threshold's own. */
    public String label() {
        return link == Link.IDENTITY ? name : link.label() + "(" + name + ")";
    }
}
