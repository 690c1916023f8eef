package org.sparkglmm.core.inference;

import java.io.Serializable;
import java.util.List;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;

/** η of a single row from its raw values, for predictions; NaN where a value it needs is missing. */
public final class LinearPredictor implements Serializable {
    private static final long serialVersionUID = 1;

    private final int[][] fixedVariables;
    private final int[][] fixedLevels;
    private final int[][] randomVariables;
    private final int[][] randomLevels;
    private final int[] offsets;
    private final double[] beta;

    /** @param parameters β first; the rest is not used */
    public LinearPredictor(Design design, double[] parameters) {
        fixedVariables = variables(design, design.fixed());
        fixedLevels = levels(design.fixed());
        randomVariables = variables(design, design.randomColumns());
        randomLevels = levels(design.randomColumns());
        offsets = design.offsets().stream().mapToInt(Integer::intValue).toArray();
        beta = java.util.Arrays.copyOf(parameters, design.fixed().size());
    }

    private static int[][] variables(Design design, List<DesignColumn> columns) {
        return columns.stream()
                .map(c -> c.components().stream()
                        .mapToInt(k -> design.rawIndex(k.variable()))
                        .toArray())
                .toArray(int[][]::new);
    }

    private static int[][] levels(List<DesignColumn> columns) {
        return columns.stream()
                .map(c -> c.components().stream().mapToInt(Component::level).toArray())
                .toArray(int[][]::new);
    }

    /** offset + x'β. */
    public double fixedPart(double[] raw) {
        double eta = 0;
        for (int o : offsets) {
            eta += raw[o];
        }
        return eta + sum(fixedVariables, fixedLevels, beta, raw);
    }

    /** z'b. */
    public double randomPart(double[] raw, double[] effects) {
        return sum(randomVariables, randomLevels, effects, raw);
    }

    private static double sum(int[][] variables, int[][] levels, double[] coefficients, double[] raw) {
        double sum = 0;
        for (int c = 0; c < variables.length; c++) {
            double value = 1;
            for (int k = 0; k < variables[c].length; k++) {
                double v = raw[variables[c][k]];
                int level = levels[c][k];
                value *= level == Component.NUMERIC || Double.isNaN(v) ? v : v == level ? 1 : 0;
            }
            sum += coefficients[c] * value;
        }
        return sum;
    }
}
