package org.sparkglmm.core.model;

import java.util.List;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.LogGamma;

/** What families of counts with log link share: their support, with or without 0, and where to start. */
abstract class CountFamily implements Family {
    private static final long serialVersionUID = 1;
    /** Fixed-point steps to the mean of a zero-truncated Poisson; a start needs two digits. */
    private static final int STEPS = 30;
    /** Of a mean of counts that are all 1. */
    private static final double ROUNDING = 1e-10;

    private final String name;
    private final boolean truncated;

    /** @param truncated whether 0 cannot be observed, and is not in the distribution */
    CountFamily(String name, boolean truncated) {
        this.name = truncated ? "truncated_" + name : name;
        this.truncated = truncated;
    }

    final boolean isTruncated() {
        return truncated;
    }

    /** -log P(0) of the distribution before truncation, at μ. */
    abstract double minusLogZero(double mu, double[] psi);

    @Override
    public final String name() {
        return name;
    }

    @Override
    public List<Link> links() {
        return List.of(Link.LOG);
    }

    @Override
    public boolean supports(double y, double size) {
        return y >= (truncated ? 1 : 0) && y < Double.POSITIVE_INFINITY && y == Math.rint(y);
    }

    @Override
    public String support() {
        return truncated ? "whole numbers 1, 2, ... (0 only together with --zi)" : "whole numbers 0, 1, 2, ...";
    }

    @Override
    public double logConstant(double y, double size) {
        return -LogGamma.value(y + 1);
    }

    @Override
    public double mean(Link link, double eta, double[] psi) {
        double mu = Elementary.exp(eta);
        if (!truncated) {
            return mu;
        }
        double g = minusLogZero(mu, psi);
        // μ / (1 - e^-g); both vanish together, and a count that is not 0 is at least 1.
        return g == 0 ? 1 : -mu / Elementary.expm1(-g);
    }

    @Override
    public boolean isAtEdge(OutcomeSummary outcome) {
        return outcome.mean() <= (truncated ? 1 + ROUNDING : 0);
    }

    @Override
    public double startingMean(OutcomeSummary outcome) {
        if (!truncated) {
            return outcome.mean() + 0.1 / outcome.weight();
        }
        double observed = Math.max(outcome.mean(), 1 + 0.1 / outcome.weight());
        double mu = observed;
        for (int i = 0; i < STEPS; i++) {
            mu = -observed * Elementary.expm1(-mu);
        }
        return mu;
    }

    @Override
    public Family withZeroInflation() {
        return new ZeroModifiedFamily(this, truncated);
    }
}
