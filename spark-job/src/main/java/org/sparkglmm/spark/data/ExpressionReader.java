package org.sparkglmm.spark.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.spark.data.ScalarSql.Word;
import org.sparkglmm.spark.data.SqlValue.Kind;

/**
 * Reads an expression that {@link ScalarSql} has let through and writes it anew, so that Spark computes what R would. Spark's
 * SQL calculates with decimals of a few digits, with whole numbers that overflow, and takes text for a number, nulls for what
 * is undefined and NaN for the largest number. Here every number that is calculated with is a double; whole numbers stay as
 * they are where Spark wants them (the second argument of substring), where they are compared with each other, and where
 * they are only chosen from (CASE). Text where a number is wanted is refused.
 */
final class ExpressionReader {
    /** Of the text that is made, in names, numbers and signs: some parts are needed more than once. */
    private static final long MOST_PARTS = 20_000;

    private static final Set<String> NAMES_NULLS = Set.of(
            "coalesce",
            "ifnull",
            "nvl",
            "nvl2",
            "isnull",
            "isnotnull",
            "isnan",
            "nanvl",
            "nullif",
            "nullifzero",
            "zeroifnull");

    private static final Set<String> COMPARISONS = Set.of("=", "==", "<=>", "<>", "!=", "<", "<=", ">", ">=");
    private static final Set<String> TAKES_UNIT =
            Set.of("timestampadd", "timestampdiff", "dateadd", "date_add", "datediff", "date_diff");
    private static final String NUMBER_IN_TEXT = "'^ *([+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?) *$'";

    private final ScalarSql gate;
    private final TableColumns table;
    private final List<Word> words;
    private final Map<String, StructField> columns = new LinkedHashMap<>();
    private final boolean namesNulls;
    private int at;

    ExpressionReader(ScalarSql gate, TableColumns table) {
        this.gate = gate;
        this.table = table;
        words = gate.words();
        namesNulls = findNamesOfNulls();
    }

    /** The columns that were met, by the names the formula has for them. */
    Map<String, StructField> columns() {
        return columns;
    }

    /** Whether the expression says itself what becomes of missing values. */
    boolean namesNulls() {
        return namesNulls;
    }

    private boolean findNamesOfNulls() {
        for (int i = 0; i < words.size(); i++) {
            boolean call = i + 1 < words.size() && words.get(i + 1).text().equals("(");
            if (call && NAMES_NULLS.contains(lower(i))) {
                return true;
            }
            int next = lower(i).equals("is")
                            && i + 1 < words.size()
                            && lower(i + 1).equals("not")
                    ? i + 2
                    : i + 1;
            if (lower(i).equals("is") && next < words.size() && lower(next).equals("null")) {
                return true;
            }
        }
        return false;
    }

    /** The expression for Spark. */
    String read() {
        SqlValue value = either();
        if (at < words.size()) {
            throw unexpected();
        }
        return value.is(Kind.NUMBER) ? inDouble(value, 0).sql() : value.sql();
    }

    // ---- words

    private String lower(int i) {
        return words.get(i).text().toLowerCase(Locale.ROOT);
    }

    private boolean is(String word) {
        return isAt(at, word);
    }

    private boolean isAt(int i, String word) {
        return i < words.size() && lower(i).equals(word);
    }

    private boolean skip(String word) {
        if (is(word)) {
            at++;
            return true;
        }
        return false;
    }

    private void require(String word) {
        if (!skip(word)) {
            throw atEnd() ? gate.refusal("'" + word.toUpperCase(Locale.ROOT) + "' is missing", "") : unexpected();
        }
    }

    /** Also before the bracket that the formula's reader put behind an expression. */
    private boolean atEnd() {
        return at >= words.size() || (at == words.size() - 1 && is(")"));
    }

    private String next() {
        if (at >= words.size()) {
            throw unexpected();
        }
        return words.get(at++).text();
    }

    private UsageException unexpected() {
        if (atEnd()) {
            return gate.refusal("it ends too early", "");
        }
        String word = words.get(at).text();
        char c = word.charAt(0);
        String shown = c == '\'' || c == '"' ? "text" : "'" + (word.length() > 30 ? word.substring(0, 30) : word) + "'";
        return gate.refusal("unexpected " + shown + gate.position(words.get(at).at()), "");
    }

    private UsageException refused(int word, String what, String hint) {
        Word at = words.get(Math.min(word, words.size() - 1));
        return gate.refusal(what + gate.position(at.at()), hint);
    }

    private SqlValue checked(SqlValue value) {
        if (value.size() > MOST_PARTS) {
            throw gate.refusal("too much is nested in it", "compute the column beforehand");
        }
        return value;
    }

    // ---- truth values

    private SqlValue either() {
        SqlValue left = both();
        while (is("or")) {
            int sign = at++;
            SqlValue right = both();
            left = joined(left, " OR ", right, SqlValue.OR, sign);
        }
        return left;
    }

    private SqlValue both() {
        SqlValue left = not();
        while (is("and")) {
            int sign = at++;
            SqlValue right = not();
            left = joined(left, " AND ", right, SqlValue.AND, sign);
        }
        return left;
    }

