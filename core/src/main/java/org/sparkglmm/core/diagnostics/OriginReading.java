package org.sparkglmm.core.diagnostics;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;

/**
 * What the random intercept is about: its variance, and its correlations with slopes, are those where the covariates are 0. About their
 * means the same model has others, and only those tell whether effects can be told apart.
 */
public final class OriginReading {
    /** A correlation beyond it is one of effects that are hardly told apart. */
    static final double NEARLY_ONE = 0.95;

    private OriginReading() {}

    /**
     * Λ of the random effects about the means of the columns of Z: in each term with an intercept, it is that at the means of the term's
     * numbers.
     *
     * @param lambda about 0, q×q row by row
     */
    static double[] atMeans(Design design, DataMoments moments, double[] lambda) {
        int q = design.randomColumns().size();
        double[] out = lambda.clone();
        int first = 0;
        for (List<DesignColumn> term : design.random()) {
            int intercept = intercept(term);
            for (int r = 0; intercept >= 0 && r < term.size(); r++) {
                for (int k = 0; r != intercept && k < q; k++) {
                    out[(first + intercept) * q + k] += moments.zMean(first + r) * lambda[(first + r) * q + k];
                }
            }
            first += term.size();
        }
        return out;
    }

    private static int intercept(List<DesignColumn> term) {
        for (int r = 0; r < term.size(); r++) {
            if (term.get(r).components().isEmpty()) {
                return r;
            }
        }
        return -1;
    }

    /**
     * A finding where the origin makes a correlation of nearly one that another would not, or lies far out; null if neither.
     *
     * @param g covariance of the random effects about 0
     * @param origin where the others are about, by column of Z
     * @param other covariance about those
     * @param isFar whether 0 is far from the data
     */
    public static Warning of(Design design, double[][] g, double[] origin, double[][] other, boolean isFar) {
        int first = 0;
        for (List<DesignColumn> term : design.random()) {
            int a = first + Math.max(0, intercept(term));
            for (int r = first; intercept(term) >= 0 && r < first + term.size(); r++) {
                boolean is = r != a && origin[r] != 0 && isOne(term.get(r - first));
                double before = is ? g[a][r] / Math.sqrt(g[a][a] * g[r][r]) : 0;
                double after = is ? other[a][r] / Math.sqrt(other[a][a] * other[r][r]) : 0;
                boolean matters = isFar || Math.abs(before) > NEARLY_ONE && Math.abs(after) <= NEARLY_ONE;
                if (is && matters && (isFar || Math.abs(before) < 1 - 1e-9)) {
                    String name = term.get(r - first).name();
                    return new Warning(
                            "random_origin",
                            String.format(
                                    Locale.ROOT,
                                    "the random intercept is that at %s = 0%s: there its standard deviation is %.4g and its"
                                            + " correlation with %s %.3f; at %s = %s they are %.4g and %.3f. It is the same fit,"
                                            + " and the slope's standard deviation the same; centre %s to read the intercept there",
                                    name,
                                    isFar ? ", far from the data" : "",
                                    Math.sqrt(g[a][a]),
                                    name,
                                    before,
                                    name,
                                    plain(origin[r]),
                                    Math.sqrt(other[a][a]),
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

    /** G = ΛΛ'. */
    public static double[][] covariance(double[] lambda) {
        int q = (int) Math.round(Math.sqrt(lambda.length));
        double[][] out = new double[q][q];
        for (int r = 0; r < q; r++) {
            for (int c = 0; c < q; c++) {
                for (int k = 0; k < q; k++) {
                    out[r][c] += lambda[r * q + k] * lambda[c * q + k];
                }
            }
        }
        return out;
    }

    /** About the means of a design about 0. */
    static Warning aboutMeans(Design design, DataMoments moments, double[] lambda) {
        int q = design.randomColumns().size();
        double[] means = new double[q];
        Arrays.setAll(means, moments::zMean);
        return of(design, covariance(lambda), means, covariance(atMeans(design, moments, lambda)), false);
    }
}
