package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.commons.math3.exception.TooManyEvaluationsException;
import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.random.Well19937c;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.design.RawColumn;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.GaussianLikelihood;
import org.sparkglmm.core.likelihood.MarginalLikelihood;
import org.sparkglmm.core.model.AuxiliaryParameter;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.optim.Bobyqa;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Lbfgs;
import org.sparkglmm.core.optim.Minimizer;
import org.sparkglmm.core.optim.Objective;

/**
 * Is an optimum at the edge a true one: small data whose truth lies at an edge half of the time (a variance of 0, a
 * correlation of ±1, a dispersion at which the family becomes a simpler one, no zeros of their own kind), from every family, fitted by the
 * program and by BOBYQA and L-BFGS from three starts each. The program may not end lower. Run by scripts/edge-study.
 */
final class EdgeStudy {
    /** In log-likelihood: what is lower than another's by more than this has missed the maximum. */
    static final double MISSED = 1e-4;
    /** A random-effect standard deviation beyond this comes from a failed Laplace approximation, whoever found it. */
    private static final double IMPLAUSIBLE = 15;
    /** Beyond this a dispersion, the exponential of its parameter, is no double, and the density there is an artefact of that. */
    private static final double BEYOND_DOUBLES = 600;

    /** A search that ends where a derivative is larger than this has found no maximum. */
    private static final double STATIONARY = 1;
    /** Of one search. */
    private static final int MOST_EVALUATIONS = 1000;
    /** BOBYQA, which takes most of the time, is tried on every so many data sets unless told otherwise. */
    private static final int BOBYQA_EVERY = 10;

    private static final double[] SLOPES = {0.4, -0.3};

    private EdgeStudy() {}

    /** An outcome (and its size) at η. */
    private interface Draw {
        double[] of(double eta, RandomGenerator random);
    }

    /**
     * A kind of data and the model that is fitted to it.
     *
     * @param inside draws with own parameters off their edge
     * @param atEdge draws at it; the same if there is none
     * @param zi whether a covariate moves the probability of a zero
     */
    record Setting(
            String label,
            Family family,
            Link link,
            double intercept,
            boolean reml,
            boolean zi,
            Draw inside,
            Draw atEdge) {
        private static Setting of(String family, double intercept, Draw inside, Draw atEdge) {
            Family named = Families.named(family);
            return new Setting(family, named, named.links().get(0), intercept, false, false, inside, atEdge);
        }

        private Setting positive() {
            Family named = Families.named("truncated_" + label);
            return new Setting(named.name(), named, link, intercept, false, false, positive(inside), positive(atEdge));
        }

        private static Draw positive(Draw counts) {
            return (eta, random) -> {
                double[] y;
                do {
                    y = counts.of(Math.max(eta, -3), random);
                } while (y[0] == 0);
                return y;
            };
        }

        /** With zeros of their own kind; at the edge without, or with the counts at theirs. */
        private Setting withZeros(boolean byCovariate) {
            Draw without = family.name().startsWith("truncated") ? zeros(atEdge) : atEdge;
            return new Setting(
                    label + (byCovariate ? " --zi ~x1" : " --zi ~1"),
                    family.withZeroInflation(),
                    link,
                    intercept,
                    false,
                    byCovariate,
                    zeros(inside),
                    (eta, random) -> (random.nextBoolean() ? zeros(atEdge) : without).of(eta, random));
        }

        private static Draw zeros(Draw counts) {
            return (eta, random) -> random.nextDouble() < 0.25 ? new double[] {0, 1} : counts.of(eta, random);
        }

        private Setting labelled(String other, boolean restricted) {
            return new Setting(other, family, link, intercept, restricted, zi, inside, atEdge);
        }
    }

    private static double[] one(double y) {
        return new double[] {y, 1};
    }

