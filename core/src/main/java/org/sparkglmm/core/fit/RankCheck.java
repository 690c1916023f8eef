package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.AliasedColumn;
import org.sparkglmm.core.design.ColumnMoments;
import org.sparkglmm.core.design.DesignColumn;

/**
 * Which columns of X add something to those before them, as R's pivoted QR decides: a column whose part orthogonal to the
 * earlier ones has all but vanished is dropped.
 */
final class RankCheck {
    /** Squared: R's lm() drops at 1e-7 of a column's length; cross-products about the mean resolve this much. */
    private static final double COLLINEAR = 1e-11;
    /** A column whose variance is this small a part of its mean square is constant up to rounding. */
    private static final double CONSTANT = 1e-24;

    /** A coefficient of a dependence is 0 if the column's part in it is less than this share. */
    private static final double ZERO = 1e-9;

    private final List<Integer> kept = new ArrayList<>();
    private final List<String> constant = new ArrayList<>();
    /** Those of them that are 0 in every row. */
    private final Set<String> zero = new HashSet<>();

    private final List<String> collinear = new ArrayList<>();

    private final List<AliasedColumn> aliased = new ArrayList<>();

    private final String where;

    /**
     * @param part whose columns, as {@link AliasedColumn#part}
     * @param moments of the columns, in their order
     * @param elsewhere whether constants outside this predictor take the place of an intercept
     * @param where whose columns, in words
     */
    RankCheck(int part, ColumnMoments moments, List<DesignColumn> columns, boolean elsewhere, String where) {
        this.where = where;
        int intercept = interceptOf(columns);
        boolean centred = elsewhere || intercept >= 0;
        int p = columns.size();
        double[][] a = new double[p][p];
        for (int c = 0; c < p; c++) {
            for (int d = 0; d < p; d++) {
                a[c][d] = centred && c != intercept && d != intercept
                        ? moments.scatter(c, d)
                        : centred && c != d ? 0 : moments.rawScatter(c, d);
            }
        }
        double[] own = new double[p];
        for (int c = 0; c < p; c++) {
            own[c] = a[c][c];
        }
        List<Integer> dropped = new ArrayList<>();
        for (int c = 0; c < p; c++) {
            boolean isConstant = !(own[c] > CONSTANT * moments.rawScatter(c, c));
            if (isConstant || !(a[c][c] > COLLINEAR * own[c])) {
                (isConstant ? constant : collinear).add(columns.get(c).name());
                if (!(moments.rawScatter(c, c) > 0)) {
                    zero.add(columns.get(c).name());
                }
                dropped.add(c);
                continue;
            }
            kept.add(c);
            for (int i = c + 1; i < p; i++) {
                double factor = a[i][c] / a[c][c];
                for (int j = c + 1; j < p; j++) {
                    a[i][j] -= factor * a[c][j];
                }
            }
        }
        for (int d : dropped) {
            double[] combination = combination(a, own, d);
            double rest = centred ? moments.mean(d) : 0;
            double size = Math.abs(rest);
            Map<String, Double> others = new LinkedHashMap<>();
            for (int c : kept) {
                if (c != intercept && c < d && combination[c] != 0) {
                    others.put(columns.get(c).name(), combination[c]);
                    double share = centred ? combination[c] * moments.mean(c) : 0;
                    rest -= share;
                    size += Math.abs(share);
                }
            }
            rest = Math.abs(rest) <= ZERO * size ? 0 : rest;
            double scale = Math.sqrt(moments.rawScatter(d, d) / moments.weight());
            aliased.add(new AliasedColumn(part, columns.get(d).name(), rest, others, scale));
        }
    }

    /**
     * The coefficients of the columns kept before column d, whose combination it is: with the factor that the elimination left in
     * their rows, by back substitution.
     */
    private double[] combination(double[][] a, double[] own, int d) {
        double[] out = new double[d];
        for (int k = kept.size() - 1; k >= 0; k--) {
            int c = kept.get(k);
            if (c >= d) {
                continue;
            }
            double sum = a[c][d];
            for (int j = c + 1; j < d; j++) {
                sum -= a[c][j] * out[j];
            }
            double value = sum / a[c][c];
            // What rounding makes of a 0.
            out[c] = Math.abs(value) * Math.sqrt(own[c]) <= ZERO * Math.sqrt(own[d]) ? 0 : value;
        }
        return out;
    }

    static int interceptOf(List<DesignColumn> columns) {
        for (int c = 0; c < columns.size(); c++) {
            if (columns.get(c).components().isEmpty()) {
                return c;
            }
        }
        return -1;
    }

    boolean isFullRank() {
        return constant.isEmpty() && collinear.isEmpty();
    }

    int[] kept() {
        return kept.stream().mapToInt(Integer::intValue).toArray();
    }

    /** What was dropped, and what it is a combination of. */
    List<AliasedColumn> aliased() {
        return List.copyOf(aliased);
    }

    /**
     * What was dropped and why, as warnings.
     *
     * @param emptyCells whether cells without rows are named elsewhere, which are the reason for columns of zeros
     */
    List<Warning> warnings(boolean emptyCells) {
        List<Warning> out = new ArrayList<>();
        List<String> unexplained = constant.stream()
                .filter(name -> !emptyCells || !zero.contains(name))
                .toList();
        if (!unexplained.isEmpty()) {
            out.add(new Warning(
                    "column_constant",
                    "dropped " + String.join(", ", unexplained) + where
                            + ": the same value in every row, so its effect cannot be told from the intercept's"));
        }
        if (!collinear.isEmpty()) {
            out.add(new Warning(
                    "column_collinear",
                    "the model matrix is rank deficient, dropped " + String.join(", ", collinear) + where
                            + ": a linear combination of the columns before it"));
        }
        return out;
    }
}
