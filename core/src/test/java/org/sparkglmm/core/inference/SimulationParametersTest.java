package org.sparkglmm.core.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.design.RawColumn;
import org.sparkglmm.core.model.Catalogue;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;

class SimulationParametersTest {
    private static final double CLOSED_FORM = 1e-10;
    private static final DesignColumn ONE = DesignColumn.intercept();
    private static final DesignColumn TIME = column("time");
    private static final DesignColumn DOSE = column("dose");
    private static final Map<String, Double> FIXED = Map.of("(Intercept)", -0.5, "time", 0.3);
    private static final SimulationParameters.Spread SPREAD =
            new SimulationParameters.Spread(null, new double[] {1.2, 0.4}, new double[][] {{1, -0.25}, {-0.25, 1}});

    private static DesignColumn column(String name) {
        return new DesignColumn(name, List.of(new Component(name, Component.NUMERIC)));
    }

    /** y ~ time + (1 + time | id), with columns for the family's own parameters. */
    private static Design design(List<List<DesignColumn>> own) {
        return new Design(
                List.of(new RawColumn("time", "time", List.of()), new RawColumn("dose", "dose", List.of())),
                -1,
                -1,
                -1,
                List.of(),
                List.of(ONE, TIME),
                RandomTerm.ofClusters("id", List.of(List.of(ONE, TIME))),
                own);
    }

    private static Design design() {
        return design(List.of());
    }

    private static SimulationParameters truth(Map<String, Double> constants) {
        return new SimulationParameters(FIXED, List.of(SPREAD), constants, Map.of(), null, null);
    }

    private static void refused(String sentence, SimulationParameters truth, Family family, Design design) {
        UsageException e = assertThrows(UsageException.class, () -> truth.parameters(design, family));
        assertTrue(e.getMessage().contains(sentence), e.getMessage());
    }

    @Test
    void parametersAreThoseOfTheLayout() {
        Family family = Families.named("nbinom2").withZeroInflation();
        Design design = design(List.of(List.of(ONE, DOSE), List.of(ONE, TIME)));
        SimulationParameters truth = new SimulationParameters(
                FIXED,
                List.of(SPREAD),
                Map.of(),
                Map.of(),
                Map.of("(Intercept)", -1.0, "time", 0.1),
                Map.of("dose", 0.2, "(Intercept)", 0.7));
        double[] expected = {-0.5, 0.3, 1.2, -0.1, 0.4 * Math.sqrt(1 - 0.0625), 0.7, 0.2, -1, 0.1};
        assertArrayEquals(expected, truth.parameters(design, family), CLOSED_FORM);
    }

    @Test
    void constantsAreOnTheScaleOfResults() {
        double[] theta = truth(Map.of("theta", 2.0)).parameters(design(), Families.named("nbinom2"));
        assertEquals(Math.log(2), theta[5], CLOSED_FORM);
        double[] shape = truth(Map.of("shape", 4.0)).parameters(design(), Families.named("gamma"));
        assertEquals(-Math.log(4), shape[5], CLOSED_FORM);
        double[] power = truth(Map.of("phi", 1.0, "power", 1.5)).parameters(design(), Families.named("tweedie"));
        assertEquals(0, power[6], CLOSED_FORM);
        SimulationParameters logOfPhi =
                new SimulationParameters(FIXED, List.of(SPREAD), Map.of(), Map.of(), null, Map.of("(Intercept)", 0.5));
        assertEquals(0.5, logOfPhi.parameters(design(), Families.named("gamma"))[5], "the constant as a formula ~ 1");
    }

    @ParameterizedTest
    @MethodSource("org.sparkglmm.core.model.Catalogue#arguments")
    void whatEveryFamilyShowsIsReadBack(Catalogue.Entry entry) {
        Family family = entry.family();
        for (double which : new double[] {-1, -0.2, 0.7}) {
            double[] psi = entry.psi(which);
            double[] back = family.psiOf(family.extra(psi));
            for (int k = 0; k < psi.length; k++) {
                switch (family.auxiliary().get(k).role()) {
                    case DISPERSION, CONSTANT -> assertEquals(psi[k], back[k], CLOSED_FORM);
                    case ZERO_INFLATION, THRESHOLD -> assertTrue(Double.isNaN(back[k]));
                }
            }
        }
    }

