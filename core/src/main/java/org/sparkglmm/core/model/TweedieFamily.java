package org.sparkglmm.core.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.IncompleteBeta;
import org.sparkglmm.core.math.Log1pRatio;
import org.sparkglmm.core.math.LogGamma;
import org.sparkglmm.core.math.LogScale;
import org.sparkglmm.core.math.RandomVariates;
import org.sparkglmm.core.math.StandardNormal;
import org.sparkglmm.core.math.TweedieSeries;
import org.sparkglmm.core.model.AuxiliaryParameter.Role;

/**
 * Amounts that are 0 or positive, sums of a Poisson number of gamma amounts: Var = φμ^p, ψ = (log φ, logit of p's place between
 * 1.01 and 1.99; nearer to 1 and 2 the density has a peak for each number of amounts). The density's normalising series is summed (Dunn and Smyth 2005, Stat. Comput. 15:267).
 */
final class TweedieFamily implements Family {
    private static final long serialVersionUID = 1;
    private static final double LOWEST_POWER = 1.01;
    private static final double HIGHEST_POWER = 1.99;
    /** From this standard deviation in the number of amounts on, sums over it are taken in steps, */
    private static final double WIDE = 8;
    /** so many to a standard deviation: by Poisson's summation formula the error is e^{-2π²4}. */
    private static final double STEPS = 2;
    /** Of a sum: further terms add less than rounding. */
    private static final double NEGLIGIBLE = 1e-18;
    /** From here on the sum of the amounts differs from a normal variable by less than 1e-10. */
    private static final double MOST_AMOUNTS = 1e20;
    /** Bounds of log λ that keep it above 0 and finite. */
    private static final double LARGEST_LOG = 690;

    private static double power(double psi) {
        return LOWEST_POWER + (HIGHEST_POWER - LOWEST_POWER) * LogScale.logistic(psi);
    }

