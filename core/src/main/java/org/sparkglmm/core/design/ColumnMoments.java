package org.sparkglmm.core.design;

import java.io.Serializable;

/**
 * Weighted means and second moments of some columns. Second moments are about the mean, merged pairwise in block order (Chan,
 * Golub and LeVeque 1983), so that a year column keeps its small variance.
 */
public final class ColumnMoments implements Serializable {
    private static final long serialVersionUID = 1;

    private final int columns;
    private double weight;
    private final double[] mean;
    private final double[] scatter;
    private final double[] delta;

    ColumnMoments(int columns) {
        this.columns = columns;
        mean = new double[columns];
        scatter = new double[columns * columns];
        delta = new double[columns];
    }

    /** Adds a row of values with a weight of more than 0. */
    void add(double[] row, double w) {
        weight += w;
        for (int c = 0; c < columns; c++) {
            delta[c] = row[c] - mean[c];
            mean[c] += delta[c] * (w / weight);
        }
        for (int c = 0; c < columns; c++) {
            double right = w * (row[c] - mean[c]);
            for (int d = 0; d <= c; d++) {
                scatter[c * columns + d] += delta[d] * right;
            }
        }
    }

    void merge(ColumnMoments other) {
        if (other.weight == 0) {
            return;
        }
        double total = weight + other.weight;
        for (int c = 0; c < columns; c++) {
            delta[c] = other.mean[c] - mean[c];
        }
        for (int c = 0; c < columns; c++) {
            for (int d = 0; d <= c; d++) {
                scatter[c * columns + d] +=
                        other.scatter[c * columns + d] + delta[c] * delta[d] * (weight * (other.weight / total));
            }
        }
        for (int c = 0; c < columns; c++) {
            mean[c] += delta[c] * (other.weight / total);
        }
        weight = total;
    }

    /** Sum of the weights. */
    public double weight() {
        return weight;
    }

    /** Weighted mean of column c. */
    public double mean(int c) {
        return mean[c];
    }

    /** Weighted sum of products of columns c and d about their means. */
    public double scatter(int c, int d) {
        return c >= d ? scatter[c * columns + d] : scatter[d * columns + c];
    }

    /** Weighted sum of products about zero. */
    public double rawScatter(int c, int d) {
        return scatter(c, d) + weight * mean[c] * mean[d];
    }
}
