package org.sparkglmm.core.inference;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.ParameterLayout;

/** η and ψ of a single row from its raw values, for predictions; NaN where a value they need is missing. */
public final class LinearPredictor implements Serializable {
    private static final long serialVersionUID = 1;

    /** Columns ready to be multiplied: which raw values a column is the product of, and which levels of factors. */
    record Columns(int[][] variables, int[][] levels, double[][] centres) implements Serializable {
        static Columns of(Design design, List<DesignColumn> columns) {
            return new Columns(
                    LinearPredictor.variables(design, columns),
                    LinearPredictor.levels(columns),
                    LinearPredictor.centres(columns));
        }

        double[] values(double[] raw) {
            double[] out = new double[variables.length];
            for (int c = 0; c < out.length; c++) {
                double value = 1;
                for (int k = 0; k < variables[c].length; k++) {
                    double v = raw[variables[c][k]];
                    int level = levels[c][k];
                    value *= level == Component.NUMERIC || Double.isNaN(v) ? v - centres[c][k] : v == level ? 1 : 0;
                }
                out[c] = value;
            }
            return out;
        }

        double times(double[] coefficients, double[] raw) {
            double[] values = values(raw);
            double sum = 0;
            for (int c = 0; c < values.length; c++) {
                sum += coefficients[c] * values[c];
            }
            return sum;
        }
    }

    private final Columns fixed;
    private final Columns random;
    private final Columns[] auxiliary;
    private final int[] offsets;
    private final double[] beta;
    private final double[][] psi;

    /** @param parameters β, θ, ψ */
    public LinearPredictor(Design design, Family family, double[] parameters) {
        ParameterLayout layout = design.layout(family);
        fixed = Columns.of(design, design.fixed());
        random = Columns.of(design, design.randomColumns());
        offsets = design.offsets().stream().mapToInt(Integer::intValue).toArray();
        beta = Arrays.copyOf(parameters, layout.fixed());
        auxiliary = new Columns[layout.psiParts()];
        psi = new double[layout.psiParts()][];
        for (int k = 0; k < psi.length; k++) {
            auxiliary[k] = Columns.of(design, design.auxiliaryColumns(k));
            psi[k] = Arrays.copyOfRange(parameters, layout.psiStart(k), layout.psiStart(k + 1));
        }
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

    private static double[][] centres(List<DesignColumn> columns) {
        return columns.stream()
                .map(c -> c.components().stream().mapToDouble(Component::centre).toArray())
                .toArray(double[][]::new);
    }

    /** offset + x'β. */
    public double fixedPart(double[] raw) {
        double eta = 0;
        for (int o : offsets) {
            eta += raw[o];
        }
        return eta + fixed.times(beta, raw);
    }

    /** z'b. */
    public double randomPart(double[] raw, double[] effects) {
        return random.times(effects, raw);
    }

    /** The linear predictors of the family's own parameters. */
    public double[] auxiliary(double[] raw) {
        double[] out = new double[psi.length];
        for (int k = 0; k < out.length; k++) {
            out[k] = auxiliary[k].times(psi[k], raw);
        }
        return out;
    }

    /** The row's columns of X. */
    double[] fixedRow(double[] raw) {
        return fixed.values(raw);
    }

    /** Its columns of Z. */
    double[] randomRow(double[] raw) {
        return random.values(raw);
    }

    /** Its columns of the predictor of the family's own parameter k. */
    double[] auxiliaryRow(int k, double[] raw) {
        return auxiliary[k].values(raw);
    }
}
