package org.sparkglmm.core.design;

import java.io.Serializable;
import java.util.List;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.ParameterLayout;

/**
 * A formula bound to a table: what is read of each row, and which columns of X and Z are made of it.
 *
 * @param raw the values of a row, in the order of {@link RowChunk#columns}
 * @param response index in raw of the outcome (successes, if there are trials)
 * @param size index of the trials or precision weight, -1 if absent
 * @param weight index of the frequency weight, -1 if absent
 * @param offsets indices of the offsets, added up
 * @param fixed the columns of X
 * @param random its random terms, one at least
 * @param auxiliary the columns of the predictors of the family's own parameters, in its order; an empty list, or none, for a
 *     constant
 */
public record Design(
        List<RawColumn> raw,
        int response,
        int size,
        int weight,
        List<Integer> offsets,
        List<DesignColumn> fixed,
        List<RandomTerm> random,
        List<List<DesignColumn>> auxiliary)
        implements Serializable {

    public Design {
        raw = List.copyOf(raw);
        offsets = List.copyOf(offsets);
        fixed = List.copyOf(fixed);
        random = List.copyOf(random);
        auxiliary = auxiliary.stream()
                .map(part -> isConstant(part) ? List.<DesignColumn>of() : List.copyOf(part))
                .toList();
    }

    /** With constants only for the family's own parameters. */
    public Design(
            List<RawColumn> raw,
            int response,
            int size,
            int weight,
            List<Integer> offsets,
            List<DesignColumn> fixed,
            List<RandomTerm> random) {
        this(raw, response, size, weight, offsets, fixed, random, List.of());
    }

    private static boolean isConstant(List<DesignColumn> part) {
        return part.size() == 1 && part.get(0).components().isEmpty();
    }

    /** The factor whose levels are the clusters, as the formula names it. */
    public String group() {
        return random.get(0).factor().name();
    }

    /** The names of the columns of X. */
    public List<String> fixedNames() {
        return fixed.stream().map(DesignColumn::name).toList();
    }

    /** The names of the columns of Z, all terms one after another. */
    public List<String> randomNames() {
        return randomColumns().stream().map(DesignColumn::name).toList();
    }

    /** The columns of Z, all terms one after another. */
    public List<DesignColumn> randomColumns() {
        return random.stream().flatMap(term -> term.columns().stream()).toList();
    }

    /** Sizes of the diagonal blocks of Λ. */
    public int[] randomSizes() {
        return random.stream().mapToInt(RandomTerm::size).toArray();
    }

    /** The same design with other columns of X. */
    public Design withFixed(List<DesignColumn> columns) {
        return withColumns(columns, auxiliary);
    }

    /** The same design with other columns of X and of the auxiliary predictors. */
    public Design withColumns(List<DesignColumn> columns, List<List<DesignColumn>> parts) {
        return new Design(raw, response, size, weight, offsets, columns, random, parts);
    }

    /** The same design with other columns throughout. */
    Design withAll(List<DesignColumn> columns, List<RandomTerm> randomTerms, List<List<DesignColumn>> parts) {
        return new Design(raw, response, size, weight, offsets, columns, randomTerms, parts);
    }

    /** Where the columns of a design that has lost some of this one's are found here. */
    public ColumnSelection columnsOf(Design smaller) {
        int[][] parts = new int[auxiliary.size()][];
        for (int k = 0; k < parts.length; k++) {
            parts[k] = auxiliary.get(k).isEmpty() ? new int[0] : indices(auxiliary.get(k), smaller.auxiliaryColumns(k));
        }
        return new ColumnSelection(indices(fixed, smaller.fixed), parts);
    }

    private static int[] indices(List<DesignColumn> all, List<DesignColumn> some) {
        return some.stream().mapToInt(all::indexOf).toArray();
    }

    /** The columns of the predictor of the family's own parameter k: a single intercept for a constant. */
    public List<DesignColumn> auxiliaryColumns(int k) {
        boolean constant = k >= auxiliary.size() || auxiliary.get(k).isEmpty();
        return constant ? List.of(DesignColumn.intercept()) : auxiliary.get(k);
    }

    /** Where the parameters of the model lie in one vector. */
    public ParameterLayout layout(Family family) {
        int[] parts = new int[family.auxiliary().size()];
        for (int k = 0; k < parts.length; k++) {
            parts[k] = auxiliaryColumns(k).size();
        }
        return new ParameterLayout(fixed.size(), randomSizes(), parts);
    }

    /** Index in raw of a variable that a design column mentions. */
    public int rawIndex(String variable) {
        for (int i = 0; i < raw.size(); i++) {
            if (raw.get(i).name().equals(variable)) {
                return i;
            }
        }
        throw new IllegalArgumentException("no raw column for variable " + variable);
    }
}
