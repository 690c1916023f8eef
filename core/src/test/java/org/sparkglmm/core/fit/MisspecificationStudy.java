package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.random.Well19937c;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.design.RawColumn;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.inference.FixedEffect;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;

/**
 * What the 95% intervals hold if the model is wrong about how the outcomes of a person vary and hang together: model-based
 * and cluster-robust ones side by side, of data drawn by their definition and fitted with a random intercept only. Run by
 * scripts/coverage-study --misspecified.
 *
 * <p>All settings are right about the mean given the random effects. A gaussian fit then estimates the true slope whatever
 * the errors are. Of another family it estimates a value of its own (White 1982): an ignored random slope pulls a logistic
 * coefficient towards 0, as ignoring any random effect does. That value is what such an interval is for, and is taken from
 * one fit to {@value #CROWD} simulated persons, whose own error is about a twentieth of that of the largest samples here.
 */
final class MisspecificationStudy {
    private static final int[] PERSONS = {300, 100, 30, 15};
    private static final int CROWD = 100_000;
    private static final int VISITS = 7;
    /** Every so many persons one is treated. */
    private static final int TREATED = 4;

    private static final int NODES = 7;
    private static final double SD = 0.5;
    /** Correlation of autoregressive errors from one visit to the next. */
    private static final double RHO = 0.8;

    private static final List<String> SLOPES = List.of("time", "x", "treated");
    private static final double[] TRUTH = {0.4, 0.3, -0.3};

    private MisspecificationStudy() {}

    /**
     * A person's visits.
     *
     * @param time from -1 to 1, the same for all persons
     * @param x varies from visit to visit
     * @param treated 0 or 1, of the person
     * @param eta the fixed part of the linear predictor
     */
    private record Visits(double[] time, double[] x, double treated, double[] eta) {
        static Visits of(boolean isTreated, double intercept, RandomGenerator random) {
            double[] time = new double[VISITS];
            double[] x = new double[VISITS];
            double[] eta = new double[VISITS];
            double treated = isTreated ? 1 : 0;
            for (int j = 0; j < VISITS; j++) {
                time[j] = 2.0 * j / (VISITS - 1) - 1;
                x[j] = Math.max(-3, Math.min(3, random.nextGaussian()));
                eta[j] = intercept + TRUTH[0] * time[j] + TRUTH[1] * x[j] + TRUTH[2] * treated;
            }
            return new Visits(time, x, treated, eta);
        }

        /** η with a random intercept. */
        double[] shifted(double sd, RandomGenerator random) {
            return sloping(sd, 0, random);
        }

        /** η with a random intercept and an independent random slope in time. */
        double[] sloping(double sd, double slopeSd, RandomGenerator random) {
            double b0 = sd * random.nextGaussian();
            double b1 = slopeSd * random.nextGaussian();
            return IntStream.range(0, VISITS)
                    .mapToDouble(j -> eta[j] + b0 + b1 * time[j])
                    .toArray();
        }

        /** η with a random intercept and stationary AR(1) errors. */
        double[] wandering(double sd, double errorSd, RandomGenerator random) {
            double[] out = shifted(sd, random);
            double e = errorSd * random.nextGaussian();
            for (int j = 0; j < VISITS; j++) {
                out[j] += e;
                e = RHO * e + Math.sqrt(1 - RHO * RHO) * errorSd * random.nextGaussian();
            }
            return out;
        }
    }

    /** The outcomes of a person. */
    private interface Draw {
        double[] of(Visits visits, RandomGenerator random);
    }

    /**
     * @param label as printed
     * @param right whether the fitted model is the true one
     * @param slopes those that the departure concerns
     */
    private record Setting(
            String label, Family family, Link link, double intercept, boolean right, List<String> slopes, Draw draw) {
        static Setting right(String family, double intercept, List<String> slopes, Draw draw) {
            Family named = Families.named(family);
            return new Setting(family + ", as fitted", named, named.links().get(0), intercept, true, slopes, draw);
        }

        static Setting wrong(String family, String departure, double intercept, String slope, Draw draw) {
            Family named = Families.named(family);
            return new Setting(
                    family + ", " + departure, named, named.links().get(0), intercept, false, List.of(slope), draw);
        }

        /** Whether the fit estimates the true slopes. */
        boolean isConsistent() {
            return right || family.isLinear(link);
        }
    }

