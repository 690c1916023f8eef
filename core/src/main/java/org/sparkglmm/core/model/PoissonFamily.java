package org.sparkglmm.core.model;

import java.util.List;
import java.util.SplittableRandom;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.math.ArrayMath;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.LogGamma;
import org.sparkglmm.core.math.RandomVariates;

/** Counts: log f = y log μ - μ - log y!. y ∈ {0, 1, 2, …}. McCullagh and Nelder (1989), §6. */
final class PoissonFamily implements Family {
    @Override
    public boolean isCount() {
        return true;
    }

    @Override
    public String name() {
        return "poisson";
    }

    @Override
    public String moreSpread() {
        return "family nbinom2 or nbinom1";
    }

    @Override
    public List<Link> links() {
        return List.of(Link.LOG, Link.SQRT, Link.IDENTITY);
    }

    @Override
    public ObservationModel model(Link link) {
        return switch (link) {
            case SQRT -> new SqrtModel();
            case IDENTITY -> new IdentityModel();
            default -> new LogModel();
        };
    }

    @Override
    public boolean supports(double y, double size) {
        return y >= 0 && y < Double.POSITIVE_INFINITY && y == Math.rint(y);
    }

    @Override
    public Sentence support() {
        return Sentence.text("whole numbers 0, 1, 2, ...");
    }

    @Override
    public double logConstant(double y, double size) {
        return -LogGamma.value(y + 1);
    }

    @Override
    public double startingMean(OutcomeSummary outcome) {
        return outcome.mean() + 0.1 / outcome.weight();
    }

    @Override
    public double variance(Link link, double eta, double[] psi, double size) {
        return Elementary.exp(logMean(link, eta));
    }

    @Override
    public double expected(Link link, double eta, double[] psi, double size) {
        return Elementary.exp(logMean(link, eta));
    }

    /** Q(y+1, μ). Abramowitz and Stegun 26.4.21. */
    @Override
    public double cumulative(Link link, double eta, double[] psi, double y, double size) {
        double logMu = logMean(link, eta);
        return y < 0 && !Double.isNaN(logMu) ? 0 : CountFamily.atMost(Math.floor(y), logMu, Double.POSITIVE_INFINITY);
    }

    @Override
    public double cumulativeBelow(Link link, double eta, double[] psi, double y, double size) {
        return cumulative(link, eta, psi, Math.ceil(y) - 1, size);
    }

    @Override
    public double draw(Link link, double eta, double[] psi, double size, SplittableRandom random) {
        double logMu = logMean(link, eta);
        return Double.isNaN(logMu) ? Double.NaN : RandomVariates.poisson(Elementary.exp(logMu), random);
    }

    /** log μ; NaN where the identity link gives a negative mean. */
    private static double logMean(Link link, double eta) {
        return switch (link) {
            case SQRT -> 2 * Elementary.log(Math.abs(eta));
            case IDENTITY -> Elementary.log(eta);
            default -> eta;
        };
    }

    @Override
    public Family withZeroInflation() {
        return new ZeroModifiedFamily(this, false);
    }

    /** μ = e^η: ∂ = y - μ, ∂² = ∂³ = -μ. */
    private record LogModel() implements ObservationModel {
        @Override
        public boolean isConcave() {
            return true;
        }

        @Override
        public void evaluate(RowWindow rows, int order, Derivatives out) {
            Observations observations = rows.observations;
            int from = rows.from;
            int count = rows.count;
            double[] eta = rows.eta;
            double[] mu = out.column(0);
            double[] y = out.column(1);
            ArrayMath.exp(eta, count, y, mu);
            System.arraycopy(observations.y, from, y, 0, count);
            for (int j = 0; j < count; j++) {
                out.value[j] = y[j] * eta[j] - mu[j];
                out.first[j] = y[j] - mu[j];
                out.second[j] = -mu[j];
                out.third[j] = -mu[j];
            }
            out.weighted(observations.weight, from, count);
        }
    }

    /** μ = η²: ℓ = 2y log|η| - η², ∂ = 2y/η - 2η, ∂² = -2y/η² - 2, ∂³ = 4y/η³; with y = 0 the logarithm is absent. */
    private record SqrtModel() implements ObservationModel {
        @Override
        public void evaluate(RowWindow rows, int order, Derivatives out) {
            Observations observations = rows.observations;
            int from = rows.from;
            int count = rows.count;
            double[] eta = rows.eta;
            for (int j = 0; j < count; j++) {
                double w = observations.weight(from + j);
                double y = observations.y[from + j];
                double e = eta[j];
                double scaled = y == 0 ? 0 : y / e;
                double l = (y == 0 ? 0 : 2 * y * Elementary.log(Math.abs(e))) - e * e;
                double d2 = -2 * ((y == 0 ? 0 : scaled / e) + 1);
                out.set(j, w, l, 2 * (scaled - e), d2, y == 0 ? 0 : 4 * scaled / (e * e));
            }
        }
    }

    /** μ = η ≥ 0: ∂ = y/η - 1, ∂² = -y/η², ∂³ = 2y/η³; impossible below 0, and at 0 unless y = 0. */
    private record IdentityModel() implements ObservationModel {
        @Override
        public void evaluate(RowWindow rows, int order, Derivatives out) {
            Observations observations = rows.observations;
            int from = rows.from;
            int count = rows.count;
            double[] eta = rows.eta;
            for (int j = 0; j < count; j++) {
                double w = observations.weight(from + j);
                double y = observations.y[from + j];
                double e = eta[j];
                if (!(e >= 0)) {
                    out.setImpossible(j, e);
                    continue;
                }
                double scaled = y == 0 ? 0 : y / e;
                double l = (y == 0 ? 0 : y * Elementary.log(e)) - e;
                double d3 = y == 0 ? 0 : 2 * scaled / (e * e);
                out.set(j, w, l, scaled - 1, y == 0 ? 0 : -scaled / e, d3);
            }
        }
    }
}