    private SqlValue joined(SqlValue left, String sign, SqlValue right, int level, int word) {
        SqlValue a = condition(left, word);
        SqlValue b = condition(right, word);
        return checked(SqlValue.of(a.within(level) + sign + b.within(level - 1), Kind.BOOLEAN, a.size() + b.size() + 1)
                .withLevel(level)
                .surely(a.sure() && b.sure()));
    }

    private SqlValue not() {
        if (is("not") || is("!")) {
            int sign = at++;
            SqlValue value = condition(not(), sign);
            return SqlValue.of("(NOT " + value.atom() + ")", Kind.BOOLEAN, value.size() + 1)
                    .surely(value.sure());
        }
        return predicate();
    }

    /** What is true or false; of a number whether it is not 0, as in R. */
    private SqlValue condition(SqlValue value, int word) {
        if (value.is(Kind.BOOLEAN) || value.is(Kind.NULL)) {
            return value;
        }
        if (value.isNumber()) {
            SqlValue number = inDouble(value, word);
            return SqlValue.of("(" + RArithmetic.compared(number) + " <> 0.0D)", Kind.BOOLEAN, value.size() + 2)
                    .surely(value.sure());
        }
        throw refused(word, value.kind().words() + " where a condition is needed", "compare it with something");
    }

    private SqlValue predicate() {
        SqlValue left = sum();
        boolean compared = false;
        while (at < words.size()) {
            int sign = at;
            boolean not = is("not") && at + 1 < words.size();
            String word = not ? lower(at + 1) : lower(at);
            if (COMPARISONS.contains(word) && !not) {
                if (compared) {
                    throw refused(at, "a second comparison", "join two with AND");
                }
                compared = true;
                at++;
                left = comparison(left, word.equals("==") ? "=" : word.equals("!=") ? "<>" : word, sum(), sign);
            } else if (word.equals("is") && !not) {
                at++;
                left = being(left, sign);
            } else if (Set.of("between", "in", "like", "ilike", "rlike", "regexp")
                    .contains(word)) {
                at += not ? 2 : 1;
                SqlValue found =
                        switch (word) {
                            case "between" -> between(left, sign);
                            case "in" -> among(left, sign);
                            default -> like(left, word, sign);
                        };
                left = not
                        ? SqlValue.of("(NOT " + found.atom() + ")", Kind.BOOLEAN, found.size() + 1)
                                .surely(found.sure())
                        : found;
            } else {
                break;
            }
        }
        return checked(left);
    }

    private SqlValue comparison(SqlValue left, String sign, SqlValue right, int word) {
        List<String> sides = comparable(List.of(left, right), word);
        return SqlValue.of(
                        "(" + sides.get(0) + " " + sign + " " + sides.get(1) + ")",
                        Kind.BOOLEAN,
                        left.size() + right.size() + 3)
                .surely(sign.equals("<=>") || (left.sure() && right.sure()));
    }

    private SqlValue being(SqlValue value, int word) {
        boolean not = skip("not");
        String is = value.atom() + (not ? " IS NOT " : " IS ");
        if (skip("distinct")) {
            require("from");
            SqlValue other = sum();
            List<String> sides = comparable(List.of(value, other), word);
            return SqlValue.of(
                            "(" + sides.get(0) + (not ? " IS NOT " : " IS ") + "DISTINCT FROM " + sides.get(1) + ")",
                            Kind.BOOLEAN,
                            value.size() + other.size() + 3)
                    .surely(true);
        }
        if (is("null") || is("true") || is("false")) {
            String what = next().toUpperCase(Locale.ROOT);
            return SqlValue.of("(" + is + what + ")", Kind.BOOLEAN, value.size() + 1)
                    .surely(true);
        }
        throw unexpected();
    }

    private SqlValue between(SqlValue value, int word) {
        SqlValue low = sum();
        require("and");
        SqlValue high = sum();
        List<String> three = comparable(List.of(value, low, high), word);
        return SqlValue.of(
                        "(" + three.get(0) + " BETWEEN " + three.get(1) + " AND " + three.get(2) + ")",
                        Kind.BOOLEAN,
                        2 * value.size() + low.size() + high.size() + 4)
                .surely(value.sure() && low.sure() && high.sure());
    }

    private SqlValue among(SqlValue value, int word) {
        require("(");
        List<SqlValue> all = new ArrayList<>(List.of(value));
        all.addAll(arguments());
        if (all.size() == 1) {
            throw refused(word, "nothing in the brackets of IN", "");
        }
        List<String> texts = comparable(all, word);
        return SqlValue.of(
                        "(" + texts.get(0) + " IN (" + String.join(", ", texts.subList(1, texts.size())) + "))",
                        Kind.BOOLEAN,
                        sizeOf(all))
                .surely(all.stream().allMatch(SqlValue::sure));
    }

    private SqlValue like(SqlValue value, String word, int sign) {
        SqlValue pattern = sum();
        String sql = text(value, sign).sql() + " " + word.toUpperCase(Locale.ROOT) + " "
                + text(pattern, sign).sql();
        if (skip("escape")) {
            sql += " ESCAPE " + next();
        }
        return SqlValue.of("(" + sql + ")", Kind.BOOLEAN, value.size() + pattern.size() + 1)
                .surely(value.sure() && pattern.sure());
    }

