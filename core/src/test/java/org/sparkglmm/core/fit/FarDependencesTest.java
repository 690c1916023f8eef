package org.sparkglmm.core.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.design.AliasedColumn;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.design.RawColumn;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.inference.Estimability;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;

/** What dropped columns depend on where covariates lie far from 0: the dependence itself is the same about any origin. */
class FarDependencesTest {
    private static final Family GAUSSIAN = Families.named("gaussian");
    private static final int X = 4;
    private static final int Z = 5;
    private static final int F = 6;
    private static final int H = 7;

    private static final DesignColumn ONE = DesignColumn.intercept();
    private static final DesignColumn SLOPE = column("x", number("x"));
    private static final DesignColumn MULTIPLE = column("z", number("z"));
    private static final DesignColumn FB = column("fb", new Component("f", 1));
    private static final DesignColumn HV = column("hv", new Component("h", 1));
    private static final DesignColumn FB_HV = column("fb:hv", new Component("f", 1), new Component("h", 1));
    private static final DesignColumn X_FB = column("x:fb", number("x"), new Component("f", 1));
    private static final DesignColumn X_HV = column("x:hv", number("x"), new Component("h", 1));
    private static final DesignColumn X_FB_HV =
            column("x:fb:hv", number("x"), new Component("f", 1), new Component("h", 1));

    private static Component number(String variable) {
        return new Component(variable, Component.NUMERIC);
    }

    private static DesignColumn column(String name, Component... components) {
        return new DesignColumn(name, List.of(components));
    }

    private static Design design(List<DesignColumn> fixed, List<List<DesignColumn>> auxiliary) {
        List<RawColumn> raw = new ArrayList<>();
        for (String name : new String[] {"y", "size", "weight", "offset", "x", "z"}) {
            raw.add(new RawColumn(name, name, List.of()));
        }
        raw.add(new RawColumn("f", "f", List.of("a", "b")));
        raw.add(new RawColumn("h", "h", List.of("u", "v")));
        return new Design(
                raw, 0, 1, 2, List.of(3), fixed, RandomTerm.ofClusters("id", List.of(List.of(ONE))), auxiliary);
    }

    /** z = 2x + 3, and no row with f = a and h = v. */
    private static List<double[]> values(double added) {
        Random random = new Random(11);
        List<double[]> out = new ArrayList<>();
        for (int i = 0; i < 240; i++) {
            double x = Math.rint(random.nextGaussian() * 4096) / 4096 + added;
            out.add(new double[] {random.nextGaussian(), 1, 1, 0, x, 2 * x + 3, i % 3 == 0 ? 0 : 1, i % 3 == 2 ? 1 : 0
            });
        }
        return out;
    }

    private static CheckedData prepared(Design design, List<double[]> values) {
        Rows rows = new Rows(design);
        for (int i = 0; i < values.size(); i++) {
            rows.add((long) (i / 6), values.get(i));
        }
        return CheckedData.of(design, GAUSSIAN, rows.data(GAUSSIAN, 3, 1));
    }

