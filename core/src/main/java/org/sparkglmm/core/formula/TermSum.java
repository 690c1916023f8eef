package org.sparkglmm.core.formula;

import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.Set;

/** The value of a part of a formula: terms as sets of variables, and where it holds what cannot be multiplied. */
final class TermSum {

    /** Indices of tokens, -1 for none: a 0 or 1; an offset or a random term. */
    private int constantAt = -1;

    private int specialAt = -1;

    private final Set<BitSet> terms = new LinkedHashSet<>();

    static TermSum ofTerm(int variable) {
        TermSum sum = new TermSum();
        BitSet term = new BitSet();
        term.set(variable);
        sum.terms.add(term);
        return sum;
    }

    static TermSum constant(int token) {
        TermSum sum = new TermSum();
        sum.constantAt = token;
        return sum;
    }

    static TermSum special(int token) {
        TermSum sum = new TermSum();
        sum.specialAt = token;
        return sum;
    }

    Set<BitSet> terms() {
        return terms;
    }

    int constantAt() {
        return constantAt;
    }

    int specialAt() {
        return specialAt;
    }

    /** Adds the terms and marks of the other. */
    void add(TermSum other) {
        terms.addAll(other.terms);
        mark(other);
    }

    void mark(TermSum other) {
        constantAt = constantAt < 0 ? other.constantAt : constantAt;
        specialAt = specialAt < 0 ? other.specialAt : specialAt;
    }

    static BitSet union(BitSet a, BitSet b) {
        BitSet both = (BitSet) a.clone();
        both.or(b);
        return both;
    }
}
