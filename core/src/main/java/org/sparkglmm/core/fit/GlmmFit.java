package org.sparkglmm.core.fit;

import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.ModelSpec;

/**
 * Fits a generalized linear mixed model: describes the data (one pass), refuses or trims the design, puts far covariates about their
 * middle, and leaves the rest to the method of estimation that suits the model, {@link GaussianFit} or {@link MarginalFit}.
 */
public final class GlmmFit {
    private GlmmFit() {}

    /**
     * Fits the model.
     *
     * @throws org.sparkglmm.core.DataException if the data cannot bear the model
     * @throws org.sparkglmm.core.UsageException if an option does not suit it
     */
    public static FitResult fit(ModelSpec spec, ClusterData data, FitOptions options, FitListener listener) {
        return fit(spec, data, options, null, PassJournal.NONE, listener);
    }

    /**
     * Fits the model.
     *
     * @param earlier where to begin; null for wherever the data themselves say
     * @param journal of the passes, in case the fit is cut off
     * @throws org.sparkglmm.core.DataException if the data cannot bear the model
     * @throws org.sparkglmm.core.UsageException if an option does not suit it, or the earlier fit is of another model
     */
    public static FitResult fit(
            ModelSpec spec,
            ClusterData data,
            FitOptions options,
            EarlierFit earlier,
            PassJournal journal,
            FitListener listener) {
        PassCounter counter = new PassCounter(listener, journal);
        boolean linear = spec.isLinear();
        if (!linear && options.nodes() > 0) {
            QuadratureLadder.require(
                    options.nodes(), spec.design().randomColumns().size());
        }
        listener.stage("describing the data");
        CheckedData prepared = CheckedData.of(spec.design(), spec.family(), counter.counting(data));
        DataChecks.requireOffset(prepared.moments(), prepared.design(), spec.link());
        CentredFit centred = new CentredFit(prepared, spec.family());
        Problem problem = new Problem(
                spec.family(),
                spec.link(),
                prepared,
                options.suited(linear),
                centred.start(earlier),
                listener,
                counter);
        counter.begin(problem);
        Estimation method = linear ? new GaussianFit(problem) : new MarginalFit(problem);
        return centred.inRawTerms(method.estimate().concluded(problem));
    }
}
