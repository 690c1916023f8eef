package org.sparkglmm.core.inference;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;

/**
 * AIC, BIC and likelihood-ratio tests of models fitted to the same rows, smallest first, each tested against the one before
 * it if that is nested in it.
 *
 * <p>A variance of 0 lies on the edge of the parameter space, so the test of one random effect more, of df parameters in all,
 * has the 50:50 mixture of χ² with df - 1 and df degrees of freedom as its distribution (Self and Liang 1987, JASA 82:605;
 * Stram and Lee 1994, Biometrics 50:1171).
 */
public final class ModelComparison {
    private ModelComparison() {}

    /**
     * A likelihood-ratio test.
     *
     * @param df difference in parameters
     * @param note how p was found where that is not plain χ²; empty otherwise
     */
    public record Test(double chiSquare, int df, double p, String note) {}

    /**
     * A model in the table.
     *
     * @param test against the model before it; null for the first and for models that are not nested
     */
    public record Entry(FittedModel model, Test test) {}

    /**
     * Compares models.
     *
     * @throws DataException if their likelihoods cannot be compared
     */
    public static List<Entry> of(List<FittedModel> models) {
        FittedModel first = models.get(0);
        for (FittedModel other : models) {
            requireComparable(first, other);
        }
        List<FittedModel> sorted = new ArrayList<>(models);
        sorted.sort(Comparator.comparingInt(model -> model.likelihood().parameters()));
        List<Entry> out = new ArrayList<>();
        for (int i = 0; i < sorted.size(); i++) {
            boolean nested = i > 0 && sorted.get(i - 1).isNestedIn(sorted.get(i));
            out.add(new Entry(sorted.get(i), nested ? test(sorted.get(i - 1), sorted.get(i)) : null));
        }
        return out;
    }

    private static void requireComparable(FittedModel a, FittedModel b) {
        if (a.rows().observations() != b.rows().observations()) {
            throw new DataException("the models were fitted to different numbers of rows (" + a.name() + ": "
                    + a.rows().observations() + ", " + b.name() + ": "
                    + b.rows().observations()
                    + "): a covariate with missing values drops rows; fit both to the same rows");
        }
        if (!a.rows().fingerprint().equals(b.rows().fingerprint())) {
            throw new DataException("the models " + a.name() + " and " + b.name()
                    + " were fitted to different rows, outcomes or weights: their likelihoods cannot be compared");
        }
        if (!a.likelihood().converged() || !b.likelihood().converged()) {
            throw new DataException("the model " + (a.likelihood().converged() ? b : a).name()
                    + " did not converge: its log-likelihood is not a maximum");
        }
        boolean reml = a.likelihood().method().equals("reml");
        if (reml != b.likelihood().method().equals("reml")) {
            throw new DataException("the models " + a.name() + " and " + b.name() + " have different likelihoods ("
                    + (reml ? "REML and ML" : "ML and REML") + "): fit both by the same");
        }
        if (reml && !a.columns().fixed().equals(b.columns().fixed())) {
            throw new DataException(Sentence.of(
                    "the models %s and %s have different fixed effects, and REML likelihoods of such models cannot be compared:"
                            + " fit them without %s",
                    a.name(), b.name(), Setting.REML));
        }
    }

    private static Test test(FittedModel small, FittedModel large) {
        double chiSquare =
                Math.max(0, 2 * (large.likelihood().value() - small.likelihood().value()));
        int df = large.likelihood().parameters() - small.likelihood().parameters();
        int more = large.randomEffects() - small.randomEffects();
        if (more == 1) {
            double p = 0.5 * (WaldTest.upperTail(chiSquare, df - 1) + WaldTest.upperTail(chiSquare, df));
            return new Test(chiSquare, df, p, "mixture of chi-squares with " + (df - 1) + " and " + df + " df");
        }
        return new Test(
                chiSquare,
                df,
                WaldTest.upperTail(chiSquare, df),
                more > 1 ? "conservative, since " + more + " variances lie at the edge: add one at a time" : "");
    }
}
