package org.sparkglmm.core.formula;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkglmm.core.UsageException;

class FormulaTest {

    @Test
    void readsTheFormulaOfTheReadme() {
        Formula formula = Formula.parse(" y ~ time * sex + bmi + (1 + time | person) ");
        assertEquals("y ~ time * sex + bmi + (1 + time | person)", formula.text());
        assertEquals(
                new Response(Response.Kind.VALUE, "y", List.of(new Variable("y", "`y`", false, List.of("y")))),
                formula.response());
        assertEquals(List.of("time", "sex", "bmi", "time:sex"), names(formula.fixedTerms()));
        assertEquals(2, formula.fixedTerms().get(3).degree());
        assertTrue(formula.fixedIntercept());
        assertEquals(1, formula.randomTerms().size());
        RandomTerm random = formula.randomTerms().get(0);
        assertEquals(List.of("time"), names(random.terms()));
        assertTrue(random.intercept());
        assertTrue(random.correlated());
        assertEquals("person", random.group().name());
        assertTrue(random.group().isPlainColumn());
        assertEquals(List.of("time", "sex", "bmi"), variableNames(formula));
    }

    @Test
    void termsAreOrderedByDegreeThenByAppearance() {
        Formula formula = Formula.parse("y ~ c:a + d + b:a:c + b + (1 | g)");
        assertEquals(List.of("d", "b", "c:a", "c:a:b"), names(formula.fixedTerms()));
    }

    @Test
    void aRandomTermOrdersVariablesByItsOwnText() {
        Formula formula = Formula.parse("y ~ b * a + (a:b | g)");
        assertEquals(List.of("b", "a", "b:a"), names(formula.fixedTerms()));
        assertEquals(List.of("a:b"), names(formula.randomTerms().get(0).terms()));
    }

    @Test
    void twoBarsSplitIntoIndependentPieces() {
        Formula formula = Formula.parse("y ~ 1 + (1 + a + b || g)");
        assertEquals(3, formula.randomTerms().size());
        RandomTerm first = formula.randomTerms().get(0);
        assertTrue(first.intercept() && first.terms().isEmpty());
        for (RandomTerm random : formula.randomTerms()) {
            assertFalse(random.correlated());
            assertEquals("g", random.group().name());
        }
        assertFalse(formula.randomTerms().get(1).intercept());
        assertEquals(List.of("a"), names(formula.randomTerms().get(1).terms()));
        assertEquals(List.of("b"), names(formula.randomTerms().get(2).terms()));
    }

    @Test
    void severalRandomTermsKeepTheirOrderAndGroups() {
        Formula formula = Formula.parse("y ~ x + (1 | b) + (0 + x | a) + (z | b)");
        assertEquals(
                List.of("b", "a", "b"),
                formula.randomTerms().stream().map(r -> r.group().name()).toList());
        assertEquals(List.of("x", "z"), variableNames(formula));
    }

    @Test
    void aFormulaWithoutRandomTermsIsRead() {
        assertTrue(Formula.parse("y ~ x").randomTerms().isEmpty());
    }

    @Test
    void readsTheThreeKindsOfResponse() {
        Response counts =
                Formula.parse("cbind(incidence, size - incidence) ~ x").response();
        assertEquals(Response.Kind.SUCCESS_FAILURE, counts.kind());
        assertEquals("cbind(incidence, size - incidence)", counts.text());
        assertEquals(List.of("`incidence`", "(size - incidence)"), counts.sql());

        Response trials = Formula.parse("s / (a + b) ~ x").response();
        assertEquals(Response.Kind.SUCCESS_TRIALS, trials.kind());
        assertEquals("s/(a + b)", trials.text());
        assertEquals(List.of("`s`", "((a + b))"), trials.sql());

        Response value = Formula.parse("log(y + 1) ~ x").response();
        assertEquals(Response.Kind.VALUE, value.kind());
        assertEquals("log(y + 1)", value.text());
        assertEquals(List.of("log(y + 1)"), value.sql());
    }

    @Test
    void aQuotientInsideIIsAValue() {
        Response response = Formula.parse("I(s/n) ~ x").response();
        assertEquals(Response.Kind.VALUE, response.kind());
        assertEquals(List.of("(s/n)"), response.sql());
    }

    @Test
    void aFactorMayStandOnTheLeft() {
        for (String text : List.of("factor(y) ~ x", "ordered(y) ~ x")) {
            Variable value = Formula.parse(text).response().parts().get(0);
            assertTrue(value.forcedFactor());
            assertEquals("`y`", value.sql());
        }
    }

    @Test
    void offsetsTakeNamesAndExpressions() {
        Formula formula = Formula.parse("y ~ x + offset(log(exposure)) + offset(bp.sys) + offset(a * 2^b) + (1 | g)");
        assertEquals(
                List.of("offset(log(exposure))", "offset(bp.sys)", "offset(a * 2^b)"),
                formula.offsets().stream().map(Variable::name).toList());
        assertEquals(
                List.of("log(exposure)", "`bp.sys`", "(a * power(2, b))"),
                formula.offsets().stream().map(Variable::sql).toList());
        assertEquals(List.of("x"), variableNames(formula));
    }

