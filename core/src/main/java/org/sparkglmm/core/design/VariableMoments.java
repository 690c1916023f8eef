package org.sparkglmm.core.design;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Mean and spread of the numeric variables that are no column of their own in X or in the predictors of the family's own parameters,
 * where {@link DataMoments} has them: of their column in Z, or of the rows in which a product with indicators is not 0.
 */
public final class VariableMoments implements Serializable {
    private static final long serialVersionUID = 1;

    private final Map<String, ColumnMoments> byVariable = new LinkedHashMap<>();

    /** Where a column lies: in X (-2), in Z (-1), in the predictor of an own parameter. */
    private record Place(int part, int column, boolean isProduct) implements Serializable {}

    /** Those of one block. */
    public static VariableMoments ofBlock(ClusterBlock block, Design design) {
        VariableMoments out = new VariableMoments();
        places(design).forEach((variable, place) -> out.byVariable.put(variable, moments(block, place)));
        return out;
    }

    private static ColumnMoments moments(ClusterBlock block, Place place) {
        BlockColumn column =
                switch (place.part) {
                    case -2 -> block.x()[place.column];
                    case -1 -> block.z()[place.column];
                    default -> block.auxiliary(place.part)[place.column];
                };
        ColumnMoments out = new ColumnMoments(1);
        double[] row = new double[1];
        for (int i = 0; i < block.clusters(); i++) {
            for (int j = block.start(i); j < block.start(i + 1); j++) {
                double w = block.observations().weight(j) * block.frequency(i);
                row[0] = column.at(i, j);
                if (w > 0 && w < Double.POSITIVE_INFINITY && !(place.isProduct && row[0] == 0)) {
                    out.add(row, w);
                }
            }
        }
        return out;
    }

    /** The column that each such variable is best seen in. */
    private static Map<String, Place> places(Design design) {
        Map<String, Place> out = new LinkedHashMap<>();
        int[] order = new int[design.auxiliary().size() + 2];
        order[0] = -1;
        order[1] = -2;
        for (int k = 2; k < order.length; k++) {
            order[k] = k - 2;
        }
        for (boolean product : new boolean[] {false, true}) {
            for (int part : order) {
                List<DesignColumn> columns = columns(design, part);
                for (int c = 0; c < columns.size(); c++) {
                    String variable = onlyNumber(columns.get(c));
                    boolean isProduct = columns.get(c).components().size() > 1;
                    if (variable != null && isProduct == product && !isOwnColumn(design, variable)) {
                        out.putIfAbsent(variable, new Place(part, c, product));
                    }
                }
            }
        }
        return out;
    }

    private static List<DesignColumn> columns(Design design, int part) {
        return switch (part) {
            case -2 -> design.fixed();
            case -1 -> design.randomColumns();
            default -> design.auxiliary().get(part);
        };
    }

    private static boolean isOwnColumn(Design design, String variable) {
        return indexOf(design.fixed(), variable) >= 0
                || design.auxiliary().stream().anyMatch(part -> indexOf(part, variable) >= 0);
    }

    /** The column that is a numeric variable itself; -1 for none. */
    public static int indexOf(List<DesignColumn> columns, String variable) {
        for (int c = 0; c < columns.size(); c++) {
            boolean alone = columns.get(c).components().size() == 1;
            if (alone && variable.equals(onlyNumber(columns.get(c)))) {
                return c;
            }
        }
        return -1;
    }

    /** The one number in a product; null if there is none or several. */
    private static String onlyNumber(DesignColumn column) {
        List<String> numbers = column.components().stream()
                .filter(Component::isNumeric)
                .map(Component::variable)
                .toList();
        return numbers.size() == 1 ? numbers.get(0) : null;
    }

    /** Adds another block's. */
    public void merge(VariableMoments other) {
        byVariable.forEach((variable, moments) -> moments.merge(other.byVariable.get(variable)));
    }

    /** Those of one column, the variable. */
    public Map<String, ColumnMoments> byVariable() {
        return byVariable;
    }
}