    /** Values as they can be compared: as whole numbers, as doubles, as text or as they are. */
    private List<String> comparable(List<SqlValue> values, int word) {
        boolean numbers = values.stream().anyMatch(SqlValue::isNumber);
        if (numbers) {
            for (SqlValue value : values) {
                if (!value.isNumber() && !value.is(Kind.BOOLEAN) && !value.is(Kind.NULL)) {
                    throw refused(
                            word,
                            "a number is compared with " + value.kind().words(),
                            value.is(Kind.TEXT)
                                    ? "put numbers in quotes to compare texts, or write double( ) around the text"
                                    : "");
                }
            }
            if (values.stream().allMatch(v -> v.is(Kind.WHOLE))) {
                return values.stream().map(v -> v.within(SqlValue.SUM)).toList();
            }
            return values.stream()
                    .map(v -> RArithmetic.compared(inDouble(v, word).withLevel(0)))
                    .map(sql -> "(" + sql + ")")
                    .toList();
        }
        boolean timestamps = values.stream().anyMatch(v -> v.is(Kind.TIMESTAMP));
        boolean times = timestamps || values.stream().anyMatch(v -> v.is(Kind.DATE));
        return values.stream()
                .map(v -> times && v.is(Kind.TEXT)
                        ? "try_cast(" + v.sql() + " AS " + (timestamps ? "TIMESTAMP" : "DATE") + ")"
                        : v.within(0))
                .toList();
    }

    // ---- numbers

    private SqlValue sum() {
        SqlValue left = product();
        while (is("+") || is("-")) {
            int sign = at;
            String word = next();
            left = checked(added(left, word, product(), sign));
        }
        return left;
    }

    private SqlValue added(SqlValue left, String sign, SqlValue right, int word) {
        boolean minus = sign.equals("-");
        if (left.is(Kind.DATE) && right.is(Kind.DATE) && minus) {
            return SqlValue.of(
                    "datediff(" + left.sql() + ", " + right.sql() + ")", Kind.WHOLE, left.size() + right.size() + 1);
        }
        if (left.kind().isTime() && right.kind().isTime() && minus) {
            throw refused(
                    word,
                    "timestamps are subtracted",
                    "write (unix_seconds(a) - unix_seconds(b)) / 86400 for days, or datediff(a, b)");
        }
        boolean interval = left.is(Kind.INTERVAL) || right.is(Kind.INTERVAL);
        if (interval && !left.isNumber() && !right.isNumber()) {
            Kind kind = left.is(Kind.INTERVAL) ? right.kind() : left.kind();
            return SqlValue.of(
                    "(" + left.atom() + " " + sign + " " + right.atom() + ")", kind, left.size() + right.size() + 1);
        }
        if (left.is(Kind.DATE) && right.is(Kind.WHOLE)) {
            return SqlValue.of(
                    (minus ? "date_sub(" : "date_add(") + left.sql() + ", " + asInt(right, word) + ")",
                    Kind.DATE,
                    left.size() + right.size() + 2);
        }
        if (left.is(Kind.WHOLE) && right.is(Kind.DATE) && !minus) {
            return added(right, sign, left, word);
        }
        if (left.kind().isTime() || right.kind().isTime()) {
            throw refused(
                    word,
                    left.kind().words() + " and " + right.kind().words() + " on both sides of '" + sign + "'",
                    "write datediff(a, b) for days between dates, date_add(d, 5) for a later one");
        }
        return RArithmetic.sum(inDouble(left, word), sign, inDouble(right, word));
    }

    private SqlValue product() {
        SqlValue left = modulo();
        while (is("*") || is("/") || is("%") || is("div")) {
            int sign = at;
            String word = next().toLowerCase(Locale.ROOT);
            SqlValue right = modulo();
            left = checked(
                    switch (word) {
                        case "*" -> RArithmetic.product(inDouble(left, sign), inDouble(right, sign));
                        case "/" -> RArithmetic.quotient(inDouble(left, sign), inDouble(right, sign));
                        case "%" -> RArithmetic.remainder(inDouble(left, sign), inDouble(right, sign));
                        default -> div(left, right, sign);
                    });
        }
        return left;
    }

    /** SQL's division of whole numbers, towards 0. */
    private SqlValue div(SqlValue left, SqlValue right, int sign) {
        if (!left.is(Kind.WHOLE) || !right.is(Kind.WHOLE)) {
            throw refused(sign, "'div' of something else than whole numbers", "write %/%, or div between bigint( )");
        }
        SqlValue divided = RArithmetic.quotient(inDouble(left, sign), inDouble(right, sign));
        return SqlValue.of("try_cast(" + divided.sql() + " AS BIGINT)", Kind.WHOLE, divided.size() + 1);
    }

    /** R's, which bind more closely than * and /. */
    private SqlValue modulo() {
        SqlValue left = signed();
        while (is("%%") || is("%/%")) {
            int sign = at;
            boolean rest = next().equals("%%");
            SqlValue a = inDouble(left, sign);
            SqlValue b = inDouble(signed(), sign);
            left = checked(rest ? RArithmetic.modulo(a, b) : RArithmetic.wholeQuotient(a, b));
        }
        return left;
    }

