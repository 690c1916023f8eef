package org.sparkglmm.spark.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.sparkglmm.core.Suggestions;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.formula.Variable;

/**
 * The only door through which a formula's text reaches Spark as SQL. A formula may come from a model file that somebody else
 * made, and Spark's SQL can call any Java method, read other tables and the environment; so what passes is what this class
 * knows, and all else is refused before Spark sees it: columns of the table, literals, operators, and functions of Spark that
 * make one value of one row from their arguments alone, the same whenever they are asked. {@link ExpressionReader} then writes
 * it anew for Spark, so that its numbers are R's.
 */
final class ScalarSql {
    /** More words make expressions so deep that Spark's recursion over them may reach the end of the stack. */
    private static final int MOST_WORDS = 1_000;

    /** Of an expression in a message. */
    private static final int MOST_SHOWN = 100;

    /**
     * Left out on purpose although they are deterministic: what makes long text of short (repeat, space, lpad, format_string),
     * what builds or walks through arrays, and what looks at session, files or plans.
     */
    private static final Set<String> FUNCTIONS = words(
            // numbers
            "abs acos acosh asin asinh atan atan2 atanh bround cbrt ceil ceiling cos cosh cot csc degrees e exp expm1"
                    + " factorial floor greatest hypot least ln log log10 log1p log2 mod negative pi pmod positive pow"
                    + " power radians rint round sec sign signum sin sinh sqrt tan tanh width_bucket bit_count bit_get"
                    + " getbit shiftleft shiftright shiftrightunsigned conv hex unhex bin try_add try_divide try_multiply"
                    + " try_subtract",
            // conditions and nulls
            "if iff coalesce ifnull nvl nvl2 nullif nanvl isnan isnull isnotnull equal_null nullifzero zeroifnull decode",
            // types
            "cast try_cast double float int bigint smallint tinyint decimal string boolean date timestamp to_number"
                    + " try_to_number",
            // text
            "ascii bit_length btrim char char_length character_length chr concat concat_ws contains elt endswith"
                    + " find_in_set initcap instr lcase left length len levenshtein locate lower ltrim octet_length"
                    + " overlay position regexp_count regexp_extract regexp_instr regexp_like regexp_replace"
                    + " regexp_substr replace reverse right rtrim soundex split_part startswith substr substring"
                    + " substring_index translate trim ucase upper",
            // dates and times
            "add_months date_add date_diff date_format date_from_unix_date date_part date_sub date_trunc dateadd datediff"
                    + " datepart day dayofmonth dayofweek dayofyear extract from_unixtime from_utc_timestamp hour"
                    + " last_day make_date make_timestamp minute month months_between next_day quarter second"
                    + " timestamp_micros timestamp_millis timestamp_seconds timestampadd timestampdiff to_date"
                    + " to_timestamp to_unix_timestamp to_utc_timestamp trunc try_to_timestamp unix_date unix_micros"
                    + " unix_millis unix_seconds unix_timestamp weekday weekofyear year",
            // of a column that holds an array or a map
            "element_at array_contains array_position array_max array_min map_contains_key size cardinality");

    /** Without arguments the others would be the time, the user or chance. */
    private static final Set<String> WITHOUT_ARGUMENTS = Set.of("pi", "e");

    /** Words of SQL that are neither columns nor functions, also before a bracket. */
    private static final Set<String> KEYWORDS = words(
            "and or not in is like ilike rlike regexp between case when then else end as div escape null true false");

    /** What starts a query or a window, and words of a query: no column unless in backticks. */
    private static final Set<String> QUERY = words(
            "select table values with from map reduce using over exists filter within window lateral where group order"
                    + " having union join distinct transform all any some");

    private static final Set<String> TYPES = words(
            "double float real int integer bigint long smallint short tinyint byte decimal dec numeric string varchar char"
                    + " character boolean date timestamp timestamp_ntz timestamp_ltz");

    private static final Set<String> LITERALS = words("date timestamp timestamp_ntz timestamp_ltz");

