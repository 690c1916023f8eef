package org.sparkglmm.core.formula;

import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.SettingNames;
import org.sparkglmm.core.UsageException;

/**
 * A formula that cannot be read. The message is one sentence with the position, then the formula and a caret under the
 * place, on lines of their own.
 */
public final class FormulaException extends UsageException {

    private static final long serialVersionUID = 1L;

    /** Characters of a long formula that are shown before and after the position. */
    private static final int SHOWN = 60;

    private final int position;

    /** {@code offset} counts chars of {@code text} from 0; {@code hint} (may be empty) says what to do instead. */
    FormulaException(String text, int offset, String problem, Sentence hint) {
        super(message(text, offset, problem, hint));
        this.position = position(text, offset);
    }

    FormulaException(String text, int offset, String problem, String hint) {
        this(text, offset, problem, Sentence.text(hint));
    }

    private FormulaException(FormulaException e, SettingNames names) {
        super(e.sentence(), e.sentence().in(names));
        position = e.position;
        setStackTrace(e.getStackTrace());
    }

    @Override
    public FormulaException in(SettingNames names) {
        return new FormulaException(this, names);
    }

    /** Where it went wrong: characters of the formula (without surrounding blanks) counted from 1. */
    public int position() {
        return position;
    }

    private static int position(String text, int offset) {
        return text.codePointCount(0, offset) + 1;
    }

    private static Sentence message(String text, int offset, String problem, Sentence hint) {
        int from = Math.max(0, offset - SHOWN);
        int to = Math.min(text.length(), offset + SHOWN);
        String lead = from > 0 ? "..." : "";
        String shown = lead + oneLine(text.substring(from, to)) + (to < text.length() ? "..." : "");
        int column = lead.length() + text.codePointCount(from, offset);
        return Sentence.of(
                "formula: %s at position %d%s%s\n  %s\n  %s^",
                problem, position(text, offset), hint.isEmpty() ? "" : "; ", hint, shown, " ".repeat(column));
    }

    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(c -> line.appendCodePoint(Token.isBlank(c) || Character.isISOControl(c) ? ' ' : c));
        return line.toString();
    }
}
