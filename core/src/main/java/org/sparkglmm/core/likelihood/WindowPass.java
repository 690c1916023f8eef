package org.sparkglmm.core.likelihood;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.SummingPass;
import org.sparkglmm.core.math.Fingerprint;
import org.sparkglmm.core.math.NumberTape;

/**
 * One pass over a data set that stops at several parameter vectors: at each, every window's conditional modes, their integral by a rule of
 * quadrature, and what is to be added up of it. Modes start from the end of a trail at the first stop, and from the first stop's
 * modes at the others, so a repeated pass repeats its bits.
 */
final class WindowPass implements SummingPass<WindowPass.Sum> {
    private static final long serialVersionUID = 1;

    private final MixedModel model;
    private final ArrayList<Stop> stops;
    private final ModeTrail trail;

    /**
     * @param stops in order
     * @param trail of the passes before
     */
    WindowPass(MixedModel model, List<Stop> stops, ModeTrail trail) {
        this.model = model;
        this.stops = new ArrayList<>(stops);
        this.trail = trail;
    }

    /** Where a pass looks at the data, and what for. */
    static final class Stop implements Serializable {
        private static final long serialVersionUID = 1;

        private final double[] parameters;
        private final GaussHermite grid;
        private final Wanted<?>[] wanted;

        /** @param wanted of different types */
        Stop(double[] parameters, GaussHermite grid, Wanted<?>... wanted) {
            this.parameters = parameters;
            this.grid = grid;
            this.wanted = wanted.clone();
        }

        private Wanted.Order order() {
            return Arrays.stream(wanted)
                    .map(Wanted::order)
                    .max(Comparator.naturalOrder())
                    .orElse(Wanted.Order.VALUE);
        }
    }

    @Override
    public Sum nothing() {
        return new Sum(stops.stream()
                .map(stop -> Arrays.stream(stop.wanted).map(Wanted::nothing).toArray(SummingPass.Sum<?>[]::new))
                .toArray(SummingPass.Sum<?>[][]::new));
    }

    @Override
    public long fingerprint() {
        Fingerprint out = new Fingerprint().add("windows");
        for (Stop stop : stops) {
            out.add(stop.grid.nodes()).add(stop.parameters);
            for (Wanted<?> wanted : stop.wanted) {
                out.add(wanted.getClass().getName()).add(wanted.fingerprint());
            }
        }
        return out.value();
    }

    @Override
    public Sum apply(ClusterBlock block) {
        double[] starts = trail.modes(block, model);
        Sum out = nothing();
        ModeSearch modes = new ModeSearch(new ClusterWindow(model, block));
        ClusterIntegral integral = null;
        for (int k = 0; k < stops.size(); k++) {
            Stop stop = stops.get(k);
            Wanted.Order order = stop.order();
            boolean curved = order == Wanted.Order.HESSIAN;
            if (integral == null || integral.grid() != stop.grid || curved && !integral.canCurve()) {
                integral = new ClusterIntegral(modes, stop.grid, curved);
            }
            ClusterIntegral window = integral;
            SummingPass.Sum<?>[] sums = out.stops[k];
            modes.setParameters(stop.parameters);
            modes.eachWindow(starts, k == 0, () -> {
                window.integrate(order);
                for (int i = 0; i < sums.length; i++) {
                    add(window, stop.wanted[i], sums[i]);
                }
            });
        }
        trail.then(stops.get(0).parameters).keep(block, starts);
        return out;
    }

    /** The sum was made by what is wanted. */
    @SuppressWarnings("unchecked")
    private static <S extends SummingPass.Sum<S>> void add(
            ClusterIntegral window, Wanted<S> wanted, SummingPass.Sum<?> into) {
        wanted.add(window, (S) into);
    }

    /** What clusters add up to at each stop. */
    static final class Sum implements SummingPass.Sum<Sum> {
        private static final long serialVersionUID = 1;

        private final SummingPass.Sum<?>[][] stops;

        private Sum(SummingPass.Sum<?>[][] stops) {
            this.stops = stops;
        }

        /**
         * A stop's sum of a type.
         *
         * @return null if there is none
         */
        <S extends SummingPass.Sum<S>> S at(int stop, Class<S> type) {
            for (SummingPass.Sum<?> sum : stops[stop]) {
                if (type.isInstance(sum)) {
                    return type.cast(sum);
                }
            }
            return null;
        }

        @Override
        public void merge(Sum other) {
            for (int k = 0; k < stops.length; k++) {
                for (int i = 0; i < stops[k].length; i++) {
                    merge(stops[k][i], other.stops[k][i]);
                }
            }
        }

        /** Made by the same {@link #nothing}, both are of one class. */
        @SuppressWarnings("unchecked")
        private static <S extends SummingPass.Sum<S>> void merge(SummingPass.Sum<S> into, SummingPass.Sum<?> other) {
            into.merge((S) other);
        }

        @Override
        public void save(NumberTape to) {
            for (SummingPass.Sum<?>[] sums : stops) {
                for (SummingPass.Sum<?> sum : sums) {
                    sum.save(to);
                }
            }
        }

        @Override
        public void restore(NumberTape from) {
            for (SummingPass.Sum<?>[] sums : stops) {
                for (SummingPass.Sum<?> sum : sums) {
                    sum.restore(from);
                }
            }
        }
    }
}