    private SqlValue signed() {
        if (is("-") || is("+")) {
            int sign = at;
            boolean minus = next().equals("-");
            SqlValue value = signed();
            if (value.is(Kind.INTERVAL)) {
                return minus ? SqlValue.of("(-" + value.atom() + ")", Kind.INTERVAL, value.size() + 1) : value;
            }
            if (value.is(Kind.WHOLE) && value.literal() != null && minus) {
                return new SqlValue(
                        "(-" + value.sql() + ")", Kind.WHOLE, 0, true, -value.literal(), value.size(), null);
            }
            if (!minus && value.isNumber()) {
                return value;
            }
            SqlValue number = inDouble(value, sign);
            return minus ? RArithmetic.negative(number) : number;
        }
        return converted();
    }

    private SqlValue converted() {
        SqlValue value = operand();
        while (is("[") || is("::")) {
            int sign = at;
            if (next().equals("[")) {
                SqlValue index = either();
                require("]");
                value = element(value, index, true, sign);
            } else {
                value = cast(value, type(), sign);
            }
        }
        return checked(value);
    }

    /** A value in double precision. */
    private SqlValue inDouble(SqlValue value, int word) {
        if (value.literal() != null) {
            return SqlValue.number(value.literal());
        }
        return switch (value.kind()) {
            case DOUBLE -> value;
            case WHOLE, NUMBER, BOOLEAN, NULL ->
                SqlValue.of("CAST(" + value.sql() + " AS DOUBLE)", Kind.DOUBLE, value.size() + 1)
                        .surely(value.sure());
            case TEXT ->
                throw refused(word, "text where a number is needed", "if it holds numbers, write double( ) around it");
            default -> throw refused(word, value.kind().words() + " where a number is needed", "");
        };
    }

    /** As Spark's functions take whole numbers: a literal as it stands, all else without its decimals. */
    private String asInt(SqlValue value, int word) {
        return asWhole(value, "INT", word);
    }

    private String asWhole(SqlValue value, String type, int word) {
        if (value.is(Kind.WHOLE) && value.literal() != null && Math.abs(value.literal()) <= Integer.MAX_VALUE) {
            return type.equals("INT") ? value.sql() : "CAST(" + value.sql() + " AS BIGINT)";
        }
        SqlValue number = value.is(Kind.WHOLE) ? value : inDouble(value, word);
        return "try_cast(" + number.sql() + " AS " + type + ")";
    }

    private SqlValue text(SqlValue value, int word) {
        return switch (value.kind()) {
            case TEXT, NULL, OTHER -> value;
            case DOUBLE, NUMBER -> {
                SqlValue number = value.is(Kind.NUMBER) ? inDouble(value, word) : value;
                yield SqlValue.of(RArithmetic.text(number), Kind.TEXT, 5 * value.size() + 6);
            }
            default -> SqlValue.of("CAST(" + value.sql() + " AS STRING)", Kind.TEXT, value.size() + 1);
        };
    }

    // ---- operands

    private SqlValue operand() {
        if (at >= words.size()) {
            throw unexpected();
        }
        int word = at;
        String text = words.get(at).text();
        char c = text.charAt(0);
        boolean call = isAt(at + 1, "(");
        if (c == '\'' || c == '"') {
            at++;
            return SqlValue.of(text, Kind.TEXT, 1).surely(true);
        }
        if (c == '`') {
            at++;
            return column(text.substring(1, text.length() - 1).replace("``", "`"));
        }
        if (Character.isDigit(c) || (c == '.' && text.length() > 1)) {
            at++;
            return literal(text, word);
        }
        if (c == '(') {
            at++;
            SqlValue inside = either();
            require(")");
            return inside;
        }
        if (!Character.isLetter(c) && c != '_') {
            throw unexpected();
        }
        return switch (lower(at)) {
            case "true", "false" ->
                SqlValue.of(next().toUpperCase(Locale.ROOT), Kind.BOOLEAN, 1).surely(true);
            case "null" -> SqlValue.of(next().toUpperCase(Locale.ROOT), Kind.NULL, 1);
            case "case" -> cases();
            case "interval" -> isUnitOrAmount(at + 1) ? interval() : named(call);
            case "date", "timestamp", "timestamp_ntz", "timestamp_ltz" -> isText(at + 1) ? time() : named(call);
            case "and",
                    "or",
                    "not",
                    "in",
                    "is",
                    "like",
                    "ilike",
                    "rlike",
                    "regexp",
                    "between",
                    "when",
                    "then",
                    "else",
                    "end",
                    "as",
                    "div",
                    "escape" -> throw unexpected();
            default -> named(call);
        };
    }

    private SqlValue named(boolean call) {
        return call ? call() : column(next());
    }

    private boolean isText(int i) {
        return i < words.size() && "'\"".indexOf(words.get(i).text().charAt(0)) >= 0;
    }

    private boolean isUnitOrAmount(int i) {
        return isText(i)
                || (i < words.size() && Character.isDigit(words.get(i).text().charAt(0)));
    }

    private SqlValue column(String name) {
        StructField field = table.require(name, "formula, in " + gate.shownName());
        columns.put(name, field);
        SqlValue value = SqlValue.column(TableColumns.quoted(field.name()), field.dataType());
        // What an expression makes of a missing value is its own matter if it names them.
        return value.surely(value.sure() && !namesNulls);
    }

