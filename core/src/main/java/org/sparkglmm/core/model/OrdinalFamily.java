package org.sparkglmm.core.model;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.model.AuxiliaryParameter.Role;

/**
 * Ordered categories 0, 1, … K-1: P(Y ≤ k) = F(α_k - η), ψ = (α_0 < α_1 < … < α_{K-2}), no intercept. The thresholds are
 * themselves the parameters: where two of them meet, the category between them has probability 0, so that the likelihood keeps
 * them ordered, and for logit, probit and cloglog it is concave in (β, α) given the random effects (Pratt 1981, JASA 76:103).
 * McCullagh (1980), JRSS B 42:109; signs as in ordinal::clmm (Christensen 2019).
 *
 * <p>cloglog is McCullagh's, F(x) = 1 - exp(-e^x), as in ordinal::clm and MASS::polr; loglog is F(x) = exp(-e^-x). The
 * function ordinal::clmm (2022.11) has the two exchanged. With two categories loglog is the binary cloglog model.
 */
final class OrdinalFamily implements Family {
    private static final long serialVersionUID = 1;

    private final List<String> categories;

    /** @param categories in order; none as long as the data have not been seen */
    OrdinalFamily(List<String> categories) {
        this.categories = List.copyOf(categories);
    }

    @Override
    public String name() {
        return "ordinal";
    }

    @Override
    public List<Link> links() {
        return List.of(Link.LOGIT, Link.PROBIT, Link.CLOGLOG, Link.LOGLOG);
    }

    @Override
    public ObservationModel model(Link link) {
        return new Model(Interval.of(link), categories.size());
    }

    @Override
    public boolean takesCategories() {
        return true;
    }

    @Override
    public Family withCategories(List<String> known) {
        return new OrdinalFamily(known);
    }

    @Override
    public boolean supports(double y, double size) {
        return y >= 0 && y < categories.size() && y == Math.rint(y);
    }

    @Override
    public Sentence support() {
        return Sentence.text("ordered categories");
    }

    @Override
    public double logConstant(double y, double size) {
        return 0;
    }

    @Override
    public List<AuxiliaryParameter> auxiliary() {
        List<AuxiliaryParameter> out = new ArrayList<>();
        for (int k = 0; k + 1 < categories.size(); k++) {
            out.add(AuxiliaryParameter.of(
                    categories.get(k) + "|" + categories.get(k + 1), Link.IDENTITY, Role.THRESHOLD));
        }
        return out;
    }

    @Override
    public double mean(Link link, double eta, double[] psi) {
        double[] p = probabilities(link, eta, psi);
        double sum = 0;
        for (int k = 0; k < p.length; k++) {
            sum += (k + 1) * p[k];
        }
        return sum;
    }

    /** Of the code from 0, that is {@link #mean} - 1. */
    @Override
    public double expected(Link link, double eta, double[] psi, double size) {
        double[] p = probabilities(link, eta, psi);
        double sum = 0;
        for (int k = 1; k < p.length; k++) {
            sum += k * p[k];
        }
        return sum;
    }

    /** Σ_k f(α_k - η), as E[Y] = Σ_k (1 - F(α_k - η)). */
    @Override
    public double expectedSlope(Link link, double eta, double[] psi, double size) {
        double sum = 0;
        for (double threshold : psi) {
            sum += link.meanDerivative(threshold - eta);
        }
        return sum;
    }

    @Override
    public double variance(Link link, double eta, double[] psi, double size) {
        double[] p = probabilities(link, eta, psi);
        double mean = expected(link, eta, psi, size);
        // From the last category, where its own probability may round to 1, the distance is a sum of its own.
        double shortfall = 0;
        for (int k = 0; k + 1 < p.length; k++) {
            shortfall += (p.length - 1 - k) * p[k];
        }
        double sum = 0;
        for (int k = 0; k < p.length; k++) {
            double distance = k + 1 == p.length ? shortfall : k - mean;
            sum += p[k] * distance * distance;
        }
        return sum;
    }

