package org.sparkglmm.core.model;

import java.util.List;
import java.util.SplittableRandom;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.IncompleteBeta;
import org.sparkglmm.core.math.LogGamma;
import org.sparkglmm.core.math.RandomVariates;
import org.sparkglmm.core.math.StandardNormal;

/**
 * Positive amounts with a constant coefficient of variation: Var = φμ²/v, ψ = log φ, v the precision weight. With the shape k
 * = v/φ: log f = k log k - lnΓ(k) + (k-1) log y - k log μ - k y/μ. McCullagh and Nelder (1989), §8.
 */
final class GammaFamily extends AmountFamily {
    private static final long serialVersionUID = 1;

    GammaFamily() {
        super("gamma", "phi");
    }

    @Override
    public List<Link> links() {
        return List.of(Link.LOG, Link.INVERSE, Link.IDENTITY);
    }

    @Override
    public ObservationModel model(Link link) {
        return new Model(link);
    }

    @Override
    public double logConstant(double y, double size) {
        return -StandardNormal.HALF_LOG_TWO_PI - Elementary.log(y);
    }

    /** φμ²/v. */
    @Override
    public double variance(Link link, double eta, double[] psi, double size) {
        return Elementary.exp(psi[0] + 2 * logMean(link, eta)) / size;
    }

    @Override
    public double expected(Link link, double eta, double[] psi, double size) {
        return Elementary.exp(logMean(link, eta));
    }

    /** P(k, k y/μ). */
    @Override
    public double cumulative(Link link, double eta, double[] psi, double y, double size) {
        double logMu = logMean(link, eta);
        double ratio = Elementary.log(Math.max(y, 0)) - logMu;
        return IncompleteBeta.lower(size * Elementary.exp(-psi[0]), Double.POSITIVE_INFINITY, ratio);
    }

    @Override
    public double draw(Link link, double eta, double[] psi, double size, SplittableRandom random) {
        double logShape = Elementary.log(size) - psi[0];
        double logMu = logMean(link, eta);
        return Double.isNaN(logMu)
                ? Double.NaN
                : amount(logMu - logShape + RandomVariates.logGamma(Elementary.exp(logShape), random));
    }

    /** log μ; NaN where μ would not be positive. */
    private static double logMean(Link link, double eta) {
        return switch (link) {
            case INVERSE -> eta > 0 ? -Elementary.log(eta) : Double.NaN;
            case IDENTITY -> eta > 0 ? Elementary.log(eta) : Double.NaN;
            default -> eta;
        };
    }

    @Override
    public double[] startingPsi(OutcomeSummary outcome, Link link) {
        return new double[] {Elementary.log(outcome.relativeVariance(2))};
    }

    /**
     * ℓ = k D + ½ log k - s(k), D = log(y/μ) - y/μ + 1, s the remainder of Stirling's series: k log k and lnΓ(k) never meet.
     *
     * <p>Derivatives in η are k times those of D. ψ enters through k, ∂k/∂ψ = -k: ∂ψℓ = -k (D + log k - digamma(k)), ∂ψℓ' =
     * -ℓ', ∂ψℓ'' = -ℓ''.
     */
    private record Model(Link link) implements ObservationModel {
        @Override
        public boolean isConcave() {
            return link == Link.LOG;
        }

        private static final int SHAPE = 0;
        private static final int CONSTANT = 1;
        private static final int SLOPE = 2;
        private static final int LOG_Y = 3;

        @Override
        public int prepared() {
            return 4;
        }

        @Override
        public void prepare(Observations observations, AuxiliaryPredictors psi, double[][] into) {
            double last = Double.NaN;
            double constant = 0;
            double slope = 0;
            for (int j = 0; j < observations.count(); j++) {
                double k = observations.size(j) * Elementary.exp(-psi.at(0, j));
                if (k != last) {
                    constant = 0.5 * Elementary.log(k) - LogGamma.stirlingRemainder(k);
                    slope = k * LogGamma.logMinusDigamma(k);
                    last = k;
                }
                into[SHAPE][j] = k;
                into[CONSTANT][j] = constant;
                into[SLOPE][j] = slope;
                into[LOG_Y][j] = Elementary.log(observations.y[j]);
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
                double k = prepared[SHAPE][from + j];
                double e = eta[j];
                if (link != Link.LOG && !(e > 0)) {
                    out.setImpossible(j, e);
                    continue;
                }
                // t = log(y/μ): D = t - (e^t - 1), whose error is that of t times t, not that of its terms.
                double t;
                double d1;
                double d2;
                double d3;
                switch (link) {
                    case INVERSE -> {
                        double inverse = 1 / e;
                        t = Elementary.log(y * e);
                        d1 = inverse - y;
                        d2 = -inverse * inverse;
                        d3 = 2 * inverse * inverse * inverse;
                    }
                    case IDENTITY -> {
                        double inverse = 1 / e;
                        double ratio = y * inverse;
                        t = Elementary.log(ratio);
                        d1 = inverse * (ratio - 1);
                        d2 = inverse * inverse * (1 - 2 * ratio);
                        d3 = inverse * inverse * inverse * (6 * ratio - 2);
                    }
                    default -> {
                        t = prepared[LOG_Y][from + j] - e;
                        d1 = Elementary.expm1(t);
                        d3 = Elementary.exp(t);
                        d2 = -d3;
                    }
                }
                double deviance = t - (link == Link.LOG ? d1 : Elementary.expm1(t));
                double l = k * deviance + prepared[CONSTANT][from + j];
                out.set(j, observations.weight(from + j), l, k * d1, k * d2, k * d3);
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
                double scaledDeviance = at.value[j] - w * prepared[CONSTANT][from + j];
                double sum = -value[j] * (scaledDeviance + w * prepared[SLOPE][from + j]);
                if (first != null) {
                    sum -= first[j] * at.first[j] + second[j] * at.second[j];
                }
                into[0][j] += sum;
            }
        }
    }
}
