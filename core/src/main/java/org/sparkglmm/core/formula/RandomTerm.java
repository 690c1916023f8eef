package org.sparkglmm.core.formula;

import java.io.Serializable;
import java.util.List;

/**
 * The random effects of one pair of brackets, {@code (1 + time | person)}: all of them correlated. A {@code ||} is
 * already split into independent random terms as lme4 does: (1 + a + b || g) is (1 | g), (0 + a | g), (0 + b | g). As in
 * lme4, the columns of a factor stay together in its piece and are correlated among each other.
 *
 * @param terms as for fixed effects: by degree, then by appearance in this bracket
 * @param intercept whether there is a random intercept; always so if there is no term
 * @param group the grouping column, a plain column
 * @param correlated false for a piece of a {@code ||}
 */
public record RandomTerm(List<Term> terms, boolean intercept, Variable group, boolean correlated)
        implements Serializable {

    /** Takes a copy of the list. */
    public RandomTerm {
        terms = List.copyOf(terms);
    }
}