    @Override
    public String name() {
        return "tweedie";
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
    public boolean supports(double y, double size) {
        return y >= 0 && y < Double.POSITIVE_INFINITY;
    }

    @Override
    public Sentence support() {
        return Sentence.text("0 and positive numbers");
    }

    @Override
    public double logConstant(double y, double size) {
        return y == 0 ? 0 : -Elementary.log(y);
    }

    @Override
    public List<AuxiliaryParameter> auxiliary() {
        return List.of(
                AuxiliaryParameter.of("phi", Link.LOG, Role.DISPERSION),
                new AuxiliaryParameter(
                        "power",
                        Link.LOGIT,
                        Role.CONSTANT,
                        -AuxiliaryParameter.FAR,
                        "the power is estimated at " + LOWEST_POWER
                                + ", the low end of its range: the amounts come in units, as"
                                + " counts do; use a family for counts"));
    }

    /** φ and the power p. */
    @Override
    public Map<String, Double> extra(double[] psi) {
        Map<String, Double> out = new LinkedHashMap<>();
        if (!Double.isNaN(psi[0])) {
            out.put("phi", Elementary.exp(psi[0]));
        }
        out.put("power", power(psi[1]));
        return out;
    }

    /** The power's place in its range on the logit scale. */
    @Override
    public double[] psiOf(Map<String, Double> extra) {
        double[] out = Family.super.psiOf(extra);
        Double p = extra.get("power");
        out[1] = p == null ? Double.NaN : Elementary.log((p - LOWEST_POWER) / (HIGHEST_POWER - p));
        return out;
    }

    /** φμ^p. */
    @Override
    public double variance(Link link, double eta, double[] psi, double size) {
        return Elementary.exp(psi[0] + power(psi[1]) * eta);
    }

    /** log of the mean number of amounts, λ = μ^{2-p} / (φ(2-p)). */
    private static double logNumber(double p, double eta, double[] psi) {
        double log = (2 - p) * eta - psi[0] - Elementary.log(2 - p);
        return Math.min(Math.max(log, -LARGEST_LOG), LARGEST_LOG);
    }

    /**
     * e^-λ + Σⱼ e^-λ λʲ/j! P(jα, ·), j amounts being a gamma variable of shape jα, α = (2-p)/(p-1), and mean jμ/λ. The terms are
     * log-concave in j and have, near their largest, the standard deviation of those of {@link TweedieSeries}; as there, j runs
     * over the whole numbers, or in steps where these are many. So many amounts that the steps would not be told from j itself
     * make a normal variable of their sum.
     */
    @Override
    public double cumulative(Link link, double eta, double[] psi, double y, double size) {
        double p = power(psi[1]);
        double logLambda = logNumber(p, eta, psi);
        double lambda = Elementary.exp(logLambda);
        if (!(y > 0)) {
            return y == 0 ? Elementary.exp(-lambda) : Double.isNaN(y) ? y : 0;
        }
        double logRatio = Elementary.log(y) - eta;
        double alpha = (2 - p) / (p - 1);
        double middle = Elementary.exp(logLambda + Math.min(0, (2 - p) * logRatio));
        if (lambda > MOST_AMOUNTS) {
            // The squared coefficient of variation is φμ^{p-2} = 1/(λ(2-p)).
            return StandardNormal.probability(Elementary.expm1(logRatio) * Math.sqrt(lambda * (2 - p)));
        }
        double deviation = Math.sqrt(middle / (1 + alpha));
        boolean wide = deviation >= WIDE;
        double step = wide ? deviation / STEPS : 1;
        double start = wide ? middle : Math.max(1, Math.rint(middle));
        double sum = 0;
        // Up from the start, then down from below it.
        for (int way = 1; way >= -1; way -= 2) {
            for (int k = way > 0 ? 0 : 1; ; k++) {
                double j = start + way * k * step;
                if (!(j > 0.5)) {
                    break;
                }
                double distance = logRatio + logLambda - Elementary.log(j);
                double term = poisson(j, lambda) * IncompleteBeta.lower(j * alpha, Double.POSITIVE_INFINITY, distance);
                sum += term;
                if (!(term > NEGLIGIBLE * sum)) {
                    break;
                }
            }
        }
        return Math.min(1, Elementary.exp(-lambda) + step * sum);
    }

    /** e^-λ λʲ/j! of any j &gt; 0, by Stirling's formula with its remainder: j log(j/λ) - (j-λ) is j (r - log(1+r)), r = (λ-j)/j. */
    private static double poisson(double j, double lambda) {
        double r = (lambda - j) / j;
        double deviance = j * Log1pRatio.shortfall(r);
        double log = -deviance - LogGamma.stirlingRemainder(j) - 0.5 * Elementary.log(j);
        return Elementary.exp(log - StandardNormal.HALF_LOG_TWO_PI);
    }

    @Override
    public double cumulativeBelow(Link link, double eta, double[] psi, double y, double size) {
        return y == 0 ? 0 : cumulative(link, eta, psi, y, size);
    }

    /** The sum of a Poisson number of gamma amounts. */
    @Override
    public double draw(Link link, double eta, double[] psi, double size, SplittableRandom random) {
        double p = power(psi[1]);
        double logLambda = logNumber(p, eta, psi);
        double alpha = (2 - p) / (p - 1);
        double number = RandomVariates.poisson(Elementary.exp(logLambda), random);
        if (number == 0) {
            return 0;
        }
        double log = eta - logLambda - Elementary.log(alpha) + RandomVariates.logGamma(number * alpha, random);
        return AmountFamily.amount(log);
    }

    @Override
    public double startingMean(OutcomeSummary outcome) {
        return outcome.mean();
    }

    @Override
    public double[] startingPsi(OutcomeSummary outcome, Link link) {
        double phi = outcome.relativeVariance(2) * Math.sqrt(outcome.mean());
        return new double[] {Elementary.log(phi), 0};
    }

    /**
     * With P = y e^{(1-p)η}, M = e^{(2-p)η}: ℓ = log W + (P/(1-p) - M/(2-p))/φ, ∂ = (P - M)/φ, ∂² = ((1-p)P - (2-p)M)/φ, ∂³ =
     * ((1-p)²P - (2-p)²M)/φ.
     *
     * <p>log φ: ∂ℓ = ∂log W - (ℓ - log W), ∂ℓ' = -ℓ', ∂ℓ'' = -ℓ''. p: with u = 1-p, v = 2-p, ∂P = -ηP, ∂M = -ηM, so that ∂ℓ =
     * ∂log W - (P(η - 1/u)/u - M(η - 1/v)/v)/φ, ∂ℓ' = -ηℓ', ∂ℓ'' = -ηℓ'' - ℓ'; by dp/dψ.
     */
    private record Model() implements ObservationModel {
        private static final int INVERSE_PHI = 0;
        private static final int POWER = 1;
        private static final int LOG_W = 2;
        private static final int W_BY_LOG_PHI = 3;
        private static final int W_BY_POWER = 4;
        private static final int POWER_SLOPE = 5;

        @Override
        public int prepared() {
            return 6;
        }

        @Override
        public void prepare(Observations observations, AuxiliaryPredictors psi, double[][] into) {
            double[] w = new double[3];
            for (int j = 0; j < observations.count(); j++) {
                double logPhi = psi.at(0, j);
                double power = power(psi.at(1, j));
                w[0] = 0;
                w[1] = 0;
                w[2] = 0;
                if (observations.y[j] > 0) {
                    TweedieSeries.log(observations.y[j], logPhi, power, w);
                }
                into[INVERSE_PHI][j] = Elementary.exp(-logPhi);
                into[POWER][j] = power;
                into[LOG_W][j] = w[0];
                into[W_BY_LOG_PHI][j] = w[1];
                into[W_BY_POWER][j] = w[2];
                into[POWER_SLOPE][j] = (HIGHEST_POWER - LOWEST_POWER)
                        * LogScale.logistic(psi.at(1, j))
                        * LogScale.logistic(-psi.at(1, j));
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
                double inverse = prepared[INVERSE_PHI][from + j];
                double u = 1 - prepared[POWER][from + j];
                double v = 2 - prepared[POWER][from + j];
                double p = partP(observations.y[from + j], u, eta[j]);
                double m = Elementary.exp(v * eta[j]);
                out.set(
                        j,
                        observations.weight(from + j),
                        prepared[LOG_W][from + j] + inverse * (p / u - m / v),
                        inverse * (p - m),
                        inverse * (u * p - v * m),
                        inverse * (u * u * p - v * v * m));
            }
        }

        private static double partP(double y, double u, double eta) {
            return y == 0 ? 0 : y * Elementary.exp(u * eta);
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
                double u = 1 - prepared[POWER][from + j];
                double v = 2 - prepared[POWER][from + j];
                double p = partP(observations.y[from + j], u, eta[j]);
                double m = Elementary.exp(v * eta[j]);
                double scaled = prepared[INVERSE_PHI][from + j] * (p / u - m / v);
                double moved = prepared[INVERSE_PHI][from + j] * (p * (eta[j] - 1 / u) / u - m * (eta[j] - 1 / v) / v);
                double byLogPhi = w * value[j] * (prepared[W_BY_LOG_PHI][from + j] - scaled);
                double byPower = w * value[j] * (prepared[W_BY_POWER][from + j] - moved);
                if (first != null) {
                    byLogPhi -= first[j] * at.first[j] + second[j] * at.second[j];
                    byPower -= eta[j] * (first[j] * at.first[j] + second[j] * at.second[j]) + second[j] * at.first[j];
                }
                into[0][j] += byLogPhi;
                into[1][j] += prepared[POWER_SLOPE][from + j] * byPower;
            }
        }
    }
}
