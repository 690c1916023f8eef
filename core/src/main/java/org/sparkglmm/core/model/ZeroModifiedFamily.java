package org.sparkglmm.core.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.LogScale;
import org.sparkglmm.core.math.RandomVariates;
import org.sparkglmm.core.model.AuxiliaryParameter.Role;

/**
 * Counts with zeros of a kind of their own, of probability π, ψ = logit π. Zero inflation: P(0) = π + (1-π) f(0), f(y) of
 * the rest times 1-π. The hurdle model, of a family without zeros: P(0) = π. Lambert (1992), Technometrics 34:1; Mullahy
 * (1986), J. Econometrics 33:341.
 */
final class ZeroModifiedFamily implements Family {
    private static final long serialVersionUID = 1;

    private final Family counts;
    private final boolean hurdle;

    ZeroModifiedFamily(Family counts, boolean hurdle) {
        this.counts = counts;
        this.hurdle = hurdle;
    }

    @Override
    public boolean isCount() {
        return counts.isCount();
    }

    @Override
    public String name() {
        return counts.name();
    }

    @Override
    public String moreSpread() {
        return counts.moreSpread();
    }

    @Override
    public List<Link> links() {
        return counts.links();
    }

    @Override
    public ObservationModel model(Link link) {
        return new Model(counts.model(link), counts.auxiliary().size(), hurdle);
    }

    @Override
    public boolean supports(double y, double size) {
        return y == 0 || counts.supports(y, size);
    }

    @Override
    public Sentence support() {
        return Sentence.text("whole numbers 0, 1, 2, ...");
    }

    @Override
    public double logConstant(double y, double size) {
        return y == 0 ? 0 : counts.logConstant(y, size);
    }

    @Override
    public List<AuxiliaryParameter> auxiliary() {
        List<AuxiliaryParameter> out = new ArrayList<>(counts.auxiliary());
        out.add(new AuxiliaryParameter(
                "zi",
                Link.LOGIT,
                Role.ZERO_INFLATION,
                -AuxiliaryParameter.FAR,
                Sentence.of(
                        hurdle
                                ? "the probability of a zero is estimated as 0: there are none; leave %s out"
                                : "the share of zeros of their own kind is estimated as 0: the counts' distribution explains the"
                                        + " zeros there are; leave %s out",
                        Setting.ZERO_INFLATION)));
        return out;
    }

    @Override
    public Map<String, Double> extra(double[] psi) {
        return counts.extra(psi);
    }

    @Override
    public double[] psiOf(Map<String, Double> extra) {
        double[] own = counts.psiOf(extra);
        double[] out = java.util.Arrays.copyOf(own, own.length + 1);
        out[own.length] = Double.NaN;
        return out;
    }

    @Override
    public double mean(Link link, double eta, double[] psi) {
        return LogScale.logistic(-psi[psi.length - 1]) * counts.mean(link, eta, psi);
    }

    @Override
    public double expected(Link link, double eta, double[] psi, double size) {
        return LogScale.logistic(-psi[psi.length - 1]) * counts.expected(link, eta, psi, size);
    }

    @Override
    public double expectedSlope(Link link, double eta, double[] psi, double size) {
        return LogScale.logistic(-psi[psi.length - 1]) * counts.expectedSlope(link, eta, psi, size);
    }

    /** (1-π) (V + π m²) with m and V those of the counts. */
    @Override
    public double variance(Link link, double eta, double[] psi, double size) {
        double m = counts.expected(link, eta, psi, size);
        double zeta = psi[psi.length - 1];
        double v = counts.variance(link, eta, psi, size);
        return LogScale.logistic(-zeta) * (v + LogScale.logistic(zeta) * m * m);
    }

    @Override
    public double cumulative(Link link, double eta, double[] psi, double y, double size) {
        return mixed(psi, y >= 0, counts.cumulative(link, eta, psi, y, size));
    }

