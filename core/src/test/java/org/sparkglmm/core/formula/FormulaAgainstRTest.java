package org.sparkglmm.core.formula;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.sparkglmm.core.Tsv;

/** Terms, their order and their names against R's terms() and lme4's findbars(); fixture: formula/make.R. */
class FormulaAgainstRTest {

    @TestFactory
    List<DynamicTest> fixedTermsAreThoseOfR() {
        List<DynamicTest> tests = new ArrayList<>();
        for (List<String> row : Tsv.rows("/formula/terms.tsv")) {
            tests.add(DynamicTest.dynamicTest(row.get(0), () -> {
                Formula formula = Formula.parse("y " + row.get(0));
                assertEquals(row.subList(1, row.size()), labels(formula.fixedIntercept(), formula.fixedTerms()));
            }));
        }
        assertTrue(tests.size() > 30);
        return tests;
    }

    @TestFactory
    List<DynamicTest> randomTermsAreThoseOfLme4() {
        Map<String, List<List<String>>> expected = new LinkedHashMap<>();
        for (List<String> row : Tsv.rows("/formula/random.tsv")) {
            expected.computeIfAbsent(row.get(0), f -> new ArrayList<>()).add(row.subList(1, row.size()));
        }
        List<DynamicTest> tests = new ArrayList<>();
        expected.forEach((text, pieces) ->
                tests.add(DynamicTest.dynamicTest(text, () -> assertEquals(pieces, pieces(Formula.parse(text))))));
        assertTrue(tests.size() > 10);
        return tests;
    }

    private static List<List<String>> pieces(Formula formula) {
        List<List<String>> pieces = new ArrayList<>();
        pieces.add(piece("fixed", labels(formula.fixedIntercept(), formula.fixedTerms())));
        for (RandomTerm random : formula.randomTerms()) {
            pieces.add(piece(random.group().name(), labels(random.intercept(), random.terms())));
        }
        return pieces;
    }

    private static List<String> piece(String group, List<String> labels) {
        List<String> piece = new ArrayList<>(labels);
        piece.add(0, group);
        return piece;
    }

    private static List<String> labels(boolean intercept, List<Term> terms) {
        List<String> labels = new ArrayList<>(List.of(intercept ? "1" : "0"));
        terms.forEach(term -> labels.add(term.name()));
        return labels;
    }
}
