package org.sparkglmm.core.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.AliasedColumn;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.ModelMatrix;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.design.RawColumn;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.formula.Term;
import org.sparkglmm.core.formula.Variable;
import org.sparkglmm.core.inference.Estimability;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;

/** Interactions some of whose cells have no rows: they are named, and nothing but them is unknown. */
class EmptyCellsTest {
    private static final Map<String, List<String>> LEVELS = Map.of(
            "time", List.of("A", "B", "C"), "lake", List.of("ref1", "ref2", "exposed"), "sex", List.of("F", "M"));
    private static final List<RawColumn> RAW = List.of(
            new RawColumn("y", "y", List.of()),
            new RawColumn("time", "time", LEVELS.get("time")),
            new RawColumn("lake", "lake", LEVELS.get("lake")),
            new RawColumn("sex", "sex", LEVELS.get("sex")),
            new RawColumn("x", "x", List.of()));

    private static Variable variable(String name) {
        return new Variable(name, "`" + name + "`", false, List.of(name));
    }

    private static List<DesignColumn> columns(boolean intercept, String... terms) {
        List<Term> all = new ArrayList<>();
        for (String term : terms) {
            List<Variable> variables = new ArrayList<>();
            for (String name : term.split(":")) {
                variables.add(variable(name));
            }
            all.add(new Term(variables));
        }
        return ModelMatrix.columns(all, intercept, LEVELS);
    }

    private static Design design(List<DesignColumn> fixed, List<List<DesignColumn>> own) {
        return new Design(
                RAW,
                0,
                -1,
                -1,
                List.of(),
                fixed,
                RandomTerm.ofClusters("id", List.of(List.of(DesignColumn.intercept()))),
                own);
    }

    /** Every cell that is wanted, four rows each. */
    private static CheckedData prepared(Design design, Family family, Predicate<double[]> wanted) {
        Rows rows = new Rows(design);
        Random random = new Random(5);
        for (int repeat = 0; repeat < 4; repeat++) {
            for (double[] raw : cells()) {
                if (wanted.test(raw)) {
                    raw[0] = family.takesCategories() ? random.nextInt(3) : random.nextInt(4);
                    raw[4] = 1e4 + random.nextGaussian();
                    rows.add((long) random.nextInt(6), raw);
                }
            }
        }
        return CheckedData.of(design, family, rows.data(family, 2, 1));
    }

    private static List<double[]> cells() {
        List<double[]> out = new ArrayList<>();
        for (int time = 0; time < 3; time++) {
            for (int lake = 0; lake < 3; lake++) {
                for (int sex = 0; sex < 2; sex++) {
                    out.add(new double[] {0, time, lake, sex, 9998.5});
                }
            }
        }
        return out;
    }

    private static String message(CheckedData prepared) {
        return prepared.warnings().stream()
                .filter(w -> w.code().equals("empty_cell"))
                .map(Warning::message)
                .findFirst()
                .orElse("");
    }

    private static void onlyTheseAreUnknown(Design design, CheckedData prepared, int part, Predicate<double[]> there) {
        Estimability known = Estimability.of(design, prepared.aliased());
        for (double[] raw : cells()) {
            assertEquals(there.test(raw), known.holds(part, raw), "cell " + List.of(raw[1], raw[2], raw[3]));
        }
    }

    private static boolean isIn(double[] raw, int time, int lake) {
        return raw[1] == time && raw[2] == lake;
    }

    @Test
    void anyCellMayBeEmptyWithOrWithoutAnIntercept() {
        for (boolean intercept : new boolean[] {true, false}) {
            Design design = design(columns(intercept, "time", "lake", "x", "time:lake"), List.of());
            for (int time = 0; time < 3; time++) {
                for (int lake = 0; lake < 3; lake++) {
                    int t = time;
                    int l = lake;
                    Predicate<double[]> there = raw -> !isIn(raw, t, l);
                    CheckedData prepared = prepared(design, Families.named("poisson"), there);
                    assertEquals(1, prepared.aliased().size());
                    assertEquals(
                            "time " + LEVELS.get("time").get(t) + " × lake "
                                    + LEVELS.get("lake").get(l)
                                    + " has no rows, so the data do not determine the outcome there: nothing is predicted"
                                    + " for it",
                            message(prepared));
                    onlyTheseAreUnknown(design, prepared, AliasedColumn.FIXED, there);
                }
            }
        }
    }

    @Test
    void severalAreNamedAndThoseWithinThemAreNot() {
        Design design = design(
                columns(true, "time", "lake", "sex", "time:lake", "time:sex", "lake:sex", "time:lake:sex"), List.of());
        Predicate<double[]> there = raw -> !isIn(raw, 0, 1) && !isIn(raw, 2, 2) && !(isIn(raw, 1, 0) && raw[3] == 1);
        CheckedData prepared = prepared(design, Families.named("poisson"), there);
        assertTrue(
                message(prepared)
                        .startsWith(
                                "time A × lake ref2, time C × lake exposed, time B × lake ref1 × sex M have no rows"),
                message(prepared));
        onlyTheseAreUnknown(design, prepared, AliasedColumn.FIXED, there);
    }

    @Test
    void thresholdsTakeTheInterceptsPlace() {
        Family grades = Families.named("ordinal").withCategories(List.of("a", "b", "c"));
        List<DesignColumn> columns = columns(true, "time", "lake", "time:lake");
        Design design = design(columns.subList(1, columns.size()), List.of());
        Predicate<double[]> there = raw -> !isIn(raw, 0, 0);
        CheckedData prepared = prepared(design, grades, there);
        assertTrue(message(prepared).startsWith("time A × lake ref1 has no rows"), message(prepared));
        onlyTheseAreUnknown(design, prepared, AliasedColumn.FIXED, there);
    }

    @Test
    void theSameOfAnOwnParametersPredictor() {
        Family family = Families.named("poisson").withZeroInflation();
        Design design = design(columns(true, "time", "lake"), List.of(columns(true, "time", "lake", "time:lake")));
        Predicate<double[]> there = raw -> !isIn(raw, 1, 2);
        CheckedData prepared = prepared(design, family, there);
        assertTrue(message(prepared).startsWith("time B × lake exposed has no rows"), message(prepared));
        onlyTheseAreUnknown(design, prepared, 0, there);
        onlyTheseAreUnknown(design, prepared, AliasedColumn.FIXED, raw -> true);
    }

    @Test
    void aConstantIsKnownWhereItStaysOne() {
        Design design = design(columns(true, "time", "sex"), List.of());
        CheckedData prepared = prepared(design, Families.named("poisson"), raw -> raw[3] == 0);
        onlyTheseAreUnknown(design, prepared, AliasedColumn.FIXED, raw -> raw[3] == 0);
        assertEquals("", message(prepared));
        assertFalse(prepared.aliased().isEmpty());
    }
}
