package org.sparkglmm.core.fit;

import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.math.Fingerprint;
import org.sparkglmm.core.math.NumberTape;
import org.sparkglmm.core.optim.Minimizer;
import org.sparkglmm.core.optim.Objective;
import org.sparkglmm.core.optim.Outcome;

/**
 * Where a search begins, in scaled variables.
 *
 * @param hessian near the point; null if there is none
 * @param sampled clusters of the sample that it was found in, 0 if there was none
 */
record Start(double[] point, double[][] hessian, long sampled) {
    /** Clusters of the first sample, how many times more the next one has, and what the last one has at most. */
    private static final int FIRST_SAMPLE = 2_000;

    private static final int GROWTH = 5;
    private static final int LAST_SAMPLE = 100_000;
    /** A sample is at most this part of the clusters. */
    private static final int WORTH_SAMPLING = 4;

    /**
     * The optimum of ever larger samples of the clusters, found in this process, with a Hessian for all of them; the general start for
     * small data.
     *
     * @param sample the largest there is
     * @param clusters of all the data
     * @param objectives that of some of the data
     * @param plausible whether a point may be near the optimum of all the data
     */
    static Start fromSamples(
            double[] general,
            ClusterData sample,
            long clusters,
            Function<ClusterData, Objective> objectives,
            Predicate<double[]> plausible,
            Minimizer minimizer,
            Boundary boundary,
            FitListener listener) {
        Start start = new Start(general, null, 0);
        int most = (int) Math.min(LAST_SAMPLE, clusters / WORTH_SAMPLING);
        for (int size = FIRST_SAMPLE; size <= most; size = next(size, most)) {
            ClusterData part = FirstPass.thinned(sample, size);
            long ofPart = FirstPass.clusters(part);
            if (ofPart < 2 * start.sampled) {
                // Hardly worth it; or the clusters are large, and the sample has no more of them.
                break;
            }
            listener.stage("starting values from a sample of " + ofPart + " of " + clusters);
            Outcome outcome = minimizer.minimize(objectives.apply(part), start.point, start.hessianOf(ofPart));
            double[] best = outcome.best().point();
            // Also if it did not converge, as where a parameter runs away: its best point beats the guess it came from.
            if (!outcome.best().isFinite() || !plausible.test(best)) {
                break;
            }
            start = positive(best, outcome.hessian(), ofPart, boundary);
        }
        return new Start(start.point, start.hessianOf(clusters), start.sampled);
    }

    /** What follows a sample of some size: one worth more than the last; the largest, or none, after it. */
    private static int next(int size, int most) {
        int grown = 2 * GROWTH * size < most ? GROWTH * size : most;
        return size < most ? grown : most + 1;
    }

    /** A sample's optimum as a start: Λ with a diagonal that is not negative, as the fit's will be, off the saddle and the edges. */
    private static Start positive(double[] best, double[][] hessian, long sampled, Boundary boundary) {
        int[] signs = boundary.signs(best);
        double[] point = best.clone();
        double[][] turned = hessian == null ? null : new double[point.length][point.length];
        for (int i = 0; i < point.length; i++) {
            point[i] *= signs[i];
            for (int j = 0; j < point.length && hessian != null; j++) {
                turned[i][j] = signs[i] * signs[j] * hessian[i][j];
            }
        }
        return new Start(boundary.offEdges(point), turned, sampled);
    }

    /** The sample's Hessian for so many clusters; null of null. */
    private double[][] hessianOf(long clusters) {
        if (hessian == null) {
            return null;
        }
        double factor = (double) clusters / sampled;
        double[][] out = new double[hessian.length][hessian.length];
        for (int i = 0; i < out.length; i++) {
            for (int j = 0; j < out.length; j++) {
                out[i][j] = factor * hessian[i][j];
            }
        }
        return out;
    }

    /** A start, unless the journal of an earlier attempt has it. */
    static Start journaled(PassCounter counter, Supplier<Start> search) {
        double[] numbers = counter.journaled(
                new Fingerprint().add("start").value(), () -> search.get().numbers());
        NumberTape tape = new NumberTape(numbers);
        long sampled = (long) tape.read();
        boolean hasHessian = tape.read() == 1;
        double[] point = new double[(int) tape.read()];
        for (int i = 0; i < point.length; i++) {
            point[i] = tape.read();
        }
        double[][] hessian = hasHessian ? new double[point.length][point.length] : null;
        for (int i = 0; hasHessian && i < point.length; i++) {
            for (int j = 0; j < point.length; j++) {
                hessian[i][j] = tape.read();
            }
        }
        return new Start(point, hessian, sampled);
    }

    private double[] numbers() {
        NumberTape out = new NumberTape();
        out.write(sampled);
        out.write(hessian == null ? 0 : 1);
        out.write(point.length);
        for (double x : point) {
            out.write(x);
        }
        for (int i = 0; hessian != null && i < point.length; i++) {
            for (double h : hessian[i]) {
                out.write(h);
            }
        }
        return out.toArray();
    }
}
