package org.sparkglmm.core.formula;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an R mixed-model formula says, as in {@code y ~ time * sex + (1 + time | person)}.
 *
 * @param text the formula as given, without surrounding blanks
 * @param response the left side
 * @param fixedTerms the fixed effects, by degree and then by appearance
 * @param fixedIntercept whether there is a fixed intercept
 * @param offsets named as R prints them, offset(log(exposure)); the SQL text is that of what is inside
 * @param randomTerms in the order of the formula, each {@code ||} split as lme4 does; may be empty
 */
public record Formula(
        String text,
        Response response,
        List<Term> fixedTerms,
        boolean fixedIntercept,
        List<Variable> offsets,
        List<RandomTerm> randomTerms)
        implements Serializable {

    /** Takes copies of the lists. */
    public Formula {
        fixedTerms = List.copyOf(fixedTerms);
        offsets = List.copyOf(offsets);
        randomTerms = List.copyOf(randomTerms);
    }

    /** Reads a formula with a response; throws {@link FormulaException}, and nothing else, if it cannot be read. */
    public static Formula parse(String text) {
        return FormulaReader.read(clean(text), true);
    }

    /** Reads a formula without a response, {@code ~ x}, as zero inflation and dispersion take it. */
    public static Formula parseOneSided(String text) {
        return FormulaReader.read(clean(text), false);
    }

    private static String clean(String text) {
        return text == null ? "" : text.strip();
    }

    /** All distinct variables of the fixed and the random terms; no response, offset or group. */
    public List<Variable> variables() {
        Map<String, Variable> byName = new LinkedHashMap<>();
        List<Term> terms = new ArrayList<>(fixedTerms);
        for (RandomTerm random : randomTerms) {
            terms.addAll(random.terms());
        }
        for (Term term : terms) {
            for (Variable variable : term.variables()) {
                byName.putIfAbsent(variable.name(), variable);
            }
        }
        return List.copyOf(byName.values());
    }

    /** The text. */
    @Override
    public String toString() {
        return text;
    }
}
