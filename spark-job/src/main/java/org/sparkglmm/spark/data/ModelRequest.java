package org.sparkglmm.spark.data;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.formula.Formula;
import org.sparkglmm.core.formula.FormulaException;
import org.sparkglmm.core.formula.RandomTerm;
import org.sparkglmm.core.formula.Variable;
import org.sparkglmm.core.model.AuxiliaryParameter;
import org.sparkglmm.core.model.AuxiliaryParameter.Role;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;

/**
 * The model as asked for, before it has seen any data.
 *
 * @param family zero-inflated if zi is not null; with its categories if it has some and their order is known
 * @param zi of the zero-inflation part, null without one
 * @param dispersion of the dispersion's predictor, null for a constant
 * @param offset a column added to the linear predictor, null for none
 * @param weights a column of frequency weights, null for none
 * @param precisionWeights a column of precision weights, null for none
 * @param levels given orders of factors' levels, by column
 */
public record ModelRequest(
        Formula formula,
        Family family,
        Link link,
        Formula zi,
        Formula dispersion,
        String offset,
        String weights,
        String precisionWeights,
        Map<String, List<String>> levels)
        implements Serializable {

    /**
     * Reads what a user asks for.
     *
     * @param zi right side of the zero-inflation part, null without one
     * @param dispersion right side of the dispersion's predictor, null for a constant
     * @throws UsageException if formulas, family, link and weights do not go together
     */
    public static ModelRequest of(
            String formula,
            String family,
            String link,
            String zi,
            String dispersion,
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
            throw new UsageException(Sentence.of(
                    "%s: family %s has no dispersion that they could divide; use %s for frequencies",
                    Setting.PRECISION_WEIGHTS, known.name(), Setting.WEIGHTS));
        }
        boolean trials = parsed.response().sql().size() > 1;
        if (trials && !known.takesTrials()) {
            throw new UsageException("formula: successes and trials on the left side are for families binomial and"
                    + " betabinomial, not " + known.name());
        }
        if (dispersion != null && known.auxiliary().stream().noneMatch(a -> a.role() == Role.DISPERSION)) {
            throw new UsageException(Sentence.of(
                    "%sfamily %s has no dispersion to model", Setting.DISPERSION.within("%s: "), known.name()));
        }
        return new ModelRequest(
                        parsed,
                        zi == null ? known : known.withZeroInflation(),
                        Families.link(known, link),
                        fixedOnly(Setting.ZERO_INFLATION, zi),
                        fixedOnly(Setting.DISPERSION, dispersion),
                        offset,
                        weights,
                        precisionWeights,
                        Map.of())
                .withLevels(levels);
    }

    /** A one-sided formula of fixed effects; the tilde may be left out. */
    private static Formula fixedOnly(Setting setting, String text) {
        if (text == null) {
            return null;
        }
        Formula formula;
        try {
            formula = Formula.parseOneSided(text.contains("~") ? text : "~ " + text);
        } catch (FormulaException e) {
            throw new UsageException(Sentence.of("%s: %s", setting, e.sentence()));
        }
        if (!formula.randomTerms().isEmpty()) {
            throw new UsageException(Sentence.of(
                    "%s: fixed effects only; leave out the random effect by %s",
                    setting, formula.randomTerms().get(0).group().name()));
        }
        if (!formula.offsets().isEmpty()) {
            throw new UsageException(Sentence.of("%s: an offset is possible in %s only", setting, Setting.FORMULA));
        }
        if (formula.fixedTerms().isEmpty() && !formula.fixedIntercept()) {
            throw new UsageException(Sentence.of("%s: nothing in it; write at least ~ 1", setting));
        }
        return formula;
    }

    /**
     * Reads {@code COL=a,b,c} entries; a comma in a level is written {@code \,}.
     *
     * @throws UsageException if one is not of that form
     */
    public static Map<String, List<String>> parseLevels(List<String> entries) {
        Map<String, List<String>> out = new LinkedHashMap<>();
        for (String entry : entries) {
            int equals = entry.indexOf('=');
            if (equals < 1 || equals == entry.length() - 1) {
                throw new UsageException(Sentence.of("%s: must be COL=a,b,c, got '%s'", Setting.LEVELS, entry));
            }
            List<String> values = Arrays.stream(entry.substring(equals + 1).split("(?<!\\\\),", -1))
                    .map(level -> level.replace("\\,", ",").strip())
                    .toList();
            if (values.size() < 2 || values.stream().distinct().count() < values.size()) {
                throw new UsageException(Sentence.of(
                        "%s %s: needs two or more levels, separated by commas and none of them twice",
                        Setting.LEVELS, entry.substring(0, equals)));
            }
            out.put(entry.substring(0, equals).strip(), values);
        }
        return out;
    }

    /** The same model with the levels of its factors known, those of an ordered outcome among them. */
    public ModelRequest withLevels(Map<String, List<String>> known) {
        List<String> categories = known.get(outcome());
        return new ModelRequest(
                formula,
                categories == null ? family : family.withCategories(categories),
                link,
                zi,
                dispersion,
                offset,
                weights,
                precisionWeights,
                // In the order given, which the model file keeps; Map.copyOf would have one of its own in every JVM.
                Collections.unmodifiableMap(new LinkedHashMap<>(known)));
    }

    /** The outcome's name where the left side is a single value. */
    public String outcome() {
        return formula.response().parts().get(0).name();
    }

    /** Whether the outcome may be two labels, the second the success. */
    boolean takesLabels() {
        return family.takesTrials()
                && family.auxiliary().isEmpty()
                && formula.response().parts().size() == 1;
    }

    /** All distinct variables of all formulas; no response, offset or group. */
    List<Variable> variables() {
        Map<String, Variable> byName = new LinkedHashMap<>();
        for (Formula part : new Formula[] {formula, zi, dispersion}) {
            if (part != null) {
                part.variables().forEach(v -> byName.putIfAbsent(v.name(), v));
            }
        }
        return List.copyOf(byName.values());
    }

    /** The formula that makes the predictor of one of the family's own parameters; null for a constant. */
    Formula formulaOf(AuxiliaryParameter parameter) {
        return switch (parameter.role()) {
            case DISPERSION -> dispersion;
            case ZERO_INFLATION -> zi;
            default -> null;
        };
    }

    /** The grouping column's own name. */
    public String group() {
        return formula.randomTerms().get(0).group().columns().get(0);
    }
}
