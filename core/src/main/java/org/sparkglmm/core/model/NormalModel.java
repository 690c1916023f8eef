package org.sparkglmm.core.model;

import java.util.SplittableRandom;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.RandomVariates;
import org.sparkglmm.core.math.StandardNormal;

/**
 * t ~ N(μ, σ²/v) with t the outcome or its logarithm, ψ = log σ, v the precision weight.
 *
 * <p>ℓ = -ψ - τ (t-μ)²/2 with τ = v e^{-2ψ}, r = t - μ: ∂ = τ r μ', ∂² = τ (r μ'' - μ'²), ∂³ = τ (r μ''' - 3 μ' μ'').
 * ψ enters ℓ' and ℓ'' through τ alone: ∂ψℓ = τ r² - 1, ∂ψℓ' = -2ℓ', ∂ψℓ'' = -2ℓ''.
 */
record NormalModel(Link link, boolean ofLogarithm) implements ObservationModel {
    @Override
    public boolean isConcave() {
        return link == Link.IDENTITY;
    }

    private static final int LOG_SIGMA = 0;
    private static final int TAU = 1;
    private static final int T = 2;

    /** P(T ≤ t) at mean μ. */
    static double cumulative(double mu, double logSigma, double t, double size) {
        return StandardNormal.probability((t - mu) * Math.sqrt(size) * Elementary.exp(-logSigma));
    }

    /** A t at mean μ. */
    static double draw(double mu, double logSigma, double size, SplittableRandom random) {
        return mu + Elementary.exp(logSigma) / Math.sqrt(size) * RandomVariates.normal(random);
    }

    @Override
    public int prepared() {
        return 3;
    }

    @Override
    public void prepare(Observations observations, AuxiliaryPredictors psi, double[][] into) {
        for (int j = 0; j < observations.count(); j++) {
            double logSigma = psi.at(0, j);
            into[LOG_SIGMA][j] = logSigma;
            into[TAU][j] = observations.size(j) * Elementary.exp(-2 * logSigma);
            into[T][j] = ofLogarithm ? Elementary.log(observations.y[j]) : observations.y[j];
        }
    }

    @Override
    public void evaluate(RowWindow rows, int order, Derivatives out) {
        Observations observations = rows.observations;
        int from = rows.from;
        int count = rows.count;
        double[] eta = rows.eta;
        double[][] prepared = rows.prepared;
        for (int j = 0; j < count; j++) {
            double tau = prepared[TAU][from + j];
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
            double r = prepared[T][from + j] - mu;
            out.set(
                    j,
                    observations.weight(from + j),
                    -prepared[LOG_SIGMA][from + j] - 0.5 * tau * r * r,
                    tau * r * d1,
                    tau * (r * d2 - d1 * d1),
                    tau * (r * d3 - 3 * d1 * d2));
        }
    }

    @Override
    public void addAuxiliary(RowWindow rows, Derivatives at, Adjoint adjoint, double[][] into) {
        Observations observations = rows.observations;
        int from = rows.from;
        int count = rows.count;
        double[][] prepared = rows.prepared;
        double[] value = adjoint.value;
        double[] first = adjoint.first;
        double[] second = adjoint.second;
        for (int j = 0; j < count; j++) {
            double w = observations.weight(from + j);
            // τ r² from ℓ itself.
            double square = -2 * (at.value[j] + w * prepared[LOG_SIGMA][from + j]);
            double sum = value[j] * (square - w);
            if (first != null) {
                sum -= 2 * (first[j] * at.first[j] + second[j] * at.second[j]);
            }
            into[0][j] += sum;
        }
    }
}
