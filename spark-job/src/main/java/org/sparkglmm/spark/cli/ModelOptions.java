package org.sparkglmm.spark.cli;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.ml.Glmm;
import picocli.CommandLine.Option;

/** Options that say what model is meant. */
final class ModelOptions {
    @Option(names = "--formula", required = true, description = "R's: 'y ~ time * sex + (1 + time | person)'.")
    private String formula;

    @Option(
            names = "--family",
            required = true,
            description = "One of: ${COMPLETION-CANDIDATES}.",
            completionCandidates = FamilyNames.class)
    private String family;

    @Option(names = "--link", description = "The family's default unless given.")
    private String link;

    @Option(
            names = "--zi",
            paramLabel = "FORMULA",
            description = "Zero inflation (with a truncated family: the hurdle's zeros), fixed effects, logit: '~ x'.")
    private String zi;

    @Option(
            names = "--dispersion",
            paramLabel = "FORMULA",
            description = "The logarithm of the family's dispersion, fixed effects: '~ x'.")
    private String dispersion;

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
            description = "The dispersion is divided by them, as lme4's weights (gaussian, gamma and other amounts).")
    private String precisionWeights;

    @Option(
            names = "--levels",
            paramLabel = "COL=a,b,c",
            description =
                    "A factor's levels in order, the reference first; of an ordinal outcome the lowest first. Repeatable.")
    private List<String> levels = new ArrayList<>();

    /** The estimator with these options. */
    Glmm estimator() {
        return new Glmm()
                .setFormula(formula)
                .setFamily(family)
                .setLink(link)
                .setZi(zi)
                .setDispersion(dispersion)
                .setOffsetCol(offset)
                .setWeightsCol(weights)
                .setPrecisionWeightsCol(precisionWeights)
                .setLevels(levels.toArray(String[]::new));
    }

    /** For the help text. */
    static final class FamilyNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Families.all().stream().map(Family::name).iterator();
        }
    }
}
