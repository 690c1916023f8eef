package org.sparkglmm.spark.data;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * A column that a model's covariates are computed from, by these names in model.json too.
 *
 * @param name its own
 * @param type as Spark's DDL has it
 * @param mean over the rows used, rounded; NaN unless it is a number
 * @param sd over the rows used, rounded; NaN unless it is a number
 */
public record Covariate(String name, String type, double mean, double sd) implements Serializable {
    private static final int DIGITS = 3;

    /**
     * With the mean and the deviation rounded to three digits of the deviation: Spark adds rows up in any order, and nobody needs more
     * to choose values at which to look at a model.
     */
    static Covariate rounded(String name, String type, double mean, double sd) {
        if (!(Double.isFinite(mean) && Double.isFinite(sd))) {
            return new Covariate(name, type, Double.NaN, Double.NaN);
        }
        BigDecimal deviation = new BigDecimal(sd).round(new MathContext(DIGITS));
        if (deviation.signum() == 0) {
            return new Covariate(
                    name, type, new BigDecimal(mean).round(new MathContext(12)).doubleValue(), 0);
        }
        int lastDigit = deviation.scale() - deviation.precision() + DIGITS;
        double rounded =
                new BigDecimal(mean).setScale(lastDigit, RoundingMode.HALF_EVEN).doubleValue();
        return new Covariate(name, type, rounded, deviation.doubleValue());
    }
}
