package org.sparkglmm.core.formula;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Turns an expression, written as R or as Spark SQL, into Spark SQL that cannot mean another number than R's. Kept as it
 * stands, except: {@code a^b} becomes {@code power(a, b)} with R's precedence (above unary minus, right to left; in Spark
 * ^ is bitwise XOR); names that Spark would not read as one column (bp.sys, größe) get backticks; I(x) becomes (x).
 * Refused: what the two languages read differently (||, |, &amp;, log with two arguments, ...), queries, comments.
 */
final class SqlReader {

    /** Words other than SELECT that start a query; elsewhere they may be columns or part of a function. */
    private static final Set<String> QUERY = Set.of("table", "values", "with", "from");

    /** A chain a^b^c^... is read recursively. */
    private static final int MAX_POWERS = 100;

    private final Tokens tokens;
    private final Set<String> columns = new LinkedHashSet<>();
    private int at;
    private int powers;

    private SqlReader(Tokens tokens, int from) {
        this.tokens = tokens;
        this.at = from;
    }

    /** SQL text and the plain columns it mentions (best effort: a word of SQL may be among them). */
    record Sql(String text, List<String> columns) {}

    /** Reads the tokens [from, to) as one expression. */
    static Sql read(Tokens tokens, int from, int to) {
        List<Integer> commas = tokens.outermost(",", from, to);
        if (!commas.isEmpty()) {
            throw tokens.error(commas.get(0), "unexpected ','", "one expression is wanted here");
        }
        SqlReader reader = new SqlReader(tokens, from);
        String text = reader.sequence(to);
        return new Sql(text, List.copyOf(reader.columns));
    }

    private String sequence(int end) {
        if (at == end) {
            throw tokens.error(at, "an empty expression");
        }
        refuseQuery(end);
        StringBuilder out = new StringBuilder();
        int start = at;
        while (at < end) {
            if (at > start && tokens.get(at).spaced()) {
                out.append(' ');
            }
            if (startsOperand(tokens.get(at))) {
                out.append(power(end));
            } else {
                out.append(other());
            }
        }
        return out.toString();
    }

    private void refuseQuery(int end) {
        Token first = tokens.get(at);
        boolean opensQuery = first.kind() == Token.Kind.NAME
                && QUERY.contains(first.text().toLowerCase(Locale.ROOT))
                && at + 1 < end
                && (tokens.get(at + 1).kind() != Token.Kind.SIGN || tokens.is(at + 1, "("));
        if (opensQuery) {
            throw tokens.error(at, "a query (" + first.text() + ")", "only expressions over the columns of a row");
        }
    }

    private static boolean startsOperand(Token token) {
        return token.kind() == Token.Kind.NUMBER
                || token.kind() == Token.Kind.QUOTED
                || (token.kind() == Token.Kind.NAME && !Words.isSqlKeyword(token))
                || token.is("(");
    }

    /** operand [^ signs power] */
    private String power(int end) {
        int start = at;
        String base = operand(end);
        if (at >= end || !tokens.is(at, "^")) {
            return base;
        }
        if (start > 0 && tokens.is(start - 1, "::")) {
            throw tokens.error(at, "'^' after a type", "put the converted value in brackets");
        }
        if (++powers > MAX_POWERS) {
            throw tokens.error(at, "more than " + MAX_POWERS + " powers in one expression");
        }
        at++;
        StringBuilder sign = new StringBuilder();
        while (at < end && (tokens.is(at, "-") || tokens.is(at, "+"))) {
            sign.append(sign.isEmpty() ? "" : " ").append(tokens.get(at).text());
            at++;
        }
        if (at >= end || !startsOperand(tokens.get(at))) {
            throw tokens.error(
                    at, "nothing that '^' can use as a power", "a name, a number, a call or brackets can be");
        }
        return "power(" + base + ", " + sign + power(end) + ")";
    }

    private String operand(int end) {
        Token token = tokens.get(at);
        StringBuilder out = new StringBuilder();
        if (token.is("(")) {
            out.append(group());
        } else if (token.kind() == Token.Kind.NAME && at + 1 < end && tokens.is(at + 1, "(")) {
            out.append(call());
        } else if (token.kind() == Token.Kind.NUMBER) {
            out.append(token.text());
            at++;
        } else {
            out.append(column(end));
        }
        while (at < end && tokens.is(at, "[")) {
            int close = tokens.partner(at);
            at++;
            out.append('[').append(sequence(close)).append(']');
            at = close + 1;
        }
        return out.toString();
    }

