package org.sparkglmm.spark.data;

import java.io.Serializable;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkglmm.core.math.CompensatedSum;

/** What one look at a table, or at a part of it, finds: counts of rows, labels of factors, moments of numbers. */
final class TableProfile implements Serializable {
    private static final long serialVersionUID = 1;

    /** Of a label without a code: one that is not among those given, or one too many. */
    static final int NO_CODE = -1;

    /** No level of a factor has a longer name. */
    static final int LONGEST_LABEL = 1_000;

    private final int mostLabels;
    private final boolean[] given;
    private final List<Map<String, Integer>> codes = new ArrayList<>();
    private final long[] missing;
    private final long[] unusable;
    private final long[] undefined;
    private final long[] tooLong;
    private final Moments[] moments;
    private long rows;
    private long complete;
    private long withoutId;
    private long malformed;
    private long surplus;
    private long paddedIds;
    private long unreadableIds;
    private long decomposedIds;
    private long plainIds;
    private long numberIds;
    private long nameIds;
    private long roundedIds;

    /**
     * Of no row.
     *
     * @param levels of each raw value those given, null where labels are to be found
     * @param sources number of columns whose moments are wanted
     * @param mostLabels a factor with more labels is looked at no further
     */
    TableProfile(List<List<String>> levels, int sources, int mostLabels) {
        this.mostLabels = mostLabels;
        int values = levels.size();
        given = new boolean[values];
        missing = new long[values];
        unusable = new long[values];
        undefined = new long[values];
        tooLong = new long[values];
        moments = new Moments[sources];
        for (int k = 0; k < values; k++) {
            given[k] = levels.get(k) != null;
            codes.add(new LinkedHashMap<>());
            if (given[k]) {
                for (String level : levels.get(k)) {
                    codes.get(k).putIfAbsent(level, codes.get(k).size());
                }
            }
        }
        for (int s = 0; s < sources; s++) {
            moments[s] = new Moments();
        }
    }

    void addRow() {
        rows++;
    }

    void addComplete() {
        complete++;
    }

    void addWithoutId() {
        withoutId++;
    }

    /** A row that holds a value which is not of its column's type. */
    void addMalformed() {
        malformed++;
    }

    /** A row with more fields than the header. */
    void addSurplus() {
        surplus++;
    }

    /** A row whose id is a number that has lost digits. */
    void addRoundedId() {
        roundedIds++;
    }

    /** The id of a complete row, where ids are text: what may make two of one person or one of two. */
    void addId(String id) {
        int n = id.length();
        boolean padded = n > 0 && (Character.isWhitespace(id.charAt(0)) || Character.isWhitespace(id.charAt(n - 1)));
        paddedIds += padded ? 1 : 0;
        unreadableIds += id.indexOf(TableSource.NO_CHARACTER) >= 0 ? 1 : 0;
        decomposedIds += Normalizer.isNormalized(id, Normalizer.Form.NFC) ? 0 : 1;
        // As soon as one is a name, all are.
        if (nameIds == 0) {
            boolean plain = TextNumbers.isShortestLong(id);
            boolean number = !plain && (id.indexOf('.') >= 0 || id.indexOf('e') >= 0) && TextNumbers.isNumber(id);
            plainIds += plain ? 1 : 0;
            numberIds += number ? 1 : 0;
            nameIds += plain || number ? 0 : 1;
        }
    }

    /** A row without value k, which is undefined if everything it is computed from is there. */
    void addMissing(int k, boolean isUndefined) {
        missing[k]++;
        undefined[k] += isUndefined ? 1 : 0;
    }

    /** A row with every value, of which value k is infinite. */
    void addInfinite(int k) {
        unusable[k]++;
    }

    /** The code of a label of raw value k, a new one if it is new and may be; of one not among those given, counts it. */
    int code(int k, String label) {
        Integer known = codes.get(k).get(label);
        if (known != null) {
            return known;
        }
        if (given[k]) {
            unusable[k]++;
            return NO_CODE;
        }
        if (codes.get(k).size() > mostLabels) {
            return NO_CODE;
        }
        if (label.length() > LONGEST_LABEL) {
            tooLong[k]++;
            return NO_CODE;
        }
        codes.get(k).put(label, codes.get(k).size());
        return codes.get(k).size() - 1;
    }

