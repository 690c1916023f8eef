package org.sparkglmm.core.formula;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * R's algebra of terms over one right side, or over the left part of one random term: + - * / : ^ with R's precedence,
 * duplicates dropped, ordered by degree and then by appearance. Stricter than R where R drops something in silence.
 */
final class TermReader {

    /** More is a slip of the pen, such as a high power of a long sum. */
    static final int MAX_TERMS = 2_000;

    /** Pairs of terms that are joined while reading; bounds the time that a formula of nested products takes. */
    private static final int MAX_JOINED = 10_000_000;

    private final Tokens tokens;
    private final VariableReader reader;
    /** Null inside a random term, where neither offsets nor further random terms may stand. */
    private final Additions additions;

    private final Map<String, Integer> index = new HashMap<>();
    private final List<Variable> variables = new ArrayList<>();
    private boolean intercept = true;
    private boolean adding = true;
    private int at;
    private int end;
    private long pairs;

    /** Takes what stands in a sum beside the terms. */
    interface Additions {

        /** The call of offset at token {@code i}. */
        void offset(int i);

        /** The brackets that open at token {@code open}, with the one bar at {@code bar}. */
        void random(int open, int bar);
    }

    private TermReader(Tokens tokens, Additions additions) {
        this.tokens = tokens;
        this.reader = new VariableReader(tokens);
        this.additions = additions;
    }

    /** What a sum of terms comes to. */
    record Result(List<Term> terms, boolean intercept) {}

    /** Reads the tokens [from, to); {@code additions} may be null. */
    static Result read(Tokens tokens, int from, int to, Additions additions) {
        TermReader terms = new TermReader(tokens, additions);
        terms.at = from;
        TermSum sum = terms.within(to);
        return new Result(terms.ordered(sum), terms.intercept);
    }

    private List<Term> ordered(TermSum sum) {
        List<BitSet> sets = new ArrayList<>(sum.terms());
        sets.sort(Comparator.comparingInt(BitSet::cardinality));
        List<Term> terms = new ArrayList<>();
        for (BitSet set : sets) {
            terms.add(new Term(set.stream().mapToObj(variables::get).toList()));
        }
        return terms;
    }

    /** Reads a sum up to {@code to} exactly. */
    private TermSum within(int to) {
        int outer = end;
        end = to;
        TermSum sum = sum();
        if (at != to) {
            throw tokens.unexpected(at);
        }
        end = outer;
        return sum;
    }

    private boolean next(String sign) {
        return at < end && tokens.is(at, sign);
    }

    private TermSum sum() {
        TermSum sum = product();
        while (next("+") || next("-")) {
            boolean minus = next("-");
            at++;
            int operand = at;
            if (minus) {
                adding = !adding;
                TermSum right = product();
                adding = !adding;
                remove(sum, right, operand);
            } else {
                sum.add(product());
                limit(sum, operand);
            }
        }
        return sum;
    }

    private void remove(TermSum sum, TermSum removed, int operand) {
        if (removed.specialAt() >= 0) {
            throw tokens.error(removed.specialAt(), "an offset or a random term after '-'", "leave it out instead");
        }
        for (BitSet term : removed.terms()) {
            if (!sum.terms().remove(term)) {
                String name = new Term(term.stream().mapToObj(variables::get).toList()).name();
                throw tokens.error(operand, "no term '" + name + "' that could be removed here");
            }
        }
        sum.mark(removed);
    }

    private TermSum product() {
        TermSum left = interaction();
        while (next("*") || next("/")) {
            int sign = at++;
            TermSum right = interaction();
            left = tokens.is(sign, "*") ? crossed(left, right, sign) : nested(left, right, sign);
        }
        return left;
    }

    private TermSum interaction() {
        TermSum left = unary();
        while (next(":")) {
            int sign = at++;
            left = joined(left, unary(), sign);
        }
        return left;
    }

    private TermSum unary() {
        int first = at;
        int minuses = 0;
        while (next("-") || next("+")) {
            minuses += next("-") ? 1 : 0;
            at++;
        }
        boolean outer = adding;
        adding ^= minuses % 2 == 1;
        TermSum sum = power();
        adding = outer;
        if (minuses > 0 && !(sum.terms().isEmpty() && sum.specialAt() < 0)) {
            throw tokens.error(first, "'-' with no term before it to remove from", "only -1 may start a formula");
        }
        return sum;
    }

    private TermSum power() {
        TermSum base = primary();
        if (!next("^")) {
            return base;
        }
        int sign = at++;
        if (at >= end || !tokens.get(at).text().matches("[1-9][0-9]{0,8}")) {
            throw tokens.error(at, "the power of a sum must be a whole number from 1 up", "for a square write I(x^2)");
        }
        int exponent = Integer.parseInt(tokens.get(at).text());
        at++;
        if (next("^")) {
            throw tokens.unexpected(at);
        }
        TermSum result = base;
        for (int i = 1; i < exponent; i++) {
            TermSum higher = joined(result, base, sign);
            if (higher.terms().equals(result.terms())) {
                break;
            }
            result = higher;
        }
        return result;
    }

