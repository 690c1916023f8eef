package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.random.Well19937c;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.design.RawColumn;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.model.Catalogue;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;

/** Data with a known defect, and data with none, for {@link DiagnosticsTest} and {@link DiagnosticsStudy}. */
final class PlantedProblems {
    static final int VISITS = 6;
    /** Rows of the one person whose outcomes go against everyone's. */
    private static final int WILD_ROWS = 100;

    private PlantedProblems() {}

    /** Adds the rows of a person: y, size, time, treated, x. */
    interface Person {
        void add(Rows rows, long id, RandomGenerator random);
    }

    /** An outcome at η. */
    interface Outcome {
        double of(double eta, RandomGenerator random);
    }

    /** A random intercept of mean 0. */
    interface Effect {
        double of(RandomGenerator random);
    }

    /**
     * A model and the data it is fitted to.
     *
     * @param label what is wrong
     * @param strength moderate or large; empty of clean data
     * @param codes of which one must be found; none of clean data
     * @param slope whether the model has a random slope of time
     * @param threeColumns whether x is in the model
     */
    record Problem(
            String label,
            String strength,
            Set<String> codes,
            Family family,
            Link link,
            boolean slope,
            boolean threeColumns,
            int persons,
            Person person) {

        Problem of(int otherPersons) {
            return new Problem(label, strength, codes, family, link, slope, threeColumns, otherPersons, person);
        }

        Rows rows(long seed) {
            RandomGenerator random = new Well19937c(seed);
            Rows rows = new Rows(design());
            for (long id = 0; id < persons; id++) {
                person.add(rows, id, random);
            }
            return rows;
        }

        FitResult fit(long seed, int nodes) {
            Rows rows = rows(seed);
            return GlmmFit.fit(
                    new ModelSpec(rows.design(), family, link),
                    rows.data(family, 1, 1),
                    new FitOptions(nodes, false, "newton"),
                    FitListener.SILENT);
        }

        private Design design() {
            List<RawColumn> raw = new ArrayList<>();
            for (String name : List.of("y", "size", "time", "treated", "x")) {
                raw.add(new RawColumn(name, name, List.of()));
            }
            DesignColumn one = DesignColumn.intercept();
            DesignColumn time = number("time");
            List<DesignColumn> fixed = new ArrayList<>();
            if (!family.takesCategories()) {
                fixed.add(one);
            }
            fixed.add(time);
            fixed.add(number("treated"));
            if (threeColumns) {
                fixed.add(number("x"));
            }
            List<DesignColumn> random = slope ? List.of(one, time) : List.of(one);
            return new Design(raw, 0, 1, -1, List.of(), fixed, RandomTerm.ofClusters("id", List.of(random)), List.of());
        }

        private static DesignColumn number(String name) {
            return new DesignColumn(name, List.of(new Component(name, Component.NUMERIC)));
        }
    }

    /** The codes of the findings, and of the warnings that stand for a planted problem. */
    static Set<String> codes(FitResult fit) {
        Set<String> out = new TreeSet<>();
        fit.answers().diagnostics().findings().stream().map(Warning::code).forEach(out::add);
        fit.warnings().stream()
                .map(Warning::code)
                .filter(c -> c.equals("separation") || c.equals("boundary_correlation"))
                .forEach(out::add);
        return out;
    }

    // Clean data.