    static List<Setting> settings() {
        List<Setting> out = new ArrayList<>();
        Draw normal = (eta, r) -> one(eta + 0.8 * r.nextGaussian());
        Setting gaussian = Setting.of("gaussian", 1, normal, normal);
        out.add(gaussian.labelled("gaussian ML", false));
        out.add(gaussian.labelled("gaussian REML", true));
        Draw binary = (eta, r) -> one(r.nextDouble() < Draws.logistic(eta) ? 1 : 0);
        out.add(Setting.of("binomial", -0.3, binary, binary));
        Draw poisson = (eta, r) -> one(Draws.poisson(Math.exp(eta), r));
        Setting counts = Setting.of("poisson", 0.5, poisson, poisson);
        Setting first = Setting.of("nbinom1", 0.5, (eta, r) -> one(Draws.nbinom1(Math.exp(eta), 0.4, r)), poisson);
        Setting second = Setting.of("nbinom2", 0.5, (eta, r) -> one(Draws.nbinom2(Math.exp(eta), 3, r)), poisson);
        for (Setting all : List.of(counts, first, second)) {
            out.add(all);
            out.add(all.withZeros(false));
            out.add(all.positive());
        }
        out.add(counts.withZeros(true));
        for (Setting all : List.of(first, second)) {
            out.add(all.positive().withZeros(true));
        }
        Draw gamma = (eta, r) -> one(Draws.gamma(Math.exp(eta), 0.4, r));
        out.add(Setting.of("gamma", 0.5, gamma, gamma));
        Draw lognormal = (eta, r) -> one(Math.exp(eta + 0.6 * r.nextGaussian()));
        out.add(Setting.of("lognormal", 0.5, lognormal, lognormal));
        Draw inverse = (eta, r) -> one(Draws.inverseGaussian(Math.exp(eta), 2, r));
        out.add(Setting.of("inversegaussian", 0.5, inverse, inverse));
        Draw amounts = (eta, r) -> one(Draws.tweedie(Math.exp(eta), new double[] {0.2, 0.1}, r));
        // At the edges of the power: counts, which come in units, and amounts that are never 0.
        Setting tweedie = Setting.of("tweedie", 0.5, amounts, poisson);
        out.add(tweedie.labelled("tweedie, or counts", false));
        out.add(Setting.of("tweedie", 0.5, amounts, gamma).labelled("tweedie, or no zeros", false));
        Draw beta = (eta, r) -> one(Draws.beta(Draws.logistic(eta), 6, r));
        out.add(Setting.of("beta", -0.2, beta, beta));
        out.add(Setting.of(
                "betabinomial",
                -0.2,
                (eta, r) -> new double[] {Draws.binomial(5, Draws.beta(Draws.logistic(eta), 8, r), r), 5},
                (eta, r) -> new double[] {Draws.binomial(5, Draws.logistic(eta), r), 5}));
        Family ordinal = Families.named("ordinal").withCategories(List.of("1", "2", "3"));
        Draw category = (eta, r) -> {
            double u = r.nextDouble();
            return one(Draws.category(eta + Math.log(u / (1 - u)), new double[] {-0.5, 0.8}));
        };
        out.add(new Setting("ordinal", ordinal, Link.LOGIT, 0, false, false, category, category));
        return out;
    }

    static Setting setting(String label) {
        return settings().stream()
                .filter(s -> s.label().equals(label))
                .findFirst()
                .orElseThrow();
    }

    /** A drawn data set and how it is fitted: all by the seed. */
    record Case(Setting setting, long seed) {
        private static final int SLOPE_EVERY = 4;
        private static final int NODES_EVERY = 5;
        private static final int NODES = 7;

        /** A quarter of the models have a random slope, correlated with the intercept. */
        boolean slope() {
            return seed % SLOPE_EVERY == 0;
        }

        int nodes() {
            return seed % NODES_EVERY == 0 ? NODES : 1;
        }

        private Design design() {
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
                own.add(setting.zi() && k == parts - 1 ? List.of(one, x1) : List.of());
            }
            List<DesignColumn> fixed = setting.family().takesCategories() ? List.of(x1, x2) : List.of(one, x1, x2);
            List<DesignColumn> random = slope() ? List.of(one, x1) : List.of(one);
            return new Design(raw, 0, 1, -1, List.of(), fixed, RandomTerm.ofClusters("id", List.of(random)), own);
        }

        /** 20 to 60 persons of 4 to 6 rows; at an edge, of a variance, a correlation or an own parameter, half of the time each. */
        Rows rows() {
            RandomGenerator random = new Well19937c(7919L * setting.label().hashCode() + seed);
            Rows rows = new Rows(design());
            int persons = 20 + random.nextInt(41);
            int visits = 4 + random.nextInt(3);
            double sd = random.nextBoolean() ? 0.7 : random.nextBoolean() ? 0 : 0.15;
            double slopeSd = random.nextBoolean() ? 0.4 : 0;
            double correlation = random.nextBoolean() ? 0.3 : random.nextBoolean() ? 1 : -1;
            Draw draw = random.nextBoolean() ? setting.atEdge() : setting.inside();
            for (long id = 0; id < persons; id++) {
                double u = random.nextGaussian();
                double v = random.nextGaussian();
                double b = sd * u;
                double c = slope() ? slopeSd * (correlation * u + Math.sqrt(1 - correlation * correlation) * v) : 0;
                for (int j = 0; j < visits; j++) {
                    double x1 = Math.max(-2.5, Math.min(2.5, random.nextGaussian()));
                    double x2 = random.nextInt(2);
                    double[] y = draw.of(setting.intercept() + b + (SLOPES[0] + c) * x1 + SLOPES[1] * x2, random);
                    rows.add(id, y[0], y[1], x1, x2);
                }
            }
            return rows;
        }

