package org.sparkglmm.core.likelihood;

import org.sparkglmm.core.design.SummingPass;
import org.sparkglmm.core.math.CompensatedSum;
import org.sparkglmm.core.math.NumberTape;

/**
 * What clusters add up to at one parameter vector: log-likelihood and gradient. Mergeable; merged in block order it has the
 * same bits everywhere.
 */
public final class LikelihoodSum implements SummingPass.Sum<LikelihoodSum> {
    private static final long serialVersionUID = 1;

    private final int size;
    private final CompensatedSum sum;

    private LikelihoodSum(int parameters) {
        size = parameters;
        sum = new CompensatedSum(1 + size);
    }

    /** @param size how many parameters there are */
    static Wanted<LikelihoodSum> wanted(int size) {
        return new Of(size);
    }

    private record Of(int size) implements Wanted<LikelihoodSum> {
        @Override
        public LikelihoodSum nothing() {
            return new LikelihoodSum(size);
        }

        @Override
        public void add(ClusterIntegral window, LikelihoodSum into) {
            window.addTo(into);
        }

        @Override
        public Order order() {
            return Order.GRADIENT;
        }

        @Override
        public long fingerprint() {
            return size;
        }
    }

    void add(double logLikelihood, double[] gradient) {
        sum.add(0, logLikelihood);
        for (int i = 0; i < size; i++) {
            sum.add(1 + i, gradient[i]);
        }
    }

    /** Makes the whole sum NaN: at these parameters a cluster has no likelihood. */
    void spoil() {
        sum.add(0, Double.NaN);
    }

    @Override
    public void merge(LikelihoodSum other) {
        sum.merge(other.sum);
    }

    @Override
    public void save(NumberTape to) {
        sum.save(to);
    }

    @Override
    public void restore(NumberTape from) {
        sum.restore(from);
    }

    boolean isFinite() {
        return Math.abs(logLikelihood()) < Double.POSITIVE_INFINITY;
    }

    public double logLikelihood() {
        return sum.get(0);
    }

    public double[] gradient() {
        double[] out = new double[size];
        for (int i = 0; i < size; i++) {
            out[i] = sum.get(1 + i);
        }
        return out;
    }
}
