package org.sparkglmm.spark.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.sparkglmm.core.fit.FitListener;

/** Progress of a fit on the console: stages, and of each pass the log-likelihood, the gradient's norm and the seconds. */
final class ConsoleProgress implements FitListener {
    private final PrintWriter out;
    private final long start = System.nanoTime();

    ConsoleProgress(PrintWriter out) {
        this.out = out;
    }

    private double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }

    @Override
    public void stage(String name) {
        out.printf(Locale.ROOT, "%7.1f s  %s%n", seconds(), name);
        out.flush();
    }

    @Override
    public void pass(int pass, int points, double logLikelihood, double gradientNorm) {
        if (Double.isNaN(logLikelihood)) {
            out.printf(
                    Locale.ROOT,
                    "%7.1f s    pass %3d  beyond the model's range, a shorter step follows%n",
                    seconds(),
                    pass);
        } else {
            out.printf(
                    Locale.ROOT,
                    "%7.1f s    pass %3d  logLik %.6f  |gradient| %.2e%s%n",
                    seconds(),
                    pass,
                    logLikelihood,
                    gradientNorm,
                    points > 1 ? "  (" + points + " points at once)" : "");
        }
        out.flush();
    }
}
