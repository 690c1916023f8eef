package org.sparkglmm.core.model;

import java.util.List;
import java.util.SplittableRandom;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.IncompleteBeta;
import org.sparkglmm.core.math.LogGamma;
import org.sparkglmm.core.math.LogScale;
import org.sparkglmm.core.math.RandomVariates;
import org.sparkglmm.core.math.RisingFactorial;
import org.sparkglmm.core.model.AuxiliaryParameter.Role;

/**
 * Proportions with a beta distribution of mean μ and precision φ, a = φμ and b = φ(1-μ), ψ = log φ: measured ones strictly
 * between 0 and 1 (beta: Var = μ(1-μ)/(1+φ); Ferrari and Cribari-Neto 2004, J. Appl. Stat. 31:799), or successes out of trials
 * whose probability has that distribution (betabinomial: binomial as φ → ∞; Skellam 1948, JRSS B 10:257).
 */
final class BetaFamily implements Family {
    private static final long serialVersionUID = 1;
    /** The share of a success that the mean is kept away from 0 and 1 by, at the start. */
    private static final double HALF = 0.5;

    /** What makes of 1e6 trials some milliseconds; beyond, the distribution has no steps that anybody could tell. */
    private static final double MOST_TERMS = 1e6;
    /** Of a sum: the rest adds less than rounding. */
    private static final double NEGLIGIBLE = 1e-17;
    /** When a sum has grown by this, in units of its first term, it is told in larger ones. */
    private static final double SCALE = 1e100;
    /** Bounds of log a and log b that keep sums and products of them finite. */
    private static final double LARGEST_LOG = 300;

    private final boolean trials;

    /** @param trials whether the outcome is successes out of trials */
    BetaFamily(boolean trials) {
        this.trials = trials;
    }

    @Override
    public String name() {
        return trials ? "betabinomial" : "beta";
    }

    @Override
    public List<Link> links() {
        return List.of(Link.LOGIT, Link.PROBIT, Link.CLOGLOG);
    }

    @Override
    public ObservationModel model(Link link) {
        return new Model(Tails.of(link), trials);
    }

    @Override
    public boolean takesTrials() {
        return trials;
    }

    @Override
    public boolean supports(double y, double size) {
        return trials ? BinomialFamily.isSuccesses(y, size) : y > 0 && y < 1;
    }

    @Override
    public Sentence support() {
        return Sentence.text(trials ? BinomialFamily.SUPPORT : "numbers strictly between 0 and 1");
    }

    @Override
    public double logConstant(double y, double size) {
        return trials ? BinomialFamily.logChoose(y, size) : -Elementary.log(y) - Elementary.log1p(-y);
    }

    @Override
    public List<AuxiliaryParameter> auxiliary() {
        return List.of(
                trials
                        ? new AuxiliaryParameter(
                                "phi",
                                Link.LOG,
                                Role.DISPERSION,
                                AuxiliaryParameter.FAR,
                                "phi is estimated as infinite: the successes vary no more than binomial ones would; use"
                                        + " family binomial")
                        : AuxiliaryParameter.of("phi", Link.LOG, Role.DISPERSION));
    }

    /** μ(1-μ)/(1+φ); of n trials n μ(1-μ) (φ+n)/(φ+1). */
    @Override
    public double variance(Link link, double eta, double[] psi, double size) {
        double logit = Tails.of(link).logit(eta);
        double one = LogScale.logistic(logit) * LogScale.logistic(-logit);
        // 1/(1+φ)
        double share = LogScale.logistic(-psi[0]);
        return trials ? size * one * (1 + (size - 1) * share) : one * share;
    }

    @Override
    public double expected(Link link, double eta, double[] psi, double size) {
        double mean = LogScale.logistic(Tails.of(link).logit(eta));
        return trials ? size * mean : mean;
    }

    /** I_y(a, b); the sum of the probabilities where there are trials. */
    @Override
    public double cumulative(Link link, double eta, double[] psi, double y, double size) {
        double[] shapes = shapes(link, eta, psi);
        double logit = Tails.of(link).logit(eta);
        if (trials) {
            return atMost(Math.floor(y), size, shapes[0], shapes[1], logit);
        }
        if (!(y > 0 && y < 1)) {
            return y >= 1 ? 1 : 0;
        }
        return IncompleteBeta.lower(shapes[0], shapes[1], Elementary.log(y) - Elementary.log1p(-y) - logit);
    }

    @Override
    public double cumulativeBelow(Link link, double eta, double[] psi, double y, double size) {
        return cumulative(link, eta, psi, trials ? Math.ceil(y) - 1 : y, size);
    }

