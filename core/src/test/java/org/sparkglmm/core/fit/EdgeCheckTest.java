package org.sparkglmm.core.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.design.RawColumn;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.model.AuxiliaryParameter;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Lbfgs;
import org.sparkglmm.core.optim.Objective;
import org.sparkglmm.core.optim.Outcome;
import org.sparkglmm.core.optim.TrustRegionNewton;

/** An optimum at the edge is reported where it is one, and nowhere else. */
class EdgeCheckTest {
    private static final double EDGE = -32;

    /** An objective in (β, Λ, log φ), by its value; derivatives by differences of the fourth order. */
    private record Function(int dimension, ToDoubleFunction<double[]> value) implements Objective {
        private static final double STEP = 1e-3;

        @Override
        public List<Evaluation> evaluate(List<double[]> points) {
            return points.stream().map(this::at).toList();
        }

        private Evaluation at(double[] point) {
            double[] gradient = new double[dimension];
            for (int i = 0; i < dimension; i++) {
                gradient[i] = (8 * (moved(point, i, STEP) - moved(point, i, -STEP))
                                - (moved(point, i, 2 * STEP) - moved(point, i, -2 * STEP)))
                        / (12 * STEP);
            }
            return new Evaluation(point, value.applyAsDouble(point), gradient);
        }

        private double moved(double[] point, int i, double step) {
            double[] moved = point.clone();
            moved[i] += step;
            return value.applyAsDouble(moved);
        }
    }

    /** The optimum as a search that ended at an edge has it, and after the check. */
    private static Optimum[] ends(ParameterLayout layout, double[] end, ToDoubleFunction<double[]> value) {
        int n = layout.size();
        double[][] identity = new double[n][n];
        for (int i = 0; i < n; i++) {
            identity[i][i] = 1;
        }
        double[] ones = new double[layout.random()];
        Arrays.fill(ones, 1);
        Boundary boundary = new Boundary(
                layout,
                List.of(new AuxiliaryParameter("phi", Link.LOG, AuxiliaryParameter.Role.DISPERSION, EDGE, "none")),
                new int[] {0},
                identity,
                identity,
                ones);
        Objective objective = new Function(n, value);
        TrustRegionNewton newton = new TrustRegionNewton();
        Outcome outcome =
                new Outcome(objective.evaluate(end), Outcome.Status.CONVERGED, "ended", 1, 0, null, null, List.of());
        Optimum first = Optimum.of(objective, boundary, outcome, newton, 100, FitListener.SILENT);
        return new Optimum[] {first, EdgeCheck.of(objective, boundary, first, newton, 100, FitListener.SILENT)};
    }

    private static final ParameterLayout ONE_EFFECT = new ParameterLayout(1, new int[] {1}, 1);

    private static double others(double[] x) {
        return x[0] * x[0] + (x[1] - 1) * (x[1] - 1);
    }

    @Test
    void aTrueEdgeStays() {
        Optimum[] ends = ends(ONE_EFFECT, new double[] {0, 1, EDGE}, x -> others(x) + Math.log1p(Math.exp(x[2])));
        assertEquals(EDGE, ends[0].point()[2], 0);
        assertEquals(EDGE, ends[1].point()[2], 0);
        assertEquals(ends[0].value(), ends[1].value(), 0);
        assertTrue(ends[1].iterations() > ends[0].iterations(), "it was looked at from inside");
    }

    /** The least value, at φ = 1/2000 or so, has a hill behind it; from far inside one slides past to the edge. */
    @Test
    void theDerivativeAtTheEdgeLeadsIn() {
        Optimum[] ends = ends(ONE_EFFECT, new double[] {0, 1, EDGE}, x -> {
            double phi = Math.exp(x[2]);
            return others(x) + Math.log1p(phi) - 1e-3 * (phi / 1e-3) * Math.exp(1 - phi / 1e-3);
        });
        assertEquals(EDGE, ends[0].point()[2], 0);
        // 1/(1+φ) = e (1 - 1000 φ) e^{-1000 φ}, by bisection
        assertEquals(-3.4e-4, ends[1].value(), 1e-4);
        assertEquals(Math.log(4e-4), ends[1].point()[2], 0.5);
        assertTrue(ends[1].converged());
    }

