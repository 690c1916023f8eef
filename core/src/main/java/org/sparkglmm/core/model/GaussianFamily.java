package org.sparkglmm.core.model;

import java.util.List;
import java.util.Map;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.StandardNormal;

/**
 * Normal outcomes, ψ = log σ; a precision weight v makes the variance σ²/v.
 *
 * <p>log f = -½ log 2π + ½ log v - ψ - τ (y-μ)²/2 with τ = v e^{-2ψ}, r = y - μ:
 * ∂ = τ r μ', ∂² = τ (r μ'' - μ'²), ∂³ = τ (r μ''' - 3 μ' μ''). y real. McCullagh and Nelder (1989), §8.
 */
final class GaussianFamily implements Family {
    @Override
    public String name() {
        return "gaussian";
    }

    @Override
    public List<Link> links() {
        return List.of(Link.IDENTITY, Link.LOG, Link.INVERSE);
    }

    @Override
    public ObservationModel model(Link link) {
        return new Model(link);
    }

    @Override
    public boolean supports(double y, double size) {
        return Math.abs(y) < Double.POSITIVE_INFINITY && size > 0 && size < Double.POSITIVE_INFINITY;
    }

    @Override
    public String support() {
        return "finite numbers (and positive, finite precision weights)";
    }

    @Override
    public double logConstant(double y, double size) {
        return 0.5 * Elementary.log(size) - StandardNormal.HALF_LOG_TWO_PI;
    }

    @Override
    public boolean takesPrecisionWeights() {
        return true;
    }

    @Override
    public boolean isLinear(Link link) {
        return link == Link.IDENTITY;
    }

    @Override
    public List<String> psiNames() {
        return List.of("log(sigma)");
    }

    @Override
    public Map<String, Double> extra(double[] psi) {
        return Map.of("sigma", Elementary.exp(psi[0]));
    }

    @Override
    public double startingMean(double observedMean, double rows) {
        return observedMean;
    }

    @Override
    public double[] startingPsi(double mean, double variance) {
        return new double[] {0.5 * Elementary.log(variance)};
    }

    private record Model(Link link) implements ObservationModel {
        @Override
        public double evaluate(
                Observations observations,
                int from,
                int count,
                double[] eta,
                double[] psi,
                int order,
                Derivatives out) {
            double precision = Elementary.exp(-2 * psi[0]);
            double sum = 0;
            for (int j = 0; j < count; j++) {
                double w = observations.weight(from + j);
                double tau = precision * observations.size(from + j);
                double e = eta[j];
                double mu;
                double d1;
                double d2;
                double d3;
                switch (link) {
                    case LOG -> {
                        mu = Elementary.exp(e);
                        d1 = mu;
                        d2 = mu;
                        d3 = mu;
                    }
                    case INVERSE -> {
                        mu = 1 / e;
                        d1 = -mu * mu;
                        d2 = 2 * mu * mu * mu;
                        d3 = -6 * mu * mu * mu * mu;
                    }
                    default -> {
                        mu = e;
                        d1 = 1;
                        d2 = 0;
                        d3 = 0;
                    }
                }
                double r = observations.y[from + j] - mu;
                sum += w * (-psi[0] - 0.5 * tau * r * r);
                if (order >= 1) {
                    out.first[j] = w * tau * r * d1;
                }
                if (order >= 2) {
                    out.second[j] = w * tau * (r * d2 - d1 * d1);
                }
                if (order >= 3) {
                    out.third[j] = w * tau * (r * d3 - 3 * d1 * d2);
                }
            }
            return sum;
        }

        @Override
        public void addPsiGradient(
                Observations observations,
                int from,
                int count,
                double[] eta,
                double[] psi,
                double scale,
                double[] into) {
            double precision = Elementary.exp(-2 * psi[0]);
            double sum = 0;
            for (int j = 0; j < count; j++) {
                double r = observations.y[from + j] - link.mean(eta[j]);
                sum += observations.weight(from + j) * (precision * observations.size(from + j) * r * r - 1);
            }
            into[0] += scale * sum;
        }

        /** ∂ℓ'/∂ψ = -2ℓ' and ∂ℓ''/∂ψ = -2ℓ'', since ψ enters through τ alone. */
        @Override
        public void addPsiCurvature(
                Observations observations,
                int from,
                int count,
                double[] eta,
                double[] psi,
                Derivatives atMode,
                double[] along,
                double[] m,
                double[] into) {
            double sum = 0;
            for (int j = 0; j < count; j++) {
                sum += m[j] * atMode.second[j] - along[j] * atMode.first[j];
            }
            into[0] += 2 * sum;
        }
    }
}