    private static List<Setting> settings() {
        List<Setting> out = new ArrayList<>();
        out.add(Setting.right(
                "gaussian",
                1,
                List.of("time", "treated"),
                (visits, r) -> each(visits.shifted(SD, r), eta -> eta + 0.8 * r.nextGaussian())));
        out.add(Setting.right(
                "poisson",
                0.8,
                List.of("time", "treated"),
                (visits, r) -> each(visits.shifted(SD, r), eta -> Draws.poisson(Math.exp(eta), r))));
        out.add(Setting.wrong(
                "gaussian",
                "random slope ignored",
                1,
                "time",
                (visits, r) -> each(visits.sloping(SD, 0.6, r), eta -> eta + 0.8 * r.nextGaussian())));
        out.add(Setting.wrong("gaussian", "AR(1) errors", 1, "time", (visits, r) -> visits.wandering(SD, 0.8, r)));
        out.add(Setting.wrong("gaussian", "error SD grows with x", 1, "x", (visits, r) -> {
            double[] y = visits.shifted(SD, r);
            for (int j = 0; j < VISITS; j++) {
                y[j] += 0.6 * Math.exp(0.5 * visits.x()[j]) * r.nextGaussian();
            }
            return y;
        }));
        out.add(Setting.wrong(
                "gaussian",
                "the treated differ more",
                1,
                "treated",
                (visits, r) -> each(
                        visits.shifted(visits.treated() == 1 ? 1.2 : 0.4, r), eta -> eta + 0.8 * r.nextGaussian())));
        out.add(Setting.wrong(
                "poisson",
                "counts overdispersed",
                0.8,
                "x",
                (visits, r) -> each(visits.shifted(SD, r), eta -> Draws.nbinom2(Math.exp(eta), 1.2, r))));
        out.add(Setting.wrong(
                "poisson",
                "random slope ignored",
                0.8,
                "time",
                (visits, r) -> each(visits.sloping(SD, 0.5, r), eta -> Draws.poisson(Math.exp(eta), r))));
        out.add(Setting.wrong(
                "binomial",
                "random slope ignored",
                -0.3,
                "time",
                (visits, r) -> each(visits.sloping(SD, 1.2, r), eta -> r.nextDouble() < Draws.logistic(eta) ? 1 : 0)));
        out.add(Setting.wrong(
                "gamma",
                "AR(1) errors",
                0.5,
                "time",
                (visits, r) -> each(visits.wandering(SD, 0.6, r), eta -> Draws.gamma(Math.exp(eta), 0.3, r))));
        Family grades = Families.named("ordinal").withCategories(List.of("1", "2", "3", "4"));
        double[] thresholds = {-0.8, 0, 0.8};
        out.add(new Setting(
                "ordinal probit, AR(1) errors",
                grades,
                Link.PROBIT,
                0,
                false,
                List.of("time"),
                (visits, r) -> each(visits.wandering(SD, 1, r), latent -> Draws.category(latent, thresholds))));
        return out;
    }

    private static double[] each(double[] eta, DoubleUnaryOperator outcome) {
        return Arrays.stream(eta).map(outcome).toArray();
    }

    private static Design design(Setting setting) {
        List<RawColumn> raw = new ArrayList<>(List.of(new RawColumn("y", "y", List.of())));
        List<DesignColumn> fixed = new ArrayList<>();
        if (!setting.family().takesCategories()) {
            fixed.add(DesignColumn.intercept());
        }
        for (String slope : SLOPES) {
            raw.add(new RawColumn(slope, slope, List.of()));
            fixed.add(new DesignColumn(slope, List.of(new Component(slope, Component.NUMERIC))));
        }
        return new Design(
                raw,
                0,
                -1,
                -1,
                List.of(),
                fixed,
                RandomTerm.ofClusters("id", List.of(List.of(DesignColumn.intercept()))));
    }

