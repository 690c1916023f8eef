package org.sparkglmm.core.formula;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Which words mean what, in R and in Spark SQL. */
final class Words {

    /** One-argument functions that a formula may use outside I( ): the same name and meaning in R and in Spark SQL. */
    static final Set<String> FUNCTIONS =
            Set.of("log", "log2", "log10", "log1p", "exp", "expm1", "sqrt", "abs", "sin", "cos");

    static final Set<String> FACTOR = Set.of("factor", "as.factor");

    /** Factors whose order matters: on the left only, since R would code them by polynomials on the right. */
    static final Set<String> ORDERED = Set.of("ordered", "as.ordered");

    private static final Set<String> RESERVED_IN_R = Set.of(
            "if",
            "else",
            "repeat",
            "while",
            "function",
            "for",
            "next",
            "break",
            "in",
            "TRUE",
            "FALSE",
            "NULL",
            "Inf",
            "NaN",
            "NA");

    /** SQL words that are neither columns nor functions, even before a bracket. */
    private static final Set<String> SQL = Set.of(
            "and",
            "or",
            "not",
            "in",
            "is",
            "like",
            "ilike",
            "rlike",
            "regexp",
            "between",
            "case",
            "when",
            "then",
            "else",
            "end",
            "as",
            "distinct",
            "from",
            "div",
            "escape",
            "over",
            "null",
            "true",
            "false",
            "interval");

    /** R functions that analysts write and Spark lacks or reads otherwise, with what to write. */
    private static final Map<String, String> R_ONLY = Map.ofEntries(
            Map.entry("ifelse", "write if(condition, yes, no)"),
            Map.entry("is.na", "write isnull(x)"),
            Map.entry("pmin", "write least(x, y)"),
            Map.entry("pmax", "write greatest(x, y)"),
            Map.entry("nchar", "write length(x)"),
            Map.entry("as.numeric", "write double(x)"),
            Map.entry("as.integer", "write int(x)"),
            Map.entry("as.character", "write string(x)"),
            Map.entry("scale", "compute the scaled column beforehand"),
            Map.entry("mean", "it is over all rows, so compute it beforehand"),
            Map.entry("median", "it is over all rows, so compute it beforehand"),
            Map.entry("sd", "it is over all rows, so compute it beforehand"),
            Map.entry("var", "it is over all rows, so compute it beforehand"),
            Map.entry("sum", "it is over all rows, so compute it beforehand"),
            Map.entry("min", "it is over all rows, so write least(x, y) or compute it beforehand"),
            Map.entry("max", "it is over all rows, so write greatest(x, y) or compute it beforehand"));

    private Words() {}

    static boolean isReservedInR(String word) {
        return RESERVED_IN_R.contains(word);
    }

    static boolean isSqlKeyword(Token token) {
        return token.kind() == Token.Kind.NAME && SQL.contains(token.text().toLowerCase(Locale.ROOT));
    }

    /** What to write in Spark SQL instead of an R function, or null where there is nothing to say. */
    static String insteadOf(String function) {
        return R_ONLY.get(function);
    }

    /** A column in Spark SQL text: always in backticks, so that no name can be taken for anything else. */
    static String sqlColumn(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    /** A name as R prints it: in backticks only where it must be. */
    static String printedByR(String name) {
        return isSyntacticInR(name) ? name : "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`";
    }

    private static boolean isSyntacticInR(String name) {
        int first = name.codePointAt(0);
        boolean startsWell = Character.isLetter(first)
                || (first == '.' && !(name.length() > 1 && Character.isDigit(name.codePointAt(1))));
        return startsWell && name.codePoints().allMatch(Lexer::isNamePart) && !isReservedInR(name);
    }
}
