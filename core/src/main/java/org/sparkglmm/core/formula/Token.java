package org.sparkglmm.core.formula;

/**
 * One word of a formula.
 *
 * @param kind what it is
 * @param text the name, the number or the sign; for QUOTED the name between the backticks; for STRING with its quotes
 * @param start offset in the formula
 * @param spaced whether a blank stands before it
 */
record Token(Kind kind, String text, int start, boolean spaced) {

    enum Kind {
        NAME,
        QUOTED,
        NUMBER,
        STRING,
        SIGN,
        END
    }

    boolean is(String sign) {
        return kind == Kind.SIGN && text.equals(sign);
    }

    boolean isColumnName() {
        return kind == Kind.NAME || kind == Kind.QUOTED;
    }

    /** How an error message calls it. */
    String quoted() {
        return kind == Kind.END ? "end of the formula" : "'" + text + "'";
    }

    /** White space as people paste it, the no-break space of web pages and word processors included. */
    static boolean isBlank(int codePoint) {
        return Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint);
    }
}
