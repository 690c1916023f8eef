package org.sparkglmm.core.likelihood;

import org.sparkglmm.core.design.SummingPass;
import org.sparkglmm.core.math.CompensatedSum;
import org.sparkglmm.core.math.NumberTape;

/** The log-likelihood alone, which costs a third of it with its gradient; NaN if a cluster has none. */
final class ValueSum implements SummingPass.Sum<ValueSum> {
    private static final long serialVersionUID = 1;

    private final CompensatedSum sum = new CompensatedSum(1);

    static Wanted<ValueSum> wanted() {
        return new Of();
    }

    private record Of() implements Wanted<ValueSum> {
        @Override
        public ValueSum nothing() {
            return new ValueSum();
        }

        @Override
        public Order order() {
            return Order.VALUE;
        }

        @Override
        public void add(ClusterIntegral window, ValueSum into) {
            double value = 0;
            for (int i = 0; i < window.clusters(); i++) {
                value += window.frequency(i) * window.logLikelihood(i);
            }
            into.sum.add(0, value);
        }

        @Override
        public long fingerprint() {
            return 0;
        }
    }

    @Override
    public void merge(ValueSum other) {
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

    double logLikelihood() {
        return sum.get(0);
    }
}
