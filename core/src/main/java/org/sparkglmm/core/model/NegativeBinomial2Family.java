package org.sparkglmm.core.model;

import java.util.List;
import org.sparkglmm.core.math.BernoulliFunction;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.Log1pRatio;
import org.sparkglmm.core.math.RisingFactorial;
import org.sparkglmm.core.model.AuxiliaryParameter.Role;

/**
 * Overdispersed counts with quadratic variance, Var = μ + μ²/θ, ψ = log θ; Poisson as θ → ∞. Optionally of counts of which
 * none is 0. log f = Σ_{i<y} log(θ+i) + y log p + θ log(1-p) - log y!, p = μ/(μ+θ). Hilbe (2011), Negative Binomial
 * Regression, §8.
 */
final class NegativeBinomial2Family extends CountFamily {
    private static final long serialVersionUID = 1;

    NegativeBinomial2Family(boolean truncated) {
        super("nbinom2", truncated);
    }

    @Override
    public ObservationModel model(Link link) {
        return isTruncated() ? new Truncated() : new Whole();
    }

    @Override
    public List<AuxiliaryParameter> auxiliary() {
        return List.of(new AuxiliaryParameter(
                "theta",
                Link.LOG,
                Role.DISPERSION,
                AuxiliaryParameter.FAR,
                "theta is estimated as infinite: the counts vary no more than Poisson counts would; use family "
                        + (isTruncated() ? "truncated_poisson" : "poisson")));
    }

    @Override
    double minusLogZero(double mu, double[] psi) {
        double theta = Elementary.exp(psi[0]);
        return theta * Elementary.log1p(mu / theta);
    }

    @Override
    double logShape(double eta, double[] psi) {
        return psi[0];
    }

    @Override
    public double[] startingPsi(OutcomeSummary outcome, Link link) {
        double excess = outcome.variance() - outcome.mean();
        double theta = excess > 0 ? 2 * outcome.mean() * outcome.mean() / excess : 10;
        return new double[] {Elementary.log(Math.min(Math.max(theta, 0.1), 10))};
    }

    private static final int LOG_THETA = 0;
    private static final int THETA = 1;
    /** Σ log(θ+i) over the successes, and its derivative in ψ. */
    private static final int RISING = 2;

    private static final int RISING_SLOPE = 3;
    private static final int PREPARED = 4;

    private static void prepare(int first, Observations observations, AuxiliaryPredictors psi, double[][] into) {
        double[] rising = new double[4];
        double last = Double.NaN;
        double theta = Double.NaN;
        for (int j = 0; j < observations.count(); j++) {
            double logTheta = psi.at(0, j);
            if (logTheta != last) {
                theta = Elementary.exp(logTheta);
                last = logTheta;
            }
            RisingFactorial.log(first, observations.y[j], logTheta, rising);
            into[LOG_THETA][j] = logTheta;
            into[THETA][j] = theta;
            into[RISING][j] = rising[0];
            into[RISING_SLOPE][j] = rising[1];
        }
    }

    /**
     * With t = η - ψ, p = 1/(1+e^-t), q = 1-p, L = log(1+e^t) = -log q: ℓ = rising + y log p - θL, ∂ = yq - θp, ∂² =
     * -(y+θ)pq, ∂³ = ∂²(q-p).
     *
     * <p>ψ moves t by -1 and θ by θ: ∂ψℓ = rising' - θL - ℓ', ∂ψℓ' = -θp - ℓ'', ∂ψℓ'' = -θpq - ℓ'''.
     */
    private record Whole() implements ObservationModel {
        @Override
        public boolean isConcave() {
            return true;
        }

        @Override
        public int prepared() {
            return PREPARED;
        }

        @Override
        public void prepare(Observations observations, AuxiliaryPredictors psi, double[][] into) {
            NegativeBinomial2Family.prepare(0, observations, psi, into);
        }

        @Override
        public void evaluate(RowWindow rows, int order, Derivatives out) {
            Observations observations = rows.observations;
            int from = rows.from;
            int count = rows.count;
            double[] eta = rows.eta;
            double[][] prepared = rows.prepared;
            for (int j = 0; j < count; j++) {
                double y = observations.y[from + j];
                double theta = prepared[THETA][from + j];
                double t = eta[j] - prepared[LOG_THETA][from + j];
                double e = Elementary.exp(-Math.abs(t));
                double log1p = Elementary.log1p(e);
                double near = 1 / (1 + e);
                double far = e * near;
                double p = t >= 0 ? near : far;
                double q = t >= 0 ? far : near;
                double softplus = Math.max(t, 0) + log1p;
                double d2 = -(y + theta) * near * far;
                out.set(
                        j,
                        observations.weight(from + j),
                        prepared[RISING][from + j] + y * (Math.min(t, 0) - log1p) - theta * softplus,
                        y * q - theta * p,
                        d2,
                        d2 * (q - p));
            }
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
            for (int j = 0; j < count; j++) {
                double w = observations.weight(from + j);
                double theta = prepared[THETA][from + j];
                double t = eta[j] - prepared[LOG_THETA][from + j];
                double e = Elementary.exp(-Math.abs(t));
                double softplus = Math.max(t, 0) + Elementary.log1p(e);
                double sum = value[j] * (w * (prepared[RISING_SLOPE][from + j] - theta * softplus) - at.first[j]);
                if (first != null) {
                    double near = 1 / (1 + e);
                    double far = e * near;
                    double p = t >= 0 ? near : far;
                    sum -= first[j] * (w * theta * p + at.second[j]);
                    sum -= second[j] * (w * theta * near * far + at.third[j]);
                }
                into[0][j] += sum;
            }
        }
    }

