package org.sparkglmm.spark.output;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.inference.FittedModel;
import org.sparkglmm.spark.data.ModelRequest;

/** What a comparison of models needs of a model file. */
final class ComparedModel {
    /** How a log-likelihood was found. */
    private static final Set<String> METHODS = Set.of("laplace", "agq", "ml", "reml");

    private ComparedModel() {}

    /** @throws DataException if it says what no fit can have said: it may have been edited, or be another program's */
    static FittedModel of(String name, ModelDocument document) {
        requireComparable(name, document);
        ModelDocument.Design design = document.design();
        Set<String> own = new LinkedHashSet<>();
        for (int k = 0; k < design.auxiliaryColumns().size(); k++) {
            for (String column : design.auxiliaryColumns().get(k)) {
                own.add(k + ":" + column);
            }
        }
        Set<String> fixed = new LinkedHashSet<>();
        document.estimates().fixed().forEach(f -> fixed.add(f.term()));
        Double weights = document.counts().sumOfWeights();
        long rows = document.counts().nObservations();
        return new FittedModel(
                name,
                new FittedModel.Kind(
                        document.model().formula(),
                        document.model().family() + (design.zi() != null ? " with zi" : ""),
                        document.model().link()),
                new FittedModel.Rows(
                        rows,
                        weights == null ? rows : weights,
                        document.provenance().rows()),
                new FittedModel.Likelihood(
                        document.model().method(),
                        document.model().nodes(),
                        document.verdict().isConverged(),
                        document.likelihood().nParameters(),
                        document.likelihood().logLik()),
                new FittedModel.Columns(
                        fixed,
                        document.estimates().random().stream()
                                .map(t -> (Set<String>) new LinkedHashSet<>(t.terms()))
                                .toList(),
                        own));
    }

    private static void requireComparable(String name, ModelDocument document) {
        String refused = "the model " + name + " cannot be compared: in its " + ModelFile.NAME + " ";
        if (!Double.isFinite(document.likelihood().logLik())) {
            throw new DataException(refused + "there is no log-likelihood");
        }
        requirePositive(refused + "nObservations", document.counts().nObservations());
        requirePositive(refused + "nParameters", document.likelihood().nParameters());
        if (document.provenance().rows().isEmpty()) {
            throw new DataException(refused + "nothing says which rows it was fitted to");
        }
        ModelRequest request;
        try {
            request = SavedModel.request(document, Map.of());
        } catch (UsageException e) {
            throw new DataException(refused + "formula, family and link do not go together: " + e.getMessage());
        }
        if (request.weights() != null && document.counts().sumOfWeights() == null) {
            throw new DataException("the model " + name + " cannot be compared: its " + ModelFile.NAME
                    + " is of an earlier version, whose BIC counts rows, not weights: fit it again");
        }
        String method = document.model().method();
        boolean linear = request.family().isLinear(request.link()) && request.dispersion() == null;
        if (method == null || !METHODS.contains(method) || (method.equals("reml") && !linear)) {
            throw new DataException(refused + "the method '" + method + "' is none of such a model");
        }
    }

    private static void requirePositive(String count, Number value) {
        if (value == null || value.longValue() < 1) {
            throw new DataException(count + " is no number of 1 or more");
        }
    }
}
