package org.sparkglmm.spark.data;

import java.io.Serializable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.formula.Formula;
import org.sparkglmm.core.formula.RandomTerm;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;

/**
 * The model as asked for, before it has seen any data.
 *
 * @param offset a column added to the linear predictor, null for none
 * @param weights a column of frequency weights, null for none
 * @param precisionWeights a column of precision weights, null for none
 * @param levels given orders of factors' levels, by column
 */
public record ModelRequest(
        Formula formula,
        Family family,
        Link link,
        String offset,
        String weights,
        String precisionWeights,
        Map<String, List<String>> levels)
        implements Serializable {

    /** @throws UsageException if formula, family, link and weights do not go together */
    public static ModelRequest of(
            String formula,
            String family,
            String link,
            String offset,
            String weights,
            String precisionWeights,
            Map<String, List<String>> levels) {
        Formula parsed = Formula.parse(formula);
        Family known = Families.named(family);
        if (parsed.randomTerms().isEmpty()) {
            throw new UsageException("formula: no random effect; a mixed model has a term such as (1 | person)");
        }
        List<String> groups = parsed.randomTerms().stream()
                .map(RandomTerm::group)
                .map(g -> g.name())
                .distinct()
                .toList();
        if (groups.size() > 1) {
            throw new UsageException("formula: random effects of more than one grouping column ("
                    + String.join(", ", groups) + "); one is supported");
        }
        if (precisionWeights != null && !known.takesPrecisionWeights()) {
            throw new UsageException("--precision-weights: family " + known.name()
                    + " has no residual variance that they could divide; use --weights for frequencies");
        }
        boolean trials = parsed.response().sql().size() > 1;
        if (trials && !known.takesTrials()) {
            throw new UsageException(
                    "formula: successes and trials on the left side are for family binomial, not " + known.name());
        }
        return new ModelRequest(
                parsed, known, Families.link(known, link), offset, weights, precisionWeights, Map.copyOf(levels));
    }

    /**
     * Reads {@code COL=a,b,c} entries.
     *
     * @throws UsageException if one is not of that form
     */
    public static Map<String, List<String>> parseLevels(List<String> entries) {
        Map<String, List<String>> out = new LinkedHashMap<>();
        for (String entry : entries) {
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

    /** The same model with the levels of its factors known. */
    public ModelRequest withLevels(Map<String, List<String>> known) {
        return new ModelRequest(formula, family, link, offset, weights, precisionWeights, known);
    }

    /** The grouping column's own name. */
    public String group() {
        return formula.randomTerms().get(0).group().columns().get(0);
    }
}
