package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.random.Well19937c;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.design.RawColumn;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.inference.AuxiliaryEstimate;
import org.sparkglmm.core.inference.FixedEffect;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;

/**
 * How often the 95% intervals hold the truth: data drawn from every family as its definition says (a mixture, a sum, a
 * latent variable; never from our own density), fitted with {@code --nodes 9}, many times. Run by scripts/coverage-study.
 */
final class CoverageStudy {
    private static final int PERSONS = 200;
    private static final int VISITS = 6;
    private static final double SD = 0.5;
    private static final double[] SLOPES = {0.4, -0.3};

    private CoverageStudy() {}

    /** An outcome (and its trials) at η and the family's own linear predictors. */
    private interface Draw {
        double[] of(double eta, double[] psi, RandomGenerator random);
    }

    /**
     * @param label as printed
     * @param psi true linear predictors of the family's own parameters
     * @param byCovariate whether the last of them also depends on x2, by 0.5
     */
    private record Setting(
            String label, Family family, Link link, double intercept, double[] psi, boolean byCovariate, Draw draw) {
        static Setting of(String family, double intercept, double[] psi, Draw draw) {
            Family named = Families.named(family);
            return new Setting(family, named, named.links().get(0), intercept, psi, false, draw);
        }

        Setting linked(Link other, double otherIntercept, Draw otherDraw) {
            return new Setting(label + " " + other.label(), family, other, otherIntercept, psi, byCovariate, otherDraw);
        }

        Setting withZeros(double logit) {
            double[] more = Arrays.copyOf(psi, psi.length + 1);
            more[psi.length] = logit;
            return new Setting(
                    label + " + zi",
                    family.withZeroInflation(),
                    link,
                    intercept,
                    more,
                    true,
                    (eta, all, random) -> random.nextDouble() < Draws.logistic(all[psi.length])
                            ? new double[] {0, 1}
                            : draw.of(eta, all, random));
        }

        Setting withDispersion() {
            return new Setting(label + " + dispersion", family, link, intercept, psi, true, draw);
        }
    }

