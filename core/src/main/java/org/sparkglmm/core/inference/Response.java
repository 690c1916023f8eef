package org.sparkglmm.core.inference;

import java.io.Serializable;
import java.util.Arrays;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;

/**
 * What a family expects of a row: the outcome's mean and, of ordered categories, each one's probability, for given random
 * effects or averaged over normal ones, with derivatives for the delta method.
 *
 * <p>Random effects meet a row in one number, z'b ~ N(0, s²), s² = z'Gz, so the average is the one-dimensional integral M(η, s) = ∫
 * r(η + st) φ(t) dt. By the trapezoidal rule it converges geometrically for functions that are analytic about the real line
 * (Trefethen and Weideman 2014, SIAM Review 56:385). It solves the heat equation, ∂M/∂(s²) = ½ ∂²M/∂η².
 *
 * <p>A probability p is averaged together with 1 - p, and both keep their digits, however small one of them is.
 *
 * <p>Derivatives are central differences: what they serve for are standard errors. Those of a probability are differences of the
 * logarithm of its smaller tail: beside 1 they would be less than its rounding.
 */
final class Response implements Serializable {
    private static final long serialVersionUID = 1;

    /** Of η and ψ, in their units: first and second differences are good to some 1e-6, in a far tail 1e-5. */
    private static final double STEP = 1e-3;
    /** φ beyond it is less than rounding. */
    private static final double TAIL = 8.5;
    /** φ beyond it is 0. */
    private static final double NOTHING = 38.6;

    private static final double WIDEST_SPACING = 0.5;
    /** Spacing times s: the nearest singularity of a link, π/2 off the real line (cloglog), leaves an error of 1e-14. */
    private static final double SPACING = 0.3;
    /** Beyond this s a row's random effects say nothing that could be averaged. */
    private static final double LARGEST_S = 1e3;
    /** A smaller tail may have lost terms that are no doubles. */
    private static final double SMALLEST = 1e-290;

    private static final double INVERSE_ROOT_2PI = 0.3989422804014327;
    private static final double HALF_LOG_2PI = 0.9189385332046727;

    private final Family family;
    private final Link link;
    /** Whether the mean is a probability p = F(η). */
    private final boolean meanIsProbability;

    Response(Family family, Link link) {
        this.family = family;
        this.link = link;
        meanIsProbability = !family.takesCategories() && link.isProbability();
    }

    /**
     * The mean (first) and the probabilities with their derivatives: of a probability those of the logarithm of its smaller tail, else
     * those of the value; {@link #slope} leads from the one to the other.
     *
     * @param value of each
     * @param tails of those that are probabilities, {@link Tail#NONE} for others
     * @param inEta ∂/∂η
     * @param inVariance ∂/∂(s²)
     * @param inPsi ∂/∂ψ_k, one array a parameter
     */
    record Values(double[] value, Tail[] tails, double[] inEta, double[] inVariance, double[][] inPsi) {
        boolean isProbability(int i) {
            return tails[i] != Tail.NONE;
        }

        /** ∂ value by what the derivatives are of. */
        double slope(int i) {
            return isProbability(i) ? tails[i].valueSlope() : 1;
        }
    }

    /** At random effects whose part of η is known. */
    Values at(double eta, double[] psi) {
        return averaged(eta, 0, psi);
    }

    /** Averaged over random effects with standard deviation s in η; NaN where there is no average. */
    Values averaged(double eta, double s, double[] psi) {
        double h = STEP * link.unit(eta);
        Averages at = average(eta, s, psi);
        Averages above = average(eta + h, s, psi);
        Averages below = average(eta - h, s, psi);
        int m = at.value.length;
        Tail[] tails = new Tail[m];
        double[] inEta = new double[m];
        double[] inVariance = new double[m];
        for (int i = 0; i < m; i++) {
            tails[i] = isProbability(i)
                    ? new Tail(Math.min(at.log[i], at.logComplement[i]), at.logComplement[i] < at.log[i])
                    : Tail.NONE;
            if (tails[i].ofComplement()) {
                at.value[i] = tails[i].value();
            }
            double here = at.by(tails[i], i);
            double more = above.by(tails[i], i);
            double less = below.by(tails[i], i);
            inEta[i] = (more - less) / (2 * h);
            inVariance[i] = 0.5 * (more - 2 * here + less) / (h * h);
            if (isProbability(i)) {
                // The tail t solves the heat equation as p does, and t''/t = (log t)'' + (log t)'².
                inVariance[i] += 0.5 * inEta[i] * inEta[i];
            }
        }
        double[][] inPsi = new double[psi.length][m];
        for (int k = 0; k < psi.length; k++) {
            double[] moved = psi.clone();
            moved[k] = psi[k] + STEP;
            Averages more = average(eta, s, moved);
            moved[k] = psi[k] - STEP;
            Averages less = average(eta, s, moved);
            for (int i = 0; i < m; i++) {
                inPsi[k][i] = (more.by(tails[i], i) - less.by(tails[i], i)) / (2 * STEP);
            }
        }
        return new Values(at.value, tails, inEta, inVariance, inPsi);
    }

    private boolean isProbability(int i) {
        return i > 0 || meanIsProbability;
    }

    /** The mean and the probabilities p, and log p and log(1 - p) of what is a probability. */
    private record Averages(double[] value, double[] log, double[] logComplement) {
        /** What derivatives are taken of. */
        double by(Tail tail, int i) {
            return tail == Tail.NONE ? value[i] : tail.ofComplement() ? logComplement[i] : log[i];
        }
    }

