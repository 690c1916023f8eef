package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Objective;
import org.sparkglmm.core.optim.TransformedObjective;

/**
 * Brings Λ to its canonical form (the Cholesky factor of G, diagonal ≥ 0) and finds the edge of the parameter space: a
 * column of that factor whose diagonal is next to nothing, against its row, is a variance of 0 or a correlation of ±1.
 */
final class Boundary {
    /** Diagonals below this, in scaled variables, are tried at exactly 0; the likelihood then decides. */
    private static final double NEAR_ZERO = 0.02;
    /** How much of the objective the exact boundary may cost against the point next to it. */
    private static final double LOSS = 1e-6;
    /** Diagonals below this, in scaled variables and against their row, are 0. */
    private static final double ROUNDING = 1e-7;

    private final ParameterLayout layout;
    private final double[][] toRaw;
    private final double[][] toScaled;
    private final double[] effectScales;

    /**
     * @param toRaw from the optimizer's variables to parameters, in which Λ is what it is
     * @param toScaled its inverse
     * @param effectScales what makes a standard deviation of each random effect one in the optimizer's units
     */
    Boundary(ParameterLayout layout, double[][] toRaw, double[][] toScaled, double[] effectScales) {
        this.layout = layout;
        this.toRaw = toRaw;
        this.toScaled = toScaled;
        this.effectScales = effectScales.clone();
    }

    /** The same G from a Λ with non-negative diagonal, but for the columns that are put to 0. */
    private double[] canonical(double[] scaled, Set<Integer> zero) {
        int q = layout.random();
        double[] parameters = TransformedObjective.multiply(toRaw, scaled);
        double[] lambda = layout.lambda(parameters);
        double[] g = new double[q * q];
        for (int r = 0; r < q; r++) {
            for (int c = 0; c < q; c++) {
                for (int k = 0; k < q; k++) {
                    g[r * q + c] += lambda[r * q + k] * lambda[c * q + k];
                }
            }
        }
        double[] l = new double[q * q];
        for (int j = 0; j < q; j++) {
            double pivot = g[j * q + j];
            for (int k = 0; k < j; k++) {
                pivot -= l[j * q + k] * l[j * q + k];
            }
            double root = pivot > 0 ? Math.sqrt(pivot) : 0;
            // Rounding leaves some 1e-8 of the row where the true pivot is 0.
            if (zero.contains(j) || !(root > ROUNDING * Math.max(1 / effectScales[j], Math.sqrt(g[j * q + j])))) {
                continue;
            }
            l[j * q + j] = root;
            for (int i = j + 1; i < q; i++) {
                double s = g[i * q + j];
                for (int k = 0; k < j; k++) {
                    s -= l[i * q + k] * l[j * q + k];
                }
                l[i * q + j] = s / root;
            }
        }
        for (int t = 0; t < layout.theta(); t++) {
            parameters[layout.thetaStart() + t] = l[layout.row(t) * q + layout.column(t)];
        }
        double[] back = TransformedObjective.multiply(toScaled, parameters);
        double[] out = scaled.clone();
        for (int t = 0; t < layout.theta(); t++) {
            int i = layout.thetaStart() + t;
            // What is 0 in Λ is 0 here, to the bit: a column of zeros stays one.
            out[i] = lambdaColumnIsZero(l, layout.column(t)) ? 0 : back[i];
        }
        return out;
    }

    private boolean lambdaColumnIsZero(double[] lambda, int column) {
        return lambda[column * layout.random() + column] == 0;
    }

    /** The canonical form of a parameter vector. */
    double[] canonical(double[] scaled) {
        return canonical(scaled, Set.of());
    }

    /**
     * The canonical form with everything on the edge that the likelihood allows there. Columns near the edge are tried
     * alone and all together, in one pass.
     *
     * @param value of the objective at the point
     */
    double[] settled(Objective objective, double[] scaled, double value) {
        double[] point = canonical(scaled);
        List<Set<Integer>> choices = new ArrayList<>();
        Set<Integer> all = nearZero(point);
        if (all.isEmpty()) {
            return point;
        }
        choices.add(all);
        if (all.size() > 1) {
            all.forEach(c -> choices.add(Set.of(c)));
        }
        List<Evaluation> tried = objective.evaluate(
                choices.stream().map(c -> canonical(point, c)).toList());
        Set<Integer> accepted = new HashSet<>();
        for (int k = 0; k < choices.size(); k++) {
            if (tried.get(k).value() <= value + LOSS) {
                accepted.addAll(choices.get(k));
            }
        }
        boolean provenTogether = accepted.equals(all) && tried.get(0).value() <= value + LOSS;
        double[] moved = canonical(point, accepted);
        boolean together = provenTogether
                || accepted.size() <= 1
                || objective.evaluate(moved).value() <= value + LOSS;
        return together ? moved : canonical(point, Set.of(accepted.iterator().next()));
    }

    private Set<Integer> nearZero(double[] canonical) {
        double[] lambda = layout.lambda(TransformedObjective.multiply(toRaw, canonical));
        int q = layout.random();
        Set<Integer> out = new TreeSet<>();
        for (int c = 0; c < q; c++) {
            double diagonal = lambda[c * q + c] * effectScales[c];
            if (diagonal != 0 && diagonal <= NEAR_ZERO) {
                out.add(c);
            }
        }
        return out;
    }

    /** Indices of the parameters that are free at a canonical point: all but the columns of Λ that are 0. */
    int[] free(double[] canonical) {
        double[] lambda = layout.lambda(TransformedObjective.multiply(toRaw, canonical));
        int q = layout.random();
        List<Integer> out = new ArrayList<>();
        for (int i = 0; i < layout.size(); i++) {
            int t = i - layout.thetaStart();
            boolean isTheta = t >= 0 && t < layout.theta();
            if (!isTheta || lambda[layout.column(t) * q + layout.column(t)] != 0) {
                out.add(i);
            }
        }
        return out.stream().mapToInt(Integer::intValue).toArray();
    }

    /** In words, what lies on the edge, from raw parameters. */
    static List<Warning> describe(ParameterLayout layout, double[] parameters, List<String> names, String group) {
        int q = layout.random();
        double[] lambda = layout.lambda(parameters);
        List<Warning> out = new ArrayList<>();
        int start = 0;
        for (int size : layout.blockSizes()) {
            int end = start + size;
            for (int r = start; r < end; r++) {
                if (lambda[r * q + r] != 0) {
                    continue;
                }
                List<String> others = new ArrayList<>();
                for (int c = start; c < r; c++) {
                    if (lambda[r * q + c] != 0) {
                        others.add(names.get(c));
                    }
                }
                out.add(others.isEmpty() ? zeroVariance(names.get(r), group) : combination(names.get(r), others));
            }
            start = end;
        }
        return out;
    }

    private static Warning zeroVariance(String name, String group) {
        return new Warning(
                "boundary_variance",
                "the variance of " + name + " between " + group
                        + " is estimated as 0, the edge of what is possible: the data show no such variation; consider"
                        + " leaving this random effect out");
    }

    private static Warning combination(String name, List<String> others) {
        return new Warning(
                "boundary_correlation",
                "the random effect " + name + " is estimated as an exact combination of " + String.join(", ", others)
                        + (others.size() == 1 ? " (a correlation of +1 or -1)" : "")
                        + ", the edge of what is possible: the data do not support this much structure; consider || or"
                        + " leaving one out");
    }
}