    @Test
    void thresholdsAreFoundByNameAndMustRise() {
        Family family = Families.named("ordinal").withCategories(List.of("low", "mid", "high"));
        SimulationParameters rising = new SimulationParameters(
                FIXED, List.of(SPREAD), Map.of(), Map.of("mid|high", 1.0, "low|mid", -1.0), null, null);
        assertEquals(-1, rising.parameters(design(), family)[5]);
        assertEquals(1, rising.parameters(design(), family)[6]);
        refused("'mid|high' must be above 'low|mid'", thresholds(1, 1), family, design());
        refused(
                "no value for 'mid|high'",
                new SimulationParameters(FIXED, List.of(SPREAD), Map.of(), Map.of("low|mid", 1.0), null, null),
                family,
                design());
        refused("extra.thresholds: the model has no '", thresholds(1, 2), Families.named("poisson"), design());
    }

    private static SimulationParameters thresholds(double first, double second) {
        return new SimulationParameters(
                FIXED, List.of(SPREAD), Map.of(), Map.of("low|mid", first, "mid|high", second), null, null);
    }

    @Test
    void edgesOfTheCovarianceAreAllowed() {
        SimulationParameters.Spread one =
                new SimulationParameters.Spread(null, new double[] {2, 3}, new double[][] {{1, -1}, {-1, 1}});
        double[] out = new SimulationParameters(FIXED, List.of(one), Map.of(), Map.of(), null, null)
                .parameters(design(), Families.named("poisson"));
        assertArrayEquals(new double[] {2, -3, 0}, new double[] {out[2], out[3], out[4]});
        double nan = Double.NaN;
        SimulationParameters.Spread none = new SimulationParameters.Spread(
                List.of("(Intercept)", "time"), new double[] {2, 0}, new double[][] {{1, nan}, {nan, nan}});
        double[] zero = new SimulationParameters(FIXED, List.of(none), Map.of(), Map.of(), null, null)
                .parameters(design(), Families.named("poisson"));
        assertArrayEquals(new double[] {2, 0, 0}, new double[] {zero[2], zero[3], zero[4]});
    }

    @Test
    void nearlyPerfectCorrelationsKeepTheirSpread() {
        double rho = 1 - 1e-9;
        SimulationParameters.Spread near =
                new SimulationParameters.Spread(null, new double[] {1, 1}, new double[][] {{1, rho}, {rho, 1}});
        double[] out = new SimulationParameters(FIXED, List.of(near), Map.of(), Map.of(), null, null)
                .parameters(design(), Families.named("poisson"));
        assertEquals(1, Math.hypot(out[3], out[4]), 1e-8);
    }

    @Test
    void impossibleTruthsAreRefusedInOneSentence() {
        Family poisson = Families.named("poisson");
        Family nbinom2 = Families.named("nbinom2");
        Design design = design();
        refused(
                "fixed: the model has no 'tme'; did you mean 'time'?",
                new SimulationParameters(
                        Map.of("(Intercept)", 1.0, "tme", 2.0), List.of(SPREAD), Map.of(), Map.of(), null, null),
                poisson,
                design);
        refused(
                "fixed: no value for 'time'",
                new SimulationParameters(Map.of("(Intercept)", 1.0), List.of(SPREAD), Map.of(), Map.of(), null, null),
                poisson,
                design);
        refused("extra: no value for 'theta'; family nbinom2 has theta", truth(Map.of()), nbinom2, design);
        refused("extra: 'theta' cannot be -1.0", truth(Map.of("theta", -1.0)), nbinom2, design);
        refused("extra: 'theta' cannot be 0.0", truth(Map.of("theta", 0.0)), nbinom2, design);
        refused("did you mean 'theta'?", truth(Map.of("thetta", 1.0)), nbinom2, design);
        refused(
                "'shape' cannot be 3.0 beside the others given",
                truth(Map.of("phi", 1.0, "shape", 3.0)),
                Families.named("gamma"),
                design);
        refused("'power' cannot be 2.5", truth(Map.of("phi", 1.0, "power", 2.5)), Families.named("tweedie"), design);
        refused(
                "extra: the model has no 'theta'",
                new SimulationParameters(
                        FIXED, List.of(SPREAD), Map.of("theta", 1.0), Map.of(), null, Map.of("(Intercept)", 1.0)),
                nbinom2,
                design);
        refused(
                "extra.dispersion: no value for 'dose'",
                new SimulationParameters(FIXED, List.of(SPREAD), Map.of(), Map.of(), null, Map.of("(Intercept)", 1.0)),
                nbinom2,
                design(List.of(List.of(ONE, DOSE))));
        refused(
                "no formula zi",
                new SimulationParameters(FIXED, List.of(SPREAD), Map.of(), Map.of(), Map.of("(Intercept)", 1.0), null),
                poisson,
                design);
        refused(
                "family poisson has no dispersion",
                new SimulationParameters(FIXED, List.of(SPREAD), Map.of(), Map.of(), null, Map.of("(Intercept)", 1.0)),
                poisson,
                design);
        refused(
                "random: one entry a random term",
                new SimulationParameters(FIXED, List.of(), Map.of(), Map.of(), null, null),
                poisson,
                design);
    }

