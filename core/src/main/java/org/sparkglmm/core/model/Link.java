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

    /** Whether its mean is a probability whatever η. */
    public boolean isProbability() {
        return switch (this) {
            case LOGIT, PROBIT, CLOGLOG, LOGLOG -> true;
            case IDENTITY, LOG, INVERSE, SQRT -> false;
        };
    }

    /** 1 - μ, which keeps its digits where μ is near 1. */
    public double complement(double eta) {
        return switch (this) {
            case IDENTITY, LOG, INVERSE, SQRT -> 1 - mean(eta);
            case LOGIT -> LogScale.logistic(-eta);
            case PROBIT -> StandardNormal.probability(-eta);
            case CLOGLOG -> Elementary.exp(-Elementary.exp(eta));
            case LOGLOG -> -Elementary.expm1(-Elementary.exp(-eta));
        };
    }

    /** log μ, also where μ is too small for a double; of the links whose mean is a probability. */
    public double logMean(double eta) {
        return switch (this) {
            case IDENTITY, LOG, INVERSE, SQRT -> throw noProbability();
            case LOGIT -> -LogScale.log1pExp(-eta);
            case PROBIT -> StandardNormal.logProbability(eta);
            case CLOGLOG -> logOneMinusExp(eta);
            case LOGLOG -> -Elementary.exp(-eta);
        };
    }

    /** log(1 - μ), of the same links. */
    public double logComplement(double eta) {
        return switch (this) {
            case IDENTITY, LOG, INVERSE, SQRT -> throw noProbability();
            case LOGIT -> -LogScale.log1pExp(eta);
            case PROBIT -> StandardNormal.logProbability(-eta);
            case CLOGLOG -> -Elementary.exp(eta);
            case LOGLOG -> logOneMinusExp(-eta);
        };
    }

    /** log(1 - exp(-e^x)), which is x where e^x is nothing beside 1. */
    private static double logOneMinusExp(double x) {
        return x < -40 ? x : LogScale.log1mExp(Elementary.exp(x));
    }

    /** log dμ/dη, of the same links. */
    public double logMeanDerivative(double eta) {
        return switch (this) {
            case IDENTITY, LOG, INVERSE, SQRT -> throw noProbability();
            case LOGIT -> logMean(eta) + logComplement(eta);
            case PROBIT -> StandardNormal.logDensity(eta);
            case CLOGLOG -> eta - Elementary.exp(eta);
            case LOGLOG -> -eta - Elementary.exp(-eta);
        };
    }

    /**
     * η = g(μ) of a probability, given by the logarithm of the smaller of μ and 1 - μ; of the same links.
     *
     * @param ofComplement whether that is 1 - μ
     */
    public double predictorOfLog(double log, boolean ofComplement) {
        // The other logarithm keeps its digits too, since this one is at most log ½.
        double other = Elementary.log1p(-Elementary.exp(log));
        double mean = ofComplement ? other : log;
        double complement = ofComplement ? log : other;
        return switch (this) {
            case IDENTITY, LOG, INVERSE, SQRT -> throw noProbability();
            case LOGIT -> mean - complement;
            case PROBIT -> ofComplement ? -StandardNormal.quantileOfLog(log) : StandardNormal.quantileOfLog(log);
            // log(-log(1 - μ)) is log μ where μ is nothing beside 1.
            case CLOGLOG -> mean < -40 ? mean : Elementary.log(-complement);
            case LOGLOG -> complement < -40 ? -complement : -Elementary.log(-mean);
        };
    }

    private IllegalStateException noProbability() {
        return new IllegalStateException(label() + " does not give probabilities");
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