    /** The outcome's mean, then each category's probability; and what is missing from each probability to 1. */
    private void evaluate(double eta, double[] psi, double[] value, double[] complement) {
        value[0] = family.mean(link, eta, psi);
        complement[0] = meanIsProbability ? link.complement(eta) : Double.NaN;
        double[] probabilities = value.length == 1 ? new double[0] : family.probabilities(link, eta, psi);
        for (int k = 0; k < probabilities.length; k++) {
            value[1 + k] = probabilities[k];
            complement[1 + k] = 0;
            for (int other = 0; other < probabilities.length; other++) {
                complement[1 + k] += other == k ? 0 : probabilities[other];
            }
        }
    }

    private Averages average(double eta, double s, double[] psi) {
        int m = family.takesCategories() ? 2 + family.auxiliary().size() : 1;
        double[] value = new double[m];
        double[] complement = new double[m];
        // 1/η has no mean under a normal η.
        boolean exists = s == 0 || s <= LARGEST_S && link != Link.INVERSE;
        if (!exists) {
            Arrays.fill(value, Double.NaN);
            Arrays.fill(complement, Double.NaN);
        } else if (s == 0) {
            evaluate(eta, psi, value, complement);
        } else {
            integrate(eta, s, psi, value, complement);
        }
        double[] log = new double[m];
        double[] logComplement = new double[m];
        for (int i = 0; i < m; i++) {
            if (isProbability(i)) {
                log[i] = Elementary.log(value[i]);
                logComplement[i] = Elementary.log(complement[i]);
            }
        }
        if (meanIsProbability && Math.min(value[0], complement[0]) < SMALLEST) {
            log[0] = logOfAverage(eta, s, false);
            logComplement[0] = logOfAverage(eta, s, true);
        }
        return new Averages(value, log, logComplement);
    }

    private void integrate(double eta, double s, double[] psi, double[] value, double[] complement) {
        double spacing = spacing(eta, s);
        double[] r = new double[value.length];
        double[] rest = new double[value.length];
        double start = -TAIL - reach(eta, s, -1);
        long points = (long) Math.ceil((TAIL + reach(eta, s, 1) - start) / spacing);
        for (long k = 0; k <= points; k++) {
            double t = start + k * spacing;
            double weight = spacing * INVERSE_ROOT_2PI * Elementary.exp(-0.5 * t * t);
            if (weight == 0) {
                continue;
            }
            evaluate(eta + s * t, psi, r, rest);
            for (int i = 0; i < value.length; i++) {
                value[i] += weight * r[i];
                complement[i] += weight * rest[i];
            }
        }
    }

    /**
     * The upper tail exp(-e^η) of cloglog falls so steeply that its integrand is narrower than φ: at its peak the logarithm has the
     * curvature 1 + y with y = s²e^(η+st), and y + log y = η + log s².
     */
    private double spacing(double eta, double s) {
        double spacing = Math.min(WIDEST_SPACING, SPACING / s);
        if (link != Link.CLOGLOG || !meanIsProbability || !(eta > 0)) {
            return spacing;
        }
        double y = Math.min(s * s * Elementary.exp(eta), Math.max(1, eta + 2 * Elementary.log(s)));
        return spacing / Math.sqrt(1 + y);
    }

    /**
     * How far beyond φ's own mass a quantity has some on this side: a mean that grows like e^(st) about t = s; the tail of a
     * probability, which has a logarithm of slope d in η at most, no farther than t = sd, nor than where it is a tail no more.
     */
    private double reach(double eta, double s, int side) {
        if (link == Link.LOG) {
            return side > 0 ? s : 0;
        }
        if (!link.isProbability()) {
            return 0;
        }
        if (!meanIsProbability) {
            return Math.min(s, NOTHING - TAIL);
        }
        boolean towardsMiddle = side > 0 == eta < 0;
        double slope =
                switch (link) {
                    case PROBIT -> 1 + Math.abs(eta);
                    case CLOGLOG -> Math.max(1, Elementary.exp(eta));
                    case LOGLOG -> Math.max(1, Elementary.exp(-eta));
                    default -> 1;
                };
        return towardsMiddle ? Math.min(Math.min(Math.abs(eta) / s, s * slope), NOTHING - TAIL) : 0;
    }

    /** log ∫ p(η + st) φ(t) dt, or that of 1 - p, where it is no double. */
    private double logOfAverage(double eta, double s, boolean ofComplement) {
        if (s == 0) {
            return ofComplement ? link.logComplement(eta) : link.logMean(eta);
        }
        double spacing = spacing(eta, s);
        // Every t whose φ is a double, and those to where the tail ends.
        double end = Math.max(NOTHING, TAIL + Math.abs(eta) / s);
        long points = (long) Math.ceil(2 * end / spacing);
        double highest = Double.NEGATIVE_INFINITY;
        double sum = 0;
        for (long k = 0; k <= points; k++) {
            double t = -end + k * spacing;
            double here = (ofComplement ? link.logComplement(eta + s * t) : link.logMean(eta + s * t)) - 0.5 * t * t;
            if (here > highest) {
                sum = 1 + sum * Elementary.exp(highest - here);
                highest = here;
            } else if (here > Double.NEGATIVE_INFINITY) {
                sum += Elementary.exp(here - highest);
            }
        }
        return highest + Elementary.log(sum * spacing) - HALF_LOG_2PI;
    }
}
