package org.sparkglmm.spark.data;

import java.io.Serializable;
import java.util.List;

/** What a task finds in its part of the table: complete rows, then what it counted. */
sealed interface TablePart extends Serializable {

    /**
     * Complete rows.
     *
     * @param packed id and raw values; a factor's value is the place of its label in the list here
     * @param labels of each raw value, none for a number. Tasks number labels as they meet them, so rows carry their own
     *     list: then it does not matter in which order a task that is run again meets them.
     * @param dropped ids of rows that are not complete, once for each run of rows of one id
     */
    record Rows(byte[] packed, List<List<String>> labels, byte[] dropped) implements TablePart {}

    /** Counts over all rows of the part, its last element. */
    record Counts(TableProfile look) implements TablePart {}
}
