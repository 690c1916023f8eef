package org.sparkglmm.spark.data;

import java.io.Serializable;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import org.sparkglmm.core.UsageException;

/**
 * How a text table is written: RFC 4180 unless said otherwise, where a quote inside quotes is doubled and a backslash is a backslash.
 *
 * @param separator between the fields of a row
 * @param quote around fields, {@link #NO_QUOTE} where quotes are characters like any other
 * @param decimal the mark before a number's decimals, a point or a comma
 * @param encoding the name of its characters' encoding
 * @param dropMalformed whether rows with more fields than the header are dropped; they stop the reading otherwise
 */
public record TextDialect(char separator, char quote, char decimal, String encoding, boolean dropMalformed)
        implements Serializable {
    private static final char NO_QUOTE = '\0';

    /** Commas, double quotes, decimal points, UTF-8. */
    public static final TextDialect DEFAULT = new TextDialect(',', '"', '.', StandardCharsets.UTF_8.name(), false);

    /**
     * Reads what the options say, null for what is not given.
     *
     * @throws UsageException if one is none, or two do not go together
     */
    public static TextDialect of(String separator, String quote, String decimal, String encoding, String malformed) {
        TextDialect out = new TextDialect(
                separator == null ? DEFAULT.separator : separator(separator),
                quote == null ? DEFAULT.quote : quote(quote),
                decimal == null ? DEFAULT.decimal : decimal(decimal),
                encoding == null ? DEFAULT.encoding : encoding(encoding),
                malformed != null && malformed(malformed));
        if (out.separator == out.quote) {
            throw new UsageException("--separator and --quote: must be two different characters");
        }
        if (out.separator == out.decimal && !out.hasQuote()) {
            throw new UsageException("--separator and --decimal: must be two different characters without --quote");
        }
        return out;
    }

    private static char separator(String given) {
        String bare = given.equals("\\t") || given.equalsIgnoreCase("tab") ? "\t" : given;
        if (bare.length() != 1 || !isSign(bare.charAt(0))) {
            throw new UsageException("--separator: must be one sign, such as , ; | or tab, got '" + given + "'");
        }
        return bare.charAt(0);
    }

    private static char quote(String given) {
        if (given.equalsIgnoreCase("none")) {
            return NO_QUOTE;
        }
        if (given.length() != 1 || !isSign(given.charAt(0)) || given.charAt(0) == '\t') {
            throw new UsageException("--quote: must be one sign, such as \" or ', or none, got '" + given + "'");
        }
        return given.charAt(0);
    }

    /** Of ASCII, so that it is one byte, and no part of a number. */
    private static boolean isSign(char c) {
        boolean printed = c == '\t' || (c >= ' ' && c < 127);
        return printed && !Character.isLetterOrDigit(c) && "+-.\\".indexOf(c) < 0;
    }

    private static char decimal(String given) {
        if (!given.equals(".") && !given.equals(",")) {
            throw new UsageException("--decimal: must be . or , got '" + given + "'");
        }
        return given.charAt(0);
    }

    private static String encoding(String given) {
        try {
            return Charset.forName(given.strip()).name();
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw new UsageException("--encoding: '" + given
                    + "' is none that Java knows; such are UTF-8, UTF-16, ISO-8859-1, windows-1252");
        }
    }

    private static boolean malformed(String given) {
        return switch (given.toLowerCase(Locale.ROOT)) {
            case "drop" -> true;
            case "refuse" -> false;
            default -> throw new UsageException("--malformed: must be refuse or drop, got '" + given + "'");
        };
    }

    boolean hasQuote() {
        return quote != NO_QUOTE;
    }

    Charset charset() {
        return Charset.forName(encoding);
    }

    boolean isUtf8() {
        return encoding.equals(DEFAULT.encoding);
    }

    /** Whether a line's end and the signs of the dialect are the same bytes as in ASCII, and no part of another character. */
    boolean isReadByBytes() {
        return isUtf8()
                || encoding.startsWith("ISO-8859-")
                || encoding.startsWith("windows-125")
                || encoding.equals(StandardCharsets.US_ASCII.name());
    }

    /** The dialect in words for a manifest; empty for the usual one. */
    public String text() {
        return equals(DEFAULT)
                ? ""
                : "separator " + (separator == '\t' ? "tab" : String.valueOf(separator)) + ", quote "
                        + (hasQuote() ? String.valueOf(quote) : "none") + ", decimal " + decimal + ", encoding "
                        + encoding
                        + ", malformed " + (dropMalformed ? "drop" : "refuse");
    }
}
