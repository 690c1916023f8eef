package org.sparkglmm.core.likelihood;

import java.io.Serializable;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.math.CompensatedSum;

/**
 * One pass over the clusters' scores g at the estimates: the log-likelihood, its gradient Σ g, Σ g g' for the sandwich, and how far any one cluster
 * moves the estimates, by the one-step change V g (Cook and Weisberg 1982, §5.3).
 */
public final class ScorePass implements Serializable {
    private static final long serialVersionUID = 1;
    /** In standard errors: who moves an estimate by more is counted. */
    private static final double NOTICEABLE = 0.5;

    private final MixedModel model;
    private final GaussHermite grid;
    private final double[] parameters;
    private final double[][] change;

    ScorePass(MixedModel model, GaussHermite grid, double[] parameters, double[][] change) {
        this.model = model;
        this.grid = grid;
        this.parameters = parameters;
        this.change = change;
    }

    /** @param modes where to begin; where they are at the parameters afterwards */
    Sum apply(ClusterBlock block, double[] modes) {
        Sum out = new Sum(parameters.length);
        ClusterIntegral integral = new ClusterIntegral(model, grid, block);
        integral.setParameters(parameters);
        double[] score = new double[parameters.length];
        for (int first = 0; first < block.clusters(); ) {
            int next = integral.open(first, modes);
            integral.keepModes(modes);
            integral.integrate();
            for (int i = 0; i < integral.clusters(); i++) {
                double value = integral.logLikelihood(i);
                if (Double.isNaN(value)) {
                    java.util.Arrays.fill(score, Double.NaN);
                } else {
                    integral.gradient(i, score);
                }
                out.add(block.frequency(first + i), value, score, change);
            }
            out.closeWindow();
            first = next;
        }
        return out;
    }

    /** What clusters add up to. */
    public static final class Sum implements Serializable {
        private static final long serialVersionUID = 1;

        private final int size;
        private final CompensatedSum sum;
        private final transient double[] window;
        private double largest;
        private int parameter = -1;
        private long noticeable;

        Sum(int size) {
            this.size = size;
            sum = new CompensatedSum(1 + size + size * (size + 1) / 2);
            window = new double[sum.length()];
        }

        private void add(int frequency, double value, double[] score, double[][] change) {
            window[0] += frequency * value;
            int at = 1;
            for (int i = 0; i < size; i++) {
                double times = frequency * score[i];
                window[at++] += times;
                for (int j = 0; j <= i; j++) {
                    window[at++] += times * score[j];
                }
            }
            noticeable += largestChange(change, score) > NOTICEABLE ? frequency : 0;
        }

        /** Some hundred terms need no compensation among themselves. */
        private void closeWindow() {
            sum.add(window);
            java.util.Arrays.fill(window, 0);
        }

        /** Of any estimate by this score; remembers the largest of all. */
        double largestChange(double[][] change, double[] score) {
            double most = 0;
            for (int k = 0; k < change.length; k++) {
                double moved = 0;
                for (int j = 0; j < size; j++) {
                    moved += change[k][j] == 0 ? 0 : change[k][j] * score[j];
                }
                if (Double.isNaN(moved)) {
                    return Double.NaN;
                }
                moved = Math.abs(moved);
                most = moved > most ? moved : most;
                if (moved > largest) {
                    largest = moved;
                    parameter = k;
                }
            }
            return most;
        }

        void merge(Sum other) {
            sum.merge(other.sum);
            noticeable += other.noticeable;
            if (other.largest > largest) {
                largest = other.largest;
                parameter = other.parameter;
            }
        }

        public double logLikelihood() {
            return sum.get(0);
        }

        /** Σ g over clusters. */
        public double[] gradient() {
            double[] out = new double[size];
            for (int i = 0; i < size; i++) {
                // Row i begins behind the log-likelihood, i rows and their gradients.
                out[i] = sum.get(1 + i + i * (i + 1) / 2);
            }
            return out;
        }

        /** Σ g g' over clusters, a full symmetric matrix. */
        public double[][] outerProducts() {
            double[][] out = new double[size][size];
            int at = 1;
            for (int i = 0; i < size; i++) {
                at++;
                for (int j = 0; j <= i; j++) {
                    out[i][j] = sum.get(at);
                    out[j][i] = sum.get(at++);
                }
            }
            return out;
        }

        /** The largest change of any estimate by any cluster, in standard errors. */
        public double largestChange() {
            return largest;
        }

        /** The row of the changes that has the largest; -1 if none moves anything. */
        public int mostMoved() {
            return parameter;
        }

        /** Clusters that move some estimate by more than half a standard error. */
        public long noticeable() {
            return noticeable;
        }
    }
}
