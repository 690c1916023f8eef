package org.sparkglmm.core.model;

import java.util.Locale;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.LogScale;
import org.sparkglmm.core.math.StandardNormal;

/** Link functions η = g(μ). The likelihood never needs them (it is written in η); people, starts and predictions do. */
public enum Link {
    IDENTITY,
    LOG,
    INVERSE,
    SQRT,
    LOGIT,
    PROBIT,
    CLOGLOG,
    LOGLOG;

    /** The name used in formulas, options and files: the constant in lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** μ = g⁻¹(η). */
    public double mean(double eta) {
        return switch (this) {
            case IDENTITY -> eta;
            case LOG -> Elementary.exp(eta);
            case INVERSE -> 1 / eta;
            case SQRT -> eta * eta;
            case LOGIT -> LogScale.logistic(eta);
            case PROBIT -> StandardNormal.probability(eta);
            case CLOGLOG -> -Elementary.expm1(-Elementary.exp(eta));
            case LOGLOG -> Elementary.exp(-Elementary.exp(-eta));
        };
    }

    /** dμ/dη at η. */
    public double meanDerivative(double eta) {
        return switch (this) {
            case IDENTITY -> 1;
            case LOG -> Elementary.exp(eta);
            case INVERSE -> -1 / (eta * eta);
            case SQRT -> 2 * eta;
            case LOGIT -> LogScale.logistic(eta) * LogScale.logistic(-eta);
            case PROBIT -> Elementary.exp(StandardNormal.logDensity(eta));
            case CLOGLOG -> Elementary.exp(eta - Elementary.exp(eta));
            case LOGLOG -> Elementary.exp(-eta - Elementary.exp(-eta));
        };
    }

    /** η = g(μ), for starting values; μ inside the family's open range. */
    public double predictor(double mu) {
        return switch (this) {
            case IDENTITY -> mu;
            case LOG -> Elementary.log(mu);
            case INVERSE -> 1 / mu;
            case SQRT -> Math.sqrt(mu);
            case LOGIT -> Elementary.log(mu / (1 - mu));
            case PROBIT -> StandardNormal.quantile(mu);
            case CLOGLOG -> Elementary.log(-Elementary.log1p(-mu));
            case LOGLOG -> -Elementary.log(-Elementary.log(mu));
        };
    }

    /**
     * The size of a sensible change of η around a value: 1 where effects multiply odds or means, else |η| itself, since
     * there η has the outcome's units.
     */
    public double unit(double eta) {
        return switch (this) {
            case IDENTITY, INVERSE, SQRT -> eta == 0 ? 1 : Math.abs(eta);
            case LOG, LOGIT, PROBIT, CLOGLOG, LOGLOG -> 1;
        };
    }
}