    @Override
    public double cumulativeBelow(Link link, double eta, double[] psi, double y, double size) {
        return mixed(psi, y > 0, counts.cumulativeBelow(link, eta, psi, y, size));
    }

    private static double mixed(double[] psi, boolean withZeros, double ofCounts) {
        double zeta = psi[psi.length - 1];
        return Math.min(1, (withZeros ? LogScale.logistic(zeta) : 0) + LogScale.logistic(-zeta) * ofCounts);
    }

    @Override
    public double draw(Link link, double eta, double[] psi, double size, SplittableRandom random) {
        double count = counts.draw(link, eta, psi, size, random);
        boolean ownZero = RandomVariates.uniform(random) < LogScale.logistic(psi[psi.length - 1]);
        return ownZero && !Double.isNaN(count) ? 0 : count;
    }

    @Override
    public boolean isAtEdge(OutcomeSummary outcome) {
        return counts.isAtEdge(rest(outcome));
    }

    @Override
    public double startingMean(OutcomeSummary outcome) {
        return counts.startingMean(rest(outcome));
    }

    @Override
    public double[] startingPsi(OutcomeSummary outcome, Link link) {
        double[] own = counts.startingPsi(rest(outcome), link);
        double[] out = java.util.Arrays.copyOf(own, own.length + 1);
        double share = startingShare(outcome);
        out[own.length] = Elementary.log(share / (1 - share));
        return out;
    }

    /** All zeros are of the hurdle's kind; of those beside a count's own zeros, a half is a guess that is never far off. */
    private double startingShare(OutcomeSummary outcome) {
        return Math.min(Math.max(hurdle ? outcome.zeros() : 0.5 * outcome.zeros(), 0.01), 0.99);
    }

    private OutcomeSummary rest(OutcomeSummary outcome) {
        if (hurdle) {
            return outcome.withoutZeros();
        }
        double share = startingShare(outcome);
        double mean = outcome.mean() / (1 - share);
        double square = (outcome.variance() + outcome.mean() * outcome.mean()) / (1 - share);
        double zeros = (outcome.zeros() - share) / (1 - share);
        return new OutcomeSummary(
                outcome.weight() * (1 - share), mean, Math.max(0, square - mean * mean), zeros, outcome.categories());
    }

    /**
     * With ζ = logit π and ℓ the counts' own log-density. A count above 0: ℓ + log(1-π). A zero of the hurdle: log π. A zero
     * that may be of either kind, with s = 1/(1 + e^{ζ-ℓ}) the probability that it is a count's:
     *
     * <pre>log π + log(1 + e^{ℓ-ζ}),   ∂ = sℓ',   ∂² = sℓ'' + s(1-s)ℓ'²
     * ∂³ = sℓ''' + 3s(1-s)ℓ'ℓ'' + s(1-s)(1-2s)ℓ'³</pre>
     */
    private record Model(ObservationModel counts, int own, boolean hurdle) implements ObservationModel {
        @Override
        public boolean isConcave() {
            return hurdle && counts.isConcave();
        }

        @Override
        public int prepared() {
            return counts.prepared() + 3;
        }

        private int zeta() {
            return counts.prepared();
        }

        private int logPi() {
            return counts.prepared() + 1;
        }

        private int logRest() {
            return counts.prepared() + 2;
        }

        @Override
        public void prepare(Observations observations, AuxiliaryPredictors psi, double[][] into) {
            counts.prepare(observations, psi, into);
            for (int j = 0; j < observations.count(); j++) {
                double zeta = psi.at(own, j);
                into[zeta()][j] = zeta;
                into[logPi()][j] = -LogScale.log1pExp(-zeta);
                into[logRest()][j] = -LogScale.log1pExp(zeta);
            }
        }

