package org.sparkglmm.spark.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.sparkglmm.spark.output.Visible;

/**
 * What commands print through: whatever stands in levels, names and paths, a line stays a line and the terminal obeys nobody
 * else ({@link Visible}). A text of several lines is for {@link #print(String)}.
 */
final class Console extends PrintWriter {
    private static final String TAB = "    ";

    Console(PrintWriter out) {
        super(out, true);
    }

    @Override
    public void print(String text) {
        super.print(Visible.lines(String.valueOf(text)));
    }

    @Override
    public void println(String line) {
        super.println(Visible.of(String.valueOf(line)));
    }

    /** A {@code StringBuilder}, or a line of a stack trace, whose tabs in front are ours and become blanks. */
    @Override
    public void println(Object line) {
        String text = String.valueOf(line);
        String rest = text.replaceFirst("^\t+", "");
        super.println(TAB.repeat(text.length() - rest.length()) + Visible.of(rest));
    }

    @Override
    public PrintWriter printf(Locale locale, String format, Object... values) {
        return format(locale, format, values);
    }

    @Override
    public PrintWriter printf(String format, Object... values) {
        return format(Locale.ROOT, format, values);
    }

    @Override
    public PrintWriter format(Locale locale, String format, Object... values) {
        Object[] shown = values.clone();
        for (int i = 0; i < shown.length; i++) {
            if (shown[i] instanceof CharSequence text) {
                shown[i] = Visible.of(text.toString());
            }
        }
        return super.format(locale, format, shown);
    }
}
