package org.sparkglmm.core.inference;

import java.io.Serializable;
import java.util.Arrays;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.math.StandardNormal;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.ParameterLayout;

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
    private final RandomVariance randomVariance;
    private final ParameterCovariance covariance;
    private final StandardErrors errors;

    /**
     * @param parameters β, θ, ψ
     * @param covariance of these
     */
    public RowPredictor(
            Design design,
            Family family,
            Link link,
            double[] parameters,
            ParameterCovariance covariance,
            StandardErrors errors) {
        this.rows = new LinearPredictor(design, family, parameters);
        this.layout = design.layout(family);
        this.responses = new Response(family, link);
        this.link = link;
        this.hasCategories = family.takesCategories();
        this.randomVariance = new RandomVariance(layout, parameters);
        this.covariance = covariance;
        this.errors = errors;
    }

    /** With random effects of 0. */
    public Prediction population(double[] raw) {
        double[] inEta = linkGradient(raw);
        double eta = rows.fixedPart(raw);
        return prediction(eta, inEta, 0, raw, responses.at(eta, rows.auxiliary(raw)), null);
    }

    /**
     * Averaged over the random effects. Its {@code link} is the link of the averaged mean, NaN of categories.
     */
    public Prediction marginal(double[] raw) {
        double eta = rows.fixedPart(raw);
        double[] z = rows.randomRow(raw);
        Response.Values values = responses.averaged(eta, randomVariance.deviation(z), rows.auxiliary(raw));
        Prediction out = prediction(eta, linkGradient(raw), 0, raw, values, z);
        double mean = out.response()[0];
        double onLink = hasCategories ? Double.NaN : link.predictor(mean);
        double slope = link.meanDerivative(onLink);
        return new Prediction(onLink, Math.abs(out.responseSe()[0] / slope), out.response(), out.responseSe());
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
        double eta = rows.fixedPart(raw);
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
        return prediction(eta, inEta, own, raw, responses.at(eta, rows.auxiliary(raw)), null);
    }

    /** The mean's curve (first) and those of the categories' probabilities at a row. */
    public TrajectoryPoint[] trajectory(double[] raw) {
        Prediction typical = population(raw);
        Prediction average = marginal(raw);
        double eta = rows.fixedPart(raw);
        double between = randomVariance.deviation(rows.randomRow(raw));
        double[] quantiles = new double[BETWEEN.length];
        for (int k = 0; k < quantiles.length; k++) {
            double person = eta + between * StandardNormal.quantile(BETWEEN[k]);
            quantiles[k] = responses.at(person, rows.auxiliary(raw)).value()[0];
        }
        // A link may turn the order around.
        Arrays.sort(quantiles);
        TrajectoryPoint[] out = new TrajectoryPoint[typical.response().length];
        for (int i = 0; i < out.length; i++) {
            Link scale = i > 0 ? Link.LOGIT : scaleOfMean();
            out[i] = new TrajectoryPoint(
                    typical.response()[i],
                    end(typical, i, scale, -1),
                    end(typical, i, scale, 1),
                    average.response()[i],
                    end(average, i, scale, -1),
                    end(average, i, scale, 1),
                    i == 0 ? quantiles : new double[0]);
        }
        return out;
    }

    /** Where an interval of the mean is symmetric: nowhere beyond what the mean can be. */
    private Link scaleOfMean() {
        if (hasCategories) {
            return Link.IDENTITY;
        }
        return switch (link) {
            case LOGIT, PROBIT, CLOGLOG, LOGLOG -> Link.LOGIT;
            case LOG -> Link.LOG;
            case IDENTITY, INVERSE, SQRT -> Link.IDENTITY;
        };
    }

    private static double end(Prediction prediction, int i, Link scale, int side) {
        double at = scale.predictor(prediction.response()[i]);
        double se = prediction.responseSe()[i] / scale.meanDerivative(at);
        return scale.mean(at + side * FixedEffect.QUANTILE * se);
    }

    /** @param z where the response is averaged over the random effects, their columns; null where it is not */
    private Prediction prediction(
            double eta, double[] inEta, double ownVariance, double[] raw, Response.Values values, double[] z) {
        double linkSe = Math.sqrt(square(covariance.deltaError(inEta, errors)) + ownVariance);
        int m = values.value().length;
        double[] se = new double[m];
        for (int i = 0; i < m; i++) {
            double[] gradient = new double[inEta.length];
            for (int k = 0; k < gradient.length; k++) {
                gradient[k] = values.inEta()[i] * inEta[k];
            }
            if (z != null) {
                randomVariance.addGradient(z, values.inVariance()[i], gradient);
            }
            for (int k = 0; k < layout.psiParts(); k++) {
                double[] columns = rows.auxiliaryRow(k, raw);
                for (int c = 0; c < columns.length; c++) {
                    gradient[layout.psiStart(k) + c] += values.inPsi()[k][i] * columns[c];
                }
            }
            double inherited = values.inEta()[i] == 0 ? 0 : square(values.inEta()[i]) * ownVariance;
            se[i] = Math.sqrt(square(covariance.deltaError(gradient, errors)) + inherited);
        }
        return new Prediction(eta, linkSe, values.value(), se);
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
