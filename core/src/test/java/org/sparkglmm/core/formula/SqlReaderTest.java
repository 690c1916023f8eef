package org.sparkglmm.core.formula;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of the text inside I( ). */
class SqlReaderTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '\0',
            value = {
                "age^2 # power(age, 2)",
                "age ** 2 # power(age, 2)",
                "-x^2 # -power(x, 2)",
                "2^-1 # power(2, -1)",
                "2^- -x # power(2, - -x)",
                "2^3^2 # power(2, power(3, 2))",
                "2^-x^2 # power(2, -power(x, 2))",
                "a * b^2 / c # a * power(b, 2) / c",
                "(a + b)^(1/2) # power((a + b), (1/2))",
                "log(x)^2 + f(a, b^c)^d # power(log(x), 2) + power(f(a, power(b, c)), d)",
                "`my col`^2 # power(`my col`, 2)",
                "bp.sys^2 # power(`bp.sys`, 2)",
                "arr[i^2]^2 # power(arr[power(i, 2)], 2)",
                "I(x^2) + 1 # (power(x, 2)) + 1",
                "bp.sys + bp.dia # `bp.sys` + `bp.dia`",
                "größe / 2 # `größe` / 2",
                "a == 'b^2;--' # a == 'b^2;--'",
                "x IS NOT NULL AND NOT (y IN (1, 2)) # x IS NOT NULL AND NOT (y IN (1, 2))",
                "NOT x^2 > 1 # NOT power(x, 2) > 1",
                "CASE WHEN sex = 'M' THEN x^2 ELSE 0 END # CASE WHEN sex = 'M' THEN power(x, 2) ELSE 0 END",
                "CAST(x AS double) # CAST(x AS double)",
                "datediff(visit, DATE '2020-01-01') # datediff(visit, DATE '2020-01-01')",
                "x % 2 # x % 2",
                "x %% 2 # x %% 2",
                "x^2 %/% -2 # power(x, 2) %/% -2",
                "x <=> y # x <=> y",
                "transform(arr, v -> v^2)[0] # transform(arr, v -> power(v, 2))[0]",
                "x - -1 # x - -1",
                "a != b OR !c # a != b OR !c",
                "1e-3 * x + 2L + .5 # 1e-3 * x + 2L + .5",
            })
    void becomesSparkSql(String text, String sql) {
        assertEquals("(" + sql + ")", parse(text).sql());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '\0',
            value = {
                "(SELECT max(x) FROM t) # a query",
                "exists(select 1) # a query",
                "(TABLE t) # a query",
                "(VALUES (1)) # a query",
                "x; DROP TABLE t # unexpected ';'",
                "x --1 # a comment",
                "x /* c */ # a comment",
                "x /** c */ # a comment",
                "'a'^2 # nothing before '^'",
                "^2 # nothing before '^'",
                "CASE WHEN a THEN b END^2 # nothing before '^'",
                "TRUE^2 # nothing before '^'",
                "x^ # nothing that '^' can use",
                "x^'a' # nothing that '^' can use",
                "x^NOT y # nothing that '^' can use",
                "x::int^2 # '^' after a type",
                "a || b # '||' means something else",
                "a | b # '|' means something else",
                "a & b # '&' means something else",
                "a && b # '&&' means something else",
                "x %in% y # '%in%' is R's",
                "a:b # unexpected ':'",
                "~x # unexpected '~'",
                "log(x, 10) # log with two arguments",
                "ifelse(a, 1, 0) # 'ifelse' is R's and not Spark SQL's",
                "is.na(x) # 'is.na' is R's and not Spark SQL's",
                "mean(x) # 'mean' is R's and not Spark SQL's",
                "my.fun(x) # 'my.fun' is not a function of Spark SQL",
                "f(x).y # unexpected '.y'",
                "a, b # a second argument of I",
                "() # an empty expression",
                "f(x[]) # an empty expression",
                "r'a' # a raw string",
            })
    void isRefused(String text, String problem) {
        FormulaException e = assertThrows(FormulaException.class, () -> parse(text));
        assertTrue(e.getMessage().startsWith("formula: " + problem), e::getMessage);
    }

    @Test
    void blanksOfAnyKindBecomePlainOnes() {
        assertEquals("(a + b)", parse("a\u00a0+\r\n\tb").sql());
    }

    @Test
    void columnsAreNamedWithoutFunctionsTypesAndSqlWords() {
        assertEquals(
                List.of("bp.sys", "my col", "d", "größe"),
                parse(
                                "CASE WHEN bp.sys > 3 THEN CAST(`my col` AS double) ELSE datediff(d, DATE '2020-01-01') + größe END")
                        .columns());
    }

    private static Variable parse(String sql) {
        return Formula.parse("y ~ I(" + sql + ")").variables().get(0);
    }
}