    /** Data from the model of an entry of the catalogue itself, some with ten trials a row. */
    static Problem clean(Catalogue.Entry entry, boolean slope, int persons, int visits, int trials) {
        Family family = entry.family();
        Link link = entry.link();
        double[] beta =
                switch (link) {
                    case IDENTITY, SQRT -> new double[] {3, 0.2, 0.3};
                    case INVERSE -> new double[] {2, 0.15, 0.2};
                    case LOG -> family.takesTrials() ? new double[] {-2.5, 0.2, 0.3} : new double[] {0.5, 0.2, 0.3};
                    default -> new double[] {-0.3, 0.5, 0.4};
                };
        if (family.takesCategories()) {
            beta[0] = 0;
        }
        // Where the link bounds η, effects that never meet the bound: cut off there they were not normal.
        double sd = link == Link.INVERSE ? 0.25 : link == Link.LOG && family.takesTrials() ? 0.35 : 0.5;
        double slopeSd = slope ? 0.6 * sd : 0;
        double[] psi = Simulation.psi(entry);
        Person person = (rows, id, random) -> {
            double b0 = sd * random.nextGaussian();
            double b1 = slopeSd * (0.3 * b0 / sd + Math.sqrt(1 - 0.3 * 0.3) * random.nextGaussian());
            SplittableRandom outcomes = new SplittableRandom(random.nextLong());
            double treated = random.nextInt(2);
            for (int j = 0; j < visits; j++) {
                double time = time(j, visits);
                double y;
                do {
                    double eta = beta[0] + b0 + (beta[1] + b1) * time + beta[2] * treated;
                    y = family.draw(link, eta, psi, trials, outcomes);
                    if (Double.isNaN(y)) {
                        // Outside the link's range: next to never.
                        b0 *= 0.9;
                        b1 *= 0.9;
                    }
                } while (Double.isNaN(y));
                rows.add(id, y, trials, time, treated, 0);
            }
        };
        String label = entry + (trials > 1 ? ", " + trials + " trials" : "") + (slope ? ", slopes" : "");
        return new Problem(label, "", Set.of(), family, link, slope, false, persons, person);
    }

    /** Every entry of the catalogue; families of trials with several, binomial also with one. */
    static List<Problem> clean(boolean slope, int persons, int visits) {
        List<Problem> out = new ArrayList<>();
        for (Catalogue.Entry entry : Catalogue.entries()) {
            boolean trials = entry.family().takesTrials();
            if (!trials || entry.family().auxiliary().isEmpty()) {
                out.add(clean(entry, slope, persons, visits, 1));
            }
            if (trials) {
                out.add(clean(entry, slope, persons, visits, 10));
            }
        }
        return out;
    }

    /** From -1.5 to 1.5. */
    static double time(int visit, int visits) {
        return visits == 1 ? 0 : -1.5 + 3.0 * visit / (visits - 1);
    }

    // Planted problems.

    private static final Effect NORMAL = RandomGenerator::nextGaussian;
    private static final Outcome POISSON = (eta, r) -> Draws.poisson(Math.exp(eta), r);
    private static final Outcome GAUSSIAN = (eta, r) -> eta + r.nextGaussian();
    private static final Outcome BINARY = (eta, r) -> r.nextDouble() < Draws.logistic(eta) ? 1 : 0;

    /** Intercept, 0.3 time + bend time² - 0.4 treated, and an effect of this sd. */
    private static Person person(
            double intercept, double bend, double sd, Effect effect, int visits, int trials, Outcome outcome) {
        return (rows, id, random) -> {
            double b = sd * effect.of(random);
            double treated = random.nextInt(2);
            for (int j = 0; j < visits; j++) {
                double time = time(j, visits);
                double eta = intercept + 0.3 * time + bend * (time * time - 1) - 0.4 * treated + b;
                rows.add(id, outcome.of(eta, random), trials, time, treated, 0);
            }
        };
    }

    private static Person person(double intercept, double sd, Outcome outcome) {
        return person(intercept, 0, sd, NORMAL, VISITS, 1, outcome);
    }

    private static Problem problem(
            String label, String strength, String family, int persons, Person person, String... codes) {
        Family named = Families.named(family);
        return new Problem(label, strength, Set.of(codes), named, named.links().get(0), false, false, persons, person);
    }

    static List<Problem> planted() {
        List<Problem> out = new ArrayList<>();
        for (String strength : List.of("moderate", "large")) {
            boolean large = strength.equals("large");
            spread(out, strength, large);
            effects(out, strength, large);
            shape(out, strength, large);
            structure(out, strength, large);
        }
        return out;
    }

