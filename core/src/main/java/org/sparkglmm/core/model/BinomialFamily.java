package org.sparkglmm.core.model;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.math.ArrayMath;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.IncompleteBeta;
import org.sparkglmm.core.math.LogGamma;
import org.sparkglmm.core.math.LogScale;
import org.sparkglmm.core.math.RandomVariates;

/**
 * Successes y out of {@code size} trials (1 for yes/no outcomes): log f = y log p + (size - y) log(1 - p) + log C(size,
 * y), with p = F(η). Each link keeps log F and log(1 - F) apart, so that neither tail cancels. McCullagh and Nelder
 * (1989), §4.
 */
final class BinomialFamily implements Family {
    /** Successes up to this are summed: cheaper than an incomplete beta function, which takes some 50 µs. */
    private static final double SMALL = 60;
    /** Up to this -log P(0) its exponential has 14 digits. */
    private static final double FEW_FAILURES = 60;

    static final String SUPPORT = "0 or 1, or whole successes 0 to trials with at least one trial";

    @Override
    public String name() {
        return "binomial";
    }

    @Override
    public String moreSpread() {
        return "family betabinomial";
    }

    @Override
    public List<Link> links() {
        return List.of(Link.LOGIT, Link.PROBIT, Link.CLOGLOG, Link.LOG);
    }

    @Override
    public ObservationModel model(Link link) {
        return link == Link.LOGIT ? new Logit() : new TwoTailed(Tails.of(link));
    }

    @Override
    public boolean supports(double y, double size) {
        return isSuccesses(y, size);
    }

    /** Whether y is a whole number of successes out of a whole number of trials. */
    static boolean isSuccesses(double y, double size) {
        return y >= 0
                && y <= size
                && y == Math.rint(y)
                && size >= 1
                && size == Math.rint(size)
                && size < Double.POSITIVE_INFINITY;
    }

    @Override
    public Sentence support() {
        return Sentence.text(SUPPORT);
    }

    @Override
    public double logConstant(double y, double size) {
        return logChoose(y, size);
    }

    /** log of the number of ways to choose y out of size. */
    static double logChoose(double y, double size) {
        return size == 1 ? 0 : LogGamma.value(size + 1) - LogGamma.value(y + 1) - LogGamma.value(size - y + 1);
    }

    @Override
    public boolean takesTrials() {
        return true;
    }

    @Override
    public double variance(Link link, double eta, double[] psi, double size) {
        double logit = Tails.of(link).logit(eta);
        return size * LogScale.logistic(logit) * LogScale.logistic(-logit);
    }

    @Override
    public double expected(Link link, double eta, double[] psi, double size) {
        return size * LogScale.logistic(Tails.of(link).logit(eta));
    }

    @Override
    public double cumulative(Link link, double eta, double[] psi, double y, double size) {
        return atMost(Math.floor(y), size, Tails.of(link).logit(eta));
    }

    /** I_{1-p}(size - y, y + 1). Abramowitz and Stegun 26.5.24. */
    static double atMost(double y, double size, double logit) {
        if (Double.isNaN(logit)) {
            return Double.NaN;
        }
        if (y < 0 || y >= size) {
            return y < 0 ? 0 : 1;
        }
        double g = size * LogScale.log1pExp(logit);
        if (y <= SMALL && g < FEW_FAILURES) {
            double odds = Elementary.exp(logit);
            double term = Elementary.exp(-g);
            double sum = term;
            for (int k = 0; k < y; k++) {
                term *= odds * ((size - k) / (k + 1));
                sum += term;
            }
            return Math.min(1, sum);
        }
        return IncompleteBeta.lower(size - y, y + 1, Elementary.log((y + 1) / (size - y)) - logit);
    }

    @Override
    public double cumulativeBelow(Link link, double eta, double[] psi, double y, double size) {
        return cumulative(link, eta, psi, Math.ceil(y) - 1, size);
    }

