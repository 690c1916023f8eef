package org.sparkglmm.core.model;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/**
 * An outcome's distribution from nothing but its log-density: a sum over whole numbers, or a trapezoid in a variable that
 * makes a line of the support, with an atom at 0 where that belongs to it. What total, mean and draws rest on.
 */
public final class NumericalDistribution {
    private static final int PIECE = 1024;
    private static final int MOST = 400_000;
    /** Of the largest term: what lies beyond it adds less than rounding. */
    private static final double NEGLIGIBLE = 1e-22;

    /** Of a sum: a first term so small, falling by a hundredth a step, leaves less than 1e-8 of it outside the grid. */
    private static final double BEFORE = 1e-10;

    private final Family family;
    private final Link link;
    private final double size;
    private final double eta;
    private final double[] psi;
    private double[] y = new double[0];
    private double[] mass = new double[0];
    private double largestAtEnds;
    private boolean isResolved = true;

    public NumericalDistribution(Family family, Link link, double size, double eta, double[] psi) {
        this(family, link, size, eta, psi, 1);
    }

    /** @param coarseness how many steps of the full accuracy's grid to take at once */
    private NumericalDistribution(Family family, Link link, double size, double eta, double[] psi, int coarseness) {
        this.family = family;
        this.link = link;
        this.size = size;
        this.eta = eta;
        this.psi = psi;
        if (!family.supports(0.5, size)) {
            overCounts();
        } else if (family.supports(-1.5, size)) {
            double middle = family.mean(link, eta, psi);
            double width = family.takesPrecisionWeights() ? 1 / Math.sqrt(size) : 1;
            overLine(5000 / coarseness, 0.01 * coarseness * width, t -> middle + t, t -> 1);
        } else if (family.supports(2.5, size)) {
            overLine(6000 / coarseness, 0.02 * coarseness, Math::exp, Math::exp);
        } else {
            overLine(
                    6000 / coarseness,
                    0.02 * coarseness,
                    NumericalDistribution::logistic,
                    t -> logistic(t) * logistic(-t));
        }
    }

    private static double logistic(double t) {
        return t >= 0 ? 1 / (1 + Math.exp(-t)) : Math.exp(t) / (1 + Math.exp(t));
    }

    private void overCounts() {
        double largest = 0;
        for (int from = 0; from < MOST; from += PIECE) {
            int n = 0;
            double[] piece = new double[PIECE];
            for (int k = from; k < from + PIECE; k++) {
                if (family.supports(k, size)) {
                    piece[n++] = k;
                }
            }
            double last = add(java.util.Arrays.copyOf(piece, n), null);
            for (double m : mass) {
                largest = Math.max(largest, m);
            }
            if (n < PIECE && from > 0 || n == 0 || last < NEGLIGIBLE * largest) {
                largestAtEnds = n == 0 ? 0 : last / largest;
                return;
            }
            largestAtEnds = last / largest;
        }
    }

    private void overLine(int steps, double h, DoubleUnaryOperator outcome, DoubleUnaryOperator slope) {
        double[] line = new double[2 * steps + 1];
        double[] weight = new double[2 * steps + 1];
        int n = 0;
        for (int k = -steps; k <= steps; k++) {
            double t = k * h;
            boolean atom = outcome.applyAsDouble(t) == 0 && !family.supports(-1.5, size);
            if (family.supports(outcome.applyAsDouble(t), size) && !atom) {
                line[n] = outcome.applyAsDouble(t);
                weight[n++] = h * slope.applyAsDouble(t);
            }
        }
        add(java.util.Arrays.copyOf(line, n), weight);
        int top = 0;
        for (int j = 0; j < mass.length; j++) {
            top = mass[j] > mass[top] ? j : top;
        }
        largestAtEnds = Math.max(mass[0], mass[mass.length - 1]) / mass[top];
        // A normal density this little lower a step from its top has 1.2 steps to a standard deviation: an error of
        // e^-28.
        isResolved = top > 0 && top + 1 < n && Math.min(mass[top - 1], mass[top + 1]) > 0.7 * mass[top];
        if (family.supports(0, size) && !family.supports(-1.5, size)) {
            add(new double[] {0}, null);
        }
    }

