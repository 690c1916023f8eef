package org.sparkglmm.core.model;

import java.util.List;
import org.sparkglmm.core.math.Elementary;
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
        public double evaluate(
                Observations observations,
                int from,
                int count,
                double[] eta,
                double[][] prepared,
                int order,
                Derivatives out) {
            double sum = 0;
            for (int j = 0; j < count; j++) {
                double y = observations.y[from + j];
                double kappa = prepared[KAPPA][from + j];
                double e = Elementary.exp(-eta[j]);
                double ratio = y * e;
                double excess = ratio - 1;
                sum += out.set(
                        j,
                        observations.weight(from + j),
                        -0.5 * (prepared[LOG_PHI][from + j] + kappa * (excess / y) * excess),
                        kappa * e * excess,
                        -kappa * e * (2 * ratio - 1),
                        kappa * e * (4 * ratio - 1));
            }
            return sum;
        }

        @Override
        public void addAuxiliary(
                Observations observations,
                int from,
                int count,
                double[] eta,
                double[][] prepared,
                Derivatives at,
                double[] value,
                double[] first,
                double[] second,
                double[][] into) {
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
