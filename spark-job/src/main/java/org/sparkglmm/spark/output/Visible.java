package org.sparkglmm.spark.output;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Locale;

/**
 * Text of others (levels, column names, formulas, paths) as people may see it: what would move the cursor, turn the direction of reading,
 * begin a line or not be seen at all is shown as an escape, such as \n or \u202e. Every file and console for people goes through here.
 */
public final class Visible {
    private static final int LINE_SEPARATOR = 0x2028;
    private static final int PARAGRAPH_SEPARATOR = 0x2029;
    /** These join letters in Persian, in Indian scripts and in emojis: without them a text is another. */
    private static final int NON_JOINER = 0x200C;

    private static final int JOINER = 0x200D;

    private Visible() {}

    /** A text in a line. */
    public static String of(String text) {
        return escaped(text, false);
    }

    /** Text of several lines, whose line breaks are ours. */
    public static String lines(String text) {
        return escaped(text, true);
    }

    /** A formula in a line: one that was typed over several lines has blanks for their ends. */
    public static String formula(String text) {
        return of(text.replaceAll("\\s*[\\r\\n\\t]\\s*", " "));
    }

    /** Writes JSON in which the same characters are escapes too, so that it says the text truly and can be printed. */
    public static ObjectMapper jsonMapper() {
        ObjectMapper mapper = new ObjectMapper();
        mapper.getFactory().setCharacterEscapes(new InJson());
        return mapper;
    }

    private static String escaped(String text, boolean lines) {
        if (text.codePoints().noneMatch(c -> isHidden(c) && !(lines && c == '\n'))) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            if (!isHidden(c) || (lines && c == '\n')) {
                out.appendCodePoint(c);
            } else {
                append(c, out);
            }
        });
        return out.toString();
    }

    private static void append(int c, StringBuilder out) {
        switch (c) {
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                for (char unit : Character.toChars(c)) {
                    out.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                }
            }
        }
    }

    private static boolean isHidden(int c) {
        if (c >= ' ' && c < 0x7F) {
            return false;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.SURROGATE -> true;
            case Character.FORMAT -> c != NON_JOINER && c != JOINER;
            default -> c == LINE_SEPARATOR || c == PARAGRAPH_SEPARATOR;
        };
    }

    private static final class InJson extends CharacterEscapes {
        private static final long serialVersionUID = 1;

        @Override
        public int[] getEscapeCodesForAscii() {
            int[] codes = standardAsciiEscapesForJSON();
            codes[0x7F] = ESCAPE_STANDARD;
            return codes;
        }

        /** Asked for each char; one of a pair is nothing by itself and stays. */
        @Override
        public SerializableString getEscapeSequence(int c) {
            boolean hidden = isHidden(c) && !(c <= Character.MAX_VALUE && Character.isSurrogate((char) c));
            return hidden ? new SerializedString(String.format(Locale.ROOT, "\\u%04X", c)) : null;
        }
    }
}