    private static List<Setting> settings() {
        double[] none = {};
        List<Setting> out = new ArrayList<>();
        Setting gaussian = Setting.of(
                "gaussian", 1, new double[] {-0.2}, (eta, psi, r) -> one(eta + Math.exp(psi[0]) * r.nextGaussian()));
        out.add(gaussian);
        out.add(gaussian.withDispersion());
        Setting binomial =
                Setting.of("binomial", -0.3, none, (eta, psi, r) -> one(r.nextDouble() < Draws.logistic(eta) ? 1 : 0));
        out.add(binomial);
        Setting poisson = Setting.of("poisson", 0.8, none, (eta, psi, r) -> one(Draws.poisson(Math.exp(eta), r)));
        Setting nbinom1 = Setting.of(
                "nbinom1",
                1,
                new double[] {0.2},
                (eta, psi, r) -> one(Draws.nbinom1(Math.exp(eta), Math.exp(psi[0]), r)));
        Setting nbinom2 = Setting.of(
                "nbinom2",
                1,
                new double[] {0.5},
                (eta, psi, r) -> one(Draws.nbinom2(Math.exp(eta), Math.exp(psi[0]), r)));
        for (Setting counts : List.of(poisson, nbinom1, nbinom2)) {
            out.add(counts);
            out.add(counts.withZeros(-0.8));
            Setting positive =
                    Setting.of("truncated_" + counts.label(), counts.intercept(), counts.psi(), (eta, psi, r) -> {
                        double[] y;
                        do {
                            y = counts.draw().of(eta, psi, r);
                        } while (y[0] == 0);
                        return y;
                    });
            out.add(positive);
            out.add(positive.withZeros(-0.5));
        }
        out.add(nbinom1.withDispersion());
        out.add(nbinom2.withDispersion());
        Setting gamma = Setting.of(
                "gamma", 0.5, new double[] {-1}, (eta, psi, r) -> one(Draws.gamma(Math.exp(eta), Math.exp(psi[0]), r)));
        out.add(gamma);
        out.add(gamma.withDispersion());
        out.add(gamma.linked(Link.IDENTITY, 6, (eta, psi, r) -> one(Draws.gamma(eta, Math.exp(psi[0]), r))));
        out.add(gamma.linked(Link.INVERSE, 6, (eta, psi, r) -> one(Draws.gamma(1 / eta, Math.exp(psi[0]), r))));
        out.add(Setting.of(
                "lognormal",
                0.5,
                new double[] {-0.5},
                (eta, psi, r) -> one(Math.exp(eta + Math.exp(psi[0]) * r.nextGaussian()))));
        out.add(Setting.of(
                "inversegaussian",
                0.5,
                new double[] {-1},
                (eta, psi, r) -> one(Draws.inverseGaussian(Math.exp(eta), Math.exp(-psi[0]), r))));
        out.add(Setting.of(
                "tweedie", 0.5, new double[] {0.2, 0.1}, (eta, psi, r) -> one(Draws.tweedie(Math.exp(eta), psi, r))));
        Setting beta = Setting.of(
                "beta",
                -0.2,
                new double[] {1.5},
                (eta, psi, r) -> one(Draws.beta(Draws.logistic(eta), Math.exp(psi[0]), r)));
        out.add(beta);
        out.add(beta.withDispersion());
        out.add(Setting.of("betabinomial", -0.2, new double[] {1}, (eta, psi, r) ->
                new double[] {Draws.binomial(8, Draws.beta(Draws.logistic(eta), Math.exp(psi[0]), r), r), 8}));
        Family ordinal = Families.named("ordinal").withCategories(List.of("1", "2", "3", "4"));
        double[] thresholds = {-1, 0.3, 1.5};
        out.add(new Setting("ordinal", ordinal, Link.LOGIT, 0, thresholds, false, (eta, psi, r) -> {
            double u = r.nextDouble();
            return one(Draws.category(eta + Math.log(u / (1 - u)), psi));
        }));
        out.add(new Setting(
                "ordinal probit",
                ordinal,
                Link.PROBIT,
                0,
                thresholds,
                false,
                (eta, psi, r) -> one(Draws.category(eta + r.nextGaussian(), psi))));
        out.add(new Setting(
                "ordinal cloglog",
                ordinal,
                Link.CLOGLOG,
                0,
                thresholds,
                false,
                (eta, psi, r) -> one(Draws.category(eta + Math.log(-Math.log1p(-r.nextDouble())), psi))));
        return out;
    }

    private static double[] one(double y) {
        return new double[] {y, 1};
    }

    private static Design design(Setting setting) {
        List<RawColumn> raw = new ArrayList<>();
        for (String name : List.of("y", "size", "x1", "x2")) {
            raw.add(new RawColumn(name, name, List.of()));
        }
        DesignColumn one = DesignColumn.intercept();
        DesignColumn x1 = new DesignColumn("x1", List.of(new Component("x1", Component.NUMERIC)));
        DesignColumn x2 = new DesignColumn("x2", List.of(new Component("x2", Component.NUMERIC)));
        List<List<DesignColumn>> own = new ArrayList<>();
        int parts = setting.family().auxiliary().size();
        for (int k = 0; k < parts; k++) {
            own.add(setting.byCovariate() && k == parts - 1 ? List.of(one, x2) : List.of());
        }
        List<DesignColumn> fixed = setting.family().takesCategories() ? List.of(x1, x2) : List.of(one, x1, x2);
        return new Design(raw, 0, 1, -1, List.of(), fixed, RandomTerm.ofClusters("id", List.of(List.of(one))), own);
    }

