package org.sparkglmm.core.inference;

import java.io.Serializable;
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
 * <p>Derivatives are central differences: what they serve for are standard errors.
 */
final class Response implements Serializable {
    private static final long serialVersionUID = 1;

    /** Of η and ψ, in their units: first and second differences are good to some 1e-6, in a far tail 1e-5. */
    private static final double STEP = 1e-3;
    /** φ beyond it is less than rounding. */
    private static final double TAIL = 8.5;

    private static final double WIDEST_SPACING = 0.5;
    /** Spacing times s: the nearest singularity of a link, π/2 off the real line (cloglog), leaves an error of 1e-14. */
    private static final double SPACING = 0.3;
    /** Beyond this s a row's random effects say nothing that could be averaged. */
    private static final double LARGEST_S = 1e3;

    private static final double INVERSE_ROOT_2PI = 0.3989422804014327;

    private final Family family;
    private final Link link;

    Response(Family family, Link link) {
        this.family = family;
        this.link = link;
    }

    /**
     * Values and derivatives of the mean (first) and the probabilities.
     *
     * @param value of each
     * @param inEta ∂/∂η
     * @param inVariance ∂/∂(s²)
     * @param inPsi ∂/∂ψ_k, one array a parameter
     */
    record Values(double[] value, double[] inEta, double[] inVariance, double[][] inPsi) {}

    /** At random effects whose part of η is known. */
    Values at(double eta, double[] psi) {
        return averaged(eta, 0, psi);
    }

    /** Averaged over random effects with standard deviation s in η; NaN where there is no average. */
    Values averaged(double eta, double s, double[] psi) {
        double h = STEP * link.unit(eta);
        double[] value = average(eta, s, psi);
        double[] above = average(eta + h, s, psi);
        double[] below = average(eta - h, s, psi);
        int m = value.length;
        double[] inEta = new double[m];
        double[] inVariance = new double[m];
        for (int i = 0; i < m; i++) {
            inEta[i] = (above[i] - below[i]) / (2 * h);
            inVariance[i] = 0.5 * (above[i] - 2 * value[i] + below[i]) / (h * h);
        }
        double[][] inPsi = new double[psi.length][m];
        for (int k = 0; k < psi.length; k++) {
            double[] moved = psi.clone();
            moved[k] = psi[k] + STEP;
            double[] more = average(eta, s, moved);
            moved[k] = psi[k] - STEP;
            double[] less = average(eta, s, moved);
            for (int i = 0; i < m; i++) {
                inPsi[k][i] = (more[i] - less[i]) / (2 * STEP);
            }
        }
        return new Values(value, inEta, inVariance, inPsi);
    }

    /** The outcome's mean, then each category's probability. */
    private double[] value(double eta, double[] psi) {
        double[] probabilities = family.probabilities(link, eta, psi);
        double[] out = new double[1 + probabilities.length];
        out[0] = family.mean(link, eta, psi);
        System.arraycopy(probabilities, 0, out, 1, probabilities.length);
        return out;
    }

    private double[] average(double eta, double s, double[] psi) {
        double[] out = value(eta, psi);
        if (s == 0) {
            return out;
        }
        // 1/η has no mean under a normal η.
        if (!(s <= LARGEST_S) || link == Link.INVERSE) {
            java.util.Arrays.fill(out, Double.NaN);
            return out;
        }
        double spacing = Math.min(WIDEST_SPACING, SPACING / s);
        java.util.Arrays.fill(out, 0);
        // A mean that grows like e^(st) has its mass about t = s.
        double end = link == Link.LOG ? TAIL + s : TAIL;
        long points = (long) Math.ceil((TAIL + end) / spacing);
        for (long k = 0; k <= points; k++) {
            double t = -TAIL + k * spacing;
            double weight = spacing * INVERSE_ROOT_2PI * Elementary.exp(-0.5 * t * t);
            double[] r = value(eta + s * t, psi);
            for (int i = 0; i < out.length; i++) {
                out[i] += weight == 0 ? 0 : weight * r[i];
            }
        }
        return out;
    }
}
