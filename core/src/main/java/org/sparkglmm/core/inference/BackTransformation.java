package org.sparkglmm.core.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.math.ArrayMath;
import org.sparkglmm.core.model.AuxiliaryParameter;
import org.sparkglmm.core.model.CovarianceFactor;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.model.RandomCovariance;

/**
 * From the parameters of columns about centres to those of the columns about 0: β = Tβ̃, thresholds less what T leaves to a constant,
 * ψ = T_k ψ̃, and Λ, the lower triangular factor of AΛ̃ = LQ, so that G = AG̃A'. Covariances follow by the Jacobian, in which
 *
 * <pre>dL = dM Q' + LΩ ,  M = AΛ̃ ,  Ω + Ω' = 0 ,  (L⁻¹ dM Q' + Ω) lower triangular</pre>
 *
 * over the rows of L with a pivot and the columns of Λ̃ that are not 0: where G has less than full rank, so has its factor.
 */
public final class BackTransformation {
    /** A row of L whose pivot is this small a part of it depends on the rows before it. */
    private static final double ROUNDING = 1e-14;

    private final Centring centring;
    private final ParameterLayout layout;
    /** Parameters that take the place of the intercept, with its opposite sign. */
    private final int[] thresholds;

    /** @param centring of the model's columns */
    public BackTransformation(Centring centring, Family family) {
        this.centring = centring;
        layout = centring.design().layout(family);
        thresholds = IntStream.range(0, layout.psiParts())
                .filter(k -> family.auxiliary().get(k).role() == AuxiliaryParameter.Role.THRESHOLD)
                .map(layout::psiStart)
                .toArray();
    }

    /** The parameters of the columns about 0. */
    public double[] toRaw(double[] centred) {
        double[] out = linear(centred, centring.fixedToRaw(), centring::auxiliaryToRaw);
        for (Factor factor : factors(centred, centring.randomToRaw())) {
            factor.write(out);
        }
        return out;
    }

    /** The parameters of the columns about the centres. */
    public double[] toCentred(double[] raw) {
        double[] out = linear(raw, centring.fixedToCentred(), centring::auxiliaryToCentred);
        for (Factor factor : factors(raw, centring.randomToCentred())) {
            factor.write(out);
        }
        return out;
    }

    private double[] linear(double[] from, double[][] t, IntFunction<double[][]> ofPart) {
        int p = layout.fixed();
        double[] out = from.clone();
        for (int i = 0; i < p; i++) {
            out[i] = times(t[i], from, 0, p);
        }
        for (int k : thresholds) {
            out[k] = from[k] - times(t[p], from, 0, p);
        }
        for (int k = 0; k < layout.psiParts(); k++) {
            double[][] part = ofPart.apply(k);
            int start = layout.psiStart(k);
            int size = layout.psiStart(k + 1) - start;
            for (int i = 0; part != null && i < size; i++) {
                out[start + i] = times(part[i], from, start, size);
            }
        }
        return out;
    }

    private static double times(double[] row, double[] v, int from, int size) {
        double sum = 0;
        for (int j = 0; j < size; j++) {
            // A parameter at an infinite edge is no part of the others.
            sum += row[j] == 0 ? 0 : row[j] * v[from + j];
        }
        return sum;
    }

    /** One term's M = LQ. */
    private final class Factor {
        final CovarianceFactor factor;
        final int size;
        /** Columns of Λ̃ that are not 0, in the term. */
        final int[] columns;
        /** Rows of L with a pivot, as many. */
        final int[] pivots;
        /** Rows by pivots. */
        final double[][] l;

        final double[][] q;
        final double[][] a;

