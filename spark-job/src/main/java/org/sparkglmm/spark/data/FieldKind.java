package org.sparkglmm.spark.data;

/**
 * What a field of a text table may stand for, one bit each, so that the kinds of a column are the union of its fields'. They tell
 * {@link TextNumbers}' numbers apart by what would be lost in reading them as one: {@code 007} and {@code 7} are one number and two names.
 */
final class FieldKind {
    /** Empty, or NA. */
    static final int MISSING = 1;
    /** Nothing but blanks: missing too, in a text as in a number. */
    static final int BLANK = 1 << 1;
    /** The shortest way to write a whole number that an int holds. */
    static final int INT = 1 << 2;
    /** The same of a long. */
    static final int LONG = 1 << 3;
    /** A whole number that an int holds, not in its shortest form: 007, +5. */
    static final int PADDED_INT = 1 << 4;
    /** The same of a long. */
    static final int PADDED_LONG = 1 << 5;
    /** A whole number that no long holds. */
    static final int HUGE = 1 << 6;
    /** A decimal or scientific number, or any with blanks around it. */
    static final int DECIMAL = 1 << 7;
    /** NaN, a missing number. */
    static final int NAN = 1 << 8;
    /** A number with the other decimal mark, comma for point. */
    static final int OTHER_DECIMAL = 1 << 9;
    /** What Java or Spark take for a number and nobody else does: 1D, 0x1p3, Infinity. */
    static final int ODD = 1 << 10;
    /** true or false in any case. */
    static final int BOOLEAN = 1 << 11;
    /** A day of the calendar, as 2020-01-31. */
    static final int DATE = 1 << 12;
    /** A day with a time: 2020-01-31 12:30, a T for the blank, with seconds and their decimals, Z or +01:00. */
    static final int TIMESTAMP = 1 << 13;
    /** Anything else. */
    static final int TEXT = 1 << 14;

    static final int NOTHING = MISSING | BLANK;
    /** Numbers whose text is as good a name as the number. */
    static final int NAMED = INT | LONG;

    static final int WHOLE = NAMED | PADDED_INT | PADDED_LONG;
    static final int NUMBER = WHOLE | HUGE | DECIMAL | NAN;

    private static final byte[] NA = {'N', 'A'};
    private static final byte[] NOT_A_NUMBER = {'N', 'a', 'N'};
    private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
    private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
    private static final byte[][] INFINITE = {{'i', 'n', 'f'}, {'i', 'n', 'f', 'i', 'n', 'i', 't', 'y'}, {'n', 'a', 'n'}
    };
    private static final int[] DAYS = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    private static final int MOST_DIGITS = 19;

    private FieldKind() {}

    /** The kind of the field that the bytes from..to hold, in an encoding that has ASCII's bytes for ASCII. */
    static int of(byte[] field, int from, int to, char decimal) {
        if (from == to || isExactly(field, from, to, NA)) {
            return MISSING;
        }
        int low = from;
        int high = to;
        while (low < high && isBlank(field[low])) {
            low++;
        }
        while (low < high && isBlank(field[high - 1])) {
            high--;
        }
        if (low == high) {
            return BLANK;
        }
        boolean padded = low > from || high < to;
        byte first = field[low];
        boolean ofNumber = isDigit(first) || first == '-' || first == '+' || first == '.' || first == decimal;
        if (ofNumber) {
            int kind = number(field, low, high, decimal);
            if (kind != TEXT) {
                return padded && (kind & (WHOLE | HUGE)) != 0 ? DECIMAL : kind;
            }
            return padded ? TEXT : time(field, from, to);
        }
        if (isExactly(field, low, high, NOT_A_NUMBER)) {
            return NAN;
        }
        if (isWord(field, low, high, TRUE) || isWord(field, low, high, FALSE)) {
            return padded ? TEXT : BOOLEAN;
        }
        return isInfinite(field, low, high) ? ODD : TEXT;
    }

