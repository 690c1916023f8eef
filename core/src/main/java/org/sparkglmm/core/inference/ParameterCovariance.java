package org.sparkglmm.core.inference;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Covariance of the estimates of (β, θ, ψ), model-based and sandwich. Parameters that are held at an edge have none: a function of
 * the parameters counts them as known. Of what the data leave open nothing is known, nor of a function that depends on it.
 */
public final class ParameterCovariance implements Serializable {
    private static final long serialVersionUID = 1;

    private final int size;
    private final int[] indices;
    private final int[] open;
    private final List<String> names;
    private final double[][] model;
    private final double[][] robust;

    /**
     * @param size number of all parameters
     * @param indices which parameters the rows stand for
     * @param open those that the data leave open
     * @param names of all parameters
     * @param model inverse observed information
     * @param robust sandwich over clusters, NaN where it would look like knowledge that is not there
     */
    public ParameterCovariance(
            int size, int[] indices, int[] open, List<String> names, double[][] model, double[][] robust) {
        this.size = size;
        this.indices = indices.clone();
        this.open = open.clone();
        this.names = Arrays.stream(indices).mapToObj(names::get).toList();
        this.model = model;
        this.robust = robust;
    }

    /** Of parameters that are known, or of which nothing more is asked. */
    static ParameterCovariance none(int size) {
        return new ParameterCovariance(size, new int[0], new int[0], List.of(), new double[0][], new double[0][]);
    }

    /**
     * The same with the sandwich over clusters.
     *
     * @param scores Σ g g' of all parameters
     */
    public ParameterCovariance withScores(double[][] scores) {
        int m = indices.length;
        double[][] half = new double[m][m];
        double[][] out = new double[m][m];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                for (int k = 0; k < m; k++) {
                    half[i][j] += model[i][k] * scores[indices[k]][indices[j]];
                }
            }
        }
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                for (int k = 0; k < m; k++) {
                    out[i][j] += half[i][k] * model[k][j];
                }
            }
        }
        return new ParameterCovariance(this, out);
    }

    private ParameterCovariance(ParameterCovariance of, int[] kept, int[] open) {
        size = of.size;
        indices = pick(of.indices, kept);
        this.open = open;
        names = pick(of.names, kept);
        model = pick(of.model, kept);
        robust = of.robust.length == 0 ? of.robust : pick(of.robust, kept);
    }

    private ParameterCovariance(ParameterCovariance of, double[][] robust) {
        this.size = of.size;
        this.indices = of.indices;
        this.open = of.open;
        this.names = of.names;
        this.model = of.model;
        this.robust = robust;
    }

    /** The same with more parameters that the data leave open; the others' rows are as they were. */
    public ParameterCovariance leavingOpen(int[] more) {
        int[] kept = IntStream.range(0, indices.length)
                .filter(k -> Arrays.stream(more).noneMatch(i -> i == indices[k]))
                .toArray();
        int[] all = IntStream.concat(Arrays.stream(open), Arrays.stream(more))
                .sorted()
                .distinct()
                .toArray();
        return new ParameterCovariance(this, kept, all);
    }

    /** The same without the sandwich. */
    public ParameterCovariance withoutSandwich() {
        double[][] none = new double[indices.length][indices.length];
        for (double[] row : none) {
            Arrays.fill(row, Double.NaN);
        }
        return new ParameterCovariance(this, none);
    }

    /** Whether there is a sandwich, not one that was taken out. */
    public boolean hasSandwich() {
        return robust.length > 0 && !Double.isNaN(robust[0][0]);
    }

    private static int[] pick(int[] of, int[] kept) {
        return Arrays.stream(kept).map(k -> of[k]).toArray();
    }

    private static List<String> pick(List<String> of, int[] kept) {
        return Arrays.stream(kept).mapToObj(of::get).toList();
    }

    private static double[][] pick(double[][] of, int[] kept) {
        double[][] out = new double[kept.length][kept.length];
        for (int i = 0; i < kept.length; i++) {
            for (int j = 0; j < kept.length; j++) {
                out[i][j] = of[kept[i]][kept[j]];
            }
        }
        return out;
    }

    /** The names of its rows. */
    public List<String> names() {
        return names;
    }

    /** Which parameters its rows stand for. */
    public int[] indices() {
        return indices.clone();
    }

    /** The parameters that the data leave open. */
    public int[] open() {
        return open.clone();
    }

    /** The parameters that the data leave open while they determine others: where nothing is known of any, it cannot be told which. */
    public int[] openAlone() {
        return open.length < size ? open.clone() : new int[0];
    }

    /** The matrix itself; nobody writes to it. */
    public double[][] matrix(StandardErrors errors) {
        return errors == StandardErrors.ROBUST ? robust : model;
    }

    /**
     * Rows V_k/se_k, one of each of its parameters: times the score of a cluster, the change of the estimate, in model-based
     * standard errors, when the cluster is left out (to first order).
     */
    public double[][] changeByScore() {
        double[][] out = new double[indices.length][size];
        for (int k = 0; k < indices.length; k++) {
            for (int j = 0; j < indices.length; j++) {
                out[k][indices[j]] = model[k][j] / Math.sqrt(model[k][k]);
            }
        }
        return out;
    }

    /** Standard error of every parameter, NaN where there is none. */
    public double[] standardErrors(StandardErrors errors) {
        double[][] matrix = matrix(errors);
        double[] out = new double[size];
        Arrays.fill(out, Double.NaN);
        for (int i = 0; i < indices.length; i++) {
            out[indices[i]] = Math.sqrt(matrix[i][i]);
        }
        return out;
    }

    /** The square block of some parameters, NaN where one of them has none. */
    public double[][] block(int[] parameters, StandardErrors errors) {
        double[][] matrix = matrix(errors);
        double[][] out = new double[parameters.length][parameters.length];
        for (int i = 0; i < parameters.length; i++) {
            for (int j = 0; j < parameters.length; j++) {
                int r = row(parameters[i]);
                int c = row(parameters[j]);
                out[i][j] = r < 0 || c < 0 ? Double.NaN : matrix[r][c];
            }
        }
        return out;
    }

    /** Whether a parameter has a row. */
    public boolean has(int parameter) {
        return row(parameter) >= 0;
    }

    private int row(int parameter) {
        return Arrays.binarySearch(indices, parameter);
    }

    /**
     * √(g'Vg), the standard error of a function of the parameters by the delta method.
     *
     * @param gradient of the function in all parameters
     */
    public double deltaError(double[] gradient, StandardErrors errors) {
        return Math.sqrt(Math.max(deltaCovariance(gradient, gradient, errors), 0));
    }

    /** g'Vh, the covariance of two functions of the parameters by the delta method. */
    double deltaCovariance(double[] g, double[] h, StandardErrors errors) {
        for (int k : open) {
            if (g[k] != 0 || h[k] != 0) {
                return Double.NaN;
            }
        }
        double[][] matrix = matrix(errors);
        double sum = 0;
        for (int i = 0; i < indices.length; i++) {
            double gi = g[indices[i]];
            for (int j = 0; gi != 0 && j < indices.length; j++) {
                double hj = h[indices[j]];
                if (hj != 0) {
                    sum += gi * matrix[i][j] * hj;
                }
            }
        }
        return sum;
    }
}
