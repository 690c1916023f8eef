package org.sparkglmm.spark.data;

import java.util.HashMap;
import java.util.Map;

/**
 * What the functions that {@link ScalarSql} lets through take and give, those apart that {@link ExpressionReader} writes
 * itself. A signature has a letter for each argument, those after ? may be left out, one before * may be repeated, and behind
 * the colon what comes out:
 *
 * <pre>
 * n number, in double precision    i int    l bigint    m decimal, seconds and their parts    r number of another type
 * w whole number    t text    b true or false    d date    s timestamp    k array or map    a anything, as it stands
 * </pre>
 */
final class SqlFunctions {
    private static final Map<String, String> SIGNATURES = new HashMap<>();

    static {
        add(
                "n:n",
                "abs acos asin atan atanh cbrt cos cosh cot csc degrees exp expm1 radians rint sec sign signum sin sinh"
                        + " sqrt tan tanh nullifzero zeroifnull");
        add("nn:n", "atan2 power pow nanvl");
        add(":n", "e pi");
        add("n?i:n", "bround");
        add("nnnl:w", "width_bucket");
        add("l:w", "bit_count");
        add("li:w", "bit_get getbit shiftleft shiftright shiftrightunsigned");
        add("tii:t", "conv");
        add("l:t", "bin char chr");
        add("n:b", "isnan");
        add("a:b", "isnull isnotnull");
        add("tt:r", "to_number try_to_number");
        add("t:w", "ascii bit_length char_length character_length len length octet_length");
        add("t:t", "initcap lcase lower soundex ucase upper reverse");
        add("t?t:t", "btrim ltrim rtrim trim");
        add("t*:t", "concat concat_ws");
        add("it*:t", "elt");
        add("tt:b", "contains endswith regexp_like startswith");
        add("tt:w", "find_in_set instr regexp_count");
        add("tt?i:w", "levenshtein locate position regexp_instr");
        add("tt:t", "regexp_substr");
        add("ti:t", "left right");
        add("ti?i:t", "substr substring");
        add("tt?i:t", "regexp_extract");
        add("ttt?i:t", "regexp_replace");
        add("tt?t:t", "replace");
        add("tti:t", "split_part substring_index");
        add("tti?i:t", "overlay");
        add("ttt:t", "translate");
        add("di:d", "add_months date_add date_sub dateadd");
        add("dd:w", "date_diff datediff");
        add("st:t", "date_format");
        add("i:d", "date_from_unix_date");
        add("ts:r", "date_part datepart");
        add("ts:s", "date_trunc");
        add("d:w", "day dayofmonth dayofweek dayofyear quarter unix_date weekday weekofyear year month");
        add("s:w", "hour minute second unix_micros unix_millis unix_seconds");
        add("l?t:t", "from_unixtime");
        add("st:s", "from_utc_timestamp to_utc_timestamp");
        add("d:d", "last_day");
        add("iii:d", "make_date");
        add("iiiiim?t:s", "make_timestamp");
        add("ss?b:n", "months_between");
        add("dt:d", "next_day trunc");
        add("l:s", "timestamp_micros timestamp_millis");
        add("n:s", "timestamp_seconds");
        add("a?t:d", "to_date");
        add("a?t:s", "to_timestamp try_to_timestamp");
        add("a?t:w", "to_unix_timestamp unix_timestamp");
        add("k:w", "size cardinality");
        add("ka:b", "array_contains map_contains_key");
        add("ka:w", "array_position");
    }

    private SqlFunctions() {}

    private static void add(String signature, String names) {
        for (String name : names.split(" ")) {
            SIGNATURES.put(name, signature);
        }
    }

    /** Null for a function that is not here. */
    static String signature(String function) {
        return SIGNATURES.get(function);
    }

    /** How many arguments a signature asks for at least. */
    static int least(String signature) {
        String needed = arguments(signature);
        int optional = needed.indexOf('?');
        return optional < 0 ? needed.replace("*", "").length() : optional;
    }

    /** The letter of an argument; ' ' if there is no such argument. */
    static char letter(String signature, int argument) {
        String letters = arguments(signature).replace("?", "");
        int repeated = letters.indexOf('*');
        if (repeated >= 0 && argument >= repeated - 1) {
            return letters.charAt(repeated - 1);
        }
        return argument < letters.length() ? letters.charAt(argument) : ' ';
    }

    static char result(String signature) {
        return signature.charAt(signature.length() - 1);
    }

    private static String arguments(String signature) {
        return signature.substring(0, signature.indexOf(':'));
    }
}