        Factor(RandomCovariance about, double[][] map, CovarianceFactor factor) {
            this.factor = factor;
            size = factor.size();
            int start = factor.start();
            columns = IntStream.range(0, size)
                    .filter(c -> IntStream.range(c, size).anyMatch(r -> about.factor(start + r, start + c) != 0))
                    .toArray();
            a = new double[size][];
            double[][] m = new double[size][columns.length];
            for (int i = 0; i < size; i++) {
                a[i] = Arrays.copyOfRange(map[start + i], start, start + size);
                for (int c = 0; c < columns.length; c++) {
                    for (int r = 0; r < size; r++) {
                        m[i][c] += a[i][r] * about.factor(start + r, start + columns[c]);
                    }
                }
            }
            q = new double[columns.length][];
            l = new double[size][columns.length];
            int[] found = new int[columns.length];
            int rank = 0;
            for (int i = 0; i < size; i++) {
                double[] rest = m[i].clone();
                double length = norm(rest);
                // Twice, against what rounding leaves of the first.
                for (int again = 0; again < 2; again++) {
                    for (int k = 0; k < rank; k++) {
                        double along = ArrayMath.dot(rest, q[k]);
                        l[i][k] += along;
                        for (int c = 0; c < rest.length; c++) {
                            rest[c] -= along * q[k][c];
                        }
                    }
                }
                double pivot = norm(rest);
                boolean mustBe = size - i <= columns.length - rank;
                if (rank < columns.length && pivot > 0 && (mustBe || pivot > ROUNDING * length)) {
                    q[rank] = rest;
                    for (int c = 0; c < rest.length; c++) {
                        rest[c] /= pivot;
                    }
                    l[i][rank] = pivot;
                    found[rank++] = i;
                }
            }
            pivots = Arrays.copyOf(found, rank);
        }

        /** θ of this term. */
        void write(double[] into) {
            for (int t = 0; t < layout.theta(); t++) {
                if (isOwn(t)) {
                    into[layout.thetaStart() + t] = 0;
                }
            }
            for (int k = 0; k < pivots.length; k++) {
                for (int i = pivots[k]; i < size; i++) {
                    into[thetaIndex(i, pivots[k])] = l[i][k];
                }
            }
        }

        private boolean isOwn(int t) {
            return factor.has(layout.row(t));
        }

        private int thetaIndex(int row, int column) {
            return factor.index(factor.start() + row, factor.start() + column);
        }

        /** Writes ∂θ/∂θ̃; NaN where the rank was lost. */
        void differentiate(double[][] into) {
            int rank = columns.length;
            for (int c = 0; c < rank; c++) {
                for (int row = columns[c]; row < size; row++) {
                    int from = thetaIndex(row, columns[c]);
                    double[][] turned = new double[size][rank];
                    for (int i = 0; i < size; i++) {
                        for (int k = 0; k < pivots.length; k++) {
                            turned[i][k] = a[i][row] * q[k][c];
                        }
                    }
                    double[][] rotation = rotation(turned);
                    for (int k = 0; k < rank; k++) {
                        for (int i = k < pivots.length ? pivots[k] : size; i < size; i++) {
                            double d = turned[i][k];
                            for (int h = 0; h < pivots.length; h++) {
                                d += l[i][h] * rotation[h][k];
                            }
                            into[thetaIndex(i, pivots[k])][from] = pivots.length < rank ? Double.NaN : d;
                        }
                    }
                }
            }
        }

        /** Ω: minus the upper triangle of S = L⁻¹ dM Q', and its mirror image. */
        private double[][] rotation(double[][] turned) {
            int rank = pivots.length;
            double[][] s = new double[rank][rank];
            for (int k = 0; k < rank; k++) {
                for (int i = 0; i < rank; i++) {
                    double value = turned[pivots[i]][k];
                    for (int h = 0; h < i; h++) {
                        value -= l[pivots[i]][h] * s[h][k];
                    }
                    s[i][k] = value / l[pivots[i]][i];
                }
            }
            double[][] out = new double[rank][rank];
            for (int i = 0; i < rank; i++) {
                for (int k = i + 1; k < rank; k++) {
                    out[i][k] = -s[i][k];
                    out[k][i] = s[i][k];
                }
            }
            return out;
        }
    }

    private static double norm(double[] v) {
        double most = 0;
        for (double e : v) {
            most = Math.max(most, Math.abs(e));
        }
        if (most == 0) {
            return 0;
        }
        double sum = 0;
        for (double e : v) {
            sum += e / most * (e / most);
        }
        return most * Math.sqrt(sum);
    }

    private List<Factor> factors(double[] parameters, double[][] map) {
        RandomCovariance about = RandomCovariance.of(layout, parameters);
        List<Factor> out = new ArrayList<>();
        for (CovarianceFactor factor : layout.factors()) {
            // A term without a centre keeps its bits.
            boolean same = true;
            for (int i = factor.start(); i < factor.end(); i++) {
                for (int j = factor.start(); j < factor.end(); j++) {
                    same &= map[i][j] == (i == j ? 1 : 0);
                }
            }
            if (!same) {
                out.add(new Factor(about, map, factor));
            }
        }
        return out;
    }

