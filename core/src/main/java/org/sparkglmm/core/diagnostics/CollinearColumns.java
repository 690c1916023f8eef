package org.sparkglmm.core.diagnostics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.VariableMoments;
import org.sparkglmm.core.diagnostics.Diagnostics.Collinearity;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.optim.SymmetricEigen;

/**
 * How nearly the columns of X depend on each other, about the means of its numbers: products and squares of numbers far from 0 go with the
 * numbers themselves, which another origin undoes and no estimate suffers from.
 */
final class CollinearColumns {
    /** R's I(x^2). */
    private static final Pattern SQUARE = Pattern.compile("I\\(\\s*(.+?)\\s*\\^\\s*2\\s*\\)");

    private final Design design;
    private final DataMoments moments;
    private final int p;
    /** Columns about the means = X · this. */
    private final DMatrixRMaj about;

    private CollinearColumns(Design design, boolean constant, DataMoments moments) {
        this.design = design;
        this.moments = moments;
        p = design.fixed().size();
        about = CommonOps_DDRM.identity(p);
        // Columns that are about centres already stay as they are.
        if (new Centring(design, constant).isNone()) {
            products(constant);
            squares();
        }
    }

    static Collinearity of(Design design, Family family, DataMoments moments) {
        // With an intercept, or thresholds for one, about the means; columns without one may add up to one.
        boolean centred = family.takesCategories()
                || design.fixed().stream().anyMatch(c -> c.components().isEmpty());
        return new CollinearColumns(design, family.takesCategories(), moments).collinearity(centred);
    }

    private void products(boolean constant) {
        Map<String, Double> means = new LinkedHashMap<>();
        for (DesignColumn column : design.fixed()) {
            for (Component component : column.components()) {
                int at = VariableMoments.indexOf(design.fixed(), component.variable());
                if (component.isNumeric() && at >= 0 && column.components().size() > 1) {
                    means.put(component.variable(), moments.fixed().mean(at));
                }
            }
        }
        double[][] map = new Centring(Centring.about(design, means, constant), constant).fixedToRaw();
        for (int i = 0; i < p; i++) {
            for (int j = 0; j < p; j++) {
                about.set(i, j, map[i][j]);
            }
        }
    }

    private void squares() {
        for (int c = 0; c < p; c++) {
            Matcher square = SQUARE.matcher(design.fixed().get(c).name());
            int base = square.matches() ? VariableMoments.indexOf(design.fixed(), square.group(1)) : -1;
            if (base >= 0) {
                about.set(base, c, -2 * moments.fixed().mean(base));
            }
        }
    }

    private Collinearity collinearity(boolean centred) {
        DMatrixRMaj raw = new DMatrixRMaj(p, p);
        for (int i = 0; i < p; i++) {
            for (int j = 0; j < p; j++) {
                raw.set(
                        i,
                        j,
                        centred
                                ? moments.fixed().scatter(i, j)
                                : moments.fixed().rawScatter(i, j));
            }
        }
        DMatrixRMaj work = new DMatrixRMaj(p, p);
        DMatrixRMaj products = new DMatrixRMaj(p, p);
        CommonOps_DDRM.multTransA(about, raw, work);
        CommonOps_DDRM.mult(work, about, products);
        List<Integer> used = new ArrayList<>();
        for (int c = 0; c < p; c++) {
            if (!design.fixed().get(c).components().isEmpty() && products.get(c, c) > 0) {
                used.add(c);
            }
        }
        int m = used.size();
        if (m < 2) {
            return new Collinearity(1, List.of());
        }
        double[][] correlation = new double[m][m];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                int a = used.get(i);
                int b = used.get(j);
                correlation[i][j] = products.get(a, b) / Math.sqrt(products.get(a, a) * products.get(b, b));
            }
        }
        SymmetricEigen eigen = SymmetricEigen.of(correlation);
        int smallest = 0;
        for (int k = 1; k < m; k++) {
            smallest = eigen.value(k) < eigen.value(smallest) ? k : smallest;
        }
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < m; i++) {
            double total = 0;
            for (int k = 0; k < m; k++) {
                total += eigen.vector(k)[i] * eigen.vector(k)[i] / Math.max(eigen.value(k), Double.MIN_NORMAL);
            }
            double along = eigen.vector(smallest)[i]
                    * eigen.vector(smallest)[i]
                    / Math.max(eigen.value(smallest), Double.MIN_NORMAL);
            if (along > 0.5 * total) {
                columns.add(design.fixed().get(used.get(i)).name());
            }
        }
        return new Collinearity(Math.sqrt(eigen.largest() / Math.max(eigen.smallest(), Double.MIN_NORMAL)), columns);
    }
}