    /** A double as in R; whole numbers are kept as such for those who want them. */
    private SqlValue literal(String text, int word) {
        String digits = text.toLowerCase(Locale.ROOT).replaceAll("(bd|[ldfsy])$", "");
        if (digits.chars().allMatch(Character::isDigit) && digits.length() < 19) {
            return SqlValue.whole(Long.parseLong(digits));
        }
        double value = Double.parseDouble(digits);
        if (Double.isInfinite(value)) {
            throw refused(word, "a number beyond 1.8e308", "");
        }
        return SqlValue.number(value);
    }

    private SqlValue time() {
        boolean date = is("date");
        return SqlValue.of(next() + " " + next(), date ? Kind.DATE : Kind.TIMESTAMP, 1)
                .surely(true);
    }

    private SqlValue interval() {
        StringBuilder out = new StringBuilder(next());
        while (isUnitOrAmount(at)) {
            out.append(' ').append(next());
            if (at < words.size()
                    && Character.isLetter(words.get(at).text().charAt(0))
                    && ScalarSql.isUnit(lower(at))) {
                out.append(' ').append(next());
            }
        }
        return SqlValue.of(out.toString(), Kind.INTERVAL, 1).surely(true).withLevel(SqlValue.SUM);
    }

    // ---- choices

    private SqlValue cases() {
        int word = at++;
        SqlValue chosenBy = is("when") ? null : either();
        List<SqlValue> conditions = new ArrayList<>();
        List<SqlValue> results = new ArrayList<>();
        while (is("when")) {
            int when = at++;
            SqlValue condition = either();
            conditions.add(chosenBy == null ? condition(condition, when) : comparison(chosenBy, "=", condition, when));
            require("then");
            results.add(either());
        }
        if (conditions.isEmpty()) {
            throw unexpected();
        }
        results.add(skip("else") ? either() : SqlValue.of("NULL", Kind.NULL, 1));
        require("end");
        return choice(conditions, results, word);
    }

    /**
     * CASE, where a condition that has no answer, such as NaN > 1, gives no value, as in R; in SQL it would be as if it were
     * not so. An expression that names nulls itself is SQL's. The last result is that of ELSE.
     */
    private SqlValue choice(List<SqlValue> conditions, List<SqlValue> results, int word) {
        List<SqlValue> same = common(results, word);
        SqlValue otherwise = same.get(same.size() - 1);
        Kind kind = kindOf(same);
        String sql = otherwise.sql();
        long size = otherwise.size();
        boolean sure = otherwise.sure();
        boolean open = false;
        for (int i = conditions.size() - 1; i >= 0; i--) {
            SqlValue condition = conditions.get(i);
            SqlValue then = same.get(i);
            sure &= condition.sure() && then.sure();
            if (namesNulls || condition.sure()) {
                String rest = open ? sql.substring("CASE ".length()) : "ELSE " + sql + " END";
                sql = "CASE WHEN " + condition.sql() + " THEN " + then.sql() + " " + rest;
                open = true;
                size += condition.size() + then.size() + 1;
            } else {
                sql = "CASE " + condition.atom() + " WHEN TRUE THEN " + then.sql() + " WHEN FALSE THEN " + sql + " END";
                open = false;
                size += 2 * condition.size() + then.size() + 4;
            }
        }
        return checked(SqlValue.of("(" + sql + ")", kind, size).surely(sure));
    }

    /** The results of a choice in one type: text if one is text (numbers beside it are refused), whole numbers only if all are. */
    private List<SqlValue> common(List<SqlValue> values, int word) {
        boolean text = values.stream().anyMatch(v -> v.is(Kind.TEXT));
        boolean time = values.stream().anyMatch(v -> v.kind().isTime());
        boolean number = values.stream().anyMatch(SqlValue::isNumber);
        boolean whole = values.stream().allMatch(v -> v.is(Kind.WHOLE) || v.is(Kind.NULL));
        if (text && number) {
            throw refused(
                    word,
                    "a choice between text and numbers",
                    "put the numbers in quotes for a factor, or write double( ) around the text");
        }
        if (text && !time) {
            return values.stream().map(v -> text(v, word)).toList();
        }
        if (number && !whole) {
            return values.stream().map(v -> inDouble(v, word)).toList();
        }
        return values;
    }

    private static Kind kindOf(List<SqlValue> values) {
        return values.stream()
                .map(SqlValue::kind)
                .filter(k -> k != Kind.NULL)
                .findFirst()
                .orElse(Kind.NULL);
    }

    // ---- functions

    /** Values up to the bracket that closes; the open one has been read. */
    private List<SqlValue> arguments() {
        List<SqlValue> out = new ArrayList<>();
        if (skip(")")) {
            return out;
        }
        do {
            out.add(either());
        } while (skip(","));
        require(")");
        return out;
    }