    /** A proportion, the ratio of two gamma variates; or successes with it as their probability. */
    @Override
    public double draw(Link link, double eta, double[] psi, double size, SplittableRandom random) {
        double[] shapes = shapes(link, eta, psi);
        double logit = RandomVariates.logitBeta(shapes[0], shapes[1], random);
        double p = LogScale.logistic(logit);
        return trials
                ? RandomVariates.binomial(size, p, LogScale.logistic(-logit), random)
                : Math.min(Math.max(p, Double.MIN_VALUE), Math.nextDown(1.0));
    }

    /** a = φμ and b = φ(1-μ), kept above 0 and finite. */
    private static double[] shapes(Link link, double eta, double[] psi) {
        Tails tails = Tails.of(link);
        return new double[] {shape(psi[0] + tails.logSuccess(eta)), shape(psi[0] + tails.logFailure(eta))};
    }

    private static double shape(double log) {
        return Elementary.exp(Math.min(Math.max(log, -LARGEST_LOG), LARGEST_LOG));
    }

    /**
     * Σ f(k), k ≤ y, from y down, or what is left of 1 by the sum over the others, by the ratios
     * f(k-1)/f(k) = k (b+n-k) / ((n-k+1)(a+k-1)). Where both
     * successes and failures are beyond {@link #MOST_TERMS}, the share of successes is as good as continuous: a beta variable
     * of the same mean and variance.
     */
    private static double atMost(double y, double n, double a, double b, double logit) {
        if (y < 0 || y >= n) {
            return y < 0 ? 0 : 1;
        }
        boolean below = LogScale.logistic(-logit) * y < LogScale.logistic(logit) * (n - y);
        boolean fewBelow = y <= MOST_TERMS;
        boolean fewAbove = n - y <= MOST_TERMS;
        if (fewBelow && (below || !fewAbove)) {
            return Math.min(1, tail(y, n, a, b));
        }
        if (fewAbove) {
            // More than y successes are at most n-y-1 failures.
            double above = tail(n - y - 1, n, b, a);
            return above > 0.5 && fewBelow ? Math.min(1, tail(y, n, a, b)) : Math.max(0, 1 - above);
        }
        double phi = (a + b) * (n - 1) / (a + b + n);
        double p = LogScale.logistic(logit);
        double place = Elementary.log((y + HALF) / (n - y - HALF)) - logit;
        return IncompleteBeta.lower(phi * p, phi * LogScale.logistic(-logit), place);
    }

    private static double tail(double y, double n, double a, double b) {
        double[] k = new double[4];
        RisingFactorial.log(0, y, Elementary.log(a), k);
        double log = BinomialFamily.logChoose(y, n) + k[0];
        RisingFactorial.log(0, n - y, Elementary.log(b), k);
        log += k[0];
        RisingFactorial.log(0, n, Elementary.log(a + b), k);
        double first = log - k[0];
        // In units of the first term, which alone may underflow; so may the others, but not what they add to it.
        double term = 1;
        double sum = 1;
        for (double i = y; i >= 1; i--) {
            // Brackets: a and b may be far below 1.
            double ratio = i * (b + (n - i)) / ((n - i + 1) * (a + (i - 1)));
            term *= ratio;
            sum += term;
            if (sum > SCALE) {
                term /= SCALE;
                sum /= SCALE;
                first += Elementary.log(SCALE);
            }
            // No later ratio is above the larger of this one and its own first factor, if a ≥ 1.
            double most = a >= 1 ? Math.max(ratio, i / (a + (i - 1))) : 1;
            if (most < 1 && term * most < NEGLIGIBLE * sum * (1 - most)) {
                break;
            }
        }
        return Elementary.exp(first + Elementary.log(sum));
    }

    @Override
    public double startingMean(OutcomeSummary outcome) {
        return (outcome.weight() * outcome.mean() + HALF) / (outcome.weight() + 2 * HALF);
    }

    @Override
    public double[] startingPsi(OutcomeSummary outcome, Link link) {
        double mean = startingMean(outcome);
        double phi = 2 * mean * (1 - mean) / outcome.variance() - 1;
        return new double[] {Elementary.log(Math.min(Math.max(phi, 1), trials ? 10 : 1e4))};
    }

    /**
     * With A = log a, B = log b: ℓ = U(A) + V(B) + K. Of a proportion U = a log y - lnΓ(a), V = b log(1-y) - lnΓ(b), K = lnΓ(φ);
     * of successes s and failures f out of n, U = Σ_{i<s} log(a+i), V = Σ_{i<f} log(b+i), K = -Σ_{i<n} log(φ+i).
     *
     * <p>A and B are ψ plus the logarithms of the link's two tails, so that neither cancels; derivatives in η by the chain
     * rule, and ψ moves both by 1: ∂ψℓ = U' + V' + K', ∂ψℓ' = U''A' + V''B', ∂ψℓ'' = U'''A'² + U''A'' + V'''B'² + V''B''.
     */
    private record Model(Tails tails, boolean trials) implements ObservationModel {
        private static final int LOG_PHI = 0;
        private static final int CONSTANT = 1;
        private static final int SLOPE = 2;
        private static final int LOG_Y = 3;
        private static final int LOG_REST = 4;

