package org.sparkglmm.core.model;

import java.io.Serializable;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.LogScale;
import org.sparkglmm.core.math.StandardNormal;

/**
 * log F(η) and log(1 - F(η)) of a link whose inverse F is a probability, with their derivatives: element 0 the value, 1 to 3
 * the derivatives. Kept apart, so that neither tail cancels.
 */
interface Tails extends Serializable {
    void logSuccess(double eta, double[] into);

    void logFailure(double eta, double[] into);

    /** log F(η). */
    default double logSuccess(double eta) {
        double[] into = new double[4];
        logSuccess(eta, into);
        return into[0];
    }

    /** log(1 - F(η)). */
    default double logFailure(double eta) {
        double[] into = new double[4];
        logFailure(eta, into);
        return into[0];
    }

    /** The logit of F(η); NaN where η is outside the link's range. */
    default double logit(double eta) {
        return logSuccess(eta) - logFailure(eta);
    }

    static Tails of(Link link) {
        return switch (link) {
            case LOGIT -> new Logit();
            case PROBIT -> new Probit();
            case CLOGLOG -> new ComplementaryLogLog();
            case LOG -> new Log();
            default -> throw new IllegalArgumentException(link + " does not give probabilities");
        };
    }

    /** log F(η) = -log(1 + e^-η), and log(1 - F(η)) = log F(-η). */
    record Logit() implements Tails {
        @Override
        public void logSuccess(double eta, double[] into) {
            double e = Elementary.exp(-Math.abs(eta));
            double near = 1 / (1 + e);
            double far = e * near;
            double failure = eta >= 0 ? far : near;
            into[0] = Math.min(eta, 0) - Elementary.log1p(e);
            into[1] = failure;
            into[2] = -near * far;
            into[3] = near * far * (1 - 2 * failure);
        }

        @Override
        public void logFailure(double eta, double[] into) {
            logSuccess(-eta, into);
            into[1] = -into[1];
            into[3] = -into[3];
        }
    }

    /** F = Φ: log(1 - F(η)) = log Φ(-η). */
    record Probit() implements Tails {
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
    record ComplementaryLogLog() implements Tails {
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
    record Log() implements Tails {
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
