package org.sparkglmm.spark.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.sparkglmm.core.design.ClusterIds;
import org.sparkglmm.core.design.RowChunk;
import org.sparkglmm.spark.engine.TableParts;

/**
 * The one look at the table: a scan that counts rows and what is missing, finds the labels of factors, and packs the
 * complete rows, so that the number of blocks is known before they are sent to one and nothing is read twice.
 */
final class TableScan {
    private final Dataset<Row> columns;
    private final Task task;

    /**
     * @param table the rows
     * @param id the id as it travels
     * @param longIds whether that is a number
     * @param raws the values to read
     * @param levels of each of them those given, null where labels are to be found
     * @param sources columns whose moments are wanted; there are none of those that are no numbers
     * @param roundedIds whether an id is a number that has lost digits; null if none can have
     * @param lenient whether a row with an infinite value or an unknown label is not complete
     */
    TableScan(
            Dataset<Row> table,
            Column id,
            boolean longIds,
            List<RawValue> raws,
            List<List<String>> levels,
            List<StructField> sources,
            Column roundedIds,
            boolean lenient) {
        List<Column> select = new ArrayList<>();
        select.add(id);
        raws.forEach(raw -> select.add(raw.value()));
        int[] present = new int[raws.size()];
        for (int k = 0; k < present.length; k++) {
            Column sourcesPresent = raws.get(k).sourcesPresent;
            present[k] = sourcesPresent == null ? Task.ABSENT : select.size();
            if (sourcesPresent != null) {
                select.add(sourcesPresent);
            }
        }
        int[] source = new int[sources.size()];
        for (int s = 0; s < source.length; s++) {
            source[s] = sourceColumn(sources.get(s), raws, select);
        }
        int malformed = Task.ABSENT;
        if (List.of(table.columns()).contains(TableSource.MALFORMED)) {
            malformed = select.size();
            select.add(functions.col(TableSource.MALFORMED).isNotNull());
        }
        int surplus = Task.ABSENT;
        if (List.of(table.columns()).contains(TableSource.SURPLUS)) {
            surplus = select.size();
            select.add(functions.col(TableSource.SURPLUS));
        }
        int rounded = Task.ABSENT;
        if (roundedIds != null) {
            rounded = select.size();
            select.add(roundedIds);
        }
        List<Column> named = new ArrayList<>();
        for (int c = 0; c < select.size(); c++) {
            named.add(select.get(c).alias("__" + c));
        }
        columns = table.select(named.toArray(Column[]::new));
        boolean[] factor = new boolean[raws.size()];
        for (int k = 0; k < factor.length; k++) {
            factor[k] = raws.get(k).factor;
        }
        task = new Task(
                longIds, factor, present, source, malformed, surplus, rounded, new ArrayList<>(levels), lenient);
    }

    /** Where a source is found: often it is a value of the model as it stands. */
    private static int sourceColumn(StructField field, List<RawValue> raws, List<Column> select) {
        if (!(field.dataType() instanceof NumericType)) {
            return Task.ABSENT;
        }
        for (int k = 0; k < raws.size(); k++) {
            if (raws.get(k).isNumberColumn(field.name())) {
                return 1 + k;
            }
        }
        select.add(functions.col(TableColumns.quoted(field.name())).cast(DataTypes.DoubleType));
        return select.size() - 1;
    }

    /** Complete rows and counts, part by part. */
    TableParts<TablePart> withRows() {
        return TableParts.of(columns, task::scan);
    }

    /** Counts alone. */
    TableProfile look() {
        return look(TableParts.of(columns, task::count));
    }

    /** The counts of all parts, in their order. */
    TableProfile look(TableParts<TablePart> scanned) {
        TableProfile out = task.emptyLook();
        for (TablePart part : scanned.collect(part -> part instanceof TablePart.Counts)) {
            out.merge(((TablePart.Counts) part).look());
        }
        return out;
    }

    /** What a task does with its rows. */
    private static final class Task implements Serializable {
        private static final long serialVersionUID = 1;

        private static final int ABSENT = -1;
        private static final int ROWS_A_PIECE = 32_768;

        private final boolean longIds;
        private final boolean[] factor;
        private final int[] present;
        private final int[] source;
        private final int malformed;
        private final int surplus;
        private final int rounded;
        private final List<List<String>> levels;
        private final boolean lenient;

        Task(
                boolean longIds,
                boolean[] factor,
                int[] present,
                int[] source,
                int malformed,
                int surplus,
                int rounded,
                List<List<String>> levels,
                boolean lenient) {
            this.longIds = longIds;
            this.factor = factor;
            this.present = present;
            this.source = source;
            this.malformed = malformed;
            this.surplus = surplus;
            this.rounded = rounded;
            this.levels = levels;
            this.lenient = lenient;
        }

