package org.sparkglmm.core.likelihood;

import org.sparkglmm.core.model.Derivatives;
import org.sparkglmm.core.model.ObservationModel;
import org.sparkglmm.core.model.RowWindow;

/**
 * wℓ'''' of some rows, as a central difference of the ℓ''' that families supply: two more evaluations of the
 * rows. Holds the workspace; one thread at a time.
 */
final class FourthDerivative {
    /**
     * Truncation is h²/6 of ℓ's sixth derivative, some 3e-9 for a logit or a logarithm, and rounding some 1e-14 / h of
     * ℓ''': the errors balance.
     */
    private static final double STEP = 1e-4;
    /**
     * Near the edge of a link whose range starts at 0 derivatives grow as powers of 1/η, so the step is a part of η; but
     * not below this one, where rounding would be 1e-8.
     */
    private static final double LEAST = 1e-2;

    private static final int ATTEMPTS = 4;

    private final ObservationModel density;
    private final double[] above;
    private final double[] below;
    private final Derivatives at;

    FourthDerivative(ObservationModel density, int widest) {
        this.density = density;
        above = new double[widest];
        below = new double[widest];
        at = new Derivatives(widest);
    }

    /**
     * Writes it for the rows of a window.
     *
     * @param out filled for every row
     * @return false if the density cannot be evaluated around η
     */
    boolean evaluate(RowWindow rows, double[] out) {
        double step = STEP;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (difference(rows, step, out)) {
                return true;
            }
            // A row is close to the edge of the link's range: look closer.
            step /= 10;
        }
        return false;
    }

    private boolean difference(RowWindow rows, double step, double[] out) {
        int count = rows.count();
        double[] eta = rows.eta();
        for (int j = 0; j < count; j++) {
            below[j] = eta[j] - step * scale(eta[j]);
        }
        density.evaluate(rows.at(below), 3, at);
        System.arraycopy(at.third, 0, out, 0, count);
        boolean finite = isFinite(count);
        for (int j = 0; j < count; j++) {
            above[j] = eta[j] + step * scale(eta[j]);
        }
        density.evaluate(rows.at(above), 3, at);
        for (int j = 0; j < count; j++) {
            out[j] = (at.third[j] - out[j]) / (above[j] - below[j]);
        }
        return finite && isFinite(count);
    }

    private boolean isFinite(int count) {
        double sum = 0;
        for (int j = 0; j < count; j++) {
            sum += at.value[j];
        }
        return Math.abs(sum) < Double.POSITIVE_INFINITY;
    }

    private static double scale(double eta) {
        return Math.max(LEAST, Math.min(1, Math.abs(eta)));
    }
}