    /** Before a string, a number or a comma: INTERVAL 3 DAYS, timestampdiff(MONTH, a, b), extract(YEAR FROM d). */
    private static final Set<String> UNITS = words("year years quarter quarters month months week weeks day days"
            + " dayofyear hour hours minute minutes second seconds doy dow");

    private static final Set<String> TAKES_UNIT =
            words("timestampadd timestampdiff dateadd date_add datediff date_diff extract");

    private static final Pattern NUMBER =
            Pattern.compile("(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?(?:[lLdDfFsSyY]|[bB][dD])?");
    private static final Pattern WORD = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final String SIGNS = "+-*/%()[],<>=!";
    private static final List<String> SIGNS_OF_TWO = List.of("%%", "<=", ">=", "<>", "!=", "==");

    private final String name;
    private final String sql;
    private final TableColumns columns;
    /** Where the reader stands. */
    private int at;

    private int read;
    /** The words before, in lower case; a sign, a literal or a name in backticks is itself. */
    private String before = "";

    private String beforeThat = "";
    /** For each open bracket the function whose arguments are in it, or "" . */
    private final Deque<String> open = new ArrayDeque<>();

    private final List<Word> words = new ArrayList<>();

    private ScalarSql(String name, String sql, TableColumns columns) {
        this.name = name;
        this.sql = sql;
        this.columns = columns;
    }

    /**
     * A piece of an expression: a number, a string with its quotes, a name in backticks, a word or a sign.
     *
     * @param at where it begins
     */
    record Word(String text, int at) {}

    /**
     * A formula's variable as Spark computes it.
     *
     * @param value its value in a row
     * @param columns the columns it is computed from, by the names that the formula has for them
     * @param namesNulls whether it says itself what becomes of missing values
     */
    record Reading(Column value, Map<String, StructField> columns, boolean namesNulls) {}

    /**
     * A formula's variable as Spark's column.
     *
     * @throws UsageException if it is more than a computation from the row
     */
    static Column of(Variable variable, TableColumns columns) {
        return read(variable, columns).value();
    }

    /** The same, and what it is computed from. */
    static Reading read(Variable variable, TableColumns columns) {
        if (variable.isPlainColumn() || (variable.forcedFactor() && isName(variable.sql()))) {
            Map<String, StructField> source = new LinkedHashMap<>();
            if (variable.forcedFactor()) {
                String column = variable.columns().get(0);
                columns.find(column).ifPresent(field -> source.put(column, field));
            }
            return new Reading(functions.col(variable.sql()), source, false);
        }
        ScalarSql gate = new ScalarSql(variable.name(), variable.sql(), columns);
        gate.check();
        ExpressionReader reader = new ExpressionReader(gate, columns);
        String computed = reader.read();
        return new Reading(computed(variable, computed), reader.columns(), reader.namesNulls());
    }

    private static Column computed(Variable variable, String sql) {
        try {
            return functions.expr(sql);
        } catch (Exception e) {
            // Spark's parser throws a checked exception that its signature does not name; it quotes the expression
            // alone.
            String reason = String.valueOf(e.getMessage())
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .findFirst()
                    .orElse("it is no expression of Spark SQL");
            throw new UsageException(
                    "formula: cannot compute " + shortened(variable.name()) + ": " + shortened(reason));
        }
    }

    /** A column in another type, null where its value has none: Spark 3.5 has that in SQL alone. */
    static Column tryCast(String column, DataType type) {
        return functions.expr("try_cast(" + TableColumns.quoted(column) + " AS " + type.sql() + ")");
    }

    private static boolean isName(String sql) {
        return sql.startsWith("`") && sql.indexOf('`', 1) == sql.length() - 1;
    }