    static boolean isBlank(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    private static boolean isExactly(byte[] field, int from, int to, byte[] word) {
        if (to - from != word.length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if (field[from + i] != word[i]) {
                return false;
            }
        }
        return true;
    }

    /** The same without regard to case, for a word in lower case. */
    private static boolean isWord(byte[] field, int from, int to, byte[] word) {
        if (to - from != word.length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if ((field[from + i] | 0x20) != word[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isInfinite(byte[] field, int from, int to) {
        int bare = field[from] == '-' || field[from] == '+' ? from + 1 : from;
        for (byte[] word : INFINITE) {
            if (isWord(field, bare, to, word)) {
                return true;
            }
        }
        return false;
    }

    /** A field that begins as a number does. */
    private static int number(byte[] field, int from, int to, char decimal) {
        int at = from;
        boolean negative = field[at] == '-';
        boolean signed = negative || field[at] == '+';
        at += signed ? 1 : 0;
        int digits = at;
        while (at < to && isDigit(field[at])) {
            at++;
        }
        if (at == to && at > digits) {
            return whole(field, digits, to, negative, signed);
        }
        int before = at - digits;
        boolean other = false;
        int after = 0;
        if (at < to && (field[at] == '.' || field[at] == ',')) {
            other = field[at] != decimal;
            int fraction = ++at;
            while (at < to && isDigit(field[at])) {
                at++;
            }
            after = at - fraction;
        }
        if (before + after == 0) {
            return isInfinite(field, from, to) ? ODD : TEXT;
        }
        boolean hexadecimal = before == 1 && field[digits] == '0' && at < to && (field[at] | 0x20) == 'x';
        if (hexadecimal) {
            return ODD;
        }
        if (at < to && (field[at] | 0x20) == 'e') {
            int exponent = at + 1;
            exponent += exponent < to && (field[exponent] == '-' || field[exponent] == '+') ? 1 : 0;
            int end = exponent;
            while (end < to && isDigit(field[end])) {
                end++;
            }
            at = end > exponent ? end : at;
        }
        if (at == to) {
            return other ? OTHER_DECIMAL : DECIMAL;
        }
        boolean suffix = at == to - 1 && ((field[at] | 0x20) == 'd' || (field[at] | 0x20) == 'f');
        return suffix && !other ? ODD : TEXT;
    }

    private static int whole(byte[] field, int from, int to, boolean negative, boolean signed) {
        int first = from;
        while (first < to - 1 && field[first] == '0') {
            first++;
        }
        int length = to - first;
        if (length > MOST_DIGITS) {
            return HUGE;
        }
        // Below zero, where a long reaches one further.
        long value = 0;
        for (int i = first; i < to; i++) {
            int digit = field[i] - '0';
            if (value < (Long.MIN_VALUE + digit) / 10) {
                return HUGE;
            }
            value = 10 * value - digit;
        }
        if (!negative) {
            if (value == Long.MIN_VALUE) {
                return HUGE;
            }
            value = -value;
        }
        boolean shortest = first == from && (!signed || (negative && value != 0));
        boolean small = value == (int) value;
        if (shortest) {
            return small ? INT : LONG;
        }
        return small ? PADDED_INT : PADDED_LONG;
    }

    /** Of a field that begins as a number does and is none: a day, a time, or any text. */
    private static int time(byte[] field, int from, int to) {
        if (!isDay(field, from, to)) {
            return TEXT;
        }
        int at = from + 10;
        if (at == to) {
            return DATE;
        }
        if ((field[at] != ' ' && field[at] != 'T') || !hasNumbers(field, at + 1, to, 23, 59)) {
            return TEXT;
        }
        at += 6;
        if (at < to && field[at] == ':') {
            if (two(field, at + 1, to) > 59 || two(field, at + 1, to) < 0) {
                return TEXT;
            }
            at += 3;
            if (at < to && field[at] == '.') {
                int fraction = ++at;
                while (at < to && isDigit(field[at])) {
                    at++;
                }
                if (at == fraction || at - fraction > 6) {
                    return TEXT;
                }
            }
        }
        boolean zone = at < to && (field[at] == '+' || field[at] == '-');
        if (zone) {
            return at + 6 == to && hasNumbers(field, at + 1, to, 14, 59) ? TIMESTAMP : TEXT;
        }
        return at == to || (at + 1 == to && field[at] == 'Z') ? TIMESTAMP : TEXT;
    }

    private static boolean isDay(byte[] field, int from, int to) {
        if (to - from < 10 || field[from + 4] != '-' || field[from + 7] != '-') {
            return false;
        }
        int century = two(field, from, to);
        int year = two(field, from + 2, to);
        int month = two(field, from + 5, to);
        int day = two(field, from + 8, to);
        if (century < 0 || year < 0 || century + year == 0 || month < 1 || month > 12 || day < 1) {
            return false;
        }
        boolean leap = year % 4 == 0 && (year != 0 || century % 4 == 0);
        return day <= (month == 2 && !leap ? 28 : DAYS[month - 1]);
    }

    /** Whether hh:mm stands there, neither beyond its most. */
    private static boolean hasNumbers(byte[] field, int at, int to, int most, int next) {
        int first = two(field, at, to);
        int second = two(field, at + 3, to);
        return first >= 0 && first <= most && second >= 0 && second <= next && field[at + 2] == ':';
    }

    private static int two(byte[] field, int at, int to) {
        boolean there = at + 2 <= to && isDigit(field[at]) && isDigit(field[at + 1]);
        return there ? 10 * (field[at] - '0') + field[at + 1] - '0' : -1;
    }
}
