package org.sparkglmm.core.formula;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.sparkglmm.core.Sentence;

/** The words of one formula, closed by an END, with every bracket's partner known. */
final class Tokens {

    /** Deeper brackets are no formula that a person wrote; the limit keeps the recursive readers off the stack's end. */
    static final int MAX_DEPTH = 100;

    private final String text;
    private final List<Token> list;
    private final int[] partner;

    private Tokens(String text, List<Token> list) {
        this.text = text;
        this.list = list;
        this.partner = partners();
    }

    static Tokens of(String text) {
        return new Tokens(text, Lexer.tokens(text));
    }

    /** How many, without the END. */
    int size() {
        return list.size() - 1;
    }

    Token get(int i) {
        return list.get(i);
    }

    boolean is(int i, String sign) {
        return list.get(i).is(sign);
    }

    /** The index of the bracket that closes the one at {@code i}, or opens it. */
    int partner(int i) {
        return partner[i];
    }

    /** The indices in [from, to) of {@code sign} outside any bracket that opens there. */
    List<Integer> outermost(String sign, int from, int to) {
        List<Integer> found = new ArrayList<>();
        for (int i = from; i < to; i++) {
            if (is(i, sign)) {
                found.add(i);
            }
            if (is(i, "(") || is(i, "[")) {
                i = partner[i];
            }
        }
        return found;
    }

    /** The parts of [from, to) between its outermost commas, each as its from and to. */
    List<int[]> arguments(int from, int to) {
        List<int[]> parts = new ArrayList<>();
        int start = from;
        for (int comma : outermost(",", from, to)) {
            parts.add(new int[] {start, comma});
            start = comma + 1;
        }
        parts.add(new int[] {start, to});
        return parts;
    }

    /** Whether [from, to) is a name with its arguments in brackets and nothing else. */
    boolean isCall(int from, int to) {
        return get(from).kind() == Token.Kind.NAME && is(from + 1, "(") && partner[from + 1] == to - 1;
    }

    FormulaException error(int i, String problem) {
        return error(i, problem, "");
    }

    FormulaException error(int i, String problem, String hint) {
        return error(i, problem, Sentence.text(hint));
    }

    FormulaException error(int i, String problem, Sentence hint) {
        return new FormulaException(text, list.get(i).start(), problem, hint);
    }

    FormulaException unexpected(int i) {
        return error(i, "unexpected " + list.get(i).quoted());
    }

    private int[] partners() {
        int[] partners = new int[list.size()];
        Arrays.fill(partners, -1);
        Deque<Integer> open = new ArrayDeque<>();
        for (int i = 0; i < size(); i++) {
            if (is(i, "(") || is(i, "[")) {
                open.push(i);
                if (open.size() > MAX_DEPTH) {
                    throw error(i, "brackets nested deeper than " + MAX_DEPTH);
                }
            } else if (is(i, ")") || is(i, "]")) {
                if (open.isEmpty() || is(open.peek(), "(") != is(i, ")")) {
                    throw unexpected(i);
                }
                int opening = open.pop();
                partners[opening] = i;
                partners[i] = opening;
            }
        }
        if (!open.isEmpty()) {
            throw error(open.peek(), get(open.peek()).quoted() + " that is never closed");
        }
        return partners;
    }
}
