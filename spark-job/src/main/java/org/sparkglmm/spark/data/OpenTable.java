package org.sparkglmm.spark.data;

import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkglmm.core.Warning;

/** A table that was opened, and what its opening has found. */
public final class OpenTable {
    private final Dataset<Row> table;
    private final Dataset<Row> toFit;
    private final boolean text;
    private final TextFindings findings;

    /**
     * What a look at a text table has found.
     *
     * @param rows its rows, -1 if they were not counted
     * @param withoutNumber rows without a number, by the columns that hold nothing but numbers
     * @param shortRows rows with fewer fields than the header
     * @param warnings what may not be as it should
     */
    record TextFindings(long rows, Map<String, Long> withoutNumber, long shortRows, List<Warning> warnings) {
        static final TextFindings NONE = new TextFindings(-1, Map.of(), 0, List.of());
    }

    OpenTable(Dataset<Row> table, Dataset<Row> toFit, boolean text, TextFindings findings) {
        this.table = table;
        this.toFit = toFit;
        this.text = text;
        this.findings = findings;
    }

    /** A table that is no text, or that somebody else has read. */
    public static OpenTable of(Dataset<Row> table, boolean text) {
        return new OpenTable(table, table, text, TextFindings.NONE);
    }

    /** Its rows. */
    public Dataset<Row> table() {
        return table;
    }

    /** Its rows with columns that tell which of them are malformed, for a binding that counts them. */
    Dataset<Row> toFit() {
        return toFit;
    }

    /** Whether it is text, where an empty field is missing. */
    public boolean isText() {
        return text;
    }

    TextFindings findings() {
        return findings;
    }

    /** What may not be as it should. */
    public List<Warning> warnings() {
        return findings.warnings();
    }
}
