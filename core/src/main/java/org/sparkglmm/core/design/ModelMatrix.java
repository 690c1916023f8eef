package org.sparkglmm.core.design;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.formula.Term;
import org.sparkglmm.core.formula.Variable;

/**
 * The columns that R's model.matrix makes of terms, with treatment contrasts.
 *
 * <p>A factor v of a term T is coded by contrasts (all levels but the first) if T without v is empty or is contained in a
 * term that stands before T, and by an indicator of every level otherwise; without an intercept the first factor of the
 * first term that has one gets an indicator of every level in any case. This is R's TermCode and model.matrix
 * (src/library/stats/src/model.c), after Chambers and Hastie (1992), Statistical Models in S, p. 38.
 */
public final class ModelMatrix {

    /** More columns than a covariance matrix could be made for; typically an identifier taken as a factor. */
    static final int MAX_COLUMNS = 10_000;

    private ModelMatrix() {}

    /**
     * The columns of {@code terms}, in R's order: the first factor of an interaction varies fastest.
     *
     * @param terms as a formula gives them: by degree
     * @param intercept whether a column of ones comes first
     * @param levels the levels of each factor by the variable's name; a variable that is not in it is a number
     */
    public static List<DesignColumn> columns(List<Term> terms, boolean intercept, Map<String, List<String>> levels) {
        List<DesignColumn> columns = new ArrayList<>();
        if (intercept) {
            columns.add(DesignColumn.intercept());
        }
        boolean needsFullFactor = !intercept;
        for (int t = 0; t < terms.size(); t++) {
            List<DesignColumn> ofTerm = List.of(new DesignColumn("", List.of()));
            for (Variable variable : terms.get(t).variables()) {
                List<String> known = levels.get(variable.name());
                boolean full = needsFullFactor || !isMarginPresent(terms, t, variable);
                needsFullFactor &= known == null;
                ofTerm = times(ofTerm, components(variable.name(), known, full), levels, columns.size());
            }
            columns.addAll(ofTerm);
        }
        return List.copyOf(columns);
    }

    /** Whether term t without the variable is empty or part of an earlier term. */
    private static boolean isMarginPresent(List<Term> terms, int t, Variable variable) {
        Set<String> margin = names(terms.get(t));
        margin.remove(variable.name());
        boolean present = margin.isEmpty();
        for (int earlier = 0; earlier < t && !present; earlier++) {
            present = names(terms.get(earlier)).containsAll(margin);
        }
        return present;
    }

    private static Set<String> names(Term term) {
        Set<String> names = new HashSet<>();
        for (Variable variable : term.variables()) {
            names.add(variable.name());
        }
        return names;
    }

    private static List<Component> components(String variable, List<String> levels, boolean full) {
        if (levels == null) {
            return List.of(new Component(variable, Component.NUMERIC));
        }
        if (levels.size() < 2) {
            throw new DataException("factor " + variable + ": must have 2 or more levels in the data used, got "
                    + (levels.isEmpty() ? "none" : "only one"));
        }
        List<Component> components = new ArrayList<>();
        for (int level = full ? 0 : 1; level < levels.size(); level++) {
            components.add(new Component(variable, level));
        }
        return components;
    }

    /** Every column times every component, the columns' factors varying faster than the components'. */
    private static List<DesignColumn> times(
            List<DesignColumn> columns, List<Component> components, Map<String, List<String>> levels, int before) {
        long count = (long) columns.size() * components.size() + before;
        if (count > MAX_COLUMNS) {
            throw new UsageException("formula: must give at most " + MAX_COLUMNS + " columns, got " + count
                    + " with factor " + components.get(0).variable() + " (an identifier or a number read as text?)");
        }
        List<DesignColumn> products = new ArrayList<>();
        for (Component component : components) {
            for (DesignColumn column : columns) {
                products.add(times(column, component, levels));
            }
        }
        return products;
    }

    private static DesignColumn times(DesignColumn column, Component component, Map<String, List<String>> levels) {
        List<Component> components = new ArrayList<>(column.components());
        components.add(component);
        String variable = component.variable();
        String label = component.isNumeric()
                ? variable
                : variable + levels.get(variable).get(component.level());
        return new DesignColumn(column.name().isEmpty() ? label : column.name() + ":" + label, components);
    }
}
