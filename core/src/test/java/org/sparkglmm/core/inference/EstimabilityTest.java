package org.sparkglmm.core.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sparkglmm.core.design.AliasedColumn;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.design.RawColumn;

/** What is known of rows and of contrasts when columns were dropped. */
class EstimabilityTest {
    /** time (A, B) × lake (ref, other) where no row has time A at lake ref: B:other = B + other - 1. */
    private static final AliasedColumn EMPTY_CELL =
            new AliasedColumn(AliasedColumn.FIXED, "timeB:lakeother", -1, Map.of("timeB", 1.0, "lakeother", 1.0), 0.5);

    private static final AliasedColumn TWICE =
            new AliasedColumn(AliasedColumn.FIXED, "twice", 0.3, Map.of("x", 2.0), 4);

    private static DesignColumn column(String name, Component... components) {
        return new DesignColumn(name, List.of(components));
    }

    private static Design design() {
        Component late = new Component("time", 1);
        Component other = new Component("lake", 1);
        List<RawColumn> raw = List.of(
                new RawColumn("time", "time", List.of("A", "B")),
                new RawColumn("lake", "lake", List.of("ref", "other")),
                new RawColumn("x", "x", List.of()),
                new RawColumn("twice", "twice", List.of()));
        return new Design(
                raw,
                -1,
                -1,
                -1,
                List.of(),
                List.of(
                        DesignColumn.intercept(),
                        column("timeB", late),
                        column("lakeother", other),
                        column("timeB:lakeother", late, other),
                        column("x", new Component("x", Component.NUMERIC)),
                        column("twice", new Component("twice", Component.NUMERIC))),
                RandomTerm.ofClusters("id", List.of(List.of(DesignColumn.intercept()))));
    }

    @Test
    void rowsInAnEmptyCellAreNotDeterminedAndAllOthersAre() {
        Estimability known = Estimability.of(design(), List.of(EMPTY_CELL));
        assertFalse(known.holds(new double[] {0, 0, 1, 1}));
        assertTrue(known.holds(new double[] {0, 1, 1, 1}));
        assertTrue(known.holds(new double[] {1, 0, 1, 1}));
        assertTrue(known.holds(new double[] {1, 1, 1e9, 1}));
        assertTrue(known.holds(new double[] {Double.NaN, 0, 1, 1}), "a missing value is another matter");
        assertTrue(known.holds(0, new double[] {0, 0, 1, 1}), "other predictors have other columns");
    }

    @Test
    void aMultipleIsPredictedWhereItIsOne() {
        Estimability known = Estimability.of(design(), List.of(TWICE));
        for (double x : new double[] {-3, 0, 1e-9, 7.77, 1e8}) {
            assertTrue(known.holds(new double[] {0, 0, x, 0.3 + 2 * x}), "x " + x);
            assertFalse(known.holds(new double[] {0, 0, x, 0.5 + 2.01 * x}), "x " + x);
        }
    }

    @Test
    void nothingDroppedLeavesEverythingKnown() {
        assertTrue(Estimability.of(design(), List.of()).isWhole());
        assertTrue(Estimability.ALL.holds(new double[] {0, 0, 0, 0}));
    }

    @Test
    void contrastsThatADroppedColumnMovesAreNotEstimable() {
        List<String> names = List.of("(Intercept)", "timeB", "lakeother", "x");
        List<double[]> directions =
                Estimability.directions(List.of(EMPTY_CELL), names, List.of(List.of("(Intercept)")), false, 6);
        assertEquals(1, directions.size());
        assertFalse(Estimability.isEstimable(new double[] {0, 1, 0, 0, 0, 0}, directions), "B - A at ref");
        assertFalse(Estimability.isEstimable(new double[] {1, 0, 0, 0, 0, 0}, directions), "the empty cell");
        assertTrue(Estimability.isEstimable(new double[] {1, 1, 0, 0, 0, 0}, directions), "time B at ref");
        assertTrue(Estimability.isEstimable(new double[] {0, 1, -1, 0, 0, 0}, directions), "two cells");
        assertTrue(Estimability.isEstimable(new double[] {0, 0, 0, 1, 0, 0}, directions), "x");
        // With thresholds in the intercept's place: α - η.
        List<double[]> ordinal = Estimability.directions(
                List.of(EMPTY_CELL),
                List.of("timeB", "lakeother"),
                List.of(List.of("(Intercept)"), List.of("(Intercept)")),
                true,
                5);
        assertTrue(Estimability.isEstimable(new double[] {-1, 0, 0, 1, 0}, ordinal), "a threshold at B and ref");
        assertTrue(Estimability.isEstimable(new double[] {0, 0, 0, 1, -1}, ordinal), "a difference of thresholds");
        assertFalse(Estimability.isEstimable(new double[] {0, 0, 0, 1, 0}, ordinal), "a threshold at A and ref");
    }
}