    /** The edge is a minimum, and a lower one lies beyond a hill. */
    @Test
    void aSearchFromInsideFindsTheBetterOptimum() {
        Optimum[] ends = ends(ONE_EFFECT, new double[] {0, 1, EDGE}, x -> {
            double phi = Math.exp(x[2]);
            return others(x) + phi - 3 * Math.exp(-0.5 * (x[2] + 0.5) * (x[2] + 0.5) / 0.5);
        });
        assertEquals(EDGE, ends[0].point()[2], 0);
        assertTrue(ends[1].value() < -2, ends[1].value() + " at " + Arrays.toString(ends[1].point()));
        assertTrue(ends[1].converged());
    }

    /**
     * f(G) = S·G + ½|G|² with S = (1 -2; -2 1): no variance alone lowers it from 0, both together with a correlation of 1 do, to -½ at
     * G = (½ ½; ½ ½).
     */
    @Test
    void twoVariancesOfZeroAreTriedTogether() {
        ParameterLayout layout = new ParameterLayout(1, new int[] {2}, 1);
        Optimum[] ends = ends(layout, new double[] {0, 0, 0, 0, 0.2}, x -> {
            double a = x[1] * x[1];
            double b = x[1] * x[2];
            double c = x[2] * x[2] + x[3] * x[3];
            return x[0] * x[0] + (x[4] - 0.2) * (x[4] - 0.2) + a + c - 4 * b + 0.5 * (a * a + 2 * b * b + c * c);
        });
        assertEquals(-0.5, ends[1].value(), 1e-6);
        assertEquals(Math.sqrt(0.5), ends[1].point()[1], 1e-3);
        assertEquals(0, ends[1].point()[3], 0, "a correlation of 1, to the bit");
    }

    /** The maximum by Laplace is glmmTMB's too; a search ended at φ = 0 and -1183.7483. Simulated counts of 300 persons. */
    @ParameterizedTest
    @CsvSource({"1,-1183.65357,0.02347", "15,-1185.11855,0.03254"})
    void aSmallDispersionIsNotTakenForNone(int nodes, double logLikelihood, double phi) throws IOException {
        Rows rows = phi0();
        Family family = Families.named("truncated_nbinom1").withZeroInflation();
        FitResult fit = GlmmFit.fit(
                new ModelSpec(rows.design(), family, Link.LOG),
                rows.data(family, 2, 1),
                new FitOptions(nodes, false, "newton"),
                FitListener.SILENT);
        assertTrue(fit.converged(), fit.optimizer().message());
        assertEquals(logLikelihood, fit.logLikelihood(), 1e-4);
        assertEquals(phi, fit.extra().get("phi"), 1e-4);
        assertTrue(fit.warnings().stream().map(Warning::code).noneMatch(c -> c.startsWith("boundary")));
    }

    private static Rows phi0() throws IOException {
        List<RawColumn> raw = new ArrayList<>();
        for (String name : List.of("x", "y")) {
            raw.add(new RawColumn(name, name, List.of()));
        }
        DesignColumn one = DesignColumn.intercept();
        DesignColumn x = new DesignColumn("x", List.of(new Component("x", Component.NUMERIC)));
        Rows rows = new Rows(new Design(
                raw,
                1,
                -1,
                -1,
                List.of(),
                List.of(one, x),
                RandomTerm.ofClusters("id", List.of(List.of(one))),
                List.of(List.of(), List.of(one, x))));
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(EdgeCheckTest.class.getResourceAsStream("/edges/phi0.csv.gz")),
                StandardCharsets.UTF_8))) {
            lines.lines()
                    .skip(1)
                    .map(line -> line.split(","))
                    .forEach(v -> rows.add(v[0], Double.parseDouble(v[1]), Double.parseDouble(v[2])));
        }
        return rows;
    }

    /** Cases of scripts/edge-study that once ended lower, at an edge or on the way to infinity. */
    @ParameterizedTest
    @CsvSource({
        "nbinom1 --zi ~1, 10",
        "truncated_nbinom1 --zi ~x1, 29",
        "truncated_nbinom2 --zi ~x1, 12",
        "poisson --zi ~x1, 1"
    })
    void noOtherMethodEndsHigher(String label, long seed) {
        EdgeStudy.Compared compared =
                EdgeStudy.compare(new EdgeStudy.Case(EdgeStudy.setting(label), seed), List.of(new Lbfgs()));
        assertTrue(compared.fit().converged(), compared::toString);
        assertTrue(compared.gap() <= EdgeStudy.MISSED, compared::toString);
    }
}
