package org.sparkglmm.core.model;

import java.util.List;
import java.util.SplittableRandom;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.math.BernoulliFunction;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.IncompleteBeta;
import org.sparkglmm.core.math.Log1pRatio;
import org.sparkglmm.core.math.LogGamma;
import org.sparkglmm.core.math.RandomVariates;

/** What families of counts with log link share: their support, with or without 0, and where to start. */
abstract class CountFamily implements Family {
    private static final long serialVersionUID = 1;
    /** Fixed-point steps to the mean of a zero-truncated Poisson; a start needs two digits. */
    private static final int STEPS = 30;
    /** Of a mean of counts that are all 1. */
    private static final double ROUNDING = 1e-10;

    /** From this -log P(0) on there are no zeros beside any other number. */
    private static final double NO_ZEROS = 100;
    /** Counts up to this are summed: cheaper than an incomplete beta function, which takes some 20 µs. */
    private static final double SMALL = 60;
    /** Up to this -log P(0) its exponential has 14 digits. */
    private static final double FEW_ZEROS = 60;
    /** Below this -log P(0) more than half of the counts are 0. */
    private static final double OFTEN_ZERO = 0.7;

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

    /** log θ with Var = μ + μ²/θ before truncation; infinite where Var = μ. */
    abstract double logShape(double eta, double[] psi);

    @Override
    public boolean isCount() {
        return true;
    }

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
    public Sentence support() {
        return truncated
                ? Sentence.of("whole numbers 1, 2, ... (0 only together with %s)", Setting.ZERO_INFLATION)
                : Sentence.text("whole numbers 0, 1, 2, ...");
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

    /**
     * Before truncation μ(1+ω), ω = μ/θ. After it, with m the mean and g = -log P(0), m (1 + ω - μ/(e^g - 1)), in which the
     * parts [1 + ω - ω/log(1+ω)] and (μ/g) [1 - g/(e^g - 1)] are positive.
     */
    @Override
    public double variance(Link link, double eta, double[] psi, double size) {
        double mu = Elementary.exp(eta);
        double logOmega = eta - logShape(eta, psi);
        double omega = Elementary.exp(logOmega);
        if (!truncated || mu == Double.POSITIVE_INFINITY) {
            return mu * (1 + omega);
        }
        double g = minusLogZero(mu, psi);
        double log1p = Elementary.log1p(omega);
        double first = omega == 0 ? 0 : -(1 + omega) * Log1pRatio.excess(logOmega, log1p);
        double ratio = omega == 0 ? 1 : omega / log1p;
        return mean(link, eta, psi) * (first + ratio * oneMinusBernoulli(g));
    }

    /** Of the truncated ones m (1 - g'/(e^g - 1)) with g' = dg/dη. */
    @Override
    public double expectedSlope(Link link, double eta, double[] psi, double size) {
        return truncated ? truncatedSlope(link, eta, psi, size) : Elementary.exp(eta);
    }

    /** Where θ does not depend on η, g' = μ/(1+ω), and the slope is that part of the variance. */
    double truncatedSlope(Link link, double eta, double[] psi, double size) {
        double mu = Elementary.exp(eta);
        return mu == Double.POSITIVE_INFINITY
                ? mu
                : variance(link, eta, psi, size) / (1 + Elementary.exp(eta - logShape(eta, psi)));
    }

    /** 1 - g/(e^g - 1). */
    static double oneMinusBernoulli(double g) {
        if (g < 1) {
            double[] r = new double[4];
            BernoulliFunction.log(g, r);
            return g + r[1];
        }
        return g > NO_ZEROS ? 1 : 1 - g / Elementary.expm1(g);
    }

    /**
     * Before truncation I_{1-p}(θ, y+1), 1-p = θ/(μ+θ), whose logit is log θ - η (Abramowitz and Stegun
     * 26.5.26); Poisson's is Q(y+1, μ) (26.4.21).
     * After it, what is left without the zeros, from the side that has more digits.
     */
    @Override
    public double cumulative(Link link, double eta, double[] psi, double y, double size) {
        double count = Math.floor(y);
        if (count < (truncated ? 1 : 0)) {
            return 0;
        }
        double theta = Elementary.exp(logShape(eta, psi));
        double all = atMost(count, eta, theta);
        if (!truncated) {
            return all;
        }
        double g = minusLogZero(Elementary.exp(eta), psi);
        double rest = -Elementary.expm1(-g);
        if (rest == 0) {
            return 1;
        }
        if (rest > 0.5) {
            return Math.min(1, Math.max(0, all - Elementary.exp(-g)) / rest);
        }
        return Math.max(0, 1 - IncompleteBeta.upper(theta, count + 1, Elementary.log(count + 1) - eta) / rest);
    }

    /** P(Y ≤ y) of counts with mean e^logMu and shape θ; Poisson if it is infinite. */
    static double atMost(double y, double logMu, double theta) {
        if (y <= SMALL) {
            double mu = Elementary.exp(logMu);
            double omega = mu / theta;
            double g = omega == 0 ? mu : theta * Elementary.log1p(omega);
            if (g < FEW_ZEROS && omega < Double.POSITIVE_INFINITY) {
                return sumUpTo(y, mu, omega, g);
            }
        }
        return IncompleteBeta.lower(theta, y + 1, Elementary.log(y + 1) - logMu);
    }

    /** The probabilities one after another from that of 0, each (μ + kω)/((1+ω)(k+1)) times the one before: no differences. */
    private static double sumUpTo(double y, double mu, double omega, double g) {
        double term = Elementary.exp(-g);
        double sum = term;
        for (int k = 0; k < y; k++) {
            term *= (mu + k * omega) / ((1 + omega) * (k + 1));
            sum += term;
        }
        return Math.min(1, sum);
    }

    @Override
    public double cumulativeBelow(Link link, double eta, double[] psi, double y, double size) {
        return cumulative(link, eta, psi, Math.ceil(y) - 1, size);
    }

    /**
     * A mixture of Poisson counts; without zeros, such a count drawn until it is not 0. Where that would take long, a
     * Poisson number, not 0 and of mean g, of logarithmic ones, which has the same distribution (Quenouille 1949, Biometrics
     * 5:162).
     */
    @Override
    public double draw(Link link, double eta, double[] psi, double size, SplittableRandom random) {
        double logTheta = logShape(eta, psi);
        if (!truncated) {
            return RandomVariates.negativeBinomial(eta, logTheta, random);
        }
        double mu = Elementary.exp(eta);
        double g = minusLogZero(mu, psi);
        double minusLogQ = Elementary.log1p(Elementary.exp(eta - logTheta));
        if (minusLogQ == 0) {
            return RandomVariates.truncatedPoisson(mu, random);
        }
        if (!(g < OFTEN_ZERO)) {
            double y;
            do {
                y = RandomVariates.negativeBinomial(eta, logTheta, random);
            } while (y == 0);
            return y;
        }
        double groups = RandomVariates.truncatedPoisson(g, random);
        double sum = 0;
        for (double i = 0; i < groups; i++) {
            sum += RandomVariates.logarithmic(minusLogQ, random);
        }
        return sum;
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