    private SqlValue call() {
        int word = at;
        String name = next().toLowerCase(Locale.ROOT);
        if (name.equals("in")) {
            throw unexpected();
        }
        require("(");
        if (TAKES_UNIT.contains(name) && at + 1 < words.size() && isAt(at + 1, ",") && ScalarSql.isUnit(lower(at))) {
            return ofUnit(name, word);
        }
        switch (name) {
            case "cast", "try_cast" -> {
                SqlValue value = either();
                require("as");
                String type = type();
                require(")");
                return cast(value, type, word);
            }
            case "extract" -> {
                String unit = next();
                require("from");
                SqlValue value = either();
                require(")");
                return SqlValue.of("extract(" + unit + " FROM " + time(value) + ")", Kind.NUMBER, value.size() + 1);
            }
            case "trim" -> {
                return trim(word);
            }
            case "position" -> {
                SqlValue part = sum();
                if (skip("in")) {
                    SqlValue whole = sum();
                    require(")");
                    return SqlValue.of(
                            "locate(" + text(part, word).sql() + ", "
                                    + text(whole, word).sql() + ")",
                            Kind.WHOLE,
                            part.size() + whole.size() + 1);
                }
                List<SqlValue> all = new ArrayList<>(List.of(part));
                if (skip(",")) {
                    all.addAll(arguments());
                } else {
                    require(")");
                }
                return checked(call(name, all, word));
            }
            default -> {
                return checked(call(name, arguments(), word));
            }
        }
    }

    private SqlValue ofUnit(String name, int word) {
        String unit = next();
        require(",");
        List<SqlValue> two = arguments();
        if (two.size() != 2) {
            throw refused(
                    word, "'" + name + "' with a unit and " + two.size() + " arguments", "it takes a unit and two");
        }
        boolean adds = name.endsWith("add") || name.equals("date_add");
        String first = adds ? asInt(two.get(0), word) : time(two.get(0));
        String function = adds ? "timestampadd" : "timestampdiff";
        return SqlValue.of(
                function + "(" + unit + ", " + first + ", " + time(two.get(1)) + ")",
                adds ? Kind.TIMESTAMP : Kind.WHOLE,
                sizeOf(two) + 1);
    }

    /** trim(s), trim(BOTH FROM s), trim('x' FROM s), trim(LEADING 'x' FROM s). */
    private SqlValue trim(int word) {
        String side = "";
        if ((is("both") || is("leading") || is("trailing")) && !isAt(at + 1, ")") && !isAt(at + 1, ",")) {
            side = next().toUpperCase(Locale.ROOT) + " ";
        }
        SqlValue first = is("from") ? null : either();
        if (skip("from")) {
            SqlValue of = either();
            require(")");
            String what = first == null ? "" : text(first, word).sql() + " ";
            return SqlValue.of(
                    "trim(" + side + what + "FROM " + text(of, word).sql() + ")",
                    Kind.TEXT,
                    of.size() + (first == null ? 1 : first.size()) + 1);
        }
        if (first == null || !side.isEmpty()) {
            throw unexpected();
        }
        List<SqlValue> all = new ArrayList<>(List.of(first));
        if (skip(",")) {
            all.addAll(arguments());
        } else {
            require(")");
        }
        return call("trim", all, word);
    }

    private SqlValue call(String name, List<SqlValue> arguments, int word) {
        String signature = SqlFunctions.signature(name);
        int count = arguments.size();
        if (name.equals("trunc") && count == 1) {
            return RArithmetic.toWhole("trunc", inDouble(arguments.get(0), word));
        }
        if (signature != null) {
            return signed(name, signature, arguments, word);
        }
        return switch (name) {
            case "try_add", "try_subtract" -> {
                requireCount(name, count, 2, 2, word);
                yield added(arguments.get(0), name.equals("try_add") ? "+" : "-", arguments.get(1), word);
            }
            case "try_multiply", "try_divide", "mod", "pmod" -> {
                requireCount(name, count, 2, 2, word);
                SqlValue a = inDouble(arguments.get(0), word);
                SqlValue b = inDouble(arguments.get(1), word);
                yield switch (name) {
                    case "try_multiply" -> RArithmetic.product(a, b);
                    case "try_divide" ->
                        SqlValue.of(
                                "try_divide(" + a.sql() + ", " + b.sql() + ")", Kind.DOUBLE, a.size() + b.size() + 1);
                    case "mod" -> RArithmetic.remainder(a, b);
                    default -> RArithmetic.positiveRemainder(a, b);
                };
            }
            case "log", "ln", "log10", "log2", "log1p" -> RArithmetic.logarithm(name, one(name, arguments, word));
            case "asinh" -> RArithmetic.asinh(one(name, arguments, word));
            case "acosh" -> RArithmetic.acosh(one(name, arguments, word));
            case "negative" -> RArithmetic.negative(one(name, arguments, word));
            case "positive" -> one(name, arguments, word);
            case "factorial" -> RArithmetic.factorial(one(name, arguments, word));
            case "floor", "ceil", "ceiling" ->
                RArithmetic.toWhole(name.equals("floor") ? "floor" : "ceil", one(name, arguments, word));
            case "round" -> round(arguments, word);
            case "greatest", "least" -> extreme(name, arguments, word);
            case "if", "iff" -> {
                requireCount(name, count, 3, 3, word);
                yield choice(List.of(condition(arguments.get(0), word)), arguments.subList(1, 3), word);
            }
            case "coalesce", "ifnull", "nvl" -> {
                requireCount(name, count, 1, Integer.MAX_VALUE, word);
                List<SqlValue> same = common(arguments, word);
                yield SqlValue.of("coalesce(" + list(same) + ")", kindOf(same), sizeOf(same) + 1);
            }
            case "nvl2" -> {
                requireCount(name, count, 3, 3, word);
                List<SqlValue> same = common(arguments.subList(1, 3), word);
                yield SqlValue.of(
                        "nvl2(" + arguments.get(0).sql() + ", " + list(same) + ")",
                        kindOf(same),
                        sizeOf(arguments) + 1);
            }
            case "nullif" -> {
                requireCount(name, count, 2, 2, word);
                SqlValue value = arguments.get(0);
                SqlValue equal = comparison(value, "=", arguments.get(1), word);
                yield SqlValue.of(
                        "if(" + equal.sql() + ", NULL, " + value.sql() + ")",
                        value.kind(),
                        value.size() + equal.size() + 2);
            }
            case "equal_null" -> {
                requireCount(name, count, 2, 2, word);
                yield comparison(arguments.get(0), "<=>", arguments.get(1), word);
            }
            case "decode" -> decode(arguments, word);
            case "hex" -> {
                requireCount(name, count, 1, 1, word);
                SqlValue value = arguments.get(0);
                yield SqlValue.of(
                        "hex(" + (value.isNumber() ? asWhole(value, "BIGINT", word) : value.sql()) + ")",
                        Kind.TEXT,
                        value.size() + 2);
            }
            case "unhex" -> {
                requireCount(name, count, 1, 1, word);
                yield SqlValue.of(
                        "unhex(" + text(arguments.get(0), word).sql() + ")", Kind.OTHER, sizeOf(arguments) + 1);
            }
            case "element_at" -> {
                requireCount(name, count, 2, 2, word);
                yield element(arguments.get(0), arguments.get(1), false, word);
            }
            case "array_max", "array_min" -> {
                requireCount(name, count, 1, 1, word);
                SqlValue array = arguments.get(0);
                if (!(array.type() instanceof ArrayType type)) {
                    throw refused(word, "'" + name + "' of something else than an array", "");
                }
                yield SqlValue.of(name + "(" + array.sql() + ")", SqlValue.kind(type.elementType()), array.size() + 1);
            }
            default -> {
                requireCount(name, count, 1, 1, word);
                yield cast(arguments.get(0), name, word);
            }
        };
    }

