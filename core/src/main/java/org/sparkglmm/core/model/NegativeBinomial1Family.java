package org.sparkglmm.core.model;

import java.util.List;
import org.sparkglmm.core.math.BernoulliFunction;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.Log1pRatio;
import org.sparkglmm.core.math.RisingFactorial;
import org.sparkglmm.core.model.AuxiliaryParameter.Role;

/**
 * Overdispersed counts with linear variance, Var = μ(1+φ), ψ = log φ; Poisson as φ → 0. Optionally of counts of which none is
 * 0. With θ = μ/φ: log f = Σ_{i<y} log(θ+i) + y log(φ/(1+φ)) - θ log(1+φ) - log y!. Cameron and Trivedi (2013), Regression
 * Analysis of Count Data, §3.3.
 */
final class NegativeBinomial1Family extends CountFamily {
    private static final long serialVersionUID = 1;

    NegativeBinomial1Family(boolean truncated) {
        super("nbinom1", truncated);
    }

    @Override
    public ObservationModel model(Link link) {
        return new Model(isTruncated());
    }

    @Override
    public List<AuxiliaryParameter> auxiliary() {
        return List.of(new AuxiliaryParameter(
                "phi",
                Link.LOG,
                Role.DISPERSION,
                -AuxiliaryParameter.FAR,
                "phi is estimated as 0: the counts vary no more than Poisson counts would; use family "
                        + (isTruncated() ? "truncated_poisson" : "poisson")));
    }

    @Override
    double minusLogZero(double mu, double[] psi) {
        double phi = Elementary.exp(psi[0]);
        return mu * Elementary.log1p(phi) / phi;
    }

    @Override
    double logShape(double eta, double[] psi) {
        return eta - psi[0];
    }

    /** As g is proportional to μ. */
    @Override
    double truncatedSlope(Link link, double eta, double[] psi, double size) {
        return mean(link, eta, psi) * oneMinusBernoulli(minusLogZero(Elementary.exp(eta), psi));
    }

    @Override
    public double[] startingPsi(OutcomeSummary outcome, Link link) {
        double phi = 0.5 * (outcome.variance() / outcome.mean() - 1);
        return new double[] {Elementary.log(Math.min(Math.max(phi, 0.1), 20))};
    }

    /**
     * With κ = log(1+φ)/φ, g = κμ = -log P(0), E the rising factorial's logarithm Σ log(θ+i) and E₁, E₂, E₃ its derivatives in
     * log θ: ℓ = E + y log(φ/(1+φ)) - g, and every derivative in η is E_k - g.
     *
     * <p>Without the zeros the first factor θ and P(0) make log R(g) - log log(1+φ): ℓ = E + y log(φ/(1+φ)) - log log(1+φ) +
     * log R(g), E from i = 1 on, and -g becomes the derivatives c, c₁, c₂ of log R in log g.
     *
     * <p>ψ moves log θ by -1 and log g by h - 1, h = φ/((1+φ) log(1+φ)).
     */
    private record Model(boolean truncated) implements ObservationModel {
        private static final int LOG_PHI = 0;
        /** y log(φ/(1+φ)), and log log(1+φ) taken off where there are no zeros. */
        private static final int CONSTANT = 1;

        private static final int KAPPA = 2;
        /** h - 1. */
        private static final int G_SLOPE = 3;
        /** The constant's derivative in ψ. */
        private static final int CONSTANT_SLOPE = 4;

        @Override
        public int prepared() {
            return 5;
        }

        @Override
        public void prepare(Observations observations, AuxiliaryPredictors psi, double[][] into) {
            double last = Double.NaN;
            double phi = Double.NaN;
            double log1p = Double.NaN;
            double excess = Double.NaN;
            double logLog = Double.NaN;
            for (int j = 0; j < observations.count(); j++) {
                double logPhi = psi.at(0, j);
                if (logPhi != last) {
                    phi = Elementary.exp(logPhi);
                    log1p = Elementary.log1p(phi);
                    excess = Log1pRatio.excess(logPhi, log1p);
                    logLog = truncated ? Elementary.log(log1p) : 0;
                    last = logPhi;
                }
                double y = observations.y[j];
                into[LOG_PHI][j] = logPhi;
                into[CONSTANT][j] = y * (logPhi - log1p) - logLog;
                into[KAPPA][j] = log1p / phi;
                into[G_SLOPE][j] = excess;
                into[CONSTANT_SLOPE][j] = y / (1 + phi) - (truncated ? 1 + excess : 0);
            }
        }

        @Override
        public void evaluate(RowWindow rows, int order, Derivatives out) {
            Observations observations = rows.observations;
            int from = rows.from;
            int count = rows.count;
            double[] eta = rows.eta;
            double[][] prepared = rows.prepared;
            double[] rising = out.scratch(0);
            double[] r = out.scratch(1);
            for (int j = 0; j < count; j++) {
                RisingFactorial.log(
                        truncated ? 1 : 0, observations.y[from + j], eta[j] - prepared[LOG_PHI][from + j], rising);
                zeroPart(prepared[KAPPA][from + j] * Elementary.exp(eta[j]), r);
                out.set(
                        j,
                        observations.weight(from + j),
                        prepared[CONSTANT][from + j] + rising[0] + r[0],
                        rising[1] + r[1],
                        rising[2] + r[2],
                        rising[3] + r[3]);
            }
        }

        /** What zeros leave of ℓ: -g, or log R(g), and three derivatives in log g. */
        private void zeroPart(double g, double[] into) {
            if (truncated) {
                BernoulliFunction.log(g, into);
            } else {
                into[0] = -g;
                into[1] = -g;
                into[2] = -g;
                into[3] = -g;
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
                double w = observations.weight(from + j);
                double slope = prepared[G_SLOPE][from + j];
                zeroPart(prepared[KAPPA][from + j] * Elementary.exp(eta[j]), r);
                // E_k = ℓ^(k) - r_k, so -E_k + (h-1) r_k = h r_k - ℓ^(k).
                double sum = value[j] * (w * (prepared[CONSTANT_SLOPE][from + j] + (1 + slope) * r[1]) - at.first[j]);
                if (first != null) {
                    sum += first[j] * (w * (1 + slope) * r[2] - at.second[j]);
                    sum += second[j] * (w * (1 + slope) * r[3] - at.third[j]);
                }
                into[0][j] += sum;
            }
        }
    }
}
