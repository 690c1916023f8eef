package org.sparkglmm.spark.data;

import java.util.List;
import java.util.Map;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.spark.engine.TableParts;

/**
 * A table whose every row has been reduced to what the model reads of it: the id as it travels, then the values of {@link
 * Design#raw}. Complete rows only; they are kept until {@link BlockLoader} has made blocks of them.
 */
public final class BoundTable {
    private final TableParts<TablePart> rows;
    private final Design design;
    private final IdColumn id;
    private final RowCounts counts;
    private final ModelRequest request;
    private final List<Covariate> covariates;
    private final List<Warning> warnings;

    BoundTable(
            TableParts<TablePart> rows,
            Design design,
            IdColumn id,
            RowCounts counts,
            ModelRequest request,
            List<Covariate> covariates,
            List<Warning> warnings) {
        this.warnings = List.copyOf(warnings);
        this.covariates = covariates;
        this.rows = rows;
        this.design = design;
        this.id = id;
        this.counts = counts;
        this.request = request;
    }

    /**
     * What was read and what was dropped.
     *
     * @param total rows of the table
     * @param complete rows with every value
     * @param missing rows without a value, by column (a row may count for several)
     * @param malformed rows with more fields than the header of a text table, which were to be dropped
     */
    public record RowCounts(long total, long complete, Map<String, Long> missing, long malformed) {
        public long dropped() {
            return total - complete;
        }
    }

    TableParts<TablePart> rows() {
        return rows;
    }

    IdColumn id() {
        return id;
    }

    public Design design() {
        return design;
    }

    public RowCounts counts() {
        return counts;
    }

    /** What of the values read may not be what it seems. */
    public List<Warning> warnings() {
        return warnings;
    }

    /** The columns that the covariates are computed from. */
    public List<Covariate> covariates() {
        return covariates;
    }

    /** The model with the levels of every factor, as found or given; its family knows its categories. */
    public ModelRequest request() {
        return request.withLevels(levels());
    }

    /** The same rows with another design, whose raw values are the same. */
    BoundTable withDesign(Design other) {
        return new BoundTable(rows, other, id, counts, request, covariates, warnings);
    }

    /** The levels of each factor, by the variable's name. */
    public Map<String, List<String>> levels() {
        Map<String, List<String>> out = new java.util.LinkedHashMap<>();
        design.raw().stream().filter(r -> r.isFactor()).forEach(r -> out.put(r.name(), r.levels()));
        return out;
    }
}
