package org.sparkglmm.spark.output;

import java.util.ArrayList;
import java.util.List;

/**
 * An axis of a plot: from where to where, and its ticks.
 *
 * @param label what is measured
 * @param low the value at its beginning
 * @param high the value at its end
 * @param ticks from low to high
 */
record Axis(String label, double low, double high, List<Tick> ticks) {
    /** Some five ticks are read at a glance. */
    private static final int TICKS = 5;
    /** Room between the outermost values and the ends, in parts of the axis. */
    private static final double MARGIN = 0.05;
    /** Ratios that span less than this factor are best read at even steps, others at 1, 2, 5, 10. */
    private static final double EVEN = 3;

    private static final double ONE_TWO_FIVE = 1000;

    /** A mark at a value, and what stands beside it. */
    record Tick(double at, String text) {}

    /** An axis that holds all of the values that are numbers, with ticks at round numbers. */
    static Axis of(String label, double... values) {
        double[] range = range(values);
        double margin = MARGIN * (range[1] - range[0]);
        double low = range[0] - margin;
        double high = range[1] + margin;
        return new Axis(label, low, high, even(low, high));
    }

    /** An axis of logarithms whose ticks are round numbers before the logarithm was taken. */
    static Axis ofLogarithms(String label, double... values) {
        double[] range = range(values);
        double margin = MARGIN * (range[1] - range[0]);
        double low = range[0] - margin;
        double high = range[1] + margin;
        List<Tick> ticks = new ArrayList<>();
        double factor = Math.exp(high - low);
        if (factor < EVEN) {
            for (Tick tick : even(Math.exp(low), Math.exp(high))) {
                ticks.add(new Tick(Math.log(tick.at), tick.text));
            }
        } else {
            int first = (int) Math.floor(low / Math.log(10));
            int last = (int) Math.ceil(high / Math.log(10));
            int step = Math.max(1, (last - first + TICKS) / (TICKS + 1));
            double[] leading = factor < ONE_TWO_FIVE ? new double[] {1, 2, 5} : new double[] {1};
            for (int power = Math.floorDiv(first, step) * step; power <= last; power += step) {
                for (double lead : leading) {
                    double at = Math.log(lead) + power * Math.log(10);
                    if (at >= low && at <= high) {
                        ticks.add(new Tick(at, Figures.leading((int) lead, power)));
                    }
                }
            }
        }
        return new Axis(label, low, high, ticks);
    }

    /** An axis of names, one under the other: the first at 0. */
    static Axis ofNames(List<String> names) {
        List<Tick> ticks = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            ticks.add(new Tick(-i, names.get(i)));
        }
        return new Axis("", 0.5 - names.size(), 0.5, ticks);
    }

    /** Where on the axis a value lies, 0 its beginning and 1 its end. */
    double share(double value) {
        return (value - low) / (high - low);
    }

    boolean holds(double value) {
        return value >= low && value <= high;
    }

    private static double[] range(double... values) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            if (Double.isFinite(value)) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
        }
        if (!(low <= high)) {
            return new double[] {0, 1};
        }
        double size = Math.max(Math.abs(low), Math.abs(high));
        double least = 1e-9 * Math.max(1, size);
        // Half a unit is nothing beside 10^17.
        double half = Math.max(0.5, least);
        return high - low > least ? new double[] {low, high} : new double[] {low - half, high + half};
    }

    private static List<Tick> even(double low, double high) {
        double rough = (high - low) / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double lead = rough / power;
        double step = (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power;
        int decimals = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
        List<Tick> ticks = new ArrayList<>();
        for (long k = (long) Math.ceil(low / step); k * step <= high; k++) {
            double at = k * step;
            ticks.add(new Tick(at, k == 0 ? "0" : Figures.fixed(at, decimals)));
        }
        return ticks;
    }
}