    private static FitResult fit(Setting setting, long seed) {
        RandomGenerator random = new Well19937c(seed);
        Rows rows = new Rows(design(setting));
        for (long id = 0; id < PERSONS; id++) {
            double b = SD * random.nextGaussian();
            for (int j = 0; j < VISITS; j++) {
                double x1 = Math.max(-3, Math.min(3, random.nextGaussian()));
                double x2 = random.nextInt(2);
                double eta = setting.intercept() + SLOPES[0] * x1 + SLOPES[1] * x2 + b;
                double[] psi = setting.psi().clone();
                if (setting.byCovariate()) {
                    psi[psi.length - 1] += 0.5 * x2;
                }
                double[] y = setting.draw().of(eta, psi, random);
                rows.add(id, y[0], y[1], x1, x2);
            }
        }
        return GlmmFit.fit(
                new ModelSpec(rows.design(), setting.family(), setting.link()),
                rows.data(setting.family(), 1, 1),
                new FitOptions(9, false, "newton"),
                FitListener.SILENT);
    }

    /** Estimate and true value of all parameters that have a standard error: β, then the family's own. */
    private static List<double[]> covered(Setting setting, FitResult fit) {
        List<double[]> out = new ArrayList<>();
        for (FixedEffect e : fit.fixed()) {
            double truth =
                    switch (e.term()) {
                        case "x1" -> SLOPES[0];
                        case "x2" -> SLOPES[1];
                        default -> setting.intercept();
                    };
            out.add(new double[] {e.estimate(), e.se(), truth});
        }
        int k = 0;
        for (AuxiliaryEstimate own : fit.auxiliary()) {
            for (FixedEffect e : own.coefficients()) {
                out.add(new double[] {e.estimate(), e.se(), e.term().equals("x2") ? 0.5 : setting.psi()[k]});
            }
            k++;
        }
        return out;
    }

    public static void main(String[] arguments) {
        int replicates = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 400;
        String only = arguments.length > 1 ? arguments[1] : "";
        System.out.printf(
                Locale.ROOT,
                "%d data sets each, %d persons x %d visits, sd %.1f, 9 nodes; a binomial standard error of a coverage is %.1f%%%n%n",
                replicates,
                PERSONS,
                VISITS,
                SD,
                Coverage.percentError(replicates));
        System.out.printf(
                "%-26s %9s %7s %7s  %s%n", "model", "converged", "slopes", "all", "each of: fixed, own parameters");
        for (Setting setting : settings()) {
            if (setting.label().startsWith(only)) {
                study(setting, replicates);
            }
        }
    }

    private static void study(Setting setting, int replicates) {
        List<FitResult> fits = IntStream.range(0, replicates)
                .parallel()
                .mapToObj(r -> fit(setting, 1_000_003L * setting.label().hashCode() + r))
                .toList();
        long converged = fits.stream().filter(FitResult::converged).count();
        List<Coverage> parameters = Stream.generate(Coverage::new)
                .limit(covered(setting, fits.get(0)).size())
                .toList();
        for (FitResult fit : fits) {
            List<double[]> all = covered(setting, fit);
            for (int i = 0; i < parameters.size(); i++) {
                double[] e = all.get(i);
                // gaussian has no standard error of its sigma; at an edge there is none either.
                parameters.get(i).add(e[0], e[1], e[2]);
            }
        }
        StringBuilder each = new StringBuilder();
        int slopes = setting.family().takesCategories() ? 0 : 1;
        Coverage first = parameters.get(slopes);
        Coverage second = parameters.get(slopes + 1);
        double sum = 0;
        int number = 0;
        for (Coverage parameter : parameters) {
            if (parameter.counted() == 0) {
                each.append("     -");
                continue;
            }
            each.append(String.format(Locale.ROOT, " %5.1f", parameter.percent()));
            sum += parameter.percent();
            number++;
        }
        System.out.printf(
                Locale.ROOT,
                "%-26s %9d %7.1f %7.1f %s%n",
                setting.label(),
                converged,
                50.0 * (first.share() + second.share()),
                sum / number,
                each);
    }
}
