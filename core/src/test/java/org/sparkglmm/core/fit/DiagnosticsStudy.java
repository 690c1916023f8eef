package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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
    private static final int CROWD = 20_000;
    private static final int CROWD_VISITS = 5;

    /** They are of the size of the data or of what it can tell, and right also where the model is. */
    private static final Set<String> OF_SIZE =
            Set.of("few_clusters", "few_rows_per_cluster", "near_singular_covariance", "boundary_correlation");

    private DiagnosticsStudy() {}

    /** What many fits found: fits by code, and by whether anything was. */
    private static final class Tally {
        private final Map<String, Integer> byCode = new TreeMap<>();
        private int fits;
        private int any;

        void add(Set<String> codes) {
            fits++;
            any += codes.isEmpty() ? 0 : 1;
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
        long seed = 1_000_003L * problem.label().hashCode() + problem.persons();
        return IntStream.range(0, replicates)
                .parallel()
                .mapToObj(r -> codes(problem, nodes, seed + 7919L * r))
                .filter(Objects::nonNull)
                .toList();
    }

    private static Set<String> codes(Problem problem, int nodes, long seed) {
        try {
            FitResult fit = problem.fit(seed, nodes);
            return problem.codes().isEmpty() && !fit.converged() ? null : PlantedProblems.codes(fit);
        } catch (DataException refused) {
            return null;
        }
    }

    private static Tally clean(Problem problem, int nodes, int replicates) {
        Tally out = new Tally();
        for (Set<String> codes : codes(problem, nodes, replicates)) {
            Set<String> alarms = new TreeSet<>(codes);
            alarms.removeAll(OF_SIZE);
            out.add(alarms);
        }
        return out;
    }

    private static void cleanTable(int replicates, String only) {
        System.out.printf("%nCLEAN: %% of fits with any finding, and each%n");
        System.out.printf("%-44s %-14s %6s %6s  %s%n", "data", "persons x rows", "nodes", "any", "each");
        Map<String, Tally> totals = new TreeMap<>();
        for (boolean slope : new boolean[] {false, true}) {
            for (int persons : PERSONS) {
                for (Problem problem : PlantedProblems.clean(slope, persons, PlantedProblems.VISITS)) {
                    if (problem.label().startsWith(only)) {
                        for (int nodes : slope ? new int[] {1} : NODES) {
                            print(problem, PlantedProblems.VISITS, nodes, replicates, totals);
                        }
                    }
                }
            }
        }
        for (Problem problem : PlantedProblems.clean(false, CROWD, CROWD_VISITS)) {
            if (problem.label().startsWith(only)) {
                print(problem, CROWD_VISITS, 7, Math.max(1, replicates / 50), totals);
            }
        }
        System.out.println();
        totals.forEach((size, tally) -> System.out.printf(
                Locale.ROOT,
                "all families %-40s %7d fits %6.2f  %s%n",
                size,
                tally.fits,
                tally.percent(tally.any),
                tally.byCode(Set.of())));
    }

    private static void print(Problem problem, int visits, int nodes, int replicates, Map<String, Tally> totals) {
        Tally tally = clean(problem, nodes, replicates);
        String size = String.format(Locale.ROOT, "%5d x %d", problem.persons(), visits);
        String key = size + (problem.slope() ? ", slopes" : "") + ", " + nodes + " nodes";
        totals.computeIfAbsent(key, k -> new Tally()).add(tally);
        if (tally.any > 0) {
            System.out.printf(
                    Locale.ROOT,
                    "%-44s %-14s %6d %6.1f  %s%n",
                    problem.label(),
                    size,
                    nodes,
                    tally.percent(tally.any),
                    tally.byCode(Set.of()));
        }
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
                        tally.byCode(problem.codes().size() == 1 ? problem.codes() : Set.of()));
            }
        }
    }

    /** Of the diagnostics alone, the fit excluded. */
    private static void timeTable(String only) {
        System.out.printf("%nTIME of the diagnostics of %d rows, one thread%n", CROWD * CROWD_VISITS);
        List<String> lines = new ArrayList<>();
        for (Problem problem : PlantedProblems.clean(false, CROWD, CROWD_VISITS)) {
            if (!problem.label().startsWith(only)) {
                continue;
            }
            FitResult fit = problem.of(300).fit(1, 1);
            Rows rows = problem.rows(1);
            ClusterData data = rows.data(problem.family(), 1, 1);
            DataMoments moments = DataMoments.of(data, problem.family(), fit.design());
            long start = System.nanoTime();
            Diagnosis.of(
                    fit.design(),
                    fit.family(),
                    fit.link(),
                    fit.parameters(),
                    moments,
                    Diagnosis.sample(data, moments),
                    null,
                    true,
                    FitOptions.MIN_CELL_COUNT);
            lines.add(String.format(Locale.ROOT, "%-44s %6.2f s", problem.label(), (System.nanoTime() - start) / 1e9));
        }
        lines.forEach(System.out::println);
    }

    public static void main(String[] arguments) {
        int replicates = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200;
        String only = arguments.length > 1 ? arguments[1] : "";
        plantedTable(replicates, only);
        timeTable(only);
        cleanTable(replicates, only);
    }
}