    private static void spread(List<Problem> out, String strength, boolean large) {
        double theta = large ? 1 : 4;
        out.add(problem(
                "overdispersed counts as poisson",
                strength,
                "poisson",
                300,
                person(0.8, 0.5, (eta, r) -> Draws.nbinom2(Math.exp(eta), theta, r)),
                "overdispersion"));
        double phi = large ? 3 : 10;
        out.add(problem(
                "betabinomial successes of 8 as binomial",
                strength,
                "binomial",
                300,
                person(
                        -0.2,
                        0,
                        0.5,
                        NORMAL,
                        VISITS,
                        8,
                        (eta, r) -> Draws.binomial(8, Draws.beta(Draws.logistic(eta), phi, r), r)),
                "overdispersion"));
        double zeros = large ? 0.3 : 0.12;
        out.add(problem(
                "zero inflation as poisson",
                strength,
                "poisson",
                300,
                person(0.8, 0.5, (eta, r) -> r.nextDouble() < zeros ? 0 : POISSON.of(eta, r)),
                "excess_zeros"));
        double more = large ? 0.4 : 0.2;
        out.add(problem(
                "zero inflation as nbinom2",
                strength,
                "nbinom2",
                1000,
                person(1.6, 0.5, (eta, r) -> r.nextDouble() < more ? 0 : Draws.nbinom2(Math.exp(eta), 4, r)),
                "excess_zeros",
                "residual_distribution"));
        int gaps = large ? 4 : 2;
        out.add(problem(
                "underdispersed counts as poisson",
                strength,
                "poisson",
                300,
                person(1.2, 0.5, (eta, r) -> renewals(Math.exp(eta), gaps, r)),
                "underdispersion"));
    }

    /** Events in a time of μ whose gaps are gamma of mean 1 and shape k: more regular than Poisson's. */
    private static double renewals(double mean, int k, RandomGenerator r) {
        double at = 0;
        double events = -1;
        while (at <= mean) {
            at += Draws.gamma(1, 1.0 / k, r);
            events++;
        }
        return events;
    }

    private static void effects(List<Problem> out, String strength, boolean large) {
        Effect exponential = r -> -Math.log(1 - r.nextDouble()) - 1;
        double apart = large ? 0.97 : 0.87;
        Effect twoGroups = r -> (r.nextBoolean() ? apart : -apart) + Math.sqrt(1 - apart * apart) * r.nextGaussian();
        int persons = large ? 1000 : 300;
        for (String shape : List.of("exponential", "two groups of")) {
            Effect effect = shape.equals("exponential") ? exponential : twoGroups;
            out.add(problem(
                    shape + " intercepts, gaussian",
                    strength,
                    "gaussian",
                    persons,
                    person(1, 0, 1, effect, 10, 1, GAUSSIAN),
                    "random_effects_not_normal"));
            out.add(problem(
                    shape + " intercepts, poisson",
                    strength,
                    "poisson",
                    persons,
                    person(0.8, 0, 0.7, effect, 10, 1, POISSON),
                    "random_effects_not_normal"));
            out.add(problem(
                    shape + " intercepts, binomial",
                    strength,
                    "binomial",
                    persons,
                    person(-0.2, 0, 1.5, effect, 10, 1, BINARY),
                    "random_effects_not_normal"));
        }
    }

    private static void shape(List<Problem> out, String strength, boolean large) {
        double bend = large ? 0.6 : 0.35;
        String[] trend = {"residual_trend"};
        out.add(problem(
                "time² left out, gaussian",
                strength,
                "gaussian",
                300,
                person(1, bend, 0.7, NORMAL, VISITS, 1, GAUSSIAN),
                trend));
        out.add(problem(
                "time² left out, poisson",
                strength,
                "poisson",
                300,
                person(0.8, 0.7 * bend, 0.5, NORMAL, VISITS, 1, POISSON),
                trend));
        out.add(problem(
                "time² left out, binomial",
                strength,
                "binomial",
                300,
                person(-0.2, 1.5 * bend, 0.8, NORMAL, VISITS, 1, BINARY),
                trend));
        double growth = large ? 0.6 : 0.3;
        out.add(problem(
                "spread grows with the fitted value",
                strength,
                "gaussian",
                300,
                person(1, 1, (eta, r) -> eta + 0.7 * Math.exp(growth * (eta - 1)) * r.nextGaussian()),
                "residual_spread"));
        double phi = large ? 1 : 0.5;
        out.add(problem(
                "gamma amounts as inversegaussian",
                strength,
                "inversegaussian",
                300,
                person(0.5, 0.5, (eta, r) -> Draws.gamma(Math.exp(eta), phi, r)),
                "residual_distribution",
                "overdispersion",
                "underdispersion"));
        double sigma = large ? 0.8 : 0.5;
        out.add(problem(
                "lognormal amounts as gaussian",
                strength,
                "gaussian",
                300,
                person(0.5, 0.5, (eta, r) -> Math.exp(eta + sigma * r.nextGaussian())),
                "residual_distribution",
                "residual_spread"));
    }