        Iterator<TablePart> scan(Iterator<Row> rows) {
            TableProfile look = emptyLook();
            return new Iterator<>() {
                private boolean counted;

                @Override
                public boolean hasNext() {
                    return !counted;
                }

                @Override
                public TablePart next() {
                    RowChunk piece = emptyPiece(factor.length);
                    RowChunk dropped = emptyPiece(0);
                    while (rows.hasNext() && piece.rows() < ROWS_A_PIECE && dropped.rows() < ROWS_A_PIECE) {
                        Row row = rows.next();
                        if (isSurplus(row, look)) {
                            continue;
                        }
                        if (encode(row, look, piece)) {
                            addId(row, piece.ids());
                        } else if (!row.isNullAt(0)) {
                            addIdOnce(row, dropped.ids());
                        }
                    }
                    if (piece.rows() > 0 || dropped.rows() > 0) {
                        return new TablePart.Rows(piece.packed(), labels(look), dropped.packed());
                    }
                    counted = true;
                    return new TablePart.Counts(look);
                }
            };
        }

        Iterator<TablePart> count(Iterator<Row> rows) {
            TableProfile look = emptyLook();
            RowChunk scratch = new RowChunk(ClusterIds.ofNumbers(1), factor.length, 1);
            while (rows.hasNext()) {
                Row row = rows.next();
                if (!isSurplus(row, look)) {
                    encode(row, look, scratch);
                }
            }
            return List.<TablePart>of(new TablePart.Counts(look)).iterator();
        }

        TableProfile emptyLook() {
            return new TableProfile(levels, source.length, FactorLevels.MOST_LEVELS);
        }

        private RowChunk emptyPiece(int columns) {
            int capacity = columns == 0 ? 1 : ROWS_A_PIECE;
            ClusterIds ids = longIds ? ClusterIds.ofNumbers(capacity) : ClusterIds.ofTexts(capacity);
            return new RowChunk(ids, columns, capacity);
        }

        private List<List<String>> labels(TableProfile look) {
            List<List<String>> out = new ArrayList<>();
            for (int k = 0; k < factor.length; k++) {
                out.add(factor[k] ? look.labels(k) : List.of());
            }
            return out;
        }

        private void addId(Row row, ClusterIds to) {
            if (longIds) {
                to.add(row.getLong(0));
            } else {
                to.add(row.getString(0));
            }
        }

        /** Unless it is the last one added. */
        private void addIdOnce(Row row, ClusterIds to) {
            int last = to.count() - 1;
            boolean repeats = last >= 0
                    && (longIds
                            ? to.number(last) == row.getLong(0)
                            : to.text(last).equals(row.getString(0)));
            if (!repeats) {
                addId(row, to);
            }
        }

        /** Whether a row has more fields than the header, so that none of them is sure to be what it seems; counts it then. */
        private boolean isSurplus(Row row, TableProfile look) {
            boolean out = surplus != ABSENT && row.getBoolean(surplus);
            if (out) {
                look.addRow();
                look.addSurplus();
            }
            return out;
        }

        /** Counts a row; if it is complete, writes its values to the open row of a piece. */
        private boolean encode(Row row, TableProfile look, RowChunk piece) {
            look.addRow();
            if (malformed != ABSENT && row.getBoolean(malformed)) {
                look.addMalformed();
            }
            if (rounded != ABSENT && row.getBoolean(rounded)) {
                look.addRoundedId();
            }
            if (!hasAll(row, look)) {
                return false;
            }
            int at = piece.openRow();
            boolean usable = true;
            for (int k = 0; k < factor.length; k++) {
                if (factor[k]) {
                    int code = look.code(k, row.getString(1 + k));
                    usable &= code != TableProfile.NO_CODE;
                    piece.set(k, at, code);
                } else {
                    double value = row.getDouble(1 + k);
                    if (Double.isInfinite(value)) {
                        look.addInfinite(k);
                        usable = false;
                    }
                    piece.set(k, at, value);
                }
            }
            if (lenient && !usable) {
                return false;
            }
            look.addComplete();
            if (!longIds) {
                look.addId(row.getString(0));
            }
            for (int s = 0; s < source.length; s++) {
                if (source[s] != ABSENT && !row.isNullAt(source[s])) {
                    look.addSource(s, row.getDouble(source[s]));
                }
            }
            return true;
        }

        /** Whether a row has its id and every value; counts what it has not. */
        private boolean hasAll(Row row, TableProfile look) {
            boolean all = !row.isNullAt(0);
            if (!all) {
                look.addWithoutId();
            }
            for (int k = 0; k < factor.length; k++) {
                if (row.isNullAt(1 + k) || (!factor[k] && Double.isNaN(row.getDouble(1 + k)))) {
                    look.addMissing(k, present[k] != ABSENT && row.getBoolean(present[k]));
                    all = false;
                }
            }
            return all;
        }
    }
}
