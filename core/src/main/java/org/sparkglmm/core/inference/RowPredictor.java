package org.sparkglmm.core.inference;

import java.io.Serializable;
import java.util.Arrays;
import org.sparkglmm.core.design.AliasedColumn;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.math.StandardNormal;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.model.RandomCovariance;

/**
 * Predictions of single rows with standard errors by the delta method, √(g'Vg): for random effects of 0 (population), averaged
 * over the random effects (marginal), and for those of a person (conditional), whose own uncertainty is then added.
 */
public final class RowPredictor implements Serializable {
    private static final long serialVersionUID = 1;

    /** Probabilities of the quantiles between persons of a trajectory. */
    public static final double[] BETWEEN = {0.05, 0.25, 0.75, 0.95};

    private final LinearPredictor rows;
    private final ParameterLayout layout;
    private final Response responses;
    private final Link link;
    private final boolean hasCategories;
    private final RandomCovariance effects;
    private final ParameterCovariance covariance;
    private final StandardErrors errors;
    private final Estimability estimability;

    /**
     * @param parameters β, θ, ψ
     * @param covariance of these
     * @param estimability what the data determine; of the rest there are no predictions
     */
    public RowPredictor(
            ModelSpec spec,
            double[] parameters,
            ParameterCovariance covariance,
            StandardErrors errors,
            Estimability estimability) {
        this.estimability = estimability;
        this.rows = new LinearPredictor(spec.design(), spec.family(), parameters);
        this.layout = spec.layout();
        this.responses = new Response(spec.family(), spec.link());
        this.link = spec.link();
        this.hasCategories = spec.family().takesCategories();
        this.effects = RandomCovariance.of(layout, parameters);
        this.covariance = covariance;
        this.errors = errors;
    }

    /** With random effects of 0. */
    public Prediction population(double[] raw) {
        return typical(raw).prediction();
    }

    /** Whether there is no prediction: a value is missing, or the data do not determine it. */
    public boolean isMissing(double[] raw) {
        return Double.isNaN(responses.at(fixedPart(raw), auxiliary(raw)).value()[0]);
    }

    private Answer typical(double[] raw) {
        double[] inEta = linkGradient(raw);
        double eta = fixedPart(raw);
        return answer(eta, inEta, 0, raw, responses.at(eta, auxiliary(raw)), null);
    }

    /**
     * Averaged over the random effects. Its {@code link} is the link of the averaged mean, NaN of categories.
     */
    public Prediction marginal(double[] raw) {
        Answer out = average(raw);
        double[] mean = out.prediction.response();
        double[] se = out.prediction.responseSe();
        double onLink = Double.NaN;
        double linkSe = Double.NaN;
        if (out.values.isProbability(0)) {
            onLink = out.values.tails()[0].on(link);
            linkSe = out.values.tails()[0].slope(link) * out.se[0];
        } else if (!hasCategories) {
            onLink = link.predictor(mean[0]);
            linkSe = Math.abs(se[0] / link.meanDerivative(onLink));
        }
        return new Prediction(onLink, linkSe, mean, se);
    }

    private Answer average(double[] raw) {
        double eta = fixedPart(raw);
        double[] z = rows.randomRow(raw);
        Response.Values values = responses.averaged(eta, effects.deviation(z), auxiliary(raw));
        return answer(eta, linkGradient(raw), 0, raw, values, z);
    }

    /**
     * For a person.
     *
     * @param effects b̂, q values
     * @param effectsCovariance of b given the parameters, q×q; null if unknown, and then there are no standard errors
     * @param derivatives ∂b̂/∂(β, θ, ψ), q arrays; null to take b̂ and the parameters as independent
     */
    public Prediction conditional(
            double[] raw, double[] effects, double[][] effectsCovariance, double[][] derivatives) {
        double[] z = rows.randomRow(raw);
        double eta = fixedPart(raw);
        for (int r = 0; r < z.length; r++) {
            eta += z[r] * effects[r];
        }
        double[] inEta = linkGradient(raw);
        double own = effectsCovariance == null ? Double.NaN : 0;
        for (int r = 0; r < z.length; r++) {
            for (int c = 0; effectsCovariance != null && c < z.length; c++) {
                own += z[r] * effectsCovariance[r][c] * z[c];
            }
            for (int i = 0; derivatives != null && i < inEta.length; i++) {
                inEta[i] += z[r] * derivatives[r][i];
            }
        }
        return answer(eta, inEta, own, raw, responses.at(eta, auxiliary(raw)), null)
                .prediction();
    }

