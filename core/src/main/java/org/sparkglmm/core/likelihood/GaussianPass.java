package org.sparkglmm.core.likelihood;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.SummingPass;
import org.sparkglmm.core.math.CompensatedSum;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.Fingerprint;
import org.sparkglmm.core.math.NumberTape;
import org.sparkglmm.core.math.SmallMatrices;
import org.sparkglmm.core.model.ParameterLayout;

/**
 * One pass over the cross-products of gaussian clusters at several relative factors Λ (G = σ²ΛΛ').
 *
 * <p>With M_i = I + Λ'Z'WZΛ, K_i = Λ'Z'WC and Q_i = M_i⁻¹K_i, sums over clusters
 *
 * <pre>
 * log|M| ,  S = C'WC - Σ K'Q  (= C'V⁻¹C) ,
 * ∂log|M|/∂Λ_rc = 2 (Z'WZ Λ M⁻¹)_rc ,  ∂S/∂Λ_rc = -[(b_r - v_r) q_c' + q_c (b_r - v_r)']
 * </pre>
 *
 * with b, q, v the rows of Z'WC, Q and Z'WZΛQ. Bates et al. (2015), J. Stat. Soft. 67, §3, differentiated.
 */
final class GaussianPass implements SummingPass<GaussianPass.Sum> {
    private static final long serialVersionUID = 1;

    /** Positions in a sum: weights, constants, log|M|, S (width² row-major), then per θ its ∂log|M| and ∂S. */
    static final int WEIGHT = 0;

    static final int CONSTANT = 1;
    static final int LOG_DETERMINANT = 2;
    static final int S = 3;

    /** Clusters whose terms need no compensation among themselves. */
    private static final int WINDOW = 128;

    private final ParameterLayout layout;
    private final double[] shift;
    private final List<double[]> thetas;

    private GaussianPass(ParameterLayout layout, double[] shift, List<double[]> thetas) {
        this.layout = layout;
        this.shift = shift.clone();
        this.thetas = new ArrayList<>(thetas);
    }

    static int derivativeStart(int width, int t) {
        return S + width * width + t * (1 + width * width);
    }

    static List<CompensatedSum> over(ClusterData data, ParameterLayout layout, double[] shift, List<double[]> thetas) {
        return List.of(data.total(new GaussianPass(layout, shift, thetas)).ofThetas);
    }

    /** What clusters add up to at each θ. */
    static final class Sum implements SummingPass.Sum<Sum> {
        private static final long serialVersionUID = 1;

        private final CompensatedSum[] ofThetas;

        private Sum(CompensatedSum[] ofThetas) {
            this.ofThetas = ofThetas;
        }

        @Override
        public void merge(Sum other) {
            for (int k = 0; k < ofThetas.length; k++) {
                ofThetas[k].merge(other.ofThetas[k]);
            }
        }

        @Override
        public void save(NumberTape to) {
            for (CompensatedSum sum : ofThetas) {
                sum.save(to);
            }
        }

        @Override
        public void restore(NumberTape from) {
            for (CompensatedSum sum : ofThetas) {
                sum.restore(from);
            }
        }
    }

    @Override
    public Sum nothing() {
        CompensatedSum[] out = new CompensatedSum[thetas.size()];
        for (int k = 0; k < out.length; k++) {
            out[k] = new CompensatedSum(derivativeStart(shift.length, layout.theta()));
        }
        return new Sum(out);
    }

    @Override
    public long fingerprint() {
        Fingerprint out = new Fingerprint().add("gaussian").add(shift);
        thetas.forEach(out::add);
        return out.value();
    }

    @Override
    public Sum apply(ClusterBlock block) {
        CrossProducts products = block.byProduct(CrossProducts.class);
        if (products == null || !products.isAbout(shift)) {
            products = new CrossProducts(block, shift);
            block.keep(CrossProducts.class, products);
        }
        CompensatedSum[] out = new CompensatedSum[thetas.size()];
        for (int k = 0; k < out.length; k++) {
            out[k] = sum(products, thetas.get(k));
        }
        return new Sum(out);
    }

