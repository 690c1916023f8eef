package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.diagnostics.Diagnosis;
import org.sparkglmm.core.fit.PlantedProblems.Problem;

/**
 * How often the diagnostics find something in clean data of every family, and how often what was planted. Run by
 * scripts/diagnostics-study.
 */
final class DiagnosticsStudy {
    private static final int[] PERSONS = {30, 100, 300, 1000};
    private static final int[] NODES = {1, 7};
    /** Persons of which one model in so many is fitted, to keep the whole under a quarter of an hour. */
    private static final Map<Integer, Integer> CROWDS = new TreeMap<>(Map.of(5000, 5, 20_000, 10));

    private static final int CROWD = 20_000;
    private static final int CROWD_VISITS = 5;
    private static final int REPLICATES = 10;
    /** Of which as many data sets are drawn as asked for; of more, fewer. */
    private static final int PERSONS_IN_FULL = 100;

    /** They are of the size of the data, of what it can tell, or of too few nodes, and right also where the model is. */
    private static final Set<String> NOT_OF_THE_MODEL = Set.of(
            "few_clusters",
            "few_events",
            "dominant_cluster",
            "random_origin",
            "few_rows_per_cluster",
            "near_singular_covariance",
            "boundary_correlation",
            "inaccurate_integral");

    private static final long START = System.nanoTime();

    private DiagnosticsStudy() {}

    /** What many fits found: fits by code, and by whether anything was. */
    private static final class Tally {
        private final Map<String, Integer> byCode = new TreeMap<>();
        private int fits;
        private int any;

        synchronized void add(Set<String> codes) {
            fits++;
            any += NOT_OF_THE_MODEL.containsAll(codes) ? 0 : 1;
            codes.forEach(code -> byCode.merge(code, 1, Integer::sum));
        }

        void add(Tally other) {
            fits += other.fits;
            any += other.any;
            other.byCode.forEach((code, n) -> byCode.merge(code, n, Integer::sum));
        }

        double percent(int n) {
            return 100.0 * n / Math.max(1, fits);
        }

        String byCode(Set<String> but) {
            return byCode.entrySet().stream()
                    .filter(e -> !but.contains(e.getKey()))
                    .map(e -> String.format(Locale.ROOT, "%s %.1f", e.getKey(), percent(e.getValue())))
                    .collect(Collectors.joining(", "));
        }
    }

    /** The codes of each fit; without data that cannot be fitted, and clean ones whose fit says it did not converge. */
    private static List<Set<String>> codes(Problem problem, int nodes, int replicates) {
        return IntStream.range(0, replicates)
                .parallel()
                .mapToObj(r -> codes(problem, nodes, seed(problem, r)))
                .filter(Objects::nonNull)
                .toList();
    }

    private static long seed(Problem problem, int replicate) {
        return 1_000_003L * problem.label().hashCode() + problem.persons() + 7919L * replicate;
    }

    private static Set<String> codes(Problem problem, int nodes, long seed) {
        try {
            FitResult fit = problem.fit(seed, nodes);
            return problem.codes().isEmpty() && !fit.converged() ? null : PlantedProblems.codes(fit);
        } catch (DataException refused) {
            return null;
        }
    }

    private static void cleanTable(int replicates, String only) {
        System.out.printf("%nCLEAN: %% of fits with any finding that calls the model wrong, and each finding%n");
        System.out.printf("%-44s %-14s %6s %6s  %s%n", "data", "persons x rows", "nodes", "any", "each");
        List<String> totals = new ArrayList<>();
        for (boolean slope : new boolean[] {false, true}) {
            for (int persons : PERSONS) {
                int draws = Math.max(1, replicates * PERSONS_IN_FULL / Math.max(persons, PERSONS_IN_FULL));
                List<Problem> problems = PlantedProblems.clean(slope, persons, PlantedProblems.VISITS);
                for (int nodes : slope ? new int[] {1} : NODES) {
                    totals.add(clean(only(problems, only), PlantedProblems.VISITS, nodes, draws));
                }
            }
        }
        CROWDS.forEach((persons, step) -> {
            List<Problem> all = PlantedProblems.clean(false, persons, CROWD_VISITS);
            for (int nodes : NODES) {
                int first = nodes == 1 ? 0 : step / 2;
                List<Problem> some = IntStream.range(0, all.size())
                        .filter(i -> i % step == first)
                        .mapToObj(all::get)
                        .toList();
                totals.add(clean(only(some, only), CROWD_VISITS, nodes, 1));
            }
        });
        System.out.println();
        totals.forEach(System.out::println);
    }