    private String group() {
        int close = tokens.partner(at);
        at++;
        String inside = sequence(close);
        at = close + 1;
        return "(" + inside + ")";
    }

    private String call() {
        Token function = tokens.get(at);
        refuseSelect(function);
        String instead = Words.insteadOf(function.text());
        if (instead != null) {
            throw tokens.error(at, "'" + function.text() + "' is R's and not Spark SQL's", instead);
        }
        if (function.text().indexOf('.') >= 0) {
            throw tokens.error(at, "'" + function.text() + "' is not a function of Spark SQL");
        }
        int open = at + 1;
        int close = tokens.partner(open);
        boolean severalArguments = !tokens.outermost(",", open + 1, close).isEmpty();
        if (function.text().equalsIgnoreCase("log") && severalArguments) {
            throw tokens.error(
                    at, "log with two arguments (R and Spark take them in opposite order)", "write log(x) / log(base)");
        }
        at = open + 1;
        String arguments = at == close ? "" : sequence(close);
        at = close + 1;
        return (function.text().equals("I") ? "" : function.text()) + "(" + arguments + ")";
    }

    private String column(int end) {
        Token token = tokens.get(at);
        if (token.kind() == Token.Kind.NAME) {
            refuseSelect(token);
            if (token.text().startsWith(".") && at > 0 && !token.spaced() && isClosing(tokens.get(at - 1))) {
                throw tokens.unexpected(at);
            }
        }
        if (token.kind() == Token.Kind.QUOTED || !isTypeOrUnit(end)) {
            columns.add(token.text());
        }
        at++;
        boolean plain = token.kind() == Token.Kind.NAME
                && token.text().chars().allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '_'));
        return plain ? token.text() : Words.sqlColumn(token.text());
    }

    private static boolean isClosing(Token token) {
        return token.is(")") || token.is("]");
    }

    /** DATE '2020-01-01', CAST(x AS double), x::double, 3 DAYS: words that are no columns. */
    private boolean isTypeOrUnit(int end) {
        if (at + 1 < end && tokens.get(at + 1).kind() == Token.Kind.STRING) {
            return true;
        }
        Token before = tokens.get(Math.max(0, at - 1));
        return at > 0
                && (before.is("::")
                        || before.kind() == Token.Kind.NUMBER
                        || before.kind() == Token.Kind.STRING
                        || (Words.isSqlKeyword(before) && before.text().equalsIgnoreCase("as")));
    }

    private void refuseSelect(Token token) {
        if (token.text().equalsIgnoreCase("select")) {
            throw tokens.error(at, "a query (SELECT)", "only expressions over the columns of a row");
        }
    }

    /** Strings, SQL words and signs other than powers. */
    private String other() {
        Token token = tokens.get(at);
        if (token.kind() != Token.Kind.SIGN) {
            at++;
            return token.text();
        }
        refuseComment();
        String sign = token.text();
        switch (sign) {
            case "^" ->
                throw tokens.error(
                        at, "nothing before '^' that can be raised", "a name, a number, a call or brackets can be");
            case "|", "||", "&", "&&" ->
                throw tokens.error(
                        at, "'" + sign + "' means something else in Spark SQL than in R", "write OR, AND or concat()");
            case "%in%" -> throw tokens.error(at, "'%in%' is R's and not Spark SQL's", "write x IN (1, 2)");
            case ";", ":", "~" -> throw tokens.unexpected(at);
            default -> {
                boolean known = sign.equals("%%") || sign.equals("%/%");
                if (sign.length() > 1 && sign.startsWith("%") && !known) {
                    throw tokens.error(at, "unexpected '" + sign + "'", "put blanks around SQL's %");
                }
            }
        }
        at++;
        return sign;
    }

    private void refuseComment() {
        Token next = tokens.get(at + 1);
        boolean comment = !next.spaced()
                && ((tokens.is(at, "-") && next.is("-")) || (tokens.is(at, "/") && (next.is("*") || next.is("^"))));
        if (comment) {
            throw tokens.error(at, "a comment", "write a - (-b) for a double minus");
        }
    }
}