    private void requireCount(String name, int count, int least, int most, int word) {
        if (count < least || count > most) {
            throw refused(word, "'" + name + "' with " + count + (count == 1 ? " argument" : " arguments"), "");
        }
    }

    /** The one argument of a function of a number. */
    private SqlValue one(String name, List<SqlValue> arguments, int word) {
        requireCount(name, arguments.size(), 1, 1, word);
        return inDouble(arguments.get(0), word);
    }

    private SqlValue signed(String name, String signature, List<SqlValue> arguments, int word) {
        List<String> texts = new ArrayList<>();
        long size = 0;
        for (int i = 0; i < arguments.size(); i++) {
            char letter = SqlFunctions.letter(signature, i);
            texts.add(argument(letter, name, arguments, i, word));
            size += letter == 't'
                    ? text(arguments.get(i), word).size()
                    : arguments.get(i).size() + 1;
        }
        requireCount(name, arguments.size(), SqlFunctions.least(signature), Integer.MAX_VALUE, word);
        Kind kind =
                switch (SqlFunctions.result(signature)) {
                    case 'n' -> Kind.DOUBLE;
                    case 'w' -> Kind.WHOLE;
                    case 'r' -> Kind.NUMBER;
                    case 'b' -> Kind.BOOLEAN;
                    case 'd' -> Kind.DATE;
                    case 's' -> Kind.TIMESTAMP;
                    default -> arguments.stream().anyMatch(a -> a.is(Kind.OTHER)) ? Kind.OTHER : Kind.TEXT;
                };
        return SqlValue.of(name + "(" + String.join(", ", texts) + ")", kind, size + 1);
    }

    private String argument(char letter, String name, List<SqlValue> arguments, int i, int word) {
        SqlValue value = arguments.get(i);
        return switch (letter) {
            case 'n' -> inDouble(value, word).sql();
            case 'i' -> asInt(value, word);
            case 'l' -> asWhole(value, "BIGINT", word);
            case 'm' -> "CAST(" + inDouble(value, word).sql() + " AS DECIMAL(16, 6))";
            case 't' -> text(value, word).sql();
            case 'b' -> condition(value, word).sql();
            case 'd' -> value.is(Kind.TEXT) ? "try_cast(" + value.sql() + " AS DATE)" : value.sql();
            case 's' -> time(value);
            case ' ' -> throw refused(word, "'" + name + "' with " + arguments.size() + " arguments", "it takes " + i);
            default -> value.is(Kind.NUMBER) ? inDouble(value, word).sql() : value.sql();
        };
    }

    private static String time(SqlValue value) {
        return value.is(Kind.TEXT) ? "try_cast(" + value.sql() + " AS TIMESTAMP)" : value.sql();
    }