    @Test
    void aOneSidedFormulaHasNoResponse() {
        Formula formula = Formula.parseOneSided("~ x + z");
        assertEquals(Response.Kind.NONE, formula.response().kind());
        assertEquals(List.of("x", "z"), names(formula.fixedTerms()));
        assertThrows(FormulaException.class, () -> Formula.parseOneSided("y ~ x"));
        assertThrows(FormulaException.class, () -> Formula.parse("~ x"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '\0',
            value = {
                "time # time # `time` # false # time",
                "bp.sys # bp.sys # `bp.sys` # false # bp.sys",
                "größe # größe # `größe` # false # größe",
                "`my col` # `my col` # `my col` # false # my col",
                "`größe` # größe # `größe` # false # größe",
                "`a``b` # `a\\`b` # `a``b` # false # a`b",
                "_c0 # `_c0` # `_c0` # false # _c0",
                "factor(period) # factor(period) # `period` # true # period",
                "as.factor( `my col` ) # as.factor(`my col`) # `my col` # true # my col",
                "factor(z>2) # factor(z > 2) # (z>2) # true # z",
                "log( x ) # log(x) # log(x) # false # x",
                "sqrt(x^2+größe) # sqrt(x^2 + größe) # sqrt(power(x, 2)+`größe`) # false # x,größe",
                "I(age^2) # I(age^2) # (power(age, 2)) # false # age",
                "I(sex=='M') # I(sex == \"M\") # (sex=='M') # false # sex",
                "I(CASE WHEN a > 1 THEN -1 ELSE 0 END) # I(CASE WHEN a > 1 THEN -1 ELSE 0 END) # "
                        + "(CASE WHEN a > 1 THEN -1 ELSE 0 END) # false # a",
            })
    void variablesHaveRsNamesAndSparksSql(String text, String name, String sql, boolean factor, String columns) {
        List<Variable> variables = Formula.parse("y ~ " + text + " + (1 | g)").variables();
        assertEquals(List.of(new Variable(name, sql, factor, List.of(columns.split(",")))), variables);
    }

    @Test
    void spacingDoesNotMakeAnotherVariable() {
        assertEquals(
                List.of("I(x^2)"),
                names(Formula.parse("y ~ I(x ^ 2) + I( x**2.0 )").fixedTerms()));
    }

    @Test
    void aBacktickedGroupKeepsItsOwnName() {
        Variable group =
                Formula.parse("y ~ 1 + (1 | `Person Id`)").randomTerms().get(0).group();
        assertEquals("`Person Id`", group.name());
        assertEquals(List.of("Person Id"), group.columns());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '\0',
            value = {
                "y ~ time + ) # 12 # unexpected ')'",
                "y ~ time + # 11 # unexpected end of the formula",
                "y ~ ä + über ( # 14 # '(' that is never closed",
                "y ~ 😀 + x # 5 # unexpected '😀' (U+1F600)",
                "y ~ `ä😀` + } # 12 # unexpected '}'",
                "y ~ a b # 7 # unexpected 'b'",
                "y ~ a + 2 # 9 # unexpected '2'; of numbers only 0 and 1",
                "y ~ 2x # 5 # a name that starts with a digit",
                "y ~ 'a' # 5 # unexpected ''a''",
                "y ~ `a # 5 # '`' that is never closed",
                "y ~ I('a) # 7 # a string that is never closed",
                "y ~ a ~ b # 7 # a second '~'",
                "y # 2 # no '~'",
                "~ x # 1 # nothing before '~'; name the response",
                "y ~ # 4 # nothing after '~'; write at least ~ 1",
                "y ~ . # 5 # '.' (all other columns) is not supported; name the columns",
                "y ~ a %in% b # 7 # unexpected '%in%'",
                "y ~ d$x # 6 # unexpected '$'; name a column without its table",
                "y ~ poly(x, 2) # 5 # unknown function 'poly'; write I( ) around a Spark SQL expression or compute",
                "y ~ lgo(x) # 5 # unknown function 'lgo'; did you mean 'log'?",
                "scale(y) ~ x # 1 # unknown function 'scale'",
                "1 + foo(y) ~ x # 5 # unknown function 'foo'",
                "y ~ log(x, 2) # 10 # a second argument of log; it takes one",
                "y ~ factor(x, levels = 1) # 13 # a second argument of factor; give the order of levels",
                "y ~ I() # 7 # nothing inside I( )",
                "y ~ offset() # 12 # an empty expression",
                "y ~ x + 1 | g # 11 # unexpected '|'",
                "y ~ x + (| g) # 10 # nothing before the bar",
                "y ~ x + (1 | ) # 14 # no group after the bar",
                "y ~ x + (0 | g) # 9 # a random term without any effect",
                "y ~ x + (1 | g | h) # 16 # a second bar",
                "y ~ x + (1 | a:b) # 14 # the nested or crossed group 'a:b' is not supported; one grouping column only",
                "y ~ x + (1 | a/b) # 14 # the nested or crossed group 'a/b' is not supported; one grouping column only",
                "y ~ x + (1 | factor(g)) # 14 # the group 'factor(g)' is not a column; write the column alone",
                "y ~ x + ((1 | a) | g) # 10 # a random term inside a random term",
                "y ~ x + (offset(x) | g) # 10 # an offset inside a random term",
                "y ~ x * (1 | g) # 9 # an offset or a random term beside '*'",
                "y ~ x - (1 | g) # 9 # an offset or a random term after '-'",
                "y ~ x:offset(z) # 7 # an offset or a random term beside ':'",
                "y ~ 1:a # 5 # a 0 or 1 beside ':'",
                "y ~ (a + 1)^2 # 10 # a 0 or 1 beside '^'",
                "y ~ a - b # 9 # no term 'b' that could be removed here",
                "y ~ a + -b # 9 # '-' with no term before it",
                "y ~ a^b # 7 # the power of a sum must be a whole number",
                "y ~ (a + b)^0 # 13 # the power of a sum must be a whole number",
                "y ~ (a + b)^2^2 # 14 # unexpected '^'",
                "y ~ TRUE + a # 5 # unexpected 'TRUE'; put it in `backticks`",
                "y ~ x + y # 3 # the response 'y' also stands on the right",
                "cbind(a, b, c) ~ x # 1 # cbind takes two arguments",
                "a / b / c ~ x # 3 # '/' in a longer expression on the left",
                "(a - b) / c + 1 ~ x # 9 # '/' in a longer expression on the left",
                "y ~ ordered(x) # 5 # unknown function 'ordered'",
            })
    void refusesWithTheReasonAndThePosition(String text, int position, String problem) {
        FormulaException e = assertThrows(FormulaException.class, () -> Formula.parse(text));
        String sentence = e.getMessage().lines().findFirst().orElseThrow();
        String[] parts = problem.split(";", 2);
        assertTrue(sentence.startsWith("formula: " + parts[0]), sentence);
        assertTrue(sentence.contains(" at position " + position + (parts.length > 1 ? ";" + parts[1] : "")), sentence);
        assertEquals(position, e.position());
    }

    @Test
    void theCaretStandsUnderThePlace() {
        UsageException e = assertThrows(UsageException.class, () -> Formula.parse("y ~\ttime +\n) + x"));
        assertEquals("formula: unexpected ')' at position 12\n  y ~ time + ) + x\n             ^", e.getMessage());
    }

    @Test
    void aLongFormulaIsShownAroundThePlace() {
        String text = "y ~ " + "aaa + ".repeat(50) + ") + " + "bbb + ".repeat(50) + "c";
        FormulaException e = assertThrows(FormulaException.class, () -> Formula.parse(text));
        List<String> lines = e.getMessage().lines().toList();
        assertEquals(305, e.position());
        assertTrue(lines.get(1).length() < 140);
        assertEquals(')', lines.get(1).charAt(lines.get(2).indexOf('^')));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "~",
                "\u0000",
                "\ud800 ~ x",
                "y ~ x\ud800",
                "(",
                ")~(",
                "y ~ I(x",
                "%",
                "y ~ (((((",
                "\\"
            })
    void refusesScraps(String text) {
        assertThrows(FormulaException.class, () -> Formula.parse(text));
    }

    @Test
    void refusesNull() {
        assertThrows(FormulaException.class, () -> Formula.parse(null));
    }

    @Test
    void refusesWhatWouldTakeForever() {
        StringBuilder many = new StringBuilder("y ~ x0");
        for (int i = 1; i <= 3_000; i++) {
            many.append(" + x").append(i);
        }
        String products = "(a+b+c+d+e+f+g+h+i+j)^10";
        for (String text : List.of(
                many.toString(),
                "y ~ (a+b+c+d+e+f+g+h+i+j+k+l)^12",
                "y ~ " + products + ("*" + products).repeat(3_000),
                "y ~ " + "(".repeat(5_000) + "x" + ")".repeat(5_000),
                "y ~ I(x" + "^x".repeat(5_000) + ")",
                "y ~ " + "x".repeat(200_000))) {
            assertThrows(FormulaException.class, () -> Formula.parse(text));
        }
    }

    @Test
    void readsLongButHarmlessFormulas() {
        assertEquals(
                1, Formula.parse("y ~ x" + " + x".repeat(20_000)).fixedTerms().size());
        assertFalse(Formula.parse("y ~ " + "- - ".repeat(10_000) + "-1 + x").fixedIntercept());
        assertEquals(
                2, Formula.parse("y ~ (a + b)^999999999 - a:b").fixedTerms().size());
    }

    @Test
    void survivesSerialization() throws IOException, ClassNotFoundException {
        Formula formula = Formula.parse("cbind(s, f) ~ a * I(x^2) + offset(z) + (1 + a || g)");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(formula);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertEquals(formula, in.readObject());
        }
    }

    private static List<String> names(List<Term> terms) {
        return terms.stream().map(Term::name).toList();
    }

    private static List<String> variableNames(Formula formula) {
        return formula.variables().stream().map(Variable::name).toList();
    }
}