    private static List<Problem> only(List<Problem> problems, String prefix) {
        return problems.stream().filter(p -> p.label().startsWith(prefix)).toList();
    }

    /** Fits them all, prints those with a finding, and returns the line for their size. */
    private static String clean(List<Problem> problems, int visits, int nodes, int replicates) {
        List<Tally> tallies = problems.stream().map(p -> new Tally()).toList();
        IntStream.range(0, problems.size() * replicates).parallel().forEach(i -> {
            Problem problem = problems.get(i % problems.size());
            Set<String> codes = codes(problem, nodes, seed(problem, i / problems.size()));
            if (codes != null) {
                tallies.get(i % problems.size()).add(codes);
            }
        });
        Tally all = new Tally();
        String size = "";
        for (int k = 0; k < problems.size(); k++) {
            Tally tally = tallies.get(k);
            size = String.format(Locale.ROOT, "%5d x %d", problems.get(k).persons(), visits)
                    + (problems.get(k).slope() ? ", slopes" : "");
            all.add(tally);
            if (tally.any > 0) {
                System.out.printf(
                        Locale.ROOT,
                        "%-44s %-14s %6d %6.1f  %s%n",
                        problems.get(k).label(),
                        size,
                        nodes,
                        tally.percent(tally.any),
                        tally.byCode(Set.of("few_clusters")));
            }
        }
        String line = String.format(
                Locale.ROOT,
                "all families %-22s %d nodes %6d fits of %6d, %d with a finding, %6.2f%%  %s",
                size,
                nodes,
                all.fits,
                problems.size() * replicates,
                all.any,
                all.percent(all.any),
                all.byCode(Set.of("few_clusters")));
        System.out.println(line + elapsed());
        return line;
    }

    private static String elapsed() {
        return String.format(Locale.ROOT, "   [%.0f s]", (System.nanoTime() - START) / 1e9);
    }

    private static void plantedTable(int replicates, String only) {
        System.out.printf("%nPLANTED: %% of fits in which it is found, and what else is%n");
        System.out.printf("%-42s %-9s %7s %6s %6s  %s%n", "problem", "size", "persons", "nodes", "found", "also");
        for (Problem problem : PlantedProblems.planted()) {
            if (!problem.label().startsWith(only)) {
                continue;
            }
            for (int nodes : NODES) {
                Tally tally = new Tally();
                int found = 0;
                for (Set<String> codes : codes(problem, nodes, replicates)) {
                    tally.add(codes);
                    found += codes.stream().anyMatch(problem.codes()::contains) ? 1 : 0;
                }
                System.out.printf(
                        Locale.ROOT,
                        "%-42s %-9s %7d %6d %6.0f  %s%n",
                        problem.label(),
                        problem.strength(),
                        problem.persons(),
                        nodes,
                        tally.percent(found),
                        tally.byCode(problem.codes().size() == 1 ? problem.codes() : Set.of()) + elapsed());
            }
        }
    }

    /** Of the diagnostics alone, the fit excluded. */
    private static void timeTable(String only) {
        System.out.printf(
                "%nTIME of the diagnostics of %d rows, one thread, every fifth model%n", CROWD * CROWD_VISITS);
        List<String> lines = new ArrayList<>();
        List<Problem> all = PlantedProblems.clean(false, CROWD, CROWD_VISITS);
        for (int i = 0; i < all.size(); i += 5) {
            Problem problem = all.get(i);
            if (!problem.label().startsWith(only)) {
                continue;
            }
            FitResult fit = problem.of(300).fit(1, 1);
            Rows rows = problem.rows(1);
            ClusterData data = rows.data(problem.family(), 1, 1);
            DataMoments moments = DataMoments.of(data, problem.family(), fit.design());
            long start = System.nanoTime();
            Diagnosis.of(
                    fit.spec(),
                    fit.parameters(),
                    moments,
                    data,
                    new Diagnosis.Known(null, false, true, true),
                    FitOptions.MIN_CELL_COUNT);
            lines.add(String.format(Locale.ROOT, "%-44s %6.2f s", problem.label(), (System.nanoTime() - start) / 1e9));
        }
        lines.forEach(System.out::println);
    }

    public static void main(String[] arguments) {
        int replicates = arguments.length > 0 ? Integer.parseInt(arguments[0]) : REPLICATES;
        String only = arguments.length > 1 ? arguments[1] : "";
        plantedTable(replicates, only);
        cleanTable(replicates, only);
        timeTable(only);
        System.out.println(elapsed());
    }
}