    private SqlValue round(List<SqlValue> arguments, int word) {
        requireCount("round", arguments.size(), 1, 2, word);
        Double decimals =
                arguments.size() == 1 ? Double.valueOf(0) : arguments.get(1).literal();
        if (decimals == null || decimals != Math.rint(decimals) || Math.abs(decimals) > 15) {
            throw refused(word, "'round' to decimals that are no number from -15 to 15", "write round(x, 2)");
        }
        return RArithmetic.round(inDouble(arguments.get(0), word), decimals.intValue());
    }

    private SqlValue extreme(String name, List<SqlValue> arguments, int word) {
        requireCount(name, arguments.size(), 2, Integer.MAX_VALUE, word);
        boolean numbers = arguments.stream().anyMatch(SqlValue::isNumber);
        if (!numbers) {
            return SqlValue.of(
                    name + "(" + String.join(", ", comparable(arguments, word)) + ")",
                    arguments.stream().anyMatch(a -> a.kind().isTime())
                            ? (arguments.stream().anyMatch(a -> a.is(Kind.TIMESTAMP)) ? Kind.TIMESTAMP : Kind.DATE)
                            : kindOf(arguments),
                    sizeOf(arguments) + 1);
        }
        return RArithmetic.extreme(
                name.equals("greatest"),
                arguments.stream().map(a -> inDouble(a, word)).toList());
    }

    /** decode(x, 1, 'a', 2, 'b', 'c') is a CASE in which null is a value; with two arguments it reads bytes. */
    private SqlValue decode(List<SqlValue> arguments, int word) {
        if (arguments.size() == 2) {
            return SqlValue.of("decode(" + list(arguments) + ")", Kind.TEXT, sizeOf(arguments) + 1);
        }
        requireCount("decode", arguments.size(), 3, Integer.MAX_VALUE, word);
        List<SqlValue> conditions = new ArrayList<>();
        List<SqlValue> results = new ArrayList<>();
        int i = 1;
        for (; i + 1 < arguments.size(); i += 2) {
            conditions.add(comparison(arguments.get(0), "<=>", arguments.get(i), word));
            results.add(arguments.get(i + 1));
        }
        results.add(i < arguments.size() ? arguments.get(i) : SqlValue.of("NULL", Kind.NULL, 1));
        return choice(conditions, results, word);
    }

    private SqlValue element(SqlValue of, SqlValue index, boolean from0, int word) {
        if (of.type() instanceof ArrayType array) {
            return SqlValue.of(
                    (from0 ? "get(" : "try_element_at(") + of.sql() + ", " + asInt(index, word) + ")",
                    SqlValue.kind(array.elementType()),
                    of.size() + index.size() + 1);
        }
        if (of.type() instanceof MapType map) {
            return SqlValue.of(
                    "try_element_at(" + of.sql() + ", CAST(" + index.sql() + " AS "
                            + map.keyType().sql() + "))",
                    SqlValue.kind(map.valueType()),
                    of.size() + index.size() + 2);
        }
        throw refused(word, "an element of something else than an array or a map", "");
    }

    // ---- types

    private String type() {
        String type = next().toLowerCase(Locale.ROOT);
        if (skip("(")) {
            StringBuilder out = new StringBuilder(type).append('(').append(next());
            if (skip(",")) {
                out.append(", ").append(next());
            }
            require(")");
            return out.append(')').toString();
        }
        return type;
    }

    /** A conversion; null where the value has none in the type, as a number beyond the largest or text that is no number. */
    private SqlValue cast(SqlValue value, String type, int word) {
        String plain = type.replaceAll("\\(.*", "");
        Kind kind =
                switch (plain) {
                    case "double" -> Kind.DOUBLE;
                    case "float", "real", "decimal", "dec", "numeric" -> Kind.NUMBER;
                    case "int", "integer", "bigint", "long", "smallint", "short", "tinyint", "byte" -> Kind.WHOLE;
                    case "string", "varchar", "char", "character" -> Kind.TEXT;
                    case "boolean" -> Kind.BOOLEAN;
                    case "date" -> Kind.DATE;
                    default -> Kind.TIMESTAMP;
                };
        if (kind == Kind.DOUBLE && value.isNumber()) {
            return inDouble(value, word);
        }
        String from = value.sql();
        long size = value.size() + 1;
        if (kind == Kind.TEXT) {
            SqlValue text = text(value, word);
            return plain.equals("string")
                    ? text
                    : SqlValue.of("CAST(" + text.sql() + " AS " + type + ")", kind, text.size() + 1);
        }
        if (value.is(Kind.TEXT) && (kind.isNumber())) {
            // Spark would take 1D and Infinity for numbers, and nothing for the whole number in 2.0.
            from = "regexp_extract(" + from + ", " + NUMBER_IN_TEXT + ", 1)";
            from = kind == Kind.WHOLE ? "try_cast(" + from + " AS DECIMAL(38, 18))" : from;
            size += 3;
        } else if (value.is(Kind.NUMBER) || (value.literal() != null && !value.is(Kind.WHOLE))) {
            from = inDouble(value, word).sql();
        }
        return SqlValue.of("try_cast(" + from + " AS " + type + ")", kind, size);
    }

    private static String list(List<SqlValue> values) {
        return values.stream().map(SqlValue::sql).collect(Collectors.joining(", "));
    }

    private static long sizeOf(List<SqlValue> values) {
        return values.stream().mapToLong(SqlValue::size).sum();
    }
}