    /** Appends outcomes; returns the mass of the last one. */
    private double add(double[] more, double[] weight) {
        int n = more.length;
        if (n == 0) {
            return 0;
        }
        double[] sizes = new double[n];
        double[] etas = new double[n];
        java.util.Arrays.fill(sizes, size);
        java.util.Arrays.fill(etas, eta);
        ObservationModel model = family.model(link);
        Observations observations = new Observations(more, sizes, null);
        double[][] prepared = new double[model.prepared()][n];
        model.prepare(observations, AuxiliaryPredictors.constant(psi), prepared);
        Derivatives out = new Derivatives(n);
        model.evaluate(new RowWindow(observations, 0, n, etas, prepared), 0, out);
        int at = y.length;
        y = java.util.Arrays.copyOf(y, at + n);
        mass = java.util.Arrays.copyOf(mass, at + n);
        for (int j = 0; j < n; j++) {
            y[at + j] = more[j];
            mass[at + j] =
                    (weight == null ? 1 : weight[j]) * Math.exp(out.value[j] + family.logConstant(more[j], size));
        }
        return mass[at + n - 1];
    }

    /** Whether all of the support that double can hold has been summed over, but for nothing of any size. */
    boolean isComplete() {
        return isResolved && largestAtEnds < 1e-14;
    }

    /** Σ f, or ∫ f; 1 if the density is one. */
    double total() {
        double sum = 0;
        for (double m : mass) {
            sum += m;
        }
        return sum;
    }

    /** E[Y], per trial; of categories their number from 1. */
    double mean() {
        double sum = 0;
        for (int j = 0; j < y.length; j++) {
            sum += mass[j] * (family.takesCategories() ? y[j] + 1 : family.takesTrials() ? y[j] / size : y[j]);
        }
        return sum;
    }

    /** Var[Y] of the outcome itself. */
    double variance() {
        double mean = 0;
        for (int j = 0; j < y.length; j++) {
            mean += mass[j] * y[j];
        }
        double sum = 0;
        for (int j = 0; j < y.length; j++) {
            sum += mass[j] * (y[j] - mean) * (y[j] - mean);
        }
        return sum;
    }

    /** E[Y] of the outcome itself. */
    double expected() {
        double mean = 0;
        for (int j = 0; j < y.length; j++) {
            mean += mass[j] * y[j];
        }
        return mean;
    }

    /**
     * An outcome y, P(Y &lt; y) and P(Y ≤ y): at the first outcome at which the sum reaches a probability and the grid is fine
     * enough to know it to 1e-6; null if there is none. Between points of a line the trapezoid rule with the first of the
     * Euler-Maclaurin corrections at its end.
     */
    double[] at(double probability) {
        boolean counts = !family.supports(0.5, size);
        int n = y.length;
        boolean atom = !counts && family.supports(0, size) && !family.supports(-1.5, size);
        double before = atom ? mass[n - 1] : 0;
        int last = counts ? n : n - (atom ? 3 : 2);
        for (int j = 0; j < last; j++) {
            if (counts) {
                if (before + mass[j] >= probability) {
                    return new double[] {y[j], before, before + mass[j]};
                }
            } else if (j > 1 && before + 0.5 * mass[j] >= probability && mass[0] < BEFORE * before) {
                double up = mass[j + 1] / mass[j];
                double down = mass[j] / mass[j - 1];
                // Steps over which the density changes by little, and its slope by less.
                if (Math.abs(up - 1) < 0.1 && Math.abs(down - 1) < 0.1 && Math.abs(up - down) < 0.01) {
                    double at = before
                            + 0.5 * mass[j]
                            - (8 * (mass[j + 1] - mass[j - 1]) - (mass[j + 2] - mass[j - 2])) / 144;
                    return new double[] {y[j], at, at};
                }
            }
            before += mass[j];
        }
        return null;
    }

    /** An outcome at random, of as few digits as its grid has. */
    public double draw(Random random) {
        double u = random.nextDouble() * total();
        int j = 0;
        while (j + 1 < y.length && u > mass[j]) {
            u -= mass[j++];
        }
        return y[j];
    }

    /** An outcome and its size at random, with a size that suits the family. */
    public static double[] draw(Family family, Link link, double eta, double[] psi, Random random) {
        double size = family.takesTrials()
                ? 1 + random.nextInt(4)
                : family.takesPrecisionWeights() ? 0.5 + random.nextDouble() : 1;
        return new double[] {new NumericalDistribution(family, link, size, eta, psi, 20).draw(random), size};
    }
}
