package org.sparkglmm.core.likelihood;

import org.sparkglmm.core.design.SummingPass;
import org.sparkglmm.core.math.CompensatedSum;
import org.sparkglmm.core.math.NumberTape;

/** The clusters' Hessians in (β, θ) at one parameter vector ({@link ClusterCurvature}), added up: lower triangle, row by row. */
final class HessianSum implements SummingPass.Sum<HessianSum> {
    private static final long serialVersionUID = 1;

    private final int size;
    private final CompensatedSum sum;

    private HessianSum(int size) {
        this.size = size;
        sum = new CompensatedSum(size * (size + 1) / 2);
    }

    /** @param size how many parameters β and θ are */
    static Wanted<HessianSum> wanted(int size) {
        return new Of(size);
    }

    private record Of(int size) implements Wanted<HessianSum> {
        @Override
        public HessianSum nothing() {
            return new HessianSum(size);
        }

        @Override
        public void add(ClusterIntegral window, HessianSum into) {
            window.addHessiansTo(into.sum);
        }

        @Override
        public Order order() {
            return Order.HESSIAN;
        }

        @Override
        public long fingerprint() {
            return size;
        }
    }

    @Override
    public void merge(HessianSum other) {
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
        boolean finite = true;
        for (int k = 0; k < sum.length(); k++) {
            finite &= Math.abs(sum.get(k)) < Double.POSITIVE_INFINITY;
        }
        return finite;
    }

    /** Element (i, j), j ≤ i. */
    double get(int i, int j) {
        return sum.get(i * (i + 1) / 2 + j);
    }

    int size() {
        return size;
    }
}