    @Test
    void impossibleCovariancesAreRefused() {
        refusedSpread("sd must have 2 values, got 1", null, new double[] {1}, null);
        refusedSpread("sd must be 0 or more", null, new double[] {1, -1}, null);
        refusedSpread("sd must be 0 or more", null, new double[] {1, Double.NaN}, null);
        refusedSpread("in this order", List.of("time", "(Intercept)"), new double[] {1, 1}, null);
        double[] sd = {1, 1};
        refusedSpread("corr must have 2 rows", null, sd, new double[][] {{1}});
        refusedSpread("corr must be symmetric", null, sd, new double[][] {{1, 0.5}, {0.4, 1}});
        refusedSpread("corr must be symmetric", null, sd, new double[][] {{1, 1.5}, {1.5, 1}});
        refusedSpread("corr must be symmetric", null, sd, new double[][] {{2, 0.5}, {0.5, 1}});
        Design three = new Design(
                List.of(new RawColumn("time", "time", List.of()), new RawColumn("dose", "dose", List.of())),
                -1,
                -1,
                -1,
                List.of(),
                List.of(ONE, TIME),
                RandomTerm.ofClusters("id", List.of(List.of(ONE, TIME, DOSE))));
        for (double r : new double[] {0.9, 1}) {
            SimulationParameters.Spread impossible = new SimulationParameters.Spread(
                    null, new double[] {1, 1, 1}, new double[][] {{1, r, r}, {r, 1, -r}, {r, -r, 1}});
            refused(
                    "no correlation matrix",
                    new SimulationParameters(FIXED, List.of(impossible), Map.of(), Map.of(), null, null),
                    Families.named("poisson"),
                    three);
        }
    }

    private static void refusedSpread(String sentence, List<String> terms, double[] sd, double[][] corr) {
        SimulationParameters.Spread spread = new SimulationParameters.Spread(terms, sd, corr);
        refused(
                sentence,
                new SimulationParameters(FIXED, List.of(spread), Map.of(), Map.of(), null, null),
                Families.named("poisson"),
                design());
    }

    @Test
    void isSaidInLines() {
        Family family = Families.named("nbinom2").withZeroInflation();
        SimulationParameters truth = new SimulationParameters(
                FIXED, List.of(SPREAD), Map.of("theta", 2.0), Map.of(), Map.of("(Intercept)", -1.0), null);
        assertEquals(
                List.of(
                        "(Intercept) -0.5, time 0.3",
                        "id: (Intercept) sd 1.2, time sd 0.4; correlation -0.25",
                        "theta 2",
                        "logit(zi): (Intercept) -1"),
                SimulationParameters.lines(design(), family, truth.parameters(design(), family)));
        Family ordinal = Families.named("ordinal").withCategories(List.of("a", "b", "c"));
        SimulationParameters cuts = new SimulationParameters(
                FIXED, List.of(SPREAD), Map.of(), Map.of("a|b", -1.5, "b|c", 1234567.0), null, null);
        assertEquals(
                "a|b -1.5, b|c 1.23457E+6",
                SimulationParameters.lines(design(), ordinal, cuts.parameters(design(), ordinal))
                        .get(2));
    }
}
