package org.sparkglmm.core.model;

import java.util.List;
import java.util.SplittableRandom;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.RandomVariates;
import org.sparkglmm.core.math.StandardNormal;

/**
 * Positive amounts with long tails: Var = φμ³/v, ψ = log φ, v the precision weight, shape λ = 1/φ. log f = ½ log(v/(2πφy³)) -
 * v (y-μ)²/(2φμ²y). Tweedie (1957), Ann. Math. Statist. 28:362; McCullagh and Nelder (1989), table 2.1.
 */
final class InverseGaussianFamily extends AmountFamily {
    private static final long serialVersionUID = 1;

    InverseGaussianFamily() {
        super("inversegaussian", "phi");
    }

    @Override
    public List<Link> links() {
        return List.of(Link.LOG);
    }

    @Override
    public ObservationModel model(Link link) {
        return new Model();
    }

    @Override
    public double logConstant(double y, double size) {
        return 0.5 * Elementary.log(size) - 1.5 * Elementary.log(y) - StandardNormal.HALF_LOG_TWO_PI;
    }

    /** φμ³/v. */
    @Override
    public double variance(Link link, double eta, double[] psi, double size) {
        return Elementary.exp(psi[0] + 3 * eta) / size;
    }

    /**
     * Φ(w) + e^{2κ/μ} Φ(-z) with w = √(κ/y) (y/μ - 1), z = √(κ/y) (y/μ + 1), κ = v/φ (Shuster 1968, JASA 63:1514). As z² - w²
     * = 4κ/μ the second term is φ(w) R(z), R Mills' ratio, and nothing overflows.
     */
    @Override
    public double cumulative(Link link, double eta, double[] psi, double y, double size) {
        if (!(y > 0) || y == Double.POSITIVE_INFINITY) {
            return y > 0 ? 1 : 0;
        }
        double logY = Elementary.log(y);
        double root = Math.sqrt(size) * Elementary.exp(-0.5 * (psi[0] + logY));
        double w = root * Elementary.expm1(logY - eta);
        double z = root * (Elementary.exp(logY - eta) + 1);
        double density = Elementary.exp(StandardNormal.logDensity(w));
        double far = StandardNormal.millsRatio(z);
        if (w > 0) {
            return 1 - density * (StandardNormal.millsRatio(w) - far);
        }
        return density * (StandardNormal.millsRatio(-w) + far);
    }

    /**
     * Michael, Schucany and Haas (1976), Amer. Statist. 30:88: (y-μ)² κ/(μ² y) is a χ² of one degree of freedom, and of the two y
     * that give it the smaller one, μ/r, comes with probability r/(1+r). With c = μχ²/(2κ), r = 1 + c + √(c² + 2c).
     */
    @Override
    public double draw(Link link, double eta, double[] psi, double size, SplittableRandom random) {
        double normal = RandomVariates.normal(random);
        double c = 0.5 * normal * normal * Elementary.exp(eta + psi[0]) / size;
        double r = 1 + c + Math.sqrt(c) * Math.sqrt(c + 2);
        double side = RandomVariates.uniform(random) * (1 + r) < r ? -1 : 1;
        return amount(eta + side * Elementary.log(r));
    }

    @Override
    public double[] startingPsi(OutcomeSummary outcome, Link link) {
        // The dispersion has the units of 1/y.
        return new double[] {Elementary.log(outcome.relativeVariance(2) / outcome.mean())};
    }

    /**
     * With e = e^-η: ℓ = -½ψ - ½κ Q, κ = v e^-ψ, Q = (ye - 1)²/y. Q' = -2e(ye - 1), Q'' = 2e(2ye - 1), Q''' = -2e(4ye - 1).
     * ψ: ∂ψℓ = ½κQ - ½, ∂ψℓ' = -ℓ', ∂ψℓ'' = -ℓ''.
     */
    private record Model() implements ObservationModel {
        private static final int LOG_PHI = 0;
        private static final int KAPPA = 1;

        @Override
        public int prepared() {
            return 2;
        }

        @Override
        public void prepare(Observations observations, AuxiliaryPredictors psi, double[][] into) {
            for (int j = 0; j < observations.count(); j++) {
                into[LOG_PHI][j] = psi.at(0, j);
                into[KAPPA][j] = observations.size(j) * Elementary.exp(-psi.at(0, j));
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
                double y = observations.y[from + j];
                double kappa = prepared[KAPPA][from + j];
                double e = Elementary.exp(-eta[j]);
                double ratio = y * e;
                double excess = ratio - 1;
                out.set(
                        j,
                        observations.weight(from + j),
                        -0.5 * (prepared[LOG_PHI][from + j] + kappa * (excess / y) * excess),
                        kappa * e * excess,
                        -kappa * e * (2 * ratio - 1),
                        kappa * e * (4 * ratio - 1));
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
                double halfSquare = -at.value[j] - 0.5 * w * prepared[LOG_PHI][from + j];
                double sum = value[j] * (halfSquare - 0.5 * w);
                if (first != null) {
                    sum -= first[j] * at.first[j] + second[j] * at.second[j];
                }
                into[0][j] += sum;
            }
        }
    }
}
