package org.sparkglmm.core.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.MarginalLikelihood;
import org.sparkglmm.core.model.Catalogue;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.CentralHessian;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Minimizer;
import org.sparkglmm.core.optim.Minimizers;
import org.sparkglmm.core.optim.Objective;
import org.sparkglmm.core.optim.SubspaceObjective;
import org.sparkglmm.core.optim.TransformedObjective;

/** Profile intervals against R, and against refits with the target held, bisected. */
class ProfileLikelihoodTest {
    private static final Family BINOMIAL = Families.named("binomial");
    private static final Family POISSON = Families.named("poisson");
    private static final Family GAUSSIAN = Families.named("gaussian");

    /** Ends agree to this part of the interval's length: what the two ways' stopping rules allow. */
    private static final double SAME_END = 1e-5;
    /** What these data need, and some: 4 to 9. */
    private static final int MOST_PASSES = 12;
    /** Half of χ²_0.95(1): how far the profile falls. */
    private static final double DROP = 0.5 * 3.841458820694124;

    /** A fit and all that profiles need of it. */
    private record Fitted(
            Objective objective,
            ParameterLayout layout,
            double[] estimate,
            double[][] toRaw,
            int[] free,
            double[][] hessian,
            double minimum) {

        static Fitted of(Rows rows, Family family, Link link, int nodes) {
            ClusterData data = rows.data(family, 2, 1);
            FitResult fit = GlmmFit.fit(
                    new ModelSpec(rows.design(), family, link),
                    data,
                    new FitOptions(nodes, false, "newton"),
                    FitListener.SILENT);
            ParameterLayout layout = fit.layout();
            DataMoments moments = DataMoments.of(data, family, rows.design());
            double unit = family.isLinear(link) ? 1 : link.unit(StartingValues.predictor(family, link, moments));
            Scaling scaling = new Scaling(moments, rows.design(), family, layout, unit);
            Objective objective = new MarginalLikelihood(data, fit.model(), new GaussHermite(nodes, layout.random()));
            double[] estimate = fit.parameters();
            double[] lambda = layout.lambda(estimate);
            int[] free = IntStream.range(0, layout.size())
                    .filter(i -> {
                        int t = i - layout.thetaStart();
                        return t < 0 || t >= layout.theta() || lambda[layout.column(t) * (layout.random() + 1)] != 0;
                    })
                    .toArray();
            double[] scaled = TransformedObjective.multiply(scaling.toScaled(), estimate);
            SubspaceObjective subspace =
                    new SubspaceObjective(new TransformedObjective(objective, scaling.toRaw()), scaled, free);
            return new Fitted(
                    objective,
                    layout,
                    estimate,
                    scaling.toRaw(),
                    free,
                    CentralHessian.at(subspace, subspace.restrict(scaled)),
                    objective.evaluate(estimate).value());
        }

        ProfileIntervals intervals(String name) {
            ProfileIntervals out = ProfileLikelihood.of(
                    objective, layout, estimate, toRaw, free, hessian, minimum, FitListener.SILENT);
            assertTrue(out.passes() <= MOST_PASSES, () -> name + ": " + out.passes() + " passes");
            assertEquals(-minimum, out.highest(), 1e-6);
            return out;
        }

        /** The profile of raw parameter k: it held, everything else optimised. */
        double profile(int k, double value) {
            int n = layout.size();
            int[] others = IntStream.range(0, n).filter(i -> i != k).toArray();
            double[] base = estimate.clone();
            // Thresholds start in order.
            for (int i = layout.psiStart(); k >= layout.psiStart() && i < layout.size(); i++) {
                base[i] += value - estimate[k];
            }
            for (int t = 0; t < layout.theta(); t++) {
                // Off the saddle at 0: the estimate may lie there, the constrained optimum need not.
                int i = layout.thetaStart() + t;
                base[i] = base[i] == 0 ? 0.2 * Math.abs(toRaw[i][i]) : base[i];
            }
            base[k] = value;
            // Raw parameters, each in its own unit.
            double[][] units = new double[n][n];
            double[] start = new double[n];
            for (int i = 0; i < n; i++) {
                units[i][i] = Math.abs(toRaw[i][i]);
                start[i] = base[i] / units[i][i];
            }
            SubspaceObjective subspace =
                    new SubspaceObjective(new TransformedObjective(objective, units), start, others);
            return Minimizers.named("newton")
                    .orElseThrow()
                    .minimize(subspace, subspace.restrict(start), null)
                    .best()
                    .value();
        }

        /** The end of an interval: where the profile has risen by half of χ², by bisection between estimate and far. */
        double end(DoubleUnaryOperator profile, double at, double far) {
            double in = at;
            double out = far;
            assertTrue(profile.applyAsDouble(far) > minimum + DROP, "far is far enough");
            for (int i = 0; i < 40; i++) {
                double middle = 0.5 * (in + out);
                if (profile.applyAsDouble(middle) > minimum + DROP) {
                    out = middle;
                } else {
                    in = middle;
                }
            }
            return 0.5 * (in + out);
        }

        /** All fixed effects and own parameters against bisection. */
        void checkParameters(ProfileIntervals intervals) {
            for (int k = 0; k < layout.size(); k++) {
                if (k >= layout.thetaStart() && k < layout.psiStart()) {
                    continue;
                }
                int parameter = k;
                double length = intervals.upper()[k] - intervals.lower()[k];
                DoubleUnaryOperator profile = c -> profile(parameter, c);
                assertEquals(
                        end(profile, estimate[k], estimate[k] - length),
                        intervals.lower()[k],
                        SAME_END * length,
                        "" + k);
                assertEquals(
                        end(profile, estimate[k], estimate[k] + length),
                        intervals.upper()[k],
                        SAME_END * length,
                        "" + k);
            }
        }

        /** The profile over parameters of a reparametrisation, by a method without gradients. */
        double profile(UnaryOperator<double[]> map, double[] start) {
            Objective mapped = new Objective() {
                @Override
                public int dimension() {
                    return start.length;
                }

                @Override
                public List<Evaluation> evaluate(List<double[]> points) {
                    List<double[]> raw = new ArrayList<>();
                    points.forEach(p -> raw.add(map.apply(p)));
                    List<Evaluation> out = new ArrayList<>();
                    for (Evaluation e : objective.evaluate(raw)) {
                        out.add(new Evaluation(points.get(out.size()), e.value(), new double[start.length]));
                    }
                    return out;
                }
            };
            Minimizer bobyqa = Minimizers.named("bobyqa").orElseThrow();
            return bobyqa.minimize(mapped, start, null).best().value();
        }
    }