    /** @throws UsageException with what is refused and where */
    private void check() {
        if (sql.contains("${")) {
            // Spark puts the environment's and the JVM's properties in its place, in strings and names too.
            at = sql.indexOf("${");
            throw refused("'${'", "Spark would replace it by a setting of the machine");
        }
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (" \t\r\n".indexOf(c) >= 0) {
                at++;
                continue;
            }
            if (++read > MOST_WORDS) {
                throw refused("more than " + MOST_WORDS + " words", "compute the column beforehand");
            }
            int start = at;
            String token = token(c);
            words.add(new Word(sql.substring(start, at), start));
            beforeThat = before;
            before = token;
        }
    }

    private String token(char c) {
        if (c == '\'' || c == '"') {
            return string(c);
        }
        if (c == '`') {
            return quoted();
        }
        Matcher number = NUMBER.matcher(sql).region(at, sql.length());
        if (number.lookingAt()) {
            int end = number.end();
            if (end < sql.length() && WORD.matcher(sql.substring(end, end + 1)).matches()) {
                throw refused("a name that starts with a digit", "put a column's name in `backticks`");
            }
            return until(end);
        }
        Matcher word = WORD.matcher(sql).region(at, sql.length());
        if (word.lookingAt()) {
            return word(word.group());
        }
        return sign(c);
    }

    private String until(int end) {
        String text = sql.substring(at, end);
        at = end;
        return text;
    }

    private String string(char quote) {
        int end = at + 1;
        while (end < sql.length() && sql.charAt(end) != quote) {
            if (sql.charAt(end) == '\\' && end + 1 < sql.length() && "'\"".indexOf(sql.charAt(end + 1)) >= 0) {
                at = end;
                throw refused("a backslash before a quote", "write the text with the other kind of quotes");
            }
            end++;
        }
        if (end == sql.length()) {
            throw refused("a string that is never closed", "");
        }
        return literal(end + 1, "a function named in quotes");
    }

    private String quoted() {
        int end = at + 1;
        while (end < sql.length() && (sql.charAt(end) != '`' || sql.startsWith("``", end))) {
            end += sql.charAt(end) == '`' ? 2 : 1;
        }
        if (end >= sql.length()) {
            throw refused("'`' that is never closed", "");
        }
        return literal(end + 1, "a function named in backticks");
    }

    private String literal(int end, String ifCalled) {
        if (next(end) == '(') {
            throw refused(ifCalled, "write its name plainly");
        }
        until(end);
        return "'";
    }

    /** The next character that is no blank. */
    private char next(int from) {
        int i = from;
        while (i < sql.length() && " \t\r\n".indexOf(sql.charAt(i)) >= 0) {
            i++;
        }
        return i < sql.length() ? sql.charAt(i) : ' ';
    }

    private String word(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        int end = at + word.length();
        char next = next(end);
        boolean afterAs = before.equals("as") || before.equals("::");
        if (afterAs) {
            if (!TYPES.contains(lower)) {
                throw refused("type '" + word + "'", "types are " + String.join(", ", sorted(TYPES)));
            }
        } else if (next == '(' && !KEYWORDS.contains(lower)) {
            call(word, lower, end);
        } else if (next == '\'' || next == '"') {
            boolean known = KEYWORDS.contains(lower)
                    || LITERALS.contains(lower)
                    || lower.equals("interval")
                    || isFromOfCall(lower)
                    || (isIn("trim") && Set.of("both", "leading", "trailing").contains(lower));
            if (!known) {
                throw refused("'" + word + "' before a string", "plain strings only");
            }
        } else if (!KEYWORDS.contains(lower) && !isWordOfSql(lower)) {
            column(word, lower);
        }
        until(end);
        return lower;
    }

    private static List<String> sorted(Set<String> words) {
        return words.stream().sorted().toList();
    }

    private void call(String word, String lower, int end) {
        if (!FUNCTIONS.contains(lower)) {
            String hint = Suggestions.nearest(lower, FUNCTIONS)
                    .map(n -> "did you mean '" + n + "'?")
                    .orElse("compute the column beforehand");
            boolean query = QUERY.contains(lower);
            throw refused(
                    query ? "a query or window ('" + word + "')" : "function '" + word + "'",
                    query
                            ? "only expressions over the columns of a row"
                            : "allowed are Spark's functions that compute one value from one row; " + hint);
        }
        int inside = sql.indexOf('(', end) + 1;
        if (next(inside) == ')' && !WITHOUT_ARGUMENTS.contains(lower)) {
            throw refused("function '" + word + "' without arguments", "its value would not come from the row");
        }
    }

    /** Words that stand in some places only: IS DISTINCT FROM, INTERVAL 3 DAYS, extract(YEAR FROM d). */
    private boolean isWordOfSql(String lower) {
        if (lower.equals("distinct")) {
            return before.equals("is") || (before.equals("not") && beforeThat.equals("is"));
        }
        if (isFromOfCall(lower)) {
            return true;
        }
        if (lower.equals("interval")) {
            return Character.isDigit(next(at + lower.length()));
        }
        if (isIn("trim") && Set.of("both", "leading", "trailing").contains(lower)) {
            return true;
        }
        boolean afterAmount = before.equals("'") || (!before.isEmpty() && Character.isDigit(before.charAt(0)));
        boolean first = before.equals("(") && !open.isEmpty() && TAKES_UNIT.contains(open.peek());
        return UNITS.contains(lower) && (afterAmount || first);
    }

    private boolean isFromOfCall(String lower) {
        return lower.equals("from")
                && !before.equals("(")
                && (before.equals("distinct") || isIn("trim") || isIn("extract"));
    }

    /** Whether a word in lower case is a unit of time. */
    static boolean isUnit(String word) {
        return UNITS.contains(word);
    }

    private boolean isIn(String function) {
        return function.equals(open.peek());
    }

    /** A plain word must be a column: current_date, user and their like are functions where no column has the name. */
    private void column(String word, String lower) {
        if (QUERY.contains(lower)) {
            throw refused(
                    "a query or window ('" + word + "')",
                    "only expressions over the columns of a row; put a column's name in `backticks`");
        }
        if (columns.find(word).isEmpty()) {
            columns.require(word, "formula, in " + shortened(name));
        }
    }

    private String sign(char c) {
        if (sql.startsWith("--", at) || sql.startsWith("/*", at)) {
            throw refused("a comment", "write a - (-b) for a double minus");
        }
        if (sql.startsWith("::", at)) {
            return until(at + 2);
        }
        if (sql.startsWith("<=>", at) || sql.startsWith("%/%", at)) {
            return until(at + 3);
        }
        for (String sign : SIGNS_OF_TWO) {
            if (sql.startsWith(sign, at)) {
                return until(at + 2);
            }
        }
        if (sql.startsWith("->", at) || sql.startsWith("=>", at)) {
            throw refused("'" + sql.substring(at, at + 2) + "'", "functions of functions are not allowed");
        }
        if (SIGNS.indexOf(c) < 0) {
            throw refused(
                    c > ' ' && c < 127 ? "'" + c + "'" : String.format("character U+%04X", (int) c),
                    "only expressions over the columns of a row");
        }
        if (c == '(') {
            open.push(FUNCTIONS.contains(before) ? before : "");
        } else if (c == ')') {
            open.poll();
        }
        return until(at + 1);
    }

    /** What was let through, in order. */
    List<Word> words() {
        return words;
    }

    /** The expression as the formula has it, for messages. */
    String shownName() {
        return shortened(name);
    }

    private UsageException refused(String what, String hint) {
        return refusal(what + position(at) + " is not allowed", hint);
    }

    UsageException refusal(String what, String hint) {
        return new UsageException(
                "formula: cannot compute " + shownName() + ": " + what + (hint.isEmpty() ? "" : "; " + hint));
    }

    /** In words; counted inside the brackets that the formula's reader put around an expression. */
    String position(int from) {
        int position = sql.codePointCount(0, from) + (sql.startsWith("(") ? 0 : 1);
        return " at position " + Math.max(1, position) + " of its SQL";
    }

    private static String shortened(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ");
        return line.length() <= MOST_SHOWN ? line : line.substring(0, MOST_SHOWN) + "...";
    }

    private static Set<String> words(String... lines) {
        List<String> all = new ArrayList<>();
        for (String line : lines) {
            all.addAll(List.of(line.strip().split(" +")));
        }
        return Set.copyOf(all);
    }
}