    private TermSum primary() {
        if (at >= end) {
            throw tokens.unexpected(at);
        }
        Token token = tokens.get(at);
        return switch (token.kind()) {
            case NUMBER -> constant();
            case QUOTED -> variable(reader.column(at), at + 1);
            case NAME -> at + 1 < end && tokens.is(at + 1, "(") ? call() : variable(reader.column(at), at + 1);
            case SIGN -> token.is("(") ? brackets() : refuseSign();
            case STRING, END -> throw tokens.unexpected(at);
        };
    }

    private TermSum refuseSign() {
        if (tokens.is(at, "|") || tokens.is(at, "||")) {
            throw tokens.error(at, "unexpected " + tokens.get(at).quoted(), "a random term looks like (1 | person)");
        }
        throw tokens.unexpected(at);
    }

    private TermSum constant() {
        String number = tokens.get(at).text();
        switch (number) {
            case "0" -> intercept = !adding;
            case "1" -> intercept = adding;
            default -> throw tokens.error(at, "unexpected '" + number + "'", "of numbers only 0 and 1 can be terms");
        }
        return TermSum.constant(at++);
    }

    private TermSum call() {
        if (!tokens.get(at).text().equals("offset")) {
            return variable(reader.call(at), tokens.partner(at + 1) + 1);
        }
        if (additions == null) {
            throw tokens.error(at, "an offset inside a random term");
        }
        int call = at;
        additions.offset(call);
        at = tokens.partner(call + 1) + 1;
        return TermSum.special(call);
    }

    private TermSum variable(Variable variable, int after) {
        at = after;
        Integer known = index.putIfAbsent(variable.name(), variables.size());
        if (known == null) {
            variables.add(variable);
        }
        return TermSum.ofTerm(known == null ? variables.size() - 1 : known);
    }

    private TermSum brackets() {
        int open = at;
        int close = tokens.partner(open);
        List<Integer> bars = new ArrayList<>(tokens.outermost("|", open + 1, close));
        bars.addAll(tokens.outermost("||", open + 1, close));
        if (bars.isEmpty()) {
            at++;
            TermSum sum = within(close);
            at = close + 1;
            return sum;
        }
        if (bars.size() > 1) {
            bars.sort(null);
            throw tokens.error(bars.get(1), "a second bar in one random term");
        }
        if (additions == null) {
            throw tokens.error(open, "a random term inside a random term");
        }
        additions.random(open, bars.get(0));
        at = close + 1;
        return TermSum.special(open);
    }

    /** a * b = a + b + a:b */
    private TermSum crossed(TermSum left, TermSum right, int sign) {
        TermSum joined = joined(left, right, sign);
        TermSum all = new TermSum();
        all.add(left);
        all.add(right);
        all.add(joined);
        limit(all, sign);
        return all;
    }

    /** (a + b) / c = a + b + a:b:c */
    private TermSum nested(TermSum left, TermSum right, int sign) {
        refuseUnfit(left, sign);
        TermSum inner = new TermSum();
        BitSet outer = new BitSet();
        left.terms().forEach(outer::or);
        inner.terms().add(outer);
        TermSum all = new TermSum();
        all.add(left);
        all.add(joined(inner, right, sign));
        limit(all, sign);
        return all;
    }

    private TermSum joined(TermSum left, TermSum right, int sign) {
        refuseUnfit(left, sign);
        refuseUnfit(right, sign);
        pairs += (long) left.terms().size() * right.terms().size();
        if (pairs > MAX_JOINED) {
            throw tokens.error(sign, "too many products of sums");
        }
        TermSum joined = new TermSum();
        for (BitSet a : left.terms()) {
            for (BitSet b : right.terms()) {
                joined.terms().add(TermSum.union(a, b));
            }
            limit(joined, sign);
        }
        return joined;
    }

    private void refuseUnfit(TermSum operand, int sign) {
        String what = " beside " + tokens.get(sign).quoted();
        if (operand.specialAt() >= 0) {
            throw tokens.error(
                    operand.specialAt(), "an offset or a random term" + what, "such terms can only be added with '+'");
        }
        if (operand.constantAt() >= 0) {
            throw tokens.error(operand.constantAt(), "a 0 or 1" + what, "they can only be added or removed");
        }
        if (operand.terms().isEmpty()) {
            throw tokens.error(sign, "no term" + what);
        }
    }

    private void limit(TermSum sum, int token) {
        if (sum.terms().size() > MAX_TERMS) {
            throw tokens.error(token, "more than " + MAX_TERMS + " terms");
        }
    }
}
