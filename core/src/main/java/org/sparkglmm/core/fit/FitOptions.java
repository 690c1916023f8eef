package org.sparkglmm.core.fit;

import org.sparkglmm.core.Mention;
import org.sparkglmm.core.RowCount;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.inference.IntervalMethod;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.optim.Minimizers;

/**
 * What the user chose beyond the model.
 *
 * @param nodes quadrature nodes per dimension; {@link #AUTO} finds how many the data need
 * @param reml restricted likelihood, gaussian with identity link only
 * @param optimizer one of {@link Minimizers#names()}
 * @param errors what z, p and intervals rest on
 * @param intervals how intervals are found
 * @param minCellCount a level of a factor with fewer clusters than this is flagged
 * @param tolerance how far the approximation of the integrals may be off
 */
public record FitOptions(
        int nodes,
        boolean reml,
        String optimizer,
        StandardErrors errors,
        IntervalMethod intervals,
        int minCellCount,
        IntegrationTolerance tolerance) {
    /** Let the ladder choose. */
    public static final int AUTO = 0;

    /** What disclosure rules usually ask for. */
    public static final int MIN_CELL_COUNT = RowCount.FEW;

    public static final FitOptions DEFAULT = new FitOptions(AUTO, false, "newton");

    /** With model-based standard errors and Wald intervals. */
    public FitOptions(int nodes, boolean reml, String optimizer) {
        this(nodes, reml, optimizer, StandardErrors.MODEL, IntervalMethod.WALD, MIN_CELL_COUNT);
    }

    /** With the usual tolerance. */
    public FitOptions(
            int nodes,
            boolean reml,
            String optimizer,
            StandardErrors errors,
            IntervalMethod intervals,
            int minCellCount) {
        this(nodes, reml, optimizer, errors, intervals, minCellCount, IntegrationTolerance.DEFAULT);
    }

    /** @throws UsageException if an option is out of range */
    public FitOptions {
        if (nodes < 0 || nodes > GaussHermite.MOST_NODES) {
            throw new UsageException("nodes: must be auto or 1 to " + GaussHermite.MOST_NODES + ", got " + nodes);
        }
        if (minCellCount < 0) {
            throw new UsageException(
                    Sentence.of("%s: must be 0 or more, got %s", Setting.MIN_CELL_COUNT, minCellCount));
        }
        if (intervals == IntervalMethod.PROFILE && reml) {
            throw new UsageException(
                    Sentence.of("%s: for maximum likelihood; leave out %s", Mention.PROFILE_INTERVALS, Setting.REML));
        }
        if (intervals == IntervalMethod.PROFILE && errors == StandardErrors.ROBUST) {
            throw new UsageException(Sentence.of(
                    "%s: the likelihood's own intervals; those of %s are %s",
                    Mention.PROFILE_INTERVALS, Mention.ROBUST_ERRORS, Mention.WALD_INTERVALS));
        }
        if (Minimizers.named(optimizer).isEmpty()) {
            throw new UsageException(
                    "unknown optimizer '" + optimizer + "'; known: " + String.join(", ", Minimizers.names()));
        }
    }

    /**
     * These, for a model that they suit.
     *
     * @param linear whether the likelihood has a closed form: gaussian, identity link, one dispersion
     * @throws UsageException if an option is not for such a model
     */
    public FitOptions suited(boolean linear) {
        if (reml && !linear) {
            throw new UsageException(Sentence.of(
                    "%s is for family gaussian with link identity and without %s; this model is fitted by maximum likelihood",
                    Setting.REML, Setting.DISPERSION));
        }
        return this;
    }
}
