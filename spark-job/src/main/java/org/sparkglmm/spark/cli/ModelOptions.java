package org.sparkglmm.spark.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.spark.data.ModelRequest;
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

    ModelRequest request() {
        return ModelRequest.of(formula, family, link, offset, weights, precisionWeights, parsedLevels());
    }

    private Map<String, List<String>> parsedLevels() {
        Map<String, List<String>> out = new LinkedHashMap<>();
        for (String entry : levels) {
            int equals = entry.indexOf('=');
            if (equals < 1 || equals == entry.length() - 1) {
                throw new UsageException("--levels: must be COL=a,b,c, got '" + entry + "'");
            }
            List<String> values = Arrays.stream(entry.substring(equals + 1).split(",", -1))
                    .map(String::strip)
                    .toList();
            if (values.size() < 2 || values.stream().distinct().count() < values.size()) {
                throw new UsageException("--levels " + entry.substring(0, equals)
                        + ": needs two or more different levels, separated by commas");
            }
            out.put(entry.substring(0, equals).strip(), values);
        }
        return out;
    }
}