    private CompensatedSum sum(CrossProducts products, double[] theta) {
        int q = products.q;
        int width = products.width;
        double[] lambda = lambda(theta, q);
        double[] terms = new double[derivativeStart(width, layout.theta())];
        CompensatedSum out = new CompensatedSum(terms.length);
        out.add(WEIGHT, products.weight);
        out.add(CONSTANT, products.logConstant);
        for (int k = 0; k < width * width; k++) {
            out.add(S + k, products.cc[k]);
        }
        double[] zz = new double[q * q];
        double[] zzLambda = new double[q * q];
        double[] chol = new double[q * q];
        double[] inverse = new double[q * q];
        double[] mInverse = new double[q * q];
        double[] gradient = new double[q * q];
        double[] column = new double[q];
        double[][] solved = new double[q][width];
        double[][] effects = new double[q][width];
        double[][] difference = new double[q][width];
        double[] cross = new double[width];
        for (int i = 0; i < products.clusters; i++) {
            System.arraycopy(products.zz, i * q * q, zz, 0, q * q);
            SmallMatrices.multiply(zz, lambda, q, zzLambda);
            SmallMatrices.multiplyTransposedLeft(lambda, zzLambda, q, chol);
            for (int d = 0; d < q; d++) {
                chol[d * q + d] += 1;
            }
            if (!SmallMatrices.choleskyInPlace(chol, q)) {
                out.add(LOG_DETERMINANT, Double.NaN);
                return out;
            }
            double root = 1;
            for (int d = 0; d < q; d++) {
                root *= chol[d * q + d];
            }
            terms[LOG_DETERMINANT] += 2 * Elementary.log(root);
            SmallMatrices.invertLower(chol, q, inverse);
            SmallMatrices.multiplyTransposedLeft(inverse, inverse, q, mInverse);
            SmallMatrices.multiply(zzLambda, mInverse, q, gradient);
            int zc = i * q * width;
            for (int c = 0; c < width; c++) {
                for (int d = 0; d < q; d++) {
                    double k = 0;
                    for (int r = d; r < q; r++) {
                        k += lambda[r * q + d] * products.zc[zc + r * width + c];
                    }
                    column[d] = k;
                }
                for (int d = 0; d < q; d++) {
                    double s = 0;
                    for (int e = 0; e < q; e++) {
                        s += mInverse[d * q + e] * column[e];
                    }
                    solved[d][c] = s;
                }
                for (int r = 0; r < q; r++) {
                    double v = 0;
                    double b = 0;
                    for (int d = 0; d < q; d++) {
                        v += zzLambda[r * q + d] * solved[d][c];
                        b += lambda[r * q + d] * solved[d][c];
                    }
                    effects[r][c] = b;
                    difference[r][c] = products.zc[zc + r * width + c] - v;
                }
            }
            // K'Q = Σ_r b_r (ΛQ)_r'
            for (int r = 0; r < q; r++) {
                System.arraycopy(products.zc, zc + r * width, cross, 0, width);
                subtractOuter(cross, effects[r], width, terms, S);
            }
            for (int t = 0; t < layout.theta(); t++) {
                int r = layout.row(t);
                int e = layout.column(t);
                int at = derivativeStart(width, t);
                terms[at] += 2 * gradient[r * q + e];
                subtractOuter(difference[r], solved[e], width, terms, at + 1);
            }
            if ((i + 1) % WINDOW == 0 || i + 1 == products.clusters) {
                for (int t = 0; t < layout.theta(); t++) {
                    symmetrise(terms, derivativeStart(width, t) + 1, width);
                }
                out.add(terms);
                java.util.Arrays.fill(terms, 0);
            }
        }
        return out;
    }

    /** into -= vw', row-major from {@code at} on. */
    private static void subtractOuter(double[] v, double[] w, int width, double[] into, int at) {
        for (int c = 0; c < width; c++) {
            double factor = v[c];
            int row = at + c * width;
            for (int d = 0; d < width; d++) {
                into[row + d] -= factor * w[d];
            }
        }
    }

    /** A := A + A'. */
    private static void symmetrise(double[] a, int at, int width) {
        for (int c = 0; c < width; c++) {
            for (int d = 0; d <= c; d++) {
                double sum = a[at + c * width + d] + a[at + d * width + c];
                a[at + c * width + d] = sum;
                a[at + d * width + c] = sum;
            }
        }
    }

    private double[] lambda(double[] theta, int q) {
        double[] out = new double[q * q];
        for (int t = 0; t < theta.length; t++) {
            out[layout.row(t) * q + layout.column(t)] = theta[t];
        }
        return out;
    }
}