    private static FitResult fit(Setting setting, int persons, int threads, long seed) {
        RandomGenerator random = new Well19937c(seed);
        Rows rows = new Rows(design(setting));
        for (long id = 0; id < persons; id++) {
            Visits visits = Visits.of(id % TREATED == 0, setting.intercept(), random);
            double[] y = setting.draw().of(visits, random);
            for (int j = 0; j < VISITS; j++) {
                rows.add(id, y[j], visits.time()[j], visits.x()[j], visits.treated());
            }
        }
        return GlmmFit.fit(
                new ModelSpec(rows.design(), setting.family(), setting.link()),
                rows.data(setting.family(), threads, threads),
                new FitOptions(NODES, false, "newton"),
                FitListener.SILENT);
    }

    private static FixedEffect slope(FitResult fit, String name) {
        return fit.fixed().stream()
                .filter(effect -> effect.term().equals(name))
                .findFirst()
                .orElseThrow();
    }

    public static void main(String[] arguments) {
        int replicates = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 400;
        String only = arguments.length > 1 ? arguments[1] : "";
        System.out.printf(
                Locale.ROOT,
                "%d data sets each, persons x %d visits, every %dth person treated, random intercept only, %d nodes; a binomial"
                        + " standard error of a coverage is %.1f%%%n"
                        + "truth: of the slope the data were drawn with; aim: what the intervals are asked to hold, which is the"
                        + " truth or, where there is an ~, the estimate from %d persons%n"
                        + "se/SD: mean standard error over the standard deviation of the estimates%n%n",
                replicates,
                VISITS,
                TREATED,
                NODES,
                Coverage.percentError(replicates),
                CROWD);
        System.out.printf("%-34s %-8s %6s %8s %7s %9s", "setting", "slope", "truth", "aim", "persons", "converged");
        System.out.printf("  %8s %8s  %11s %12s%n", "model %", "robust %", "model se/SD", "robust se/SD");
        for (Setting setting : settings()) {
            if (setting.label().startsWith(only)) {
                study(setting, replicates);
            }
        }
    }

    private static void study(Setting setting, int replicates) {
        long seed = 1_000_003L * setting.label().hashCode();
        FitResult crowd = setting.isConsistent()
                ? null
                : fit(setting, CROWD, Runtime.getRuntime().availableProcessors(), seed - 1);
        for (int persons : PERSONS) {
            List<FitResult> fits = IntStream.range(0, replicates)
                    .parallel()
                    .mapToObj(r -> fit(setting, persons, 1, seed + 10_007L * persons + r))
                    .toList();
            for (String slope : setting.slopes()) {
                print(setting, slope, crowd, persons, fits);
            }
        }
    }

    /** A line of the table; no crowd if the fit estimates the truth. */
    private static void print(Setting setting, String slope, FitResult crowd, int persons, List<FitResult> fits) {
        double truth = TRUTH[SLOPES.indexOf(slope)];
        double aim = crowd == null ? truth : slope(crowd, slope).estimate();
        Coverage model = new Coverage();
        Coverage robust = new Coverage();
        for (FitResult fit : fits) {
            FixedEffect e = slope(fit, slope);
            model.add(e.estimate(), e.se(), aim);
            robust.add(e.estimate(), e.robustSe(), aim);
        }
        System.out.printf(
                Locale.ROOT,
                "%-34s %-8s %6.1f %8s %7d %9d  %8.1f %8.1f  %11.2f %12.2f%n",
                setting.label(),
                slope,
                truth,
                String.format(Locale.ROOT, "%s%.3f", crowd == null ? "" : "~", aim),
                persons,
                fits.stream().filter(FitResult::converged).count(),
                model.percent(),
                robust.percent(),
                model.errorRatio(),
                robust.errorRatio());
    }
}
