package org.sparkglmm.core.inference;

import java.io.Serializable;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.sparkglmm.core.design.BlockColumn;
import org.sparkglmm.core.design.BlockFunction;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.Observations;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.model.RandomCovariance;

/**
 * Population-averaged coefficients: the linear predictor that comes nearest, by least squares over the rows, to the link of the
 * mean averaged over the random effects, γ = (X'X)⁻¹ X'(g(M) - offset). Standard errors by the delta method over all parameters
 * (Hedeker, du Toit, Demirtas and Gibbons 2018, Biometrics 74:354).
 *
 * <p>They estimate what a marginal model (GEE) with the same X does, as far as that one's mean is the model's averaged mean: exactly
 * for identity and log links with a random intercept and for probit, and up to curvature that no linear predictor follows for
 * logit and slopes.
 */
public final class MarginalCoefficients {
    /** Of a coefficient, for an open one that moves by 1. */
    private static final double NOTHING = 1e-3;

    private MarginalCoefficients() {}

    /**
     * The coefficients, named as those of X; none of ordered categories, which have no mean on the link's scale, and none where
     * the mean has no average.
     *
     * @param data the rows to come near to; a large sample will do
     * @param parameters β, θ, ψ
     */
    public static List<FixedEffect> of(
            ClusterData data,
            ModelSpec spec,
            double[] parameters,
            ParameterCovariance covariance,
            StandardErrors errors) {
        Design design = spec.design();
        int p = design.fixed().size();
        int all = parameters.length;
        DMatrixRMaj xx = new DMatrixRMaj(p, p);
        DMatrixRMaj right = new DMatrixRMaj(p, 1 + all);
        if (spec.family().takesCategories() || p == 0) {
            return List.of();
        }
        for (Sums sums : data.mapBlocks(new Projection(spec, parameters))) {
            for (int i = 0; i < p; i++) {
                for (int j = 0; j < p; j++) {
                    xx.add(i, j, sums.xx[i][j]);
                }
                for (int j = 0; j <= all; j++) {
                    right.add(i, j, sums.right[i][j]);
                }
            }
        }
        DMatrixRMaj solution = new DMatrixRMaj(p, 1 + all);
        if (!CommonOps_DDRM.solve(xx, right, solution) || Double.isNaN(solution.get(0, 0))) {
            return List.of();
        }
        solution = aboutZero(solution, new Centring(design, false).fixedToRaw());
        double[] estimates = new double[p];
        double[] se = new double[p];
        double[] robust = new double[p];
        for (int i = 0; i < p; i++) {
            double[] gradient = new double[all];
            for (int j = 0; j < all; j++) {
                gradient[j] = solution.get(i, 1 + j);
            }
            forget(covariance.open(), gradient);
            estimates[i] = solution.get(i, 0);
            se[i] = covariance.deltaError(gradient, StandardErrors.MODEL);
            robust[i] = covariance.deltaError(gradient, StandardErrors.ROBUST);
        }
        return FixedEffect.table(design.fixedNames(), estimates, se, robust, errors);
    }

    /**
     * Where an effect has no finite estimate the mean is 0 or 1 whatever it is, on the link's scale a shift of that column's own
     * coefficient, and of no other but for what is left of the averaging.
     */
    private static void forget(int[] open, double[] gradient) {
        for (int k : open) {
            gradient[k] = Math.abs(gradient[k]) < NOTHING ? 0 : gradient[k];
        }
    }

    /** The coefficients, and what they change by, of the columns about 0. */
    private static DMatrixRMaj aboutZero(DMatrixRMaj centred, double[][] toRaw) {
        int p = centred.getNumRows();
        DMatrixRMaj out = new DMatrixRMaj(p, centred.getNumCols());
        for (int i = 0; i < p; i++) {
            for (int k = 0; k < p; k++) {
                for (int j = 0; toRaw[i][k] != 0 && j < out.getNumCols(); j++) {
                    out.add(i, j, toRaw[i][k] * centred.get(k, j));
                }
            }
        }
        return out;
    }

    /** X'X and X'(g(M) - offset, ∂g(M)/∂parameters) of a block. */
    private record Sums(double[][] xx, double[][] right) implements Serializable {}

    private static final class Projection implements BlockFunction<Sums> {
        private static final long serialVersionUID = 1;

        private final ParameterLayout layout;
        private final Response responses;
        private final Link link;
        private final double[] parameters;
        private final RandomCovariance effects;

        Projection(ModelSpec spec, double[] parameters) {
            this.layout = spec.layout();
            this.responses = new Response(spec.family(), spec.link());
            this.link = spec.link();
            this.parameters = parameters;
            this.effects = RandomCovariance.of(layout, parameters);
        }

        @Override
        public Sums apply(ClusterBlock block) {
            int p = layout.fixed();
            Sums out = new Sums(new double[p][p], new double[p][1 + parameters.length]);
            Observations observations = block.observations();
            double[] x = new double[p];
            double[] z = new double[layout.random()];
            double[] psi = new double[layout.psiParts()];
            double[] gradient = new double[parameters.length];
            int cluster = 0;
            for (int j = 0; j < block.rows(); j++) {
                while (j >= block.start(cluster + 1)) {
                    cluster++;
                }
                row(block.x(), cluster, j, x);
                row(block.z(), cluster, j, z);
                double offset = block.offset() == null ? 0 : block.offset()[j];
                double eta = offset;
                for (int c = 0; c < p; c++) {
                    eta += x[c] * parameters[c];
                }
                java.util.Arrays.fill(gradient, 0);
                for (int k = 0; k < psi.length; k++) {
                    psi[k] = 0;
                    for (int c = 0; c < layout.psiStart(k + 1) - layout.psiStart(k); c++) {
                        psi[k] += auxiliary(block, k, c, cluster, j) * parameters[layout.psiStart(k) + c];
                    }
                }
                Response.Values values = responses.averaged(eta, effects.deviation(z), psi);
                double onLink;
                double slope;
                if (values.isProbability(0)) {
                    Tail tail = values.tails()[0];
                    onLink = tail.on(link);
                    slope = tail.ofComplement() ? -tail.slope(link) : tail.slope(link);
                } else {
                    onLink = link.predictor(values.value()[0]);
                    slope = 1 / link.meanDerivative(onLink);
                }
                for (int c = 0; c < p; c++) {
                    gradient[c] = slope * values.inEta()[0] * x[c];
                }
                effects.addVarianceGradient(z, slope * values.inVariance()[0], gradient);
                for (int k = 0; k < psi.length; k++) {
                    for (int c = 0; c < layout.psiStart(k + 1) - layout.psiStart(k); c++) {
                        gradient[layout.psiStart(k) + c] =
                                slope * values.inPsi()[k][0] * auxiliary(block, k, c, cluster, j);
                    }
                }
                double w = observations.weight(j);
                for (int i = 0; i < p; i++) {
                    double wx = w * x[i];
                    for (int c = 0; c < p; c++) {
                        out.xx[i][c] += wx * x[c];
                    }
                    out.right[i][0] += wx * (onLink - offset);
                    for (int k = 0; k < gradient.length; k++) {
                        out.right[i][1 + k] += wx * gradient[k];
                    }
                }
            }
            return out;
        }

        private static void row(BlockColumn[] columns, int cluster, int j, double[] into) {
            for (int c = 0; c < into.length; c++) {
                into[c] = columns[c].at(cluster, j);
            }
        }

        private static double auxiliary(ClusterBlock block, int k, int c, int cluster, int j) {
            BlockColumn[] columns = block.auxiliary(k);
            return columns == null ? 1 : columns[c].at(cluster, j);
        }
    }
}