        FitResult fit(Rows rows, String optimizer) {
            return GlmmFit.fit(
                    new ModelSpec(rows.design(), setting.family(), setting.link()),
                    rows.data(setting.family(), 1, 1),
                    new FitOptions(setting.reml() ? 1 : nodes(), setting.reml(), optimizer),
                    FitListener.SILENT);
        }

        /** What the fit maximises, by the likelihood alone; in its parameters, but for REML, which has (θ relative to σ, log σ). */
        Objective objective(Rows rows, FitResult fit) {
            ClusterData data = rows.data(setting.family(), 1, 1);
            boolean linear = setting.family().isLinear(setting.link());
            int q = fit.layout().random();
            return setting.reml()
                    ? new GaussianLikelihood(
                            data, fit.layout(), new double[fit.layout().fixed() + 1], true)
                    : new MarginalLikelihood(data, fit.model(), new GaussHermite(linear ? 1 : nodes(), q));
        }

        /** Three starts: as a user would guess, spread out, and close to the edges. */
        List<double[]> starts(FitResult fit) {
            List<double[]> out = new ArrayList<>();
            double[] sds = {0.5, 1.2, 0.1};
            double[] psis = {0, 1.5, -1.5};
            int fixed = setting.reml() ? 0 : fit.layout().fixed();
            int theta = fit.layout().theta();
            List<AuxiliaryParameter> own = fit.family().auxiliary();
            for (int k = 0; k < sds.length; k++) {
                double[] start = new double[fixed + theta + fit.layout().psi()];
                if (fixed > 0 && !setting.family().takesCategories()) {
                    start[0] = setting.intercept();
                }
                for (int t = 0; t < theta; t++) {
                    boolean diagonal = fit.layout().row(t) == fit.layout().column(t);
                    start[fixed + t] = diagonal ? sds[k] : 0;
                }
                for (int j = 0; j < own.size(); j++) {
                    int at = fixed
                            + theta
                            + fit.layout().psiStart(j)
                            - fit.layout().psiStart();
                    boolean threshold = own.get(j).role() == AuxiliaryParameter.Role.THRESHOLD;
                    start[at] = threshold
                            ? -0.5 + 1.3 * j
                            : psis[k] + (own.get(j).name().equals("zi") ? -1 : 0);
                }
                out.add(start);
            }
            return out;
        }

        /** The best that others found; null if none ended anywhere plausible. */
        Evaluation best(Rows rows, FitResult fit, List<Minimizer> others) {
            Objective objective = objective(rows, fit);
            Evaluation best = null;
            for (double[] start : starts(fit)) {
                for (Minimizer other : others) {
                    Limited limited = new Limited(objective, new ArrayList<>());
                    try {
                        other.minimize(limited, start, null);
                    } catch (TooManyEvaluationsException enough) {
                        // Along a flat direction it would go on for ever; its best point counts.
                    }
                    Evaluation found = limited.best();
                    if (found != null && isPlausible(fit, found) && (best == null || found.value() < best.value())) {
                        best = found;
                    }
                }
            }
            return best;
        }

        /** An objective that ends a search after so many evaluations, and remembers the best of them. */
        private record Limited(Objective inner, List<Evaluation> trail) implements Objective {
            @Override
            public int dimension() {
                return inner.dimension();
            }

            @Override
            public List<Evaluation> evaluate(List<double[]> points) {
                if (trail.size() >= MOST_EVALUATIONS) {
                    throw new TooManyEvaluationsException(MOST_EVALUATIONS);
                }
                List<Evaluation> out = inner.evaluate(points);
                trail.addAll(out);
                return out;
            }

            Evaluation best() {
                return trail.stream()
                        .filter(Evaluation::isFinite)
                        .min(Comparator.comparingDouble(Evaluation::value))
                        .orElse(null);
            }
        }

        /** A maximum with standard deviations that can be; not where Laplace's approximation grows without bound. */
        private DoubleStream dispersions(FitResult fit, double[] point) {
            List<AuxiliaryParameter> own = fit.family().auxiliary();
            return IntStream.range(0, setting.reml() ? 0 : own.size())
                    .filter(k -> own.get(k).role() == AuxiliaryParameter.Role.DISPERSION)
                    .mapToDouble(k -> point[fit.layout().psiStart(k)]);
        }