    /**
     * The same without the zeros. With g = θL = -log P(0), k = p/L = d log g/dt, D = k - 1, and c, c₁, c₂ the derivatives of
     * log R(g) in log g, the product of θ, p, e^-g and 1/(1 - e^-g) is
     *
     * <pre>B = t - log L - L + log R(g),   ∂B = -D - p + ck,   ∂²B = k'(c-1) - pq + c₁k²
     * ∂³B = k''(c-1) + 3c₁kk' - pq(q-p) + c₂k³,   k' = -k(D+p),   k'' = k'(q-2k) - kpq</pre>
     *
     * and ℓ = Σ_{0<i<y} log(θ+i) + (y-1) log p + B. ψ moves t by -1 and log g by 1-k.
     */
    private record Truncated() implements ObservationModel {
        @Override
        public int prepared() {
            return PREPARED;
        }

        @Override
        public void prepare(Observations observations, AuxiliaryPredictors psi, double[][] into) {
            NegativeBinomial2Family.prepare(1, observations, psi, into);
        }

        @Override
        public void evaluate(RowWindow rows, int order, Derivatives out) {
            Observations observations = rows.observations;
            int from = rows.from;
            int count = rows.count;
            double[] eta = rows.eta;
            double[][] prepared = rows.prepared;
            double[] r = out.scratch(1);
            for (int j = 0; j < count; j++) {
                double above = observations.y[from + j] - 1;
                double t = eta[j] - prepared[LOG_THETA][from + j];
                double e = Elementary.exp(-Math.abs(t));
                double log1p = Elementary.log1p(e);
                double near = 1 / (1 + e);
                double far = e * near;
                double p = t >= 0 ? near : far;
                double q = t >= 0 ? far : near;
                double softplus = Math.max(t, 0) + log1p;
                double logRatio = Log1pRatio.log(t, softplus);
                double excess = Log1pRatio.excess(t, softplus);
                double k = 1 + excess;
                double k1 = -k * (excess + p);
                double k2 = k1 * (q - 2 * k) - k * p * q;
                double theta = prepared[THETA][from + j];
                double g = theta * softplus;
                BernoulliFunction.log(g, r);
                double c = r[1];
                double d2 = -(above + 1) * p * q;
                double d3 = d2 * (q - p);
                if (g > 1) {
                    // The terms of B cancel as p nears 1. Here P(0)/(1-P(0)) is small, and ℓ less log(1-P(0)) does not.
                    double odds = 1 / Elementary.expm1(g);
                    double bend = odds * (1 + odds);
                    double s = theta * p;
                    d2 += -s * q * (1 + odds) + bend * s * s;
                    d3 += -s * q * (q - p) * (1 + odds) + 3 * bend * s * s * q - bend * (1 + 2 * odds) * s * s * s;
                } else {
                    d2 += k1 * (c - 1) + r[2] * k * k;
                    d3 += k2 * (c - 1) + 3 * r[2] * k * k1 + r[3] * k * k * k;
                }
                out.set(
                        j,
                        observations.weight(from + j),
                        prepared[RISING][from + j] + above * (Math.min(t, 0) - log1p) - logRatio - softplus + r[0],
                        above * q - excess - p + c * k,
                        d2,
                        d3);
            }
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
            double[] r = at.scratch(1);
            for (int j = 0; j < count; j++) {
                double above = observations.y[from + j] - 1;
                double t = eta[j] - prepared[LOG_THETA][from + j];
                double e = Elementary.exp(-Math.abs(t));
                double near = 1 / (1 + e);
                double far = e * near;
                double p = t >= 0 ? near : far;
                double q = t >= 0 ? far : near;
                double softplus = Math.max(t, 0) + Elementary.log1p(e);
                double excess = Log1pRatio.excess(t, softplus);
                BernoulliFunction.log(prepared[THETA][from + j] * softplus, r);
                double c = r[1];
                double sum = value[j] * (prepared[RISING_SLOPE][from + j] - above * q + excess + p - c * excess);
                if (first != null) {
                    double k = 1 + excess;
                    double k1 = -k * (excess + p);
                    double k2 = k1 * (q - 2 * k) - k * p * q;
                    double byG = -excess;
                    sum += first[j] * ((above + 1) * p * q + k1 * (1 - c) + r[2] * byG * k);
                    sum += second[j]
                            * ((above + 1) * p * q * (q - p)
                                    + k2 * (1 - c)
                                    + k1 * r[2] * (byG - 2 * k)
                                    + r[3] * byG * k * k);
                }
                into[0][j] += observations.weight(from + j) * sum;
            }
        }
    }
}
