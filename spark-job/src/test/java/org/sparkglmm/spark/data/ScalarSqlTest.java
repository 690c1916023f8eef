package org.sparkglmm.spark.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.formula.Formula;
import org.sparkglmm.core.formula.Variable;
import org.sparkglmm.spark.cli.TestSession;

/** Expressions of a row pass, and Spark makes numbers or texts of them; all else is refused before Spark sees it. */
class ScalarSqlTest {

    private static Dataset<Row> table;
    private static TableColumns columns;

    @BeforeAll
    static void oneRow() {
        table = TestSession.get()
                .sql(
                        "SELECT 2D x, 3D y, 1 n, 'M' sex, DATE '2020-02-03' visit, array(1D, 2D) arr, 4D `bp.sys`, 5D `my col`,"
                                + " 6D day, true c");
        columns = new TableColumns(table);
    }

    @AfterAll
    static void down() {
        TestSession.stop();
    }

    private static Object computed(Variable variable) {
        return table.select(ScalarSql.of(variable, columns)).first().get(0);
    }

    /** As the formula's reader hands it over, without its own refusals. */
    private static Variable written(String sql) {
        return new Variable("I(" + sql + ")", "(" + sql + ")", false, List.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x * x",
                "x^2 + 1",
                "CASE WHEN x > 0 THEN 1 ELSE 0 END",
                "CASE WHEN sex = 'M' THEN x^2 ELSE -1 END",
                "coalesce(x, 0)",
                "coalesce\n(x, 0)",
                "x > 3",
                "sex == 'M'",
                "-x",
                "log(y + 1)",
                "(x - 1) / 2.5",
                "1e-3 * x + 2L + .5",
                "x % 2",
                "x <=> y",
                "x != y OR NOT (n IN (1, 2)) AND c IS NOT NULL",
                "if(n BETWEEN 1 AND 2, 1, 0)",
                "n NOT IN (1, 2)",
                "sex LIKE 'M%' OR sex RLIKE '^[MF]$'",
                "CAST(x AS int)",
                "CAST(x AS DECIMAL(10, 2))",
                "bigint(n) div 2",
                "datediff(visit, '2020-01-01') / 365.25",
                "datediff(visit, DATE '2020-01-01')",
                "datediff(visit + INTERVAL 3 DAYS, visit)",
                "datediff(visit + INTERVAL '3' DAY, visit)",
                "extract(YEAR FROM visit)",
                "timestampdiff(MONTH, visit, visit)",
                "year(visit) + month(visit) + day(visit) + day",
                "trim(BOTH 'x' FROM sex) = 'M'",
                "x IS NOT DISTINCT FROM y",
                "pi() * x",
                "greatest(x, y) - least(x, y)",
                "round(x, 1)",
                "arr[0] + element_at(arr, 2)",
                "bp.sys + `my col`",
                "upper(substring(sex, 1, 1)) = 'M'",
                "pmod(n, 7)",
                "sex = 'it; is -- /* not $ { } a # comment'"
            })
    void anExpressionOfTheRowIsComputed(String expression) {
        Variable variable = Formula.parse("z ~ I(" + expression + ") + (1 | id)")
                .variables()
                .get(0);
        assertFalse(computed(variable) == null, expression);
    }

