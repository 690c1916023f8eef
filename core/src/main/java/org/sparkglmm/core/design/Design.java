package org.sparkglmm.core.design;

import java.io.Serializable;
import java.util.List;

/**
 * A formula bound to a table: what is read of each row, and which columns of X and Z are made of it.
 *
 * @param group the grouping column as the formula names it
 * @param raw the values of a row, in the order of {@link RowChunk#columns}
 * @param response index in raw of the outcome (successes, if there are trials)
 * @param size index of the trials or precision weight, -1 if absent
 * @param weight index of the frequency weight, -1 if absent
 * @param offsets indices of the offsets, added up
 * @param fixed the columns of X
 * @param random the columns of Z, one list a random term
 */
public record Design(
        String group,
        List<RawColumn> raw,
        int response,
        int size,
        int weight,
        List<Integer> offsets,
        List<DesignColumn> fixed,
        List<List<DesignColumn>> random)
        implements Serializable {

    public Design {
        raw = List.copyOf(raw);
        offsets = List.copyOf(offsets);
        fixed = List.copyOf(fixed);
        random = random.stream().map(List::copyOf).toList();
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
        return random.stream().flatMap(List::stream).toList();
    }

    /** Sizes of the diagonal blocks of Λ. */
    public int[] randomSizes() {
        return random.stream().mapToInt(List::size).toArray();
    }

    /** The same design with other columns of X. */
    public Design withFixed(List<DesignColumn> columns) {
        return new Design(group, raw, response, size, weight, offsets, columns, random);
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