    /** ∂(parameters about 0)/∂(those about the centres), at the latter. */
    public double[][] jacobian(double[] centred) {
        return jacobian(centred, centring.fixedToRaw(), centring.randomToRaw(), centring::auxiliaryToRaw);
    }

    /** ∂(parameters about the centres)/∂(those about 0), at the latter. */
    public double[][] inverseJacobian(double[] raw) {
        return jacobian(raw, centring.fixedToCentred(), centring.randomToCentred(), centring::auxiliaryToCentred);
    }

    private double[][] jacobian(double[] at, double[][] t, double[][] a, IntFunction<double[][]> ofPart) {
        int n = layout.size();
        int p = layout.fixed();
        double[][] out = new double[n][n];
        for (int i = 0; i < n; i++) {
            out[i][i] = 1;
        }
        for (int i = 0; i < p; i++) {
            System.arraycopy(t[i], 0, out[i], 0, p);
        }
        for (int k : thresholds) {
            for (int j = 0; j < p; j++) {
                out[k][j] = -t[p][j];
            }
        }
        for (int k = 0; k < layout.psiParts(); k++) {
            double[][] part = ofPart.apply(k);
            int start = layout.psiStart(k);
            int size = layout.psiStart(k + 1) - start;
            for (int i = 0; part != null && i < size; i++) {
                System.arraycopy(part[i], 0, out[start + i], start, size);
            }
        }
        for (Factor factor : factors(at, a)) {
            for (int s = 0; s < layout.theta(); s++) {
                if (factor.isOwn(s)) {
                    out[layout.thetaStart() + s][layout.thetaStart() + s] = 0;
                }
            }
            factor.differentiate(out);
        }
        return out;
    }

    /**
     * The covariance of the parameters about 0. Of one that moves with what the data leave open nothing is known.
     *
     * @param names of all parameters
     */
    public ParameterCovariance toRaw(ParameterCovariance covariance, double[] centred, List<String> names) {
        double[][] j = jacobian(centred);
        int[] from = covariance.indices();
        int[] open = covariance.open();
        List<Integer> known = new ArrayList<>();
        List<Integer> unknown = new ArrayList<>();
        for (int i = 0; i < j.length; i++) {
            double[] row = j[i];
            if (Arrays.stream(open).anyMatch(k -> row[k] != 0)
                    || Arrays.stream(from).anyMatch(k -> Double.isNaN(row[k]))) {
                unknown.add(i);
            } else if (Arrays.stream(from).anyMatch(k -> row[k] != 0)) {
                known.add(i);
            }
        }
        int[] indices = known.stream().mapToInt(Integer::intValue).toArray();
        return new ParameterCovariance(
                j.length,
                indices,
                unknown.stream().mapToInt(Integer::intValue).toArray(),
                names,
                around(covariance.matrix(StandardErrors.MODEL), j, indices, from),
                around(covariance.matrix(StandardErrors.ROBUST), j, indices, from));
    }

    /** JVJ', symmetric to the last bit; an unknown element spoils what it is part of only. */
    private static double[][] around(double[][] v, double[][] j, int[] rows, int[] from) {
        // Before the sandwich is there, it is empty.
        if (v.length < from.length) {
            return new double[0][];
        }
        double[][] half = new double[rows.length][from.length];
        for (int i = 0; i < rows.length; i++) {
            for (int l = 0; l < from.length; l++) {
                for (int k = 0; k < from.length; k++) {
                    double factor = j[rows[i]][from[k]];
                    half[i][l] += factor == 0 ? 0 : factor * v[k][l];
                }
            }
        }
        double[][] out = new double[rows.length][rows.length];
        for (int i = 0; i < rows.length; i++) {
            for (int h = 0; h <= i; h++) {
                double sum = 0;
                for (int l = 0; l < from.length; l++) {
                    double factor = j[rows[h]][from[l]];
                    sum += factor == 0 ? 0 : half[i][l] * factor;
                }
                out[i][h] = sum;
                out[h][i] = sum;
            }
        }
        return out;
    }
}
