package org.sparkglmm.spark.data;

import java.io.Serializable;
import java.util.Map;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.fit.FitResult;
import org.sparkglmm.core.inference.BackTransformation;
import org.sparkglmm.core.inference.CentredEstimates;
import org.sparkglmm.core.inference.ParameterCovariance;
import org.sparkglmm.core.model.Family;

/**
 * The estimates of a fit about the centres of covariates that lie far from 0, as a model file keeps them: predictions and contrasts are
 * computed from these, where the covariance of the parameters about 0 has lost its digits.
 *
 * @param centres what is taken off each covariate
 * @param parameters β, θ, ψ about the centres
 * @param covariance of these
 * @param toRaw ∂(parameters about 0)/∂(these), of coefficients the map itself
 */
public record FarOrigin(
        Map<String, Double> centres, double[] parameters, ParameterCovariance covariance, double[][] toRaw)
        implements Serializable {

    /** That of a fit; null where no covariate lies far from 0. */
    public static FarOrigin of(FitResult fit) {
        CentredEstimates centred = fit.centred();
        if (centred == null) {
            return null;
        }
        Centring centring = centring(centred.design(), fit.family());
        double[][] toRaw = new BackTransformation(centring, fit.family()).jacobian(centred.parameters());
        return new FarOrigin(centring.centres(), centred.parameters(), centred.covariance(), toRaw);
    }

    /** The centring that a design, about centres or not, stands for. */
    public static Centring centring(Design design, Family family) {
        return new Centring(design, family.takesCategories());
    }

    /** A fit's design about the centres. */
    Design about(Design design, Family family) {
        return Centring.about(design, centres, family.takesCategories());
    }
}