    @Override
    public double draw(Link link, double eta, double[] psi, double size, SplittableRandom random) {
        double logit = Tails.of(link).logit(eta);
        return Double.isNaN(logit)
                ? Double.NaN
                : RandomVariates.binomial(size, LogScale.logistic(logit), LogScale.logistic(-logit), random);
    }

    @Override
    public double startingMean(OutcomeSummary outcome) {
        return (outcome.weight() * outcome.mean() + 0.5) / (outcome.weight() + 1);
    }

    /**
     * With e = exp(-|η|): ℓ = yη - size (max(η,0) + log(1+e)); ∂ = y(1-p) - (size-y)p, ∂² = -size p(1-p), ∂³ = ∂²(1-2p). Loops
     * that the JIT vectorises, apart from the one that must choose.
     */
    private record Logit() implements ObservationModel {
        @Override
        public boolean isConcave() {
            return true;
        }

        @Override
        public void evaluate(RowWindow rows, int order, Derivatives out) {
            Observations observations = rows.observations;
            int from = rows.from;
            int count = rows.count;
            double[] eta = rows.eta;
            // -|η| to begin with, then the smaller one of p and 1-p
            double[] far = out.column(0);
            double[] softplus = out.column(1);
            double[] near = out.column(2);
            double[] size = out.column(3);
            double[] y = out.column(4);
            System.arraycopy(observations.y, from, y, 0, count);
            if (observations.size == null) {
                Arrays.fill(size, 0, count, 1);
            } else {
                System.arraycopy(observations.size, from, size, 0, count);
            }
            for (int j = 0; j < count; j++) {
                far[j] = -Math.abs(eta[j]);
            }
            ArrayMath.exp(far, count, near, softplus);
            for (int j = 0; j < count; j++) {
                near[j] = 1 / (1 + softplus[j]);
                far[j] = softplus[j] * near[j];
            }
            ArrayMath.log1pUnit(softplus, count, softplus);
            for (int j = 0; j < count; j++) {
                double positive = 0.5 * (eta[j] + Math.abs(eta[j]));
                out.value[j] = (y[j] * eta[j] - size[j] * positive) - size[j] * softplus[j];
            }
            for (int j = 0; j < count && order >= 2; j++) {
                out.second[j] = -size[j] * near[j] * far[j];
            }
            for (int j = 0; j < count; j++) {
                // Half of the signs are a surprise: near and far change places by bits, not by a branch.
                long nearBits = Double.doubleToRawLongBits(near[j]);
                long farBits = Double.doubleToRawLongBits(far[j]);
                long change = (nearBits ^ farBits) & (Double.doubleToRawLongBits(eta[j]) >> 63);
                double p = Double.longBitsToDouble(nearBits ^ change);
                double complement = Double.longBitsToDouble(farBits ^ change);
                out.first[j] = y[j] * complement - (size[j] - y[j]) * p;
                out.third[j] = out.second[j] * (complement - p);
            }
            out.weighted(observations.weight, from, count);
        }
    }

    private record TwoTailed(Tails tails) implements ObservationModel {
        @Override
        public boolean isConcave() {
            return true;
        }

        @Override
        public void evaluate(RowWindow rows, int order, Derivatives out) {
            Observations observations = rows.observations;
            int from = rows.from;
            int count = rows.count;
            double[] eta = rows.eta;
            double[] tail = out.scratch(0);
            for (int j = 0; j < count; j++) {
                double w = observations.weight(from + j);
                double successes = observations.y[from + j];
                double failures = observations.size(from + j) - successes;
                double v = 0;
                double d1 = 0;
                double d2 = 0;
                double d3 = 0;
                if (successes > 0) {
                    tails.logSuccess(eta[j], tail);
                    v += successes * tail[0];
                    d1 += successes * tail[1];
                    d2 += successes * tail[2];
                    d3 += successes * tail[3];
                }
                if (failures > 0) {
                    tails.logFailure(eta[j], tail);
                    v += failures * tail[0];
                    d1 += failures * tail[1];
                    d2 += failures * tail[2];
                    d3 += failures * tail[3];
                }
                out.set(j, w, v, d1, d2, d3);
            }
        }
    }
}
