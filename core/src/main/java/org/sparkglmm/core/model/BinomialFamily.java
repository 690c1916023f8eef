package org.sparkglmm.core.model;

import java.util.List;
import org.apache.commons.math3.special.Gamma;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.LogScale;
import org.sparkglmm.core.math.StandardNormal;

/**
 * Successes y out of {@code size} trials (1 for yes/no outcomes): log f = y log p + (size - y) log(1 - p) + log C(size,
 * y), with p = F(η). Each link keeps log F and log(1 - F) apart, so that neither tail cancels. McCullagh and Nelder
 * (1989), §4.
 */
final class BinomialFamily implements Family {
    @Override
    public String name() {
        return "binomial";
    }

    @Override
    public List<Link> links() {
        return List.of(Link.LOGIT, Link.PROBIT, Link.CLOGLOG, Link.LOG);
    }

    @Override
    public ObservationModel model(Link link) {
        return switch (link) {
            case PROBIT -> new TwoTailed(new Probit());
            case CLOGLOG -> new TwoTailed(new ComplementaryLogLog());
            case LOG -> new TwoTailed(new Log());
            default -> new Logit();
        };
    }

    @Override
    public boolean supports(double y, double size) {
        return y >= 0
                && y <= size
                && y == Math.rint(y)
                && size >= 1
                && size == Math.rint(size)
                && size < Double.POSITIVE_INFINITY;
    }

    @Override
    public String support() {
        return "0 or 1, or whole successes 0 to trials with at least one trial";
    }

    @Override
    public double logConstant(double y, double size) {
        return size == 1 ? 0 : Gamma.logGamma(size + 1) - Gamma.logGamma(y + 1) - Gamma.logGamma(size - y + 1);
    }

    @Override
    public boolean takesTrials() {
        return true;
    }

    @Override
    public double startingMean(double observedMean, double rows) {
        return (rows * observedMean + 0.5) / (rows + 1);
    }

    /** With e = exp(-|η|): ℓ = y min(η,0) - (size-y) max(η,0) - size log(1+e); ∂ = y(1-p) - (size-y)p, ∂² = -size p(1-p), ∂³ = ∂²(1-2p). */
    private record Logit() implements ObservationModel {
        @Override
        public double evaluate(
                Observations observations,
                int from,
                int count,
                double[] eta,
                double[] psi,
                int order,
                Derivatives out) {
            double[] y = observations.y;
            double sum = 0;
            for (int j = 0; j < count; j++) {
                double w = observations.weight(from + j);
                double size = observations.size(from + j);
                double x = eta[j];
                double e = Elementary.exp(-Math.abs(x));
                double near = 1 / (1 + e);
                double far = e * near;
                double p = x >= 0 ? near : far;
                double complement = x >= 0 ? far : near;
                double loss = x > 0 ? (size - y[from + j]) * x : -y[from + j] * x;
                sum -= w * (loss + size * Elementary.log1p(e));
                if (order >= 1) {
                    out.first[j] = w * (y[from + j] * complement - (size - y[from + j]) * p);
                }
                if (order >= 2) {
                    double variance = w * size * near * far;
                    out.second[j] = -variance;
                    if (order >= 3) {
                        out.third[j] = variance * (p - complement);
                    }
                }
            }
            return sum;
        }
    }

    /** log F(η), log(1 - F(η)) and their derivatives: element 0 the value, 1 to 3 the derivatives. */
    private interface Tails extends java.io.Serializable {
        void logSuccess(double eta, double[] into);

        void logFailure(double eta, double[] into);
    }

    private record TwoTailed(Tails tails) implements ObservationModel {
        @Override
        public double evaluate(
                Observations observations,
                int from,
                int count,
                double[] eta,
                double[] psi,
                int order,
                Derivatives out) {
            double[] tail = new double[4];
            double sum = 0;
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
                sum += w * v;
                if (order >= 1) {
                    out.first[j] = w * d1;
                }
                if (order >= 2) {
                    out.second[j] = w * d2;
                }
                if (order >= 3) {
                    out.third[j] = w * d3;
                }
            }
            return sum;
        }
    }

    /** F = Φ: log(1 - F(η)) = log Φ(-η). */
    private record Probit() implements Tails {
        @Override
        public void logSuccess(double eta, double[] into) {
            StandardNormal.logProbabilityDerivatives(eta, into);
        }

        @Override
        public void logFailure(double eta, double[] into) {
            StandardNormal.logProbabilityDerivatives(-eta, into);
            into[1] = -into[1];
            into[3] = -into[3];
        }
    }

    /**
     * F = 1 - exp(-t), t = e^η. log(1-F) = -t, all derivatives -t. log F has ∂ = r = t/(e^t - 1), ∂² = r c, ∂³ = r (c² -
     * t - r c) with c = 1 - t - r.
     */
    private record ComplementaryLogLog() implements Tails {
        /** Below this t, c is its Bernoulli series: the closed form would cancel. */
        private static final double SMALL = 0.1;

        @Override
        public void logSuccess(double eta, double[] into) {
            double t = Elementary.exp(eta);
            double r;
            double c;
            if (t < SMALL) {
                c = -t * (0.5 + t * (1.0 / 12 - t * t * (1.0 / 720 - t * t / 30240)));
                r = 1 - t - c;
                // log F = η - t/2 + t²/24 - t⁴/2880 + …
                into[0] = eta - t * (0.5 - t * (1.0 / 24 - t * t * (1.0 / 2880 - t * t / 181440)));
            } else {
                r = t > 700 ? 0 : t / Elementary.expm1(t);
                c = 1 - t - r;
                into[0] = LogScale.log1mExp(t);
            }
            into[1] = r;
            into[2] = r == 0 ? 0 : r * c;
            into[3] = r == 0 ? 0 : r * (c * c - t - r * c);
        }

        @Override
        public void logFailure(double eta, double[] into) {
            double t = Elementary.exp(eta);
            into[0] = -t;
            into[1] = -t;
            into[2] = -t;
            into[3] = -t;
        }
    }

    /** F = e^η, η ≤ 0. log F = η; log(1-F) has ∂ = -r, ∂² = -r(1+r), ∂³ = -r(1+r)(1+2r) with r = 1/(e^-η - 1). */
    private record Log() implements Tails {
        @Override
        public void logSuccess(double eta, double[] into) {
            into[0] = eta <= 0 ? eta : eta > 0 ? Double.NEGATIVE_INFINITY : Double.NaN;
            into[1] = 1;
            into[2] = 0;
            into[3] = 0;
        }

        @Override
        public void logFailure(double eta, double[] into) {
            if (!(eta < 0)) {
                into[0] = eta >= 0 ? Double.NEGATIVE_INFINITY : Double.NaN;
                into[1] = -1;
                into[2] = 0;
                into[3] = 0;
                return;
            }
            double r = 1 / Elementary.expm1(-eta);
            into[0] = LogScale.log1mExp(-eta);
            into[1] = -r;
            into[2] = -r * (1 + r);
            into[3] = -r * (1 + r) * (1 + 2 * r);
        }
    }
}
