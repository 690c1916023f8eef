package org.sparkglmm.core.formula;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.Suggestions;

/** Reads one variable: a column, I( ), a known function, factor( ). */
final class VariableReader {

    /** What is said in the place of an argument that would order a factor's levels. */
    static final Sentence ORDER = Sentence.of("give the order of levels%s", Setting.LEVELS.within(" with %s"));

    private final Tokens tokens;

    VariableReader(Tokens tokens) {
        this.tokens = tokens;
    }

    /** The column that the token at {@code i} names. */
    Variable column(int i) {
        Token token = tokens.get(i);
        if (token.kind() == Token.Kind.NAME) {
            if (token.text().chars().allMatch(c -> c == '.')) {
                throw tokens.error(
                        i, "'" + token.text() + "' (all other columns) is not supported", "name the columns");
            }
            if (Words.isReservedInR(token.text())) {
                throw tokens.error(
                        i, "unexpected '" + token.text() + "'", "put it in `backticks` if it is a column's name");
            }
        }
        return new Variable(
                Words.printedByR(token.text()), Words.sqlColumn(token.text()), false, List.of(token.text()));
    }

    /** The call whose function's name stands at {@code i}. */
    Variable call(int i) {
        String function = tokens.get(i).text();
        int from = i + 2;
        int to = tokens.partner(i + 1);
        boolean factor = Words.FACTOR.contains(function);
        if (!factor && !function.equals("I") && !Words.FUNCTIONS.contains(function)) {
            throw unknownFunction(i);
        }
        if (from == to) {
            throw tokens.error(to, "nothing inside " + function + "( )");
        }
        List<Integer> commas = tokens.outermost(",", from, to);
        if (!commas.isEmpty()) {
            throw tokens.error(
                    commas.get(0), "a second argument of " + function, factor ? ORDER : Sentence.text("it takes one"));
        }
        return call(i, factor);
    }

    /** A name, a call or any expression, as offset( ), cbind( ) and the left side take it. */
    Variable expression(int from, int to) {
        if (from == to) {
            throw tokens.error(to, "an empty expression");
        }
        if (to == from + 1 && tokens.get(from).isColumnName()) {
            return column(from);
        }
        boolean known = tokens.isCall(from, to)
                && (tokens.get(from).text().equals("I")
                        || Words.FUNCTIONS.contains(tokens.get(from).text()));
        if (known) {
            return call(from);
        }
        SqlReader.Sql sql = SqlReader.read(tokens, from, to);
        return new Variable(RText.print(tokens, from, to), "(" + sql.text() + ")", false, sql.columns());
    }

    /** The call at {@code i}, of which it is known that it has one argument and whether it makes a factor. */
    Variable call(int i, boolean factor) {
        String function = tokens.get(i).text();
        int from = i + 2;
        int to = tokens.partner(i + 1);
        String name = RText.print(tokens, i, to + 1);
        if (factor && to == from + 1 && tokens.get(from).isColumnName()) {
            Variable column = column(from);
            return new Variable(name, column.sql(), true, column.columns());
        }
        SqlReader.Sql sql = SqlReader.read(tokens, from, to);
        String prefix = factor || function.equals("I") ? "" : function;
        return new Variable(name, prefix + "(" + sql.text() + ")", factor, sql.columns());
    }

    FormulaException unknownFunction(int i) {
        String function = tokens.get(i).text();
        List<String> known = new ArrayList<>(Words.FUNCTIONS);
        known.addAll(List.of("I", "factor", "offset"));
        String meant = Suggestions.nearest(function, known)
                .map(nearest -> "did you mean '" + nearest + "'? Otherwise ")
                .orElse("");
        return tokens.error(
                i,
                "unknown function '" + function + "'",
                meant + "write I( ) around a Spark SQL expression or compute the column beforehand");
    }
}
