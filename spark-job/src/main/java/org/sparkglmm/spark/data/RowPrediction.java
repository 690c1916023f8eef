package org.sparkglmm.spark.data;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.inference.Prediction;
import org.sparkglmm.core.inference.RowPredictor;

/** Row of the joined table → row of the result. Own columns come first, then raw values, id, effects, source. */
final class RowPrediction implements MapFunction<Row, Row> {
    private static final long serialVersionUID = 1;

    private final Design design;
    private final RowPredictor predictor;
    private final int parameters;
    private final int own;
    private final int source;
    private transient RowEncoder encoder;

    RowPrediction(Design design, RowPredictor predictor, int parameters, int own, int source) {
        this.design = design;
        this.predictor = predictor;
        this.parameters = parameters;
        this.own = own;
        this.source = source;
    }

    @Override
    public Row call(Row row) {
        if (encoder == null) {
            encoder = new RowEncoder(design.raw());
        }
        double[] raw = new double[design.raw().size()];
        for (int k = 0; k < raw.length; k++) {
            raw[k] = encoder.value(row, own + k, k);
        }
        List<Object> out = new ArrayList<>();
        for (int i = 0; i < own; i++) {
            out.add(row.get(i));
        }
        add(predictor.population(raw), out);
        add(predictor.marginal(raw), out);
        add(conditional(row, raw), out);
        out.add(row.isNullAt(source) ? "none" : row.getString(source));
        return RowFactory.create(out.toArray());
    }

    private Prediction conditional(Row row, double[] raw) {
        int q = design.randomColumns().size();
        double[] effects = new double[q];
        double[][] covariance = new double[q][q];
        if (row.isNullAt(source)) {
            // A person of whom nothing is known: effects of 0, and no telling how far that is from his.
            return predictor.conditional(raw, effects, null, null);
        }
        int derivativesAt = source - 1;
        int covariancesAt = derivativesAt - q * (q - 1) / 2;
        int deviationsAt = covariancesAt - q;
        int modesAt = deviationsAt - q;
        int pair = covariancesAt;
        for (int r = 0; r < q; r++) {
            effects[r] = row.getDouble(modesAt + r);
            double deviation = row.getDouble(deviationsAt + r);
            covariance[r][r] = deviation * deviation;
            for (int c = 0; c < r; c++) {
                covariance[r][c] = row.getDouble(pair++);
                covariance[c][r] = covariance[r][c];
            }
        }
        double[][] derivatives = null;
        if (!row.isNullAt(derivativesAt)) {
            List<Double> flat = row.getList(derivativesAt);
            if (flat.size() != q * parameters) {
                return predictor.conditional(raw, effects, null, null);
            }
            derivatives = new double[q][parameters];
            for (int r = 0; r < q; r++) {
                for (int i = 0; i < parameters; i++) {
                    derivatives[r][i] = flat.get(r * parameters + i);
                }
            }
        }
        return predictor.conditional(raw, effects, covariance, derivatives);
    }

    private static void add(Prediction prediction, List<Object> out) {
        out.add(orNull(prediction.link()));
        out.add(orNull(prediction.linkSe()));
        for (int i = 0; i < prediction.response().length; i++) {
            out.add(orNull(prediction.response()[i]));
            out.add(orNull(prediction.responseSe()[i]));
        }
    }

    private static Double orNull(double value) {
        return Double.isNaN(value) ? null : value;
    }
}