    private static List<String[]> csv(String name) throws IOException {
        List<String[]> out = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("..", "data-samples", name, "data.csv"))) {
            out.add(line.replace("\"", "").split(",", -1));
        }
        return out.subList(1, out.size());
    }

    /**
     * lme4 1.1-31, R 4.2: devfun of glmer(cbind(incidence, size - incidence) ~ period + (1 | herd), binomial), the deviance
     * re-optimised by optim(BFGS, reltol 1e-15) with one parameter held, uniroot for its rise by qchisq(0.95, 1).
     * confint(method = "profile"), which interpolates, has 0.346 to 1.100 for the SD.
     */
    @Test
    void cbppIsAsInLme4() throws IOException {
        Rows rows = new Rows(RandomBlocks.design(4, 1, false));
        for (String[] row : csv("cbpp")) {
            double[] dummy = new double[3];
            int period = Integer.parseInt(row[3]);
            if (period > 1) {
                dummy[period - 2] = 1;
            }
            rows.add(
                    Long.parseLong(row[0]),
                    Double.parseDouble(row[1]),
                    Double.parseDouble(row[2]),
                    1,
                    0,
                    dummy[0],
                    dummy[1],
                    dummy[2]);
        }
        Fitted fitted = Fitted.of(rows, BINOMIAL, Link.LOGIT, 1);
        ProfileIntervals found = fitted.intervals("cbpp");
        double[][] lme4 = {
            {-1.90121277, -0.947754052},
            {-1.61678727, -0.407763875},
            {-1.8010285, -0.511536803},
            {-2.50076941, -0.800749328}
        };
        // optim's own optimum is good to some 1e-5.
        for (int k = 0; k < 4; k++) {
            assertEquals(lme4[k][0], found.lower()[k], 5e-5);
            assertEquals(lme4[k][1], found.upper()[k], 5e-5);
        }
        assertEquals(0.346073346, found.sdLower()[0], 5e-5);
        assertEquals(1.09998115, found.sdUpper()[0], 5e-5);
        fitted.checkParameters(found);
    }

    /**
     * lme4 1.1-31: confint(profile(lmer(Reaction ~ Days + (Days | Subject), sleepstudy, REML = FALSE), delta.cutoff = 1/32,
     * signames = FALSE)): interpolated, hence the tolerances; sigma is log σ here.
     */
    @Test
    void sleepstudyIsAsInLme4() throws IOException {
        Rows rows = new Rows(RandomBlocks.design(2, 2, false));
        for (String[] row : csv("sleepstudy")) {
            rows.add(Long.parseLong(row[0]), Double.parseDouble(row[2]), 1, 1, 0, Double.parseDouble(row[1]));
        }
        Fitted fitted = Fitted.of(rows, GAUSSIAN, Link.IDENTITY, 1);
        ProfileIntervals found = fitted.intervals("sleepstudy");
        assertEquals(237.68069013, found.lower()[0], 2e-3);
        assertEquals(265.1295195, found.upper()[0], 2e-3);
        assertEquals(7.35865203, found.lower()[1], 5e-4);
        assertEquals(13.5759199, found.upper()[1], 5e-4);
        assertEquals(Math.log(22.89825652), found.lower()[5], 2e-4);
        assertEquals(Math.log(28.8579992), found.upper()[5], 2e-4);
        assertEquals(14.38138454, found.sdLower()[0], 5e-3);
        assertEquals(37.7158207, found.sdUpper()[0], 5e-3);
        assertEquals(3.80117161, found.sdLower()[1], 1e-3);
        assertEquals(8.7533301, found.sdUpper()[1], 1e-3);
        assertEquals(-0.48149257, found.corrLower()[0][1], 1e-3);
        assertEquals(0.6850188, found.corrUpper()[1][0], 1e-3);
        fitted.checkParameters(found);
    }

    @ParameterizedTest
    @CsvSource({"binomial, 7", "poisson, 1", "nbinom2, 1", "ordinal, 5", "gamma, 3", "gaussian, 1"})
    void aRandomInterceptIsAsByBisection(String name, int nodes) {
        Catalogue.Entry entry = Catalogue.entries().stream()
                .filter(e -> e.family().name().equals(name) && !e.isZeroModified())
                .filter(e -> e.link() == e.family().links().get(0))
                // Of ordinal families the one of most categories.
                .max(Comparator.comparingInt(e -> e.family().auxiliary().size()))
                .orElseThrow();
        double[] beta = {0.3, 0.5, 0.4};
        Rows rows = Simulation.of(entry, 60, 5, beta, 1.1, 4);
        Fitted fitted = Fitted.of(rows, entry.family(), entry.link(), nodes);
        ProfileIntervals found = fitted.intervals(name);
        fitted.checkParameters(found);
        int theta = fitted.layout.thetaStart();
        double sd = Math.abs(fitted.estimate[theta]);
        DoubleUnaryOperator profile = c -> fitted.profile(theta, c);
        assertTrue(found.sdLower()[0] > 0);
        assertEquals(fitted.end(profile, sd, 0), found.sdLower()[0], SAME_END * sd);
        assertEquals(fitted.end(profile, sd, 5 * sd), found.sdUpper()[0], SAME_END * sd);
        assertEquals(0, found.missing());
    }

    /** (1 + x1 | id): β, then Λ by (sd_0, sd_1, arc sine ρ), then the rest. */
    private static UnaryOperator<double[]> byDeviations(ParameterLayout layout, int held, double value) {
        return free -> {
            double[] full = new double[free.length + 1];
            System.arraycopy(free, 0, full, 0, held);
            full[held] = value;
            System.arraycopy(free, held, full, held + 1, free.length - held);
            int t = layout.thetaStart();
            double[] raw = full.clone();
            raw[t + 1] = full[t + 1] * Math.sin(full[t + 2]);
            raw[t + 2] = full[t + 1] * Math.cos(full[t + 2]);
            return raw;
        };
    }

    /** As those coordinates of the estimate. */
    private static double[] deviations(Fitted fitted) {
        int t = fitted.layout.thetaStart();
        double[] out = fitted.estimate.clone();
        out[t + 1] = Math.hypot(fitted.estimate[t + 1], fitted.estimate[t + 2]);
        out[t + 2] = Math.asin(fitted.estimate[t + 1] / out[t + 1]);
        return out;
    }

    private static DoubleUnaryOperator deviationProfile(Fitted fitted, int held) {
        double[] at = deviations(fitted);
        double[] start = new double[at.length - 1];
        System.arraycopy(at, 0, start, 0, held);
        System.arraycopy(at, held + 1, start, held, start.length - held);
        return c -> fitted.profile(byDeviations(fitted.layout, held, c), start);
    }

    @ParameterizedTest
    @CsvSource({"binomial, 1", "poisson, 3"})
    void twoRandomEffectsAndTheirCorrelationAreAsByBisection(String name, int nodes) {
        Family family = Families.named(name);
        Rows rows = Simulation.of(family, family.links().get(0), 2, 60, 9, new double[] {0.3, 0.4, -0.5}, 1.0, 3);
        Fitted fitted = Fitted.of(rows, family, family.links().get(0), nodes);
        ProfileIntervals found = fitted.intervals("two effects, " + name);
        fitted.checkParameters(found);
        int t = fitted.layout.thetaStart();
        double[] at = deviations(fitted);
        for (int r = 0; r < 2; r++) {
            DoubleUnaryOperator sd = deviationProfile(fitted, t + r);
            assertEquals(fitted.end(sd, at[t + r], 0), found.sdLower()[r], SAME_END, "sd " + r);
            assertEquals(fitted.end(sd, at[t + r], 4 * at[t + r]), found.sdUpper()[r], SAME_END, "sd " + r);
        }
        DoubleUnaryOperator angle = deviationProfile(fitted, t + 2);
        assertEquals(
                Math.sin(fitted.end(angle, at[t + 2], -0.5 * Math.PI)),
                found.corrLower()[0][1],
                SAME_END,
                "correlation");
        assertEquals(
                Math.sin(fitted.end(angle, at[t + 2], 0.5 * Math.PI)),
                found.corrUpper()[0][1],
                SAME_END,
                "correlation");
        assertEquals(found.corrUpper()[0][1], found.corrUpper()[1][0], 0);
        assertEquals(0, found.missing());
    }

    @Test
    void threeRandomEffectsHaveAllTheirDeviations() {
        Random random = new Random(8);
        Rows rows = new Rows(RandomBlocks.design(3, 3, false));
        for (long id = 0; id < 150; id++) {
            double b0 = random.nextGaussian();
            double b1 = 0.5 * random.nextGaussian() + 0.3 * b0;
            double b2 = 0.4 * random.nextGaussian() - 0.4 * b1;
            for (int j = 0; j < 10; j++) {
                double x1 = random.nextGaussian();
                double x2 = random.nextGaussian();
                double eta = 0.2 + b0 + (0.3 + b1) * x1 + (0.1 + b2) * x2;
                rows.add(id, Simulation.draw(POISSON, Math.exp(eta), random)[0], 1, 1, 0, x1, x2);
            }
        }
        Fitted fitted = Fitted.of(rows, POISSON, Link.LOG, 1);
        ProfileIntervals found = fitted.intervals("three effects");
        fitted.checkParameters(found);
        // The last effect's: its row of Λ as a length and two angles.
        int t = fitted.layout.thetaStart() + 3;
        double[] e = fitted.estimate;
        double sd = Math.sqrt(e[t] * e[t] + e[t + 1] * e[t + 1] + e[t + 2] * e[t + 2]);
        double[] start = Arrays.copyOf(e, e.length - 1);
        start[t] = e[t] / e[t + 2];
        start[t + 1] = e[t + 1] / e[t + 2];
        DoubleUnaryOperator profile = c -> fitted.profile(
                free -> {
                    double[] raw = Arrays.copyOf(free, free.length + 1);
                    double unit = c / Math.sqrt(1 + free[t] * free[t] + free[t + 1] * free[t + 1]);
                    raw[t] = unit * free[t];
                    raw[t + 1] = unit * free[t + 1];
                    raw[t + 2] = unit;
                    return raw;
                },
                start);
        assertEquals(fitted.end(profile, sd, 0.3 * sd), found.sdLower()[2], SAME_END);
        assertEquals(fitted.end(profile, sd, 3 * sd), found.sdUpper()[2], SAME_END);
        for (int r = 0; r < 3; r++) {
            assertTrue(found.sdLower()[r] > 0.2 && found.sdUpper()[r] < 1.3);
        }
        assertTrue(found.corrLower()[1][0] < found.corrUpper()[1][0]);
        assertTrue(Double.isNaN(found.corrLower()[2][0]));
        assertTrue(Double.isNaN(found.corrLower()[2][1]));
        assertEquals(0, found.missing());
    }

    @Test
    void anIntervalOfADeviationEndsAtZeroExactly() {
        Rows rows = Simulation.of(BINOMIAL, Link.LOGIT, 1, 40, 4, new double[] {-0.4, 0.7, 0.5}, 0.35, 5);
        Fitted fitted = Fitted.of(rows, BINOMIAL, Link.LOGIT, 5);
        int theta = fitted.layout.thetaStart();
        double sd = fitted.estimate[theta];
        assertTrue(sd > 0.05, () -> "the estimate is inside: " + sd);
        ProfileIntervals found = fitted.intervals("sd to 0");
        assertTrue(fitted.profile(theta, 0) < fitted.minimum + DROP);
        assertEquals(0, found.sdLower()[0], 0);
        assertEquals(fitted.end(c -> fitted.profile(theta, c), sd, 6 * sd), found.sdUpper()[0], SAME_END);
        fitted.checkParameters(found);
    }

    @Test
    void aDeviationEstimatedAsZeroHasAnUpperEnd() {
        Rows rows = new Rows(RandomBlocks.design(2, 1, false));
        Random random = new Random(1);
        for (long id = 0; id < 100; id++) {
            rows.add(id, 1, 1, 1, 0, random.nextGaussian()).add(id, 0, 1, 1, 0, random.nextGaussian());
            rows.add(id, id % 4 == 0 ? 0 : 1, 1, 1, 0, random.nextGaussian());
        }
        Fitted fitted = Fitted.of(rows, BINOMIAL, Link.LOGIT, 5);
        int theta = fitted.layout.thetaStart();
        assertEquals(0, fitted.estimate[theta], 0);
        ProfileIntervals found = fitted.intervals("sd at 0");
        assertEquals(0, found.sdLower()[0], 0);
        assertEquals(fitted.end(c -> fitted.profile(theta, c), 0, 3), found.sdUpper()[0], SAME_END);
        fitted.checkParameters(found);
    }

    /** The slope is the same multiple of the intercept in everybody. */
    @Test
    void aCorrelationEstimatedAsOneHasAnInnerEnd() {
        Random random = new Random(5);
        Rows rows = new Rows(RandomBlocks.design(2, 2, false));
        for (long id = 0; id < 120; id++) {
            double b = random.nextGaussian();
            for (int j = 0; j < 5; j++) {
                double x = random.nextGaussian();
                double eta = 0.3 + b + (0.4 - 0.5 * b) * x;
                rows.add(id, Simulation.draw(POISSON, Math.exp(eta), random)[0], 1, 1, 0, x);
            }
        }
        Fitted fitted = Fitted.of(rows, POISSON, Link.LOG, 1);
        int t = fitted.layout.thetaStart();
        assertEquals(0, fitted.estimate[t + 2], 0);
        ProfileIntervals found = fitted.intervals("correlation at -1");
        assertEquals(-1, found.corrLower()[0][1], 0);
        DoubleUnaryOperator angle = deviationProfile(fitted, t + 2);
        assertEquals(Math.sin(fitted.end(angle, -0.5 * Math.PI, 0)), found.corrUpper()[0][1], SAME_END);
        fitted.checkParameters(found);
        assertEquals(0, found.missing());
    }

    @Test
    void anIntervalOfACorrelationEndsAtOneExactly() {
        Rows rows = Simulation.of(BINOMIAL, Link.LOGIT, 2, 30, 6, new double[] {-0.4, 0.7, 0.5}, 0.9, 17);
        Fitted fitted = Fitted.of(rows, BINOMIAL, Link.LOGIT, 1);
        ProfileIntervals found = fitted.intervals("correlation to 1");
        int t = fitted.layout.thetaStart();
        DoubleUnaryOperator angle = deviationProfile(fitted, t + 2);
        assertTrue(fitted.estimate[t + 2] != 0);
        assertTrue(angle.applyAsDouble(0.5 * Math.PI) < fitted.minimum + DROP);
        assertEquals(1, found.corrUpper()[0][1], 0);
        assertEquals(0, found.missing());
    }

    /** Nobody at x2 = 1 has a failure. */
    @Test
    void aSeparatedEffectHasAnInfiniteEnd() {
        Random random = new Random(3);
        Rows rows = new Rows(RandomBlocks.design(3, 1, false));
        for (long id = 0; id < 80; id++) {
            double b = random.nextGaussian();
            for (int j = 0; j < 5; j++) {
                double x1 = random.nextGaussian();
                double x2 = random.nextInt(8) == 0 ? 1 : 0;
                double p = 1 / (1 + Math.exp(-0.3 - b - 0.5 * x1));
                rows.add(id, x2 == 1 || random.nextDouble() < p ? 1 : 0, 1, 1, 0, x1, x2);
            }
        }
        Fitted fitted = Fitted.of(rows, BINOMIAL, Link.LOGIT, 1);
        ProfileIntervals found = fitted.intervals("separated");
        assertEquals(Double.POSITIVE_INFINITY, found.upper()[2], 0);
        assertEquals(fitted.end(c -> fitted.profile(2, c), 8, 0), found.lower()[2], 1e-4);
        for (int k = 0; k < 2; k++) {
            int parameter = k;
            DoubleUnaryOperator profile = c -> fitted.profile(parameter, c);
            assertEquals(fitted.end(profile, fitted.estimate[k], -3), found.lower()[k], 1e-5);
            assertEquals(fitted.end(profile, fitted.estimate[k], 3), found.upper()[k], 1e-5);
        }
        assertEquals(0, found.missing());
    }

    @Test
    void unitsOfACovariateDoNotMatter() {
        Rows rows = Simulation.of(POISSON, Link.LOG, 2, 60, 6, new double[] {0.3, 0.4, -0.5}, 0.8, 6);
        Rows millions = new Rows(rows.design());
        for (int i = 0; i < rows.count(); i++) {
            double[] row = rows.row(i).clone();
            row[4] = 1e6 * row[4];
            row[5] = 1e-3 * row[5] + 7;
            millions.add(rows.id(i), row);
        }
        ProfileIntervals one = Fitted.of(rows, POISSON, Link.LOG, 1).intervals("units");
        ProfileIntervals other = Fitted.of(millions, POISSON, Link.LOG, 1).intervals("millions");
        assertEquals(one.passes(), other.passes());
        assertEquals(one.lower()[1], 1e6 * other.lower()[1], 1e-6);
        assertEquals(one.upper()[1], 1e6 * other.upper()[1], 1e-6);
        assertEquals(one.lower()[2], 1e-3 * other.lower()[2], 1e-6);
        assertEquals(one.upper()[2], 1e-3 * other.upper()[2], 1e-6);
        assertEquals(one.sdLower()[0], other.sdLower()[0], 1e-6);
        assertEquals(one.sdLower()[1], 1e6 * other.sdLower()[1], 1e-6);
        assertEquals(one.sdUpper()[1], 1e6 * other.sdUpper()[1], 1e-6);
        assertEquals(one.corrLower()[0][1], other.corrLower()[0][1], 1e-6);
        assertEquals(one.corrUpper()[0][1], other.corrUpper()[0][1], 1e-6);
    }

    @Test
    void theGradientInAChartIsThatOfItsMap() {
        Random random = new Random(9);
        double[][] map = new double[5][4];
        for (double[] row : map) {
            for (int j = 0; j < row.length; j++) {
                row[j] = random.nextGaussian();
            }
        }
        double[] direction = {2.0 / 3, -1.0 / 3, 2.0 / 3};
        double root2 = Math.sqrt(2);
        double[][] across = {
            {1 / root2, 0, -1 / root2}, {1 / (3 * root2), 4 / (3 * root2), 1 / (3 * root2)},
        };
        ProfileChart chart = new ProfileChart(
                new double[] {0.3, -0.2, 1.0, -0.5, 1.0, 7},
                new int[] {0, 1, 2, 3, 4},
                map,
                0,
                1,
                new ProfileChart.PolarRow(new int[] {2, 3, 4}, 1.5, direction, across));
        double[] weights = {0.7, -1.1, 0.4, 0.9, -0.3, 100};
        for (double size : new double[] {0, 1e-5, 0.1, 0.8}) {
            double[] x = {0.3 * size, -size, 0.5 * size, 0.9 * size};
            double[] gradient = chart.gradient(x, weights);
            for (int j = 0; j < x.length; j++) {
                double h = 1e-5;
                double[] above = x.clone();
                double[] below = x.clone();
                above[j] += h;
                below[j] -= h;
                double difference = 0;
                for (int i = 0; i < weights.length; i++) {
                    difference += weights[i] * (chart.parameters(above)[i] - chart.parameters(below)[i]);
                }
                assertEquals(difference / (2 * h), gradient[j], 1e-7);
            }
        }
    }
}
