package org.sparkglmm.core.design;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.formula.Formula;
import org.sparkglmm.core.formula.RandomTerm;

class ModelMatrixTest {

    private static final Map<String, List<String>> SEX = Map.of("sex", List.of("F", "M"));

    @Test
    void aColumnIsAProductOfComponents() {
        List<DesignColumn> columns = columns("y ~ time * sex", SEX);
        assertEquals(
                List.of(
                        DesignColumn.intercept(),
                        new DesignColumn("time", List.of(new Component("time", Component.NUMERIC))),
                        new DesignColumn("sexM", List.of(new Component("sex", 1))),
                        new DesignColumn(
                                "time:sexM",
                                List.of(new Component("time", Component.NUMERIC), new Component("sex", 1)))),
                columns);
    }

    @Test
    void aRandomInterceptIsOneColumnOfOnes() {
        RandomTerm random = Formula.parse("y ~ sex + (1 | g)").randomTerms().get(0);
        assertEquals(
                List.of(new DesignColumn("(Intercept)", List.of())),
                ModelMatrix.columns(random.terms(), random.intercept(), Map.of()));
    }

    @Test
    void noTermAndNoInterceptIsNoColumn() {
        assertTrue(columns("y ~ 0", Map.of()).isEmpty());
    }

    @Test
    void aPieceOfTwoBarsHasAColumnForEveryLevelAsInLme4() {
        RandomTerm piece = Formula.parse("y ~ 1 + (sex || g)").randomTerms().get(1);
        assertEquals(
                List.of("sexF", "sexM"),
                ModelMatrix.columns(piece.terms(), piece.intercept(), SEX).stream()
                        .map(DesignColumn::name)
                        .toList());
    }

    @Test
    void aFactorWithOneLevelIsRefused() {
        DataException e = assertThrows(DataException.class, () -> columns("y ~ sex", Map.of("sex", List.of("F"))));
        assertEquals("factor sex: must have 2 or more levels in the data used, got only one", e.getMessage());
    }

    @Test
    void moreColumnsThanCanBeFittedAreRefusedBeforeTheyAreMade() {
        List<String> persons =
                IntStream.range(0, 300_000).mapToObj(i -> "p" + i).toList();
        UsageException e = assertThrows(
                UsageException.class, () -> columns("y ~ id:z:id2", Map.of("id", persons, "id2", persons)));
        assertTrue(e.getMessage().contains("with factor id"), e::getMessage);
    }

    private static List<DesignColumn> columns(String text, Map<String, List<String>> levels) {
        Formula formula = Formula.parse(text);
        return ModelMatrix.columns(formula.fixedTerms(), formula.fixedIntercept(), levels);
    }
}
