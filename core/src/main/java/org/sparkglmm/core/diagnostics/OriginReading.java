package org.sparkglmm.core.diagnostics;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Locale;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.model.RandomCovariance;

/**
 * What the random intercept is about: its variance, and its correlations with slopes, are those where the covariates are 0. About their
 * means the same model has others, and only those tell whether effects can be told apart.
 */
public final class OriginReading {
    /** A correlation beyond it is one of effects that are hardly told apart. */
    static final double NEARLY_ONE = 0.95;

    private OriginReading() {}

    /**
     * The random effects about the means of the columns of Z: in each term with an intercept, it is that at the means of the term's numbers.
     *
     * @param about0 of those about 0
     */
    static RandomCovariance atMeans(Design design, DataMoments moments, RandomCovariance about0) {
        int q = design.randomColumns().size();
        double[][] map = new double[q][q];
        int first = 0;
        for (RandomTerm term : design.random()) {
            for (int r = 0; r < term.size(); r++) {
                map[first + r][first + r] = 1;
                if (term.intercept() >= 0 && r != term.intercept()) {
                    map[first + term.intercept()][first + r] = moments.zMean(first + r);
                }
            }
            first += term.size();
        }
        return about0.times(map);
    }

    /**
     * A finding where the origin makes a correlation of nearly one that another would not, or lies far out; null if neither.
     *
     * @param about0 covariance of the random effects about 0
     * @param origin where the others are about, by column of Z
     * @param other covariance about those
     * @param isFar whether 0 is far from the data
     */
    public static Warning of(
            Design design, RandomCovariance about0, double[] origin, RandomCovariance other, boolean isFar) {
        int first = 0;
        for (RandomTerm term : design.random()) {
            int a = first + Math.max(0, term.intercept());
            for (int r = first; term.intercept() >= 0 && r < first + term.size(); r++) {
                DesignColumn column = term.columns().get(r - first);
                boolean is = r != a && origin[r] != 0 && isOne(column);
                double before = is ? about0.correlation(a, r) : 0;
                double after = is ? other.correlation(a, r) : 0;
                boolean matters = isFar || Math.abs(before) > NEARLY_ONE && Math.abs(after) <= NEARLY_ONE;
                if (is && matters && (isFar || Math.abs(before) < 1 - 1e-9)) {
                    String name = column.name();
                    return new Warning(
                            "random_origin",
                            String.format(
                                    Locale.ROOT,
                                    "the random intercept is that at %s = 0%s: there its standard deviation is %.4g and its"
                                            + " correlation with %s %.3f; at %s = %s they are %.4g and %.3f. It is the same fit,"
                                            + " and the slope's standard deviation the same; centre %s to read the intercept there",
                                    name,
                                    isFar ? ", far from the data" : "",
                                    Math.sqrt(about0.at(a, a)),
                                    name,
                                    before,
                                    name,
                                    plain(origin[r]),
                                    Math.sqrt(other.at(a, a)),
                                    after,
                                    name));
                }
            }
            first += term.size();
        }
        return null;
    }

    /** To six digits, without zeros at the end. */
    static String plain(double value) {
        return new BigDecimal(value)
                .round(new MathContext(6))
                .stripTrailingZeros()
                .toPlainString();
    }

    private static boolean isOne(DesignColumn column) {
        return column.components().size() == 1 && column.components().get(0).isNumeric();
    }

    /** About the means of a design about 0. */
    static Warning aboutMeans(Design design, DataMoments moments, RandomCovariance about0) {
        double[] means = new double[design.randomColumns().size()];
        Arrays.setAll(means, moments::zMean);
        return of(design, about0, means, atMeans(design, moments, about0), false);
    }
}
