package org.sparkglmm.core.formula;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Prints tokens with R's spacing, quotes and numbers (deparse), so that I(x ^ 2) and I(x^2) are one variable. */
final class RText {

    private static final Set<String> TIGHT = Set.of("^", "/", ":", "::");
    private static final Set<String> UNARY = Set.of("+", "-", "!");
    private static final Pattern DECIMAL = Pattern.compile("(\\d*)\\.(\\d*)");

    private RText() {}

    static String print(Tokens tokens, int from, int to) {
        StringBuilder out = new StringBuilder();
        boolean afterUnary = false;
        for (int i = from; i < to; i++) {
            Token token = tokens.get(i);
            Token before = i == from ? null : tokens.get(i - 1);
            boolean unary = UNARY.contains(token.text()) && token.kind() == Token.Kind.SIGN && !endsOperand(before);
            if (isInfix(token) && !unary) {
                out.append(infix(token.text()));
            } else {
                if (before != null && !afterUnary && needsBlank(before, token)) {
                    out.append(' ');
                }
                out.append(word(token));
            }
            afterUnary = unary;
        }
        return out.toString();
    }

    private static boolean isInfix(Token token) {
        return token.kind() == Token.Kind.SIGN && "()[]!".indexOf(token.text()) < 0;
    }

    private static String infix(String sign) {
        if (sign.equals(",")) {
            return ", ";
        }
        return TIGHT.contains(sign) || (sign.length() > 1 && sign.startsWith("%")) ? sign : " " + sign + " ";
    }

    /** Whether an operand, and not a sign or SQL word that waits for one, stands before. */
    private static boolean endsOperand(Token token) {
        return token != null
                && (token.kind() == Token.Kind.SIGN
                        ? token.is(")") || token.is("]")
                        : !Words.isSqlKeyword(token) || token.text().equalsIgnoreCase("end"));
    }

    private static boolean needsBlank(Token before, Token token) {
        if (token.is(")") || token.is("]") || token.is("[")) {
            return false;
        }
        if (token.is("(") && before.kind() == Token.Kind.NAME) {
            return Words.isSqlKeyword(before);
        }
        return before.kind() != Token.Kind.SIGN || before.is(")") || before.is("]");
    }

    private static String word(Token token) {
        return switch (token.kind()) {
            case NAME, QUOTED -> Words.isSqlKeyword(token) ? token.text() : Words.printedByR(token.text());
            case NUMBER -> number(token.text());
            case STRING -> string(token.text());
            case SIGN, END -> token.text();
        };
    }

    private static String number(String text) {
        Matcher matcher = DECIMAL.matcher(text);
        if (!matcher.matches()) {
            return text;
        }
        String whole = matcher.group(1).isEmpty() ? "0" : matcher.group(1);
        int digits = matcher.group(2).length();
        while (digits > 0 && matcher.group(2).charAt(digits - 1) == '0') {
            digits--;
        }
        return digits == 0 ? whole : whole + "." + matcher.group(2).substring(0, digits);
    }

    private static String string(String text) {
        String inside = text.substring(1, text.length() - 1);
        return inside.indexOf('"') >= 0 || inside.indexOf('\\') >= 0 ? text : '"' + inside + '"';
    }
}
