package org.sparkglmm.spark.data;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.sparkglmm.core.formula.Variable;

/** What a model takes each column of a text table for, as far as its fields leave that open: {@code 01} is a name or a number. */
final class ColumnUse {
    private final String group;
    private final DataType idType;
    private final Set<String> used = new HashSet<>();
    private final Set<String> numbers = new HashSet<>();
    private final Set<String> factors = new HashSet<>();
    private final Set<String> texts = new HashSet<>();

    private ColumnUse(String group, DataType idType) {
        this.group = group;
        this.idType = idType;
        used.add(lower(group));
    }

    /** Of a table of which nothing but the grouping column is known. */
    static ColumnUse of(String group) {
        return new ColumnUse(group, null);
    }

    /** Of a table to fit a model to. */
    static ColumnUse toFit(ModelRequest request) {
        ColumnUse out = new ColumnUse(request.group(), null);
        out.add(request);
        return out;
    }

    /**
     * Of a table that a model is applied to: what is text in the model is text in the table.
     *
     * @param idType of the ids that the model knows, null if it knows none
     */
    static ColumnUse ofModel(ModelRequest request, DataType idType) {
        ColumnUse out = new ColumnUse(request.group(), idType);
        out.add(request);
        for (Variable variable : variables(request)) {
            List<String> levels = levels(variable, request.levels());
            if (levels != null && variable.columns().size() == 1 && isColumn(variable)) {
                boolean isOutcome = variable.name().equals(request.outcome());
                boolean mayBeNumbers = variable.forcedFactor()
                        || (isOutcome && request.family().takesCategories());
                boolean truths = Set.of("TRUE", "FALSE").containsAll(levels);
                boolean numbers = mayBeNumbers && levels.stream().allMatch(ColumnUse::isNumbersLabel);
                if (!truths && !numbers) {
                    out.texts.add(lower(variable.columns().get(0)));
                }
            }
        }
        return out;
    }

    private static List<String> levels(Variable variable, Map<String, List<String>> levels) {
        List<String> own = levels.get(variable.name());
        return own != null || variable.columns().isEmpty()
                ? own
                : levels.get(variable.columns().get(0));
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private static List<Variable> variables(ModelRequest request) {
        return Stream.concat(request.formula().response().parts().stream(), request.variables().stream())
                .toList();
    }

    /** A column, or factor(column). */
    private static boolean isColumn(Variable variable) {
        return variable.isPlainColumn()
                || variable.sql().equals(TableColumns.quoted(variable.columns().get(0)));
    }

    private void add(ModelRequest request) {
        Stream.of(request.offset(), request.weights(), request.precisionWeights())
                .filter(name -> name != null)
                .forEach(name -> numbers.add(lower(name)));
        Stream.concat(variables(request).stream(), request.formula().offsets().stream())
                .forEach(variable -> {
                    boolean factor =
                            variable.forcedFactor() && variable.columns().size() == 1 && isColumn(variable);
                    variable.columns().forEach(name -> (factor ? factors : numbers).add(lower(name)));
                });
        used.addAll(numbers);
        used.addAll(factors);
    }

    /** As {@link RawValues} writes the numbers that are levels. */
    private static boolean isNumbersLabel(String label) {
        if (TextNumbers.isShortestLong(label)) {
            return true;
        }
        return TextNumbers.isNumber(label)
                && Double.toString(Double.parseDouble(label)).equals(label);
    }

    /** The grouping column. */
    String group() {
        return group;
    }

    boolean isGroup(String column) {
        return column.equalsIgnoreCase(group);
    }

    /** Whether the ids that the model knows are text. */
    boolean hasTextIds() {
        return idType instanceof StringType;
    }

    /** Whether the ids that the model knows are numbers with decimals, which have no text of their own. */
    boolean hasDecimalIds() {
        return idType instanceof DoubleType || idType instanceof FloatType || idType instanceof DecimalType;
    }

    /** Whether the ids that the model knows are neither numbers nor text. */
    boolean hasOtherIds() {
        return idType != null && !hasTextIds() && !(idType instanceof NumericType);
    }

    /** Whether the model mentions a column. */
    boolean isUsed(String column) {
        return used.contains(lower(column));
    }

    /** Whether it takes a column for more than the levels of a factor. */
    boolean isMoreThanFactor(String column) {
        return numbers.contains(lower(column));
    }

    /** Whether it takes the values of a column, as they stand, for levels of a factor. */
    boolean isFactor(String column) {
        return factors.contains(lower(column));
    }

    /** Whether a column holds the names of levels that are known to be text. */
    boolean isText(String column) {
        return texts.contains(lower(column));
    }
}