    /** A value of source s in a complete row. */
    void addSource(int s, double value) {
        moments[s].add(value);
    }

    /** Adds what was found in the next part of the table. */
    void merge(TableProfile next) {
        rows += next.rows;
        complete += next.complete;
        withoutId += next.withoutId;
        malformed += next.malformed;
        surplus += next.surplus;
        paddedIds += next.paddedIds;
        unreadableIds += next.unreadableIds;
        decomposedIds += next.decomposedIds;
        plainIds += next.plainIds;
        numberIds += next.numberIds;
        nameIds += next.nameIds;
        roundedIds += next.roundedIds;
        for (int k = 0; k < missing.length; k++) {
            missing[k] += next.missing[k];
            unusable[k] += next.unusable[k];
            undefined[k] += next.undefined[k];
            tooLong[k] += next.tooLong[k];
            for (String label : next.codes.get(k).keySet()) {
                code(k, label);
            }
        }
        for (int s = 0; s < moments.length; s++) {
            moments[s].merge(next.moments[s]);
        }
    }

    long rows() {
        return rows;
    }

    /** Rows with an id and every value. */
    long complete() {
        return complete;
    }

    long withoutId() {
        return withoutId;
    }

    long missing(int k) {
        return missing[k];
    }

    /** Rows with every value, of which value k is infinite or not among the levels given. */
    long unusable(int k) {
        return unusable[k];
    }

    long malformed() {
        return malformed;
    }

    /** Rows with more fields than the header. */
    long surplus() {
        return surplus;
    }

    /** Complete rows whose id begins or ends with a blank. */
    long paddedIds() {
        return paddedIds;
    }

    /** Complete rows whose id holds what stands for bytes that are no character. */
    long unreadableIds() {
        return unreadableIds;
    }

    /** Complete rows whose id is not in Unicode's form NFC. */
    long decomposedIds() {
        return decomposedIds;
    }

    /** Rows whose id is a number so large that its neighbours look the same. */
    long roundedIds() {
        return roundedIds;
    }

    /** Complete rows whose id is a number such as 1e+05 or 7.0, where all others are plain whole numbers; 0 where some are not. */
    long numberIds() {
        return plainIds > 0 && nameIds == 0 ? numberIds : 0;
    }

    /** Rows whose label k is too long to be one. */
    long tooLong(int k) {
        return tooLong[k];
    }

    long undefined(int k) {
        return undefined[k];
    }

    /** The labels of raw value k in complete rows by their codes: all of them unless there are more than were asked for. */
    List<String> labels(int k) {
        return List.copyOf(codes.get(k).keySet());
    }

    /** Mean of source s over the complete rows that have it. */
    double mean(int s) {
        return moments[s].sum.get(0) / moments[s].count;
    }

    /** Its standard deviation about the mean, divided by the number of rows. */
    double deviation(int s) {
        return Math.sqrt(moments[s].scatter / moments[s].count);
    }

    /**
     * The sum is kept beside the scatter and its mean (Chan, Golub and LeVeque 1983), because of whole numbers it is exact: the
     * mean that people see then does not hang on the order of the rows.
     */
    private static final class Moments implements Serializable {
        private static final long serialVersionUID = 1;

        private final CompensatedSum sum = new CompensatedSum(1);
        private long count;
        private double mean;
        private double scatter;

        private void add(double value) {
            sum.add(0, value);
            count++;
            double delta = value - mean;
            mean += delta / count;
            scatter += delta * (value - mean);
        }

        private void merge(Moments next) {
            if (next.count == 0) {
                return;
            }
            double delta = next.mean - mean;
            double share = (double) next.count / (count + next.count);
            sum.merge(next.sum);
            scatter += next.scatter + delta * delta * (count * share);
            mean += delta * share;
            count += next.count;
        }
    }
}
