package org.sparkglmm.core.formula;

import java.util.ArrayList;
import java.util.List;

/** Reads the two sides of a formula. */
final class FormulaReader {

    private final String text;
    private final Tokens tokens;
    private final VariableReader reader;
    private final List<Variable> offsets = new ArrayList<>();
    private final List<RandomTerm> randomTerms = new ArrayList<>();

    private FormulaReader(String text) {
        this.text = text;
        this.tokens = Tokens.of(text);
        this.reader = new VariableReader(tokens);
    }

    static Formula read(String text, boolean twoSided) {
        return new FormulaReader(text).formula(twoSided);
    }

    private Formula formula(boolean twoSided) {
        int tilde = tilde();
        if (twoSided && tilde == 0) {
            throw tokens.error(0, "nothing before '~'", "name the response there: y ~ x + (1 | person)");
        }
        if (!twoSided && tilde > 0) {
            throw tokens.error(0, "a response where only a right side is wanted", "write ~ x");
        }
        if (tilde + 1 == tokens.size()) {
            throw tokens.error(tokens.size(), "nothing after '~'", "write at least ~ 1");
        }
        Response response = twoSided ? response(tilde) : new Response(Response.Kind.NONE, "", List.of());
        TermReader.Result fixed = TermReader.read(tokens, tilde + 1, tokens.size(), new SumOfAll());
        Formula formula = new Formula(text, response, fixed.terms(), fixed.intercept(), offsets, randomTerms);
        for (Variable variable : formula.variables()) {
            if (response.kind() == Response.Kind.VALUE && variable.name().equals(response.text())) {
                throw tokens.error(tilde, "the response '" + response.text() + "' also stands on the right", "of '~'");
            }
        }
        return formula;
    }

    private int tilde() {
        List<Integer> tildes = tokens.outermost("~", 0, tokens.size());
        if (tildes.isEmpty()) {
            throw tokens.error(tokens.size(), "no '~'", "a formula looks like y ~ x + (1 | person)");
        }
        if (tildes.size() > 1) {
            throw tokens.error(tildes.get(1), "a second '~'");
        }
        return tildes.get(0);
    }

    private Response response(int end) {
        String shown = RText.print(tokens, 0, end);
        if (tokens.isCall(0, end)) {
            return called(shown, end);
        }
        List<Integer> slashes = tokens.outermost("/", 0, end);
        if (slashes.isEmpty()) {
            refuseUnknownFunctions(end);
            return new Response(Response.Kind.VALUE, shown, List.of(reader.expression(0, end)));
        }
        int slash = slashes.get(0);
        if (slashes.size() > 1 || !isOperand(0, slash) || !isOperand(slash + 1, end)) {
            throw tokens.error(
                    slash,
                    "'/' in a longer expression on the left",
                    "write successes/trials with I( ) around each part, or I( ) around a plain value");
        }
        return new Response(Response.Kind.SUCCESS_TRIALS, shown, pair(0, slash, slash + 1, end));
    }

    /** A left side that is one call. */
    private Response called(String shown, int end) {
        String function = tokens.get(0).text();
        int close = end - 1;
        List<int[]> parts = tokens.arguments(2, close);
        if (function.equals("cbind")) {
            if (parts.size() != 2) {
                throw tokens.error(0, "cbind takes two arguments", "write cbind(successes, failures)");
            }
            int comma = parts.get(0)[1];
            return new Response(Response.Kind.SUCCESS_FAILURE, shown, pair(2, comma, comma + 1, close));
        }
        boolean factor = Words.ORDERED.contains(function);
        if (factor && parts.size() > 1) {
            throw tokens.error(parts.get(0)[1], "a second argument of " + function, VariableReader.ORDER);
        }
        Variable value = factor ? reader.call(0, true) : reader.call(0);
        return new Response(Response.Kind.VALUE, value.name(), List.of(value));
    }

    private List<Variable> pair(int from1, int to1, int from2, int to2) {
        return List.of(reader.expression(from1, to1), reader.expression(from2, to2));
    }

    /** A name, a number, a call or brackets, perhaps raised to a power: what '/' does not have to share with others. */
    private boolean isOperand(int from, int to) {
        for (int i = from; i < to; i++) {
            Token token = tokens.get(i);
            if (token.is("(")) {
                i = tokens.partner(i);
            } else if (token.kind() == Token.Kind.SIGN && !token.is("^")) {
                return false;
            }
        }
        return from < to;
    }

    private void refuseUnknownFunctions(int end) {
        for (int i = 0; i + 1 < end; i++) {
            boolean call = tokens.get(i).kind() == Token.Kind.NAME && tokens.is(i + 1, "(");
            if (call
                    && !tokens.get(i).text().equals("I")
                    && !Words.FUNCTIONS.contains(tokens.get(i).text())) {
                throw reader.unknownFunction(i);
            }
            if (tokens.is(i, "(")) {
                i = tokens.partner(i);
            }
        }
    }

    /** Collects offsets and random terms as the right side is read. */
    private final class SumOfAll implements TermReader.Additions {

        @Override
        public void offset(int i) {
            int close = tokens.partner(i + 1);
            Variable value = reader.expression(i + 2, close);
            Variable offset = new Variable(RText.print(tokens, i, close + 1), value.sql(), false, value.columns());
            if (offsets.stream().noneMatch(known -> known.name().equals(offset.name()))) {
                offsets.add(offset);
            }
        }

        @Override
        public void random(int open, int bar) {
            if (bar == open + 1) {
                throw tokens.error(bar, "nothing before the bar of a random term", "write (1 | person)");
            }
            TermReader.Result effects = TermReader.read(tokens, open + 1, bar, null);
            Variable group = group(bar + 1, tokens.partner(open));
            if (effects.terms().isEmpty() && !effects.intercept()) {
                throw tokens.error(open, "a random term without any effect", "write (1 | person)");
            }
            if (tokens.is(bar, "|")) {
                randomTerms.add(new RandomTerm(effects.terms(), effects.intercept(), group, true));
                return;
            }
            if (effects.intercept()) {
                randomTerms.add(new RandomTerm(List.of(), true, group, false));
            }
            for (Term term : effects.terms()) {
                randomTerms.add(new RandomTerm(List.of(term), false, group, false));
            }
        }
    }

    private Variable group(int from, int to) {
        if (to == from + 1 && tokens.get(from).isColumnName()) {
            return reader.column(from);
        }
        if (from == to) {
            throw tokens.error(from, "no group after the bar of a random term", "write (1 | person)");
        }
        String given = RText.print(tokens, from, to);
        for (int i = from; i < to; i++) {
            if (tokens.is(i, ":") || tokens.is(i, "/") || tokens.is(i, "*") || tokens.is(i, "+")) {
                throw tokens.error(
                        from,
                        "the nested or crossed group '" + given + "' is not supported",
                        "one grouping column only for now");
            }
        }
        boolean factor = tokens.isCall(from, to)
                && Words.FACTOR.contains(tokens.get(from).text());
        throw tokens.error(
                from,
                "the group '" + given + "' is not a column",
                factor ? "write the column alone, a group is always a factor" : "compute the column beforehand");
    }
}
