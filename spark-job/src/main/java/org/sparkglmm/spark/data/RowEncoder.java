package org.sparkglmm.spark.data;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.sparkglmm.core.design.RawColumn;

/** A raw value of a row: the number, or the code of the label. */
final class RowEncoder {
    private final List<Map<String, Integer>> codes;

    RowEncoder(List<RawColumn> raw) {
        codes = raw.stream().map(column -> codes(column.levels())).toList();
    }

    /** The code of each level: its index. */
    static Map<String, Integer> codes(List<String> levels) {
        Map<String, Integer> out = new HashMap<>();
        for (int level = 0; level < levels.size(); level++) {
            out.put(levels.get(level), level);
        }
        return out;
    }

    /** The value of raw column k, which is column {@code at} of the row; NaN if it is missing or an unknown label. */
    double value(Row row, int at, int k) {
        if (row.isNullAt(at)) {
            return Double.NaN;
        }
        Map<String, Integer> labels = codes.get(k);
        if (labels.isEmpty()) {
            return row.getDouble(at);
        }
        Integer code = labels.get(row.getString(at));
        return code == null ? Double.NaN : code;
    }
}
