package org.sparkglmm.core.likelihood;

import java.util.Arrays;
import org.sparkglmm.core.design.SummingPass;
import org.sparkglmm.core.math.CompensatedSum;
import org.sparkglmm.core.math.Fingerprint;
import org.sparkglmm.core.math.MatrixBatch;
import org.sparkglmm.core.math.NumberTape;

/**
 * The clusters' scores g at the estimates: the log-likelihood, its gradient Σ g, Σ g g' for the sandwich, and how far any one cluster
 * moves the estimates, by the one-step change V g (Cook and Weisberg 1982, §5.3).
 */
public final class ScoreSum implements SummingPass.Sum<ScoreSum> {
    private static final long serialVersionUID = 1;
    /** In standard errors: who moves an estimate by more is counted. */
    private static final double NOTICEABLE = 0.5;

    private final int size;
    private final CompensatedSum sum;
    private double largest;
    private int parameter = -1;
    private long noticeable;

    private ScoreSum(int size) {
        this.size = size;
        sum = new CompensatedSum(1 + size + size * (size + 1) / 2);
    }

    /**
     * What adds it up.
     *
     * @param size how many parameters there are
     * @param change rows V_k/se_k: by a score, the change of estimate k in standard errors
     */
    static Wanted<ScoreSum> wanted(int size, double[][] change) {
        return new Of(size, change);
    }

    private static final class Of implements Wanted<ScoreSum> {
        private static final long serialVersionUID = 1;

        private final int size;
        private final double[][] change;

        Of(int size, double[][] change) {
            this.size = size;
            this.change = change;
        }

        @Override
        public ScoreSum nothing() {
            return new ScoreSum(size);
        }

        @Override
        public void add(ClusterIntegral window, ScoreSum into) {
            into.add(window, change);
        }

        @Override
        public Order order() {
            return Order.GRADIENT;
        }

        @Override
        public long fingerprint() {
            Fingerprint out = new Fingerprint();
            for (double[] row : change) {
                out.add(row);
            }
            return out.value();
        }
    }

    private void add(ClusterIntegral window, double[][] change) {
        double[][] scores = window.gradients();
        int n = window.clusters();
        double[] work = new double[n];
        double[] most = new double[n];
        for (int k = 0; k < change.length; k++) {
            changes(change[k], scores, n, work);
            for (int i = 0; i < n; i++) {
                most[i] = Math.max(most[i], work[i]);
                if (work[i] > largest) {
                    largest = work[i];
                    parameter = k;
                }
            }
        }
        double[] frequency = new double[n];
        for (int i = 0; i < n; i++) {
            frequency[i] = window.frequency(i);
            noticeable += most[i] > NOTICEABLE ? window.frequency(i) : 0;
            work[i] = window.logLikelihood(i);
        }
        sum.add(0, WindowGradient.dot(frequency, work, 0, n));
        int at = 1;
        for (int i = 0; i < size; i++) {
            for (int k = 0; k < n; k++) {
                work[k] = frequency[k] * scores[i][k];
            }
            sum.add(at++, WindowGradient.dot(frequency, scores[i], 0, n));
            for (int j = 0; j <= i; j++) {
                sum.add(at++, WindowGradient.dot(work, scores[j], 0, n));
            }
        }
    }

    @Override
    public void merge(ScoreSum other) {
        sum.merge(other.sum);
        noticeable += other.noticeable;
        if (other.largest > largest) {
            largest = other.largest;
            parameter = other.parameter;
        }
    }

    @Override
    public void save(NumberTape to) {
        sum.save(to);
        to.write(largest);
        to.write(parameter);
        to.write(noticeable);
    }

    @Override
    public void restore(NumberTape from) {
        sum.restore(from);
        largest = from.read();
        parameter = (int) from.read();
        noticeable = (long) from.read();
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

    /**
     * By cluster, the largest change of any estimate by its score, in standard errors; NaN of one without a likelihood.
     *
     * @param scores one array a parameter
     * @param n how many clusters
     */
    static void largestChanges(double[][] change, double[][] scores, int n, double[] work, double[] into) {
        Arrays.fill(into, 0, n, 0);
        for (double[] row : change) {
            changes(row, scores, n, work);
            for (int i = 0; i < n; i++) {
                into[i] = Math.max(into[i], work[i]);
            }
        }
    }

    /** By cluster, the size of one estimate's change. */
    private static void changes(double[] row, double[][] scores, int n, double[] into) {
        Arrays.fill(into, 0, n, 0);
        for (int j = 0; j < row.length; j++) {
            if (row[j] != 0) {
                MatrixBatch.addMultiple(into, row[j], scores[j], n);
            }
        }
        for (int i = 0; i < n; i++) {
            into[i] = Math.abs(into[i]);
        }
    }
}