        private boolean isPlausible(FitResult fit, Evaluation found) {
            int from = setting.reml() ? 0 : fit.layout().thetaStart();
            return Arrays.stream(found.gradient()).allMatch(g -> Math.abs(g) < STATIONARY)
                    && Arrays.stream(found.point(), from, from + fit.layout().theta())
                            .allMatch(t -> Math.abs(t) < IMPLAUSIBLE)
                    && dispersions(fit, found.point()).allMatch(t -> Math.abs(t) < BEYOND_DOUBLES);
        }
    }

    /** One case's outcome. */
    record Compared(Case of, FitResult fit, double gap, double[] better) {
        /** What the program reported as lying at an edge. */
        List<String> edges() {
            return fit.warnings().stream()
                    .map(Warning::code)
                    .filter(c -> c.startsWith("boundary"))
                    .toList();
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s %d: gap %.6f of %.6f, %s%s, q %d, nodes %d, %d passes: %s; better %s",
                    of.setting().label(),
                    of.seed(),
                    gap,
                    fit.logLikelihood(),
                    fit.converged()
                            ? "converged"
                            : "not converged (" + fit.optimizer().message() + ")",
                    edges(),
                    of.slope() ? 2 : 1,
                    of.nodes(),
                    fit.optimizer().passes(),
                    rounded(fit.parameters()),
                    rounded(better));
        }

        private static String rounded(double[] values) {
            return Arrays.toString(
                    Arrays.stream(values).map(v -> Math.rint(v * 1e4) / 1e4).toArray());
        }
    }

    /** Null if the data do not bear the model: an outcome that does not vary. */
    static Compared compare(Case one, List<Minimizer> others) {
        Rows rows = one.rows();
        FitResult fit;
        try {
            fit = one.fit(rows, "newton");
        } catch (DataException refused) {
            return null;
        }
        Evaluation best = one.best(rows, fit, others);
        return best == null ? null : new Compared(one, fit, -best.value() - fit.logLikelihood(), best.point());
    }

    public static void main(String[] arguments) {
        int replicates = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 500;
        String only = arguments.length > 1 ? arguments[1] : "";
        int bobyqaEvery = arguments.length > 2 ? Integer.parseInt(arguments[2]) : BOBYQA_EVERY;
        System.out.printf(
                Locale.ROOT,
                "%d data sets each; lower: by more than %.0e in log-likelihood than the best of bobyqa and lbfgs from three starts%n%n",
                replicates,
                MISSED);
        System.out.printf(
                "%-32s %6s %6s %6s %10s %10s %8s %8s%n",
                "model", "fits", "edge", "lower", "not conv.", "lower then", "passes", "at edge");
        for (Setting setting : settings()) {
            if (setting.label().startsWith(only)) {
                study(setting, replicates, bobyqaEvery);
            }
        }
    }

    private static void study(Setting setting, int replicates, int bobyqaEvery) {
        List<Minimizer> one = List.of(new Lbfgs());
        List<Minimizer> both = List.of(new Lbfgs(), new Bobyqa());
        List<Compared> all = IntStream.range(0, replicates)
                .parallel()
                .mapToObj(r -> compare(new Case(setting, r), r % bobyqaEvery == 0 ? both : one))
                .filter(c -> c != null)
                .toList();
        Map<String, Integer> edges = new TreeMap<>();
        int lower = 0;
        int open = 0;
        int openLower = 0;
        int atEdge = 0;
        double passes = 0;
        double passesAtEdge = 0;
        for (Compared c : all) {
            c.edges().forEach(e -> edges.merge(e.substring("boundary_".length()), 1, Integer::sum));
            boolean missed = c.gap() > MISSED;
            open += c.fit().converged() ? 0 : 1;
            openLower += missed && !c.fit().converged() ? 1 : 0;
            lower += missed && c.fit().converged() ? 1 : 0;
            if (c.edges().isEmpty()) {
                passes += c.fit().optimizer().passes();
            } else {
                atEdge++;
                passesAtEdge += c.fit().optimizer().passes();
            }
            if (missed || !c.fit().converged()) {
                System.out.println("    " + c);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%-32s %6d %6d %6d %10d %10d %8.1f %8.1f  %s%n",
                setting.label(),
                all.size(),
                atEdge,
                lower,
                open,
                openLower,
                passes / Math.max(1, all.size() - atEdge),
                passesAtEdge / Math.max(1, atEdge),
                edges);
    }
}
