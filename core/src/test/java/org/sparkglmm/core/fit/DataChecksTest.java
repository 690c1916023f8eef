package org.sparkglmm.core.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;

/** What a table must be for a fit to begin, each in one sentence. */
class DataChecksTest {
    private static final Family GAUSSIAN = Families.named("gaussian");

    private static CheckedData prepared(Design design, double ofX, double shift, double ofY, double weight) {
        Random random = new Random(4);
        Rows rows = new Rows(design);
        for (long id = 0; id < 30; id++) {
            for (int j = 0; j < 5; j++) {
                rows.add(
                        id,
                        ofY * random.nextGaussian(),
                        1,
                        id == 3 && j == 2 ? weight : 1,
                        0,
                        shift + ofX * random.nextGaussian());
            }
        }
        return CheckedData.of(design, GAUSSIAN, rows.data(GAUSSIAN, 1, 1));
    }

    private static Design design() {
        return RandomBlocks.design(2, 1, true);
    }

    private static String refusal(double ofX, double ofY, double weight) {
        return assertThrows(DataException.class, () -> prepared(design(), ofX, 0, ofY, weight))
                .getMessage();
    }

    @ParameterizedTest
    @CsvSource({"1e200, large", "1e-200, small"})
    void aUnitInWhichSquaresAreBeyondDoublePrecisionIsNoConstant(double unit, String size) {
        assertTrue(refusal(unit, 1, 1).startsWith("column x1 has values so " + size), refusal(unit, 1, 1));
        assertTrue(refusal(1, unit, 1).startsWith("outcome y has values so " + size), refusal(1, unit, 1));
    }

    @ParameterizedTest
    @CsvSource({"1e120", "1e-120"})
    void oddUnitsWithinItAreNoMatter(double unit) {
        assertEquals(2, prepared(design(), unit, 0, unit, 1).design().fixed().size());
    }

    @Test
    void weightsThatNoCountCanBeAreRefused() {
        for (double weight : new double[] {1e300, -1, Double.NaN}) {
            String message = refusal(1, 1, weight);
            assertTrue(
                    message.startsWith("the weights are negative, missing or above 10^15 in fewer than 5 rows"),
                    message);
        }
    }

    @Test
    void aRandomSlopeWithoutItsInterceptTellsOfTheOrigin() {
        Design plain = RandomBlocks.design(2, 2, true);
        List<DesignColumn> columns = plain.fixed();
        Design apart = new Design(
                plain.raw(),
                0,
                1,
                2,
                List.of(3),
                columns,
                RandomTerm.ofClusters("id", List.of(columns.subList(0, 1), columns.subList(1, 2))));
        List<Warning> found = prepared(apart, 3, 2020, 1, 1).warnings();
        assertEquals(
                List.of("origin_matters"), found.stream().map(Warning::code).toList());
        assertTrue(found.get(0).message().contains("I(x1 - 20"), found.get(0).message());
        assertFalse(prepared(plain, 3, 2020, 1, 1).warnings().stream()
                .anyMatch(w -> w.code().equals("origin_matters")));
        assertFalse(prepared(apart, 3, 1, 1, 1).warnings().stream()
                .anyMatch(w -> w.code().equals("origin_matters")));
    }
}
