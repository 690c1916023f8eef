package org.sparkglmm.spark.data;

import java.io.Serializable;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Row;
import org.sparkglmm.core.design.Design;

/** Keeps rows by what they are to the model: in a row, the table's own columns come first, then the raw values. */
final class RowFilter implements FilterFunction<Row> {
    private static final long serialVersionUID = 1;

    /** What is asked of the raw values of a row. */
    interface RawFilter extends Serializable {
        boolean keeps(double[] raw);
    }

    private final Design design;
    private final RawFilter filter;
    private final int own;
    private transient RowEncoder encoder;

    RowFilter(Design design, RawFilter filter, int own) {
        this.design = design;
        this.filter = filter;
        this.own = own;
    }

    @Override
    public boolean call(Row row) {
        if (encoder == null) {
            encoder = new RowEncoder(design.raw());
        }
        double[] raw = new double[design.raw().size()];
        for (int k = 0; k < raw.length; k++) {
            raw[k] = encoder.value(row, own + k, k);
        }
        return filter.keeps(raw);
    }
}