        @Override
        public int prepared() {
            return trials ? 3 : 5;
        }

        @Override
        public void prepare(Observations observations, AuxiliaryPredictors psi, double[][] into) {
            double[] k = new double[4];
            double last = Double.NaN;
            double lastSize = Double.NaN;
            for (int j = 0; j < observations.count(); j++) {
                double logPhi = psi.at(0, j);
                double size = observations.size(j);
                if (logPhi != last || size != lastSize) {
                    if (trials) {
                        RisingFactorial.log(0, size, logPhi, k);
                    } else {
                        LogGamma.ofExponential(logPhi, k);
                    }
                    last = logPhi;
                    lastSize = size;
                }
                into[LOG_PHI][j] = logPhi;
                into[CONSTANT][j] = trials ? -k[0] : k[0];
                into[SLOPE][j] = trials ? -k[1] : k[1];
                if (!trials) {
                    into[LOG_Y][j] = Elementary.log(observations.y[j]);
                    into[LOG_REST][j] = Elementary.log1p(-observations.y[j]);
                }
            }
        }

        /** U or V and its derivatives in A or B. */
        private void side(double count, double logShare, double logParameter, double[] into) {
            if (trials) {
                RisingFactorial.log(0, count, logParameter, into);
                return;
            }
            LogGamma.ofExponential(logParameter, into);
            double part = Elementary.exp(logParameter) * logShare;
            for (int k = 0; k < 4; k++) {
                into[k] = part - into[k];
            }
        }

        private void sides(
                Observations observations,
                double[][] prepared,
                int row,
                double eta,
                double[] a,
                double[] b,
                double[] u,
                double[] v) {
            double y = observations.y[row];
            tails.logSuccess(eta, a);
            tails.logFailure(eta, b);
            if (trials && y == observations.size(row)) {
                // No failures, so nothing depends on their tail, which may be infinite.
                java.util.Arrays.fill(b, 0);
            }
            side(y, trials ? 0 : prepared[LOG_Y][row], prepared[LOG_PHI][row] + a[0], u);
            side(observations.size(row) - y, trials ? 0 : prepared[LOG_REST][row], prepared[LOG_PHI][row] + b[0], v);
        }

        @Override
        public void evaluate(RowWindow rows, int order, Derivatives out) {
            Observations observations = rows.observations;
            int from = rows.from;
            int count = rows.count;
            double[] eta = rows.eta;
            double[][] prepared = rows.prepared;
            double[] a = out.scratch(0);
            double[] b = out.scratch(1);
            double[] u = out.scratch(2);
            double[] v = out.scratch(3);
            for (int j = 0; j < count; j++) {
                sides(observations, prepared, from + j, eta[j], a, b, u, v);
                out.set(
                        j,
                        observations.weight(from + j),
                        prepared[CONSTANT][from + j] + u[0] + v[0],
                        u[1] * a[1] + v[1] * b[1],
                        second(u, a) + second(v, b),
                        third(u, a) + third(v, b));
            }
        }

        private static double second(double[] u, double[] a) {
            return u[2] * a[1] * a[1] + u[1] * a[2];
        }

        private static double third(double[] u, double[] a) {
            return u[3] * a[1] * a[1] * a[1] + 3 * u[2] * a[1] * a[2] + u[1] * a[3];
        }

        @Override
        public void addAuxiliary(RowWindow rows, Derivatives at, Adjoint adjoint, double[][] into) {
            Observations observations = rows.observations;
            int from = rows.from;
            int count = rows.count;
            double[] eta = rows.eta;
            double[][] prepared = rows.prepared;
            double[] value = adjoint.value;
            double[] first = adjoint.first;
            double[] second = adjoint.second;
            double[] a = at.scratch(0);
            double[] b = at.scratch(1);
            double[] u = at.scratch(2);
            double[] v = at.scratch(3);
            for (int j = 0; j < count; j++) {
                sides(observations, prepared, from + j, eta[j], a, b, u, v);
                double sum = value[j] * (u[1] + v[1] + prepared[SLOPE][from + j]);
                if (first != null) {
                    sum += first[j] * (u[2] * a[1] + v[2] * b[1]);
                    sum += second[j] * (u[3] * a[1] * a[1] + u[2] * a[2] + v[3] * b[1] * b[1] + v[2] * b[2]);
                }
                into[0][j] += observations.weight(from + j) * sum;
            }
        }
    }
}