    private static void structure(List<Problem> out, String strength, boolean large) {
        double wild = large ? -1.5 : -0.5;
        out.add(problem(
                "one person of 100 wild rows, gaussian",
                strength,
                "gaussian",
                300,
                withWildOne(person(1, 0.7, GAUSSIAN), wild, 2, GAUSSIAN),
                "influential_cluster"));
        out.add(problem(
                "one person of 100 wild rows, poisson",
                strength,
                "poisson",
                300,
                withWildOne(person(0.8, 0.5, POISSON), wild, 1.5, POISSON),
                "influential_cluster"));
        out.add(problem(
                "one person of 100 wild rows, binomial",
                strength,
                "binomial",
                300,
                withWildOne(person(-0.2, 0.8, BINARY), 2 * wild, 0, BINARY),
                "influential_cluster"));
        int persons = large ? 1000 : 100;
        out.add(problem(
                "a group with successes only",
                strength,
                "binomial",
                persons,
                (rows, id, r) -> {
                    double b = 0.8 * r.nextGaussian();
                    double treated = r.nextInt(4) == 0 ? 1 : 0;
                    for (int j = 0; j < VISITS; j++) {
                        double y = BINARY.of(-0.2 + 0.3 * time(j, VISITS) + b, r);
                        rows.add(id, treated == 1 ? 1 : y, 1, time(j, VISITS), treated, 0);
                    }
                },
                "separation"));
        double apart = large ? 0.01 : 0.05;
        Problem columns = problem("collinear columns", strength, "gaussian", 300, (rows, id, r) -> {
            double b = 0.7 * r.nextGaussian();
            double treated = r.nextInt(2);
            for (int j = 0; j < VISITS; j++) {
                double time = time(j, VISITS);
                double y = 1 + 0.3 * time - 0.4 * treated + b + r.nextGaussian();
                rows.add(id, y, 1, time, treated, time + apart * r.nextGaussian());
            }
        });
        out.add(new Problem(
                columns.label(),
                strength,
                Set.of("collinearity"),
                columns.family(),
                columns.link(),
                false,
                true,
                300,
                columns.person()));
        out.add(problem(
                "few clusters", strength, "poisson", large ? 12 : 30, person(0.8, 0.5, POISSON), "few_clusters"));
        out.add(problem(
                "one row a person",
                strength,
                "poisson",
                large ? 1000 : 300,
                (rows, id, r) -> {
                    double time = time(r.nextInt(VISITS), VISITS);
                    rows.add(id, POISSON.of(0.8 + 0.3 * time + 0.7 * r.nextGaussian(), r), 1, time, r.nextInt(2), 0);
                },
                "few_rows_per_cluster"));
        double own = large ? 0 : 0.1;
        Person sloping = (rows, id, r) -> {
            double b0 = 0.8 * r.nextGaussian();
            double b1 = 0.5 * b0 + own * 0.4 * r.nextGaussian();
            double treated = r.nextInt(2);
            for (int j = 0; j < VISITS; j++) {
                double time = time(j, VISITS);
                double eta = 1 + b0 + (0.3 + b1) * time - 0.4 * treated;
                rows.add(id, GAUSSIAN.of(eta, r), 1, time, treated, 0);
            }
        };
        Family gaussian = Families.named("gaussian");
        out.add(new Problem(
                "intercepts and slopes nearly one",
                strength,
                Set.of("near_singular_covariance", "boundary_correlation"),
                gaussian,
                Link.IDENTITY,
                true,
                false,
                300,
                sloping));
    }

    /** The first person has many rows, and a slope of time of his own. */
    private static Person withWildOne(Person others, double slope, double shift, Outcome outcome) {
        return (rows, id, random) -> {
            if (id > 0) {
                others.add(rows, id, random);
                return;
            }
            for (int j = 0; j < WILD_ROWS; j++) {
                double time = time(j, WILD_ROWS);
                rows.add(id, outcome.of(shift + slope * time, random), 1, time, 1, 0);
            }
        };
    }
}
