package org.sparkglmm.core.formula;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts a formula into tokens. The same tokens serve R's formula signs and the SQL text inside I( ). */
final class Lexer {

    /** Longer is no formula that a person wrote. */
    static final int MAX_LENGTH = 100_000;

    /** R's 2L and the suffixes of Spark's literals included. */
    private static final Pattern NUMBER =
            Pattern.compile("(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?(?:[lLdDfFsSyY]|[bB][dD])?");

    /** R's %in%, %%, %/% and their like; a single % is SQL's. */
    private static final Pattern PERCENT = Pattern.compile("%[\\p{Alnum}/*|>+.]*%");

    /** The longest first. */
    private static final String[] SIGNS = {
        "<=>", "**", "||", "&&", "==", "!=", "<>", "<=", ">=", "->", "::", "~", "+", "-", "*", "/", "^", "(", ")", "[",
        "]", ",", ":", "|", "&", "=", "<", ">", "!", "%", ";"
    };

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private boolean spaced;

    private Lexer(String text) {
        this.text = text;
    }

    static List<Token> tokens(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new FormulaException(text, 0, "more than " + MAX_LENGTH + " characters, starting", "");
        }
        Lexer lexer = new Lexer(text);
        while (lexer.skipBlanks()) {
            lexer.next();
        }
        lexer.tokens.add(new Token(Token.Kind.END, "", text.length(), lexer.spaced));
        return lexer.tokens;
    }

    private boolean skipBlanks() {
        spaced = false;
        while (at < text.length() && Token.isBlank(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
            spaced = true;
        }
        return at < text.length();
    }

    private void next() {
        int c = text.codePointAt(at);
        if (isDigit(c) || (c == '.' && at + 1 < text.length() && isDigit(text.charAt(at + 1)))) {
            number();
        } else if (isNamePart(c)) {
            name();
        } else if (c == '`') {
            quoted();
        } else if (c == '\'' || c == '"') {
            string((char) c);
        } else {
            sign(c);
        }
    }

    private void number() {
        Matcher matcher = NUMBER.matcher(text).region(at, text.length());
        matcher.lookingAt();
        int end = matcher.end();
        if (end < text.length() && isNamePart(text.codePointAt(end))) {
            throw error(at, "a name that starts with a digit", "put a column's name in `backticks`");
        }
        add(Token.Kind.NUMBER, text.substring(at, end), end);
    }

    private void name() {
        int end = at;
        while (end < text.length() && isNamePart(text.codePointAt(end))) {
            end += Character.charCount(text.codePointAt(end));
        }
        String name = text.substring(at, end);
        if (end < text.length() && "'\"".indexOf(text.charAt(end)) >= 0 && name.equalsIgnoreCase("r")) {
            throw error(at, "a raw string", "write '...' without the " + name);
        }
        add(Token.Kind.NAME, name, end);
    }

    /** A backtick inside is doubled, as in Spark. */
    private void quoted() {
        StringBuilder name = new StringBuilder();
        int end = at + 1;
        while (true) {
            if (end == text.length()) {
                throw error(at, "'`' that is never closed", "");
            }
            if (text.charAt(end) == '`') {
                if (!text.startsWith("``", end)) {
                    break;
                }
                end++;
            }
            name.append(text.charAt(end++));
        }
        if (name.isEmpty()) {
            throw error(at, "an empty name", "");
        }
        add(Token.Kind.QUOTED, name.toString(), end + 1);
    }

    private void string(char quote) {
        int end = at + 1;
        while (end < text.length() && text.charAt(end) != quote) {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= text.length()) {
            throw error(at, "a string that is never closed", "");
        }
        add(Token.Kind.STRING, text.substring(at, end + 1), end + 1);
    }

    private void sign(int c) {
        Matcher percent = PERCENT.matcher(text).region(at, text.length());
        if (percent.lookingAt()) {
            add(Token.Kind.SIGN, percent.group(), percent.end());
            return;
        }
        for (String sign : SIGNS) {
            if (text.startsWith(sign, at)) {
                add(Token.Kind.SIGN, sign.equals("**") ? "^" : sign, at + sign.length());
                return;
            }
        }
        throw error(at, "unexpected " + describe(c), hint(c));
    }

    private static String describe(int c) {
        String code = String.format("U+%04X", c);
        if (Character.isISOControl(c) || !Character.isDefined(c) || Character.getType(c) == Character.SURROGATE) {
            return "character " + code;
        }
        String shown = "'" + Character.toString(c) + "'";
        return c < 128 ? shown : shown + " (" + code + ")";
    }

    private static String hint(int c) {
        return switch (c) {
            case '#' -> "comments are not allowed";
            case '$', '@' -> "name a column without its table";
            case '\u2212', '\u2013', '\u2014' -> "type a plain '-'";
            case '\u223c', '\u02dc' -> "type a plain '~'";
            case '\u2018', '\u2019', '\u201c', '\u201d', '\u00b4' -> "type plain quotes";
            default -> "";
        };
    }

    private void add(Token.Kind kind, String word, int end) {
        tokens.add(new Token(kind, word, at, spaced));
        at = end;
    }

    private FormulaException error(int offset, String problem, String hint) {
        return new FormulaException(text, offset, problem, hint);
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    /** Combining marks too: an umlaut may come as two code points. */
    static boolean isNamePart(int c) {
        int type = Character.getType(c);
        return c == '_'
                || c == '.'
                || Character.isLetterOrDigit(c)
                || type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK;
    }
}