        @Override
        public void evaluate(RowWindow rows, int order, Derivatives out) {
            Observations observations = rows.observations;
            int from = rows.from;
            int count = rows.count;
            double[][] prepared = rows.prepared;
            Derivatives of = out.inner();
            counts.evaluate(rows.unweighted(), order, of);
            double[] logPi = prepared[logPi()];
            double[] logRest = prepared[logRest()];
            double[] zeta = prepared[zeta()];
            for (int j = 0; j < count; j++) {
                double w = observations.weight(from + j);
                if (!(of.value[j] > Double.NEGATIVE_INFINITY)) {
                    out.setImpossible(j, of.value[j]);
                } else if (observations.y[from + j] > 0) {
                    out.set(j, w, of.value[j] + logRest[from + j], of.first[j], of.second[j], of.third[j]);
                } else if (hurdle) {
                    out.set(j, w, logPi[from + j], 0, 0, 0);
                } else {
                    double odds = of.value[j] - zeta[from + j];
                    double s = LogScale.logistic(odds);
                    double mixed = s * LogScale.logistic(-odds);
                    double d1 = of.first[j];
                    double d2 = of.second[j];
                    out.set(
                            j,
                            w,
                            logPi[from + j] + LogScale.log1pExp(odds),
                            s * d1,
                            s * d2 + mixed * d1 * d1,
                            s * of.third[j] + 3 * mixed * d1 * d2 + mixed * (1 - 2 * s) * d1 * d1 * d1);
                }
            }
        }

        /**
         * The counts' own ψ through ℓ, ℓ' and ℓ'' of a zero, with multipliers that the chain rule makes of the given ones;
         * and ζ: ∂ = 1-π-s, ∂ζ∂ = -s(1-s)ℓ', ∂ζ∂² = -s(1-s)ℓ'' - s(1-s)(1-2s)ℓ'² of a zero, -π of a count, 1-π of a
         * hurdle's zero.
         */
        @Override
        public void addAuxiliary(RowWindow rows, Derivatives at, Adjoint adjoint, double[][] into) {
            Observations observations = rows.observations;
            int from = rows.from;
            int count = rows.count;
            double[][] prepared = rows.prepared;
            double[] value = adjoint.value;
            double[] first = adjoint.first;
            double[] second = adjoint.second;
            Derivatives of = at.inner();
            Derivatives multiplier = of.inner();
            double[] zeta = prepared[zeta()];
            boolean curved = first != null;
            for (int j = 0; j < count; j++) {
                double w = observations.weight(from + j);
                double a = w * value[j];
                double b = curved ? w * first[j] : 0;
                double c = curved ? w * second[j] : 0;
                double pi = LogScale.logistic(zeta[from + j]);
                if (observations.y[from + j] > 0) {
                    multiplier.value[j] = a;
                    multiplier.first[j] = b;
                    multiplier.second[j] = c;
                    into[own][j] -= a * pi;
                } else if (hurdle) {
                    multiplier.value[j] = 0;
                    multiplier.first[j] = 0;
                    multiplier.second[j] = 0;
                    into[own][j] += a * LogScale.logistic(-zeta[from + j]);
                } else {
                    double odds = of.value[j] - zeta[from + j];
                    double s = LogScale.logistic(odds);
                    double mixed = s * LogScale.logistic(-odds);
                    double d1 = of.first[j];
                    // The second derivative is there only if it was asked for.
                    double bend = curved ? mixed * of.second[j] + mixed * (1 - 2 * s) * d1 * d1 : 0;
                    multiplier.value[j] = a * s + b * mixed * d1 + c * bend;
                    multiplier.first[j] = b * s + 2 * c * mixed * d1;
                    multiplier.second[j] = c * s;
                    into[own][j] += a * (LogScale.logistic(-zeta[from + j]) - s) - b * mixed * d1 - c * bend;
                }
            }
            Adjoint ofCounts =
                    new Adjoint(multiplier.value, curved ? multiplier.first : null, curved ? multiplier.second : null);
            counts.addAuxiliary(rows.unweighted(), of, ofCounts, into);
        }
    }
}