    /** The mean's curve (first) and those of the categories' probabilities at a row. */
    public TrajectoryPoint[] trajectory(double[] raw) {
        Answer typical = typical(raw);
        Answer average = average(raw);
        double eta = fixedPart(raw);
        double between = effects.deviation(rows.randomRow(raw));
        double[] quantiles = new double[BETWEEN.length];
        for (int k = 0; k < quantiles.length; k++) {
            double person = eta + between * StandardNormal.quantile(BETWEEN[k]);
            quantiles[k] = responses.at(person, auxiliary(raw)).value()[0];
        }
        // A link may turn the order around.
        Arrays.sort(quantiles);
        TrajectoryPoint[] out = new TrajectoryPoint[typical.se.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = new TrajectoryPoint(
                    typical.prediction.response()[i],
                    typical.end(i, scaleOfMean(), -1),
                    typical.end(i, scaleOfMean(), 1),
                    average.prediction.response()[i],
                    average.end(i, scaleOfMean(), -1),
                    average.end(i, scaleOfMean(), 1),
                    i == 0 ? quantiles : new double[0]);
        }
        return out;
    }

    /** Where an interval of a mean that is no probability is symmetric: nowhere beyond what the mean can be. */
    private Link scaleOfMean() {
        return !hasCategories && link == Link.LOG ? Link.LOG : Link.IDENTITY;
    }

    /**
     * A prediction, and where it came from.
     *
     * @param se standard errors of what the derivatives of the values are of
     */
    private record Answer(Prediction prediction, Response.Values values, double[] se) {

        /** An end of the 95% interval of value i: of a probability, symmetric in its logit. */
        double end(int i, Link otherwise, int side) {
            double value = prediction.response()[i];
            double range = side * FixedEffect.QUANTILE * se[i];
            if (values.isProbability(i)) {
                Tail tail = values.tails()[i];
                double logit = tail.on(Link.LOGIT);
                // A tail that is no double leaves no room on either side.
                return Double.isInfinite(logit) ? value : Link.LOGIT.mean(logit + range * tail.slope(Link.LOGIT));
            }
            double at = otherwise.predictor(value);
            return otherwise.mean(at + range / otherwise.meanDerivative(at));
        }
    }

    /** @param z where the response is averaged over the random effects, their columns; null where it is not */
    private Answer answer(
            double eta, double[] inEta, double ownVariance, double[] raw, Response.Values values, double[] z) {
        double linkSe =
                Double.isNaN(eta) ? Double.NaN : Math.sqrt(square(covariance.deltaError(inEta, errors)) + ownVariance);
        int m = values.value().length;
        double[] se = new double[m];
        double[] ofValue = new double[m];
        for (int i = 0; i < m; i++) {
            double[] gradient = new double[inEta.length];
            for (int k = 0; k < gradient.length; k++) {
                gradient[k] = values.inEta()[i] * inEta[k];
            }
            if (z != null) {
                effects.addVarianceGradient(z, values.inVariance()[i], gradient);
            }
            for (int k = 0; k < layout.psiParts(); k++) {
                double[] columns = rows.auxiliaryRow(k, raw);
                for (int c = 0; c < columns.length; c++) {
                    gradient[layout.psiStart(k) + c] += values.inPsi()[k][i] * columns[c];
                }
            }
            double inherited = values.inEta()[i] == 0 ? 0 : square(values.inEta()[i]) * ownVariance;
            se[i] = Math.sqrt(square(covariance.deltaError(gradient, errors)) + inherited);
            ofValue[i] = Math.abs(values.slope(i)) * se[i];
        }
        return new Answer(new Prediction(eta, linkSe, values.value(), ofValue), values, se);
    }

    /** offset + x'β, NaN where the data do not determine it. */
    private double fixedPart(double[] raw) {
        return estimability.holds(AliasedColumn.FIXED, raw) ? rows.fixedPart(raw) : Double.NaN;
    }

    /** The linear predictors of the family's own parameters, NaN where the data do not determine them. */
    private double[] auxiliary(double[] raw) {
        double[] psi = rows.auxiliary(raw);
        for (int k = 0; k < psi.length; k++) {
            psi[k] = estimability.holds(k, raw) ? psi[k] : Double.NaN;
        }
        return psi;
    }

    private static double square(double x) {
        return x * x;
    }

    /** ∂(offset + x'β)/∂(β, θ, ψ). */
    private double[] linkGradient(double[] raw) {
        double[] out = new double[layout.size()];
        double[] x = rows.fixedRow(raw);
        System.arraycopy(x, 0, out, 0, x.length);
        return out;
    }
}