    /** F(α_k - η). */
    @Override
    public double cumulative(Link link, double eta, double[] psi, double y, double size) {
        double k = Math.floor(y);
        if (k < 0 || k >= psi.length) {
            return k < 0 ? 0 : 1;
        }
        double[] log = new double[4];
        Interval.of(link).log(Double.NEGATIVE_INFINITY, psi[(int) k] - eta, log);
        return Elementary.exp(log[0]);
    }

    @Override
    public double cumulativeBelow(Link link, double eta, double[] psi, double y, double size) {
        return cumulative(link, eta, psi, Math.ceil(y) - 1, size);
    }

    /** How many thresholds lie below η + ε, the latent variable, ε ~ F. */
    @Override
    public double draw(Link link, double eta, double[] psi, double size, SplittableRandom random) {
        double latent = eta + Interval.of(link).draw(random);
        if (Double.isNaN(latent)) {
            return latent;
        }
        int k = 0;
        while (k < psi.length && psi[k] < latent) {
            k++;
        }
        return k;
    }

    @Override
    public double[] probabilities(Link link, double eta, double[] psi) {
        double[] out = new double[categories.size()];
        Interval interval = Interval.of(link);
        double[] log = new double[4];
        for (int k = 0; k < out.length; k++) {
            double low = k == 0 ? Double.NEGATIVE_INFINITY : psi[k - 1] - eta;
            double high = k == psi.length ? Double.POSITIVE_INFINITY : psi[k] - eta;
            interval.log(low, high, log);
            out[k] = Elementary.exp(log[0]);
        }
        return out;
    }

    @Override
    public boolean isAtEdge(OutcomeSummary outcome) {
        return false;
    }

    /** The linear predictor has no intercept: its start is the middle of every link. */
    @Override
    public double startingMean(OutcomeSummary outcome) {
        return 0.5;
    }

    /** The link of the observed cumulative shares. */
    @Override
    public double[] startingPsi(OutcomeSummary outcome, Link link) {
        double[] weights = outcome.categories();
        double[] out = new double[Math.max(0, weights.length - 1)];
        double below = 0;
        for (int k = 0; k < out.length; k++) {
            below += weights[k];
            out[k] = link.predictor((below + 0.5) / (outcome.weight() + 1));
        }
        return out;
    }

    private record Model(Interval interval, int categories) implements ObservationModel {
        @Override
        public boolean isConcave() {
            return true;
        }

        private static final int LOW = 0;
        private static final int HIGH = 1;

        @Override
        public int prepared() {
            return 2;
        }

        @Override
        public void prepare(Observations observations, AuxiliaryPredictors psi, double[][] into) {
            for (int j = 0; j < observations.count(); j++) {
                int y = (int) observations.y[j];
                into[LOW][j] = y == 0 ? Double.NEGATIVE_INFINITY : psi.at(y - 1, j);
                into[HIGH][j] = y == categories - 1 ? Double.POSITIVE_INFINITY : psi.at(y, j);
            }
        }

        @Override
        public void evaluate(RowWindow rows, int order, Derivatives out) {
            Observations observations = rows.observations;
            int from = rows.from;
            int count = rows.count;
            double[] eta = rows.eta;
            double[][] prepared = rows.prepared;
            double[] low = out.column(0);
            double[] high = out.column(1);
            for (int j = 0; j < count; j++) {
                low[j] = prepared[LOW][from + j] - eta[j];
                high[j] = prepared[HIGH][from + j] - eta[j];
            }
            interval.log(low, high, count, out);
            out.weighted(observations.weight, from, count);
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
            double[] ends = at.scratch(0);
            for (int j = 0; j < count; j++) {
                double w = observations.weight(from + j);
                double low = prepared[LOW][from + j] - eta[j];
                double high = prepared[HIGH][from + j] - eta[j];
                interval.ends(low, high, ends);
                double a = w * value[j];
                double b = first == null ? 0 : w * first[j];
                double c = first == null ? 0 : w * second[j];
                int y = (int) observations.y[from + j];
                if (y > 0) {
                    into[y - 1][j] += a * ends[0] + b * ends[1] + c * ends[2];
                }
                if (y < categories - 1) {
                    into[y][j] += a * ends[3] + b * ends[4] + c * ends[5];
                }
            }
        }
    }
}
