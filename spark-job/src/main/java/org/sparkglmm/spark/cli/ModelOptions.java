package org.sparkglmm.spark.cli;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.ml.Glmm;
import picocli.CommandLine.Option;

/** Options that say what model is meant. */
final class ModelOptions {
    @Option(names = "--formula", required = true, description = "R's: 'y ~ time * sex + (1 + time | person)'.")
    private String formula;

    @Option(names = "--family", required = true, description = "gaussian, binomial or poisson.")
    private String family;

    @Option(names = "--link", description = "The family's default unless given.")
    private String link;

    @Option(names = "--offset", paramLabel = "COL", description = "A column added to the linear predictor.")
    private String offset;

    @Option(
            names = "--weights",
            paramLabel = "COL",
            description = "Frequency weights: they multiply the log-likelihood.")
    private String weights;

    @Option(
            names = "--precision-weights",
            paramLabel = "COL",
            description = "Gaussian: the residual variance is divided by them, as lme4's weights.")
    private String precisionWeights;

    @Option(
            names = "--levels",
            paramLabel = "COL=a,b,c",
            description = "A factor's levels in order, the reference first; repeatable.")
    private List<String> levels = new ArrayList<>();

    /** The estimator with these options. */
    Glmm estimator() {
        return new Glmm()
                .setFormula(formula)
                .setFamily(family)
                .setLink(link)
                .setOffsetCol(offset)
                .setWeightsCol(weights)
                .setPrecisionWeightsCol(precisionWeights)
                .setLevels(levels.toArray(String[]::new));
    }
}
