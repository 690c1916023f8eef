package org.sparkglmm.core.design;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.sparkglmm.core.Tsv;
import org.sparkglmm.core.formula.Formula;

/** Names, order and values of the columns against R's model.matrix; fixture: formula/make.R. */
class ModelMatrixAgainstRTest {

    /** The same product of at most three doubles, in another order than R's: a few last bits. */
    private static final double SAME_PRODUCT = 1e-14;

    @TestFactory
    List<DynamicTest> columnsAreThoseOfR() {
        Map<String, Case> cases = new LinkedHashMap<>();
        for (List<String> row : Tsv.rows("/formula/terms.tsv")) {
            cases.put(row.get(0), new Case());
        }
        for (List<String> row : Tsv.rows("/formula/columns.tsv")) {
            cases.get(row.get(0)).add(row);
        }
        List<DynamicTest> tests = new ArrayList<>();
        cases.forEach((text, expected) -> tests.add(DynamicTest.dynamicTest(text, () -> expected.check(text))));
        assertTrue(tests.size() > 30);
        return tests;
    }

    /** What R makes of one formula. */
    private static final class Case {

        private final Map<String, List<String>> levels = new HashMap<>();
        private final Map<String, double[]> values = new HashMap<>();
        private final Map<String, double[]> columns = new LinkedHashMap<>();

        void add(List<String> row) {
            String name = row.get(2);
            double[] numbers = numbers(row.get(row.size() - 1));
            switch (row.get(1)) {
                case "factor" -> {
                    levels.put(name, List.of(row.get(3).split(" ")));
                    values.put(name, numbers);
                }
                case "var" -> values.put(name, numbers);
                case "column" -> columns.put(name, numbers);
                default -> throw new IllegalArgumentException(row.toString());
            }
        }

        void check(String text) {
            Formula formula = Formula.parse("y " + text);
            List<DesignColumn> made = ModelMatrix.columns(formula.fixedTerms(), formula.fixedIntercept(), levels);
            assertEquals(
                    List.copyOf(columns.keySet()),
                    made.stream().map(DesignColumn::name).toList());
            for (DesignColumn column : made) {
                double[] expected = columns.get(column.name());
                for (int row = 0; row < expected.length; row++) {
                    double tolerance = SAME_PRODUCT * Math.abs(expected[row]);
                    assertEquals(expected[row], value(column, row), tolerance, column.name());
                }
            }
        }

        private double value(DesignColumn column, int row) {
            double product = 1;
            for (Component component : column.components()) {
                double value = values.get(component.variable())[row];
                product *= component.isNumeric() ? value : value == component.level() ? 1 : 0;
            }
            return product + 0.0; // R's -0 and 0 are the same number here
        }

        private static double[] numbers(String text) {
            return Arrays.stream(text.split(" "))
                    .mapToDouble(number -> Double.parseDouble(number) + 0.0)
                    .toArray();
        }
    }
}