    @Test
    void aColumnOfTheNameOfAFunctionIsTheColumn() {
        Dataset<Row> own = TestSession.get().sql("SELECT 7D current_date, 8D user");
        Variable sum = written("current_date + user");
        assertEquals(
                15.0,
                own.select(ScalarSql.of(sum, new TableColumns(own))).first().get(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java_method('java.lang.System', 'getenv', 'HOME')",
                "reflect('java.lang.Runtime', 'getRuntime')",
                "Reflect ('java.util.UUID', 'randomUUID')",
                "reflect\n(\t'java.util.UUID', 'randomUUID')",
                "try_reflect('a', 'b')",
                "abs(reflect('java.util.UUID', 'randomUUID'))",
                "`reflect`('a', 'b')",
                "`reflect` ('a', 'b')",
                "\"reflect\"('a', 'b')",
                "'reflect'('a', 'b')",
                "spark_catalog.default.f(x)",
                "`spark_catalog`.`default`.`f`(x)",
                "system.builtin.reflect('a', 'b')",
                "builtin.abs(x)",
                "raise_error('x')",
                "assert_true(false)",
                "rand()",
                "randn(1)",
                "random()",
                "uuid()",
                "shuffle(arr)",
                "now()",
                "current_date()",
                "current_date",
                "CURRENT_TIMESTAMP",
                "current_user",
                "current_user()",
                "session_user",
                "user",
                "user()",
                "localtimestamp",
                "current_time",
                "current_catalog()",
                "current_catalog",
                "current_database()",
                "current_timezone()",
                "unix_timestamp()",
                "version()",
                "monotonically_increasing_id()",
                "spark_partition_id()",
                "input_file_name()",
                "input_file_block_start()",
                "sum(x)",
                "avg(x)",
                "count(*)",
                "any(c)",
                "first(x)",
                "row_number() OVER (ORDER BY x)",
                "sum(x) OVER ()",
                "abs(x) OVER (PARTITION BY y)",
                "lag(x)",
                "explode(arr)",
                "inline(arr)",
                "stack(2, 1, 2)",
                "json_tuple('{}', 'a')",
                "transform(arr, v -> v + 1)[0]",
                "aggregate(arr, 0, (a, b) -> a + b)",
                "filter(arr, v -> true)[0]",
                "(SELECT 1)",
                "( select max(x) from t)",
                "x IN (SELECT 1)",
                "EXISTS (SELECT 1)",
                "(TABLE t)",
                "(VALUES (1))",
                "(FROM t SELECT x)",
                "(WITH a AS (SELECT 1) SELECT * FROM a)",
                "(MAP x USING 'cat' FROM t)",
                "(REDUCE x USING '/bin/sh' FROM t)",
                "abs(x) FILTER (WHERE x > 1)",
                "x -- 1",
                "x /* c */",
                "x /*+ hint */",
                "x; DROP TABLE t",
                "x ? 1",
                ":name",
                "?",
                "x : y",
                "@x",
                "#x",
                "{x}",
                "${env:HOME}",
                "sex = '${env:HOME}'",
                "`${system:user.home}`",
                "sex = \"${spark:spark.app.name}\"",
                "$x",
                "x | 1",
                "x & 1",
                "x ^ 1",
                "~n",
                "sex = 'a\\' OR reflect(\\'a\\', \\'b\\') = \\''",
                "sex = 'a\\\\'",
                "sex = \"a\\\"\"",
                "sex = r'a'",
                "sex = R\"a\"",
                "sex = 'never closed",
                "`never closed",
                "1reflect('a', 'b')",
                "1e5x",
                "2x",
                "CAST(x AS array<int>)",
                "CAST(x AS struct<a:int>)",
                "CAST(x AS my_type)",
                "x::interval",
                "repeat('x', 2000000000)",
                "sequence(1, 1000000000)",
                "array_repeat(1, 1000000000)",
                "format_string('%2000000000d', 1)",
                "from_json('{}', 'a INT')",
                "xpath_int('<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>', 'a')",
                "load_file(sex)",
                "identifier('reflect')('a', 'b')",
                "identifier('x')",
                "to_date(format => 'y', visit)",
                "named_struct('a', 1).a",
                "x.y",
                "*",
                "count(DISTINCT x)",
                "nosuch + 1",
                "re\u200bflect('a', 'b')",
                "\uff52eflect('a', 'b')"
            })
    void whatIsMoreIsRefusedBeforeSparkSeesIt(String sql) {
        if (sql.equals("*")) {
            // A star alone is a sign that ScalarSql lets through and that Spark has no value for.
            assertThrows(Exception.class, () -> table.select(ScalarSql.of(written("* + 1"), columns)));
            return;
        }
        UsageException refused = assertThrows(UsageException.class, () -> ScalarSql.of(written(sql), columns));
        assertTrue(refused.getMessage().startsWith("formula"), refused.getMessage());
        assertEquals(1, refused.getMessage().lines().count(), refused.getMessage());
        boolean says = refused.getMessage().contains("at position")
                || refused.getMessage().contains("no column");
        assertTrue(says, refused.getMessage());
    }

    @Test
    void theMessageSaysWhatWhereAndWhatWasMeant() {
        UsageException refused =
                assertThrows(UsageException.class, () -> ScalarSql.of(written("x + coalesc(x, 0)"), columns));
        assertEquals(
                "formula: cannot compute I(x + coalesc(x, 0)): function 'coalesc' at position 5 of its SQL is not allowed;"
                        + " allowed are Spark's functions that compute one value from one row; did you mean 'coalesce'?",
                refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"CASE WHEN x > 1 THEN 2", "x x", "x +", "x IN ()", "1 1"})
    void whatIsNoExpressionIsSaid(String sql) {
        UsageException refused = assertThrows(UsageException.class, () -> ScalarSql.of(written(sql), columns));
        assertTrue(refused.getMessage().startsWith("formula: cannot compute I("), refused.getMessage());
        assertEquals(1, refused.getMessage().lines().count(), refused.getMessage());
    }

    @Test
    void longAndDeepExpressionsEndInASentence() {
        UsageException refused =
                assertThrows(UsageException.class, () -> ScalarSql.of(written("x" + " + x".repeat(600)), columns));
        assertTrue(refused.getMessage().contains("more than 1000 words"), refused.getMessage());
        assertTrue(refused.getMessage().length() < 400, refused.getMessage());
        assertEquals(2.0 * 490, computed(written("x" + " + x".repeat(489))), "one that is as long as may be");
    }
}
