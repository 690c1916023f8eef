package org.sparkglmm.core.inference;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.design.Design;

/**
 * The estimated covariance of one random term.
 *
 * @param group the grouping column
 * @param terms names of its columns
 * @param sd standard deviations
 * @param corr correlations; NaN beside a variance of 0
 * @param cov covariance matrix G
 */
public record RandomEffect(String group, List<String> terms, double[] sd, double[][] corr, double[][] cov) {

    /** One for each random term, from Λ (q×q row-major): G = ΛΛ'. */
    public static List<RandomEffect> of(Design design, double[] lambda) {
        int q = design.randomColumns().size();
        List<RandomEffect> out = new ArrayList<>();
        int start = 0;
        for (int block : design.randomSizes()) {
            double[][] cov = new double[block][block];
            double[][] corr = new double[block][block];
            double[] sd = new double[block];
            for (int r = 0; r < block; r++) {
                for (int c = 0; c < block; c++) {
                    for (int k = 0; k < q; k++) {
                        cov[r][c] += lambda[(start + r) * q + k] * lambda[(start + c) * q + k];
                    }
                }
                sd[r] = Math.sqrt(cov[r][r]);
            }
            for (int r = 0; r < block; r++) {
                for (int c = 0; c < block; c++) {
                    double rho = cov[r][c] / (sd[r] * sd[c]);
                    corr[r][c] = r == c ? 1 : Math.max(-1, Math.min(1, rho));
                }
            }
            out.add(new RandomEffect(
                    design.group(), design.randomNames().subList(start, start + block), sd, corr, cov));
            start += block;
        }
        return out;
    }
}