    private static double[] with(double[] row, int at, double value) {
        double[] out = row.clone();
        out[at] = value;
        return out;
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1e3, 3e4})
    void aMultipleIsKnownAboutZeroAndCheckedAboutItsCentre(double c) {
        Design design = design(List.of(ONE, SLOPE, MULTIPLE), List.of());
        List<double[]> values = values(c);
        CheckedData prepared = prepared(design, values);
        AliasedColumn dropped = prepared.aliased().get(0);
        assertEquals(1, prepared.aliased().size());
        assertEquals("z", dropped.name());
        assertEquals(List.of("x"), List.copyOf(dropped.others().keySet()));
        assertEquals(2, dropped.others().get("x"), 1e-11);
        assertEquals(3, dropped.constant(), 1e-6);
        if (c == 0) {
            assertNull(dropped.centred());
        } else {
            assertNotNull(dropped.centred());
            assertEquals(2, dropped.centred().centres().size());
        }
        Estimability known = Estimability.of(design, prepared.aliased());
        for (double[] row : values) {
            assertTrue(known.holds(row));
            // About 0 a millionth of the numbers would be more than that.
            assertFalse(known.holds(with(row, Z, row[Z] + 1e-3)));
            double elsewhere = row[X] + 37.5;
            assertTrue(known.holds(with(with(row, X, elsewhere), Z, 2 * elsewhere + 3)));
        }
        List<double[]> directions =
                Estimability.directions(prepared.aliased(), List.of("(Intercept)", "x"), List.of(), false, 4);
        assertFalse(Estimability.isEstimable(new double[] {0, 1, 0, 0}, directions));
        assertFalse(Estimability.isEstimable(new double[] {1, 0, 0, 0}, directions));
        // x up by 2 and the level down by 3: what z = 2x + 3 does not touch.
        assertTrue(Estimability.isEstimable(new double[] {2, -3, 0, 0}, directions));
    }

    @Test
    void aMultipleThroughTheOriginLeavesTheInterceptKnown() {
        List<double[]> values = new ArrayList<>();
        values(1e4).forEach(row -> values.add(with(row, Z, 2 * row[X])));
        CheckedData prepared = prepared(design(List.of(ONE, SLOPE, MULTIPLE), List.of()), values);
        assertEquals(0, prepared.aliased().get(0).constant());
        List<double[]> directions =
                Estimability.directions(prepared.aliased(), List.of("(Intercept)", "x"), List.of(), false, 4);
        assertTrue(Estimability.isEstimable(new double[] {1, 0, 0, 0}, directions));
        assertFalse(Estimability.isEstimable(new double[] {0, 1, 0, 0}, directions));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1e4, 1e8})
    void anEmptyCellBesideAFarCovariateIsTheSameCell(double c) {
        List<DesignColumn> fixed = List.of(ONE, SLOPE, FB, HV, X_FB, X_HV, FB_HV, X_FB_HV);
        Design design = design(fixed, List.of());
        List<double[]> values = values(c);
        CheckedData prepared = prepared(design, values);
        List<String> names = List.of("(Intercept)", "x", "fb", "hv", "x:fb", "x:hv");
        assertEquals(names, prepared.design().fixedNames());
        assertEquals(
                List.of("fb:hv", "x:fb:hv"),
                prepared.aliased().stream().map(AliasedColumn::name).toList());
        assertEquals(
                1,
                prepared.warnings().stream()
                        .filter(w ->
                                w.code().equals("empty_cell") && w.message().startsWith("f a × h v has no rows"))
                        .count());
        Estimability known = Estimability.of(design, prepared.aliased());
        for (double[] row : values) {
            assertTrue(known.holds(row));
            assertFalse(known.holds(with(with(row, F, 0), H, 1)));
            assertTrue(known.holds(with(with(row, F, 1), H, 1)));
        }
        List<double[]> directions = Estimability.directions(prepared.aliased(), names, List.of(), false, 8);
        assertTrue(Estimability.isEstimable(new double[] {1, c + 0.5, 0, 0, 0, 0, 0, 0}, directions), "a, u");
        assertTrue(Estimability.isEstimable(new double[] {0, 0, 1, 0, c + 0.5, 0, 0, 0}, directions), "b - a at u");
        assertTrue(Estimability.isEstimable(new double[] {0, 1, 0, 0, 1, 0, 0, 0}, directions), "slope at b, u");
        assertFalse(Estimability.isEstimable(new double[] {0, 0, 0, 1, 0, c + 0.5, 0, 0}, directions), "v - u at a");
        assertFalse(Estimability.isEstimable(new double[] {0, 0, 0, 0, 0, 1, 0, 0}, directions), "slopes at a");
    }

    /** Its centre needs a column that had to go: what was found before that still holds of every row. */
    @Test
    void whatIsFoundInTwoRoundsIsOneListOfDependences() {
        List<double[]> values = new ArrayList<>();
        // h is f again.
        values(1e3).forEach(row -> values.add(with(row, H, row[F])));
        Design design = design(List.of(ONE, SLOPE, MULTIPLE, FB, HV, X_HV), List.of());
        CheckedData prepared = prepared(design, values);
        assertEquals(
                List.of("(Intercept)", "x", "fb", "x:hv"), prepared.design().fixedNames());
        assertEquals(
                List.of("z", "hv"),
                prepared.aliased().stream().map(AliasedColumn::name).toList());
        Estimability known = Estimability.of(design, prepared.aliased());
        for (double[] row : values) {
            assertTrue(known.holds(row));
            assertFalse(known.holds(with(row, H, 1 - row[H])));
            assertFalse(known.holds(with(row, Z, row[Z] + 1e-3)));
        }
    }

    @Test
    void aConstantOutsideAndAFamilysOwnPredictorAreLedBackToo() {
        double c = 500;
        double k = 1010;
        Design raw = design(List.of(SLOPE, MULTIPLE), List.of(List.of(ONE, SLOPE, MULTIPLE)));
        Centring centring = new Centring(Centring.about(raw, Map.of("x", c, "z", k), true), true);
        for (int part : new int[] {AliasedColumn.FIXED, 0}) {
            // z - k = 2 (x - c) + 2c + 3 - k.
            AliasedColumn led = centring.aboutZero(new AliasedColumn(part, "z", 2 * c + 3 - k, Map.of("x", 2.0), 4));
            assertEquals(3, led.constant(), 1e-9);
            assertEquals(Map.of("x", 2.0), led.others());
            assertEquals(Map.of("x", c, "z", k), led.centred().centres());
            assertTrue(Estimability.of(raw, List.of(led)).holds(part, new double[] {0, 1, 1, 0, 501, 1005, 0, 0}));
            assertFalse(Estimability.of(raw, List.of(led)).holds(part, new double[] {0, 1, 1, 0, 501, 1005.01, 0, 0}));
        }
    }

    @Test
    void aColumnWhoseOwnDigitsAreGoneIsNotTakenForACombination() {
        List<double[]> values = new ArrayList<>();
        values(1e8).forEach(row -> values.add(with(row, Z, row[X] * row[X])));
        Design design = design(List.of(ONE, SLOPE, MULTIPLE), List.of());
        String said = assertThrows(DataException.class, () -> prepared(design, values))
                .getMessage();
        assertTrue(said.contains("column z lies so far from 0"), said);
    }
}
