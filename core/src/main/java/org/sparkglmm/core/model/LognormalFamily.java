package org.sparkglmm.core.model;

import java.util.List;
import java.util.SplittableRandom;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.StandardNormal;

/**
 * Positive amounts whose logarithm is normal: log y ~ N(η, σ²), or σ²/v with a precision weight v. So e^η is the median, and
 * the mean e^{η+σ²/2}; effects multiply both alike. Aitchison and Brown (1957), The Lognormal Distribution, §2.
 */
final class LognormalFamily extends AmountFamily {
    private static final long serialVersionUID = 1;

    LognormalFamily() {
        super("lognormal", "sigma");
    }

    @Override
    public List<Link> links() {
        return List.of(Link.LOG);
    }

    /** The log of the median is the identity of the mean logarithm: one model under two names. */
    @Override
    public String linkKnownAs(String label) {
        return label.equals(Link.IDENTITY.label()) ? Link.LOG.label() : label;
    }

    @Override
    public ObservationModel model(Link link) {
        return new NormalModel(Link.IDENTITY, true);
    }

    @Override
    public double logConstant(double y, double size) {
        return 0.5 * Elementary.log(size) - StandardNormal.HALF_LOG_TWO_PI - Elementary.log(y);
    }

    @Override
    public boolean isQuadratic(Link link) {
        return true;
    }

    /** Of an outcome of precision weight 1. */
    @Override
    public double mean(Link link, double eta, double[] psi) {
        return Elementary.exp(eta + 0.5 * Elementary.exp(2 * psi[0]));
    }

    /** e^{η+s²/2} with s² = σ²/v: the mean, unlike the median, depends on the precision weight. */
    @Override
    public double expected(Link link, double eta, double[] psi, double size) {
        return Elementary.exp(eta + 0.5 * Elementary.exp(2 * psi[0]) / size);
    }

    @Override
    public double expectedSlope(Link link, double eta, double[] psi, double size) {
        return expected(link, eta, psi, size);
    }

    /** (e^{s²} - 1) e^{2η+s²} with s² = σ²/v. */
    @Override
    public double variance(Link link, double eta, double[] psi, double size) {
        double square = Elementary.exp(2 * psi[0]) / size;
        return Elementary.exp(2 * eta + square + Elementary.log(Elementary.expm1(square)));
    }

    @Override
    public double cumulative(Link link, double eta, double[] psi, double y, double size) {
        return y > 0 ? NormalModel.cumulative(eta, psi[0], Elementary.log(y), size) : 0;
    }

    @Override
    public double draw(Link link, double eta, double[] psi, double size, SplittableRandom random) {
        return amount(NormalModel.draw(eta, psi[0], size, random));
    }

    @Override
    public double startingMean(OutcomeSummary outcome) {
        return outcome.mean() * Elementary.exp(-0.5 * logVariance(outcome));
    }

    @Override
    public double[] startingPsi(OutcomeSummary outcome, Link link) {
        return new double[] {0.5 * Elementary.log(logVariance(outcome))};
    }

    /** From the moments: σ² = log(1 + variance/mean²). */
    private static double logVariance(OutcomeSummary outcome) {
        return Math.max(Elementary.log1p(outcome.variance() / (outcome.mean() * outcome.mean())), 1e-4);
    }
}
